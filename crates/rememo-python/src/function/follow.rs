//! Follows code from a root to everything its result can depend on.
//!
//! The result is a graph of named nodes (`rememo::fingerprint`): functions, classes, values, libraries. A node's
//! body mentions other nodes by name and refers to them, so recursion ends and the map stays flat. Nothing is
//! imported or executed; values are read when the function is called, and again on each later call unless a
//! guard shows that they are the same immutable objects.

use std::collections::VecDeque;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
use rememo::digest::Digest;
use rememo::encode::{Writer, tag};
use rememo::fingerprint::{Builder, Fingerprint, Kind, NodeId, Origin as Place};
use rustc_hash::{FxHashMap, FxHashSet};

use super::bytecode::CodeFacts;
use super::class_body::Bodies;
use super::guard::{Check, Guard};
use super::name::{self, QualifiedName, Sort, minor_version};
use super::origin::Library;
use super::refs::ClassGuard;
use super::settled::Stores;
use super::unloaded::{StandIn, Unloaded};
use super::unseen::NotFollowed;
use super::watch::Watch;
use super::{describe, facts, origin};
use crate::error::{HashError, Unhashable};
use crate::raw::{self, Function};
use crate::value::snapshot::Surroundings;
use crate::value::{CodeRefs, Encoder, Part, Plans, Rules, Snapshot};

/// A value that has changed so often is encoded on each call; a snapshot would be taken in vain.
const RESTLESS: u32 = 16;

/// Where following begins.
pub struct Root<'py> {
    /// The function, class or other callable.
    pub object: Bound<'py, PyAny>,
    /// What the user named besides (`depends_on`), with names for errors and explanations.
    pub extra: Vec<(String, Bound<'py, PyAny>)>,
    /// What other code can see of the code that is followed.
    pub reading: Reading,
}

/// What some followed code can read of functions and classes beyond their behaviour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reading {
    /// Docstrings.
    pub docs: bool,
    /// Annotations.
    pub annotations: bool,
    /// Names of local variables.
    pub locals: bool,
    /// Which subclasses a class has.
    pub subclasses: bool,
}

impl Reading {
    fn or(self, other: Self) -> Self {
        Self {
            docs: self.docs || other.docs,
            annotations: self.annotations || other.annotations,
            locals: self.locals || other.locals,
            subclasses: self.subclasses || other.subclasses,
        }
    }
}

/// A value that code reads.
pub(super) struct Value {
    pub(super) node: NodeId,
    pub(super) object: Py<PyAny>,
    pub(super) name: String,
    pub(super) reader: Option<String>,
    pub(super) digest: Digest,
    /// What is kept of it to explain later misses, and how many bytes were hashed for it.
    pub(super) outline: Box<[u8]>,
    pub(super) size: u64,
    refs: Vec<u32>,
    immutable: bool,
    /// What it looked like when it was last encoded, if it can change and is small and plain.
    snapshot: Option<Snapshot>,
    /// How often it had changed when it was looked at again.
    changes: u32,
    /// The class that it is an attribute of, and its name there: the class's body may stand for it.
    made_by: Option<(Py<PyType>, String)>,
}

/// All that was found from one root, and how to see whether it still holds.
pub struct Followed {
    pub(super) fingerprint: Fingerprint,
    pub(super) guards: Vec<(Guard, Option<usize>)>,
    pub(super) values: Vec<Value>,
    pub(super) volatile: Vec<usize>,
    /// The classes of instances in snapshots.
    plans: Plans,
    pub(super) known: Known,
    not_followed: Vec<NotFollowed>,
    reading: Reading,
    pub(super) stores: Stores,
    is_provisional: bool,
    /// Values were being looked at again when it was given up.
    is_half_updated: bool,
}

/// Code that was met while following, so that values that mention it can be encoded again.
#[derive(Default)]
pub(super) struct Known {
    pub(super) nodes: FxHashMap<usize, NodeId>,
    labels: Vec<String>,
    /// By distribution and version.
    pub(super) libraries: FxHashMap<String, NodeId>,
    pub(super) held: Vec<Py<PyAny>>,
}

enum Work {
    Function(NodeId, Py<PyAny>),
    Class(NodeId, Py<PyType>),
    Module(NodeId, Py<PyAny>),
    Value(usize),
}

/// Follows code; also writes references to code from inside values.
pub struct Follower<'a> {
    rules: &'a Rules,
    builder: Builder,
    known: Known,
    places: FxHashMap<(usize, String), NodeId>,
    values: Vec<Value>,
    queue: VecDeque<Work>,
    guards: Vec<(Guard, Option<usize>)>,
    guarded: FxHashSet<(usize, usize)>,
    functions: Vec<Py<PyAny>>,
    /// Names of attributes that followed code may read of whatever object.
    pub(super) attribute_names: FxHashSet<String>,
    /// Functions whose attributes are read by names that are not known.
    pub(super) inspected: FxHashSet<usize>,
    pub(super) bodies: Bodies,
    reading: Reading,
    saw: Reading,
    pub(super) not_followed: Vec<NotFollowed>,
    pub(super) unloaded: Unloaded,
    /// Whether the `__getattr__` of a library's module is asked for a name: it may leave it there.
    pub(super) asks_getattr: bool,
    stores: Stores,
    errors: Vec<Unhashable>,
}

