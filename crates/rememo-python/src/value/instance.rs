//! Instances of classes that have no canonical form of their own.
//!
//! In order: what the class says itself (`__rememo_hash__`, `__dask_tokenize__`, Arrow, buffer), its
//! reduction if it customises one, else the state that CPython stores: content of a built-in base,
//! `__dict__`, slots. A layout that holds more than that is hidden state, and hidden state is not no state.

use pyo3::buffer::PyUntypedBuffer;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use rememo::encode::tag;

use super::{Encoder, FrameKind, Label, Opened, Part, builtin, families};
use crate::error::HashError;
use crate::raw;

impl Encoder<'_> {
    /// Writes the head of a value whose type is not built in.
    pub(super) fn open_other(&mut self, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
        let class = object.get_type();
        if let Some(handler) = families::handler(&class) {
            return match handler(self, object) {
                Err(HashError::Python(cause)) => {
                    self.failed(object, "its state cannot be read", cause)
                }
                other => other,
            };
        }
        self.open_instance(object, &class)
    }

    /// Writes the head of an instance of a class without a canonical form.
    pub(super) fn open_instance(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
    ) -> Result<Opened, HashError> {
        let py = object.py();
        if is_enum(class) {
            return self.open_enum(object, class);
        }
        self.mutable = true;
        if let Some(opened) = families::opaque::by_type_and_name(self, object, class)? {
            return Ok(opened);
        }
        for (name, form) in [
            (intern!(py, "__rememo_hash__"), "__rememo_hash__"),
            (intern!(py, "__dask_tokenize__"), "__dask_tokenize__"),
        ] {
            if let Some(method) = raw::type_lookup(class, name) {
                let result = method
                    .call1((object,))
                    .map_err(|cause| self.hash_function_failed(object, &method, cause))?;
                return self.instance(class, form, vec![Part::hidden(result)]);
            }
        }
        if let Some(opened) = families::arrow::by_capsule(self, object, class)? {
            return Ok(opened);
        }
        if let Some(opened) = self.open_buffer(object, class)? {
            return Ok(opened);
        }
        if let Some(opened) = self.open_reduction(object, class)? {
            return Ok(opened);
        }
        self.open_state(object, class)
    }

    /// An instance in the named form: its class, then the form's name, then the parts.
    pub(super) fn instance(
        &mut self,
        class: &Bound<'_, PyType>,
        form: &'static str,
        parts: Vec<Part>,
    ) -> Result<Opened, HashError> {
        self.writer.u8(tag::INSTANCE);
        self.code.write_class(&mut self.writer, class, self.rules)?;
        self.writer.varint(parts.len() as u64 + 1);
        self.writer.str(form.as_bytes());
        Ok(Opened::Frame(FrameKind::Parts { parts, index: 0, skip_rule: None, state: true }))
    }

    pub(super) fn failed(
        &mut self,
        object: &Bound<'_, PyAny>,
        reason: &str,
        cause: PyErr,
    ) -> Result<Opened, HashError> {
        if !cause.is_instance_of::<pyo3::exceptions::PyException>(object.py()) {
            return Err(HashError::Python(cause));
        }
        self.unhashable(object, reason, Some(cause));
        Ok(Opened::Leaf)
    }

    pub(super) fn refuse(&mut self, object: &Bound<'_, PyAny>, reason: &str) -> Opened {
        self.unhashable(object, reason, None);
        Opened::Leaf
    }

    fn open_enum(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
    ) -> Result<Opened, HashError> {
        let py = object.py();
        let Some(dict) = raw::instance_dict(object) else {
            return self.open_state(object, class);
        };
        let read = |name| raw::dict_get(&dict, name).unwrap_or_else(|| py.None().into_bound(py));
        let mut parts = vec![
            Part::named("name", read(intern!(py, "_name_"))),
            Part::named("value", read(intern!(py, "_value_"))),
        ];
        for (key, value) in dict.iter() {
            let Ok(key) = key.cast_into::<PyString>() else { continue };
            if ENUM_MACHINERY.contains(&raw::string(&key).as_str()) {
                continue;
            }
            parts.push(Part::hidden(key.clone().into_any()));
            parts.push(Part { label: Label::Attribute(key.unbind()), value: value.unbind() });
        }
        self.instance(class, "enum", parts)
    }

    fn open_buffer(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
    ) -> Result<Option<Opened>, HashError> {
        // SAFETY: reads a slot of a live type.
        let has_buffer = unsafe {
            let procs = (*class.as_type_ptr()).tp_as_buffer;
            !procs.is_null() && (*procs).bf_getbuffer.is_some()
        };
        // A subclass of bytes or bytearray may have attributes besides: those go the way of instances.
        if !has_buffer || builtin::is_bytes_like(object) {
            return Ok(None);
        }
        let buffer = match PyUntypedBuffer::get(object) {
            Ok(buffer) => buffer,
            Err(cause) => return self.failed(object, "its buffer cannot be read", cause).map(Some),
        };
        let py = object.py();
        let contiguous = object_bytes(py, object)?;
        self.writer.u8(tag::INSTANCE);
        self.code.write_class(&mut self.writer, class, self.rules)?;
        self.writer.varint(4);
        self.writer.str(b"buffer");
        self.writer.str(buffer.format().to_bytes());
        self.writer.head(tag::TUPLE, buffer.dimensions());
        for &n in buffer.shape() {
            self.writer.int(n as i64);
        }
        self.writer.open();
        self.writer.head(tag::BUFFER, contiguous.len());
        self.writer.bulk(&contiguous);
        self.writer.close();
        Ok(Some(Opened::Leaf))
    }

    /// A customised `__reduce_ex__`, `__reduce__` or entry in `copyreg.dispatch_table`: the one kind of foreign
    /// code, besides the protocols, that hashing runs.
    fn open_reduction(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
    ) -> Result<Option<Opened>, HashError> {
        let py = object.py();
        let base = py.get_type::<PyAny>();
        let customised = |name: &Bound<'_, PyString>| {
            let own = raw::type_lookup(class, name);
            let default = raw::type_lookup(&base, name);
            match (own, default) {
                (Some(own), Some(default)) => !own.is(&default),
                _ => false,
            }
        };
        let registered = raw::loaded_module(py, "copyreg")
            .and_then(|m| raw::module_dict(&m))
            .and_then(|d| raw::dict_get(&d, intern!(py, "dispatch_table")))
            .and_then(|t| t.cast_into::<PyDict>().ok())
            .and_then(|t| t.get_item(class).ok().flatten());
        let reduced = if let Some(reduce) = registered {
            reduce.call1((object,))
        } else if customised(intern!(py, "__reduce_ex__")) || customised(intern!(py, "__reduce__"))
        {
            // SAFETY: compares a slot of a live type.
            let iterates_in_c = unsafe {
                (*class.as_type_ptr()).tp_iternext.is_some() && !raw::is_heap_type(class)
            };
            if iterates_in_c {
                return Ok(Some(self.refuse(
                    object,
                    "an iterator is consumed by being read, so it has no value to compare",
                )));
            }
            object.call_method1(intern!(py, "__reduce_ex__"), (4,))
        } else if customised(intern!(py, "__getstate__"))
            && builtin::base_content(object)?.is_none()
        {
            return match object.call_method0(intern!(py, "__getstate__")) {
                Ok(state) => {
                    self.instance(class, "__getstate__", vec![Part::hidden(state)]).map(Some)
                }
                Err(cause) => self.failed(object, "its __getstate__ failed", cause).map(Some),
            };
        } else {
            return Ok(None);
        };
        let reduced = match reduced {
            Ok(reduced) => reduced,
            Err(cause) => {
                return self.failed(object, "it cannot be reduced to plain data", cause).map(Some);
            }
        };
        if let Ok(name) = reduced.cast::<PyString>() {
            let parts = vec![Part::hidden(name.clone().into_any())];
            return self.instance(class, "global", parts).map(Some);
        }
        let Ok(reduced) = reduced.cast::<PyTuple>() else {
            return Ok(Some(self.refuse(object, "its reduction is neither a name nor a tuple")));
        };
        let mut parts = Vec::new();
        for (i, item) in reduced.iter().enumerate() {
            let item = match i {
                // The items to append and to set come as iterators made for this call.
                3 | 4 if !item.is_none() => match item.try_iter().and_then(Iterator::collect) {
                    Ok::<Vec<_>, _>(items) => pyo3::types::PyList::new(py, items)?.into_any(),
                    Err(cause) => {
                        return self.failed(object, "its reduction failed", cause).map(Some);
                    }
                },
                _ => item,
            };
            let label = if i == 2 { Label::Attributes } else { Label::Hidden };
            parts.push(Part { label, value: item.unbind() });
        }
        self.instance(class, "reduce", parts).map(Some)
    }

    /// The state as CPython stores it.
    fn open_state(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
    ) -> Result<Opened, HashError> {
        let py = object.py();
        let slots = slots(class);
        if has_hidden_state(class, slots.len()) {
            let reason = if is_iterator(class) {
                "it is consumed by being read, so it has no value to compare"
            } else {
                "it holds state that Python code cannot see"
            };
            return Ok(self.refuse(object, reason));
        }
        let content = match builtin::base_content(object) {
            Ok(content) => content.unwrap_or_else(|| py.None().into_bound(py)),
            Err(cause) => return self.failed(object, "its content cannot be read", cause),
        };
        let dict = match raw::instance_dict(object) {
            Some(dict) => self.without_machinery(&dict, class)?.into_any(),
            None => py.None().into_bound(py),
        };
        let mut parts =
            vec![Part::hidden(content), Part { label: Label::Attributes, value: dict.unbind() }];
        for (name, descriptor) in slots {
            // A member descriptor is C code that reads one field; an unset slot raises AttributeError.
            if let Ok(value) = descriptor.call_method1(intern!(py, "__get__"), (object, class)) {
                parts.push(Part::hidden(name.clone().into_any()));
                parts.push(Part { label: Label::Attribute(name.unbind()), value: value.unbind() });
            }
        }
        self.instance(class, "state", parts)
    }

    /// The attributes without what `functools.cached_property` of a library class has left there.
    fn without_machinery<'py>(
        &mut self,
        dict: &Bound<'py, PyDict>,
        class: &Bound<'py, PyType>,
    ) -> Result<Bound<'py, PyDict>, HashError> {
        if !self.code.is_library_class(class) {
            return Ok(dict.clone());
        }
        let cached = |key: &Bound<'_, PyAny>| {
            key.cast_exact::<PyString>()
                .ok()
                .and_then(|name| raw::type_lookup(class, name))
                .is_some_and(|found| {
                    let (module, name) = raw::type_names(&found.get_type());
                    name == "cached_property"
                        && (module == "functools" || module.ends_with("functional"))
                })
        };
        if !dict.iter().any(|(key, _)| cached(&key)) {
            return Ok(dict.clone());
        }
        let copy = PyDict::new(dict.py());
        for (key, value) in dict.iter().filter(|(key, _)| !cached(key)) {
            copy.set_item(key, value)?;
        }
        Ok(copy)
    }
}

