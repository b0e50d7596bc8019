//! `rememo.trace()` and the DEBUG lines of the logger `rememo`: each call a line, while somebody looks.
//!
//! A hit pays nothing for it: while somebody looks no function has a watch, so that every call takes the slow way,
//! which asks one flag.

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rememo::event::Outcome;
use rememo::store::MissReason;
use rememo::trace::{Call, Summary};

use super::api;
use super::bind::RawArguments;
use super::state::{Key, State};
use crate::value::Rules;

/// Whether anybody looks at each call.
static ENABLED: AtomicBool = AtomicBool::new(false);
/// Whether the logger `rememo` wanted DEBUG lines when it was last asked.
static LOGS: AtomicBool = AtomicBool::new(false);
static NEXT: AtomicU64 = AtomicU64::new(1);
static SINKS: Mutex<Vec<Sink>> = Mutex::new(Vec::new());

/// One `rememo.trace()`.
struct Sink {
    id: u64,
    /// Gets each line; none where only the summary is wanted.
    write: Option<Py<PyAny>>,
    /// Whether arguments and what changed in them may be told.
    values: bool,
    summary: Summary,
}

/// A traced call that has not ended.
struct Span {
    started: Instant,
    /// The function, by the address of its state.
    state: usize,
    outcome: Option<Outcome>,
    look_up: Duration,
    cost: Duration,
    bytes: Option<u64>,
    /// Why it missed, without and with values.
    reasons: Option<(String, String)>,
}

thread_local! {
    static SPANS: RefCell<Vec<Span>> = const { RefCell::new(Vec::new()) };
}

/// Whether anybody looks at each call.
#[inline]
pub fn enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// After a change of who looks: functions lose their watches, or may have them again.
fn settle(py: Python<'_>) {
    let wanted = LOGS.load(Ordering::Acquire) || !SINKS.lock().is_empty();
    if ENABLED.swap(wanted, Ordering::AcqRel) != wanted && wanted {
        api::unwatch_all(py);
    }
}

/// `rememo.trace()` begins: its number.
#[pyfunction]
pub fn _trace_begin(py: Python<'_>, write: Option<Py<PyAny>>, values: bool) -> u64 {
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    SINKS.lock().push(Sink { id, write, values, summary: Summary::default() });
    settle(py);
    id
}

/// What the calls of a trace have come to so far: the text, and the counts.
#[pyfunction]
pub fn _trace_summary<'py>(
    py: Python<'py>,
    id: u64,
    end: bool,
) -> PyResult<Option<(String, Bound<'py, PyDict>)>> {
    let (summary, ended) = {
        let mut sinks = SINKS.lock();
        let Some(at) = sinks.iter().position(|sink| sink.id == id) else { return Ok(None) };
        let summary = sinks[at].summary.clone();
        (summary, end.then(|| sinks.remove(at)))
    };
    drop(ended);
    settle(py);
    let counts = PyDict::new(py);
    counts.set_item("hits", summary.hits())?;
    counts.set_item("misses", summary.misses())?;
    counts.set_item("seconds_saved", summary.saved().as_secs_f64())?;
    let reasons = PyDict::new(py);
    for (reason, count) in summary.reasons() {
        reasons.set_item(reason, count)?;
    }
    counts.set_item("reasons", reasons)?;
    Ok(Some((summary.to_string(), counts)))
}