/// Follows `root` under these rules.
pub fn follow(root: &Root<'_>, rules: &Rules) -> Result<Followed, HashError> {
    let (result, counts_whole_code) = follow_as(root, rules, true);
    if !(counts_whole_code && matches!(result, Err(HashError::Unhashable(_)))) {
        return result;
    }
    // Of a module that counts by its whole code, code is followed that the call may never reach. A value that
    // cannot be hashed and that only such code reads is no reason to refuse the call: it counts by identity.
    follow_as(root, rules, false).0?;
    follow_as(root, &rules.with_opaque_identity(root.object.py()), true).0
}

/// Follows `root`; tells as well whether a module counts by its whole code. What that code reads is followed
/// only if `reads_whole_code`.
fn follow_as(
    root: &Root<'_>,
    rules: &Rules,
    reads_whole_code: bool,
) -> (Result<Followed, HashError>, bool) {
    let mut reading = root.reading;
    let mut imported = FxHashSet::default();
    loop {
        let unloaded = Unloaded::again(imported.clone(), reads_whole_code);
        let mut follower = Follower::new(rules, reading, unloaded);
        let result = follower.run(root);
        let counts_whole_code = follower.unloaded.counts_whole_code();
        if let Err(error) = result {
            return (Err(error), counts_whole_code);
        }
        // Docstrings and their like count only if some code that was reached can read them.
        let now = reading.or(follower.saw);
        match follower.unloaded.late() {
            Some(late) => imported = late,
            None if now == reading => {
                return (follower.finish(root.object.py()), counts_whole_code);
            }
            None => {}
        }
        reading = now;
    }
}

impl<'a> Follower<'a> {
    fn new(rules: &'a Rules, reading: Reading, unloaded: Unloaded) -> Self {
        Self {
            rules,
            builder: Builder::new(),
            known: Known::default(),
            places: FxHashMap::default(),
            values: Vec::new(),
            queue: VecDeque::new(),
            guards: Vec::new(),
            guarded: FxHashSet::default(),
            functions: Vec::new(),
            attribute_names: FxHashSet::default(),
            inspected: FxHashSet::default(),
            bodies: Bodies::default(),
            reading,
            saw: Reading::default(),
            not_followed: Vec::new(),
            unloaded,
            asks_getattr: false,
            stores: Stores::default(),
            errors: Vec::new(),
        }
    }

    fn run(&mut self, root: &Root<'_>) -> Result<(), HashError> {
        let py = root.object.py();
        self.guard(Guard::Count {
            read: origin::generation,
            seen: origin::generation(),
            is_epoch: true,
        });
        let root_code = match Function::of(&root.object) {
            // What the user decorates is followed, wherever it lies.
            Some(function) => Some(self.function_node(&function)),
            None => self.code_node(&root.object),
        };
        if root_code.is_none() {
            self.value_node(
                Kind::Function,
                (root.object.as_ptr() as usize, String::new()),
                "callable",
                &root.object,
                None,
            );
        }
        for (name, object) in &root.extra {
            self.value_node(
                Kind::Extra,
                (object.as_ptr() as usize, name.clone()),
                name,
                object,
                None,
            );
        }
        loop {
            while let Some(work) = self.queue.pop_front() {
                self.process(py, work)?;
            }
            // Which attributes of functions count depends on what all the code reads.
            self.function_attributes(py);
            if self.queue.is_empty() {
                return Ok(());
            }
        }
    }

    fn finish(mut self, py: Python<'_>) -> Result<Followed, HashError> {
        if let Some(search) = self.unloaded.take_search(py) {
            self.guard(Guard::Search(Box::new(search)));
        }
        if !self.errors.is_empty() {
            return Err(HashError::Unhashable(self.errors));
        }
        let volatile = (0..self.values.len()).filter(|&i| !self.values[i].immutable).collect();
        let mut not_followed = self.not_followed;
        not_followed.sort();
        not_followed.dedup();
        Ok(Followed {
            fingerprint: self.builder.finish(),
            guards: self.guards,
            values: self.values,
            volatile,
            plans: Plans::default(),
            known: self.known,
            not_followed,
            reading: self.reading,
            stores: self.stores,
            is_provisional: !self.unloaded.is_empty() || self.asks_getattr,
            is_half_updated: false,
        })
    }

