//! numpy's dtypes: type, byte order, fields with their places, subarrays, metadata.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};

use super::super::{Encoder, HashError, Opened, Part};
use crate::raw;

/// What stands for a dtype in arrays and scalars: its `str`, which tells type and byte order; where that is not
/// all, a tuple of it and the rest.
pub fn part<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = dtype.py();
    let text = dtype.getattr("str")?;
    let scalar = dtype.getattr("type")?;
    let (module, name) = match scalar.cast::<PyType>() {
        Ok(scalar) => raw::type_names(scalar),
        Err(_) => Default::default(),
    };
    let kind: String = dtype.getattr("kind")?.extract()?;
    if kind == "T" {
        // A string type's options are no part of its `str`, and its state is that of one array.
        let missing = PyTuple::new(py, dtype.getattr("na_object").ok())?;
        let parts = [text, missing.into_any(), dtype.getattr("coerce")?];
        return Ok(PyTuple::new(py, parts)?.into_any());
    }
    let is_numpys = module == "numpy" && name != "record";
    let is_plain = dtype.getattr("names")?.is_none()
        && dtype.getattr("subdtype")?.is_none()
        && dtype.getattr("metadata")?.is_none();
    if is_plain && is_numpys {
        return Ok(text);
    }
    let mut parts = vec![text, dtype.call_method0("__reduce__")?.get_item(2)?];
    if !is_numpys {
        // Records, and types that a package adds: their `str` is that of plain bytes.
        parts.push(PyString::new(py, &format!("{module}.{name}")).into_any());
    }
    Ok(PyTuple::new(py, parts)?.into_any())
}

/// A dtype as a value.
pub fn value(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("numpy.dtype", vec![Part::hidden(part(object)?)]))
}
