//! Celery: applications by name and settings, tasks by the function that they run.
//!
//! Its objects reduce to names, which do not tell that a function or a setting has changed.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyList, PyString, PyType};

use super::{Base, Encoder, HashError, Known, Opened, base, known, other_attributes};
use crate::raw;
use crate::value::{Label, Part};

pub(super) const TYPES: &[Known] = &[known("celery.app.utils", "Settings", settings)];

pub(super) const BASES: &[Base] = &[
    base("celery.app.base", "Celery", application),
    base("celery.app.task", "Task", task),
    base("celery.local", "PromiseProxy", promise),
];

/// What an application writes into the class that it makes of a task, and what of it is told otherwise.
const TASK_INTERNAL: &[&str] = &[
    "app",
    "run",
    "name",
    "typing",
    "_app",
    "_decorated",
    "_decorated_fun",
    "_dump_pydantic_arguments",
    "_exec_options",
    "_backend",
    "_default_request",
    "request_stack",
    "__bound__",
    "__doc__",
    "__module__",
    "__annotations__",
    "__header__",
    "__trace__",
    "__wrapped__",
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

/// The function of a task, whether it is given the task itself, the kind of task, and the options that differ from
/// what the kind and the settings say. A task that has not been made yet, as it lies in its promise, is the same.
struct Parts<'py> {
    function: Bound<'py, PyAny>,
    is_bound: bool,
    kinds: Vec<Bound<'py, PyAny>>,
    options: Vec<(String, Bound<'py, PyAny>)>,
}

impl Parts<'_> {
    fn record(mut self, encoder: &mut Encoder<'_>) -> PyResult<Opened> {
        let py = self.function.py();
        self.options.sort_by(|a, b| a.0.cmp(&b.0));
        let mut parts = vec![
            Part::named("run", self.function),
            Part::named("bind", PyBool::new(py, self.is_bound).to_owned().into_any()),
            Part::named("base", PyList::new(py, self.kinds)?.into_any()),
        ];
        for (name, value) in self.options {
            let name = PyString::new(py, &name);
            parts.push(Part::hidden(name.clone().into_any()));
            parts.push(Part { label: Label::Attribute(name.unbind()), value: value.unbind() });
        }
        Ok(encoder.record("celery.Task", parts))
    }
}

fn text(value: &Bound<'_, PyAny>) -> String {
    value.cast::<PyString>().map(raw::string).unwrap_or_default()
}

/// The name that an application gives a task by itself.
fn usual_name(function: &Bound<'_, PyAny>, app: Option<&Bound<'_, PyAny>>) -> Option<String> {
    let function = raw::Function::of(function)?;
    let mut module = function.module();
    if module == "__main__" || module == "__mp_main__" {
        let main = app.and_then(raw::instance_dict).and_then(|dict| entry(&dict, "main"));
        module = main.map(|main| text(&main)).filter(|main| !main.is_empty()).unwrap_or(module);
    }
    Some(format!("{module}.{}", function.name()))
}

