//! What of a class counts: its bases and metaclass, and what its body bound, without what the machinery
//! writes there by itself.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};
use rememo::encode::{Writer, tag};
use rememo::fingerprint::Origin as Place;
use rustc_hash::FxHashMap;

use super::follow::Follower;
use super::frameworks::{Counts, Frameworks};
use super::guard::Guard;
use super::name::{class_name, minor_version};
use crate::error::HashError;
use crate::raw::{self, Function};
use crate::value::CodeRefs;

/// Written by the interpreter or by library machinery, never by the user, or of no effect on results.
const MACHINERY: &[&str] = &[
    "__module__",
    "__qualname__",
    "__dict__",
    "__weakref__",
    "__slotnames__",
    "_abc_impl",
    "_abc_registry",
    "_abc_cache",
    "_abc_negative_cache",
    "_abc_negative_cache_version",
    "__static_attributes__",
    "__firstlineno__",
    "__annotate__",
    "__annotate_func__",
    "__annotations_cache__",
    "__protocol_attrs__",
    "__non_callable_proto_members__",
    "__callable_proto_members_only__",
    "_value2member_map_",
    "_unhashable_values_",
    "_unhashable_values_map_",
    "_hashable_values_",
    "__classcell__",
    "__classdictcell__",
    "__subclasshook__.cache",
];

/// How many registrations with abstract classes this process has seen.
fn registrations() -> u64 {
    // SAFETY: guards are only looked at with the interpreter attached.
    let py = unsafe { Python::assume_attached() };
    raw::loaded_module(py, "_abc")
        .and_then(|abc| abc.call_method0(intern!(py, "get_cache_token")).ok())
        .and_then(|token| token.extract().ok())
        .unwrap_or(0)
}

impl Follower<'_> {
    /// Writes the body of a class node.
    pub(super) fn class_body(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
    ) -> Result<(), HashError> {
        let py = class.py();
        self.guard(Guard::class(class));
        writer.str(b"class");
        writer.str(minor_version(py).as_bytes());
        let bases = self.unloaded.bases(class);
        writer.head(tag::TUPLE, bases.len());
        for base in &bases {
            if let Ok(base) = base.cast::<PyType>() {
                self.write_class(writer, base, self.rules())?;
            }
        }
        self.write_class(writer, &class.get_type(), self.rules())?;
        let Some(dict) = raw::type_dict(class) else { return Ok(()) };
        let mut entries: Vec<(String, Bound<'_, PyAny>)> = dict
            .iter()
            .filter_map(|(name, value)| {
                let name = raw::string(name.cast::<PyString>().ok()?);
                Some((name, value))
            })
            .filter(|(name, value)| self.counts(name, value))
            .collect();
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let own = class_name(class);
        if let Some(registered) = self.registered_classes(class) {
            writer.str(b"registered");
            writer.head(tag::SET, registered.len());
            for subclass in registered {
                self.write_class(writer, &subclass, self.rules())?;
            }
        }
        if self.lists_subclasses() {
            self.subclasses(writer, class)?;
        }
        let frameworks = Frameworks::of(class);
        for (name, value) in entries {
            let counts = frameworks.counts(&name, &value);
            if matches!(counts, Counts::Nothing) {
                continue;
            }
            writer.str(name.as_bytes());
            self.class_entry(writer, &format!("{own}.{name}"), class, &name, &value, counts)?;
        }
        Ok(())
    }

    /// The classes that were registered with an abstract base class of the user's, by name.
    fn registered_classes<'py>(
        &mut self,
        class: &Bound<'py, PyType>,
    ) -> Option<Vec<Bound<'py, PyType>>> {
        let py = class.py();
        raw::dict_get(&raw::type_dict(class)?, intern!(py, "_abc_impl"))?;
        self.guard(Guard::Count { read: registrations, seen: registrations(), is_epoch: false });
        let abc = raw::loaded_module(py, "_abc")?;
        // Without changing anything it tells (weak references to the registered classes, caches, …).
        let dump = abc.call_method1(intern!(py, "_get_dump"), (class,)).ok()?;
        let mut classes: Vec<Bound<'py, PyType>> = dump
            .get_item(0)
            .ok()?
            .try_iter()
            .ok()?
            .flatten()
            .filter_map(|weak| weak.call0().ok()?.cast_into::<PyType>().ok())
            .collect();
        classes.sort_by_key(|c| class_name(c).to_string());
        Some(classes)
    }

    /// Writes the subclasses that a class has now, in the order in which code finds them.
    fn subclasses(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
    ) -> Result<(), HashError> {
        let subclasses = raw::subclasses(class);
        writer.str(b"subclasses");
        writer.head(tag::TUPLE, subclasses.len());
        for subclass in &subclasses {
            self.write_class(writer, subclass, self.rules())?;
        }
        self.guard(Guard::Subclasses {
            class: class.clone().unbind(),
            seen: subclasses.into_iter().map(Bound::unbind).collect(),
        });
        Ok(())
    }

    fn counts(&self, name: &str, value: &Bound<'_, PyAny>) -> bool {
        if MACHINERY.contains(&name) {
            return false;
        }
        match name {
            "__doc__" => self.reads_doc(),
            "__annotations__" | "__type_params__" => self.reads_annotations(),
            _ => {
                // SAFETY: compares a type pointer. The accessors of `__dict__` and `__weakref__`.
                unsafe { ffi::Py_TYPE(value.as_ptr()) != &raw mut ffi::PyGetSetDescr_Type }
            }
        }
    }

    fn class_entry(
        &mut self,
        writer: &mut Writer,
        name: &str,
        class: &Bound<'_, PyType>,
        attribute: &str,
        value: &Bound<'_, PyAny>,
        counts: Counts<'_>,
    ) -> Result<(), HashError> {
        let value = match &counts {
            Counts::Nothing | Counts::Name => return Ok(()),
            Counts::Value => value,
            Counts::As(other) => other,
            Counts::Maker => {
                // Whoever says how such values are told apart knows better.
                let is_ruled = self.rules().matching(&value.get_type()).is_some();
                if !is_ruled && self.write_made(writer, class, attribute, value, true)? {
                    return Ok(());
                }
                value
            }
        };
        if Function::of(value).is_some() || value.is_instance_of::<PyType>() {
            return self.write(writer, value, self.rules());
        }
        // SAFETY: compares type pointers.
        let is_slot = unsafe { ffi::Py_TYPE(value.as_ptr()) == &raw mut ffi::PyMemberDescr_Type };
        if is_slot {
            writer.str(b"slot");
            return Ok(());
        }
        let node = self.attribute_node(class, attribute, name, value);
        self.write_node(writer, node);
        Ok(())
    }

    /// What a class has made of its annotations is in its attributes; code that evaluates annotations
    /// itself reads them through here.
    pub(super) fn annotations_of(&self, function: &Function<'_>) -> Option<Py<PyAny>> {
        function.annotations()?;
        // Stored as a tuple until somebody asks for the dict, which is then kept in its place.
        // SAFETY: a live function; a borrowed reference, or NULL with an exception set.
        unsafe {
            let found = ffi::PyFunction_GetAnnotations(function.0.as_ptr());
            if found.is_null() {
                ffi::PyErr_Clear();
            }
            Bound::from_borrowed_ptr_or_opt(function.0.py(), found).map(Bound::unbind)
        }
    }
}

