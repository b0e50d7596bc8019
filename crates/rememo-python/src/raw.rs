//! The few reads of CPython objects that PyO3 does not offer: as CPython stores them, running no code.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};

#[allow(non_snake_case)]
unsafe extern "C" {
    /// The type of bound methods.
    pub static mut PyMethod_Type: ffi::PyTypeObject;

    /// The method resolution that attribute access uses: borrowed, no exception, no descriptor run.
    /// Private, yet exported by every CPython from 3.11 to 3.14.
    fn _PyType_Lookup(ty: *mut ffi::PyTypeObject, name: *mut ffi::PyObject) -> *mut ffi::PyObject;
}

/// What `type_object` or its bases hold under `name`; no descriptor is run.
pub fn type_lookup<'py>(
    type_object: &Bound<'py, PyType>,
    name: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: both are live objects of the right type; the result is borrowed from a class dict and
    // is given a reference of its own before anything else runs.
    unsafe {
        let found = _PyType_Lookup(type_object.as_type_ptr(), name.as_ptr());
        Bound::from_borrowed_ptr_or_opt(type_object.py(), found)
    }
}

/// Whether it is the interpreter's dict of modules.
pub fn is_modules(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a borrowed pointer that is only compared.
    unsafe { ffi::PyImport_GetModuleDict() == object.as_ptr() }
}

/// The subclasses that a class has now; what its metaclass calls so is not asked.
pub fn subclasses<'py>(class: &Bound<'py, PyType>) -> Vec<Bound<'py, PyType>> {
    let py = class.py();
    type_lookup(&py.get_type::<PyType>(), intern!(py, "__subclasses__"))
        .and_then(|method| method.call1((class,)).ok()?.cast_into::<PyList>().ok())
        .map(|list| list.iter().filter_map(|class| class.cast_into().ok()).collect())
        .unwrap_or_default()
}

/// The dictionary of a class as CPython stores it (not the proxy).
pub fn type_dict<'py>(type_object: &Bound<'py, PyType>) -> Option<Bound<'py, PyDict>> {
    let py = type_object.py();
    // SAFETY: reads a field of a live type. 3.12 moved the dicts of static built-in types into the
    // interpreter, hence its accessor; before, the field always holds the dict.
    let dict = unsafe {
        #[cfg(Py_3_12)]
        {
            Bound::from_owned_ptr_or_opt(py, ffi::PyType_GetDict(type_object.as_type_ptr()))
        }
        #[cfg(not(Py_3_12))]
        {
            Bound::from_borrowed_ptr_or_opt(py, (*type_object.as_type_ptr()).tp_dict)
        }
    };
    // A failing PyType_GetDict leaves no exception that matters here.
    dict.and_then(|d| d.cast_into::<PyDict>().ok())
}

/// The method resolution order.
pub fn mro<'py>(type_object: &Bound<'py, PyType>) -> Option<Bound<'py, PyTuple>> {
    // SAFETY: reads a field of a live type; NULL only while a type is being made.
    unsafe {
        Bound::from_borrowed_ptr_or_opt(type_object.py(), (*type_object.as_type_ptr()).tp_mro)
            .and_then(|m| m.cast_into::<PyTuple>().ok())
    }
}

/// The direct bases.
pub fn bases<'py>(type_object: &Bound<'py, PyType>) -> Option<Bound<'py, PyTuple>> {
    // SAFETY: as for `mro`.
    unsafe {
        Bound::from_borrowed_ptr_or_opt(type_object.py(), (*type_object.as_type_ptr()).tp_bases)
            .and_then(|m| m.cast_into::<PyTuple>().ok())
    }
}

/// Whether the type was made by a `class` statement or `PyType_FromSpec`, and not statically in C.
pub fn is_heap_type(type_object: &Bound<'_, PyType>) -> bool {
    has_flag(type_object, ffi::Py_TPFLAGS_HEAPTYPE)
}

/// Whether a flag of the type is set.
pub fn has_flag(type_object: &Bound<'_, PyType>, flag: std::ffi::c_ulong) -> bool {
    // SAFETY: reads the flags of a live type.
    unsafe { ffi::PyType_HasFeature(type_object.as_type_ptr(), flag) != 0 }
}

