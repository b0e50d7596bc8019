//! numpy: arrays, scalars, dtypes.

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rememo::encode::tag;

use super::{Encoder, HashError, Known, Opened, known};
use crate::value::Part;

macro_rules! scalars {
    ($($name:literal),*) => { [$(known("numpy", $name, scalar)),*] };
}

const SCALARS: [Known; 26] = scalars!(
    "bool",
    "bool_",
    "int8",
    "int16",
    "int32",
    "int64",
    "longlong",
    "intc",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "ulonglong",
    "uintc",
    "float16",
    "float32",
    "float64",
    "longdouble",
    "complex64",
    "complex128",
    "clongdouble",
    "str_",
    "bytes_",
    "datetime64",
    "timedelta64",
    "void"
);

pub(super) const TYPES: &[Known] = &{
    let mut all = [const { known("numpy", "ndarray", array) }; 30];
    let mut i = 0;
    while i < SCALARS.len() {
        all[i] = known("numpy", SCALARS[i].name, scalar);
        i += 1;
    }
    all[26] = known("numpy", "ndarray", array);
    all[27] = known("numpy", "dtype", dtype);
    all[28] = known("numpy", "float128", scalar);
    all[29] = known("numpy", "complex256", scalar);
    all
};

/// The type of the elements, its byte order and its fields, as an array and a scalar write it.
fn dtype_part<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    // `descr` of a structured type tells names, offsets (as padding) and nested types; `str` all else.
    let py = dtype.py();
    let text = dtype.getattr("str")?;
    if dtype.getattr("names")?.is_none() && dtype.getattr("subdtype")?.is_none() {
        if dtype.getattr("metadata")?.is_none() {
            return Ok(text);
        }
    }
    let reduced = dtype.call_method0("__reduce__")?;
    let state = reduced.get_item(2)?;
    Ok(PyTuple::new(py, [text, state])?.into_any())
}

fn dtype(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    Ok(encoder.record("numpy.dtype", vec![Part::hidden(dtype_part(object)?)]))
}

fn scalar(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let dtype = object.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    if kind == "f" || kind == "c" {
        // Every NaN of a type is one.
        let is_nan = object.call_method1("__ne__", (object,))?.is_truthy()?;
        if is_nan && kind == "f" {
            let text = PyString::new(object.py(), "nan").into_any();
            return Ok(encoder.record(
                "numpy.scalar",
                vec![Part::hidden(dtype_part(&dtype)?), Part::hidden(text)],
            ));
        }
    }
    let value = if kind == "V" && !dtype.getattr("names")?.is_none() {
        object.call_method0("item")?
    } else if dtype.getattr("itemsize")?.extract::<usize>()? == 16 && kind == "f" {
        // The padding of a long double is not part of its value.
        object.repr()?.into_any()
    } else {
        object.call_method0("tobytes")?
    };
    Ok(encoder.record("numpy.scalar", vec![Part::hidden(dtype_part(&dtype)?), Part::hidden(value)]))
}

/// Type of the elements, shape and values; the memory layout does not count.
fn array(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let dtype = object.getattr("dtype")?;
    let head = vec![
        Part::named("dtype", dtype_part(&dtype)?),
        Part::named("shape", object.getattr("shape")?),
    ];
    if dtype.getattr("hasobject")?.is_truthy()? {
        let mut parts = head;
        parts.push(Part::hidden(object.call_method1("ravel", ("C",))?.call_method0("tolist")?));
        return Ok(encoder.record("numpy.ndarray", parts));
    }
    let kind: String = dtype.getattr("kind")?.extract()?;
    if kind == "T" {
        let mut parts = head;
        parts.push(Part::hidden(object.call_method1("ravel", ("C",))?.call_method0("tolist")?));
        return Ok(encoder.record("numpy.ndarray", parts));
    }
    let contiguous = if object.getattr("flags")?.getattr("c_contiguous")?.is_truthy()? {
        object.clone()
    } else {
        object.call_method1("copy", ("C",))?
    };
    let interface = contiguous.getattr("__array_interface__")?;
    let address: usize = interface.get_item("data")?.get_item(0)?.extract()?;
    let len: usize = contiguous.getattr("nbytes")?.extract()?;
    let parts = head;
    encoder.writer.record("numpy.ndarray", parts.len() + 1);
    encoder.writer.open();
    encoder.writer.head(tag::BUFFER, len);
    // SAFETY: numpy keeps `len` bytes of a C-contiguous array at `address` while the array lives, and it is
    // held here. Another thread that writes to it meanwhile makes the digest one of some mixture of states,
    // as it would make any reader's; bytes are plain data, so nothing else can go wrong.
    let bytes: &[u8] = if len == 0 {
        &[]
    } else {
        unsafe { std::slice::from_raw_parts(address as *const u8, len) }
    };
    encoder.bulk_detached(py, bytes);
    encoder.writer.close();
    Ok(Opened::Frame(crate::value::FrameKind::parts(parts)))
}
