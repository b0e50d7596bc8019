//! Which part of a cached output was changed, and who received the output last: what
//! `CachedObjectMutatedWarning` tells beyond that it happened.

use std::ptr;

use parking_lot::Mutex;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use rememo::digest::Digest;
use rememo::encode::Writer;
use rememo::explain::{self, Differing, Grid, Outline, Told, grouped, position, write_outline};

use super::output::measure;
use super::state::State;
use crate::value::Rules;
use crate::value::families::plain_elements;

/// So much is kept of an output's encoding, in bytes; the parts of one that is longer are told apart by digests.
const OUTLINE: usize = 1024;
/// Containers of more parts than this are not told apart by part.
const PARTS_LIMIT: usize = 64;
/// Nor are parts of parts beyond this depth.
const PARTS_DEPTH: usize = 3;
/// So many changed parts are named.
const SHOWN: usize = 4;
/// The values of larger arrays are not told apart, in bytes.
const LARGEST_ARRAY: usize = 16 << 20;

/// What is kept of an output that can be changed.
pub struct Kept {
    outline: Box<[u8]>,
    parts: Option<Parts>,
    values: Option<Grid>,
    receiver: Mutex<Option<Receiver>>,
}

/// Code that got the output, and the instruction.
struct Receiver {
    code: Py<PyAny>,
    instruction: i32,
}

impl Kept {
    /// Of an output that was encoded by `writer`.
    pub fn of(state: &State, rules: &Rules, output: &Bound<'_, PyAny>, writer: &Writer) -> Self {
        let outline = outline(writer);
        // What is kept whole is compared part by part as it is.
        let parts = match Outline::read(&outline) {
            Some(known) if known.is_whole() => None,
            _ => Parts::of(state, rules, output),
        };
        Self { outline, parts, values: grid(output), receiver: Mutex::new(None) }
    }

    /// What differs in the output from what is kept, in a few words; `writer` has encoded it as it is now.
    pub fn difference(
        &self,
        state: &State,
        rules: &Rules,
        output: &Bound<'_, PyAny>,
        writer: &Writer,
    ) -> Option<String> {
        if let Some(told) = self.values.as_ref().and_then(|before| in_array(before, output)) {
            return Some(told);
        }
        if let Some(before) = &self.parts
            && let Some(now) = Parts::of(state, rules, output)
            && let Some(told) = before.difference(&now)
        {
            return Some(told);
        }
        let now = outline(writer);
        let details = explain::compare(Outline::read(&self.outline)?, Outline::read(&now)?);
        let mut told: Vec<String> = details
            .iter()
            .filter_map(|detail| match &detail.what {
                // Of the values nothing is told: a warning may end up in a log.
                Told::Values { .. } if detail.path.is_empty() => None,
                Told::Values { .. } => Some(format!("{} changed", detail.path)),
                Told::Added(_) => Some(format!("{} was added", detail.path)),
                Told::Removed(_) => Some(format!("{} was removed", detail.path)),
                Told::Differs(how) if how == "differs" && detail.path.is_empty() => None,
                Told::Differs(how) if how == "differs" || how.starts_with("values differ") => {
                    Some(format!("{} changed", detail.path).trim_start().to_owned())
                }
                // An element of a set is a value, too.
                Told::Differs(how) if how.starts_with("with") => {
                    Some(format!("{} elements changed", detail.path).trim_start().to_owned())
                }
                Told::Differs(_) => Some(detail.to_string()),
            })
            .collect();
        told.dedup();
        (!told.is_empty()).then(|| told.join(", "))
    }

    /// Notes who receives the output now.
    pub fn note_receiver(&self, py: Python<'_>) {
        // Mostly the same code as last time: nothing has to be asked of it. The frame is made before the lock is
        // taken, since that may set off the collector, and with it this function.
        // SAFETY: the frame that runs, or null; a live frame has code, of which a new reference is given back.
        unsafe {
            let frame = ffi::PyEval_GetFrame();
            if frame.is_null() {
                return;
            }
            let code = ffi::PyFrame_GetCode(frame);
            ffi::Py_DECREF(code.cast());
            if let Some(known) = &mut *self.receiver.lock()
                && ptr::eq(code.cast(), known.code.as_ptr())
            {
                known.instruction = ffi::PyFrame_GetLasti(frame);
                return;
            }
        }
        let Some((code, instruction)) = caller(py) else { return };
        let old = self.receiver.lock().replace(Receiver { code: code.unbind(), instruction });
        drop(old);
    }

