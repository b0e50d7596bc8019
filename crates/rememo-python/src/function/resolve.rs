//! Where an access of code leads: by the plain look-ups that Python would make, running nothing.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyString, PyTuple, PyType};
use rememo::encode::{Writer, tag};
use rememo::fingerprint::Kind;

use super::bytecode::{Access, CodeFacts, Root, Step, Usage};
use super::finder;
use super::follow::Follower;
use super::guard::Guard;
use super::made;
use super::name::{self, QualifiedName, Sort};
use super::origin::Library;
use super::unloaded::StandIn;
use super::unseen::{self, NotFollowed};
use crate::error::HashError;
use crate::raw::{self, Function};
use crate::value::CodeRefs;

/// How deep data may lie for it still to be plain data.
const PLAIN_DEPTH: usize = 12;

/// Where a walk along an access stands.
pub(super) struct Spot<'py> {
    pub(super) object: Bound<'py, PyAny>,
    /// What people call it: `module.NAME.attribute`.
    name: String,
    /// Identifies the place: the owner's address and the path below it.
    place: (usize, String),
    kind: Kind,
    /// How errors call it, where that differs from its name.
    shown: Option<String>,
    /// The guard that watches the place.
    guard: Option<usize>,
    /// Whether it was found in a library's namespace.
    of_library: bool,
}

impl<'py> Spot<'py> {
    /// A module that an import leads to.
    pub(super) fn module(object: Bound<'py, PyAny>, name: &str) -> Self {
        Self {
            object,
            name: name.to_owned(),
            place: (0, name.to_owned()),
            kind: Kind::Module,
            shown: None,
            guard: None,
            of_library: false,
        }
    }
}

/// Who reads, for errors and for what is not followed.
pub(super) struct Reader {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: u32,
    /// What it calls finds something by a constant name, which is followed.
    pub(super) resolves: bool,
}

impl Reader {
    fn text(&self) -> String {
        format!("{}() ({}:{})", self.name, self.file, self.line)
    }
}

