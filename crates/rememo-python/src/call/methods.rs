//! What people call on a cached function: `f.cache_info()`, `f.key(…)`, `f.dependencies()` and so on.

use std::ffi::CStr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;
use rememo::event::Outcome;

use super::bind::RawArguments;
use super::coroutine::CallKey;
use super::object::{guarded, state_of};
use super::state::{Key, State};
use super::trace;

type Method = for<'py> fn(
    Python<'py>,
    &Bound<'py, PyAny>,
    &State,
    RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>>;

/// Defines a C entry for a method with the fast calling convention with keywords.
macro_rules! entry {
    ($entry:ident, $method:path) => {
        unsafe extern "C" fn $entry(
            object: *mut ffi::PyObject,
            args: *const *mut ffi::PyObject,
            count: ffi::Py_ssize_t,
            names: *mut ffi::PyObject,
        ) -> *mut ffi::PyObject {
            // SAFETY: called by the interpreter with the protocol of METH_FASTCALL | METH_KEYWORDS.
            unsafe { enter(object, args, count, names, $method) }
        }
    };
}

/// # Safety
/// The arguments follow the protocol of METH_FASTCALL | METH_KEYWORDS.
unsafe fn enter(
    object: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
    method: Method,
) -> *mut ffi::PyObject {
    guarded(|py| {
        // SAFETY: as the caller says.
        let (this, arguments) = unsafe {
            (Bound::from_borrowed_ptr(py, object), RawArguments::new(args, count as usize, names))
        };
        let state = state_of(&this)
            .ok_or_else(|| PyTypeError::new_err("a cached function is needed here"))?;
        method(py, &this, state, arguments).map(Bound::into_ptr)
    })
}

entry!(cache_info_entry, cache_info);
entry!(cache_clear_entry, cache_clear);
entry!(cache_parameters_entry, cache_parameters);
entry!(clear_entry, clear);
entry!(contains_entry, contains);
entry!(refresh_entry, refresh);
entry!(key_entry, key);
entry!(dependencies_entry, super::dependencies::method);
entry!(explain_entry, super::explain::method);
entry!(kept_entry, super::explain::kept);
entry!(stats_entry, stats);
entry!(reduce_entry, reduce);
entry!(itself_entry, itself);
entry!(look_up_entry, super::coroutine::look_up);
entry!(record_entry, super::coroutine::record);

const KEYWORDS: i32 = ffi::METH_FASTCALL | ffi::METH_KEYWORDS;

fn definition(
    name: &'static CStr,
    entry: ffi::PyCFunctionFastWithKeywords,
    flags: i32,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: entry },
        ml_flags: flags,
        ml_doc: doc.as_ptr(),
    }
}

/// The type's methods; the table lives as long as the type: for ever.
pub fn table() -> *mut ffi::PyMethodDef {
    let methods = vec![
        definition(
            c"cache_info",
            cache_info_entry,
            KEYWORDS,
            c"Hits, misses, the limit of entries and the number stored now, as in functools.",
        ),
        definition(
            c"cache_clear",
            cache_clear_entry,
            KEYWORDS,
            c"Drops every entry of this function and sets its counts to zero.",
        ),
        definition(
            c"cache_parameters",
            cache_parameters_entry,
            KEYWORDS,
            c"The options in force, by name.",
        ),
        definition(
            c"clear",
            clear_entry,
            KEYWORDS,
            c"Drops the entry of this call; without any argument, every entry of this function.",
        ),
        definition(
            c"contains",
            contains_entry,
            KEYWORDS,
            c"Whether this call would be answered from the cache now. Counts as no use.",
        ),
        definition(
            c"refresh",
            refresh_entry,
            KEYWORDS,
            c"Computes, whatever is stored; stores the result and returns it.",
        ),
        definition(c"key", key_entry, KEYWORDS, c"The key of this call: 64 hexadecimal digits."),
        definition(
            c"dependencies",
            dependencies_entry,
            KEYWORDS,
            c"What the function's result can depend on besides its arguments, as of now.",
        ),
        definition(
            c"explain",
            explain_entry,
            KEYWORDS,
            c"Whether this call would hit, and if not, why. Runs nothing and changes nothing.",
        ),
        definition(
            c"stats",
            stats_entry,
            KEYWORDS,
            c"Counts of this function: hits, misses by reason, entries, bytes, time saved.",
        ),
        definition(
            c"__reduce__",
            reduce_entry,
            KEYWORDS,
            c"Pickled by reference, as a function is.",
        ),
        definition(c"__copy__", itself_entry, KEYWORDS, c"Itself, as for a function."),
        definition(c"__deepcopy__", itself_entry, KEYWORDS, c"Itself, as for a function."),
        definition(
            c"_kept",
            kept_entry,
            KEYWORDS,
            c"What is kept of this call and of the fingerprint, as bytes.",
        ),
        definition(
            c"_look_up",
            look_up_entry,
            KEYWORDS,
            c"For coroutines: whether a key is stored, and its output.",
        ),
        definition(
            c"_record",
            record_entry,
            KEYWORDS,
            c"For coroutines: stores an output under a key.",
        ),
        definition(
            c"__class_getitem__",
            class_getitem,
            KEYWORDS | ffi::METH_CLASS,
            c"CachedFunction[P, R] in annotations.",
        ),
        // SAFETY: an all-zero definition ends the table.
        unsafe { std::mem::zeroed() },
    ];
    Box::leak(methods.into_boxed_slice()).as_mut_ptr()
}

