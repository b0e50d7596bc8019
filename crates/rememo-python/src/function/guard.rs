//! What was looked at while following code, so that a later call can see whether it is still so.
//!
//! A guard holds the object it saw, hence the object's address cannot become another's and comparing
//! pointers is comparing identities. Identity suffices for code objects and tuples (immutable) and for
//! values that are immutable through and through; every other value is encoded again on each call.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::finder::search::Search;
use crate::raw::{self, Function};

/// One thing that was looked at.
pub enum Guard {
    /// An entry of a namespace: a module's, a function's attributes, `sys.modules`.
    Entry { dict: Py<PyDict>, key: Py<PyString>, seen: Option<Py<PyAny>> },
    /// A constant key of an exact dict.
    Item { dict: Py<PyDict>, key: Py<PyAny>, seen: Option<Py<PyAny>> },
    /// An attribute of an instance with plain look-up.
    Attribute { object: Py<PyAny>, class: Py<PyType>, key: Py<PyString>, seen: Option<Py<PyAny>> },
    /// How many entries a namespace has: nothing was added.
    Size { dict: Py<PyDict>, len: usize },
    /// A function's code, defaults, closure and attributes.
    Function { function: Py<PyAny>, parts: [usize; 5], _held: Vec<Py<PyAny>> },
    /// What a closure cell holds.
    Cell { cell: Py<PyAny>, seen: Option<Py<PyAny>> },
    /// A class and its bases, by the version that CPython keeps for its own method cache.
    Class { class: Py<PyType>, version: u32 },
    /// A class and its bases, entry by entry, where versions have run out.
    ClassEntries { entries: Vec<(Py<PyDict>, Identities)>, _held: Vec<Py<PyAny>> },
    /// The subclasses of a class.
    Subclasses { class: Py<PyType>, seen: Vec<Py<PyType>> },
    /// The class of an object (a module's can be replaced).
    Type { object: Py<PyAny>, class: Py<PyType> },
    /// Modules that are not loaded lie where they lay, with the code that they had.
    Search(Box<Search>),
    /// A count outside of Python: the declared user code, the registered hash functions.
    Count {
        read: fn() -> u64,
        seen: u64,
        /* Whether a change also bumps the epoch. */ is_epoch: bool,
    },
}

/// The addresses of the keys and values of a dict, in order.
type Identities = Vec<(usize, usize)>;

/// Whether a guard still holds.
pub enum Check {
    /// Nothing changed.
    Same,
    /// The place holds another object now.
    Other(Py<PyAny>),
    /// It is gone, new, or of another structure.
    Changed,
}

fn same(seen: Option<&Py<PyAny>>, now: Option<Bound<'_, PyAny>>) -> Check {
    match (seen, now) {
        (None, None) => Check::Same,
        (Some(seen), Some(now)) if now.is(seen) => Check::Same,
        (Some(_), Some(now)) => Check::Other(now.unbind()),
        _ => Check::Changed,
    }
}

fn holds(condition: bool) -> Check {
    if condition { Check::Same } else { Check::Changed }
}

impl Guard {
    /// A guard for an entry of a namespace and what it holds now.
    pub fn entry(dict: &Bound<'_, PyDict>, key: &Bound<'_, PyString>) -> Self {
        Self::Entry {
            seen: raw::dict_get(dict, key).map(Bound::unbind),
            dict: dict.clone().unbind(),
            key: key.clone().unbind(),
        }
    }

    /// A guard for a function as it is now.
    pub fn function(function: &Function<'_>) -> Self {
        let held = [
            Some(function.code()),
            function.defaults(),
            function.kwdefaults(),
            function.closure().map(Bound::into_any),
            function.dict().map(Bound::into_any),
        ]
        .into_iter()
        .flatten()
        .map(Bound::unbind)
        .collect();
        Self::Function {
            parts: function_parts(function),
            _held: held,
            function: function.0.clone().unbind(),
        }
    }

    /// A guard for a class and its bases as they are now.
    pub fn class(class: &Bound<'_, PyType>) -> Self {
        match class_version(class) {
            0 => Self::class_entries(class),
            version => Self::Class { class: class.clone().unbind(), version },
        }
    }

    fn class_entries(class: &Bound<'_, PyType>) -> Self {
        let mut entries = Vec::new();
        let mut held = vec![class.clone().into_any().unbind()];
        for base in raw::mro(class).iter().flatten() {
            let Some(dict) = base.cast_into::<PyType>().ok().and_then(|b| raw::type_dict(&b))
            else {
                continue;
            };
            held.extend(dict.values().iter().map(Bound::unbind));
            entries.push((dict.clone().unbind(), identities(&dict)));
        }
        Self::ClassEntries { entries, _held: held }
    }

