//! The portable form: a pickle stream, and large buffers beside it.
//!
//! The stream is pickle's protocol 5 with out-of-band buffers (PEP 574). Buffers below [`IN_BAND`] bytes stay in the
//! stream. Only what this machine's user has stored may be decoded: a pickle runs what it says.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyList, PyMapping, PyMemoryView, PyType};
use rememo::region::{Layout, Mapping, Span};

use super::buffer::Mapped;
use super::{array, arrow, slices};
use crate::raw;

/// Buffers of fewer bytes are part of the head.
const IN_BAND: usize = 1024;

/// A value as bytes: the head, and the buffers that it refers to, in order.
///
/// The buffers are the value's own memory: they are to be written somewhere before whoever has the value can
/// change it.
///
/// ```ignore
/// let encoded = portable::encode(py, &value)?;
/// let layout = encoded.layout();
/// let region = Region::build(&layout, &encoded.buffers())?; // or: write header and buffers to a file
/// let mapping = Arc::new(region.map()?);
/// let again = portable::decode(py, encoded.head(py), &mapping, layout.spans())?;
/// ```
pub struct Encoded {
    head: Py<PyBytes>,
    buffers: Vec<PyBuffer<u8>>,
}

impl Encoded {
    /// The pickle stream.
    pub fn head<'a>(&'a self, py: Python<'a>) -> &'a [u8] {
        self.head.as_bytes(py)
    }

    /// Where the buffers lie in a region of their own.
    pub fn layout(&self) -> Layout {
        Layout::of(self.buffers.iter().map(|buffer| buffer.len_bytes()))
    }

    /// The buffers, for as long as this value lives.
    ///
    /// Another thread that writes to the objects that own them makes the bytes some mixture of before and after, as
    /// it does for every reader; bytes are plain data, so nothing else can go wrong.
    pub fn buffers(&self) -> Vec<&[u8]> {
        self.buffers
            .iter()
            .map(|buffer| match buffer.len_bytes() {
                0 => &[][..],
                // SAFETY: a contiguous buffer, which its view keeps.
                len => unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), len) },
            })
            .collect()
    }
}

/// The portable form of a value.
///
/// What pickle refuses is tried with cloudpickle, if that is installed.
///
/// # Errors
/// The value cannot be pickled: pickle's exception, or cloudpickle's, or any that a reduction of the value raised.
pub fn encode(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<Encoded> {
    let collector = Bound::new(py, Collector::default())?;
    let kwargs = PyDict::new(py);
    kwargs.set_item("protocol", 5)?;
    kwargs.set_item("buffer_callback", collector.getattr("keep")?)?;
    let head = pickled(py, value, &kwargs, &|_| {
        collector.get().0.lock().clear();
        Ok(())
    })?;
    let buffers = std::mem::take(&mut *collector.get().0.lock());
    Ok(Encoded { head: head.unbind(), buffers })
}

/// A value from its head and the part of a private mapping where each of its buffers lies, in order.
///
/// Arrays lie in the mapping and keep it, each other object is made anew; what was read-only is again.
///
/// # Errors
/// A span lies outside of the mapping, or any exception that unpickling raises.
pub fn decode<'py>(
    py: Python<'py>,
    head: &[u8],
    mapping: &Arc<Mapping>,
    spans: &[Span],
) -> PyResult<Bound<'py, PyAny>> {
    let buffers = PyList::empty(py);
    for &span in spans {
        let mapped = Mapped::new(mapping, span, true).ok_or_else(|| {
            pyo3::exceptions::PyValueError::new_err("a stored buffer ends outside of its file")
        })?;
        // Reductions of others expect what has a length and can be sliced.
        buffers.append(PyMemoryView::from(Bound::new(py, mapped)?.as_any())?)?;
    }
    // SAFETY: the view is read during this call only: pickle copies what it keeps.
    let stream = unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            ffi::PyMemoryView_FromMemory(
                head.as_ptr().cast_mut().cast(),
                head.len() as ffi::Py_ssize_t,
                ffi::PyBUF_READ,
            ),
        )?
    };
    let kwargs = PyDict::new(py);
    kwargs.set_item("buffers", buffers)?;
    py.import(intern!(py, "pickle"))?.call_method("loads", (stream,), Some(&kwargs))
}

/// A class of `pickle`, made once.
pub(super) type OpenClass = PyOnceLock<Py<PyAny>>;

static PICKLER: OpenClass = OpenClass::new();

/// A class of `pickle` whose instances take `persistent_id` and `persistent_load`: on 3.13.0 those of the class itself
/// do not.
pub(super) fn open_class<'py>(
    py: Python<'py>,
    made: &'static OpenClass,
    name: &str,
) -> PyResult<&'py Bound<'py, PyAny>> {
    let class = made.get_or_try_init(py, || {
        let base = py.import(intern!(py, "pickle"))?.getattr(name)?;
        let made = py.get_type::<PyType>().call1((name, (base,), PyDict::new(py)))?;
        PyResult::Ok(made.unbind())
    })?;
    Ok(class.bind(py))
}

