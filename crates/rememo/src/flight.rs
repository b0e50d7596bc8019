//! Single-flight: one computation per key at a time, and no wait that could not end.
//!
//! Whoever misses claims the key. The first to do so *leads*: it computes and says when it is done;
//! the others wait for it. An owner (a thread, or a task of an event loop) may lead several keys,
//! one inside the other, and waits for one at a time. So owners and the computations they wait for
//! form a graph with at most one edge out of each owner; a claim that would close a cycle in it is
//! turned down, and its owner computes by itself. The check and the registration of the wait are
//! one step under one lock.
//!
//! The locks are those of the standard library, on purpose: they keep their whole state inside
//! themselves, so after `fork` a new table is a sound one. `parking_lot` keeps its queues in a
//! table of the process, in which another thread's lock would stay locked for ever in the child.

use std::collections::hash_map::Entry;
use std::fmt;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use crate::digest::Digest;

/// A computation: the store whose entry it makes, and the entry's key.
pub type FlightKey = (u64, Digest);
/// Whoever computes and waits: a number that no other thread or task of the process has.
pub type Owner = u64;

/// What a claim came to.
#[derive(Debug)]
pub enum Claim<'a> {
    /// Nobody computes this key: the caller does now, and owes a [`Flights::finish`].
    Lead,
    /// The caller computes this key already and its computation needs itself: compute again,
    /// without waiting and without a `finish`.
    Reentrant,
    /// Waiting would never end, since the leader waits for the caller, perhaps through others:
    /// compute without waiting and without a `finish`.
    WouldDeadlock,
    /// Another owner computes it: wait.
    Wait(Ticket<'a>),
}

/// The computations that are under way in this process.
///
/// ```
/// use rememo::digest::Digest;
/// use rememo::flight::{Claim, Flights};
///
/// static FLIGHTS: Flights = Flights::new();
/// let key = (0, Digest::of(b"key"));
/// assert!(matches!(FLIGHTS.claim(key, 1), Claim::Lead));
/// assert!(matches!(FLIGHTS.claim(key, 2), Claim::Wait(_)));
/// FLIGHTS.finish(key, 1);
/// assert!(matches!(FLIGHTS.claim(key, 2), Claim::Lead));
/// ```
pub struct Flights {
    /// Null until first used and after [`reset`](Self::reset).
    table: AtomicPtr<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    flights: FxHashMap<FlightKey, Flight>,
    waiting: FxHashMap<Owner, Wait>,
}

struct Flight {
    leader: Owner,
    /// Made when somebody waits: most computations are over before anybody does.
    landing: Option<Arc<Landing>>,
}

/// The computation that an owner waits for.
struct Wait {
    key: FlightKey,
    landing: Arc<Landing>,
}

impl Table {
    /// Whether `leader` is `owner` or waits for it, perhaps through others.
    fn leads_back(&self, mut leader: Owner, owner: Owner) -> bool {
        // At most one edge out of each owner, and no cycle among them: the walk ends.
        while leader != owner {
            let Some(wait) = self.waiting.get(&leader) else {
                return false;
            };
            match self.flights.get(&wait.key) {
                // A wait that is over, but not taken down yet, is no edge: the key may already
                // be computed by somebody else.
                Some(flight)
                    if flight.landing.as_ref().is_some_and(|l| Arc::ptr_eq(l, &wait.landing)) =>
                {
                    leader = flight.leader;
                }
                _ => return false,
            }
        }
        true
    }
}