impl Follower<'_> {
    /// Writes one access of a function: its path, and what it leads to.
    pub(super) fn access(
        &mut self,
        writer: &mut Writer,
        function: &Function<'_>,
        facts: &CodeFacts,
        access: &Access,
    ) -> Result<(), HashError> {
        let py = function.0.py();
        let reader = Reader {
            name: name::function_name(function).to_string(),
            file: facts.filename.clone(),
            line: if access.line == 0 { facts.first_line } else { access.line },
            resolves: access.usage == Usage::Resolved,
        };
        match &access.root {
            Root::Global(global) => {
                writer.u8(b'g');
                writer.str(raw::string(global.bind(py)).as_bytes());
                write_path(py, writer, &access.path);
                writer.u8(access.usage as u8);
                if access.path.is_empty()
                    && matches!(access.usage, Usage::StoreGlobal | Usage::DeleteGlobal)
                {
                    return Ok(());
                }
                if access.usage == Usage::Computed {
                    self.note("getattr".to_owned(), unseen::COMPUTED_ATTRIBUTE, &reader);
                }
                let Some(spot) = self.global(function, global.bind(py)) else {
                    writer.str(b"missing");
                    return Ok(());
                };
                self.walk(writer, spot, &access.path, access.usage, &reader)
            }
            Root::Free(free) => {
                writer.u8(b'f');
                // By place, since the names of the closure's variables do not count.
                let ordinal = facts
                    .free
                    .iter()
                    .position(|f| f.bind(py).as_any().eq(free.bind(py)).unwrap_or(false));
                writer.varint(ordinal.map_or(u64::MAX, |i| i as u64));
                write_path(py, writer, &access.path);
                writer.u8(access.usage as u8);
                if access.path.is_empty()
                    && matches!(access.usage, Usage::StoreGlobal | Usage::DeleteGlobal)
                {
                    return Ok(());
                }
                let Some(spot) = self.free_variable(function, free.bind(py), ordinal) else {
                    writer.str(b"empty cell");
                    return Ok(());
                };
                self.walk(writer, spot, &access.path, access.usage, &reader)
            }
            Root::Import { module, from, level } => {
                writer.u8(b'i');
                let module = raw::string(module.bind(py));
                writer.str(module.as_bytes());
                writer.varint(u64::from(*level));
                let from = from.as_ref().map(|f| f.bind(py).clone());
                writer.str(from.as_ref().map(raw::string).unwrap_or_default().as_bytes());
                write_path(py, writer, &access.path);
                writer.u8(access.usage as u8);
                let package = package_of(function);
                let Some(absolute) = finder::absolute_name(&package, &module, *level) else {
                    writer.str(b"missing");
                    return Ok(());
                };
                self.import(py, writer, &absolute, from, access, &reader)
            }
        }
    }

    fn global<'py>(
        &mut self,
        function: &Function<'py>,
        key: &Bound<'py, PyString>,
    ) -> Option<Spot<'py>> {
        let text = raw::string(key);
        for (namespace, is_globals) in [(function.globals(), true), (function.builtins(), false)] {
            let Some(namespace) = namespace else { continue };
            let guard = self.guard_entry(&namespace, key);
            if let Some(object) = raw::dict_get(&namespace, key) {
                let owner =
                    if is_globals { name::globals_name(function) } else { "builtins".into() };
                return Some(Spot {
                    object,
                    name: format!("{}.{text}", name::main_name(&owner)),
                    place: (namespace.as_ptr() as usize, text),
                    kind: Kind::Global,
                    shown: None,
                    guard,
                    of_library: !is_globals,
                });
            }
        }
        None
    }

    fn free_variable<'py>(
        &mut self,
        function: &Function<'py>,
        key: &Bound<'py, PyString>,
        ordinal: Option<usize>,
    ) -> Option<Spot<'py>> {
        let names = function
            .code()
            .getattr(intern!(key.py(), "co_freevars"))
            .ok()?
            .cast_into::<PyTuple>()
            .ok()?;
        let index = names.iter().position(|name| name.eq(key).unwrap_or(false))?;
        let cell = function.closure()?.get_item(index).ok()?;
        let contents = raw::cell_contents(&cell);
        let guard = self.guard(Guard::Cell {
            seen: contents.clone().map(Bound::unbind),
            cell: cell.clone().unbind(),
        });
        Some(Spot {
            object: contents?,
            // By number: the names of enclosed variables do not count.
            name: format!("{} cell {}", name::function_name(function), ordinal.unwrap_or(index)),
            place: (cell.as_ptr() as usize, String::new()),
            kind: Kind::Closure,
            shown: Some(format!(
                "variable '{}' enclosed by {}()",
                raw::string(key),
                name::function_name(function)
            )),
            guard: Some(guard),
            of_library: false,
        })
    }

    pub(super) fn guard_loaded(&mut self, py: Python<'_>, absolute: &str) {
        // SAFETY: a borrowed reference to the interpreter's dict of modules.
        let modules = unsafe {
            Bound::from_borrowed_ptr_or_opt(py, ffi::PyImport_GetModuleDict())
                .and_then(|m| m.cast_into::<PyDict>().ok())
        };
        if let Some(modules) = modules {
            self.guard_entry(&modules, &PyString::intern(py, absolute));
        }
    }

    pub(super) fn walk_from<'py>(
        &mut self,
        writer: &mut Writer,
        spot: Spot<'py>,
        first: &Bound<'py, PyString>,
        path: &[Step],
        usage: Usage,
        reader: &Reader,
    ) -> Result<(), HashError> {
        let found = match name::sort(&spot.object) {
            Sort::LibraryModule(_, library) => {
                self.library_entry(writer, &spot, &library, first, path)?
            }
            _ => self.module_entry(writer, &spot, first)?,
        };
        match found {
            // A submodule: importing it says nothing of what is read of it.
            Some(next)
                if usage == Usage::Import
                    && path.is_empty()
                    && raw::module_dict(&next.object).is_some() =>
            {
                self.write_import(writer, &next.object)
            }
            Some(next) => self.walk(writer, next, path, usage, reader),
            None => Ok(()),
        }
    }

    /// The entry of a library's module, by version and name; none (with all written that counts) if there is none
    /// that says more.
    fn library_entry<'py>(
        &mut self,
        writer: &mut Writer,
        spot: &Spot<'py>,
        library: &Library,
        key: &Bound<'py, PyString>,
        rest: &[Step],
    ) -> Result<Option<Spot<'py>>, HashError> {
        let module = name::module_name(&spot.object);
        let qualified = QualifiedName { module, qualname: raw::string(key) };
        self.write_library(writer, library, &qualified);
        let Some(next) = self.module_entry(writer, spot, key)? else { return Ok(None) };
        let is_made = raw::module_dict(&spot.object)
            .is_some_and(|dict| made::is_made(&dict, library, key, &next.object));
        if !is_made {
            return Ok(Some(next));
        }
        self.write_missing(writer, &spot.object)?;
        if let Some(replaced) = self.replaced_attribute(&next.object, rest) {
            self.write(writer, &replaced, self.rules())?;
        }
        Ok(None)
    }

    /// The entry of a module; none (with what was found written) if there is none.
    fn module_entry<'py>(
        &mut self,
        writer: &mut Writer,
        spot: &Spot<'py>,
        key: &Bound<'py, PyString>,
    ) -> Result<Option<Spot<'py>>, HashError> {
        let module = &spot.object;
        let Some(dict) = raw::module_dict(module) else { return Ok(None) };
        let class = module.get_type();
        if !class.is(module.py().get_type::<pyo3::types::PyModule>()) {
            // A module whose class was replaced runs that class's code.
            self.write(writer, class.as_any(), self.rules())?;
        }
        self.guard(Guard::Type { object: module.clone().unbind(), class: class.unbind() });
        let guard = self.guard_entry(&dict, key);
        let text = raw::string(key);
        let own = name::module_name(module);
        let of_library = matches!(name::sort(module), Sort::LibraryModule(..));
        if let Some(object) = self.entry_of(&dict, key) {
            return Ok(Some(Spot {
                object,
                name: format!("{}.{text}", name::main_name(&own)),
                place: (dict.as_ptr() as usize, text),
                kind: Kind::Global,
                shown: None,
                guard,
                of_library,
            }));
        }
        self.write_missing(writer, module)?;
        Ok(None)
    }

    /// Writes what becomes of a name that a module does not hold: its `__getattr__` is asked.
    fn write_missing(
        &mut self,
        writer: &mut Writer,
        module: &Bound<'_, PyAny>,
    ) -> Result<(), HashError> {
        writer.str(b"missing");
        let Some(dict) = raw::module_dict(module) else { return Ok(()) };
        let getattr = intern!(module.py(), "__getattr__");
        self.guard_entry(&dict, getattr);
        if let Some(getattr) = raw::dict_get(&dict, getattr) {
            self.asks_getattr |= made::makes_names(&dict);
            self.write(writer, &getattr, self.rules())?;
        }
        Ok(())
    }

    /// Walks a path from `spot` as far as plain look-ups lead, and writes what stands there.
    pub(super) fn walk<'py>(
        &mut self,
        writer: &mut Writer,
        mut spot: Spot<'py>,
        mut path: &[Step],
        usage: Usage,
        reader: &Reader,
    ) -> Result<(), HashError> {
        let py = spot.object.py();
        loop {
            if StandIn::of(&spot.object).is_some() {
                return self.write_stand_in(writer, &spot.object, path, reader);
            }
            match name::sort(&spot.object) {
                Sort::UserModule(module) => {
                    let Some((Step::Attr(key), rest)) = path.split_first() else {
                        if usage == Usage::StoreAttr {
                            writer.str(b"store");
                            return Ok(());
                        }
                        if usage == Usage::Identity {
                            // Which module it is counts, not what is in it.
                            writer.str(name::module_name(&module).as_bytes());
                            return Ok(());
                        }
                        return self.write(writer, &module, self.rules());
                    };
                    if raw::string(key.bind(py)) == "__dict__" {
                        let Some((Step::Item(entry), rest)) = rest.split_first() else {
                            // All that it holds may be read by way of it.
                            return self.write(writer, &module, self.rules());
                        };
                        let Ok(entry) = entry.bind(py).cast_exact::<PyString>() else {
                            return self.write(writer, &module, self.rules());
                        };
                        match self.module_entry(writer, &spot, entry)? {
                            Some(next) => (spot, path) = (next, rest),
                            None => return Ok(()),
                        }
                        continue;
                    }
                    if usage == Usage::StoreAttr && rest.is_empty() {
                        writer.str(b"store");
                        return Ok(());
                    }
                    match self.module_entry(writer, &spot, key.bind(py))? {
                        Some(next) => (spot, path) = (next, rest),
                        None => return Ok(()),
                    }
                }
                Sort::LibraryModule(module, library) => {
                    let Some((Step::Attr(key), rest)) = path.split_first() else {
                        return self.write(writer, &module, self.rules());
                    };
                    let own = name::module_name(&module);
                    let text = raw::string(key.bind(py));
                    self.note_library(&dotted(py, &format!("{own}.{text}"), rest), reader);
                    match self.library_entry(writer, &spot, &library, key.bind(py), rest)? {
                        Some(next) => (spot, path) = (next, rest),
                        None => return Ok(()),
                    }
                }
                Sort::Library(library, qualified) => {
                    self.note_library(&dotted(py, &qualified.to_string(), path), reader);
                    if !spot.of_library {
                        self.note_imported(&spot.object, &qualified, reader);
                    }
                    if let Some(replaced) = self.replaced_attribute(&spot.object, path) {
                        self.write(writer, &replaced, self.rules())?;
                    }
                    let is_wrapper = Function::of(&spot.object)
                        .is_some_and(|f| super::follow::wrapper_parts(&f).is_some());
                    if is_wrapper {
                        return self.write_value(writer, spot, reader, false);
                    }
                    self.write_library(writer, &library, &qualified);
                    return Ok(());
                }
                Sort::UserFunction(_) | Sort::UserClass(_) | Sort::Cached(_) => {
                    self.note_attributes(&spot.object, path, usage);
                    return self.write(writer, &spot.object, self.rules());
                }
                Sort::Value if self.rules().matching(&spot.object.get_type()).is_some() => {
                    // The user says how such an object counts: whole, whatever is read of it.
                    let rebindable = path.is_empty();
                    return self.write_value(writer, spot, reader, rebindable);
                }
                Sort::Value if raw::is_modules(&spot.object) => {
                    let name = match path.split_first() {
                        Some((Step::Item(name), _)) => name.bind(py).cast_exact::<PyString>().ok(),
                        _ => None,
                    };
                    let Some(name) = name.map(raw::string) else {
                        self.note("sys.modules".to_owned(), unseen::COMPUTED_MODULE, reader);
                        writer.str(b"modules");
                        return Ok(());
                    };
                    match self.module_by_name(py, &name) {
                        Some(module) => (spot, path) = (Spot::module(module, &name), &path[1..]),
                        None => {
                            writer.str(b"missing");
                            return Ok(());
                        }
                    }
                }
                Sort::Value => {
                    if let Some((step @ Step::Item(_), rest)) = path.split_first()
                        && let Some(next) = self.plain_step(py, &spot, step)
                        && is_plain_data(&next.object, PLAIN_DEPTH)
                    {
                        // A datum in a library's mapping (`matplotlib.rcParams["lines.linewidth"]`).
                        (spot, path) = (next, rest);
                        continue;
                    }
                    if spot.of_library && !self.counts_by_value(&spot.object) {
                        self.note_library(&spot.name, reader);
                        // The version stands in for it: that of its namespace was written, or of its class.
                        return self.write_class(writer, &spot.object.get_type(), self.rules());
                    }
                    if let Some(name) = callable_name(&spot.object) {
                        self.note_published(&spot.object, &name, reader);
                    }
                    if let Some((step, rest)) = path.split_first() {
                        if usage == Usage::StoreAttr && rest.is_empty() {
                            writer.str(b"store");
                            let class = spot.object.get_type();
                            return self.write_class(writer, &class, self.rules());
                        }
                        if let Some(next) = self.plain_step(py, &spot, step) {
                            (spot, path) = (next, rest);
                            continue;
                        }
                    }
                    let rebindable = path.is_empty() && !spot.of_library;
                    return self.write_value(writer, spot, reader, rebindable);
                }
            }
        }
    }

    fn write_value(
        &mut self,
        writer: &mut Writer,
        spot: Spot<'_>,
        reader: &Reader,
        rebindable: bool,
    ) -> Result<(), HashError> {
        let text = reader.text();
        let guard = if rebindable { spot.guard } else { None };
        let is_new = !self.has_value(&spot.place);
        let node =
            self.value_node(spot.kind, spot.place, &spot.name, &spot.object, Some((&text, guard)));
        if let Some(shown) = spot.shown
            && is_new
        {
            self.call_last_value(shown);
        }
        self.write_node(writer, node);
        Ok(())
    }

    /// One step by the look-up that Python makes, where that look-up runs no code.
    fn plain_step<'py>(
        &mut self,
        py: Python<'py>,
        spot: &Spot<'py>,
        step: &Step,
    ) -> Option<Spot<'py>> {
        let object = &spot.object;
        let (found, guard, suffix, shown) = match step {
            Step::Attr(key) => {
                let key = key.bind(py);
                let class = object.get_type();
                let found = match plain_attribute(object, &class, key) {
                    Plain::Found(found) => found,
                    Plain::Missing => {
                        // The object counts whole, until there is such an attribute.
                        self.guard(Guard::class(&class));
                        self.guard(Guard::Attribute {
                            object: object.clone().unbind(),
                            class: class.unbind(),
                            key: key.clone().unbind(),
                            seen: None,
                        });
                        return None;
                    }
                    Plain::InTheWay => return None,
                };
                self.guard(Guard::class(&class));
                let guard = Guard::Attribute {
                    object: object.clone().unbind(),
                    class: class.unbind(),
                    key: key.clone().unbind(),
                    seen: Some(found.clone().unbind()),
                };
                let text = raw::string(key);
                (found, guard, format!(".{text}"), format!("{}.{text}", spot.name))
            }
            Step::Item(key) => {
                let key = key.bind(py);
                // What a library's own mapping makes of an item is the library's affair, by version.
                let dict = object.cast::<PyDict>().ok()?;
                let class = object.get_type();
                if !is_plain_key(key)
                    || !(dict.is_exact_instance_of::<PyDict>() || self.is_library_class(&class))
                {
                    return None;
                }
                let Some(found) = stored_item(dict, key) else {
                    self.guard(Guard::Item {
                        dict: dict.clone().unbind(),
                        key: key.clone().unbind(),
                        seen: None,
                    });
                    return None;
                };
                let guard = Guard::Item {
                    dict: dict.clone().unbind(),
                    key: key.clone().unbind(),
                    seen: Some(found.clone().unbind()),
                };
                let text = key.repr().ok()?.to_string_lossy().into_owned();
                (found, guard, format!("[{text}]"), format!("{}[{text}]", spot.name))
            }
        };
        let guard = self.guard(guard);
        Some(Spot {
            object: found,
            name: shown,
            place: (spot.place.0, format!("{}{suffix}", spot.place.1)),
            kind: spot.kind,
            shown: spot.shown.as_ref().map(|shown| format!("{shown}{suffix}")),
            guard: Some(guard),
            of_library: false,
        })
    }

    /// Whether a value found in a library's namespace counts by value: plain data, and what a user put there.
    fn counts_by_value(&mut self, object: &Bound<'_, PyAny>) -> bool {
        if is_plain_data(object, PLAIN_DEPTH) {
            return true;
        }
        let class = object.get_type();
        let (module, name) = raw::type_names(&class);
        let is_wrapper = matches!(
            (module.as_str(), name.as_str()),
            ("functools", "partial") | ("builtins", "method") | ("functools", "_lru_cache_wrapper")
        ) || module == "unittest.mock";
        is_wrapper || !self.is_library_class(&class)
    }

    /// What code of the user's a library class was given in this run under the name that is read.
    fn replaced_attribute<'py>(
        &mut self,
        object: &Bound<'py, PyAny>,
        path: &[Step],
    ) -> Option<Bound<'py, PyAny>> {
        let Some(Step::Attr(key)) = path.first() else { return None };
        let class = object.cast::<PyType>().ok()?;
        if !raw::is_heap_type(class) {
            return None;
        }
        self.guard(Guard::class(class));
        let found = raw::type_lookup(class, key.bind(object.py()))?;
        name::is_user_code(&found).then_some(found)
    }

    // ---- what is not followed -----------------------------------------------------------------

    pub(super) fn note_library(&mut self, dotted: &str, reader: &Reader) {
        if !reader.resolves
            && let Some(why) = unseen::reason(dotted)
        {
            self.note(dotted.to_owned(), why, reader);
        }
    }

    /// Notes which attributes are read of a function, or of what lies in a class.
    fn note_attributes(&mut self, object: &Bound<'_, PyAny>, path: &[Step], usage: Usage) {
        let py = object.py();
        let read =
            if usage == Usage::StoreAttr { &path[..path.len().saturating_sub(1)] } else { path };
        for step in read {
            if let Step::Attr(name) = step {
                self.attribute_names.insert(raw::string(name.bind(py)));
            }
        }
        let is_dict = |step: &Step| matches!(step, Step::Attr(name) if raw::string(name.bind(py)) == "__dict__");
        if usage == Usage::Inspect || path.iter().any(is_dict) {
            self.inspected.insert(object.as_ptr() as usize);
            if let Sort::Cached(wrapped) = name::sort(object) {
                self.inspected.insert(wrapped.as_ptr() as usize);
            }
        }
    }

    /// Notes what was imported by name of a library.
    fn note_imported(
        &mut self,
        object: &Bound<'_, PyAny>,
        qualified: &QualifiedName,
        reader: &Reader,
    ) {
        let own = qualified.qualname.rsplit('.').next().unwrap_or_default();
        match unseen::method_reason(own) {
            Some(why) => self.note(qualified.to_string(), why, reader),
            None => self.note_published(object, own, reader),
        }
    }

    /// Notes what a library publishes under a name that its own names do not tell.
    fn note_published(&mut self, object: &Bound<'_, PyAny>, own_name: &str, reader: &Reader) {
        if let Some(dotted) = unseen::published(object, own_name) {
            self.note_library(&dotted, reader);
        }
    }

    /// Notes methods that read files, whoever has them.
    pub(super) fn note_method(&mut self, name: &str, reader: &str, facts: &CodeFacts, line: u32) {
        if let Some(why) = unseen::method_reason(name) {
            let file = facts.filename.clone();
            let reader = Reader { name: reader.to_owned(), file, line, resolves: false };
            self.note(name.to_owned(), why, &reader);
        }
    }

    pub(super) fn note(
        &mut self,
        name: String,
        (reason, remedy): (&'static str, &'static str),
        reader: &Reader,
    ) {
        self.not_followed.push(NotFollowed {
            name,
            reason,
            remedy,
            reader: reader.name.clone(),
            file: reader.file.clone(),
            line: reader.line,
        });
    }
}

