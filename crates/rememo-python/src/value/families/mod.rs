//! Canonical forms of known types, one file a family.
//!
//! A type is found by the names that its class carries, so nothing is imported; that the class is really
//! the one of that module is checked against `sys.modules`. What counts for each type is told to people in
//! `docs/types.md`.

pub mod arrow;
pub mod files;
mod frames;
mod numbers;
mod numpy;
pub mod opaque;
mod stdlib;

use std::sync::LazyLock;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use rustc_hash::{FxHashMap, FxHashSet};

use super::{Encoder, Opened};
use crate::error::HashError;
use crate::raw;

/// Writes the canonical form of a value of a known type.
pub(super) type Handler = fn(&mut Encoder<'_>, &Bound<'_, PyAny>) -> Result<Opened, HashError>;

/// A known type: the module and qualified name that its class carries, and its form.
pub(super) struct Known {
    module: &'static str,
    name: &'static str,
    handler: Handler,
}

/// Shorthand for the tables of the families.
pub(super) const fn known(module: &'static str, name: &'static str, handler: Handler) -> Known {
    Known { module, name, handler }
}

static TABLE: LazyLock<FxHashMap<(&'static str, &'static str), Handler>> = LazyLock::new(|| {
    [stdlib::TYPES, numbers::TYPES, files::TYPES, numpy::TYPES, frames::TYPES, arrow::TYPES]
        .into_iter()
        .flatten()
        .map(|known| ((known.module, known.name), known.handler))
        .collect()
});

static MODULES: LazyLock<FxHashSet<&'static str>> =
    LazyLock::new(|| TABLE.keys().map(|(module, _)| *module).collect());

/// The handler for exactly this class.
pub(super) fn handler(class: &Bound<'_, PyType>) -> Option<Handler> {
    let py = class.py();
    if raw::is_heap_type(class) {
        let module = raw::type_lookup(class, intern!(py, "__module__"))?;
        let module = module.cast_exact::<PyString>().ok()?;
        if !MODULES.contains(module.to_str().ok()?) {
            return None;
        }
    }
    let (module, name) = raw::type_names(class);
    let handler = *TABLE.get(&(module.as_str(), name.as_str()))?;
    // A class of the user's that carries these names is not the known type.
    if raw::is_heap_type(class) {
        let genuine = raw::by_dotted_name(py, &format!("{module}.{name}"));
        if !genuine.is_some_and(|found| found.is(class)) && !name.contains("<locals>") {
            return None;
        }
    }
    Some(handler)
}