    pub(super) fn rules(&self) -> &'a Rules {
        self.rules
    }

    pub(super) fn reads_doc(&self) -> bool {
        self.reading.docs
    }

    pub(super) fn reads_annotations(&self) -> bool {
        self.reading.annotations
    }

    pub(super) fn lists_subclasses(&self) -> bool {
        self.reading.subclasses
    }

    // ---- guards -------------------------------------------------------------------------------

    pub(super) fn guard(&mut self, guard: Guard) -> usize {
        self.guards.push((guard, None));
        self.guards.len() - 1
    }

    /// Guards an entry of a namespace, once; the guard's number if it is new.
    pub(super) fn guard_entry(
        &mut self,
        dict: &Bound<'_, PyDict>,
        key: &Bound<'_, PyString>,
    ) -> Option<usize> {
        // Names in code are interned; a key that is not would merely be guarded twice.
        let is_new = self.guarded.insert((dict.as_ptr() as usize, key.as_ptr() as usize));
        (is_new && !self.unloaded.is_own(dict)).then(|| self.guard(Guard::entry(dict, key)))
    }

    /// Whether the entry of a namespace was looked at.
    pub(super) fn is_guarded(&self, dict: &Bound<'_, PyDict>, key: &Bound<'_, PyString>) -> bool {
        self.guarded.contains(&(dict.as_ptr() as usize, key.as_ptr() as usize))
    }

    /// Guards a namespace against new entries.
    pub(super) fn guard_size(&mut self, dict: &Bound<'_, PyDict>) {
        if !self.unloaded.is_own(dict) {
            self.guard(Guard::Size { dict: dict.clone().unbind(), len: dict.len() });
        }
    }

    /// Keeps an object, so that its address stays its own.
    pub(super) fn hold(&mut self, object: &Bound<'_, PyAny>) {
        self.known.held.push(object.clone().unbind());
    }

    /// What counts of the code that is followed.
    pub(super) fn visible(&self) -> facts::Visible {
        facts::Visible {
            locals: self.reading.locals,
            docs: self.reading.docs,
            annotations: self.reading.annotations,
        }
    }

    /// Notes what code can read of other code.
    pub(super) fn note_facts(&mut self, py: Python<'_>, facts: &CodeFacts) {
        self.stores.add(py, facts);
        self.saw.docs |= facts.reads_doc;
        self.saw.annotations |= facts.reads_annotations;
        self.saw.locals |= facts.reads_locals;
        self.saw.subclasses |= facts.lists_subclasses;
    }

    // ---- nodes --------------------------------------------------------------------------------

    fn add_node(&mut self, kind: Kind, name: &str, place: Option<Place>) -> NodeId {
        self.known.labels.push(format!("{kind} {name}"));
        self.builder.add(kind, name, place)
    }

    /// The node of a function, class or module of the user's.
    fn code_node(&mut self, object: &Bound<'_, PyAny>) -> Option<NodeId> {
        if let Some(&node) = self.known.nodes.get(&(object.as_ptr() as usize)) {
            return Some(node);
        }
        let (node, work) = match name::sort(object) {
            Sort::UserFunction(function) => return Some(self.function_node(&function)),
            Sort::UserClass(class) => {
                let place = super::class::place(&class, &mut self.bodies.sources);
                let node = self.add_node(Kind::Class, &name::class_name(&class).to_string(), place);
                (node, Work::Class(node, class.unbind()))
            }
            Sort::UserModule(module) => {
                let node = self.add_node(Kind::Module, &name::module_name(&module), None);
                (node, Work::Module(node, module.unbind()))
            }
            Sort::Cached(wrapped) => return self.code_node(&wrapped),
            _ => return None,
        };
        self.known.nodes.insert(object.as_ptr() as usize, node);
        self.known.held.push(object.clone().unbind());
        self.queue.push_back(work);
        Some(node)
    }

    fn function_node(&mut self, function: &Function<'_>) -> NodeId {
        let object = &function.0;
        if let Some(&node) = self.known.nodes.get(&(object.as_ptr() as usize)) {
            return node;
        }
        let node = self.add_node(
            Kind::Function,
            &name::function_name(function).to_string(),
            code_place(&function.code()),
        );
        self.functions.push(object.clone().unbind());
        self.known.nodes.insert(object.as_ptr() as usize, node);
        self.known.held.push(object.clone().unbind());
        self.queue.push_back(Work::Function(node, object.clone().unbind()));
        node
    }

    pub(super) fn library_node(&mut self, library: &Library) -> NodeId {
        let id = format!("{} {}", library.distribution, library.version);
        if let Some(&node) = self.known.libraries.get(&id) {
            return node;
        }
        let node = self.add_node(Kind::Library, &library.distribution, None);
        let mut writer = Writer::default();
        writer.str(library.version.as_bytes());
        self.builder.set_body(node, writer.digest(), Vec::new());
        self.known.libraries.insert(id, node);
        node
    }

    /// How errors call the value that was added last, where that is not its name in the fingerprint.
    pub(super) fn call_last_value(&mut self, shown: String) {
        if let Some(value) = self.values.last_mut() {
            value.name = shown;
        }
    }

    /// The node of a value at a place (an owner's address and a path below it).
    pub(super) fn value_node(
        &mut self,
        kind: Kind,
        place: (usize, String),
        name: &str,
        object: &Bound<'_, PyAny>,
        reader: Option<(&str, Option<usize>)>,
    ) -> NodeId {
        if let Some(&node) = self.places.get(&place) {
            return node;
        }
        let node = self.add_node(kind, name, None);
        self.places.insert(place, node);
        let index = self.values.len();
        if let Some((_, Some(guard))) = reader {
            self.guards[guard].1 = Some(index);
        }
        self.values.push(Value {
            node,
            object: object.clone().unbind(),
            name: format!("{kind} {name}"),
            reader: reader.map(|(reader, _)| reader.to_owned()),
            digest: Digest([0; 32]),
            outline: Box::default(),
            size: 0,
            refs: Vec::new(),
            immutable: false,
            snapshot: None,
            changes: 0,
            made_by: None,
        });
        self.queue.push_back(Work::Value(index));
        node
    }

    /// The node of an attribute of a class, which the class's body stands for where it cannot be hashed.
    pub(super) fn attribute_node(
        &mut self,
        class: &Bound<'_, PyType>,
        attribute: &str,
        name: &str,
        value: &Bound<'_, PyAny>,
    ) -> NodeId {
        let place = (class.as_ptr() as usize, attribute.to_owned());
        let is_new = !self.has_value(&place);
        let node = self.value_node(Kind::Attribute, place, name, value, None);
        if is_new && let Some(last) = self.values.last_mut() {
            last.name = format!("class attribute {name}");
            last.made_by = Some((class.clone().unbind(), attribute.to_owned()));
        }
        node
    }

    /// The node of the code of a class's body, which runs in the namespace of its module.
    pub(super) fn body_node(
        &mut self,
        code: &Bound<'_, PyAny>,
        namespace: &Bound<'_, PyDict>,
        name: &str,
    ) -> PyResult<NodeId> {
        let place = (code.as_ptr() as usize, "body".to_owned());
        if let Some(&node) = self.places.get(&place) {
            return Ok(node);
        }
        // SAFETY: live code and a live dict; the function is looked at and never called.
        let function = unsafe {
            Bound::from_owned_ptr_or_err(
                code.py(),
                ffi::PyFunction_New(code.as_ptr(), namespace.as_ptr()),
            )?
        };
        let node = self.add_node(Kind::Source, name, code_place(code));
        self.places.insert(place, node);
        self.known.held.push(code.clone().unbind());
        self.queue.push_back(Work::Function(node, function.unbind()));
        Ok(node)
    }

    pub(super) fn has_value(&self, place: &(usize, String)) -> bool {
        self.places.contains_key(place)
    }

    pub(super) fn write_node(&self, writer: &mut Writer, node: NodeId) {
        writer.u8(tag::DEPENDENCY);
        writer.text(&self.known.labels[node.0 as usize]);
        writer.refer(node.0);
    }

    pub(super) fn write_library(
        &mut self,
        writer: &mut Writer,
        library: &Library,
        name: &QualifiedName,
    ) {
        let node = self.library_node(library);
        self.write_node(writer, node);
        writer.str(name.module.as_bytes());
        writer.str(name.qualname.as_bytes());
    }

    /// The node of a module that is not loaded, if it was met before.
    pub(super) fn known_source(&self, absolute: &str) -> Option<NodeId> {
        self.places.get(&(1, absolute.to_owned())).copied()
    }

    pub(super) fn add_source(&mut self, absolute: &str, path: &str) -> NodeId {
        let place = Place { file: Some(path.to_owned()), line: 0 };
        let node = self.add_node(Kind::Source, absolute, Some(place));
        self.places.insert((1, absolute.to_owned()), node);
        node
    }

    pub(super) fn finish_node(&mut self, node: NodeId, writer: &mut Writer) {
        let refs = writer.take_refs().into_iter().map(NodeId).collect();
        self.builder.set_body(node, writer.digest(), refs);
    }

    // ---- work ---------------------------------------------------------------------------------

    fn process(&mut self, py: Python<'_>, work: Work) -> Result<(), HashError> {
        let mut writer = Writer::default();
        let node = match work {
            Work::Value(index) => return self.process_value(py, index),
            Work::Function(node, function) => {
                if let Some(function) = Function::of(function.bind(py)) {
                    self.function_body(&mut writer, &function)?;
                }
                node
            }
            Work::Class(node, class) => {
                self.class_body(&mut writer, class.bind(py))?;
                node
            }
            Work::Module(node, module) => {
                self.module_body(&mut writer, module.bind(py))?;
                node
            }
        };
        self.finish_node(node, &mut writer);
        Ok(())
    }

    fn process_value(&mut self, py: Python<'_>, index: usize) -> Result<(), HashError> {
        let value = &self.values[index];
        let object = value.object.clone_ref(py);
        let (node, name, reader) = (value.node, value.name.clone(), value.reader.clone());
        let rules = self.rules;
        let mut encoder = Encoder::new(rules, self).external(reader);
        encoder.writer.keep_prefixes();
        encoder.encode(object.bind(py), || name.clone())?;
        let mut errors = encoder.take_errors();
        let immutable = encoder.immutable();
        let (outline, size) = (describe::outline(&encoder.writer), encoder.writer.total());
        let digest = Digest::of(encoder.writer.bytes());
        let refs = encoder.writer.take_refs();
        drop(encoder);
        if !errors.is_empty()
            && let Some((class, attribute)) = self.values[index]
                .made_by
                .as_ref()
                .map(|(class, attribute)| (class.clone_ref(py), attribute.clone()))
        {
            let mut writer = Writer::default();
            if self.may_be_made(object.bind(py), &errors)
                && self.write_made(
                    &mut writer,
                    class.bind(py),
                    &attribute,
                    object.bind(py),
                    false,
                )?
            {
                // A class guards its attributes: what is put in the place of this one is seen.
                self.values[index].immutable = true;
                self.finish_node(node, &mut writer);
                return Ok(());
            }
            let place = super::class::place(class.bind(py), &mut self.bodies.sources);
            let reader =
                place.map_or_else(|| "its class".to_owned(), |p| format!("its class ({p})"));
            errors.iter_mut().for_each(|error| error.reader = Some(reader.clone()));
        }
        self.errors.extend(errors);
        self.builder.set_body(node, digest, refs.iter().copied().map(NodeId).collect());
        let value = &mut self.values[index];
        (value.digest, value.refs, value.immutable) = (digest, refs, immutable);
        (value.outline, value.size) = (outline, size);
        Ok(())
    }

    fn function_body(
        &mut self,
        writer: &mut Writer,
        function: &Function<'_>,
    ) -> Result<(), HashError> {
        let py = function.0.py();
        self.guard(Guard::function(function));
        let code = function.code();
        let facts = facts::of(py, &code, self.visible())?;
        self.note_facts(py, &facts);
        let own = name::function_name(function).to_string();
        writer.str(b"function");
        writer.str(minor_version(py).as_bytes());
        writer.raw(facts.body.as_bytes());
        if self.reading.docs {
            let doc = function.doc().unwrap_or_else(|| py.None().into_bound(py));
            let node = self.value_node(
                Kind::Attribute,
                (function.0.as_ptr() as usize, "__doc__".into()),
                &format!("{own}.__doc__"),
                &doc,
                None,
            );
            self.write_node(writer, node);
        }
        if self.reading.annotations
            && let Some(annotations) = self.annotations_of(function)
        {
            let node = self.value_node(
                Kind::Attribute,
                (function.0.as_ptr() as usize, "__annotations__".into()),
                &format!("{own}.__annotations__"),
                annotations.bind(py),
                None,
            );
            self.write_node(writer, node);
        }
        if self.reading.annotations
            && let Some(parameters) = type_parameters(function)
        {
            let node = self.value_node(
                Kind::Attribute,
                (function.0.as_ptr() as usize, "__type_params__".into()),
                &format!("{own}.__type_params__"),
                &parameters,
                None,
            );
            self.write_node(writer, node);
        }
        for (what, defaults) in
            [("defaults", function.defaults()), ("keyword defaults", function.kwdefaults())]
        {
            match defaults {
                None => writer.u8(tag::NONE),
                Some(defaults) => {
                    let node = self.value_node(
                        Kind::Default,
                        (function.0.as_ptr() as usize, what.to_owned()),
                        &format!("{own} {what}"),
                        &defaults,
                        None,
                    );
                    self.write_node(writer, node);
                }
            }
        }
        for (name, line) in &facts.attribute_names {
            self.note_method(name, &own, &facts, *line);
            self.attribute_names.insert(name.clone());
        }
        self.attribute_names.extend(facts.text_names.iter().cloned());
        writer.varint(facts.accesses.len() as u64);
        for access in &facts.accesses {
            self.access(writer, function, &facts, access)?;
        }
        if let Some(wrapped) =
            function.dict().and_then(|d| raw::dict_get(&d, intern!(py, "__wrapped__")))
        {
            if let Some(dict) = function.dict() {
                self.guard_entry(&dict, intern!(py, "__wrapped__"));
            }
            writer.str(b"__wrapped__");
            match self.code_node(&wrapped) {
                Some(node) => self.write_node(writer, node),
                None => {
                    let node = self.value_node(
                        Kind::Attribute,
                        (function.0.as_ptr() as usize, "__wrapped__".into()),
                        &format!("{own}.__wrapped__"),
                        &wrapped,
                        None,
                    );
                    self.write_node(writer, node);
                }
            }
        }
        Ok(())
    }

    /// A module as a value: everything in it counts; what cannot be hashed there, by type.
    fn module_body(
        &mut self,
        writer: &mut Writer,
        module: &Bound<'_, PyAny>,
    ) -> Result<(), HashError> {
        let Some(dict) = raw::module_dict(module) else { return Ok(()) };
        let own = name::module_name(module);
        self.guard_size(&dict);
        let mut entries: Vec<(String, Bound<'_, PyString>, Bound<'_, PyAny>)> = dict
            .iter()
            .filter_map(|(key, value)| {
                let key = key.cast_into::<PyString>().ok()?;
                Some((raw::string(&key), key, value))
            })
            .filter(|(name, ..)| !(name.starts_with("__") && name.ends_with("__")))
            .collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, key, value) in entries {
            let guard = self.guard_entry(&dict, &key);
            writer.str(name.as_bytes());
            let errors = self.errors.len();
            self.target(
                writer,
                &value,
                &format!("{own}.{name}"),
                (dict.as_ptr() as usize, name),
                guard,
            )?;
            self.errors.truncate(errors);
        }
        Ok(())
    }

    /// Writes what a name of a namespace stands for, counted whole.
    fn target(
        &mut self,
        writer: &mut Writer,
        object: &Bound<'_, PyAny>,
        name: &str,
        place: (usize, String),
        guard: Option<usize>,
    ) -> Result<(), HashError> {
        if StandIn::of(object).is_some() {
            return self.write_unknown(writer, object);
        }
        match name::sort(object) {
            Sort::Value => {
                let node = self.value_node(Kind::Global, place, name, object, Some(("", guard)));
                self.write_node(writer, node);
                Ok(())
            }
            Sort::LibraryModule(..) | Sort::UserModule(_) => {
                writer.str(b"module");
                Ok(())
            }
            _ => self.write(writer, object, self.rules),
        }
    }

    fn function_attributes(&mut self, py: Python<'_>) {
        let functions: Vec<Py<PyAny>> = self.functions.iter().map(|f| f.clone_ref(py)).collect();
        for object in functions {
            let Some(function) = Function::of(object.bind(py)) else { continue };
            let Some(dict) = function.dict() else { continue };
            if self.guarded.insert((dict.as_ptr() as usize, 0)) {
                self.guard(Guard::Size { dict: dict.clone().unbind(), len: dict.len() });
            }
            let own = name::function_name(&function).to_string();
            for (key, value) in dict.iter() {
                let Ok(key) = key.cast_into::<PyString>() else { continue };
                let text = raw::string(&key);
                let is_read = self.attribute_names.contains(&text)
                    || self.inspected.contains(&(object.as_ptr() as usize));
                if text == "__wrapped__" || !is_read {
                    continue;
                }
                let place = (dict.as_ptr() as usize, text.clone());
                if self.places.contains_key(&place) {
                    continue;
                }
                let guard = self.guard_entry(&dict, &key);
                self.value_node(
                    Kind::Attribute,
                    place,
                    &format!("{own}.{text}"),
                    &value,
                    Some((&own, guard)),
                );
            }
        }
    }
}

