//! What frameworks write on the classes that are made with them, and what of it counts.
//!
//! A framework turns the statements of a class body into machinery: compiled validators, mappers, look-up
//! tables, generated methods. Of that, what can be told by value counts by value (fields, validators,
//! configuration); what follows from it, or is filled while it is used, does not count; what can be told by
//! neither counts by the code that made it (`class_body`).

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use super::class::code_text;
use crate::raw::{self, Function};

/// What an attribute of a class counts as.
pub(super) enum Counts<'py> {
    /// Nothing: it follows from what counts, or use changes it.
    Nothing,
    /// Its name alone: that there is such a thing.
    Name,
    /// What it is.
    Value,
    /// This, in its place.
    As(Bound<'py, PyAny>),
    /// The code that made it.
    Maker,
}

/// Which frameworks have made a class.
pub(super) struct Frameworks<'py> {
    /// What `typing` writes on the implementation of a protocol when it is instantiated for the first time.
    init_of_protocol: Option<Bound<'py, PyAny>>,
    attrs: bool,
    pydantic: bool,
    django: bool,
    celery: bool,
    marshmallow: bool,
}

/// What pydantic stores on a class and says something about it, all else being compiled from it.
const PYDANTIC_SAYS: &[&str] = &[
    "__pydantic_fields__",
    "__pydantic_computed_fields__",
    "__pydantic_decorators__",
    "__pydantic_config__",
    "__pydantic_custom_init__",
    "__pydantic_extra_info__",
    "__pydantic_generic_metadata__",
    "__pydantic_post_init__",
    "__pydantic_root_model__",
];

/// What Celery stores on the class of a task for its own use: the application, and state of this process.
const CELERY_MACHINERY: &[&str] =
    &["app", "_app", "backend", "_backend", "request_stack", "_exec_options", "__trace__"];

impl<'py> Frameworks<'py> {
    /// The frameworks of a class, told by the names of its bases and by what they leave in it.
    pub(super) fn of(class: &Bound<'py, PyType>) -> Self {
        let py = class.py();
        let dict = raw::type_dict(class);
        let has = |key| dict.as_ref().is_some_and(|dict| raw::dict_get(dict, key).is_some());
        let bases: Vec<(String, String)> = (raw::mro(class).iter().flatten())
            .filter_map(|base| Some(raw::type_names(base.cast::<PyType>().ok()?)))
            .collect();
        let inherits =
            |module: &str, name: &str| bases.iter().any(|(m, n)| m == module && n == name);
        Self {
            init_of_protocol: inherits("typing", "Protocol")
                .then(|| inherited_init(class))
                .flatten(),
            attrs: has(intern!(py, "__attrs_attrs__")),
            pydantic: has(intern!(py, "__pydantic_fields__"))
                || has(intern!(py, "__pydantic_decorators__"))
                || inherits("pydantic.main", "BaseModel"),
            django: inherits("django.db.models.base", "Model"),
            celery: inherits("celery.app.task", "Task"),
            marshmallow: inherits("marshmallow.schema", "Schema"),
        }
    }

