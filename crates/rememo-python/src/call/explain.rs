//! `f.explain(…)`: would this call hit, and why. Looks at everything and changes nothing.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use rememo::digest::Digest;
use rememo::event::Tier;
use rememo::explain::{
    self, CallRecord, Difference, Earlier, Explanation, Found, Malformed, Names, Nearest, Snapshot,
    Told, Verdict,
};
use rememo::store::{Bound as StoreBound, Entry, MissReason};
use rustc_hash::FxHashMap;

use super::bind::RawArguments;
use super::methods::key_of;
use super::output::Stored;
use super::recording::process;
use super::shelf::Shelf;
use super::state::{Key, State};
use crate::raw::Function;
use crate::value::Rules;

/// An earlier entry that may be the nearest to a call.
struct Candidate {
    record: Arc<CallRecord>,
    written: Instant,
}

impl State {
    /// Whether a call with this key would hit, and why.
    pub fn explain(&self, py: Python<'_>, rules: &Rules, key: &Key, call: String) -> Explanation {
        let now = Instant::now();
        let verdict = self.verdict(py, rules, key, now);
        Explanation { call, key: key.digest, verdict, process: process() }
    }

    fn verdict(&self, py: Python<'_>, rules: &Rules, key: &Key, now: Instant) -> Verdict {
        let reason = match self.shelf.store().peek(&key.digest, now) {
            Ok(entry) => return Verdict::Hit(self.found(entry, now)),
            Err(reason) => reason,
        };
        let cleared = *self.cleared.lock();
        let counts = |written: Instant| cleared.is_none_or(|cleared| written > cleared);
        let namesakes = self.shelf.namesakes(&self.shelf_name);
        for namesake in &namesakes {
            if let Ok(entry) = namesake.store().peek(&key.digest, now)
                && counts(entry.written())
            {
                return Verdict::Hit(self.found(entry, now));
            }
        }
        let record = self.record_of(key);
        let snapshot = self.snapshot_now(py, rules, &key.fingerprint);
        let mut snapshots: FxHashMap<Digest, Arc<Snapshot>> = FxHashMap::default();
        let shelves: Vec<&Arc<Shelf>> = namesakes.iter().chain([&self.shelf]).collect();
        for shelf in &shelves {
            for known in shelf.history().iter() {
                snapshots.insert(known.digest(), Arc::clone(known));
            }
        }
        let mut nearest = Nearest::new(&record, snapshot.as_deref());
        let (mut entries, mut is_recorded) = (0, false);
        for shelf in shelves {
            let store = shelf.store();
            for (_, entry) in store.entries() {
                let is_own = Arc::ptr_eq(shelf, &self.shelf);
                if !is_own && !counts(entry.written()) {
                    continue;
                }
                entries += 1;
                let Some(earlier) = entry.record() else { continue };
                is_recorded = true;
                let written = entry.written();
                nearest.consider(
                    earlier,
                    written,
                    |digest| snapshots.get(digest).map(|known| &**known),
                    || Candidate { record: Arc::clone(earlier), written },
                );
            }
        }
        let nearest = nearest.found().filter(|_| reason == MissReason::Absent).map(|candidate| {
            let before = snapshots.get(&candidate.record.fingerprint);
            let mut differences = Vec::new();
            if let (Some(before), Some(now)) = (before, &snapshot) {
                differences.extend(explain::dependencies(before, now));
            }
            differences.extend(explain::arguments(&candidate.record, &record));
            Earlier {
                age: now.saturating_duration_since(candidate.written),
                process: Some(candidate.record.process),
                differences,
            }
        });
        Verdict::Miss { reason, nearest, entries, is_recorded }
    }

    fn found(&self, entry: &Entry<Stored>, now: Instant) -> Found {
        let age = now.saturating_duration_since(entry.written());
        Found {
            tier: Tier::Memory,
            age,
            process: entry.record().map(|record| record.process),
            size: entry.size(),
            cost: entry.cost(),
            hits: u64::from(entry.hits()),
            left: self.options.bounds.ttl.map(|ttl| ttl.saturating_sub(age)),
        }
    }

    /// How people call things where this function is at home.
    pub fn names(&self, py: Python<'_>) -> Names {
        Names {
            directory: std::env::current_dir().ok(),
            module: Function::of(self.wrapped.bind(py)).map(|f| f.module()).unwrap_or_default(),
            hides_values: false,
        }
    }
}

/// `f.explain(…)`
pub fn method<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let key = key_of(py, state, arguments)?;
    let rules = state.rules(py)?;
    let explanation = state.explain(py, &rules, &key, state.describe(py, arguments));
    let names = state.names(py);
    let data = to_dict(py, &explanation, &names)?;
    data.set_item("function", &state.name)?;
    py.import(intern!(py, "rememo._explanation"))?
        .getattr(intern!(py, "Explanation"))?
        .call1((data, explanation.text(&names)))
}

/// `f._kept(…)`: the bytes of what is kept of this call and of the function's fingerprint, as a store keeps them.
pub fn kept<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    let key = key_of(py, state, arguments)?;
    let rules = state.rules(py)?;
    let record = state.record_of(&key).to_bytes();
    let snapshot = state.snapshot_now(py, &rules, &key.fingerprint);
    let snapshot = snapshot.map(|snapshot| snapshot.to_bytes()).unwrap_or_default();
    let pair = (PyBytes::new(py, &record), PyBytes::new(py, &snapshot)).into_pyobject(py)?;
    Ok(pair.into_any())
}

