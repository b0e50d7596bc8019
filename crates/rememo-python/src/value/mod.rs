//! From a Python value to its canonical encoding (`docs/encoding.md`).
//!
//! One loop over an explicit stack of frames, so depth is bounded by memory. Leaves are written at once;
//! containers push a frame. A value met again while it is being encoded lies on a cycle: the root is then
//! encoded anew as a graph (`encode::graph`), which gives acyclic parts the same bytes.

mod builtin;
pub mod families;
mod frame;
pub mod identity;
mod instance;
pub mod leaf;
pub mod plain;
pub mod rules;
pub mod snapshot;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use rememo::digest::Digest;
use rememo::encode::graph::{Graph, Slot};
use rememo::encode::{Writer, tag};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::{HashError, Unhashable};
use frame::{Frame, FrameKind};
pub use frame::{Label, Part};
pub use plain::Plans;
pub use rules::Rules;
pub use snapshot::Snapshot;

/// How functions, classes and modules inside values are written: by the digest of their own fingerprint
/// (arguments), or by the name of a dependency (while a function is being followed).
pub trait CodeRefs {
    /// Writes the encoding of a function, class, module, built-in or wrapper of one.
    fn write(
        &mut self,
        writer: &mut Writer,
        code: &Bound<'_, PyAny>,
        rules: &Rules,
    ) -> Result<(), HashError>;

    /// Writes the encoding of the class of an instance.
    fn write_class(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
        rules: &Rules,
    ) -> Result<(), HashError>;

    /// Whether the class is library code.
    fn is_library_class(&mut self, class: &Bound<'_, PyType>) -> bool;

    /// Whether a change of code that was written is seen by other means than writing it again.
    fn watches_code(&self) -> bool;

    /// What a function of a library stores, if it is a wrapper of something.
    fn wrapper_parts(&mut self, function: &crate::raw::Function<'_>) -> Option<Vec<Part>>;
}

/// What `open` made of a value.
enum Opened {
    /// Written whole.
    Leaf,
    /// Its head is written; its parts follow.
    Frame(FrameKind),
}

/// What was written for a value that may be met again.
struct Memo {
    _object: Py<PyAny>,
    bytes: Box<[u8]>,
    refs: Box<[u32]>,
}

/// A node of a graph whose parts are yet to be looked at.
struct Pending {
    node: usize,
    frame: Frame,
    template: Writer,
    /// Whether it lies within the state of an instance.
    in_state: bool,
}

const CHANGED: &str = "it was changed while it was hashed, by another thread or by code that hashing runs \
    (__reduce_ex__, __getstate__, a hash function); hash a copy of it, or guard it with a lock";

/// A graph under construction: used once a cycle was met.
struct GraphState {
    graph: Graph,
    nodes: FxHashMap<usize, usize>,
    keep: Vec<Py<PyAny>>,
    pending: Vec<Pending>,
    slots: Vec<Slot>,
}

/// Encodes values into one writer.
pub struct Encoder<'a> {
    /// Where the bytes go.
    pub writer: Writer,
    rules: &'a Rules,
    code: &'a mut dyn CodeRefs,
    frames: Vec<Frame>,
    on_path: FxHashSet<usize>,
    memo: FxHashMap<usize, Memo>,
    graph: Option<Box<GraphState>>,
    errors: Vec<Unhashable>,
    root: String,
    reader: Option<String>,
    lenient: bool,
    state_depth: u32,
    mutable: bool,
    visited: u64,
    rule_cache: FxHashMap<usize, Option<usize>>,
    classes: FxHashMap<usize, ClassMemo>,
}

/// What is known about a class for as long as one encoder lives.
struct ClassMemo {
    /// Keeps the class, and with it its address.
    _class: Py<PyType>,
    handler: Option<families::Handler>,
    base: Option<families::BaseForm>,
    opaque: families::opaque::Class,
    machinery: families::machinery::Machinery,
    /// Its encoding as the class of an instance.
    encoding: Option<Encoded>,
}

/// Bytes, and the dependencies that they refer to.
type Encoded = (Box<[u8]>, Box<[u32]>);

impl<'a> Encoder<'a> {
    /// An encoder under these rules.
    pub fn new(rules: &'a Rules, code: &'a mut dyn CodeRefs) -> Self {
        Self {
            writer: Writer::default(),
            rules,
            code,
            frames: Vec::new(),
            on_path: FxHashSet::default(),
            memo: FxHashMap::default(),
            graph: None,
            errors: Vec::new(),
            root: String::new(),
            reader: None,
            lenient: false,
            state_depth: 0,
            mutable: false,
            visited: 0,
            rule_cache: FxHashMap::default(),
            classes: FxHashMap::default(),
        }
    }

