//! Celery's applications, by name and settings. They reduce to their name, which does not tell that a setting has
//! changed; and much of what they hold is made when it is first needed.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::{Base, Encoder, HashError, Known, Opened, base, known};
use crate::raw;
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[known("celery.app.utils", "Settings", settings)];

pub(super) const BASES: &[Base] = &[base("celery.app.base", "Celery", application)];

fn entry<'py>(dict: &Bound<'py, PyDict>, name: &str) -> Option<Bound<'py, PyAny>> {
    raw::dict_get(dict, &PyString::new(dict.py(), name))
}

/// Adds the settings that a program has made itself; the rest are defaults of the version.
fn add_settings(into: &Bound<'_, PyDict>, changes: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(changes) = changes.cast::<PyDict>() {
        for (name, value) in changes.iter() {
            let is_note = name
                .cast::<PyString>()
                .is_ok_and(|name| raw::string(name) == "deprecated_settings");
            if !is_note {
                into.set_item(name, value)?;
            }
        }
    }
    Ok(())
}

fn changes<'py>(settings: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    entry(&raw::instance_dict(settings)?, "maps")?.get_item(0).ok()
}

fn settings(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let own = PyDict::new(object.py());
    if let Some(changes) = changes(object) {
        add_settings(&own, &changes)?;
    }
    Ok(encoder.record("celery.Settings", vec![Part::hidden(own.into_any())]))
}

fn application(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let py = object.py();
    let own = PyDict::new(py);
    let mut parts = Vec::new();
    if let Some(dict) = raw::instance_dict(object) {
        parts.extend(entry(&dict, "main").map(|main| Part::named("main", main)));
        // Until the settings are first read, the changes lie in a dictionary of their own.
        if let Some(pending) = entry(&dict, "_preconf") {
            add_settings(&own, &pending)?;
        }
        if let Some(changes) = entry(&dict, "_conf").and_then(|settings| changes(&settings)) {
            add_settings(&own, &changes)?;
        }
    }
    parts.push(Part::named("conf", own.into_any()));
    encoder.instance(class, "celery application", parts)
}