/// The `__dict__` of an instance as CPython stores it; none if the layout has none.
pub fn instance_dict<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    let ty = object.get_type();
    // SAFETY: reads fields of a live type; PyObject_GenericGetDict is only called on objects whose
    // layout has a dict, and runs no Python code.
    unsafe {
        let tp = ty.as_type_ptr();
        if (*tp).tp_dictoffset == 0 && !has_flag(&ty, ffi::Py_TPFLAGS_MANAGED_DICT) {
            return None;
        }
        let dict = ffi::PyObject_GenericGetDict(object.as_ptr(), std::ptr::null_mut());
        if dict.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Bound::from_owned_ptr(object.py(), dict).cast_into::<PyDict>().ok()
    }
}

/// A dictionary look-up that runs no `__hash__` or `__eq__` of others: keys are exact strings.
pub fn dict_get<'py>(
    dict: &Bound<'py, PyDict>,
    key: &Bound<'py, PyString>,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: live objects; an error (a foreign key whose `__eq__` fails) is cleared and read as absent.
    unsafe {
        let found = ffi::PyDict_GetItemWithError(dict.as_ptr(), key.as_ptr());
        if found.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Some(Bound::from_borrowed_ptr(dict.py(), found))
    }
}

/// The fields of a function object.
pub struct Function<'py>(pub Bound<'py, PyAny>);

impl<'py> Function<'py> {
    /// `object` as a function, if it is exactly one.
    pub fn of(object: &Bound<'py, PyAny>) -> Option<Self> {
        // SAFETY: compares a type pointer.
        (unsafe { ffi::PyFunction_Check(object.as_ptr()) } != 0).then(|| Self(object.clone()))
    }

    fn raw(&self) -> *mut ffi::PyFunctionObject {
        self.0.as_ptr().cast()
    }

    fn field(&self, pointer: *mut ffi::PyObject) -> Option<Bound<'py, PyAny>> {
        // SAFETY: the pointer was read from a live function, which holds a reference to it.
        unsafe { Bound::from_borrowed_ptr_or_opt(self.0.py(), pointer) }
            .filter(|value| !value.is_none())
    }

    /// `__code__`
    pub fn code(&self) -> Bound<'py, PyAny> {
        // SAFETY: a function always has code.
        unsafe { Bound::from_borrowed_ptr(self.0.py(), (*self.raw()).func_code) }
    }

    /// `__globals__`
    pub fn globals(&self) -> Option<Bound<'py, PyDict>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_globals }).and_then(|g| g.cast_into().ok())
    }

    /// `__builtins__`
    pub fn builtins(&self) -> Option<Bound<'py, PyDict>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_builtins }).and_then(|g| g.cast_into().ok())
    }

    /// `__defaults__`
    pub fn defaults(&self) -> Option<Bound<'py, PyAny>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_defaults })
    }

    /// `__kwdefaults__`
    pub fn kwdefaults(&self) -> Option<Bound<'py, PyAny>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_kwdefaults })
    }

    /// `__closure__`
    pub fn closure(&self) -> Option<Bound<'py, PyTuple>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_closure }).and_then(|c| c.cast_into().ok())
    }

    /// `__doc__`
    pub fn doc(&self) -> Option<Bound<'py, PyAny>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_doc })
    }

    /// `__dict__`, if it was ever made
    pub fn dict(&self) -> Option<Bound<'py, PyDict>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_dict }).and_then(|d| d.cast_into().ok())
    }

    /// `__annotations__` as stored: none, a dict, or a tuple that has not been made a dict yet.
    pub fn annotations(&self) -> Option<Bound<'py, PyAny>> {
        // SAFETY: a field of a live function.
        self.field(unsafe { (*self.raw()).func_annotations })
    }

    /// `__name__`
    pub fn name(&self) -> String {
        // SAFETY: a field of a live function.
        text(self.field(unsafe { (*self.raw()).func_name }))
    }

    /// `__qualname__`
    pub fn qualname(&self) -> String {
        // SAFETY: a field of a live function.
        text(self.field(unsafe { (*self.raw()).func_qualname }))
    }

    /// `__module__`, `""` if it is no string.
    pub fn module(&self) -> String {
        // SAFETY: a field of a live function.
        text(self.field(unsafe { (*self.raw()).func_module }))
    }
}