/// Whether both are the same plain constant.
fn is_same(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> bool {
    a.is(b)
        || (a.get_type().is(b.get_type())
            && (a.is_exact_instance_of::<PyString>() || a.is_exact_instance_of::<PyInt>())
            && a.eq(b).unwrap_or(false))
}

fn task(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let own = raw::type_dict(class);
    // A task of a class of the user's is an instance as any other.
    let Some((own, run)) = own.filter(|own| entry(own, "_decorated").is_some()).and_then(|own| {
        let run = entry(&own, "run")?;
        Some((own, run))
    }) else {
        let parts = other_attributes(object, TASK_INTERNAL)?;
        return encoder.instance(class, "celery task", parts.into_iter().collect());
    };
    let is_bound = raw::Function::of(&run).is_some();
    let function = if is_bound { run } else { run.getattr("__func__").unwrap_or(run) };
    let app = entry(&own, "app");
    let mut kinds = Vec::new();
    let mut kind = None;
    for ancestor in raw::mro(class).iter().flatten().skip(1) {
        let Ok(ancestor) = ancestor.cast_into::<PyType>() else { continue };
        kind.get_or_insert_with(|| ancestor.clone());
        if raw::type_names(&ancestor) == ("celery.app.task".to_owned(), "Task".to_owned()) {
            break;
        }
        kinds.push(ancestor.into_any());
    }
    let settings = app
        .as_ref()
        .and_then(raw::instance_dict)
        .and_then(|dict| entry(&dict, "_conf"))
        .and_then(|settings| entry(&raw::instance_dict(&settings)?, "maps"));
    let setting = |name: &str| {
        let maps = settings.as_ref()?.cast::<PyList>().ok()?;
        let map_entry = |map: Bound<'_, PyAny>| {
            map.cast::<PyDict>().ok().and_then(|map| entry(map, name)).map(Bound::unbind)
        };
        maps.iter().find_map(map_entry).map(|value| value.into_bound(py))
    };
    let mut options = Vec::new();
    for (name, value) in own.iter() {
        let key = text(&name);
        let is_default = [format!("task_{key}"), format!("task_default_{key}")]
            .iter()
            .filter_map(|name| setting(name))
            .chain(kind.as_ref().and_then(|kind| raw::type_lookup(kind, &PyString::new(py, &key))))
            // Two of the settings follow a third where they say nothing themselves.
            .chain(
                key.starts_with("acks_on_")
                    .then(|| entry(&own, "acks_on_failure_or_timeout"))
                    .flatten(),
            )
            .any(|default| is_same(&default, &value));
        if !TASK_INTERNAL.contains(&key.as_str()) && !is_default {
            options.push((key, value));
        }
    }
    if let Some(name) = entry(&own, "name")
        && usual_name(&function, app.as_ref()).is_none_or(|usual| usual != text(&name))
    {
        options.push(("name".to_owned(), name));
    }
    for (name, value) in raw::instance_dict(object).iter().flatten() {
        let key = text(&name);
        if !TASK_INTERNAL.contains(&key.as_str()) {
            options.push((key, value));
        }
    }
    Ok(Parts { function, is_bound, kinds, options }.record(encoder)?)
}

/// A task that is made when it is first used.
fn promise(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let made = raw::instance_dict(object).and_then(|dict| entry(&dict, "__thing"));
    if let Some(made) = made {
        let made_class = made.get_type();
        return if raw::mro(&made_class).is_some_and(|mro| {
            mro.iter().filter_map(|base| base.cast_into::<PyType>().ok()).any(|base| {
                raw::type_names(&base) == ("celery.app.task".to_owned(), "Task".to_owned())
            })
        }) {
            task(encoder, &made, &made_class)
        } else {
            Ok(encoder.record("celery.Promise", vec![Part::hidden(made)]))
        };
    }
    let slot = |name: &str| {
        let descriptor = raw::type_lookup(class, &PyString::new(py, name))?;
        descriptor.call_method1("__get__", (object, class)).ok()
    };
    let arguments = slot("_Proxy__args").and_then(|args| args.get_item(0).ok());
    let Some(function) = arguments.filter(|function| raw::Function::of(function).is_some()) else {
        return encoder.open_state(object, class);
    };
    let maker = slot("_Proxy__local").and_then(|maker| maker.getattr("__self__").ok());
    let (mut is_bound, mut kinds, mut options) = (false, Vec::new(), Vec::new());
    if let Some(given) = slot("_Proxy__kwargs").and_then(|given| given.cast_into::<PyDict>().ok()) {
        for (name, value) in given.iter() {
            match text(&name).as_str() {
                "bind" => is_bound = value.is_truthy()?,
                "base" if value.is_none() => {}
                "base" => kinds.push(value),
                "name" if value.is_none() => {}
                "name" if usual_name(&function, maker.as_ref()) == Some(text(&value)) => {}
                key => options.push((key.to_owned(), value)),
            }
        }
    }
    Ok(Parts { function, is_bound, kinds, options }.record(encoder)?)
}
