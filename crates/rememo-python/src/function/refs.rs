//! Code that is met inside arguments and outputs: by the digest of its own fingerprint.

use std::cell::UnsafeCell;
use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyType;
use rememo::digest::Digest;
use rememo::encode::{Writer, tag};
use rustc_hash::FxHashMap;

use super::follow::{Followed, Reading, Root, follow, wrapper_parts, write_code_object};
use super::guard::Guard;
use super::name::{self, QualifiedName, Sort};
use super::origin::{Library, Origin};
use super::watch::{self, Watch};
use crate::error::HashError;
use crate::raw::Function;
use crate::value::{CodeRefs, Part, Rules};

/// So many fingerprints of code in arguments are remembered; beyond, all are forgotten.
const LIMIT: usize = 1024;
/// How often code that changes while it is followed is followed again.
const ATTEMPTS: usize = 8;

/// The fingerprint of some code and how to see at once that it still holds.
///
/// Touched with the lock of its cache or the GIL held.
struct Known {
    digest: Digest,
    /// None while it is looked at anew, and for ever once it was found to be another.
    seen: UnsafeCell<Option<Seen>>,
}

struct Seen {
    followed: Box<Followed>,
    watch: Option<Watch>,
}

// SAFETY: see the type; nobody holds a reference into it while anything else runs.
unsafe impl Send for Known {}
// SAFETY: as above.
unsafe impl Sync for Known {}

impl Known {
    /// Whether it can be seen at once that nothing has changed.
    ///
    /// # Safety
    /// The lock of the cache or the GIL is held.
    unsafe fn holds(&self, py: Python<'_>) -> bool {
        // SAFETY: as the caller says; the watch was made by this very fingerprint.
        unsafe {
            (*self.seen.get()).as_ref().is_some_and(|seen| {
                seen.watch.as_ref().is_some_and(|watch| seen.followed.holds(py, watch))
            })
        }
    }
}

/// Fingerprints of functions and classes, remembered as long as their guards hold.
#[derive(Default)]
pub struct CodeCache(Mutex<FxHashMap<(usize, Reading), Arc<Known>>>);

impl CodeCache {
    /// The digest of the fingerprint of a function, class or module.
    pub fn digest(
        &self,
        object: &Bound<'_, PyAny>,
        rules: &Rules,
        reading: Reading,
    ) -> Result<Digest, HashError> {
        let id = (object.as_ptr() as usize, reading);
        let py = object.py();
        if let Some(digest) = self.at_hand(object, reading) {
            return Ok(digest);
        }
        let epoch = watch::epoch();
        // Taken out while it is looked at: foreign code may run and come back here.
        let taken = {
            let known = self.0.lock();
            // SAFETY: the lock is held.
            known.get(&id).and_then(|known| unsafe { (*known.seen.get()).take() })
        };
        if let Some(Seen { mut followed, .. }) = taken
            && let Some(digest) = followed.current(py, rules)?
        {
            self.put(py, rules, id, followed, epoch);
            return Ok(digest);
        }
        // A function that is a value counts with all its attributes: whoever gets it can read them.
        // None at all and an empty dict, which looking for one makes, are the same; that it grows is guarded.
        let attributes = Function::of(object).and_then(|f| f.dict()).filter(|d| !d.is_empty());
        let extra =
            attributes.into_iter().map(|dict| ("attributes".to_owned(), dict.into_any())).collect();
        let root = Root { object: object.clone(), extra, reading };
        for _ in 0..ATTEMPTS {
            match follow(&root, rules) {
                Ok(followed) => {
                    let digest = followed.fingerprint().digest();
                    // Its guards hold the object, so that its address stays its own.
                    self.put(py, rules, id, Box::new(followed), epoch);
                    return Ok(digest);
                }
                Err(HashError::Retrace) => {}
                Err(other) => return Err(other),
            }
        }
        Err(HashError::Retrace)
    }

    /// The digest of code that was met before, if it can be seen at once that nothing has changed.
    fn at_hand(&self, object: &Bound<'_, PyAny>, reading: Reading) -> Option<Digest> {
        let all = self.0.lock();
        let known = all.get(&(object.as_ptr() as usize, reading))?;
        // SAFETY: the lock is held.
        unsafe { known.holds(object.py()) }.then_some(known.digest)
    }

    /// How a change of a class that was met is seen at once; none if it was not met or cannot be watched.
    pub fn class_guard(&self, class: &Bound<'_, PyType>, reading: Reading) -> Option<ClassGuard> {
        match name::sort(class.as_any()) {
            Sort::UserClass(_) => {
                let known = Arc::clone(self.0.lock().get(&(class.as_ptr() as usize, reading))?);
                let mut guard = ClassGuard::structural(class);
                // SAFETY: nothing runs while it is looked at.
                let holds = unsafe { known.holds(class.py()) };
                guard.code = Some(known);
                holds.then_some(guard)
            }
            // Counts by name and version.
            Sort::Library(..) => Some(ClassGuard::structural(class)),
            _ => None,
        }
    }

    /// Forgets all.
    pub fn clear(&self) {
        let forgotten = std::mem::take(&mut *self.0.lock());
        drop(forgotten);
    }

