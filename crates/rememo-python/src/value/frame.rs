//! A container whose parts are being encoded: what comes next, and where we are.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString};
use rememo::encode::Writer;

/// How an error names a part.
pub enum Label {
    /// `.name`
    Attribute(Py<PyString>),
    /// `.name`, known when rememo is built
    Static(&'static str),
    /// The instance's `__dict__`: its items are named as attributes.
    Attributes,
    /// `[i]`
    Index,
    /// Not worth telling.
    Hidden,
}

/// A part of a record or instance.
pub struct Part {
    /// Its name in errors.
    pub label: Label,
    /// Its value.
    pub value: Py<PyAny>,
}

impl Part {
    /// A part that an error calls `.name`.
    pub fn named(name: &'static str, value: Bound<'_, PyAny>) -> Self {
        Self { label: Label::Static(name), value: value.unbind() }
    }

    /// A part that an error does not name.
    pub fn hidden(value: Bound<'_, PyAny>) -> Self {
        Self { label: Label::Hidden, value: value.unbind() }
    }
}

pub enum FrameKind {
    /// `len` is the length that the head says.
    List {
        index: isize,
        len: isize,
    },
    Tuple {
        index: isize,
    },
    /// `len` is the length that the head says, `taken` how many items have been taken.
    Dict {
        position: ffi::Py_ssize_t,
        taken: ffi::Py_ssize_t,
        len: ffi::Py_ssize_t,
        key: Option<Py<PyAny>>,
        value: Option<Py<PyAny>>,
        attributes: bool,
    },
    Set {
        items: Vec<Py<PyAny>>,
        index: usize,
        starts: Vec<usize>,
        refs: Vec<Vec<u32>>,
    },
    /// The elements of a list that is the last part of the value, from `index` on; the frame of the list is open
    /// in the writer.
    Items {
        list: Py<PyList>,
        index: usize,
    },
    Parts {
        parts: Vec<Part>,
        index: usize,
        skip_rule: Option<usize>,
        state: bool,
    },
}

impl FrameKind {
    /// The items of a dict whose head with this length was written.
    pub fn dict(len: ffi::Py_ssize_t, attributes: bool) -> Self {
        Self::Dict { position: 0, taken: 0, len, key: None, value: None, attributes }
    }

    pub fn parts(parts: Vec<Part>) -> Self {
        Self::Parts { parts, index: 0, skip_rule: None, state: false }
    }

    pub fn is_set(&self) -> bool {
        matches!(self, Self::Set { .. })
    }

