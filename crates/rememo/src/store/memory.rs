//! The store in memory: bounded by entries, bytes and time, and evicting by worth.
//!
//! Eviction is GreedyDual-Size: P. Cao and S. Irani, "Cost-Aware WWW Proxy Caching Algorithms",
//! USENIX Symposium on Internet Technologies and Systems, 1997. An entry's *credit* is `L + cost /
//! size`, set when it is written and again at each hit; the entry with the least credit goes first,
//! and `L` rises to that credit. What is cheap for its size goes early, what is never used sinks
//! below everything that came later.
//!
//! Costs and sizes are rounded down to powers of two, costs below [`LIKE_COST`] and sizes up to
//! [`LIKE_SIZE`] counting alike, and ties go to the longest unused: among like entries this is
//! exactly least-recently-used, whatever noise is in the measured times.
//!
//! A hit stores a new credit and a new access number and allocates nothing; the heap that finds the
//! least credit holds earlier, lower ones and is put right when something has to go.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::grave::{End, Graveyard};
use super::{Bound, Bounds, Lookup, MissReason};
use crate::explain::CallRecord;

/// Costs below this count alike: they are noise beside the call itself.
pub const LIKE_COST: Duration = Duration::from_millis(1);
/// Sizes up to this count alike, in bytes.
pub const LIKE_SIZE: u64 = 1024;

/// The credit of a like entry: room for sizes of 2⁴⁰ times [`LIKE_SIZE`] below it.
const UNIT: u32 = 40;

/// The power of two that `cost / size` is rounded to; between -40 and 48.
pub(super) fn worth_exponent(cost: Duration, size: u64) -> i32 {
    let costs = (cost.as_millis() / LIKE_COST.as_millis()).max(1).ilog2().min(48);
    let sizes = (size / LIKE_SIZE).max(1).ilog2().min(UNIT);
    costs as i32 - sizes as i32
}

/// `cost / size` in powers of two, as the exponent of a fixed-point number.
fn worth(cost: Duration, size: u64) -> u8 {
    (UNIT as i32 + worth_exponent(cost, size)) as u8
}

/// A stored value and what is known of it.
#[derive(Debug)]
pub struct Entry<V> {
    /// The value.
    pub value: V,
    size: u64,
    /// In nanoseconds.
    cost: u64,
    /// In nanoseconds since the process first asked: [`since_start`].
    written: i64,
    credit: Credit,
    touched: u64,
    born: u64,
    record: Option<Arc<CallRecord>>,
    hits: u32,
    /// The exponent of two.
    worth: u8,
}

/// A `u128` that asks for no wider alignment than its halves.
#[derive(Clone, Copy, Debug)]
struct Credit([u64; 2]);

impl Credit {
    const fn new(value: u128) -> Self {
        Self([value as u64, (value >> 64) as u64])
    }

    const fn get(self) -> u128 {
        self.0[0] as u128 | (self.0[1] as u128) << 64
    }
}

/// Nanoseconds from a moment of this process to `instant`: half the size of an `Instant`, of which
/// each entry keeps one. Negative before that moment; it lasts for 292 years.
fn since_start(instant: Instant) -> i64 {
    let start = *START;
    let nanos = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    match instant.checked_duration_since(start) {
        Some(after) => nanos(after),
        None => -nanos(start.duration_since(instant)),
    }
}

fn instant_at(since_start: i64) -> Instant {
    let distance = Duration::from_nanos(since_start.unsigned_abs());
    let found =
        if since_start < 0 { START.checked_sub(distance) } else { START.checked_add(distance) };
    found.unwrap_or(*START)
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl<V> Entry<V> {
    /// The size it was inserted with, in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// What it cost to compute.
    pub const fn cost(&self) -> Duration {
        Duration::from_nanos(self.cost)
    }

    /// What it cost to compute, in nanoseconds.
    #[inline]
    pub const fn cost_nanos(&self) -> u64 {
        self.cost
    }

    /// When it was written.
    pub fn written(&self) -> Instant {
        instant_at(self.written)
    }

    /// How often it was hit, counted up to `u32::MAX`.
    pub const fn hits(&self) -> u32 {
        self.hits
    }

    /// What is kept of the call that made it.
    pub const fn record(&self) -> Option<&Arc<CallRecord>> {
        self.record.as_ref()
    }
}

/// Where an entry lies, to hit it again without its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, packed(4))]
pub struct Handle {
    born: u64,
    slot: u32,
}

#[derive(Debug)]
struct Occupied<K, V> {
    key: K,
    entry: Entry<V>,
}

/// A place in the order of eviction, as it was when it was pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    credit: u128,
    touched: u64,
    handle: (u32, u64),
}