    /// From here on values are external ones: stateless resources count by type and name.
    pub fn external(mut self, reader: Option<String>) -> Self {
        self.lenient = true;
        self.reader = reader;
        self
    }

    /// Appends `C(object)`; `root` tells an error where the value lies (`argument 'x'`), without allocating
    /// unless there is one.
    ///
    /// Values that cannot be hashed are collected and reported by [`finish`](Self::finish).
    pub fn encode(
        &mut self,
        object: &Bound<'_, PyAny>,
        root: impl Fn() -> String,
    ) -> Result<(), HashError> {
        // SAFETY: `object` is live for the call.
        if self.rules.is_empty() && unsafe { self.leaf(object.as_ptr()) } {
            return Ok(());
        }
        let start = self.writer.position();
        let refs = self.writer.refs().len();
        let errors = self.errors.len();
        self.root.clear();
        let result = match self.stream(object) {
            Err(HashError::Cycle) => {
                self.abandon(start, refs, errors);
                let result = self.encode_graph(object);
                self.graph = None;
                result
            }
            other => other,
        };
        if result.is_err() {
            self.abandon(start, refs, errors);
        }
        if self.errors.len() > errors || matches!(result, Err(HashError::UserHash { .. })) {
            let root = root();
            for error in &mut self.errors[errors..] {
                error.path = format!("{root}{}", error.path);
            }
            if let Err(HashError::UserHash { cause, function, description, type_object, path }) =
                result
            {
                let path = format!("{root}{path}");
                return Err(HashError::UserHash {
                    cause,
                    function,
                    description,
                    type_object,
                    path,
                });
            }
        }
        result
    }

    fn abandon(&mut self, start: usize, refs: usize, errors: usize) {
        self.writer.drop_frames(start);
        self.writer.split_refs(refs);
        self.frames.clear();
        self.on_path.clear();
        self.memo.clear();
        self.state_depth = 0;
        self.errors.truncate(errors);
    }

    /// The collected errors, if any.
    pub fn check(&mut self) -> Result<(), HashError> {
        if self.errors.is_empty() {
            return Ok(());
        }
        Err(HashError::Unhashable(std::mem::take(&mut self.errors)))
    }

    /// Takes the collected errors, so that those of several values can be reported together.
    pub fn take_errors(&mut self) -> Vec<Unhashable> {
        std::mem::take(&mut self.errors)
    }

    /// The digest of all that was encoded.
    pub fn finish(&mut self) -> Result<Digest, HashError> {
        self.check()?;
        Ok(self.writer.digest())
    }

    /// Whether all values so far are immutable through and through, so that they need not be looked at again.
    pub fn immutable(&self) -> bool {
        !self.mutable
    }

    /// An estimate of the memory that the values take, in bytes.
    pub fn size(&self) -> u64 {
        self.writer.total() + self.visited * 48
    }

    fn stream(&mut self, object: &Bound<'_, PyAny>) -> Result<(), HashError> {
        self.child(object, true, None)?;
        while !self.frames.is_empty() {
            self.step(object.py())?;
        }
        Ok(())
    }

