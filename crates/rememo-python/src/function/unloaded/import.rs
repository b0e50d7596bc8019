//! Where an import leads, and what it executes.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use rememo::encode::Writer;
use rustc_hash::FxHashSet;

use super::super::bytecode::{Access, Step, Usage};
use super::super::finder::state;
use super::super::follow::Follower;
use super::super::name::{self, Sort};
use super::super::resolve::{Reader, Spot};
use super::{Imported, StandIn};
use crate::error::HashError;
use crate::raw;
use crate::value::CodeRefs;

impl Follower<'_> {
    /// Writes what an import in followed code leads to, and what it would execute.
    pub(in super::super) fn import<'py>(
        &mut self,
        py: Python<'py>,
        writer: &mut Writer,
        absolute: &str,
        from: Option<Bound<'py, PyString>>,
        access: &Access,
        reader: &Reader,
    ) -> Result<(), HashError> {
        let imported = self.import_module(py, absolute);
        let mut executed = vec![absolute.to_owned()];
        let is_star = from.as_ref().is_some_and(|from| raw::string(from) == "*");
        match (imported, from) {
            (Imported::Module(module), None) => {
                let spot = Spot::module(module, absolute);
                if access.usage == Usage::Import && access.path.is_empty() {
                    self.write_import(writer, &spot.object)?;
                } else {
                    self.walk(writer, spot, &access.path, access.usage, reader)?;
                }
            }
            // Only a module's statements can do that.
            (Imported::Module(module), Some(_)) if is_star => {
                self.write(writer, &module, self.rules())?;
                let all = intern!(py, "__all__");
                self.walk_from(
                    writer,
                    Spot::module(module, absolute),
                    all,
                    &[],
                    Usage::Value,
                    reader,
                )?;
            }
            (Imported::Module(module), Some(from)) => {
                let dict = raw::module_dict(&module);
                let has = dict.as_ref().is_some_and(|d| raw::dict_get(d, &from).is_some());
                let submodule = format!("{absolute}.{}", raw::string(&from));
                if !has && let Some(dict) = &dict {
                    self.guard_entry(dict, &from);
                }
                if !has && self.is_importable(py, &submodule) {
                    return self.import(py, writer, &submodule, None, access, reader);
                }
                executed.push(submodule);
                let spot = Spot::module(module, absolute);
                self.walk_from(writer, spot, &from, &access.path, access.usage, reader)?;
            }
            (Imported::Library(stand_in), from) => {
                let mut path: Vec<Step> = Vec::new();
                path.extend(from.filter(|_| !is_star).map(|from| Step::Attr(from.unbind())));
                path.extend(access.path.iter().map(|step| step.clone_ref(py)));
                self.write_stand_in(writer, &stand_in, &path, reader)?;
            }
            (Imported::Opaque, _) => {
                self.note(
                    absolute.to_owned(),
                    ("what this import executes cannot be read", "name it in depends_on=[…]"),
                    reader,
                );
                writer.str(b"opaque");
            }
            (Imported::Missing, _) => writer.str(b"missing"),
        }
        if access.usage == Usage::Import {
            self.write_effects(py, writer, executed)?;
        }
        Ok(())
    }

    /// What importing alone can change: a library's version; a user's module counts by what is read of it.
    pub(in super::super) fn write_import(
        &mut self,
        writer: &mut Writer,
        module: &Bound<'_, PyAny>,
    ) -> Result<(), HashError> {
        match name::sort(module) {
            Sort::LibraryModule(..) => self.write(writer, module, self.rules()),
            _ => {
                writer.str(name::module_name(module).as_bytes());
                Ok(())
            }
        }
    }

    /// The modules whose statements would be executed and may have effects elsewhere. Nothing is written
    /// where there are none, for then nothing tells the import from that of a loaded module.
    fn write_effects(
        &mut self,
        py: Python<'_>,
        writer: &mut Writer,
        executed: Vec<String>,
    ) -> Result<(), HashError> {
        let mut pending = executed;
        let mut seen = FxHashSet::default();
        while let Some(name) = pending.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if let Some((parent, _)) = name.rsplit_once('.') {
                pending.push(parent.to_owned());
            }
            let Some(module) = self.unloaded.modules.get(&name) else { continue };
            pending.extend(module.imports.iter().cloned());
            if module.has_effects {
                let node = self.source_node(py, &name)?;
                self.write_node(writer, node);
            }
        }
        Ok(())
    }

    /// The module that an import leads to; its stand-in, with those of its packages, if it is not loaded.
    pub(in super::super) fn import_module<'py>(
        &mut self,
        py: Python<'py>,
        absolute: &str,
    ) -> Imported<'py> {
        self.guard_loaded(py, absolute);
        match state::entry(py, absolute) {
            state::Entry::Loaded(module) => return Imported::Module(module),
            state::Entry::Blocked => return Imported::Missing,
            state::Entry::Absent => {}
        }
        if let Some(known) = self.known_module(py, absolute) {
            // One that was only looked up so far is not bound yet; one that is being executed is bound at its end.
            if let Imported::Module(module) = &known
                && self.unloaded.is_evaluated(absolute)
            {
                self.bind_submodule(py, absolute, module);
            }
            return known;
        }
        if let Some((parent, _)) = absolute.rsplit_once('.') {
            match self.import_module(py, parent) {
                Imported::Module(_) => {}
                Imported::Library(_) => {}
                other => return other,
            }
            // Executing the package may have imported it.
            if let Some(known) = self.known_module(py, absolute) {
                return known;
            }
        }
        let made = self.stand_in(py, absolute).unwrap_or(Imported::Opaque);
        if let Imported::Module(module) = &made {
            self.bind_submodule(py, absolute, module);
        }
        made
    }

    /// `sys.modules["name"]`: the loaded module, or the stand-in of one that is not loaded, as other code may import
    /// it. Looking it up there binds no submodule.
    pub(in super::super) fn module_by_name<'py>(
        &mut self,
        py: Python<'py>,
        absolute: &str,
    ) -> Option<Bound<'py, PyAny>> {
        self.guard_loaded(py, absolute);
        match state::entry(py, absolute) {
            state::Entry::Loaded(module) => return Some(module),
            state::Entry::Blocked => return None,
            state::Entry::Absent => {}
        }
        if let Some((parent, _)) = absolute.rsplit_once('.')
            && self.known_module(py, absolute).is_none()
        {
            self.module_by_name(py, parent)?;
        }
        match self.known_module(py, absolute) {
            Some(known) => known.object(),
            None => self.stand_in(py, absolute).ok()?.object(),
        }
    }

    /// Whether an import would find the module.
    fn is_importable(&mut self, py: Python<'_>, absolute: &str) -> bool {
        !matches!(self.import_module(py, absolute), Imported::Missing)
    }

    pub(super) fn known_module<'py>(
        &self,
        py: Python<'py>,
        absolute: &str,
    ) -> Option<Imported<'py>> {
        if let Some(module) = self.unloaded.modules.get(absolute) {
            return Some(Imported::Module(module.object.bind(py).clone()));
        }
        let library = self.unloaded.libraries.get(absolute)?;
        Some(Imported::Library(library.bind(py).clone()))
    }

    /// An entry of a module, guarded.
    pub(in super::super) fn entry<'py>(
        &mut self,
        module: &Bound<'py, PyAny>,
        key: &Bound<'py, PyString>,
    ) -> Option<Bound<'py, PyAny>> {
        let dict = raw::module_dict(module)?;
        self.guard_entry(&dict, key);
        self.entry_of(&dict, key)
    }

    /// What a module holds, or will hold, under a name: a submodule that followed code imports counts as there,
    /// a name of a module of which nothing is known as unknown.
    pub(in super::super) fn entry_of<'py>(
        &mut self,
        dict: &Bound<'py, PyDict>,
        key: &Bound<'py, PyString>,
    ) -> Option<Bound<'py, PyAny>> {
        let py = dict.py();
        let found = raw::dict_get(dict, key);
        if let Some(owner) = self.unloaded.owner(dict) {
            let text = raw::string(key);
            let is_unknown = found.is_none()
                && self.unloaded.has_effects(owner)
                && !(text.starts_with("__") && text.ends_with("__"));
            let unknown = is_unknown.then(|| StandIn::named(py, owner, false).ok()).flatten();
            return found.or(unknown.map(|unknown| unknown.into_bound(py)));
        }
        if !self.unloaded.imported.is_empty() {
            let own = raw::dict_get(dict, intern!(py, "__name__"))
                .and_then(|n| n.cast_into::<PyString>().ok())
                .map(|n| raw::string(&n))
                .unwrap_or_default();
            let submodule = format!("{own}.{}", raw::string(key));
            // Importing it for the first time binds it, whatever was there before.
            if self.unloaded.imported.contains(&submodule)
                && matches!(state::entry(py, &submodule), state::Entry::Absent)
                && let Some(module) = self.import_module(py, &submodule).object()
            {
                return Some(module);
            }
        }
        found
    }

    /// Binds a module to its name in its package, as importing it for the first time does.
    pub(super) fn bind_submodule(
        &mut self,
        py: Python<'_>,
        absolute: &str,
        module: &Bound<'_, PyAny>,
    ) {
        let is_new = self.unloaded.imported.insert(absolute.to_owned());
        let Some((parent, tail)) = absolute.rsplit_once('.') else { return };
        let key = PyString::intern(py, tail);
        let dict = match state::entry(py, parent) {
            state::Entry::Loaded(package) => raw::module_dict(&package),
            _ => self
                .unloaded
                .modules
                .get(parent)
                .and_then(|package| raw::module_dict(package.object.bind(py))),
        };
        let Some(dict) = dict else { return };
        if is_new && self.is_guarded(&dict, &key) {
            self.unloaded.is_late = true;
        }
        if let Some(package) = self.unloaded.modules.get_mut(parent)
            && package.bound.insert(tail.to_owned())
        {
            // A failure leaves the package without the name: a needless miss at worst.
            let _ = dict.set_item(&key, module);
        }
    }
}