/// What `enum` itself writes into a member.
const ENUM_MACHINERY: &[&str] =
    &["_name_", "_value_", "_sort_order_", "__objclass__", "_inverted_", "_hashable_values_"];

/// The bytes of an object's buffer in C order.
pub fn object_bytes(py: Python<'_>, object: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    // SAFETY: PyMemoryView_FromObject gives a new reference or an error.
    let view =
        unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyMemoryView_FromObject(object.as_ptr()))? };
    view.call_method0("tobytes")?.extract()
}

fn is_enum(class: &Bound<'_, PyType>) -> bool {
    let py = class.py();
    let meta = class.get_type();
    if meta.is(py.get_type::<PyType>()) {
        return false;
    }
    raw::mro(&meta).is_some_and(|mro| {
        mro.iter().any(|m| {
            m.cast::<PyType>().is_ok_and(|m| {
                let (module, name) = raw::type_names(m);
                module == "enum" && (name == "EnumType" || name == "EnumMeta")
            })
        })
    })
}

fn is_iterator(class: &Bound<'_, PyType>) -> bool {
    // SAFETY: reads slots of a live type.
    unsafe {
        let ty = class.as_type_ptr();
        (*ty).tp_iternext.is_some()
            || (!(*ty).tp_as_async.is_null() && (*(*ty).tp_as_async).am_await.is_some())
    }
}

