//! Instances of classes that have no canonical form of their own.
//!
//! In order: what the class says itself (`__rememo_hash__`, `__dask_tokenize__`, Arrow, buffer), its
//! reduction if it customises one, else the state that CPython stores: content of a built-in base,
//! `__dict__`, slots. A layout that holds more than that is hidden state, and hidden state is not no state.

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
        if let Some(handler) = self.class_memo(&class).handler {
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
        self.mutable = true;
        if is_enum(class) {
            // Members have a `__dict__` that can be written to.
            return self.open_enum(object, class);
        }
        let opaque = self.class_memo(class).opaque;
        if let Some(opened) = families::opaque::by_type_and_name(self, object, class, opaque)? {
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
        if let Some(form) = self.class_memo(class).base {
            return match form(self, object, class) {
                Err(HashError::Python(cause)) => {
                    self.failed(object, "its state cannot be read", cause)
                }
                other => other,
            };
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
        self.begin_instance(class, parts.len() + 1)?;
        self.writer.str(form.as_bytes());
        Ok(Opened::Frame(FrameKind::Parts { parts, index: 0, skip_rule: None, state: true }))
    }

    /// The head of an instance, whose parts follow, the form's name first.
    pub(super) fn begin_instance(
        &mut self,
        class: &Bound<'_, PyType>,
        parts: usize,
    ) -> Result<(), HashError> {
        self.writer.u8(tag::INSTANCE);
        self.write_class(class)?;
        self.writer.varint(parts as u64);
        Ok(())
    }

    /// An instance in the named form, with the slots that its class declares after the parts.
    pub(super) fn instance_with_slots(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
        form: &'static str,
        parts: Vec<Part>,
    ) -> Result<Opened, HashError> {
        self.instance_with_other_slots(object, class, form, parts, &[])
    }

    /// The same, without the slots that the base keeps its content in.
    pub(super) fn instance_with_other_slots(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
        form: &'static str,
        mut parts: Vec<Part>,
        of_base: &[&str],
    ) -> Result<Opened, HashError> {
        self.push_slots(&mut parts, object, class, of_base);
        self.instance(class, form, parts)
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
        // From 3.12 on a class written in Python can offer a buffer by a `__buffer__` of its own: code that is not run.
        let offered = raw::type_lookup(class, intern!(object.py(), "__buffer__"));
        // SAFETY: compares a type pointer.
        let is_written_in_python = offered.is_some_and(|method| unsafe {
            ffi::Py_TYPE(method.as_ptr()) != &raw mut ffi::PyWrapperDescr_Type
        });
        if is_written_in_python {
            return Ok(None);
        }
        let memory = match Memory::of(object) {
            Ok(memory) => memory,
            Err(cause) => return self.failed(object, "its buffer cannot be read", cause).map(Some),
        };
        if memory.format.contains('O') {
            return Ok(None);
        }
        if memory.holds_addresses() {
            return Ok(Some(self.refuse(object, "an address means nothing outside this process")));
        }
        let parts = self.own_state(object, class)?;
        self.begin_instance(class, 4 + parts.len())?;
        self.writer.str(b"buffer");
        self.writer.str(memory.format.as_bytes());
        self.writer.head(tag::TUPLE, memory.shape.len());
        for &n in &memory.shape {
            self.writer.int(n);
        }
        self.writer.open();
        self.writer.head(tag::BUFFER, memory.bytes.len());
        self.writer.bulk(&memory.bytes);
        self.writer.close();
        Ok(Some(Opened::Frame(FrameKind::Parts { parts, index: 0, skip_rule: None, state: true })))
    }

    /// What an instance holds besides the content of its base: `__dict__` and slots, if there is anything.
    pub(super) fn own_state(
        &mut self,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
    ) -> Result<Vec<Part>, HashError> {
        let mut parts = Vec::new();
        if let Some(dict) = raw::instance_dict(object) {
            let dict = self.without_machinery(&dict, class)?;
            if !dict.is_empty() {
                parts.push(Part { label: Label::Attributes, value: dict.into_any().unbind() });
            }
        }
        self.push_slots(&mut parts, object, class, &[]);
        Ok(parts)
    }

    /// A customised `__reduce_ex__`, `__reduce__` or entry in `copyreg.dispatch_table`: the one kind of foreign
    /// code, besides the protocols, that hashing runs.
    fn open_reduction<'py>(
        &mut self,
        object: &Bound<'py, PyAny>,
        class: &Bound<'py, PyType>,
    ) -> Result<Option<Opened>, HashError> {
        let py = object.py();
        let base = builtin::content_type(class);
        let customised = |name: &Bound<'py, PyString>| {
            let own = raw::type_lookup(class, name)?;
            let default = raw::type_lookup(&base, name);
            (!default.is_some_and(|default| default.is(&own))).then_some(own)
        };
        let mut own_state = Vec::new();
        let reduced = if let Some(reduce) = registered_reduction(class) {
            reduce.call1((object,))
        } else if let Some((reduce, takes_protocol)) = customised(intern!(py, "__reduce_ex__"))
            .map(|reduce| (reduce, true))
            .or_else(|| customised(intern!(py, "__reduce__")).map(|reduce| (reduce, false)))
        {
            // SAFETY: compares a slot of a live type.
            let iterates_in_c = families::is_made_in_c(class)
                && unsafe { (*class.as_type_ptr()).tp_iternext.is_some() };
            if iterates_in_c {
                return Ok(Some(self.refuse(
                    object,
                    "an iterator is consumed by being read, so it has no value to compare",
                )));
            }
            if is_c_method(&reduce) {
                // Written for the base alone, which knows nothing of what a subclass has added. Read before, since
                // looking for a `__dict__` makes an empty one, which some reductions then tell of.
                own_state = self.own_state(object, class)?;
            }
            // Found in the class and called as it is: the instance's own attribute access is not asked.
            let bound = bind_method(&reduce, object, class)?;
            if takes_protocol { bound.call1((4,)) } else { bound.call0() }
        } else if let Some(getstate) = customised(intern!(py, "__getstate__"))
            && builtin::base_content(object)?.is_none()
        {
            return match bind_method(&getstate, object, class).and_then(|bound| bound.call0()) {
                Ok(state) => {
                    let state = self.state_without_machinery(state, class)?;
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
                2 => self.state_without_machinery(item, class)?,
                _ => item,
            };
            let label = if i == 2 { Label::Attributes } else { Label::Hidden };
            parts.push(Part { label, value: item.unbind() });
        }
        parts.append(&mut own_state);
        self.instance(class, "reduce", parts).map(Some)
    }

    /// The state as CPython stores it.
    pub(super) fn open_state(
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
        self.push_slots(&mut parts, object, class, &[]);
        self.instance(class, "state", parts)
    }

    /// The set slots of an instance, each with its name.
    fn push_slots(
        &mut self,
        parts: &mut Vec<Part>,
        object: &Bound<'_, PyAny>,
        class: &Bound<'_, PyType>,
        without: &[&str],
    ) {
        let py = object.py();
        let machinery = self.class_memo(class).machinery;
        for (name, descriptor) in slots(class) {
            let text = raw::string(&name);
            if machinery.leaves_out(&text) || without.contains(&text.as_str()) {
                continue;
            }
            // A member descriptor is C code that reads one field; an unset slot raises AttributeError.
            if let Ok(value) = descriptor.call_method1(intern!(py, "__get__"), (object, class)) {
                parts.push(Part::hidden(name.clone().into_any()));
                parts.push(Part { label: Label::Attribute(name.unbind()), value: value.unbind() });
            }
        }
    }

    /// A state that is a copy of the attributes, without what libraries write there by themselves.
    fn state_without_machinery<'py>(
        &mut self,
        state: Bound<'py, PyAny>,
        class: &Bound<'py, PyType>,
    ) -> Result<Bound<'py, PyAny>, HashError> {
        match state.cast_exact::<PyDict>() {
            Ok(dict) => Ok(self.without_machinery(dict, class)?.into_any()),
            Err(_) => Ok(state),
        }
    }

    /// The attributes without what libraries write there by themselves.
    fn without_machinery<'py>(
        &mut self,
        dict: &Bound<'py, PyDict>,
        class: &Bound<'py, PyType>,
    ) -> Result<Bound<'py, PyDict>, HashError> {
        let machinery = self.class_memo(class).machinery;
        let code = &mut self.code;
        Ok(machinery.strip(dict, class, |definer| code.is_library_class(definer))?)
    }
}

