//! Decoding: from the bytes of a code object to instructions whose operands are resolved and in which what
//! the layout adds (inline caches, argument prefixes, fused instructions, unconditional jumps' direction) is gone.

use pyo3::exceptions::{PyNotImplementedError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use super::opcode::{InstructionSet, Op, Operand, Version, attribute_tells_of_call};

/// Stands where an instruction has no target.
pub(super) const NO_TARGET: u32 = u32::MAX;

/// A decoded instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instruction {
    /// What it does.
    pub(super) op: Op,
    /// Its operand: a number, or an index into constants, names or variables.
    pub(super) arg: u32,
    /// The low bits that some instructions carry beside their name: one value more is pushed (`LOAD_GLOBAL`, `LOAD_ATTR`),
    /// or the form of `super()` (`LOAD_SUPER_ATTR`).
    pub(super) flag: u32,
    /// Index of the instruction that it may jump to, or [`NO_TARGET`].
    pub(super) target: u32,
    /// Index of the exception handler that covers it, or [`NO_TARGET`].
    pub(super) handler: u32,
    /// Where it lies in `co_code`, in bytes.
    pub(super) offset: u32,
}

/// An entry of the exception table: where control goes on, and with which stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handler {
    /// Index of the first instruction of the handler.
    pub(super) target: u32,
    /// How many values stay on the stack.
    pub(super) depth: u32,
    /// Whether the offset of the failed instruction is pushed before the exception.
    pub(super) lasti: bool,
}

/// A code object, decoded.
pub(super) struct Code<'py> {
    /// The code object itself.
    pub(super) object: Bound<'py, PyAny>,
    /// The interpreter's version.
    pub(super) version: Version,
    /// `co_name`.
    pub(super) name: Bound<'py, PyString>,
    /// `co_flags`.
    pub(super) flags: u32,
    /// Positional, positional-only and keyword-only parameters.
    pub(super) parameters: [u32; 3],
    /// `co_consts`.
    pub(super) consts: Bound<'py, PyTuple>,
    /// `co_names`.
    pub(super) names: Vec<Bound<'py, PyString>>,
    /// Names of local, cell and free variables, in the order of their indices.
    pub(super) variables: Vec<Bound<'py, PyString>>,
    /// Index of the first free variable.
    pub(super) first_free: usize,
    /// The instructions.
    pub(super) instructions: Vec<Instruction>,
    /// The exception handlers that instructions refer to.
    pub(super) handlers: Vec<Handler>,
    /// Per instruction: whether some jump or handler leads to it.
    pub(super) is_target: Vec<bool>,
}

pub(super) const CO_OPTIMIZED: u32 = 0x1;
pub(super) const CO_VARARGS: u32 = 0x4;
pub(super) const CO_VARKEYWORDS: u32 = 0x8;

impl<'py> Code<'py> {
    /// Decodes `object`, a code object of the running interpreter.
    pub(super) fn decode(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let info = py.version_info();
        let version = (info.major, info.minor);
        let set = InstructionSet::of(version).ok_or_else(|| {
            PyNotImplementedError::new_err(format!(
                "the bytecode of CPython {}.{} is not known to this version of rememo",
                version.0, version.1
            ))
        })?;
        let number = |name: &Bound<'py, PyString>| object.getattr(name)?.extract::<u32>();
        let texts = |name: &Bound<'py, PyString>| {
            object.getattr(name)?.extract::<Vec<Bound<'py, PyString>>>()
        };

        let mut variables = texts(intern!(py, "co_varnames"))?;
        // A parameter that nested code captures is a cell variable at its place among the locals.
        let mut cells = Vec::new();
        for cell in texts(intern!(py, "co_cellvars"))? {
            let mut is_local = false;
            for local in &variables {
                is_local |= local.as_any().eq(&cell)?;
            }
            if !is_local {
                cells.push(cell);
            }
        }
        variables.append(&mut cells);
        let first_free = variables.len();
        variables.extend(texts(intern!(py, "co_freevars"))?);