    /// Encodes one value: a leaf at once, a container by pushing a frame.
    fn child(
        &mut self,
        object: &Bound<'_, PyAny>,
        is_root: bool,
        skip_rule: Option<usize>,
    ) -> Result<(), HashError> {
        self.visited += 1;
        if !self.rules.is_empty()
            && let Some(rule) = self.matching_rule(object)
            && Some(rule) != skip_rule
        {
            return self.ruled(object, rule);
        }
        self.unruled(object, is_root)
    }

    /// Encodes one value to which no rule applies.
    fn unruled(&mut self, object: &Bound<'_, PyAny>, is_root: bool) -> Result<(), HashError> {
        let in_set =
            self.graph.is_some() && self.frames.last().is_some_and(|frame| frame.kind.is_set());
        // SAFETY: `object` is live for the call.
        if !in_set && unsafe { self.leaf(object.as_ptr()) } {
            return Ok(());
        }
        if crate::call::is_cached_function(object) {
            // It is what it wraps, and may be met again although that has one reference only.
            return self.unruled(&crate::call::wrapped_of(object), true);
        }
        if in_set {
            return self.graph_element(object);
        }
        if self.graph.is_some() {
            return self.graph_child(object);
        }
        // An object with one reference is held by its container alone and cannot be met again;
        // the root may be held by a borrowed reference on newer versions, so it is always tracked.
        // SAFETY: reads the reference count of a live object; `object` itself holds one reference.
        let tracked = is_root || unsafe { ffi::Py_REFCNT(object.as_ptr()) } > 2;
        let id = object.as_ptr() as usize;
        let tracked = tracked.then_some(id);
        if self.met_before(tracked)? {
            return Ok(());
        }
        let depth = self.writer.depth();
        let (refs_start, hashed_start) = (self.writer.refs().len(), self.writer.hashed());
        self.writer.open();
        match self.open(object)? {
            Opened::Leaf => {
                debug_assert_eq!(self.writer.depth(), depth + 1);
                let start = self.writer.close();
                if let Some(id) = tracked {
                    self.remember(id, object, start, refs_start, hashed_start);
                }
            }
            Opened::Frame(kind) => self.push(object, kind, tracked, hashed_start),
        }
        Ok(())
    }

    /// Writes what a rule makes of a value. As it stands under another name than the value itself, a value that
    /// its own hash function returns, or one that contains it, is met as any other is.
    fn ruled(&mut self, object: &Bound<'_, PyAny>, rule: usize) -> Result<(), HashError> {
        // Objects lie at even addresses.
        let id = object.as_ptr() as usize + 1;
        if let Some(state) = &mut self.graph {
            if let Some(&child) = state.nodes.get(&id) {
                state.slots.push(Slot { at: self.writer.position(), child });
                return Ok(());
            }
        } else if self.met_before(Some(id))? {
            return Ok(());
        }
        let kind = self.apply_rule(object, rule)?;
        let identity = self.rules.identity(object.py(), rule);
        let head = |writer: &mut Writer| {
            writer.record("hash_funcs", 2);
            writer.bytes_like(tag::BYTES, &identity);
        };
        if self.graph.is_some() {
            let mut template = Writer::default();
            head(&mut template);
            self.graph_node(object, kind, template, id);
            return Ok(());
        }
        let hashed_start = self.writer.hashed();
        self.writer.open();
        head(&mut self.writer);
        self.push(object, kind, Some(id), hashed_start);
        Ok(())
    }

    /// Writes a value again that was written before and is worth remembering.
    fn met_before(&mut self, id: Option<usize>) -> Result<bool, HashError> {
        let Some(id) = id else { return Ok(false) };
        if let Some(memo) = self.memo.get(&id) {
            self.writer.raw(&memo.bytes);
            for &node in &memo.refs {
                self.writer.refer(node);
            }
            return Ok(true);
        }
        if self.on_path.contains(&id) {
            return Err(HashError::Cycle);
        }
        Ok(false)
    }

