//! numpy: arrays and scalars.

mod dtype;
mod functions;
pub mod layout;
mod masked;
mod random;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyType};
use rememo::encode::{Writer, tag};

use super::floats::{self, Bits};
use super::{Base, Encoder, HashError, Known, Opened, attributes, base, known, loaded};
use crate::raw;
use crate::value::{FrameKind, Part};
use layout::{Layout, Leaf};
pub(super) use masked::unmasked;

pub(super) const TYPES: &[Known] = &[
    known("numpy", "ndarray", array),
    known("numpy", "dtype", dtype::value),
    known("numpy", "matrix", plain_subclass),
    known("numpy", "recarray", plain_subclass),
    known("numpy.rec", "recarray", plain_subclass),
    known("numpy", "record", scalar),
    known("numpy.rec", "record", scalar),
    known("numpy", "memmap", memmap),
    known("numpy.ma", "MaskedArray", masked::array),
    known("numpy.ma.core", "MaskedArray", masked::array),
    known("numpy.ma", "MaskedConstant", masked::constant),
    known("numpy.ma.core", "MaskedConstant", masked::constant),
    known("numpy", "ufunc", functions::ufunc),
    known("numpy", "vectorize", functions::vectorize),
    known("numpy", "busdaycalendar", functions::business_days),
    known("numpy", "finfo", functions::limits),
    known("numpy", "iinfo", functions::limits),
    known("numpy.random._generator", "Generator", random::generator),
    known("numpy.random.mtrand", "RandomState", random::random_state),
    known("numpy.random.bit_generator", "SeedSequence", random::seed_sequence),
];

pub(super) const FAMILIES: &[Known] = &[
    known("numpy", "generic", scalar),
    known("numpy", "dtype", dtype::value),
    known("numpy.random.bit_generator", "BitGenerator", random::bit_generator),
];

pub(super) const BASES: &[Base] = &[
    base("numpy.ma", "MaskedArray", masked::subclass),
    base("numpy.ma.core", "MaskedArray", masked::subclass),
    base("numpy", "ndarray", subclass),
];

/// Type of the elements, shape and values; the memory layout does not count.
pub(super) fn array(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let py = object.py();
    // SAFETY: called for exact arrays of numpy alone.
    let (layout, dtype) = unsafe { Layout::of(object) };
    let kind: String = dtype.getattr("kind")?.extract()?;
    let shape = object.getattr("shape")?;
    let parts = vec![Part::named("dtype", dtype::part(&dtype)?), Part::named("shape", shape)];
    if kind == "O" {
        return objects(encoder, py, &layout, parts);
    }
    if kind == "T" || dtype.getattr("hasobject")?.is_truthy()? {
        let mut parts = parts;
        parts.push(Part::hidden(object.call_method1("ravel", ("C",))?.call_method0("tolist")?));
        return Ok(encoder.record("numpy.ndarray", parts));
    }
    let leaves = layout::leaves(&dtype)?;
    let item: usize = dtype.getattr("itemsize")?.extract()?;
    let packed: usize = leaves.iter().map(|leaf| leaf.len).sum();
    let len = layout.len() * packed;
    encoder.writer.record("numpy.ndarray", parts.len() + 1);
    let writer = &mut encoder.writer;
    let write = |writer: &mut Writer| match &leaves[..] {
        [leaf] if leaf.len == item && layout.is_contiguous(item) => {
            // SAFETY: the array is held by the caller, so that its memory is not freed. Another thread that
            // writes to it meanwhile makes the digest one of some mixture of states, as it would make any
            // reader's; bytes are plain data, so nothing else can go wrong.
            floats::write_buffer(writer, leaf.bits, unsafe { layout.bytes(item) });
        }
        [leaf] => gather(writer, &layout, leaf, len),
        leaves => gather_records(writer, &layout, leaves, len),
    };
    if len < rememo::encode::PARALLEL_LIMIT {
        write(writer);
    } else {
        py.detach(|| write(writer));
    }
    Ok(Opened::Frame(FrameKind::parts(parts)))
}

/// The plain elements of an array that lie one after the other: their bytes, the length of one, the shape.
pub fn plain_elements<'a>(array: &'a Bound<'_, PyAny>) -> Option<(&'a [u8], usize, Vec<usize>)> {
    let class = array.get_type();
    if !loaded(array.py(), "numpy", "ndarray")?.is(&class) {
        return None;
    }
    // SAFETY: exactly an array of numpy, as was checked.
    let (layout, dtype) = unsafe { Layout::of(array) };
    let kind: String = dtype.getattr("kind").ok()?.extract().ok()?;
    let item: usize = dtype.getattr("itemsize").ok()?.extract().ok()?;
    if !matches!(&*kind, "b" | "i" | "u" | "f" | "m" | "M") || !layout.is_contiguous(item) {
        return None;
    }
    // SAFETY: contiguous; the array is held by the caller for as long as the slice lives. Another thread that writes to
    // it meanwhile makes what is read some mixture of states.
    let bytes =
        unsafe { std::slice::from_raw_parts(layout.bytes(item).as_ptr(), layout.len() * item) };
    Some((bytes, item, layout.shape))
}

