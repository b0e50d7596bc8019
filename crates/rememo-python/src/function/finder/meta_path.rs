//! The finders of `sys.meta_path`, imitated by reading what they would read.

use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

use super::directory::{self, Hit, Look, Member};
use super::{Location, code, state};
use crate::raw;

/// A finder whose answer is known without asking it.
enum Finder<'py> {
    Builtin,
    Frozen,
    Path,
    /// One of setuptools' editable installs: its module holds the mapping.
    Editable(Bound<'py, PyAny>),
    /// setuptools' replacement of `distutils`.
    Distutils,
    /// The module of `six`, which knows a fixed set of names.
    Six(Option<Bound<'py, PyDict>>),
    /// It changes how a module is executed, never which file it is.
    Transparent,
    Unknown(String),
}

/// The entries of `sys.path`.
pub fn sys_path(py: Python<'_>) -> Vec<String> {
    state::sys(py, c"path").and_then(|path| state::texts(&path)).unwrap_or_default()
}

/// Asks each finder in turn for `name`, whose last part is `tail`. `parent` is the parent package's
/// search path, none for a top-level module.
pub fn search(py: Python<'_>, name: &str, tail: &str, parent: Option<&[String]>) -> Location {
    let Some(finders) = state::sys(py, c"meta_path").and_then(|m| m.cast_into::<PyList>().ok())
    else {
        return Location::Opaque("sys.meta_path is not a list".to_owned());
    };
    let mut unknown = None;
    for finder in finders.iter().map(|finder| classify(&finder)) {
        let location = match finder {
            Finder::Builtin if code::ask_imp(py, "is_builtin", name) => Location::Builtin,
            Finder::Frozen if code::ask_imp(py, "is_frozen", name) => Location::Frozen,
            Finder::Path => on_path(py, tail, parent, &mut unknown),
            Finder::Editable(module) => editable(py, &module, name, tail),
            Finder::Distutils => distutils(py, name),
            Finder::Six(names) => six(py, names, name),
            Finder::Unknown(shown) => {
                unknown.get_or_insert(shown);
                Location::Missing
            }
            Finder::Builtin | Finder::Frozen | Finder::Transparent => Location::Missing,
        };
        if !matches!(location, Location::Missing) {
            return location;
        }
    }
    match unknown {
        Some(shown) => Location::Opaque(format!("{name} may be known to {shown} alone")),
        None => Location::Missing,
    }
}

fn classify<'py>(finder: &Bound<'py, PyAny>) -> Finder<'py> {
    let py = finder.py();
    let class = match finder.cast::<PyType>() {
        Ok(class) => class.clone(),
        Err(_) => finder.get_type(),
    };
    let (module, qualname) = raw::type_names(&class);
    let bootstrap = matches!(
        module.as_str(),
        "_frozen_importlib"
            | "_frozen_importlib_external"
            | "importlib._bootstrap"
            | "importlib._bootstrap_external"
    );
    match (module.as_str(), qualname.as_str()) {
        (_, "BuiltinImporter") if bootstrap => Finder::Builtin,
        (_, "FrozenImporter") if bootstrap => Finder::Frozen,
        (_, "PathFinder") if bootstrap => Finder::Path,
        ("_pytest.assertion.rewrite", "AssertionRewritingHook") => Finder::Transparent,
        ("_distutils_hack", "DistutilsMetaFinder") => Finder::Distutils,
        (_, "_SixMetaPathImporter") => {
            let names = raw::instance_dict(finder)
                .and_then(|dict| raw::dict_get(&dict, pyo3::intern!(py, "known_modules")))
                .and_then(|names| names.cast_into::<PyDict>().ok());
            Finder::Six(names)
        }
        (name, _) if name.starts_with("__editable___") && name.ends_with("_finder") => {
            match state::entry(py, name) {
                state::Entry::Loaded(module) => Finder::Editable(module),
                _ => Finder::Unknown(name.to_owned()),
            }
        }
        (module, qualname) => Finder::Unknown(format!("the finder {module}.{qualname}")),
    }
}