/// The slots that `class` statements of the MRO declared, with their descriptors.
pub fn slots<'py>(class: &Bound<'py, PyType>) -> Vec<(Bound<'py, PyString>, Bound<'py, PyAny>)> {
    let py = class.py();
    let mut slots = Vec::new();
    for base in raw::mro(class).iter().flatten() {
        let Ok(base) = base.cast_into::<PyType>() else { continue };
        if !raw::is_heap_type(&base) {
            continue;
        }
        let Some(dict) = raw::type_dict(&base) else { continue };
        if raw::dict_get(&dict, intern!(py, "__slots__")).is_none() {
            continue;
        }
        let mut own: Vec<_> = dict
            .iter()
            .filter_map(|(name, value)| {
                // SAFETY: compares a type pointer.
                let is_member =
                    unsafe { ffi::Py_TYPE(value.as_ptr()) == &raw mut ffi::PyMemberDescr_Type };
                let name = name.cast_into::<PyString>().ok()?;
                is_member.then_some((name, value))
            })
            .collect();
        own.sort_by_key(|(name, _)| raw::string(name));
        slots.extend(own);
    }
    slots
}

/// Whether the layout holds more than `__dict__`, `__weakref__`, the slots and a built-in base account for:
/// the test that `object.__reduce_ex__` makes before it copies an instance.
pub fn has_hidden_state(class: &Bound<'_, PyType>, slots: usize) -> bool {
    // SAFETY: reads sizes and offsets of a live type.
    unsafe {
        let ty = class.as_type_ptr();
        let word = std::mem::size_of::<*mut ffi::PyObject>() as ffi::Py_ssize_t;
        let mut expected = builtin::base_size(class);
        let has_base = expected != (*(&raw mut ffi::PyBaseObject_Type)).tp_basicsize;
        if (*ty).tp_itemsize != 0 && !has_base {
            return true;
        }
        if (*ty).tp_dictoffset != 0 && !raw::has_flag(class, ffi::Py_TPFLAGS_MANAGED_DICT) {
            expected += word;
        }
        if (*ty).tp_weaklistoffset > 0 {
            expected += word;
        }
        expected += word * slots as ffi::Py_ssize_t;
        (*ty).tp_basicsize > expected
    }
}
