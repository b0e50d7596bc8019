//! Extension types of pandas.

use pyo3::prelude::*;

use super::super::{Encoder, HashError, Known, Opened, class_name, known, present};

macro_rules! types {
    ($($module:literal, $name:literal;)*) => {
        &[$(known("pandas", $name, by_parameters), known($module, $name, by_parameters),)*]
    };
}

pub(super) const TYPES: &[Known] = types! {
    "pandas.core.dtypes.dtypes", "CategoricalDtype";
    "pandas.core.dtypes.dtypes", "DatetimeTZDtype";
    "pandas.core.dtypes.dtypes", "PeriodDtype";
    "pandas.core.dtypes.dtypes", "IntervalDtype";
    "pandas.core.dtypes.dtypes", "SparseDtype";
    "pandas.core.dtypes.dtypes", "ArrowDtype";
    "pandas.core.dtypes.dtypes", "NumpyEADtype";
    "pandas.core.dtypes.dtypes", "PandasDtype";
    "pandas.core.arrays.string_", "StringDtype";
    "pandas.core.arrays.boolean", "BooleanDtype";
};

/// The kind and its parameters, as far as it has them.
fn by_parameters(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    let kind = class_name(object);
    let names: &[&'static str] = match kind.as_str() {
        "CategoricalDtype" => &["categories", "ordered"],
        "DatetimeTZDtype" => &["unit", "tz"],
        "PeriodDtype" => &["freq"],
        "IntervalDtype" => &["subtype", "closed"],
        "SparseDtype" => &["subtype", "fill_value"],
        "ArrowDtype" => &["pyarrow_dtype"],
        "NumpyEADtype" | "PandasDtype" => &["numpy_dtype"],
        "StringDtype" => &["storage", "na_value"],
        _ => &[],
    };
    let parts = present(object, names);
    Ok(encoder.record(&format!("pandas.{kind}"), parts))
}

/// Types that are told apart by their name alone.
pub(super) fn by_name(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), Vec::new()))
}
