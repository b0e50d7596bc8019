//! Where an import inside a function's body leads, found without importing or executing anything.
//!
//! The search follows the import system's own order: `sys.modules`, then the finders of
//! `sys.meta_path` that are known and can be imitated by reading plain data: built-in and frozen
//! modules, `sys.path` or the parent's `__path__` (directories and zip files), the mappings of
//! setuptools' editable installs. No finder's method is called. Where a finder of another kind
//! might know a name that is found nowhere, the answer is [`Found::Opaque`] and not a guess.
//!
//! What cannot be seen: a package not imported yet whose `__init__` changes its own `__path__`
//! (other than by `pkgutil.extend_path` or `pkg_resources.declare_namespace`) or puts submodules
//! into `sys.modules` by hand, and an import hook that delivers other code than the file has.

mod archive;
mod code;
mod directory;
mod meta_path;
pub(crate) mod search;
mod stamp;
pub(crate) mod state;

use std::path::Path;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use directory::{Hit, Member, Place};
use state::{Entry, SearchPath};

/// Where an absolute module name leads.
#[derive(Debug)]
pub enum Found {
    /// Imported already: what `sys.modules` holds.
    Loaded(Py<PyAny>),
    /// A source file, a package's `__init__.py` among them.
    Source {
        /// The file; inside a zip file, the zip file's path and the member's.
        path: Arc<str>,
        /// The module's code object, not executed.
        code: Py<PyAny>,
        /// Whether it is a package's `__init__`.
        is_package: bool,
    },
    /// A `.pyc` file without source.
    Bytecode {
        /// The file.
        path: Arc<str>,
        /// The module's code object, not executed.
        code: Py<PyAny>,
        /// Whether it is a package's `__init__`.
        is_package: bool,
    },
    /// An extension module.
    Extension {
        /// The shared library.
        path: Arc<str>,
    },
    /// Compiled into the interpreter.
    Builtin,
    /// Frozen into the interpreter.
    Frozen,
    /// A package without `__init__`.
    Namespace {
        /// Its directories.
        paths: Vec<Arc<str>>,
    },
    /// It may well be importable, but what would be executed cannot be read.
    Opaque {
        /// Why, for people.
        reason: String,
    },
    /// The import would raise `ModuleNotFoundError`.
    Missing,
}

/// Where a module that is not imported lies; its code has not been read.
pub(crate) enum Location {
    Module(Hit),
    Builtin,
    Frozen,
    Namespace(Vec<String>),
    Opaque(String),
    Missing,
}

/// Finds the module `absolute_name`: what is loaded under it, or what importing it would execute.
pub fn find(py: Python<'_>, absolute_name: &str) -> Found {
    match state::entry(py, absolute_name) {
        Entry::Loaded(module) => return Found::Loaded(module.unbind()),
        Entry::Blocked => return Found::Missing,
        Entry::Absent => {}
    }
    match locate(py, absolute_name) {
        Location::Module(hit) => read(py, &hit),
        Location::Builtin => Found::Builtin,
        Location::Frozen => Found::Frozen,
        Location::Namespace(paths) => {
            Found::Namespace { paths: paths.into_iter().map(Arc::from).collect() }
        }
        Location::Opaque(reason) => Found::Opaque { reason },
        Location::Missing => Found::Missing,
    }
}

/// Where the module lies that importing `absolute_name` would execute, were it not loaded.
pub(crate) fn locate(py: Python<'_>, absolute_name: &str) -> Location {
    if absolute_name.split('.').any(|part| part.is_empty() || part.contains(['/', '\\', '\0'])) {
        return Location::Missing;
    }
    let Some((parent, tail)) = absolute_name.rsplit_once('.') else {
        return meta_path::search(py, absolute_name, absolute_name, None);
    };
    match directories_of(py, parent) {
        Ok(directories) => meta_path::search(py, absolute_name, tail, Some(&directories)),
        Err(location) => location,
    }
}

/// The absolute name that `from …name import` (with `level` dots) has in a module of `package`;
/// none where the dots lead beyond the top-level package.
#[must_use]
pub fn absolute_name(package: &str, name: &str, level: u32) -> Option<String> {
    if level == 0 {
        return (!name.is_empty()).then(|| name.to_owned());
    }
    let mut base = package;
    for _ in 1..level {
        base = base.rsplit_once('.')?.0;
    }
    match (base.is_empty(), name.is_empty()) {
        (true, _) => None,
        (false, true) => Some(base.to_owned()),
        (false, false) => Some(format!("{base}.{name}")),
    }
}

