//! The shortest way to a hit: from the very arguments to the very output, without a key.
//!
//! A table maps arguments to the place of the entry that the slow way found for them: exact built-in leaves as they
//! are (`value::leaf`), small containers and instances of plain classes by snapshots (`value::snapshot`). It is
//! asked only while nothing that the fingerprint depends on has changed (`function::watch`), so the slow way would
//! compute the same key and find the same entry.
//!
//! Why this gives no wrong hit: arguments match only if their encoding is the same, under the same keyword names; a
//! class of theirs counts only while its plan holds; snapshots are taken when the key is, before the body can change
//! its arguments; the table is emptied when the fingerprint is looked at anew and found to be another; an entry
//! counts only while its store still holds that very entry (`Handle`). An output that can change is handed out only
//! while its snapshot says that it has not, or is made anew for the caller.

use std::cell::{Cell, UnsafeCell};

use pyo3::ffi;
use pyo3::prelude::*;
use rememo::store::Handle;

use super::bind::RawArguments;
use crate::value::snapshot::{Hasher, Surroundings};
use crate::value::{Plans, Snapshot, leaf};

/// Calls with more arguments go the slow way.
const ARGUMENTS: usize = 6;
/// Arguments of so many parts are looked at; those of more are told by their digest.
const PARTS: u32 = 256;
/// The table is emptied rather than grown beyond this many calls.
const LIMIT: usize = 1 << 20;
/// Nor does it keep more than this many bytes alive, nor more than this for one call.
const WEIGHT: usize = 64 << 20;
const WEIGHT_OF_ONE: usize = 1 << 20;

/// The arguments of one remembered call, with references of their own.
enum Arguments {
    /// One positional leaf.
    One(*mut ffi::PyObject),
    /// Leaves.
    Leaves(Box<Leaves>),
    /// Others, each by its snapshot.
    Snapshots(Box<Snapshots>),
}

struct Leaves {
    names: *mut ffi::PyObject,
    given: Box<[*mut ffi::PyObject]>,
}

struct Snapshots {
    names: *mut ffi::PyObject,
    given: Box<[Snapshot]>,
}

/// A call on its way into the table.
pub struct Prepared {
    hash: u32,
    arguments: Arguments,
    weight: usize,
}

/// One remembered call.
struct Slot {
    hash: u32,
    handle: Handle,
    arguments: Arguments,
}

/// The table of one function.
#[derive(Default)]
pub struct Table {
    inner: UnsafeCell<Inner>,
    counts: Cell<Counts>,
}

#[derive(Default)]
struct Inner {
    slots: Vec<Option<Slot>>,
    used: usize,
    weight: usize,
}

/// Hits that were told at once; counted without atomic operations, since the GIL is held.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub hits: u64,
    /// Nanoseconds of computation that they spared.
    pub saved: u64,
}

// SAFETY: only touched with the GIL held, and no Python code runs while a reference into it is alive; on builds
// without a GIL the table is never filled (`is_used`) and so never read.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

/// Whether calls are remembered at all; `REMEMO_NO_TABLE=1` forbids it, for tests.
pub fn is_used() -> bool {
    static USED: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| std::env::var_os("REMEMO_NO_TABLE").is_none());
    *USED && !cfg!(Py_GIL_DISABLED)
}

/// The hash of a call; none if its arguments are not to be told at once. May run anything (`snapshot::Hasher`).
///
/// # Safety
/// The GIL is held and the arguments are live.
#[inline]
unsafe fn hash_call(py: Python<'_>, call: RawArguments<'_>, plans: &Plans) -> Option<u32> {
    // SAFETY: as the caller says; names of keywords are exact strings.
    unsafe {
        let mut hash = call.positional.len() as u64;
        if !call.keyword_names.is_null() {
            for i in 0..call.keyword_values.len() {
                let name = ffi::PyTuple_GET_ITEM(call.keyword_names, i as isize);
                hash = leaf::mix(hash, leaf::hash(name)?);
            }
        }
        for &object in call.all {
            let of_value = match leaf::hash(object) {
                Some(of_value) => of_value,
                None => Hasher::new(py, plans, PARTS).value(object)?,
            };
            hash = leaf::mix(hash, of_value);
        }
        Some((hash ^ (hash >> 32)) as u32)
    }
}