/// The elements in C order, from wherever they lie.
fn gather(writer: &mut Writer, layout: &Layout, leaf: &Leaf, len: usize) {
    let mut buffer = floats::Buffer::begin(writer, leaf.bits, len);
    let width = leaf.len;
    layout.rows(|start, stride, n| {
        // In pieces, so that what is gathered stays small however long a row is.
        let mut done = 0;
        while done < n {
            let piece = (n - done).min((1 << 20) / width.max(1) + 1);
            let from = start.wrapping_add_signed(stride * done as isize) + leaf.offset;
            buffer.push_with(piece * width, |out| match width {
                1 => copy::<1>(out, from, stride),
                2 => copy::<2>(out, from, stride),
                4 => copy::<4>(out, from, stride),
                8 => copy::<8>(out, from, stride),
                16 => copy::<16>(out, from, stride),
                _ => {
                    for (i, place) in out.chunks_exact_mut(width.max(1)).enumerate() {
                        copy_to(place, from.wrapping_add_signed(stride * i as isize));
                    }
                }
            });
            done += piece;
        }
        true
    });
    buffer.end();
}

/// The fields of records one after the other, without the padding between them.
fn gather_records(writer: &mut Writer, layout: &Layout, leaves: &[Leaf], len: usize) {
    let packed: usize = leaves.iter().map(|leaf| leaf.len).sum();
    let mut buffer = floats::Buffer::begin(writer, Bits::Exact, len);
    layout.for_each(|address| {
        buffer.push_with(packed, |out| {
            let mut rest = out;
            for leaf in leaves {
                let (place, after) = rest.split_at_mut(leaf.len);
                copy_to(place, address + leaf.offset);
                leaf.bits.canonicalise(place);
                rest = after;
            }
        });
    });
    buffer.end();
}

fn copy<const N: usize>(out: &mut [u8], from: usize, stride: isize) {
    let mut address = from;
    for place in out.as_chunks_mut::<N>().0 {
        // SAFETY: the address of an element of a live array, as its strides tell.
        *place = unsafe { std::ptr::read_unaligned(address as *const [u8; N]) };
        address = address.wrapping_add_signed(stride);
    }
}

fn copy_to(out: &mut [u8], from: usize) {
    // SAFETY: the address of an element or field of a live array, which is as long as `out`.
    out.copy_from_slice(unsafe { std::slice::from_raw_parts(from as *const u8, out.len()) });
}

/// The elements of an object array as a list: plain leaves at once.
fn objects(
    encoder: &mut Encoder<'_>,
    py: Python<'_>,
    layout: &Layout,
    mut parts: Vec<Part>,
) -> Result<Opened, HashError> {
    if !encoder.writes_leaves_directly() || !dtype_is_text(py, &parts) {
        parts.push(Part::hidden(object_list(py, layout)?.into_any()));
        return Ok(encoder.record("numpy.ndarray", parts));
    }
    let [dtype, shape] = &parts[..] else {
        return Ok(encoder.record("numpy.ndarray", parts));
    };
    let n = layout.len();
    encoder.writer.record("numpy.ndarray", 3);
    encoder.inline(dtype.value.bind(py))?;
    encoder.inline(shape.value.bind(py))?;
    encoder.writer.open();
    encoder.writer.head(tag::LIST, n);
    let mut done = 0;
    layout.rows(|start, stride, n| {
        for i in 0..n {
            let address = start.wrapping_add_signed(stride * i as isize);
            // SAFETY: an element of a live object array is a reference or NULL, which numpy reads as None;
            // leaves are written by C code that runs nothing else, so that the array does not change.
            let is_leaf = unsafe {
                let object = std::ptr::read_unaligned(address as *const *mut ffi::PyObject);
                encoder.plain_leaf(if object.is_null() { ffi::Py_None() } else { object })
            };
            if !is_leaf {
                return false;
            }
            done += 1;
        }
        true
    });
    if done == n {
        encoder.writer.close();
        return Ok(Opened::Leaf);
    }
    let list = object_list(py, layout)?;
    Ok(Opened::Frame(FrameKind::Items { list: list.unbind(), index: done }))
}

fn dtype_is_text(py: Python<'_>, parts: &[Part]) -> bool {
    parts.first().is_some_and(|dtype| dtype.value.bind(py).is_exact_instance_of::<PyString>())
}

/// The objects of an object array, in C order.
fn object_list<'py>(py: Python<'py>, layout: &Layout) -> PyResult<Bound<'py, PyList>> {
    let mut items = Vec::with_capacity(layout.len());
    layout.for_each(|address| {
        // SAFETY: as in `objects`; it is given a reference of its own at once.
        unsafe {
            let object = std::ptr::read_unaligned(address as *const *mut ffi::PyObject);
            items.push(if object.is_null() {
                py.None().into_bound(py)
            } else {
                Bound::from_borrowed_ptr(py, object)
            });
        }
    });
    PyList::new(py, items)
}