/// The logger, if the program uses logging at all.
fn logger(py: Python<'_>) -> Option<Bound<'_, PyAny>> {
    let logging = crate::raw::loaded_module(py, "logging")?;
    logging.call_method1(intern!(py, "getLogger"), ("rememo",)).ok()
}

/// Asks whether the logger wants each call; done at misses, which can afford it.
pub fn ask_logger(py: Python<'_>) {
    let wants = logger(py).is_some_and(|logger| {
        logger
            .call_method1(intern!(py, "isEnabledFor"), (10,))
            .and_then(|enabled| enabled.is_truthy())
            .unwrap_or(false)
    });
    if LOGS.swap(wants, Ordering::AcqRel) != wants {
        settle(py);
    }
}

/// Tells a person what they should know, without values, through the logger `rememo`.
pub fn warn(py: Python<'_>, message: &str) {
    // Whoever does not use logging would see it on standard error, as of any library.
    if let Ok(logging) = py.import(intern!(py, "logging"))
        && let Ok(logger) = logging.call_method1(intern!(py, "getLogger"), ("rememo",))
    {
        // A handler that fails is the program's own affair, and no reason to fail here.
        let _ = logger.call_method1(intern!(py, "warning"), ("%s", message));
    }
}

impl State {
    /// A call while somebody looks: what `call` does.
    #[cold]
    pub fn traced<'py>(
        &self,
        py: Python<'py>,
        arguments: RawArguments<'_>,
        call: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        SPANS.with_borrow_mut(|spans| {
            spans.push(Span {
                started: Instant::now(),
                state: std::ptr::from_ref(self) as usize,
                outcome: None,
                look_up: Duration::ZERO,
                cost: Duration::ZERO,
                bytes: None,
                reasons: None,
            });
        });
        let result = call();
        let (span, depth) = SPANS.with_borrow_mut(|spans| (spans.pop(), spans.len()));
        // Without a decision there was nothing to look up: arguments that do not fit, a coroutine that has not begun.
        if let Some(span) = span
            && let Some(outcome) = span.outcome
        {
            let elapsed = span.started.elapsed();
            let is_failed = result.is_err() && !outcome.is_hit();
            let cost = if is_failed { elapsed.saturating_sub(span.look_up) } else { span.cost };
            let made = |call: String, reason: Option<String>| Call {
                call,
                outcome,
                reason,
                look_up: span.look_up,
                cost,
                bytes: span.bytes,
                is_failed,
                depth,
            };
            let (silent, open) = span.reasons.unzip();
            emit(py, &made(format!("{}(…)", self.name), silent), || {
                made(self.describe(py, arguments), open)
            });
        }
        result
    }

    /// Counts how a call got its result, and tells whoever looks; `spared` is what a hit spared.
    pub fn decided(&self, py: Python<'_>, outcome: Outcome, spared: Duration) {
        self.stats.record(outcome);
        if outcome.is_hit() {
            self.stats.record_saved(spared);
        }
        if enabled()
            && !self.in_span(|span| {
                if span.look_up.is_zero() {
                    span.look_up = span.started.elapsed();
                }
                (span.outcome, span.cost) = (Some(outcome), spared);
            })
            && outcome.is_hit()
        {
            self.tell_at_once(py, outcome, spared, None, None);
        }
    }

    /// Counts a miss that is about to compute, and finds out for whoever looks what it is due to.
    pub fn missed(&self, py: Python<'_>, rules: &Rules, key: &Key, outcome: Outcome) {
        if enabled() {
            self.in_span(|span| span.look_up = span.started.elapsed());
            let reasons = self.reasons(py, rules, key, outcome);
            self.in_span(|span| span.reasons = reasons);
        }
        self.decided(py, outcome, Duration::ZERO);
    }

    /// Why a call misses, without and with values, where more can be said than the outcome.
    pub fn reasons(
        &self,
        py: Python<'_>,
        rules: &Rules,
        key: &Key,
        outcome: Outcome,
    ) -> Option<(String, String)> {
        if outcome != Outcome::Miss(MissReason::Absent) {
            return None;
        }
        let explanation = self.explain(py, rules, key, String::new());
        let open = self.names(py);
        let silent = rememo::explain::Names { hides_values: true, ..open.clone() };
        Some((explanation.reason(&silent), explanation.reason(&open)))
    }

    /// Tells whoever looks what a computation came to.
    pub fn computed(&self, cost: Duration, bytes: Option<u64>) {
        if enabled() {
            self.in_span(|span| (span.cost, span.bytes) = (cost, bytes));
        }
    }

    /// A line for a call that is no span: of a coroutine, which other calls interrupt.
    pub fn tell_at_once(
        &self,
        py: Python<'_>,
        outcome: Outcome,
        cost: Duration,
        bytes: Option<u64>,
        reasons: Option<(String, String)>,
    ) {
        if !enabled() {
            return;
        }
        let (silent, open) = reasons.unzip();
        let depth = SPANS.with_borrow(Vec::len);
        let made = |reason| Call {
            call: format!("{}(…)", self.name),
            outcome,
            reason,
            look_up: Duration::ZERO,
            cost,
            bytes,
            is_failed: false,
            depth,
        };
        emit(py, &made(silent), || made(open));
    }

    /// Whether the call under way was not traced from its beginning, though somebody looks: the logger's level was
    /// set a moment ago.
    pub fn looks_since_now(&self, py: Python<'_>) -> bool {
        ask_logger(py);
        enabled() && !self.in_span(|_| {})
    }

    /// Does something to the innermost traced call, if that is one of this function.
    fn in_span(&self, change: impl FnOnce(&mut Span)) -> bool {
        SPANS.with_borrow_mut(|spans| match spans.last_mut() {
            Some(span) if span.state == std::ptr::from_ref(self) as usize => {
                change(span);
                true
            }
            _ => false,
        })
    }
}

/// Tells a call to everybody who looks.
fn emit(py: Python<'_>, silent: &Call, open: impl FnOnce() -> Call) {
    let needs_values = SINKS.lock().iter().any(|sink| sink.values);
    let open = needs_values.then(open);
    let mut writes = Vec::new();
    for sink in &mut *SINKS.lock() {
        let call = open.as_ref().filter(|_| sink.values).unwrap_or(silent);
        sink.summary.add(call);
        if let Some(write) = &sink.write {
            writes.push((write.clone_ref(py), format!("{call}\n")));
        }
    }
    // Outside of the lock: writing runs Python code.
    for (write, line) in writes {
        // A stream that cannot be written to must not break the call.
        let _ = write.call1(py, (line,));
    }
    if LOGS.load(Ordering::Relaxed)
        && let Some(logger) = logger(py)
    {
        let _ = logger.call_method1(intern!(py, "debug"), ("%s", silent.to_string()));
    }
}
