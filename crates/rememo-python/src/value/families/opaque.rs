//! What counts by type and name where something holds it, since it holds no data that a result should depend
//! on: loggers, locks, pools, streams. And resources, which count nowhere.

use std::sync::LazyLock;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use rustc_hash::FxHashMap;

use super::{Encoder, HashError, Opened, is_genuine, loaded, other_attributes};
use crate::raw;
use crate::value::Part;

/// What becomes of one that is an argument of its own, or lies in a plain container that is one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alone {
    /// It says something about this run alone: refused.
    Refused,
    /// It has a state that can be read: counts by that.
    ByState,
    /// Counts as it does elsewhere.
    Same,
    /// A resource, which counts nowhere by what can be read of it.
    Resource,
}

struct Opaque {
    module: &'static str,
    name: &'static str,
    alone: Alone,
    /// Entries of the instance's dictionary that are the library's own; what else a user's subclass has there
    /// counts.
    internal: &'static [&'static str],
}

const fn opaque(
    module: &'static str,
    name: &'static str,
    alone: Alone,
    internal: &'static [&'static str],
) -> Opaque {
    Opaque { module, name, alone, internal }
}

use Alone::{ByState, Refused, Resource, Same};

const CONDITION: &[&str] = &[
    "_lock",
    "acquire",
    "release",
    "_release_save",
    "_acquire_restore",
    "_is_owned",
    "_waiters",
    "notify_all",
    "locked",
    "_loop",
    "_block",
    "_count",
    "_owner",
];
const EVENT: &[&str] =
    &["_cond", "_flag", "_value", "_waiters", "_loop", "_initial_value", "_wakeup_scheduled"];
const BARRIER: &[&str] = &["_cond", "_action", "_timeout", "_parties", "_state", "_count"];
const SEMAPHORE: &[&str] = &["_semlock", "_make_name", "acquire", "release"];
const PROCESS_CONDITION: &[&str] = &[
    "_lock",
    "_sleeping_count",
    "_woken_count",
    "_wait_semaphore",
    "acquire",
    "release",
    "_make_methods",
];
const THREADS: &[&str] = &[
    "_max_workers",
    "_work_queue",
    "_idle_semaphore",
    "_threads",
    "_broken",
    "_shutdown",
    "_shutdown_lock",
    "_thread_name_prefix",
    "_initializer",
    "_initargs",
    "_create_worker_context",
    "_resolve_work_item_task",
];
const PROCESSES: &[&str] = &[
    "_mp_context",
    "_safe_to_dynamically_spawn_children",
    "_initializer",
    "_initargs",
    "_executor_manager_thread",
    "_executor_manager_thread_wakeup",
    "_processes",
    "_shutdown_thread",
    "_shutdown_lock",
    "_idle_worker_semaphore",
    "_broken",
    "_queue_count",
    "_pending_work_items",
    "_cancel_pending_futures",
    "_max_workers",
    "_max_tasks_per_child",
    "_call_queue",
    "_result_queue",
    "_work_ids",
];
const POOL: &[&str] = &[
    "_pool",
    "_state",
    "_ctx",
    "_taskqueue",
    "_change_notifier",
    "_cache",
    "_maxtasksperchild",
    "_initializer",
    "_initargs",
    "_processes",
    "_worker_handler",
    "_task_handler",
    "_result_handler",
    "_terminate",
    "_inqueue",
    "_outqueue",
    "_quick_put",
    "_quick_get",
    "_setup_queues",
];
const LOGGER: &[&str] = &[
    "name",
    "level",
    "parent",
    "propagate",
    "handlers",
    "disabled",
    "filters",
    "manager",
    "_cache",
    "root",
];
const HANDLER: &[&str] = &[
    "filters",
    "_name",
    "level",
    "formatter",
    "lock",
    "stream",
    "_closed",
    "baseFilename",
    "mode",
];
const STRUCTLOG: &[&str] = &[
    "_logger",
    "_processors",
    "_context",
    "_wrapper_class",
    "_context_class",
    "_cache_logger_on_first_use",
    "_initial_values",
    "_logger_factory_args",
    "_file",
    "_write",
    "_flush",
    "_lock",
    "_local",
    "bind",
];

