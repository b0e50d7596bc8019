//! What is stored for a key, and what a hit hands out.

use std::sync::Arc;

use pyo3::exceptions::PyMemoryError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use rememo::digest::Digest;

use super::options::{OnMutation, Output};
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
    parts: Option<Parts>,
}

/// Digests of the parts of a small container, to tell which of them changed.
pub struct Parts(Vec<OutputPart>);

struct OutputPart {
    /// `['users'][3].name`
    path: String,
    /// Length of the first step of the path.
    first: usize,
    digest: Digest,
}

/// Containers of more parts than this are not told apart by part.
const PARTS_LIMIT: usize = 64;
/// Nor are parts of parts beyond this depth.
const PARTS_DEPTH: usize = 3;
/// So many changed parts are named.
const SHOWN_CHANGES: usize = 4;

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
            let Ok((digest, ..)) = measure(state, value.py(), rules, &value) else { return false };
            self.0.push(OutputPart { path, first, digest });
        }
        true
    }

    /// Which parts differ from `now`, in a few words.
    fn difference(&self, now: &Self) -> String {
        let find = |parts: &Self, path: &str| {
            parts.0.iter().find(|part| part.path == path).map(|part| part.digest)
        };
        let mut changes: Vec<(&OutputPart, &str)> = Vec::new();
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
        if told.len() > SHOWN_CHANGES {
            // Too many to name one by one: where they lie.
            told = changes
                .iter()
                .map(|(part, _)| format!("{} changed", &part.path[..part.first]))
                .collect();
            told.dedup();
        }
        if told.len() > SHOWN_CHANGES {
            let more = told.len() - SHOWN_CHANGES;
            told.truncate(SHOWN_CHANGES);
            told.push(format!("and {more} more"));
        }
        told.join(", ")
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
    } else if crate::raw::is_heap_type(&container.get_type()) {
        let dict = crate::raw::instance_dict(container)?;
        (dict.len() <= PARTS_LIMIT).then(|| {
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

/// How a look-up at a stored result ends.
pub enum Handed<'py> {
    /// The result.
    Output(Bound<'py, PyAny>),
    /// It was changed and is to be computed again.
    Recompute,
}

/// An output's digest, whether it is immutable, and its size in bytes.
fn measure(
    state: &State,
    py: Python<'_>,
    rules: &Rules,
    output: &Bound<'_, PyAny>,
) -> Result<(Digest, bool, u64), HashError> {
    let _ = py;
    let mut code = ArgumentCode::new(&state.codes, Reading::default());
    let mut encoder = Encoder::new(rules, &mut code);
    encoder.encode(output, || "the output".to_owned())?;
    let digest = encoder.finish()?;
    Ok((digest, encoder.immutable(), encoder.size()))
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
            let (digest, immutable, size) = measure(state, py, rules, output).map_err(|error| {
                error.into_pyerr(py, &format!("the output of {}()", state.name))
            })?;
            let object = output.clone().unbind();
            if immutable {
                return Ok((Stored::Plain(object), size));
            }
            // Right after it was encoded: see `value::snapshot`.
            let snapshot = rules.is_empty().then(|| state.output_snapshot(output)).flatten();
            let parts = Parts::of(state, rules, output);
            Ok((Stored::Checked(Arc::new(Checked { object, digest, snapshot, parts })), size))
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
                        "{}(): output=\"private\" gives each caller a copy of its own, and the output of type {} \
                         cannot be copied: {cause}.\nThe result was computed but not stored. Use output=\"shared\" to \
                         hand out the same object, or return data that pickle can copy.",
                        state.name,
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
                if checked.is_untouched(py, state) {
                    return Ok(Handed::Output(object));
                }
                let now = measure(state, py, rules, &object);
                let what = match now {
                    Ok((now, ..)) if now == checked.digest => return Ok(Handed::Output(object)),
                    Ok(_) => {
                        let difference = checked
                            .parts
                            .as_ref()
                            .and_then(|before| {
                                Parts::of(state, rules, &object).map(|now| before.difference(&now))
                            })
                            .filter(|difference| !difference.is_empty())
                            .map(|difference| format!(" ({difference})"))
                            .unwrap_or_default();
                        format!("was changed after it was stored{difference}")
                    }
                    Err(HashError::Python(error)) => return Err(error),
                    Err(_) => {
                        "was changed and now holds something that cannot be hashed".to_owned()
                    }
                };
                state.stats.record_mutation();
                mutated(state, py, object, &what, call)
            }
        }
    }
}

fn mutated<'py>(
    state: &State,
    py: Python<'py>,
    object: Bound<'py, PyAny>,
    what: &str,
    call: &dyn Fn() -> String,
) -> PyResult<Handed<'py>> {
    let message = |then: &str| {
        format!(
            "the cached output of {}, of type {}, {what}: {then}\n\
             Every caller gets the same object, so a change made by one is seen by all. Either\n\
             - copy the result before changing it (copy.deepcopy), or\n\
             - @rememo.cache(output=\"private\"): every caller gets a copy of its own, or\n\
             - @rememo.cache(allow_output_mutation=True): changes are meant, and no longer checked.",
            call(),
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
                (message("this call returns it as it is now."), category, 1),
            )?;
            Ok(Handed::Output(object))
        }
    }
}
