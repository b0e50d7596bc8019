//! Code that is met inside arguments and outputs: by the digest of its own fingerprint.

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::PyType;
use rememo::digest::Digest;
use rememo::encode::{Writer, tag};
use rustc_hash::FxHashMap;

use super::follow::{Followed, Reading, Root, follow, wrapper_parts, write_code_object};
use super::name::{self, QualifiedName, Sort};
use super::origin::{Library, Origin};
use crate::error::HashError;
use crate::raw::Function;
use crate::value::{CodeRefs, Part, Rules};

/// So many fingerprints of code in arguments are remembered; beyond, all are forgotten.
const LIMIT: usize = 1024;
/// How often code that changes while it is followed is followed again.
const ATTEMPTS: usize = 8;

/// Fingerprints of functions and classes, remembered as long as their guards hold.
#[derive(Default)]
pub struct CodeCache(Mutex<FxHashMap<(usize, Reading), Box<Followed>>>);

impl CodeCache {
    /// The digest of the fingerprint of a function, class or module.
    pub fn digest(
        &self,
        object: &Bound<'_, PyAny>,
        rules: &Rules,
        reading: Reading,
    ) -> Result<Digest, HashError> {
        let id = (object.as_ptr() as usize, reading);
        // Taken out while it is looked at: foreign code may run and come back here.
        let known = self.0.lock().remove(&id);
        if let Some(mut known) = known
            && let Some(digest) = known.current(object.py(), rules)?
        {
            self.put(id, known);
            return Ok(digest);
        }
        // A function that is a value counts with all its attributes: whoever gets it can read them.
        let attributes = Function::of(object).and_then(|function| function.dict());
        let extra =
            attributes.into_iter().map(|dict| ("attributes".to_owned(), dict.into_any())).collect();
        let root = Root { object: object.clone(), extra, reading };
        for _ in 0..ATTEMPTS {
            match follow(&root, rules) {
                Ok(followed) => {
                    let digest = followed.fingerprint().digest();
                    // Its guards hold the object, so that its address stays its own.
                    self.put(id, Box::new(followed));
                    return Ok(digest);
                }
                Err(HashError::Retrace) => {}
                Err(other) => return Err(other),
            }
        }
        Err(HashError::Retrace)
    }

    /// Forgets all.
    pub fn clear(&self) {
        let forgotten = std::mem::take(&mut *self.0.lock());
        drop(forgotten);
    }

    fn put(&self, id: (usize, Reading), followed: Box<Followed>) {
        let mut known = self.0.lock();
        let forgotten =
            if known.len() >= LIMIT { std::mem::take(&mut *known) } else { FxHashMap::default() };
        let old = known.insert(id, followed);
        drop(known);
        drop((old, forgotten));
    }
}

/// Writes code in arguments.
pub struct ArgumentCode<'a> {
    codes: &'a CodeCache,
    reading: Reading,
}

impl<'a> ArgumentCode<'a> {
    /// Code for readers that can see this much of it.
    pub fn new(codes: &'a CodeCache, reading: Reading) -> Self {
        Self { codes, reading }
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
                writer.raw(self.codes.digest(code, rules, self.reading)?.as_bytes());
                // Library code reads these names too.
                writer.str(function.name().as_bytes());
                writer.str(function.qualname().as_bytes());
            }
            Sort::UserClass(_) | Sort::UserModule(_) => {
                writer.u8(tag::USER_CODE);
                writer.raw(self.codes.digest(code, rules, self.reading)?.as_bytes());
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
        self.write(writer, class.as_any(), rules)
    }

    fn is_library_class(&mut self, class: &Bound<'_, PyType>) -> bool {
        matches!(name::class_origin(class), Origin::Library(_))
    }

    fn wrapper_parts(&mut self, function: &Function<'_>) -> Option<Vec<Part>> {
        wrapper_parts(function)
    }
}