    /// Remembers a value that was written from `start` on, unless writing it anew costs next to nothing: then
    /// neither it nor anything in it collapsed.
    fn remember(
        &mut self,
        id: usize,
        object: &Bound<'_, PyAny>,
        start: usize,
        refs_start: usize,
        hashed_start: u64,
    ) {
        if self.writer.hashed() == hashed_start {
            return;
        }
        let mut refs: Vec<u32> = Vec::new();
        let mut seen = FxHashSet::default();
        for &node in &self.writer.refs()[refs_start..] {
            if seen.insert(node) {
                refs.push(node);
            }
        }
        let bytes = self.writer.bytes()[start..].into();
        let memo = Memo { _object: object.clone().unbind(), bytes, refs: refs.into() };
        self.memo.insert(id, memo);
    }

    fn push(
        &mut self,
        object: &Bound<'_, PyAny>,
        kind: FrameKind,
        tracked: Option<usize>,
        hashed_start: u64,
    ) {
        if let Some(id) = tracked {
            self.on_path.insert(id);
        }
        if kind.is_state() {
            self.state_depth += 1;
        }
        let refs_start = self.writer.refs().len();
        let owner = object.clone().unbind();
        self.frames.push(Frame { owner, kind, tracked, refs_start, hashed_start });
    }

    /// Goes on with the innermost frame: to its next container, or to its end.
    fn step(&mut self, py: Python<'_>) -> Result<(), HashError> {
        if self.rules.is_empty() {
            self.leaves(py);
        }
        while let Some(frame) = self.frames.last_mut() {
            let Some(next) = frame.next(py, &mut self.writer) else {
                self.close_frame(py);
                return Ok(());
            };
            let skip = frame.skip_rule();
            // What a known type is made of is its own affair: a rule for `str` does not reach into a path. That a rule's
            // result is hashed in turn is another matter.
            let is_own =
                matches!(frame.kind, FrameKind::Parts { state: false, skip_rule: None, .. });
            let attributes = frame.next_is_attributes();
            let depth = self.frames.len();
            if attributes && let Ok(dict) = next.cast_exact::<PyDict>() {
                if self.graph.is_some() {
                    self.graph_child(dict.as_any())?;
                } else {
                    self.open_attributes(dict);
                }
            } else if is_own && builtin::is_plain(&next) {
                self.visited += 1;
                self.unruled(&next, false)?;
            } else {
                self.child(&next, false, skip)?;
            }
            if self.frames.len() != depth {
                return Ok(());
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.finished_child(&mut self.writer);
                if self.graph.is_none() && !frame.kind.is_set() {
                    self.writer.flush_if_long();
                }
            }
        }
        Ok(())
    }

    /// Writes the leaves that come next in a list, tuple or dict: the commonest case, in one loop that takes no
    /// references. Nothing in it runs Python code, so what it borrows stays as it is.
    fn leaves(&mut self, py: Python<'_>) {
        let Some(frame) = self.frames.last_mut() else { return };
        let owner = frame.owner.as_ptr();
        match frame.kind {
            FrameKind::List { index, .. } => {
                let mut at = index;
                // SAFETY: the frame holds its list; see above.
                unsafe {
                    let size = ffi::PyList_GET_SIZE(owner);
                    while at < size && self.leaf(ffi::PyList_GET_ITEM(owner, at)) {
                        at += 1;
                        self.writer.flush_if_long();
                    }
                }
                self.went_on(index, at);
            }
            FrameKind::Tuple { index } => {
                let mut at = index;
                // SAFETY: the frame holds its tuple; see above.
                unsafe {
                    let size = ffi::PyTuple_GET_SIZE(owner);
                    while at < size && self.leaf(ffi::PyTuple_GET_ITEM(owner, at)) {
                        at += 1;
                        self.writer.flush_if_long();
                    }
                }
                self.went_on(index, at);
            }
            FrameKind::Dict { mut position, mut taken, len, value: None, attributes, .. } => {
                let mut count = 0;
                // SAFETY: the frame holds its dict; see above.
                unsafe {
                    let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
                    let mut next = position;
                    while ffi::PyDict_Next(owner, &mut next, &mut key, &mut value) != 0
                        && self.leaf(key)
                    {
                        position = next;
                        taken += 1;
                        count += 1;
                        if !self.leaf(value) {
                            // The key is written; its value is a container.
                            let held = |object| Some(Bound::from_borrowed_ptr(py, object).unbind());
                            if let Some(frame) = self.frames.last_mut() {
                                frame.kind = FrameKind::Dict {
                                    position,
                                    taken,
                                    len,
                                    key: held(key),
                                    value: held(value),
                                    attributes,
                                };
                            }
                            self.visited += count;
                            return;
                        }
                        count += 1;
                        self.writer.flush_if_long();
                    }
                }
                if let Some(Frame {
                    kind: FrameKind::Dict { position: at, taken: so_far, .. },
                    ..
                }) = self.frames.last_mut()
                {
                    (*at, *so_far) = (position, taken);
                }
                self.visited += count;
            }
            _ => {}
        }
    }

