//! Class statements: which classes can be made as running the statement would make them.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};

use super::super::bytecode::{ClassParts, Effect, Made, Outcome, is_data};
use super::super::guard::Guard;
use super::super::harmless;
use super::super::name::{self, Sort};
use super::super::unloaded::StandIn;
use super::Statements;
use crate::raw;

/// What a base does when a class is made of it.
enum Base<'py> {
    /// Nothing: the class is what the interpreter makes of the body.
    Class(Bound<'py, PyType>),
    /// A library's machinery makes of it what only running it would tell, without effects elsewhere.
    Machinery,
}

fn metaclass<'py>(class: &Bound<'py, PyType>) -> Bound<'py, PyType> {
    class.get_type()
}

impl<'py> Statements<'_, '_, 'py> {
    /// A `class` statement.
    pub(super) fn class_of(&mut self, parts: ClassParts<'py>) -> Outcome<Made<'py>> {
        let mut bases = Vec::new();
        let mut is_known = true;
        for base in &parts.bases {
            match self.of_base(base)? {
                Base::Class(class) => bases.push(class),
                Base::Machinery => is_known = false,
            }
        }
        for (keyword, value) in &parts.keywords {
            let makes_classes = keyword == "metaclass"
                && match self.known(value) {
                    Some(known) => matches!(name::sort(known), Sort::Library(_, qualified)
                        if harmless::makes_classes(&qualified.module)),
                    None => false,
                };
            let is_data = value.known().is_some_and(is_data);
            if !makes_classes && (is_known || !is_data) {
                return Err(Effect);
            }
            is_known = false;
        }
        let namespace = PyDict::new(self.py);
        for (name, value) in &parts.namespace {
            if self.is_told_its_name(value) {
                return Err(Effect);
            }
            match self.known(value) {
                Some(value) => namespace.set_item(name, value).map_err(|_| Effect)?,
                None if name == "__annotations__" && !self.follower.reads_annotations() => {}
                None => is_known = false,
            }
        }
        if !is_known {
            return Ok(Made::Code);
        }
        Ok(self.make_class(&parts.name, &bases, &namespace).map_or(Made::Code, Made::Known))
    }

    /// What a class or its bases hold under a name.
    pub(super) fn class_entry(
        &self,
        class: &Bound<'py, PyType>,
        name: &Bound<'py, PyString>,
    ) -> Option<Bound<'py, PyAny>> {
        let own = raw::type_dict(class).and_then(|dict| raw::dict_get(&dict, name));
        own.or_else(|| {
            self.follower
                .unloaded
                .bases(class)
                .iter()
                .filter_map(|base| base.cast::<PyType>().ok())
                .find_map(|base| self.class_entry(base, name))
        })
    }

    /// Whether nothing but the interpreter has a hand in what the class does under a special name.
    pub(super) fn is_plain(&self, class: &Bound<'py, PyType>, special: &str) -> bool {
        self.class_entry(class, &PyString::intern(self.py, special))
            .is_none_or(|found| matches!(name::sort(&found), Sort::Library(..)))
    }

    pub(super) fn has_plain_metaclass(&self, class: &Bound<'py, PyType>) -> bool {
        class.get_type().is(self.py.get_type::<PyType>())
    }

    /// How a base decides on the class that is made of it.
    fn of_base(&mut self, base: &Made<'py>) -> Outcome<Base<'py>> {
        let object = match base {
            Made::Known(object) => object,
            Made::Opaque { .. } => return Ok(Base::Machinery),
            Made::Form | Made::Code => return Err(Effect),
        };
        if let Some(stand_in) = StandIn::of(object) {
            let StandIn { name, is_library, .. } = stand_in.get();
            let module = name.rsplit_once('.').map_or("", |(module, _)| module);
            let is_known = *is_library && harmless::makes_classes(module);
            return if is_known { Ok(Base::Machinery) } else { Err(Effect) };
        }
        if let Ok(class) = object.cast::<PyType>() {
            self.follower.guard(Guard::class(class));
            // Code that is followed finds the class by way of its base.
            let is_found = self.follower.lists_subclasses()
                && matches!(name::sort(object), Sort::UserClass(_));
            if is_found || !self.is_plain(class, "__init_subclass__") {
                return Err(Effect);
            }
            let makes_classes =
                |class: &Bound<'py, PyType>| harmless::makes_classes(&raw::type_names(class).0);
            return match name::sort(object) {
                Sort::Library(..) if makes_classes(class) => Ok(Base::Machinery),
                // Frameworks make something of the classes that are made with them.
                Sort::Library(library, _) if library.distribution != "python" => {
                    if self.has_plain_metaclass(class) { Ok(Base::Machinery) } else { Err(Effect) }
                }
                Sort::Library(..) | Sort::UserClass(_) if self.has_plain_metaclass(class) => {
                    Ok(Base::Class(class.clone()))
                }
                Sort::Library(..) | Sort::UserClass(_) if makes_classes(&metaclass(class)) => {
                    Ok(Base::Machinery)
                }
                _ => Err(Effect),
            };
        }
        // `NamedTuple` and its like are functions; `Generic[T]` is an alias.
        match name::sort(object) {
            Sort::Library(_, qualified) if harmless::makes_classes(&qualified.module) => {
                Ok(Base::Machinery)
            }
            _ => Err(Effect),
        }
    }

    /// A value in a class body that is told of its name when the class is made.
    fn is_told_its_name(&self, value: &Made<'py>) -> bool {
        self.known(value).is_some_and(|value| {
            let class = value.get_type();
            raw::is_heap_type(&class) && !self.is_plain(&class, "__set_name__")
        })
    }

    fn make_class(
        &mut self,
        name: &Bound<'py, PyAny>,
        bases: &[Bound<'py, PyType>],
        namespace: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let object = self.py.get_type::<PyAny>();
        // Made of `object` alone: other classes would be told of a subclass that does not exist. What its
        // bases really are is known to whoever follows it.
        let made = self.py.get_type::<PyType>().call1((
            name,
            PyTuple::new(self.py, [object])?,
            namespace,
        ))?;
        if !bases.is_empty() {
            let bases = bases.iter().map(|base| base.clone().into_any().unbind()).collect();
            self.follower.unloaded.set_bases(&made, bases);
        }
        self.follower.hold(&made);
        Ok(made)
    }
}
