//! What people call on the module: `hash`, `clear`, `stats`, `configure`, `register`, and decorating itself.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyWeakrefMethods, PyWeakrefReference};
use rememo::event::Tier;
use rememo::files::FileDigests;

use super::bind::Signature;
use super::object::{self, state_of};
use super::options::Options;
use super::recording;
use super::shelf;
use super::state::{FLIGHTS, State};
use crate::function::{ArgumentCode, CodeCache, Reading, origin};
use crate::raw::Function;
use crate::value::{Encoder, Rules, rules};

static OPAQUE_IDENTITY: AtomicBool = AtomicBool::new(false);
static GENERATION: AtomicU64 = AtomicU64::new(0);
static FUNCTIONS: Mutex<Vec<Py<PyWeakrefReference>>> = Mutex::new(Vec::new());
static FILES: LazyLock<FileDigests> = LazyLock::new(FileDigests::new);
static CODES: LazyLock<CodeCache> = LazyLock::new(CodeCache::default);

const GENERATOR: u32 = 0x20;
const COROUTINE: u32 = 0x80;
const ITERABLE_COROUTINE: u32 = 0x100;
const ASYNC_GENERATOR: u32 = 0x200;

/// Counts the changes of the project-wide settings that hashing depends on.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// `rememo.configure(opaque=…)`.
pub fn opaque_identity() -> bool {
    OPAQUE_IDENTITY.load(Ordering::Acquire)
}

/// Whether a spinner could be seen at present; asked anew when standard error is another object than last time.
pub fn spinner_enabled(py: Python<'_>) -> bool {
    static LAST: Mutex<Option<(Py<PyAny>, bool)>> = Mutex::new(None);
    // SAFETY: a borrowed reference, or null.
    let stream =
        unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PySys_GetObject(c"stderr".as_ptr())) };
    let Some(stream) = stream else { return false };
    if let Some((seen, enabled)) = &*LAST.lock()
        && seen.is(&stream)
    {
        return *enabled;
    }
    let enabled = ask_spinner(py);
    let old = LAST.lock().replace((stream.unbind(), enabled));
    drop(old);
    enabled
}

fn ask_spinner(py: Python<'_>) -> bool {
    py.import(intern!(py, "rememo._spinner"))
        .and_then(|m| m.call_method0(intern!(py, "enabled")))
        .and_then(|enabled| enabled.is_truthy())
        .unwrap_or(false)
}

