//! What a search for modules has looked at, so that a later look tells whether it would still find the same.
//!
//! A directory's stamp changes when a file appears in it or goes, a file's when it is written. As long as all
//! stamps are those that were seen, nothing is searched; else the search is made again and its answers compared,
//! so that a directory that merely had other files written to it invalidates nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyList;
use rustc_hash::FxHashMap;

use super::stamp::Stamp;
use super::{Found, Location, directories_of, locate, meta_path, read, state};

/// What was found under a name that is not loaded.
pub(crate) enum Answer {
    /// Code to be executed.
    Code { path: Arc<str>, code: Py<PyAny> },
    /// A file whose content is not looked at.
    File(Arc<str>),
    /// Anything without a file of its own; the number tells which.
    Other(u8),
}

/// Searches, with what they looked at.
#[derive(Default)]
pub(crate) struct Search {
    answers: Vec<(String, Answer)>,
    surroundings: Option<Surroundings>,
    stamps: Mutex<FxHashMap<PathBuf, Option<Stamp>>>,
}

/// What decides where is searched.
struct Surroundings {
    path: Vec<String>,
    finders: Vec<Py<PyAny>>,
    directory: Option<PathBuf>,
}

impl Surroundings {
    fn now(py: Python<'_>) -> Self {
        let path = meta_path::sys_path(py);
        let is_relative = path.iter().any(|entry| Path::new(entry).is_relative());
        let finders = state::sys(py, c"meta_path")
            .and_then(|finders| finders.cast_into::<PyList>().ok())
            .map(|finders| finders.iter().map(Bound::unbind).collect());
        Self {
            path,
            finders: finders.unwrap_or_default(),
            directory: is_relative.then(|| std::env::current_dir().ok()).flatten(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let finders = |of: &Self| of.finders.iter().map(Py::as_ptr).collect::<Vec<_>>();
        self.path == other.path
            && self.directory == other.directory
            && finders(self) == finders(other)
    }
}

/// The number that stands for an answer without a file.
pub(crate) fn other(location: &Location) -> Answer {
    Answer::Other(match location {
        Location::Module(hit) => return Answer::File(Arc::clone(&hit.path)),
        Location::Builtin => 0,
        Location::Frozen => 1,
        Location::Namespace(_) => 2,
        Location::Opaque(_) => 3,
        Location::Missing => 4,
    })
}

impl Search {
    /// Notes what was found under a name.
    pub(crate) fn add(&mut self, name: &str, answer: Answer) {
        self.answers.push((name.to_owned(), answer));
    }

    /// Whether nothing was searched.
    pub(crate) fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// Takes the stamps of all that was looked at, if that is still what the answers were read from.
    pub(crate) fn close(&mut self, py: Python<'_>) {
        self.surroundings = Some(Surroundings::now(py));
        let stamps = self.look(py);
        *self.stamps.lock() = stamps;
        // Whatever was written since is found by the first look.
        for stamp in self.stamps.lock().values_mut().flatten() {
            stamp.doubt();
        }
    }

    /// Whether the same would be searched.
    fn is_same_search(&self, py: Python<'_>) -> bool {
        let now = Surroundings::now(py);
        self.surroundings.as_ref().is_some_and(|seen| seen.is_same(&now))
    }

    /// Whether stamps alone prove that the same would be found. Runs no code of anybody's.
    pub(crate) fn is_untouched(&self, py: Python<'_>) -> bool {
        self.is_same_search(py)
            && self.stamps.lock().iter().all(|(path, seen)| {
                match (seen, fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata))) {
                    (Some(seen), Some(now)) => seen.proves_unchanged(&now),
                    (None, None) => true,
                    _ => false,
                }
            })
    }

    /// Whether the same would be found now.
    pub(crate) fn holds(&self, py: Python<'_>) -> bool {
        if !self.is_same_search(py) {
            return false;
        }
        if self.is_untouched(py) {
            return true;
        }
        // Taken before the search, so that what is written meanwhile is seen the next time.
        let stamps = self.look(py);
        let same = self.answers.iter().all(|(name, answer)| is_same(py, name, answer));
        if same {
            *self.stamps.lock() = stamps;
        }
        same
    }

    /// The stamps of the directories that were searched and of the files that were found.
    fn look(&self, py: Python<'_>) -> FxHashMap<PathBuf, Option<Stamp>> {
        let mut stamps = FxHashMap::default();
        let mut stamp = |path: PathBuf| {
            stamps
                .entry(path)
                .or_insert_with_key(|path| fs::metadata(path).ok().map(|m| Stamp::of(&m)));
        };
        for (name, answer) in &self.answers {
            let (entries, tail) = match name.rsplit_once('.') {
                Some((parent, tail)) => (directories_of(py, parent).unwrap_or_default(), tail),
                None => (meta_path::sys_path(py), name.as_str()),
            };
            let file = match answer {
                Answer::Code { path, .. } | Answer::File(path) => Some(Path::new(&**path)),
                Answer::Other(_) => None,
            };
            for entry in entries {
                let mut root = PathBuf::from(entry);
                if root.is_relative() {
                    root = std::env::current_dir().unwrap_or_default().join(root);
                }
                let below = root.join(tail);
                if below.is_dir() {
                    stamp(below);
                }
                let is_last = file.is_some_and(|file| file.starts_with(&root));
                stamp(root);
                if is_last {
                    break;
                }
            }
            if let Some(file) = file {
                stamp(file.to_owned());
            }
        }
        stamps
    }
}

fn is_same(py: Python<'_>, name: &str, answer: &Answer) -> bool {
    let location = locate(py, name);
    match (answer, &location) {
        (Answer::Code { path, code }, Location::Module(hit)) if *path == hit.path => {
            match read(py, hit) {
                Found::Source { code: now, .. } | Found::Bytecode { code: now, .. } => {
                    now.is(code) || now.bind(py).eq(code.bind(py)).unwrap_or(false)
                }
                _ => false,
            }
        }
        (Answer::Code { .. }, _) => false,
        (Answer::File(path), Location::Module(hit)) => *path == hit.path,
        (Answer::File(_), _) => false,
        (Answer::Other(seen), location) => {
            matches!(other(location), Answer::Other(now) if now == *seen)
        }
    }
}