/// What `PathFinder` finds. `unknown` is told of an entry that something else than the file system
/// or a zip file answers for.
fn on_path(
    py: Python<'_>,
    tail: &str,
    parent: Option<&[String]>,
    unknown: &mut Option<String>,
) -> Location {
    let global;
    let entries = match parent {
        Some(entries) => entries,
        None => {
            global = sys_path(py);
            &global
        }
    };
    let mut portions: Vec<String> = Vec::new();
    for entry in entries {
        match directory::look(py, entry, tail) {
            Look::Module(hit) => return Location::Module(hit),
            Look::Directory(portion) if !portions.contains(&portion) => portions.push(portion),
            Look::Directory(_) | Look::Nothing => {}
            Look::Foreign => {
                if let Some(hook) = importer_of(py, entry) {
                    unknown.get_or_insert(hook);
                }
            }
        }
    }
    if portions.is_empty() { Location::Missing } else { Location::Namespace(portions) }
}

/// What answers for an entry of `sys.path` that is neither a directory nor a zip file; none for
/// entries that nothing answers for, such as directories that do not exist.
fn importer_of(py: Python<'_>, entry: &str) -> Option<String> {
    // The placeholder of an editable install: its meta-path finder tells the same.
    if entry.starts_with("__editable__.") {
        return None;
    }
    let cache = state::sys(py, c"path_importer_cache")?.cast_into::<PyDict>().ok()?;
    let importer = raw::dict_get(&cache, &PyString::new(py, entry)).filter(|i| !i.is_none())?;
    let (module, qualname) = raw::type_names(&importer.get_type());
    (qualname != "FileFinder" && qualname != "zipimporter")
        .then(|| format!("the path hook {module}.{qualname} (sys.path entry {entry:?})"))
}

/// What setuptools' editable finder finds: `MAPPING` leads from a module's name to its directory or
/// file, `NAMESPACES` from a namespace package's name to its directories.
fn editable(py: Python<'_>, module: &Bound<'_, PyAny>, name: &str, tail: &str) -> Location {
    let table = |table: &str, key: &str| {
        let dict = state::module_entry(module, table)?.cast_into::<PyDict>().ok()?;
        raw::dict_get(&dict, &PyString::new(py, key))
    };
    if let Some(path) = table("MAPPING", name).as_ref().and_then(state::text) {
        let path = Path::new(&path);
        let hit = directory::with_ending(py, &path.join("__init__"), true)
            .or_else(|| directory::with_ending(py, &path.with_extension(""), false))
            .or_else(|| path.is_file().then(|| Hit::file(path, Member::Source, false)));
        if let Some(hit) = hit {
            return Location::Module(hit);
        }
        if path.is_dir() {
            return Location::Namespace(vec![path.to_string_lossy().into_owned()]);
        }
    }
    if let Some(paths) = table("NAMESPACES", name).as_ref().and_then(state::texts) {
        return Location::Namespace(paths);
    }
    // A direct child of a mapped name, where the parent's own path does not lead to it.
    let Some((parent, _)) = name.rsplit_once('.') else {
        return Location::Missing;
    };
    match table("MAPPING", parent).as_ref().and_then(state::text) {
        Some(path) => on_path(py, tail, Some(&[path]), &mut None),
        None => Location::Missing,
    }
}

/// `distutils` is `setuptools._distutils` where setuptools has put its finder.
fn distutils(py: Python<'_>, name: &str) -> Location {
    match name.strip_prefix("distutils") {
        Some(rest) if rest.is_empty() || rest.starts_with('.') => {
            super::locate(py, &format!("setuptools._distutils{rest}"))
        }
        _ => Location::Missing,
    }
}

fn six(py: Python<'_>, names: Option<Bound<'_, PyDict>>, name: &str) -> Location {
    match names.and_then(|names| raw::dict_get(&names, &PyString::new(py, name))) {
        Some(_) => Location::Opaque(format!("{name} is made by six")),
        None => Location::Missing,
    }
}
