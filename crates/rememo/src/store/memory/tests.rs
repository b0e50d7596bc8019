//! Tests of the store in memory, against naive models of what it should keep.

use proptest::prelude::*;

use super::*;

const NOTHING: Bounds = Bounds { max_entries: None, max_bytes: None, ttl: None };

fn entries(max: usize) -> Bounds {
    Bounds { max_entries: Some(max), ..NOTHING }
}

fn bytes(max: u64) -> Bounds {
    Bounds { max_bytes: Some(max), ..NOTHING }
}

fn ttl(seconds: u64) -> Bounds {
    Bounds { ttl: Some(Duration::from_secs(seconds)), ..NOTHING }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A store whose values are their keys.
struct Case {
    store: MemoryStore<u32, u32>,
    start: Instant,
}

impl Case {
    fn new(bounds: Bounds) -> Self {
        Self { store: MemoryStore::new(bounds), start: Instant::now() }
    }

    fn put(&mut self, key: u32) -> Vec<u32> {
        self.store.insert(key, key, 100, Duration::ZERO, self.start)
    }

    /// Whether the key is hit.
    fn hit(&mut self, key: u32) -> bool {
        matches!(self.store.get(&key, self.start), Lookup::Hit(_))
    }

    fn miss(&self, key: u32) -> MissReason {
        self.store.peek(&key, self.start).unwrap_err()
    }
}

#[test]
fn what_was_stored_is_found_and_the_rest_is_absent() {
    let mut case = Case::new(NOTHING);
    assert!(case.put(1).is_empty());
    assert!(case.hit(1));
    assert_eq!(case.miss(2), MissReason::Absent);
    let entry = case.store.peek(&1, case.start).unwrap();
    assert_eq!((entry.value, entry.size(), entry.hits()), (1, 100, 1));
}

#[test]
fn a_new_value_of_a_key_hands_the_old_one_back() {
    let mut case = Case::new(entries(2));
    case.put(1);
    case.put(2);
    assert_eq!(case.store.insert(1, 10, 50, Duration::ZERO, case.start), [1]);
    assert_eq!((case.store.len(), case.store.bytes()), (2, 150));
    assert!(case.hit(2));
}

#[test]
fn among_like_entries_the_longest_unused_goes() {
    let mut case = Case::new(entries(2));
    case.put(1);
    case.put(2);
    assert!(case.hit(1));
    assert_eq!(case.put(3), [2]);
    assert_eq!(case.miss(2), MissReason::Evicted { by: Bound::Entries });
    assert!(case.hit(1) && case.hit(3));
}

#[test]
fn peeking_and_asking_for_a_handle_are_no_use() {
    let mut case = Case::new(entries(2));
    case.put(1);
    case.put(2);
    assert!(case.store.peek(&1, case.start).is_ok());
    assert!(case.store.handle(&1).is_some());
    assert_eq!(case.put(3), [1]);
}

#[test]
fn what_is_dear_for_its_size_outlives_what_is_cheap() {
    let mut case = Case::new(entries(2));
    let now = case.start;
    case.store.insert(1, 1, 100, seconds(60), now);
    case.store.insert(2, 2, 100, Duration::ZERO, now);
    assert_eq!(case.put(3), [2]);
    let mut case = Case::new(bytes(1 << 20));
    case.store.insert(1, 1, 1 << 19, seconds(1), now);
    case.store.insert(2, 2, 1 << 10, seconds(1), now);
    assert_eq!(case.store.insert(3, 3, 1 << 19, seconds(1), now), [1]);
}

#[test]
fn what_was_dear_and_is_never_used_again_goes_in_the_end() {
    let mut case = Case::new(entries(2));
    case.store.insert(0, 0, 100, Duration::from_millis(16), case.start);
    let left = (1..100).find(|&key| case.put(key) == [0]);
    assert!(left.is_some());
}

#[test]
fn no_entries_allowed_means_nothing_is_kept() {
    let mut case = Case::new(entries(0));
    assert_eq!(case.put(1), [1]);
    assert!(case.store.is_empty());
    assert_eq!(case.miss(1), MissReason::Evicted { by: Bound::Entries });
}

#[test]
fn an_entry_larger_than_all_room_is_not_kept_and_displaces_nothing_but_its_older_self() {
    let mut case = Case::new(bytes(1000));
    case.put(1);
    case.put(2);
    assert_eq!(case.store.insert(3, 3, 1001, Duration::ZERO, case.start), [3]);
    assert_eq!(case.store.insert(1, 10, 1001, Duration::ZERO, case.start), [1, 10]);
    assert_eq!(case.miss(1), MissReason::Evicted { by: Bound::Bytes });
    assert!(case.hit(2));
    assert_eq!(case.store.insert(4, 4, 1000, Duration::ZERO, case.start), [2]);
}

#[test]
fn time_to_live_counts_from_the_write_and_not_from_the_last_use() {
    let mut case = Case::new(ttl(10));
    case.put(1);
    case.start += seconds(9);
    assert!(case.hit(1));
    case.start += seconds(1);
    assert!(!case.hit(1));
    assert_eq!(case.miss(1), MissReason::Expired { ago: Duration::ZERO });
    case.start += seconds(240);
    assert_eq!(case.miss(1).to_string(), "expired 4 min ago");
}

#[test]
fn what_expired_leaves_at_the_next_insertion_and_is_still_known_as_expired() {
    let mut case = Case::new(ttl(10));
    case.put(1);
    case.start += seconds(5);
    case.put(2);
    case.start += seconds(7);
    assert_eq!(case.store.len(), 2);
    assert_eq!(case.put(3), [1]);
    assert_eq!(case.miss(1), MissReason::Expired { ago: seconds(2) });
    assert!(case.hit(2));
}

#[test]
fn writing_a_key_again_starts_its_time_anew() {
    let mut case = Case::new(ttl(10));
    case.put(1);
    case.start += seconds(9);
    case.put(1);
    case.start += seconds(9);
    assert!(case.hit(1));
    assert!(case.store.expire(case.start).is_empty());
    case.start += seconds(1);
    assert_eq!(case.store.expire(case.start), [1]);
}

#[test]
fn what_leaves_is_counted_by_why() {
    let mut case = Case::new(Bounds { max_entries: Some(2), max_bytes: Some(500), ..ttl(10) });
    case.put(1);
    case.put(2);
    case.put(3);
    case.store.insert(4, 4, 501, Duration::ZERO, case.start);
    case.put(3);
    case.store.remove(&3);
    assert_eq!((case.store.evictions(), case.store.expirations()), (2, 0));
    case.start += seconds(10);
    case.put(5);
    assert_eq!((case.store.evictions(), case.store.expirations()), (2, 1));
}

#[test]
fn a_time_to_live_of_nothing_is_over_at_once() {
    let mut case = Case::new(ttl(0));
    case.put(1);
    assert!(!case.hit(1));
}

#[test]
fn what_was_removed_or_cleared_says_so_until_it_is_written_again() {
    let mut case = Case::new(NOTHING);
    case.put(1);
    case.put(2);
    assert_eq!(case.store.remove(&1), Some(1));
    assert_eq!(case.store.remove(&1), None);
    assert_eq!(case.store.clear(), [2]);
    assert_eq!((case.store.len(), case.store.bytes()), (0, 0));
    for key in [1, 2] {
        assert_eq!(case.miss(key), MissReason::Cleared);
        case.put(key);
        assert!(case.hit(key));
        case.store.remove(&key);
    }
    assert_eq!(case.miss(3), MissReason::Absent);
}

#[test]
fn a_handle_finds_its_entry_and_no_other() {
    let mut case = Case::new(Bounds { ttl: Some(seconds(10)), ..entries(2) });
    case.put(1);
    let handle = case.store.handle(&1).unwrap();
    case.put(2);
    assert_eq!(case.store.get_at(handle, case.start).unwrap().value, 1);
    // That was a use: 2 goes first.
    assert_eq!(case.put(3), [2]);
    assert!(case.store.get_at(handle, case.start + seconds(10)).is_none());
    case.put(1);
    assert!(case.store.get_at(handle, case.start).is_none());
    let handle = case.store.handle(&1).unwrap();
    let _ = case.store.clear();
    assert!(case.store.get_at(handle, case.start).is_none());
    case.put(4);
    assert!(case.store.get_at(handle, case.start).is_none());
}

#[test]
fn memory_stays_bounded_when_entries_are_written_over_and_removed() {
    let mut case = Case::new(Bounds { ttl: Some(seconds(10)), ..entries(8) });
    // One that stays, so that what comes after it is not the oldest.
    case.put(100);
    for turn in 0..10_000 {
        case.put(turn % 4);
        case.store.remove(&(turn % 3));
    }
    assert!(case.store.ranks.len() <= 2 * 8 + 65);
    assert!(case.store.writes.len() <= 2 * 8 + 65);
    assert!(case.store.slots.len() <= 8);
}

#[test]
fn a_million_hits_neither_grow_the_heap_nor_change_the_worth() {
    let mut case = Case::new(entries(2));
    case.put(1);
    case.put(2);
    for _ in 0..1_000_000 {
        assert!(case.hit(1));
    }
    assert_eq!(case.store.ranks.len(), 2);
    assert_eq!(case.put(3), [2]);
}

/// GreedyDual-Size with a scan instead of a heap, all decisions made at once.
struct Model {
    bounds: Bounds,
    inflation: u128,
    clock: u64,
    /// Key, size, worth, credit, last use, time of writing.
    held: Vec<(u32, u64, u128, u128, u64, Instant)>,
}

impl Model {
    fn expire(&mut self, now: Instant) {
        if let Some(ttl) = self.bounds.ttl {
            self.held.retain(|entry| now - entry.5 < ttl);
        }
    }

    fn get(&mut self, key: u32, now: Instant) -> bool {
        let ttl = self.bounds.ttl;
        self.clock += 1;
        let found = self.held.iter_mut().find(|entry| entry.0 == key);
        match found {
            Some(entry) if ttl.is_none_or(|ttl| now - entry.5 < ttl) => {
                entry.3 = self.inflation + entry.2;
                entry.4 = self.clock;
                true
            }
            _ => false,
        }
    }

    fn insert(&mut self, key: u32, size: u64, cost: Duration, now: Instant) {
        self.expire(now);
        self.held.retain(|entry| entry.0 != key);
        let most_entries = self.bounds.max_entries.unwrap_or(usize::MAX);
        let most_bytes = self.bounds.max_bytes.unwrap_or(u64::MAX);
        if most_entries == 0 || size > most_bytes {
            return;
        }
        while self.held.len() >= most_entries
            || self.held.iter().map(|entry| entry.1).sum::<u64>() + size > most_bytes
        {
            let least = self.held.iter().map(|entry| (entry.3, entry.4)).min().unwrap();
            self.inflation = least.0;
            self.held.retain(|entry| (entry.3, entry.4) != least);
        }
        self.clock += 1;
        let worth = 1u128 << worth(cost, size);
        self.held.push((key, size, worth, self.inflation + worth, self.clock, now));
    }
}

/// Least-recently-used, the most recent last.
fn naive_lru(held: &mut Vec<u32>, most: usize, key: u32) -> (bool, Option<u32>) {
    let hit = held.contains(&key);
    held.retain(|&other| other != key);
    held.push(key);
    (hit, if held.len() > most { Some(held.remove(0)) } else { None })
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Get(u32),
    Put { key: u32, size: u64, millis: u64 },
    Remove(u32),
    Clear,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (0_u32..24).prop_map(Step::Get),
        10 => (0_u32..24, 0_u64..20_000, 0_u64..200)
            .prop_map(|(key, size, millis)| Step::Put { key, size, millis }),
        2 => (0_u32..24).prop_map(Step::Remove),
        1 => Just(Step::Clear),
        3 => (0_u64..4).prop_map(Step::Wait),
    ]
}

