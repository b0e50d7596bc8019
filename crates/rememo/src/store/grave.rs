//! What a store remembers of entries that it no longer has, so that a miss can say why.

use std::collections::VecDeque;
use std::hash::Hash;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::{Bound, MissReason};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Expired { at: Instant },
    Evicted { by: Bound },
    Cleared,
}

impl End {
    pub(super) fn reason(self, now: Instant) -> MissReason {
        match self {
            Self::Expired { at } => MissReason::Expired { ago: now.saturating_duration_since(at) },
            Self::Evicted { by } => MissReason::Evicted { by },
            Self::Cleared => MissReason::Cleared,
        }
    }
}

/// The ends of the last keys that went, oldest forgotten first.
#[derive(Debug)]
pub(super) struct Graveyard<K> {
    ends: FxHashMap<K, (End, u64)>,
    /// Keys in the order of their burial; the number tells a key's last burial from earlier ones.
    order: VecDeque<(K, u64)>,
    burials: u64,
}

impl<K: Hash + Eq + Clone> Graveyard<K> {
    /// How many keys are remembered.
    pub(super) const CAPACITY: usize = 1024;

    pub(super) fn new() -> Self {
        Self { ends: FxHashMap::default(), order: VecDeque::new(), burials: 0 }
    }

    pub(super) fn bury(&mut self, key: K, end: End) {
        self.burials += 1;
        self.ends.insert(key.clone(), (end, self.burials));
        self.order.push_back((key, self.burials));
        while self.ends.len() > Self::CAPACITY || self.order.len() > 2 * Self::CAPACITY {
            let Some((key, burial)) = self.order.pop_front() else {
                break;
            };
            if self.ends.get(&key).is_some_and(|(_, last)| *last == burial) {
                self.ends.remove(&key);
            }
        }
    }

    pub(super) fn end_of<Q>(&self, key: &Q) -> Option<End>
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.ends.get(key).map(|(end, _)| *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_burial_is_forgotten_first_and_a_later_one_of_its_key_is_not() {
        let mut yard = Graveyard::new();
        let capacity = Graveyard::<usize>::CAPACITY;
        yard.bury(0, End::Cleared);
        yard.bury(1, End::Cleared);
        yard.bury(0, End::Evicted { by: Bound::Bytes });
        for key in 2..=capacity {
            yard.bury(key, End::Cleared);
        }
        assert_eq!(yard.end_of(&1), None);
        assert_eq!(yard.end_of(&0), Some(End::Evicted { by: Bound::Bytes }));
        assert_eq!(yard.ends.len(), capacity);
    }

    #[test]
    fn memory_stays_bounded_when_the_same_keys_come_and_go() {
        let mut yard = Graveyard::new();
        for turn in 0..20 * Graveyard::<usize>::CAPACITY {
            yard.bury(turn % 3, End::Cleared);
        }
        assert!(yard.order.len() <= 2 * Graveyard::<usize>::CAPACITY);
    }
}