/// The content of a closure cell, none if it is empty.
pub fn cell_contents<'py>(cell: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    // SAFETY: checked to be a cell; PyCell_Get returns a new reference or NULL.
    unsafe {
        if ffi::PyCell_Check(cell.as_ptr()) == 0 {
            return None;
        }
        Bound::from_owned_ptr_or_opt(cell.py(), ffi::PyCell_Get(cell.as_ptr()))
    }
}

fn text(value: Option<Bound<'_, PyAny>>) -> String {
    value.and_then(|v| v.cast_into::<PyString>().ok()).map(|s| string(&s)).unwrap_or_default()
}

/// A Python string as a Rust one; lone surrogates are replaced (for names shown to people only).
pub fn string(text: &Bound<'_, PyString>) -> String {
    text.to_string_lossy().into_owned()
}

/// `__module__` and `__qualname__` of a class, read as stored.
pub fn type_names(type_object: &Bound<'_, PyType>) -> (String, String) {
    let py = type_object.py();
    let qualname = if is_heap_type(type_object) {
        // SAFETY: a heap type is a PyHeapTypeObject, whose qualname is set while it lives.
        unsafe {
            let heap = type_object.as_type_ptr().cast::<ffi::PyHeapTypeObject>();
            text(Bound::from_borrowed_ptr_or_opt(py, (*heap).ht_qualname))
        }
    } else {
        static_name(type_object).1
    };
    let module = type_dict(type_object)
        .and_then(|d| dict_get(&d, pyo3::intern!(py, "__module__")))
        .and_then(|m| m.cast_into::<PyString>().ok())
        .map_or_else(|| static_name(type_object).0, |m| string(&m));
    (module, qualname)
}

fn static_name(type_object: &Bound<'_, PyType>) -> (String, String) {
    // SAFETY: tp_name is a C string that lives as long as the type.
    let full = unsafe {
        std::ffi::CStr::from_ptr((*type_object.as_type_ptr()).tp_name)
            .to_string_lossy()
            .into_owned()
    };
    match full.rsplit_once('.') {
        Some((module, name)) => (module.to_owned(), name.to_owned()),
        None => ("builtins".to_owned(), full),
    }
}

/// `sys.modules[name]`, read as stored.
pub fn loaded_module<'py>(py: Python<'py>, name: &str) -> Option<Bound<'py, PyAny>> {
    // SAFETY: a borrowed reference to the interpreter's dict of modules.
    let modules = unsafe {
        Bound::from_borrowed_ptr_or_opt(py, ffi::PyImport_GetModuleDict())?
            .cast_into::<PyDict>()
            .ok()?
    };
    dict_get(&modules, &PyString::new(py, name)).filter(|m| !m.is_none())
}

/// The dictionary of a module object (a subclass of the module type included), read as stored.
pub fn module_dict<'py>(module: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    // SAFETY: PyModule_Check looks at the type; PyModule_GetDict returns a borrowed reference.
    unsafe {
        if ffi::PyModule_Check(module.as_ptr()) == 0 {
            return None;
        }
        let dict = ffi::PyModule_GetDict(module.as_ptr());
        Bound::from_borrowed_ptr_or_opt(module.py(), dict).and_then(|d| d.cast_into().ok())
    }
}

/// The object that a dotted name stands for, found in loaded modules by plain dictionary reads.
pub fn by_dotted_name<'py>(py: Python<'py>, dotted: &str) -> Option<Bound<'py, PyAny>> {
    let parts: Vec<&str> = dotted.split('.').collect();
    for split in (1..parts.len()).rev() {
        let Some(module) = loaded_module(py, &parts[..split].join(".")) else { continue };
        let mut found =
            module_dict(&module).and_then(|d| dict_get(&d, &PyString::new(py, parts[split])));
        for part in &parts[split + 1..] {
            found = found
                .and_then(|f| f.cast_into::<PyType>().ok())
                .and_then(|t| type_dict(&t))
                .and_then(|d| dict_get(&d, &PyString::new(py, part)));
        }
        if found.is_some() {
            return found;
        }
    }
    None
}
