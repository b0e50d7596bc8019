//! A directory of installed packages, and which distribution a file in it belongs to.
//!
//! A list of files (RECORD) decides. The distribution that is called like the top-level package is
//! asked first, so that in most cases one list is read; for all others the lists of the whole
//! directory are read once. An upgrade during the life of the process is not noticed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use rustc_hash::{FxHashMap, FxHashSet};

use super::metadata::{Distribution, normalise};
use super::{Library, content};

/// A directory of installed packages.
pub struct SiteDirectory {
    root: PathBuf,
    distributions: Vec<Listed>,
    owners: OnceLock<Owners>,
    unowned: Mutex<FxHashMap<PathBuf, Arc<Library>>>,
}

struct Listed {
    distribution: Distribution,
    files: OnceLock<Option<FxHashSet<String>>>,
}

/// Who lists which file, over all distributions of a directory.
struct Owners {
    /// None where several distributions list the file.
    files: FxHashMap<String, Option<usize>>,
    directories: FxHashSet<String>,
}

static SITES: Mutex<Option<FxHashMap<PathBuf, Arc<SiteDirectory>>>> = Mutex::new(None);

impl Listed {
    fn files(&self) -> Option<&FxHashSet<String>> {
        self.files.get_or_init(|| Some(self.distribution.files()?.into_iter().collect())).as_ref()
    }
}

impl SiteDirectory {
    /// The directory `root`, listed once per process.
    pub fn at(root: &Path) -> Arc<Self> {
        if let Some(site) = SITES.lock().as_ref().and_then(|sites| sites.get(root)) {
            return Arc::clone(site);
        }
        let mut entries: Vec<PathBuf> =
            fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        entries.sort();
        let distributions = entries
            .into_iter()
            .filter(|path| path.extension().is_some_and(|e| e == "dist-info" || e == "egg-info"))
            .filter_map(Distribution::at)
            .map(|distribution| Listed { distribution, files: OnceLock::new() })
            .collect();
        let site = Arc::new(Self {
            root: root.to_owned(),
            distributions,
            owners: OnceLock::new(),
            unowned: Mutex::default(),
        });
        let mut sites = SITES.lock();
        Arc::clone(sites.get_or_insert_default().entry(root.to_owned()).or_insert(site))
    }

    /// Whether any distribution has metadata here.
    pub fn has_distributions(&self) -> bool {
        !self.distributions.is_empty()
    }

    /// The library that a file below this directory belongs to.
    pub fn library_of(&self, file: &Path) -> Arc<Library> {
        let Some(parts) = self.parts(file) else {
            return self.by_content(file.to_owned(), file);
        };
        if let Some(egg) = self.egg(&parts) {
            return egg;
        }
        if let Some(distribution) = self.recorded(&parts) {
            return distribution.library();
        }
        let top_level = module_name(&parts[0]);
        let unlisted = || self.distributions.iter().filter(|d| d.files().is_none());
        let mut providers = unlisted().filter(|d| d.distribution.provides(top_level));
        if let (Some(provider), None) = (providers.next(), providers.next())
            && !self.owners().directories.contains(&parts[0])
        {
            return provider.distribution.library();
        }
        // Nobody vouches for the file. Its package is the outermost directory that no other
        // distribution has files in; where there is none, the file stands for itself.
        let owners = self.owners();
        let depth = (1..parts.len()).find(|&n| !owners.directories.contains(&parts[..n].join("/")));
        let package = parts[..depth.unwrap_or(parts.len())]
            .iter()
            .fold(self.root.clone(), |path, part| path.join(part));
        self.by_content(package, file)
    }

    /// The distribution, not an editable one, whose list of files has this very file.
    pub fn installed(&self, file: &Path) -> Option<Arc<Library>> {
        let distribution = self.recorded(&self.parts(file)?)?;
        (!distribution.is_editable()).then(|| distribution.library())
    }

    /// The one distribution that has files in this directory, if it is one.
    pub fn only_owner(&self, directory: &Path) -> Option<Arc<Library>> {
        let prefix = format!("{}/", self.parts(directory)?.join("/"));
        let owners = &self.owners().files;
        let mut found =
            owners.iter().filter(|(path, _)| path.starts_with(&prefix)).map(|(_, o)| *o);
        let first = found.next()??;
        found
            .all(|owner| owner == Some(first))
            .then(|| self.distributions[first].distribution.library())
    }

    fn parts(&self, file: &Path) -> Option<Vec<String>> {
        let relative = file.strip_prefix(&self.root).ok()?;
        let parts: Vec<_> = relative.iter().map(|p| p.to_string_lossy().into_owned()).collect();
        (!parts.is_empty()).then_some(parts)
    }

    /// The distribution that lists the file; none if several do, or none does.
    fn recorded(&self, parts: &[String]) -> Option<&Distribution> {
        let path = parts.join("/");
        let wanted = normalise(module_name(&parts[0]));
        let mut namesakes =
            self.distributions.iter().filter(|d| d.distribution.normalised == wanted);
        if let (Some(namesake), None) = (namesakes.next(), namesakes.next())
            && namesake.files().is_some_and(|files| files.contains(&path))
        {
            return Some(&namesake.distribution);
        }
        let owner = (*self.owners().files.get(&path)?)?;
        Some(&self.distributions[owner].distribution)
    }

    fn owners(&self) -> &Owners {
        self.owners.get_or_init(|| {
            let mut owners =
                Owners { files: FxHashMap::default(), directories: FxHashSet::default() };
            for (index, listed) in self.distributions.iter().enumerate() {
                for file in listed.files().into_iter().flatten() {
                    owners
                        .files
                        .entry(file.clone())
                        .and_modify(|owner| *owner = None)
                        .or_insert(Some(index));
                    let mut directory = file.as_str();
                    while let Some((parent, _)) = directory.rsplit_once('/') {
                        if !owners.directories.insert(parent.to_owned()) {
                            break;
                        }
                        directory = parent;
                    }
                }
            }
            owners
        })
    }

    /// `name-version.egg/…`, a directory or a zip file that brings its metadata along.
    fn egg(&self, parts: &[String]) -> Option<Arc<Library>> {
        if parts.len() < 2 || !parts[0].ends_with(".egg") {
            return None;
        }
        let egg = self.root.join(&parts[0]);
        if let Some(known) = self.unowned.lock().get(&egg) {
            return Some(Arc::clone(known));
        }
        let library = Distribution::at(egg.clone())?.library();
        self.unowned.lock().insert(egg, Arc::clone(&library));
        Some(library)
    }

    fn by_content(&self, package: PathBuf, file: &Path) -> Arc<Library> {
        if let Some(known) = self.unowned.lock().get(&package) {
            return Arc::clone(known);
        }
        let relative = package.strip_prefix(&self.root).unwrap_or(file);
        let names: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let library = Arc::new(Library {
            distribution: module_name(&names.join("/"))
                .trim_end_matches("/__init__")
                .replace('/', "."),
            version: content::version(&package),
        });
        self.unowned.lock().insert(package, Arc::clone(&library));
        library
    }
}

/// A file's name without its endings: `fast.cpython-312-x86_64-linux-gnu.so` is `fast`.
fn module_name(path: &str) -> &str {
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    path[start..].find('.').map_or(path, |dot| &path[..start + dot])
}
