//! Arrow data: pyarrow's objects, and whatever offers the PyCapsule interface.
//!
//! Type, validity and values count. Chunks, offsets, padding and what lies under a missing value are layout.

pub mod abi;
mod column;
mod dictionary;
mod segment;
mod types;

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple, PyType};
use rememo::encode::Writer;

use super::{Encoder, HashError, Known, Opened, known, loaded};
use crate::raw;
use crate::value::Part;
use crate::value::instance::is_iterator;
use abi::{ArrowArray, ArrowArrayStream, ArrowSchema, Owned};
pub(super) use types::Options;

pub(super) const TYPES: &[Known] = &[
    known("pyarrow.lib", "ChunkedArray", values),
    known("pyarrow.lib", "Table", values),
    known("pyarrow.lib", "RecordBatch", values),
    known("pyarrow.lib", "Field", field),
    known("pyarrow.lib", "Schema", schema),
    known("pyarrow.lib", "RecordBatchReader", consumed),
];

pub(super) const FAMILIES: &[Known] = &[
    known("pyarrow.lib", "Array", values),
    known("pyarrow.lib", "DataType", data_type),
    known("pyarrow.lib", "Scalar", scalar),
];

/// From so many elements on other threads run while values are hashed.
const DETACH_FROM: usize = 8192;

/// Data read through the interface, kept until it is dropped.
struct Data<'py> {
    schema: SchemaHolder<'py>,
    chunks: Vec<ChunkHolder<'py>>,
}

enum SchemaHolder<'py> {
    Owned(Owned<ArrowSchema>),
    Capsule(Bound<'py, PyAny>),
}

enum ChunkHolder<'py> {
    Owned(Owned<ArrowArray>),
    Capsule(Bound<'py, PyAny>),
}

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// What a capsule of that name holds.
fn pointer<T>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<*mut T> {
    // SAFETY: a live object; a capsule of another name, or no capsule, gives NULL and an exception.
    let pointer = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), name.as_ptr()) };
    if pointer.is_null() {
        return Err(PyErr::fetch(capsule.py()));
    }
    Ok(pointer.cast())
}

fn invalid(message: String) -> PyErr {
    pyo3::exceptions::PyValueError::new_err(message)
}

impl<'py> Data<'py> {
    /// Asks for a stream, else for one array.
    fn of(object: &Bound<'py, PyAny>, class: &Bound<'py, PyType>) -> PyResult<Self> {
        let py = object.py();
        if let Some(method) = raw::type_lookup(class, intern!(py, "__arrow_c_stream__")) {
            let capsule = method.call1((object,))?;
            let stream: *mut ArrowArrayStream = pointer(&capsule, STREAM)?;
            // SAFETY: a capsule of this name holds a stream, made for us a moment ago.
            let (schema, chunks) = unsafe { abi::read_stream(stream) }.map_err(invalid)?;
            return Ok(Self {
                schema: SchemaHolder::Owned(schema),
                chunks: chunks.into_iter().map(ChunkHolder::Owned).collect(),
            });
        }
        let Some(method) = raw::type_lookup(class, intern!(py, "__arrow_c_array__")) else {
            return Err(invalid("it offers no Arrow data".to_owned()));
        };
        let pair = method.call1((object,))?;
        let (schema, array) = (pair.get_item(0)?, pair.get_item(1)?);
        pointer::<ArrowSchema>(&schema, SCHEMA)?;
        pointer::<ArrowArray>(&array, ARRAY)?;
        Ok(Self {
            schema: SchemaHolder::Capsule(schema),
            chunks: vec![ChunkHolder::Capsule(array)],
        })
    }

    fn schema(&self) -> PyResult<&ArrowSchema> {
        match &self.schema {
            SchemaHolder::Owned(schema) => Ok(schema.get()),
            // SAFETY: the capsule holds the structure as long as it lives, which is as long as `self`.
            SchemaHolder::Capsule(capsule) => Ok(unsafe { &*pointer(capsule, SCHEMA)? }),
        }
    }

    fn chunks(&self) -> PyResult<Vec<&ArrowArray>> {
        self.chunks
            .iter()
            .map(|chunk| match chunk {
                ChunkHolder::Owned(array) => Ok(array.get()),
                // SAFETY: as for the schema.
                ChunkHolder::Capsule(capsule) => Ok(unsafe { &*pointer(capsule, ARRAY)? }),
            })
            .collect()
    }

