//! Uses of entries and counts of functions, gathered in memory and written with the next batch: a hit never writes.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::record::Counters;

/// So many entries with uses are gathered at most before they are written.
pub(super) const GATHERED: usize = 1024;
/// Nor are they gathered for longer than this, in milliseconds.
pub(super) const GATHERING: u64 = 5000;

/// What an entry was used since the last batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    pub hits: u64,
    pub used: u64,
}

#[derive(Debug, Default)]
pub(super) struct Uses {
    pub entries: FxHashMap<i64, Use>,
    pub counters: FxHashMap<Arc<str>, Counters>,
    /// When the first of them came, in milliseconds since 1970.
    since: u64,
}

impl Uses {
    /// Notes a use; true if it is time to write.
    pub(super) fn note(&mut self, id: i64, now: u64) -> bool {
        if self.is_empty() {
            self.since = now;
        }
        let entry = self.entries.entry(id).or_default();
        entry.hits += 1;
        entry.used = now;
        self.is_due(now)
    }

    pub(super) fn count(&mut self, function: &Arc<str>, more: Counters, now: u64) -> bool {
        if self.is_empty() {
            self.since = now;
        }
        let sum = self.counters.entry(Arc::clone(function)).or_default();
        sum.hits += more.hits;
        sum.misses += more.misses;
        sum.saved = sum.saved.saturating_add(more.saved);
        sum.evictions += more.evictions;
        sum.expirations += more.expirations;
        sum.damaged += more.damaged;
        self.is_due(now)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.counters.is_empty()
    }

    fn is_due(&self, now: u64) -> bool {
        self.entries.len() >= GATHERED || now.saturating_sub(self.since) >= GATHERING
    }
}
