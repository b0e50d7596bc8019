//! From a Python value to bytes and back, without copying what is large.
//!
//! A value has two forms.
//!
//! - **Portable** ([`portable::encode`], [`portable::decode`]): a pickle stream (protocol 5), the *head*, and *buffers* beside it, which
//!   may lie in any memory, such as a mapping of a file. It outlives the process. Arrays and strings of libraries
//!   are reduced by functions of our own (`array`, `text`, `arrow`, `slices`), because pickle would copy some of them into the head
//!   and take strings one by one.
//! - **Template** ([`template::Template`]): what `output="private"` keeps in memory. Objects that nobody can change are kept as
//!   they are and given to everyone, containers are copied by structure, large arrays are mapped privately, and
//!   only what is left is pickled. It never leaves the process.
//!
//! Both lay large buffers out as a region of the engine (`rememo::region`), so that every reader can have a private
//! mapping of them. `buffer` shows parts of such a mapping to Python.

mod array;
mod arrow;
mod buffer;
pub mod portable;
mod slices;
pub mod template;
mod text;

use std::sync::Arc;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rememo::region::{Layout, Mapping, Region};

use template::{Template, Templated};

/// Adds the functions that stored pickles name. Their names and arguments are part of the stored form.
pub fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(array::_restore_array, module)?)?;
    module.add_function(wrap_pyfunction!(array::_restore_read_only, module)?)?;
    module.add_function(wrap_pyfunction!(arrow::_restore_polars, module)?)?;
    module.add_function(wrap_pyfunction!(text::_restore_text, module)?)?;
    module.add_function(wrap_pyfunction!(_stored_and_back, module)?)?;
    Ok(())
}

/// A value by way of its stored form, for tests: decoded, then made twice from a template over the same region; and
/// the length of the head and of each buffer.
#[pyfunction]
#[allow(clippy::type_complexity)]
fn _stored_and_back<'py>(
    py: Python<'py>,
    value: &Bound<'py, PyAny>,
) -> PyResult<([Bound<'py, PyAny>; 3], usize, Vec<usize>)> {
    let failed = |error: &dyn std::fmt::Display| PyRuntimeError::new_err(error.to_string());
    let encoded = portable::encode(py, value)?;
    let head = encoded.head(py).to_vec();
    let region = Region::build(&encoded.layout(), &encoded.buffers()).map_err(|e| failed(&e))?;
    drop(encoded);
    let region = Arc::new(region);
    let decoded = || -> PyResult<(Bound<'py, PyAny>, Arc<Mapping>, Layout)> {
        let mut mapping = region.map().map_err(|e| failed(&e))?;
        let layout = Layout::read(mapping.bytes()).map_err(|e| failed(&e))?;
        let mapping = Arc::new(mapping);
        Ok((portable::decode(py, &head, &mapping, layout.spans())?, mapping, layout))
    };
    let (first, _, layout) = decoded()?;
    let (pristine, mapping, _) = decoded()?;
    let copies = match Template::of_stored(py, &pristine, &region, &mapping)? {
        Templated::Template(template) => {
            let template = Arc::new(template);
            drop(pristine);
            [template.make(py)?, template.make(py)?]
        }
        Templated::Shared(object, _) => [object.bind(py).clone(), object.bind(py).clone()],
        Templated::Immutable(_) => [pristine.clone(), pristine],
    };
    let [second, third] = copies;
    let lengths = layout.spans().iter().map(|span| span.len).collect();
    Ok(([first, second, third], head.len(), lengths))
}
