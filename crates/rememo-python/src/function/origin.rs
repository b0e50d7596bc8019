//! User code or library code, decided by where a file lies; and which distribution a library is of.
//!
//! User code is followed, library code counts by distribution and version. Library code is what
//! lies in a directory of the standard library, in a directory named `site-packages` or
//! `dist-packages`, in the user's own site directory, and rememo itself; all else is user code, an
//! editable install and a project below the interpreter's prefix among it. What
//! [`configure`] declares goes before, the nearest declaration or directory first. Native code
//! cannot be followed, so an extension module in user code counts by the file's content.
//!
//! Nothing is imported and no module's attribute is looked up. All answers are kept for the life of
//! the process: an upgrade by pip under a running process is not noticed.

mod content;
mod directories;
mod metadata;
mod overrides;
mod site;

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::finder::{self, Location, state};
use directories::Directories;
pub use overrides::Place;
use overrides::{Declared, Overrides};
use site::SiteDirectory;

/// Whose code something is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user's: followed.
    User {
        /// The file, absolute and with symbolic links resolved; none for code that came from no
        /// file (`<string>`, a notebook's cell, a doctest).
        file: Option<Arc<str>>,
    },
    /// A library's: taken by distribution and version.
    Library(Arc<Library>),
}

/// A distribution, or what stands for one.
#[derive(Debug, PartialEq, Eq)]
pub struct Library {
    /// The distribution's name as its metadata spell it; `python` for the standard library and the
    /// interpreter; the module's name where there are no metadata.
    pub distribution: String,
    /// The version; Python's minor version (`3.12`); `content:` and a BLAKE3 digest where there are
    /// no metadata; followed by `+record:` and the digest of the recorded hashes for what was not
    /// installed from an index.
    pub version: String,
}

#[derive(Default)]
struct Known {
    files: FxHashMap<String, Origin>,
    overrides: Arc<Overrides>,
}

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);
static GENERATION: AtomicU64 = AtomicU64::new(0);

/// Declares user code and library code anew, in place of what was declared before.
///
/// A declared path holds for all that lies in it, a declared package for its submodules; the
/// nearest declaration or library directory wins, at equal distance the declaration.
pub fn configure(user_code: Vec<Place>, library_code: Vec<Place>) {
    let overrides = Arc::new(Overrides::new(user_code, library_code));
    *KNOWN.lock() = Some(Known { files: FxHashMap::default(), overrides });
    GENERATION.fetch_add(1, Ordering::Release);
}

/// Counts the calls of [`configure`]: what was concluded from origins holds while it stays.
pub fn generation() -> u64 {
    GENERATION.load(Ordering::Acquire)
}

/// Whose code the file is: a code object's `co_filename`, or a module's `__file__`.
pub fn of_file(py: Python<'_>, path: &str) -> Origin {
    let key = if is_relative(path) {
        // It means another file in another working directory.
        Cow::Owned(absolute(Path::new(path)).to_string_lossy().into_owned())
    } else {
        Cow::Borrowed(path)
    };
    let overrides = {
        let mut known = KNOWN.lock();
        let known = known.get_or_insert_default();
        if let Some(origin) = known.files.get(&*key) {
            return origin.clone();
        }
        Arc::clone(&known.overrides)
    };
    let (origin, is_final) = classify(py, &key, &overrides);
    if is_final {
        let mut known = KNOWN.lock();
        let known = known.get_or_insert_default();
        // Unless it was configured anew in the meantime.
        if Arc::ptr_eq(&known.overrides, &overrides) {
            known.files.insert(key.into_owned(), origin.clone());
        }
    }
    origin
}

/// Whose code the module is, loaded or not. A module without a file (one that a package makes by
/// hand) is of its parent's origin.
pub fn of_module_name(py: Python<'_>, name: &str) -> Origin {
    let own = match state::entry(py, name) {
        state::Entry::Loaded(module) => of_loaded(py, name, &module),
        state::Entry::Blocked => None,
        state::Entry::Absent => match finder::locate(py, name) {
            Location::Module(hit) => Some(of_file(py, &hit.path)),
            Location::Builtin | Location::Frozen => Some(of_interpreter(py, name)),
            Location::Namespace(directories) => Some(of_namespace(py, name, &directories)),
            Location::Opaque(_) | Location::Missing => None,
        },
    };
    if let Some(origin) = own {
        return origin;
    }
    let declared = KNOWN.lock().as_ref().and_then(|known| known.overrides.nearest_name(name));
    match (declared, name.rsplit_once('.')) {
        (Some(true), _) => Origin::User { file: None },
        (None, Some((parent, _))) => of_module_name(py, parent),
        (Some(false), _) => library(name.split('.').next().unwrap_or(name), "unknown"),
        (None, None) => of_interpreter(py, name),
    }
}