impl CodeRefs for Follower<'_> {
    fn write(
        &mut self,
        writer: &mut Writer,
        code: &Bound<'_, PyAny>,
        _rules: &Rules,
    ) -> Result<(), HashError> {
        if let Some(node) = self.code_node(code) {
            self.write_node(writer, node);
            return Ok(());
        }
        match name::sort(code) {
            Sort::Library(library, name) => self.write_library(writer, &library, &name),
            Sort::LibraryModule(module, library) => {
                let name =
                    QualifiedName { module: name::module_name(&module), qualname: String::new() };
                self.write_library(writer, &library, &name);
            }
            Sort::Cached(wrapped) => return self.write(writer, &wrapped, self.rules()),
            _ => write_code_object(writer, code)?,
        }
        Ok(())
    }

    fn write_class(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
        rules: &Rules,
    ) -> Result<(), HashError> {
        self.write(writer, class.as_any(), rules)
    }

    fn is_library_class(&mut self, class: &Bound<'_, PyType>) -> bool {
        matches!(name::class_origin(class), origin::Origin::Library(_))
    }

    fn watches_code(&self) -> bool {
        true
    }

    fn wrapper_parts(&mut self, function: &Function<'_>) -> Option<Vec<Part>> {
        wrapper_parts(function)
    }
}

