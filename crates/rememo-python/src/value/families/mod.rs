//! Canonical forms of known types, one file a family.
//!
//! A type is found by the names that its class carries, so nothing is imported; that the class is really
//! the one of that module is checked against `sys.modules`. A form may therefore read attributes as the
//! library offers them. Subclasses are other classes: those of the few types that `BASES` lists count by the
//! content of the base, read as it is stored, and by what they add; all others go the way of instances.
//! What counts for each type is told to people in `docs/types.md`.

pub mod arrow;
mod celery;
mod descriptors;
mod exceptions;
pub mod files;
mod floats;
mod functional;
mod http;
mod images;
pub mod machinery;
mod mappings;
mod numbers;
pub mod numpy;
pub mod opaque;
mod pandas;
pub mod polars;
mod random;
mod references;
mod scipy;
mod stdlib;
mod tasks;
mod tensors;
mod text;
mod typing;
mod wrappers;

use std::sync::LazyLock;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use rustc_hash::{FxHashMap, FxHashSet};

pub use numpy::plain_elements;

use super::{Encoder, Opened, Part};
use crate::error::HashError;
use crate::raw;

/// Writes the canonical form of a value of a known type.
pub(super) type Handler = fn(&mut Encoder<'_>, &Bound<'_, PyAny>) -> Result<Opened, HashError>;

/// Writes the form of an instance of a subclass of a known type.
pub(super) type BaseForm =
    fn(&mut Encoder<'_>, &Bound<'_, PyAny>, &Bound<'_, PyType>) -> Result<Opened, HashError>;

/// A known type: the module and qualified name that its class carries, and its form.
#[derive(Clone, Copy)]
pub(super) struct Known {
    module: &'static str,
    name: &'static str,
    handler: Handler,
}

/// Shorthand for the tables of the families.
pub(super) const fn known(module: &'static str, name: &'static str, handler: Handler) -> Known {
    Known { module, name, handler }
}

/// A type whose subclasses count by its content and by what they add.
pub(super) struct Base {
    module: &'static str,
    name: &'static str,
    form: BaseForm,
}

/// Shorthand for the tables of the families.
pub(super) const fn base(module: &'static str, name: &'static str, form: BaseForm) -> Base {
    Base { module, name, form }
}

type Table<T> = FxHashMap<(&'static str, &'static str), T>;

/// Types by exact class.
const EXACT: &[&[Known]] = &[
    arrow::TYPES,
    celery::TYPES,
    files::TYPES,
    functional::TYPES,
    http::TYPES,
    images::TYPES,
    mappings::TYPES,
    numbers::TYPES,
    numpy::TYPES,
    pandas::TYPES,
    polars::TYPES,
    references::TYPES,
    scipy::TYPES,
    random::TYPES,
    stdlib::TYPES,
    tasks::TYPES,
    tensors::TYPES,
    text::TYPES,
    typing::TYPES,
    wrappers::TYPES,
];

/// Types that a library has many subclasses of: its own subclasses have the form of the base.
const FAMILIES: &[&[Known]] = &[
    arrow::FAMILIES,
    images::FAMILIES,
    numpy::FAMILIES,
    pandas::FAMILIES,
    polars::FAMILIES,
    scipy::FAMILIES,
];

/// Types whose subclasses, a user's too, count by content and by what they add.
const BASES: &[&[Base]] = &[
    celery::BASES,
    descriptors::BASES,
    exceptions::BASES,
    functional::BASES,
    mappings::BASES,
    numbers::BASES,
    numpy::BASES,
    pandas::BASES,
    random::BASES,
    references::BASES,
    stdlib::BASES,
    tasks::BASES,
    tensors::BASES,
    text::BASES,
    wrappers::BASES,
];

static TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| handlers(EXACT));
static FAMILY_TABLE: LazyLock<Table<Handler>> = LazyLock::new(|| handlers(FAMILIES));
static BASE_TABLE: LazyLock<Table<BaseForm>> = LazyLock::new(|| {
    BASES.iter().copied().flatten().map(|base| ((base.module, base.name), base.form)).collect()
});

/// The packages of the known types: classes of no other package are looked up.
static PACKAGES: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let names = TABLE.keys().chain(FAMILY_TABLE.keys());
    names.map(|(module, _)| package(module)).collect()
});

fn handlers(tables: &[&[Known]]) -> Table<Handler> {
    let all = tables.iter().copied().flatten();
    all.map(|known| ((known.module, known.name), known.handler)).collect()
}

