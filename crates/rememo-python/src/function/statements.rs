//! What the statements of a module that is not loaded refer to and make: real functions and classes of its own
//! code objects, of which nothing is run.

mod classes;

use std::sync::Arc;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyCFunction, PyDict, PyList, PyModule, PyString, PyTuple, PyType};
use rustc_hash::FxHashMap;

use super::bytecode::{
    self, ClassParts, Effect, FunctionParts, Made, Outcome, Recipe, World, is_constant, is_data,
};
use super::finder;
use super::follow::Follower;
use super::harmless::{self, Harm};
use super::name::{self, Sort};
use super::unloaded::{Imported, StandIn, bound_value, is_whole, known_tuple};
use crate::raw::{self, Function};

/// The statements of one module.
pub(super) struct Statements<'s, 'f, 'py> {
    follower: &'s mut Follower<'f>,
    py: Python<'py>,
    module: &'s str,
    package: &'s str,
    dict: &'s Bound<'py, PyDict>,
    /// Names whose values are not known.
    unknown: FxHashMap<String, Made<'py>>,
}

impl<'s, 'f, 'py> Statements<'s, 'f, 'py> {
    pub(super) fn new(
        follower: &'s mut Follower<'f>,
        module: &'s str,
        package: &'s str,
        dict: &'s Bound<'py, PyDict>,
    ) -> Self {
        Self { follower, py: dict.py(), module, package, dict, unknown: FxHashMap::default() }
    }

    /// A value as it is bound: what another module's code alone would tell stays that module's.
    fn set(&mut self, name: &Bound<'py, PyString>, value: &Made<'py>) -> PyResult<()> {
        self.dict.set_item(name, bound_value(self.py, self.module, &raw::string(name), value)?)
    }

