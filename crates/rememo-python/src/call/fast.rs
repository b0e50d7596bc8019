//! The shortest way to a hit: from the very arguments to the very output, without a key.
//!
//! A table maps arguments that are immutable through and through (exact built-in leaves) to the output that the
//! slow way found for them. It is asked only while nothing that the fingerprint depends on has changed
//! (`function::watch`), so the slow way would compute the same key and find the same entry.
//!
//! Why this gives no wrong hit: arguments are compared by exact type and by value (floats bit for bit, so that
//! 0.0 and -0.0 differ), under the same keyword names; the table is emptied when the fingerprint is looked at
//! anew; an entry counts only while its store still holds that very entry (`Handle`). Only outputs that
//! are handed out unchecked come here: as they are, or made anew for the caller.

use std::cell::{Cell, UnsafeCell};

use pyo3::ffi;
use pyo3::prelude::*;
use rememo::store::Handle;

use super::bind::RawArguments;

/// Calls with more arguments go the slow way.
const ARGUMENTS: usize = 4;
/// The table is emptied rather than grown beyond this many calls.
const LIMIT: usize = 1 << 16;

/// One remembered call; it owns references to everything in it.
struct Slot {
    hash: u64,
    names: *mut ffi::PyObject,
    arguments: [*mut ffi::PyObject; ARGUMENTS],
    count: u8,
    handle: Handle,
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
}

/// Hits that were told at once; counted without atomic operations, since the GIL is held.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub hits: u64,
    /// Nanoseconds of computation that they spared.
    pub saved: u64,
}

// SAFETY: only touched with the GIL held, and no Python code runs while a reference into it is alive; on builds
// without a GIL the table is never filled (`remember`) and so never read.
unsafe impl Send for Table {}
// SAFETY: as above.
unsafe impl Sync for Table {}

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// The hash of an argument that is an exact built-in leaf or a tuple of such; none for all others.
///
/// # Safety
/// `object` is live.
#[inline]
unsafe fn hash_leaf(object: *mut ffi::PyObject, depth: u32) -> Option<u64> {
    // SAFETY: types are compared before an object is read as one; hashes of these types run no Python code.
    unsafe {
        let ty = ffi::Py_TYPE(object);
        if ty == &raw mut ffi::PyLong_Type
            || ty == &raw mut ffi::PyUnicode_Type
            || ty == &raw mut ffi::PyBytes_Type
            || ty == &raw mut ffi::PyFloat_Type
        {
            if ty == &raw mut ffi::PyFloat_Type {
                return Some(ffi::PyFloat_AS_DOUBLE(object).to_bits().wrapping_mul(MULTIPLIER));
            }
            let hash = (*ty).tp_hash?(object);
            return Some((hash as u64 ^ (ty as usize as u64 >> 4)).wrapping_mul(MULTIPLIER));
        }
        if object == ffi::Py_None() || object == ffi::Py_True() || object == ffi::Py_False() {
            return Some((object as u64 >> 4).wrapping_mul(MULTIPLIER));
        }
        if ty == &raw mut ffi::PyTuple_Type && depth > 0 {
            let count = ffi::PyTuple_GET_SIZE(object);
            if count > 16 {
                return None;
            }
            let mut hash = count as u64 ^ 0x51;
            for i in 0..count {
                hash = hash.rotate_left(9).wrapping_mul(MULTIPLIER)
                    ^ hash_leaf(ffi::PyTuple_GET_ITEM(object, i), depth - 1)?;
            }
            return Some(hash);
        }
        None
    }
}

/// Whether two such arguments are the same value of the same type.
///
/// # Safety
/// Both are live, and `a` was hashed by `hash_leaf`.
#[inline]
unsafe fn same(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    if a == b {
        return true;
    }
    // SAFETY: as for `hash_leaf`; comparing these types runs no Python code.
    unsafe {
        let ty = ffi::Py_TYPE(a);
        if ty != ffi::Py_TYPE(b) {
            return false;
        }
        if ty == &raw mut ffi::PyFloat_Type {
            return ffi::PyFloat_AS_DOUBLE(a).to_bits() == ffi::PyFloat_AS_DOUBLE(b).to_bits();
        }
        if ty == &raw mut ffi::PyTuple_Type {
            let count = ffi::PyTuple_GET_SIZE(a);
            return count == ffi::PyTuple_GET_SIZE(b)
                && (0..count)
                    .all(|i| same(ffi::PyTuple_GET_ITEM(a, i), ffi::PyTuple_GET_ITEM(b, i)));
        }
        if ty == &raw mut ffi::PyLong_Type
            || ty == &raw mut ffi::PyUnicode_Type
            || ty == &raw mut ffi::PyBytes_Type
        {
            let Some(compare) = (*ty).tp_richcompare else { return false };
            let result = compare(a, b, ffi::Py_EQ);
            let equal = result == ffi::Py_True();
            if result.is_null() {
                ffi::PyErr_Clear();
            } else {
                ffi::Py_DECREF(result);
            }
            return equal;
        }
    }
    false
}