    /// `app.py:31, in main()`: who received the output last.
    pub fn receiver(&self, py: Python<'_>) -> Option<String> {
        let (code, instruction) = {
            let place = self.receiver.lock();
            let known = place.as_ref()?;
            (known.code.bind(py).clone(), known.instruction)
        };
        // SAFETY: a code object, and an instruction of it.
        let line = unsafe { ffi::PyCode_Addr2Line(code.as_ptr().cast(), instruction) };
        let file: String = code.getattr(intern!(py, "co_filename")).ok()?.extract().ok()?;
        let name: String = code.getattr(intern!(py, "co_qualname")).ok()?.extract().ok()?;
        Some(if name == "<module>" {
            format!("{file}:{line}")
        } else {
            format!("{file}:{line}, in {name}()")
        })
    }
}

/// The code that called, and its instruction: the innermost frame that is not our own.
fn caller(py: Python<'_>) -> Option<(Bound<'_, PyAny>, i32)> {
    let (frame, _) = user_frame(py)?;
    // SAFETY: a live frame.
    unsafe {
        let raw = frame.as_ptr().cast();
        let code = Bound::from_owned_ptr(py, ffi::PyFrame_GetCode(raw).cast());
        Some((code, ffi::PyFrame_GetLasti(raw)))
    }
}

/// How many frames up the user's code is, counted as `warnings.warn` does.
pub fn stack_level(py: Python<'_>) -> usize {
    user_frame(py).map_or(1, |(_, level)| level)
}

fn user_frame(py: Python<'_>) -> Option<(Bound<'_, PyAny>, usize)> {
    // SAFETY: a borrowed reference to the frame that runs, or null.
    let mut frame = unsafe { Bound::from_borrowed_ptr_or_opt(py, ffi::PyEval_GetFrame().cast()) }?;
    let mut level = 1;
    loop {
        // SAFETY: a live frame has code.
        let code = unsafe {
            Bound::from_owned_ptr(py, ffi::PyFrame_GetCode(frame.as_ptr().cast()).cast())
        };
        if !is_our_own(&code) {
            return Some((frame, level));
        }
        // SAFETY: a live frame; a new reference, or null at the outermost one.
        frame = unsafe {
            Bound::from_owned_ptr_or_opt(py, ffi::PyFrame_GetBack(frame.as_ptr().cast()).cast())
        }?;
        level += 1;
    }
}

/// Whether code is of the two modules of this package that stand between a call and what it calls.
fn is_our_own(code: &Bound<'_, PyAny>) -> bool {
    let py = code.py();
    let file = code.getattr(intern!(py, "co_filename")).and_then(|file| file.extract::<String>());
    file.is_ok_and(|file| {
        let below = file.rsplit_once("rememo/").map_or("", |(_, below)| below);
        matches!(below, "_coroutine.py" | "_bound.py")
    })
}

fn outline(writer: &Writer) -> Box<[u8]> {
    let mut out = Vec::new();
    let beginning = writer.prefixes().and_then(|prefixes| prefixes.at(0));
    write_outline(&mut out, writer.bytes(), beginning, OUTLINE);
    out.into()
}

fn grid(output: &Bound<'_, PyAny>) -> Option<Grid> {
    let (bytes, width, _) = plain_elements(output)?;
    (bytes.len() <= LARGEST_ARRAY).then(|| Grid::of(bytes, width)).flatten()
}

/// Which values of an array changed.
fn in_array(before: &Grid, output: &Bound<'_, PyAny>) -> Option<String> {
    let (bytes, width, shape) = plain_elements(output)?;
    let total = grouped(shape.iter().product());
    Some(match before.differing(&Grid::of(bytes, width)?)? {
        Differing::Exactly(values) if values.len() <= SHOWN => {
            let at: Vec<String> =
                values.iter().map(|&i| format!("array{}", position(i, &shape))).collect();
            format!("{} changed", at.join(", "))
        }
        Differing::Exactly(values) => format!(
            "{} of {total} values changed, the first is array{}",
            values.len(),
            position(values[0], &shape)
        ),
        Differing::AtLeast(n) => format!("at least {n} of {total} values changed"),
    })
}

