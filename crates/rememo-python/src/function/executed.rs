//! Which code filled a module's namespace, where that can be proven.
//!
//! A module's code is gone once it has run, and its file may be newer than what was loaded. So the code of a
//! class body is only believed where it is certain that it is the code that ran:
//! - it was seen on the stack, as the module's own, when rememo was imported or a function was decorated;
//! - or it is the code of a file that was last written before this process was started, and that Python's own
//!   import system has loaded;
//! - or it is a notebook's cell, whose source is kept under a name that no other source has.
//!
//! What this cannot see: a directory of old files that was moved to another's place while the process ran, and a
//! file server whose clock is behind.

use std::fs;
use std::os::raw::c_int;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use rustc_hash::FxHashMap;

use super::finder;
use crate::raw;

#[allow(non_snake_case)]
unsafe extern "C" {
    fn PyFrame_GetBack(frame: *mut ffi::PyFrameObject) -> *mut ffi::PyFrameObject;
    fn PyFrame_GetCode(frame: *mut ffi::PyFrameObject) -> *mut ffi::PyObject;
    fn PyFrame_GetGlobals(frame: *mut ffi::PyFrameObject) -> *mut ffi::PyObject;
}

/// Code that was seen while it ran as a module's.
#[derive(Default)]
struct Seen {
    /// By the module's spec, which is made anew each time that a module is loaded: the spec, the code.
    modules: FxHashMap<usize, (Py<PyAny>, Py<PyAny>)>,
    /// What runs below everything else, the script or the command of `python -c`: its namespace, the code.
    main: Option<(Py<PyDict>, Py<PyAny>)>,
}

static SEEN: Mutex<Option<Seen>> = Mutex::new(None);

/// Code that is known to have run.
pub(super) enum Executed<T> {
    /// This code.
    Code(T),
    /// There is source, yet nothing proves that it is what ran.
    Unproven,
    /// There is no source.
    Unknown,
}

/// Notes the modules whose code is running now, up the stack. Called when rememo is imported and for every
/// function that is decorated; ends at the first module that is known already, for whatever is below was
/// running then.
pub fn note_running(py: Python<'_>) {
    process_start(py);
    let mut new = Vec::new();
    let mut main = None;
    // SAFETY: the current frame is borrowed; every further one, its code and its globals are new references,
    // kept by `Bound`. No code of anybody runs.
    unsafe {
        let frame = ffi::PyEval_GetFrame().cast::<ffi::PyObject>();
        let mut frame = Bound::from_borrowed_ptr_or_opt(py, frame);
        while let Some(current) = frame {
            let raw = current.as_ptr().cast::<ffi::PyFrameObject>();
            let code = Bound::from_owned_ptr(py, PyFrame_GetCode(raw));
            let globals = Bound::from_owned_ptr(py, PyFrame_GetGlobals(raw));
            let back = PyFrame_GetBack(raw).cast::<ffi::PyObject>();
            frame = Bound::from_owned_ptr_or_opt(py, back);
            if !is_module_code(&code) {
                continue;
            }
            let Ok(globals) = globals.cast_into::<PyDict>() else { continue };
            if frame.is_none() && is_main(py, &globals) && is_script(&globals, &code) {
                main = Some((globals.clone().unbind(), code.clone().unbind()));
            }
            let Some(spec) = spec_of(&globals) else { continue };
            if SEEN
                .lock()
                .as_ref()
                .is_some_and(|s| s.modules.contains_key(&(spec.as_ptr() as usize)))
            {
                break;
            }
            // Code that is executed in the module's namespace besides its own is of another file.
            if is_of_file(&globals, &code) {
                new.push((spec.unbind(), code.unbind()));
            }
        }
    }
    if new.is_empty() && main.is_none() {
        return;
    }
    let mut seen = SEEN.lock();
    let seen = seen.get_or_insert_default();
    for (spec, code) in new {
        seen.modules.insert(spec.as_ptr() as usize, (spec, code));
    }
    if seen.main.is_none() {
        seen.main = main;
    }
}

