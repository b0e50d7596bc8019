//! How calls end, as data: made once, read by statistics, by `explain`, by `trace` and by tests.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use crate::store::{Bound, MissReason};

/// Where an entry was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// In this process.
    Memory,
    /// On this machine.
    Disk,
    /// With others.
    Shared,
}

impl Tier {
    /// Every tier, nearest first.
    pub const ALL: [Self; 3] = [Self::Memory, Self::Disk, Self::Shared];
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Shared => "shared",
        })
    }
}

/// How one call got its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// From an entry.
    Hit(Tier),
    /// From a computation of the same key that was already under way and was waited for.
    Joined,
    /// By computing, since there was no entry.
    Miss(MissReason),
    /// By computing, since the caller asked for it.
    Refreshed,
    /// By computing, since the entry's value had been changed.
    Replaced,
    /// By computing, since the computation of this key needs the key itself.
    Reentered,
    /// By computing, since waiting for the other computation would never have ended.
    Detoured,
}

impl Outcome {
    /// Whether the function's body did not run for this call.
    #[must_use]
    pub const fn is_hit(self) -> bool {
        matches!(self, Self::Hit(_) | Self::Joined)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hit(tier) => write!(f, "hit ({tier})"),
            Self::Joined => f.write_str("hit (waited for another call)"),
            Self::Miss(reason) => write!(f, "miss ({reason})"),
            Self::Refreshed => f.write_str("miss (refresh)"),
            Self::Replaced => f.write_str("miss (the cached value was changed)"),
            Self::Reentered => f.write_str("miss (the computation needs itself)"),
            Self::Detoured => f.write_str("miss (waiting would be a deadlock)"),
        }
    }
}

/// Counters of outcomes, from any thread.
#[derive(Debug, Default)]
pub struct Stats {
    hits: [AtomicU64; 3],
    joined: AtomicU64,
    absent: AtomicU64,
    expired: AtomicU64,
    evicted: AtomicU64,
    cleared: AtomicU64,
    damaged: AtomicU64,
    refreshed: AtomicU64,
    replaced: AtomicU64,
    reentered: AtomicU64,
    detoured: AtomicU64,
    evictions: AtomicU64,
    expirations: AtomicU64,
    mutations: AtomicU64,
    saved: AtomicU64,
}

impl Stats {
    /// Counters at zero.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            hits: [const { AtomicU64::new(0) }; 3],
            joined: AtomicU64::new(0),
            absent: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            evicted: AtomicU64::new(0),
            cleared: AtomicU64::new(0),
            damaged: AtomicU64::new(0),
            refreshed: AtomicU64::new(0),
            replaced: AtomicU64::new(0),
            reentered: AtomicU64::new(0),
            detoured: AtomicU64::new(0),
            evictions: AtomicU64::new(0),
            expirations: AtomicU64::new(0),
            mutations: AtomicU64::new(0),
            saved: AtomicU64::new(0),
        }
    }

    /// Counts a call.
    #[inline]
    pub fn record(&self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Hit(tier) => &self.hits[tier as usize],
            Outcome::Joined => &self.joined,
            Outcome::Miss(MissReason::Absent) => &self.absent,
            Outcome::Miss(MissReason::Expired { .. }) => &self.expired,
            Outcome::Miss(MissReason::Evicted { .. }) => &self.evicted,
            Outcome::Miss(MissReason::Cleared) => &self.cleared,
            Outcome::Miss(MissReason::Damaged) => &self.damaged,
            Outcome::Refreshed => &self.refreshed,
            Outcome::Replaced => &self.replaced,
            Outcome::Reentered => &self.reentered,
            Outcome::Detoured => &self.detoured,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what a hit spared: the entry's cost.
    #[inline]
    pub fn record_saved(&self, cost: Duration) {
        let nanos = u64::try_from(cost.as_nanos()).unwrap_or(u64::MAX);
        self.saved.fetch_add(nanos, Ordering::Relaxed);
    }

    /// Counts entries that had to make room.
    pub fn record_evictions(&self, count: u64) {
        self.evictions.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts entries that left since their time was over.
    pub fn record_expirations(&self, count: u64) {
        self.expirations.fetch_add(count, Ordering::Relaxed);
    }

    /// Counts a cached value that was found changed.
    pub fn record_mutation(&self) {
        self.mutations.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters as they are now, each for itself.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Snapshot {
            memory_hits: read(&self.hits[Tier::Memory as usize]),
            disk_hits: read(&self.hits[Tier::Disk as usize]),
            shared_hits: read(&self.hits[Tier::Shared as usize]),
            joined: read(&self.joined),
            absent: read(&self.absent),
            expired: read(&self.expired),
            evicted: read(&self.evicted),
            cleared: read(&self.cleared),
            damaged: read(&self.damaged),
            refreshed: read(&self.refreshed),
            replaced: read(&self.replaced),
            reentered: read(&self.reentered),
            detoured: read(&self.detoured),
            evictions: read(&self.evictions),
            expirations: read(&self.expirations),
            mutations: read(&self.mutations),
            saved: Duration::from_nanos(read(&self.saved)),
        }
    }

    /// Sets every counter to zero.
    pub fn reset(&self) {
        for counter in self.hits.iter().chain([
            &self.joined,
            &self.absent,
            &self.expired,
            &self.evicted,
            &self.cleared,
            &self.damaged,
            &self.refreshed,
            &self.replaced,
            &self.reentered,
            &self.detoured,
            &self.evictions,
            &self.expirations,
            &self.mutations,
            &self.saved,
        ]) {
            counter.store(0, Ordering::Relaxed);
        }
    }
}

/// What [`Stats`] had counted at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Calls served from memory.
    pub memory_hits: u64,
    /// Calls served from disk.
    pub disk_hits: u64,
    /// Calls served from a shared tier.
    pub shared_hits: u64,
    /// Calls that waited for another call's computation and took its result.
    pub joined: u64,
    /// Misses of keys never stored.
    pub absent: u64,
    /// Misses of keys whose time was over.
    pub expired: u64,
    /// Misses of keys that had made room.
    pub evicted: u64,
    /// Misses of keys that had been cleared.
    pub cleared: u64,
    /// Misses of keys whose stored entry was damaged.
    pub damaged: u64,
    /// Computations that were asked for.
    pub refreshed: u64,
    /// Computations in place of a value that had been changed.
    pub replaced: u64,
    /// Computations inside a computation of the same key.
    pub reentered: u64,
    /// Computations instead of a wait that would never have ended.
    pub detoured: u64,
    /// Entries that had to make room.
    pub evictions: u64,
    /// Entries that left since their time was over.
    pub expirations: u64,
    /// Cached values that were found changed.
    pub mutations: u64,
    /// The cost of the computations that hits spared.
    pub saved: Duration,
}

