//! Objects of `typing` that a name alone does not tell: type variables, aliases of types and references to come.

use pyo3::prelude::*;

use super::{Encoder, HashError, Known, Opened, attributes, class_name, known, present, referents};
use crate::raw::Function;
use crate::value::Part;

pub(super) const TYPES: &[Known] = &[
    known("typing", "TypeVar", variable),
    known("typing", "ParamSpec", variable),
    known("typing", "TypeVarTuple", variable),
    known("typing", "TypeAliasType", alias),
    known("typing", "ForwardRef", forward),
    known("annotationlib", "ForwardRef", forward),
];

/// Name, variance, bound, constraints, default. What a `[T: …]` declares is code which may not have run yet: it
/// counts as code, and so do the values that it gives.
fn variable(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let kind = format!("typing.{}", class_name(object));
    let mut parts = attributes(object, &["__name__"])?;
    parts.extend(present(object, &["__covariant__", "__contravariant__"]));
    let declared = evaluators(object)?;
    if declared.is_empty() {
        parts.extend(present(object, &["__bound__", "__constraints__", "__default__"]));
    }
    parts.extend(declared.into_iter().map(Part::hidden));
    Ok(encoder.record(&kind, parts))
}

/// An alias of a type (`type A = …`): its parameters and the code that gives its value; the value where there is
/// none.
fn alias(encoder: &mut Encoder<'_>, object: &Bound<'_, PyAny>) -> Result<Opened, HashError> {
    let mut parts = attributes(object, &["__name__", "__module__", "__type_params__"])?;
    match evaluators(object)?.into_iter().next() {
        Some(evaluator) => parts.push(Part::hidden(evaluator)),
        None => parts.extend(attributes(object, &["__value__"])?),
    }
    Ok(encoder.record("typing.TypeAliasType", parts))
}

/// The functions that the compiler made of what a type variable or an alias declares, which bear its name.
fn evaluators<'py>(object: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let name = object.getattr("__name__")?;
    let is_evaluator = |found: &Bound<'py, PyAny>| {
        Function::of(found)
            .and_then(|function| function.code().getattr("co_name").ok())
            .is_some_and(|own| own.eq(&name).unwrap_or(false))
    };
    Ok(referents(object).into_iter().filter(is_evaluator).collect())
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
