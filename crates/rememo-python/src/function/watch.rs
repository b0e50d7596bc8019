//! Has anything changed that the guards look at? — asked on each call, so in a handful of instructions.
//!
//! From 3.12 on CPython tells watchers of dicts, functions and types before it changes them. One watcher of each
//! kind bumps a process-wide epoch when something that is guarded changes; while the epoch stands still, all
//! watched guards hold. What cannot be watched (closure cells) is compared. On 3.11, and where another extension
//! has taken the last watcher, versions of dicts and pointers are compared instead; where those are not to be had
//! either, the guards themselves are asked.
//!
//! Why this gives no wrong answer: a change of a watched object always bumps the epoch before it takes effect,
//! and the epoch noted is the one read before the guards were last checked one by one.

#[cfg(not(Py_3_13))]
use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;

use super::guard::Guard;

static EPOCH: AtomicU64 = AtomicU64::new(1);

/// The epoch: stands still as long as no watched object changes and no project-wide setting is made.
#[inline]
pub fn epoch() -> u64 {
    EPOCH.load(Ordering::Acquire)
}

/// Everything that was concluded before has to be looked at again.
pub fn bump() {
    EPOCH.fetch_add(1, Ordering::AcqRel);
}

/// The guards of one fingerprint in the form in which they are checked on each call.
///
/// Holds addresses of objects that the guards keep alive; never used after the guards are dropped.
#[derive(Default)]
pub struct Watch {
    epoch: u64,
    /// Words in objects, with what they held: the contents of closure cells, the attribute dictionaries of functions
    /// (which are replaced without any event), the types of modules, the sizes of dictionaries.
    words: Vec<(*const usize, usize)>,
    /// Functions with their code, defaults, keyword defaults and closure, where no watcher tells of them.
    functions: Vec<(*mut ffi::PyFunctionObject, [usize; 4])>,
    /// Classes and their versions.
    classes: Vec<(*mut ffi::PyTypeObject, u32)>,
    /// Dicts with their versions, where there are versions, and the guards that look into them.
    #[cfg(not(Py_3_13))]
    dicts: Vec<VersionedDict>,
    /// Guards that have to be asked, by number; those that look at files come last.
    asked: Vec<usize>,
}

/// A namespace whose version tells whether anything in it has changed.
#[cfg(not(Py_3_13))]
struct VersionedDict {
    dict: *mut ffi::PyDictObject,
    version: Cell<u64>,
    guards: Vec<usize>,
}

// SAFETY: the addresses are only followed with the interpreter attached, by whoever holds the guards.
unsafe impl Send for Watch {}

impl Watch {
    /// Compiles guards that hold now; `epoch` was read before they were checked.
    pub fn new(py: Python<'_>, guards: &[(Guard, Option<usize>)], epoch: u64) -> Self {
        let mut watch = Self { epoch, ..Self::default() };
        let watchers = Watchers::get(py);
        let mut outside = Vec::new();
        for (number, (guard, _)) in guards.iter().enumerate() {
            if guard.is_outside() {
                outside.push(number);
            } else {
                watch.add(py, number, guard, watchers);
            }
        }
        watch.asked.extend(outside);
        watch
    }

    fn add(&mut self, py: Python<'_>, number: usize, guard: &Guard, watchers: Option<Watchers>) {
        match guard {
            Guard::Entry { dict, key, .. } => {
                if let Some(watchers) = watchers
                    && watchers.watch_entry(dict.bind(py).as_any(), key.bind(py).as_any())
                {
                    return;
                }
                #[cfg(not(Py_3_13))]
                {
                    let dict = dict.as_ptr().cast::<ffi::PyDictObject>();
                    match self.dicts.iter_mut().find(|known| known.dict == dict) {
                        Some(known) => known.guards.push(number),
                        None => self.dicts.push(VersionedDict {
                            dict,
                            // SAFETY: a live dict, held by the guard.
                            version: Cell::new(unsafe { dict_version(dict) }),
                            guards: vec![number],
                        }),
                    }
                }
                #[cfg(Py_3_13)]
                self.asked.push(number);
            }
            Guard::Cell { cell, seen } => {
                let seen = seen.as_ref().map_or(0, |seen| seen.as_ptr() as usize);
                // SAFETY: a live cell, held by the guard.
                self.words.push((unsafe { cell_content(cell.as_ptr()) }, seen));
            }
            Guard::Function { function, .. } => {
                let function = function.as_ptr().cast::<ffi::PyFunctionObject>();
                // SAFETY: a live function, held by the guard.
                unsafe {
                    let dict = (&raw const (*function).func_dict).cast::<usize>();
                    self.words.push((dict, *dict));
                    // A watcher tells of the others; a closure cannot be replaced.
                    if watchers.is_none() {
                        self.functions.push((function, function_parts(function)));
                    }
                }
            }
            Guard::Size { dict, len } => {
                // SAFETY: a live dict, held by the guard; its size lies in one word.
                let used =
                    unsafe { &raw const (*dict.as_ptr().cast::<ffi::PyDictObject>()).ma_used };
                self.words.push((used.cast(), *len));
            }
            Guard::Type { object, class } => {
                // SAFETY: a live object, held by the guard.
                let ty = unsafe { &raw const (*object.as_ptr()).ob_type };
                self.words.push((ty.cast(), class.as_ptr() as usize));
            }
            Guard::Class { class, version } => {
                if let Some(watchers) = watchers
                    && watchers.watch_class(class.bind(py).as_any())
                {
                    return;
                }
                self.classes.push((class.as_ptr().cast(), *version));
            }
            // Told by a bump of the epoch.
            Guard::Count { is_epoch: true, .. } => {}
            Guard::Item { .. }
            | Guard::Attribute { .. }
            | Guard::ClassEntries { .. }
            | Guard::Subclasses { .. }
            | Guard::Search(_)
            | Guard::Count { .. } => self.asked.push(number),
        }
    }

