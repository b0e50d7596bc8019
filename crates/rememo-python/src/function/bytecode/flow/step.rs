//! The effect of each instruction on what is known.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::super::decode::Instruction;
use super::super::is_code;
use super::super::opcode::{Op, Operand, iterator_stays, null_lies_below};
use super::super::path::{PathId, Usage};
use super::{FUNCTION_SCOPE, Holds, Runner, Slot, State};

impl<'py> Runner<'_, 'py> {
    /// The effect of an instruction when it jumps.
    pub(super) fn jump(&self, op: Op, state: &mut State) {
        match op {
            Op::POP_JUMP_IF_FALSE
            | Op::POP_JUMP_IF_TRUE
            | Op::POP_JUMP_IF_NONE
            | Op::POP_JUMP_IF_NOT_NONE => {
                state.pop();
            }
            // On exhaustion: on 3.11 the iterator is gone, later versions leave it to `END_FOR`, which takes two off.
            Op::FOR_ITER if !iterator_stays(self.code.version) => {
                state.pop();
            }
            Op::FOR_ITER => state.stack.push(Slot::Unknown),
            // The result of what was delegated to.
            Op::SEND => {
                state.pop();
                if !iterator_stays(self.code.version) {
                    state.pop();
                }
                state.stack.push(Slot::Unknown);
            }
            _ => {}
        }
    }

    /// The path of a value that is not only a step of an import statement.
    fn path_of(&mut self, slot: Slot) -> PyResult<Option<PathId>> {
        Ok(match slot {
            Slot::Path { path, .. } => Some(path),
            Slot::Package { import, parts } => {
                let (module, level) = self.imported(import)?;
                let name = module.to_str().unwrap_or_default();
                let end = name
                    .match_indices('.')
                    .nth(parts as usize - 1)
                    .map_or(name.len(), |(end, _)| end);
                let package = PyString::new(module.py(), &name[..end]);
                Some(self.paths.import(&package, None, level)?)
            }
            Slot::Module(import) => {
                let (module, level) = self.imported(import)?;
                Some(self.paths.import(&module, None, level)?)
            }
            _ => None,
        })
    }

    /// Module and level of the import statement whose `IMPORT_NAME` is at `index`.
    fn imported(&self, index: u32) -> PyResult<(Bound<'py, PyString>, u32)> {
        let name = self.code.names[self.code.instructions[index as usize].arg as usize].clone();
        // The two constants right before are the level and the names to import.
        let level = match index.checked_sub(2).map(|level| self.code.instructions[level as usize]) {
            Some(load) if load.op == Op::LOAD_CONST => {
                self.code.constant(load.arg)?.extract().unwrap_or(0)
            }
            _ => 0,
        };
        Ok((name, level))
    }

    pub(super) fn use_slot(&mut self, slot: Slot, usage: Usage, index: usize) {
        if self.flow.is_none() {
            return;
        }
        if let Slot::Globals { path, from } | Slot::GetGlobal { path, from } = slot {
            // Used in another way than by a constant name.
            self.paths.used(path, Usage::Call, self.lines[from as usize]);
        }
        if let Ok(Some(path)) = self.path_of(slot) {
            let at = if let Slot::Path { from, .. } = slot { from as usize } else { index };
            self.paths.used(path, usage, self.lines[at]);
        }
    }

    pub(super) fn note(&mut self, path: PathId, usage: Usage, index: usize) {
        if self.flow.is_some() {
            self.paths.used(path, usage, self.lines[index]);
        }
    }

    /// Pushes a value, with the empty place beside it if it is about to be called.
    fn push_callable(&self, state: &mut State, value: Slot, is_called: bool) {
        match (is_called, null_lies_below(self.code.version)) {
            (false, _) => state.stack.push(value),
            (true, true) => state.stack.extend([Slot::Null, value]),
            (true, false) => state.stack.extend([value, Slot::Null]),
        }
    }

    /// The effect of an instruction on the way to the next.
    pub(super) fn step(&mut self, index: usize, op: Op, state: &mut State) -> PyResult<()> {
        if op == Op::PUSH_NULL {
            state.stack.push(Slot::Null);
            return Ok(());
        }
        let Instruction { arg, flag, .. } = self.code.instructions[index];
        let here = index as u32;
        let operand = op.operand();
        let scope = match operand {
            // From here on the comprehension's variable lies in that place.
            _ if op == Op::LOAD_FAST_AND_CLEAR => here,
            Operand::Variable => state.scope_of(arg),
            _ => FUNCTION_SCOPE,
        };
        if let Some(flow) = &mut self.flow {
            flow.scopes[index] = scope;
            flow.heights[index] = state.stack.len() as u32;
        }
        let name = (operand == Operand::Name).then(|| self.code.names[arg as usize].clone());
        match (op, name) {
            (Op::LOAD_BUILD_CLASS, _) => state.stack.push(Slot::BuildClass),
            (Op::LOAD_CONST, _) => {
                state.stack.push(Slot::Const(arg));
                self.load_code(index, arg, state)?;
            }
            (Op::COPY, _) => {
                let copied = state.stack.len().checked_sub(arg as usize).map(|at| state.stack[at]);
                state.stack.push(copied.unwrap_or(Slot::Unknown));
            }
            (Op::SWAP, _) => {
                let (top, other) = (
                    state.stack.len().wrapping_sub(1),
                    state.stack.len().wrapping_sub(arg as usize),
                );
                if top < state.stack.len() && other < state.stack.len() {
                    state.stack.swap(top, other);
                }
            }
            (Op::IS_OP, _) => {
                for _ in 0..2 {
                    let value = state.pop();
                    self.use_slot(value, Usage::Identity, index);
                }
                state.stack.push(Slot::Unknown);
            }
            (Op::LOAD_NAME, _)
                if state.stored.contains(&arg) || self.code.is_bookkeeping(index) =>
            {
                state.stack.push(Slot::Unknown);
            }
            (Op::LOAD_GLOBAL | Op::LOAD_NAME | Op::LOAD_FROM_DICT_OR_GLOBALS, Some(name)) => {
                if op == Op::LOAD_FROM_DICT_OR_GLOBALS {
                    state.pop();
                }
                let path = self.paths.global(&name)?;
                self.push_callable(state, Slot::Path { path, from: here }, flag == 1);
            }
            (Op::STORE_NAME, _) => {
                let value = state.pop();
                if self.code.is_class() {
                    state.stored.insert(arg);
                }
                let stored = match (value, self.path_of(value)?) {
                    (Slot::Package { import, .. }, Some(path)) => Slot::Path { path, from: import },
                    _ => value,
                };
                if let Some(flow) = &mut self.flow {
                    flow.stores.push((here, Some(arg), stored));
                }
                // What a module imports is told by its bindings; a class body's names are not followed.
                let is_import =
                    matches!(value, Slot::Package { .. }) || self.is_imported_name(value, index);
                if self.code.is_class() || !is_import {
                    self.use_slot(value, Usage::Value, index);
                }
            }
            (Op::DELETE_NAME, _) => {
                state.stored.remove(&arg);
            }
            (Op::STORE_GLOBAL | Op::DELETE_GLOBAL, Some(name)) => {
                let path = self.paths.global(&name)?;
                if op == Op::STORE_GLOBAL {
                    let value = state.pop();
                    self.use_slot(value, Usage::Value, index);
                    self.note(path, Usage::StoreGlobal, index);
                } else {
                    self.note(path, Usage::DeleteGlobal, index);
                }
            }
            (Op::LOAD_ATTR, Some(name)) => {
                let owner = state.pop();
                let found = match self.path_of(owner)? {
                    None if matches!(owner, Slot::Globals { .. }) => {
                        self.method(owner, &name, index)
                    }
                    Some(path) => {
                        let path = self.paths.attr(path, &name)?;
                        let from = if let Slot::Path { from, .. } = owner { from } else { here };
                        Slot::Path { path, from }
                    }
                    None => Slot::Unknown,
                };
                self.push_callable(state, found, flag == 1);
            }
            (Op::STORE_ATTR | Op::DELETE_ATTR, Some(name)) => {
                let owner = state.pop();
                if let Some(path) = self.path_of(owner)? {
                    let path = self.paths.attr(path, &name)?;
                    self.note(path, Usage::StoreAttr, index);
                }
                if op == Op::STORE_ATTR {
                    let value = state.pop();
                    self.use_slot(value, Usage::Value, index);
                }
            }
            // `super(class, self).name`
            (Op::LOAD_SUPER_ATTR, _) => {
                for usage in [Usage::Value, Usage::Value, Usage::Call] {
                    let slot = state.pop();
                    self.use_slot(slot, usage, index);
                }
                self.push_callable(state, Slot::Unknown, flag & 1 == 1);
            }
            (Op::BINARY_SUBSCR, _) => {
                let (key, owner) = (state.pop(), state.pop());
                match (owner, key) {
                    (Slot::Globals { path, from }, Slot::Const(constant))
                        if self.is_text(constant)? =>
                    {
                        let found = self.constant_global(path, from, constant)?;
                        state.stack.push(found);
                    }
                    (Slot::Path { path, from }, Slot::Const(constant)) => {
                        let path = self.paths.item(path, self.code.constant(constant)?)?;
                        state.stack.push(Slot::Path { path, from });
                    }
                    _ => {
                        self.use_slot(key, Usage::Value, index);
                        self.use_slot(owner, Usage::Value, index);
                        state.stack.push(Slot::Unknown);
                    }
                }
            }
            (Op::IMPORT_NAME, Some(module)) => self.import_name(index, state, &module)?,
            (Op::IMPORT_FROM, Some(name)) => self.import_from(index, state, &name)?,
            (Op::IMPORT_STAR, _) => self.import_star(index, state)?,
            (Op::CALL_INTRINSIC_1, _) if matches!(state.stack.last(), Some(Slot::Module(_))) => {
                self.import_star(index, state)?;
                state.stack.push(Slot::Unknown);
            }
            // The module that names were imported from is left alone then.
            (Op::POP_TOP, _) => {
                let value = state.pop();
                if !matches!(value, Slot::Module(_) | Slot::Package { .. }) {
                    self.use_slot(value, Usage::Value, index);
                }
            }
            (Op::LOAD_FAST_AND_CLEAR, _) => {
                state.stack.push(Slot::Saved);
                state.scopes.push((arg, here));
            }
            (
                Op::LOAD_FAST | Op::LOAD_DEREF | Op::LOAD_CLASSDEREF | Op::LOAD_FROM_DICT_OR_DEREF,
                _,
            ) => {
                if op == Op::LOAD_FROM_DICT_OR_DEREF {
                    state.pop();
                }
                match self.held(arg, scope) {
                    Some(path) => state.stack.push(Slot::Path { path, from: here }),
                    None => state.stack.push(Slot::Unknown),
                }
            }
            (Op::LOAD_CLOSURE, _) => {
                if let Some(path) = self.held(arg, scope) {
                    self.note(path, Usage::Value, index);
                }
                state.stack.push(Slot::Unknown);
            }
            (Op::STORE_FAST | Op::STORE_DEREF, _) => self.store(index, state, arg, scope)?,
            (Op::DELETE_FAST | Op::DELETE_DEREF, _) => {
                if self.is_outer(arg, scope) {
                    let path = self.paths.free(&self.code.variables[arg as usize])?;
                    self.note(path, Usage::DeleteGlobal, index);
                }
            }
            (Op::MAKE_FUNCTION, _) => {
                let made = match state.stack.last() {
                    Some(Slot::Const(code)) => Slot::Function(*code),
                    _ => Slot::Unknown,
                };
                self.generic(index, op, state);
                state.pop();
                state.stack.push(made);
            }
            (Op::SET_FUNCTION_ATTRIBUTE, _) => {
                let (function, attribute) = (state.pop(), state.pop());
                self.use_slot(attribute, Usage::Value, index);
                state.stack.push(function);
            }
            (Op::CALL | Op::CALL_KW | Op::CALL_FUNCTION_EX, _) => self.call(index, state)?,
            _ => self.generic(index, op, state),
        }
        Ok(())
    }

    /// Any other instruction: what it takes is used, what it gives is not known.
    fn generic(&mut self, index: usize, op: Op, state: &mut State) {
        let Instruction { arg, flag, .. } = self.code.instructions[index];
        let (pops, pushes) = op.stack_effect(arg, flag, self.code.version);
        for _ in 0..pops {
            let slot = state.pop();
            self.use_slot(slot, Usage::Value, index);
        }
        state.stack.extend(std::iter::repeat_n(Slot::Unknown, pushes));
    }

    /// Whether a stored value has just been taken from a module by an import statement.
    fn is_imported_name(&self, value: Slot, index: usize) -> bool {
        matches!(value, Slot::Path { from, .. }
            if from + 1 == index as u32 && self.code.instructions[from as usize].op == Op::IMPORT_FROM)
    }

    /// Whether a variable is a free variable of the outermost code.
    fn is_outer(&self, variable: u32, scope: u32) -> bool {
        self.around.outermost
            && scope == FUNCTION_SCOPE
            && variable as usize >= self.code.first_free
    }

    /// The path of the value that a variable is known to hold.
    fn held(&self, variable: u32, scope: u32) -> Option<PathId> {
        if scope == FUNCTION_SCOPE
            && let Some(free) = (variable as usize).checked_sub(self.code.first_free)
        {
            return self.around.free.get(free).copied().flatten();
        }
        match self.holds.get(&(variable, scope)) {
            Some(Holds::Path(path)) => Some(*path),
            _ => None,
        }
    }

    fn store(
        &mut self,
        index: usize,
        state: &mut State,
        variable: u32,
        scope: u32,
    ) -> PyResult<()> {
        let value = state.pop();
        if value == Slot::Saved && scope != FUNCTION_SCOPE {
            // The comprehension is over.
            if let Some(at) = state.scopes.iter().rposition(|(v, _)| *v == variable) {
                state.scopes.remove(at);
            }
            return Ok(());
        }
        if self.is_outer(variable, scope) {
            let path = self.paths.free(&self.code.variables[variable as usize])?;
            self.use_slot(value, Usage::Value, index);
            self.note(path, Usage::StoreGlobal, index);
            return Ok(());
        }
        let is_function_variable = scope == FUNCTION_SCOPE;
        let may_hold_more = self.around.locals_are_seen
            || self.around.shared.get(variable as usize).copied().unwrap_or(false)
            || is_function_variable && (variable as usize) < self.code.parameter_count()
            || is_function_variable && variable as usize >= self.code.first_free;
        let held = match self.path_of(value)? {
            Some(path) if !may_hold_more => Holds::Path(path),
            _ => Holds::Anything,
        };
        let known = self.holds.entry((variable, scope)).or_insert(held);
        if *known != held {
            *known = Holds::Anything;
        }
        if *known == Holds::Anything {
            self.use_slot(value, Usage::Value, index);
        }
        Ok(())
    }

    /// Notes the nested code that an instruction loads, with what its free variables hold.
    fn load_code(&mut self, index: usize, constant: u32, state: &State) -> PyResult<()> {
        if self.flow.is_none() || !is_code(&self.code.constant(constant)?) {
            return Ok(());
        }
        let variables = self.closures.get(&(index as u32)).map(Vec::as_slice).unwrap_or_default();
        let closure: Vec<(u32, u32)> =
            variables.iter().map(|&variable| (variable, state.scope_of(variable))).collect();
        let free = closure.iter().map(|&(variable, scope)| self.held(variable, scope)).collect();
        let nested = (constant, free);
        if let Some(flow) = &mut self.flow {
            flow.closures.insert(index as u32, closure);
            if !flow.nested.contains(&nested) {
                flow.nested.push(nested);
            }
        }
        Ok(())
    }

    fn import_name(
        &mut self,
        index: usize,
        state: &mut State,
        module: &Bound<'py, PyString>,
    ) -> PyResult<()> {
        let names = state.pop();
        state.pop();
        let takes_names = match names {
            Slot::Const(constant) => !self.code.constant(constant)?.is_none(),
            _ => false,
        };
        let (_, level) = self.imported(index as u32)?;
        let path = self.paths.import(module, None, level)?;
        self.note(path, Usage::Import, index);
        let import = index as u32;
        state.stack.push(if takes_names {
            Slot::Module(import)
        } else {
            Slot::Package { import, parts: 1 }
        });
        Ok(())
    }

    fn import_from(
        &mut self,
        index: usize,
        state: &mut State,
        name: &Bound<'py, PyString>,
    ) -> PyResult<()> {
        let found = match state.stack.last() {
            Some(Slot::Module(import)) => {
                let (module, level) = self.imported(*import)?;
                let path = self.paths.import(&module, Some(name), level)?;
                self.note(path, Usage::Import, index);
                Slot::Path { path, from: index as u32 }
            }
            Some(Slot::Package { import, parts }) => {
                Slot::Package { import: *import, parts: parts + 1 }
            }
            _ => Slot::Unknown,
        };
        state.stack.push(found);
        Ok(())
    }

    fn import_star(&mut self, index: usize, state: &mut State) -> PyResult<()> {
        if let Slot::Module(import) = state.pop() {
            let (module, level) = self.imported(import)?;
            let star = PyString::new(module.py(), "*");
            let path = self.paths.import(&module, Some(&star), level)?;
            self.note(path, Usage::Import, index);
            if let Some(flow) = &mut self.flow {
                let from = index as u32;
                flow.stores.push((from, None, Slot::Path { path, from }));
            }
        }
        Ok(())
    }

    fn call(&mut self, index: usize, state: &mut State) -> PyResult<()> {
        let Instruction { op, arg, .. } = self.code.instructions[index];
        let count = match op {
            Op::CALL => arg as usize,
            Op::CALL_KW => arg as usize + 1,
            _ => 1 + (arg as usize & 1),
        };
        let arguments: Vec<Slot> = state.stack.split_off(state.stack.len().saturating_sub(count));
        let (upper, lower) = (state.pop(), state.pop());
        let callee = match (lower, upper) {
            (Slot::Null, callee) | (callee, Slot::Null) => callee,
            // The form that decorators are applied in: the upper value is an argument too.
            (callee, argument) => {
                self.use_slot(argument, Usage::Value, index);
                if let Some(flow) = &mut self.flow {
                    flow.applies[index] = true;
                }
                callee
            }
        };
        let by_keyword =
            op != Op::CALL || index > 0 && self.code.instructions[index - 1].op == Op::KW_NAMES;
        if !by_keyword && let Some(found) = self.found_by_name(callee, &arguments, index)? {
            state.stack.push(found);
            return Ok(());
        }
        self.use_slot(callee, Usage::Call, index);
        let inspects = !matches!(arguments.get(1), Some(Slot::Const(_))) && self.inspects(callee);
        for (at, &argument) in arguments.iter().enumerate() {
            let usage = if inspects && at == 0 { Usage::Inspect } else { Usage::Value };
            self.use_slot(argument, usage, index);
        }
        let result = match (callee, arguments.as_slice()) {
            (Slot::BuildClass, [Slot::Function(body), ..]) => Slot::Class(*body),
            // `getattr(value, "constant")`, where the name is the built-in's, is the attribute.
            (
                Slot::Path { path, .. },
                [owner, Slot::Const(name)] | [owner, Slot::Const(name), _],
            ) if !by_keyword && self.paths.is_global(path, "getattr") => {
                self.constant_attribute(*owner, *name, index)?
            }
            (Slot::Path { path, .. }, [_, ..]) if self.paths.is_global(path, "getattr") => {
                self.use_slot(callee, Usage::Computed, index);
                Slot::Unknown
            }
            _ => Slot::Unknown,
        };
        state.stack.push(result);
        Ok(())
    }

    fn constant_attribute(&mut self, owner: Slot, name: u32, index: usize) -> PyResult<Slot> {
        let name = self.code.constant(name)?;
        let Ok(name) = name.cast_exact::<PyString>() else { return Ok(Slot::Unknown) };
        Ok(match self.path_of(owner)? {
            Some(owner) => Slot::Path { path: self.paths.attr(owner, name)?, from: index as u32 },
            None => Slot::Unknown,
        })
    }
}