        let bytecode = object.getattr(intern!(py, "co_code"))?.cast_into::<PyBytes>()?;
        let table = object.getattr(intern!(py, "co_exceptiontable"))?.cast_into::<PyBytes>()?;
        let (instructions, handlers) = instructions(set, bytecode.as_bytes(), table.as_bytes())?;
        let mut is_target = vec![false; instructions.len()];
        for target in instructions
            .iter()
            .map(|i| i.target)
            .chain(handlers.iter().map(|handler| handler.target))
        {
            if target != NO_TARGET {
                is_target[target as usize] = true;
            }
        }
        let consts = object.getattr(intern!(py, "co_consts"))?.cast_into::<PyTuple>()?;
        let code = Self {
            object: object.clone(),
            version,
            name: object.getattr(intern!(py, "co_name"))?.cast_into()?,
            flags: number(intern!(py, "co_flags"))?,
            parameters: [
                number(intern!(py, "co_argcount"))?,
                number(intern!(py, "co_posonlyargcount"))?,
                number(intern!(py, "co_kwonlyargcount"))?,
            ],
            consts,
            names: texts(intern!(py, "co_names"))?,
            variables,
            first_free,
            instructions,
            handlers,
            is_target,
        };
        code.check_indices()?;
        Ok(code)
    }

    /// Refuses code whose operands point outside its tables, so that the rest need not ask again.
    fn check_indices(&self) -> PyResult<()> {
        let in_range = |instruction: &Instruction| match instruction.op.operand() {
            Operand::Const => (instruction.arg as usize) < self.consts.len(),
            Operand::Name => (instruction.arg as usize) < self.names.len(),
            Operand::Variable => (instruction.arg as usize) < self.variables.len(),
            _ => true,
        };
        let parameters = self.parameter_count() <= self.variables.len();
        if parameters && self.instructions.iter().all(in_range) {
            return Ok(());
        }
        Err(malformed("an operand is out of range"))
    }

    /// How many of the first variables are parameters, `*args` and `**kwargs` among them.
    pub(super) fn parameter_count(&self) -> usize {
        let [positional, _, keyword_only] = self.parameters;
        (positional + keyword_only) as usize
            + usize::from(self.flags & CO_VARARGS != 0)
            + usize::from(self.flags & CO_VARKEYWORDS != 0)
    }

    /// Constant number `index`.
    pub(super) fn constant(&self, index: u32) -> PyResult<Bound<'py, PyAny>> {
        self.consts.get_item(index as usize)
    }

    /// Whether this is the body of a function (of a lambda, a comprehension, …) and not of a class or module.
    pub(super) fn is_function(&self) -> bool {
        self.flags & CO_OPTIMIZED != 0
    }

    /// Whether this is the body of a class.
    pub(super) fn is_class(&self) -> bool {
        !self.is_function() && self.name.to_str().is_ok_and(|name| name != "<module>")
    }

    /// Whether an instruction loads a name that the program does not read: the compiler does, for the `__module__`
    /// of a class and to store an annotation in `__annotations__`.
    pub(super) fn is_bookkeeping(&self, index: usize) -> bool {
        let named = |index: usize, name: &str| {
            self.names[self.instructions[index].arg as usize].to_str().is_ok_and(|n| n == name)
        };
        let [load, rest @ ..] = &self.instructions[index..] else { return false };
        match (load.op, rest) {
            (Op::LOAD_NAME, [store, ..]) if store.op == Op::STORE_NAME => {
                self.is_class() && named(index, "__name__") && named(index + 1, "__module__")
            }
            (Op::LOAD_NAME, [key, store, ..]) => {
                (key.op, store.op) == (Op::LOAD_CONST, Op::STORE_SUBSCR)
                    && named(index, "__annotations__")
            }
            _ => false,
        }
    }

    /// The docstring of a function, as the function object made of this code shows it.
    pub(super) fn docstring(&self) -> PyResult<Option<Bound<'py, PyString>>> {
        if !self.is_function() || self.consts.is_empty() {
            return Ok(None);
        }
        // The first constant of a `def` is its docstring or None; code without a name of its own (`<listcomp>`,
        // `<genexpr>`, …) has no such place, a lambda has None.
        let has_place = !self.name.to_str().is_ok_and(|name| name.starts_with('<'));
        Ok(if has_place { self.constant(0)?.cast_into_exact::<PyString>().ok() } else { None })
    }

    /// The line that each instruction comes from, 0 where none is known.
    pub(super) fn lines(&self) -> PyResult<Vec<u32>> {
        let py = self.object.py();
        let table = self.object.getattr(intern!(py, "co_linetable"))?.cast_into::<PyBytes>()?;
        let first_line = self.object.getattr(intern!(py, "co_firstlineno"))?.extract::<u32>()?;
        Ok(lines(table.as_bytes(), first_line, &self.instructions))
    }
}

