//! Images of PIL: mode, size, palette, information and pixels.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::{Encoder, HashError, Known, Opened, attributes, class_name, known, loaded};
use crate::raw;
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[];

/// The kinds of image that files of each format give are subclasses.
pub(super) const FAMILIES: &[Known] = &[known("PIL.Image", "Image", image)];

/// An image whose file has not been read yet is read.
fn image(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    object.call_method0("load")?;
    let mut parts = attributes(object, &["mode", "size", "info"])?;
    let mode = object.getattr("mode")?;
    let mode = raw::string(mode.cast::<PyString>().map_err(PyErr::from)?);
    if matches!(mode.as_str(), "P" | "PA") {
        let none = object.py().None();
        let palette = object
            .call_method1("getpalette", (none,))
            .or_else(|_| object.call_method0("getpalette"))?;
        parts.push(Part::named("palette", palette));
    }
    parts.push(Part::hidden(pixels(object, &mode)?));
    Ok(encoder.record(&format!("PIL.{}", class_name(object)), parts))
}

/// The pixels, packed by the encoder behind `tobytes`, which would import the modules of file formats.
fn pixels<'py>(image: &Bound<'py, PyAny>, mode: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = image.py();
    let size: (usize, usize) = image.getattr("size")?.extract()?;
    let mut pixels: Vec<u8> = Vec::new();
    let core = loaded(py, "PIL.Image", "core");
    if let (Some(core), true) = (core, size.0 > 0 && size.1 > 0) {
        let encoder = core.getattr("raw_encoder")?.call1((mode, mode))?;
        encoder.call_method1("setimage", (image.getattr("im")?, (0, 0, size.0, size.1)))?;
        let chunk = 65536.max(size.0 * 16);
        loop {
            let (_, status, data): (i64, i64, Vec<u8>) =
                encoder.call_method1("encode", (chunk,))?.extract()?;
            pixels.extend_from_slice(&data);
            if status < 0 {
                return Err(pyo3::exceptions::PyValueError::new_err("its pixels cannot be packed"));
            }
            if status > 0 {
                break;
            }
        }
        encoder.call_method0("cleanup")?;
    }
    Ok(PyBytes::new(py, &pixels).into_any())
}
