//! pandas: frames and series. Columns are read one by one, so that how they lie in blocks does not count.
//!
//! Everything is read from where pandas keeps it, never through attributes, so that the forms hold for
//! subclasses too.

mod arrays;
mod grouping;
mod index;
mod scalars;
mod types;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::{Base, Encoder, HashError, Known, Opened, Part, base, known};
use crate::raw;

macro_rules! both {
    ($module:literal, $name:literal, $handler:expr) => {
        [known("pandas", $name, $handler), known($module, $name, $handler)]
    };
}
use both;

pub(super) const TYPES: &[Known] = &concat_tables();

const PARTS: &[&[Known]] = &[
    &both!("pandas.core.frame", "DataFrame", frame),
    &both!("pandas.core.series", "Series", series),
    &[
        known("pandas.core.flags", "Flags", flags),
        known("pandas", "Flags", flags),
        known("pandas.core.indexes.frozen", "FrozenList", index::frozen_list),
    ],
    index::TYPES,
    arrays::TYPES,
    scalars::TYPES,
    types::TYPES,
    grouping::TYPES,
];

const fn count() -> usize {
    let mut n = 0;
    let mut i = 0;
    while i < PARTS.len() {
        n += PARTS[i].len();
        i += 1;
    }
    n
}

const fn concat_tables() -> [Known; count()] {
    let mut all = [PARTS[0][0]; count()];
    let (mut n, mut i) = (0, 0);
    while i < PARTS.len() {
        let mut j = 0;
        while j < PARTS[i].len() {
            all[n] = PARTS[i][j];
            n += 1;
            j += 1;
        }
        i += 1;
    }
    all
}

pub(super) const FAMILIES: &[Known] = &[
    known("pandas._libs.tslibs.offsets", "BaseOffset", scalars::offset),
    known("pandas.core.arrays.masked", "BaseMaskedArray", arrays::masked),
    known("pandas.core.arrays.numeric", "NumericDtype", types::by_name),
    known("pandas.core.dtypes.dtypes", "BaseMaskedDtype", types::by_name),
    grouping::FAMILIES[0],
    grouping::FAMILIES[1],
];

pub(super) const BASES: &[Base] = &[
    base("pandas", "DataFrame", frame_subclass),
    base("pandas.core.frame", "DataFrame", frame_subclass),
    base("pandas", "Series", series_subclass),
    base("pandas.core.series", "Series", series_subclass),
];

/// What pandas keeps in the dictionary of a frame or series: the content, or what it remembers of it.
const INTERNAL: &[&str] = &[
    "_mgr",
    "_attrs",
    "_flags",
    "_name",
    "_item_cache",
    "_is_copy",
    "_cacher",
    "_cache",
    "_typ",
    "_hidden_attrs",
];

fn missing(what: &str) -> PyErr {
    pyo3::exceptions::PyAttributeError::new_err(format!("this version of pandas keeps no {what}"))
}

fn entry<'py>(dict: &Bound<'py, PyDict>, name: &str) -> Option<Bound<'py, PyAny>> {
    raw::dict_get(dict, &PyString::new(dict.py(), name))
}

/// attrs, flags, and what a program has set on the frame itself.
fn annotations(object: &Bound<'_, PyAny>, dict: &Bound<'_, PyDict>) -> PyResult<Vec<Part>> {
    let py = object.py();
    let class = object.get_type();
    let attrs = entry(dict, "_attrs").unwrap_or_else(|| PyDict::new(py).into_any());
    let mut parts = vec![Part::named("attrs", attrs)];
    if let Some(flags) = entry(dict, "_flags")
        && let Ok(allows) = flags.getattr("_allows_duplicate_labels")
    {
        parts.push(Part::named("flags", allows));
    }
    // Accessors (`.str`, `.plot`, one of the user's) are kept under the name that the class has them by.
    let own = PyDict::new(py);
    for (key, value) in dict.iter() {
        let Ok(name) = key.cast_exact::<PyString>() else { continue };
        let text = raw::string(name);
        if !INTERNAL.contains(&text.as_str()) && raw::type_lookup(&class, name).is_none() {
            own.set_item(key, value)?;
        }
    }
    if !own.is_empty() {
        parts.push(Part { label: crate::value::Label::Attributes, value: own.into_any().unbind() });
    }
    Ok(parts)
}

fn frame_parts(object: &Bound<'_, PyAny>) -> PyResult<Vec<Part>> {
    let dict = raw::instance_dict(object).ok_or_else(|| missing("dictionary"))?;
    let manager = entry(&dict, "_mgr").ok_or_else(|| missing("_mgr"))?;
    let axes = manager.getattr("axes")?;
    let columns = axes.get_item(0)?;
    let n = columns.len()?;
    let mut parts = vec![Part::named("columns", columns), Part::named("index", axes.get_item(1)?)];
    let column = manager.getattr("iget_values")?;
    for i in 0..n {
        parts.push(Part { label: crate::value::Label::Index, value: column.call1((i,))?.unbind() });
    }
    parts.extend(annotations(object, &dict)?);
    Ok(parts)
}

fn series_parts(object: &Bound<'_, PyAny>) -> PyResult<Vec<Part>> {
    let dict = raw::instance_dict(object).ok_or_else(|| missing("dictionary"))?;
    let manager = entry(&dict, "_mgr").ok_or_else(|| missing("_mgr"))?;
    let values = manager.getattr("blocks")?.get_item(0)?.getattr("values")?;
    let name = entry(&dict, "_name").unwrap_or_else(|| object.py().None().into_bound(object.py()));
    let mut parts = vec![
        Part::named("name", name),
        Part::named("index", manager.getattr("axes")?.get_item(0)?),
        Part::named("values", values),
    ];
    parts.extend(annotations(object, &dict)?);
    Ok(parts)
}

fn frame(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("pandas.DataFrame", frame_parts(object)?))
}

fn series(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("pandas.Series", series_parts(object)?))
}

/// A subclass of the user's or another library's: its class, then the same.
fn frame_subclass(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let parts = frame_parts(object)?;
    encoder.instance_with_slots(object, class, "DataFrame", parts)
}

fn series_subclass(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let parts = series_parts(object)?;
    encoder.instance_with_slots(object, class, "Series", parts)
}

fn flags(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let allows = object.getattr("allows_duplicate_labels")?;
    Ok(encoder.record("pandas.Flags", vec![Part::hidden(allows)]))
}