/// The code that filled a module's namespace.
pub(super) fn of_namespace<'py>(
    py: Python<'py>,
    globals: &Bound<'py, PyDict>,
) -> Executed<Bound<'py, PyAny>> {
    let spec = spec_of(globals);
    if let Some(seen) = SEEN.lock().as_ref() {
        if let Some(spec) = &spec
            && let Some((_, code)) = seen.modules.get(&(spec.as_ptr() as usize))
        {
            return Executed::Code(code.bind(py).clone());
        }
        if let Some((namespace, code)) = &seen.main
            && namespace.bind(py).is(globals)
        {
            return Executed::Code(code.bind(py).clone());
        }
    }
    let Some(file) = entry_text(globals, intern!(py, "__file__")) else {
        return if spec.is_some() { Executed::Unproven } else { Executed::Unknown };
    };
    if !loaded_by_python(py, globals) || !older_than_process(py, Path::new(&file)) {
        return Executed::Unproven;
    }
    match finder::code_of_file(py, Path::new(&file)) {
        Ok(code) => Executed::Code(code.into_bound(py)),
        Err(_) => Executed::Unproven,
    }
}

/// The code of a module's file as it is now, which need not be what ran.
pub(super) fn on_disk<'py>(
    py: Python<'py>,
    globals: &Bound<'py, PyDict>,
) -> Option<Bound<'py, PyAny>> {
    let file = entry_text(globals, intern!(py, "__file__"))?;
    finder::code_of_file(py, Path::new(&file)).ok().map(|code| code.into_bound(py))
}

/// The code of a notebook's cell, by the name of the file that its functions carry. Notebooks name each source
/// by its content, and keep it in `linecache` as one that has no file.
pub(super) fn of_cell<'py>(py: Python<'py>, filename: &str) -> Executed<Bound<'py, PyAny>> {
    let lines = raw::loaded_module(py, "linecache")
        .and_then(|linecache| raw::module_dict(&linecache))
        .and_then(|dict| raw::dict_get(&dict, intern!(py, "cache")))
        .and_then(|cache| cache.cast_into::<PyDict>().ok())
        .and_then(|cache| raw::dict_get(&cache, &PyString::new(py, filename)))
        .and_then(|entry| entry.cast_into::<PyTuple>().ok())
        .filter(|entry| entry.len() == 4 && entry.get_item(1).is_ok_and(|mtime| mtime.is_none()))
        .and_then(|entry| entry.get_item(2).ok()?.cast_into::<PyList>().ok());
    let Some(lines) = lines else { return Executed::Unknown };
    let is_cell = filename.contains("ipykernel") || filename.starts_with("<ipython-input-");
    if !is_cell {
        return Executed::Unproven;
    }
    let source: Option<String> = lines
        .iter()
        .map(|line| line.cast_into::<PyString>().ok().map(|l| raw::string(&l)))
        .collect();
    let code = source.and_then(|source| finder::code_of_text(py, &source, filename).ok());
    code.map_or(Executed::Unproven, |code| Executed::Code(code.into_bound(py)))
}

fn is_module_code(code: &Bound<'_, PyAny>) -> bool {
    text(code, intern!(code.py(), "co_name")).is_some_and(|name| name == "<module>")
}

fn text(object: &Bound<'_, PyAny>, attribute: &Bound<'_, PyString>) -> Option<String> {
    object.getattr(attribute).ok()?.cast_into::<PyString>().ok().map(|text| raw::string(&text))
}

fn entry_text(dict: &Bound<'_, PyDict>, key: &Bound<'_, PyString>) -> Option<String> {
    raw::dict_get(dict, key)?.cast_into::<PyString>().ok().map(|text| raw::string(&text))
}

fn is_of_file(globals: &Bound<'_, PyDict>, code: &Bound<'_, PyAny>) -> bool {
    let file = entry_text(globals, intern!(code.py(), "__file__"));
    file.is_some() && file == text(code, intern!(code.py(), "co_filename"))
}

/// Whether the code is all that runs as the main module, and not a line typed at a prompt.
fn is_script(globals: &Bound<'_, PyDict>, code: &Bound<'_, PyAny>) -> bool {
    let py = code.py();
    is_of_file(globals, code)
        || raw::dict_get(globals, intern!(py, "__file__")).is_none()
            && text(code, intern!(py, "co_filename")).is_some_and(|file| file == "<string>")
}

