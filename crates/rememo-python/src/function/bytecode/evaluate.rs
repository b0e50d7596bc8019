//! What the statements of a module (or of a class body) make, found by going through them without running any
//! of the user's code.
//!
//! Statements are taken one after the other: functions and classes are made, constants and displays of them,
//! imports; what they refer to is asked of a [`World`]. A statement that may have an effect elsewhere, or whose
//! way cannot be told, ends it: then nothing is known of what the module will hold when it is loaded.

mod compute;
mod data;
mod make;
mod names;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use rustc_hash::{FxHashMap, FxHashSet};

use super::decode::{Code, Instruction, NO_TARGET};
use super::opcode::{Op, null_lies_below};

use data::is_container;
pub(crate) use data::{is_constant, is_data, is_form};
pub(crate) use names::names_bound;

/// A value that a statement makes.
#[derive(Clone, Debug)]
pub(crate) enum Made<'py> {
    /// This object, or one that cannot be told from it.
    Known(Bound<'py, PyAny>),
    /// An object that library code made and in which nothing of the user's is; `decorates` tells that it may be
    /// called with code of the user's without running it, `recipe` how it was made, where that says it all.
    Opaque { decorates: bool, recipe: Option<Arc<Recipe>> },
    /// An expression of types in which classes of the user's are named, as annotations are.
    Form,
    /// An object that is, holds or may run code of the user's.
    Code,
}

impl<'py> Made<'py> {
    /// Something of a library's that is not known any closer.
    pub(crate) const OPAQUE: Self = Self::Opaque { decorates: false, recipe: None };

    /// Notes that the value is used in a way that may change what is in it.
    pub(crate) fn spoil(&self) {
        if let Self::Opaque { recipe: Some(recipe), .. } = self {
            recipe.is_spoiled.store(true, Ordering::Relaxed);
        }
    }

    /// The object, where it is known.
    pub(crate) fn known(&self) -> Option<&Bound<'py, PyAny>> {
        match self {
            Self::Known(object) => Some(object),
            Self::Opaque { .. } | Self::Form | Self::Code => None,
        }
    }
}

/// A call of a library's function with constants: it tells of its result as much as the statement does.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// The function, or what is known by its name.
    pub(crate) callee: Py<PyAny>,
    /// Its arguments, and pairs of name and value for those that are given by keyword.
    pub(crate) arguments: Py<PyTuple>,
    is_spoiled: AtomicBool,
}

impl Recipe {
    /// The recipe of a call.
    pub(crate) fn new(callee: &Bound<'_, PyAny>, arguments: Bound<'_, PyTuple>) -> Arc<Self> {
        let (callee, arguments) = (callee.clone().unbind(), arguments.unbind());
        Arc::new(Self { callee, arguments, is_spoiled: AtomicBool::new(false) })
    }

    /// Whether a later statement may have changed what was made.
    pub(crate) fn is_spoiled(&self) -> bool {
        self.is_spoiled.load(Ordering::Relaxed)
    }
}

/// A statement may have an effect elsewhere, or leads to where nobody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effect;

/// What a statement comes to.
pub(crate) type Outcome<T> = Result<T, Effect>;

/// The parts of a function.
pub(crate) struct FunctionParts<'py> {
    /// Its code object.
    pub(crate) code: Bound<'py, PyAny>,
    /// Defaults, defaults of keyword-only parameters, annotations and closure.
    pub(crate) attributes: [Option<Made<'py>>; 4],
}

/// The parts of a class.
pub(crate) struct ClassParts<'py> {
    /// Its name.
    pub(crate) name: Bound<'py, PyAny>,
    /// Its bases, as the statement names them.
    pub(crate) bases: Vec<Made<'py>>,
    /// The keywords of the statement.
    pub(crate) keywords: Vec<(String, Made<'py>)>,
    /// What the body has bound.
    pub(crate) namespace: FxHashMap<String, Made<'py>>,
}

