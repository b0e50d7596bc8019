//! What the interpreter knows about imports, read as stored: `sys.modules`, `sys.path`, module
//! dictionaries, the specs in them. No attribute look-up, so that no module's `__getattr__` runs.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::raw;

/// An entry of `sys.modules`.
pub enum Entry<'py> {
    /// A module, or whatever else was put there.
    Loaded(Bound<'py, PyAny>),
    /// `None`: the import statement raises `ModuleNotFoundError`.
    Blocked,
    /// Not imported yet.
    Absent,
}

/// `sys.<name>`, read from the dictionary of `sys`.
pub fn sys<'py>(py: Python<'py>, name: &CStr) -> Option<Bound<'py, PyAny>> {
    // SAFETY: a NUL-terminated name; the result is borrowed from the dictionary of `sys` and is
    // given a reference of its own before anything else runs.
    unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PySys_GetObject(name.as_ptr())) }
}

/// `sys.<name>` where it is a string.
pub fn sys_text(py: Python<'_>, name: &CStr) -> Option<String> {
    sys(py, name).as_ref().and_then(text)
}

/// A string's value; none for anything else.
pub fn text(value: &Bound<'_, PyAny>) -> Option<String> {
    value.cast::<PyString>().ok().map(raw::string)
}

/// The strings of a list or tuple, other items left out as the import system leaves them out;
/// none for another type.
pub fn texts(value: &Bound<'_, PyAny>) -> Option<Vec<String>> {
    let tuple = match value.cast::<PyList>() {
        Ok(list) => list.to_tuple(),
        Err(_) => value.cast::<PyTuple>().ok()?.clone(),
    };
    Some(tuple.iter().filter_map(|item| text(&item)).collect())
}

/// The entry of `sys.modules` under `name`.
pub fn entry<'py>(py: Python<'py>, name: &str) -> Entry<'py> {
    // SAFETY: a borrowed reference to the interpreter's dict of modules.
    let modules = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyImport_GetModuleDict()) };
    let Some(modules) = modules.and_then(|m| m.cast_into::<PyDict>().ok()) else {
        return Entry::Absent;
    };
    match raw::dict_get(&modules, &PyString::new(py, name)) {
        Some(module) if module.is_none() => Entry::Blocked,
        Some(module) => Entry::Loaded(module),
        None => Entry::Absent,
    }
}

/// A name in the dictionary of a module, or of whatever stands in `sys.modules` in a module's place.
pub fn module_entry<'py>(module: &Bound<'py, PyAny>, name: &str) -> Option<Bound<'py, PyAny>> {
    let dict = raw::module_dict(module).or_else(|| raw::instance_dict(module))?;
    raw::dict_get(&dict, &PyString::new(module.py(), name)).filter(|value| !value.is_none())
}

/// A string in the dictionary of a module.
pub fn module_text(module: &Bound<'_, PyAny>, name: &str) -> Option<String> {
    module_entry(module, name).as_ref().and_then(text)
}

/// A string attribute of a module's `ModuleSpec`, from the spec's own dictionary.
pub fn spec_text(module: &Bound<'_, PyAny>, name: &str) -> Option<String> {
    let spec = raw::instance_dict(&module_entry(module, "__spec__")?)?;
    raw::dict_get(&spec, &PyString::new(module.py(), name)).as_ref().and_then(text)
}

/// Where the submodules of a loaded module are looked for.
pub enum SearchPath {
    /// The directories of its `__path__`.
    Directories(Vec<String>),
    /// It has no `__path__`: importing a submodule raises.
    NotAPackage,
    /// Its `__path__` is an object of the package's own making.
    Unreadable,
}

/// The `__path__` of a loaded module.
pub fn search_path(module: &Bound<'_, PyAny>) -> SearchPath {
    let Some(path) = module_entry(module, "__path__") else {
        return SearchPath::NotAPackage;
    };
    if let Some(directories) = texts(&path) {
        return SearchPath::Directories(directories);
    }
    // A namespace package's path computes itself anew on each look; what it computed last lies in
    // `_path`.
    raw::instance_dict(&path)
        .and_then(|dict| raw::dict_get(&dict, &PyString::new(path.py(), "_path")))
        .and_then(|stored| texts(&stored))
        .map_or(SearchPath::Unreadable, SearchPath::Directories)
}
