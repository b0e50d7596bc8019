//! Functions, classes and calls.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyCode;
use rustc_hash::FxHashMap;

use super::super::opcode::{Op, sets_function_attributes};
use super::{ClassParts, Effect, Evaluator, FunctionParts, Made, Outcome, Slot};

const DEFAULTS: u32 = 1;
const KEYWORD_DEFAULTS: u32 = 2;
const ANNOTATIONS: u32 = 4;
const CLOSURE: u32 = 8;

impl<'py> Evaluator<'_, 'py> {
    pub(super) fn load_cell(&mut self, variable: u32) -> Outcome<()> {
        let name = self.code.variables.get(variable as usize).ok_or(Effect)?;
        if (variable as usize) >= self.code.first_free || name.to_string_lossy() != "__class__" {
            return Err(Effect);
        }
        let py = self.code.object.py();
        let cell = match self.cells.get(&variable) {
            Some(cell) => cell.clone(),
            // SAFETY: makes an empty cell: a new reference, or NULL with an exception set.
            None => unsafe {
                Bound::from_owned_ptr_or_err(py, ffi::PyCell_New(std::ptr::null_mut()))
                    .map_err(|_| Effect)?
            },
        };
        self.cells.insert(variable, cell.clone());
        self.push_known(cell);
        Ok(())
    }

    pub(super) fn make_function(&mut self, flags: u32) -> Outcome<()> {
        let code = self.pop()?.known().cloned().ok_or(Effect)?;
        if !code.is_exact_instance_of::<PyCode>() {
            return Err(Effect);
        }
        let mut attributes = [None, None, None, None];
        if !sets_function_attributes(self.code.version) {
            for (at, flag) in [(3, CLOSURE), (2, ANNOTATIONS), (1, KEYWORD_DEFAULTS), (0, DEFAULTS)]
            {
                if flags & flag != 0 {
                    attributes[at] = Some(self.pop()?);
                }
            }
        }
        let function = self.world.function(FunctionParts { code, attributes })?;
        self.push(function);
        Ok(())
    }

    /// Since 3.13 the parts of a function are set one by one: it is made anew with each.
    pub(super) fn set_function_attribute(&mut self, flag: u32) -> Outcome<()> {
        let (function, attribute) = (self.pop()?, self.pop()?);
        let Some(known) = function.known().and_then(crate::raw::Function::of) else {
            self.push(function);
            return Ok(());
        };
        let part = |value: Option<Bound<'py, PyAny>>| value.map(Made::Known);
        let mut attributes = [
            part(known.defaults()),
            part(known.kwdefaults()),
            part(known.annotations()),
            part(known.closure().map(Bound::into_any)),
        ];
        let at = match flag {
            DEFAULTS => 0,
            KEYWORD_DEFAULTS => 1,
            ANNOTATIONS => 2,
            CLOSURE => 3,
            _ => return Err(Effect),
        };
        attributes[at] = Some(attribute);
        let function = self.world.function(FunctionParts { code: known.code(), attributes })?;
        self.push(function);
        Ok(())
    }

    pub(super) fn call(&mut self, op: Op, count: usize) -> Outcome<()> {
        let names = match op {
            Op::CALL_KW => {
                let names = self.pop()?;
                Some(names.known().and_then(|n| n.extract::<Vec<String>>().ok()).ok_or(Effect)?)
            }
            _ => self.keywords.take(),
        };
        let mut arguments = self.pop_many(count)?;
        let (upper, lower) = (self.stack.pop().ok_or(Effect)?, self.stack.pop().ok_or(Effect)?);
        let callee = match (lower, upper) {
            (Slot::Null, callee) | (callee, Slot::Null) => callee,
            // The form in which decorators are applied.
            (callee, Slot::Value(first)) => {
                arguments.insert(0, first);
                callee
            }
            _ => return Err(Effect),
        };
        let names = names.unwrap_or_default();
        let values = arguments.split_off(arguments.len().checked_sub(names.len()).ok_or(Effect)?);
        let keywords: Vec<(String, Made<'py>)> = names.into_iter().zip(values).collect();
        let result = match callee {
            Slot::Value(callee) => {
                self.world.call(&callee, &arguments, &keywords, self.scope.is_some())?
            }
            Slot::BuildClass => self.build_class(arguments, keywords)?,
            Slot::Null => return Err(Effect),
        };
        self.push(result);
        Ok(())
    }

    fn build_class(
        &mut self,
        arguments: Vec<Made<'py>>,
        keywords: Vec<(String, Made<'py>)>,
    ) -> Outcome<Made<'py>> {
        let mut arguments = arguments.into_iter();
        let (Some(Made::Known(body)), Some(Made::Known(name))) =
            (arguments.next(), arguments.next())
        else {
            return Err(Effect);
        };
        let body = crate::raw::Function::of(&body).ok_or(Effect)?;
        if body.closure().is_some() {
            return Err(Effect);
        }
        let mut evaluator = Evaluator::new(
            &body.code(),
            &mut *self.world,
            &mut *self.fresh,
            Some(FxHashMap::default()),
        )?;
        evaluator.run()?;
        let namespace = evaluator.scope.take().unwrap_or_default();
        let mut held = std::mem::take(&mut evaluator.held);
        self.held.append(&mut held);
        self.world.class(ClassParts { name, bases: arguments.collect(), keywords, namespace })
    }
}