/// Entries in memory within [`Bounds`].
///
/// Whatever leaves the store is handed to the caller, who can drop it outside of any lock: dropping
/// may run foreign code. An expired entry is no longer found and leaves at the next insertion, or
/// with [`expire`](Self::expire).
///
/// ```
/// use std::time::{Duration, Instant};
/// use rememo::store::{Bounds, Lookup, MemoryStore};
///
/// let bounds = Bounds { max_entries: Some(1), ..Bounds::default() };
/// let mut store = MemoryStore::new(bounds);
/// let now = Instant::now();
/// store.insert("a", 1, 8, Duration::ZERO, now);
/// assert!(matches!(store.get("a", now), Lookup::Hit(entry) if entry.value == 1));
/// assert_eq!(store.insert("b", 2, 8, Duration::ZERO, now), [1]);
/// assert_eq!(store.peek("a", now).unwrap_err().to_string(), "evicted (max_entries)");
/// ```
#[derive(Debug)]
pub struct MemoryStore<K, V> {
    bounds: Bounds,
    /// Slots by the hash of their key, which lies there alone.
    index: HashTable<u32>,
    slots: Vec<Option<Occupied<K, V>>>,
    free: Vec<u32>,
    bytes: u64,
    /// `L` of GreedyDual-Size.
    inflation: u128,
    /// Numbers accesses and births; never repeats.
    clock: u64,
    /// Only kept under a bound.
    ranks: BinaryHeap<Reverse<Rank>>,
    /// In the order of writing; only kept with a ttl.
    writes: VecDeque<Handle>,
    graveyard: Graveyard<K>,
    evictions: u64,
    expirations: u64,
}

