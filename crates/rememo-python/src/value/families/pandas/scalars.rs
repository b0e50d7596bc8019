//! Scalars of pandas: moments, spans, periods, intervals, what is missing, and date offsets.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::super::{Encoder, HashError, Known, Opened, Part, attributes, class_name, known};
use crate::raw;

pub(super) const TYPES: &[Known] = &[
    known("pandas", "Timestamp", timestamp),
    known("pandas._libs.tslibs.timestamps", "Timestamp", timestamp),
    known("pandas", "Timedelta", timedelta),
    known("pandas._libs.tslibs.timedeltas", "Timedelta", timedelta),
    known("pandas", "Period", period),
    known("pandas._libs.tslibs.period", "Period", period),
    known("pandas", "Interval", interval),
    known("pandas._libs.interval", "Interval", interval),
    known("pandas.api.typing", "NaTType", nothing),
    known("pandas._libs.tslibs.nattype", "NaTType", nothing),
    known("pandas.api.typing", "NAType", nothing),
    known("pandas._libs.missing", "NAType", nothing),
    known("pandas", "DateOffset", offset),
];

/// The moment in UTC with its unit, the time zone, and which of two equal wall times it is.
fn timestamp(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("pandas.Timestamp", attributes(object, &["asm8", "tzinfo", "fold"])?))
}

fn timedelta(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("pandas.Timedelta", attributes(object, &["asm8"])?))
}

fn period(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("pandas.Period", attributes(object, &["ordinal", "freq"])?))
}

fn interval(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("pandas.Interval", attributes(object, &["left", "right", "closed"])?))
}

fn nothing(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), Vec::new()))
}

/// The kind of offset and what it was made with; not what it has worked out.
pub(super) fn offset(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    let mut names = Vec::new();
    for name in object.getattr("_attributes")?.try_iter()? {
        names.push(name?.cast_into::<PyString>().map_err(PyErr::from)?);
    }
    names.sort_by_key(raw::string);
    let py = object.py();
    let mut parts = Vec::new();
    for name in names {
        // Those of the general kind are there where they were given.
        let Ok(value) = object.getattr(&name) else { continue };
        let pair = PyTuple::new(py, [name.into_any(), value])?;
        parts.push(Part::hidden(pair.into_any()));
    }
    Ok(encoder.record(&format!("pandas.offsets.{}", class_name(object)), parts))
}
