//! Celery's tasks: the user's function and what the decorator was told, whether or not the application has made
//! a task of it yet. Celery itself reduces a task to its name, behind which any code may stand.
//!
//! What Celery fills in from the application's configuration does not count: it is not there before.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple, PyType};

use super::{Base, Encoder, HashError, Known, Opened, base, known};
use crate::raw;
use crate::value::Part;

pub(super) const TYPES: &[Known] =
    &[known("celery.local", "PromiseProxy", proxy), known("celery.local", "Proxy", proxy)];

pub(super) const BASES: &[Base] = &[base("celery.app.task", "Task", task)];

/// What `Celery.task` and `Task.bind` write on the class of a task, none of it told by the decorator.
const WRITTEN: &[&str] = &[
    "_app",
    "_backend",
    "_decorated",
    "_decorated_fun",
    "_dump_pydantic_arguments",
    "_exec_options",
    "app",
    "backend",
    "from_config",
    "name",
    "request_stack",
    "run",
];

/// Options that are filled in from the configuration where the decorator does not tell them.
const CONFIGURED: &[&str] = &[
    "acks_late",
    "acks_on_failure",
    "acks_on_failure_or_timeout",
    "acks_on_timeout",
    "ignore_result",
    "priority",
    "rate_limit",
    "reject_on_worker_lost",
    "retry_on_worker_lost",
    "serializer",
    "soft_time_limit",
    "store_eager_result",
    "store_errors_even_if_ignored",
    "time_limit",
    "track_started",
    "typing",
];

/// What the decorator takes for itself.
const OF_DECORATOR: &[&str] = &["base", "bind", "filter", "lazy", "name", "shared"];

/// What the decorator was told.
struct Task<'py> {
    function: Bound<'py, PyAny>,
    application: Option<Bound<'py, PyAny>>,
    name: Option<Bound<'py, PyAny>>,
    base: Option<Bound<'py, PyAny>>,
    is_bound: bool,
    options: Bound<'py, PyDict>,
}

impl<'py> Task<'py> {
    /// From the class that the application made.
    fn made(class: &Bound<'py, PyType>) -> Option<Self> {
        let py = class.py();
        let dict = raw::type_dict(class)?;
        // A class that somebody wrote counts as such.
        raw::dict_get(&dict, intern!(py, "_decorated"))?;
        let run = raw::dict_get(&dict, intern!(py, "run"))?;
        // SAFETY: compares a type pointer.
        let is_static = unsafe { ffi::Py_TYPE(run.as_ptr()) == &raw mut ffi::PyStaticMethod_Type };
        let function = if is_static { run.getattr("__func__").ok()? } else { run };
        let base = raw::bases(class)?.get_item(0).ok()?.cast_into::<PyType>().ok()?;
        let (module, name) = raw::type_names(&base);
        // The application makes a base of its own.
        let is_given = (module.as_str(), name.as_str()) != ("celery.app.task", "Task");
        let is_told = |name: &str| {
            let is_special = name.starts_with("__") && name.ends_with("__");
            !is_special && !WRITTEN.contains(&name) && !CONFIGURED.contains(&name)
        };
        Some(Self {
            function,
            application: raw::dict_get(&dict, intern!(py, "app")),
            name: raw::dict_get(&dict, intern!(py, "name")),
            base: is_given.then(|| base.into_any()),
            is_bound: !is_static,
            options: chosen(&dict, is_told).ok()?,
        })
    }

    /// From the arguments of the call that will make it: `app._task_from_fun(function, **options)`.
    fn promised(
        call: &Bound<'py, PyAny>,
        arguments: &Bound<'py, PyTuple>,
        options: &Bound<'py, PyDict>,
    ) -> Option<Self> {
        let py = call.py();
        let (module, kind) = raw::type_names(&call.get_type());
        if (module.as_str(), kind.as_str()) != ("builtins", "method") || arguments.len() != 1 {
            return None;
        }
        // The attributes of a bound method are C getters.
        let made_by = raw::Function::of(&call.getattr("__func__").ok()?)?;
        if made_by.qualname() != "Celery._task_from_fun" {
            return None;
        }
        let option = |name| raw::dict_get(options, name).filter(|value| !value.is_none());
        let is_bound = option(intern!(py, "bind"));
        let is_told = |name: &str| !OF_DECORATOR.contains(&name) && !CONFIGURED.contains(&name);
        Some(Self {
            function: arguments.get_item(0).ok()?,
            application: call.getattr("__self__").ok(),
            name: option(intern!(py, "name")),
            base: option(intern!(py, "base")),
            is_bound: is_bound
                .is_some_and(|bound| bound.cast::<PyBool>().is_ok_and(|bound| bound.is_true())),
            options: chosen(options, is_told).ok()?,
        })
    }

