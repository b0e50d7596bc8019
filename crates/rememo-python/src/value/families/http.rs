//! Headers of httpx.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{Encoder, HashError, Known, Opened, attributes, known};
use crate::raw;
use crate::value::Part;

pub(super) const TYPES: &[Known] =
    &[known("httpx", "Headers", headers), known("httpx._models", "Headers", headers)];

/// The fields, and their encoding unless it is the one that is found by itself when they are first decoded.
fn headers(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["_list"])?;
    let encoding = object.getattr("_encoding")?;
    let is_found = encoding
        .cast::<PyString>()
        .map_or(true, |encoding| matches!(raw::string(encoding).as_str(), "ascii" | "utf-8"));
    if !is_found {
        parts.push(Part::named("encoding", encoding));
    }
    Ok(encoder.record("httpx.Headers", parts))
}
