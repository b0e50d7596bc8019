//! One code object run on symbols: which path from outside lies where on the stack and in which variable, at every
//! instruction and over every way that control can take (abstract interpretation to a fixed point).
//!
//! Three questions are answered on the way: what is done with values from outside, which variables inside inlined
//! comprehensions are not those of the function around it (PEP 709), and which of its two forms a call has.

mod by_name;
mod state;
mod step;

use pyo3::prelude::*;
use rustc_hash::FxHashMap;

use super::decode::Code;
use super::merge::NONE;
use super::path::{PathId, Paths, Usage};
use super::program::{Program, Step};
use super::shape::Closures;

pub(super) use state::Slot;
use state::State;

/// The scope of a variable outside all inlined comprehensions.
pub(super) const FUNCTION_SCOPE: u32 = u32::MAX;

/// What a local variable is known to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// In every assignment, the value at this path.
    Path(PathId),
    /// Anything.
    Anything,
}

/// What the analysis of one code object says about its instructions.
#[derive(Default)]
pub(super) struct Flow {
    /// Per instruction: the scope of the variable that it names.
    pub(super) scopes: Vec<u32>,
    /// Per instruction: how many values are on the stack before it.
    pub(super) heights: Vec<u32>,
    /// Per instruction: whether it is a call of the form that applies a decorator (one value more is called with).
    pub(super) applies: Vec<bool>,
    /// Per instruction that loads the code of a nested function: its closure, with the scope of each variable.
    pub(super) closures: FxHashMap<u32, Vec<(u32, u32)>>,
    /// Nested code that is reached: the constant, and what its free variables are known to hold.
    pub(super) nested: Vec<(u32, Vec<Option<PathId>>)>,
    /// In order: the instruction, the name and the value of each `STORE_NAME`; without a name, what `import *` takes.
    pub(super) stores: Vec<(u32, Option<u32>, Slot)>,
}

/// What surrounds a code object.
pub(super) struct Surroundings<'a> {
    /// What its free variables are known to hold.
    pub(super) free: &'a [Option<PathId>],
    /// Which of its variables code nested in it assigns to.
    pub(super) shared: &'a [bool],
    /// Whether it is not nested in other code.
    pub(super) outermost: bool,
    /// Whether local variables can be reached by their names alone, so that what they hold may be used unseen.
    pub(super) locals_are_seen: bool,
}

/// Runs `code` in the order of `program` and notes in `paths` what it reads.
pub(super) fn run<'py>(
    code: &Code<'py>,
    program: &Program,
    lines: &[u32],
    closures: &Closures,
    around: &Surroundings<'_>,
    paths: &mut Paths<'py>,
) -> PyResult<Flow> {
    let count = code.instructions.len();
    let mut runner = Runner {
        code,
        program,
        lines,
        closures,
        around,
        paths,
        holds: FxHashMap::default(),
        entry: vec![None; program.len()],
        flow: None,
    };
    loop {
        let before = runner.holds.clone();
        runner.entry.fill(None);
        runner.settle()?;
        if runner.holds == before {
            break;
        }
    }
    runner.flow = Some(Flow {
        scopes: vec![FUNCTION_SCOPE; count],
        heights: vec![0; count],
        applies: vec![false; count],
        ..Flow::default()
    });
    for start in 0..program.len() {
        if let Some(state) = runner.entry[start].clone() {
            runner.follow(start, state, &mut Vec::new())?;
        }
    }
    Ok(runner.flow.take().unwrap_or_default())
}

struct Runner<'a, 'py> {
    code: &'a Code<'py>,
    program: &'a Program,
    lines: &'a [u32],
    closures: &'a Closures,
    around: &'a Surroundings<'a>,
    paths: &'a mut Paths<'py>,
    holds: FxHashMap<(u32, u32), Holds>,
    /// Per step where ways start or meet: the state before it.
    entry: Vec<Option<State>>,
    /// Set in the last pass, in which everything is noted.
    flow: Option<Flow>,
}

impl<'py> Runner<'_, 'py> {
    /// Follows all ways until no state changes any more.
    fn settle(&mut self) -> PyResult<()> {
        let Some(entry) = self.entry.first_mut() else { return Ok(()) };
        *entry = Some(State::default());
        let mut pending = vec![0];
        while let Some(start) = pending.pop() {
            if let Some(state) = self.entry[start].clone() {
                self.follow(start, state, &mut pending)?;
            }
        }
        Ok(())
    }

    /// Runs from `start` to where the next way joins or this one ends; in the last pass notes what happens.
    fn follow(&mut self, start: usize, mut state: State, pending: &mut Vec<usize>) -> PyResult<()> {
        let mut at = start;
        loop {
            let Step { instruction, op, next: [next, jump, handler] } = self.program.step(at);
            let index = instruction as usize;
            if handler != NONE {
                self.reach_handler(index, handler, &state, pending);
            }
            if jump != NONE {
                let mut jumped = state.clone();
                self.jump(op, &mut jumped);
                self.reach(jump, &jumped, pending, index);
            }
            self.step(index, op, &mut state)?;
            if next == NONE {
                return Ok(());
            }
            if self.program.is_join(next as usize) {
                self.reach(next, &state, pending, index);
                return Ok(());
            }
            at = next as usize;
        }
    }

    /// Control may go on at the step `target` with `state`, coming from the instruction `from`.
    fn reach(&mut self, target: u32, state: &State, pending: &mut Vec<usize>, from: usize) {
        let target = target as usize;
        if self.flow.is_some() {
            // What is lost where ways meet has been used in a manner that is not known.
            let Some(entry) = &self.entry[target] else { return };
            let lost: Vec<Slot> = (state.stack.iter().zip(&entry.stack))
                .filter(|(slot, joined)| slot.join(**joined) != **slot)
                .map(|(slot, _)| *slot)
                .collect();
            lost.into_iter().for_each(|slot| self.use_slot(slot, Usage::Value, from));
            return;
        }
        let changed = match &mut self.entry[target] {
            Some(entry) => entry.join(state),
            none => {
                *none = Some(state.clone());
                true
            }
        };
        if changed {
            pending.push(target);
        }
    }

    /// An exception in the instruction at `index` leads to its handler, the step `target`.
    fn reach_handler(
        &mut self,
        index: usize,
        target: u32,
        state: &State,
        pending: &mut Vec<usize>,
    ) {
        let number = self.code.instructions[index].handler;
        let Some(handler) = self.code.handlers.get(number as usize).copied() else { return };
        if let Some(known) = &self.entry[target as usize]
            && known.covers(state, handler.depth as usize)
        {
            return;
        }
        let mut caught = state.clone();
        caught.stack.truncate(handler.depth as usize);
        // A comprehension is left where the variable that it saved goes.
        caught.scopes.truncate(caught.stack.iter().filter(|slot| **slot == Slot::Saved).count());
        caught.stack.resize(handler.depth as usize + usize::from(handler.lasti) + 1, Slot::Unknown);
        self.reach(target, &caught, pending, index);
    }
}

/// Which variables of `code` its nested code (given by constant and closure) assigns to.
pub(super) fn shared_variables(
    code: &Code<'_>,
    closures: &Closures,
    assigned_by_nested: impl Fn(u32) -> Vec<bool>,
) -> Vec<bool> {
    let mut shared = vec![false; code.variables.len()];
    for (&load, variables) in closures {
        let assigned = assigned_by_nested(code.instructions[load as usize].arg);
        for (&variable, assigned) in variables.iter().zip(assigned) {
            shared[variable as usize] |= assigned;
        }
    }
    shared
}