    /// Whether all guards still hold, as far as can be said at once; `false` asks for a closer look.
    ///
    /// # Safety
    /// The guards that this was made from are alive, and the interpreter is attached.
    #[inline]
    pub unsafe fn holds(&self, py: Python<'_>, guards: &[(Guard, Option<usize>)]) -> bool {
        if self.epoch != epoch() {
            return false;
        }
        // SAFETY: all addresses are those of objects that the guards hold.
        unsafe {
            // Without a branch for each: these are many, and nearly always the same.
            let mut difference = 0;
            for &(word, seen) in &self.words {
                difference |= *word ^ seen;
            }
            for &(function, [code, defaults, kwdefaults, closure]) in &self.functions {
                let now = function_parts(function);
                difference |= (now[0] ^ code)
                    | (now[1] ^ defaults)
                    | (now[2] ^ kwdefaults)
                    | (now[3] ^ closure);
            }
            if difference != 0 {
                return false;
            }
            #[cfg(not(Py_3_13))]
            for VersionedDict { dict, version, guards: numbers } in &self.dicts {
                let now = dict_version(*dict);
                if now != version.get() {
                    // Another entry may have changed: a loop variable of the module, say.
                    let same = |&n: &usize| guards[n].0.holds_at_once(py);
                    if !numbers.iter().all(same) {
                        return false;
                    }
                    version.set(now);
                }
            }
            for &(class, version) in &self.classes {
                if (*class).tp_version_tag != version {
                    return false;
                }
            }
        }
        self.asked.iter().all(|&number| guards[number].0.holds_at_once(py))
    }
}

/// Where a cell holds its content.
///
/// # Safety
/// `cell` is a live cell.
unsafe fn cell_content(cell: *mut ffi::PyObject) -> *const usize {
    #[repr(C)]
    struct Cell {
        head: ffi::PyObject,
        content: *mut ffi::PyObject,
    }
    // SAFETY: the layout of PyCellObject in every CPython so far: a head and one pointer.
    unsafe { (&raw const (*cell.cast::<Cell>()).content).cast() }
}

/// # Safety
/// `function` is a live function.
#[inline]
unsafe fn function_parts(function: *mut ffi::PyFunctionObject) -> [usize; 4] {
    // SAFETY: fields of a live function.
    unsafe {
        [
            (*function).func_code as usize,
            (*function).func_defaults as usize,
            (*function).func_kwdefaults as usize,
            (*function).func_closure as usize,
        ]
    }
}

/// # Safety
/// `dict` is a live dict.
#[cfg(not(Py_3_13))]
#[inline]
#[allow(deprecated, reason = "3.12 still keeps versions; 3.13 has none, and does not come here")]
unsafe fn dict_version(dict: *mut ffi::PyDictObject) -> u64 {
    // SAFETY: a field of a live dict: a number that no dict has had before is stored at each change.
    unsafe { (*dict).ma_version_tag }
}

/// The ids of this process's watchers.
#[derive(Clone, Copy)]
struct Watchers {
    #[cfg(Py_3_12)]
    dict: std::ffi::c_int,
    #[cfg(Py_3_12)]
    class: std::ffi::c_int,
}

#[cfg(not(Py_3_12))]
impl Watchers {
    fn get(_py: Python<'_>) -> Option<Self> {
        None
    }

    fn watch_entry(self, _dict: &Bound<'_, PyAny>, _key: &Bound<'_, PyAny>) -> bool {
        false
    }

    fn watch_class(self, _class: &Bound<'_, PyAny>) -> bool {
        false
    }
}

