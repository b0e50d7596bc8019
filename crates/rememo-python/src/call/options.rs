//! The options of `@rememo.cache`, checked once when the function is decorated.

use std::time::Duration;

use pyo3::exceptions::{PyNotImplementedError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};
use rememo::store::Bounds;
use rememo::units;

/// What a hit hands out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// The same object, compared with its hash on each hit.
    Checked,
    /// The same object, unhashed.
    Shared,
    /// A copy for every caller.
    Private,
}

/// What a hit does when the stored object was changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnMutation {
    /// Warn and return the object.
    Warn,
    /// Raise `CachedObjectMutatedError`.
    Raise,
    /// Drop the entry and compute again.
    Recompute,
}

/// Whether and what the spinner shows.
pub enum Spinner {
    /// Nothing.
    Off,
    /// A line with this text.
    Text(String),
}

/// All options.
pub struct Options {
    pub output: Output,
    pub on_mutation: OnMutation,
    pub hash_funcs: Option<Py<PyDict>>,
    pub bounds: Bounds,
    pub ignore: Vec<String>,
    pub depends_on: Vec<Py<PyAny>>,
    pub version: Option<Py<PyAny>>,
    /// None: as `rememo.configure` says.
    pub opaque_identity: Option<bool>,
    pub spinner: Spinner,
    /// As given, for `cache_parameters()`.
    pub given: Py<PyDict>,
}

fn choice<T: Copy>(name: &str, value: &Bound<'_, PyAny>, choices: &[(&str, T)]) -> PyResult<T> {
    if let Ok(text) = value.cast::<PyString>() {
        let text = text.to_string_lossy();
        if let Some((_, found)) = choices.iter().find(|(known, _)| *known == text) {
            return Ok(*found);
        }
    }
    let known: Vec<String> = choices.iter().map(|(k, _)| format!("{k:?}")).collect();
    Err(PyValueError::new_err(format!(
        "{name}={} is not one of {}; nothing was decorated",
        value.repr()?,
        known.join(", ")
    )))
}

impl Options {
    /// Checks the options of the decorator.
    pub fn parse<'py>(py: Python<'py>, options: &Bound<'py, PyDict>, name: &str) -> PyResult<Self> {
        let get = |key: &Bound<'py, PyString>| -> PyResult<Option<Bound<'py, PyAny>>> {
            Ok(options.get_item(key)?.filter(|v| !v.is_none()))
        };
        if let Some(persist) = get(intern!(py, "persist"))?
            && (!persist.is_instance_of::<PyBool>() || persist.is_truthy()?)
        {
            return Err(PyNotImplementedError::new_err(format!(
                "persist={} of {name}: this version keeps results in memory only; leave persist out",
                persist.repr()?
            )));
        }
        let mut output = match get(intern!(py, "output"))? {
            None => Output::Checked,
            Some(value) => choice(
                "output",
                &value,
                &[
                    ("checked", Output::Checked),
                    ("shared", Output::Shared),
                    ("private", Output::Private),
                ],
            )?,
        };
        if let Some(allow) = get(intern!(py, "allow_output_mutation"))?
            && allow.is_truthy()?
        {
            if output == Output::Private {
                return Err(PyValueError::new_err(format!(
                    "{name}: allow_output_mutation=True hands out the same object each time, output=\"private\" a copy; choose one of them"
                )));
            }
            output = Output::Shared;
        }
        let on_mutation = match get(intern!(py, "on_mutation"))? {
            None => OnMutation::Warn,
            Some(value) => choice(
                "on_mutation",
                &value,
                &[
                    ("warn", OnMutation::Warn),
                    ("raise", OnMutation::Raise),
                    ("recompute", OnMutation::Recompute),
                ],
            )?,
        };
        let hash_funcs = match get(intern!(py, "hash_funcs"))? {
            None => None,
            Some(value) => {
                let dict = PyDict::new(py);
                dict.update(value.cast::<pyo3::types::PyMapping>().map_err(|_| {
                    PyTypeError::new_err(format!(
                        "hash_funcs of {name} has to be a mapping {{type: function}}, got {}",
                        crate::value::type_name(&value)
                    ))
                })?)?;
                Some(dict)
            }
        };
        // Checks types and callables now, rather than at the first call.
        crate::value::Rules::new(py, hash_funcs.as_ref(), false)?;
        let ignore = match get(intern!(py, "ignore"))? {
            None => Vec::new(),
            Some(value) if value.is_instance_of::<PyString>() => vec![value.extract()?],
            Some(value) => value.try_iter()?.map(|n| n?.extract()).collect::<PyResult<_>>()?,
        };
        let depends_on = match get(intern!(py, "depends_on"))? {
            None => Vec::new(),
            Some(value) => match value.cast::<PyTuple>() {
                Ok(tuple) => tuple.iter().map(Bound::unbind).collect(),
                Err(_) if value.is_instance_of::<pyo3::types::PyList>() => {
                    value.try_iter()?.map(|v| Ok(v?.unbind())).collect::<PyResult<_>>()?
                }
                Err(_) => vec![value.unbind()],
            },
        };
        let opaque_identity = match get(intern!(py, "opaque"))? {
            None => None,
            Some(value) => Some(choice("opaque", &value, &[("error", false), ("identity", true)])?),
        };
        let spinner = match get(intern!(py, "show_spinner"))? {
            None => Spinner::Text(format!("Running {name}(…)")),
            Some(value) => match value.cast::<PyString>() {
                Ok(text) => Spinner::Text(crate::raw::string(text)),
                Err(_) if value.is_truthy()? => Spinner::Text(format!("Running {name}(…)")),
                Err(_) => Spinner::Off,
            },
        };
        let bounds = Bounds {
            ttl: get(intern!(py, "ttl"))?.map(|v| ttl(&v)).transpose()?,
            max_entries: get(intern!(py, "max_entries"))?.map(|v| max_entries(&v)).transpose()?,
            max_bytes: get(intern!(py, "max_bytes"))?.map(|v| max_bytes(&v)).transpose()?,
        };
        Ok(Self {
            output,
            on_mutation,
            hash_funcs: hash_funcs.map(Bound::unbind),
            bounds,
            ignore,
            depends_on,
            version: get(intern!(py, "version"))?.map(Bound::unbind),
            opaque_identity,
            spinner,
            given: options.copy()?.unbind(),
        })
    }
}

