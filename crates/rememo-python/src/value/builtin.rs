//! The built-in types: leaves, containers, and the objects that make up code.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyFrozenSet, PyInt, PySet, PyString, PyTuple, PyType};
use rememo::encode::tag;

use super::{Encoder, FrameKind, Opened, Part, with_utf8};
use crate::error::HashError;

/// A `str` or `bytes` from this length on is no leaf: met again, it is not hashed again.
const LONG: ffi::Py_ssize_t = 4096;

/// Whether a value is of one of the types of which records are made (`docs/encoding.md`, Hash functions).
pub(super) fn is_plain(object: &Bound<'_, PyAny>) -> bool {
    object.is_none()
        || object.is_exact_instance_of::<PyString>()
        || object.is_exact_instance_of::<PyInt>()
        || object.is_exact_instance_of::<PyFloat>()
        || object.is_exact_instance_of::<PyBytes>()
        || object.is_exact_instance_of::<PyBool>()
}

impl Encoder<'_> {
    /// Writes `object` if it is a plain leaf of exactly a built-in type.
    ///
    /// # Safety
    /// `object` is live.
    #[inline]
    pub(super) unsafe fn leaf(&mut self, object: *mut ffi::PyObject) -> bool {
        // SAFETY: the caller keeps `object` alive; each branch first establishes the exact type.
        unsafe {
            let ty = ffi::Py_TYPE(object);
            if ty == &raw mut ffi::PyLong_Type {
                let mut overflow = 0;
                let value = ffi::PyLong_AsLongLongAndOverflow(object, &mut overflow);
                if overflow == 0 {
                    self.writer.int(value);
                } else {
                    self.big_int(object);
                }
            } else if ty == &raw mut ffi::PyUnicode_Type {
                if ffi::PyUnicode_GET_LENGTH(object) >= LONG {
                    return false;
                }
                self.string(object);
            } else if ty == &raw mut ffi::PyFloat_Type {
                self.writer.float(ffi::PyFloat_AS_DOUBLE(object));
            } else if object == ffi::Py_None() {
                self.writer.u8(tag::NONE);
            } else if object == ffi::Py_True() {
                self.writer.u8(tag::TRUE);
            } else if object == ffi::Py_False() {
                self.writer.u8(tag::FALSE);
            } else if ty == &raw mut ffi::PyBytes_Type {
                if ffi::PyBytes_Size(object) >= LONG {
                    return false;
                }
                self.bytes(object);
            } else {
                return false;
            }
        }
        true
    }

    /// # Safety
    /// `object` is an exact `str`.
    #[inline]
    unsafe fn string(&mut self, object: *mut ffi::PyObject) {
        // SAFETY: reads a live `str`, which never changes.
        unsafe {
            if ffi::PyUnicode_IS_COMPACT_ASCII(object) != 0 {
                let bytes = std::slice::from_raw_parts(
                    ffi::PyUnicode_DATA(object).cast::<u8>(),
                    ffi::PyUnicode_GET_LENGTH(object) as usize,
                );
                self.writer.str(bytes);
            } else {
                let text = Bound::from_borrowed_ptr(Python::assume_attached(), object);
                with_utf8(text.cast_unchecked::<PyString>(), |utf8| self.writer.str(utf8));
            }
        }
    }

    /// # Safety
    /// `object` is an exact `bytes`.
    #[inline]
    unsafe fn bytes(&mut self, object: *mut ffi::PyObject) {
        // SAFETY: reads a live `bytes`, which never changes.
        let bytes = unsafe {
            std::slice::from_raw_parts(
                ffi::PyBytes_AsString(object).cast::<u8>(),
                ffi::PyBytes_Size(object) as usize,
            )
        };
        self.writer.bytes_like(tag::BYTES, bytes);
    }

    #[cold]
    unsafe fn big_int(&mut self, object: *mut ffi::PyObject) {
        // SAFETY: an exact int; its methods are C code that runs nothing else.
        let int = unsafe { Bound::from_borrowed_ptr(Python::assume_attached(), object) };
        match shortest_twos_complement(&int) {
            Ok(bytes) => self.writer.bytes_like(tag::INT_BIG, &bytes),
            Err(cause) => self.refuse_always(&int, "its digits cannot be read", Some(cause)),
        }
    }

    /// Writes the head of a value that is no plain leaf. Cheapest and commonest types first.
    pub(super) fn open(&mut self, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
        let py = object.py();
        let pointer = object.as_ptr();
        // SAFETY: compares type pointers and reads sizes of objects whose exact type was established.
        unsafe {
            let ty = ffi::Py_TYPE(pointer);
            if ty == &raw mut ffi::PyTuple_Type {
                self.writer.head(tag::TUPLE, ffi::PyTuple_GET_SIZE(pointer) as usize);
                return Ok(Opened::Frame(FrameKind::Tuple { index: 0 }));
            }
            if ty == &raw mut ffi::PyList_Type {
                self.mutable = true;
                let len = ffi::PyList_GET_SIZE(pointer);
                self.writer.head(tag::LIST, len as usize);
                return Ok(Opened::Frame(FrameKind::List { index: 0, len }));
            }
            if ty == &raw mut ffi::PyDict_Type {
                self.mutable = true;
                let len = ffi::PyDict_Size(pointer);
                self.writer.head(tag::DICT, len as usize);
                return Ok(Opened::Frame(FrameKind::dict(len, false)));
            }
            if ty == &raw mut ffi::PyUnicode_Type {
                self.string(pointer);
                return Ok(Opened::Leaf);
            }
            if ty == &raw mut ffi::PyBytes_Type {
                self.bytes(pointer);
                return Ok(Opened::Leaf);
            }
        }
        if let Ok(set) = object.cast_exact::<PySet>() {
            self.mutable = true;
            return Ok(self.open_set(tag::SET, set.iter().collect()));
        }
        if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
            return Ok(self.open_set(tag::FROZENSET, set.iter().collect()));
        }
        if object.is_exact_instance_of::<pyo3::types::PyByteArray>() {
            self.mutable = true;
            // SAFETY: an exact bytearray; copied before anything else can resize it.
            let bytes = unsafe {
                std::slice::from_raw_parts(
                    ffi::PyByteArray_AsString(pointer).cast::<u8>(),
                    ffi::PyByteArray_Size(pointer) as usize,
                )
            };
            self.writer.head(tag::BYTEARRAY, bytes.len());
            self.writer.bulk(bytes);
            return Ok(Opened::Leaf);
        }
        if object.is_exact_instance_of::<pyo3::types::PyComplex>() {
            // SAFETY: an exact complex.
            let (real, imaginary) = unsafe {
                (ffi::PyComplex_RealAsDouble(pointer), ffi::PyComplex_ImagAsDouble(pointer))
            };
            self.writer.u8(tag::COMPLEX);
            self.writer.float_bits(real);
            self.writer.float_bits(imaginary);
            return Ok(Opened::Leaf);
        }
        if object.is(py.Ellipsis()) {
            self.writer.u8(tag::ELLIPSIS);
            return Ok(Opened::Leaf);
        }
        if object.is(py.NotImplemented()) {
            self.writer.u8(tag::NOT_IMPLEMENTED);
            return Ok(Opened::Leaf);
        }
        if let Some(opened) = self.open_code(object)? {
            return Ok(opened);
        }
        self.open_other(object)
    }

    fn open_set(&mut self, tag: u8, items: Vec<Bound<'_, PyAny>>) -> Opened {
        self.writer.head(tag, items.len());
        Opened::Frame(FrameKind::Set {
            items: items.into_iter().map(Bound::unbind).collect(),
            index: 0,
            starts: Vec::new(),
            refs: Vec::new(),
        })
    }

    /// Functions, classes, modules and what wraps them.
    fn open_code(&mut self, object: &Bound<'_, PyAny>) -> Result<Option<Opened>, HashError> {
        let pointer = object.as_ptr();
        // SAFETY: compares type pointers of a live object, and flags of its type.
        let is_code = unsafe {
            let ty = ffi::Py_TYPE(pointer);
            ty == &raw mut ffi::PyFunction_Type
                || ffi::PyType_Check(pointer) != 0
                || ffi::PyModule_Check(pointer) != 0
                || ty == &raw mut ffi::PyMethodDescr_Type
                || ty == &raw mut ffi::PyWrapperDescr_Type
                || ty == &raw mut ffi::PyGetSetDescr_Type
                || ty == &raw mut ffi::PyMemberDescr_Type
                || ty == &raw mut ffi::PyClassMethodDescr_Type
                || ty == &raw mut ffi::PyCode_Type
        };
        if is_code {
            // Whoever follows code watches it; elsewhere it may be another the next time.
            self.mutable |= !self.code.watches_code();
            if let Some(function) = crate::raw::Function::of(object)
                && !crate::function::is_user_code(object)
                && let Some(parts) = self.code.wrapper_parts(&function)
            {
                self.mutable = true;
                self.writer.record("library wrapper", parts.len() + 1);
                self.code.write(&mut self.writer, object, self.rules)?;
                return Ok(Some(Opened::Frame(FrameKind::parts(parts))));
            }
            self.code.write(&mut self.writer, object, self.rules)?;
            return Ok(Some(Opened::Leaf));
        }
        // SAFETY: as above; the getters of exactly these types return what they store.
        unsafe {
            let ty = ffi::Py_TYPE(pointer);
            // None of these can be changed; what they hold decides for itself.
            if ty == &raw mut crate::raw::PyMethod_Type {
                return Ok(Some(self.record(
                    "method",
                    vec![
                        Part::named("__func__", object.getattr("__func__")?),
                        Part::named("__self__", object.getattr("__self__")?),
                    ],
                )));
            }
            if ty == &raw mut ffi::PyCFunction_Type || ty == &raw mut ffi::PyCMethod_Type {
                let owner = object.getattr("__self__")?;
                if owner.is_none() || ffi::PyModule_Check(owner.as_ptr()) != 0 {
                    self.code.write(&mut self.writer, object, self.rules)?;
                    return Ok(Some(Opened::Leaf));
                }
                return Ok(Some(self.record(
                    "builtin method",
                    vec![
                        Part::named("__name__", object.getattr("__name__")?),
                        Part::named("__self__", owner),
                    ],
                )));
            }
            if ty == &raw mut ffi::PyStaticMethod_Type || ty == &raw mut ffi::PyClassMethod_Type {
                let kind = if ty == &raw mut ffi::PyStaticMethod_Type {
                    "staticmethod"
                } else {
                    "classmethod"
                };
                return Ok(Some(
                    self.record(kind, vec![Part::named("__func__", object.getattr("__func__")?)]),
                ));
            }
            if ty == &raw mut ffi::PyProperty_Type {
                let parts = ["fget", "fset", "fdel"]
                    .into_iter()
                    .map(|name| Ok(Part::named(name, object.getattr(name)?)))
                    .collect::<PyResult<_>>()?;
                return Ok(Some(self.record("property", parts)));
            }
            if ffi::PyCell_Check(pointer) != 0 {
                self.mutable = true;
                let parts = crate::raw::cell_contents(object)
                    .map(|content| Part::named("cell_contents", content));
                return Ok(Some(self.record("cell", parts.into_iter().collect())));
            }
        }
        Ok(None)
    }

    /// The head of a record, whose parts follow as a frame.
    pub(super) fn record(&mut self, kind: &str, parts: Vec<Part>) -> Opened {
        self.writer.record(kind, parts.len());
        Opened::Frame(FrameKind::parts(parts))
    }

    /// A record of a kind that has exactly one part of text.
    pub(super) fn text_record(&mut self, kind: &str, text: &str) -> Opened {
        self.writer.record(kind, 1);
        self.writer.str(text.as_bytes());
        Opened::Leaf
    }
}