/// The same elements as a plain array, without asking the subclass.
fn plain<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let class = loaded(py, "numpy", "ndarray").ok_or_else(|| {
        pyo3::exceptions::PyRuntimeError::new_err("numpy is being taken out of sys.modules")
    })?;
    class.getattr("view")?.call1((object, &class))
}

/// A subclass of numpy's own that adds nothing.
fn plain_subclass(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = vec![Part::hidden(plain(object)?)];
    parts.extend(super::other_attributes(object, &[])?);
    Ok(encoder.record(&format!("numpy.{}", super::class_name(object)), parts))
}

/// The elements, and where in which file they lie.
fn memmap(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    encoder.note_mutable();
    let mut parts = vec![Part::hidden(plain(object)?)];
    parts.extend(attributes(object, &["filename", "offset", "mode"])?);
    Ok(encoder.record("numpy.memmap", parts))
}

/// A user's subclass: its class, the elements, what it adds.
fn subclass(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let mut parts = vec![Part::hidden(plain(object)?)];
    // Of a memory map: the map itself, which is how the elements are had.
    parts.extend(super::other_attributes(object, &["_mmap"])?);
    encoder.instance_with_slots(object, class, "ndarray", parts)
}

/// The dtype, kind of bits and size of a scalar whose class tells them.
fn number(class: &str) -> Option<(&'static str, Bits, usize)> {
    let (text, size): (&'static str, usize) = match class {
        "bool" | "bool_" => ("|b1", 1),
        "int8" => ("|i1", 1),
        "uint8" => ("|u1", 1),
        #[cfg(target_endian = "little")]
        "int16" => ("<i2", 2),
        #[cfg(target_endian = "little")]
        "int32" => ("<i4", 4),
        #[cfg(target_endian = "little")]
        "int64" => ("<i8", 8),
        #[cfg(target_endian = "little")]
        "uint16" => ("<u2", 2),
        #[cfg(target_endian = "little")]
        "uint32" => ("<u4", 4),
        #[cfg(target_endian = "little")]
        "uint64" => ("<u8", 8),
        #[cfg(target_endian = "little")]
        "float16" => ("<f2", 2),
        #[cfg(target_endian = "little")]
        "float32" => ("<f4", 4),
        #[cfg(target_endian = "little")]
        "float64" => ("<f8", 8),
        #[cfg(target_endian = "little")]
        "complex64" => ("<c8", 8),
        #[cfg(target_endian = "little")]
        "complex128" => ("<c16", 16),
        _ => return None,
    };
    Some((text, Bits::of(text.as_bytes()[1], size, false), size))
}

/// A scalar: its dtype and its bytes; every NaN of a type is one.
fn scalar(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let py = object.py();
    if let Some((text, bits, size)) = number(&super::class_name(object)) {
        encoder.writer.record("numpy.scalar", 2);
        encoder.writer.str(text.as_bytes());
        // SAFETY: a scalar of numpy's own is an object's head and the number.
        let mut content = unsafe {
            let value = object.as_ptr().cast::<u8>().add(size_of::<ffi::PyObject>());
            std::slice::from_raw_parts(value, size).to_vec()
        };
        if text.as_bytes()[1] == b'f' && bits.is_nan(&content) {
            encoder.writer.str(b"nan");
        } else {
            bits.canonicalise(&mut content);
            encoder.writer.bytes_like(tag::BYTES, &content);
        }
        return Ok(Opened::Leaf);
    }
    let dtype = object.getattr("dtype")?;
    let kind: String = dtype.getattr("kind")?.extract()?;
    let value = if kind == "V" && !dtype.getattr("names")?.is_none() {
        encoder.note_mutable();
        object.call_method0("item")?
    } else if kind == "f" && object.call_method1("__ne__", (object,))?.is_truthy()? {
        PyString::new(py, "nan").into_any()
    } else {
        let bytes = object.call_method0("tobytes")?;
        let mut content = bytes.cast::<PyBytes>().map_err(PyErr::from)?.as_bytes().to_vec();
        let bits = Bits::of(kind.bytes().next().unwrap_or(0), content.len(), false);
        bits.canonicalise(&mut content);
        PyBytes::new(py, &content).into_any()
    };
    let parts = vec![Part::hidden(dtype::part(&dtype)?), Part::hidden(value)];
    Ok(encoder.record("numpy.scalar", parts))
}

/// The object, as a library has it, under which name a function of C code is found in loaded modules.
fn found_as(object: &Bound<'_, PyAny>, modules: &[&str], name: &str) -> Option<String> {
    let py = object.py();
    modules
        .iter()
        .find(|module| loaded(py, module, name).is_some_and(|found| found.is(object)))
        .map(|module| format!("{module}.{name}"))
}

/// The version of a distribution, as its loaded module tells it.
fn version<'py>(py: Python<'py>, module: &str) -> Option<Bound<'py, PyAny>> {
    raw::module_dict(&raw::loaded_module(py, module)?)
        .and_then(|dict| raw::dict_get(&dict, &PyString::new(py, "__version__")))
}
