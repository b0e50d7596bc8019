//! What code reads from outside: a root and the attributes and items that follow it, each path known by a
//! number so that stacks and variables can hold it.

use pyo3::prelude::*;
use pyo3::types::PyString;
use rustc_hash::FxHashMap;

use super::constant::{write_bytes, write_constant, write_number, write_text};

/// Where a read of the outside starts.
#[derive(Debug)]
pub(crate) enum Root {
    /// A global (or built-in) name; the two are told apart by the module at hand.
    Global(Py<PyString>),
    /// A free variable of the outermost code.
    Free(Py<PyString>),
    /// What an import statement in the code binds: the module, or with `from` a name of it (`*` for all).
    Import {
        /// The module's name as written; empty in `from . import name`.
        module: Py<PyString>,
        /// The imported name.
        from: Option<Py<PyString>>,
        /// Number of leading dots.
        level: u32,
    },
}

/// One step from a value to another.
#[derive(Debug)]
pub(crate) enum Step {
    /// `.name`
    Attr(Py<PyString>),
    /// `[constant]`
    Item(Py<PyAny>),
}

impl Step {
    /// The same step.
    pub(crate) fn clone_ref(&self, py: Python<'_>) -> Self {
        match self {
            Self::Attr(name) => Self::Attr(name.clone_ref(py)),
            Self::Item(key) => Self::Item(key.clone_ref(py)),
        }
    }
}

/// What the code does with the value that a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Usage {
    /// It uses it in any manner that is none of the following.
    Value,
    /// It calls it.
    Call,
    /// It asks whether something is this very object.
    Identity,
    /// It asks it for attributes by names that are not constants of the code (`vars(x)`, `getattr(x, name)`).
    Inspect,
    /// It calls it, a `getattr`, with a name that is not a constant.
    Computed,
    /// It calls it, a function that finds things by their names, with a constant: what that leads to is told by other
    /// accesses.
    Resolved,
    /// It imports it; what it does with the binding is told by other accesses.
    Import,
    /// It assigns to the global or the free variable.
    StoreGlobal,
    /// It assigns to or deletes the attribute that ends the path.
    StoreAttr,
    /// It deletes the global or the free variable.
    DeleteGlobal,
}

/// A read (or write) of the outside.
#[derive(Debug)]
pub(crate) struct Access {
    /// Where it starts.
    pub(crate) root: Root,
    /// What follows.
    pub(crate) path: Vec<Step>,
    /// What is done with the value found.
    pub(crate) usage: Usage,
    /// Line of the first occurrence, 0 where none is known.
    pub(crate) line: u32,
}

/// Number of a path.
pub(super) type PathId = u32;