impl Snapshot {
    /// Calls for which the body did not run.
    #[must_use]
    pub const fn hits(&self) -> u64 {
        self.memory_hits + self.disk_hits + self.shared_hits + self.joined
    }

    /// Calls for which it ran.
    #[must_use]
    pub const fn misses(&self) -> u64 {
        self.absent
            + self.expired
            + self.evicted
            + self.cleared
            + self.damaged
            + self.refreshed
            + self.replaced
            + self.reentered
            + self.detoured
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: [Outcome; 13] = [
        Outcome::Hit(Tier::Memory),
        Outcome::Hit(Tier::Disk),
        Outcome::Hit(Tier::Shared),
        Outcome::Joined,
        Outcome::Miss(MissReason::Absent),
        Outcome::Miss(MissReason::Expired { ago: Duration::from_secs(240) }),
        Outcome::Miss(MissReason::Evicted { by: Bound::Bytes }),
        Outcome::Miss(MissReason::Cleared),
        Outcome::Refreshed,
        Outcome::Replaced,
        Outcome::Reentered,
        Outcome::Detoured,
        Outcome::Miss(MissReason::Damaged),
    ];

    #[test]
    fn each_outcome_is_counted_by_itself_as_a_hit_or_a_miss() {
        let mut seen = Vec::new();
        for outcome in OUTCOMES {
            let stats = Stats::new();
            stats.record(outcome);
            let snapshot = stats.snapshot();
            assert_eq!(snapshot.hits(), u64::from(outcome.is_hit()), "{outcome}");
            assert_eq!(snapshot.misses(), u64::from(!outcome.is_hit()), "{outcome}");
            assert!(!seen.contains(&snapshot), "{outcome}");
            seen.push(snapshot);
            stats.reset();
            assert_eq!(stats.snapshot(), Snapshot::default());
        }
    }

    #[test]
    fn outcomes_read_as_what_happened() {
        let said: Vec<String> = OUTCOMES.iter().map(ToString::to_string).collect();
        assert_eq!(said[0], "hit (memory)");
        assert_eq!(said[5], "miss (expired 4 min ago)");
        assert_eq!(said[6], "miss (evicted (max_bytes))");
    }

    #[test]
    fn time_saved_adds_up() {
        let stats = Stats::new();
        stats.record_saved(Duration::from_millis(3));
        stats.record_saved(Duration::from_micros(5));
        assert_eq!(stats.snapshot().saved, Duration::from_micros(3005));
    }

    #[test]
    fn nothing_is_lost_between_threads() {
        let stats = Stats::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        stats.record(Outcome::Joined);
                        stats.record_mutation();
                        stats.record_evictions(2);
                        stats.record_expirations(3);
                    }
                });
            }
        });
        let snapshot = stats.snapshot();
        assert_eq!(snapshot.joined, 4000);
        let others = (snapshot.mutations, snapshot.evictions, snapshot.expirations);
        assert_eq!(others, (4000, 8000, 12_000));
        stats.reset();
        assert_eq!(stats.snapshot(), Snapshot::default());
    }
}