/// Whether two tuples hold the same names of keywords, or are both none.
///
/// # Safety
/// Both are live tuples of strings, or null.
#[inline]
unsafe fn same_names(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    if a == b {
        return true;
    }
    if a.is_null() || b.is_null() {
        return false;
    }
    // SAFETY: as the caller says.
    unsafe {
        let count = ffi::PyTuple_GET_SIZE(a);
        count == ffi::PyTuple_GET_SIZE(b)
            && (0..count)
                .all(|i| leaf::same(ffi::PyTuple_GET_ITEM(a, i), ffi::PyTuple_GET_ITEM(b, i)))
    }
}

impl Arguments {
    /// Whether a call has exactly these arguments.
    ///
    /// # Safety
    /// The GIL is held and the arguments are live.
    #[inline]
    unsafe fn are_those_of(&self, py: Python<'_>, call: RawArguments<'_>, plans: &Plans) -> bool {
        let given = call.all;
        // SAFETY: as the caller says; what is owned is live.
        unsafe {
            match self {
                Self::One(own) => {
                    given.len() == 1 && call.keyword_names.is_null() && leaf::same(*own, given[0])
                }
                Self::Leaves(own) => {
                    own.given.len() == given.len()
                        && same_names(own.names, call.keyword_names)
                        && own.given.iter().zip(given).all(|(&own, &given)| leaf::same(own, given))
                }
                Self::Snapshots(own) => {
                    own.given.len() == given.len()
                        && same_names(own.names, call.keyword_names)
                        && own
                            .given
                            .iter()
                            .zip(given)
                            .all(|(own, &given)| own.matches_hashed(py, given, plans))
                }
            }
        }
    }
}

impl Arguments {
    /// Whether a call with these arguments would be one with those.
    fn is_like(&self, other: &Self) -> bool {
        // SAFETY: both own what they point to.
        unsafe {
            match (self, other) {
                (Self::One(a), Self::One(b)) => leaf::same(*a, *b),
                (Self::Leaves(a), Self::Leaves(b)) => {
                    a.given.len() == b.given.len()
                        && same_names(a.names, b.names)
                        && a.given.iter().zip(&b.given).all(|(&a, &b)| leaf::same(a, b))
                }
                (Self::Snapshots(a), Self::Snapshots(b)) => {
                    same_names(a.names, b.names) && a.given == b.given
                }
                _ => false,
            }
        }
    }
}

impl Prepared {
    /// Takes down the arguments of a call as they are now; none if they are not to be told at once.
    pub fn new(
        py: Python<'_>,
        call: RawArguments<'_>,
        plans: &Plans,
        surroundings: &mut dyn Surroundings,
    ) -> Option<Self> {
        let count = call.all.len();
        if count > ARGUMENTS || !is_used() {
            return None;
        }
        let given = || call.all.iter();
        // SAFETY: the arguments of a call are live; all that is kept gets a reference of its own.
        unsafe {
            let names = |names: *mut ffi::PyObject| {
                ffi::Py_XINCREF(names);
                names
            };
            let mut weight = 0;
            let arguments = if given().all(|&object| leaf::hash(object).is_some()) {
                let owned = |&object: &*mut ffi::PyObject| {
                    ffi::Py_INCREF(object);
                    object
                };
                weight = given().map(|&object| leaf::weight(object)).sum();
                match call.all {
                    [only] if call.keyword_names.is_null() => Arguments::One(owned(only)),
                    _ => Arguments::Leaves(Box::new(Leaves {
                        names: names(call.keyword_names),
                        given: given().map(owned).collect(),
                    })),
                }
            } else {
                let mut all = Vec::with_capacity(count);
                for &object in given() {
                    let object = Bound::from_borrowed_ptr(py, object);
                    let one = Snapshot::capture(&object, plans, surroundings)?;
                    weight += one.weight();
                    all.push(one);
                }
                Arguments::Snapshots(Box::new(Snapshots {
                    names: names(call.keyword_names),
                    given: all.into(),
                }))
            };
            // After the classes of instances were planned.
            let hash = hash_call(py, call, plans);
            // What is given up is dropped here.
            let prepared = Self { hash: hash.unwrap_or(0), arguments, weight };
            (hash.is_some() && weight <= WEIGHT_OF_ONE).then_some(prepared)
        }
    }
}