    fn went_on(&mut self, from: isize, to: isize) {
        self.visited += (to - from) as u64;
        if let Some(Frame {
            kind: FrameKind::List { index, .. } | FrameKind::Tuple { index },
            ..
        }) = self.frames.last_mut()
        {
            *index = to;
        }
    }

    fn open_attributes(&mut self, dict: &Bound<'_, PyDict>) {
        self.writer.open();
        self.writer.head(tag::DICT, dict.len());
        let kind = FrameKind::dict(dict.len() as ffi::Py_ssize_t, true);
        self.push(dict.as_any(), kind, None, self.writer.hashed());
    }

    fn close_frame(&mut self, py: Python<'_>) {
        let Some(mut frame) = self.frames.pop() else { return };
        if !frame.is_whole() {
            // Not by identity either: what was written of it has the form of no value.
            self.refuse_always(frame.owner.bind(py), CHANGED, None);
        }
        frame.close(&mut self.writer);
        if frame.kind.is_state() {
            self.state_depth -= 1;
        }
        if self.graph.is_none() {
            let start = self.writer.close();
            if let Some(id) = frame.tracked {
                self.on_path.remove(&id);
                self.remember(
                    id,
                    frame.owner.bind(py),
                    start,
                    frame.refs_start,
                    frame.hashed_start,
                );
            }
            if let Some(parent) = self.frames.last_mut() {
                parent.finished_child(&mut self.writer);
                if !parent.kind.is_set() {
                    self.writer.flush_if_long();
                }
            }
        }
    }

    // ---- graphs -------------------------------------------------------------------------------

    fn encode_graph(&mut self, object: &Bound<'_, PyAny>) -> Result<(), HashError> {
        let py = object.py();
        self.graph = Some(Box::new(GraphState {
            graph: Graph::new(),
            nodes: FxHashMap::default(),
            keep: Vec::new(),
            pending: Vec::new(),
            slots: Vec::new(),
        }));
        let outer = std::mem::take(&mut self.writer);
        let result = self.fill_graph(py, object);
        self.writer = outer;
        self.frames.clear();
        self.state_depth = 0;
        let root = result?;
        if let Some(state) = self.graph.take() {
            let (bytes, refs) = state.graph.encode_with_refs(root);
            self.writer.raw(&bytes);
            for node in refs {
                self.writer.refer(node);
            }
        }
        Ok(())
    }

    fn fill_graph(
        &mut self,
        py: Python<'_>,
        object: &Bound<'_, PyAny>,
    ) -> Result<usize, HashError> {
        self.child(object, true, None)?;
        let root = match self.graph_state().slots.first() {
            Some(slot) => slot.child,
            None => return Err(HashError::Cycle),
        };
        loop {
            let Some(Pending { node, frame, template, in_state }) =
                self.graph_state().pending.pop()
            else {
                break;
            };
            self.writer = template;
            self.graph_state().slots.clear();
            let unordered = frame.kind.is_set();
            self.state_depth = u32::from(in_state);
            self.frames.push(frame);
            self.step(py)?;
            debug_assert!(self.frames.is_empty());
            let refs = self.writer.take_refs();
            let template = std::mem::take(&mut self.writer).split_off(0);
            let state = self.graph_state();
            let slots = std::mem::take(&mut state.slots);
            state.graph.set(node, template, slots, unordered);
            state.graph.set_refs(node, refs);
        }
        Ok(root)
    }

