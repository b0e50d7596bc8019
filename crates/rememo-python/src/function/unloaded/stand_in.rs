//! Making stand-ins: of the code that a module would execute, and of what it imports.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyModule, PyString};
use rustc_hash::{FxHashMap, FxHashSet};

use super::super::bytecode::{evaluate, names_bound};
use super::super::finder::search::{self, Answer};
use super::super::finder::{self, Found, Location};
use super::super::follow::Follower;
use super::super::origin::{self, Origin};
use super::super::statements::Statements;
use super::{Imported, Module, StandIn};

impl Follower<'_> {
    /// Makes the stand-in of a module that is not loaded.
    pub(super) fn stand_in<'py>(
        &mut self,
        py: Python<'py>,
        absolute: &str,
    ) -> PyResult<Imported<'py>> {
        let location = finder::locate(py, absolute);
        let hit = match &location {
            Location::Missing | Location::Opaque(_) => {
                self.unloaded.search.add(absolute, search::other(&location));
                let is_missing = matches!(location, Location::Missing);
                return Ok(if is_missing { Imported::Missing } else { Imported::Opaque });
            }
            Location::Module(hit) => Some(hit),
            Location::Namespace(_) | Location::Builtin | Location::Frozen => None,
        };
        let origin = match hit {
            Some(hit) => origin::of_file(py, &hit.path),
            None => origin::of_module_name(py, absolute),
        };
        if matches!(origin, Origin::Library(_)) {
            self.unloaded.search.add(absolute, search::other(&location));
            let stand_in = StandIn::named(py, absolute, true)?;
            self.unloaded.libraries.insert(absolute.to_owned(), stand_in.clone_ref(py));
            return Ok(Imported::Library(stand_in.into_bound(py)));
        }
        let (code, path, is_package) = match hit.map(|hit| finder::read(py, hit)) {
            Some(
                Found::Source { code, path, is_package }
                | Found::Bytecode { code, path, is_package },
            ) => {
                let answer = Answer::Code { path: path.clone(), code: code.clone_ref(py) };
                self.unloaded.search.add(absolute, answer);
                (Some((code, path.to_string())), Some(path), is_package)
            }
            Some(_) => {
                self.unloaded.search.add(absolute, search::other(&location));
                return Ok(Imported::Opaque);
            }
            None => {
                self.unloaded.search.add(absolute, search::other(&location));
                (None, None, true)
            }
        };
        let module = PyModule::new(py, absolute)?;
        let dict = module.dict();
        let package = match absolute.rsplit_once('.') {
            _ if is_package => absolute,
            Some((package, _)) => package,
            None => "",
        };
        dict.set_item(intern!(py, "__package__"), package)?;
        dict.set_item(intern!(py, "__builtins__"), py.import(intern!(py, "builtins"))?)?;
        if let Some(path) = &path {
            dict.set_item(intern!(py, "__file__"), &**path)?;
        }
        if is_package {
            let directories = match (&location, &path) {
                (Location::Namespace(directories), _) => directories.clone(),
                (_, Some(path)) => {
                    let directory = std::path::Path::new(&**path).parent();
                    directory.map(|d| d.to_string_lossy().into_owned()).into_iter().collect()
                }
                _ => Vec::new(),
            };
            dict.set_item(intern!(py, "__path__"), PyList::new(py, directories)?)?;
        }
        // What the import system puts there counts by the module's whole code, should anybody read it.
        let unknown = StandIn::named(py, absolute, false)?;
        for name in ["__spec__", "__loader__", "__cached__"] {
            dict.set_item(name, &unknown)?;
        }
        self.unloaded.dicts.insert(dict.as_ptr() as usize, absolute.to_owned());
        self.unloaded.modules.insert(
            absolute.to_owned(),
            Module {
                object: module.clone().into_any().unbind(),
                code,
                imports: Vec::new(),
                bound: FxHashSet::default(),
                has_effects: false,
                is_evaluated: false,
            },
        );
        self.evaluate_module(py, absolute, &dict, package)?;
        Ok(Imported::Module(module.into_any()))
    }

    fn evaluate_module(
        &mut self,
        py: Python<'_>,
        absolute: &str,
        dict: &Bound<'_, PyDict>,
        package: &str,
    ) -> PyResult<()> {
        let code = self
            .unloaded
            .modules
            .get(absolute)
            .and_then(|module| module.code.as_ref().map(|(code, _)| code.clone_ref(py)));
        if let Some(code) = code {
            let code = code.bind(py);
            let before = dict.copy()?;
            let mut statements = Statements::new(self, absolute, package, dict);
            if evaluate(code, &mut statements).is_err() {
                dict.clear();
                dict.update(before.as_mapping())?;
                self.give_up(py, absolute, package, dict, code)?;
            }
        }
        if let Some(module) = self.unloaded.modules.get_mut(absolute) {
            module.is_evaluated = true;
        }
        // Submodules that followed code is known to import from an earlier pass.
        let below: Vec<String> = self
            .unloaded
            .imported
            .iter()
            .filter(|name| name.rsplit_once('.').is_some_and(|(parent, _)| parent == absolute))
            .cloned()
            .collect();
        for name in below {
            self.import_module(py, &name);
        }
        Ok(())
    }

    /// A module of which nothing is known: its names count by its whole code. Those that are only imported lead
    /// to where they are imported from, so that what its code reads there counts.
    fn give_up(
        &mut self,
        py: Python<'_>,
        absolute: &str,
        package: &str,
        dict: &Bound<'_, PyDict>,
        code: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let unknown = StandIn::named(py, absolute, false)?;
        if let Some(module) = self.unloaded.modules.get_mut(absolute) {
            module.has_effects = true;
        }
        let (imported, others) = names_bound(code)?;
        for name in &others {
            dict.set_item(name, &unknown)?;
        }
        let mut objects: FxHashMap<&str, Option<Bound<'_, PyAny>>> = FxHashMap::default();
        for import in &imported {
            let found = finder::absolute_name(package, &import.module, import.level);
            let object = found.and_then(|name| {
                self.unloaded.note_import(absolute, name.clone());
                let module = self.import_module(py, &name);
                match &import.from {
                    Some(from) if from != "*" => self.member(py, absolute, &name, module, from),
                    _ => module.object(),
                }
            });
            let Some(name) = &import.name else { continue };
            // Where a name is imported from here or from there, both count: see `source_node`.
            let known = objects.entry(name).or_insert_with(|| object.clone());
            if !matches!((&known, &object), (Some(one), Some(other)) if one.is(other)) {
                *known = None;
            }
        }
        for (name, object) in objects {
            match object {
                Some(object) => dict.set_item(name, object)?,
                None => dict.set_item(name, &unknown)?,
            }
        }
        for (name, submodule) in self.unloaded.bound(py, absolute) {
            if !dict.contains(&name)? {
                dict.set_item(name, submodule)?;
            }
        }
        Ok(())
    }

    /// What `from module import name` finds: an entry, or a submodule.
    fn member<'py>(
        &mut self,
        py: Python<'py>,
        of: &str,
        module_name: &str,
        module: Imported<'py>,
        name: &str,
    ) -> Option<Bound<'py, PyAny>> {
        match module {
            Imported::Module(module) => {
                let key = PyString::intern(py, name);
                if let Some(found) = self.entry(&module, &key) {
                    return Some(found);
                }
                let submodule = format!("{module_name}.{name}");
                let found = self.import_module(py, &submodule).object();
                if found.is_some() {
                    self.unloaded.note_import(of, submodule);
                }
                found
            }
            Imported::Library(library) => {
                let library = &StandIn::of(&library)?.get().name;
                Some(StandIn::named(py, &format!("{library}.{name}"), true).ok()?.into_bound(py))
            }
            Imported::Opaque | Imported::Missing => None,
        }
    }
}
