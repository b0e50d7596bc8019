//! What rememo needs to know of a CPython code object, and the one place that knows bytecode: which parts of the outside the
//! code reads ([`Access`]), and a digest of what it does ([`CodeFacts::digest`]) that formatting, names of
//! local variables, docstrings and annotations leave as it is.
//!
//! `decode` turns bytes into instructions (`opcode` has the tables of each version), `shape` drops what does not count,
//! `canonical` takes the digest (`merge` is its graph algorithm), `flow` runs the code (as a `program`) on symbols (`path` holds
//! what it finds), `bindings` tells what a module's statements bind, `evaluate` what they make.

mod bindings;
mod canonical;
mod constant;
mod decode;
mod evaluate;
mod exposed;
mod flow;
mod merge;
mod opcode;
mod path;
mod program;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use pyo3::prelude::*;
use pyo3::types::{PyCode, PyString, PyTuple};
use rememo::digest::Digest;
use rustc_hash::FxHashMap;

pub(crate) use bindings::{Binding, module_bindings};
pub(crate) use evaluate::{
    ClassParts, Effect, FunctionParts, Made, Outcome, Recipe, World, evaluate, is_constant,
    is_data, is_form, names_bound,
};
pub(crate) use exposed::{code_accesses, code_bindings, code_digest, code_facts};
pub(crate) use path::{Access, Root, Step, Usage};

use canonical::Canonical;
use constant::{write_number, write_text};
use decode::Code;
use flow::{Flow, Surroundings};
use opcode::{Op, Operand};
use path::{PathId, Paths};
use program::Program;
use shape::Closures;

/// Version of the canonical form; part of every digest of code.
const CANONICAL_VERSION: u8 = 1;

/// What followed code may see of functions beyond their behaviour, and which therefore counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Visible {
    /// Names of local variables.
    pub(crate) locals: bool,
    /// Docstrings.
    pub(crate) docs: bool,
    /// Annotations of nested functions.
    pub(crate) annotations: bool,
}

/// What there is to know about a code object and the code nested in it.
#[derive(Debug)]
pub(crate) struct CodeFacts {
    /// Every read of the outside, in order of first appearance, once each.
    pub(crate) accesses: Vec<Access>,
    /// Every attribute name that the code loads, sorted, with the line where it first does.
    pub(crate) attribute_names: Vec<(String, u32)>,
    /// Every text among the constants of the code that an attribute could be called, sorted.
    pub(crate) text_names: Vec<String>,
    /// Every attribute name that the code assigns to or deletes, of whatever object, sorted; with it, whether only a
    /// function called `__init__` does so, of its first parameter.
    pub(crate) stored_attributes: Vec<(String, bool)>,
    /// Digest of what the code does: [`Self::body`], the names of the free variables and the version of Python.
    pub(crate) digest: Digest,
    /// Like `digest`, but free variables count by their place in [`Self::free`], not by name.
    pub(crate) body: Digest,
    /// The free variables that the code reads or writes, in an order that does not depend on their names.
    pub(crate) free: Vec<Py<PyString>>,
    /// Whether the code can see names of local variables (`locals`, `eval`, …).
    pub(crate) sees_locals: bool,
    /// Whether the code can read docstrings.
    pub(crate) reads_doc: bool,
    /// Whether the code can read annotations.
    pub(crate) reads_annotations: bool,
    /// Whether the code can see the names of other functions' local variables (by their frames or code objects).
    pub(crate) reads_locals: bool,
    /// Whether the code can list the subclasses of a class.
    pub(crate) lists_subclasses: bool,
    /// First line in the file.
    pub(crate) first_line: u32,
    /// The file, as the compiler was told.
    pub(crate) filename: String,
    /// Qualified name of the function, class or module.
    pub(crate) qualname: String,
    /// The docstring of the function.
    pub(crate) doc: Option<Py<PyString>>,
}