fn malformed(what: &str) -> PyErr {
    PyValueError::new_err(format!("malformed code object: {what}"))
}

/// Decodes `co_code` and the exception table.
fn instructions(
    set: &InstructionSet,
    bytecode: &[u8],
    exception_table: &[u8],
) -> PyResult<(Vec<Instruction>, Vec<Handler>)> {
    let mut decoded = Vec::with_capacity(bytecode.len() / 4);
    // Per code unit: the first decoded instruction at or after it.
    let mut at_unit = vec![NO_TARGET; bytecode.len() / 2 + 1];
    // Per decoded instruction: the unit that it jumps to.
    let mut jumps = Vec::new();
    let mut prefix = 0;
    let mut unit = 0;
    let mut first_unit = 0;
    let unit_count = bytecode.len() / 2;
    while unit < unit_count {
        let op = set
            .op(bytecode[2 * unit])
            .ok_or_else(|| malformed(&format!("unknown instruction {}", bytecode[2 * unit])))?;
        let arg = prefix << 8 | u32::from(bytecode[2 * unit + 1]);
        unit += 1;
        if op == Op::EXTENDED_ARG {
            prefix = arg;
            continue;
        }
        while unit < unit_count && set.op(bytecode[2 * unit]) == Some(Op::CACHE) {
            unit += 1;
        }
        at_unit[first_unit..unit].fill(decoded.len() as u32);
        let distance = arg as usize;
        let target = match op.operand() {
            Operand::Forward => Some(unit + distance),
            Operand::Backward => Some(
                unit.checked_sub(distance)
                    .ok_or_else(|| malformed("a jump leads before its start"))?,
            ),
            _ => None,
        };
        let offset = 2 * first_unit as u32;
        expand(set.version, op, arg, |op, arg, flag| {
            if op.operand() == Operand::Forward
                && let Some(target) = target
            {
                jumps.push((decoded.len(), target));
            }
            decoded.push(Instruction {
                op,
                arg,
                flag,
                target: NO_TARGET,
                handler: NO_TARGET,
                offset,
            });
        });
        prefix = 0;
        first_unit = unit;
    }
    let lookup = |unit: usize| match at_unit.get(unit) {
        Some(&index) if (index as usize) < decoded.len() => Ok(index),
        _ => Err(malformed("a jump leads past its end")),
    };
    let mut resolved = Vec::with_capacity(jumps.len());
    for (index, unit) in jumps {
        resolved.push((index, lookup(unit)?));
    }
    let mut handlers = Vec::new();
    let mut covered = Vec::new();
    for (units, target, depth_and_lasti) in exception_entries(exception_table) {
        let handler = Handler {
            target: lookup(target)?,
            depth: depth_and_lasti >> 1,
            lasti: depth_and_lasti & 1 == 1,
        };
        let number = handlers.iter().position(|known| *known == handler).unwrap_or_else(|| {
            handlers.push(handler);
            handlers.len() - 1
        });
        covered.push((units, number as u32));
    }
    for (index, target) in resolved {
        decoded[index].target = target;
        decoded[index].arg = 0;
    }
    for (units, number) in covered {
        // Entries are sorted and do not overlap; an instruction lies in one by its first unit.
        let first = decoded.partition_point(|i| (i.offset as usize) < 2 * units.start);
        let last = decoded.partition_point(|i| (i.offset as usize) < 2 * units.end);
        for instruction in &mut decoded[first..last] {
            instruction.handler = number;
        }
    }
    Ok((decoded, handlers))
}

