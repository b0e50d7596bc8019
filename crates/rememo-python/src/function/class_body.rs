//! The code of a class's body: what stands for the attributes that it made and that cannot be hashed.
//!
//! A compiled validator, a mapper, a context of TLS: what such an object does is decided by the code that made
//! it. That code counts in its place, together with what it reads and with the type and its library's version,
//! if it is certain that the body did make it:
//! - the body's code is the one that ran (`executed`), and the class's own functions are those of that body;
//! - the body binds the attribute, in a class statement without decorators and conditions, or the type is
//!   known to be put there by the framework (`frameworks`);
//! - the module assigns nothing else to it, and it is the object that was there when it was first looked at.
//!
//! Otherwise the attribute counts by identity: for as long as this process and the object live. What another
//! module puts in the place of such an attribute before the first look is not seen.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCode, PyDict, PyTuple, PyType};
use rememo::encode::{Writer, tag};
use rememo::fingerprint::NodeId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::bytecode::{Binding, Root, Step, Usage, module_bindings};
use super::class::{Sources, code_text, own_functions};
use super::executed::{self, Executed};
use super::facts;
use super::follow::Follower;
use super::name;
use super::origin::{Library, Origin};
use crate::error::{HashError, Unhashable};
use crate::raw::{self, Function};
use crate::value::{CodeRefs, identity};

/// Set on code whose variables are not looked up by name: functions, not class bodies.
const CO_OPTIMIZED: u32 = 1;

/// What is known of the body of a class.
#[derive(Clone)]
enum Body {
    Known(Arc<Known>),
    /// There is source, but it need not be what ran.
    Unproven,
    /// There is no code: the class was made by a call, or its source is not kept.
    Absent,
}

struct Known {
    /// The body; several where the module has several class statements of that name.
    nodes: Vec<NodeId>,
    /// The names that it binds, if nothing but the body decides on them.
    bound: FxHashSet<String>,
    /// The attributes that other code of the module assigns to.
    assigned: FxHashSet<String>,
}

/// Bodies of the classes met in one following of code.
#[derive(Default)]
pub(super) struct Bodies {
    known: FxHashMap<usize, Body>,
    bindings: FxHashMap<usize, (Py<PyAny>, Arc<Bindings>)>,
    /// Texts of files, in which the places of classes are looked for.
    pub(super) sources: Sources,
}

/// The library whose function made a class: it was made in a module of the library's, and no statement there has
/// its name.
fn made_by(class: &Bound<'_, PyType>) -> Option<Arc<Library>> {
    let (module, _) = raw::type_names(class);
    match name::module_origin(class.py(), &module) {
        // The standard library makes classes of what it is given (`make_dataclass`), and adds nothing.
        Origin::Library(library) if library.distribution != "python" => Some(library),
        _ => None,
    }
}

/// What the statements of a module or a class body bind, by name.
type Bindings = FxHashMap<String, Binding>;

/// Code of class bodies that ran, and the code and the namespace of their module.
struct Found<'py> {
    bodies: Vec<Bound<'py, PyAny>>,
    module: Bound<'py, PyAny>,
    namespace: Bound<'py, PyDict>,
}

