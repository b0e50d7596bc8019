//! Extension arrays of pandas: values and what is missing, not what lies under it.

use pyo3::prelude::*;

use super::super::arrow::{self, Options};
use super::super::numpy::unmasked;
use super::super::{
    Encoder, HashError, Known, Opened, Part, attributes, class_name, known, present,
};
use crate::raw;

macro_rules! arrays {
    ($($module:literal, $name:literal, $handler:expr;)*) => {
        &[$(
            known("pandas.arrays", $name, $handler),
            known(concat!("pandas.core.arrays.", $module), $name, $handler),
        )*
        known("pandas", "Categorical", categorical),
        known("pandas.core.arrays.numpy_", "PandasArray", plain),
        known("pandas._libs.sparse", "IntIndex", sparse_index),
        known("pandas._libs.sparse", "BlockIndex", sparse_index),
        ]
    };
}

pub(super) const TYPES: &[Known] = arrays! {
    "integer", "IntegerArray", masked;
    "floating", "FloatingArray", masked;
    "boolean", "BooleanArray", masked;
    "string_", "StringArray", plain;
    "string_", "StringArrayNumpySemantics", plain;
    "numpy_", "NumpyExtensionArray", plain;
    "string_arrow", "ArrowStringArray", arrow_strings;
    "string_arrow", "ArrowStringArrayNumpySemantics", arrow_strings;
    "arrow", "ArrowExtensionArray", arrow_values;
    "arrow.array", "ArrowExtensionArray", arrow_values;
    "categorical", "Categorical", categorical;
    "datetimes", "DatetimeArray", datetimes;
    "timedeltas", "TimedeltaArray", datetimes;
    "period", "PeriodArray", periods;
    "interval", "IntervalArray", intervals;
    "sparse", "SparseArray", sparse;
    "sparse.array", "SparseArray", sparse;
};

/// Values with zeros where one is missing, and which are.
pub(super) fn masked(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mask = object.getattr("_mask")?;
    let parts = vec![
        Part::named("values", unmasked(&object.getattr("_data")?, &mask)?),
        Part::named("mask", mask),
    ];
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), parts))
}

/// A thin layer over an array of numpy.
fn plain(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let parts = attributes(object, &["dtype", "_ndarray"])?;
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), parts))
}

/// Strings: how they lie in Arrow's buffers is pandas' own affair.
fn arrow_strings(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    let options = Options { text_is_one: true, ..Options::default() };
    by_arrow(encoder, object, options)
}

/// The type of the values is the dtype.
fn arrow_values(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    by_arrow(encoder, object, Options::default())
}

fn by_arrow(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    options: Options,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dict = raw::instance_dict(object);
    let stored = |name: &str| dict.as_ref().and_then(|dict| super::entry(dict, name));
    // `_data` before pandas 2.1
    let values = stored("_pa_array").or_else(|| stored("_data"));
    let values = values.ok_or_else(|| super::missing("_pa_array"))?;
    let name = class_name(object);
    let parts = if options.text_is_one { attributes(object, &["dtype"])? } else { Vec::new() };
    encoder.writer.record(&format!("pandas.{name}"), 1 + parts.len());
    arrow::write(encoder, &values, options)?;
    Ok(Opened::Frame(crate::value::FrameKind::parts(parts)))
}

/// Categories, their order, and the code of each value.
fn categorical(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dtype = object.getattr("dtype")?;
    let mut parts = attributes(&dtype, &["categories", "ordered"])?;
    parts.push(Part::named("codes", object.getattr("_ndarray")?));
    Ok(encoder.record("pandas.Categorical", parts))
}

/// Times or spans in UTC, unit and time zone in the dtype, and the frequency where the array carries one.
fn datetimes(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["dtype", "_ndarray"])?;
    parts.extend(
        present(object, &["_freq"]).into_iter().filter(|part| !part.value.is_none(object.py())),
    );
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), parts))
}

fn periods(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("pandas.PeriodArray", attributes(object, &["dtype", "_ndarray"])?))
}

fn intervals(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("pandas.IntervalArray", attributes(object, &["closed", "_left", "_right"])?))
}

/// The values that are stored, where they stand, and what stands everywhere else.
fn sparse(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = attributes(object, &["dtype"])?;
    parts.push(Part::named("values", object.getattr("_sparse_values")?));
    parts.push(Part::named("index", object.getattr("_sparse_index")?));
    Ok(encoder.record("pandas.SparseArray", parts))
}

fn sparse_index(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let whole = object.call_method0("to_int_index")?;
    let parts = attributes(&whole, &["length", "indices"])?;
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), parts))
}
