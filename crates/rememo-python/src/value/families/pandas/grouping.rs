//! Groupings of pandas: what is grouped and how, not the groups that were worked out.

use pyo3::prelude::*;

use super::super::{Encoder, HashError, Known, Opened, class_name, known, other_attributes};

pub(super) const TYPES: &[Known] = &[known("pandas.core.groupby.grouper", "Grouping", settings)];

pub(super) const FAMILIES: [Known; 2] = [
    known("pandas.core.groupby.groupby", "BaseGroupBy", settings),
    known("pandas.core.groupby.ops", "BaseGrouper", settings),
];

/// All that it was made with. What is worked out lazily lies in `_cache`.
fn settings(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let parts = other_attributes(object, &["_cache"])?;
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), parts.into_iter().collect()))
}