impl Flights {
    /// No computations.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: AtomicPtr::new(ptr::null_mut()) }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        let mut current = self.table.load(Ordering::Acquire);
        if current.is_null() {
            let fresh = Box::into_raw(Box::default());
            current = match self.table.compare_exchange(
                ptr::null_mut(),
                fresh,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => fresh,
                Err(other) => {
                    // SAFETY: `fresh` came from `Box::into_raw` above and nobody else has seen it.
                    drop(unsafe { Box::from_raw(fresh) });
                    other
                }
            };
        }
        // SAFETY: a pointer in `self.table` is null or came from `Box::into_raw`. It is freed only
        // by `drop`, which has `self` to itself; `reset` leaks what it replaces. So it is valid for
        // as long as `self` is borrowed.
        let table = unsafe { &*current };
        lock(table)
    }

    /// Claims the computation of `key` for `owner`.
    ///
    /// After [`Claim::Wait`] the owner counts as waiting until the ticket is dropped.
    pub fn claim(&self, key: FlightKey, owner: Owner) -> Claim<'_> {
        let mut table = self.table();
        let leader = match table.flights.entry(key) {
            Entry::Vacant(place) => {
                place.insert(Flight { leader: owner, landing: None });
                return Claim::Lead;
            }
            Entry::Occupied(flight) => flight.get().leader,
        };
        if leader == owner {
            return Claim::Reentrant;
        }
        if table.leads_back(leader, owner) {
            return Claim::WouldDeadlock;
        }
        let Some(flight) = table.flights.get_mut(&key) else { return Claim::WouldDeadlock };
        let landing = Arc::clone(flight.landing.get_or_insert_default());
        table.waiting.insert(owner, Wait { key, landing: Arc::clone(&landing) });
        Claim::Wait(Ticket { flights: self, owner, landing })
    }

    /// Ends the computation of `key` that `owner` leads, however it ended, and wakes who waits for
    /// it. False if there is none, as in a child after `fork`.
    pub fn finish(&self, key: FlightKey, owner: Owner) -> bool {
        let flight = {
            let mut table = self.table();
            match table.flights.entry(key) {
                Entry::Occupied(flight) if flight.get().leader == owner => Some(flight.remove()),
                _ => None,
            }
        };
        match flight {
            Some(flight) => {
                if let Some(landing) = flight.landing {
                    landing.land();
                }
                true
            }
            None => false,
        }
    }

    /// Takes down the wait of `owner`, if there is one; dropping its ticket does it too.
    pub fn stop_waiting(&self, owner: Owner) {
        self.table().waiting.remove(&owner);
    }

    fn stop_waiting_for(&self, owner: Owner, landing: &Arc<Landing>) {
        let mut table = self.table();
        if table.waiting.get(&owner).is_some_and(|wait| Arc::ptr_eq(&wait.landing, landing)) {
            table.waiting.remove(&owner);
        }
    }

    /// Who leads the computation of `key`, if anybody.
    pub fn leader(&self, key: FlightKey) -> Option<Owner> {
        self.table().flights.get(&key).map(|flight| flight.leader)
    }

    /// How many computations are under way.
    pub fn len(&self) -> usize {
        self.table().flights.len()
    }

    /// Whether no computation is under way.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything, in a child after `fork`: the threads that compute there are not here,
    /// and one of them may have held the lock. The old table is leaked for that reason.
    ///
    /// Tickets of before never end; the child's one thread, which called `fork`, was not waiting.
    pub fn reset(&self) {
        self.table.store(ptr::null_mut(), Ordering::Release);
    }
}

impl Default for Flights {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Flights {
    fn drop(&mut self) {
        let current = mem::replace(self.table.get_mut(), ptr::null_mut());
        if !current.is_null() {
            // SAFETY: it came from `Box::into_raw`, and `&mut self` says that nobody borrows it.
            drop(unsafe { Box::from_raw(current) });
        }
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").field("len", &self.len()).finish()
    }
}

/// The end of a computation, to be waited for.
#[derive(Default)]
struct Landing {
    state: Mutex<Landed>,
    changed: Condvar,
}

#[derive(Default)]
struct Landed {
    is_over: bool,
    /// What to call then.
    calls: Vec<Box<dyn FnOnce() + Send>>,
}

impl Landing {
    fn land(&self) {
        let calls = {
            let mut state = lock(&self.state);
            state.is_over = true;
            mem::take(&mut state.calls)
        };
        self.changed.notify_all();
        // Outside of the lock: they are foreign code.
        for call in calls {
            call();
        }
    }
}

/// A registered wait for another owner's computation.
pub struct Ticket<'a> {
    flights: &'a Flights,
    owner: Owner,
    landing: Arc<Landing>,
}

impl Ticket<'_> {
    /// Waits until the computation is over or `timeout` has passed; whether it is over. May be
    /// called again, so that a caller can look for signals in between.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = lock(&self.landing.state);
        while !state.is_over {
            let Some(deadline) = deadline else {
                let woken = self.landing.changed.wait(state);
                state = woken.unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let woken = self.landing.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Whether the computation is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        lock(&self.landing.state).is_over
    }

    /// Has `call` called when the computation is over, by the thread that ends it; at once, by this
    /// one, if it is over already. For event loops, which must not block.
    pub fn on_landing(&self, call: Box<dyn FnOnce() + Send>) {
        {
            let mut state = lock(&self.landing.state);
            if !state.is_over {
                state.calls.push(call);
                return;
            }
        }
        call();
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.flights.stop_waiting_for(self.owner, &self.landing);
    }
}

impl fmt::Debug for Ticket<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticket").field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// A number for an owner that no other call returned.
pub fn new_owner() -> Owner {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Nothing panics while it holds one of these locks, so what they guard is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
