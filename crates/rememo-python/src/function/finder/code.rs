//! The code object that importing a file would execute, without executing it.
//!
//! As the import statement does, a valid `.pyc` beside the source is preferred: it is what runs,
//! costs no compilation and repeats no `SyntaxWarning`. Each file is compiled once as long as its
//! content stays.

use std::ffi::CString;
use std::fs;
use std::path::{Path, PathBuf};

use parking_lot::Mutex;
use pyo3::exceptions::PyWarning;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::stamp::Stamp;
use super::state;
use crate::raw;

/// Magic number, flags, and either modification time and size or a hash of the source (PEP 552).
const PYC_HEADER_LEN: usize = 16;
const HASH_BASED: u32 = 0b01;
const CHECK_SOURCE: u32 = 0b10;
/// The place of `optimize` among `sys.flags`.
const OPTIMIZE_FLAG: usize = 3;

struct Compiled {
    stamp: Stamp,
    content: blake3::Hash,
    code: Py<PyAny>,
}

static COMPILED: Mutex<Option<FxHashMap<PathBuf, Compiled>>> = Mutex::new(None);

/// A code object, or why there is none.
pub type Code = Result<Py<PyAny>, String>;

/// The code of a source file.
pub fn of_source(py: Python<'_>, path: &Path) -> Code {
    let stamp = stamp_of(path)?;
    if let Some(code) = unchanged(py, path, &stamp) {
        return Ok(code);
    }
    if let Some(bytes) = valid_bytecode(py, path, &stamp) {
        let code = remembered(py, path, &stamp, &bytes, || unmarshal(py, &bytes, path));
        if code.is_ok() {
            return code;
        }
        // A damaged .pyc is compiled over by the import statement too.
    }
    let source = read(path)?;
    remembered(py, path, &stamp, &source, || compile(py, &source, path))
}

/// The code of a `.pyc` file that has no source.
pub fn of_bytecode(py: Python<'_>, path: &Path) -> Code {
    let stamp = stamp_of(path)?;
    if let Some(code) = unchanged(py, path, &stamp) {
        return Ok(code);
    }
    let bytes = read(path)?;
    remembered(py, path, &stamp, &bytes, || unmarshal(py, &bytes, path))
}

/// The code of a source file whose content was read from an archive.
pub fn of_source_content(py: Python<'_>, path: &Path, source: &[u8]) -> Code {
    compile(py, source, path)
}

/// The code of a `.pyc` file whose content was read from an archive.
pub fn of_bytecode_content(py: Python<'_>, path: &Path, bytes: &[u8]) -> Code {
    unmarshal(py, bytes, path)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn stamp_of(path: &Path) -> Result<Stamp, String> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Stamp::of(&metadata)),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

fn unchanged(py: Python<'_>, path: &Path, now: &Stamp) -> Option<Py<PyAny>> {
    let known = COMPILED.lock();
    let compiled = known.as_ref()?.get(path)?;
    compiled.stamp.proves_unchanged(now).then(|| compiled.code.clone_ref(py))
}

/// The code that was made of `content` before, or is made now and remembered.
fn remembered(
    py: Python<'_>,
    path: &Path,
    stamp: &Stamp,
    content: &[u8],
    make: impl FnOnce() -> Code,
) -> Code {
    let digest = blake3::hash(content);
    let earlier = COMPILED.lock().as_ref().and_then(|known| {
        let compiled = known.get(path).filter(|compiled| compiled.content == digest)?;
        Some(compiled.code.clone_ref(py))
    });
    let code = match earlier {
        Some(code) => code,
        None => make()?,
    };
    let compiled = Compiled { stamp: stamp.clone(), content: digest, code: code.clone_ref(py) };
    // Dropping a code object may run a weak reference's callback, hence after the lock is free.
    let replaced = COMPILED.lock().get_or_insert_default().insert(path.to_owned(), compiled);
    drop(replaced);
    Ok(code)
}

