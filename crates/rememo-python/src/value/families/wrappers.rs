//! Wrappers of other libraries, by what they store: their attributes are those of what they wrap, so that
//! asking them anything asks that.

use pyo3::prelude::*;
use pyo3::types::PyType;

use super::{Base, Encoder, HashError, Known, Opened, base};
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[];

pub(super) const BASES: &[Base] = &[
    base("_wrappers", "ObjectProxy", proxy),
    base("wrapt._wrappers", "ObjectProxy", proxy),
    base("sqlalchemy.event.base", "_Dispatch", dispatch),
];

/// A proxy of wrapt, a function wrapper or a user's subclass: the class and all that it refers to, in the order
/// of its fields.
fn proxy(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let parts = super::referents(object).into_iter().map(Part::hidden).collect();
    encoder.instance(class, "wrapper", parts)
}

/// The listeners that are registered with an object of SQLAlchemy.
fn dispatch(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    _class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let listeners = super::machinery::listeners(object)?;
    let parts = listeners.into_iter().map(Part::hidden).collect();
    Ok(encoder.record("sqlalchemy.listeners", parts))
}
