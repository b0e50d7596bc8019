//! What is known of a module by its code alone, or of a library by its version.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;
use rememo::encode::Writer;
use rememo::fingerprint::{Kind, NodeId};

use super::super::bytecode::{Recipe, Step, names_bound};
use super::super::facts;
use super::super::finder;
use super::super::follow::Follower;
use super::super::name::{self, QualifiedName, Sort};
use super::super::origin::{self, Origin};
use super::super::resolve::{Reader, dotted};
use super::{Imported, StandIn};
use crate::error::HashError;
use crate::raw::{self, Function};
use crate::value::CodeRefs;

impl Follower<'_> {
    /// Writes an entry of a module as a whole that is not known.
    pub(in super::super) fn write_unknown(
        &mut self,
        writer: &mut Writer,
        stand_in: &Bound<'_, PyAny>,
    ) -> Result<(), HashError> {
        let reader = Reader { name: String::new(), file: String::new(), line: 0, resolves: false };
        self.write_stand_in(writer, stand_in, &[], &reader)
    }

    /// Writes what a stand-in that is no module stands for, with what is read of it.
    pub(in super::super) fn write_stand_in(
        &mut self,
        writer: &mut Writer,
        stand_in: &Bound<'_, PyAny>,
        path: &[Step],
        reader: &Reader,
    ) -> Result<(), HashError> {
        let py = stand_in.py();
        let Some(found) = StandIn::of(stand_in) else { return Ok(()) };
        let StandIn { name, is_library, .. } = found.get();
        if let Some((name, recipe)) = found.get().recipe() {
            return self.write_recipe(py, writer, name, recipe, reader);
        }
        if !is_library {
            let node = self.source_node(py, name)?;
            self.write_node(writer, node);
            return Ok(());
        }
        let dotted = dotted(py, name, path);
        self.note_library(&dotted, reader);
        let mut module = name.as_str();
        while !self.unloaded.libraries.contains_key(module) {
            let Some((above, _)) = module.rsplit_once('.') else { break };
            module = above;
        }
        if let Origin::Library(library) = origin::of_module_name(py, module) {
            let qualname = dotted[module.len()..].trim_start_matches('.').to_owned();
            let name = QualifiedName { module: module.to_owned(), qualname };
            self.write_library(writer, &library, &name);
        }
        Ok(())
    }

    /// Writes the call that makes a value.
    fn write_recipe(
        &mut self,
        py: Python<'_>,
        writer: &mut Writer,
        name: &str,
        recipe: &Recipe,
        reader: &Reader,
    ) -> Result<(), HashError> {
        let (callee, arguments) = (recipe.callee.bind(py), recipe.arguments.bind(py));
        writer.str(b"made");
        if StandIn::of(callee).is_some() {
            self.write_stand_in(writer, callee, &[], reader)?;
        } else {
            if let Sort::Library(_, qualified) = name::sort(callee) {
                self.note_library(&qualified.to_string(), reader);
            }
            self.write(writer, callee, self.rules())?;
        }
        // The value holds the arguments, so that their address stays their own.
        let place = (arguments.as_ptr() as usize, "made".to_owned());
        let node = self.value_node(Kind::Global, place, name, arguments.as_any(), None);
        self.write_node(writer, node);
        Ok(())
    }

    /// A module by its whole code and by all that this code reads, whatever way control takes in it.
    pub(in super::super) fn source_node(
        &mut self,
        py: Python<'_>,
        absolute: &str,
    ) -> Result<NodeId, HashError> {
        if let Some(node) = self.known_source(absolute) {
            return Ok(node);
        }
        let Some(module) = self.unloaded.modules.get(absolute) else {
            return Err(HashError::Retrace);
        };
        let module_object = module.object.clone_ref(py);
        let (code, path) = match &module.code {
            Some((code, path)) => (code.clone_ref(py), path.clone()),
            None => return Err(HashError::Retrace),
        };
        let code = code.bind(py);
        let node = self.add_source(absolute, &path);
        let facts = facts::of(py, code, self.visible())?;
        self.note_facts(py, &facts);
        let mut writer = Writer::default();
        writer.str(b"source");
        writer.raw(facts.digest.as_bytes());
        let (imported, others) = names_bound(code)?;
        self.unloaded.counts_whole_code = true;
        if self.unloaded.reads_whole_code
            && let Some(dict) = raw::module_dict(module_object.bind(py))
        {
            let package = raw::dict_get(&dict, intern!(py, "__package__"))
                .and_then(|p| p.cast_into::<PyString>().ok())
                .map(|p| raw::string(&p))
                .unwrap_or_default();
            // Its own names are in its code; that code is read where it is.
            let namespace = dict.copy()?;
            let own = StandIn::named(py, absolute, false)?;
            for name in &others {
                namespace.set_item(name, &own)?;
            }
            // SAFETY: a code object of a module, without free variables, and a dictionary; a new reference or
            // NULL with an exception set.
            let function = unsafe {
                Bound::from_owned_ptr_or_err(
                    py,
                    ffi::PyFunction_New(code.as_ptr(), namespace.as_ptr()),
                )?
            };
            self.hold(namespace.as_any());
            if let Some(function) = Function::of(&function) {
                for access in &facts.accesses {
                    self.access(&mut writer, &function, &facts, access)?;
                }
            }
            let bound: Vec<(String, Py<PyAny>)> = self.unloaded.bound(py, absolute);
            for (name, submodule) in bound {
                // Under this name lies the submodule or what a statement binds.
                let submodule = submodule.bind(py);
                if !dict.get_item(&name)?.is_some_and(|found| found.is(submodule)) {
                    writer.str(name.as_bytes());
                    self.write(&mut writer, submodule, self.rules())?;
                }
            }
            // What is imported now from here and now from there counts whole in either case.
            for import in &imported {
                let is_unclear = import.name.as_ref().is_none_or(|name| {
                    namespace.get_item(name).ok().flatten().is_none_or(|found| {
                        StandIn::of(&found).is_some_and(|found| found.get().name == absolute)
                    })
                });
                let found = finder::absolute_name(&package, &import.module, import.level);
                if let (true, Some(name)) = (is_unclear, found) {
                    writer.str(name.as_bytes());
                    if let Imported::Module(module) = self.import_module(py, &name) {
                        self.write(&mut writer, &module, self.rules())?;
                    }
                }
            }
        }
        self.finish_node(node, &mut writer);
        Ok(node)
    }
}