/// A code object as a value: its canonical digest and what it names.
pub(super) fn write_code_object(
    writer: &mut Writer,
    code: &Bound<'_, PyAny>,
) -> Result<(), HashError> {
    let facts = facts::of(code.py(), code, facts::Visible::default())?;
    writer.record("code", 1);
    writer.str(facts.digest.as_bytes());
    Ok(())
}

/// What a library's wrapper around something stores: its closure (the wrapped function among it), for a
/// function of a library that has one. A function without closure counts by name and version alone.
pub(super) fn wrapper_parts(function: &Function<'_>) -> Option<Vec<Part>> {
    let py = function.0.py();
    let closure = function.closure();
    let wrapped = function.dict().and_then(|d| raw::dict_get(&d, intern!(py, "__wrapped__")));
    if closure.is_none() && wrapped.is_none() {
        return None;
    }
    // Asked of the code: the wrapper itself carries the names of what it wraps.
    let made_by = function.code().getattr(intern!(py, "co_qualname"));
    if made_by.is_ok_and(|name| name.eq("singledispatch.<locals>.wrapper").unwrap_or(false)) {
        return dispatch_parts(function);
    }
    let mut parts = Vec::new();
    for cell in closure.iter().flatten() {
        match raw::cell_contents(&cell) {
            // A function that mentions itself.
            Some(content) if content.is(&function.0) => {}
            Some(content) => parts.push(Part::hidden(content)),
            None => parts.push(Part::hidden(py.Ellipsis().into_bound(py))),
        }
    }
    if let Some(wrapped) = wrapped {
        parts.push(Part::named("__wrapped__", wrapped));
    }
    Some(parts)
}

