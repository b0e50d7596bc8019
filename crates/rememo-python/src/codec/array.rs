//! Arrays of numpy: their memory taken as it lies, whatever the dtype and the order of the axes.
//!
//! numpy's own reduction puts arrays of dates and arrays in neither C nor Fortran order into the pickle stream.

use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::buffer::Memory;
use super::text;
use crate::value::families::loaded;
use crate::value::families::numpy::layout::Layout;

#[allow(non_snake_case)]
unsafe extern "C" {
    /// `pickle.PickleBuffer(object)`: a new reference, NULL with an exception.
    fn PyPickleBuffer_FromObject(object: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

/// `numpy.ndarray`, if numpy is loaded.
pub fn array_type(py: Python<'_>) -> Option<Bound<'_, PyType>> {
    loaded(py, "numpy", "ndarray")?.cast_into().ok()
}

/// An array whose elements are plain bytes that lie densely.
pub struct Dense<'py> {
    /// The array, or a copy of it that lies densely.
    pub array: Bound<'py, PyAny>,
    /// Where the elements lie.
    pub layout: Layout,
    /// Type of the elements.
    pub dtype: Bound<'py, PyAny>,
    /// Bytes of all elements.
    pub len: usize,
    /// Whether the array that was given lets its elements be changed.
    pub writable: bool,
}

impl<'py> Dense<'py> {
    /// Of an exact `numpy.ndarray`; none if its elements are, or hold, references.
    pub fn of(array: &Bound<'py, PyAny>) -> PyResult<Option<Self>> {
        let py = array.py();
        // SAFETY: the caller gives an exact array.
        let (layout, dtype) = unsafe { Layout::of(array) };
        if !holds_bytes(&dtype)? {
            return Ok(None);
        }
        let item: usize = dtype.getattr(intern!(py, "itemsize"))?.extract()?;
        let writable = layout.is_writeable;
        if layout.is_dense(item) {
            let len = layout.len() * item;
            return Ok(Some(Self { array: array.clone(), layout, dtype, len, writable }));
        }
        let copy = copy(array)?;
        // SAFETY: a copy of an exact array is one.
        let (layout, dtype) = unsafe { Layout::of(&copy) };
        let len = layout.len() * item;
        Ok(layout.is_dense(item).then_some(Self { array: copy, layout, dtype, len, writable }))
    }

    /// Its bytes, in the order in which they lie.
    ///
    /// # Safety
    /// Nothing resizes the array while the slice is used.
    pub unsafe fn bytes(&self) -> &[u8] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: a dense array fills so many bytes from its address on, while it lives.
        unsafe { std::slice::from_raw_parts(self.layout.address as *const u8, self.len) }
    }
}

/// Whether the elements of an exact array are plain bytes, and neither references nor strings kept elsewhere.
pub fn is_plain(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    // SAFETY: the caller gives an exact array.
    holds_bytes(&unsafe { Layout::of(array) }.1)
}

fn holds_bytes(dtype: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = dtype.py();
    Ok(!dtype.getattr(intern!(py, "hasobject"))?.is_truthy()?
        && !dtype.getattr(intern!(py, "kind"))?.eq(intern!(py, "T"))?)
}

/// Whether a dtype has fields. Their names can be changed in place, so that everyone needs one of their own.
pub fn is_record(dtype: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(!dtype.getattr(intern!(dtype.py(), "names"))?.is_none())
}

/// A dtype like this one, down to the dtypes of its fields.
pub fn copy_dtype<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = dtype.py();
    py.import(intern!(py, "copy"))?.call_method1(intern!(py, "deepcopy"), (dtype,))
}

/// As [`copy`], for an array of records: with a dtype of its own.
pub fn copy_record<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let kwargs = PyDict::new(py);
    kwargs.set_item("dtype", copy_dtype(&array.getattr(intern!(py, "dtype"))?)?)?;
    let numpy = py.import(intern!(py, "numpy"))?;
    let copy = numpy.call_method(intern!(py, "empty_like"), (array,), Some(&kwargs))?;
    copy.set_item(py.Ellipsis(), array)?;
    Ok(copy)
}

/// A copy that owns its memory, in the order of the original where that is dense.
pub fn copy<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    array.call_method1(intern!(py, "copy"), (intern!(py, "K"),))
}

/// `__reduce__` of an exact array for the portable form.
pub fn reduce<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    if let Some(reduced) = text::reduce(array)? {
        return Ok(reduced);
    }
    let Some(dense) = Dense::of(array)? else { return by_element(array) };
    let shape = PyTuple::new(py, &dense.layout.shape)?;
    let strides = PyTuple::new(py, &dense.layout.strides)?;
    // SAFETY: the memory is that of the array, which the new object holds.
    let memory =
        unsafe { Memory::new(&dense.array, dense.layout.address, dense.len, dense.writable) };
    let restore = py.import(intern!(py, "rememo._native"))?.getattr("_restore_array")?;
    let arguments = (pickle_buffer(Bound::new(py, memory)?.as_any())?, dense.dtype, shape, strides);
    Ok((restore, arguments).into_pyobject(py)?.into_any())
}

/// numpy's own reduction, each element pickled; it forgets that an array is read-only.
fn by_element<'py>(array: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = array.py();
    let reduced = array.call_method1(intern!(py, "__reduce_ex__"), (5,))?;
    // SAFETY: the caller gives an exact array.
    if unsafe { Layout::of(array) }.0.is_writeable {
        return Ok(reduced);
    }
    let (function, arguments, state) =
        (reduced.get_item(0)?, reduced.get_item(1)?, reduced.get_item(2)?);
    let setter = py.import(intern!(py, "rememo._native"))?.getattr("_restore_read_only")?;
    let none = py.None();
    Ok((function, arguments, state, &none, &none, setter).into_pyobject(py)?.into_any())
}

/// Gives an array the state of a read-only one.
#[pyfunction]
pub fn _restore_read_only(array: &Bound<'_, PyAny>, state: &Bound<'_, PyAny>) -> PyResult<()> {
    array.call_method1("__setstate__", (state,))?;
    array.call_method1("setflags", (false,))?;
    Ok(())
}

/// `pickle.PickleBuffer(object)`
pub fn pickle_buffer<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: a live object; NULL means an exception.
    unsafe { Bound::from_owned_ptr_or_err(object.py(), PyPickleBuffer_FromObject(object.as_ptr())) }
}

/// An array over the memory of `buffer`, writable if that is.
#[pyfunction]
pub fn _restore_array<'py>(
    py: Python<'py>,
    buffer: &Bound<'py, PyAny>,
    dtype: &Bound<'py, PyAny>,
    shape: &Bound<'py, PyAny>,
    strides: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let class = py.import(intern!(py, "numpy"))?.getattr(intern!(py, "ndarray"))?;
    over(&class, buffer, dtype, shape, strides)
}

/// `numpy.ndarray(shape, dtype, buffer, 0, strides)`; numpy checks that the elements lie in the buffer.
pub fn over<'py>(
    class: &Bound<'py, PyAny>,
    buffer: &Bound<'py, PyAny>,
    dtype: &Bound<'py, PyAny>,
    shape: &Bound<'py, PyAny>,
    strides: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = class.py();
    if dtype.getattr(intern!(py, "hasobject"))?.is_truthy()? {
        // References that anyone could have written: never.
        return Err(PyValueError::new_err("stored bytes cannot be an array of objects"));
    }
    class.call1((shape, dtype, buffer, 0, strides))
}