/// The content of the `.pyc` that the import statement would take for this source.
fn valid_bytecode(py: Python<'_>, source: &Path, stamp: &Stamp) -> Option<Vec<u8>> {
    if state::sys(py, c"pycache_prefix").is_some_and(|prefix| !prefix.is_none()) {
        return None;
    }
    let implementation = raw::instance_dict(&state::sys(py, c"implementation")?)?;
    let tag = raw::dict_get(&implementation, pyo3::intern!(py, "cache_tag"))?;
    let flags = state::sys(py, c"flags")?.cast_into::<PyTuple>().ok()?;
    let optimize: u8 = flags.get_item(OPTIMIZE_FLAG).ok()?.extract().ok()?;
    let level = if optimize == 0 { String::new() } else { format!(".opt-{optimize}") };
    let stem = source.file_stem()?.to_str()?;
    let name = format!("{stem}.{}{level}.pyc", state::text(&tag)?);
    let bytes = fs::read(source.parent()?.join("__pycache__").join(name)).ok()?;
    let flags = pyc_flags(&bytes)?;
    let valid = if flags & HASH_BASED == 0 {
        Some((word(&bytes, 8)?, word(&bytes, 12)?)) == stamp.as_in_pyc()
    } else {
        flags & CHECK_SOURCE == 0
    };
    valid.then_some(bytes)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The flags of a `.pyc` of this interpreter's own bytecode.
fn pyc_flags(bytes: &[u8]) -> Option<u32> {
    // SAFETY: reads a constant of the interpreter.
    let magic = unsafe { ffi::PyImport_GetMagicNumber() };
    let flags = word(bytes, 4)?;
    (i64::from(word(bytes, 0)?) == magic as u32 as i64 && flags <= HASH_BASED | CHECK_SOURCE)
        .then_some(flags)
}

fn unmarshal(py: Python<'_>, bytes: &[u8], path: &Path) -> Code {
    let shown = path.display();
    pyc_flags(bytes).ok_or_else(|| format!("{shown}: bytecode of another Python version"))?;
    let body = bytes.get(PYC_HEADER_LEN..).ok_or_else(|| format!("{shown}: truncated bytecode"))?;
    // SAFETY: pointer and length of one live buffer; the result is a new reference or NULL.
    let object = unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            ffi::PyMarshal_ReadObjectFromString(body.as_ptr().cast(), body.len() as isize),
        )
    };
    let code = object.map_err(|error| format!("{shown}: {error}"))?;
    // SAFETY: looks at the object's type.
    if unsafe { ffi::PyCode_Check(code.as_ptr()) } == 0 {
        return Err(format!("{shown}: no code object"));
    }
    // The file may have been compiled elsewhere; the import statement corrects the names as well,
    // and by them user code is told from library code.
    let fixed = match state::entry(py, "_imp") {
        state::Entry::Loaded(imp) => state::module_entry(&imp, "_fix_co_filename")
            .map(|fix| fix.call1((&code, path.as_os_str())).map(drop)),
        _ => None,
    };
    match fixed {
        Some(Err(error)) => Err(format!("{shown}: {error}")),
        _ => Ok(code.unbind()),
    }
}

/// `compile(source, path, "exec", dont_inherit=True)`, warnings kept back: the import itself will
/// give them.
fn compile(py: Python<'_>, source: &[u8], path: &Path) -> Code {
    let shown = path.display();
    let text =
        CString::new(source).map_err(|_| format!("{shown}: source code contains a null byte"))?;
    let name = path.as_os_str().into_pyobject(py).map_err(|error| format!("{shown}: {error}"))?;
    let _silence = Silence::new(py);
    // SAFETY: NUL-terminated source and a string for the name; no flags, so that no `__future__`
    // of a caller is inherited and the source's own encoding declaration counts; the result is a
    // new reference or NULL.
    let code = unsafe {
        Bound::from_owned_ptr_or_err(
            py,
            ffi::Py_CompileStringObject(
                text.as_ptr(),
                name.as_ptr(),
                ffi::Py_file_input,
                std::ptr::null_mut(),
                -1,
            ),
        )
    };
    code.map(Bound::unbind).map_err(|error| format!("{shown}: {error}"))
}

/// A filter "ignore every warning" in front of the others for as long as this lives.
///
/// The registry version is left alone: it only forgets which warnings were given already.
struct Silence<'py>(Option<(Bound<'py, PyList>, Bound<'py, PyTuple>)>);

impl<'py> Silence<'py> {
    fn new(py: Python<'py>) -> Self {
        let add = || -> Option<(Bound<'py, PyList>, Bound<'py, PyTuple>)> {
            // The list of `warnings` counts once that module is imported (`catch_warnings` puts a
            // copy there), before that the interpreter's own.
            let filters = ["warnings", "_warnings"].into_iter().find_map(|name| {
                let state::Entry::Loaded(warnings) = state::entry(py, name) else {
                    return None;
                };
                state::module_entry(&warnings, "filters")?.cast_into::<PyList>().ok()
            })?;
            let every = py.get_type::<PyWarning>();
            let filter = ("ignore", py.None(), every, py.None(), 0).into_pyobject(py).ok()?;
            filters.insert(0, &filter).ok()?;
            Some((filters, filter))
        };
        Self(add())
    }
}

impl Drop for Silence<'_> {
    fn drop(&mut self) {
        let Some((filters, filter)) = &self.0 else {
            return;
        };
        let at = filters.iter().position(|item| item.is(filter));
        if let Some(at) = at {
            // Its place was just found, and an item that is gone need not be removed.
            let _ = filters.del_item(at);
        }
    }
}

/// `_imp.<function>(name)` as a truth: a question to the interpreter's tables in C.
pub fn ask_imp(py: Python<'_>, function: &str, name: &str) -> bool {
    let state::Entry::Loaded(imp) = state::entry(py, "_imp") else {
        return false;
    };
    state::module_entry(&imp, function)
        .and_then(|function| function.call1((PyString::new(py, name),)).ok())
        .and_then(|answer| answer.is_truthy().ok())
        .unwrap_or(false)
}

/// The endings of extension modules, in the order in which the import statement tries them.
pub fn extension_suffixes(py: Python<'_>) -> Vec<String> {
    let state::Entry::Loaded(imp) = state::entry(py, "_imp") else {
        return Vec::new();
    };
    state::module_entry(&imp, "extension_suffixes")
        .and_then(|function| function.call0().ok())
        .and_then(|suffixes| state::texts(&suffixes))
        .unwrap_or_default()
}
