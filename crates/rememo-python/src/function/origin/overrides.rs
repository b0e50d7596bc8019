//! What the user declared to be user code or library code, against the rule of directories.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;

use super::super::finder::{self, Location, state};

/// A place that `rememo.configure(user_code=…, library_code=…)` names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// A directory with all that lies in it, or a file.
    Path(PathBuf),
    /// A module, or a package with its submodules, by its absolute name.
    Module(String),
}

impl Place {
    /// A dotted name is a module's; anything else is a path, a relative one from the working
    /// directory of this moment on.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let is_name = |part: &str| {
            part.starts_with(|c: char| c.is_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        if text.split('.').all(is_name) {
            return Self::Module(text.to_owned());
        }
        Self::path(Path::new(text))
    }

    /// A path, whatever it looks like.
    #[must_use]
    pub fn path(path: &Path) -> Self {
        Self::Path(super::resolve(&super::absolute(path)))
    }
}

/// All declarations.
#[derive(Clone, Default)]
pub struct Overrides {
    places: Vec<(Place, bool)>,
}

/// A declaration that holds for a path.
pub struct Declared {
    pub is_user: bool,
    /// The path that was declared, or that the declared module has.
    pub root: PathBuf,
}

impl Overrides {
    pub fn new(user: Vec<Place>, library: Vec<Place>) -> Self {
        let user = user.into_iter().map(|place| (place, true));
        Self { places: user.chain(library.into_iter().map(|place| (place, false))).collect() }
    }

    /// The declaration nearest to `path`, and whether every declared module has been found: as long
    /// as one has not, the answer may change.
    pub fn nearest(&self, py: Python<'_>, path: &Path) -> (Option<Declared>, bool) {
        let mut nearest: Option<Declared> = None;
        let mut complete = true;
        for (place, is_user) in &self.places {
            let roots = match place {
                Place::Path(root) => vec![root.clone()],
                Place::Module(name) => locations(py, name),
            };
            complete &= !roots.is_empty();
            for root in roots.into_iter().filter(|root| path.starts_with(root)) {
                let depth = |root: &Path| root.components().count();
                if nearest.as_ref().is_none_or(|n| depth(&n.root) <= depth(&root)) {
                    nearest = Some(Declared { is_user: *is_user, root });
                }
            }
        }
        (nearest, complete)
    }

    /// The declaration nearest to a module that has no file.
    pub fn nearest_name(&self, name: &str) -> Option<bool> {
        let holding = self.places.iter().filter_map(|(place, is_user)| match place {
            Place::Module(declared) => {
                let rest = name.strip_prefix(declared.as_str())?;
                (rest.is_empty() || rest.starts_with('.')).then_some((declared.len(), *is_user))
            }
            Place::Path(_) => None,
        });
        holding.max_by_key(|(length, _)| *length).map(|(_, is_user)| is_user)
    }
}

/// The directories of a package, or the file of another module, loaded or not.
fn locations(py: Python<'_>, name: &str) -> Vec<PathBuf> {
    let paths = match state::entry(py, name) {
        state::Entry::Loaded(module) => match state::search_path(&module) {
            state::SearchPath::Directories(directories) => directories,
            _ => state::module_text(&module, "__file__").into_iter().collect(),
        },
        _ => match finder::locate(py, name) {
            Location::Module(hit) if hit.is_package => {
                let directory = Path::new(&*hit.path).parent();
                directory.map(|d| d.to_string_lossy().into_owned()).into_iter().collect()
            }
            Location::Module(hit) => vec![hit.path.to_string()],
            Location::Namespace(paths) => paths,
            _ => Vec::new(),
        },
    };
    paths.iter().map(|path| super::resolve(&super::absolute(Path::new(path)))).collect()
}