/// What `enum` writes into its members by itself, besides name and value.
const ENUM_MACHINERY: &[&str] =
    &["_name_", "_value_", "_sort_order_", "__objclass__", "_inverted_", "_hashable_values_"];

/// What an object shows through the buffer protocol, in C order.
struct Memory {
    format: String,
    shape: Vec<i64>,
    bytes: Vec<u8>,
}

impl Memory {
    fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        // SAFETY: PyMemoryView_FromObject gives a new reference or an error.
        let view = unsafe {
            Bound::from_owned_ptr_or_err(py, ffi::PyMemoryView_FromObject(object.as_ptr()))?
        };
        Ok(Self {
            format: view.getattr(intern!(py, "format"))?.extract()?,
            shape: view.getattr(intern!(py, "shape"))?.extract()?,
            bytes: view.call_method0(intern!(py, "tobytes"))?.extract()?,
        })
    }

    /// Whether an element is or holds a pointer, in the notation of ctypes: `P`, `z`, `Z`, `X{…}`, `&…`.
    fn holds_addresses(&self) -> bool {
        // Names of fields stand between colons.
        let types: String = self.format.split(':').step_by(2).collect();
        let mut rest = types.chars().peekable();
        while let Some(code) = rest.next() {
            match code {
                'P' | 'X' | '&' | 'z' => return true,
                // Complex numbers of numpy: `Zf`, `Zd`, `Zg`.
                'Z' if !matches!(rest.peek(), Some('f' | 'd' | 'g')) => return true,
                _ => {}
            }
        }
        false
    }
}