    /// Two parts: the type and the values.
    fn write(&self, py: Python<'_>, writer: &mut Writer, options: Options) -> PyResult<()> {
        let schema = self.schema()?;
        let chunks = self.chunks()?;
        types::write_type(writer, schema, options);
        let rows: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        if rows < DETACH_FROM {
            return column::write(writer, schema, &chunks, options).map_err(invalid);
        }
        // SAFETY: see `Sync` of the structures: they are only read, and `self` keeps them.
        py.detach(|| column::write(writer, schema, &chunks, options)).map_err(invalid)
    }
}

/// Writes type and values of an object that offers Arrow data, as one part.
pub(super) fn write(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    options: Options,
) -> PyResult<()> {
    let data = Data::of(object, &object.get_type())?;
    // Into a writer of its own, so that nothing is left behind when the data cannot be read to its end.
    let mut own = Writer::default();
    own.open();
    own.record("arrow", 2);
    data.write(object.py(), &mut own, options)?;
    own.close();
    encoder.writer.append_collapsed(own);
    Ok(())
}

/// An array, table or batch of pyarrow.
fn values(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let (_, name) = raw::type_names(&object.get_type());
    let kind = match name.as_str() {
        "ChunkedArray" | "Table" | "RecordBatch" => name.as_str(),
        _ => "Array",
    };
    let data = Data::of(object, &object.get_type())?;
    let mut own = Writer::default();
    own.open();
    own.record(&format!("pyarrow.{kind}"), 2);
    data.write(object.py(), &mut own, Options::default())?;
    own.close();
    encoder.writer.append_collapsed(own);
    Ok(Opened::Leaf)
}

/// The content of an object that offers `__arrow_c_stream__` or `__arrow_c_array__`.
pub(in crate::value) fn by_capsule(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Option<Opened>, HashError> {
    let py = object.py();
    let offers = raw::type_lookup(class, intern!(py, "__arrow_c_stream__")).is_some()
        || raw::type_lookup(class, intern!(py, "__arrow_c_array__")).is_some();
    if !offers {
        return Ok(None);
    }
    if is_iterator(class) {
        return Ok(Some(encoder.refuse(object, CONSUMED)));
    }
    let mut own = Writer::default();
    own.open();
    own.record("arrow", 2);
    let written =
        Data::of(object, class).and_then(|data| data.write(py, &mut own, Options::default()));
    if let Err(cause) = written {
        return encoder.failed(object, "its Arrow data cannot be read", cause).map(Some);
    }
    own.close();
    encoder.begin_instance(class, 2)?;
    encoder.writer.str(b"arrow");
    encoder.writer.append_collapsed(own);
    Ok(Some(Opened::Leaf))
}

const CONSUMED: &str = "it is consumed by being read, so it has no value to compare";

fn consumed(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.refuse(object, CONSUMED))
}

/// The schema of an object that offers `__arrow_c_schema__`.
fn with_schema(
    object: &Bound<'_, PyAny>,
    kind: &str,
    write: impl FnOnce(&mut Writer, &ArrowSchema),
) -> PyResult<Writer> {
    let capsule = object.call_method0("__arrow_c_schema__")?;
    // SAFETY: a capsule of this name holds a schema for as long as it lives.
    let schema: &ArrowSchema = unsafe { &*pointer(&capsule, SCHEMA)? };
    let mut own = Writer::default();
    own.record(kind, 1);
    write(&mut own, schema);
    Ok(own)
}

fn data_type(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let own = with_schema(object, "pyarrow.DataType", |writer, schema| {
        types::write_type(writer, schema, Options::default());
    })?;
    encoder.writer.append_collapsed(own);
    Ok(Opened::Leaf)
}

fn field(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let own = with_schema(object, "pyarrow.Field", |writer, schema| {
        types::write_field(writer, schema, Options::default());
    })?;
    encoder.writer.append_collapsed(own);
    Ok(Opened::Leaf)
}

fn schema(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let own = with_schema(object, "pyarrow.Schema", |writer, schema| {
        types::write_type(writer, schema, Options::default());
    })?;
    encoder.writer.append_collapsed(own);
    Ok(Opened::Leaf)
}

/// Type and value, by way of an array of one element.
fn scalar(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let py = object.py();
    let Some(array) = loaded(py, "pyarrow.lib", "array") else {
        return Ok(encoder.refuse(object, "pyarrow is being taken out of sys.modules"));
    };
    let one = PyList::new(py, [object])?;
    let made = array.call1(PyTuple::new(py, [one.into_any(), object.getattr("type")?])?)?;
    let part = Part::hidden(made);
    Ok(encoder.record("pyarrow.Scalar", vec![part]))
}
