//! Arrays of strings as objects: pickle would take each string by itself.
//!
//! The distinct objects of the array, each a string or one of the marks for what is missing, are written one after
//! the other as UTF-8 (lone surrogates as three bytes), beside where each of them ends. If objects repeat, each
//! element is the number of its object, so that what was one object is one again; only identity is looked at.

use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::array::pickle_buffer;
use crate::value::families::loaded;
use crate::value::families::numpy::layout::Layout;

/// Arrays of fewer elements are left to pickle.
const AT_LEAST: usize = 16;
/// After so many elements it is decided whether objects repeat often enough to be numbered.
const SAMPLE: usize = 4096;

/// What stands for an object that is no string.
mod kind {
    pub const TEXT: u8 = 0;
    pub const NONE: u8 = 1;
    pub const NAN: u8 = 2;
    pub const PANDAS_NA: u8 = 3;
}

#[derive(Default)]
struct Distinct {
    text: Vec<u8>,
    ends: Vec<u64>,
    kinds: Vec<u8>,
}

impl Distinct {
    /// Adds an object; false if it is neither a string nor a mark.
    ///
    /// # Safety
    /// `object` is NULL, which numpy reads as `None`, or live.
    unsafe fn push(
        &mut self,
        py: Python<'_>,
        object: *mut ffi::PyObject,
        na: *mut ffi::PyObject,
    ) -> bool {
        // SAFETY: types are compared before an object is read as one.
        let kind = unsafe {
            if object.is_null() || object == ffi::Py_None() {
                kind::NONE
            } else if ffi::Py_TYPE(object) == &raw mut ffi::PyUnicode_Type {
                let string = Bound::from_borrowed_ptr(py, object);
                let Ok(string) = string.cast::<PyString>() else { return false };
                crate::value::with_utf8(string, |utf8| self.text.extend_from_slice(utf8));
                kind::TEXT
            } else if ffi::Py_TYPE(object) == &raw mut ffi::PyFloat_Type
                && ffi::PyFloat_AS_DOUBLE(object).to_bits() == f64::NAN.to_bits()
            {
                kind::NAN
            } else if object == na {
                kind::PANDAS_NA
            } else {
                return false;
            }
        };
        self.ends.push(self.text.len() as u64);
        self.kinds.push(kind);
        true
    }
}

/// `__reduce__` of an exact array of objects, if it holds nothing but strings and marks.
pub fn reduce<'py>(array: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = array.py();
    // SAFETY: the caller gives an exact array.
    let (layout, dtype) = unsafe { Layout::of(array) };
    let n = layout.len();
    let is_plain = dtype.getattr(intern!(py, "kind"))?.eq("O")?
        && dtype.getattr(intern!(py, "metadata"))?.is_none();
    if n < AT_LEAST || n > u32::MAX as usize || !is_plain {
        return Ok(None);
    }
    let size = std::mem::size_of::<*mut ffi::PyObject>();
    let is_fortran = !layout.is_contiguous(size) && layout.is_dense(size);
    if is_fortran && array.getattr("flags")?.get_item("F_CONTIGUOUS")?.is_truthy()? {
        // In the order in which they lie, which is that of the transposed array.
        return reduce_in_order(&array.getattr("T")?, layout.is_writeable, "F");
    }
    reduce_in_order(array, layout.is_writeable, "C")
}

fn reduce_in_order<'py>(
    array: &Bound<'py, PyAny>,
    writable: bool,
    order: &str,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = array.py();
    // SAFETY: an exact array.
    let (layout, _) = unsafe { Layout::of(array) };
    let Some((distinct, codes)) = distinct(py, &layout) else { return Ok(None) };
    let buffer = |bytes: &[u8]| pickle_buffer(PyBytes::new(py, bytes).as_any());
    let kinds: &[u8] =
        if distinct.kinds.iter().all(|&k| k == kind::TEXT) { &[] } else { &distinct.kinds };
    let ends: Vec<u8> = distinct.ends.iter().flat_map(|end| end.to_le_bytes()).collect();
    let codes: Vec<u8> = codes.iter().flatten().flat_map(|code| code.to_le_bytes()).collect();
    let mut shape = layout.shape.clone();
    if order == "F" {
        shape.reverse();
    }
    let restore = py.import(intern!(py, "rememo._native"))?.getattr("_restore_text")?;
    let arguments = (
        PyTuple::new(py, shape)?,
        order,
        writable,
        buffer(&distinct.text)?,
        buffer(&ends)?,
        buffer(kinds)?,
        buffer(&codes)?,
    );
    Ok(Some((restore, arguments).into_pyobject(py)?.into_any()))
}

