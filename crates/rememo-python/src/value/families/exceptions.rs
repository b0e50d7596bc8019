//! Exceptions: class, arguments, attributes, notes and the cause that was given; not where they were raised.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::{Base, Encoder, HashError, Opened, base};
use crate::value::Part;

/// Those that hold more in C than their arguments (`OSError`, `ImportError`) have reductions of their own.
pub(super) const BASES: &[Base] = &[base("builtins", "BaseException", exception)];

fn exception(
    encoder: &mut Encoder<'_>,
    object: &Bound<'_, PyAny>,
    class: &Bound<'_, PyType>,
) -> Result<Opened, HashError> {
    let py = object.py();
    // SAFETY: an instance of a subclass of BaseException, whose layout begins with that of BaseException.
    let args = unsafe {
        let exception = object.as_ptr().cast::<ffi::PyBaseExceptionObject>();
        Bound::from_borrowed_ptr_or_opt(py, (*exception).args)
    };
    // SAFETY: as above; a new reference or NULL.
    let cause =
        unsafe { Bound::from_owned_ptr_or_opt(py, ffi::PyException_GetCause(object.as_ptr())) };
    let mut parts = vec![
        Part::named("args", args.unwrap_or_else(|| pyo3::types::PyTuple::empty(py).into_any())),
        Part::named("__cause__", cause.unwrap_or_else(|| py.None().into_bound(py))),
    ];
    parts.append(&mut encoder.own_state(object, class)?);
    encoder.instance(class, "exception", parts)
}