enum Node<'py> {
    Global(Bound<'py, PyString>),
    Free(Bound<'py, PyString>),
    Import { module: Bound<'py, PyString>, from: Option<Bound<'py, PyString>>, level: u32 },
    Attr(PathId, Bound<'py, PyString>),
    Item(PathId, Bound<'py, PyAny>),
}

/// All paths met in an analysis, and what was done at their ends.
#[derive(Default)]
pub(super) struct Paths<'py> {
    nodes: Vec<Node<'py>>,
    ids: FxHashMap<Vec<u8>, PathId>,
    uses: Vec<(PathId, Usage, u32)>,
    seen: FxHashMap<(PathId, Usage), usize>,
}

impl<'py> Paths<'py> {
    fn intern(&mut self, key: Vec<u8>, node: Node<'py>) -> PathId {
        let next = self.nodes.len() as PathId;
        *self.ids.entry(key).or_insert_with(|| {
            self.nodes.push(node);
            next
        })
    }

    /// The global `name`.
    pub(super) fn global(&mut self, name: &Bound<'py, PyString>) -> PyResult<PathId> {
        let mut key = vec![b'G'];
        write_text(&mut key, name)?;
        Ok(self.intern(key, Node::Global(name.clone())))
    }

    /// The free variable `name` of the outermost code.
    pub(super) fn free(&mut self, name: &Bound<'py, PyString>) -> PyResult<PathId> {
        let mut key = vec![b'F'];
        write_text(&mut key, name)?;
        Ok(self.intern(key, Node::Free(name.clone())))
    }

    /// What an import binds.
    pub(super) fn import(
        &mut self,
        module: &Bound<'py, PyString>,
        from: Option<&Bound<'py, PyString>>,
        level: u32,
    ) -> PyResult<PathId> {
        let mut key = vec![b'I'];
        write_text(&mut key, module)?;
        write_number(&mut key, u64::from(level));
        if let Some(from) = from {
            write_text(&mut key, from)?;
        }
        Ok(self.intern(key, Node::Import { module: module.clone(), from: from.cloned(), level }))
    }

    /// `parent.name`
    pub(super) fn attr(&mut self, parent: PathId, name: &Bound<'py, PyString>) -> PyResult<PathId> {
        let mut key = vec![b'.'];
        write_number(&mut key, u64::from(parent));
        write_text(&mut key, name)?;
        Ok(self.intern(key, Node::Attr(parent, name.clone())))
    }

    /// `parent[constant]`
    pub(super) fn item(&mut self, parent: PathId, constant: Bound<'py, PyAny>) -> PyResult<PathId> {
        let mut key = vec![b'['];
        write_number(&mut key, u64::from(parent));
        let mut encoded = Vec::new();
        write_constant(&mut encoded, &constant)?;
        write_bytes(&mut key, &encoded);
        Ok(self.intern(key, Node::Item(parent, constant)))
    }

    /// Whether the path is the global `name` itself.
    pub(super) fn is_global(&self, path: PathId, name: &str) -> bool {
        matches!(&self.nodes[path as usize], Node::Global(global) if global.to_str().is_ok_and(|g| g == name))
    }

    /// Whether the path is something called `name`: a global, an attribute or an import.
    pub(super) fn is_called(&self, path: PathId, name: &str) -> bool {
        let is = |text: &Bound<'_, PyString>| text.to_str().is_ok_and(|text| text == name);
        match &self.nodes[path as usize] {
            Node::Global(global) => is(global),
            Node::Attr(_, attribute) => is(attribute),
            Node::Import { from: Some(from), .. } => is(from),
            _ => false,
        }
    }

    /// Notes that the value at the end of `path` is used.
    pub(super) fn used(&mut self, path: PathId, usage: Usage, line: u32) {
        if let std::collections::hash_map::Entry::Vacant(entry) = self.seen.entry((path, usage)) {
            entry.insert(self.uses.len());
            self.uses.push((path, usage, line));
        }
    }

    /// Everything that was used, in order of first appearance.
    pub(super) fn accesses(&self) -> Vec<Access> {
        self.uses.iter().map(|&(path, usage, line)| self.access(path, usage, line)).collect()
    }

    fn access(&self, mut id: PathId, usage: Usage, line: u32) -> Access {
        let mut path = Vec::new();
        let root = loop {
            match &self.nodes[id as usize] {
                Node::Attr(parent, name) => {
                    path.push(Step::Attr(name.clone().unbind()));
                    id = *parent;
                }
                Node::Item(parent, constant) => {
                    path.push(Step::Item(constant.clone().unbind()));
                    id = *parent;
                }
                Node::Global(name) => break Root::Global(name.clone().unbind()),
                Node::Free(name) => break Root::Free(name.clone().unbind()),
                Node::Import { module, from, level } => {
                    break Root::Import {
                        module: module.clone().unbind(),
                        from: from.clone().map(Bound::unbind),
                        level: *level,
                    };
                }
            }
        };
        path.reverse();
        Access { root, path, usage, line }
    }

    /// The import that the path is, if it is nothing else.
    pub(super) fn as_import(&self, path: PathId) -> Option<Root> {
        match &self.nodes[path as usize] {
            Node::Import { .. } => Some(self.access(path, Usage::Import, 0).root),
            _ => None,
        }
    }
}