    fn graph_state(&mut self) -> &mut GraphState {
        self.graph.as_mut().expect("only called while a graph is built")
    }

    /// In a graph a container becomes a node of its own and leaves a slot where it stands.
    fn graph_child(&mut self, object: &Bound<'_, PyAny>) -> Result<(), HashError> {
        let id = object.as_ptr() as usize;
        if let Some(&child) = self.graph_state().nodes.get(&id) {
            let at = self.writer.position();
            self.graph_state().slots.push(Slot { at, child });
            return Ok(());
        }
        let parent = std::mem::take(&mut self.writer);
        let opened = self.open(object);
        let template = std::mem::replace(&mut self.writer, parent);
        match opened? {
            Opened::Leaf => {
                self.writer.append_collapsed(template);
                Ok(())
            }
            Opened::Frame(kind) => {
                self.graph_node(object, kind, template, id);
                Ok(())
            }
        }
    }

    /// In a graph an element of a set is a node even if it is a leaf, since elements are sorted there.
    fn graph_element(&mut self, object: &Bound<'_, PyAny>) -> Result<(), HashError> {
        let id = object.as_ptr() as usize;
        let at = self.writer.position();
        if let Some(&child) = self.graph_state().nodes.get(&id) {
            self.graph_state().slots.push(Slot { at, child });
            return Ok(());
        }
        let parent = std::mem::take(&mut self.writer);
        // SAFETY: `object` is live for the call.
        let opened = if unsafe { self.leaf(object.as_ptr()) } {
            Ok(Opened::Leaf)
        } else {
            self.open(object)
        };
        let mut template = std::mem::replace(&mut self.writer, parent);
        match opened? {
            Opened::Leaf => {
                let state = self.graph_state();
                let child = state.graph.push();
                state.graph.set_refs(child, template.take_refs());
                state.graph.set(child, template.split_off(0), Vec::new(), false);
                state.slots.push(Slot { at, child });
            }
            Opened::Frame(kind) => self.graph_node(object, kind, template, id),
        }
        Ok(())
    }

    fn graph_node(
        &mut self,
        object: &Bound<'_, PyAny>,
        kind: FrameKind,
        template: Writer,
        id: usize,
    ) {
        let at = self.writer.position();
        let in_state = self.state_depth > 0 || kind.is_state();
        let state = self.graph_state();
        let node = state.graph.push();
        state.nodes.insert(id, node);
        state.keep.push(object.clone().unbind());
        state.slots.push(Slot { at, child: node });
        let owner = object.clone().unbind();
        let frame = Frame { owner, kind, tracked: None, refs_start: 0, hashed_start: 0 };
        state.pending.push(Pending { node, frame, template, in_state });
    }

    // ---- classes ------------------------------------------------------------------------------

    fn class_memo(&mut self, class: &Bound<'_, PyType>) -> &mut ClassMemo {
        self.classes.entry(class.as_ptr() as usize).or_insert_with(|| {
            let handler = families::handler(class);
            let is_instance = handler.is_none();
            let (opaque, machinery) = if is_instance {
                (families::opaque::Class::of(class), families::machinery::Machinery::of(class))
            } else {
                Default::default()
            };
            ClassMemo {
                _class: class.clone().unbind(),
                handler,
                base: if is_instance { families::base_form(class) } else { None },
                opaque,
                machinery,
                encoding: None,
            }
        })
    }

