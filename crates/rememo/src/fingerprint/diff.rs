//! The difference of two fingerprints: why a key is not the one it was.

use std::cmp::Ordering;
use std::fmt;

use super::Dependency;

/// One difference from an earlier to a later fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    /// Only the later one has it.
    Added(&'a Dependency),
    /// Only the earlier one has it.
    Removed(&'a Dependency),
    /// Both have it, with different digests.
    Changed {
        /// As it was.
        old: &'a Dependency,
        /// As it is.
        new: &'a Dependency,
    },
}

impl fmt::Display for Change<'_> {
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
pub fn diff<'a>(old: &'a [Dependency], new: &'a [Dependency]) -> Vec<Change<'a>> {
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
            (Some(old), Some(new)) if old.digest == new.digest => {}
            (Some(old), Some(new)) => changes.push(Change::Changed { old, new }),
            (Some(old), None) => changes.push(Change::Removed(old)),
            (None, Some(new)) => changes.push(Change::Added(new)),
            (None, None) => {}
        }
    }
}