/// What a method, or a function of a compiled module, is called where it was made.
fn callable_name(object: &Bound<'_, PyAny>) -> Option<String> {
    let py = object.py();
    if let Some(function) = Function::of(object) {
        return Some(function.name());
    }
    // SAFETY: compares type pointers of a live object; the getters of these exact types return what they store.
    let (is_method, is_builtin) = unsafe {
        let ty = ffi::Py_TYPE(object.as_ptr());
        (ty == &raw mut raw::PyMethod_Type, ty == &raw mut ffi::PyCFunction_Type)
    };
    if is_method {
        return callable_name(&object.getattr(intern!(py, "__func__")).ok()?);
    }
    let is_compiled = || raw::type_names(&object.get_type()).1 == "cython_function_or_method";
    if !is_builtin && !is_compiled() {
        return None;
    }
    object.getattr(intern!(py, "__name__")).ok()?.cast_into().ok().map(|name| raw::string(&name))
}

pub(super) fn dotted(py: Python<'_>, start: &str, path: &[Step]) -> String {
    let mut name = start.to_owned();
    for step in path {
        match step {
            Step::Attr(key) => {
                name.push('.');
                name.push_str(&raw::string(key.bind(py)));
            }
            Step::Item(_) => break,
        }
    }
    name
}

fn write_path(py: Python<'_>, writer: &mut Writer, path: &[Step]) {
    writer.head(tag::TUPLE, path.len());
    for step in path {
        match step {
            Step::Attr(key) => {
                writer.u8(b'.');
                writer.str(raw::string(key.bind(py)).as_bytes());
            }
            // The key itself is a constant of the code, hence in its digest.
            Step::Item(_) => writer.u8(b'['),
        }
    }
}

