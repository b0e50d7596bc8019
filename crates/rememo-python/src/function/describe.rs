//! What of a fingerprint is kept to explain later misses, and what each dependency costs on a call.

use std::ptr;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use rememo::digest::Digest;
use rememo::encode::Writer;
use rememo::explain::{Described, Outline, Snapshot, Source, write_check, write_outline};
use rememo::fingerprint::Dependency;
use rustc_hash::FxHashMap;

use super::follow::{Followed, KnownCode, Value};
use super::source;
use crate::call::summaries_enabled;
use crate::error::HashError;
use crate::raw::Function;
use crate::value::{Encoder, Rules};

/// So much is kept of the value of one dependency, in bytes.
const VALUE: usize = 240;
/// A value up to this size is encoded once more where nothing is kept of it yet, in bytes.
const SMALL: u64 = 256 * 1024;

/// The outline of the only value in a writer.
pub(super) fn outline(writer: &Writer) -> Box<[u8]> {
    let mut out = Vec::new();
    if summaries_enabled() {
        let beginning = writer.prefixes().and_then(|prefixes| prefixes.at(0));
        write_outline(&mut out, writer.bytes(), beginning, VALUE);
    } else {
        write_check(&mut out, writer.bytes());
    }
    out.into_boxed_slice()
}

/// What looking at one value costs on each call.
pub struct Cost {
    /// The dependency's place in the fingerprint.
    pub place: usize,
    /// Bytes that are hashed.
    pub bytes: u64,
    /// How long it took just now.
    pub time: Duration,
}

/// What stands behind each dependency, by its address in the fingerprint.
struct Index<'a> {
    values: FxHashMap<usize, &'a Value>,
    /// Of libraries.
    versions: FxHashMap<usize, &'a str>,
    /// Functions, classes and modules.
    codes: FxHashMap<usize, &'a Py<PyAny>>,
}

/// So many dependencies are looked for one by one.
const FEW: usize = 4;

fn address(dependency: &Dependency) -> usize {
    ptr::from_ref(dependency) as usize
}

impl<'a> Index<'a> {
    fn of(followed: &'a Followed) -> Self {
        let at = |node| address(followed.fingerprint.dependency(node));
        let values = followed.values.iter().map(|value| (at(value.node), value)).collect();
        let version = |id: &'a String| id.rsplit_once(' ').map_or("", |(_, version)| version);
        let known = &followed.known;
        let versions = known.libraries.iter().map(|(id, &node)| (at(node), version(id))).collect();
        let held: FxHashMap<usize, &Py<PyAny>> =
            known.held.iter().map(|object| (object.as_ptr() as usize, object)).collect();
        let codes = known
            .nodes
            .iter()
            .filter_map(|(object, &node)| Some((at(node), *held.get(object)?)))
            .collect();
        Self { values, versions, codes }
    }
}

impl Followed {
    /// What is kept of the fingerprint; what `earlier` has of it is shared.
    pub fn snapshot(&self, py: Python<'_>, rules: &Rules, earlier: Option<&Snapshot>) -> Snapshot {
        let mut index: Option<Index<'_>> = None;
        let mut asked = 0;
        Snapshot::of(&self.fingerprint, earlier, |dependency| {
            let described = Described::new(dependency.clone());
            asked += 1;
            // Mostly one value has changed: it is found sooner than everything is listed.
            if index.is_none() && asked <= FEW {
                let value = self
                    .values
                    .iter()
                    .find(|value| ptr::eq(self.fingerprint.dependency(value.node), dependency));
                if let Some(value) = value {
                    return described.with_value(&self.outline_of(py, rules, value));
                }
            }
            let index = index.get_or_insert_with(|| Index::of(self));
            let at = address(dependency);
            if let Some(value) = index.values.get(&at) {
                return described.with_value(&self.outline_of(py, rules, value));
            }
            if let Some(version) = index.versions.get(&at) {
                let mut writer = Writer::default();
                writer.str(version.as_bytes());
                return described.with_value(&outline(&writer));
            }
            let source = index.codes.get(&at).and_then(|object| {
                let function = Function::of(object.bind(py))?;
                source::of_code(py, &function.code())
            });
            match source {
                Some(text) => described.with_source(Source::of(&text, summaries_enabled())),
                None => described,
            }
        })
    }

    /// The outline of a value; one of which nothing but a check is kept is encoded once more, if it is small.
    fn outline_of(&self, py: Python<'_>, rules: &Rules, value: &Value) -> Box<[u8]> {
        let known = value.outline.clone();
        let is_bare = !Outline::read(&known).is_some_and(|outline| outline.shows_anything());
        if !is_bare || value.size > SMALL || !summaries_enabled() {
            return known;
        }
        match self.encoded(py, rules, value) {
            Ok(writer) if Digest::of(writer.bytes()) == value.digest => outline(&writer),
            _ => known,
        }
    }

    fn encoded(&self, py: Python<'_>, rules: &Rules, value: &Value) -> Result<Writer, HashError> {
        let mut code = KnownCode(&self.known);
        let mut encoder = Encoder::new(rules, &mut code).external(value.reader.clone());
        encoder.writer.keep_prefixes();
        encoder.encode(value.object.bind(py), || value.name.clone())?;
        encoder.check()?;
        Ok(encoder.writer)
    }

    /// What the values that are looked at on each call cost: all others are guarded. They are encoded once more to
    /// measure it.
    pub fn costs(&self, py: Python<'_>, rules: &Rules) -> Vec<Cost> {
        let dependencies = self.fingerprint.dependencies();
        let mut costs = Vec::new();
        for &index in &self.volatile {
            let value = &self.values[index];
            let dependency = self.fingerprint.dependency(value.node);
            let place = dependencies.iter().position(|d| ptr::eq(d, dependency));
            let started = Instant::now();
            let bytes = self.encoded(py, rules, value).map_or(value.size, |writer| writer.total());
            if let Some(place) = place {
                costs.push(Cost { place, bytes, time: started.elapsed() });
            }
        }
        costs
    }
}
