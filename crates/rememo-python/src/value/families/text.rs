//! What reads and writes text and bytes: patterns, matches, formats, decoders.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyType};

use super::{
    Base, Encoder, HashError, Known, Opened, attributes, base, known, list_part, other_attributes,
};
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("re", "Pattern", pattern),
    known("re", "Match", found),
    known("_struct", "Struct", layout),
    known("json.decoder", "JSONDecoder", json_decoder),
    known("_csv", "Dialect", csv_dialect),
    known("sqlite3", "Row", row),
];

pub(super) const BASES: &[Base] = &[base("json.decoder", "JSONDecoder", own_json_decoder)];

fn pattern(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("re.Pattern", attributes(object, &["pattern", "flags"])?))
}

/// What was searched for, in what, between which positions, and what was found where.
fn found(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let names = ["re", "string", "pos", "endpos", "regs", "lastindex"];
    Ok(encoder.record("re.Match", attributes(object, &names)?))
}

fn layout(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("struct.Struct", attributes(object, &["format"])?))
}

/// The scanner is made of the settings.
const SCANNER: &[&str] = &["scan_once", "memo"];

fn json_decoder(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let parts = other_attributes(object, SCANNER)?;
    Ok(encoder.record("json.JSONDecoder", parts.into_iter().collect()))
}

fn own_json_decoder(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let parts = other_attributes(object, SCANNER)?;
    encoder.instance_with_slots(object, class, "JSONDecoder", parts.into_iter().collect())
}

fn csv_dialect(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let names = [
        "delimiter",
        "doublequote",
        "escapechar",
        "lineterminator",
        "quotechar",
        "quoting",
        "skipinitialspace",
        "strict",
    ];
    Ok(encoder.record("csv.Dialect", attributes(object, &names)?))
}

/// Names and values of the columns.
fn row(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let keys =
        PyList::new(py, object.call_method0("keys")?.try_iter()?.collect::<PyResult<Vec<_>>>()?)?;
    let values = object.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let parts = vec![Part::named("keys", keys.into_any()), list_part(py, "values", values)?];
    Ok(encoder.record("sqlite3.Row", parts))
}