fn of_loaded(py: Python<'_>, name: &str, module: &Bound<'_, PyAny>) -> Option<Origin> {
    if let Some(file) = state::module_text(module, "__file__") {
        return Some(of_file(py, &file));
    }
    if let Some("built-in" | "frozen") = state::spec_text(module, "origin").as_deref() {
        return Some(of_interpreter(py, name));
    }
    match state::search_path(module) {
        state::SearchPath::Directories(directories) if !directories.is_empty() => {
            Some(of_namespace(py, name, &directories))
        }
        _ => None,
    }
}

/// A module that has no file: Python's own if Python has one of that name.
fn of_interpreter(py: Python<'_>, name: &str) -> Origin {
    let top_level = name.split('.').next().unwrap_or(name);
    if is_standard(py, top_level) { python(py) } else { Origin::User { file: None } }
}

/// A namespace package has no code of its own; what counts is whose directories it has.
fn of_namespace(py: Python<'_>, name: &str, directories: &[String]) -> Origin {
    let overrides = KNOWN.lock().get_or_insert_default().overrides.clone();
    let mut sites = Vec::new();
    for directory in directories {
        let directory = resolve(&absolute(Path::new(directory)));
        match rule(py, &directory, overrides.nearest(py, &directory).0) {
            Rule::User => return Origin::User { file: None },
            Rule::Rememo => return rememo(),
            Rule::Standard => return python(py),
            Rule::Site(site) => sites.push((site, directory)),
        }
    }
    if let [(site, directory)] = sites.as_slice()
        && let Some(owner) = site.only_owner(directory)
    {
        return Origin::Library(owner);
    }
    library(name, "namespace")
}

/// The origin of a path, and whether it will stay so.
fn classify(py: Python<'_>, path: &str, overrides: &Overrides) -> (Origin, bool) {
    if path.is_empty() {
        return (Origin::User { file: None }, true);
    }
    if let Some(label) = path.strip_prefix('<').and_then(|p| p.strip_suffix('>')) {
        let frozen = label
            .strip_prefix("frozen ")
            .is_some_and(|module| is_standard(py, module.split('.').next().unwrap_or(module)));
        return (if frozen { python(py) } else { Origin::User { file: None } }, true);
    }
    let lexical = absolute(Path::new(path));
    let file = resolve(&lexical);
    let (declared, is_final) = overrides.nearest(py, &file);
    let is_declared = declared.is_some();
    let origin = match rule(py, &file, declared) {
        Rule::Rememo => rememo(),
        Rule::Standard => python(py),
        Rule::Site(site) => Origin::Library(site.library_of(&file)),
        Rule::User => {
            let linked = (!is_declared).then(|| installed_as_link(py, &lexical)).flatten();
            linked.map_or_else(|| of_user_file(&file), Origin::Library)
        }
    };
    (origin, is_final)
}

/// Which rule holds for a file or directory.
enum Rule {
    Rememo,
    Standard,
    /// Installed, or declared to be library code: the directory that may hold metadata.
    Site(Arc<SiteDirectory>),
    User,
}

/// The rule of the nearest root above `path`: a library directory, or what was declared.
fn rule(py: Python<'_>, path: &Path, declared: Option<Declared>) -> Rule {
    let directories = Directories::get(py);
    let depth = |root: &Path| root.components().count();
    let declared_depth = declared.as_ref().map_or(0, |declared| depth(&declared.root));
    let nearer = |root: &Path| depth(root) > declared_depth;

    if own_directory(py).is_some_and(|root| path.starts_with(&root) && nearer(&root)) {
        return Rule::Rememo;
    }
    let site = directories.site_of(path);
    if let Some(site) = site.as_deref().filter(|site| nearer(site)) {
        return Rule::Site(SiteDirectory::at(site));
    }
    if directories.standard_of(path).is_some_and(nearer) {
        return Rule::Standard;
    }
    match declared {
        Some(Declared { is_user: false, root }) => {
            let declared = || declared_site(&root, path);
            Rule::Site(site.map_or_else(declared, |site| SiteDirectory::at(&site)))
        }
        _ => Rule::User,
    }
}

/// The directory with the metadata of what was declared to be library code: one that packages were
/// put in with their metadata (`pip install --target`), be it `root` or one within; else the one
/// that the declared package lies in.
fn declared_site(root: &Path, path: &Path) -> Arc<SiteDirectory> {
    let is_module = root.is_file() || root.join("__init__.py").is_file();
    let above = if is_module { root.parent() } else { None };
    path.ancestors()
        .skip(1)
        .take_while(|directory| directory.starts_with(root))
        .chain(above)
        .map(SiteDirectory::at)
        .find(|directory| directory.has_distributions())
        .unwrap_or_else(|| SiteDirectory::at(above.unwrap_or(root)))
}

