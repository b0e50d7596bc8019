//! The source of functions, for people: read as tracebacks read it, from the file or from what a notebook keeps.
//! Nothing depends on it.

use std::sync::Arc;
use std::time::SystemTime;

use parking_lot::Mutex;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::class::code_text;
use crate::raw;

/// Larger files are not read, in bytes.
const LARGEST: u64 = 2 << 20;
/// So many files are kept; beyond, all are forgotten.
const FILES: usize = 64;

/// When the file was last changed, its size, its lines.
type Known = (SystemTime, u64, Arc<str>);

static KNOWN: Mutex<Option<FxHashMap<String, Known>>> = Mutex::new(None);

/// The lines of a function, from its first decorator to its last statement.
pub(super) fn of_code(py: Python<'_>, code: &Bound<'_, PyAny>) -> Option<String> {
    let file = code_text(code, intern!(py, "co_filename"));
    let first: usize = code.getattr(intern!(py, "co_firstlineno")).ok()?.extract().ok()?;
    let last = last_line(code, 0)?;
    let text = text_of(py, &file)?;
    let lines: Vec<&str> =
        text.lines().skip(first.checked_sub(1)?).take(last + 1 - first).collect();
    // A file that is another than the one that was compiled has something else there.
    let begins = lines.first()?.trim_start();
    let is_function = ["def ", "async ", "@"].iter().any(|word| begins.starts_with(word));
    (is_function || lines.iter().any(|line| line.contains("lambda"))).then(|| lines.join("\n"))
}

/// The last line that belongs to some instruction of the code or of the code in it.
fn last_line(code: &Bound<'_, PyAny>, depth: u32) -> Option<usize> {
    let py = code.py();
    let mut last: usize = code.getattr(intern!(py, "co_firstlineno")).ok()?.extract().ok()?;
    for entry in code.call_method0(intern!(py, "co_lines")).ok()?.try_iter().ok()?.flatten() {
        if let Ok(line) = entry.get_item(2).and_then(|line| line.extract::<usize>()) {
            last = last.max(line);
        }
    }
    let constants = code.getattr(intern!(py, "co_consts")).ok()?.cast_into::<PyTuple>().ok()?;
    for constant in constants.iter() {
        if depth < 16 && constant.is_instance_of::<pyo3::types::PyCode>() {
            last = last.max(last_line(&constant, depth + 1)?);
        }
    }
    Some(last)
}

fn text_of(py: Python<'_>, file: &str) -> Option<Arc<str>> {
    if file.starts_with('<') {
        return kept_by_linecache(py, file);
    }
    let about = std::fs::metadata(file).ok()?;
    let (changed, size) = (about.modified().ok()?, about.len());
    if let Some((seen, seen_size, text)) = KNOWN.lock().get_or_insert_default().get(file)
        && (*seen, *seen_size) == (changed, size)
    {
        return Some(Arc::clone(text));
    }
    if size > LARGEST {
        return None;
    }
    let text: Arc<str> = String::from_utf8_lossy(&std::fs::read(file).ok()?).into();
    let mut known = KNOWN.lock();
    let known = known.get_or_insert_default();
    if known.len() >= FILES {
        known.clear();
    }
    known.insert(file.to_owned(), (changed, size, Arc::clone(&text)));
    Some(text)
}

/// The source of a cell, which notebooks and doctests put where tracebacks look for it.
fn kept_by_linecache(py: Python<'_>, file: &str) -> Option<Arc<str>> {
    let module = raw::module_dict(&raw::loaded_module(py, "linecache")?)?;
    let cache = raw::dict_get(&module, intern!(py, "cache"))?.cast_into::<PyDict>().ok()?;
    let entry = raw::dict_get(&cache, &PyString::new(py, file))?.cast_into::<PyTuple>().ok()?;
    let lines: Vec<String> = entry.get_item(2).ok()?.extract().ok()?;
    Some(lines.concat().into())
}