const TABLE: &[Opaque] = &[
    opaque("_thread", "lock", Refused, &[]),
    opaque("_thread", "RLock", Refused, &[]),
    opaque("threading", "_RLock", Refused, CONDITION),
    opaque("threading", "Condition", Refused, CONDITION),
    opaque("threading", "Event", ByState, EVENT),
    opaque("threading", "Semaphore", ByState, EVENT),
    opaque("threading", "Barrier", ByState, BARRIER),
    opaque("_thread", "_local", Refused, &[]),
    opaque("asyncio.locks", "Lock", Refused, CONDITION),
    opaque("asyncio.locks", "Condition", Refused, CONDITION),
    opaque("asyncio.locks", "Event", ByState, EVENT),
    opaque("asyncio.locks", "Semaphore", ByState, EVENT),
    opaque("asyncio.locks", "Barrier", ByState, BARRIER),
    opaque("_multiprocessing", "SemLock", Refused, &[]),
    opaque("multiprocessing.synchronize", "SemLock", Refused, SEMAPHORE),
    opaque("multiprocessing.synchronize", "Condition", Refused, PROCESS_CONDITION),
    opaque("multiprocessing.synchronize", "Event", Refused, EVENT),
    opaque("threading", "_DummyThread", Refused, &[]),
    opaque("anyio", "Lock", Refused, CONDITION),
    opaque("anyio", "Event", Refused, EVENT),
    opaque("anyio", "Condition", Refused, CONDITION),
    opaque("anyio", "Semaphore", Refused, EVENT),
    opaque("concurrent.futures.thread", "ThreadPoolExecutor", Refused, THREADS),
    opaque("concurrent.futures.process", "ProcessPoolExecutor", Refused, PROCESSES),
    opaque("multiprocessing.pool", "Pool", Refused, POOL),
    opaque("logging", "Logger", Same, LOGGER),
    opaque("logging", "Handler", Same, HANDLER),
    opaque("logging", "Manager", Same, &[]),
    opaque("logging", "PlaceHolder", Same, &[]),
    opaque("loguru._logger", "Logger", Same, &["_core", "_options"]),
    opaque("loguru._logger", "Core", Same, &[]),
    opaque("structlog._config", "BoundLoggerLazyProxy", Same, STRUCTLOG),
    opaque("structlog._base", "BoundLoggerBase", Same, STRUCTLOG),
    opaque("structlog._output", "PrintLogger", Same, STRUCTLOG),
    opaque("structlog._output", "WriteLogger", Same, STRUCTLOG),
    opaque("structlog._output", "BytesLogger", Same, STRUCTLOG),
    opaque("builtins", "PyCapsule", Refused, &[]),
    // Who wants to be told about changes; reading it as it reduces itself moves its counter on.
    opaque("matplotlib.cbook", "CallbackRegistry", Same, &[]),
    opaque("sqlalchemy.engine.base", "Engine", Resource, &[]),
    opaque("sqlalchemy.engine.base", "Connection", Resource, &[]),
    opaque("sqlalchemy.pool.base", "Pool", Resource, &[]),
    opaque("sqlalchemy.ext.asyncio.engine", "AsyncEngine", Resource, &[]),
    opaque("sqlalchemy.orm.session", "Session", Resource, &[]),
    opaque("httpx", "Client", Resource, &[]),
    opaque("httpx", "AsyncClient", Resource, &[]),
    opaque("httpx._client", "BaseClient", Resource, &[]),
    opaque("botocore.client", "BaseClient", Resource, &[]),
    opaque("boto3.session", "Session", Resource, &[]),
    opaque("redis.client", "Redis", Resource, &[]),
    opaque("redis.asyncio.client", "Redis", Resource, &[]),
    opaque("redis.connection", "ConnectionPool", Resource, &[]),
    opaque("pymongo.mongo_client", "MongoClient", Resource, &[]),
    opaque("pymongo.synchronous.mongo_client", "MongoClient", Resource, &[]),
    opaque("subprocess", "Popen", Resource, &[]),
    opaque("multiprocessing.process", "BaseProcess", Resource, &[]),
    opaque("asyncio.events", "AbstractEventLoop", Resource, &[]),
    opaque("ssl", "SSLContext", Resource, &[]),
];

/// Packages all of whose instances are instruments: tracers, meters, counters of what a program does.
const INSTRUMENTS: &[&str] = &["opentelemetry", "prometheus_client", "ddtrace", "statsd"];

static BY_NAME: LazyLock<FxHashMap<(&'static str, &'static str), &'static Opaque>> =
    LazyLock::new(|| TABLE.iter().map(|entry| ((entry.module, entry.name), entry)).collect());

/// The types of the table, and the packages of instruments.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let packages = INSTRUMENTS.iter().map(|package| (*package, "*"));
    TABLE.iter().map(|entry| (entry.module, entry.name)).chain(packages)
}

/// What is to be looked at in instances of a class.
#[derive(Clone, Copy, Default)]
pub struct Class {
    entry: Option<&'static Opaque>,
    is_instrument: bool,
    /// It has a method to write with, so that an instance may be a standard stream.
    may_be_stream: bool,
    is_console: bool,
}