    /// Writes the encoding of the class of an instance. It is made once: a class with much behind it takes long
    /// to look at, and instances come in great numbers.
    fn write_class(&mut self, class: &Bound<'_, PyType>) -> Result<(), HashError> {
        if let Some((bytes, refs)) = &self.class_memo(class).encoding {
            let (bytes, refs) = (bytes.clone(), refs.clone());
            self.writer.raw(&bytes);
            for &node in &refs {
                self.writer.refer(node);
            }
            return Ok(());
        }
        let mut own = Writer::default();
        self.code.write_class(&mut own, class, self.rules)?;
        let refs: Box<[u32]> = own.take_refs().into();
        let bytes: Box<[u8]> = own.bytes().into();
        self.writer.raw(&bytes);
        for &node in &refs {
            self.writer.refer(node);
        }
        self.class_memo(class).encoding = Some((bytes, refs));
        Ok(())
    }

    // ---- rules and errors ---------------------------------------------------------------------

    fn matching_rule(&mut self, object: &Bound<'_, PyAny>) -> Option<usize> {
        let ty = object.get_type();
        let id = ty.as_ptr() as usize;
        if let Some(&known) = self.rule_cache.get(&id) {
            return known;
        }
        let found = self.rules.matching(&ty);
        // Sound for the life of this encoder: the value being encoded keeps its type alive.
        self.rule_cache.insert(id, found);
        found
    }

    fn apply_rule(
        &mut self,
        object: &Bound<'_, PyAny>,
        rule: usize,
    ) -> Result<FrameKind, HashError> {
        self.mutable = true;
        let result = self.rules.apply(rule, object).map_err(|cause| {
            self.hash_function_failed(object, self.rules.function(object.py(), rule), cause)
        })?;
        Ok(FrameKind::Parts {
            parts: vec![Part { label: Label::Hidden, value: result.unbind() }],
            index: 0,
            skip_rule: Some(rule),
            state: false,
        })
    }

    /// The error for a hash function of the user's that raised.
    fn hash_function_failed(
        &self,
        object: &Bound<'_, PyAny>,
        function: &Bound<'_, PyAny>,
        cause: PyErr,
    ) -> HashError {
        if !cause.is_instance_of::<pyo3::exceptions::PyException>(object.py()) {
            return HashError::Python(cause);
        }
        HashError::UserHash {
            cause,
            description: rules::describe(function),
            function: function.clone().unbind(),
            type_object: object.get_type().unbind(),
            path: self.path(object.py()),
        }
    }

    /// Notes that a value cannot be hashed and goes on, so that all of them can be told at once.
    fn unhashable(
        &mut self,
        object: &Bound<'_, PyAny>,
        reason: impl Into<String>,
        cause: Option<PyErr>,
    ) {
        if self.rules.opaque_identity && (self.lenient || self.state_depth > 0) {
            self.by_identity(object);
            return;
        }
        self.refuse_always(object, reason, cause);
    }

    /// Notes a value that cannot be hashed, whatever is said of opaque values.
    pub(super) fn refuse_always(
        &mut self,
        object: &Bound<'_, PyAny>,
        reason: impl Into<String>,
        cause: Option<PyErr>,
    ) {
        let path = self.path(object.py());
        self.errors.push(Unhashable {
            path,
            type_name: type_name(object),
            type_object: object.get_type().unbind(),
            reason: reason.into(),
            reader: self.reader.clone(),
            cause,
        });
        self.writer.u8(0xFF);
    }

    /// Notes that the value can change, so that an output has to be looked at again.
    pub(crate) fn note_mutable(&mut self) {
        self.mutable = true;
    }

    /// Whether external values or the state of an instance are being encoded, where stateless resources
    /// count by type and name.
    pub(crate) fn is_lenient(&self) -> bool {
        self.lenient || self.state_depth > 0
    }

    /// Whether a leaf that a value holds may be written by the value's own form: no `hash_funcs` can apply to it,
    /// and what is written stays where it is.
    pub(crate) fn writes_leaves_directly(&self) -> bool {
        self.rules.is_empty() && self.graph.is_none()
    }

