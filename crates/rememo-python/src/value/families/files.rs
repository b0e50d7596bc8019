//! Open files and in-memory streams.

use std::os::unix::fs::MetadataExt;

use pyo3::prelude::*;
use pyo3::types::{PyInt, PyString, PyTuple};
use rememo::encode::tag;

use super::{Encoder, HashError, Known, Opened, known};
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("_io", "TextIOWrapper", file),
    known("_io", "BufferedReader", file),
    known("_io", "BufferedWriter", file),
    known("_io", "BufferedRandom", file),
    known("_io", "FileIO", file),
    known("tempfile", "_TemporaryFileWrapper", file),
    known("_io", "BytesIO", memory_stream),
    known("_io", "StringIO", memory_stream),
];

/// Path, time of modification (ns), size, position, mode, and how bytes become what is read. A standard stream
/// counts by its name.
fn file(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    if let Some(name) = super::opaque::standard_stream(object) {
        return Ok(encoder.text_record("standard stream", name));
    }
    let kind = super::class_name(object);
    let inner =
        if kind == "_TemporaryFileWrapper" { object.getattr("file")? } else { object.clone() };
    let name = object.getattr("name")?;
    if let Ok(text) = name.cast::<PyString>()
        && crate::raw::string(text).starts_with('<')
    {
        return Ok(encoder.text_record("standard stream", &crate::raw::string(text)));
    }
    let closed = object.getattr("closed")?.is_truthy()?;
    let metadata = if name.is_instance_of::<PyInt>() || !closed {
        let descriptor: i32 = object.call_method0("fileno")?.extract()?;
        std::fs::metadata(format!("/proc/self/fd/{descriptor}"))
            .or_else(|_| std::fs::metadata(name.str()?.to_string_lossy().as_ref()))
    } else {
        std::fs::metadata(name.str()?.to_string_lossy().as_ref())
    };
    if metadata.as_ref().is_ok_and(|found| !found.is_file()) {
        return Ok(encoder.refuse(object, "a pipe or device has no content to compare"));
    }
    let mut parts = vec![
        Part::named("name", name.clone()),
        Part::named("mode", object.getattr("mode")?),
        Part::named("closed", object.getattr("closed")?),
    ];
    if !closed {
        parts.push(Part::named("position", object.call_method0("tell")?));
    }
    parts.push(Part::hidden(PyString::new(object.py(), &kind).into_any()));
    parts.push(Part::named("decoding", decoding(&inner)?));
    encoder.writer.record("file", parts.len() + 2);
    match metadata {
        Ok(found) => {
            encoder
                .writer
                .int(found.mtime().wrapping_mul(1_000_000_000).wrapping_add(found.mtime_nsec()));
            encoder.writer.int(found.size() as i64);
        }
        Err(_) => {
            encoder.writer.u8(tag::NONE);
            encoder.writer.u8(tag::NONE);
        }
    }
    Ok(Opened::Frame(crate::value::FrameKind::parts(parts)))
}

/// How a text file decodes, and what it has decoded ahead: its encoding, the kind of newline, the handling of
/// errors. The newline is told by no attribute, only by what the object refers to.
fn decoding<'py>(file: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let mut texts = Vec::new();
    if super::class_name(file) == "TextIOWrapper" {
        texts = super::referents(file);
        texts.retain(|referent| referent.is_exact_instance_of::<PyString>());
    }
    Ok(PyTuple::new(file.py(), texts)?.into_any())
}

/// Content and position.
fn memory_stream(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let (_, name) = crate::raw::type_names(&object.get_type());
    if object.getattr("closed")?.is_truthy()? {
        return Ok(encoder.record(&format!("io.{name}"), Vec::new()));
    }
    let parts = vec![
        Part::hidden(object.call_method0("getvalue")?),
        Part::hidden(object.call_method0("tell")?),
    ];
    Ok(encoder.record(&format!("io.{name}"), parts))
}