impl Class {
    /// Whether no instance is taken by type and name.
    pub fn is_nothing(self) -> bool {
        self.entry.is_none() && !self.is_instrument && !self.may_be_stream && !self.is_console
    }

    /// Looks at the names in the MRO.
    pub fn of(class: &Bound<'_, PyType>) -> Self {
        let py = class.py();
        let mut found = Self {
            may_be_stream: raw::type_lookup(class, intern!(py, "write")).is_some(),
            ..Self::default()
        };
        for ancestor in raw::mro(class).iter().flatten() {
            let Ok(ancestor) = ancestor.cast::<PyType>() else { continue };
            let (module, name) = raw::type_names(ancestor);
            if let Some(entry) = BY_NAME.get(&(module.as_str(), name.as_str()))
                && is_genuine(ancestor, &module, &name)
            {
                found.entry = Some(*entry);
                return found;
            }
            found.is_instrument |= INSTRUMENTS.contains(&super::package(&module))
                && is_genuine(ancestor, &module, &name);
            found.is_console |= module == "rich.console" && name == "Console";
        }
        found
    }
}

/// The form of a stateless resource, if the value is one and stands where it is taken so.
pub(in crate::value) fn by_type_and_name(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
    known: Class,
) -> Result<Option<Opened>, HashError> {
    if known.may_be_stream
        && let Some(name) = standard_stream(object)
    {
        return Ok(Some(encoder.text_record("standard stream", name)));
    }
    if known.is_instrument || (known.is_console && is_on_standard_stream(object)) {
        return encoder.instance(class, "taken by type", Vec::new()).map(Some);
    }
    let Some(entry) = known.entry else { return Ok(None) };
    if entry.alone == Alone::Resource {
        let reason = "it stands for something outside the program, which cannot be compared";
        return Ok(Some(encoder.refuse(object, reason)));
    }
    if !encoder.is_lenient() {
        match entry.alone {
            Alone::Refused => {
                let reason = "it says something about this run of the program alone";
                return Ok(Some(encoder.refuse(object, reason)));
            }
            Alone::ByState => return Ok(None),
            Alone::Same | Alone::Resource => {}
        }
    }
    let mut parts = Vec::new();
    if let Some(name) = name_of(object, entry) {
        parts.push(Part::named("name", name));
    }
    let (module, name) = raw::type_names(class);
    let is_users = (module.as_str(), name.as_str()) != (entry.module, entry.name)
        && super::package(&module) != super::package(entry.module)
        && entry.module != "_thread";
    if is_users {
        parts.extend(other_attributes(object, entry.internal)?);
    }
    encoder.instance(class, "taken by type", parts).map(Some)
}

/// Under which name people know it: that of a logger, handler or capsule.
fn name_of<'py>(object: &Bound<'py, PyAny>, entry: &Opaque) -> Option<Bound<'py, PyAny>> {
    let py = object.py();
    if entry.name == "PyCapsule" {
        // SAFETY: an exact capsule; its name is NULL or a C string that lives as long as it.
        let name = unsafe {
            let name = ffi::PyCapsule_GetName(object.as_ptr());
            if name.is_null() {
                ffi::PyErr_Clear();
                return None;
            }
            std::ffi::CStr::from_ptr(name).to_string_lossy().into_owned()
        };
        return Some(PyString::new(py, &name).into_any());
    }
    let key = match entry.name {
        "Logger" if entry.module == "logging" => intern!(py, "name"),
        "Handler" => intern!(py, "_name"),
        _ => return None,
    };
    raw::dict_get(&raw::instance_dict(object)?, key)
}

/// The names of the standard streams of this process.
const STREAMS: &[(&str, &str)] = &[
    ("stdout", "<stdout>"),
    ("stderr", "<stderr>"),
    ("stdin", "<stdin>"),
    ("__stdout__", "<stdout>"),
    ("__stderr__", "<stderr>"),
    ("__stdin__", "<stdin>"),
];

/// Whether it is what `sys` holds as a standard stream, whatever its type.
pub fn standard_stream(object: &Bound<'_, PyAny>) -> Option<&'static str> {
    let py = object.py();
    STREAMS
        .iter()
        .find(|(name, _)| loaded(py, "sys", name).is_some_and(|stream| stream.is(object)))
        .map(|(_, shown)| *shown)
}

/// Whether a console of rich writes where it does without being told.
fn is_on_standard_stream(object: &Bound<'_, PyAny>) -> bool {
    let file = raw::instance_dict(object)
        .and_then(|dict| raw::dict_get(&dict, intern!(object.py(), "_file")));
    file.is_none_or(|file| file.is_none() || standard_stream(&file).is_some())
}
