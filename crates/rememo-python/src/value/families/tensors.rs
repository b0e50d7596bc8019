//! Tensors of torch and arrays of jax that lie in the memory of the CPU.

use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::floats::{self, Bits};
use super::{Base, Encoder, HashError, Known, Opened, base, known, loaded, other_attributes};
use crate::raw;
use crate::value::{FrameKind, Part};

pub(super) const TYPES: &[Known] = &[
    known("torch", "Tensor", tensor),
    known("torch.nn.parameter", "Parameter", parameter),
    known("torch.nn.parameter", "Buffer", parameter),
    known("jaxlib._jax", "ArrayImpl", jax_array),
    known("jaxlib.xla_extension", "ArrayImpl", jax_array),
];

pub(super) const BASES: &[Base] = &[base("torch", "Tensor", own_tensor)];

const ELSEWHERE: &str = "it lies in the memory of a device; hash a copy on the CPU";

/// Type of the elements, shape, values, whether gradients are wanted; not the gradients, nor the memory layout.
fn tensor(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    let device = object.getattr("device")?.getattr("type")?.str()?;
    if raw::string(&device) != "cpu" {
        return Ok(encoder.refuse(object, ELSEWHERE));
    }
    let layout = object.getattr("layout")?.str()?;
    let is_quantized = object.getattr("is_quantized")?.is_truthy()?;
    if raw::string(&layout) != "torch.strided" || is_quantized {
        return Ok(encoder.refuse(object, "sparse and quantized tensors have no form of their own"));
    }
    let plain = object
        .call_method0("detach")?
        .call_method0("resolve_conj")?
        .call_method0("resolve_neg")?
        .call_method0("contiguous")?;
    let dtype = plain.getattr("dtype")?.str()?;
    let shape: Vec<i64> =
        plain.getattr("shape")?.try_iter()?.map(|n| n?.extract()).collect::<PyResult<_>>()?;
    let n: usize = plain.call_method0("numel")?.extract()?;
    let width: usize = plain.call_method0("element_size")?.extract()?;
    let address: usize = plain.call_method0("data_ptr")?.extract()?;
    let len = n * width;
    let bits = match raw::string(&dtype).as_str() {
        "torch.float16" | "torch.float32" | "torch.float64" => Bits::of(b'f', width, false),
        "torch.complex32" | "torch.complex64" | "torch.complex128" => Bits::of(b'c', width, false),
        _ => Bits::Exact,
    };
    let parts = vec![
        Part::named("dtype", dtype.into_any()),
        Part::named("shape", PyTuple::new(py, shape)?.into_any()),
        Part::named("requires_grad", object.getattr("requires_grad")?),
    ];
    encoder.writer.record("torch.Tensor", parts.len() + 1);
    let bytes: &[u8] = if len == 0 || address == 0 {
        &[]
    } else {
        // SAFETY: torch keeps that many bytes at the address while `plain` lives, which is held here. Another
        // thread that writes to them makes the digest one of some mixture of states, as for any reader.
        unsafe { std::slice::from_raw_parts(address as *const u8, len) }
    };
    let writer = &mut encoder.writer;
    if len < rememo::encode::PARALLEL_LIMIT {
        floats::write_buffer(writer, bits, bytes);
    } else {
        py.detach(|| floats::write_buffer(writer, bits, bytes));
    }
    drop(plain);
    Ok(Opened::Frame(FrameKind::parts(parts)))
}

/// The same elements as a plain tensor, without asking the subclass.
fn plain<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let class = loaded(object.py(), "torch", "Tensor").ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("torch is being taken out of sys.modules")
    })?;
    let plain = class.getattr("as_subclass")?.call1((object, &class))?;
    Ok(plain)
}

fn parameter(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let kind = format!("torch.{}", super::class_name(object));
    Ok(encoder.record(&kind, vec![Part::hidden(plain(object)?)]))
}

fn own_tensor(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let mut parts = vec![Part::hidden(plain(object)?)];
    parts.extend(other_attributes(object, &[])?);
    encoder.instance_with_slots(object, class, "tensor", parts)
}

/// Type of the elements, shape and values; whether the type is weak.
fn jax_array(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let py = object.py();
    for device in object.call_method0("devices")?.try_iter()? {
        let platform = device?.getattr("platform")?.str()?;
        if raw::string(&platform) != "cpu" {
            return Ok(encoder.refuse(object, ELSEWHERE));
        }
    }
    let values = object.call_method0("__array__")?;
    let weak = object.getattr("weak_type").unwrap_or_else(|_| py.None().into_bound(py));
    Ok(encoder.record("jax.Array", vec![Part::hidden(values), Part::named("weak_type", weak)]))
}
