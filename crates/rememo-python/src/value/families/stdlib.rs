//! Plain value types of the standard library.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::{Encoder, HashError, Known, Opened, known};
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("datetime", "date", date),
    known("datetime", "datetime", datetime),
    known("datetime", "time", time),
    known("datetime", "timedelta", timedelta),
    known("datetime", "timezone", timezone),
    known("zoneinfo", "ZoneInfo", zoneinfo),
    known("builtins", "range", range),
    known("builtins", "slice", slice),
    known("builtins", "mappingproxy", mapping_proxy),
    known("builtins", "memoryview", memoryview),
    known("builtins", "object", sentinel),
    known("re", "Pattern", pattern),
    known("pathlib", "PosixPath", path),
    known("pathlib", "WindowsPath", path),
    known("pathlib", "PurePosixPath", path),
    known("pathlib", "PureWindowsPath", path),
    known("pathlib._local", "PosixPath", path),
    known("pathlib._local", "WindowsPath", path),
    known("pathlib._local", "PurePosixPath", path),
    known("pathlib._local", "PureWindowsPath", path),
    known("collections", "OrderedDict", ordered_dict),
    known("collections", "defaultdict", default_dict),
    known("collections", "deque", deque),
    known("types", "SimpleNamespace", namespace),
    known("functools", "partial", partial),
    known("functools", "_lru_cache_wrapper", lru_cache),
    known("weakref", "ReferenceType", weak_reference),
    known("weakref", "WeakValueDictionary", weak_mapping),
    known("weakref", "WeakKeyDictionary", weak_mapping),
    known("_weakrefset", "WeakSet", weak_set),
    known("decimal", "Context", decimal_context),
    known("_contextvars", "ContextVar", context_var),
    known("contextvars", "ContextVar", context_var),
    known("builtins", "ContextVar", context_var),
];

fn attributes(object: &Bound<'_, PyAny>, names: &[&'static str]) -> PyResult<Vec<Part>> {
    names.iter().map(|name| Ok(Part::named(name, object.getattr(*name)?))).collect()
}

fn date(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("datetime.date", attributes(object, &["year", "month", "day"])?))
}

fn datetime(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let names =
        ["year", "month", "day", "hour", "minute", "second", "microsecond", "fold", "tzinfo"];
    Ok(encoder.record("datetime.datetime", attributes(object, &names)?))
}

fn time(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let names = ["hour", "minute", "second", "microsecond", "fold", "tzinfo"];
    Ok(encoder.record("datetime.time", attributes(object, &names)?))
}

fn timedelta(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder
        .record("datetime.timedelta", attributes(object, &["days", "seconds", "microseconds"])?))
}

/// Offset and name: what `timezone(offset, name)` was made from.
fn timezone(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let args = object.call_method0("__getinitargs__")?;
    Ok(encoder.record("datetime.timezone", vec![Part::hidden(args)]))
}

/// A zone counts by its key; one made from a file without a key cannot be read back.
fn zoneinfo(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let key = object.getattr("key")?;
    if key.is_none() {
        return Ok(encoder.refuse(object, "a time zone made from a file has no key"));
    }
    Ok(encoder.record("zoneinfo.ZoneInfo", vec![Part::named("key", key)]))
}

fn range(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("range", attributes(object, &["start", "stop", "step"])?))
}

fn slice(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("slice", attributes(object, &["start", "stop", "step"])?))
}

fn mapping_proxy(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let copy = PyDict::new(object.py());
    copy.update(object.cast::<pyo3::types::PyMapping>().map_err(PyErr::from)?)?;
    Ok(encoder.record("mappingproxy", vec![Part::hidden(copy.into_any())]))
}

fn memoryview(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["format", "shape", "readonly"])?;
    parts.push(Part::hidden(object.call_method0("tobytes")?));
    Ok(encoder.record("memoryview", parts))
}

/// A bare `object()` is a sentinel: it has a type and nothing else.
fn sentinel(encoder: &mut Encoder<'_>, _object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("object", Vec::new()))
}

fn pattern(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("re.Pattern", attributes(object, &["pattern", "flags"])?))
}

/// The flavour and the text of the path; what it caches of itself does not count.
fn path(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let (_, name) = crate::raw::type_names(&object.get_type());
    let text = object.str()?;
    Ok(encoder.record(&format!("pathlib.{name}"), vec![Part::hidden(text.into_any())]))
}