fn spec_of<'py>(globals: &Bound<'py, PyDict>) -> Option<Bound<'py, PyAny>> {
    raw::dict_get(globals, intern!(globals.py(), "__spec__")).filter(|spec| !spec.is_none())
}

fn is_main(py: Python<'_>, globals: &Bound<'_, PyDict>) -> bool {
    raw::loaded_module(py, "__main__")
        .and_then(|main| raw::module_dict(&main))
        .is_some_and(|dict| dict.is(globals))
}

/// Whether Python's own loader for source files has loaded the module; none is noted for a script that a worker
/// process runs again.
fn loaded_by_python(py: Python<'_>, globals: &Bound<'_, PyDict>) -> bool {
    let Some(loader) = raw::dict_get(globals, intern!(py, "__loader__")) else { return false };
    if loader.is_none() {
        let name = entry_text(globals, intern!(py, "__name__"));
        return name.is_some_and(|name| super::name::main_name(&name) == "__main__");
    }
    let (module, name) = raw::type_names(&loader.get_type());
    module == "_frozen_importlib_external" && name == "SourceFileLoader"
}

/// How much earlier a file must have been written: clocks of file systems go in steps.
const STEP: Duration = Duration::from_millis(100);
/// The step of file systems that keep whole seconds.
const COARSE_STEP: Duration = Duration::from_secs(2);

/// Whether neither the file nor a link on the way to it has been touched since this process was started.
fn older_than_process(py: Python<'_>, file: &Path) -> bool {
    let Some(start) = process_start(py) else { return false };
    let older = |metadata: &fs::Metadata| {
        times(metadata).is_some_and(|times| {
            times.iter().all(|time| {
                let whole = time
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .is_ok_and(|since| since.subsec_nanos() == 0);
                let step = if whole { COARSE_STEP } else { STEP };
                time.checked_add(step).is_some_and(|time| time < start)
            })
        })
    };
    if !fs::metadata(file).is_ok_and(|metadata| older(&metadata)) {
        return false;
    }
    file.ancestors().filter(|part| !part.as_os_str().is_empty()).all(|part| {
        fs::symlink_metadata(part).is_ok_and(|metadata| !metadata.is_symlink() || older(&metadata))
    })
}

/// When content and inode were last changed.
#[cfg(unix)]
fn times(metadata: &fs::Metadata) -> Option<[SystemTime; 2]> {
    use std::os::unix::fs::MetadataExt;
    let changed = Duration::new(
        u64::try_from(metadata.ctime()).ok()?,
        u32::try_from(metadata.ctime_nsec()).ok()?,
    );
    Some([metadata.modified().ok()?, SystemTime::UNIX_EPOCH.checked_add(changed)?])
}

#[cfg(not(unix))]
fn times(_metadata: &fs::Metadata) -> Option<[SystemTime; 2]> {
    None
}

/// A moment no later than the start of the interpreter; none where the system does not tell it.
fn process_start(py: Python<'_>) -> Option<SystemTime> {
    static START: OnceLock<Option<SystemTime>> = OnceLock::new();
    // A child made by `fork` inherits its parent's: what it has loaded may be as old.
    *START.get_or_init(|| started_at(py))
}

/// From `/proc/self/stat`: its state flags and its start, in ticks since the machine was booted.
#[cfg(target_os = "linux")]
fn started_at(py: Python<'_>) -> Option<SystemTime> {
    /// `CLOCK_BOOTTIME`, the clock of the start time.
    const BOOT_CLOCK: c_int = 7;
    /// Forked, and no program executed since: modules may be older than the process.
    const FORKED: u64 = 0x40;
    /// The unit of times in `/proc`, the same on every architecture that CPython is built for.
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program is in parentheses and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let flags: u64 = fields.get(6)?.parse().ok()?;
    if flags & FORKED != 0 {
        return None;
    }
    let started: f64 = fields.get(19)?.parse().ok()?;
    let time = py.import("time").ok()?;
    let now: f64 = time.getattr("clock_gettime").ok()?.call1((BOOT_CLOCK,)).ok()?.extract().ok()?;
    let age = Duration::try_from_secs_f64(now - started / TICKS_PER_SECOND).ok()?;
    SystemTime::now().checked_sub(age)
}

#[cfg(not(target_os = "linux"))]
fn started_at(_py: Python<'_>) -> Option<SystemTime> {
    None
}