/// A function of `functools.singledispatch`: what it dispatches to, by type; not its cache of look-ups.
fn dispatch_parts(function: &Function<'_>) -> Option<Vec<Part>> {
    let py = function.0.py();
    let dict = function.dict()?;
    let registry = raw::dict_get(&dict, intern!(py, "registry"))?;
    let mut entries: Vec<(String, Bound<'_, PyAny>)> = Vec::new();
    for item in registry.call_method0("items").ok()?.try_iter().ok()?.flatten() {
        let class = item.get_item(0).ok()?;
        let name = class.cast::<PyType>().map(name::class_name).map(|n| n.to_string());
        entries.push((name.unwrap_or_default(), item));
    }
    // In the order of names: the order of registration does not decide which one is called.
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Some(entries.into_iter().map(|(_, item)| Part::hidden(item)).collect())
}

/// The type parameters that a function declares (`def f[T]`), if there are any.
fn type_parameters<'py>(function: &Function<'py>) -> Option<Bound<'py, PyAny>> {
    // A getter in C that gives what is stored; there is none before 3.12.
    let found = function.0.getattr(intern!(function.0.py(), "__type_params__")).ok()?;
    found.is_truthy().unwrap_or(false).then_some(found)
}

fn code_place(code: &Bound<'_, PyAny>) -> Option<Place> {
    let py = code.py();
    Some(Place {
        file: code.getattr(intern!(py, "co_filename")).ok()?.extract().ok(),
        line: code.getattr(intern!(py, "co_firstlineno")).ok()?.extract().unwrap_or(0),
    })
}

