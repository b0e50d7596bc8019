//! Where entries are kept, and how a look-up ends.

#[cfg(unix)]
pub mod disk;
mod grave;
pub mod memory;

use std::fmt;
use std::time::Duration;

pub use memory::{Entry, Handle, MemoryStore};

/// How much a store may hold, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// At most this many entries; 0 stores nothing.
    pub max_entries: Option<usize>,
    /// At most this many bytes, by the sizes that entries are inserted with.
    pub max_bytes: Option<u64>,
    /// An entry is no longer found this long after it was written.
    pub ttl: Option<Duration>,
}

/// The bound for which an entry had to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// `max_entries`.
    Entries,
    /// `max_bytes`.
    Bytes,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Entries => "max_entries",
            Self::Bytes => "max_bytes",
        })
    }
}

/// Why a key was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissReason {
    /// It was never stored, or so long ago that nothing is known of it any more.
    Absent,
    /// Its time to live is over.
    Expired {
        /// Since when.
        ago: Duration,
    },
    /// It had to make room, or found none.
    Evicted {
        /// Under which bound.
        by: Bound,
    },
    /// Somebody cleared it.
    Cleared,
    /// What was stored of it did not match its checksum, and was dropped.
    Damaged,
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("not stored before"),
            Self::Expired { ago } => write!(f, "expired {} ago", crate::units::Spoken(*ago)),
            Self::Evicted { by } => write!(f, "evicted ({by})"),
            Self::Cleared => f.write_str("cleared"),
            Self::Damaged => f.write_str("the stored entry was damaged"),
        }
    }
}

/// How a look-up ends.
#[derive(Debug)]
pub enum Lookup<'a, V> {
    /// The entry.
    Hit(&'a mut Entry<V>),
    /// Why there is none.
    Miss(MissReason),
}
