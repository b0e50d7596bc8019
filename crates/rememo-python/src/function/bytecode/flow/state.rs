//! What is known at a point of the code: values on the stack, scopes that control is in.

use std::collections::BTreeSet;

use super::super::path::PathId;
use super::FUNCTION_SCOPE;

/// What is known of a value on the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Slot {
    /// Nothing.
    Unknown,
    /// The empty place beside a callable; also where a method's `self` goes, for the two are one call.
    Null,
    /// A constant of the code.
    Const(u32),
    /// A value from outside, loaded by the instruction `from`.
    Path { path: PathId, from: u32 },
    /// The module that the import statement at an instruction takes names from.
    Module(u32),
    /// The first `parts` components of the module that the import statement at `import` names.
    Package { import: u32, parts: u32 },
    /// What `globals()` gives, called by the instruction `from`.
    Globals { path: PathId, from: u32 },
    /// Its method `get`.
    GetGlobal { path: PathId, from: u32 },
    /// What an inlined comprehension saves of the function's variable.
    Saved,
    /// `__build_class__`.
    BuildClass,
    /// A function made here of the code that is this constant.
    Function(u32),
    /// A class made here of the body that is this constant.
    Class(u32),
}

impl Slot {
    /// What is known when it may be either value.
    pub(super) fn join(self, other: Self) -> Self {
        match (self, other) {
            _ if self == other => self,
            (Self::Path { path, .. }, Self::Path { path: same, .. }) if path == same => self,
            _ => Self::Unknown,
        }
    }
}

/// What is known before an instruction.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// Values on the stack, the top last.
    pub(super) stack: Vec<Slot>,
    /// Inlined comprehensions that control is in: variable and scope, the innermost last.
    pub(super) scopes: Vec<(u32, u32)>,
    /// In a class body: names that are stored by now on every way.
    pub(super) stored: BTreeSet<u32>,
}

impl State {
    /// Takes the top off the stack.
    pub(super) fn pop(&mut self) -> Slot {
        self.stack.pop().unwrap_or(Slot::Unknown)
    }

    /// The innermost comprehension whose variable `variable` is.
    pub(super) fn scope_of(&self, variable: u32) -> u32 {
        self.scopes
            .iter()
            .rev()
            .find(|(v, _)| *v == variable)
            .map_or(FUNCTION_SCOPE, |(_, scope)| *scope)
    }

    /// Whether a handler with this state has taken into account an exception in `state` that keeps `depth` values: the common
    /// case, for each instruction of a long block comes here.
    pub(super) fn covers(&self, state: &Self, depth: usize) -> bool {
        self.stack.get(..depth).is_some_and(|kept| state.stack.get(..depth) == Some(kept))
            && self.stored.is_subset(&state.stored)
    }

    /// Takes into account another way to the same place; tells whether that changed anything.
    pub(super) fn join(&mut self, other: &Self) -> bool {
        debug_assert_eq!(
            self.stack.len(),
            other.stack.len(),
            "stack heights differ where ways meet"
        );
        let mut changed = self.stack.len() > other.stack.len();
        self.stack.truncate(other.stack.len());
        for (slot, other) in self.stack.iter_mut().zip(&other.stack) {
            let joined = slot.join(*other);
            changed |= joined != *slot;
            *slot = joined;
        }
        debug_assert_eq!(self.scopes, other.scopes, "comprehension scopes differ where ways meet");
        if self.scopes.len() > other.scopes.len() {
            self.scopes.truncate(other.scopes.len());
            changed = true;
        }
        let known = self.stored.len();
        self.stored.retain(|name| other.stored.contains(name));
        changed || self.stored.len() != known
    }
}
