//! Where a function's entries lie, and how a function that is defined again finds them.
//!
//! Every cached function has a shelf of its own, with its own bounds. Re-running a cell, reloading a module or
//! calling a factory again makes a new function of the same name; what it does not find on its own shelf it looks
//! for on those of its namesakes, alive or gone. Keys are digests of content, so whatever lies under a key there is
//! the result that this function would compute.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use parking_lot::Mutex;
use pyo3::prelude::*;
use rememo::digest::Digest;
use rememo::explain::History;
use rememo::store::{Bounds, Entry, Handle, MemoryStore};
use rustc_hash::FxHashMap;

use super::output::Stored;

/// So many shelves of functions that are gone are kept under one name, and so many are searched.
const NAMESAKES: usize = 16;

/// The entries of one function.
pub struct Shelf {
    /// Whether there is another shelf of this name: most have none, and need not be looked up.
    has_namesakes: AtomicBool,
    store: Mutex<MemoryStore<Digest, Stored>>,
    /// The fingerprints under which the entries were made.
    history: Mutex<History>,
}

static SHELVES: LazyLock<Mutex<FxHashMap<String, Vec<Arc<Shelf>>>>> = LazyLock::new(Mutex::default);

impl Shelf {
    /// A shelf for a new function of this name, and with it the means to find its namesakes'.
    pub fn new(name: &str, bounds: Bounds) -> Arc<Self> {
        let shelf = Arc::new(Self {
            has_namesakes: AtomicBool::new(false),
            store: Mutex::new(MemoryStore::new(bounds)),
            history: Mutex::default(),
        });
        let mut all = SHELVES.lock();
        let namesakes = all.entry(name.to_owned()).or_default();
        let mut forgotten = Vec::new();
        if namesakes.len() >= NAMESAKES {
            // Only the registry itself holds the shelf of a function that is gone.
            if let Some(oldest) = namesakes.iter().position(|s| Arc::strong_count(s) == 1) {
                forgotten.push(namesakes.remove(oldest));
            }
        }
        for other in namesakes.iter().chain([&shelf]) {
            other.has_namesakes.store(!namesakes.is_empty(), Ordering::Release);
        }
        namesakes.push(Arc::clone(&shelf));
        drop(all);
        drop(forgotten);
        shelf
    }

    /// The store, locked: no foreign code may run meanwhile.
    pub fn store(&self) -> parking_lot::MutexGuard<'_, MemoryStore<Digest, Stored>> {
        self.store.lock()
    }

    /// The fingerprints under which entries were made, locked.
    pub fn history(&self) -> parking_lot::MutexGuard<'_, History> {
        self.history.lock()
    }

    /// What the entry at `handle` holds, without taking the lock; its use is noted.
    ///
    /// # Safety
    /// The GIL is held, so nobody else is inside the lock: whoever takes it holds the GIL and lets go of neither
    /// before the other. The result is used before anything else can run.
    #[expect(clippy::mut_from_ref, reason = "the GIL stands in for the lock")]
    #[inline]
    pub unsafe fn at_once(&self, handle: Handle, now: Instant) -> Option<&mut Entry<Stored>> {
        if self.store.is_locked() {
            return None;
        }
        // SAFETY: as the caller says.
        unsafe { (*self.store.data_ptr()).get_at(handle, now) }
    }

    pub fn namesakes(self: &Arc<Self>, name: &str) -> Vec<Arc<Self>> {
        if !self.has_namesakes.load(Ordering::Acquire) {
            return Vec::new();
        }
        let all = SHELVES.lock();
        let Some(namesakes) = all.get(name) else { return Vec::new() };
        if namesakes.len() < 2 {
            return Vec::new();
        }
        let others = namesakes.iter().rev().filter(|s| !Arc::ptr_eq(s, self));
        others.take(NAMESAKES).cloned().collect()
    }

    /// Takes over a namesake's entry for `key` that was written after `not_before`; true if there was one.
    pub fn adopt(
        self: &Arc<Self>,
        py: Python<'_>,
        name: &str,
        key: &Digest,
        not_before: Option<Instant>,
    ) -> bool {
        for namesake in self.namesakes(name) {
            let found = {
                let store = namesake.store();
                store.peek(key, Instant::now()).ok().map(|entry| {
                    (
                        entry.value.clone_ref(py),
                        entry.size(),
                        entry.cost(),
                        entry.written(),
                        entry.record().cloned(),
                    )
                })
            };
            let Some((value, size, cost, written, record)) = found else { continue };
            if not_before.is_some_and(|cleared| written <= cleared) {
                continue;
            }
            // Its age goes with it.
            let displaced = self.store().insert(*key, value, size, cost, written);
            drop(displaced);
            if let Some(record) = record {
                self.store().describe(key, record);
            }
            return self.store().peek(key, Instant::now()).is_ok();
        }
        false
    }

    /// Removes an entry here and on the shelves of the namesakes.
    pub fn remove(self: &Arc<Self>, name: &str, key: &Digest) {
        let mut removed = vec![self.store().remove(key)];
        for namesake in self.namesakes(name) {
            removed.push(namesake.store().remove(key));
        }
        drop(removed);
    }
}

/// Forgets what was kept of the calls that made the entries, and of fingerprints.
pub fn forget_summaries() {
    let shelves: Vec<Arc<Shelf>> = SHELVES.lock().values().flatten().cloned().collect();
    for shelf in shelves {
        shelf.store().forget_records();
        shelf.history().clear();
    }
}

/// Empties every shelf.
pub fn clear_all() {
    let shelves: Vec<Arc<Shelf>> = {
        let mut all = SHELVES.lock();
        let shelves = all.values().flatten().cloned().collect();
        all.retain(|_, namesakes| {
            namesakes.retain(|s| Arc::strong_count(s) > 2);
            !namesakes.is_empty()
        });
        shelves
    };
    for shelf in shelves {
        let values = shelf.store().clear();
        drop(values);
    }
}