#[cfg(Py_3_12)]
mod events {
    use std::ffi::c_int;
    use std::sync::Mutex;

    use pyo3::ffi;
    use pyo3::prelude::*;
    use pyo3::sync::PyOnceLock;
    use rustc_hash::FxHashSet;

    use super::{Watchers, bump};

    #[allow(non_snake_case)]
    unsafe extern "C" {
        fn PyDict_AddWatcher(
            callback: unsafe extern "C" fn(
                c_int,
                *mut ffi::PyObject,
                *mut ffi::PyObject,
                *mut ffi::PyObject,
            ) -> c_int,
        ) -> c_int;
        fn PyFunction_AddWatcher(
            callback: unsafe extern "C" fn(c_int, *mut ffi::PyObject, *mut ffi::PyObject) -> c_int,
        ) -> c_int;
        fn PyType_AddWatcher(
            callback: unsafe extern "C" fn(*mut ffi::PyTypeObject) -> c_int,
        ) -> c_int;
        fn PyType_Watch(id: c_int, class: *mut ffi::PyObject) -> c_int;
    }

    const DICT_ADDED: c_int = 0;
    const DICT_MODIFIED: c_int = 1;
    const DICT_DELETED: c_int = 2;
    const FUNCTION_CREATE: c_int = 0;
    const FUNCTION_DESTROY: c_int = 1;

    /// Entries of dicts that some guard looks at; the locks of `std` keep all state inside, so they survive fork.
    static ENTRIES: Mutex<Option<FxHashSet<(usize, usize)>>> = Mutex::new(None);

    unsafe extern "C" fn dict_event(
        event: c_int,
        dict: *mut ffi::PyObject,
        key: *mut ffi::PyObject,
        _value: *mut ffi::PyObject,
    ) -> c_int {
        // A key that is not interned may equal a guarded one: then, and when the whole dict changes, look closely.
        let named = matches!(event, DICT_ADDED | DICT_MODIFIED | DICT_DELETED) && !key.is_null();
        // SAFETY: the type is checked before the object is read as a string.
        let interned = named
            && unsafe {
                ffi::PyUnicode_CheckExact(key) != 0
                    && (*key.cast::<ffi::PyASCIIObject>()).interned() != 0
            };
        if interned {
            let entries = ENTRIES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let is_guarded =
                entries.as_ref().is_some_and(|e| e.contains(&(dict as usize, key as usize)));
            if !is_guarded {
                return 0;
            }
        }
        bump();
        0
    }

    unsafe extern "C" fn function_event(
        event: c_int,
        _function: *mut ffi::PyObject,
        _value: *mut ffi::PyObject,
    ) -> c_int {
        if event != FUNCTION_CREATE && event != FUNCTION_DESTROY {
            bump();
        }
        0
    }

    unsafe extern "C" fn class_event(_class: *mut ffi::PyTypeObject) -> c_int {
        bump();
        0
    }

    static WATCHERS: PyOnceLock<Option<Watchers>> = PyOnceLock::new();

    impl Watchers {
        /// The watchers; none if another extension took the last ones, or a test forbids them.
        pub(super) fn get(py: Python<'_>) -> Option<Self> {
            *WATCHERS.get_or_init(py, || {
                if std::env::var_os("REMEMO_NO_WATCHERS").is_some() {
                    return None;
                }
                // SAFETY: called with the interpreter attached; a failure leaves an exception to be cleared.
                unsafe {
                    let dict = PyDict_AddWatcher(dict_event);
                    let class = PyType_AddWatcher(class_event);
                    let function = PyFunction_AddWatcher(function_event);
                    if dict < 0 || class < 0 || function < 0 {
                        ffi::PyErr_Clear();
                        return None;
                    }
                    Some(Self { dict, class })
                }
            })
        }

        /// Watches an entry of a dict.
        pub(super) fn watch_entry(self, dict: &Bound<'_, PyAny>, key: &Bound<'_, PyAny>) -> bool {
            let mut entries = ENTRIES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            entries.get_or_insert_default().insert((dict.as_ptr() as usize, key.as_ptr() as usize));
            drop(entries);
            // SAFETY: a live dict and an id that we got.
            unsafe {
                if ffi::PyDict_Watch(self.dict, dict.as_ptr()) < 0 {
                    ffi::PyErr_Clear();
                    return false;
                }
            }
            true
        }

        /// Watches a class (and with it changes of its bases).
        pub(super) fn watch_class(self, class: &Bound<'_, PyAny>) -> bool {
            // SAFETY: a live class and an id that we got.
            unsafe {
                if PyType_Watch(self.class, class.as_ptr()) < 0 {
                    ffi::PyErr_Clear();
                    return false;
                }
            }
            true
        }
    }
}
