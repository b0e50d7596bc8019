//! What can go wrong while hashing, as data; made a Python exception at the border.

use pyo3::prelude::*;
use pyo3::types::PyType;

/// A value that cannot be hashed.
#[derive(Debug)]
pub struct Unhashable {
    /// Where it lies, from the root: `argument 'loader' → .session → ['socket']`.
    pub path: String,
    /// Its type as `module.QualName`.
    pub type_name: String,
    /// The type itself.
    pub type_object: Py<PyType>,
    /// Why it cannot be hashed.
    pub reason: String,
    /// Who reads it and where, for an external value.
    pub reader: Option<String>,
    /// The exception that a reduction raised.
    pub cause: Option<PyErr>,
}

/// Why an encoding was not finished.
#[derive(Debug)]
pub enum HashError {
    /// Values that cannot be hashed, all that were met.
    Unhashable(Vec<Unhashable>),
    /// A user's hash function failed.
    UserHash {
        /// The exception that it raised.
        cause: PyErr,
        /// The hash function.
        function: Py<PyAny>,
        /// Its name and place.
        description: String,
        /// The type it was called for.
        type_object: Py<PyType>,
        /// Where the value lies.
        path: String,
    },
    /// The value contains itself: to be encoded as a graph.
    Cycle,
    /// The followed code has changed while its values were read: follow it anew.
    Retrace,
    /// An exception that is not about hashing (`KeyboardInterrupt`, `MemoryError`).
    Python(PyErr),
}

impl From<PyErr> for HashError {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("rememo.errors")?.getattr(name)
}

/// An exception of `rememo.errors` with this message.
pub fn exception(py: Python<'_>, name: &str, message: &str) -> PyErr {
    match class(py, name).and_then(|c| c.call1((message,))) {
        Ok(instance) => PyErr::from_value(instance),
        Err(error) => error,
    }
}

fn short_name(type_name: &str) -> &str {
    type_name.rsplit('.').next().unwrap_or(type_name)
}

impl HashError {
    /// The Python exception, for values of `subject` (a function's name, or "value").
    pub fn into_pyerr(self, py: Python<'_>, subject: &str) -> PyErr {
        self.told(py, subject, false)
    }

    /// The Python exception for an output, which was computed already.
    pub fn into_pyerr_of_output(self, py: Python<'_>, subject: &str) -> PyErr {
        self.told(py, subject, true)
    }

    fn told(self, py: Python<'_>, subject: &str, is_output: bool) -> PyErr {
        match self {
            Self::Python(error) => error,
            Self::Cycle | Self::Retrace => exception(
                py,
                "RememoError",
                "the values that the function reads kept changing while they were hashed",
            ),
            Self::UserHash { cause, function, description, type_object, path } => {
                let (module, name) = crate::raw::type_names(type_object.bind(py));
                let type_name =
                    if module == "builtins" { name } else { format!("{module}.{name}") };
                let consequence = if is_output {
                    "Its digest cannot be taken without it, so the result was computed but not stored."
                } else {
                    "The call has no key without it, so nothing was looked up, computed or stored."
                };
                let message = format!(
                    "{subject}: the hash function {description} failed for a value of type {type_name} ({path}): {cause}.\n\
                     {consequence}\nMend the hash function, or give another one: hash_funcs={{{}: …}}.",
                    short_name(&type_name)
                );
                let error = exception(py, "UserHashError", &message);
                // Attributes of an exception made a moment ago can always be set.
                let _ = error.value(py).setattr("function", function);
                let _ = error.value(py).setattr("type", type_object);
                error.set_cause(py, Some(cause));
                error
            }
            Self::Unhashable(all) => unhashable(py, subject, all, is_output),
        }
    }
}

fn unhashable(py: Python<'_>, subject: &str, mut all: Vec<Unhashable>, is_output: bool) -> PyErr {
    let mut message = format!("{subject}: cannot hash ");
    if all.len() > 1 {
        message.push_str(&format!("{} values:\n", all.len()));
    }
    for one in &all {
        let bullet = if all.len() > 1 { "  - " } else { "" };
        message.push_str(&format!("{bullet}{} of type {}", one.path, one.type_name));
        if let Some(reader) = &one.reader {
            message.push_str(&format!(", read by {reader}"));
        }
        message.push_str(&format!(": {}", one.reason));
        if let Some(cause) = &one.cause {
            message.push_str(&format!(" ({cause})"));
        }
        message.push_str(".\n");
    }
    message.push_str(if is_output {
        "Without a digest rememo could not see that a caller changes it, so the result was computed but not stored.\n\
         Let it be stored unchecked, or say how to tell such values apart:\n    \
         @rememo.cache(allow_output_mutation=True)       # no digest of the result is taken\n"
    } else {
        "Without a digest rememo cannot know whether the result still holds, so it did not call the function.\n\
         Say how to tell such values apart:\n"
    });
    let mut seen: Vec<&str> = Vec::new();
    for one in &all {
        if seen.contains(&one.type_name.as_str()) {
            continue;
        }
        seen.push(&one.type_name);
        message.push_str(&format!(
            "    @rememo.cache(hash_funcs={{\"{0}\": id}})         # for this function; or a function of the value\n    \
             rememo.register(\"{0}\", id)                    # for the whole project\n",
            one.type_name
        ));
    }
    message.push_str(if is_output {
        "    @rememo.cache(opaque=\"identity\")                # take attributes of instances by identity"
    } else {
        "    @rememo.cache(opaque=\"identity\")                # take every such value by identity\n\
         A result of such a type: allow_output_mutation=True takes no hash of it."
    });
    let error = exception(py, "UnhashableTypeError", &message);
    let value = error.value(py);
    if let Some(first) = all.first_mut() {
        // Attributes of an exception made a moment ago can always be set.
        let _ = value.setattr("path", &first.path);
        let _ = value.setattr("type", first.type_object.bind(py));
        if let Some(cause) = first.cause.take() {
            error.set_cause(py, Some(cause));
        }
    }
    error
}
