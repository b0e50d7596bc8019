//! Memory of ours as Python sees it: objects with the buffer protocol.

use std::ffi::c_int;
use std::sync::Arc;

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;
use rememo::region::{Mapping, Span};

/// A part of a private mapping; whoever has it may read and write it.
///
/// Arrays that lie in the mapping hold this object, and this object holds the mapping: it is unmapped when the last
/// of them is gone.
#[pyclass(frozen, module = "rememo._native", name = "_Mapped")]
pub struct Mapped {
    mapping: Arc<Mapping>,
    span: Span,
    writable: bool,
}

impl Mapped {
    /// A part of a mapping; none if the mapping ends before it does.
    pub fn new(mapping: &Arc<Mapping>, span: Span, writable: bool) -> Option<Self> {
        let end = span.offset.checked_add(span.len)?;
        let mapping = Arc::clone(mapping);
        (end <= mapping.len()).then_some(Self { mapping, span, writable })
    }

    /// The mapping, and where in it.
    pub fn place(&self) -> (Arc<Mapping>, Span) {
        (Arc::clone(&self.mapping), self.span)
    }
}

#[pymethods]
impl Mapped {
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let this = slf.get();
        // SAFETY: `new` checked that the span lies in the mapping, which is at least as long-lived as this object,
        // and the view holds this object.
        unsafe {
            let address = this.mapping.address().add(this.span.offset);
            fill(view, slf.as_any(), address, this.span.len, this.writable, flags)
        }
    }
}

/// The memory of another object, as bytes in one row, while it is being pickled.
#[pyclass(frozen, module = "rememo._native", name = "_Memory")]
pub struct Memory {
    _owner: Py<PyAny>,
    address: usize,
    len: usize,
    writable: bool,
}

impl Memory {
    /// Memory of `owner`.
    ///
    /// # Safety
    /// `len` bytes from `address` on can be read for as long as `owner` lives.
    pub unsafe fn new(
        owner: &Bound<'_, PyAny>,
        address: usize,
        len: usize,
        writable: bool,
    ) -> Self {
        Self { _owner: owner.clone().unbind(), address, len, writable }
    }
}

#[pymethods]
impl Memory {
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let this = slf.get();
        // SAFETY: who made it vouched for the memory, whose owner this object holds, as the view holds this object.
        unsafe { fill(view, slf.as_any(), this.address as *mut u8, this.len, this.writable, flags) }
    }
}

/// # Safety
/// `view` is what `bf_getbuffer` was given; the memory is valid as long as `owner` lives.
unsafe fn fill(
    view: *mut ffi::Py_buffer,
    owner: &Bound<'_, PyAny>,
    address: *mut u8,
    len: usize,
    writable: bool,
    flags: c_int,
) -> PyResult<()> {
    if view.is_null() {
        return Err(PyBufferError::new_err("there is no place for the view"));
    }
    // SAFETY: as the caller says; the function gives the view a reference to the owner.
    let status = unsafe {
        ffi::PyBuffer_FillInfo(
            view,
            owner.as_ptr(),
            address.cast(),
            len as ffi::Py_ssize_t,
            c_int::from(!writable),
            flags,
        )
    };
    if status == 0 { Ok(()) } else { Err(PyErr::fetch(owner.py())) }
}
