//! numpy's generators of random numbers, by their state.

use pyo3::prelude::*;

use super::super::{Encoder, HashError, Opened, Part, attributes, class_name, loaded};

/// The generator behind `numpy.random.random` and its like: every user of the module moves it on, so where
/// something holds it, it counts by its name. As an argument of its own it counts by its state.
fn is_global(encoder: &Encoder<'_>, object: &Bound<'_, PyAny>) -> bool {
    let py = object.py();
    encoder.is_lenient()
        && loaded(py, "numpy.random.mtrand", "_rand").is_some_and(|global| {
            global.is(object)
                || global.getattr("_bit_generator").is_ok_and(|generator| generator.is(object))
        })
}

pub fn generator(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("numpy.random.Generator", attributes(object, &["bit_generator"])?))
}

/// The state, and what it spawns others from.
pub fn bit_generator(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    if is_global(encoder, object) {
        return Ok(encoder.text_record("taken by name", "numpy.random"));
    }
    let mut parts = attributes(object, &["state"])?;
    if let Ok(sequence) = object.getattr("seed_seq")
        && !sequence.is_none()
    {
        parts.push(Part::named("seed_seq", sequence));
    }
    Ok(encoder.record(&format!("numpy.random.{}", class_name(object)), parts))
}

pub fn random_state(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    if is_global(encoder, object) {
        return Ok(encoder.text_record("taken by name", "numpy.random"));
    }
    let state = object.call_method1("get_state", (false,))?;
    Ok(encoder.record("numpy.random.RandomState", vec![Part::named("state", state)]))
}

pub fn seed_sequence(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let names = ["entropy", "spawn_key", "pool_size", "n_children_spawned"];
    Ok(encoder.record("numpy.random.SeedSequence", attributes(object, &names)?))
}