/// Makes the cached function of a function, or of what a classmethod or staticmethod holds.
#[pyfunction]
pub fn wrap<'py>(
    py: Python<'py>,
    func: &Bound<'py, PyAny>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: compares the type pointer of a live object with static types.
    let holds_function = unsafe {
        let ty = ffi::Py_TYPE(func.as_ptr());
        ty == &raw mut ffi::PyClassMethod_Type || ty == &raw mut ffi::PyStaticMethod_Type
    };
    if holds_function {
        let inner = wrap(py, &func.getattr("__func__")?, options)?;
        return func.get_type().call1((inner,));
    }
    let described =
        |f: &Bound<'_, PyAny>| f.repr().map_or_else(|_| "?".to_owned(), |r| r.to_string());
    if !func.is_callable() {
        return Err(PyTypeError::new_err(format!(
            "rememo.cache decorates functions, got {} of type {}; with options, write @rememo.cache(option=…)",
            described(func),
            crate::value::type_name(func)
        )));
    }
    if func.is_instance_of::<pyo3::types::PyType>() {
        return Err(PyTypeError::new_err(format!(
            "rememo.cache decorates functions, got the class {}; cache a function that makes the instance",
            described(func)
        )));
    }
    let function = Function::of(func);
    let name = match &function {
        Some(f) => format!("{}.{}", f.module(), f.qualname()),
        None => described(func),
    };
    let code = function.as_ref().map(Function::code).or_else(|| code_of(func));
    let flags: u32 = match &code {
        Some(code) => code.getattr("co_flags")?.extract()?,
        None => 0,
    };
    if flags & (GENERATOR | ASYNC_GENERATOR) != 0 && flags & ITERABLE_COROUTINE == 0 {
        let place = code.as_ref().map(place).unwrap_or_default();
        return Err(PyTypeError::new_err(format!(
            "{name}(){place} is a generator function: what it returns is consumed by its first reader, so it cannot be \
             returned again. Cache a function that returns a list, for example: return list({}(…))",
            name.rsplit('.').next().unwrap_or(&name)
        )));
    }
    let asynchronous = flags & (COROUTINE | ITERABLE_COROUTINE) != 0;
    crate::function::note_running(py);
    let options = Options::parse(py, options, &name)?;
    let signature = function.as_ref().map(|f| Signature::of(f, &options.ignore)).transpose()?;
    if let Some(signature) = &signature
        && let Some(unknown) = signature.unknown(py, &options.ignore)
    {
        return Err(PyValueError::new_err(format!(
            "ignore names {unknown:?}, which is no parameter of {name}(){}; {}",
            code.as_ref().map(place).unwrap_or_default(),
            match signature.names(py) {
                names if names.is_empty() => "it has none".to_owned(),
                names => format!("its parameters are {}", names.join(", ")),
            }
        )));
    }
    let state = State::new(func.clone(), name, options, signature, asynchronous);
    let cached = object::new(py, state)?;
    py.import("functools")?.call_method1("update_wrapper", (&cached, func))?;
    if asynchronous {
        py.import("rememo._coroutine")?.call_method1("mark", (&cached,))?;
    }
    remember(&cached)?;
    Ok(cached)
}

/// The code behind a bound method, a partial or a callable object.
fn code_of<'py>(func: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = func.py();
    let (module, name) = crate::raw::type_names(&func.get_type());
    match (module.as_str(), name.as_str()) {
        ("builtins", "method") => {
            Function::of(&func.getattr(intern!(py, "__func__")).ok()?).map(|f| f.code())
        }
        ("functools", "partial") => {
            let inner = func.getattr(intern!(py, "func")).ok()?;
            Function::of(&inner).map(|f| f.code()).or_else(|| code_of(&inner))
        }
        _ => {
            let call = crate::raw::type_lookup(&func.get_type(), intern!(py, "__call__"))?;
            Function::of(&call).map(|f| f.code())
        }
    }
}

/// ` (file:line)` of a code object.
pub fn place(code: &Bound<'_, PyAny>) -> String {
    let file: Option<String> = code.getattr("co_filename").and_then(|v| v.extract()).ok();
    let line: Option<u32> = code.getattr("co_firstlineno").and_then(|v| v.extract()).ok();
    match (file, line) {
        (Some(file), Some(line)) => format!(" ({file}:{line})"),
        _ => String::new(),
    }
}

fn remember(cached: &Bound<'_, PyAny>) -> PyResult<()> {
    let weak = PyWeakrefReference::new(cached)?.unbind();
    let mut functions = FUNCTIONS.lock();
    functions.push(weak);
    // Now and then those that are gone are let go; powers of two keep this cheap.
    let dead = if functions.len().is_power_of_two() {
        let py = cached.py();
        let (live, dead): (Vec<_>, Vec<_>) =
            functions.drain(..).partition(|weak| weak.bind(py).upgrade().is_some());
        *functions = live;
        dead
    } else {
        Vec::new()
    };
    drop(functions);
    drop(dead);
    Ok(())
}