impl<K: Hash + Eq + Clone, V> MemoryStore<K, V> {
    /// An empty store.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            index: HashTable::new(),
            slots: Vec::new(),
            free: Vec::new(),
            bytes: 0,
            inflation: 0,
            clock: 0,
            ranks: BinaryHeap::new(),
            writes: VecDeque::new(),
            graveyard: Graveyard::new(),
            evictions: 0,
            expirations: 0,
        }
    }

    /// The bounds it keeps.
    #[must_use]
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// Number of entries held, expired ones that have not left yet among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The sum of the sizes of the entries held.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many entries have had to make room, or found none, since the store was made.
    #[must_use]
    pub const fn evictions(&self) -> u64 {
        self.evictions
    }

    /// How many entries have left because their time was over, since the store was made.
    #[must_use]
    pub const fn expirations(&self) -> u64 {
        self.expirations
    }

    /// Looks a key up; a hit counts as a use.
    #[inline]
    pub fn get<Q>(&mut self, key: &Q, now: Instant) -> Lookup<'_, V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(slot) = self.slot_of(key) else {
            return Lookup::Miss(self.end_of(key, now));
        };
        let ttl = self.bounds.ttl;
        let clock = &mut self.clock;
        match &mut self.slots[slot as usize] {
            Some(Occupied { entry, .. }) => match expired(entry, ttl, now) {
                Some(ago) => Lookup::Miss(MissReason::Expired { ago }),
                None => Lookup::Hit(touch(entry, self.inflation, clock)),
            },
            None => Lookup::Miss(MissReason::Absent),
        }
    }

    /// Looks up the entry that lay at `handle`; a hit counts as a use. `None` if that very entry is
    /// gone or expired, also if its key was written again.
    #[inline]
    pub fn get_at(&mut self, handle: Handle, now: Instant) -> Option<&mut Entry<V>> {
        let Occupied { entry, .. } = self.slots.get_mut(handle.slot as usize)?.as_mut()?;
        if entry.born != handle.born || expired(entry, self.bounds.ttl, now).is_some() {
            return None;
        }
        Some(touch(entry, self.inflation, &mut self.clock))
    }

    /// Where the entry of a key lies; neither a use nor a check of its age.
    #[must_use]
    pub fn handle<Q>(&self, key: &Q) -> Option<Handle>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let slot = self.slot_of(key)?;
        let born = self.slots[slot as usize].as_ref()?.entry.born;
        Some(Handle { slot, born })
    }

    /// Looks a key up without using it.
    ///
    /// # Errors
    /// The reason of the miss.
    pub fn peek<Q>(&self, key: &Q, now: Instant) -> Result<&Entry<V>, MissReason>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let held = self.slot_of(key).and_then(|slot| self.slots[slot as usize].as_ref());
        let Some(Occupied { entry, .. }) = held else {
            return Err(self.end_of(key, now));
        };
        match expired(entry, self.bounds.ttl, now) {
            Some(ago) => Err(MissReason::Expired { ago }),
            None => Ok(entry),
        }
    }

    /// Keeps with the entry of a key what is known of the call that made it.
    pub fn describe<Q>(&mut self, key: &Q, record: Arc<CallRecord>)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if let Some(slot) = self.slot_of(key)
            && let Some(held) = self.slots[slot as usize].as_mut()
        {
            held.entry.record = Some(record);
        }
    }

    /// Forgets what is known of the calls that made the entries.
    pub fn forget_records(&mut self) {
        self.slots.iter_mut().flatten().for_each(|held| held.entry.record = None);
    }

    /// Every entry held, expired ones that have not left yet among them, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = (&K, &Entry<V>)> {
        self.slots.iter().flatten().map(|Occupied { key, entry }| (key, entry))
    }

    /// Stores a value of `size` bytes that cost `cost` to compute; returns what left the store: the
    /// key's earlier value, what expired, what had to make room, or `value` itself if no room can
    /// be made.
    pub fn insert(&mut self, key: K, value: V, size: u64, cost: Duration, now: Instant) -> Vec<V> {
        let mut left = self.expire(now);
        if let Some(slot) = self.slot_of(&key) {
            left.extend(self.take(slot).map(|old| old.entry.value));
        }
        if let Some(by) = self.never_fits(size) {
            self.graveyard.bury(key, End::Evicted { by });
            self.evictions += 1;
            left.push(value);
            return left;
        }
        while let Some(by) = self.bound_in_the_way(size) {
            match self.evict(by) {
                Some(value) => left.push(value),
                None => break,
            }
        }
        self.place(key, value, size, cost, now);
        left
    }

    /// Takes an entry out; a later miss says that it was cleared.
    pub fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let slot = self.slot_of(key)?;
        let Occupied { key, entry } = self.take(slot)?;
        self.graveyard.bury(key, End::Cleared);
        Some(entry.value)
    }

    /// Takes everything out.
    #[must_use = "dropping values may run foreign code: do it outside of locks"]
    pub fn clear(&mut self) -> Vec<V> {
        let mut left = Vec::with_capacity(self.len());
        for Occupied { key, entry } in self.slots.drain(..).flatten() {
            if left.len() < Graveyard::<K>::CAPACITY {
                self.graveyard.bury(key, End::Cleared);
            }
            left.push(entry.value);
        }
        self.index.clear();
        self.free.clear();
        self.ranks.clear();
        self.writes.clear();
        self.bytes = 0;
        self.inflation = 0;
        left
    }

    /// Takes out what is expired.
    #[must_use = "dropping values may run foreign code: do it outside of locks"]
    pub fn expire(&mut self, now: Instant) -> Vec<V> {
        let mut left = Vec::new();
        let Some(ttl) = self.bounds.ttl else {
            return left;
        };
        // Writes are in order of time as far as callers' clocks are; one that is not leaves later.
        while let Some(&handle) = self.writes.front() {
            if let Some(entry) = self.at(handle) {
                let Some(ago) = expired(entry, Some(ttl), now) else {
                    break;
                };
                let at = now.checked_sub(ago).unwrap_or(now);
                if let Some(Occupied { key, entry }) = self.take(handle.slot) {
                    self.graveyard.bury(key, End::Expired { at });
                    self.expirations += 1;
                    left.push(entry.value);
                }
            }
            self.writes.pop_front();
        }
        left
    }

    #[inline]
    fn slot_of<Q>(&self, key: &Q) -> Option<u32>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let is_key = |&slot: &u32| matches!(&self.slots[slot as usize], Some(held) if held.key.borrow() == key);
        self.index.find(FxBuildHasher.hash_one(key), is_key).copied()
    }

    fn end_of<Q>(&self, key: &Q, now: Instant) -> MissReason
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.graveyard.end_of(key).map_or(MissReason::Absent, |end| end.reason(now))
    }

    fn at(&self, handle: Handle) -> Option<&Entry<V>> {
        let Occupied { entry, .. } = self.slots.get(handle.slot as usize)?.as_ref()?;
        (entry.born == handle.born).then_some(entry)
    }

    /// The bound under which an entry of `size` bytes cannot be kept even alone.
    fn never_fits(&self, size: u64) -> Option<Bound> {
        if self.bounds.max_entries == Some(0) {
            Some(Bound::Entries)
        } else if self.bounds.max_bytes.is_some_and(|most| size > most) {
            Some(Bound::Bytes)
        } else {
            None
        }
    }

    /// The bound that does not let one more entry of `size` bytes in.
    fn bound_in_the_way(&self, size: u64) -> Option<Bound> {
        if self.bounds.max_entries.is_some_and(|most| self.len() >= most) {
            Some(Bound::Entries)
        } else if self.bounds.max_bytes.is_some_and(|most| size > most - self.bytes.min(most)) {
            Some(Bound::Bytes)
        } else {
            None
        }
    }

    const fn is_bounded(&self) -> bool {
        self.bounds.max_entries.is_some() || self.bounds.max_bytes.is_some()
    }

    /// Lets the entry with the least credit go.
    fn evict(&mut self, by: Bound) -> Option<V> {
        while let Some(Reverse(rank)) = self.ranks.pop() {
            let (slot, born) = rank.handle;
            let Some(entry) = self.at(Handle { slot, born }) else {
                continue;
            };
            let (credit, touched) = (entry.credit.get(), entry.touched);
            if touched != rank.touched {
                self.ranks.push(Reverse(Rank { credit, touched, ..rank }));
                continue;
            }
            self.inflation = credit;
            let Occupied { key, entry } = self.take(slot)?;
            self.graveyard.bury(key, End::Evicted { by });
            self.evictions += 1;
            return Some(entry.value);
        }
        None
    }

    fn take(&mut self, slot: u32) -> Option<Occupied<K, V>> {
        let taken = self.slots[slot as usize].take()?;
        let hash = FxBuildHasher.hash_one(&taken.key);
        if let Ok(found) = self.index.find_entry(hash, |&other| other == slot) {
            found.remove();
        }
        self.bytes -= taken.entry.size;
        self.free.push(slot);
        Some(taken)
    }

    fn place(&mut self, key: K, value: V, size: u64, cost: Duration, now: Instant) {
        self.clock += 1;
        let born = self.clock;
        let worth = worth(cost, size);
        let credit = self.inflation.saturating_add(1 << worth);
        let entry = Entry {
            value,
            size,
            cost: u64::try_from(cost.as_nanos()).unwrap_or(u64::MAX),
            written: since_start(now),
            credit: Credit::new(credit),
            touched: born,
            born,
            record: None,
            hits: 0,
            worth,
        };
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.slots.push(None);
                (self.slots.len() - 1) as u32
            }
        };
        let hash = FxBuildHasher.hash_one(&key);
        self.slots[slot as usize] = Some(Occupied { key, entry });
        let slots = &self.slots;
        self.index.insert_unique(hash, slot, |&other| match &slots[other as usize] {
            Some(held) => FxBuildHasher.hash_one(&held.key),
            None => 0,
        });
        self.bytes = self.bytes.saturating_add(size);
        if self.is_bounded() {
            self.ranks.push(Reverse(Rank { credit, touched: born, handle: (slot, born) }));
            if self.ranks.len() > 2 * self.len() + 64 {
                self.rank_anew();
            }
        }
        if self.bounds.ttl.is_some() {
            self.writes.push_back(Handle { slot, born });
            if self.writes.len() > 2 * self.len() + 64 {
                let mut writes = std::mem::take(&mut self.writes);
                writes.retain(|&handle| self.at(handle).is_some());
                self.writes = writes;
            }
        }
    }

    /// Drops the ranks of entries that left otherwise than by eviction.
    fn rank_anew(&mut self) {
        let mut ranks = std::mem::take(&mut self.ranks).into_vec();
        ranks.retain(|Reverse(rank)| {
            let (slot, born) = rank.handle;
            self.at(Handle { slot, born }).is_some()
        });
        self.ranks = ranks.into();
    }
}

/// How long an entry has been expired, if it is.
#[inline]
fn expired<V>(entry: &Entry<V>, ttl: Option<Duration>, now: Instant) -> Option<Duration> {
    // Asked for first: most stores have none, and a clock's arithmetic is not free.
    let ttl = ttl?;
    now.saturating_duration_since(entry.written()).checked_sub(ttl)
}

#[inline]
fn touch<'a, V>(entry: &'a mut Entry<V>, inflation: u128, clock: &mut u64) -> &'a mut Entry<V> {
    *clock += 1;
    entry.touched = *clock;
    entry.credit = Credit::new(inflation.saturating_add(1 << entry.worth));
    entry.hits = entry.hits.saturating_add(1);
    entry
}

#[cfg(test)]
mod tests;
