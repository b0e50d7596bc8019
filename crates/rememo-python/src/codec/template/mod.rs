//! What `output="private"` keeps in memory of a value, and how each caller gets one of its own.
//!
//! A template is a list of nodes. A node is an object that nobody can change, kept as it is; a container of exact
//! built-in type with the places where other nodes go; or an array. To make a value, every node is made once, then
//! each is put where it belongs: so what was one object in the value is one object again, and cycles close.
//!
//! A value that holds anything else (an instance, a frame) is pickled whole, except for its arrays and what nobody
//! can change: those are nodes, which the pickle refers to by number.
//!
//! The template owns copies of all that could be changed from outside. Large arrays lie in one region, which is
//! mapped privately for each value that is made.

mod build;
mod immutable;
mod make;

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PySet, PyTuple};
use rememo::region::{Region, Span};

/// One object of a value.
enum Node {
    /// Given to everyone as it is.
    Shared(Py<PyAny>),
    /// A list, with `None` where other nodes go, and which.
    List(Py<PyList>, Vec<(usize, usize)>),
    /// As a list.
    Tuple(Py<PyTuple>, Vec<(usize, usize)>),
    /// A dict, with `None` for values that are other nodes; by key.
    Dict(Py<PyDict>, Vec<(Py<PyAny>, usize)>),
    /// A set of objects that nobody can change.
    Set(Py<PySet>),
    /// A `bytearray`.
    Bytes(Py<PyByteArray>),
    /// An array of numpy that is copied for each value.
    Array { array: Py<PyAny>, writable: bool, is_record: bool },
    /// An array of numpy in the region.
    Mapped(Place),
    /// Cheap to clone, copying on write: frames and series of polars.
    Clone(Py<PyAny>),
}

/// Where an array lies in the region, and how.
struct Place {
    dtype: Py<PyAny>,
    is_record: bool,
    shape: Py<PyTuple>,
    strides: Py<PyTuple>,
    span: Span,
    writable: bool,
}

/// How the nodes become the value.
enum Root {
    /// It is this node.
    Node(usize),
    /// It is pickled, and refers to nodes by number.
    Pickle(Py<PyBytes>),
}

/// A private copy of a value, from which any number of copies are made.
pub struct Template {
    nodes: Vec<Node>,
    root: Root,
    region: Option<Arc<Region>>,
    size: u64,
}

/// What [`Template::of`] makes of a value.
pub enum Templated {
    /// Nobody can change the value: it may be given to everyone. Its size in bytes.
    Immutable(u64),
    /// A copy that nobody can change is to be given to everyone, instead of the value. Its size in bytes.
    Shared(Py<PyAny>, u64),
    /// Everyone is to be given what the template makes.
    Template(Template),
}

impl Template {
    /// An estimate of the memory that it takes, in bytes; regions count whole.
    pub const fn size(&self) -> u64 {
        self.size
    }
}