/// The shortest little-endian two's complement form of an int of any size.
///
/// # Errors
/// There is no memory for it.
fn shortest_twos_complement(int: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let bits: usize = int.call_method0("bit_length")?.extract()?;
    let kwargs = pyo3::types::PyDict::new(int.py());
    kwargs.set_item("signed", true)?;
    let mut bytes: Vec<u8> =
        int.call_method("to_bytes", (bits / 8 + 1, "little"), Some(&kwargs))?.extract()?;
    // bit_length of −2ⁿ counts one bit too many for two's complement: drop a redundant sign byte.
    while bytes.len() > 1 {
        let (last, before) = (bytes[bytes.len() - 1], bytes[bytes.len() - 2]);
        if (last == 0 && before < 0x80) || (last == 0xFF && before >= 0x80) {
            bytes.pop();
        } else {
            break;
        }
    }
    Ok(bytes)
}

/// The exact built-in content of an instance of a subclass of a built-in type, copied by C code of the
/// base type alone (a subclass's own `__iter__`, `__len__` or `__str__` is not run).
pub fn base_content<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = object.py();
    let pointer = object.as_ptr();
    let unbound = |ty: *mut ffi::PyTypeObject, method: &str| -> PyResult<Bound<'py, PyAny>> {
        // SAFETY: a static built-in type.
        let ty = unsafe { Bound::from_borrowed_ptr(py, ty.cast()) };
        ty.getattr(method)?.call1((object,))
    };
    // SAFETY: each conversion is called on an instance of its own base type.
    unsafe {
        let content = if ffi::PyList_Check(pointer) != 0 {
            Bound::from_owned_ptr_or_err(
                py,
                ffi::PyList_GetSlice(pointer, 0, ffi::PyList_GET_SIZE(pointer)),
            )?
        } else if ffi::PyTuple_Check(pointer) != 0 {
            let items: Vec<_> = (0..ffi::PyTuple_GET_SIZE(pointer))
                .map(|i| Bound::from_borrowed_ptr(py, ffi::PyTuple_GET_ITEM(pointer, i)))
                .collect();
            PyTuple::new(py, items)?.into_any()
        } else if ffi::PyDict_Check(pointer) != 0 {
            let copy = pyo3::types::PyDict::new(py);
            let (mut position, mut key, mut value) =
                (0, std::ptr::null_mut(), std::ptr::null_mut());
            while ffi::PyDict_Next(pointer, &mut position, &mut key, &mut value) != 0 {
                copy.set_item(
                    Bound::from_borrowed_ptr(py, key),
                    Bound::from_borrowed_ptr(py, value),
                )?;
            }
            copy.into_any()
        } else if ffi::PySet_Check(pointer) != 0 {
            Bound::from_owned_ptr_or_err(py, ffi::PySet_New(pointer))?
        } else if ffi::PyFrozenSet_Check(pointer) != 0 {
            Bound::from_owned_ptr_or_err(py, ffi::PyFrozenSet_New(pointer))?
        } else if ffi::PyUnicode_Check(pointer) != 0 {
            unbound(&raw mut ffi::PyUnicode_Type, "__str__")?
        } else if ffi::PyLong_Check(pointer) != 0 {
            unbound(&raw mut ffi::PyLong_Type, "__int__")?
        } else if ffi::PyFloat_Check(pointer) != 0 {
            unbound(&raw mut ffi::PyFloat_Type, "__float__")?
        } else if ffi::PyBytes_Check(pointer) != 0 {
            Bound::from_owned_ptr_or_err(
                py,
                ffi::PyBytes_FromStringAndSize(
                    ffi::PyBytes_AsString(pointer),
                    ffi::PyBytes_Size(pointer),
                ),
            )?
        } else if ffi::PyByteArray_Check(pointer) != 0 {
            unbound(&raw mut ffi::PyByteArray_Type, "copy")?
        } else if ffi::PyComplex_Check(pointer) != 0 {
            unbound(&raw mut ffi::PyComplex_Type, "__complex__")?
        } else {
            return Ok(None);
        };
        Ok(Some(content))
    }
}