/// A file that was installed as a link into the installer's own store (uv) is a library's; a link
/// that somebody made in order to work on a package is not.
fn installed_as_link(py: Python<'_>, lexical: &Path) -> Option<Arc<Library>> {
    SiteDirectory::at(&Directories::get(py).site_of(lexical)?).installed(lexical)
}

fn of_user_file(file: &Path) -> Origin {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    if content::is_shared_library(&name) {
        return library(&name, &content::version(file));
    }
    Origin::User { file: Some(Arc::from(file.to_string_lossy())) }
}

/// The directory of the `rememo` package, a source checkout's too.
fn own_directory(py: Python<'_>) -> Option<PathBuf> {
    let state::Entry::Loaded(package) = state::entry(py, "rememo") else {
        return None;
    };
    let init = state::module_text(&package, "__file__")?;
    resolve(&absolute(Path::new(&init))).parent().map(Path::to_owned)
}

fn is_standard(py: Python<'_>, top_level: &str) -> bool {
    // The two frozen modules that the names leave out serve CPython's own tests.
    matches!(top_level, "__hello__" | "__phello__")
        || state::sys(py, c"stdlib_module_names")
            .and_then(|names| names.cast_into::<PyFrozenSet>().ok())
            .is_some_and(|names| names.contains(PyString::new(py, top_level)).unwrap_or(false))
}

fn python(py: Python<'_>) -> Origin {
    static PYTHON: std::sync::OnceLock<Arc<Library>> = std::sync::OnceLock::new();
    let library = PYTHON.get_or_init(|| {
        let version = py.version_info();
        let version = format!("{}.{}", version.major, version.minor);
        Arc::new(Library { distribution: "python".to_owned(), version })
    });
    Origin::Library(Arc::clone(library))
}

fn rememo() -> Origin {
    library("rememo", env!("CARGO_PKG_VERSION"))
}

fn library(distribution: &str, version: &str) -> Origin {
    let (distribution, version) = (distribution.to_owned(), version.to_owned());
    Origin::Library(Arc::new(Library { distribution, version }))
}

fn is_relative(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('<') && Path::new(path).is_relative()
}

/// The path from the root on, without `.` parts; links and `..` are left to the file system.
fn absolute(path: &Path) -> PathBuf {
    let here = if path.is_relative() {
        std::env::current_dir().unwrap_or_default()
    } else {
        PathBuf::new()
    };
    here.join(path).components().filter(|part| !matches!(part, Component::CurDir)).collect()
}

/// The path with symbolic links resolved as far as it exists: a member of a zip file does not, nor
/// does the file of a notebook's cell.
fn resolve(path: &Path) -> PathBuf {
    for existing in path.ancestors() {
        if let Ok(resolved) = std::fs::canonicalize(existing) {
            let rest = path.strip_prefix(existing).unwrap_or(Path::new(""));
            return if rest.as_os_str().is_empty() { resolved } else { resolved.join(rest) };
        }
    }
    path.to_owned()
}

/// `_origin(path)` or `_origin(module=name)`: `("user", file)` or
/// `("library", distribution, version)`; for tests.
#[pyfunction]
#[pyo3(name = "_origin", signature = (path=None, *, module=None))]
pub fn origin_hook<'py>(
    py: Python<'py>,
    path: Option<PathBuf>,
    module: Option<&str>,
) -> PyResult<Bound<'py, PyTuple>> {
    let origin = match (path, module) {
        (_, Some(name)) => of_module_name(py, name),
        (path, None) => of_file(py, &path.unwrap_or_default().to_string_lossy()),
    };
    match origin {
        Origin::User { file } => ("user", file.as_deref()).into_pyobject(py),
        Origin::Library(library) => {
            ("library", &*library.distribution, &*library.version).into_pyobject(py)
        }
    }
}

/// `_configure_origin(user_code, library_code)`: [`configure`]; a string that is a dotted name is
/// a module's, other strings and path objects are paths.
#[pyfunction]
#[pyo3(name = "_configure_origin")]
pub fn configure_hook(
    user_code: Vec<Bound<'_, PyAny>>,
    library_code: Vec<Bound<'_, PyAny>>,
) -> PyResult<()> {
    let places = |items: Vec<Bound<'_, PyAny>>| -> PyResult<Vec<Place>> {
        items
            .iter()
            .map(|item| match item.cast::<PyString>() {
                Ok(text) => Ok(Place::parse(text.to_str()?)),
                Err(_) => Ok(Place::path(&item.extract::<PathBuf>()?)),
            })
            .collect()
    };
    configure(places(user_code)?, places(library_code)?);
    Ok(())
}
