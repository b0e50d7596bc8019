//! Attributes that a library's module makes when they are first asked for, by its `__getattr__`.
//!
//! Such a name is missing until some code reads it, and then often stays in the module. Whether it has been read
//! before changes no result, hence it must not change the key. Two ways lead there:
//!
//! 1. The code of `__getattr__` reads a table of the module's that says where each name is to be found
//!    (`{"TypeAdapter": ("pydantic", ".type_adapter")}`). What the name holds is then known to be what the table
//!    says, and counts as the missing name does: by library, version and qualified name. The table has to lead
//!    to the very object that is found; a likeness of names proves nothing.
//! 2. Where there is no such table, the result of the call that made the attribute is stored under both keys
//!    (`settled`).
//!
//! Data counts by value once it is there, and an object of another library by that library's version: these go
//! the second way too.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use super::finder;
use super::guard::Guard;
use super::name::{self, Sort};
use super::origin::{Library, Origin};
use crate::raw::{self, Function};

/// The function `__getattr__` of a library's own module: library code that reads this module's names.
fn getattr_of_library<'py>(
    module: &Bound<'py, PyDict>,
    library: &Library,
) -> Option<Function<'py>> {
    let getattr = raw::dict_get(module, intern!(module.py(), "__getattr__"))?;
    let function = Function::of(&getattr)?;
    match name::function_origin(&function) {
        Origin::Library(own) if *own == *library => Some(function),
        _ => None,
    }
}

/// Whether `found`, which a library's module holds under `key`, is what its `__getattr__` finds for that name.
pub(super) fn is_made(
    module: &Bound<'_, PyDict>,
    library: &Library,
    key: &Bound<'_, PyString>,
    found: &Bound<'_, PyAny>,
) -> bool {
    match name::sort(found) {
        Sort::Library(own, _) if *own == *library => {}
        _ => return false,
    }
    let Some(getattr) = getattr_of_library(module, library) else { return false };
    tables_of(&getattr).iter().any(|table| {
        raw::dict_get(table, key)
            .is_some_and(|place| leads_to(&place, module, &raw::string(key), found))
    })
}

/// The dicts that a function names: of its globals, and those that it encloses.
fn tables_of<'py>(function: &Function<'py>) -> Vec<Bound<'py, PyDict>> {
    let py = function.0.py();
    let names = function
        .code()
        .getattr(intern!(py, "co_names"))
        .ok()
        .and_then(|names| names.cast_into::<PyTuple>().ok());
    let globals = function.globals();
    let of_globals = names.iter().flatten().filter_map(|name| {
        let name = name.cast_into::<PyString>().ok()?;
        raw::dict_get(globals.as_ref()?, &name)
    });
    let closure = function.closure();
    let enclosed = closure.iter().flatten().filter_map(|cell| raw::cell_contents(&cell));
    of_globals.chain(enclosed).filter_map(|table| table.cast_into_exact::<PyDict>().ok()).collect()
}

/// Whether an entry of such a table says that a name is found where `found` is: the name of a module that holds
/// it, absolute or relative, or of the object itself; alone, or in parts.
fn leads_to(
    place: &Bound<'_, PyAny>,
    module: &Bound<'_, PyDict>,
    name: &str,
    found: &Bound<'_, PyAny>,
) -> bool {
    let py = module.py();
    let text =
        |part: Bound<'_, PyAny>| part.cast_into_exact::<PyString>().ok().map(|p| raw::string(&p));
    let parts: Option<Vec<String>> = if let Ok(tuple) = place.cast_exact::<PyTuple>() {
        tuple.iter().map(text).collect()
    } else if let Ok(list) = place.cast_exact::<PyList>() {
        list.iter().map(text).collect()
    } else {
        text(place.clone()).map(|text| vec![text])
    };
    let Some(parts) = parts else { return false };
    let package = raw::dict_get(module, intern!(py, "__name__")).and_then(text);
    let Some(package) = package else { return false };
    let resolved: Option<Vec<String>> = match parts.as_slice() {
        [one] => Some(vec![relative(&package, one), format!("{package}.{one}"), one.clone()]),
        [one, other] => Some(vec![
            relative(one, other),
            format!("{one}.{other}"),
            format!("{}.{other}", relative(&package, one)),
        ]),
        _ => None,
    };
    resolved.into_iter().flatten().any(|path| {
        [format!("{path}.{name}"), path]
            .iter()
            .any(|dotted| raw::by_dotted_name(py, dotted).is_some_and(|object| object.is(found)))
    })
}

/// `.type_adapter`, seen from `pydantic`: `pydantic.type_adapter`.
fn relative(package: &str, name: &str) -> String {
    let plain = name.trim_start_matches('.');
    let level = u32::try_from(name.len() - plain.len()).unwrap_or(u32::MAX);
    finder::absolute_name(package, plain, level).unwrap_or_default()
}

/// Whether a guard saw no attribute of a library's module where its `__getattr__` may since have left one: code of
/// a library, or one of its modules.
pub(super) fn is_made_now(py: Python<'_>, guard: &Guard) -> bool {
    let Guard::Entry { dict, key, seen: None } = guard else { return false };
    let dict = dict.bind(py);
    let Some(now) = raw::dict_get(dict, key.bind(py)) else { return false };
    matches!(name::sort(&now), Sort::Library(..) | Sort::LibraryModule(..)) && makes_names(dict)
}

/// Whether the dict is that of a loaded module of a library which makes names when they are asked for.
pub(super) fn makes_names(dict: &Bound<'_, PyDict>) -> bool {
    let py = dict.py();
    let Some(module) = raw::dict_get(dict, intern!(py, "__name__"))
        .and_then(|name| name.cast_into::<PyString>().ok())
        .and_then(|name| raw::loaded_module(py, &raw::string(&name)))
    else {
        return false;
    };
    let is_own = raw::module_dict(&module).is_some_and(|own| own.is(dict));
    match name::sort(&module) {
        Sort::LibraryModule(_, library) if is_own => getattr_of_library(dict, &library).is_some(),
        _ => false,
    }
}
