//! numpy's dtypes: type, byte order, fields with their places, subarrays, metadata.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString, PyTuple, PyType};

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
    let names = dtype.getattr("names")?;
    let subarray = dtype.getattr("subdtype")?;
    let metadata = dtype.getattr("metadata")?;
    if names.is_none() && subarray.is_none() && metadata.is_none() && is_numpys {
        return Ok(text);
    }
    // Spelled out here: the state that `__reduce__` gives has a form that numpy may change.
    let fields = if names.is_none() { names } else { fields(dtype, &names)? };
    let subarray = match subarray.cast::<PyTuple>() {
        Ok(subarray) => {
            PyTuple::new(py, [part(&subarray.get_item(0)?)?, subarray.get_item(1)?])?.into_any()
        }
        Err(_) => subarray,
    };
    let metadata = match metadata.cast::<PyMapping>() {
        Ok(mapping) => {
            let copy = PyDict::new(py);
            copy.update(mapping)?;
            copy.into_any()
        }
        Err(_) => metadata,
    };
    let mut parts = vec![text, fields, subarray, metadata, dtype.getattr("isalignedstruct")?];
    if !is_numpys {
        // Records, and types that a package adds: their `str` is that of plain bytes.
        parts.push(PyString::new(py, &format!("{module}.{name}")).into_any());
    }
    Ok(PyTuple::new(py, parts)?.into_any())
}

/// For each field its name, what stands for its dtype, its offset and, where it has one, its title.
fn fields<'py>(
    dtype: &Bound<'py, PyAny>,
    names: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = dtype.py();
    let places = dtype.getattr("fields")?;
    let mut fields = Vec::new();
    for name in names.try_iter()? {
        let name = name?;
        let mut parts = vec![name.clone()];
        for (i, told) in places.get_item(name)?.try_iter()?.enumerate() {
            parts.push(if i == 0 { part(&told?)? } else { told? });
        }
        fields.push(PyTuple::new(py, parts)?);
    }
    Ok(PyTuple::new(py, fields)?.into_any())
}

/// A dtype as a value.
pub fn value(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("numpy.dtype", vec![Part::hidden(part(object)?)]))
}
