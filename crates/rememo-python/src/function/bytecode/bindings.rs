//! What the statements of a module bind its names to, read off its code without running it.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::decode::NO_TARGET;
use super::flow::{self, Slot, Surroundings};
use super::path::{Paths, Root};
use super::program::Program;
use super::{Unit, Visible};

/// What a top-level name is bound to.
#[derive(Debug)]
pub(crate) enum Binding {
    /// A function made of this code object, without decorators.
    Function(Py<PyAny>),
    /// A class with this code object as its body, without decorators.
    Class(Py<PyAny>),
    /// What an import statement binds (always [`Root::Import`]); the name `*` stands for all names of a module.
    Import(Root),
    /// A constant.
    Constant(Py<PyAny>),
    /// Anything else, and whatever is bound only under a condition or more than once in a loop.
    Other,
}

/// What each top-level name of a module is bound to when its code has run, by its last binding and in the order of these
/// (so that it shows what `*` may have replaced). A name whose last binding is conditional is [`Binding::Other`].
///
/// # Errors
/// As [`super::analyse`].
pub(crate) fn module_bindings(code: &Bound<'_, PyAny>) -> PyResult<Vec<(Py<PyString>, Binding)>> {
    let mut unit = Unit::decode(code)?;
    unit.simplify(Visible::default())?;
    let mut paths = Paths::default();
    let around = Surroundings { free: &[], shared: &[], outermost: true, locals_are_seen: false };
    let program = Program::plain(&unit.code);
    let flow = flow::run(&unit.code, &program, &unit.lines, &unit.closures, &around, &mut paths)?;
    let conditional = conditional(&unit);
    let mut bindings: Vec<(Bound<'_, PyString>, Binding)> = Vec::new();
    for &(index, name, value) in &flow.stores {
        let name = match name {
            Some(name) => unit.code.names[name as usize].clone(),
            None => PyString::new(code.py(), "*"),
        };
        let binding = match value {
            _ if conditional[index as usize] => Binding::Other,
            Slot::Function(code) => Binding::Function(unit.code.constant(code)?.unbind()),
            Slot::Class(code) => Binding::Class(unit.code.constant(code)?.unbind()),
            Slot::Const(constant) => Binding::Constant(unit.code.constant(constant)?.unbind()),
            Slot::Path { path, .. } => {
                paths.as_import(path).map_or(Binding::Other, Binding::Import)
            }
            _ => Binding::Other,
        };
        // Several modules may have all their names imported.
        let earlier = match binding {
            Binding::Import(_) if name.to_str().is_ok_and(|name| name == "*") => None,
            _ => bindings.iter().position(|(known, _)| known.as_any().eq(&name).unwrap_or(false)),
        };
        earlier.into_iter().for_each(|earlier| drop(bindings.remove(earlier)));
        bindings.push((name, binding));
    }
    Ok(bindings.into_iter().map(|(name, binding)| (name.unbind(), binding)).collect())
}

/// Per instruction: whether some way through the code leaves it out or comes to it again.
fn conditional(unit: &Unit<'_>) -> Vec<bool> {
    let instructions = &unit.code.instructions;
    // What only an exception leads to lies where the compiler likes, so jumps there say nothing about order.
    let mut ordinary = vec![false; instructions.len()];
    let mut pending = vec![0];
    while let Some(index) = pending.pop() {
        if index >= instructions.len() || std::mem::replace(&mut ordinary[index], true) {
            continue;
        }
        let instruction = &instructions[index];
        if instruction.target != NO_TARGET {
            pending.push(instruction.target as usize);
        }
        if !instruction.op.ends_block() {
            pending.push(index + 1);
        }
    }
    let mut conditional: Vec<bool> = (instructions.iter().zip(&ordinary))
        .map(|(instruction, ordinary)| instruction.handler != NO_TARGET || !ordinary)
        .collect();
    for (index, instruction) in instructions.iter().enumerate() {
        if ordinary[index] && instruction.target != NO_TARGET {
            let target = instruction.target as usize;
            let (first, last) =
                if target > index { (index + 1, target) } else { (target, index + 1) };
            conditional[first..last].fill(true);
        }
    }
    conditional
}