    fn put(
        &self,
        py: Python<'_>,
        rules: &Rules,
        id: (usize, Reading),
        mut followed: Box<Followed>,
        epoch: u64,
    ) {
        let digest = followed.fingerprint().digest();
        let watch = followed.watch(py, rules, epoch);
        let mut seen = Some(Seen { followed, watch });
        let mut known = self.0.lock();
        let forgotten =
            if known.len() >= LIMIT { std::mem::take(&mut *known) } else { FxHashMap::default() };
        let old = match known.get(&id) {
            // Whoever guards by it sees that it holds again.
            Some(same) if same.digest == digest => {
                // SAFETY: the lock is held.
                unsafe { std::ptr::swap(same.seen.get(), &raw mut seen) };
                None
            }
            _ => known.insert(id, Arc::new(Known { digest, seen: UnsafeCell::new(seen.take()) })),
        };
        drop(known);
        drop((old, seen, forgotten));
    }
}

/// How it is seen that a class, as it counts for its instances, has changed.
pub struct ClassGuard {
    guards: Vec<(Guard, Option<usize>)>,
    watch: Watch,
    /// The fingerprint of a user's class.
    code: Option<Arc<Known>>,
}

impl ClassGuard {
    /// Guards the class itself with its bases, not what its code reads.
    pub fn structural(class: &Bound<'_, PyType>) -> Self {
        let epoch = watch::epoch();
        let guards = vec![(Guard::class(class), None)];
        Self { watch: Watch::new(class.py(), &guards, epoch), guards, code: None }
    }

    /// Whether nothing has changed.
    ///
    /// # Safety
    /// The interpreter is attached.
    pub unsafe fn holds(&self, py: Python<'_>) -> bool {
        // SAFETY: as the caller says; the guards are those that the watch was made from.
        unsafe {
            self.watch.holds(py, &self.guards)
                && self.code.as_ref().is_none_or(|known| known.holds(py))
        }
    }

    /// The digest of the fingerprint of a user's class.
    pub fn digest(&self) -> Option<Digest> {
        self.code.as_ref().map(|known| known.digest)
    }
}

/// Writes code in arguments.
pub struct ArgumentCode<'a> {
    codes: &'a CodeCache,
    reading: Reading,
    /// What was met in this encoding: many instances of a class look at it once.
    met: FxHashMap<usize, Digest>,
}

impl<'a> ArgumentCode<'a> {
    /// Code for readers that can see this much of it.
    pub fn new(codes: &'a CodeCache, reading: Reading) -> Self {
        Self { codes, reading, met: FxHashMap::default() }
    }

    fn digest(&mut self, code: &Bound<'_, PyAny>, rules: &Rules) -> Result<Digest, HashError> {
        let id = code.as_ptr() as usize;
        if let Some(&digest) = self.met.get(&id) {
            return Ok(digest);
        }
        let digest = self.codes.digest(code, rules, self.reading)?;
        // The code cache holds the object, so its address stays its own.
        self.met.insert(id, digest);
        Ok(digest)
    }
}

fn write_library(writer: &mut Writer, library: &Library, name: &QualifiedName) {
    writer.u8(tag::LIBRARY_CODE);
    writer.text(&library.distribution);
    writer.text(&library.version);
    writer.text(&name.module);
    writer.text(&name.qualname);
}

impl CodeRefs for ArgumentCode<'_> {
    fn write(
        &mut self,
        writer: &mut Writer,
        code: &Bound<'_, PyAny>,
        rules: &Rules,
    ) -> Result<(), HashError> {
        match name::sort(code) {
            Sort::UserFunction(function) => {
                writer.u8(tag::USER_CODE);
                writer.raw(self.digest(code, rules)?.as_bytes());
                // Library code reads these names too.
                writer.str(function.name().as_bytes());
                writer.str(function.qualname().as_bytes());
            }
            Sort::UserClass(_) | Sort::UserModule(_) => {
                writer.u8(tag::USER_CODE);
                writer.raw(self.digest(code, rules)?.as_bytes());
            }
            Sort::Cached(wrapped) => return self.write(writer, &wrapped, rules),
            Sort::Library(library, name) => write_library(writer, &library, &name),
            Sort::LibraryModule(module, library) => {
                let name =
                    QualifiedName { module: name::module_name(&module), qualname: String::new() };
                write_library(writer, &library, &name);
            }
            Sort::Value => write_code_object(writer, code)?,
        }
        Ok(())
    }

    fn write_class(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
        rules: &Rules,
    ) -> Result<(), HashError> {
        // Only user code is kept there, so that its sort need not be found out.
        if let Some(digest) = self.codes.at_hand(class.as_any(), self.reading) {
            writer.u8(tag::USER_CODE);
            writer.raw(digest.as_bytes());
            return Ok(());
        }
        self.write(writer, class.as_any(), rules)
    }

    fn is_library_class(&mut self, class: &Bound<'_, PyType>) -> bool {
        matches!(name::class_origin(class), Origin::Library(_))
    }

    fn watches_code(&self) -> bool {
        false
    }

    fn wrapper_parts(&mut self, function: &Function<'_>) -> Option<Vec<Part>> {
        wrapper_parts(function)
    }
}
