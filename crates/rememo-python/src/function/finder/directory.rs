//! One entry of a search path: a directory or (part of) a zip file, and the module in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;

use super::archive::Archive;
use super::code;

/// What kind of file holds a module.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Member {
    Source,
    Bytecode,
    Extension,
}

/// Where the file is.
pub enum Place {
    File,
    /// A member of a zip file, by name.
    Archive(Arc<Archive>, String),
}

/// A module's file.
pub struct Hit {
    pub path: Arc<str>,
    pub member: Member,
    pub is_package: bool,
    pub place: Place,
}

impl Hit {
    /// A module's file in the file system.
    pub fn file(path: &Path, member: Member, is_package: bool) -> Self {
        let path = Arc::from(path.to_string_lossy());
        Self { path, member, is_package, place: Place::File }
    }

    /// The bytes of the file.
    pub fn content(&self) -> Result<Vec<u8>, String> {
        match &self.place {
            Place::File => fs::read(&*self.path).map_err(|error| format!("{}: {error}", self.path)),
            Place::Archive(archive, member) => archive.read(member),
        }
    }
}

/// What an entry of the search path says to a name.
pub enum Look {
    Module(Hit),
    /// A directory without `__init__`: a portion of a namespace package.
    Directory(String),
    Nothing,
    /// The entry is neither a directory nor a zip file.
    Foreign,
}

/// Looks for the module `tail` in one entry of a search path.
pub fn look(py: Python<'_>, entry: &str, tail: &str) -> Look {
    let mut root = PathBuf::from(entry);
    if root.is_relative() {
        // The empty entry is the working directory of the moment.
        root = std::env::current_dir().unwrap_or_default().join(root);
    }
    if root.is_dir() {
        return in_directory(py, &root, tail);
    }
    match Archive::containing(&root) {
        Some((archive, inside)) => in_archive(&archive, &inside, tail),
        None => Look::Foreign,
    }
}

/// The endings of module files, in the order in which the import statement tries them.
fn endings(py: Python<'_>) -> &'static [(String, Member)] {
    static ENDINGS: OnceLock<Vec<(String, Member)>> = OnceLock::new();
    ENDINGS.get_or_init(|| {
        let extensions = code::extension_suffixes(py).into_iter().map(|s| (s, Member::Extension));
        let others = [(".py", Member::Source), (".pyc", Member::Bytecode)];
        extensions.chain(others.map(|(s, member)| (s.to_owned(), member))).collect()
    })
}

/// The module whose file is `stem` with one of the endings of module files.
pub fn with_ending(py: Python<'_>, stem: &Path, is_package: bool) -> Option<Hit> {
    endings(py).iter().find_map(|(ending, member)| {
        let mut path = stem.as_os_str().to_owned();
        path.push(ending);
        let path = PathBuf::from(path);
        (path.is_file() && has_exact_case(&path)).then(|| Hit::file(&path, *member, is_package))
    })
}

fn in_directory(py: Python<'_>, root: &Path, tail: &str) -> Look {
    let base = root.join(tail);
    let is_directory = base.is_dir() && has_exact_case(&base);
    let package = is_directory.then(|| with_ending(py, &base.join("__init__"), true)).flatten();
    match package.or_else(|| with_ending(py, &base, false)) {
        Some(hit) => Look::Module(hit),
        None if is_directory => Look::Directory(base.to_string_lossy().into_owned()),
        None => Look::Nothing,
    }
}

fn in_archive(archive: &Arc<Archive>, inside: &str, tail: &str) -> Look {
    let base = if inside.is_empty() { tail.to_owned() } else { format!("{inside}/{tail}") };
    // `zipimport` takes a `.pyc` only if it matches the source beside it, so the source says it all.
    let candidates = [
        ("/__init__.py", Member::Source, true),
        ("/__init__.pyc", Member::Bytecode, true),
        (".py", Member::Source, false),
        (".pyc", Member::Bytecode, false),
    ];
    for (ending, member, is_package) in candidates {
        let name = format!("{base}{ending}");
        if archive.has(&name) {
            let path = Arc::from(archive.path.join(&name).to_string_lossy());
            let place = Place::Archive(Arc::clone(archive), name);
            return Look::Module(Hit { path, member, is_package, place });
        }
    }
    if archive.has_directory(&base) {
        return Look::Directory(archive.path.join(&base).to_string_lossy().into_owned());
    }
    Look::Nothing
}

/// Whether the file's name is spelt like this in its directory: imports distinguish case also
/// where the file system does not.
fn has_exact_case(path: &Path) -> bool {
    if !cfg!(any(windows, target_os = "macos")) {
        return true;
    }
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return true;
    };
    fs::read_dir(directory)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name() == name))
}
