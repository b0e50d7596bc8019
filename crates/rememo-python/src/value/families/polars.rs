//! polars: frames and series by type, names and values; lazy frames and expressions by what they serialise to.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::arrow::{self, Options};
use super::{Encoder, HashError, Known, Opened, Part, attributes, class_name, known};
use crate::raw;
use crate::value::FrameKind;

pub(super) const TYPES: &[Known] = &[
    known("polars.dataframe.frame", "DataFrame", frame),
    known("polars.series.series", "Series", series),
    known("polars.lazyframe.frame", "LazyFrame", lazy_frame),
    known("polars.expr.expr", "Expr", expression),
    known("polars.datatypes.classes", "Field", field),
];

pub(super) const FAMILIES: &[Known] = &[known("polars.datatypes.classes", "DataType", data_type)];

/// A categorical column counts by its strings: the numbers behind them depend on what else the process has read.
const OPTIONS: Options = Options { text_is_one: false, dictionary_by_value: true };

fn frame(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    for dtype in object.getattr("dtypes")?.try_iter()? {
        if holds_objects(&dtype?)? {
            let parts = vec![Part::hidden(object.call_method0("get_columns")?)];
            return Ok(encoder.record("polars.DataFrame", parts));
        }
    }
    let parts = attributes(object, &["shape", "columns", "dtypes"])?;
    by_arrow(encoder, object, "polars.DataFrame", parts)
}

fn series(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dtype = object.getattr("dtype")?;
    if holds_objects(&dtype)? {
        if class_name(&dtype) != "Object" {
            return Ok(encoder.refuse(object, "it holds Python objects within a nested type"));
        }
        let mut parts = attributes(object, &["name", "dtype"])?;
        parts.push(Part::hidden(object.call_method0("to_list")?));
        return Ok(encoder.record("polars.Series", parts));
    }
    let parts = attributes(object, &["name", "dtype"])?;
    by_arrow(encoder, object, "polars.Series", parts)
}

/// Whether values of the type are references to Python objects, which Arrow would carry as addresses.
pub(crate) fn holds_objects(dtype: &Bound<'_, PyAny>) -> PyResult<bool> {
    if class_name(dtype) == "Object" {
        return Ok(true);
    }
    if let Ok(inner) = dtype.getattr("inner") {
        return holds_objects(&inner);
    }
    if let Ok(fields) = dtype.getattr("fields") {
        for field in fields.try_iter()? {
            if holds_objects(&field?.getattr("dtype")?)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn by_arrow(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    kind: &str,
    parts: Vec<Part>,
) -> Result<Opened, HashError> {
    encoder.writer.record(kind, 1 + parts.len());
    if let Err(cause) = arrow::write(encoder, object, OPTIONS) {
        return encoder.failed(object, "it holds values that Arrow cannot carry", cause);
    }
    Ok(Opened::Frame(FrameKind::parts(parts)))
}

/// A plan. Files that it names count by their names, as a path does.
fn lazy_frame(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let bytes = object.call_method0("serialize")?;
    serialised(encoder, object, "polars.LazyFrame", &bytes)
}

fn expression(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let bytes = object.getattr("meta")?.call_method0("serialize")?;
    serialised(encoder, object, "polars.Expr", &bytes)
}

/// A Python function is serialised by name or by the bytes of its code: neither tells whether what it reads has
/// changed.
fn serialised(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    kind: &str,
    bytes: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    let content = bytes.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes();
    let has_function = [&b"PLPYFN"[..], b"PLPYUDF"]
        .iter()
        .any(|mark| content.windows(mark.len()).any(|window| window == *mark));
    if has_function {
        return Ok(encoder.refuse(object, "it holds a Python function that cannot be followed"));
    }
    Ok(encoder.record(kind, vec![Part::hidden(bytes.clone())]))
}

fn field(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("polars.Field", attributes(object, &["name", "dtype"])?))
}

/// The kind and its parameters.
fn data_type(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let py = object.py();
    let mut parts = Vec::new();
    if let Some(dict) = raw::instance_dict(object) {
        let mut entries: Vec<_> = dict
            .iter()
            .filter_map(|(name, value)| Some((name.cast_into::<PyString>().ok()?, value)))
            .collect();
        entries.sort_by_key(|(name, _)| raw::string(name));
        for (name, value) in entries {
            // The registry behind a categorical type: a part of the extension that shows its name alone.
            let value = if class_name(&value) == "Categories" {
                let names = ["name", "namespace", "physical"];
                let shown: Vec<_> = names
                    .iter()
                    .filter_map(|name| {
                        let method = value.getattr(*name).ok()?;
                        method.call0().ok()
                    })
                    .collect();
                pyo3::types::PyList::new(py, shown)?.into_any()
            } else {
                value
            };
            parts.push(Part::hidden(name.into_any()));
            parts.push(Part::hidden(value));
        }
    }
    Ok(encoder.record(&format!("polars.{}", class_name(object)), parts))
}
