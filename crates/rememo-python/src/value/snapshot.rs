//! What a small value looked like, kept so that it can be seen in nanoseconds whether it still looks so.
//!
//! A snapshot is the tree of a value written flat: exact built-in containers, instances of plain classes
//! (`plain`), and leaves that nothing can change (`leaf`). It is used for arguments that are not leaves, for
//! outputs that can be changed, and for such values that code reads.
//!
//! Why this gives no wrong answer: a value matches only if it has the same structure, with containers and
//! instances of the same exact types, entries in the same order, and the same leaves; all that its encoding is
//! made of is in that. A class is the same only while its plan holds. Whoever captures a snapshot does so right
//! after the value was encoded, before any foreign code can run, and the encoding of a value that can be captured
//! runs none itself. Nothing is compared by the identity of something that can change.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::instance::is_enum;
use super::leaf;
use super::plain::{Layout, Plans, dict_at_hand, make_dict};
use crate::function::ClassGuard;

/// Values of more parts than this are told by their digest.
pub const LIMIT: usize = 4096;
/// So deep are values looked into.
const DEPTH: u32 = 6;
/// Sets with numbers in them are compared element by element with each other up to this size.
const SMALL_SET: isize = 64;

/// One step of the flat tree. Pointers are owned by the snapshot.
#[derive(Clone, Copy, Debug)]
enum Token {
    /// A leaf.
    Leaf(*mut ffi::PyObject),
    /// Something immutable that only itself is known to be equal to.
    Is(*mut ffi::PyObject),
    /// That many items follow.
    Tuple(u32),
    List(u32),
    /// That many pairs of key and value follow.
    Dict(u32),
    /// A set or frozenset with the leaves of this frozenset.
    Set(*mut ffi::PyObject, *mut ffi::PyTypeObject),
    /// What a mapping proxy shows follows.
    Proxy,
    /// The state of an instance of the class with this plan follows.
    Instance(u32),
    /// The same with a member of an Enum, which must be this one.
    Member(u32, *mut ffi::PyObject),
    /// A slot without a value.
    Unset,
}

/// What a value looked like.
#[derive(Debug)]
pub struct Snapshot(Box<[Token]>);

// SAFETY: the objects are only touched with the interpreter attached.
unsafe impl Send for Snapshot {}
// SAFETY: as above.
unsafe impl Sync for Snapshot {}

/// What is asked while a snapshot is captured.
pub trait Surroundings {
    /// How a change of the class, as it counts here, is seen; none if it cannot be.
    fn class_guard(&mut self, class: &Bound<'_, PyType>) -> Option<ClassGuard>;

    /// Whether a value of no type known here is immutable through and through.
    fn is_immutable(&mut self, object: &Bound<'_, PyAny>) -> bool;
}

/// Whether snapshots are taken at all; `REMEMO_NO_SNAPSHOTS=1` forbids them, for tests.
pub fn are_taken() -> bool {
    static TAKEN: std::sync::LazyLock<bool> =
        std::sync::LazyLock::new(|| std::env::var_os("REMEMO_NO_SNAPSHOTS").is_none());
    *TAKEN && !cfg!(Py_GIL_DISABLED)
}

struct Capture<'a> {
    snapshot: Vec<Token>,
    plans: &'a Plans,
    surroundings: &'a mut dyn Surroundings,
}

impl Snapshot {
    /// What `object` looks like now, if it is small and of types that can be captured.
    pub fn capture(
        object: &Bound<'_, PyAny>,
        plans: &Plans,
        surroundings: &mut dyn Surroundings,
    ) -> Option<Self> {
        if !are_taken() {
            return None;
        }
        let mut capture = Capture { snapshot: Vec::new(), plans, surroundings };
        let is_whole = capture.value(object, DEPTH);
        let snapshot = Self(capture.snapshot.into());
        is_whole.then_some(snapshot)
    }

    /// Whether `object` looks so now.
    ///
    /// # Safety
    /// The interpreter is attached and `object` is live.
    #[inline]
    pub unsafe fn matches(
        &self,
        py: Python<'_>,
        object: *mut ffi::PyObject,
        plans: &Plans,
    ) -> bool {
        let mut comparison = Comparison { py, tokens: &self.0, plans, holds: 0, all_hold: false };
        // SAFETY: as the caller says; the tokens own what they point to.
        unsafe { comparison.value(object) }
    }

