//! What sort of object a name leads to, and what it is called. Types decide; nothing of the object runs.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyModule, PyString, PyType};

use super::origin::{self, Library, Origin};
use crate::raw::{self, Function};
use std::sync::Arc;

/// What an object is to the following of code.
pub enum Sort<'py> {
    /// A function written in Python by the user.
    UserFunction(Function<'py>),
    /// A class of the user's.
    UserClass(Bound<'py, PyType>),
    /// A module of the user's.
    UserModule(Bound<'py, PyAny>),
    /// A module of a library.
    LibraryModule(Bound<'py, PyAny>, Arc<Library>),
    /// A function, class, built-in or descriptor of a library.
    Library(Arc<Library>, QualifiedName),
    /// A function that rememo caches: what it wraps.
    Cached(Bound<'py, PyAny>),
    /// Anything else: data, wrappers, instances.
    Value,
}

/// Module and qualified name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualifiedName {
    pub module: String,
    pub qualname: String,
}

impl QualifiedName {
    fn new(module: impl Into<String>, qualname: impl Into<String>) -> Self {
        let module: String = module.into();
        Self { module: main_name(&module).to_owned(), qualname: qualname.into() }
    }
}

impl std::fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.module.is_empty() {
            f.write_str(&self.qualname)
        } else {
            write!(f, "{}.{}", self.module, self.qualname)
        }
    }
}

/// Sorts `object`.
pub fn sort<'py>(object: &Bound<'py, PyAny>) -> Sort<'py> {
    let py = object.py();
    if let Some(function) = Function::of(object) {
        return match function_origin(&function) {
            Origin::User { .. } => Sort::UserFunction(function),
            Origin::Library(library) => {
                let name = library_function_name(&function);
                Sort::Library(library, name)
            }
        };
    }
    if let Ok(class) = object.cast::<PyType>() {
        return match class_origin(class) {
            Origin::User { .. } => Sort::UserClass(class.clone()),
            Origin::Library(library) => Sort::Library(library, class_name(class)),
        };
    }
    if object.is_instance_of::<PyModule>() {
        let name = module_name(object);
        return match module_origin(py, &name) {
            Origin::User { .. } => Sort::UserModule(object.clone()),
            Origin::Library(library) => Sort::LibraryModule(object.clone(), library),
        };
    }
    if crate::call::is_cached_function(object) {
        let wrapped = crate::call::wrapped_of(object);
        // A partial, an instance or a bound method is a value, and so is what wraps it.
        return match sort(&wrapped) {
            Sort::Value => Sort::Value,
            _ => Sort::Cached(wrapped),
        };
    }
    // SAFETY: compares type pointers of a live object; attributes of these exact types are C getters.
    unsafe {
        let ty = ffi::Py_TYPE(object.as_ptr());
        if ty == &raw mut ffi::PyCFunction_Type || ty == &raw mut ffi::PyCMethod_Type {
            let owner = object.getattr(intern!(py, "__self__")).ok();
            let name = text(object, "__name__");
            return match owner {
                Some(owner) if owner.is_instance_of::<PyModule>() => {
                    let module = module_name(&owner);
                    library_of(py, &module, QualifiedName::new(module.clone(), name))
                }
                Some(owner) if owner.is_none() => {
                    let module = text(object, "__module__");
                    library_of(py, &module, QualifiedName::new(module.clone(), name))
                }
                _ => Sort::Value,
            };
        }
        if ty == &raw mut ffi::PyMethodDescr_Type
            || ty == &raw mut ffi::PyWrapperDescr_Type
            || ty == &raw mut ffi::PyGetSetDescr_Type
            || ty == &raw mut ffi::PyMemberDescr_Type
            || ty == &raw mut ffi::PyClassMethodDescr_Type
        {
            let name = text(object, "__name__");
            let Some(class) = object
                .getattr(intern!(py, "__objclass__"))
                .ok()
                .and_then(|c| c.cast_into::<PyType>().ok())
            else {
                return Sort::Value;
            };
            let owner = class_name(&class);
            let qualified = QualifiedName::new(owner.module, format!("{}.{name}", owner.qualname));
            return match class_origin(&class) {
                Origin::Library(library) => Sort::Library(library, qualified),
                // The slot of a user's class: its name says all; the class counts where it is reached.
                Origin::User { .. } => Sort::Library(python(py), qualified),
            };
        }
    }
    Sort::Value
}

fn library_of<'py>(py: Python<'py>, module: &str, name: QualifiedName) -> Sort<'py> {
    match origin::of_module_name(py, module) {
        Origin::Library(library) => Sort::Library(library, name),
        Origin::User { .. } => Sort::Library(python(py), name),
    }
}

/// The interpreter and its standard library.
pub fn python(py: Python<'_>) -> Arc<Library> {
    match origin::of_module_name(py, "builtins") {
        Origin::Library(library) => library,
        Origin::User { .. } => {
            Arc::new(Library { distribution: "python".into(), version: minor_version(py) })
        }
    }
}

/// `3.12`: part of every code digest.
pub fn minor_version(py: Python<'_>) -> String {
    let version = py.version_info();
    format!("{}.{}", version.major, version.minor)
}

fn text(object: &Bound<'_, PyAny>, attribute: &str) -> String {
    object
        .getattr(attribute)
        .ok()
        .and_then(|v| v.cast_into::<PyString>().ok())
        .map(|s| raw::string(&s))
        .unwrap_or_default()
}

