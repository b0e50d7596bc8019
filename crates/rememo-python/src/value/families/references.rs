//! Weak references by what they refer to, context variables by their value.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PySet, PyString, PyTuple, PyType};

use super::{Base, Encoder, HashError, Known, Opened, base, class_name, known, other_attributes};
use crate::raw;
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("weakref", "ReferenceType", reference),
    known("weakref", "KeyedRef", keyed),
    known("weakref", "WeakMethod", method),
    known("weakref", "ProxyType", proxy),
    known("weakref", "CallableProxyType", proxy),
    known("weakref", "WeakValueDictionary", mapping),
    known("weakref", "WeakKeyDictionary", mapping),
    known("_weakrefset", "WeakSet", set),
    known("_contextvars", "ContextVar", context_var),
    known("_contextvars", "Context", context),
];

pub(super) const BASES: &[Base] = &[
    base("weakref", "ReferenceType", own_reference),
    base("weakref", "WeakValueDictionary", own_mapping),
    base("weakref", "WeakKeyDictionary", own_mapping),
    base("_weakrefset", "WeakSet", own_set),
];

/// How the standard library keeps weak collections.
const INTERNAL: &[&str] = &["data", "_remove", "_pending_removals", "_iterating", "_dirty_len"];

/// What a weak reference or proxy refers to, none if that is gone.
fn referent<'py>(reference: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    // SAFETY: called for references and proxies alone; the borrowed result is given a reference at once.
    let found = unsafe {
        Bound::from_borrowed_ptr_or_opt(
            reference.py(),
            ffi::PyWeakref_GetObject(reference.as_ptr()),
        )
    };
    found.filter(|found| !found.is_none())
}

/// By what it refers to, or as dead.
fn reference(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(match referent(object) {
        Some(found) => encoder.record("weakref.ref", vec![Part::named("referent", found)]),
        None => encoder.record("weakref.dead", Vec::new()),
    })
}

/// As `WeakValueDictionary` keeps its values: the key beside it.
fn keyed(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = vec![Part::named("key", object.getattr("key")?)];
    parts.extend(referent(object).map(|found| Part::named("referent", found)));
    Ok(encoder.record("weakref.KeyedRef", parts))
}

fn proxy(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(match referent(object) {
        Some(found) => encoder.record("weakref.proxy", vec![Part::named("referent", found)]),
        None => encoder.record("weakref.dead proxy", Vec::new()),
    })
}

/// The method that it gives when it is called.
fn method(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let method = object.call0()?;
    Ok(if method.is_none() {
        encoder.record("weakref.dead", Vec::new())
    } else {
        encoder.record("weakref.WeakMethod", vec![Part::hidden(method)])
    })
}

fn own_reference(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let found = referent(object).unwrap_or_else(|| object.py().None().into_bound(object.py()));
    let mut parts = vec![Part::named("referent", found)];
    parts.append(&mut encoder.own_state(object, class)?);
    encoder.instance(class, "weakref.ref", parts)
}

fn data<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    raw::instance_dict(object)
        .and_then(|dict| raw::dict_get(&dict, pyo3::intern!(object.py(), "data")))
        .ok_or_else(|| pyo3::exceptions::PyAttributeError::new_err("data"))
}

fn is_reference(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: looks at the type of a live object.
    unsafe { ffi::PyWeakref_CheckRef(object.as_ptr()) != 0 }
}

/// The items that are still there, as they were put in.
fn items<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = object.py();
    let data = data(object)?.cast_into::<PyDict>().map_err(PyErr::from)?;
    let list = PyList::empty(py);
    for (key, value) in data.iter() {
        let alive = |held: Bound<'py, PyAny>| {
            if is_reference(&held) { referent(&held) } else { Some(held) }
        };
        if let (Some(key), Some(value)) = (alive(key), alive(value)) {
            list.append(PyTuple::new(py, [key, value])?)?;
        }
    }
    Ok(list)
}

fn mapping(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let kind = format!("weakref.{}", class_name(object));
    let mut parts = vec![Part::hidden(items(object)?.into_any())];
    parts.extend(other_attributes(object, INTERNAL)?);
    Ok(encoder.record(&kind, parts))
}

fn own_mapping(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let mut parts = vec![Part::hidden(items(object)?.into_any())];
    parts.extend(other_attributes(object, INTERNAL)?);
    encoder.instance_with_slots(object, class, "weak mapping", parts)
}

fn elements<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
    let data = data(object)?.cast_into::<PySet>().map_err(PyErr::from)?;
    PySet::new(object.py(), data.iter().filter_map(|held| referent(&held)))
}

fn set(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = vec![Part::hidden(elements(object)?.into_any())];
    parts.extend(other_attributes(object, INTERNAL)?);
    Ok(encoder.record("weakref.WeakSet", parts))
}

fn own_set(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let mut parts = vec![Part::hidden(elements(object)?.into_any())];
    parts.extend(other_attributes(object, INTERNAL)?);
    encoder.instance_with_slots(object, class, "weak set", parts)
}

/// A context variable by its name and its present value, as code that reads it would get it.
fn context_var(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    // Its default where it is not set; a LookupError where it has none.
    let value = object.call_method0("get").unwrap_or_else(|_| PyTuple::empty(py).into_any());
    let parts = vec![Part::named("name", object.getattr("name")?), Part::named("value", value)];
    Ok(encoder.record("contextvars.ContextVar", parts))
}

/// The variables that are set in it, by name, in the order of their names.
fn context(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut found = Vec::new();
    for item in object.call_method0("items")?.try_iter()? {
        let item = item?;
        let name = item.get_item(0)?.getattr("name")?;
        let text = raw::string(name.cast::<PyString>().map_err(PyErr::from)?);
        found.push((text, name, item.get_item(1)?));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut parts = Vec::new();
    for (_, name, value) in found {
        parts.push(Part::hidden(name));
        parts.push(Part::hidden(value));
    }
    Ok(encoder.record("contextvars.Context", parts))
}