impl Follower<'_> {
    /// Writes an attribute by the code that made it, or by its identity; `false` if it can be had neither way.
    pub(super) fn write_made(
        &mut self,
        writer: &mut Writer,
        class: &Bound<'_, PyType>,
        attribute: &str,
        value: &Bound<'_, PyAny>,
        by_framework: bool,
    ) -> Result<bool, HashError> {
        let known = match self.body_of(class)? {
            Body::Absent => {
                // What a library's function puts into a class that it makes is the library's.
                let (Some(maker), false) = (made_by(class), is_replaced(class, attribute, value))
                else {
                    return Ok(false);
                };
                writer.str(b"made");
                self.write_class(writer, &value.get_type(), self.rules())?;
                let maker = self.library_node(&maker);
                self.write_node(writer, maker);
                return Ok(true);
            }
            Body::Unproven => None,
            Body::Known(known) => Some(known),
        };
        let unchanged = !is_replaced(class, attribute, value);
        let made = known.filter(|known| {
            unchanged
                && !known.assigned.contains(attribute)
                && (by_framework || known.bound.contains(attribute))
        });
        let Some(made) = made else {
            writer.record("identity", 1);
            writer.bytes_like(tag::BYTES, &identity::token(value));
            return Ok(true);
        };
        writer.str(b"made");
        self.write_class(writer, &value.get_type(), self.rules())?;
        if let Some(text) = super::frameworks::told_besides(value) {
            writer.str(text.as_bytes());
        }
        for &node in &made.nodes {
            self.write_node(writer, node);
        }
        Ok(true)
    }

    /// Whether an attribute with these errors may count by the code that made it: library objects all through,
    /// nothing that is consumed.
    pub(super) fn may_be_made(&self, value: &Bound<'_, PyAny>, errors: &[Unhashable]) -> bool {
        let py = value.py();
        let is_of_library = |class: &Bound<'_, PyType>| {
            matches!(name::class_origin(class), super::origin::Origin::Library(_))
        };
        is_of_library(&value.get_type())
            && errors.iter().all(|error| {
                let class = error.type_object.bind(py);
                is_of_library(class) && !is_consumed(class) && error.cause.is_none()
            })
    }

    fn body_of(&mut self, class: &Bound<'_, PyType>) -> Result<Body, HashError> {
        if let Some(body) = self.bodies.known.get(&(class.as_ptr() as usize)) {
            return Ok(body.clone());
        }
        let body = match find(class) {
            Executed::Code(found) => self.known_body(class, &found)?,
            Executed::Unproven => Body::Unproven,
            Executed::Unknown => Body::Absent,
        };
        // The class is held by its node.
        self.bodies.known.insert(class.as_ptr() as usize, body.clone());
        Ok(body)
    }

    fn known_body(
        &mut self,
        class: &Bound<'_, PyType>,
        found: &Found<'_>,
    ) -> Result<Body, HashError> {
        let py = class.py();
        let own = name::class_name(class);
        let mut nodes = Vec::new();
        for body in &found.bodies {
            if !facts::of(py, body, facts::Visible::default())?.free.is_empty() {
                // The values of a function around it are gone.
                return Ok(Body::Unproven);
            }
            nodes.push(self.body_node(body, &found.namespace, &own.to_string())?);
        }
        let path: Vec<&str> = own.qualname.split('.').collect();
        let mut bound = FxHashSet::default();
        if let [body] = found.bodies.as_slice()
            && self.is_plain_statement(&found.module, &path, body)?
        {
            bound = self.bindings(body)?.keys().cloned().collect();
        }
        let module = facts::of(py, &found.module, facts::Visible::default())?;
        let assigned = (module.accesses.iter())
            .filter(|access| access.usage == Usage::StoreAttr)
            .filter_map(|access| {
                let Root::Global(root) = &access.root else { return None };
                let mut names = vec![raw::string(root.bind(py))];
                for step in &access.path {
                    let Step::Attr(name) = step else { return None };
                    names.push(raw::string(name.bind(py)));
                }
                let attribute = names.pop()?;
                (names == path).then_some(attribute)
            })
            .collect();
        Ok(Body::Known(Arc::new(Known { nodes, bound, assigned })))
    }

    /// Whether the path of names is one of class statements, each without decorators and conditions, that ends
    /// with this body.
    fn is_plain_statement(
        &mut self,
        module: &Bound<'_, PyAny>,
        path: &[&str],
        body: &Bound<'_, PyAny>,
    ) -> Result<bool, HashError> {
        let py = module.py();
        let mut code = module.clone();
        for part in path {
            let bindings = self.bindings(&code)?;
            match bindings.get(*part) {
                Some(Binding::Class(inner)) => code = inner.bind(py).clone(),
                _ => return Ok(false),
            }
        }
        Ok(code.is(body))
    }

    fn bindings(&mut self, code: &Bound<'_, PyAny>) -> Result<Arc<Bindings>, HashError> {
        let id = code.as_ptr() as usize;
        if let Some((_, bindings)) = self.bodies.bindings.get(&id) {
            return Ok(Arc::clone(bindings));
        }
        let bindings: Bindings = (module_bindings(code)?.into_iter())
            .map(|(name, binding)| (raw::string(name.bind(code.py())), binding))
            .collect();
        let bindings = Arc::new(bindings);
        self.bodies.bindings.insert(id, (code.clone().unbind(), Arc::clone(&bindings)));
        Ok(bindings)
    }
}

