//! Plain value types of the standard library: times, paths, ranges and the like.

use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::{Base, Encoder, HashError, Known, Opened, attributes, base, known, other_attributes};
use crate::raw;
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
    known("builtins", "memoryview", memoryview),
    known("builtins", "object", sentinel),
    known("pathlib", "PosixPath", path),
    known("pathlib", "WindowsPath", path),
    known("pathlib", "PurePosixPath", path),
    known("pathlib", "PureWindowsPath", path),
    known("pathlib._local", "PosixPath", path),
    known("pathlib._local", "WindowsPath", path),
    known("pathlib._local", "PurePosixPath", path),
    known("pathlib._local", "PureWindowsPath", path),
    known("types", "SimpleNamespace", namespace),
    known("decimal", "Context", decimal_context),
];

pub(super) const BASES: &[Base] =
    &[base("pathlib", "PurePath", own_path), base("pathlib._local", "PurePath", own_path)];

/// What a path keeps for itself: its text in parts, and what it has worked out of it.
const PATH_SLOTS: &[&str] = &[
    "_drv",
    "_root",
    "_parts",
    "_str",
    "_hash",
    "_pparts",
    "_cached_cparts",
    "_raw_path",
    "_raw_paths",
    "_tail_cached",
    "_str_normcase_cached",
    "_parts_normcase_cached",
    "_lines_cached",
];

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

/// The flavour and the text of the path; what it caches of itself does not count.
fn path(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let (_, name) = crate::raw::type_names(&object.get_type());
    let text = object.str()?;
    Ok(encoder.record(&format!("pathlib.{name}"), vec![Part::hidden(text.into_any())]))
}

/// A user's kind of path: its class, the text, what it adds.
fn own_path(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let pure = raw::by_dotted_name(object.py(), "pathlib.PurePath").ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("pathlib is being taken out of sys.modules")
    })?;
    let mut parts = vec![Part::hidden(pure.getattr("__str__")?.call1((object,))?)];
    parts.extend(other_attributes(object, &[])?);
    encoder.instance_with_other_slots(object, class, "path", parts, PATH_SLOTS)
}

fn namespace(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dict = object.getattr("__dict__")?;
    Ok(encoder.record(
        "types.SimpleNamespace",
        vec![Part { label: crate::value::Label::Attributes, value: dict.unbind() }],
    ))
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
