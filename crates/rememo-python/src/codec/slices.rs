//! Arrays of pyarrow: pickle takes the whole buffers of which an array is a slice.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::raw;

/// So many bytes may be stored for nothing.
const SPARE: usize = 4096;

/// The classes of arrays, if pyarrow is loaded. Tables, batches and chunked arrays are made of arrays.
pub fn array_types(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyType>>> {
    let module = raw::loaded_module(py, "pyarrow.lib");
    let Some(module) = module.and_then(|module| raw::module_dict(&module)) else {
        return Ok(Vec::new());
    };
    let Some(base) = module.get_item("Array")? else { return Ok(Vec::new()) };
    let classes = module.values().into_iter().filter_map(|value| value.cast_into::<PyType>().ok());
    Ok(classes.filter(|class| class.is_subclass(&base).unwrap_or(false)).collect())
}

/// `__reduce__` of an array: of a copy of it, where it is a small part of its buffers.
pub fn reduce<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let own: usize = array.getattr(intern!(py, "nbytes"))?.extract()?;
    let all: usize = array.call_method0(intern!(py, "get_total_buffer_size"))?.extract()?;
    let protocol = (5,);
    if all <= own.saturating_mul(2).saturating_add(SPARE) {
        return array.call_method1(intern!(py, "__reduce_ex__"), protocol);
    }
    let concatenate = py.import(intern!(py, "pyarrow"))?.getattr(intern!(py, "concat_arrays"))?;
    concatenate.call1(([array],))?.call_method1(intern!(py, "__reduce_ex__"), protocol)
}
