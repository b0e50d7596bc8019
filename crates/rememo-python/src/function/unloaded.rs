//! Modules that followed code imports and that are not loaded: what they will hold is found without loading them.
//!
//! Each gets a stand-in, a module object that nobody else sees, filled with what its statements make as far as
//! that can be known (`evaluate`): functions of its own code objects, simple classes, constants, and what it
//! imports of modules that are loaded or have stand-ins themselves. Following goes through a stand-in as through
//! a loaded module, by the same code, hence it yields the same dependencies: whether a module happens to be
//! loaded already makes no difference to a key, nor does an edit of something in it that is not reached.
//!
//! A value that a library's function makes of constants (`re.compile("…")`, `logging.getLogger(__name__)`) counts by that
//! call. What cannot be known counts by the module's whole code and all that this code reads:
//! - a name whose value only running the code would tell, when followed code reads it;
//! - a module whose statements may have effects elsewhere (they call code of the user's, assign to attributes,
//!   branch on what is not known, …), whenever it would be executed.
//!
//! The key changes then once the module is loaded. So that the next call is still a hit, the result is stored
//! under that key too where this is sound (`settled`).

mod import;
mod stand_in;
mod whole_code;

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple, PyType};
use rustc_hash::{FxHashMap, FxHashSet};

use super::bytecode::{Made, Recipe};
use super::finder::search::Search;
use crate::raw;

/// Stands for an object that cannot be known before its module is loaded.
#[pyclass(frozen, module = "rememo._native", name = "_StandIn")]
pub(super) struct StandIn {
    /// The module; for a library's, with the names below it.
    pub(super) name: String,
    /// Whether it is a library's, of which only the name and the version count.
    pub(super) is_library: bool,
    /// How a statement of the module makes it, with the name that it is bound to.
    recipe: Option<(String, Arc<Recipe>)>,
}

impl StandIn {
    pub(super) fn named(py: Python<'_>, name: &str, is_library: bool) -> PyResult<Py<PyAny>> {
        Ok(Py::new(py, Self { name: name.to_owned(), is_library, recipe: None })?.into_any())
    }

    /// How it is made, unless something may have been done to it since.
    fn recipe(&self) -> Option<(&str, &Recipe)> {
        let (name, recipe) = self.recipe.as_ref()?;
        (!recipe.is_spoiled()).then_some((name, recipe))
    }

    /// `object` as a stand-in, if it is one.
    pub(super) fn of<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Option<&'a Bound<'py, Self>> {
        object.cast_exact::<Self>().ok()
    }
}