/// Digests of the parts of a small container, to tell which of them changed.
struct Parts(Vec<Part>);

struct Part {
    /// `['users'][3].name`
    path: String,
    /// Length of the first step of the path.
    first: usize,
    digest: Digest,
}

impl Parts {
    fn of(state: &State, rules: &Rules, output: &Bound<'_, PyAny>) -> Option<Self> {
        let mut parts = Self(Vec::new());
        parts.add(state, rules, output, "", 0, 0).then_some(parts)
    }

    /// Adds the parts of a container under `path`; false if it is none, or has too many.
    fn add(
        &mut self,
        state: &State,
        rules: &Rules,
        container: &Bound<'_, PyAny>,
        path: &str,
        first: usize,
        depth: usize,
    ) -> bool {
        let Some(named) = named_parts(container) else { return false };
        if depth > PARTS_DEPTH || self.0.len() + named.len() > PARTS_LIMIT {
            return false;
        }
        for (name, value) in named {
            let path = format!("{path}{name}");
            let first = if depth == 0 { path.len() } else { first };
            if self.add(state, rules, &value, &path, first, depth + 1) {
                continue;
            }
            let Ok(measured) = measure(state, rules, &value) else { return false };
            self.0.push(Part { path, first, digest: measured.digest });
        }
        true
    }

    /// Which parts differ from `now`, in a few words.
    fn difference(&self, now: &Self) -> Option<String> {
        let find = |parts: &Self, path: &str| {
            parts.0.iter().find(|part| part.path == path).map(|part| part.digest)
        };
        let mut changes: Vec<(&Part, &str)> = Vec::new();
        for part in &self.0 {
            match find(now, &part.path) {
                None => changes.push((part, "was removed")),
                Some(digest) if digest != part.digest => changes.push((part, "changed")),
                Some(_) => {}
            }
        }
        changes.extend(
            now.0.iter().filter(|p| find(self, &p.path).is_none()).map(|part| (part, "was added")),
        );
        let mut told: Vec<String> =
            changes.iter().map(|(part, how)| format!("{} {how}", part.path)).collect();
        if told.len() > SHOWN {
            // Too many to name one by one: where they lie.
            told = changes
                .iter()
                .map(|(part, _)| format!("{} changed", &part.path[..part.first]))
                .collect();
            told.dedup();
        }
        if told.len() > SHOWN {
            let more = told.len() - SHOWN;
            told.truncate(SHOWN);
            told.push(format!("and {more} more"));
        }
        (!told.is_empty()).then(|| told.join(", "))
    }
}

/// The parts of a small container, with their names; none for other values.
fn named_parts<'py>(container: &Bound<'py, PyAny>) -> Option<Vec<(String, Bound<'py, PyAny>)>> {
    let numbered = |items: Vec<Bound<'py, PyAny>>| {
        items.into_iter().enumerate().map(|(i, value)| (format!("[{i}]"), value)).collect()
    };
    if let Ok(dict) = container.cast_exact::<PyDict>() {
        (dict.len() <= PARTS_LIMIT).then(|| {
            dict.iter()
                .map(|(key, value)| (format!("[{}]", super::state::brief(&key)), value))
                .collect()
        })
    } else if let Ok(list) = container.cast_exact::<PyList>() {
        (list.len() <= PARTS_LIMIT).then(|| numbered(list.iter().collect()))
    } else if let Ok(tuple) = container.cast_exact::<PyTuple>() {
        (tuple.len() <= PARTS_LIMIT).then(|| numbered(tuple.iter().collect()))
    } else if crate::raw::is_heap_type(&container.get_type()) && plain_elements(container).is_none()
    {
        let dict = crate::raw::instance_dict(container)?;
        (dict.len() <= PARTS_LIMIT && !is_of_library(container)).then(|| {
            dict.iter()
                .map(|(key, value)| {
                    let name = key.cast::<pyo3::types::PyString>().map(crate::raw::string);
                    (format!(".{}", name.unwrap_or_default()), value)
                })
                .collect()
        })
    } else {
        None
    }
}

/// Whether what an instance keeps in its dictionary is a library's own affair: a frame's blocks are no parts that
/// its user knows.
fn is_of_library(instance: &Bound<'_, PyAny>) -> bool {
    crate::function::is_library_class(&instance.get_type())
}