/// Analyses a code object and everything nested in it. What the code itself can see counts ([`CodeFacts::reads_doc`] and its
/// like); `visible` tells what else does, because other code that is followed can see it.
///
/// # Errors
/// `NotImplementedError` on a version of CPython that is not known; `TypeError` for something that is not a code
/// object, or that holds a constant that no compiler makes; `ValueError` for malformed code.
pub(crate) fn analyse(object: &Bound<'_, PyAny>, visible: Visible) -> PyResult<CodeFacts> {
    let code = object.cast::<PyCode>()?.as_any();
    let mut unit = Unit::decode(code)?;
    let hints = unit.hints()?;
    let visible = Visible {
        locals: visible.locals || hints.sees_locals,
        docs: visible.docs || hints.reads_doc,
        annotations: visible.annotations || hints.reads_annotations,
    };
    unit.simplify(visible)?;
    let mut paths = Paths::default();
    let free_names = unit.code.variables[unit.code.first_free..].to_vec();
    let mut free = Vec::with_capacity(free_names.len());
    for name in &free_names {
        free.push(Some(paths.free(name)?));
    }
    unit.canonicalise(visible)?;
    unit.read(&free, true, visible.locals, &mut paths)?;
    if let Some(class) =
        free_names.iter().position(|name| name.to_str().is_ok_and(|n| n == "__class__"))
    {
        // `super()` reads it where no instruction says so.
        free[class].into_iter().for_each(|path| paths.used(path, Usage::Value, unit.first_line));
    }
    let canonical = &unit.canonical;
    let free: Vec<Bound<'_, PyString>> =
        canonical.free.iter().map(|&index| free_names[index as usize].clone()).collect();
    let mut out = vec![CANONICAL_VERSION, unit.code.version.0, unit.code.version.1];
    out.extend_from_slice(canonical.digest.as_bytes());
    let body = Digest::of(&out);
    write_number(&mut out, free.len() as u64);
    for name in &free {
        write_text(&mut out, name)?;
    }
    let mut attributes = BTreeMap::new();
    unit.attribute_names(&mut attributes);
    let mut texts = BTreeSet::new();
    unit.text_names(&mut texts);
    let mut stored = BTreeMap::new();
    unit.stored_attributes(&mut stored);
    Ok(CodeFacts {
        accesses: paths.accesses(),
        attribute_names: attributes.into_iter().collect(),
        text_names: texts.into_iter().collect(),
        stored_attributes: stored.into_iter().collect(),
        digest: Digest::of(&out),
        body,
        free: free.into_iter().map(Bound::unbind).collect(),
        sees_locals: hints.sees_locals,
        reads_doc: hints.reads_doc,
        reads_annotations: hints.reads_annotations,
        reads_locals: hints.reads_locals,
        lists_subclasses: hints.lists_subclasses,
        first_line: unit.first_line,
        filename: code.getattr("co_filename")?.cast::<PyString>()?.to_string_lossy().into_owned(),
        qualname: code.getattr("co_qualname")?.cast::<PyString>()?.to_string_lossy().into_owned(),
        doc: unit.code.docstring()?.map(Bound::unbind),
    })
}

fn is_code(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<PyCode>()
}

/// What the names in code say that it can see.
#[derive(Clone, Copy, Default)]
struct Hints {
    sees_locals: bool,
    reads_doc: bool,
    reads_annotations: bool,
    reads_locals: bool,
    lists_subclasses: bool,
}

impl Hints {
    fn add(&mut self, name: &str) {
        match name {
            // The last ones look for variables by name in the frame of their caller.
            "locals" | "vars" | "eval" | "exec" | "dir" | "query" | "sql" | "evaluate" => {
                self.sees_locals = true;
            }
            "_getframe" | "currentframe" | "f_locals" | "co_varnames" => {
                (self.sees_locals, self.reads_locals) = (true, true);
            }
            "__subclasses__" => self.lists_subclasses = true,
            "__doc__" | "help" | "getdoc" | "pydoc" | "render_doc" => {
                self.reads_doc = true;
            }
            "__annotations__" | "__type_params__" | "get_type_hints" | "get_annotations"
            | "signature" | "getfullargspec" => {
                self.reads_annotations = true;
            }
            "inspect" => (self.reads_doc, self.reads_annotations) = (true, true),
            _ => {}
        }
    }
}