unsafe extern "C" fn class_getitem(
    class: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    _names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    if count != 1 {
        return guarded(|_| {
            Err(PyTypeError::new_err("CachedFunction[…] takes its parameters and its result"))
        });
    }
    // SAFETY: one live argument, as was checked.
    unsafe { ffi::Py_GenericAlias(class, *args) }
}

fn nothing(name: &str, arguments: RawArguments<'_>) -> PyResult<()> {
    if arguments.positional.is_empty() && arguments.keyword_values.is_empty() {
        return Ok(());
    }
    Err(PyTypeError::new_err(format!("{name}() takes no arguments")))
}

/// The key of a call; a call that does not fit the signature raises the function's own `TypeError`.
pub(super) fn key_of(py: Python<'_>, state: &State, arguments: RawArguments<'_>) -> PyResult<Key> {
    let rules = state.rules(py)?;
    if let Some(key) = state.key(py, &rules, arguments)? {
        return Ok(key);
    }
    let (args, kwargs) = super::state::to_python(py, arguments)?;
    let signature = py.import("inspect")?.call_method1("signature", (state.wrapped.bind(py),))?;
    signature.call_method("bind", args, Some(&kwargs))?;
    Err(PyTypeError::new_err(format!("the arguments do not fit the signature of {}()", state.name)))
}

fn cache_info<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    nothing("cache_info", arguments)?;
    let counts = state.counts(py);
    py.import("functools")?.getattr("_CacheInfo")?.call1((
        counts.hits(),
        counts.misses(),
        state.options.bounds.max_entries,
        state.len(),
    ))
}

fn cache_clear<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    nothing("cache_clear", arguments)?;
    state.clear();
    state.reset_counts(py);
    Ok(py.None().into_bound(py))
}

fn cache_parameters<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    nothing("cache_parameters", arguments)?;
    Ok(state.options.given.bind(py).copy()?.into_any())
}

fn clear<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    if arguments.positional.is_empty() && arguments.keyword_values.is_empty() {
        state.clear();
    } else {
        let key = key_of(py, state, arguments)?;
        state.remove(&key.digest);
    }
    Ok(py.None().into_bound(py))
}

fn contains<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let key = key_of(py, state, arguments)?;
    Ok(pyo3::types::PyBool::new(py, state.contains(py, &key.digest)).to_owned().into_any())
}

fn refresh<'py>(
    py: Python<'py>,
    this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let key = key_of(py, state, arguments)?;
    if state.asynchronous {
        let (args, kwargs) = super::state::to_python(py, arguments)?;
        let key = Bound::new(py, CallKey::new(key))?;
        return py
            .import(intern!(py, "rememo._coroutine"))?
            .call_method1(intern!(py, "refresh"), (this, key, args, kwargs));
    }
    let rules = state.rules(py)?;
    let compute = || {
        state.missed(py, &rules, &key, Outcome::Refreshed);
        state.run(py, &rules, &key, arguments)
    };
    if trace::enabled() { state.traced(py, arguments, compute) } else { compute() }
}

fn key<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let key = key_of(py, state, arguments)?;
    Ok(PyString::new(py, &key.digest.to_hex()).into_any())
}

fn stats<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    nothing("stats", arguments)?;
    Ok(super::api::stats_of(py, state)?.into_any())
}

/// The qualified name: pickle looks it up in the module, as it does for functions.
fn reduce<'py>(
    _py: Python<'py>,
    this: &Bound<'py, PyAny>,
    _state: &State,
    _arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    this.getattr(intern!(this.py(), "__qualname__"))
}

fn itself<'py>(
    _py: Python<'py>,
    this: &Bound<'py, PyAny>,
    _state: &State,
    _arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(this.clone())
}
