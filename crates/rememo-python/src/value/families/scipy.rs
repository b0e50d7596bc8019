//! Sparse matrices of scipy in their formats: shape and the arrays that they consist of.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{Encoder, HashError, Known, Opened, class_name, known};
use crate::raw;
use crate::value::builtin::base_content;
use crate::value::{Label, Part};

pub(super) const TYPES: &[Known] = &[];

pub(super) const FAMILIES: &[Known] = &[
    known("scipy.sparse._base", "_spbase", matrix),
    known("scipy.sparse._base", "spmatrix", matrix),
    known("scipy.sparse.base", "spmatrix", matrix),
];

/// What a matrix finds out about its own arrays.
const FLAGS: &[&str] = &["_has_sorted_indices", "_has_canonical_format", "has_canonical_format"];

/// The format is the class; all else lies in the dictionary, and for the oldest format in a dict that it is.
fn matrix(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = Vec::new();
    if let Some(dict) = raw::instance_dict(object) {
        // By name: a copy has them in another order.
        let mut entries: Vec<_> = dict
            .iter()
            .filter_map(|(name, value)| Some((name.cast_into::<PyString>().ok()?, value)))
            .map(|(name, value)| (raw::string(&name), name, value))
            .filter(|(text, ..)| !FLAGS.contains(&text.as_str()))
            .collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, name, value) in entries {
            parts.push(Part::hidden(name.clone().into_any()));
            parts.push(Part { label: Label::Attribute(name.unbind()), value: value.unbind() });
        }
    }
    // Since scipy 1.12 the items lie in an attribute; the dict that the class is stays empty until it is copied.
    let items = raw::instance_dict(object)
        .and_then(|dict| raw::dict_get(&dict, pyo3::intern!(object.py(), "_dict")));
    if items.is_none() {
        parts.extend(base_content(object)?.map(Part::hidden));
    }
    Ok(encoder.record(&format!("scipy.sparse.{}", class_name(object)), parts))
}