/// The distinct objects, and the number of each element's, unless nearly all are distinct.
fn distinct(py: Python<'_>, layout: &Layout) -> Option<(Distinct, Option<Vec<u32>>)> {
    let na = loaded(py, "pandas._libs.missing", "NA");
    let na = na.as_ref().map_or(std::ptr::null_mut(), |na| na.as_ptr());
    let mut found = Distinct::default();
    let mut numbers: FxHashMap<usize, u32> = FxHashMap::default();
    let mut codes: Option<Vec<u32>> = Some(Vec::with_capacity(layout.len()));
    let mut seen = 0_usize;
    let mut valid = true;
    layout.rows(|start, stride, n| {
        for i in 0..n {
            let place = start.wrapping_add_signed(stride * i as isize) as *const *mut ffi::PyObject;
            // SAFETY: the layout says where the elements of an array of objects lie; it holds them, and nothing
            // that runs here changes it.
            let object = unsafe { place.read_unaligned() };
            seen += 1;
            if let Some(codes) = &mut codes {
                let next = found.ends.len() as u32;
                let code = *numbers.entry(object as usize).or_insert(next);
                codes.push(code);
                if code != next {
                    continue;
                }
            }
            // SAFETY: as above.
            valid = unsafe { found.push(py, object, na) };
            if !valid {
                return false;
            }
            if seen == SAMPLE && found.ends.len() > SAMPLE / 2 {
                // From here on each element is written out; those that repeated so far as well.
                codes = None;
                numbers = FxHashMap::default();
            }
        }
        true
    });
    if !valid {
        return None;
    }
    if codes.is_none() && found.ends.len() != layout.len() {
        // Some of the sample repeated: they are written anew, each for itself.
        found = Distinct::default();
        layout.for_each(|place| {
            // SAFETY: as above; all of them were valid a moment ago.
            unsafe {
                let object = (place as *const *mut ffi::PyObject).read_unaligned();
                valid &= found.push(py, object, na);
            }
        });
    }
    valid.then_some((found, codes))
}

/// The bytes of a stored buffer.
fn bytes(buffer: &pyo3::buffer::PyBuffer<u8>) -> &[u8] {
    if buffer.len_bytes() == 0 {
        return &[];
    }
    // SAFETY: a contiguous buffer of bytes that is held; what is stored is only read, by everyone.
    unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast::<u8>(), buffer.len_bytes()) }
}

/// The array that `reduce` wrote.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub fn _restore_text<'py>(
    py: Python<'py>,
    shape: Vec<usize>,
    order: &str,
    writable: bool,
    text: &Bound<'py, PyAny>,
    ends: &Bound<'py, PyAny>,
    kinds: &Bound<'py, PyAny>,
    codes: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let views = [text, ends, kinds, codes].map(pyo3::buffer::PyBuffer::<u8>::get);
    let [text, ends, kinds, codes] = views;
    let (text, ends, kinds, codes) = (text?, ends?, kinds?, codes?);
    let (text, ends) = (bytes(&text), bytes(&ends).as_chunks::<8>().0);
    let (kinds, codes) = (bytes(&kinds), bytes(&codes).as_chunks::<4>().0);
    let damaged = || PyValueError::new_err("a stored array of strings is damaged");

    let na = if kinds.contains(&kind::PANDAS_NA) {
        Some(py.import("pandas")?.getattr("NA")?)
    } else {
        None
    };
    let nan = pyo3::types::PyFloat::new(py, f64::NAN);
    let mut objects: Vec<Bound<'py, PyAny>> = Vec::with_capacity(ends.len());
    let mut from = 0;
    for (i, end) in ends.iter().enumerate() {
        let end = usize::try_from(u64::from_le_bytes(*end)).map_err(|_| damaged())?;
        let part = text.get(from..end).ok_or_else(damaged)?;
        from = end;
        objects.push(match kinds.get(i).copied().unwrap_or(kind::TEXT) {
            // SAFETY: `part` is a slice of that length; what is no UTF-8 is an exception.
            kind::TEXT => unsafe {
                Bound::from_owned_ptr_or_err(
                    py,
                    ffi::PyUnicode_DecodeUTF8(
                        part.as_ptr().cast(),
                        part.len() as ffi::Py_ssize_t,
                        c"surrogatepass".as_ptr(),
                    ),
                )?
            },
            kind::NONE => py.None().into_bound(py),
            kind::NAN => nan.clone().into_any(),
            kind::PANDAS_NA => na.clone().ok_or_else(damaged)?,
            _ => return Err(damaged()),
        });
    }

    let numpy = py.import(intern!(py, "numpy"))?;
    let array = numpy.call_method1(intern!(py, "empty"), (shape, intern!(py, "O"), order))?;
    // SAFETY: a new array of numpy.
    let (layout, _) = unsafe { Layout::of(&array) };
    let n = layout.len();
    let is_whole = if codes.is_empty() { objects.len() == n } else { codes.len() == n };
    if !is_whole {
        return Err(damaged());
    }
    let place = layout.address as *mut *mut ffi::PyObject;
    for i in 0..n {
        let number = codes.get(i).map_or(i, |code| u32::from_le_bytes(*code) as usize);
        let object = objects.get(number).ok_or_else(damaged)?;
        // SAFETY: a new array of `n` references that lie one after the other, in one order or the other, and that
        // nobody else has; the reference that was there (`None`, or NULL) is given back.
        unsafe {
            let old = place.add(i).replace(object.clone().into_ptr());
            ffi::Py_XDECREF(old);
        }
    }
    if !writable {
        array.call_method1(intern!(py, "setflags"), (false,))?;
    }
    Ok(array)
}
