//! Arrow data, by the PyCapsule interface.

use pyo3::prelude::*;
use pyo3::types::PyType;

use super::{Encoder, HashError, Known, Opened};

pub(super) const TYPES: &[Known] = &[];

/// The content of an object that offers `__arrow_c_stream__` or `__arrow_c_array__`.
pub fn by_capsule(
    _encoder: &mut Encoder<'_>,
    _object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyType>,
) -> Result<Option<Opened>, HashError> {
    Ok(None)
}