    /// What the attribute `name` counts as.
    pub(super) fn counts(&self, name: &str, value: &Bound<'py, PyAny>) -> Counts<'py> {
        let py = value.py();
        if name == "__init__" && self.init_of_protocol.as_ref().is_some_and(|init| init.is(value)) {
            return Counts::Nothing;
        }
        if let Some(function) = Function::of(value) {
            return self.counts_function(name, &function);
        }
        if value.is_instance_of::<PyType>() {
            return Counts::Value;
        }
        let (module, class) = raw::type_names(&value.get_type());
        let package = module.split('.').next().unwrap_or_default();
        match package {
            // What it is compared and bound with lies in it besides.
            "sqlalchemy" if module == "sqlalchemy.ext.hybrid" => {
                hybrid(value).map_or(Counts::Value, Counts::As)
            }
            // The same registry and manager under private names.
            "sqlalchemy" if name.starts_with("_sa_") => Counts::Nothing,
            "sqlalchemy" => Counts::Maker,
            "django" if self.django && module.starts_with("django.db.models") => Counts::Maker,
            _ if self.pydantic && name.starts_with("__pydantic_") => {
                if !PYDANTIC_SAYS.contains(&name) {
                    Counts::Nothing
                } else if name == "__pydantic_decorators__" {
                    pydantic_decorators(value).map_or(Counts::Value, Counts::As)
                } else {
                    Counts::Value
                }
            }
            _ if self.pydantic && name == "__signature__" => Counts::Nothing,
            _ if self.attrs && name == "__attrs_attrs__" => {
                // A class of its own is made for each tuple of fields.
                let fields =
                    value.cast::<PyTuple>().map(|fields| fields.iter().collect::<Vec<_>>());
                match fields.ok().and_then(|fields| PyTuple::new(py, fields).ok()) {
                    Some(fields) => Counts::As(fields.into_any()),
                    None => Counts::Value,
                }
            }
            _ if self.celery && CELERY_MACHINERY.contains(&name) => Counts::Nothing,
            // Looking a hook up leaves an empty list there.
            "collections" if self.marshmallow && name == "_hooks" && class == "defaultdict" => {
                without_empty(value).map_or(Counts::Value, Counts::As)
            }
            _ => Counts::Value,
        }
    }

    fn counts_function(&self, name: &str, function: &Function<'py>) -> Counts<'py> {
        let py = function.0.py();
        // Generated from the fields, with names and numbers that differ from process to process. What is
        // generated for cached properties holds the user's functions.
        if self.attrs && name != "__getattr__" {
            let file = code_text(&function.code(), intern!(py, "co_filename"));
            if file.starts_with("<attrs generated") {
                return Counts::Name;
            }
        }
        // SQLAlchemy calls the `__init__` of a mapped class by way of one of its own.
        let original =
            function.dict().and_then(|d| raw::dict_get(&d, intern!(py, "_sa_original_init")));
        original.map_or(Counts::Value, Counts::As)
    }
}

/// The `__init__` that a class inherits, but for the one by which a protocol refuses to be instantiated.
fn inherited_init<'py>(class: &Bound<'py, PyType>) -> Option<Bound<'py, PyAny>> {
    let py = class.py();
    raw::mro(class)?
        .iter()
        .skip(1)
        .filter_map(|base| {
            raw::dict_get(&raw::type_dict(base.cast().ok()?)?, intern!(py, "__init__"))
        })
        .find(|init| {
            !Function::of(init).is_some_and(|init| {
                code_text(&init.code(), intern!(py, "co_name")) == "_no_init_or_replace_init"
            })
        })
}

/// What an object that counts by its maker tells about itself, as far as its maker may not: the schema of a table
/// is that of its base's metadata.
pub(super) fn told_besides(value: &Bound<'_, PyAny>) -> Option<String> {
    let (module, name) = raw::type_names(&value.get_type());
    if (module.as_str(), name.as_str()) != ("sqlalchemy.sql.schema", "Table") {
        return None;
    }
    let full_name = raw::dict_get(&raw::instance_dict(value)?, intern!(value.py(), "fullname"))?;
    full_name.cast_into::<PyString>().ok().map(|name| raw::string(&name))
}

/// Validators, serializers and computed fields of a pydantic class: by kind and name the function and what the
/// decorator was told. Left out is a reference to the class by its address.
fn pydantic_decorators<'py>(infos: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let py = infos.py();
    let kinds = PyDict::new(py);
    for kind in [
        "validators",
        "field_validators",
        "root_validators",
        "field_serializers",
        "model_serializers",
        "model_validators",
        "computed_fields",
    ] {
        let decorators = slot(infos, kind)?.cast_into::<PyDict>().ok()?;
        let told = PyDict::new(py);
        for (name, decorator) in decorators.iter() {
            let read = |attribute| slot(&decorator, attribute);
            let parts = (read("cls_var_name")?, read("func")?, read("info")?);
            told.set_item(name, parts).ok()?;
        }
        if !told.is_empty() {
            kinds.set_item(kind, told).ok()?;
        }
    }
    Some(kinds.into_any())
}

/// An attribute that lies in a slot or in the instance's dictionary; nothing else is asked.
fn slot<'py>(object: &Bound<'py, PyAny>, name: &str) -> Option<Bound<'py, PyAny>> {
    let py = object.py();
    let name = PyString::new(py, name);
    if let Some(found) = raw::instance_dict(object).and_then(|dict| raw::dict_get(&dict, &name)) {
        return Some(found);
    }
    let class = object.get_type();
    let member = raw::type_lookup(&class, &name)?;
    let (_, kind) = raw::type_names(&member.get_type());
    if kind != "member_descriptor" {
        return None;
    }
    member.call_method1(intern!(py, "__get__"), (object, class)).ok()
}

/// The functions of a hybrid property or method.
fn hybrid<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let told = PyDict::new(value.py());
    told.set_item("class", value.get_type()).ok()?;
    for name in ["func", "fget", "fset", "fdel", "expr", "custom_comparator", "update_expr"] {
        if let Some(function) = slot(value, name) {
            told.set_item(name, function).ok()?;
        }
    }
    Some(told.into_any())
}

fn without_empty<'py>(dict: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let kept = PyDict::new(dict.py());
    for (key, value) in dict.cast::<PyDict>().ok()?.iter() {
        let is_empty = value.cast::<pyo3::types::PyList>().is_ok_and(|list| list.is_empty());
        if !is_empty {
            kept.set_item(key, value).ok()?;
        }
    }
    Some(kept.into_any())
}
