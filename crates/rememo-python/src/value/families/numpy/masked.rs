//! Masked arrays: what lies under the mask cannot be seen, so it does not count.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use super::super::{Encoder, HashError, Opened, Part, loaded, other_attributes};
use crate::raw;

/// How numpy keeps the state of a masked array in its dictionary.
const INTERNAL: &[&str] = &[
    "_mask",
    "_fill_value",
    "_hardmask",
    "_sharedmask",
    "_isfield",
    "_baseclass",
    "_optinfo",
    "_basedict",
    "_basickeys",
];

fn parts(object: &Bound<'_, PyAny>) -> PyResult<Vec<Part>> {
    let py = object.py();
    let data = super::plain(object)?;
    let dict = raw::instance_dict(object);
    let read = |name: &str| {
        dict.as_ref()
            .and_then(|dict| raw::dict_get(dict, &PyString::new(py, name)))
            .unwrap_or_else(|| py.None().into_bound(py))
    };
    // An array without a mask gets one that masks nothing when it is copied.
    let mut mask = read("_mask");
    if !masks_anything(&mask)? {
        mask = py.None().into_bound(py);
    }
    // The fill value is worked out when it is first asked for: unset is the default.
    let mut fill_value = read("_fill_value");
    if fill_value.is_none()
        && let Some(default) = ["numpy.ma", "numpy.ma.core"]
            .iter()
            .find_map(|module| loaded(py, module, "default_fill_value"))
    {
        fill_value = default.call1((data.getattr("dtype")?,))?;
    }
    let fill_value = match loaded(py, "numpy", "asarray") {
        Some(asarray) if data.getattr("dtype")?.getattr("names")?.is_none() => {
            asarray.call1((fill_value, data.getattr("dtype")?))?
        }
        _ => fill_value,
    };
    let mut parts = vec![
        Part::named("data", unmasked(&data, &mask)?),
        Part::named("mask", mask),
        Part::named("fill_value", fill_value),
        Part::named("hardmask", read("_hardmask")),
    ];
    let info = read("_optinfo");
    if !info.is_none() && !info.is_empty().unwrap_or(true) {
        parts.push(Part::named("_optinfo", info));
    }
    parts.extend(other_attributes(object, INTERNAL)?);
    Ok(parts)
}

fn masks_anything(mask: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Ok(dtype) = mask.getattr("dtype") else { return Ok(false) };
    let names = dtype.getattr("names")?;
    if names.is_none() {
        return mask.call_method0("any")?.is_truthy();
    }
    for name in names.try_iter()? {
        if masks_anything(&mask.get_item(name?)?)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The elements with zeros under the mask.
pub fn unmasked<'py>(
    data: &Bound<'py, PyAny>,
    mask: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let Ok(is_array) = mask.getattr("dtype") else { return Ok(data.clone()) };
    let names = is_array.getattr("names")?;
    if !names.is_none() {
        let copy = data.call_method0("copy")?;
        for name in names.try_iter()? {
            let name = name?;
            let field = unmasked(&copy.get_item(&name)?, &mask.get_item(&name)?)?;
            copy.set_item(&name, field)?;
        }
        return Ok(copy);
    }
    if !mask.call_method0("any")?.is_truthy()? {
        return Ok(data.clone());
    }
    let copy = data.call_method0("copy")?;
    let is_object = data.getattr("dtype")?.getattr("hasobject")?.is_truthy()?;
    let nothing = if is_object {
        data.py().None().into_bound(data.py())
    } else {
        // Zero of whatever type: all bytes zero.
        let zeros = loaded(data.py(), "numpy", "zeros").ok_or_else(|| {
            pyo3::exceptions::PyRuntimeError::new_err("numpy is being taken out of sys.modules")
        })?;
        zeros.call1(((), data.getattr("dtype")?))?
    };
    copy.set_item(mask, nothing)?;
    Ok(copy)
}

/// Values that are not masked, mask, fill value, whether the mask is hard.
pub fn array(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    Ok(encoder.record("numpy.ma.MaskedArray", parts(object)?))
}

/// `numpy.ma.masked`.
pub fn constant(encoder: &mut Encoder<'_>, _: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("numpy.ma.masked", Vec::new()))
}

/// A user's subclass: its class, then the same.
pub fn subclass(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    // A record of a masked array holds its state elsewhere: it has a reduction that is no subclass's.
    // SAFETY: reads a slot of a live type.
    let has_dict = unsafe { (*class.as_type_ptr()).tp_dictoffset != 0 }
        || raw::has_flag(class, ffi::Py_TPFLAGS_MANAGED_DICT);
    if !has_dict {
        return Ok(
            encoder.refuse(object, "a masked array without a dictionary has no mask to read")
        );
    }
    let parts = parts(object)?;
    encoder.instance_with_slots(object, class, "masked array", parts)
}
