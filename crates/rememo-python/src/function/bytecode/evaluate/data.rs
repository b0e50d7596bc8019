//! What can be told of objects without running anybody's code.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyString, PyTuple};

use super::Made;

/// Whether it is a constant: nothing can change it, and comparing it runs nobody's code.
pub(crate) fn is_constant(object: &Bound<'_, PyAny>) -> bool {
    if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        return tuple.iter_borrowed().all(|element| is_constant(&element));
    }
    if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
        return set.iter().all(|element| is_constant(&element));
    }
    object.is_none()
        || is_number(object)
        || object.is_exact_instance_of::<PyString>()
        || object.is_exact_instance_of::<pyo3::types::PyBytes>()
        || object.is_exact_instance_of::<pyo3::types::PyEllipsis>()
}

/// A container that is not known, of these elements.
pub(super) fn container_of<'py>(values: &[Made<'py>]) -> Made<'py> {
    // By way of it they can be changed.
    values.iter().for_each(Made::spoil);
    let is_data = |value: &Made<'_>| match value {
        Made::Known(object) => is_data(object),
        Made::Opaque { .. } => true,
        Made::Form | Made::Code => false,
    };
    let is_form = |value: &Made<'_>| match value {
        Made::Known(object) => is_form(object),
        Made::Opaque { .. } | Made::Form => true,
        Made::Code => false,
    };
    if values.iter().all(is_data) {
        Made::OPAQUE
    } else if values.iter().all(is_form) {
        Made::Form
    } else {
        Made::Code
    }
}

/// Whether it is a class, or a sequence of such, as it stands in expressions of types.
pub(crate) fn is_form(object: &Bound<'_, PyAny>) -> bool {
    if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        return tuple.iter().all(|element| is_form(&element));
    }
    if let Ok(list) = object.cast_exact::<PyList>() {
        return list.iter().all(|element| is_form(&element));
    }
    is_constant(object) || object.is_instance_of::<pyo3::types::PyType>()
}

/// Whether it is a constant or a container of such: nothing in it can be run.
pub(crate) fn is_data(object: &Bound<'_, PyAny>) -> bool {
    if let Ok(list) = object.cast_exact::<PyList>() {
        return list.iter().all(|element| is_data(&element));
    }
    if let Ok(set) = object.cast_exact::<PySet>() {
        return set.iter().all(|element| is_data(&element));
    }
    if let Ok(dict) = object.cast_exact::<PyDict>() {
        return dict.iter().all(|(key, value)| is_data(&key) && is_data(&value));
    }
    if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        return tuple.iter().all(|element| is_data(&element));
    }
    is_constant(object)
}

pub(super) fn is_container(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<PyDict>()
        || object.is_exact_instance_of::<PyList>()
        || object.is_exact_instance_of::<PySet>()
        || object.is_exact_instance_of::<pyo3::types::PyByteArray>()
}

pub(super) fn is_number(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<pyo3::types::PyInt>()
        || object.is_exact_instance_of::<pyo3::types::PyBool>()
        || object.is_exact_instance_of::<pyo3::types::PyFloat>()
        || object.is_exact_instance_of::<pyo3::types::PyComplex>()
}

/// Whether comparing it runs none of the user's code: constants, and `sys.version_info`.
pub(super) fn is_comparable(object: &Bound<'_, PyAny>) -> bool {
    let (module, name) = crate::raw::type_names(&object.get_type());
    is_constant(object) || (module == "sys" && name == "version_info")
}