/// Seconds, a `timedelta`, or a text such as "1h30m".
fn ttl(value: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let wrong = |what: &str| {
        PyValueError::new_err(format!(
            "ttl={}: {what}; give seconds, a timedelta or a text such as \"1h30m\"",
            value.repr().map_or_else(|_| "?".into(), |r| r.to_string())
        ))
    };
    let seconds: f64 = if let Ok(text) = value.cast::<PyString>() {
        return units::parse_duration(&crate::raw::string(text))
            .map_err(|error| PyValueError::new_err(format!("ttl: {error}")));
    } else if value.hasattr("total_seconds")? {
        value.call_method0("total_seconds")?.extract()?
    } else if value.is_instance_of::<PyBool>() {
        return Err(PyTypeError::new_err("ttl has to be a time, not a bool".to_owned()));
    } else {
        value.extract().map_err(|_| {
            PyTypeError::new_err(format!(
                "ttl has to be seconds, a timedelta or a text such as \"1h30m\", got {}",
                crate::value::type_name(value)
            ))
        })?
    };
    if seconds.is_nan() || seconds < 0.0 {
        return Err(wrong("a time to live cannot be negative"));
    }
    Ok(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn max_entries(value: &Bound<'_, PyAny>) -> PyResult<usize> {
    if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
        return Err(PyTypeError::new_err(format!(
            "max_entries has to be a whole number, got {}; leave it out for no bound",
            crate::value::type_name(value)
        )));
    }
    value.extract().map_err(|_| {
        PyValueError::new_err(format!(
            "max_entries={value}: a number of entries cannot be negative; leave it out for no bound"
        ))
    })
}

fn max_bytes(value: &Bound<'_, PyAny>) -> PyResult<u64> {
    if let Ok(text) = value.cast::<PyString>() {
        return units::parse_bytes(&crate::raw::string(text))
            .map_err(|error| PyValueError::new_err(format!("max_bytes: {error}")));
    }
    if value.is_instance_of::<PyBool>() || !value.is_instance_of::<PyInt>() {
        return Err(PyTypeError::new_err(format!(
            "max_bytes has to be a number of bytes or a text such as \"2GiB\", got {}",
            crate::value::type_name(value)
        )));
    }
    value.extract().map_err(|_| {
        PyValueError::new_err(format!(
            "max_bytes={value}: a number of bytes cannot be negative; leave it out for no bound"
        ))
    })
}