/// The function that an entry of a class's namespace is, or wraps as a built-in descriptor.
fn function_behind<'py>(value: &Bound<'py, PyAny>) -> Option<Function<'py>> {
    let py = value.py();
    // SAFETY: compares type pointers; the attributes of these exact types are C getters.
    let attribute = unsafe {
        let ty = ffi::Py_TYPE(value.as_ptr());
        if ty == &raw mut ffi::PyClassMethod_Type || ty == &raw mut ffi::PyStaticMethod_Type {
            intern!(py, "__func__")
        } else if ty == &raw mut ffi::PyProperty_Type {
            intern!(py, "fget")
        } else {
            return Function::of(value);
        }
    };
    Function::of(&value.getattr(attribute).ok()?)
}

/// The functions that were made in a class's body, as the name of their code says.
pub(super) fn own_functions<'py>(class: &Bound<'py, PyType>) -> Vec<Function<'py>> {
    let prefix = format!("{}.", raw::type_names(class).1);
    let values = raw::type_dict(class).map(|dict| dict.values());
    (values.iter().flatten())
        .filter_map(|value| function_behind(&value))
        .filter(|function| {
            let py = function.0.py();
            code_text(&function.code(), intern!(py, "co_qualname")).starts_with(&prefix)
        })
        .collect()
}

/// An attribute of a code object that is a string.
pub(super) fn code_text(code: &Bound<'_, PyAny>, attribute: &Bound<'_, PyString>) -> String {
    let text = code.getattr(attribute).ok().and_then(|text| text.cast_into::<PyString>().ok());
    text.map(|text| raw::string(&text)).unwrap_or_default()
}

/// The texts of files that were looked at, none for those that cannot be read.
pub(super) type Sources = FxHashMap<String, Option<String>>;

/// Where a class's statement stands, for people. Its line is kept from 3.13 on; before, the line above its
/// first method is looked for that says so.
pub(super) fn place(class: &Bound<'_, PyType>, sources: &mut Sources) -> Option<Place> {
    let py = class.py();
    let (module, qualname) = raw::type_names(class);
    let line_of = |function: &Function<'_>| -> u32 {
        let line = function.code().getattr(intern!(py, "co_firstlineno"));
        line.and_then(|line| line.extract()).unwrap_or(0)
    };
    let first = own_functions(class)
        .into_iter()
        // What is generated lies in no file.
        .map(|function| {
            (code_text(&function.code(), intern!(py, "co_filename")), line_of(&function))
        })
        .filter(|(file, _)| !file.starts_with('<'))
        .min_by_key(|(_, line)| *line);
    let of_module = || {
        let module = raw::module_dict(&raw::loaded_module(py, &module)?)?;
        let file = raw::dict_get(&module, intern!(py, "__file__"))?.cast_into::<PyString>().ok()?;
        Some((raw::string(&file), 0))
    };
    let (file, line_of_method) = first.or_else(of_module)?;
    let kept = raw::dict_get(&raw::type_dict(class)?, intern!(py, "__firstlineno__"))
        .and_then(|line| line.extract().ok());
    let line = kept.or_else(|| {
        let read = || std::fs::read_to_string(&file).ok();
        let text = sources.entry(file.clone()).or_insert_with(read).as_deref()?;
        statement_line(text, &qualname, line_of_method)
    });
    let line = line.unwrap_or(line_of_method);
    Some(Place { file: Some(file), line })
}

/// The last line with the class's statement before the line `method`, or the only one in the file.
fn statement_line(text: &str, qualname: &str, method: u32) -> Option<u32> {
    let name = qualname.rsplit('.').next()?;
    let mut lines = (1..).zip(text.lines()).filter(|(number, line)| {
        (method == 0 || *number < method)
            && line.trim_start().strip_prefix("class ").is_some_and(|rest| {
                rest.trim_start()
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.trim_start().starts_with([':', '(', '[']))
            })
    });
    let first = lines.next().map(|(number, _)| number);
    let last = lines.last().map(|(number, _)| number);
    if method == 0 && last.is_some() { None } else { last.or(first) }
}
