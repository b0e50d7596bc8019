//! Calls that find something by its name, where the name is a constant: `globals()["name"]`,
//! `importlib.import_module("module")`. What they lead to is then read like what is named in the code itself.
//!
//! Whether the callee is the function that it is called as is not known here. If it is another, what it is said to
//! find is merely looked at in addition: the callee itself is followed in any case.

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::super::path::{PathId, Usage};
use super::{Runner, Slot};

impl<'py> Runner<'_, 'py> {
    /// What a call finds by a constant name; none if it is no such call.
    pub(super) fn found_by_name(
        &mut self,
        callee: Slot,
        arguments: &[Slot],
        index: usize,
    ) -> PyResult<Option<Slot>> {
        match (callee, arguments) {
            (Slot::Path { path, .. }, []) if self.paths.is_global(path, "globals") => {
                Ok(Some(Slot::Globals { path, from: index as u32 }))
            }
            (Slot::GetGlobal { path, from }, [Slot::Const(name), default @ ..])
                if default.len() < 2 && self.is_text(*name)? =>
            {
                default.iter().for_each(|&default| self.use_slot(default, Usage::Value, index));
                self.constant_global(path, from, *name).map(Some)
            }
            (Slot::Path { path, .. }, [Slot::Const(name), package @ ..])
                if self.paths.is_called(path, "import_module")
                    || package.is_empty() && self.paths.is_called(path, "__import__") =>
            {
                self.import_by_name(path, *name, package, index)
            }
            _ => Ok(None),
        }
    }

    /// Whether the callee is a built-in function that finds attributes by names.
    pub(super) fn inspects(&self, callee: Slot) -> bool {
        matches!(callee, Slot::Path { path, .. }
            if ["getattr", "hasattr", "vars", "dir"].iter().any(|name| self.paths.is_global(path, name)))
    }

    /// A method of what `globals()` gives.
    pub(super) fn method(
        &mut self,
        globals: Slot,
        name: &Bound<'py, PyString>,
        index: usize,
    ) -> Slot {
        match globals {
            Slot::Globals { path, from } if name.to_str().is_ok_and(|name| name == "get") => {
                Slot::GetGlobal { path, from }
            }
            _ => {
                self.use_slot(globals, Usage::Value, index);
                Slot::Unknown
            }
        }
    }

    /// The global of a constant name, found by way of `globals` (the path).
    pub(super) fn constant_global(
        &mut self,
        globals: PathId,
        from: u32,
        name: u32,
    ) -> PyResult<Slot> {
        self.note(globals, Usage::Resolved, from as usize);
        let name = self.code.constant(name)?;
        let path = self.paths.global(name.cast::<PyString>()?)?;
        Ok(Slot::Path { path, from })
    }

    pub(super) fn is_text(&self, constant: u32) -> PyResult<bool> {
        Ok(self.code.constant(constant)?.is_exact_instance_of::<PyString>())
    }

    /// What `import_module(name)`, `import_module(name, package)` or `__import__(name)` gives.
    fn import_by_name(
        &mut self,
        callee: PathId,
        name: u32,
        package: &[Slot],
        index: usize,
    ) -> PyResult<Option<Slot>> {
        let name = self.code.constant(name)?;
        let Ok(name) = name.cast_exact::<PyString>() else { return Ok(None) };
        let py = name.py();
        let text = name.to_str().unwrap_or_default();
        let module = text.trim_start_matches('.');
        let level = (text.len() - module.len()) as u32;
        if module.is_empty() {
            return Ok(None);
        }
        // A relative name is only resolved in the package of the code itself.
        let is_own = |slot: &Slot| matches!(slot, Slot::Path { path, .. } if self.paths.is_global(*path, "__package__"));
        match package {
            [] if level == 0 => {}
            [package] if is_own(package) => {}
            _ => return Ok(None),
        }
        package.iter().for_each(|&package| self.use_slot(package, Usage::Value, index));
        self.note(callee, Usage::Resolved, index);
        let mut path = self.paths.import(&PyString::new(py, module), None, level)?;
        self.note(path, Usage::Import, index);
        if self.paths.is_called(callee, "__import__")
            && let Some((top, _)) = module.split_once('.')
        {
            path = self.paths.import(&PyString::new(py, top), None, level)?;
        }
        Ok(Some(Slot::Path { path, from: index as u32 }))
    }
}
