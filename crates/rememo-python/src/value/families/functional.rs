//! What `functools` makes of functions, and ctypes' libraries.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{Base, Encoder, HashError, Known, Opened, attributes, base, known, present, referents};
use crate::raw;
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("functools", "partial", partial),
    known("functools", "_lru_cache_wrapper", lru_cache),
    known("functools", "cached_property", cached_property),
    known("functools", "KeyWrapper", key_wrapper),
    known("builtins", "super", super_object),
    known("ctypes", "CDLL", library),
    known("ctypes", "PyDLL", library),
    known("ctypes", "LibraryLoader", library_loader),
    known("_ctypes", "CField", field),
];

pub(super) const BASES: &[Base] = &[
    base("functools", "cached_property", own_cached_property),
    base("_ctypes", "CFuncPtr", foreign_function),
];

fn partial(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["func", "args", "keywords"])?;
    if let Some(dict) = raw::instance_dict(object)
        && !dict.is_empty()
    {
        parts.push(Part::hidden(dict.into_any()));
    }
    Ok(encoder.record("functools.partial", parts))
}

/// What it wraps; not what it has cached.
fn lru_cache(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("functools.lru_cache", attributes(object, &["__wrapped__"])?))
}

/// What `cmp_to_key` makes: the function that compares, and what it compares.
fn key_wrapper(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let parts = referents(object).into_iter().map(Part::hidden).collect();
    Ok(encoder.record("functools.cmp_to_key", parts))
}

/// The class whose bases are searched, and for whom.
fn super_object(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    // A `super` asks the bases for all else, and for nothing that it has itself.
    let parts = ["__thisclass__", "__self__"]
        .into_iter()
        .filter_map(|name| {
            let member =
                raw::type_lookup(&object.get_type(), &PyString::intern(object.py(), name))?;
            let value = member.call_method1("__get__", (object, object.get_type())).ok()?;
            Some(Part::named(name, value))
        })
        .collect();
    Ok(encoder.record("super", parts))
}

/// The function and the name under which it leaves its value; not its lock.
fn cached_property(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("functools.cached_property", attributes(object, &["func", "attrname"])?))
}

fn own_cached_property(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, pyo3::types::PyType>,
) -> Result<Opened, HashError> {
    let parts = super::other_attributes(object, &["lock", "__doc__"])?;
    encoder.instance_with_slots(object, class, "cached_property", parts.into_iter().collect())
}

/// A library by its name; the functions that were looked up lie in its dictionary.
fn library(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let kind = format!("ctypes.{}", super::class_name(object));
    Ok(encoder.record(&kind, attributes(object, &["_name"])?))
}

fn library_loader(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    Ok(encoder.record("ctypes.LibraryLoader", attributes(object, &["_dlltype"])?))
}

/// A function of a library by its name and prototype: what else there is of it is an address.
fn foreign_function(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    _class: &Bound<'_, pyo3::types::PyType>,
) -> Result<Opened, HashError> {
    let name = raw::instance_dict(object)
        .and_then(|dict| raw::dict_get(&dict, pyo3::intern!(object.py(), "__name__")));
    let Some(name) = name else {
        return Ok(encoder.refuse(object, "a function pointer without a name is an address alone"));
    };
    let mut parts = vec![Part::named("__name__", name)];
    parts.extend(present(object, &["restype", "argtypes"]));
    Ok(encoder.record("ctypes.function", parts))
}

/// Where a field lies in a structure.
fn field(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("ctypes.field", attributes(object, &["offset", "size"])?))
}