fn functions(py: Python<'_>) -> Vec<Bound<'_, PyAny>> {
    let weak: Vec<Py<PyWeakrefReference>> =
        FUNCTIONS.lock().iter().map(|weak| weak.clone_ref(py)).collect();
    weak.iter().filter_map(|weak| weak.bind(py).upgrade()).collect()
}

/// Takes the watches of all functions down, so that their next calls take the slow way.
pub fn unwatch_all(py: Python<'_>) {
    for function in functions(py) {
        if let Some(state) = state_of(&function) {
            state.unwatch();
        }
    }
}

/// The digest of a value in hexadecimal.
#[pyfunction]
#[pyo3(signature = (obj, hash_funcs = None))]
pub fn hash(
    py: Python<'_>,
    obj: &Bound<'_, PyAny>,
    hash_funcs: Option<&Bound<'_, PyDict>>,
) -> PyResult<String> {
    let rules = Rules::new(py, hash_funcs, opaque_identity())?;
    let own;
    // Fingerprints of code depend on the rules for the values that it reads.
    let codes: &CodeCache = if rules.is_empty() && !rules.opaque_identity {
        &CODES
    } else {
        own = CodeCache::default();
        &own
    };
    let mut code = ArgumentCode::new(codes, Reading::default());
    let mut encoder = Encoder::new(&rules, &mut code);
    encoder
        .encode(obj, || "the value".to_owned())
        .and_then(|()| encoder.finish())
        .map(|digest| digest.to_hex())
        .map_err(|error| error.into_pyerr(py, "rememo.hash"))
}

/// Drops every entry of every function.
#[pyfunction]
pub fn clear(py: Python<'_>) {
    for function in functions(py) {
        if let Some(state) = state_of(&function) {
            state.clear();
        }
    }
    shelf::clear_all();
}

/// Counts over all functions.
#[pyfunction]
pub fn stats(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let total = PyDict::new(py);
    let each = PyDict::new(py);
    let mut count = 0;
    for function in functions(py) {
        let Some(state) = state_of(&function) else { continue };
        count += 1;
        let own = stats_of(py, state)?;
        add(&total, &own)?;
        match each.get_item(&state.name)? {
            Some(known) => add(known.cast::<PyDict>()?, &own)?,
            None => each.set_item(&state.name, own)?,
        }
    }
    for key in ["hits", "misses", "entries", "bytes"] {
        if !total.contains(key)? {
            total.set_item(key, 0)?;
        }
    }
    total.set_item("functions", each)?;
    let _ = count;
    Ok(total)
}

fn add(total: &Bound<'_, PyDict>, own: &Bound<'_, PyDict>) -> PyResult<()> {
    for (key, value) in own.iter() {
        match (total.get_item(&key)?, value.cast::<PyDict>()) {
            // Not the dict of one function: its sums go on changing.
            (None, Ok(counts)) => total.set_item(key, counts.copy()?)?,
            (None, Err(_)) => total.set_item(key, value)?,
            (Some(sums), Ok(counts)) => add(sums.cast::<PyDict>()?, counts)?,
            (Some(sum), Err(_)) => total.set_item(key, sum.add(value)?)?,
        }
    }
    Ok(())
}

/// Counts of one function.
pub fn stats_of<'py>(py: Python<'py>, state: &State) -> PyResult<Bound<'py, PyDict>> {
    let counts = state.counts(py);
    let dict = PyDict::new(py);
    dict.set_item("hits", counts.hits())?;
    dict.set_item("misses", counts.misses())?;
    let tiers = PyDict::new(py);
    for (tier, hits) in [
        (Tier::Memory, counts.memory_hits),
        (Tier::Disk, counts.disk_hits),
        (Tier::Shared, counts.shared_hits),
    ] {
        tiers.set_item(tier.to_string(), hits)?;
    }
    dict.set_item("hits_by_tier", tiers)?;
    let reasons = PyDict::new(py);
    for (reason, misses) in [
        ("not stored before", counts.absent),
        ("expired", counts.expired),
        ("evicted", counts.evicted),
        ("cleared", counts.cleared),
        ("refreshed", counts.refreshed),
        ("output changed", counts.replaced),
        ("needs itself", counts.reentered),
        ("deadlock avoided", counts.detoured),
    ] {
        reasons.set_item(reason, misses)?;
    }
    dict.set_item("misses_by_reason", reasons)?;
    dict.set_item("waits", counts.joined)?;
    dict.set_item("evictions", state.evictions())?;
    dict.set_item("mutations", counts.mutations)?;
    dict.set_item("entries", state.len())?;
    dict.set_item("bytes", state.bytes())?;
    dict.set_item("seconds_saved", counts.saved.as_secs_f64())?;
    Ok(dict)
}

