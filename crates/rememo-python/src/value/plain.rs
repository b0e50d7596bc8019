//! Classes whose instances are told by what they store, and nothing else.
//!
//! An instance is *plain* if its encoding follows from its class and its stored state alone: `__dict__`, slots
//! and, for named tuples, the items; no protocol, reduction or known form that could look elsewhere. Members of an
//! Enum are plain as well, each being told by its identity and what it stores.
//!
//! Why this can be relied on: all of it is read off the class, which is guarded with its bases, as is the code
//! that the class's own digest stands for; a plan that does not hold any more is never used.

use std::cell::UnsafeCell;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;
use rustc_hash::FxHashMap;

use super::families::{self, opaque};
use super::instance::{customises_reduction, has_hidden_state, is_enum, slots};
use crate::function::ClassGuard;
use crate::raw;

/// Where an instance of a plain class stores its state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// A member of an Enum: none but itself is the same.
    pub is_member: bool,
    pub has_dict: bool,
    pub is_tuple: bool,
    slots: *const [isize],
}

impl Layout {
    /// The offsets of the slots in an instance.
    ///
    /// # Safety
    /// The plan that this is of is alive.
    pub unsafe fn slots<'a>(self) -> &'a [isize] {
        // SAFETY: the plan owns them.
        unsafe { &*self.slots }
    }
}

/// A plain class, for as long as it is as it was.
pub struct Plan {
    /// No two plans have the same.
    pub id: u32,
    pub layout: Layout,
    _slots: Box<[isize]>,
    guard: ClassGuard,
}

impl Plan {
    /// Whether the class and the code that counts with it are as they were.
    ///
    /// # Safety
    /// The interpreter is attached.
    #[inline]
    pub unsafe fn holds(&self, py: Python<'_>) -> bool {
        // SAFETY: as the caller says.
        unsafe { self.guard.holds(py) }
    }
}

/// The plain classes that were met.
///
/// Touched with the GIL held only, and no Python code runs while a plan is borrowed.
#[derive(Default)]
pub struct Plans(UnsafeCell<FxHashMap<usize, Box<Plan>>>);

// SAFETY: see the type.
unsafe impl Send for Plans {}
// SAFETY: see the type.
unsafe impl Sync for Plans {}

/// So many classes are known; beyond, instances of others are told by their digest.
const LIMIT: usize = 256;

impl Plans {
    /// The plan of a class; it may not hold any more.
    ///
    /// # Safety
    /// The GIL is held, and the plan is not used once Python code has run.
    #[inline]
    pub unsafe fn find(&self, class: *mut ffi::PyTypeObject) -> Option<&Plan> {
        // SAFETY: as the caller says.
        unsafe { (*self.0.get()).get(&(class as usize)).map(|plan| &**plan) }
    }