    /// As `matches`, of an object that was just hashed by a [`Hasher`], which saw that all plans hold.
    ///
    /// # Safety
    /// As for `matches`.
    #[inline]
    pub unsafe fn matches_hashed(
        &self,
        py: Python<'_>,
        object: *mut ffi::PyObject,
        plans: &Plans,
    ) -> bool {
        let mut comparison = Comparison { py, tokens: &self.0, plans, holds: 0, all_hold: true };
        // SAFETY: as the caller says; the tokens own what they point to.
        unsafe { comparison.value(object) }
    }

    /// The memory that it takes and keeps alive, by estimate.
    pub fn weight(&self) -> usize {
        let kept = self.0.iter().map(|token| match token {
            // SAFETY: owned by the snapshot.
            Token::Leaf(object) => unsafe { leaf::weight(*object) },
            _ => 0,
        });
        self.0.len() * size_of::<Token>() + kept.sum::<usize>()
    }
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        let is_like = |(a, b): (&Token, &Token)| match (*a, *b) {
            // SAFETY: both snapshots own what they point to.
            (Token::Leaf(a), Token::Leaf(b)) => unsafe { leaf::same(a, b) },
            (Token::Is(a), Token::Is(b)) => a == b,
            (Token::Tuple(a), Token::Tuple(b))
            | (Token::List(a), Token::List(b))
            | (Token::Dict(a), Token::Dict(b))
            | (Token::Instance(a), Token::Instance(b)) => a == b,
            (Token::Set(a, a_type), Token::Set(b, b_type)) if a_type == b_type => {
                // SAFETY: as above.
                unsafe { same_set(a, b) }
            }
            (Token::Member(a, a_is), Token::Member(b, b_is)) => a == b && a_is == b_is,
            (Token::Proxy, Token::Proxy) | (Token::Unset, Token::Unset) => true,
            _ => false,
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(is_like)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // Without an interpreter nothing is given back any more.
        let _ = Python::try_attach(|_| {
            for token in &self.0 {
                if let Token::Leaf(object)
                | Token::Is(object)
                | Token::Set(object, _)
                | Token::Member(_, object) = *token
                {
                    // SAFETY: the snapshot owns the reference.
                    unsafe { ffi::Py_DECREF(object) }
                }
            }
        });
    }
}

impl Capture<'_> {
    /// Appends a token; false if there are too many.
    fn push(&mut self, token: Token) -> bool {
        // A token that is in the list is given back with it, also if the snapshot comes to nothing.
        self.snapshot.push(token);
        self.snapshot.len() <= LIMIT
    }

    fn push_owned(
        &mut self,
        object: &Bound<'_, PyAny>,
        token: fn(*mut ffi::PyObject) -> Token,
    ) -> bool {
        self.push(token(object.clone().into_ptr()))
    }

    fn value(&mut self, object: &Bound<'_, PyAny>, depth: u32) -> bool {
        let py = object.py();
        let pointer = object.as_ptr();
        // SAFETY: `object` is live, and its type is compared before it is read as one.
        unsafe {
            if leaf::hash(pointer).is_some() {
                return self.push_owned(object, Token::Leaf);
            }
            leaf::note_type(object);
            if leaf::hash(pointer).is_some() {
                return self.push_owned(object, Token::Leaf);
            }
            if depth == 0 {
                return false;
            }
            let ty = ffi::Py_TYPE(pointer);
            if ty == &raw mut ffi::PyTuple_Type {
                return self.items(object, Token::Tuple, depth);
            }
            if ty == &raw mut ffi::PyList_Type {
                let count = ffi::PyList_GET_SIZE(pointer);
                return self.push(Token::List(count as u32))
                    && count <= LIMIT as isize
                    && (0..count).all(|i| {
                        i < ffi::PyList_GET_SIZE(pointer)
                            && self.value(
                                &Bound::from_borrowed_ptr(py, ffi::PyList_GET_ITEM(pointer, i)),
                                depth - 1,
                            )
                    });
            }
            if ty == &raw mut ffi::PyDict_Type {
                return self.dict(py, pointer, depth);
            }
            if ty == &raw mut ffi::PySet_Type || ty == &raw mut ffi::PyFrozenSet_Type {
                if set_hash(pointer).is_none() {
                    return false;
                }
                let copy = ffi::PyFrozenSet_New(pointer);
                if copy.is_null() {
                    ffi::PyErr_Clear();
                    return false;
                }
                return self.push(Token::Set(copy, ty));
            }
            if ty == &raw mut ffi::PyDictProxy_Type {
                return self.push(Token::Proxy)
                    && self.value(&Bound::from_borrowed_ptr(py, shown_by(pointer)), depth - 1);
            }
        }
        self.instance(object, depth)
    }