    /// What is known of an object: a stand-in is known by its name only.
    fn known<'a>(&self, value: &'a Made<'py>) -> Option<&'a Bound<'py, PyAny>> {
        value.known().filter(|object| is_whole(object))
    }

    /// The dotted names by which a library's object may be known.
    fn harm(&self, callee: &Bound<'py, PyAny>) -> Option<Harm> {
        if let Some(stand_in) = StandIn::of(callee) {
            let stand_in = stand_in.get();
            return stand_in.is_library.then(|| harmless::call(&stand_in.name)).flatten();
        }
        let Sort::Library(_, qualified) = name::sort(callee) else { return None };
        harmless::call(&qualified.to_string()).or_else(|| {
            // Under the name that it is published by.
            harmless::names()
                .find(|(name, _)| {
                    raw::by_dotted_name(self.py, name).is_some_and(|object| object.is(callee))
                })
                .map(|(_, harm)| harm)
        })
    }

    /// How a call of a library's function makes its result, if all that it is given is constant.
    fn recipe(
        &self,
        callee: &Made<'py>,
        arguments: &[Made<'py>],
        keywords: &[(String, Made<'py>)],
    ) -> Option<Arc<Recipe>> {
        let constant = |value: &Made<'py>| {
            value.known().filter(|known| is_constant(known) || is_library_member(known)).cloned()
        };
        let named = keywords.iter().map(|(name, value)| {
            Some((name, constant(value)?).into_pyobject(self.py).ok()?.into_any())
        });
        let parts: Option<Vec<Bound<'py, PyAny>>> =
            arguments.iter().map(constant).chain(named).collect();
        let parts = PyTuple::new(self.py, parts?).ok()?;
        let shape = (arguments.len(), parts).into_pyobject(self.py).ok()?;
        Some(Recipe::new(callee.known()?, shape))
    }

    /// Whether a value is no code, or code that was made here and that no name leads to yet.
    fn is_unnamed(&self, value: &Made<'py>) -> bool {
        let Made::Known(object) = value else { return true };
        if !made_of(&[value]) {
            return true;
        }
        let is_own = match name::sort(object) {
            Sort::UserFunction(function) => function.globals().is_some_and(|g| g.is(self.dict)),
            Sort::UserClass(class) => raw::type_names(&class).0 == self.module,
            _ => false,
        };
        is_own && !self.dict.values().iter().any(|named| named.is(object))
    }

    /// `staticmethod`, `classmethod`, `property` and its setters of functions that are known.
    fn descriptor(
        &self,
        callee: &Bound<'py, PyAny>,
        arguments: &[Made<'py>],
    ) -> Option<Bound<'py, PyAny>> {
        let is_setter = callee.is_exact_instance_of::<PyCFunction>()
            && callee.getattr(intern!(self.py, "__self__")).is_ok_and(|owner| is_property(&owner));
        if !is_descriptor(callee) && !is_setter {
            return None;
        }
        let arguments = known_tuple(self.py, arguments)?;
        arguments
            .iter()
            .all(|argument| Function::of(&argument).is_some() || argument.is_none())
            .then(|| callee.call1(arguments).ok())?
    }

    /// Whether it is the decorator of functions that rememo caches: following goes through to the function.
    fn is_own_decorator(&self, callee: &Bound<'py, PyAny>) -> bool {
        matches!(name::sort(callee), Sort::Library(library, qualified)
            if library.distribution == "rememo" && qualified.qualname == "cache")
    }
}

/// What a call gives that keeps or wraps these values.
fn made_of(values: &[&Made<'_>]) -> bool {
    values.iter().any(|value| match value {
        Made::Known(object) => match StandIn::of(object) {
            Some(stand_in) => !stand_in.get().is_library,
            None => {
                !is_data(object)
                    && !is_library_member(object)
                    && !matches!(name::sort(object), Sort::Library(..))
            }
        },
        Made::Opaque { .. } => false,
        Made::Form | Made::Code => true,
    })
}

impl<'py> World<'py> for Statements<'_, '_, 'py> {
    fn name(&mut self, name: &Bound<'py, PyString>) -> Option<Made<'py>> {
        if let Some(found) = raw::dict_get(self.dict, name) {
            let unknown = self.unknown.get(&*name.to_string_lossy());
            return Some(unknown.cloned().unwrap_or(Made::Known(found)));
        }
        let builtins = raw::loaded_module(self.py, "builtins")?;
        self.follower.entry(&builtins, name).map(Made::Known)
    }

    fn bind(&mut self, name: &Bound<'py, PyString>, value: Option<Made<'py>>) {
        let text = name.to_string_lossy().into_owned();
        self.unknown.remove(&text);
        let done = match &value {
            Some(value) => self.set(name, value),
            None => self.dict.del_item(name),
        };
        // A dictionary of strings takes any; deleting what is not there raises in the program too.
        drop(done);
        if let Some(value @ (Made::Opaque { .. } | Made::Form | Made::Code)) = value {
            self.unknown.insert(text, value);
        }
    }

    fn import(&mut self, name: &str, level: u32, takes_names: bool) -> Outcome<Made<'py>> {
        let absolute = finder::absolute_name(self.package, name, level).ok_or(Effect)?;
        self.follower.unloaded.note_import(self.module, absolute.clone());
        let imported = self.follower.import_module(self.py, &absolute);
        let object = imported.object().ok_or(Effect)?;
        if takes_names || !absolute.contains('.') {
            return Ok(Made::Known(object));
        }
        let top = absolute.split('.').next().unwrap_or(&absolute);
        self.follower.import_module(self.py, top).object().map(Made::Known).ok_or(Effect)
    }

    fn import_from(
        &mut self,
        module: &Made<'py>,
        name: &Bound<'py, PyString>,
    ) -> Outcome<Made<'py>> {
        let module = module.known().ok_or(Effect)?;
        if let Some(stand_in) = StandIn::of(module) {
            return self.below(stand_in, name);
        }
        if let Some(found) = self.follower.entry(module, name) {
            return Ok(Made::Known(found));
        }
        let submodule = format!("{}.{}", name::module_name(module), raw::string(name));
        match self.follower.import_module(self.py, &submodule) {
            Imported::Module(found) | Imported::Library(found) => {
                self.follower.unloaded.note_import(self.module, submodule);
                Ok(Made::Known(found))
            }
            Imported::Opaque | Imported::Missing => Err(Effect),
        }
    }

    fn import_star(&mut self, module: &Made<'py>) -> Outcome<()> {
        let module = self.known(module).ok_or(Effect)?;
        let dict = raw::module_dict(module).ok_or(Effect)?;
        let all = self.follower.entry(module, intern!(self.py, "__all__"));
        let owner = self.follower.unloaded.owner(&dict).map(str::to_owned);
        let is_settled = match &owner {
            Some(owner) => {
                !self.follower.unloaded.has_effects(owner)
                    && self.follower.unloaded.is_evaluated(owner)
            }
            // A list of a loaded module may change until the import is made.
            None => all.as_ref().is_none_or(is_constant),
        };
        if !is_settled {
            return Err(Effect);
        }
        let names: Vec<Bound<'py, PyString>> = match all {
            Some(all) => all.extract().map_err(|_| Effect)?,
            None => {
                self.follower.guard_size(&dict);
                let is_public = |name: &Bound<'_, PyString>| !raw::string(name).starts_with('_');
                dict.keys().iter().filter_map(|n| n.cast_into().ok()).filter(is_public).collect()
            }
        };
        for name in names {
            let found = self.follower.entry(module, &name).ok_or(Effect)?;
            self.bind(&name, Some(Made::Known(found)));
        }
        Ok(())
    }

    fn attribute(&mut self, owner: &Made<'py>, name: &Bound<'py, PyString>) -> Outcome<Made<'py>> {
        let object = match owner {
            Made::Known(object) => object,
            // A method may change it.
            Made::Opaque { decorates, .. } => {
                owner.spoil();
                return Ok(Made::Opaque { decorates: *decorates, recipe: None });
            }
            Made::Form | Made::Code => return Ok(Made::Code),
        };
        if let Some(stand_in) = StandIn::of(object) {
            return self.below(stand_in, name);
        }
        if object.is_instance_of::<PyModule>() {
            return self.follower.entry(object, name).map(Made::Known).ok_or(Effect);
        }
        if is_property(object) {
            return object.getattr(name).map(Made::Known).map_err(|_| Effect);
        }
        match name::sort(object) {
            Sort::Library(..) => Ok(Made::OPAQUE),
            Sort::UserFunction(_) | Sort::Cached(_) => Ok(Made::Code),
            Sort::UserClass(class) if self.has_plain_metaclass(&class) => {
                match self.class_entry(&class, name) {
                    Some(found) if is_constant(&found) && self.is_stand_in_class(&class) => {
                        Ok(Made::Known(found))
                    }
                    _ => Ok(Made::Code),
                }
            }
            Sort::Value if is_constant(object) => Ok(Made::OPAQUE),
            _ => Err(Effect),
        }
    }

    fn operation(&mut self, operands: &[Made<'py>]) -> Outcome<Made<'py>> {
        operands.iter().for_each(Made::spoil);
        let (mut has_code, mut is_form) = (false, false);
        for operand in operands {
            match operand {
                Made::Opaque { .. } => {}
                Made::Form => is_form = true,
                Made::Code => return Err(Effect),
                Made::Known(object) if StandIn::of(object).is_some() => {
                    if made_of(&[operand]) {
                        return Err(Effect);
                    }
                }
                Made::Known(object) if is_data(object) || is_library_member(object) => {}
                Made::Known(object) => match name::sort(object) {
                    Sort::Library(..) | Sort::LibraryModule(..) => {}
                    Sort::UserClass(class)
                        if self.has_plain_metaclass(&class)
                            && self.is_plain(&class, "__class_getitem__") =>
                    {
                        is_form = true;
                    }
                    _ if !object.is_instance_of::<PyType>() && bytecode::is_form(object) => {
                        is_form = true;
                    }
                    _ if object.is_exact_instance_of::<PyTuple>()
                        || object.is_exact_instance_of::<PyList>()
                        || object.is_exact_instance_of::<PyDict>() =>
                    {
                        has_code = true;
                    }
                    _ => return Err(Effect),
                },
            }
        }
        Ok(match (has_code, is_form) {
            (true, _) => Made::Code,
            (false, true) => Made::Form,
            (false, false) => Made::OPAQUE,
        })
    }

    fn call(
        &mut self,
        callee: &Made<'py>,
        arguments: &[Made<'py>],
        keywords: &[(String, Made<'py>)],
        in_class: bool,
    ) -> Outcome<Made<'py>> {
        let values: Vec<&Made<'py>> =
            arguments.iter().chain(keywords.iter().map(|(_, value)| value)).collect();
        values.iter().for_each(|value| value.spoil());
        callee.spoil();
        let takes_code = made_of(&values);
        let harm = match callee {
            Made::Form | Made::Code => return Err(Effect),
            Made::Opaque { decorates: true, .. } => Harm::Alters,
            Made::Opaque { decorates: false, .. } => Harm::None,
            Made::Known(callee) => {
                if keywords.is_empty()
                    && let Some(made) = self.descriptor(callee, arguments)
                {
                    return Ok(Made::Known(made));
                }
                if !in_class && self.is_own_decorator(callee) {
                    return match (arguments, keywords.is_empty()) {
                        ([function], true) if self.known(function).is_some() => {
                            Ok(function.clone())
                        }
                        ([], false) => Ok(Made::Known(callee.clone())),
                        _ => Ok(Made::Code),
                    };
                }
                if is_descriptor(callee) {
                    return Ok(Made::Code);
                }
                self.harm(callee).ok_or(Effect)?
            }
        };
        match (harm, takes_code) {
            (Harm::None, true) => Err(Effect),
            (Harm::None, false) => {
                let recipe = self.recipe(callee, arguments, keywords);
                Ok(Made::Opaque { decorates: false, recipe })
            }
            // What other names lead to as well must not be written to.
            (Harm::Alters, true) if !values.iter().all(|value| self.is_unnamed(value)) => {
                Err(Effect)
            }
            (Harm::Keeps | Harm::Alters, true) => Ok(Made::Code),
            (Harm::Keeps | Harm::Alters, false) => {
                Ok(Made::Opaque { decorates: true, recipe: None })
            }
        }
    }

    fn function(&mut self, parts: FunctionParts<'py>) -> Outcome<Made<'py>> {
        let [defaults, keyword_defaults, annotations, closure] = &parts.attributes;
        let whole = |part: &Option<Made<'py>>| match part {
            None => Some(None),
            Some(value) => value.known().filter(|object| is_whole(object)).cloned().map(Some),
        };
        let (Some(defaults), Some(keyword_defaults), Some(closure)) =
            (whole(defaults), whole(keyword_defaults), whole(closure))
        else {
            return Ok(Made::Code);
        };
        let annotations = match whole(annotations) {
            Some(annotations) => annotations,
            None if self.follower.reads_annotations() => return Ok(Made::Code),
            None => None,
        };
        // SAFETY: a code object and a dictionary; what is set is of the type that each setter takes, as the
        // compiler makes it. The annotations are stored as `MAKE_FUNCTION` stores them, with a reference of
        // their own; the field is empty in a new function.
        let function = unsafe {
            let function = Bound::from_owned_ptr_or_err(
                self.py,
                ffi::PyFunction_New(parts.code.as_ptr(), self.dict.as_ptr()),
            )
            .map_err(|_| Effect)?;
            let pointer = function.as_ptr();
            let mut failed = 0;
            if let Some(defaults) = defaults {
                failed |= ffi::PyFunction_SetDefaults(pointer, defaults.as_ptr());
            }
            if let Some(defaults) = keyword_defaults {
                failed |= ffi::PyFunction_SetKwDefaults(pointer, defaults.as_ptr());
            }
            if let Some(closure) = closure {
                failed |= ffi::PyFunction_SetClosure(pointer, closure.as_ptr());
            }
            if failed != 0 {
                ffi::PyErr_Clear();
                return Err(Effect);
            }
            if let Some(annotations) = annotations {
                (*pointer.cast::<ffi::PyFunctionObject>()).func_annotations =
                    annotations.into_ptr();
            }
            function
        };
        Ok(Made::Known(function))
    }

    fn class(&mut self, parts: ClassParts<'py>) -> Outcome<Made<'py>> {
        self.class_of(parts)
    }

    fn is_whole(&self, object: &Bound<'py, PyAny>) -> bool {
        is_whole(object)
    }
}

impl<'py> Statements<'_, '_, 'py> {
    /// A name below something that is known by its name only.
    fn below(
        &self,
        stand_in: &Bound<'py, StandIn>,
        name: &Bound<'py, PyString>,
    ) -> Outcome<Made<'py>> {
        let StandIn { name: above, is_library, .. } = stand_in.get();
        if !is_library {
            // What another module holds: whatever it is, its attributes are not known either.
            return Ok(Made::Code);
        }
        let dotted = format!("{above}.{}", raw::string(name));
        if dotted == "typing.TYPE_CHECKING" {
            // False by its definition.
            return Ok(Made::Known(PyBool::new(self.py, false).to_owned().into_any()));
        }
        let made = StandIn::named(self.py, &dotted, true).map_err(|_| Effect)?;
        Ok(Made::Known(made.into_bound(self.py)))
    }

    /// Whether a class was made here, so that nobody can have changed it.
    fn is_stand_in_class(&self, class: &Bound<'py, PyType>) -> bool {
        self.follower.unloaded.has(&raw::type_names(class).0)
    }
}

/// A member of an enumeration of a library's, such as `re.IGNORECASE`.
fn is_library_member(object: &Bound<'_, PyAny>) -> bool {
    let class = object.get_type();
    raw::type_names(&class.get_type()).0 == "enum"
        && matches!(name::class_origin(&class), super::origin::Origin::Library(_))
}

fn is_property(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: compares a type pointer of a live object.
    unsafe { ffi::Py_TYPE(object.as_ptr()) == &raw mut ffi::PyProperty_Type }
}

/// The types whose instances stand between a class and its functions.
fn is_descriptor(callee: &Bound<'_, PyAny>) -> bool {
    [
        &raw mut ffi::PyStaticMethod_Type,
        &raw mut ffi::PyClassMethod_Type,
        &raw mut ffi::PyProperty_Type,
    ]
    .contains(&callee.as_ptr().cast())
}