/// What statements refer to.
pub(crate) trait World<'py> {
    /// A name of the module's own, or a built-in one; none if there is no such name.
    fn name(&mut self, name: &Bound<'py, PyString>) -> Option<Made<'py>>;
    /// Binds a name of the module, or unbinds it.
    fn bind(&mut self, name: &Bound<'py, PyString>, value: Option<Made<'py>>);
    /// `import name`, or the module that names are then taken of.
    fn import(&mut self, name: &str, level: u32, takes_names: bool) -> Outcome<Made<'py>>;
    /// `from module import name`.
    fn import_from(
        &mut self,
        module: &Made<'py>,
        name: &Bound<'py, PyString>,
    ) -> Outcome<Made<'py>>;
    /// `from module import *`.
    fn import_star(&mut self, module: &Made<'py>) -> Outcome<()>;
    /// `owner.name`.
    fn attribute(&mut self, owner: &Made<'py>, name: &Bound<'py, PyString>) -> Outcome<Made<'py>>;
    /// An operation of which only that it is made is known.
    fn operation(&mut self, operands: &[Made<'py>]) -> Outcome<Made<'py>>;
    /// A call.
    fn call(
        &mut self,
        callee: &Made<'py>,
        arguments: &[Made<'py>],
        keywords: &[(String, Made<'py>)],
        in_class: bool,
    ) -> Outcome<Made<'py>>;
    /// A `def` or `lambda`.
    fn function(&mut self, parts: FunctionParts<'py>) -> Outcome<Made<'py>>;
    /// A `class` statement.
    fn class(&mut self, parts: ClassParts<'py>) -> Outcome<Made<'py>>;
    /// Whether an object may lie in a container as it is.
    fn is_whole(&self, object: &Bound<'py, PyAny>) -> bool;
}

/// Goes through the statements of a module.
pub(crate) fn evaluate<'py>(code: &Bound<'py, PyAny>, world: &mut dyn World<'py>) -> Outcome<()> {
    let mut fresh = FxHashSet::default();
    Evaluator::new(code, world, &mut fresh, None)?.run()
}

/// What is on the stack.
#[derive(Clone)]
enum Slot<'py> {
    Value(Made<'py>),
    Null,
    BuildClass,
}

struct Evaluator<'e, 'py> {
    code: Code<'py>,
    world: &'e mut dyn World<'py>,
    /// Containers that were made here, by address: nobody else has them.
    fresh: &'e mut FxHashSet<usize>,
    /// Names that a class body has bound; none in a module.
    scope: Option<FxHashMap<String, Made<'py>>>,
    cells: FxHashMap<u32, Bound<'py, PyAny>>,
    stack: Vec<Slot<'py>>,
    keywords: Option<Vec<String>>,
    annotations_are_known: bool,
    /// Containers made here are held, so that their addresses stay their own.
    held: Vec<Bound<'py, PyAny>>,
}

const IMPORT_STAR_INTRINSIC: u32 = 2;

impl<'e, 'py> Evaluator<'e, 'py> {
    fn new(
        code: &Bound<'py, PyAny>,
        world: &'e mut dyn World<'py>,
        fresh: &'e mut FxHashSet<usize>,
        scope: Option<FxHashMap<String, Made<'py>>>,
    ) -> Outcome<Self> {
        Ok(Self {
            code: Code::decode(code).map_err(|_| Effect)?,
            world,
            fresh,
            scope,
            cells: FxHashMap::default(),
            stack: Vec::new(),
            keywords: None,
            annotations_are_known: true,
            held: Vec::new(),
        })
    }

    fn run(&mut self) -> Outcome<()> {
        let mut at = 0;
        while let Some(&instruction) = self.code.instructions.get(at) {
            // What an exception may cut short, and what is done more than once, is not told.
            if instruction.handler != NO_TARGET {
                return Err(Effect);
            }
            if instruction.op == Op::RETURN_VALUE {
                if !self.annotations_are_known {
                    let name = PyString::intern(self.code.object.py(), "__annotations__");
                    self.store(&name, Some(Made::OPAQUE));
                }
                return Ok(());
            }
            let jumps = self.step(instruction)?;
            at = if jumps {
                let target = instruction.target as usize;
                if target <= at {
                    return Err(Effect);
                }
                target
            } else {
                at + 1
            };
        }
        Err(Effect)
    }

    fn push(&mut self, value: Made<'py>) {
        self.stack.push(Slot::Value(value));
    }

    fn push_known(&mut self, object: Bound<'py, PyAny>) {
        self.push(Made::Known(object));
    }

    /// A container that nobody else has.
    fn push_fresh(&mut self, object: Bound<'py, PyAny>) {
        self.fresh.insert(object.as_ptr() as usize);
        self.held.push(object.clone());
        self.push_known(object);
    }

    fn pop(&mut self) -> Outcome<Made<'py>> {
        match self.stack.pop() {
            Some(Slot::Value(value)) => Ok(value),
            _ => Err(Effect),
        }
    }

    fn pop_many(&mut self, count: usize) -> Outcome<Vec<Made<'py>>> {
        let start = self.stack.len().checked_sub(count).ok_or(Effect)?;
        self.stack
            .split_off(start)
            .into_iter()
            .map(|slot| match slot {
                Slot::Value(value) => Ok(value),
                _ => Err(Effect),
            })
            .collect()
    }

    /// The objects, if all are known and may lie in a container.
    fn whole(&self, values: &[Made<'py>]) -> Option<Vec<Bound<'py, PyAny>>> {
        values
            .iter()
            .map(|value| value.known().filter(|object| self.world.is_whole(object)).cloned())
            .collect()
    }

    fn is_fresh(&self, object: &Bound<'_, PyAny>) -> bool {
        self.fresh.contains(&(object.as_ptr() as usize))
    }

    /// Whether it is true, where that cannot change until the module is loaded.
    fn truth(&self, value: &Made<'py>) -> Outcome<bool> {
        let is_settled = |value: &&Bound<'py, PyAny>| is_constant(value) || self.is_fresh(value);
        value.known().filter(is_settled).ok_or(Effect)?.is_truthy().map_err(|_| Effect)
    }

    /// Whether it is a sequence that nobody else can change.
    fn is_settled_sequence(&self, object: &Bound<'py, PyAny>) -> bool {
        object.is_exact_instance_of::<PyTuple>()
            || object.is_exact_instance_of::<PyList>() && self.is_fresh(object)
    }

    fn name(&self, index: u32) -> Bound<'py, PyString> {
        self.code.names[index as usize].clone()
    }

    /// Goes one instruction on; tells whether it jumps.
    fn step(&mut self, instruction: Instruction) -> Outcome<bool> {
        let Instruction { op, arg, flag, .. } = instruction;
        let count = arg as usize;
        match op {
            Op::RESUME | Op::NOP => {}
            Op::PUSH_NULL => self.stack.push(Slot::Null),
            Op::LOAD_BUILD_CLASS => self.stack.push(Slot::BuildClass),
            Op::LOAD_CONST => {
                let constant = self.code.constant(arg).map_err(|_| Effect)?;
                self.push_known(constant);
            }
            Op::KW_NAMES => {
                let names = self.code.constant(arg).map_err(|_| Effect)?;
                self.keywords = Some(names.extract().map_err(|_| Effect)?);
            }
            Op::LOAD_NAME | Op::LOAD_GLOBAL => {
                let value = self.load(&self.name(arg), op == Op::LOAD_NAME)?;
                self.push_callable(value, op == Op::LOAD_GLOBAL && flag == 1);
            }
            Op::STORE_NAME => {
                let value = self.pop()?;
                self.store(&self.name(arg), Some(value));
            }
            Op::DELETE_NAME => self.store(&self.name(arg), None),
            Op::STORE_GLOBAL if self.scope.is_none() => {
                let value = self.pop()?;
                self.store(&self.name(arg), Some(value));
            }
            Op::POP_TOP => drop(self.stack.pop()),
            Op::COPY => {
                let at = self.stack.len().checked_sub(count).ok_or(Effect)?;
                self.stack.push(self.stack[at].clone());
            }
            Op::SWAP => {
                let (top, other) = (
                    self.stack.len().checked_sub(1).ok_or(Effect)?,
                    self.stack.len().checked_sub(count).ok_or(Effect)?,
                );
                self.stack.swap(top, other);
            }
            // A class body hands the cell of `__class__` to its methods.
            Op::LOAD_CLOSURE | Op::LOAD_FAST if self.scope.is_some() => self.load_cell(arg)?,
            Op::SETUP_ANNOTATIONS => {
                let key = PyString::intern(self.code.object.py(), "__annotations__");
                let has = match &self.scope {
                    Some(scope) => scope.contains_key("__annotations__"),
                    None => self.world.name(&key).is_some(),
                };
                if !has {
                    let dict = PyDict::new(key.py()).into_any();
                    self.fresh.insert(dict.as_ptr() as usize);
                    self.held.push(dict.clone());
                    self.store(&key, Some(Made::Known(dict)));
                }
            }
            Op::LOAD_ATTR => {
                let owner = self.pop()?;
                let value = self.attribute(&owner, &self.name(arg))?;
                self.push_callable(value, flag == 1);
            }
            Op::IMPORT_NAME => {
                let (names, level) = (self.pop()?, self.pop()?);
                let level = level.known().and_then(|l| l.extract().ok()).ok_or(Effect)?;
                let takes_names = !names.known().ok_or(Effect)?.is_none();
                let module =
                    self.world.import(&self.name(arg).to_string_lossy(), level, takes_names)?;
                self.push(module);
            }
            Op::IMPORT_FROM => {
                let module = self.pop()?;
                let value = self.world.import_from(&module, &self.name(arg))?;
                self.push(module);
                self.push(value);
            }
            Op::IMPORT_STAR => {
                let module = self.pop()?;
                self.star(&module)?;
            }
            Op::CALL_INTRINSIC_1 if arg == IMPORT_STAR_INTRINSIC => {
                let module = self.pop()?;
                self.star(&module)?;
                self.push(Made::OPAQUE);
            }
            Op::MAKE_FUNCTION => self.make_function(arg)?,
            Op::SET_FUNCTION_ATTRIBUTE => self.set_function_attribute(arg)?,
            Op::CALL | Op::CALL_KW => self.call(op, count)?,
            Op::UNPACK_SEQUENCE => self.unpack(count)?,
            Op::STORE_SUBSCR => self.store_item()?,
            Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE => {
                let value = self.pop()?;
                let truth = self.truth(&value)?;
                return Ok(truth == (op == Op::POP_JUMP_IF_TRUE));
            }
            Op::POP_JUMP_IF_NONE | Op::POP_JUMP_IF_NOT_NONE => {
                let value = self.pop()?;
                let is_none = value.known().ok_or(Effect)?.is_none();
                return Ok(is_none == (op == Op::POP_JUMP_IF_NONE));
            }
            Op::JUMP_IF_FALSE_OR_POP | Op::JUMP_IF_TRUE_OR_POP => {
                let value = self.pop()?;
                let jumps = self.truth(&value)? == (op == Op::JUMP_IF_TRUE_OR_POP);
                if jumps {
                    self.push(value);
                }
                return Ok(jumps);
            }
            Op::JUMP => return Ok(true),
            _ => self.compute(instruction)?,
        }
        Ok(false)
    }

    fn operation(&mut self, operands: &[Made<'py>]) -> Outcome<()> {
        let result = self.world.operation(operands)?;
        self.push(result);
        Ok(())
    }

    fn push_callable(&mut self, value: Made<'py>, is_called: bool) {
        match (is_called, null_lies_below(self.code.version)) {
            (false, _) => self.push(value),
            (true, true) => self.stack.extend([Slot::Null, Slot::Value(value)]),
            (true, false) => self.stack.extend([Slot::Value(value), Slot::Null]),
        }
    }

    fn load(&mut self, name: &Bound<'py, PyString>, own: bool) -> Outcome<Made<'py>> {
        let of_class = self.scope.as_ref().filter(|_| own);
        if let Some(value) = of_class.and_then(|s| s.get(&*name.to_string_lossy())) {
            return Ok(value.clone());
        }
        // A name that is not bound raises.
        self.world.name(name).ok_or(Effect)
    }

    fn store(&mut self, name: &Bound<'py, PyString>, value: Option<Made<'py>>) {
        let Some(scope) = &mut self.scope else {
            self.world.bind(name, value);
            return;
        };
        let text = name.to_string_lossy().into_owned();
        match value {
            Some(value) => drop(scope.insert(text, value)),
            None => drop(scope.remove(&text)),
        }
    }

    fn attribute(&mut self, owner: &Made<'py>, name: &Bound<'py, PyString>) -> Outcome<Made<'py>> {
        // A method may change it.
        if owner.known().is_some_and(is_container) {
            Err(Effect)
        } else {
            self.world.attribute(owner, name)
        }
    }

    fn star(&mut self, module: &Made<'py>) -> Outcome<()> {
        // Only allowed in a module.
        if self.scope.is_some() { Err(Effect) } else { self.world.import_star(module) }
    }
}
