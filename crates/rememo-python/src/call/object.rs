//! The type of a cached function: a vectorcall object that is a method descriptor, so that `obj.method(x)`
//! makes no bound method.

use std::ffi::{c_int, c_uint, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use pyo3::exceptions::PySystemError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use super::bind::RawArguments;
use super::methods;
use super::state::State;

/// The layout of a cached function.
#[repr(C)]
pub struct CachedFunction {
    head: ffi::PyObject,
    vectorcall: ffi::vectorcallfunc,
    dict: *mut ffi::PyObject,
    weakrefs: *mut ffi::PyObject,
    /// A `Box<State>`; null only while the object is made or torn down.
    state: *mut State,
}

static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();

/// The type object.
pub fn type_object(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    TYPE.get_or_try_init(py, || make_type(py)).map(|t| t.bind(py))
}

/// Whether `object` is a cached function.
pub fn is_cached_function(object: &Bound<'_, PyAny>) -> bool {
    let py = object.py();
    TYPE.get(py).is_some_and(|ty| {
        // SAFETY: compares the type pointer of a live object.
        unsafe { ffi::Py_TYPE(object.as_ptr()).cast() == ty.as_ptr() }
    })
}

/// The function that a cached function wraps.
pub fn wrapped_of<'py>(object: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
    match state_of(object) {
        Some(state) => state.wrapped.bind(object.py()).clone(),
        None => object.clone(),
    }
}

/// The state of a cached function; it lives as long as the object.
pub fn state_of<'a>(object: &'a Bound<'_, PyAny>) -> Option<&'a State> {
    if !is_cached_function(object) {
        return None;
    }
    // SAFETY: the type was checked; the state is set before the object is handed out and freed with it.
    unsafe { object.as_ptr().cast::<CachedFunction>().as_ref()?.state.as_ref() }
}

/// Makes a cached function.
pub fn new(py: Python<'_>, state: State) -> PyResult<Bound<'_, PyAny>> {
    let ty = type_object(py)?;
    // SAFETY: PyType_GenericAlloc gives a zeroed, tracked object of our layout; every field is set before it
    // is seen by anybody.
    unsafe {
        let raw = ffi::PyType_GenericAlloc(ty.as_type_ptr(), 0);
        let object = Bound::from_owned_ptr_or_err(py, raw)?;
        let own = raw.cast::<CachedFunction>();
        (*own).vectorcall = call;
        (*own).dict = PyDict::new(py).into_ptr();
        (*own).state = Box::into_raw(Box::new(state));
        Ok(object)
    }
}

fn make_type(py: Python<'_>) -> PyResult<Py<PyType>> {
    let member = |name: &'static std::ffi::CStr, offset: usize| ffi::PyMemberDef {
        name: name.as_ptr(),
        type_code: ffi::Py_T_PYSSIZET,
        offset: offset as ffi::Py_ssize_t,
        flags: ffi::Py_READONLY,
        doc: ptr::null(),
    };
    let members = Box::leak(Box::new([
        member(c"__vectorcalloffset__", std::mem::offset_of!(CachedFunction, vectorcall)),
        member(c"__dictoffset__", std::mem::offset_of!(CachedFunction, dict)),
        member(c"__weaklistoffset__", std::mem::offset_of!(CachedFunction, weakrefs)),
        // SAFETY: an all-zero definition ends the table.
        unsafe { std::mem::zeroed() },
    ]));
    let getset = Box::leak(Box::new([
        ffi::PyGetSetDef {
            name: c"__dict__".as_ptr(),
            get: Some(ffi::PyObject_GenericGetDict),
            set: Some(ffi::PyObject_GenericSetDict),
            doc: ptr::null(),
            closure: ptr::null_mut(),
        },
        // SAFETY: an all-zero definition ends the table.
        unsafe { std::mem::zeroed() },
    ]));
    let slot = |slot: c_int, pfunc: *mut c_void| ffi::PyType_Slot { slot, pfunc };
    let mut slots = [
        slot(ffi::Py_tp_call, ffi::PyVectorcall_Call as *mut c_void),
        slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
        slot(ffi::Py_tp_traverse, traverse as *mut c_void),
        slot(ffi::Py_tp_clear, clear as *mut c_void),
        slot(ffi::Py_tp_descr_get, descr_get as *mut c_void),
        slot(ffi::Py_tp_repr, repr as *mut c_void),
        slot(ffi::Py_tp_members, members.as_mut_ptr().cast()),
        slot(ffi::Py_tp_getset, getset.as_mut_ptr().cast()),
        slot(ffi::Py_tp_methods, methods::table().cast()),
        slot(ffi::Py_tp_doc, c"A function with its cache: what `rememo.cache` returns. Called like the function itself.".as_ptr() as *mut c_void),
        slot(0, ptr::null_mut()),
    ];
    let mut spec = ffi::PyType_Spec {
        name: c"rememo._native.CachedFunction".as_ptr(),
        basicsize: std::mem::size_of::<CachedFunction>() as c_int,
        itemsize: 0,
        flags: (ffi::Py_TPFLAGS_DEFAULT
            | ffi::Py_TPFLAGS_HAVE_GC
            | ffi::Py_TPFLAGS_HAVE_VECTORCALL
            | ffi::Py_TPFLAGS_METHOD_DESCRIPTOR
            | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION) as c_uint,
        slots: slots.as_mut_ptr(),
    };
    // SAFETY: the spec and what it points to are valid; the tables that the type keeps are leaked on purpose.
    unsafe {
        Ok(Bound::from_owned_ptr_or_err(py, ffi::PyType_FromSpec(&mut spec))?
            .cast_into::<PyType>()?
            .unbind())
    }
}