    fn items(&mut self, object: &Bound<'_, PyAny>, head: fn(u32) -> Token, depth: u32) -> bool {
        // SAFETY: `object` is a tuple, or of a class that extends it.
        unsafe {
            let count = ffi::PyTuple_GET_SIZE(object.as_ptr());
            self.push(head(count as u32))
                && count <= LIMIT as isize
                && (0..count).all(|i| {
                    let item = ffi::PyTuple_GET_ITEM(object.as_ptr(), i);
                    self.value(&Bound::from_borrowed_ptr(object.py(), item), depth - 1)
                })
        }
    }

    /// # Safety
    /// `dict` is a live dict.
    unsafe fn dict(&mut self, py: Python<'_>, dict: *mut ffi::PyObject, depth: u32) -> bool {
        // SAFETY: as the caller says; keys and values get a reference of their own before anything else is done.
        unsafe {
            let count = ffi::PyDict_Size(dict);
            if !self.push(Token::Dict(count as u32)) || count > LIMIT as isize {
                return false;
            }
            let (mut at, mut key, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
            let mut seen = 0;
            while ffi::PyDict_Next(dict, &mut at, &mut key, &mut value) != 0 {
                let value = Bound::from_borrowed_ptr(py, value);
                let key = Bound::from_borrowed_ptr(py, key);
                if leaf::hash(key.as_ptr()).is_none()
                    || !self.push_owned(&key, Token::Leaf)
                    || !self.value(&value, depth - 1)
                {
                    return false;
                }
                seen += 1;
            }
            seen == count
        }
    }

    fn instance(&mut self, object: &Bound<'_, PyAny>, depth: u32) -> bool {
        let class = object.get_type();
        // SAFETY: the GIL is held; of the plan only plain numbers and its slots are used, and those before foreign
        // code can run.
        let found = unsafe {
            self.plans
                .plan(&class, |class| self.surroundings.class_guard(class))
                .map(|plan| (plan.id, plan.layout, plan.layout.slots().to_vec()))
        };
        let Some((id, layout, slots)) = found else {
            return !is_enum(&class)
                && self.surroundings.is_immutable(object)
                && self.push_owned(object, Token::Is);
        };
        // SAFETY: the layout is that of the object's class.
        unsafe { self.state(object, id, layout, &slots, depth) }
    }

    /// # Safety
    /// The layout is that of the object's class.
    unsafe fn state(
        &mut self,
        object: &Bound<'_, PyAny>,
        id: u32,
        layout: Layout,
        slots: &[isize],
        depth: u32,
    ) -> bool {
        let py = object.py();
        let head = if layout.is_member {
            Token::Member(id, object.clone().into_ptr())
        } else {
            Token::Instance(id)
        };
        if !self.push(head) {
            return false;
        }
        // SAFETY: as the caller says.
        unsafe {
            if layout.is_tuple && !self.items(object, Token::Tuple, depth) {
                return false;
            }
            if layout.has_dict {
                let Some(dict) = make_dict(object.as_ptr()) else { return false };
                if ffi::PyDict_CheckExact(dict) == 0 {
                    return false;
                }
                let dict = Bound::from_borrowed_ptr(py, dict);
                let whole = if layout.is_member {
                    self.member(object, &dict, depth)
                } else {
                    self.dict(py, dict.as_ptr(), depth)
                };
                if !whole {
                    return false;
                }
            }
            slots.iter().all(|&offset| {
                let value = *object.as_ptr().byte_offset(offset).cast::<*mut ffi::PyObject>();
                if value.is_null() {
                    return self.push(Token::Unset);
                }
                self.value(&Bound::from_borrowed_ptr(py, value), depth - 1)
            })
        }
    }

    /// The `__dict__` of a member of an Enum, which holds the class of the member itself as well.
    fn member(&mut self, member: &Bound<'_, PyAny>, dict: &Bound<'_, PyAny>, depth: u32) -> bool {
        let class = member.get_type();
        // SAFETY: a live dict; keys and values get a reference of their own before anything else is done.
        unsafe {
            let count = ffi::PyDict_Size(dict.as_ptr());
            if !self.push(Token::Dict(count as u32)) || count > LIMIT as isize {
                return false;
            }
            let (mut at, mut key, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
            while ffi::PyDict_Next(dict.as_ptr(), &mut at, &mut key, &mut value) != 0 {
                let value = Bound::from_borrowed_ptr(dict.py(), value);
                let key = Bound::from_borrowed_ptr(dict.py(), key);
                if leaf::hash(key.as_ptr()).is_none() || !self.push_owned(&key, Token::Leaf) {
                    return false;
                }
                let whole = if value.is(&class) {
                    self.push_owned(&value, Token::Is)
                } else {
                    self.value(&value, depth - 1)
                };
                if !whole {
                    return false;
                }
            }
        }
        true
    }
}

struct Comparison<'a, 'py> {
    py: Python<'py>,
    tokens: &'a [Token],
    plans: &'a Plans,
    /// The plan that was last seen to hold.
    holds: u32,
    /// Whether all that are met are known to hold.
    all_hold: bool,
}

impl Comparison<'_, '_> {
    #[inline]
    fn next(&mut self) -> Option<Token> {
        let (&first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    /// # Safety
    /// `object` is live.
    unsafe fn value(&mut self, object: *mut ffi::PyObject) -> bool {
        let Some(token) = self.next() else { return false };
        // SAFETY: types are compared before an object is read as one; no foreign code runs in here, so that what
        // is borrowed stays.
        unsafe {
            let ty = ffi::Py_TYPE(object);
            match token {
                Token::Leaf(own) => leaf::same(own, object),
                Token::Is(own) => own == object,
                Token::Tuple(count) => {
                    ty == &raw mut ffi::PyTuple_Type && self.items(object, count)
                }
                Token::List(count) => {
                    if ty != &raw mut ffi::PyList_Type
                        || ffi::PyList_GET_SIZE(object) != count as isize
                    {
                        return false;
                    }
                    for i in 0..count as isize {
                        let item = ffi::PyList_GET_ITEM(object, i);
                        if let Some(Token::Leaf(own)) = self.tokens.first()
                            && *own == item
                        {
                            self.tokens = &self.tokens[1..];
                        } else if !self.value(item) {
                            return false;
                        }
                    }
                    true
                }
                Token::Dict(count) => {
                    ty == &raw mut ffi::PyDict_Type && self.entries(object, count)
                }
                Token::Set(own, set_type) => ty == set_type && same_set(own, object),
                Token::Proxy => {
                    ty == &raw mut ffi::PyDictProxy_Type && self.value(shown_by(object))
                }
                Token::Instance(id) => self.instance(object, id),
                Token::Member(id, own) => own == object && self.instance(object, id),
                Token::Unset => false,
            }
        }
    }

    /// # Safety
    /// `object` is a live tuple, or of a class that extends it.
    unsafe fn items(&mut self, object: *mut ffi::PyObject, count: u32) -> bool {
        // SAFETY: as the caller says.
        unsafe {
            ffi::PyTuple_GET_SIZE(object) == count as isize
                && (0..count as isize).all(|i| self.value(ffi::PyTuple_GET_ITEM(object, i)))
        }
    }

    /// # Safety
    /// `dict` is a live dict.
    unsafe fn entries(&mut self, dict: *mut ffi::PyObject, count: u32) -> bool {
        // SAFETY: as the caller says.
        unsafe {
            if ffi::PyDict_Size(dict) != count as isize {
                return false;
            }
            let (mut at, mut key, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
            for _ in 0..count {
                if ffi::PyDict_Next(dict, &mut at, &mut key, &mut value) == 0
                    || !self.value(key)
                    || !self.value(value)
                {
                    return false;
                }
            }
            true
        }
    }

    /// # Safety
    /// `object` is live.
    unsafe fn instance(&mut self, object: *mut ffi::PyObject, id: u32) -> bool {
        // SAFETY: as the caller says; the layout is that of the object's very class, as it is now.
        unsafe {
            let Some(plan) = self.plans.find(ffi::Py_TYPE(object)) else { return false };
            if plan.id != id {
                return false;
            }
            if id != self.holds && !self.all_hold {
                if !plan.holds(self.py) {
                    return false;
                }
                self.holds = id;
            }
            if plan.layout.is_tuple {
                let Some(Token::Tuple(count)) = self.next() else { return false };
                if !self.items(object, count) {
                    return false;
                }
            }
            if plan.layout.has_dict {
                let Some(dict) = dict_at_hand(object) else { return false };
                if !self.value(dict) {
                    return false;
                }
            }
            plan.layout.slots().iter().all(|&offset| {
                let value = *object.byte_offset(offset).cast::<*mut ffi::PyObject>();
                if value.is_null() {
                    return matches!(self.next(), Some(Token::Unset));
                }
                self.value(value)
            })
        }
    }
}

/// Hashes values that can be captured, such that values with the same snapshot have the same hash.
///
/// Dictionaries of instances that have none yet are made, as reading `__dict__` does, which may collect garbage
/// and so run anything.
pub struct Hasher<'a, 'py> {
    py: Python<'py>,
    plans: &'a Plans,
    /// So many more parts are looked at.
    budget: u32,
    /// The plan that was last seen to hold.
    holds: u32,
}

impl<'a, 'py> Hasher<'a, 'py> {
    /// Hashes a value of at most `budget` parts.
    pub fn new(py: Python<'py>, plans: &'a Plans, budget: u32) -> Self {
        Self { py, plans, budget, holds: 0 }
    }

    /// The hash of a value; none if it cannot be captured, or a class in it has changed.
    ///
    /// # Safety
    /// `object` is live, and a reference to it is held by the caller.
    pub unsafe fn value(&mut self, object: *mut ffi::PyObject) -> Option<u64> {
        self.budget = self.budget.checked_sub(1)?;
        // SAFETY: types are compared before an object is read as one.
        unsafe {
            if let Some(hash) = leaf::hash(object) {
                return Some(hash);
            }
            let ty = ffi::Py_TYPE(object);
            if ty == &raw mut ffi::PyTuple_Type {
                return self.items(object);
            }
            if ty == &raw mut ffi::PyFrozenSet_Type {
                // Made of the hashes of the elements, which the set keeps: none is asked.
                return (*ty).tp_hash.map(|hash| hash(object) as u64);
            }
            if ty == &raw mut ffi::PySet_Type {
                return set_hash(object);
            }
            if ty == &raw mut ffi::PyList_Type {
                let mut all = 0x4C;
                let mut i = 0;
                while i < ffi::PyList_GET_SIZE(object) {
                    // Held meanwhile: what runs in between may take it out of the list.
                    let item = Bound::from_borrowed_ptr(self.py, ffi::PyList_GET_ITEM(object, i));
                    all = leaf::mix(all, self.value(item.as_ptr())?);
                    i += 1;
                }
                return Some(all);
            }
            if ty == &raw mut ffi::PyDict_Type {
                return self.entries(object);
            }
            self.instance(object)
        }
    }

    /// # Safety
    /// As for `value`, of a tuple.
    unsafe fn items(&mut self, object: *mut ffi::PyObject) -> Option<u64> {
        // SAFETY: a tuple holds its items.
        unsafe {
            let mut all = 0x54;
            for i in 0..ffi::PyTuple_GET_SIZE(object) {
                all = leaf::mix(all, self.value(ffi::PyTuple_GET_ITEM(object, i))?);
            }
            Some(all)
        }
    }

    /// # Safety
    /// As for `value`, of a dict.
    unsafe fn entries(&mut self, dict: *mut ffi::PyObject) -> Option<u64> {
        // SAFETY: as the caller says; a dict may be changed between two steps of `PyDict_Next`.
        unsafe {
            let mut all = 0x44;
            let (mut at, mut key, mut value) = (0, std::ptr::null_mut(), std::ptr::null_mut());
            while ffi::PyDict_Next(dict, &mut at, &mut key, &mut value) != 0 {
                all = leaf::mix(all, leaf::hash(key)?);
                let of_value = match leaf::hash(value) {
                    Some(of_value) => of_value,
                    None => {
                        // Held meanwhile, as in a list.
                        let value = Bound::from_borrowed_ptr(self.py, value);
                        self.value(value.as_ptr())?
                    }
                };
                self.budget = self.budget.checked_sub(1)?;
                all = leaf::mix(all, of_value);
            }
            Some(all)
        }
    }

    /// # Safety
    /// As for `value`.
    unsafe fn instance(&mut self, object: *mut ffi::PyObject) -> Option<u64> {
        // SAFETY: plans are not used once foreign code may have run.
        unsafe {
            let class = ffi::Py_TYPE(object);
            let plan = self.plans.find(class)?;
            let (id, layout) = (plan.id, plan.layout);
            if id != self.holds {
                if !plan.holds(self.py) {
                    return None;
                }
                self.holds = id;
            }
            let mut all = u64::from(id);
            if layout.is_member {
                return Some(leaf::mix(all, object as u64 >> 4));
            }
            if layout.is_tuple {
                return Some(leaf::mix(all, self.items(object)?));
            }
            if layout.has_dict {
                let dict = make_dict(object)?;
                if ffi::PyDict_CheckExact(dict) == 0 {
                    return None;
                }
                all = leaf::mix(all, self.entries(dict)?);
            }
            // Only leaves in slots make a difference to the hash: no foreign code runs between the plan and its slots.
            for &offset in self.plans.find(class).filter(|now| now.id == id)?.layout.slots() {
                let value = *object.byte_offset(offset).cast::<*mut ffi::PyObject>();
                let of_value = if value.is_null() { 1 } else { leaf::hash(value).unwrap_or(2) };
                all = leaf::mix(all, of_value);
            }
            Some(all)
        }
    }
}

/// The mapping that a mapping proxy shows.
///
/// # Safety
/// `proxy` is a live mapping proxy.
unsafe fn shown_by(proxy: *mut ffi::PyObject) -> *mut ffi::PyObject {
    #[repr(C)]
    struct Proxy {
        head: ffi::PyObject,
        mapping: *mut ffi::PyObject,
    }
    // SAFETY: the layout of `mappingproxyobject` in every CPython so far.
    unsafe { (*proxy.cast::<Proxy>()).mapping }
}

/// The elements of a set or frozenset.
///
/// # Safety
/// `set` is a live set, which is not changed meanwhile.
unsafe fn elements(set: *mut ffi::PyObject) -> impl Iterator<Item = *mut ffi::PyObject> {
    // SAFETY: as the caller says. A free place has no key; a place given up has the hash −1, which no element has.
    unsafe {
        let set = set.cast::<ffi::PySetObject>();
        let table = std::slice::from_raw_parts((*set).table, (*set).mask as usize + 1);
        table.iter().filter(|e| !e.key.is_null() && e.hash != -1).map(|e| e.key)
    }
}

/// The hash of a set of leaves, whatever the order. A set with a NaN in it has none: it may hold others of the
/// same content, so that its elements cannot be told apart by content. Nor has one that would take long to compare.
///
/// # Safety
/// `set` is a live set.
unsafe fn set_hash(set: *mut ffi::PyObject) -> Option<u64> {
    // SAFETY: as the caller says; nothing here changes it.
    unsafe {
        let mut sum = 0x53u64;
        let is_small = ffi::PySet_GET_SIZE(set) <= SMALL_SET;
        for element in elements(set) {
            if leaf::may_be_nan(element) || !(is_small || leaf::is_text(element)) {
                return None;
            }
            sum = sum.wrapping_add(leaf::mix(0, leaf::hash(element)?));
        }
        Some(sum)
    }
}

/// Whether two sets, the first of which has only leaves without a NaN, have the same elements.
///
/// Elements of one set differ, so that as many elements, each with its like in the other, are all of them.
///
/// # Safety
/// Both are live sets or frozensets.
unsafe fn same_set(own: *mut ffi::PyObject, other: *mut ffi::PyObject) -> bool {
    if own == other {
        return true;
    }
    // SAFETY: as the caller says. That a set has an element is only asked if all its elements are leaves, so that
    // no code of others runs.
    unsafe {
        let count = ffi::PySet_GET_SIZE(own);
        if count != ffi::PySet_GET_SIZE(other) || elements(other).any(|e| leaf::hash(e).is_none()) {
            return false;
        }
        elements(own).all(|element| {
            if leaf::is_text(element) {
                // Nothing of another built-in type equals these.
                return ffi::PySet_Contains(other, element) == 1;
            }
            elements(other).any(|e| leaf::same(element, e))
        })
    }
}