/// The search path of a package, loaded or not; else what importing a submodule of it comes to.
fn directories_of(py: Python<'_>, package: &str) -> Result<Vec<String>, Location> {
    match state::entry(py, package) {
        Entry::Blocked => return Err(Location::Missing),
        Entry::Loaded(module) => {
            return match state::search_path(&module) {
                SearchPath::Directories(directories) => Ok(directories),
                SearchPath::NotAPackage => Err(Location::Missing),
                SearchPath::Unreadable => {
                    Err(Location::Opaque(format!("{package}.__path__ is not a plain list")))
                }
            };
        }
        Entry::Absent => {}
    }
    match locate(py, package) {
        Location::Module(hit) if hit.is_package => Ok(package_directories(py, package, &hit)),
        Location::Namespace(directories) => Ok(directories),
        Location::Opaque(reason) => Err(Location::Opaque(reason)),
        Location::Module(_) | Location::Builtin | Location::Frozen | Location::Missing => {
            Err(Location::Missing)
        }
    }
}

/// The `__path__` that a package found, but not imported, will have.
fn package_directories(py: Python<'_>, package: &str, init: &Hit) -> Vec<String> {
    let own = |hit: &Hit| Path::new(&*hit.path).parent().map(|p| p.to_string_lossy().into_owned());
    let mut directories: Vec<String> = own(init).into_iter().collect();
    // The namespace packages of old, several directories each with an `__init__.py`, extend their
    // path by a call. The words are looked for, the call is not made.
    let extends = init.content().is_ok_and(|source| {
        [&b"extend_path"[..], b"declare_namespace"]
            .iter()
            .any(|words| source.windows(words.len()).any(|window| window == *words))
    });
    if extends {
        let (entries, tail) = match package.rsplit_once('.') {
            Some((parent, tail)) => (directories_of(py, parent).unwrap_or_default(), tail),
            None => (meta_path::sys_path(py), package),
        };
        for entry in &entries {
            let portion = match directory::look(py, entry, tail) {
                directory::Look::Module(hit) if hit.is_package => own(&hit),
                directory::Look::Directory(path) => Some(path),
                _ => None,
            };
            directories.extend(portion.filter(|path| !directories.contains(path)));
        }
    }
    directories
}

/// What importing the module would execute.
pub(crate) fn read(py: Python<'_>, hit: &Hit) -> Found {
    let (path, is_package) = (Arc::clone(&hit.path), hit.is_package);
    let file = Path::new(&*hit.path);
    let code = match (&hit.member, &hit.place) {
        (Member::Extension, _) => return Found::Extension { path },
        (Member::Source, Place::File) => code::of_source(py, file),
        (Member::Bytecode, Place::File) => code::of_bytecode(py, file),
        (Member::Source, Place::Archive(..)) => {
            hit.content().and_then(|source| code::of_source_content(py, file, &source))
        }
        (Member::Bytecode, Place::Archive(..)) => {
            hit.content().and_then(|bytes| code::of_bytecode_content(py, file, &bytes))
        }
    };
    match code {
        Err(reason) => Found::Opaque { reason },
        Ok(code) if hit.member == Member::Source => Found::Source { path, code, is_package },
        Ok(code) => Found::Bytecode { path, code, is_package },
    }
}

/// The code that importing a source file would execute.
pub(super) fn code_of_file(py: Python<'_>, path: &Path) -> Result<Py<PyAny>, String> {
    code::of_source(py, path)
}

/// The code of a source that has a name instead of a file.
pub(super) fn code_of_text(py: Python<'_>, source: &str, name: &str) -> Result<Py<PyAny>, String> {
    code::of_source_content(py, Path::new(name), source.as_bytes())
}

/// `_find(name)`: what [`find`] answers, as a tuple that starts with the kind; for tests.
#[pyfunction]
#[pyo3(name = "_find")]
pub fn find_hook<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyTuple>> {
    match find(py, name) {
        Found::Loaded(module) => ("loaded", module).into_pyobject(py),
        Found::Source { path, code, is_package } => {
            ("source", &*path, code, is_package).into_pyobject(py)
        }
        Found::Bytecode { path, code, is_package } => {
            ("bytecode", &*path, code, is_package).into_pyobject(py)
        }
        Found::Extension { path } => ("extension", &*path).into_pyobject(py),
        Found::Builtin => ("builtin",).into_pyobject(py),
        Found::Frozen => ("frozen",).into_pyobject(py),
        Found::Namespace { paths } => {
            let paths: Vec<&str> = paths.iter().map(|path| &**path).collect();
            ("namespace", paths).into_pyobject(py)
        }
        Found::Opaque { reason } => ("opaque", reason).into_pyobject(py),
        Found::Missing => ("missing",).into_pyobject(py),
    }
}

/// `_absolute_name(package, name, level)`: [`absolute_name`]; for tests.
#[pyfunction]
#[pyo3(name = "_absolute_name")]
#[must_use]
pub fn absolute_name_hook(package: &str, name: &str, level: u32) -> Option<String> {
    absolute_name(package, name, level)
}
