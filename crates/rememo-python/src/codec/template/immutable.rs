//! Which objects nobody can change, told by their exact type; and the types that are copied in a way of their own.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;

use crate::raw;
use crate::value::families::is_genuine;

/// Tuples deeper than this are copied like lists, whatever they hold.
const DEPTH: usize = 16;

/// How instances of a class are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As they are: nobody can change them.
    Immutable,
    /// As they are if their time zone is known to be immutable.
    Zoned,
    /// An array of numpy.
    Array,
    /// Data of pyarrow: nobody can change it through pyarrow, but it may lie in the memory of an array.
    Arrow,
    /// A frame or series of polars: likewise, and a clone is changed apart from its original.
    Polars,
    /// Not known.
    Other,
}

/// Module and name of classes whose instances nobody can change.
const IMMUTABLE: &[(&str, &str)] = &[
    ("datetime", "date"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("zoneinfo", "ZoneInfo"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("uuid", "UUID"),
    ("ipaddress", "IPv4Address"),
    ("ipaddress", "IPv6Address"),
    ("pathlib", "PosixPath"),
    ("pathlib", "WindowsPath"),
    ("pathlib", "PurePosixPath"),
    ("pathlib", "PureWindowsPath"),
    ("pathlib._local", "PosixPath"),
    ("pathlib._local", "WindowsPath"),
    ("pathlib._local", "PurePosixPath"),
    ("pathlib._local", "PureWindowsPath"),
    ("re", "Pattern"),
    ("pandas", "Timedelta"),
    ("pandas", "Period"),
    ("pandas._libs.tslibs.timedeltas", "Timedelta"),
    ("pandas._libs.tslibs.period", "Period"),
    ("pandas._libs.missing", "NAType"),
    ("pandas.api.typing", "NAType"),
    ("pandas._libs.tslibs.nattype", "NaTType"),
    ("pandas.api.typing", "NaTType"),
    ("pyarrow.lib", "Schema"),
    ("pyarrow.lib", "Field"),
];

const ZONED: &[(&str, &str)] = &[
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("pandas", "Timestamp"),
    ("pandas._libs.tslibs.timestamps", "Timestamp"),
];

/// Classes below which a whole library's classes lie, by module and name of the base.
const FAMILIES: &[(&str, &str, Kind)] = &[
    ("numpy", "generic", Kind::Immutable),
    ("numpy", "dtype", Kind::Immutable),
    ("pyarrow.lib", "DataType", Kind::Immutable),
    ("pyarrow.lib", "Array", Kind::Arrow),
    ("pyarrow.lib", "Scalar", Kind::Arrow),
];

const ARROW: &[(&str, &str)] =
    &[("pyarrow.lib", "ChunkedArray"), ("pyarrow.lib", "Table"), ("pyarrow.lib", "RecordBatch")];

const POLARS: &[(&str, &str)] =
    &[("polars.dataframe.frame", "DataFrame"), ("polars.series.series", "Series")];

/// The kinds of the classes that were met in one value; holds the classes, and with them their addresses.
#[derive(Default)]
pub struct Kinds(FxHashMap<usize, (Kind, Py<PyType>)>);

impl Kinds {
    /// The kind of an object's class.
    pub fn of(&mut self, object: &Bound<'_, PyAny>) -> Kind {
        let class = object.get_type();
        let new = || (kind(&class), class.clone().unbind());
        self.0.entry(class.as_ptr() as usize).or_insert_with(new).0
    }

    /// Whether nobody can change the object, or anything in it.
    pub fn is_immutable(&mut self, object: &Bound<'_, PyAny>) -> bool {
        self.is_immutable_within(object, DEPTH)
    }

    fn is_immutable_within(&mut self, object: &Bound<'_, PyAny>, depth: usize) -> bool {
        if is_leaf(object) {
            return true;
        }
        if let Ok(tuple) = object.cast_exact::<PyTuple>() {
            return depth > 0
                && tuple.iter_borrowed().all(|item| self.is_immutable_within(&item, depth - 1));
        }
        if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
            return depth > 0 && set.iter().all(|item| self.is_immutable_within(&item, depth - 1));
        }
        match self.of(object) {
            Kind::Immutable => true,
            Kind::Zoned => object.getattr(intern!(object.py(), "tzinfo")).is_ok_and(|zone| {
                zone.is_none() || (depth > 0 && self.is_immutable_within(&zone, depth - 1))
            }),
            _ => false,
        }
    }
}

/// Whether an object is one of the exact built-in types without parts.
#[inline]
pub fn is_leaf(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: compares the type pointer of a live object.
    unsafe {
        let class = ffi::Py_TYPE(object.as_ptr());
        class == &raw mut ffi::PyUnicode_Type
            || class == &raw mut ffi::PyLong_Type
            || class == &raw mut ffi::PyFloat_Type
            || class == &raw mut ffi::PyBool_Type
            || object.is_none()
            || class == &raw mut ffi::PyBytes_Type
            || class == &raw mut ffi::PyComplex_Type
            || class == &raw mut ffi::PyRange_Type
            // What `copy.deepcopy` takes as it is: a function belongs to its module, not to the value.
            || class == &raw mut ffi::PyFunction_Type
            || class == &raw mut ffi::PyEllipsis_Type
            || (class == &raw mut ffi::PyCFunction_Type && belongs_to_module(object))
    }
}

/// Whether a built-in function is no method of some object.
fn belongs_to_module(function: &Bound<'_, PyAny>) -> bool {
    // SAFETY: the caller compared the type; what the function is bound to is borrowed, or NULL.
    unsafe {
        let owner = ffi::PyCFunction_GetSelf(function.as_ptr());
        if owner.is_null() {
            ffi::PyErr_Clear();
            return true;
        }
        ffi::PyModule_Check(owner) != 0
    }
}

fn kind(class: &Bound<'_, PyType>) -> Kind {
    let py = class.py();
    // SAFETY: looks at the type of a live object: whether the class is a metaclass, so that its instances are classes.
    if unsafe { ffi::PyType_IsSubtype(class.as_type_ptr(), &raw mut ffi::PyType_Type) != 0 } {
        return Kind::Immutable;
    }
    let (module, name) = raw::type_names(class);
    let has = |table: &[(&str, &str)]| table.contains(&(module.as_str(), name.as_str()));
    let known = if has(IMMUTABLE) {
        Kind::Immutable
    } else if has(ZONED) {
        Kind::Zoned
    } else if has(ARROW) {
        Kind::Arrow
    } else if has(POLARS) {
        Kind::Polars
    } else if (module.as_str(), name.as_str()) == ("numpy", "ndarray") {
        Kind::Array
    } else {
        return by_base(py, class, &module, &name);
    };
    // A class with the name alone is another class.
    if is_genuine(class, &module, &name) { known } else { Kind::Other }
}

fn by_base(py: Python<'_>, class: &Bound<'_, PyType>, module: &str, name: &str) -> Kind {
    let Some(mro) = raw::mro(class) else { return Kind::Other };
    // Members of an Enum: there is one of each, and `copy.deepcopy` takes them as they are.
    let metaclass = class.get_type();
    if raw::type_names(&metaclass).0 == "enum"
        && raw::type_lookup(class, intern!(py, "_member_map_")).is_some()
    {
        return Kind::Immutable;
    }
    // Records can be changed, names of their fields too, and an object is whatever it is.
    if raw::is_heap_type(class) || matches!(name, "void" | "record" | "object_" | "VoidDType") {
        return Kind::Other;
    }
    for ancestor in mro.iter() {
        let Ok(ancestor) = ancestor.cast_into::<PyType>() else { continue };
        let (base_module, base_name) = raw::type_names(&ancestor);
        for (family, root, kind) in FAMILIES {
            let package = |module: &str| module.split('.').next().map(str::to_owned);
            if *family == base_module && *root == base_name && package(module) == package(family) {
                return *kind;
            }
        }
    }
    Kind::Other
}

/// Bytes that an object takes, roughly; what it refers to is not counted.
pub fn size(object: &Bound<'_, PyAny>) -> u64 {
    if let Ok(text) = object.cast_exact::<PyString>() {
        // SAFETY: a live string in canonical form.
        let len = unsafe { ffi::PyUnicode_GET_LENGTH(text.as_ptr()) as u64 };
        return 56 + len;
    }
    if let Ok(bytes) = object.cast_exact::<pyo3::types::PyBytes>() {
        return 40 + bytes.as_bytes().len() as u64;
    }
    if let Ok(tuple) = object.cast_exact::<PyTuple>() {
        return 48 + tuple.iter_borrowed().map(|item| 8 + size(&item)).sum::<u64>();
    }
    if let Ok(set) = object.cast_exact::<PyFrozenSet>() {
        return 200 + set.iter().map(|item| 32 + size(&item)).sum::<u64>();
    }
    if object.is_none() || object.is_exact_instance_of::<pyo3::types::PyBool>() { 0 } else { 32 }
}
