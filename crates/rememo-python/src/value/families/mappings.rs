//! Mappings and queues of `collections`, views of dictionaries.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyType};

use super::{Base, Encoder, HashError, Known, Opened, base, known, loaded};
use crate::raw;
use crate::value::Part;
use crate::value::builtin::base_content;

pub(super) const TYPES: &[Known] = &[
    known("builtins", "mappingproxy", mapping_proxy),
    known("builtins", "dict_keys", view),
    known("builtins", "dict_values", view),
    known("builtins", "dict_items", view),
    known("builtins", "odict_keys", view),
    known("builtins", "odict_values", view),
    known("builtins", "odict_items", view),
    known("collections", "OrderedDict", ordered_dict),
    known("collections", "defaultdict", default_dict),
    known("collections", "deque", deque),
];

pub(super) const BASES: &[Base] = &[
    base("collections", "OrderedDict", own_ordered_dict),
    base("collections", "defaultdict", own_default_dict),
    base("collections", "deque", own_deque),
    base("collections", "Counter", own_counter),
];

/// By its items as a dict. What stands behind it, if it is no dict, is asked for them.
fn mapping_proxy(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let copy = PyDict::new(object.py());
    let behind = super::referents(object);
    match behind.first().filter(|mapping| mapping.is_instance_of::<PyDict>()) {
        Some(mapping) => {
            copy.update(mapping.cast::<pyo3::types::PyMapping>().map_err(PyErr::from)?)?
        }
        None => copy.update(object.cast::<pyo3::types::PyMapping>().map_err(PyErr::from)?)?,
    }
    Ok(encoder.record("mappingproxy", vec![Part::hidden(copy.into_any())]))
}

/// What it shows at present, in order.
fn view(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let items = PyList::new(object.py(), object.try_iter()?.collect::<PyResult<Vec<_>>>()?)?;
    Ok(encoder.record(&super::class_name(object), vec![Part::hidden(items.into_any())]))
}

/// A method of a class of `collections`, called on an instance that may have one of its own.
fn of_base<'py>(
    object: &Bound<'py, PyAny>,
    class: &str,
    method: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let class = loaded(object.py(), "collections", class).ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("collections is being taken out of sys.modules")
    })?;
    class.getattr(method)?.call1((object,))
}

fn listed<'py>(items: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let found = items.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(items.py(), found)?.into_any())
}

/// The order of an OrderedDict lies in a list of its own, which its own `items` tells.
fn ordered_dict(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let items = listed(&object.call_method0("items")?)?;
    let attributes = raw::instance_dict(object)
        .map_or_else(|| object.py().None().into_bound(object.py()), Bound::into_any);
    let parts = vec![Part::hidden(items), Part::hidden(attributes)];
    Ok(encoder.record("collections.OrderedDict", parts))
}

fn own_ordered_dict(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let mut parts = vec![Part::hidden(listed(&of_base(object, "OrderedDict", "items")?)?)];
    parts.append(&mut encoder.own_state(object, class)?);
    encoder.instance(class, "OrderedDict", parts)
}

fn content(object: &Bound<'_, PyAny>) -> PyResult<Part> {
    let none = || object.py().None().into_bound(object.py());
    Ok(Part::hidden(base_content(object)?.unwrap_or_else(none)))
}

fn default_dict(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let factory = Part::named("default_factory", object.getattr("default_factory")?);
    let parts = vec![factory, content(object)?];
    Ok(encoder.record("collections.defaultdict", parts))
}

fn own_default_dict(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let factory = member(object, "defaultdict", "default_factory")?;
    let mut parts = vec![Part::named("default_factory", factory), content(object)?];
    parts.append(&mut encoder.own_state(object, class)?);
    encoder.instance(class, "defaultdict", parts)
}

/// A field that the class of `collections` keeps in C, whatever a subclass has under its name.
fn member<'py>(object: &Bound<'py, PyAny>, class: &str, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let class = loaded(object.py(), "collections", class).ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("collections is being taken out of sys.modules")
    })?;
    class.getattr(name)?.call_method1("__get__", (object, class))
}

fn deque(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let parts =
        vec![Part::named("maxlen", object.getattr("maxlen")?), Part::hidden(listed(object)?)];
    Ok(encoder.record("collections.deque", parts))
}

fn own_deque(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let items = of_base(object, "deque", "__iter__")?;
    let mut parts = vec![
        Part::named("maxlen", member(object, "deque", "maxlen")?),
        Part::hidden(listed(&items)?),
    ];
    parts.append(&mut encoder.own_state(object, class)?);
    encoder.instance(class, "deque", parts)
}

/// A Counter reduces to its counts alone, a subclass may hold more.
fn own_counter(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let mut parts = vec![content(object)?];
    parts.append(&mut encoder.own_state(object, class)?);
    encoder.instance(class, "Counter", parts)
}