/// Code that was met before; anything new means that code has to be followed again.
pub(super) struct KnownCode<'a>(pub(super) &'a Known);

impl CodeRefs for KnownCode<'_> {
    fn write(
        &mut self,
        writer: &mut Writer,
        code: &Bound<'_, PyAny>,
        _rules: &Rules,
    ) -> Result<(), HashError> {
        let mut object = code.clone();
        while let Sort::Cached(wrapped) = name::sort(&object) {
            object = wrapped;
        }
        let (node, name) = match name::sort(&object) {
            Sort::Library(library, name) => (self.library(&library)?, Some(name)),
            Sort::LibraryModule(module, library) => {
                let name =
                    QualifiedName { module: name::module_name(&module), qualname: String::new() };
                (self.library(&library)?, Some(name))
            }
            Sort::Value => return write_code_object(writer, code),
            _ => {
                let node = self.0.nodes.get(&(object.as_ptr() as usize));
                (*node.ok_or(HashError::Retrace)?, None)
            }
        };
        writer.u8(tag::DEPENDENCY);
        writer.text(&self.0.labels[node.0 as usize]);
        writer.refer(node.0);
        if let Some(name) = name {
            writer.str(name.module.as_bytes());
            writer.str(name.qualname.as_bytes());
        }
        Ok(())
    }

    fn write_class(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
        rules: &Rules,
    ) -> Result<(), HashError> {
        self.write(writer, class.as_any(), rules)
    }

    fn is_library_class(&mut self, class: &Bound<'_, PyType>) -> bool {
        matches!(name::class_origin(class), origin::Origin::Library(_))
    }

    fn watches_code(&self) -> bool {
        true
    }

    fn wrapper_parts(&mut self, function: &Function<'_>) -> Option<Vec<Part>> {
        wrapper_parts(function)
    }
}

impl KnownCode<'_> {
    fn library(&self, library: &Library) -> Result<NodeId, HashError> {
        let id = format!("{} {}", library.distribution, library.version);
        self.0.libraries.get(&id).copied().ok_or(HashError::Retrace)
    }
}

/// What snapshots of external values are taken in: code in them is guarded with the rest.
struct External<'a> {
    known: &'a Known,
    rules: &'a Rules,
}

impl Surroundings for External<'_> {
    fn class_guard(&mut self, class: &Bound<'_, PyType>) -> Option<ClassGuard> {
        Some(ClassGuard::structural(class))
    }

    fn is_immutable(&mut self, object: &Bound<'_, PyAny>) -> bool {
        let mut code = KnownCode(self.known);
        let mut encoder = Encoder::new(self.rules, &mut code).external(None);
        encoder.encode(object, String::new).is_ok()
            && encoder.take_errors().is_empty()
            && encoder.immutable()
    }
}

impl Followed {
    /// The guards in the form in which they are checked on each call; none if some value has to be encoded again on
    /// each call. `epoch` was read before they were last checked.
    pub fn watch(&mut self, py: Python<'_>, rules: &Rules, epoch: u64) -> Option<Watch> {
        self.take_snapshots(py, rules).then(|| Watch::new(py, &self.guards, epoch))
    }

    /// Takes a snapshot of each value that can change; false if one of them cannot be told that way.
    fn take_snapshots(&mut self, py: Python<'_>, rules: &Rules) -> bool {
        // A hash function may look at anything.
        if !self.volatile.is_empty() && !rules.is_empty() {
            return false;
        }
        for at in 0..self.volatile.len() {
            let index = self.volatile[at];
            let value = &self.values[index];
            // SAFETY: attached; the object is held.
            let is_known = value.snapshot.as_ref().is_some_and(|snapshot| unsafe {
                snapshot.matches(py, value.object.as_ptr(), &self.plans)
            });
            if is_known {
                continue;
            }
            if value.changes > RESTLESS {
                return false;
            }
            let mut surroundings = External { known: &self.known, rules };
            let object = value.object.bind(py);
            let Some(snapshot) = Snapshot::capture(object, &self.plans, &mut surroundings) else {
                return false;
            };
            // The value may have changed since it was encoded. A value that can be captured is encoded without running
            // any foreign code, so that the snapshot shows what is encoded here.
            if !matches!(self.encodes_the_same(py, rules, index), Ok(true)) {
                return false;
            }
            self.values[index].snapshot = Some(snapshot);
        }
        true
    }