/// A code object with the code objects among its constants.
struct Unit<'py> {
    code: Code<'py>,
    first_line: u32,
    lines: Vec<u32>,
    closures: Closures,
    flow: Flow,
    canonical: Canonical,
    nested: FxHashMap<u32, Unit<'py>>,
}

impl<'py> Unit<'py> {
    fn decode(object: &Bound<'py, PyAny>) -> PyResult<Self> {
        let code = Code::decode(object)?;
        let mut nested = FxHashMap::default();
        for (index, constant) in code.consts.iter().enumerate() {
            if is_code(&constant) {
                nested.insert(index as u32, Self::decode(&constant)?);
            }
        }
        Ok(Self {
            first_line: object.getattr("co_firstlineno")?.extract()?,
            lines: code.lines()?,
            code,
            closures: Closures::default(),
            flow: Flow::default(),
            canonical: Canonical::default(),
            nested,
        })
    }

    fn hints(&self) -> PyResult<Hints> {
        let mut hints = Hints::default();
        self.collect_hints(&mut hints)?;
        Ok(hints)
    }

    fn collect_hints(&self, hints: &mut Hints) -> PyResult<()> {
        for (index, instruction) in self.code.instructions.iter().enumerate() {
            let is_read = instruction.op.operand() == Operand::Name
                && instruction.op != Op::STORE_NAME
                && !self.code.is_bookkeeping(index);
            if is_read {
                let name = self.code.names[instruction.arg as usize].to_str().unwrap_or_default();
                // An attribute of that name is not the built-in function.
                if name != "help" || matches!(instruction.op, Op::LOAD_GLOBAL | Op::LOAD_NAME) {
                    hints.add(name);
                }
            }
        }
        // `getattr(f, "__doc__")`, and what is fetched by a computed name from a tuple of constants.
        for constant in self.code.consts.iter_borrowed() {
            constant_hints(&constant, hints);
        }
        self.nested.values().try_for_each(|unit| unit.collect_hints(hints))
    }

    /// Drops what does not count.
    fn simplify(&mut self, visible: Visible) -> PyResult<()> {
        self.closures = shape::simplify(&mut self.code, visible)?;
        self.nested.values_mut().try_for_each(|unit| unit.simplify(visible))
    }

    /// Which of the free variables this code or code nested in it assigns to.
    fn assigned_free(&self) -> Vec<bool> {
        let mut assigned = self.shared();
        for instruction in &self.code.instructions {
            if matches!(instruction.op, Op::STORE_DEREF | Op::DELETE_DEREF) {
                assigned[instruction.arg as usize] = true;
            }
        }
        assigned.split_off(self.code.first_free)
    }

    /// Which of the variables nested code assigns to.
    fn shared(&self) -> Vec<bool> {
        flow::shared_variables(&self.code, &self.closures, |constant| {
            self.nested.get(&constant).map(Self::assigned_free).unwrap_or_default()
        })
    }

    /// Finds the canonical form of the code and of what is nested in it.
    fn canonicalise(&mut self, visible: Visible) -> PyResult<()> {
        let free = vec![None; self.code.variables.len() - self.code.first_free];
        let shared = self.shared();
        let around =
            Surroundings { free: &free, shared: &shared, outermost: false, locals_are_seen: true };
        let program = Program::plain(&self.code);
        let mut unused = Paths::default();
        self.flow =
            flow::run(&self.code, &program, &self.lines, &self.closures, &around, &mut unused)?;
        for (constant, _) in &self.flow.nested {
            if let Some(unit) = self.nested.get_mut(constant) {
                unit.canonicalise(visible)?;
            }
        }
        let nested = |constant| self.nested.get(&constant).map(|unit| &unit.canonical);
        self.canonical = canonical::canonical(&self.code, &self.flow, visible, &nested)?;
        Ok(())
    }

