//! What libraries write into instances by themselves: values that follow from the rest, worked out when they are
//! first asked for, and notes of their own.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::is_genuine;
use crate::raw;

/// Attributes of instances of a class and its subclasses, by module, name of the class, and names.
const LAZY: &[(&str, &str, &[&str])] = &[
    ("functools", "singledispatchmethod", &["_method_cache"]),
    ("click.core", "Command", &["_help_option"]),
    ("marshmallow.fields", "Nested", &["_schema"]),
    ("marshmallow.schema", "Schema", &["_hooks"]),
    ("jinja2.environment", "Template", &["_module"]),
    ("sqlalchemy.util.langhelpers", "HasMemoized", &["_memoized_keys"]),
    ("sqlalchemy.util.langhelpers", "MemoizedSlots", &["_memoized_keys"]),
    ("pandas.core.base", "PandasObject", &["_cache", "_item_cache"]),
    ("rich.style", "Style", &["_hash", "_style_definition", "_ansi"]),
    ("matplotlib.colors", "Colormap", &["_isinit", "_lut"]),
    ("starlette.applications", "Starlette", &["middleware_stack"]),
    ("fastapi.applications", "FastAPI", &["openapi_schema"]),
    // Where in the process a thing was made: the order of columns and fields is told by what holds them.
    ("sqlalchemy.sql.schema", "SchemaItem", &["_creation_order"]),
    ("django.db.models.fields", "Field", &["creation_counter"]),
    ("django.forms.fields", "Field", &["creation_counter"]),
    ("marshmallow.fields", "Field", &["_creation_index"]),
];

/// The classes of the table.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    LAZY.iter().map(|(module, name, _)| (*module, *name))
}

/// Classes of descriptors that leave a value in the instance's dictionary under their own name.
const CACHING: &[&str] = &[
    "cached_property",
    "under_cached_property",
    "reify",
    "lazyproperty",
    "lazy_attribute",
    "memoized_property",
    "_memoized_property",
    "ro_memoized_property",
    "rw_memoized_property",
    "HasMemoized.memoized_attribute",
    "HasMemoized_ro_memoized_attribute",
    "memoized_instancemethod",
];

/// What is left out of the dictionaries of a class's instances.
#[derive(Clone, Copy, Default)]
pub struct Machinery {
    names: [&'static [&'static str]; 4],
    /// Whether a base may have left values there.
    has_library_base: bool,
}

/// The entries that attrs and SQLAlchemy make in instances of a user's class, and how such a class is known.
const OF_FRAMEWORKS: [(&str, &[&str]); 2] =
    [("__attrs_attrs__", &["_attrs_cached_hash"]), ("_sa_class_manager", &["_sa_instance_state"])];

impl Machinery {
    /// Looks at the class once.
    pub fn of(class: &Bound<'_, PyType>) -> Self {
        let py = class.py();
        let mut found = Self::default();
        let mut n = 0;
        let mut add = |names| {
            if let Some(place) = found.names.get_mut(n) {
                *place = names;
                n += 1;
            }
        };
        for (mark, names) in OF_FRAMEWORKS {
            if raw::type_lookup(class, &PyString::new(py, mark)).is_some() {
                add(names);
            }
        }
        let mut bases = 0;
        for ancestor in raw::mro(class).iter().flatten() {
            let Ok(ancestor) = ancestor.cast::<PyType>() else { continue };
            if !raw::is_heap_type(ancestor) {
                continue;
            }
            bases += 1;
            let (module, name) = raw::type_names(ancestor);
            for (lazy_module, lazy_name, names) in LAZY {
                if module == *lazy_module
                    && name == *lazy_name
                    && is_genuine(ancestor, &module, &name)
                {
                    add(names);
                }
            }
        }
        found.has_library_base = bases > 0;
        found
    }

    /// Whether a slot or attribute is left out by its name.
    pub fn leaves_out(self, name: &str) -> bool {
        self.names.iter().any(|names| names.contains(&name))
    }

    /// The dictionary without what is left out; `is_library` tells library classes from the user's.
    pub fn strip<'py>(
        self,
        dict: &Bound<'py, PyDict>,
        class: &Bound<'py, PyType>,
        mut is_library: impl FnMut(&Bound<'py, PyType>) -> bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        if !self.has_library_base {
            return Ok(dict.clone());
        }
        let mut left_out = Vec::new();
        for (key, _) in dict.iter() {
            let Ok(name) = key.cast_exact::<PyString>() else { continue };
            let by_name = !self.names[0].is_empty() && self.leaves_out(&raw::string(name));
            if by_name || is_cached(class, name, &mut is_library) {
                left_out.push(key);
            }
        }
        if left_out.is_empty() {
            return Ok(dict.clone());
        }
        let copy = dict.copy()?;
        for key in left_out {
            copy.del_item(key)?;
        }
        Ok(copy)
    }
}

/// Whether a descriptor of a library's class has left the value there. One of a user's class counts: code can see
/// that its value is stale.
fn is_cached<'py>(
    class: &Bound<'py, PyType>,
    name: &Bound<'py, PyString>,
    is_library: &mut impl FnMut(&Bound<'py, PyType>) -> bool,
) -> bool {
    let Some(found) = raw::type_lookup(class, name) else { return false };
    if !CACHING.contains(&raw::type_names(&found.get_type()).1.as_str()) {
        return false;
    }
    raw::mro(class)
        .iter()
        .flatten()
        .filter_map(|ancestor| ancestor.cast_into::<PyType>().ok())
        .find(|ancestor| {
            raw::type_dict(ancestor).is_some_and(|d| raw::dict_get(&d, name).is_some())
        })
        .is_some_and(|definer| is_library(&definer))
}

/// What SQLAlchemy's event system keeps for an object: the listeners that were registered with it. The rest is
/// made when an event is first looked for.
pub fn listeners<'py>(dispatch: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let py = dispatch.py();
    let mut found = Vec::new();
    for (name, collection) in raw::instance_dict(dispatch).iter().flatten() {
        let Ok(name) = name.cast_into::<PyString>() else { continue };
        if raw::type_names(&collection.get_type()).1 != "_ListenerCollection" {
            continue;
        }
        let listeners = collection.getattr(intern!(py, "listeners"))?;
        let listeners = listeners.try_iter()?.collect::<PyResult<Vec<_>>>()?;
        if !listeners.is_empty() {
            found.push((raw::string(&name), name, pyo3::types::PyList::new(py, listeners)?));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(found.into_iter().flat_map(|(_, name, list)| [name.into_any(), list.into_any()]).collect())
}
