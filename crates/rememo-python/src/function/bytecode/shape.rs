//! What is taken out of code before it is looked at further, because it cannot change a result: how functions get their closures
//! (told with the function instead), annotations of nested functions, docstrings and line numbers that the body of a
//! class or a module stores, and the order of stores that only depends on line breaks.

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::Visible;
use super::decode::{Code, NO_TARGET};
use super::opcode::Op;

/// Per instruction that loads the code of a nested function: the variables of this code that become its free
/// variables, in the order of its `co_freevars`.
pub(super) type Closures = FxHashMap<u32, Vec<u32>>;

const DEFAULT_ANNOTATIONS: u32 = 4;
const CLOSURE: u32 = 8;

/// Replaces what does not count by `NOP` and returns the closures.
pub(super) fn simplify(code: &mut Code<'_>, visible: Visible) -> PyResult<Closures> {
    let mut closures = Closures::default();
    for index in 0..code.instructions.len().saturating_sub(1) {
        if code.instructions[index].op == Op::LOAD_CONST
            && code.instructions[index + 1].op == Op::MAKE_FUNCTION
        {
            simplify_function(code, index, visible, &mut closures);
        }
    }
    if !code.is_function() {
        simplify_namespace(code, visible)?;
    }
    for index in (0..code.instructions.len()).rev() {
        if code.instructions[index].op == Op::SWAP {
            apply_swap(code, index);
        }
    }
    drop_overwritten(code);
    Ok(closures)
}

fn drop_instruction(code: &mut Code<'_>, index: usize) {
    let instruction = &mut code.instructions[index];
    (instruction.op, instruction.arg, instruction.flag) = (Op::NOP, 0, 0);
}

/// `load` loads the code of a function, the next instruction makes the function.
fn simplify_function(code: &mut Code<'_>, load: usize, visible: Visible, closures: &mut Closures) {
    // Since 3.13 each attribute is set by an instruction of its own, before that all by `MAKE_FUNCTION`.
    let setters: Vec<usize> = (load + 2..code.instructions.len())
        .take_while(|&index| code.instructions[index].op == Op::SET_FUNCTION_ATTRIBUTE)
        .collect();
    let has = |code: &Code<'_>, attribute: u32| {
        code.instructions[load + 1].arg & attribute != 0
            || setters.iter().any(|&setter| code.instructions[setter].arg == attribute)
    };
    let forget = |code: &mut Code<'_>, attribute: u32| {
        if setters.is_empty() {
            code.instructions[load + 1].arg &= !attribute;
        }
        for &setter in &setters {
            if code.instructions[setter].arg == attribute {
                drop_instruction(code, setter);
            }
        }
    };
    let mut end = load;
    if has(code, CLOSURE) {
        let Some(start) = closure_start(code, load) else { return };
        let variables = code.instructions[start..load - 1].iter().map(|i| i.arg).collect();
        closures.insert(load as u32, variables);
        (start..load).for_each(|index| drop_instruction(code, index));
        forget(code, CLOSURE);
        end = start;
    }
    if has(code, DEFAULT_ANNOTATIONS)
        && !visible.annotations
        && let Some(start) = producer_start(code, end)
    {
        (start..end).for_each(|index| drop_instruction(code, index));
        forget(code, DEFAULT_ANNOTATIONS);
    }
}

/// Where the loads of the closure start whose tuple is built right before `load`.
fn closure_start(code: &Code<'_>, load: usize) -> Option<usize> {
    let tuple = code.instructions[load.checked_sub(1)?];
    let start = (load - 1).checked_sub(tuple.arg as usize)?;
    let loads = &code.instructions[start..load - 1];
    (tuple.op == Op::BUILD_TUPLE
        && loads.iter().all(|i| matches!(i.op, Op::LOAD_CLOSURE | Op::LOAD_FAST)))
    .then_some(start)
}

/// Where the straight-line instructions start that produce the value on top of the stack before `end`.
fn producer_start(code: &Code<'_>, end: usize) -> Option<usize> {
    let mut height = 0_isize;
    for index in (0..end).rev() {
        let instruction = &code.instructions[index];
        if instruction.target != NO_TARGET || instruction.op.ends_block() {
            return None;
        }
        let (pops, pushes) =
            instruction.op.stack_effect(instruction.arg, instruction.flag, code.version);
        height += pushes as isize - pops as isize;
        if height == 1 {
            return Some(index);
        }
        if height > 1 || code.is_target[index] {
            return None;
        }
    }
    None
}

/// Drops what the compiler stores in a class or a module for documentation.
fn simplify_namespace(code: &mut Code<'_>, visible: Visible) -> PyResult<()> {
    for index in 1..code.instructions.len() {
        let (load, store) = (code.instructions[index - 1], code.instructions[index]);
        if load.op != Op::LOAD_CONST || store.op != Op::STORE_NAME || code.is_target[index] {
            continue;
        }
        let value = code.constant(load.arg)?;
        let is_documentation = match code.names[store.arg as usize].to_str().unwrap_or_default() {
            "__doc__" => !visible.docs && value.is_exact_instance_of::<PyString>(),
            "__firstlineno__" => value.is_exact_instance_of::<PyInt>(),
            // In the order of a set, which depends on the hash seed; what it says the methods say too.
            "__static_attributes__" => value.is_exact_instance_of::<PyTuple>(),
            _ => false,
        };
        if is_documentation {
            drop_instruction(code, index - 1);
            drop_instruction(code, index);
        }
    }
    Ok(())
}

/// Exchanges two stores instead of two values, where the compiler does so only for stores on one line.
fn apply_swap(code: &mut Code<'_>, swap: usize) {
    let stores_to = |code: &Code<'_>, index: usize| {
        let instruction = code.instructions[index];
        (instruction.op == Op::STORE_FAST).then_some(instruction.arg)
    };
    let next_store = |code: &Code<'_>, mut index: usize| {
        loop {
            index += 1;
            let instruction = code.instructions.get(index)?;
            if code.is_target[index] || instruction.handler != code.instructions[swap].handler {
                return None;
            }
            match instruction.op {
                Op::NOP => {}
                Op::STORE_FAST | Op::POP_TOP => return Some(index),
                _ => return None,
            }
        }
    };
    let Some(first) = next_store(code, swap) else { return };
    let mut last = first;
    let mut between = Vec::new();
    for step in 1..code.instructions[swap].arg {
        let Some(next) = next_store(code, last) else { return };
        if step > 1 {
            between.push(stores_to(code, last));
        }
        last = next;
    }
    let (one, other) = (stores_to(code, first), stores_to(code, last));
    let clashes = |store: Option<u32>| store.is_some() && between.contains(&store);
    if (one.is_some() && one == other) || clashes(one) || clashes(other) {
        return;
    }
    drop_instruction(code, swap);
    code.instructions.swap(first, last);
}

/// Drops a value instead of storing it where the next instruction stores another in the same variable; the
/// compiler does so on one line.
fn drop_overwritten(code: &mut Code<'_>) {
    let mut overwrites: Option<u32> = None;
    for index in (0..code.instructions.len()).rev() {
        let instruction = &mut code.instructions[index];
        let stored = (instruction.op == Op::STORE_FAST).then_some(instruction.arg);
        if stored.is_some() && stored == overwrites {
            (instruction.op, instruction.arg) = (Op::POP_TOP, 0);
        }
        if instruction.op != Op::NOP {
            overwrites = stored;
        }
        if code.is_target[index] {
            overwrites = None;
        }
    }
}
