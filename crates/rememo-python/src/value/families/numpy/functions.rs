//! numpy's functions that are objects, and small objects about its types.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::super::{Encoder, HashError, Opened, Part, attributes, other_attributes, referents};
use crate::raw;

/// Where the ufuncs of the common packages are found.
const HOMES: &[&str] = &[
    "numpy",
    "numpy.linalg._umath_linalg",
    "numpy._core._multiarray_umath",
    "numpy.core._multiarray_umath",
    "numpy._core.umath",
    "scipy.special",
    "scipy.special._ufuncs",
    "scipy.stats._stats_pythran",
];

/// By the name under which its package has it and the package's version; one made of a Python function by
/// that function.
pub fn ufunc(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let py = object.py();
    let name = object.getattr("__name__")?;
    let text = raw::string(name.cast::<PyString>().map_err(PyErr::from)?);
    if let Some(home) = super::found_as(object, HOMES, &text) {
        let package = home.split('.').next().unwrap_or_default();
        let mut parts = vec![Part::hidden(PyString::new(py, &home).into_any())];
        parts.extend(super::version(py, package).map(Part::hidden));
        return Ok(encoder.record("numpy.ufunc", parts));
    }
    encoder.note_mutable();
    let referents = referents(object);
    if referents.is_empty() {
        return Ok(encoder.refuse(object, "a ufunc of unknown origin has no code that can be read"));
    }
    let mut parts = vec![Part::hidden(name)];
    parts.extend(attributes(object, &["nin", "nout", "types", "identity"])?);
    parts.extend(referents.into_iter().map(Part::hidden));
    Ok(encoder.record("numpy.ufunc", parts))
}

/// The function and its options; not what it has found out about its outputs.
pub fn vectorize(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let known = ["_ufunc", "__doc__", "__name__", "__qualname__", "__module__", "__wrapped__"];
    let parts = other_attributes(object, &known)?;
    Ok(encoder.record("numpy.vectorize", parts.into_iter().collect()))
}

pub fn business_days(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    Ok(encoder.record("numpy.busdaycalendar", attributes(object, &["weekmask", "holidays"])?))
}

/// Limits of a type: they follow from it.
pub fn limits(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let kind = format!("numpy.{}", super::super::class_name(object));
    Ok(encoder.record(&kind, attributes(object, &["dtype"])?))
}
