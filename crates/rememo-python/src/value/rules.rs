//! What the user said about hashing: `hash_funcs` of a function, `rememo.register` of the project, `opaque`.

use parking_lot::RwLock;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};

use super::identity;
use crate::raw;

enum Matcher {
    Type(Py<PyType>),
    /// `module.QualName`; never imported, compared with the names of the classes that are met.
    Name(String),
}

struct Rule {
    matcher: Matcher,
    function: Py<PyAny>,
}

/// The rules that hold for one call.
#[derive(Default)]
pub struct Rules {
    own: Vec<Rule>,
    registered: Vec<Rule>,
    /// Unhashable external values and instance attributes count by identity.
    pub opaque_identity: bool,
}

/// Class or dotted name, and the function.
type Registered = (Option<Py<PyType>>, String, Py<PyAny>);

static REGISTERED: RwLock<Vec<Registered>> = RwLock::new(Vec::new());
static GENERATION: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

/// Counts the changes of the project-wide rules.
pub fn generation() -> u64 {
    GENERATION.load(std::sync::atomic::Ordering::Acquire)
}

/// `rememo.register(type, func)`.
pub fn register(key: &Bound<'_, PyAny>, function: &Bound<'_, PyAny>) -> PyResult<()> {
    let (ty, name) = match matcher(key)? {
        Matcher::Type(ty) => (Some(ty), String::new()),
        Matcher::Name(name) => (None, name),
    };
    check_callable(function)?;
    let mut all = REGISTERED.write();
    let same = |entry: &Registered| match (&entry.0, &ty) {
        (Some(a), Some(b)) => a.is(b),
        (None, None) => entry.1 == name,
        _ => false,
    };
    let old = all.iter().position(same).map(|i| all.remove(i));
    all.push((ty, name, function.clone().unbind()));
    drop(all);
    GENERATION.fetch_add(1, std::sync::atomic::Ordering::AcqRel);
    crate::function::watch::bump();
    drop(old);
    Ok(())
}

fn check_callable(function: &Bound<'_, PyAny>) -> PyResult<()> {
    if function.is_callable() {
        return Ok(());
    }
    Err(PyTypeError::new_err(format!(
        "hash_funcs: a hash function has to be callable, got {} of type {}; give a function of one value, such as id or lambda value: value.name",
        function.repr().map_or_else(|_| "a value".into(), |r| r.to_string()),
        super::type_name(function),
    )))
}

fn matcher(key: &Bound<'_, PyAny>) -> PyResult<Matcher> {
    if let Ok(ty) = key.cast::<PyType>() {
        return Ok(Matcher::Type(ty.clone().unbind()));
    }
    if let Ok(name) = key.cast::<PyString>() {
        return Ok(Matcher::Name(raw::string(name)));
    }
    Err(PyTypeError::new_err(format!(
        "hash_funcs: hash functions are given by type or by \"module.QualName\", got a key of type {}; use the class itself or its dotted name",
        super::type_name(key)
    )))
}

impl Rule {
    fn clone_ref(&self, py: Python<'_>) -> Self {
        let matcher = match &self.matcher {
            Matcher::Type(ty) => Matcher::Type(ty.clone_ref(py)),
            Matcher::Name(name) => Matcher::Name(name.clone()),
        };
        Self { matcher, function: self.function.clone_ref(py) }
    }
}

impl Rules {
    /// The rules of one function together with those registered for the project.
    pub fn new(
        py: Python<'_>,
        hash_funcs: Option<&Bound<'_, PyDict>>,
        opaque_identity: bool,
    ) -> PyResult<Self> {
        let mut own = Vec::new();
        for (key, function) in hash_funcs.into_iter().flat_map(|d| d.iter()) {
            check_callable(&function)?;
            own.push(Rule { matcher: matcher(&key)?, function: function.unbind() });
        }
        let registered = REGISTERED
            .read()
            .iter()
            .map(|(ty, name, function)| Rule {
                matcher: match ty {
                    Some(ty) => Matcher::Type(ty.clone_ref(py)),
                    None => Matcher::Name(name.clone()),
                },
                function: function.clone_ref(py),
            })
            .collect();
        Ok(Self { own, registered, opaque_identity })
    }

    /// Whether no rule applies to anything.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.registered.is_empty()
    }

    /// The rule for a type: the nearest class of its MRO that has one; the function's own rules first.
    pub fn matching(&self, class: &Bound<'_, PyType>) -> Option<usize> {
        let mro = raw::mro(class)?;
        for (offset, rules) in [(0, &self.own), (self.own.len(), &self.registered)] {
            if rules.is_empty() {
                continue;
            }
            for base in &mro {
                let Ok(base) = base.cast::<PyType>() else { continue };
                let mut names = None;
                for (i, rule) in rules.iter().enumerate() {
                    let matches = match &rule.matcher {
                        Matcher::Type(ty) => ty.is(base),
                        Matcher::Name(name) => {
                            let (module, qualname) =
                                names.get_or_insert_with(|| raw::type_names(base));
                            *name == format!("{module}.{qualname}")
                                || (module == "builtins" && name == qualname)
                        }
                    };
                    if matches {
                        return Some(offset + i);
                    }
                }
            }
        }
        None
    }

    fn rule(&self, index: usize) -> &Rule {
        self.own.get(index).unwrap_or_else(|| &self.registered[index - self.own.len()])
    }

    /// Runs a rule's function. `id` gives a token that no other object ever has.
    pub fn apply<'py>(
        &self,
        index: usize,
        object: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = object.py();
        let function = self.rule(index).function.bind(py);
        if is_builtin_id(function) {
            return Ok(pyo3::types::PyBytes::new(py, &identity::token(object)).into_any());
        }
        function.call1((object,))
    }

    /// The same rules, but that values that cannot be hashed count by identity.
    pub fn with_opaque_identity(&self, py: Python<'_>) -> Self {
        let copy = |rules: &[Rule]| rules.iter().map(|rule| rule.clone_ref(py)).collect();
        Self { own: copy(&self.own), registered: copy(&self.registered), opaque_identity: true }
    }

    /// What stands for a rule's function beside what it returned: an edited hash function gives other keys even where it
    /// returns the same.
    pub fn identity(&self, py: Python<'_>, index: usize) -> Vec<u8> {
        crate::function::code_identity(self.rule(index).function.bind(py))
    }

    /// A rule's function.
    pub fn function<'a, 'py>(&'a self, py: Python<'py>, index: usize) -> &'a Bound<'py, PyAny> {
        self.rule(index).function.bind(py)
    }
}

/// A hash function by name and place.
pub fn describe(function: &Bound<'_, PyAny>) -> String {
    match raw::Function::of(function) {
        Some(f) => {
            let code = f.code();
            let file: String =
                code.getattr("co_filename").and_then(|v| v.extract()).unwrap_or_default();
            let line: u32 =
                code.getattr("co_firstlineno").and_then(|v| v.extract()).unwrap_or_default();
            format!("{}() ({file}:{line})", f.qualname())
        }
        None => function.repr().map_or_else(|_| "?".into(), |r| r.to_string()),
    }
}

fn is_builtin_id(function: &Bound<'_, PyAny>) -> bool {
    static ID: pyo3::sync::PyOnceLock<Py<PyAny>> = pyo3::sync::PyOnceLock::new();
    let py = function.py();
    ID.get_or_try_init(py, || Ok::<_, PyErr>(py.import("builtins")?.getattr("id")?.unbind()))
        .is_ok_and(|id| id.is(function))
}
