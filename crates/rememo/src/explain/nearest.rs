//! Of all earlier entries the one that is nearest to a call: what differs from it says why the call
//! misses.

use std::time::Instant;

use rustc_hash::FxHashMap;

use super::record::CallRecord;
use super::snapshot::Snapshot;
use crate::digest::Digest;

/// Looks for the record nearest to a call's: with the fewest arguments that differ, then with the
/// fewest dependencies that differ, then the latest.
pub struct Nearest<'a, T> {
    record: &'a CallRecord,
    snapshot: Option<&'a Snapshot>,
    /// How many dependencies differ from each fingerprint that was met; none where it is not kept.
    distances: FxHashMap<Digest, Option<usize>>,
    best: Option<Best<T>>,
}

struct Best<T> {
    arguments: usize,
    dependencies: usize,
    written: Instant,
    found: T,
}

/// No more differences than that are counted.
const MANY: usize = 64;

impl<'a, T> Nearest<'a, T> {
    /// For a call with this record, whose function has this fingerprint.
    #[must_use]
    pub fn new(record: &'a CallRecord, snapshot: Option<&'a Snapshot>) -> Self {
        Self { record, snapshot, distances: FxHashMap::default(), best: None }
    }

    /// Looks at one more record; `earlier` gives the snapshot of a fingerprint if it is kept, and
    /// `found` what is returned if the record is the nearest.
    pub fn consider<'s>(
        &mut self,
        record: &CallRecord,
        written: Instant,
        earlier: impl Fn(&Digest) -> Option<&'s Snapshot>,
        found: impl FnOnce() -> T,
    ) {
        let enough = self.best.as_ref().map_or(MANY, |best| best.arguments + 1);
        let arguments = record.distance(self.record, enough);
        if self.best.as_ref().is_some_and(|best| arguments > best.arguments) {
            return;
        }
        let snapshot = self.snapshot;
        let dependencies = *self
            .distances
            .entry(record.fingerprint)
            .or_insert_with(|| Some(snapshot?.distance(earlier(&record.fingerprint)?, MANY)));
        // Where nothing is known of the fingerprint, nothing could be told.
        let dependencies = match dependencies {
            Some(n) => n,
            None if record.fingerprint == self.record.fingerprint => 0,
            None => MANY + 1,
        };
        let is_nearer = self.best.as_ref().is_none_or(|best| {
            (arguments, dependencies, std::cmp::Reverse(written))
                < (best.arguments, best.dependencies, std::cmp::Reverse(best.written))
        });
        if is_nearer {
            self.best = Some(Best { arguments, dependencies, written, found: found() });
        }
    }

    /// The nearest one.
    #[must_use]
    pub fn found(self) -> Option<T> {
        self.best.map(|best| best.found)
    }
}
