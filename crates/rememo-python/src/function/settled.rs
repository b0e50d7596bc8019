//! Whether a result that was computed while a module was not loaded belongs to what was found once it was.
//!
//! The key of a call that imports a module counts by its code what only running that code would tell
//! (`unloaded`); once the module is loaded, its values count instead, and the key is another. The result may be
//! stored under that other key too if recomputing it from there could not give another one. That is so when the
//! world that the body saw right after the import is the world that was found when it had ended, as far as
//! followed code can tell:
//!
//! 1. All that the first fingerprint had looked at is unchanged, but for modules having been loaded
//!    ([`Followed::is_as_before`]): guards hold, values that can change are encoded again and give the same
//!    digests, and the files are those that were read. So importing changed nothing that the body may have read
//!    before the import, and nothing of it changed since.
//! 2. What the second fingerprint has found and the first had not ([`Followed::settles`]) is as the import left
//!    it: code, versions of libraries, and values that nothing can change in place, under names that no followed
//!    code assigns to, be they global, attributes or enclosed variables; and no followed code assigns by names
//!    that it computes.
//!
//! Then the body, run where the module is loaded already, does after its import what it did here. Where either
//! cannot be established, the next call computes once more. What cannot be seen here cannot be seen elsewhere
//! either: code that is not followed and assigns to what it is not given, and other threads.
//!
//! A name that a library's module makes when it is asked for (`made`) is treated like a module that an import
//! loads: the first call finds it missing, the next one finds what the library left there.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyString, PyTuple, PyType};
use rememo::fingerprint::{Dependency, Kind, NodeId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::bytecode::{CodeFacts, Root, Usage, is_constant};
use super::follow::{Followed, Value};
use super::guard::{Check, Guard};
use super::made;
use super::name::{self, Sort};
use crate::error::HashError;
use crate::raw::{self, Function};
use crate::value::Rules;

/// Built-in functions by which code assigns to names that it computes, or that only running it would tell.
const COMPUTED_STORES: &[&str] =
    &["__import__", "compile", "delattr", "eval", "exec", "globals", "locals", "setattr", "vars"];
/// Attributes that lead to the same.
const COMPUTED_STORE_ATTRIBUTES: &[&str] = &[
    "__delattr__",
    "__dict__",
    "__globals__",
    "__setattr__",
    "__setstate__",
    "__subclasses__",
    "f_globals",
    "f_locals",
    "import_module",
    "modules",
    "reload",
];
/// How deep a value is looked into.
const DEPTH: usize = 12;

/// What followed code assigns to, by name.
#[derive(Debug, Default)]
pub(super) struct Stores {
    names: FxHashSet<String>,
    /// Attributes that only instances are given, when they are made.
    of_new_instances: FxHashSet<String>,
    loads: FxHashSet<String>,
    encloses: bool,
    is_computed: bool,
}

impl Stores {
    /// Takes into account what some code does.
    pub(super) fn add(&mut self, py: Python<'_>, facts: &CodeFacts) {
        for (name, is_of_new_instance) in &facts.stored_attributes {
            // `f.__code__ = …`, `self.__class__ = …`: not what a name holds changes, but what it is.
            self.is_computed |= name.starts_with("__") && name.ends_with("__");
            let names =
                if *is_of_new_instance { &mut self.of_new_instances } else { &mut self.names };
            names.insert(name.clone());
        }
        for (name, _) in &facts.attribute_names {
            self.is_computed |= COMPUTED_STORE_ATTRIBUTES.contains(&name.as_str());
            self.loads.insert(name.clone());
        }
        for access in &facts.accesses {
            let is_store = matches!(access.usage, Usage::StoreGlobal | Usage::DeleteGlobal);
            match &access.root {
                Root::Global(name) => {
                    let name = raw::string(name.bind(py));
                    if is_store {
                        self.names.insert(name);
                    } else {
                        self.is_computed |= COMPUTED_STORES.contains(&name.as_str());
                    }
                }
                Root::Free(_) => self.encloses |= is_store,
                Root::Import { .. } => {}
            }
        }
    }

    /// Whether some part of a dependency's name is assigned to. What a class holds is not what `__init__` gives
    /// an instance of it.
    fn touch(&self, name: &str, is_of_class: bool) -> bool {
        name.split(['.', '[', ' ']).any(|part| {
            self.names.contains(part) || !is_of_class && self.of_new_instances.contains(part)
        })
    }
}

impl Followed {
    /// Whether a module has been loaded that was not, or a name been made; runs no code.
    pub fn has_loaded(&self, py: Python<'_>) -> bool {
        self.guards.iter().any(|(guard, _)| has_appeared(py, guard))
    }

    /// Whether everything that was looked at is as it was, but for modules having been loaded and names made.
    pub fn is_as_before(&self, py: Python<'_>, rules: &Rules) -> Result<bool, HashError> {
        for (guard, _) in &self.guards {
            if !has_appeared(py, guard) && !matches!(guard.check(py), Check::Same) {
                return Ok(false);
            }
        }
        for &index in &self.volatile {
            if !self.encodes_the_same(py, rules, index)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether all that was found in addition to `before`, or differently, is as the import left it.
    pub fn settles(&self, py: Python<'_>, before: &Self) -> bool {
        let all = || [&before.stores, &self.stores].into_iter();
        if before.reading() != self.reading() || all().any(|stores| stores.is_computed) {
            return false;
        }
        let has_metaclass = |followed: &Self| {
            followed
                .known
                .held
                .iter()
                .any(|object| object.bind(py).cast::<PyType>().is_ok_and(is_metaclass))
        };
        // The instances of a metaclass are classes.
        let makes_classes = has_metaclass(self) || has_metaclass(before);
        let touched = |name: &str, is_of_class: bool| {
            all().any(|stores| stores.touch(name, is_of_class && !makes_classes))
        };
        let loaded = |name: &str| all().any(|stores| stores.loads.contains(name));
        let known: FxHashMap<_, _> = before
            .fingerprint()
            .dependencies()
            .iter()
            .map(|dependency| (dependency.key(), dependency.digest))
            .collect();
        let is_new =
            |dependency: &Dependency| known.get(&dependency.key()) != Some(&dependency.digest);
        for dependency in self.fingerprint().dependencies().iter().filter(|d| is_new(d)) {
            let may_change = match dependency.kind {
                // Whoever has a module may set any name in it.
                Kind::Module => true,
                Kind::Closure => all().any(|stores| stores.encloses),
                Kind::Attribute => touched(&dependency.name, true),
                _ => touched(&dependency.name, false),
            };
            if may_change {
                return false;
            }
        }
        let is_settled = |value: &Value| {
            let dependency = self.fingerprint().dependency(value.node);
            let last = dependency.name.rsplit('.').next().unwrap_or_default();
            !is_new(dependency)
                || is_steadfast(value.object.bind(py), DEPTH)
                || dependency.kind == Kind::Attribute && !loaded(last)
        };
        // Names that led somewhere, or to nothing, and what classes hold under theirs.
        let entry = |guard: &Guard| match guard {
            Guard::Entry { dict, key, .. } => Some((dict.as_ptr() as usize, key.as_ptr() as usize)),
            _ => None,
        };
        let looked_up: FxHashSet<_> =
            before.guards.iter().filter_map(|(guard, _)| entry(guard)).collect();
        let keeps_name = |guard: &Guard| match guard {
            Guard::Entry { key, .. } => {
                entry(guard).is_some_and(|entry| looked_up.contains(&entry))
                    || !touched(&raw::string(key.bind(py)), false)
            }
            _ => true,
        };
        let keeps_entries = |(&address, &node): (&usize, &NodeId)| {
            !is_new(self.fingerprint().dependency(node))
                || self.held_class(py, address).is_none_or(|class| {
                    let names = raw::type_dict(&class).map(|dict| dict.keys());
                    !names.iter().flatten().any(|name| {
                        name.cast::<PyString>().is_ok_and(|name| touched(&raw::string(name), true))
                    })
                })
        };
        let is_made_by_library = |guard: &Guard| match guard {
            Guard::Entry { key, .. } if made::is_made_now(py, guard) => {
                !touched(&raw::string(key.bind(py)), false)
            }
            _ => true,
        };
        self.values.iter().all(is_settled)
            && before.guards.iter().all(|(guard, _)| is_made_by_library(guard))
            && self.guards.iter().all(|(guard, _)| keeps_name(guard))
            && self.known.nodes.iter().all(keeps_entries)
    }

    /// The class at an address, if that is what is held there.
    fn held_class<'py>(&self, py: Python<'py>, address: usize) -> Option<Bound<'py, PyType>> {
        let held = self.known.held.iter().find(|object| object.as_ptr() as usize == address)?;
        held.bind(py).cast::<PyType>().ok().cloned()
    }
}

fn is_metaclass(class: &Bound<'_, PyType>) -> bool {
    raw::is_heap_type(class) && raw::has_flag(class, ffi::Py_TPFLAGS_TYPE_SUBCLASS)
}

/// Whether there is now what the guard did not see: a module that was loaded, a name that a library made.
fn has_appeared(py: Python<'_>, guard: &Guard) -> bool {
    is_loaded_now(py, guard) || made::is_made_now(py, guard)
}

/// Whether the guard saw no module where there is one now.
fn is_loaded_now(py: Python<'_>, guard: &Guard) -> bool {
    let Guard::Entry { dict, key, seen } = guard else { return false };
    let Some(now) = raw::dict_get(dict.bind(py), key.bind(py)) else { return false };
    let was_module = seen.as_ref().is_some_and(|seen| raw::module_dict(seen.bind(py)).is_some());
    !was_module
        && raw::module_dict(&now).is_some()
        && raw::loaded_module(py, &name::module_name(&now)).is_some_and(|module| module.is(&now))
}

/// Whether nothing but an assignment to a name can change the value: nothing in it can be changed in place.
fn is_steadfast(object: &Bound<'_, PyAny>, depth: usize) -> bool {
    if is_constant(object) {
        return true;
    }
    if depth == 0 {
        return false;
    }
    let py = object.py();
    let steadfast = |part: &Bound<'_, PyAny>| is_steadfast(part, depth - 1);
    let attribute =
        |name: &str| object.getattr(name).is_ok_and(|part| is_steadfast(&part, depth - 1));
    if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        return tuple.iter().all(|part| steadfast(&part));
    }
    if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
        return set.iter().all(|part| steadfast(&part));
    }
    // Code counts by dependencies of its own.
    if Function::of(object).is_some() || object.cast::<PyType>().is_ok() {
        return true;
    }
    if matches!(name::sort(object), Sort::Library(..) | Sort::Cached(_)) {
        return true;
    }
    // SAFETY: compares type pointers of a live object; the getters of exactly these types return what they store.
    unsafe {
        let ty = ffi::Py_TYPE(object.as_ptr());
        if ty == &raw mut ffi::PyStaticMethod_Type || ty == &raw mut ffi::PyClassMethod_Type {
            return attribute("__func__");
        }
        if ty == &raw mut ffi::PyProperty_Type {
            return ["fget", "fset", "fdel"].into_iter().all(attribute);
        }
        if ty == &raw mut raw::PyMethod_Type {
            return attribute("__func__") && attribute("__self__");
        }
        if ty == &raw mut ffi::PyCFunction_Type || ty == &raw mut ffi::PyCMethod_Type {
            return attribute("__self__");
        }
    }
    let class = object.get_type();
    let (module, name) = raw::type_names(&class);
    match (module.as_str(), name.as_str()) {
        ("functools", "_lru_cache_wrapper") => attribute("__wrapped__"),
        ("functools", "partial") => {
            attribute("func")
                && attribute("args")
                && has_steadfast_entries(object, "keywords", depth)
        }
        ("collections", "_tuplegetter") => true,
        // They count by their names.
        ("logging", "Logger" | "RootLogger") => true,
        ("_thread", "lock" | "RLock") => true,
        (
            "builtins" | "re" | "decimal" | "fractions" | "datetime" | "uuid" | "pathlib"
            | "pathlib._local" | "zoneinfo" | "types",
            "range" | "slice" | "Pattern" | "Decimal" | "Fraction" | "date" | "datetime" | "time"
            | "timedelta" | "timezone" | "UUID" | "Path" | "PosixPath" | "WindowsPath" | "PurePath"
            | "PurePosixPath" | "PureWindowsPath" | "ZoneInfo" | "GenericAlias",
        ) => true,
        _ => is_steadfast_member(py, object, &class, depth),
    }
}

/// A member of an enumeration whose value is steadfast.
fn is_steadfast_member(
    py: Python<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
    depth: usize,
) -> bool {
    let is_enum = raw::type_names(&class.get_type()).0 == "enum";
    is_enum
        && raw::instance_dict(object)
            .and_then(|dict| raw::dict_get(&dict, intern!(py, "_value_")))
            .is_some_and(|value| is_steadfast(&value, depth - 1))
}

fn has_steadfast_entries(object: &Bound<'_, PyAny>, name: &str, depth: usize) -> bool {
    let Ok(entries) = object.getattr(name) else { return false };
    entries
        .cast_exact::<PyDict>()
        .is_ok_and(|dict| dict.values().iter().all(|value| is_steadfast(&value, depth - 1)))
}