/// Sets project-wide options.
#[pyfunction]
#[pyo3(signature = (**options))]
pub fn configure(options: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    let Some(options) = options else { return Ok(()) };
    let (mut user, mut library) = (None, None);
    for (key, value) in options.iter() {
        let key: String = key.extract()?;
        match key.as_str() {
            "user_code" => user = Some(places(&value)?),
            "library_code" => library = Some(places(&value)?),
            "opaque" => {
                let text = value.cast::<PyString>().map(crate::raw::string).unwrap_or_default();
                match text.as_str() {
                    "error" => OPAQUE_IDENTITY.store(false, Ordering::Release),
                    "identity" => OPAQUE_IDENTITY.store(true, Ordering::Release),
                    _ => {
                        return Err(PyValueError::new_err(format!(
                            "opaque={} is not one of \"error\", \"identity\"; nothing was changed",
                            value.repr()?
                        )));
                    }
                }
                GENERATION.fetch_add(1, Ordering::AcqRel);
                crate::function::watch::bump();
            }
            "summaries" => {
                let enabled = value.extract()?;
                recording::enable_summaries(enabled);
                if !enabled {
                    shelf::forget_summaries();
                }
                // What was followed keeps summaries of values, too.
                GENERATION.fetch_add(1, Ordering::AcqRel);
                crate::function::watch::bump();
            }
            _ => {
                return Err(PyTypeError::new_err(format!(
                    "configure() has no option {key:?}; its options are user_code, library_code, opaque, summaries; \
                     nothing was changed"
                )));
            }
        }
    }
    if user.is_some() || library.is_some() {
        let mut known = DECLARED.lock();
        if let Some(user) = user {
            known.0 = user;
        }
        if let Some(library) = library {
            known.1 = library;
        }
        let parse = |texts: &[String]| texts.iter().map(|t| origin::Place::parse(t)).collect();
        origin::configure(parse(&known.0), parse(&known.1));
        GENERATION.fetch_add(1, Ordering::AcqRel);
        crate::function::watch::bump();
    }
    Ok(())
}

static DECLARED: Mutex<(Vec<String>, Vec<String>)> = Mutex::new((Vec::new(), Vec::new()));

fn places(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let py = value.py();
    let items: Vec<Bound<'_, PyAny>> = if value.is_instance_of::<PyString>() {
        vec![value.clone()]
    } else {
        value.try_iter()?.collect::<PyResult<_>>()?
    };
    items
        .iter()
        .map(|item| {
            if let Ok(dict) = item.cast::<pyo3::types::PyModule>() {
                return dict.getattr("__name__")?.extract();
            }
            py.import("os")?.call_method1("fspath", (item,))?.extract()
        })
        .collect()
}

/// Registers a hash function for a type, by class or dotted name.
#[pyfunction]
pub fn register(r#type: &Bound<'_, PyAny>, func: &Bound<'_, PyAny>) -> PyResult<()> {
    rules::register(r#type, func)
}

/// BLAKE3 of a file's content.
#[pyfunction]
pub fn file_digest<'py>(
    py: Python<'py>,
    path: std::path::PathBuf,
) -> PyResult<Bound<'py, PyBytes>> {
    let digest = py.detach(|| FILES.digest(&path));
    match digest {
        Ok(digest) => Ok(PyBytes::new(py, digest.as_bytes())),
        Err(error) => Err(PyErr::from(error.source)),
    }
}

/// In a child after fork: computations of the parent's threads are not under way here.
#[pyfunction]
pub fn _after_fork() {
    FLIGHTS.reset();
    recording::forget_process();
}
