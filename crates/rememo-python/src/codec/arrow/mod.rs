//! Frames and series of polars by their Arrow buffers: pickle would take a copy of all of them into its stream.
//!
//! Taken and given through the Arrow C stream interface (`__arrow_c_stream__`). What is no buffer (types, lengths,
//! which buffer belongs where) is written as an *outline*; the buffers lie beside the stream, and what is made of
//! them lies in the mapping that they are read from.

mod export;
mod outline;

use std::ffi::CStr;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyTuple, PyType};
use rememo::region::{Layout, Mapping, Span};

use super::array::pickle_buffer;
use super::buffer::{Mapped, Memory};
use crate::value::families::arrow::abi::{self, ArrowArray, ArrowArrayStream, Owned};
use crate::value::families::loaded;
use crate::value::families::polars::holds_objects;
use outline::Outline;

const STREAM: &CStr = c"arrow_array_stream";

/// Frames and series of polars, if it is loaded.
pub fn polars_types(py: Python<'_>) -> Vec<Bound<'_, PyType>> {
    [("polars.dataframe.frame", "DataFrame"), ("polars.series.series", "Series")]
        .iter()
        .filter_map(|(module, name)| loaded(py, module, name)?.cast_into().ok())
        .collect()
}

/// Keeps the chunks whose buffers are being pickled.
#[pyclass(frozen)]
struct Chunks {
    _chunks: Vec<Owned<ArrowArray>>,
}

/// `__reduce__` of a frame or series of polars; none if it is one that Arrow does not carry as it is.
pub fn reduce<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let is_frame = object.get_type().name()? == "DataFrame";
    let dtypes = if is_frame {
        object.getattr("dtypes")?
    } else {
        PyTuple::new(object.py(), [object.getattr("dtype")?])?.into_any()
    };
    for dtype in dtypes.try_iter()? {
        // Arrow would carry the addresses of Python objects.
        if holds_objects(&dtype?)? {
            return Ok(None);
        }
    }
    // That types survive is tried with no rows first.
    let empty = object.call_method0("clear")?;
    let Some((function, arguments)) = taken(&empty)? else { return Ok(None) };
    let again = function.call1(&arguments)?;
    let type_of = if is_frame { "schema" } else { "dtype" };
    if !again.getattr(type_of)?.eq(empty.getattr(type_of)?)? {
        return Ok(None);
    }
    let pair = taken(object)?;
    pair.map(|pair| Ok(pair.into_pyobject(object.py())?.into_any())).transpose()
}

type Reduction<'py> = (Bound<'py, PyAny>, Bound<'py, PyTuple>);

fn taken<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Reduction<'py>>> {
    let py = object.py();
    let is_frame = object.get_type().name()? == "DataFrame";
    if is_frame && object.getattr("width")?.eq(0)? {
        return Ok(None);
    }
    let capsule = object.call_method1("__arrow_c_stream__", (py.None(),))?;
    // SAFETY: a live object; a capsule of another name, or no capsule, gives NULL and an exception.
    let stream = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), STREAM.as_ptr()) };
    if stream.is_null() {
        return Err(PyErr::fetch(py));
    }
    // SAFETY: a capsule of this name holds a stream, made for us a moment ago.
    let read = unsafe { abi::read_stream(stream.cast::<ArrowArrayStream>()) };
    let (schema, chunks) = read.map_err(PyValueError::new_err)?;
    let Some(outline) = Outline::of(schema.get(), chunks.iter().map(Owned::get)) else {
        return Ok(None);
    };
    let owner = Bound::new(py, Chunks { _chunks: chunks })?;
    let mut arguments: Vec<Bound<'py, PyAny>> = Vec::with_capacity(3 + outline.buffers.len());
    arguments.push(object.get_type().into_any());
    arguments.push(about(object, is_frame)?);
    arguments.push(PyBytes::new(py, &outline.bytes).into_any());
    for (address, len) in outline.buffers {
        // SAFETY: the producer promises the buffers for as long as the chunks are not released, which the owner keeps.
        // What is read-only to us is never written through this: it is pickled, and only read.
        let memory = unsafe { Memory::new(owner.as_any(), address, len, false) };
        arguments.push(pickle_buffer(Bound::new(py, memory)?.as_any())?);
    }
    let restore = py.import(intern!(py, "rememo._native"))?.getattr("_restore_polars")?;
    Ok(Some((restore, PyTuple::new(py, arguments)?)))
}