/// Runs both side by side; they must agree on every hit and on all that is held.
fn agree(bounds: Bounds, steps: impl Iterator<Item = Step>) {
    let mut now = Instant::now();
    let mut store: MemoryStore<u32, u32> = MemoryStore::new(bounds);
    let mut model = Model { bounds, inflation: 0, clock: 0, held: Vec::new() };
    let mut alive = 0_usize;
    for step in steps {
        match step {
            Step::Get(key) => {
                let hit = matches!(store.get(&key, now), Lookup::Hit(entry) if entry.value == key);
                assert_eq!(hit, model.get(key, now), "{step:?}");
            }
            Step::Put { key, size, millis } => {
                let left = store.insert(key, key, size, Duration::from_millis(millis), now);
                model.insert(key, size, Duration::from_millis(millis), now);
                alive = alive + 1 - left.len();
            }
            Step::Remove(key) => {
                alive -= usize::from(store.remove(&key).is_some());
                model.held.retain(|entry| entry.0 != key);
            }
            Step::Clear => {
                alive -= store.clear().len();
                model.held.clear();
                model.inflation = 0;
            }
            Step::Wait(seconds) => now += Duration::from_secs(seconds),
        }
        // Every value is held or was handed back, exactly once.
        assert_eq!(store.len(), alive);
        assert!(bounds.max_entries.is_none_or(|most| store.len() <= most));
        assert!(bounds.max_bytes.is_none_or(|most| store.bytes() <= most));
        assert_eq!(store.bytes(), store.entries().map(|(_, entry)| entry.size()).sum::<u64>());
    }
    let mut held: Vec<u32> = store.entries().map(|(&key, _)| key).collect();
    let mut expected: Vec<u32> = model.held.iter().map(|entry| entry.0).collect();
    held.sort_unstable();
    expected.sort_unstable();
    assert_eq!(held, expected);
}