/// Emits the instructions that `op` stands for: fused ones apart, directions and layout dropped.
fn expand(version: Version, op: Op, arg: u32, mut emit: impl FnMut(Op, u32, u32)) {
    use Op::*;
    match op {
        // Which variables are cells follows from how they are used; `PRECALL` only prepares a call.
        NOP | CACHE | PRECALL | EXTENDED_ARG | MAKE_CELL | COPY_FREE_VARS => {}
        JUMP_FORWARD | JUMP_BACKWARD | JUMP_BACKWARD_NO_INTERRUPT => emit(JUMP, 0, 0),
        POP_JUMP_FORWARD_IF_FALSE | POP_JUMP_BACKWARD_IF_FALSE => emit(POP_JUMP_IF_FALSE, 0, 0),
        POP_JUMP_FORWARD_IF_TRUE | POP_JUMP_BACKWARD_IF_TRUE => emit(POP_JUMP_IF_TRUE, 0, 0),
        POP_JUMP_FORWARD_IF_NONE | POP_JUMP_BACKWARD_IF_NONE => emit(POP_JUMP_IF_NONE, 0, 0),
        POP_JUMP_FORWARD_IF_NOT_NONE | POP_JUMP_BACKWARD_IF_NOT_NONE => {
            emit(POP_JUMP_IF_NOT_NONE, 0, 0)
        }
        RETURN_CONST => {
            emit(LOAD_CONST, arg, 0);
            emit(RETURN_VALUE, 0, 0);
        }
        // The compiler has proved where the check is not needed; what the instruction does is the same.
        LOAD_FAST_CHECK => emit(LOAD_FAST, arg, 0),
        LOAD_FAST_LOAD_FAST => {
            emit(LOAD_FAST, arg >> 4, 0);
            emit(LOAD_FAST, arg & 15, 0);
        }
        STORE_FAST_LOAD_FAST => {
            emit(STORE_FAST, arg >> 4, 0);
            emit(LOAD_FAST, arg & 15, 0);
        }
        STORE_FAST_STORE_FAST => {
            emit(STORE_FAST, arg >> 4, 0);
            emit(STORE_FAST, arg & 15, 0);
        }
        LOAD_METHOD => emit(LOAD_ATTR, arg, 1),
        LOAD_ATTR if attribute_tells_of_call(version) => emit(LOAD_ATTR, arg >> 1, arg & 1),
        LOAD_GLOBAL => emit(LOAD_GLOBAL, arg >> 1, arg & 1),
        LOAD_SUPER_ATTR => emit(LOAD_SUPER_ATTR, arg >> 2, arg & 3),
        _ => emit(op, arg, 0),
    }
}

/// The entries of an exception table: code units covered, unit of the handler, depth and lasti.
fn exception_entries(table: &[u8]) -> Vec<(std::ops::Range<usize>, usize, u32)> {
    let mut bytes = table.iter();
    let mut number = || {
        let mut byte = *bytes.next()?;
        let mut value = u32::from(byte & 63);
        while byte & 64 != 0 {
            byte = *bytes.next()?;
            value = value << 6 | u32::from(byte & 63);
        }
        Some(value)
    };
    let mut entry = || {
        let (start, length, target, depth) =
            (number()? as usize, number()? as usize, number()?, number()?);
        Some((start..start + length, target as usize, depth))
    };
    std::iter::from_fn(&mut entry).collect()
}

/// Reads the line of each instruction from a location table (CPython's `Objects/locations.md`).
fn lines(table: &[u8], first_line: u32, instructions: &[Instruction]) -> Vec<u32> {
    let mut lines = Vec::with_capacity(instructions.len());
    let mut bytes = table.iter().copied().peekable();
    let (mut line, mut end) = (i64::from(first_line), 0_u32);
    let mut shown = 0;
    for instruction in instructions {
        while end <= instruction.offset {
            let Some(head) = bytes.next() else { break };
            end += 2 * (u32::from(head & 7) + 1);
            let kind = head >> 3 & 15;
            let change = match kind {
                13 | 14 => signed_varint(&mut bytes),
                10..=12 => i64::from(kind) - 10,
                _ => 0,
            };
            line += change;
            shown = if kind == 15 { 0 } else { u32::try_from(line).unwrap_or(0) };
            // What follows, up to the next head (the only bytes with the top bit set), tells columns.
            while bytes.next_if(|byte| byte & 0x80 == 0).is_some() {}
        }
        lines.push(shown);
    }
    lines
}

fn signed_varint(bytes: &mut impl Iterator<Item = u8>) -> i64 {
    let (mut value, mut shift) = (0_u64, 0);
    for byte in bytes {
        value |= u64::from(byte & 63).checked_shl(shift).unwrap_or(0);
        shift += 6;
        if byte & 64 == 0 {
            break;
        }
    }
    let magnitude = (value >> 1) as i64;
    if value & 1 == 1 { -magnitude } else { magnitude }
}