    /// Whether the parts are the state of an instance.
    pub fn is_state(&self) -> bool {
        matches!(self, Self::Parts { state: true, .. })
    }
}

pub struct Frame {
    pub owner: Py<PyAny>,
    pub kind: FrameKind,
    /// Under which number the value is known while it is written and, perhaps, after that.
    pub tracked: Option<usize>,
    /// How many references and hashed bytes there were before it.
    pub refs_start: usize,
    pub hashed_start: u64,
}

impl Frame {
    /// The next part to encode.
    pub fn next<'py>(&mut self, py: Python<'py>, writer: &mut Writer) -> Option<Bound<'py, PyAny>> {
        match &mut self.kind {
            FrameKind::List { index, .. } => {
                // SAFETY: the owner is a list; its size is read anew each time, since other threads
                // or hash functions may have changed it; the item gets a reference at once.
                unsafe {
                    let list = self.owner.as_ptr();
                    if *index >= ffi::PyList_GET_SIZE(list) {
                        return None;
                    }
                    let item = ffi::PyList_GET_ITEM(list, *index);
                    *index += 1;
                    Some(Bound::from_borrowed_ptr(py, item))
                }
            }
            FrameKind::Tuple { index } => {
                // SAFETY: the owner is a tuple, which never changes.
                unsafe {
                    let tuple = self.owner.as_ptr();
                    if *index >= ffi::PyTuple_GET_SIZE(tuple) {
                        return None;
                    }
                    let item = ffi::PyTuple_GET_ITEM(tuple, *index);
                    *index += 1;
                    Some(Bound::from_borrowed_ptr(py, item))
                }
            }
            FrameKind::Dict { position, taken, key, value, .. } => {
                if let Some(value) = value.take() {
                    return Some(value.into_bound(py));
                }
                let mut next_key = std::ptr::null_mut();
                let mut next_value = std::ptr::null_mut();
                // SAFETY: the owner is a dict; PyDict_Next checks the position against its present size.
                unsafe {
                    if ffi::PyDict_Next(
                        self.owner.as_ptr(),
                        position,
                        &mut next_key,
                        &mut next_value,
                    ) == 0
                    {
                        return None;
                    }
                    *taken += 1;
                    let found = Bound::from_borrowed_ptr(py, next_key);
                    *key = Some(found.clone().unbind());
                    *value = Some(Bound::from_borrowed_ptr(py, next_value).unbind());
                    Some(found)
                }
            }
            FrameKind::Set { items, index, starts, .. } => {
                let item = items.get(*index)?;
                *index += 1;
                starts.push(writer.position());
                Some(item.bind(py).clone())
            }
            FrameKind::Items { list, index } => {
                let item = list.bind(py).get_item(*index).ok()?;
                *index += 1;
                Some(item)
            }
            FrameKind::Parts { parts, index, .. } => {
                let part = parts.get(*index)?;
                *index += 1;
                Some(part.value.bind(py).clone())
            }
        }
    }

    /// Whether the container has as many parts as its head says, all of which were taken. It has not if it was
    /// changed meanwhile: by another thread, or by code that hashing runs (a reduction, a hash function).
    pub fn is_whole(&self) -> bool {
        // SAFETY: the owner of each frame is of the frame's type; its size is read.
        unsafe {
            match self.kind {
                FrameKind::List { index, len } => {
                    index == len && ffi::PyList_GET_SIZE(self.owner.as_ptr()) == len
                }
                FrameKind::Dict { taken, len, .. } => {
                    taken == len && ffi::PyDict_Size(self.owner.as_ptr()) == len
                }
                _ => true,
            }
        }
    }

    /// After a child has been written.
    pub fn finished_child(&mut self, writer: &mut Writer) {
        if let FrameKind::Set { refs, .. } = &mut self.kind {
            refs.push(writer.split_refs(self.refs_start));
        }
    }

    /// Before the frame ends: a set sorts its elements.
    pub fn close(&mut self, writer: &mut Writer) {
        if matches!(self.kind, FrameKind::Items { .. }) {
            writer.close();
        }
        if let FrameKind::Set { starts, refs, .. } = &mut self.kind
            && !refs.is_empty()
            && writer.depth() > 0
        {
            for i in writer.sort_elements(starts) {
                for &node in &refs[i] {
                    writer.refer(node);
                }
            }
        }
    }

    /// A rule not to be applied to the next child: the one that made it.
    pub fn skip_rule(&self) -> Option<usize> {
        match &self.kind {
            FrameKind::Parts { skip_rule, .. } => *skip_rule,
            _ => None,
        }
    }

    /// Whether the child just taken is an instance's `__dict__`.
    pub fn next_is_attributes(&self) -> bool {
        match &self.kind {
            FrameKind::Parts { parts, index, .. } => index
                .checked_sub(1)
                .and_then(|i| parts.get(i))
                .is_some_and(|part| matches!(part.label, Label::Attributes)),
            _ => false,
        }
    }

    /// How an error names the child just taken.
    pub fn current_label(&self, py: Python<'_>) -> Option<String> {
        match &self.kind {
            FrameKind::List { index, .. } | FrameKind::Tuple { index } => {
                Some(format!("[{}]", index - 1))
            }
            FrameKind::Dict { key, value, attributes, .. } => {
                let key = key.as_ref()?.bind(py);
                let shown = show_key(key);
                Some(match (value.is_some(), attributes) {
                    (true, _) => format!("key {shown}"),
                    (false, true) => format!(".{}", shown.trim_matches('\'')),
                    (false, false) => format!("[{shown}]"),
                })
            }
            FrameKind::Items { index, .. } => Some(format!("[{}]", index - 1)),
            FrameKind::Set { .. } => Some("an element".to_owned()),
            FrameKind::Parts { parts, index, .. } => {
                match &parts.get(index.checked_sub(1)?)?.label {
                    Label::Attribute(name) => {
                        Some(format!(".{}", crate::raw::string(name.bind(py))))
                    }
                    Label::Static(name) => Some(format!(".{name}")),
                    Label::Index => Some(format!("[{}]", index - 1)),
                    Label::Attributes | Label::Hidden => None,
                }
            }
        }
    }
}

/// A key as an error shows it: only plain keys are shown, since a `repr` may run anything.
fn show_key(key: &Bound<'_, PyAny>) -> String {
    if let Ok(text) = key.cast_exact::<PyString>() {
        let text: String = crate::raw::string(text).chars().take(40).collect();
        format!("'{text}'")
    } else if key.is_exact_instance_of::<PyInt>() {
        key.to_string()
    } else {
        "…".to_owned()
    }
}
