//! What `rememo._coroutine` asks for: the key of a call that was made, its look-up and its record, while other
//! calls come and go.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyTuple};
use rememo::event::{Outcome, Tier};
use rememo::explain::CallRecord;

use super::bind::RawArguments;
use super::state::{Found, Key, State};
use super::trace;

/// The key of a call of a coroutine function, and what becomes of it.
#[pyclass(frozen, module = "rememo._native", name = "_CallKey")]
pub struct CallKey {
    key: Key,
    /// Set when it turned out that the call has to compute.
    miss: OnceLock<Missed>,
}

struct Missed {
    outcome: Outcome,
    /// As its arguments were before the body ran.
    record: Arc<CallRecord>,
    reasons: Option<(String, String)>,
}

#[pymethods]
impl CallKey {
    /// The 32 bytes of the key.
    #[getter]
    fn digest<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.key.digest.as_bytes())
    }
}

impl CallKey {
    pub fn new(key: Key) -> Self {
        Self { key, miss: OnceLock::new() }
    }

    fn of<'a, 'py>(
        py: Python<'py>,
        arguments: RawArguments<'a>,
    ) -> PyResult<(Bound<'py, Self>, &'a [*mut pyo3::ffi::PyObject])> {
        let Some((&first, rest)) = arguments.positional.split_first() else {
            return Err(PyTypeError::new_err("the key of a call is needed here"));
        };
        // SAFETY: alive for the call.
        let first = unsafe { Bound::from_borrowed_ptr(py, first) };
        Ok((first.cast_into::<Self>()?, rest))
    }
}

impl State {
    /// Keeps, before the body runs, what is to be known of a call that has to compute.
    fn begin_miss(&self, py: Python<'_>, call: &CallKey, outcome: Outcome) -> PyResult<()> {
        let rules = self.rules(py)?;
        trace::ask_logger(py);
        let reasons =
            trace::enabled().then(|| self.reasons(py, &rules, &call.key, outcome)).flatten();
        let record = self.record_of(&call.key);
        self.note_fingerprint(py, &rules, &call.key.fingerprint);
        // Whoever was first has told it.
        let _ = call.miss.set(Missed { outcome, record, reasons });
        Ok(())
    }
}

/// `(True, output)` or `(False, None)`; a second argument that is true says that nobody was waited for.
pub fn look_up<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let (call, rest) = CallKey::of(py, arguments)?;
    let call = call.get();
    let rules = state.rules(py)?;
    let is_first = rest.first().is_some_and(|&flag| {
        // SAFETY: compares pointers.
        unsafe { flag == pyo3::ffi::Py_True() }
    });
    let outcome = if is_first { Outcome::Hit(Tier::Memory) } else { Outcome::Joined };
    let name = || format!("{}(…)", state.name);
    let found = match state.look_up_as(py, &rules, &call.key.digest, &name, outcome)? {
        Found::Output(output) => (true, output),
        Found::Missing(outcome) => {
            state.begin_miss(py, call, outcome)?;
            (false, py.None().into_bound(py))
        }
    };
    let flag = PyBool::new(py, found.0).to_owned().into_any();
    Ok(PyTuple::new(py, [flag, found.1])?.into_any())
}

/// `key, output, seconds`
pub fn record<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let (call, rest) = CallKey::of(py, arguments)?;
    let call = call.get();
    let [output, seconds] = rest else {
        return Err(PyTypeError::new_err("_record takes a key, an output and seconds"));
    };
    // SAFETY: alive for the call.
    let (output, seconds) =
        unsafe { (Bound::from_borrowed_ptr(py, *output), Bound::from_borrowed_ptr(py, *seconds)) };
    let cost = Duration::try_from_secs_f64(seconds.extract()?).unwrap_or_default();
    let rules = state.rules(py)?;
    if call.miss.get().is_none() {
        state.begin_miss(py, call, Outcome::Refreshed)?;
    }
    let Some(miss) = call.miss.get() else { return Ok(py.None().into_bound(py)) };
    state.stats.record(miss.outcome);
    let size =
        state.record(py, &rules, call.key.digest, &output, cost, Some(Arc::clone(&miss.record)))?;
    state.tell_at_once(py, miss.outcome, cost, size, miss.reasons.clone());
    Ok(py.None().into_bound(py))
}