/// # Safety
/// The arguments are live.
#[inline]
unsafe fn hash_all(call: RawArguments<'_>) -> Option<u64> {
    let mut hash = (call.keyword_names as u64 >> 4) ^ call.positional.len() as u64;
    for &object in call.positional.iter().chain(call.keyword_values) {
        // SAFETY: as the caller says.
        hash = hash.rotate_left(9).wrapping_mul(MULTIPLIER) ^ unsafe { hash_leaf(object, 2)? };
    }
    Some(hash ^ (hash >> 32))
}

impl Table {
    /// Where the output of a call with exactly these arguments lies in its store.
    ///
    /// # Safety
    /// The GIL is held, and the result is used before anything else can run.
    #[inline]
    pub unsafe fn find(&self, call: RawArguments<'_>) -> Option<Handle> {
        // SAFETY: the GIL is held and nothing below runs Python code.
        let inner = unsafe { &*self.inner.get() };
        let count = call.positional.len() + call.keyword_values.len();
        if inner.slots.is_empty() || count > ARGUMENTS {
            return None;
        }
        // SAFETY: the arguments of a call are live.
        let hash = unsafe { hash_all(call)? };
        let mask = inner.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = inner.slots[at].as_ref()?;
            if slot.hash == hash
                && usize::from(slot.count) == count
                && slot.names == call.keyword_names
                && call
                    .positional
                    .iter()
                    .chain(call.keyword_values)
                    .zip(&slot.arguments)
                    // SAFETY: the arguments are live, and so are those that the slot owns.
                    .all(|(&given, &own)| unsafe { same(own, given) })
            {
                return Some(slot.handle);
            }
            at = (at + 1) & mask;
        }
    }

    /// Remembers where the output of a call lies.
    pub fn remember(&self, _py: Python<'_>, call: RawArguments<'_>, handle: Handle) {
        let count = call.positional.len() + call.keyword_values.len();
        if cfg!(Py_GIL_DISABLED) || count > ARGUMENTS {
            return;
        }
        // SAFETY: the arguments of a call are live.
        let Some(hash) = (unsafe { hash_all(call) }) else { return };
        let mut slot = Slot {
            hash,
            names: call.keyword_names,
            arguments: [std::ptr::null_mut(); ARGUMENTS],
            count: count as u8,
            handle,
        };
        // SAFETY: all are live; the slot's references are given back by `Slot::drop`.
        unsafe {
            ffi::Py_XINCREF(slot.names);
            for (own, &given) in
                slot.arguments.iter_mut().zip(call.positional.iter().chain(call.keyword_values))
            {
                ffi::Py_INCREF(given);
                *own = given;
            }
        }
        // SAFETY: the GIL is held; what has to be dropped is dropped at the end, when nothing refers to the table.
        let dropped = unsafe {
            let inner = &mut *self.inner.get();
            let full = if inner.used >= LIMIT { std::mem::take(inner) } else { Inner::default() };
            (inner.insert(slot), full)
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
        if (self.used + 1) * 4 > self.slots.len() * 3 {
            let size = (self.slots.len() * 2).max(16);
            let old = std::mem::take(&mut self.slots);
            self.slots.resize_with(size, || None);
            for slot in old.into_iter().flatten() {
                let at = self.free_place(slot.hash);
                self.slots[at] = Some(slot);
            }
        }
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while let Some(other) = &self.slots[at] {
            let is_same = other.hash == slot.hash
                && other.count == slot.count
                && other.names == slot.names
                && other
                    .arguments
                    .iter()
                    .zip(&slot.arguments)
                    .take(usize::from(slot.count))
                    // SAFETY: both slots own their arguments.
                    .all(|(&a, &b)| unsafe { same(a, b) });
            if is_same {
                return self.slots[at].replace(slot);
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = Some(slot);
        self.used += 1;
        None
    }

    fn free_place(&self, hash: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at].is_some() {
            at = (at + 1) & mask;
        }
        at
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Without an interpreter nothing is given back any more.
        let _ = Python::try_attach(|_| {
            // SAFETY: the slot owns these references.
            unsafe {
                ffi::Py_XDECREF(self.names);
                for argument in self.arguments {
                    ffi::Py_XDECREF(argument);
                }
            }
        });
    }
}