fn ordered_dict(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    // The order of an OrderedDict lies in a list of its own: its own items() tells it, C code for the exact type.
    let items = PyList::new(
        object.py(),
        object.call_method0("items")?.try_iter()?.collect::<PyResult<Vec<_>>>()?,
    )?;
    let attributes = crate::raw::instance_dict(object)
        .map_or_else(|| object.py().None().into_bound(object.py()), Bound::into_any);
    Ok(encoder.record(
        "collections.OrderedDict",
        vec![Part::hidden(items.into_any()), Part::hidden(attributes)],
    ))
}

fn default_dict(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let content = crate::value::builtin::base_content(object)?
        .unwrap_or_else(|| object.py().None().into_bound(object.py()));
    encoder.note_mutable();
    Ok(encoder.record(
        "collections.defaultdict",
        vec![
            Part::named("default_factory", object.getattr("default_factory")?),
            Part::hidden(content),
        ],
    ))
}

fn deque(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let items = PyList::new(object.py(), object.try_iter()?.collect::<PyResult<Vec<_>>>()?)?;
    Ok(encoder.record(
        "collections.deque",
        vec![Part::named("maxlen", object.getattr("maxlen")?), Part::hidden(items.into_any())],
    ))
}

fn namespace(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dict = object.getattr("__dict__")?;
    Ok(encoder.record(
        "types.SimpleNamespace",
        vec![Part { label: crate::value::Label::Attributes, value: dict.unbind() }],
    ))
}

fn partial(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["func", "args", "keywords"])?;
    if let Some(dict) = crate::raw::instance_dict(object)
        && !dict.is_empty()
    {
        parts.push(Part::hidden(dict.into_any()));
    }
    Ok(encoder.record("functools.partial", parts))
}

/// What it wraps and how it was made; not what it has cached.
fn lru_cache(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let wrapped = object.getattr("__wrapped__")?;
    Ok(encoder.record("functools.lru_cache", vec![Part::named("__wrapped__", wrapped)]))
}

/// By what it refers to, or as dead.
fn weak_reference(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let referent = object.call0()?;
    if referent.is_none() {
        return Ok(encoder.record("weakref.dead", Vec::new()));
    }
    Ok(encoder.record("weakref.ref", vec![Part::named("referent", referent)]))
}

fn weak_mapping(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let (_, name) = crate::raw::type_names(&object.get_type());
    let items: Vec<Bound<'_, PyAny>> =
        object.call_method0("items")?.try_iter()?.collect::<PyResult<_>>()?;
    let items = PyList::new(object.py(), items)?;
    Ok(encoder.record(&format!("weakref.{name}"), vec![Part::hidden(items.into_any())]))
}

fn weak_set(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let items: Vec<Bound<'_, PyAny>> = object.try_iter()?.collect::<PyResult<_>>()?;
    let set = pyo3::types::PySet::new(object.py(), items)?;
    Ok(encoder.record("weakref.WeakSet", vec![Part::hidden(set.into_any())]))
}

/// A decimal context by its settings; its flags change by mere use.
fn decimal_context(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["prec", "rounding", "Emin", "Emax", "capitals", "clamp"])?;
    let mut traps = Vec::new();
    for item in object.getattr("traps")?.call_method0("items")?.try_iter()? {
        let item = item?.cast_into::<PyTuple>().map_err(PyErr::from)?;
        if item.get_item(1)?.is_truthy()? {
            traps.push(item.get_item(0)?.getattr("__name__")?);
        }
    }
    let traps = pyo3::types::PySet::new(object.py(), traps)?;
    parts.push(Part::named("traps", traps.into_any()));
    Ok(encoder.record("decimal.Context", parts))
}

/// A context variable by its name and its present value, as code that reads it would get it.
fn context_var(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let mut parts = vec![Part::named("name", object.getattr("name")?)];
    let unset = pyo3::types::PyTuple::empty(py).into_any();
    // Its default where it is not set; a LookupError where it has none.
    parts.push(Part::named("value", object.call_method0("get").unwrap_or(unset)));
    Ok(encoder.record("contextvars.ContextVar", parts))
}
