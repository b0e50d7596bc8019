//! What is known of code objects, analysed once each.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::prelude::*;
use rustc_hash::FxHashMap;

pub(super) use super::bytecode::Visible;
use super::bytecode::{self, CodeFacts};

/// Analysed code is kept for so many code objects; beyond, all are forgotten and analysed anew when met.
const LIMIT: usize = 20_000;

/// The code object is held, so that its address cannot become another's.
type Known = FxHashMap<(usize, [bool; 3]), (Py<PyAny>, Arc<CodeFacts>)>;

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

/// The facts of a code object, given what other code can see of it.
pub(super) fn of(
    _py: Python<'_>,
    code: &Bound<'_, PyAny>,
    visible: Visible,
) -> PyResult<Arc<CodeFacts>> {
    let id = (code.as_ptr() as usize, [visible.locals, visible.docs, visible.annotations]);
    if let Some((_, facts)) = KNOWN.lock().get_or_insert_default().get(&id) {
        return Ok(Arc::clone(facts));
    }
    let facts = Arc::new(bytecode::analyse(code, visible)?);
    let mut known = KNOWN.lock();
    let known = known.get_or_insert_default();
    let forgotten = if known.len() >= LIMIT { std::mem::take(known) } else { Known::default() };
    known.insert(id, (code.clone().unbind(), Arc::clone(&facts)));
    drop(forgotten);
    Ok(facts)
}

/// What a callable does, in bytes: the digest of its code, or the name of a built-in or of its type.
pub fn code_identity(callable: &Bound<'_, PyAny>) -> Vec<u8> {
    if let Some(function) = crate::raw::Function::of(callable)
        && let Ok(facts) = of(callable.py(), &function.code(), Visible::default())
    {
        return facts.digest.as_bytes().to_vec();
    }
    match super::name::sort(callable) {
        super::name::Sort::Library(_, name) => name.to_string().into_bytes(),
        _ => crate::value::type_name(callable).into_bytes(),
    }
}
