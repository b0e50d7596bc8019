//! Celery: applications by name and settings, tasks by the function that they run.
//!
//! Its objects reduce to names, which do not tell that a function or a setting has changed.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::{Base, Encoder, HashError, Known, Opened, base, known, other_attributes};
use crate::raw;
use crate::value::{Label, Part};

pub(super) const TYPES: &[Known] = &[known("celery.app.utils", "Settings", settings)];

pub(super) const BASES: &[Base] = &[
    base("celery.app.base", "Celery", application),
    base("celery.app.task", "Task", task),
    base("celery.local", "PromiseProxy", promise),
];

/// What an application writes into the classes and instances of its tasks.
const TASK_INTERNAL: &[&str] = &[
    "app",
    "_app",
    "__bound__",
    "__doc__",
    "__module__",
    "__annotations__",
    "__header__",
    "__trace__",
    "_exec_options",
    "_backend",
    "_default_request",
    "request_stack",
    "__qualname__",
    "__weakref__",
    "__dict__",
];

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

/// The name, the function, the options; and, for a kind of task of the user's, its class.
fn task(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = Vec::new();
    for (i, ancestor) in raw::mro(class).iter().flatten().enumerate() {
        let Ok(ancestor) = ancestor.cast_into::<PyType>() else { continue };
        if raw::type_names(&ancestor) == ("celery.app.task".to_owned(), "Task".to_owned()) {
            break;
        }
        // The class of one task is made for it; those below are the program's own.
        if i > 0 {
            parts.push(Part::hidden(ancestor.into_any()));
            continue;
        }
        let mut entries: Vec<_> = raw::type_dict(&ancestor)
            .iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.cast_into::<PyString>().ok()?, value)))
            .map(|(name, value)| (raw::string(&name), name, value))
            .filter(|(text, ..)| !TASK_INTERNAL.contains(&text.as_str()))
            .collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (_, name, value) in entries {
            parts.push(Part::hidden(name.clone().into_any()));
            parts.push(Part { label: Label::Attribute(name.unbind()), value: value.unbind() });
        }
    }
    parts.extend(other_attributes(object, TASK_INTERNAL)?);
    Ok(encoder.record("celery.Task", parts))
}

/// A task that is made when it is first used: by the function until then, by the task from then on.
fn promise(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let thing = raw::instance_dict(object).and_then(|dict| entry(&dict, "__thing"));
    let part = match thing {
        Some(thing) => Part::hidden(thing),
        None => return encoder.open_state(object, class),
    };
    Ok(encoder.record("celery.PromiseProxy", vec![part]))
}
