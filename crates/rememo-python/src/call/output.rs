//! What is stored for a key, and what a hit hands out.

use std::sync::Arc;

use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use rememo::digest::Digest;
use rememo::encode::Writer;

use super::changed::{self, Kept};
use super::options::{OnMutation, Output};
use super::recording::summaries_enabled;
use super::state::State;
use crate::codec::template::{Template, Templated};
use crate::error::{HashError, exception};
use crate::function::{ArgumentCode, Reading};
use crate::value::{Encoder, Rules, Snapshot};

/// A stored result.
pub enum Stored {
    /// Handed out as it is: nothing can change it, or changing it is allowed.
    Plain(Py<PyAny>),
    /// Handed out as it is, compared with what it was each time.
    Checked(Arc<Checked>),
    /// Made anew for each caller.
    Private(Arc<Template>),
}

/// An output that can be changed.
pub struct Checked {
    pub object: Py<PyAny>,
    digest: Digest,
    /// Tells in nanoseconds that it is unchanged, where it is small enough.
    pub snapshot: Option<Snapshot>,
    /// To tell what has changed, and who received it.
    pub kept: Option<Kept>,
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
            if measured.is_immutable {
                return Ok((Stored::Plain(object), measured.size));
            }
            // Right after it was encoded: see `value::snapshot`.
            let snapshot = rules.is_empty().then(|| state.output_snapshot(output)).flatten();
            let kept = summaries_enabled().then(|| {
                let kept = Kept::of(state, rules, output, &measured.writer);
                kept.note_receiver(py);
                kept
            });
            let checked = Checked { object, digest: measured.digest, snapshot, kept };
            Ok((Stored::Checked(Arc::new(checked)), measured.size))
        }
        Output::Private => {
            let templated = Template::of(py, output).map_err(|cause| {
                if cause.is_instance_of::<PyMemoryError>(py) {
                    return cause;
                }
                let error = exception(
                    py,
                    "RememoError",
                    &format!(
                        "{}(){}: output=\"private\" gives each caller a copy of its own, and the output of type {} \
                         cannot be copied: {cause}.\nThe result was computed but not stored. Use output=\"shared\" to \
                         hand out the same object, or return data that pickle can copy.",
                        state.name,
                        state.place(py),
                        crate::value::type_name(output)
                    ),
                );
                error.set_cause(py, Some(cause));
                error
            })?;
            Ok(match templated {
                Templated::Immutable(size) => (Stored::Plain(output.clone().unbind()), size),
                Templated::Shared(object, size) => (Stored::Plain(object), size),
                Templated::Template(template) => {
                    let size = template.size();
                    (Stored::Private(Arc::new(template)), size)
                }
            })
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

impl Checked {
    /// Whether it can be seen at once that the output is as it was stored. `false` asks for a closer look.
    #[inline]
    pub fn is_untouched(&self, py: Python<'_>, state: &State) -> bool {
        // SAFETY: attached, and the object is held.
        self.snapshot.as_ref().is_some_and(|snapshot| unsafe {
            snapshot.matches(py, self.object.as_ptr(), &state.output_plans)
        })
    }
}

impl Stored {
    /// A copy that can be used outside of the store's lock.
    pub fn clone_ref(&self, py: Python<'_>) -> Self {
        match self {
            Self::Plain(object) => Self::Plain(object.clone_ref(py)),
            Self::Checked(checked) => Self::Checked(Arc::clone(checked)),
            Self::Private(template) => Self::Private(Arc::clone(template)),
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
            Self::Private(template) => template.make(py).map(Handed::Output),
            Self::Checked(checked) => {
                let object = checked.object.bind(py).clone();
                let note_receiver = || {
                    if let Some(kept) = &checked.kept {
                        kept.note_receiver(py);
                    }
                };
                if checked.is_untouched(py, state) {
                    note_receiver();
                    return Ok(Handed::Output(object));
                }
                let what = match measure(state, rules, &object) {
                    Ok(now) if now.digest == checked.digest => {
                        note_receiver();
                        return Ok(Handed::Output(object));
                    }
                    Ok(now) => {
                        let difference = checked
                            .kept
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
                let receiver = checked.kept.as_ref().and_then(|kept| kept.receiver(py));
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
