//! Generators of the standard library's `random`, by their state.

use pyo3::prelude::*;
use pyo3::types::PyType;

use super::{Base, Encoder, HashError, Known, Opened, base, known, loaded, other_attributes};
use crate::value::Part;

pub(super) const TYPES: &[Known] =
    &[known("random", "Random", generator), known("random", "SystemRandom", system)];

pub(super) const BASES: &[Base] = &[base("random", "Random", own_generator)];

/// The state, and the half of a pair of normal variates that is still to be given. The generator behind the
/// functions of the module counts by its name where something holds it: every user of the module moves it on.
fn generator(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let is_global = loaded(object.py(), "random", "_inst").is_some_and(|global| global.is(object));
    if is_global && encoder.is_lenient() {
        return Ok(encoder.text_record("taken by name", "random"));
    }
    let mut parts = vec![Part::named("state", object.call_method0("getstate")?)];
    parts.extend(other_attributes(object, &["gauss_next"])?);
    Ok(encoder.record("random.Random", parts))
}

/// The operating system's generator has no state.
fn system(encoder: &mut Encoder<'_>, _: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("random.SystemRandom", Vec::new()))
}

fn own_generator(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let base = loaded(object.py(), "random", "Random").ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("random is being taken out of sys.modules")
    })?;
    let state = base.getattr("getstate")?.call1((object,))?;
    let mut parts = vec![Part::named("state", state)];
    parts.extend(other_attributes(object, &["gauss_next"])?);
    encoder.instance_with_slots(object, class, "Random", parts)
}