    fn write(self, encoder: &mut Encoder<'_>) -> PyResult<Opened> {
        let py = self.function.py();
        let none = || py.None().into_bound(py);
        let name = self.name.clone().filter(|name| !self.is_default(name));
        let parts = vec![
            Part::named("run", self.function),
            Part::named("name", name.unwrap_or_else(none)),
            Part::named("base", self.base.unwrap_or_else(none)),
            Part::named("bind", PyBool::new(py, self.is_bound).to_owned().into_any()),
            Part::named("options", self.options.into_any()),
        ];
        Ok(encoder.record("celery.task", parts))
    }

    /// Whether the application gives this name where none is told.
    fn is_default(&self, name: &Bound<'_, PyAny>) -> bool {
        let py = name.py();
        let Some(function) = raw::Function::of(&self.function) else { return false };
        let main = (self.application.as_ref())
            .and_then(raw::instance_dict)
            .and_then(|dict| raw::dict_get(&dict, intern!(py, "main")))
            .and_then(|main| main.cast_into::<PyString>().ok())
            .map(|main| raw::string(&main))
            .filter(|main| !main.is_empty());
        let module = match (function.module(), main) {
            (module, Some(main)) if module == "__main__" => main,
            (module, _) => module,
        };
        name.cast::<PyString>()
            .is_ok_and(|name| raw::string(name) == format!("{module}.{}", function.name()))
    }
}

/// The entries with these names, in the order of their names: the two places have orders of their own.
fn chosen<'py>(
    dict: &Bound<'py, PyDict>,
    is_chosen: impl Fn(&str) -> bool,
) -> PyResult<Bound<'py, PyDict>> {
    let mut entries: Vec<(String, Bound<'py, PyAny>)> = dict
        .iter()
        .filter_map(|(key, value)| Some((raw::string(key.cast::<PyString>().ok()?), value)))
        .filter(|(name, _)| is_chosen(name))
        .collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    let found = PyDict::new(dict.py());
    for (name, value) in entries {
        found.set_item(name, value)?;
    }
    Ok(found)
}

/// A task object.
fn task(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    if let Some(task) = Task::made(class) {
        return Ok(task.write(encoder)?);
    }
    let mut parts = Vec::new();
    if let Some(dict) = raw::instance_dict(object) {
        let own = chosen(&dict, |name| {
            !WRITTEN.contains(&name) && !matches!(name, "__trace__" | "__qualname__")
        })?;
        parts.push(Part::named("state", own.into_any()));
    }
    encoder.instance(class, "celery.task", parts)
}

/// A proxy: what it stands for once that is made, else what will make it.
fn proxy(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let py = object.py();
    encoder.note_mutable();
    let made =
        raw::instance_dict(object).and_then(|dict| raw::dict_get(&dict, intern!(py, "__thing")));
    if let Some(made) = made {
        return match Task::made(&made.get_type()) {
            Some(task) => Ok(task.write(encoder)?),
            None => Ok(encoder.record("celery.proxy", vec![Part::hidden(made)])),
        };
    }
    let class = object.get_type();
    let read = |name: &str| {
        // A slot's descriptor is C code that reads one field.
        let slot = raw::type_lookup(&class, &PyString::new(py, name))?;
        slot.call_method1(intern!(py, "__get__"), (object, &class)).ok()
    };
    let parts = [read("_Proxy__local"), read("_Proxy__args"), read("_Proxy__kwargs")];
    if let [Some(call), Some(arguments), Some(options)] = &parts
        && let (Ok(arguments), Ok(options)) = (arguments.cast(), options.cast())
        && let Some(task) = Task::promised(call, arguments, options)
    {
        return Ok(task.write(encoder)?);
    }
    let parts = parts.into_iter().flatten().map(Part::hidden).collect();
    Ok(encoder.record("celery.proxy", parts))
}
