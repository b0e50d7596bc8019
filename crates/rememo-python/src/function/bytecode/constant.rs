//! The encoding of constants inside code: injective and strictly typed, independent of the hash seed.

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBytes, PyComplex, PyEllipsis, PyFloat, PyFrozenSet, PyInt, PySlice, PyString, PyTuple,
};

/// Appends an unsigned LEB128 number.
pub(super) fn write_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends bytes behind their length.
pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends a text behind its length, lone surrogates as UTF-8 would write them.
pub(super) fn write_text(out: &mut Vec<u8>, text: &Bound<'_, PyString>) -> PyResult<()> {
    if let Ok(utf8) = text.to_str() {
        write_bytes(out, utf8.as_bytes());
        return Ok(());
    }
    let encoded = text.call_method1(intern!(text.py(), "encode"), ("utf-8", "surrogatepass"))?;
    write_bytes(out, encoded.cast::<PyBytes>()?.as_bytes());
    Ok(())
}

/// Appends a constant that is not code.
///
/// # Errors
/// `TypeError` for an object that the compiler does not make a constant of (put there by `code.replace`).
pub(super) fn write_constant(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    if value.is_none() {
        out.push(b'N');
    } else if value.is_exact_instance_of::<PyBool>() {
        out.push(if value.is_truthy()? { b'T' } else { b'F' });
    } else if value.is_exact_instance_of::<PyInt>() {
        write_int(out, value)?;
    } else if let Ok(text) = value.cast_exact::<PyString>() {
        out.push(b's');
        write_text(out, text)?;
    } else if let Ok(float) = value.cast_exact::<PyFloat>() {
        out.push(b'f');
        write_float(out, float.value());
    } else if let Ok(bytes) = value.cast_exact::<PyBytes>() {
        out.push(b'b');
        write_bytes(out, bytes.as_bytes());
    } else if let Ok(tuple) = value.cast_exact::<PyTuple>() {
        out.push(b'(');
        write_number(out, tuple.len() as u64);
        for element in tuple.iter_borrowed() {
            write_constant(out, &element)?;
        }
    } else if let Ok(set) = value.cast_exact::<PyFrozenSet>() {
        let mut elements = Vec::with_capacity(set.len());
        for element in set.iter() {
            let mut encoded = Vec::new();
            write_constant(&mut encoded, &element)?;
            elements.push(encoded);
        }
        elements.sort_unstable();
        out.push(b'{');
        write_number(out, elements.len() as u64);
        elements.iter().for_each(|element| out.extend_from_slice(element));
    } else if let Ok(complex) = value.cast_exact::<PyComplex>() {
        out.push(b'c');
        write_float(out, complex.real());
        write_float(out, complex.imag());
    } else if value.is_exact_instance_of::<PyEllipsis>() {
        out.push(b'.');
    } else if value.is_exact_instance_of::<PySlice>() {
        let py = value.py();
        out.push(b':');
        for part in [intern!(py, "start"), intern!(py, "stop"), intern!(py, "step")] {
            write_constant(out, &value.getattr(part)?)?;
        }
    } else {
        let kind = value.get_type().name()?;
        return Err(PyTypeError::new_err(format!(
            "a code object holds a constant of type '{kind}'"
        )));
    }
    Ok(())
}

fn write_int(out: &mut Vec<u8>, value: &Bound<'_, PyAny>) -> PyResult<()> {
    if let Ok(small) = value.extract::<i64>() {
        out.push(b'i');
        out.extend_from_slice(&small.to_le_bytes());
        return Ok(());
    }
    let py = value.py();
    let bits = value.call_method0(intern!(py, "bit_length"))?.extract::<usize>()?;
    let signed = [(intern!(py, "signed"), true)];
    let bytes = value.call_method(
        intern!(py, "to_bytes"),
        (bits / 8 + 1, "little"),
        Some(&pyo3::types::IntoPyDict::into_py_dict(signed, py)?),
    )?;
    out.push(b'I');
    write_bytes(out, bytes.cast::<PyBytes>()?.as_bytes());
    Ok(())
}

/// A NaN counts with its bits: code can show them.
fn write_float(out: &mut Vec<u8>, float: f64) {
    out.extend_from_slice(&float.to_bits().to_le_bytes());
}
