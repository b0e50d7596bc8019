//! What is stored for a key, and what a hit hands out.

use std::sync::Arc;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyList;
use rememo::digest::Digest;
use rememo::encode::Writer;

use super::changed::{self, Kept};
use super::options::{OnMutation, Output};
use super::recording::summaries_enabled;
use super::state::State;
use crate::error::{HashError, exception};
use crate::function::{ArgumentCode, Reading};
use crate::value::{Encoder, Rules};

/// A stored result.
pub enum Stored {
    /// Handed out as it is: nothing can change it, or changing it is allowed.
    Plain(Py<PyAny>),
    /// Handed out as it is, compared with its digest each time.
    Checked { object: Py<PyAny>, digest: Digest, kept: Option<Arc<Kept>> },
    /// Kept pickled, with its buffers, and made anew for each caller.
    Private { pickled: Py<PyAny>, buffers: Py<PyList> },
}

/// How a look-up at a stored result ends.
pub enum Handed<'py> {
    /// The result.
    Output(Bound<'py, PyAny>),
    /// It was changed and is to be computed again.
    Recompute,
}

/// An output as it was encoded.
pub(super) struct Measured {
    pub digest: Digest,
    pub is_immutable: bool,
    /// In bytes, by estimate.
    pub size: u64,
    pub writer: Writer,
}

/// Encodes an output.
pub(super) fn measure(
    state: &State,
    rules: &Rules,
    output: &Bound<'_, PyAny>,
) -> Result<Measured, HashError> {
    let mut code = ArgumentCode::new(&state.codes, Reading::default());
    let mut encoder = Encoder::new(rules, &mut code);
    encoder.writer.keep_prefixes();
    encoder.encode(output, || "the output".to_owned())?;
    let digest = encoder.finish()?;
    let (is_immutable, size) = (encoder.immutable(), encoder.size());
    Ok(Measured { digest, is_immutable, size, writer: encoder.writer })
}

/// Makes what is stored of an output; also its size in bytes.
pub fn store(
    state: &State,
    py: Python<'_>,
    rules: &Rules,
    output: &Bound<'_, PyAny>,
) -> PyResult<(Stored, u64)> {
    match state.options.output {
        Output::Shared => {
            let size =
                if state.options.bounds.max_bytes.is_some() { shallow_size(output) } else { 64 };
            Ok((Stored::Plain(output.clone().unbind()), size))
        }
        Output::Checked => {
            let measured = measure(state, rules, output).map_err(|error| {
                error.into_pyerr_of_output(
                    py,
                    &format!("the output of {}(){}", state.name, state.place(py)),
                )
            })?;
            let object = output.clone().unbind();
            let stored = if measured.is_immutable {
                Stored::Plain(object)
            } else {
                let kept = summaries_enabled().then(|| {
                    let kept = Kept::of(state, rules, output, &measured.writer);
                    kept.note_receiver(py);
                    Arc::new(kept)
                });
                Stored::Checked { object, digest: measured.digest, kept }
            };
            Ok((stored, measured.size))
        }
        Output::Private => {
            if let Ok(Measured { is_immutable: true, size, .. }) = measure(state, rules, output) {
                return Ok((Stored::Plain(output.clone().unbind()), size));
            }
            pickle(state, py, output)
        }
    }
}

/// Memory that one object takes, buffers of arrays and frames included where the type tells them.
fn shallow_size(output: &Bound<'_, PyAny>) -> u64 {
    let py = output.py();
    let of = |name| output.getattr(name).ok().and_then(|v| v.extract::<u64>().ok());
    of(intern!(py, "nbytes"))
        .or_else(|| {
            py.import("sys")
                .and_then(|sys| sys.call_method1("getsizeof", (output, 64)))
                .and_then(|size| size.extract())
                .ok()
        })
        .unwrap_or(64)
}