impl Table {
    /// Where the output of a call with exactly these arguments lies in its store.
    ///
    /// # Safety
    /// The GIL is held, and the result is used before anything else can run.
    #[inline]
    pub unsafe fn find(
        &self,
        py: Python<'_>,
        call: RawArguments<'_>,
        plans: &Plans,
    ) -> Option<Handle> {
        // SAFETY: the GIL is held. Only the hash may run foreign code, and is taken before the table is looked at.
        unsafe {
            let hash = hash_call(py, call, plans)?;
            let inner = &*self.inner.get();
            let mask = inner.slots.len().wrapping_sub(1);
            let mut at = hash as usize & mask;
            loop {
                // Empty, it has no place at all.
                let slot = inner.slots.get(at)?.as_ref()?;
                if slot.hash == hash && slot.arguments.are_those_of(py, call, plans) {
                    return Some(slot.handle);
                }
                at = (at + 1) & mask;
            }
        }
    }

    /// Remembers where the output of a call lies.
    pub fn remember(&self, _py: Python<'_>, prepared: Prepared, handle: Handle) {
        let Prepared { hash, arguments, weight } = prepared;
        // SAFETY: the GIL is held; what has to be dropped is dropped at the end, when nothing refers to the table.
        let dropped = unsafe {
            let inner = &mut *self.inner.get();
            let is_full = inner.used >= LIMIT || inner.weight + weight > WEIGHT;
            let full = if is_full { std::mem::take(inner) } else { Inner::default() };
            inner.weight += weight;
            (inner.insert(Slot { hash, handle, arguments }), full)
        };
        drop(dropped);
    }

    /// Counts a hit that spared `cost` nanoseconds.
    ///
    /// # Safety
    /// The GIL is held.
    #[inline]
    pub unsafe fn count(&self, cost: u64) {
        let Counts { hits, saved } = self.counts.get();
        self.counts.set(Counts { hits: hits + 1, saved: saved.saturating_add(cost) });
    }

    /// The counts so far; `reset` sets them to zero.
    pub fn counts(&self, _py: Python<'_>, reset: bool) -> Counts {
        if reset { self.counts.take() } else { self.counts.get() }
    }

    /// Forgets all calls.
    pub fn forget(&self) {
        // SAFETY: the GIL is held; the slots are dropped after the table was emptied.
        let all = unsafe { std::mem::take(&mut *self.inner.get()) };
        drop(all);
    }
}

impl Inner {
    /// Puts a slot in; returns one that it replaced.
    fn insert(&mut self, slot: Slot) -> Option<Slot> {
        if (self.used + 1) * 8 > self.slots.len() * 7 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while let Some(other) = &self.slots[at] {
            if other.hash == slot.hash && other.arguments.is_like(&slot.arguments) {
                return self.slots[at].replace(slot);
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = Some(slot);
        self.used += 1;
        None
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        let old = std::mem::take(&mut self.slots);
        self.slots.resize_with(size, || None);
        for slot in old.into_iter().flatten() {
            let mut at = slot.hash as usize & (size - 1);
            while self.slots[at].is_some() {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = Some(slot);
        }
    }
}

/// Gives back references; without an interpreter nothing is given back any more.
fn give_back(objects: impl IntoIterator<Item = *mut ffi::PyObject>) {
    let _ = Python::try_attach(|_| {
        for object in objects {
            // SAFETY: the caller owned the reference.
            unsafe { ffi::Py_XDECREF(object) }
        }
    });
}

impl Drop for Arguments {
    fn drop(&mut self) {
        match self {
            Self::One(object) => give_back([*object]),
            Self::Leaves(own) => give_back(own.given.iter().copied().chain([own.names])),
            Self::Snapshots(own) => give_back([own.names]),
        }
    }
}