/// The package that relative imports of a function are relative to.
fn package_of(function: &Function<'_>) -> String {
    let py = function.0.py();
    let Some(globals) = function.globals() else { return String::new() };
    let read = |key| {
        raw::dict_get(&globals, key)
            .and_then(|v| v.cast_into::<PyString>().ok())
            .map(|s| raw::string(&s))
    };
    if let Some(package) = read(intern!(py, "__package__")) {
        return package;
    }
    let name = read(intern!(py, "__name__")).unwrap_or_default();
    if raw::dict_get(&globals, intern!(py, "__path__")).is_some() {
        return name;
    }
    name.rsplit_once('.').map(|(package, _)| package.to_owned()).unwrap_or_default()
}

/// What a plain look-up of an attribute gives.
enum Plain<'py> {
    Found(Bound<'py, PyAny>),
    Missing,
    /// Finding it would run code: a property or other descriptor, `__getattr__`, `__getattribute__`.
    InTheWay,
}

/// What `object.key` is, if finding it runs no code.
fn plain_attribute<'py>(
    object: &Bound<'py, PyAny>,
    class: &Bound<'py, PyType>,
    key: &Bound<'py, PyString>,
) -> Plain<'py> {
    let generic: ffi::getattrofunc = ffi::PyObject_GenericGetAttr;
    // SAFETY: reads a slot of a live type.
    let own = unsafe { (*class.as_type_ptr()).tp_getattro };
    if own.is_none_or(|own| !std::ptr::fn_addr_eq(own, generic)) {
        return Plain::InTheWay;
    }
    let of_class = raw::type_lookup(class, key);
    let mut is_descriptor = false;
    if let Some(of_class) = &of_class {
        // SAFETY: reads slots of the live type of the class attribute.
        let is_data = unsafe {
            let ty = ffi::Py_TYPE(of_class.as_ptr());
            is_descriptor = (*ty).tp_descr_get.is_some();
            (*ty).tp_descr_set.is_some()
        };
        if is_data {
            return Plain::InTheWay;
        }
    }
    if let Some(found) = raw::instance_dict(object).and_then(|d| raw::dict_get(&d, key)) {
        return Plain::Found(found);
    }
    match of_class {
        Some(_) if is_descriptor => Plain::InTheWay,
        Some(found) => Plain::Found(found),
        None => Plain::Missing,
    }
}

