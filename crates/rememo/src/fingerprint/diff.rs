//! The difference of two fingerprints: why a key is not the one it was.

use std::cmp::Ordering;
use std::fmt;

use super::Dependency;
use crate::digest::Digest;

/// What two fingerprints can be compared by: an entry of one that is being taken, or of one that was stored.
pub trait Compared {
    /// What orders the entries of a fingerprint and makes them the same one in two: kind, name, ordinal.
    fn key(&self) -> (&str, &str, u32);
    /// Digest of its content.
    fn content(&self) -> &Digest;
}

impl Compared for Dependency {
    fn key(&self) -> (&str, &str, u32) {
        self.key()
    }

    fn content(&self) -> &Digest {
        &self.digest
    }
}

/// One difference from an earlier to a later fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a, D = Dependency> {
    /// Only the later one has it.
    Added(&'a D),
    /// Only the earlier one has it.
    Removed(&'a D),
    /// Both have it, with different digests.
    Changed {
        /// As it was.
        old: &'a D,
        /// As it is.
        new: &'a D,
    },
}

impl<D: fmt::Display> fmt::Display for Change<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Added(dependency) => write!(f, "{dependency} added"),
            Self::Removed(dependency) => write!(f, "{dependency} removed"),
            Self::Changed { new, .. } => write!(f, "{new} changed"),
        }
    }
}

/// What differs from `old` to `new`, both in the order of a fingerprint, in that order.
#[must_use]
pub fn diff<'a, D: Compared>(old: &'a [D], new: &'a [D]) -> Vec<Change<'a, D>> {
    let mut changes = Vec::new();
    let (mut olds, mut news) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return changes,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.key().cmp(&new.key()),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        match (old, new) {
            (Some(old), Some(new)) if old.content() == new.content() => {}
            (Some(old), Some(new)) => changes.push(Change::Changed { old, new }),
            (Some(old), None) => changes.push(Change::Removed(old)),
            (None, Some(new)) => changes.push(Change::Added(new)),
            (None, None) => {}
        }
    }
}
