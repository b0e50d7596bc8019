//! The fingerprints that a function had lately.

use std::collections::VecDeque;
use std::sync::Arc;

use super::snapshot::Snapshot;
use crate::digest::Digest;

/// So many are kept; entries under an older one cannot be compared dependency by dependency.
const MOST: usize = 64;

/// The snapshots of the last fingerprints under which something was computed, the latest last.
#[derive(Debug, Default)]
pub struct History(VecDeque<Arc<Snapshot>>);

impl History {
    /// Whether this is the latest one: the common case, told by one comparison.
    #[inline]
    #[must_use]
    pub fn is_latest(&self, fingerprint: &Digest) -> bool {
        self.0.back().is_some_and(|latest| latest.digest() == *fingerprint)
    }

    /// The latest one.
    #[must_use]
    pub fn latest(&self) -> Option<&Arc<Snapshot>> {
        self.0.back()
    }

    /// All that are kept, the latest last.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Snapshot>> {
        self.0.iter()
    }

    /// The snapshot of a fingerprint.
    #[must_use]
    pub fn get(&self, fingerprint: &Digest) -> Option<&Arc<Snapshot>> {
        self.0.iter().rev().find(|snapshot| snapshot.digest() == *fingerprint)
    }

    /// Makes a snapshot the latest; the oldest is forgotten when there are many.
    pub fn note(&mut self, snapshot: Arc<Snapshot>) {
        self.0.retain(|known| known.digest() != snapshot.digest());
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(snapshot);
    }

    /// Makes a snapshot that is kept already the latest; whether there is one.
    pub fn renew(&mut self, fingerprint: &Digest) -> bool {
        let Some(at) = self.0.iter().position(|known| known.digest() == *fingerprint) else {
            return false;
        };
        if let Some(snapshot) = self.0.remove(at) {
            self.0.push_back(snapshot);
        }
        true
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