/// What an import leads to.
#[derive(Debug)]
pub(super) enum Imported<'py> {
    /// A loaded module, or the stand-in of one of the user's.
    Module(Bound<'py, PyAny>),
    /// A library's module that is not loaded.
    Library(Bound<'py, PyAny>),
    /// What would be executed cannot be read.
    Opaque,
    /// The import would raise.
    Missing,
}

/// A module of the user's that is not loaded.
struct Module {
    /// The module object in its place.
    object: Py<PyAny>,
    /// Its code and file; none for a namespace package.
    code: Option<(Py<PyAny>, String)>,
    /// The modules that its statements import.
    imports: Vec<String>,
    /// Submodules that were bound to their names in it.
    bound: FxHashSet<String>,
    /// Its statements may have effects elsewhere.
    has_effects: bool,
    is_evaluated: bool,
}

/// The modules that are not loaded, as far as they were met.
#[derive(Default)]
pub(super) struct Unloaded {
    modules: FxHashMap<String, Module>,
    libraries: FxHashMap<String, Py<PyAny>>,
    /// Names of the modules by the addresses of their dictionaries.
    dicts: FxHashMap<usize, String>,
    /// The bases that classes made here really have.
    bases: FxHashMap<usize, Vec<Py<PyAny>>>,
    /// Modules that followed code imports.
    imported: FxHashSet<String>,
    /// Whether what a module reads that counts by its whole code is followed.
    reads_whole_code: bool,
    counts_whole_code: bool,
    /// A submodule was imported after its name in the package had been looked up: all must be followed anew.
    is_late: bool,
    search: Search,
}

impl Unloaded {
    /// As at the start, but for what followed code is known to import.
    pub(super) fn again(imported: FxHashSet<String>, reads_whole_code: bool) -> Self {
        Self { imported, reads_whole_code, ..Self::default() }
    }

    /// Whether any module counts by its whole code.
    pub(super) fn counts_whole_code(&self) -> bool {
        self.counts_whole_code
    }

    /// What followed code imports, if code has to be followed anew with that known from the start.
    pub(super) fn late(&mut self) -> Option<FxHashSet<String>> {
        self.is_late.then(|| std::mem::take(&mut self.imported))
    }

    /// Whether the dictionary is that of a stand-in: nobody else has it, so that it cannot change.
    pub(super) fn is_own(&self, dict: &Bound<'_, PyDict>) -> bool {
        self.dicts.contains_key(&(dict.as_ptr() as usize))
    }

    /// Whether any module was not loaded.
    pub(super) fn is_empty(&self) -> bool {
        self.modules.is_empty() && self.libraries.is_empty()
    }

    /// What was searched for and where.
    pub(super) fn take_search(&mut self, py: Python<'_>) -> Option<Search> {
        let mut search = std::mem::take(&mut self.search);
        if search.is_empty() {
            return None;
        }
        search.close(py);
        Some(search)
    }

    pub(super) fn set_bases(&mut self, class: &Bound<'_, PyAny>, bases: Vec<Py<PyAny>>) {
        self.bases.insert(class.as_ptr() as usize, bases);
    }

    /// The bases of a class.
    pub(super) fn bases<'py>(&self, class: &Bound<'py, PyType>) -> Vec<Bound<'py, PyAny>> {
        match self.bases.get(&(class.as_ptr() as usize)) {
            Some(bases) => bases.iter().map(|base| base.bind(class.py()).clone()).collect(),
            None => raw::bases(class).iter().flatten().collect(),
        }
    }

    pub(super) fn note_import(&mut self, of: &str, name: String) {
        if let Some(module) = self.modules.get_mut(of) {
            module.imports.push(name);
        }
    }

    pub(super) fn has_effects(&self, module: &str) -> bool {
        self.modules.get(module).is_some_and(|module| module.has_effects)
    }

    /// The module whose dictionary this is, if it is a stand-in's.
    pub(super) fn owner(&self, dict: &Bound<'_, PyDict>) -> Option<&str> {
        self.dicts.get(&(dict.as_ptr() as usize)).map(String::as_str)
    }

    /// Whether the module has a stand-in.
    pub(super) fn has(&self, module: &str) -> bool {
        self.modules.contains_key(module)
    }

    pub(super) fn is_evaluated(&self, module: &str) -> bool {
        self.modules.get(module).is_none_or(|module| module.is_evaluated)
    }
}

impl Unloaded {
    /// The submodules that were bound to their names in a package.
    fn bound(&self, py: Python<'_>, package: &str) -> Vec<(String, Py<PyAny>)> {
        let Some(module) = self.modules.get(package) else { return Vec::new() };
        let mut names: Vec<&String> = module.bound.iter().collect();
        names.sort();
        names
            .into_iter()
            .filter_map(|tail| {
                let submodule = self.modules.get(&format!("{package}.{tail}"))?;
                Some((tail.clone(), submodule.object.clone_ref(py)))
            })
            .collect()
    }
}

impl<'py> Imported<'py> {
    /// The module object, or the stand-in of a library's module.
    pub(super) fn object(self) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::Module(object) | Self::Library(object) => Some(object),
            Self::Opaque | Self::Missing => None,
        }
    }
}

/// A value that a statement makes, as the module's dictionary holds it.
pub(super) fn bound_value<'py>(
    py: Python<'py>,
    module: &str,
    name: &str,
    value: &Made<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Made::Known(object) => Ok(object.clone()),
        Made::Opaque { recipe: Some(recipe), .. } => {
            let recipe = Some((format!("{module}.{name}"), Arc::clone(recipe)));
            let stand_in = StandIn { name: module.to_owned(), is_library: false, recipe };
            Ok(Bound::new(py, stand_in)?.into_any())
        }
        Made::Opaque { .. } | Made::Form | Made::Code => {
            Ok(StandIn::named(py, module, false)?.into_bound(py))
        }
    }
}

/// Whether an object is whole: no stand-in for what is not known.
pub(super) fn is_whole(object: &Bound<'_, PyAny>) -> bool {
    StandIn::of(object).is_none()
}

/// The tuple of objects that are all known.
pub(super) fn known_tuple<'py>(
    py: Python<'py>,
    values: &[Made<'py>],
) -> Option<Bound<'py, PyTuple>> {
    let known: Option<Vec<_>> =
        values.iter().map(|value| value.known().filter(|o| is_whole(o)).cloned()).collect();
    PyTuple::new(py, known?).ok()
}
