//! Where libraries are installed: the directories of the standard library and of site packages.
//!
//! They are worked out from the names in `sys` and `site`, as `sysconfig` and `site` do it, but
//! without importing or calling these.

use std::ffi::CStr;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use pyo3::prelude::*;

use super::super::finder::state;

/// The running interpreter's library directories, symbolic links resolved.
pub struct Directories {
    /// Directories and zip files of the standard library, of its extension modules too.
    pub standard: Vec<PathBuf>,
    /// Site directories, whatever they are called.
    sites: Vec<PathBuf>,
}

impl Directories {
    /// Worked out on the first call.
    pub fn get(py: Python<'_>) -> &'static Self {
        static DIRECTORIES: OnceLock<Directories> = OnceLock::new();
        DIRECTORIES.get_or_init(|| Self::of_interpreter(py))
    }

    fn of_interpreter(py: Python<'_>) -> Self {
        let version = py.version_info();
        let (major, minor) = (version.major, version.minor);
        let text = |name: &CStr| state::sys_text(py, name);
        let lib = text(c"platlibdir").unwrap_or_else(|| "lib".to_owned());
        let abi_thread = text(c"abiflags").filter(|flags| flags.contains('t')).unwrap_or_default();
        let python = format!("python{major}.{minor}{abi_thread}");

        let mut standard: Vec<PathBuf> =
            text(c"_stdlib_dir").map(PathBuf::from).into_iter().collect();
        for base in [c"base_prefix", c"base_exec_prefix"].into_iter().filter_map(text) {
            let base = PathBuf::from(base);
            if cfg!(windows) {
                standard.extend([base.join("Lib"), base.join("DLLs")]);
                standard.push(base.join(format!("python{major}{minor}.zip")));
                continue;
            }
            for lib in [lib.as_str(), "lib"] {
                standard.push(base.join(lib).join(&python));
                standard.push(base.join(lib).join(format!("python{major}{minor}.zip")));
            }
        }
        let mut sites = Vec::new();
        if let state::Entry::Loaded(site) = state::entry(py, "site") {
            sites.extend(state::module_text(&site, "USER_SITE").map(PathBuf::from));
        }
        let resolved = |paths: Vec<PathBuf>| {
            let mut resolved: Vec<PathBuf> = Vec::new();
            for path in paths.into_iter().filter(|path| path.is_absolute()) {
                let path = std::fs::canonicalize(&path).unwrap_or(path);
                if !resolved.contains(&path) {
                    resolved.push(path);
                }
            }
            resolved
        };
        Self { standard: resolved(standard), sites: resolved(sites) }
    }

    /// The innermost site directory that `path` lies in: one by name, or one that `site` names.
    pub fn site_of(&self, path: &Path) -> Option<PathBuf> {
        path.ancestors()
            .skip(1)
            .find(|directory| {
                directory.file_name().is_some_and(|n| n == "site-packages" || n == "dist-packages")
                    || self.sites.iter().any(|site| site == directory)
            })
            .map(Path::to_owned)
    }

    /// The directory of the standard library that `path` lies in.
    pub fn standard_of(&self, path: &Path) -> Option<&Path> {
        let holding = self.standard.iter().filter(|directory| path.starts_with(directory));
        holding.max_by_key(|directory| directory.components().count()).map(PathBuf::as_path)
    }
}