    /// Whether nothing has changed, as far as can be said at once.
    ///
    /// # Safety
    /// The interpreter is attached, and `watch` was made by this very `Followed` since its guards last changed.
    #[inline]
    pub unsafe fn holds(&self, py: Python<'_>, watch: &Watch) -> bool {
        // SAFETY: as the caller says: the guards are ours and alive, and so are the values.
        unsafe {
            watch.holds(py, &self.guards)
                && self.volatile.iter().all(|&index| {
                    let value = &self.values[index];
                    value
                        .snapshot
                        .as_ref()
                        .is_some_and(|s| s.matches(py, value.object.as_ptr(), &self.plans))
                })
        }
    }

    /// The fingerprint as last seen.
    pub fn fingerprint(&self) -> &Fingerprint {
        &self.fingerprint
    }

    /// What the code can read of code that it is given as an argument.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether running the code may make another fingerprint of it: it imports a module that was not loaded, or
    /// reads a name that a library has yet to make.
    pub fn is_provisional(&self) -> bool {
        self.is_provisional
    }

    /// Whether the fingerprint is that of the values that were last looked at.
    pub fn is_whole(&self) -> bool {
        !self.is_half_updated
    }

    /// What could not be followed.
    pub fn not_followed(&self) -> &[NotFollowed] {
        &self.not_followed
    }

    /// Looks again at everything that was looked at; the digest if code need not be followed anew.
    pub fn current(&mut self, py: Python<'_>, rules: &Rules) -> Result<Option<Digest>, HashError> {
        let mut rebound = Vec::new();
        for (i, (guard, value)) in self.guards.iter().enumerate() {
            match guard.check(py) {
                Check::Same => {}
                Check::Other(now) if value.is_some() => rebound.push((i, now)),
                Check::Other(_) | Check::Changed => return Ok(None),
            }
        }
        self.is_half_updated = true;
        let mut again = Vec::new();
        for (i, now) in rebound {
            if !matches!(name::sort(now.bind(py)), Sort::Value) {
                return Ok(None);
            }
            let (guard, value) = &mut self.guards[i];
            guard.rebind(now.clone_ref(py));
            if let Some(value) = *value {
                let old = std::mem::replace(&mut self.values[value].object, now);
                drop(old);
                again.push(value);
            }
        }
        again.extend(
            self.volatile.iter().copied().filter(|i| !again.contains(i)).collect::<Vec<_>>(),
        );
        let mut errors = Vec::new();
        let mut changes = Vec::new();
        for i in again {
            match self.encode_again(py, rules, i, &mut errors) {
                Ok(true) => changes.push((self.values[i].node, self.values[i].digest)),
                Ok(false) => {}
                Err(HashError::Retrace) => return Ok(None),
                Err(other) => return Err(other),
            }
        }
        if !errors.is_empty() {
            // Follow anew, so that all values that cannot be hashed are told together.
            return Ok(None);
        }
        if !changes.is_empty() {
            self.fingerprint.update_all(changes);
        }
        self.is_half_updated = false;
        Ok(Some(self.fingerprint.digest()))
    }

    /// Whether a value that can change has the same encoding as when it was last looked at.
    pub(super) fn encodes_the_same(
        &self,
        py: Python<'_>,
        rules: &Rules,
        index: usize,
    ) -> Result<bool, HashError> {
        let value = &self.values[index];
        let mut code = KnownCode(&self.known);
        let mut encoder = Encoder::new(rules, &mut code).external(value.reader.clone());
        match encoder.encode(value.object.bind(py), || value.name.clone()) {
            Err(HashError::Retrace) => return Ok(false),
            other => other?,
        }
        let is_hashed = encoder.take_errors().is_empty();
        Ok(is_hashed
            && Digest::of(encoder.writer.bytes()) == value.digest
            && encoder.writer.refs() == value.refs)
    }

    fn encode_again(
        &mut self,
        py: Python<'_>,
        rules: &Rules,
        index: usize,
        errors: &mut Vec<Unhashable>,
    ) -> Result<bool, HashError> {
        let value = &self.values[index];
        let mut code = KnownCode(&self.known);
        let mut encoder = Encoder::new(rules, &mut code).external(value.reader.clone());
        encoder.encode(value.object.bind(py), || value.name.clone())?;
        errors.extend(encoder.take_errors());
        let digest = Digest::of(encoder.writer.bytes());
        let immutable = encoder.immutable();
        let same_refs = encoder.writer.refs() == value.refs;
        let changed = value.digest != digest;
        let outline = changed.then(|| describe::outline(&encoder.writer));
        drop(encoder);
        if !same_refs {
            return Err(HashError::Retrace);
        }
        let value = &mut self.values[index];
        let changed = value.digest != digest;
        value.changes += u32::from(changed);
        value.snapshot = None;
        value.digest = digest;
        if let Some(outline) = outline {
            value.outline = outline;
        }
        if value.immutable != immutable {
            value.immutable = immutable;
            if immutable {
                self.volatile.retain(|&i| i != index);
            } else {
                self.volatile.push(index);
            }
        }
        Ok(changed)
    }
}