    /// Finds what the code reads, in its canonical form, so that neither the reads nor their order depend on layout; `free` tells
    /// what the free variables hold.
    fn read(
        &self,
        free: &[Option<PathId>],
        outermost: bool,
        locals_are_seen: bool,
        paths: &mut Paths<'py>,
    ) -> PyResult<()> {
        let shared = self.shared();
        let around = Surroundings { free, shared: &shared, outermost, locals_are_seen };
        let program = &self.canonical.program;
        let flow = flow::run(&self.code, program, &self.lines, &self.closures, &around, paths)?;
        for (constant, free) in &flow.nested {
            if let Some(unit) = self.nested.get(constant) {
                unit.read(free, false, locals_are_seen, paths)?;
            }
        }
        Ok(())
    }

    fn stored_attributes(&self, names: &mut BTreeMap<String, bool>) {
        let instructions = &self.code.instructions;
        let is_first = |op: Op| move |i: &decode::Instruction| i.op == op && i.arg == 0;
        let initialises = self.code.parameter_count() > 0
            && self.code.name.to_str().is_ok_and(|name| name == "__init__")
            && !instructions.iter().any(is_first(Op::STORE_FAST));
        for (index, instruction) in instructions.iter().enumerate() {
            if matches!(instruction.op, Op::STORE_ATTR | Op::DELETE_ATTR) {
                let of_first =
                    index.checked_sub(1).is_some_and(|i| is_first(Op::LOAD_FAST)(&instructions[i]));
                let name = &self.code.names[instruction.arg as usize];
                *names.entry(name.to_str().unwrap_or_default().to_owned()).or_insert(true) &=
                    initialises && of_first;
            }
        }
        self.nested.values().for_each(|unit| unit.stored_attributes(names));
    }

    fn text_names(&self, names: &mut BTreeSet<String>) {
        for constant in self.code.consts.iter_borrowed() {
            constant_names(&constant, names);
        }
        for (constant, _) in &self.flow.nested {
            self.nested.get(constant).into_iter().for_each(|unit| unit.text_names(names));
        }
    }

    fn attribute_names(&self, names: &mut BTreeMap<String, u32>) {
        for (index, instruction) in self.code.instructions.iter().enumerate() {
            if matches!(instruction.op, Op::LOAD_ATTR | Op::LOAD_SUPER_ATTR | Op::IMPORT_FROM) {
                let name = &self.code.names[instruction.arg as usize];
                let name = name.to_str().unwrap_or_default().to_owned();
                names.entry(name).or_insert(self.lines[index]);
            }
        }
        for (constant, _) in &self.flow.nested {
            self.nested.get(constant).into_iter().for_each(|unit| unit.attribute_names(names));
        }
    }
}

fn constant_names(constant: &Bound<'_, PyAny>, names: &mut BTreeSet<String>) {
    if let Ok(text) = constant.cast_exact::<PyString>() {
        if let Ok(text) = text.to_str()
            && text.chars().all(|c| c == '_' || c.is_alphanumeric())
            && !text.is_empty()
        {
            names.insert(text.to_owned());
        }
    } else if let Ok(tuple) = constant.cast_exact::<PyTuple>() {
        tuple.iter_borrowed().for_each(|element| constant_names(&element, names));
    }
}

fn constant_hints(constant: &Bound<'_, PyAny>, hints: &mut Hints) {
    if let Ok(text) = constant.cast_exact::<PyString>() {
        if let Ok(
            text @ ("__doc__" | "__annotations__" | "__type_params__" | "f_locals"
            | "__subclasses__"),
        ) = text.to_str()
        {
            hints.add(text);
        }
    } else if let Ok(tuple) = constant.cast_exact::<PyTuple>() {
        tuple.iter_borrowed().for_each(|element| constant_hints(&element, hints));
    }
}