    /// The plan of a class, made now unless there is one that holds; `guard` guards the code that counts with the
    /// class.
    ///
    /// # Safety
    /// As for `find`.
    pub unsafe fn plan(
        &self,
        class: &Bound<'_, PyType>,
        guard: impl FnOnce(&Bound<'_, PyType>) -> Option<ClassGuard>,
    ) -> Option<&Plan> {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let id = class.as_ptr() as usize;
        // SAFETY: as the caller says; the plan that is replaced is dropped after the map was changed.
        unsafe {
            if let Some(known) = self.find(class.as_type_ptr())
                && known.holds(class.py())
            {
                return self.find(class.as_type_ptr());
            }
            let guard = guard(class)?;
            let (mut layout, slots) = layout(class)?;
            layout.slots = &raw const *slots;
            let plans = &mut *self.0.get();
            let mut plan = Plan { id: 0, layout, _slots: slots, guard };
            let is_as_before = |old: &Plan| {
                old.guard.digest() == plan.guard.digest()
                    && old.layout == Layout { slots: old.layout.slots, ..layout }
                    && old.layout.slots() == plan.layout.slots()
            };
            plan.id = match plans.get(&id) {
                // Looked at anew, and found to be the same.
                Some(old) if is_as_before(old) => old.id,
                None if plans.len() >= LIMIT => return None,
                _ => NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
            };
            let old = plans.insert(id, Box::new(plan));
            drop(old);
            self.find(class.as_type_ptr())
        }
    }

    /// Forgets all.
    pub fn clear(&self) {
        // SAFETY: the GIL is held; what is dropped is dropped after the map was emptied.
        let old = unsafe { std::mem::take(&mut *self.0.get()) };
        drop(old);
    }
}

/// Where instances of the class store their state, if they are plain.
fn layout(class: &Bound<'_, PyType>) -> Option<(Layout, Box<[isize]>)> {
    let py = class.py();
    // SAFETY: reads fields of a live type.
    let (dict_offset, item_size) =
        unsafe { ((*class.as_type_ptr()).tp_dictoffset, (*class.as_type_ptr()).tp_itemsize) };
    let has_dict = dict_offset != 0 || raw::has_flag(class, ffi::Py_TPFLAGS_MANAGED_DICT);
    let bare = Layout { is_member: false, has_dict, is_tuple: false, slots: &[] };
    if !raw::is_heap_type(class) {
        return None;
    }
    if is_enum(class) {
        // Its `__dict__` is all that counts besides its class; its content, where it extends int or str, is its own.
        return has_dict.then(|| (Layout { is_member: true, ..bare }, Box::default()));
    }
    let is_known = families::handler(class).is_some() && !is_known_record(class);
    let says_itself = [
        intern!(py, "__rememo_hash__"),
        intern!(py, "__dask_tokenize__"),
        intern!(py, "__arrow_c_stream__"),
        intern!(py, "__arrow_c_array__"),
        intern!(py, "__next__"),
        intern!(py, "__anext__"),
        intern!(py, "__await__"),
    ]
    .into_iter()
    .any(|name| raw::type_lookup(class, name).is_some());
    // SAFETY: reads a slot of a live type.
    let has_buffer = unsafe {
        let procs = (*class.as_type_ptr()).tp_as_buffer;
        !procs.is_null() && (*procs).bf_getbuffer.is_some()
    };
    let slots = slots(class);
    // SAFETY: PyType_IsSubtype walks the MRO of a live type.
    let is_tuple =
        unsafe { ffi::PyType_IsSubtype(class.as_type_ptr(), &raw mut ffi::PyTuple_Type) != 0 };
    if is_known
        || says_itself
        || has_buffer
        || (families::base_form(class).is_some() && !is_known_record(class))
        || !opaque::Class::of(class).is_nothing()
        || customises_reduction(class)
        || has_hidden_state(class, slots.len())
        || (item_size != 0 && !is_tuple)
        || (is_tuple && (has_dict || !slots.is_empty()))
        || (!is_tuple && extends_content(class))
        || dict_offset < 0 && !raw::has_flag(class, ffi::Py_TPFLAGS_MANAGED_DICT)
    {
        return None;
    }
    let offsets =
        slots.iter().map(|(_, descriptor)| slot_offset(descriptor)).collect::<Option<_>>();
    Some((Layout { is_tuple, ..bare }, offsets?))
}

/// Classes of the standard library with a form of their own that reads nothing but their slots.
fn is_known_record(class: &Bound<'_, PyType>) -> bool {
    let (module, name) = raw::type_names(class);
    matches!((module.as_str(), name.as_str()), ("uuid", "UUID") | ("fractions", "Fraction"))
        && families::handler(class).is_some()
}

/// Whether instances have content of a built-in type.
fn extends_content(class: &Bound<'_, PyType>) -> bool {
    !super::builtin::content_type(class).is(class.py().get_type::<PyAny>())
}

/// Where a slot lies in an instance, if it holds an object.
fn slot_offset(descriptor: &Bound<'_, PyAny>) -> Option<isize> {
    // SAFETY: `slots` gives exact member descriptors only, which live as long as their class.
    unsafe {
        let member = (*descriptor.as_ptr().cast::<ffi::PyMemberDescrObject>()).d_member;
        ((*member).type_code == ffi::Py_T_OBJECT_EX).then_some((*member).offset)
    }
}

/// The dictionary of an instance, if there is one yet: borrowed, and nothing is allocated.
///
/// # Safety
/// `object` is live, and its class has `__dict__` at no negative offset.
#[inline]
pub unsafe fn dict_at_hand(object: *mut ffi::PyObject) -> Option<*mut ffi::PyObject> {
    // SAFETY: in 3.11 to 3.13 a managed dictionary lies three words before the object; 3.12 marks a word that
    // stands for something else by its lowest bit. Else it lies where the type says.
    unsafe {
        let ty = ffi::Py_TYPE(object);
        let place = if (*ty).tp_flags & ffi::Py_TPFLAGS_MANAGED_DICT != 0 {
            object.cast::<*mut ffi::PyObject>().offset(-3)
        } else {
            let offset = (*ty).tp_dictoffset;
            if offset <= 0 {
                return None;
            }
            object.byte_offset(offset).cast::<*mut ffi::PyObject>()
        };
        let dict = *place;
        (!dict.is_null() && dict as usize & 1 == 0).then_some(dict)
    }
}

/// As `dict_at_hand`, making the dictionary if need be, as reading `__dict__` does. May collect garbage, and so
/// run anything.
///
/// # Safety
/// As for `dict_at_hand`.
#[inline]
pub unsafe fn make_dict(object: *mut ffi::PyObject) -> Option<*mut ffi::PyObject> {
    // SAFETY: as the caller says; the object keeps the dictionary that is made.
    unsafe {
        if let Some(dict) = dict_at_hand(object) {
            return Some(dict);
        }
        let dict = ffi::PyObject_GenericGetDict(object, std::ptr::null_mut());
        if dict.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        ffi::Py_DECREF(dict);
        dict_at_hand(object)
    }
}