/// What the stream does not tell: a series' name, and which columns are known to be sorted.
fn about<'py>(object: &Bound<'py, PyAny>, is_frame: bool) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let about = PyDict::new(py);
    let sorted = PyDict::new(py);
    let note = |name: Bound<'py, PyAny>, flags: Bound<'py, PyAny>| -> PyResult<()> {
        if flags.call_method1("get", ("SORTED_ASC",))?.is_truthy()? {
            sorted.set_item(name, false)?;
        } else if flags.call_method1("get", ("SORTED_DESC",))?.is_truthy()? {
            sorted.set_item(name, true)?;
        }
        Ok(())
    };
    if is_frame {
        for pair in object.getattr("flags")?.cast_into::<PyDict>()?.iter() {
            note(pair.0, pair.1)?;
        }
    } else {
        let name = object.getattr("name")?;
        about.set_item("name", &name)?;
        note(name, object.getattr("flags")?)?;
    }
    about.set_item("sorted", sorted)?;
    Ok(about.into_any())
}

/// A frame or series over buffers.
#[pyfunction]
#[pyo3(signature = (class, about, outline, *buffers))]
pub fn _restore_polars<'py>(
    class: &Bound<'py, PyAny>,
    about: &Bound<'py, PyDict>,
    outline: &[u8],
    buffers: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    let buffers = buffers.iter().map(|buffer| Part::of(&buffer)).collect::<PyResult<Vec<_>>>()?;
    let (schema, chunks) = Outline::read(outline, &buffers)
        .ok_or_else(|| PyValueError::new_err("a stored frame of polars is damaged"))?;
    let stream = export::stream(schema, chunks);
    let stream = Bound::new(py, Stream(Mutex::new(Some(stream))))?;
    let name = about.get_item("name")?;
    let mut object = match &name {
        Some(name) => class.call1((name, stream))?,
        None => class.call1((stream,))?,
    };
    if let Some(sorted) = about.get_item("sorted")? {
        for (column, descending) in sorted.cast_into::<PyDict>()?.iter() {
            let kwargs = PyDict::new(py);
            kwargs.set_item("descending", descending)?;
            object = match name {
                Some(_) => object.call_method("set_sorted", (), Some(&kwargs))?,
                None => object.call_method("set_sorted", (column,), Some(&kwargs))?,
            };
        }
    }
    Ok(object)
}

/// One buffer, held without Python.
#[derive(Clone)]
pub struct Part {
    mapping: Arc<Mapping>,
    span: Span,
}

impl Part {
    /// A part of a mapping as it is; other memory is copied.
    fn of(buffer: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = buffer.py();
        let owner = buffer.getattr(intern!(py, "obj")).ok();
        if let Some(mapped) = owner.and_then(|owner| owner.cast_into_exact::<Mapped>().ok()) {
            let (mapping, span) = mapped.get().place();
            return Ok(Self { mapping, span });
        }
        let view = PyBuffer::<u8>::get(buffer)?;
        let bytes = view.to_vec(py)?;
        let layout = Layout::of([bytes.len()]);
        let mapping = Mapping::of_buffers(&layout, &[&bytes])
            .map_err(|error| pyo3::exceptions::PyMemoryError::new_err(error.to_string()))?;
        Ok(Self { mapping: Arc::new(mapping), span: layout.spans()[0] })
    }

    /// Where it begins.
    fn address(&self) -> *const u8 {
        // SAFETY: the span lies in the mapping.
        unsafe { self.mapping.address().add(self.span.offset) }
    }
}

/// What offers a stream to whoever asks first.
#[pyclass(frozen, module = "rememo._native", name = "_ArrowStream")]
struct Stream(Mutex<Option<Box<ArrowArrayStream>>>);

#[pymethods]
impl Stream {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // A consumer takes what it gets, as the interface says.
        let _ = requested_schema;
        let stream = self.0.lock().take();
        let stream = stream.ok_or_else(|| PyValueError::new_err("the stream was consumed"))?;
        let stream = Box::into_raw(stream);
        // SAFETY: the capsule owns the stream, which its destructor gives back.
        unsafe {
            let capsule = ffi::PyCapsule_New(stream.cast(), STREAM.as_ptr(), Some(drop_capsule));
            if capsule.is_null() {
                drop_stream(&mut Box::from_raw(stream));
            }
            Bound::from_owned_ptr_or_err(py, capsule)
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(mut stream) = self.0.lock().take() {
            drop_stream(&mut stream);
        }
    }
}

unsafe extern "C" fn drop_capsule(capsule: *mut ffi::PyObject) {
    // SAFETY: a capsule of ours, which owns the stream.
    unsafe {
        let stream = ffi::PyCapsule_GetPointer(capsule, STREAM.as_ptr());
        if !stream.is_null() {
            drop_stream(&mut Box::from_raw(stream.cast()));
        }
    }
}

/// Releases a stream, unless its consumer has done so.
fn drop_stream(stream: &mut ArrowArrayStream) {
    if let Some(release) = stream.release {
        // SAFETY: our own function, called once: it sets `release` to none.
        unsafe { release(stream) };
    }
}
