//! From a Python value to bytes and back, without copying what is large.
//!
//! A value has two forms.
//!
//! - **Portable** ([`encode`], [`decode`]): a pickle stream (protocol 5), the *head*, and *buffers* beside it, which
//!   may lie in any memory, such as a mapping of a file. It outlives the process. Arrays and strings of libraries
//!   are reduced by functions of our own (`array`, `text`), because pickle would copy some of them into the head
//!   and take strings one by one.
//! - **Template** ([`Template`]): what `output="private"` keeps in memory. Objects that nobody can change are kept as
//!   they are and given to everyone, containers are copied by structure, large arrays are mapped privately, and
//!   only what is left is pickled. It never leaves the process.
//!
//! Both lay large buffers out as a region of the engine (`rememo::region`), so that every reader can have a private
//! mapping of them. `buffer` shows parts of such a mapping to Python.

mod array;
mod buffer;
mod portable;
mod template;
mod text;

use pyo3::prelude::*;

pub use portable::{Encoded, decode, encode};
pub use template::{Template, Templated};

/// Adds the functions that stored pickles name. Their names and arguments are part of the stored form.
pub fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(array::_restore_array, module)?)?;
    module.add_function(wrap_pyfunction!(text::_restore_text, module)?)?;
    module.add_function(wrap_pyfunction!(portable::_codec_round_trip, module)?)?;
    Ok(())
}
