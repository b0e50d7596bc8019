//! What counts by type and name, since it holds no data that a result could depend on.

use pyo3::prelude::*;
use pyo3::types::PyType;

use super::{Encoder, HashError, Opened};

/// The form of a stateless resource, if the value is one and stands where it is taken so.
pub fn by_type_and_name(
    _encoder: &mut Encoder<'_>,
    _object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyType>,
) -> Result<Option<Opened>, HashError> {
    Ok(None)
}