fn bounds() -> impl Strategy<Value = Bounds> {
    (prop::option::of(0_usize..12), prop::option::of(0_u64..80_000), prop::option::of(0_u64..12))
        .prop_map(|(max_entries, max_bytes, ttl)| Bounds {
            max_entries,
            max_bytes,
            ttl: ttl.map(Duration::from_secs),
        })
}

proptest! {
    #[test]
    fn every_hit_and_eviction_is_that_of_the_model(
        bounds in bounds(), steps in prop::collection::vec(step(), 1..300),
    ) {
        agree(bounds, steps.into_iter());
    }

    #[test]
    fn with_like_entries_it_is_exactly_least_recently_used(
        most in 1_usize..10,
        keys in prop::collection::vec(0_u32..16, 1..400),
        sizes in prop::collection::vec(0_u64..=1024, 16),
        micros in prop::collection::vec(0_u64..1000, 16),
    ) {
        let now = Instant::now();
        let mut store: MemoryStore<u32, u32> = MemoryStore::new(entries(most));
        let mut held = Vec::new();
        for key in keys {
            let (hit, gone) = naive_lru(&mut held, most, key);
            let found = matches!(store.get(&key, now), Lookup::Hit(_));
            prop_assert_eq!(found, hit);
            if !found {
                let at = key as usize;
                let left = store.insert(key, key, sizes[at], Duration::from_micros(micros[at]), now);
                prop_assert_eq!(left, gone.into_iter().collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn a_long_random_run_agrees_with_the_model() {
    // Xorshift: the same run each time.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let steps = (0..100_000).map(move |_| match draw(100) {
        0..50 => Step::Get(draw(60) as u32),
        50..95 => Step::Put { key: draw(60) as u32, size: draw(9_000), millis: draw(64) },
        95..99 => Step::Remove(draw(60) as u32),
        _ => Step::Wait(draw(3)),
    });
    let ttl = Some(Duration::from_secs(90));
    agree(Bounds { max_entries: Some(30), max_bytes: Some(100_000), ttl }, steps);
}