/// Pickles a value with a pickler made ready by `prepare`; with cloudpickle's if pickle refuses and it is installed.
pub(super) fn pickled<'py>(
    py: Python<'py>,
    value: &Bound<'py, PyAny>,
    kwargs: &Bound<'py, PyDict>,
    prepare: &dyn Fn(&Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<Bound<'py, PyBytes>> {
    let pickle = py.import(intern!(py, "pickle"))?;
    let dump = |class: &Bound<'py, PyAny>| -> PyResult<Bound<'py, PyBytes>> {
        let file = py.import(intern!(py, "io"))?.call_method0(intern!(py, "BytesIO"))?;
        let pickler = class.call((&file,), Some(kwargs))?;
        prepare(&pickler)?;
        // A pickler of cloudpickle has a table of its own, behind ours.
        let behind = match pickler.getattr(intern!(py, "dispatch_table")) {
            Ok(table) => table,
            Err(_) => py.import("copyreg")?.getattr("dispatch_table")?,
        };
        pickler.setattr(intern!(py, "dispatch_table"), dispatch_table(&behind)?)?;
        pickler.call_method1(intern!(py, "dump"), (value,))?;
        Ok(file.call_method0(intern!(py, "getvalue"))?.cast_into::<PyBytes>()?)
    };
    let refused = match dump(open_class(py, &PICKLER, "Pickler")?) {
        Ok(head) => return Ok(head),
        Err(refused) => refused,
    };
    let is_refusal = refused.is_instance(py, &pickle.getattr("PicklingError")?)
        || refused.is_instance_of::<PyTypeError>(py)
        || refused.is_instance_of::<PyAttributeError>(py);
    if !is_refusal {
        return Err(refused);
    }
    match py.import("cloudpickle") {
        Ok(cloudpickle) => dump(&cloudpickle.getattr("CloudPickler")?),
        Err(_) => Err(refused),
    }
}

/// Reductions of our own for types of libraries that are loaded, before those of `behind`.
fn dispatch_table<'py>(behind: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = behind.py();
    let table = PyDict::new(py);
    table.update(behind.cast::<PyMapping>()?)?;
    table.update(reductions(py)?.as_mapping())?;
    Ok(table)
}

/// Types of loaded libraries, and how they are reduced; made anew when another library has been loaded.
fn reductions(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    static KNOWN: Mutex<Option<([usize; 3], Py<PyDict>)>> = Mutex::new(None);
    let loaded = ["numpy", "polars", "pyarrow.lib"]
        .map(|module| raw::loaded_module(py, module).map_or(0, |module| module.as_ptr() as usize));
    if let Some((seen, table)) = &*KNOWN.lock()
        && *seen == loaded
    {
        return Ok(table.bind(py).clone());
    }
    let table = PyDict::new(py);
    if let Some(class) = array::array_type(py) {
        table.set_item(class, wrap_pyfunction!(reduce_array, py)?)?;
    }
    for class in arrow::polars_types(py) {
        table.set_item(class, wrap_pyfunction!(reduce_polars, py)?)?;
    }
    for class in slices::array_types(py)? {
        table.set_item(class, wrap_pyfunction!(reduce_slice, py)?)?;
    }
    let old = KNOWN.lock().replace((loaded, table.clone().unbind()));
    drop(old);
    Ok(table)
}

#[pyfunction]
fn reduce_array<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    array::reduce(array)
}

#[pyfunction]
fn reduce_slice<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    slices::reduce(array)
}

#[pyfunction]
fn reduce_polars<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    match arrow::reduce(object)? {
        Some(reduced) => Ok(reduced),
        None => object.call_method1(intern!(object.py(), "__reduce_ex__"), (5,)),
    }
}

/// Takes the buffers that pickle offers.
#[pyclass(frozen)]
#[derive(Default)]
struct Collector(Mutex<Vec<PyBuffer<u8>>>);

#[pymethods]
impl Collector {
    /// Pickle's `buffer_callback`: true leaves the buffer in the stream.
    fn keep(&self, buffer: &Bound<'_, PyAny>) -> bool {
        // Pickle takes what is not contiguous, or says why it cannot.
        let Ok(raw) = buffer.call_method0(intern!(buffer.py(), "raw")) else { return true };
        let Ok(view) = PyBuffer::<u8>::get(&raw) else { return true };
        if view.len_bytes() < IN_BAND {
            return true;
        }
        self.0.lock().push(view);
        false
    }
}