/// Runs `body`; a Rust panic becomes a Python exception instead of leaving through C.
pub fn guarded(
    body: impl FnOnce(Python<'_>) -> PyResult<*mut ffi::PyObject>,
) -> *mut ffi::PyObject {
    // The interpreter calls us with the thread attached, but PyO3 has to know it: without that it would put off
    // giving back references until its next entry.
    Python::attach(|py| guarded_attached(py, body))
}

fn guarded_attached(
    py: Python<'_>,
    body: impl FnOnce(Python<'_>) -> PyResult<*mut ffi::PyObject>,
) -> *mut ffi::PyObject {
    let result = catch_unwind(AssertUnwindSafe(|| body(py))).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("?");
        Err(PySystemError::new_err(format!("rememo failed: {text}; please report this")))
    });
    match result {
        Ok(object) => object,
        Err(error) => {
            error.restore(py);
            ptr::null_mut()
        }
    }
}

/// A call. `benches/instructions.py` counts what runs inside, by this name.
#[unsafe(export_name = "rememo_vectorcall")]
unsafe extern "C" fn call(
    object: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    nargsf: usize,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: vectorcall of our own type: the layout is ours, the thread is attached and the arguments follow the
    // protocol.
    unsafe {
        let own = object.cast::<CachedFunction>();
        let arguments = RawArguments::new(args, ffi::PyVectorcall_NARGS(nargsf) as usize, names);
        if let Some(output) = (*(*own).state).hit_at_once(Python::assume_attached(), arguments) {
            return output;
        }
        call_in_full(object, arguments)
    }
}

/// A call that is no hit at once; apart, so that such a hit does not pay for its stack.
///
/// # Safety
/// As for `call`.
#[cold]
#[inline(never)]
unsafe fn call_in_full(
    object: *mut ffi::PyObject,
    arguments: RawArguments<'_>,
) -> *mut ffi::PyObject {
    guarded(|py| {
        // SAFETY: as the caller says.
        unsafe {
            let own = object.cast::<CachedFunction>();
            let this = Bound::from_borrowed_ptr(py, object);
            (*(*own).state).call(py, &this, arguments).map(Bound::into_ptr)
        }
    })
}

unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    // SAFETY: called once, by the interpreter, when the last reference is gone.
    unsafe {
        let own = object.cast::<CachedFunction>();
        let ty = ffi::Py_TYPE(object);
        ffi::PyObject_GC_UnTrack(object.cast());
        if !(*own).weakrefs.is_null() {
            ffi::PyObject_ClearWeakRefs(object);
        }
        ffi::Py_CLEAR(&raw mut (*own).dict);
        let state = std::mem::replace(&mut (*own).state, ptr::null_mut());
        if !state.is_null() {
            // While the interpreter ends nothing is given back any more.
            let _ = Python::try_attach(|_| drop(Box::from_raw(state)));
        }
        if let Some(free) = (*ty).tp_free {
            free(object.cast());
        }
        ffi::Py_DECREF(ty.cast());
    }
}

unsafe extern "C" fn traverse(
    object: *mut ffi::PyObject,
    visit: ffi::visitproc,
    arg: *mut c_void,
) -> c_int {
    // SAFETY: called by the collector on a live object; nothing is allocated or run here.
    unsafe {
        let own = object.cast::<CachedFunction>();
        for field in [ffi::Py_TYPE(object).cast(), (*own).dict] {
            if !field.is_null() {
                let result = visit(field, arg);
                if result != 0 {
                    return result;
                }
            }
        }
        if let Some(state) = (*own).state.as_ref() {
            return state.traverse(|field| visit(field, arg));
        }
    }
    0
}

unsafe extern "C" fn clear(object: *mut ffi::PyObject) -> c_int {
    // SAFETY: called by the collector on an unreachable object, which stays valid until it is freed.
    unsafe {
        let own = object.cast::<CachedFunction>();
        ffi::Py_CLEAR(&raw mut (*own).dict);
        if let Some(state) = (*own).state.as_ref() {
            let _ = Python::try_attach(|_| state.drop_followed());
        }
    }
    0
}

unsafe extern "C" fn descr_get(
    object: *mut ffi::PyObject,
    instance: *mut ffi::PyObject,
    _owner: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    guarded(|py| {
        // SAFETY: a descriptor call of our own type with live or null arguments.
        unsafe {
            let this = Bound::from_borrowed_ptr(py, object);
            if instance.is_null() || instance == ffi::Py_None() {
                return Ok(this.into_ptr());
            }
            let instance = Bound::from_borrowed_ptr(py, instance);
            let bound = py
                .import(intern!(py, "rememo._bound"))?
                .getattr(intern!(py, "BoundCachedMethod"))?;
            bound.call1((this, instance)).map(Bound::into_ptr)
        }
    })
}

unsafe extern "C" fn repr(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    guarded(|py| {
        // SAFETY: called on a live object of our type.
        let this = unsafe { Bound::from_borrowed_ptr(py, object) };
        let name = state_of(&this).map_or("?", |state| state.name.as_str());
        let text = format!("<cached function {name} at {object:p}>");
        Ok(pyo3::types::PyString::new(py, &text).into_any().into_ptr())
    })
}