/// Whether reading an object of this class uses it up: an iterator, a generator, a coroutine.
fn is_consumed(class: &Bound<'_, PyType>) -> bool {
    let py = class.py();
    // The slots are no help: classes written in Python have something in each of them.
    [intern!(py, "__next__"), intern!(py, "__anext__"), intern!(py, "__await__")]
        .into_iter()
        .any(|name| raw::type_lookup(class, name).is_some())
}

type Token = [u8; identity::TOKEN_LEN];

/// What was in the place of an attribute when it was first looked at, by class and name.
static FIRST: Mutex<Option<FxHashMap<(Token, String), Token>>> = Mutex::new(None);

/// Whether another object was there when the attribute was first looked at.
fn is_replaced(class: &Bound<'_, PyType>, attribute: &str, value: &Bound<'_, PyAny>) -> bool {
    let place = (identity::token(class.as_any()), attribute.to_owned());
    let now = identity::token(value);
    *FIRST.lock().get_or_insert_default().entry(place).or_insert(now) != now
}

/// The bodies that may have made the class.
fn find<'py>(class: &Bound<'py, PyType>) -> Executed<Found<'py>> {
    let py = class.py();
    let (module, qualname) = raw::type_names(class);
    let functions = own_functions(class);
    let module_dict = raw::loaded_module(py, &module).and_then(|module| raw::module_dict(&module));
    let is_there =
        raw::by_dotted_name(py, &format!("{module}.{qualname}")).is_some_and(|c| c.is(class));
    let of_functions = || functions.first().and_then(Function::globals);
    let namespace = if is_there { module_dict.clone() } else { of_functions() };
    let is_certain = namespace.is_some();
    let Some(namespace) = namespace.or(module_dict) else { return Executed::Unknown };
    let executed = match (executed::of_namespace(py, &namespace), functions.first()) {
        (Executed::Unknown, Some(function)) => executed::of_cell(py, &file_name(&function.code())),
        (executed, _) => executed,
    };
    let bodies_in = |module: &Bound<'py, PyAny>| {
        let mut bodies = Vec::new();
        collect(module, &mut |code| {
            if is_body(code, &qualname) {
                bodies.push(code.clone());
            }
        });
        bodies
    };
    let module = match executed {
        Executed::Code(code) => code,
        Executed::Unproven => {
            // Where the file has no such class, it was made by a call.
            let is_absent =
                executed::on_disk(py, &namespace).is_some_and(|c| bodies_in(&c).is_empty());
            return if is_absent { Executed::Unknown } else { Executed::Unproven };
        }
        Executed::Unknown => return Executed::Unknown,
    };
    let bodies = bodies_in(&module);
    if bodies.is_empty() {
        return Executed::Unknown;
    }
    // An earlier or later class of that name has other functions.
    let mut codes = Vec::new();
    bodies.iter().for_each(|body| collect(body, &mut |code| codes.push(code.clone())));
    let file = file_name(&module);
    let all_known = (functions.iter().map(Function::code))
        .filter(|code| file_name(code) == file)
        .all(|code| codes.iter().any(|known| known.eq(&code).unwrap_or(false)));
    if !is_certain || !all_known {
        return Executed::Unproven;
    }
    Executed::Code(Found { bodies, module, namespace })
}

fn is_body(code: &Bound<'_, PyAny>, qualname: &str) -> bool {
    let flags =
        code.getattr(intern!(code.py(), "co_flags")).and_then(|flags| flags.extract::<u32>());
    flags.is_ok_and(|flags| flags & CO_OPTIMIZED == 0)
        && code_text(code, intern!(code.py(), "co_qualname")) == qualname
}

/// Calls `then` with every code object nested in `code`.
fn collect<'py>(code: &Bound<'py, PyAny>, then: &mut dyn FnMut(&Bound<'py, PyAny>)) {
    let constants = code.getattr(intern!(code.py(), "co_consts"));
    let Some(constants) = constants.ok().and_then(|c| c.cast_into::<PyTuple>().ok()) else {
        return;
    };
    for constant in constants.iter().filter(|c| c.is_exact_instance_of::<PyCode>()) {
        then(&constant);
        collect(&constant, then);
    }
}

fn file_name(code: &Bound<'_, PyAny>) -> String {
    code_text(code, intern!(code.py(), "co_filename"))
}
