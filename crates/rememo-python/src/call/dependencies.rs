//! `f.dependencies()`: what a function's result can depend on, what leads to what, and what it costs on each call.

use std::time::Duration;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use rememo::explain::{self, Branch, Names};
use rememo::fingerprint::{Dependency, Kind};
use rememo::units::{Size, Spoken};
use rustc_hash::FxHashMap;

use super::bind::RawArguments;
use super::state::State;
use crate::function::{Cost, Followed};

/// `f.dependencies()`
pub fn method<'py>(
    py: Python<'py>,
    _this: &Bound<'py, PyAny>,
    state: &State,
    arguments: RawArguments<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    if !arguments.positional.is_empty() || !arguments.keyword_values.is_empty() {
        return Err(PyTypeError::new_err("dependencies() takes no arguments"));
    }
    let rules = state.rules(py)?;
    let followed = state
        .follow(py, &rules)
        .map_err(|error| error.into_pyerr(py, &format!("{}()", state.name)))?;
    let costs: FxHashMap<usize, Cost> =
        followed.costs(py, &rules).into_iter().map(|cost| (cost.place, cost)).collect();
    let snapshot = followed.snapshot(py, &rules, None);
    let versions: FxHashMap<usize, String> = snapshot
        .dependencies()
        .iter()
        .enumerate()
        .filter(|(_, described)| described.dependency.kind == Kind::Library)
        .filter_map(|(place, described)| {
            let version = explain::describe(described.value()?)?;
            Some((place, version.trim_matches('\'').to_owned()))
        })
        .collect();
    let all = followed.fingerprint().dependencies();
    let references = followed.fingerprint().references();
    let map = PyDict::new(py);
    for (place, dependency) in all.iter().enumerate() {
        let entry = PyDict::new(py);
        let mut name = dependency.name.to_string();
        if dependency.ordinal > 0 {
            name.push_str(&format!("#{}", dependency.ordinal));
        }
        entry.set_item("name", &name)?;
        entry.set_item("kind", dependency.kind.as_str())?;
        entry.set_item("place", dependency.origin.as_ref().map(|o| o.to_string()))?;
        entry.set_item("digest", dependency.digest.to_hex())?;
        entry.set_item("version", versions.get(&place))?;
        let reads = references[place].iter().map(|&end| all[end as usize].to_string());
        entry.set_item("reads", PyList::new(py, reads)?)?;
        let cost = costs.get(&place);
        entry.set_item("bytes_per_call", cost.map_or(0, |cost| cost.bytes))?;
        entry.set_item("seconds_per_call", cost.map_or(0.0, |cost| cost.time.as_secs_f64()))?;
        map.set_item(dependency.to_string(), entry)?;
    }
    let unseen: Vec<Bound<'py, PyDict>> =
        followed.not_followed().iter().map(|item| item.to_dict(py)).collect::<PyResult<_>>()?;
    let tree = Tree { followed: &followed, costs, versions, names: state.names(py) };
    py.import("rememo._dependencies")?.getattr("Dependencies")?.call1((map, unseen, tree.lines()))
}

struct Tree<'a> {
    followed: &'a Followed,
    costs: FxHashMap<usize, Cost>,
    versions: FxHashMap<usize, String>,
    names: Names,
}

impl Tree<'_> {
    /// Each line as what leads to it, what it is, and what is said of it.
    fn lines(&self) -> Vec<(String, String, String)> {
        let all = self.followed.fingerprint().dependencies();
        explain::tree(self.followed.fingerprint())
            .into_iter()
            .map(|Branch { prefix, dependency }| {
                (prefix, all[dependency].to_string(), self.about(dependency, &all[dependency]))
            })
            .collect()
    }

    fn about(&self, place: usize, dependency: &Dependency) -> String {
        let mut about: Vec<String> = Vec::new();
        if let Some(version) = self.versions.get(&place) {
            about.push(format!("{version}, by version"));
        }
        if let Some(origin) = &dependency.origin {
            about.push(self.names.place(origin));
        }
        if let Some(Cost { bytes, time, .. }) = self.costs.get(&place) {
            let time = Spoken((*time).max(Duration::from_micros(1)));
            about.push(format!("hashed on each call: {}, {time}", Size(*bytes)));
        }
        about.join(", ")
    }
}