/// What differs between two calls, from what `_kept` gave for each.
#[pyfunction]
pub fn _differences<'py>(
    py: Python<'py>,
    old: (Vec<u8>, Vec<u8>),
    new: (Vec<u8>, Vec<u8>),
) -> PyResult<Bound<'py, PyList>> {
    let malformed = |error: Malformed| PyValueError::new_err(error.to_string());
    let record = |bytes: &[u8]| CallRecord::from_bytes(bytes).map_err(malformed);
    let snapshot = |bytes: &[u8]| Snapshot::from_bytes(bytes).map_err(malformed);
    let mut differences = explain::dependencies(&snapshot(&old.1)?, &snapshot(&new.1)?);
    differences.extend(explain::arguments(&record(&old.0)?, &record(&new.0)?));
    let list = PyList::empty(py);
    for difference in &differences {
        list.append(difference_to_dict(py, difference, &Names::default())?)?;
    }
    Ok(list)
}

/// Seconds since the epoch.
fn written(age: Duration) -> f64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    now.saturating_sub(age).as_secs_f64()
}

fn to_dict<'py>(
    py: Python<'py>,
    explanation: &Explanation,
    names: &Names,
) -> PyResult<Bound<'py, PyDict>> {
    let data = PyDict::new(py);
    data.set_item("call", &explanation.call)?;
    data.set_item("key", explanation.key.to_hex())?;
    data.set_item("hit", explanation.is_hit())?;
    data.set_item("reason", explanation.reason(names))?;
    match &explanation.verdict {
        Verdict::Hit(found) => {
            data.set_item("tier", found.tier.to_string())?;
            data.set_item("written", written(found.age))?;
            data.set_item("process", found.process)?;
            data.set_item("bytes", found.size)?;
            data.set_item("seconds_saved", found.cost.as_secs_f64())?;
            data.set_item("uses", found.hits)?;
            data.set_item("expires_in", found.left.map(|left| left.as_secs_f64()))?;
        }
        Verdict::Miss { reason, nearest, entries, .. } => {
            data.set_item("kind", kind(*reason))?;
            match reason {
                MissReason::Expired { ago } => {
                    data.set_item("expired_ago", ago.as_secs_f64())?;
                }
                MissReason::Evicted { by } => {
                    let bound = match by {
                        StoreBound::Entries => "max_entries",
                        StoreBound::Bytes => "max_bytes",
                    };
                    data.set_item("bound", bound)?;
                }
                _ => {}
            }
            data.set_item("entries", *entries)?;
            let nearest = nearest.as_ref().map(|earlier| earlier_to_dict(py, earlier, names));
            data.set_item("nearest", nearest.transpose()?)?;
        }
    }
    Ok(data)
}

/// The reason of a miss in a word.
pub fn kind(reason: MissReason) -> &'static str {
    match reason {
        MissReason::Absent => "absent",
        MissReason::Expired { .. } => "expired",
        MissReason::Evicted { .. } => "evicted",
        MissReason::Cleared => "cleared",
        MissReason::Damaged => "damaged",
    }
}

fn earlier_to_dict<'py>(
    py: Python<'py>,
    earlier: &Earlier,
    names: &Names,
) -> PyResult<Bound<'py, PyDict>> {
    let data = PyDict::new(py);
    data.set_item("written", written(earlier.age))?;
    data.set_item("process", earlier.process)?;
    let differences = PyList::empty(py);
    for difference in &earlier.differences {
        differences.append(difference_to_dict(py, difference, names)?)?;
    }
    data.set_item("differences", differences)?;
    Ok(data)
}

fn difference_to_dict<'py>(
    py: Python<'py>,
    difference: &Difference,
    names: &Names,
) -> PyResult<Bound<'py, PyDict>> {
    let data = PyDict::new(py);
    data.set_item("kind", difference.subject.as_str())?;
    data.set_item("name", &difference.name)?;
    data.set_item("place", difference.place.as_ref().map(|place| names.place(place)))?;
    data.set_item("change", difference.change.as_str())?;
    data.set_item("follows", difference.follows)?;
    data.set_item("old", &difference.old)?;
    data.set_item("new", &difference.new)?;
    data.set_item("text", names.headline(difference))?;
    let details = PyList::empty(py);
    for detail in &difference.details {
        let item = PyDict::new(py);
        item.set_item("path", &detail.path)?;
        let (old, new) = match &detail.what {
            Told::Values { old, new } => (Some(old), Some(new)),
            Told::Added(new) => (None, Some(new)),
            Told::Removed(old) => (Some(old), None),
            Told::Differs(_) => (None, None),
        };
        item.set_item("old", old)?;
        item.set_item("new", new)?;
        item.set_item("text", detail.to_string())?;
        details.append(item)?;
    }
    data.set_item("details", details)?;
    let lines = PyList::empty(py);
    for line in &difference.lines {
        lines.append((if line.is_new { "+" } else { "-" }, &line.text))?;
    }
    data.set_item("lines", lines)?;
    Ok(data)
}