/// The built-in type whose content instances of the class have, else `object`.
fn content_pointer(class: &Bound<'_, PyType>) -> *mut ffi::PyTypeObject {
    // SAFETY: PyType_IsSubtype only walks the MRO of a live type.
    unsafe {
        for base in [
            &raw mut ffi::PyList_Type,
            &raw mut ffi::PyTuple_Type,
            &raw mut ffi::PyDict_Type,
            &raw mut ffi::PySet_Type,
            &raw mut ffi::PyFrozenSet_Type,
            &raw mut ffi::PyUnicode_Type,
            &raw mut ffi::PyLong_Type,
            &raw mut ffi::PyFloat_Type,
            &raw mut ffi::PyBytes_Type,
            &raw mut ffi::PyByteArray_Type,
            &raw mut ffi::PyComplex_Type,
        ] {
            if ffi::PyType_IsSubtype(class.as_type_ptr(), base) != 0 {
                return base;
            }
        }
    }
    &raw mut ffi::PyBaseObject_Type
}

/// The built-in type whose content instances of the class have, else `object`.
pub fn content_type<'py>(class: &Bound<'py, PyType>) -> Bound<'py, PyType> {
    // SAFETY: a static type.
    unsafe {
        Bound::from_borrowed_ptr(class.py(), content_pointer(class).cast()).cast_into_unchecked()
    }
}

/// The basic size that instances of a class have because of the built-in type they extend.
pub fn base_size(class: &Bound<'_, PyType>) -> ffi::Py_ssize_t {
    // SAFETY: reads the size of a static type.
    unsafe { (*content_pointer(class)).tp_basicsize }
}

/// Whether the object is `bytes`, `bytearray` or an instance of a subclass.
pub fn is_bytes_like(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: checks flags of the type and walks its MRO.
    unsafe {
        ffi::PyBytes_Check(object.as_ptr()) != 0 || ffi::PyByteArray_Check(object.as_ptr()) != 0
    }
}