fn pickle(state: &State, py: Python<'_>, output: &Bound<'_, PyAny>) -> PyResult<(Stored, u64)> {
    let buffers = PyList::empty(py);
    let kwargs = pyo3::types::PyDict::new(py);
    kwargs.set_item("protocol", 5)?;
    kwargs.set_item(
        "buffer_callback",
        py.import("rememo._private")?.getattr("keeper")?.call1((&buffers,))?,
    )?;
    let pickled = py
        .import("pickle")?
        .call_method("dumps", (output,), Some(&kwargs))
        .map_err(|cause| {
            let error = exception(
                py,
                "RememoError",
                &format!(
                    "{}(){}: output=\"private\" gives each caller a copy of its own, and the output of type {} cannot be \
                     copied: {cause}.\nThe result was computed but not stored. Use output=\"shared\" to hand out the \
                     same object, or return data that pickle can copy.",
                    state.name,
                    state.place(py),
                    crate::value::type_name(output)
                ),
            );
            error.set_cause(py, Some(cause));
            error
        })?;
    let mut size = pickled.len()? as u64;
    for buffer in &buffers {
        size += buffer.len()? as u64;
    }
    Ok((Stored::Private { pickled: pickled.unbind(), buffers: buffers.unbind() }, size))
}

impl Stored {
    /// A copy that can be used outside of the store's lock.
    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        match self {
            Self::Plain(object) => Self::Plain(object.clone_ref(py)),
            Self::Checked { object, digest, kept } => {
                Self::Checked { object: object.clone_ref(py), digest: *digest, kept: kept.clone() }
            }
            Self::Private { pickled, buffers } => {
                Self::Private { pickled: pickled.clone_ref(py), buffers: buffers.clone_ref(py) }
            }
        }
    }

    /// What a hit gives: the object (checked, if it has to be), or a copy of it.
    pub fn hand_out<'py>(
        self,
        state: &State,
        py: Python<'py>,
        rules: &Rules,
        call: &dyn Fn() -> String,
    ) -> PyResult<Handed<'py>> {
        match self {
            Self::Plain(object) => Ok(Handed::Output(object.into_bound(py))),
            Self::Private { pickled, buffers } => {
                let kwargs = pyo3::types::PyDict::new(py);
                let copies = py.import("rememo._private")?.getattr("copies")?.call1((buffers,))?;
                kwargs.set_item("buffers", copies)?;
                py.import("pickle")?
                    .call_method("loads", (pickled,), Some(&kwargs))
                    .map(Handed::Output)
            }
            Self::Checked { object, digest, kept } => {
                let object = object.into_bound(py);
                let what = match measure(state, rules, &object) {
                    Ok(now) if now.digest == digest => {
                        if let Some(kept) = &kept {
                            kept.note_receiver(py);
                        }
                        return Ok(Handed::Output(object));
                    }
                    Ok(now) => {
                        let difference = kept
                            .as_ref()
                            .and_then(|kept| kept.difference(state, rules, &object, &now.writer))
                            .map(|difference| format!(" ({difference})"))
                            .unwrap_or_default();
                        format!("was changed after it was stored{difference}")
                    }
                    Err(HashError::Python(error)) => return Err(error),
                    Err(_) => {
                        "was changed and now holds something that cannot be hashed".to_owned()
                    }
                };
                let receiver = kept.as_ref().and_then(|kept| kept.receiver(py));
                state.stats.record_mutation();
                mutated(state, py, object, &what, receiver.as_deref(), call)
            }
        }
    }
}

fn mutated<'py>(
    state: &State,
    py: Python<'py>,
    object: Bound<'py, PyAny>,
    what: &str,
    receiver: Option<&str>,
    call: &dyn Fn() -> String,
) -> PyResult<Handed<'py>> {
    let received =
        receiver.map(|place| format!("It was last handed out to {place}.\n")).unwrap_or_default();
    let message = |then: &str| {
        format!(
            "the cached output of {}{}, of type {}, {what}: {then}\n{received}\
             Every caller gets the same object, so a change made by one is seen by all. Either\n\
             - copy the result before changing it (copy.deepcopy), or\n\
             - @rememo.cache(output=\"private\"): every caller gets a copy of its own, or\n\
             - @rememo.cache(allow_output_mutation=True): changes are meant, and no longer checked.",
            call(),
            state.place(py),
            crate::value::type_name(&object),
        )
    };
    match state.options.on_mutation {
        OnMutation::Recompute => Ok(Handed::Recompute),
        OnMutation::Raise => {
            Err(exception(py, "CachedObjectMutatedError", &message("it was not returned.")))
        }
        OnMutation::Warn => {
            let category = py.import("rememo.errors")?.getattr("CachedObjectMutatedWarning")?;
            py.import("warnings")?.call_method1(
                "warn",
                (message("this call returns it as it is now."), category, changed::stack_level(py)),
            )?;
            Ok(Handed::Output(object))
        }
    }
}
