//! Objects of `typing` that a name alone does not tell: type variables and references to come.

use pyo3::prelude::*;

use super::{Encoder, HashError, Known, Opened, attributes, class_name, known};
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("typing", "TypeVar", variable),
    known("typing", "ParamSpec", variable),
    known("typing", "TypeVarTuple", variable),
    known("typing", "ForwardRef", forward),
    known("annotationlib", "ForwardRef", forward),
];

/// Name, bound, constraints, variance. The bound of a variable that a `[T: …]` declares is code which has not
/// run yet, and is left alone.
fn variable(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let kind = format!("typing.{}", class_name(object));
    let mut parts = vec![Part::named("__name__", object.getattr("__name__")?)];
    let is_declared = object
        .getattr("__infer_variance__")
        .and_then(|inferred| inferred.is_truthy())
        .unwrap_or(false);
    for name in ["__covariant__", "__contravariant__", "__bound__", "__constraints__"] {
        if is_declared && (name == "__bound__" || name == "__constraints__") {
            continue;
        }
        if let Ok(value) = object.getattr(name) {
            parts.push(Part::named(name, value));
        }
    }
    Ok(encoder.record(&kind, parts))
}

/// The text; not what it was found to be.
fn forward(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let mut parts = attributes(object, &["__forward_arg__"])?;
    for name in ["__forward_is_argument__", "__forward_is_class__", "__forward_module__"] {
        if let Ok(value) = object.getattr(name) {
            parts.push(Part::named(name, value));
        }
    }
    Ok(encoder.record("typing.ForwardRef", parts))
}
