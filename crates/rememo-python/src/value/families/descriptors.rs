//! Subclasses of the built-in descriptors (`class classproperty(property)`): the functions that the base stores,
//! and what the subclass adds. The built-in types themselves are in `builtin`.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::{Base, Encoder, HashError, Opened, base};
use crate::raw;
use crate::value::Part;

pub(super) const BASES: &[Base] = &[
    base("builtins", "property", property),
    base("builtins", "staticmethod", static_method),
    base("builtins", "classmethod", class_method),
];

/// Copied by the base from the function that it wraps.
const COPIED: &[&str] =
    &["__module__", "__name__", "__qualname__", "__doc__", "__wrapped__", "__annotations__"];

fn property(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    stored(encoder, object, class, &raw mut ffi::PyProperty_Type, &["fget", "fset", "fdel"])
}

fn static_method(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    stored(encoder, object, class, &raw mut ffi::PyStaticMethod_Type, &["__func__"])
}

fn class_method(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    stored(encoder, object, class, &raw mut ffi::PyClassMethod_Type, &["__func__"])
}

/// The fields of the base, which its own member descriptors read whatever the subclass calls by their names.
fn stored(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
    base: *mut ffi::PyTypeObject,
    fields: &[&'static str],
) -> Result<Opened, HashError> {
    let py = object.py();
    // SAFETY: a static type of the interpreter, which lives as long as it does.
    let base = unsafe { Bound::from_borrowed_ptr(py, base.cast()) }.cast_into::<PyType>();
    let base = base.map_err(PyErr::from)?;
    let mut parts = Vec::with_capacity(fields.len() + 1);
    for name in fields {
        let member = raw::type_lookup(&base, &pyo3::types::PyString::intern(py, name));
        if let Some(member) = member {
            let value = member.call_method1(intern!(py, "__get__"), (object, class))?;
            parts.push(Part::named(name, value));
        }
    }
    parts.extend(super::other_attributes(object, COPIED)?);
    encoder.instance_with_slots(object, class, "descriptor", parts)
}