/// Whether instances are reduced by code of their class, or by what `copyreg` has for it.
pub(super) fn customises_reduction(class: &Bound<'_, PyType>) -> bool {
    let py = class.py();
    let base = builtin::content_type(class);
    let is_own =
        [intern!(py, "__reduce_ex__"), intern!(py, "__reduce__"), intern!(py, "__getstate__")]
            .into_iter()
            .any(|name| {
                let own = raw::type_lookup(class, name);
                let default = raw::type_lookup(&base, name);
                own.is_some_and(|own| !default.is_some_and(|default| default.is(&own)))
            });
    is_own || registered_reduction(class).is_some()
}

fn registered_reduction<'py>(class: &Bound<'py, PyType>) -> Option<Bound<'py, PyAny>> {
    let py = class.py();
    raw::loaded_module(py, "copyreg")
        .and_then(|m| raw::module_dict(&m))
        .and_then(|d| raw::dict_get(&d, intern!(py, "dispatch_table")))
        .and_then(|t| t.cast_into::<PyDict>().ok())
        .and_then(|t| t.get_item(class).ok().flatten())
}

/// Whether a method that a class holds is written in C.
fn is_c_method(method: &Bound<'_, PyAny>) -> bool {
    // SAFETY: compares a type pointer.
    unsafe {
        let ty = ffi::Py_TYPE(method.as_ptr());
        ty == &raw mut ffi::PyMethodDescr_Type || ty == &raw mut ffi::PyWrapperDescr_Type
    }
}

/// What looking the method up on the instance would give, without asking the instance.
fn bind_method<'py>(
    method: &Bound<'py, PyAny>,
    object: &Bound<'py, PyAny>,
    class: &Bound<'py, PyType>,
) -> PyResult<Bound<'py, PyAny>> {
    // SAFETY: reads a slot of the method's type and calls it with live objects, as attribute access does.
    unsafe {
        match (*ffi::Py_TYPE(method.as_ptr())).tp_descr_get {
            Some(get) => Bound::from_owned_ptr_or_err(
                object.py(),
                get(method.as_ptr(), object.as_ptr(), class.as_ptr()),
            ),
            None => Ok(method.clone()),
        }
    }
}

pub(super) fn is_enum(class: &Bound<'_, PyType>) -> bool {
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

/// Whether instances of the class are consumed by being read.
pub(super) fn is_iterator(class: &Bound<'_, PyType>) -> bool {
    let py = class.py();
    // The slots are no help: classes written in Python have something in each of them.
    [intern!(py, "__next__"), intern!(py, "__anext__"), intern!(py, "__await__")]
        .into_iter()
        .any(|name| raw::type_lookup(class, name).is_some())
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
        let has_base = expected != ffi::PyBaseObject_Type.tp_basicsize;
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