/// `__name__` of a module as its dictionary has it.
pub fn module_name(module: &Bound<'_, PyAny>) -> String {
    raw::module_dict(module)
        .and_then(|d| raw::dict_get(&d, intern!(module.py(), "__name__")))
        .and_then(|n| n.cast_into::<PyString>().ok())
        .map(|n| raw::string(&n))
        .unwrap_or_default()
}

/// Module and qualified name of a function. The module is the one whose globals it reads: a wrapper made
/// by `functools.wraps` carries the wrapped function's `__module__`, which does not say where its code is.
pub fn function_name(function: &Function<'_>) -> QualifiedName {
    QualifiedName::new(function.module(), function.qualname())
}

/// Module and qualified name of a library's function: where it is found, if that is where its code says.
/// Both attributes can be written, and libraries do write them on functions that several classes share.
fn library_function_name(function: &Function<'_>) -> QualifiedName {
    let py = function.0.py();
    let (module, qualname) = (function.module(), function.qualname());
    let own = (globals_name(function), text(&function.code(), "co_qualname"));
    let is_found = |(module, qualname): &(String, String)| {
        raw::by_dotted_name(py, &format!("{module}.{qualname}"))
            .is_some_and(|found| found.is(&function.0))
    };
    let is_renamed = module != own.0 || qualname != own.1;
    let (module, qualname) = if is_renamed && is_found(&own) { own } else { (module, qualname) };
    QualifiedName::new(module, qualname)
}

/// `__name__` of the globals of a function.
pub fn globals_name(function: &Function<'_>) -> String {
    function
        .globals()
        .and_then(|g| raw::dict_get(&g, intern!(function.0.py(), "__name__")))
        .and_then(|n| n.cast_into::<PyString>().ok())
        .map(|n| raw::string(&n))
        .unwrap_or_default()
}

/// Module and qualified name of a class.
pub fn class_name(class: &Bound<'_, PyType>) -> QualifiedName {
    let (module, qualname) = raw::type_names(class);
    QualifiedName::new(module, qualname)
}

/// Whose code a function is: where its code lies, else whose globals it reads (code made by `exec`).
pub fn function_origin(function: &Function<'_>) -> Origin {
    let py = function.0.py();
    let file = text(&function.code(), "co_filename");
    if file.starts_with('<') && !file.starts_with("<frozen ") {
        // Code made at run time belongs to the module whose namespace it was made in; in a namespace of its own it is
        // the user's.
        let module = globals_name(function);
        let loaded = raw::loaded_module(py, &module).and_then(|m| raw::module_dict(&m));
        return match (loaded, function.globals()) {
            (Some(loaded), Some(globals)) if loaded.is(&globals) => module_origin(py, &module),
            _ => Origin::User { file: None },
        };
    }
    origin::of_file(py, &file)
}

/// Whose code a class is: the module that its class statement names.
pub fn class_origin(class: &Bound<'_, PyType>) -> Origin {
    if !raw::is_heap_type(class) {
        let (module, _) = raw::type_names(class);
        return match origin::of_module_name(class.py(), &module) {
            library @ Origin::Library(_) => library,
            Origin::User { .. } => Origin::Library(python(class.py())),
        };
    }
    let (module, qualname) = raw::type_names(class);
    match module_origin(class.py(), &module) {
        Origin::Library(library) if is_of_library(class, &module, &qualname) => {
            Origin::Library(library)
        }
        Origin::Library(_) => Origin::User { file: None },
        user @ Origin::User { .. } => user,
    }
}

/// Whether a class that names a library's module is really the library's. `__module__` says in whose frame it
/// was made (`types.new_class` says `types`) or what somebody wrote there, so its own functions are asked too.
fn is_of_library(class: &Bound<'_, PyType>, module: &str, qualname: &str) -> bool {
    let py = class.py();
    if raw::by_dotted_name(py, &format!("{module}.{qualname}")).is_some_and(|c| c.is(class)) {
        return true;
    }
    // A method written in C.
    let is_c_method = |value: &Bound<'_, PyAny>| {
        // SAFETY: compares a type pointer.
        unsafe { ffi::Py_TYPE(value.as_ptr()) == &raw mut ffi::PyMethodDescr_Type }
    };
    let functions = || {
        let values = raw::type_dict(class).map(|dict| dict.values());
        values.into_iter().flatten().filter_map(|value| Function::of(&value))
    };
    let is_users =
        |function: &Function<'_>| matches!(function_origin(function), Origin::User { .. });
    if functions().any(|function| is_users(&function)) {
        return false;
    }
    // A class that the library does not know by this name, and in whose body none of its code was made, was made
    // by somebody else: what a library puts into the classes of others says nothing of whose they are.
    !super::class::own_functions(class).is_empty()
        || raw::type_dict(class).is_some_and(|dict| dict.values().iter().any(|v| is_c_method(&v)))
}

/// Whose code a module is. The main program is the user's, whoever runs it (a test runner, a notebook's kernel).
pub(super) fn module_origin(py: Python<'_>, module: &str) -> Origin {
    if main_name(module) == "__main__" {
        return Origin::User { file: None };
    }
    origin::of_module_name(py, module)
}

/// A worker process of multiprocessing runs the main script under another name.
pub fn main_name(module: &str) -> &str {
    if module == "__mp_main__" { "__main__" } else { module }
}

/// Whether `object` is a function or class of the user's.
pub fn is_user_code(object: &Bound<'_, PyAny>) -> bool {
    matches!(sort(object), Sort::UserFunction(_) | Sort::UserClass(_) | Sort::Cached(_))
}

/// Whether a class is library code.
pub fn is_library_class(class: &Bound<'_, PyType>) -> bool {
    matches!(class_origin(class), Origin::Library(_))
}