    /// Writes a `str` or a tuple of plain leaves as a part of a form.
    pub(crate) fn inline(&mut self, object: &Bound<'_, PyAny>) -> Result<(), HashError> {
        // SAFETY: live objects.
        if unsafe { self.leaf(object.as_ptr()) } {
            return Ok(());
        }
        let tuple = object.cast::<PyTuple>().map_err(PyErr::from)?;
        self.writer.open();
        self.writer.head(tag::TUPLE, tuple.len());
        for item in tuple.iter() {
            self.inline(&item)?;
        }
        self.writer.close();
        Ok(())
    }

    /// Writes an element of a buffer of references if it is a plain leaf.
    ///
    /// # Safety
    /// `object` is live.
    pub(crate) unsafe fn plain_leaf(&mut self, object: *mut ffi::PyObject) -> bool {
        // SAFETY: the caller says so.
        let written = unsafe { self.leaf(object) };
        if written {
            self.visited += 1;
            self.writer.flush_if_long();
        }
        written
    }

    fn by_identity(&mut self, object: &Bound<'_, PyAny>) {
        self.mutable = true;
        let token = identity::token(object);
        self.writer.record("identity", 1);
        self.writer.bytes_like(tag::BYTES, &token);
    }

    /// Where the innermost value lies below the root: ` → .session → ['socket']`.
    fn path(&self, py: Python<'_>) -> String {
        let mut path = String::new();
        for frame in &self.frames {
            if let Some(label) = frame.current_label(py) {
                path.push_str(" → ");
                path.push_str(&label);
            }
        }
        path
    }
}

/// `module.QualName` of a value's type.
pub fn type_name(object: &Bound<'_, PyAny>) -> String {
    let (module, name) = crate::raw::type_names(&object.get_type());
    if module == "builtins" { name } else { format!("{module}.{name}") }
}

/// The UTF-8 bytes of a string, lone surrogates as three bytes, without caching anything in the string.
pub fn with_utf8<R>(text: &Bound<'_, PyString>, then: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: a live string in canonical form; the slices do not outlive it and strings do not change.
    unsafe {
        let object = text.as_ptr();
        let len = ffi::PyUnicode_GET_LENGTH(object) as usize;
        let data = ffi::PyUnicode_DATA(object);
        if ffi::PyUnicode_IS_COMPACT_ASCII(object) != 0 {
            return then(std::slice::from_raw_parts(data.cast::<u8>(), len));
        }
        let mut utf8 = Vec::with_capacity(len * 2);
        match ffi::PyUnicode_KIND(object) {
            ffi::PyUnicode_1BYTE_KIND => {
                for &c in std::slice::from_raw_parts(data.cast::<u8>(), len) {
                    push_code_point(&mut utf8, u32::from(c));
                }
            }
            ffi::PyUnicode_2BYTE_KIND => {
                for &c in std::slice::from_raw_parts(data.cast::<u16>(), len) {
                    push_code_point(&mut utf8, u32::from(c));
                }
            }
            _ => {
                for &c in std::slice::from_raw_parts(data.cast::<u32>(), len) {
                    push_code_point(&mut utf8, c);
                }
            }
        }
        then(&utf8)
    }
}

fn push_code_point(out: &mut Vec<u8>, c: u32) {
    match c {
        0..0x80 => out.push(c as u8),
        0x80..0x800 => out.extend_from_slice(&[0xC0 | (c >> 6) as u8, 0x80 | (c & 0x3F) as u8]),
        0x800..0x1_0000 => out.extend_from_slice(&[
            0xE0 | (c >> 12) as u8,
            0x80 | ((c >> 6) & 0x3F) as u8,
            0x80 | (c & 0x3F) as u8,
        ]),
        _ => out.extend_from_slice(&[
            0xF0 | (c >> 18) as u8,
            0x80 | ((c >> 12) & 0x3F) as u8,
            0x80 | ((c >> 6) & 0x3F) as u8,
            0x80 | (c & 0x3F) as u8,
        ]),
    }
}
