//! Indexes of pandas: the kind, labels, names and frequency; not the look-up tables that they build.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};

use super::super::{Encoder, HashError, Known, Opened, Part, class_name, known};
use super::{both, entry, missing};
use crate::raw;

pub(super) const TYPES: &[Known] = &[
    both!("pandas.core.indexes.base", "Index", index)[0],
    both!("pandas.core.indexes.base", "Index", index)[1],
    both!("pandas.core.indexes.range", "RangeIndex", range)[0],
    both!("pandas.core.indexes.range", "RangeIndex", range)[1],
    both!("pandas.core.indexes.multi", "MultiIndex", multi)[0],
    both!("pandas.core.indexes.multi", "MultiIndex", multi)[1],
    both!("pandas.core.indexes.datetimes", "DatetimeIndex", index)[0],
    both!("pandas.core.indexes.datetimes", "DatetimeIndex", index)[1],
    both!("pandas.core.indexes.timedeltas", "TimedeltaIndex", index)[0],
    both!("pandas.core.indexes.timedeltas", "TimedeltaIndex", index)[1],
    both!("pandas.core.indexes.period", "PeriodIndex", index)[0],
    both!("pandas.core.indexes.period", "PeriodIndex", index)[1],
    both!("pandas.core.indexes.interval", "IntervalIndex", index)[0],
    both!("pandas.core.indexes.interval", "IntervalIndex", index)[1],
    both!("pandas.core.indexes.category", "CategoricalIndex", index)[0],
    both!("pandas.core.indexes.category", "CategoricalIndex", index)[1],
    known("pandas.core.indexes.numeric", "Int64Index", index),
    known("pandas.core.indexes.numeric", "UInt64Index", index),
    known("pandas.core.indexes.numeric", "Float64Index", index),
];

fn index(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dict = raw::instance_dict(object).ok_or_else(|| missing("dictionary"))?;
    let none = || object.py().None().into_bound(object.py());
    let parts = vec![
        Part::named("name", entry(&dict, "_name").unwrap_or_else(none)),
        Part::named("freq", entry(&dict, "_freq").unwrap_or_else(none)),
        Part::named("values", entry(&dict, "_data").ok_or_else(|| missing("_data"))?),
    ];
    Ok(encoder.record(&format!("pandas.{}", class_name(object)), parts))
}

fn range(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let dict = raw::instance_dict(object).ok_or_else(|| missing("dictionary"))?;
    let none = || object.py().None().into_bound(object.py());
    let parts = vec![
        Part::named("name", entry(&dict, "_name").unwrap_or_else(none)),
        Part::named("values", entry(&dict, "_range").ok_or_else(|| missing("_range"))?),
    ];
    Ok(encoder.record("pandas.RangeIndex", parts))
}

fn multi(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let dict = raw::instance_dict(object).ok_or_else(|| missing("dictionary"))?;
    let list = |name: &str| -> PyResult<Bound<'_, PyAny>> {
        let items = entry(&dict, name).ok_or_else(|| missing(name))?;
        Ok(PyList::new(py, items.try_iter()?.collect::<PyResult<Vec<_>>>()?)?.into_any())
    };
    let parts = vec![
        Part::named("names", list("_names")?),
        Part::named("levels", unnamed_levels(&list("_levels")?)?),
        Part::named("codes", list("_codes")?),
    ];
    Ok(encoder.record("pandas.MultiIndex", parts))
}

/// The levels without names of their own: those of the whole index hold.
fn unnamed_levels<'py>(levels: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = levels.py();
    let mut unnamed = Vec::new();
    for level in levels.try_iter()? {
        let level = level?;
        let name = raw::instance_dict(&level)
            .and_then(|dict| raw::dict_get(&dict, &PyString::new(py, "_name")));
        unnamed.push(match name {
            Some(name) if !name.is_none() => level.call_method1("rename", (py.None(),))?,
            _ => level,
        });
    }
    Ok(PyList::new(py, unnamed)?.into_any())
}

pub(super) fn frozen_list(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let items = object.try_iter()?.collect::<PyResult<Vec<_>>>()?;
    let items = PyList::new(object.py(), items)?.into_any();
    Ok(encoder.record("pandas.FrozenList", vec![Part::hidden(items)]))
}