fn package(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// Whether no class statement can have made the class.
pub(super) fn is_made_in_c(class: &Bound<'_, PyType>) -> bool {
    !raw::is_heap_type(class) || raw::has_flag(class, ffi::Py_TPFLAGS_IMMUTABLETYPE)
}

/// Whether a class is the one that its module has under its name: a user's class that carries the names of a
/// known type is not that type.
pub(crate) fn is_genuine(class: &Bound<'_, PyType>, module: &str, name: &str) -> bool {
    if is_made_in_c(class) {
        return true;
    }
    let dotted = format!("{module}.{name}");
    let is_found_as =
        |dotted: &str| raw::by_dotted_name(class.py(), dotted).is_some_and(|found| found.is(class));
    // A package may offer a class of a module that it has not loaded yet (`numpy.rec`), and the extension of
    // wrapt calls itself by less than its name.
    is_found_as(&dotted)
        || is_found_as(&format!("{}.{name}", package(module)))
        || (module == "_wrappers" && is_found_as(&format!("wrapt.{dotted}")))
}

/// The handler for exactly this class.
pub(super) fn handler(class: &Bound<'_, PyType>) -> Option<Handler> {
    let py = class.py();
    if raw::is_heap_type(class) {
        let module = raw::type_lookup(class, intern!(py, "__module__"))?;
        let module = module.cast_exact::<PyString>().ok()?;
        if !PACKAGES.contains(package(module.to_str().ok()?)) {
            return None;
        }
    }
    let (module, name) = raw::type_names(class);
    if let Some(handler) = TABLE.get(&(module.as_str(), name.as_str())) {
        return is_genuine(class, &module, &name).then_some(*handler);
    }
    for ancestor in raw::mro(class)?.iter() {
        let Ok(ancestor) = ancestor.cast::<PyType>() else { continue };
        let (base_module, base_name) = raw::type_names(ancestor);
        if let Some(handler) = FAMILY_TABLE.get(&(base_module.as_str(), base_name.as_str())) {
            let same_library = package(&module) == package(&base_module);
            return (same_library && is_genuine(class, &module, &name)).then_some(*handler);
        }
    }
    None
}

/// The form for a subclass of a known type, unless a class between the two says itself how it is reduced.
pub(super) fn base_form(class: &Bound<'_, PyType>) -> Option<BaseForm> {
    let py = class.py();
    for ancestor in raw::mro(class)?.iter() {
        let ancestor = ancestor.cast_into::<PyType>().ok()?;
        let (module, name) = raw::type_names(&ancestor);
        let Some(form) = BASE_TABLE.get(&(module.as_str(), name.as_str())) else { continue };
        if !is_genuine(&ancestor, &module, &name) {
            continue;
        }
        for method in
            [intern!(py, "__reduce_ex__"), intern!(py, "__reduce__"), intern!(py, "__getstate__")]
        {
            let own = raw::type_lookup(class, method);
            let inherited = raw::type_lookup(&ancestor, method);
            let same = match (&own, &inherited) {
                (Some(own), Some(inherited)) => own.is(inherited),
                (own, inherited) => own.is_none() && inherited.is_none(),
            };
            if !same {
                return None;
            }
        }
        return Some(*form);
    }
    None
}

/// The module and qualified name of every type that has a form of its own, for the test of `docs/types.md`.
#[pyfunction]
pub fn _known_types() -> Vec<(&'static str, &'static str)> {
    let mut names: Vec<_> = TABLE.keys().chain(FAMILY_TABLE.keys()).copied().collect();
    names.extend(BASE_TABLE.keys());
    names.extend(opaque::names());
    names.extend(machinery::names());
    names.sort_unstable();
    names.dedup();
    names
}

// ---- what the families share --------------------------------------------------------------------

/// The named attributes as parts, for a class that is known to offer them.
fn attributes(object: &Bound<'_, PyAny>, names: &[&'static str]) -> PyResult<Vec<Part>> {
    names.iter().map(|name| Ok(Part::named(name, object.getattr(*name)?))).collect()
}

/// The named attributes that there are.
fn present(object: &Bound<'_, PyAny>, names: &[&'static str]) -> Vec<Part> {
    names
        .iter()
        .filter_map(|name| object.getattr(*name).ok().map(|value| Part::named(name, value)))
        .collect()
}

/// What an instance's dictionary holds besides the named entries, none if nothing is left.
fn other_attributes(object: &Bound<'_, PyAny>, known: &[&str]) -> PyResult<Option<Part>> {
    let Some(dict) = raw::instance_dict(object) else { return Ok(None) };
    let rest = pyo3::types::PyDict::new(object.py());
    for (key, value) in dict.iter() {
        let is_known = key
            .cast_exact::<PyString>()
            .is_ok_and(|key| known.contains(&raw::string(key).as_str()));
        if !is_known {
            rest.set_item(key, value)?;
        }
    }
    if rest.is_empty() {
        return Ok(None);
    }
    let label = super::Label::Attributes;
    Ok(Some(Part { label, value: rest.into_any().unbind() }))
}

/// The short name of a value's class.
fn class_name(object: &Bound<'_, PyAny>) -> String {
    raw::type_names(&object.get_type()).1
}

/// A name in a module that is loaded.
pub(crate) fn loaded<'py>(py: Python<'py>, module: &str, name: &str) -> Option<Bound<'py, PyAny>> {
    let dict = raw::module_dict(&raw::loaded_module(py, module)?)?;
    raw::dict_get(&dict, &PyString::new(py, name))
}

/// What a C object tells the collector that it refers to, besides its class.
fn referents<'py>(object: &Bound<'py, PyAny>) -> Vec<Bound<'py, PyAny>> {
    unsafe extern "C" fn visit(
        found: *mut ffi::PyObject,
        list: *mut std::ffi::c_void,
    ) -> std::ffi::c_int {
        // SAFETY: `list` is the vector below; the collector's contract gives a live object.
        unsafe { (*list.cast::<Vec<*mut ffi::PyObject>>()).push(found) };
        0
    }
    let mut found: Vec<*mut ffi::PyObject> = Vec::new();
    // SAFETY: tp_traverse of a live object only calls `visit`; each object is given a reference at once, while
    // the owner still holds it.
    unsafe {
        let class = ffi::Py_TYPE(object.as_ptr());
        if let Some(traverse) = (*class).tp_traverse {
            traverse(object.as_ptr(), visit, (&raw mut found).cast());
        }
        found
            .into_iter()
            .filter(|&found| found != class.cast())
            .map(|found| Bound::from_borrowed_ptr(object.py(), found))
            .collect()
    }
}

/// A list as a part.
fn list_part<'py>(
    py: Python<'py>,
    label: &'static str,
    items: Vec<Bound<'py, PyAny>>,
) -> PyResult<Part> {
    Ok(Part::named(label, pyo3::types::PyList::new(py, items)?.into_any()))
}