    /// Looks again.
    pub fn check(&self, py: Python<'_>) -> Check {
        match self {
            Self::Entry { dict, key, seen } => {
                same(seen.as_ref(), raw::dict_get(dict.bind(py), key.bind(py)))
            }
            Self::Item { dict, key, seen } => {
                // SAFETY: live objects; a subclass's own `__getitem__` is not run.
                let now = unsafe {
                    let found = ffi::PyDict_GetItemWithError(dict.as_ptr(), key.as_ptr());
                    if found.is_null() {
                        ffi::PyErr_Clear();
                    }
                    Bound::from_borrowed_ptr_or_opt(py, found)
                };
                same(seen.as_ref(), now)
            }
            Self::Attribute { object, class, key, seen } => {
                let object = object.bind(py);
                // SAFETY: compares the type pointer of a live object.
                let class_is_same =
                    unsafe { ffi::Py_TYPE(object.as_ptr()).cast() == class.as_ptr() };
                if !class_is_same {
                    return Check::Changed;
                }
                let own = raw::instance_dict(object).and_then(|d| raw::dict_get(&d, key.bind(py)));
                same(seen.as_ref(), own.or_else(|| raw::type_lookup(class.bind(py), key.bind(py))))
            }
            Self::Size { dict, len } => holds(dict.bind(py).len() == *len),
            Self::Function { function, parts, .. } => {
                holds(Function::of(function.bind(py)).is_some_and(|f| function_parts(&f) == *parts))
            }
            Self::Cell { cell, seen } => same(seen.as_ref(), raw::cell_contents(cell.bind(py))),
            Self::Class { class, version } => holds(class_version(class.bind(py)) == *version),
            Self::ClassEntries { entries, .. } => {
                holds(entries.iter().all(|(dict, seen)| identities(dict.bind(py)) == *seen))
            }
            Self::Subclasses { class, seen } => {
                let now = raw::subclasses(class.bind(py));
                holds(now.len() == seen.len() && now.iter().zip(seen).all(|(now, s)| now.is(s)))
            }
            Self::Type { object, class } => {
                // SAFETY: compares the type pointer of a live object.
                holds(unsafe { ffi::Py_TYPE(object.as_ptr()).cast() == class.as_ptr() })
            }
            Self::Search(search) => holds(search.holds(py)),
            Self::Count { read, seen, .. } => holds(read() == *seen),
        }
    }

    /// As `check`, for callers that must not run any code: `false` also where only a closer look would tell.
    pub fn holds_at_once(&self, py: Python<'_>) -> bool {
        match self {
            Self::Search(search) => search.is_untouched(py),
            other => matches!(other.check(py), Check::Same),
        }
    }

    /// Whether it looks at files: nothing tells of a change, and a check costs a few system calls.
    pub fn is_outside(&self) -> bool {
        matches!(self, Self::Search(_))
    }

    /// Takes `now` for what the place holds.
    pub fn rebind(&mut self, now: Py<PyAny>) {
        match self {
            Self::Entry { seen, .. }
            | Self::Cell { seen, .. }
            | Self::Item { seen, .. }
            | Self::Attribute { seen, .. } => *seen = Some(now),
            _ => {}
        }
    }
}

fn identities(dict: &Bound<'_, PyDict>) -> Identities {
    dict.iter().map(|(k, v)| (k.as_ptr() as usize, v.as_ptr() as usize)).collect()
}

fn function_parts(function: &Function<'_>) -> [usize; 5] {
    let address = |o: Option<Bound<'_, PyAny>>| o.map_or(0, |o| o.as_ptr() as usize);
    [
        function.code().as_ptr() as usize,
        address(function.defaults()),
        address(function.kwdefaults()),
        address(function.closure().map(Bound::into_any)),
        address(function.dict().map(Bound::into_any)),
    ]
}

/// The version of a class: CPython gives it a new one, or none, whenever the class or a base is changed.
/// 0 where there is none to be had.
fn class_version(class: &Bound<'_, PyType>) -> u32 {
    // SAFETY: reads a field of a live type. A look-up assigns a version if one can be had.
    unsafe {
        let ty = class.as_type_ptr();
        if (*ty).tp_version_tag == 0 {
            let _ = raw::type_lookup(class, pyo3::intern!(class.py(), "__rememo_hash__"));
        }
        (*ty).tp_version_tag
    }
}