/// What a dict, or an instance of a subclass, stores under a plain key; a `__getitem__` or `__missing__` is not run.
fn stored_item<'py>(
    dict: &Bound<'py, PyDict>,
    key: &Bound<'py, PyAny>,
) -> Option<Bound<'py, PyAny>> {
    // SAFETY: live objects; the found one is borrowed and gets a reference at once.
    unsafe {
        let found = ffi::PyDict_GetItemWithError(dict.as_ptr(), key.as_ptr());
        if found.is_null() {
            ffi::PyErr_Clear();
            return None;
        }
        Some(Bound::from_borrowed_ptr(dict.py(), found))
    }
}

fn is_plain_key(key: &Bound<'_, PyAny>) -> bool {
    is_leaf(key)
}

fn is_leaf(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: compares type pointers of a live object.
    unsafe {
        let ty = ffi::Py_TYPE(object.as_ptr());
        object.is_none()
            || ty == &raw mut ffi::PyLong_Type
            || ty == &raw mut ffi::PyUnicode_Type
            || ty == &raw mut ffi::PyFloat_Type
            || ty == &raw mut ffi::PyBool_Type
            || ty == &raw mut ffi::PyBytes_Type
            || ty == &raw mut ffi::PyComplex_Type
            || ty == &raw mut ffi::PyEllipsis_Type
    }
}

/// Numbers, strings, and containers of them.
pub(super) fn is_plain_data(object: &Bound<'_, PyAny>, depth: usize) -> bool {
    if is_leaf(object) {
        return true;
    }
    if depth == 0 {
        return false;
    }
    let plain = |item: Bound<'_, PyAny>| is_plain_data(&item, depth - 1);
    if let Ok(list) = object.cast_exact::<PyList>() {
        list.iter().all(plain)
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        tuple.iter().all(plain)
    } else if let Ok(set) = object.cast_exact::<PySet>() {
        set.iter().all(plain)
    } else if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
        set.iter().all(plain)
    } else if let Ok(dict) = object.cast::<PyDict>() {
        dict.iter().all(|(k, v)| is_plain_data(&k, depth - 1) && is_plain_data(&v, depth - 1))
    } else {
        false
    }
}
