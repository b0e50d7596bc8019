//! What happens on each call allocates nothing: a hit, a miss, the update of a value.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

use rememo::digest::Digest;
use rememo::event::{Outcome, Stats, Tier};
use rememo::fingerprint::{Builder, Kind};
use rememo::store::{Bounds, Lookup, MemoryStore};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is passed on to the system's allocator as it came; counting touches only a
// thread-local `Cell` that is initialised at compile time and so does not allocate itself.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promise about `layout` is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: `pointer` came from `System` with this layout, as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `run` allocates.
fn allocations(run: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    run();
    ALLOCATIONS.get() - before
}

fn store() -> MemoryStore<Digest, u64> {
    let bounds = Bounds {
        max_entries: Some(100),
        max_bytes: Some(1 << 20),
        ttl: Some(Duration::from_secs(60)),
    };
    MemoryStore::new(bounds)
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(black_box(Box::new(1)))), 1);
}

#[test]
fn a_hit_by_key_or_handle_allocates_nothing() {
    let now = Instant::now();
    let mut store = store();
    let keys: Vec<Digest> = (0..100_u32).map(|key| Digest::of(&key.to_le_bytes())).collect();
    for key in &keys {
        store.insert(*key, 1, 100, Duration::ZERO, now);
    }
    let handles: Vec<_> = keys.iter().filter_map(|key| store.handle(key)).collect();
    let stats = Stats::new();
    let mut hits = 0;
    let count = allocations(|| {
        for _ in 0..100 {
            for (key, handle) in keys.iter().zip(&handles) {
                if let Lookup::Hit(entry) = store.get(key, now) {
                    hits += entry.value;
                    stats.record(Outcome::Hit(Tier::Memory));
                    stats.record_saved(entry.cost());
                }
                hits += store.get_at(*handle, now).map_or(0, |entry| entry.value);
            }
        }
    });
    assert_eq!((hits, count), (20_000, 0));
}

#[test]
fn a_miss_allocates_nothing() {
    let now = Instant::now();
    let mut store = store();
    let (removed, absent) = (Digest::of(b"removed"), Digest::of(b"absent"));
    store.insert(removed, 1, 100, Duration::ZERO, now);
    store.remove(&removed);
    let count = allocations(|| {
        for key in [removed, absent] {
            assert!(matches!(store.get(&key, now), Lookup::Miss(_)));
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn an_update_of_one_value_in_a_fingerprint_allocates_nothing() {
    let mut builder = Builder::new();
    let root = builder.add(Kind::Function, "f", None);
    let names = (0..10).map(|number| format!("x{number}"));
    let values: Vec<_> = names.map(|name| builder.add(Kind::Global, name, None)).collect();
    builder.set_body(root, Digest::of(b"f"), values.clone());
    for value in &values {
        builder.set_body(*value, Digest::of(b"0"), Vec::new());
    }
    let mut fingerprint = builder.finish();
    let before = fingerprint.digest();
    let count = allocations(|| {
        for (number, value) in values.iter().enumerate() {
            fingerprint.update(*value, Digest::of(&[number as u8]));
        }
    });
    assert_eq!(count, 0);
    assert_ne!(fingerprint.digest(), before);
}
