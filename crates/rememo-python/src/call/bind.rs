//! Binds the arguments of a call to the function's parameters, as CPython does.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::raw;

const VARARGS: u32 = 0x04;
const VARKEYWORDS: u32 = 0x08;

/// One parameter.
pub struct Parameter {
    pub name: Py<PyString>,
    pub ignored: bool,
}

/// The parameters of a function with code of its own.
pub struct Signature {
    /// Positional-only, positional and keyword-only parameters, in this order.
    pub parameters: Vec<Parameter>,
    positional_only: usize,
    positional: usize,
    pub varargs: Option<(String, bool)>,
    pub varkeywords: Option<(String, bool)>,
}

/// Arguments by parameter; borrowed from the call and from the function's defaults.
pub struct Arguments<'py> {
    pub values: Vec<Bound<'py, PyAny>>,
    pub extra: Vec<Bound<'py, PyAny>>,
    pub keywords: Vec<(Bound<'py, PyString>, Bound<'py, PyAny>)>,
}

/// The arguments of a call as vectorcall hands them over.
#[derive(Clone, Copy)]
pub struct RawArguments<'a> {
    /// The positional ones, then the values of the keywords.
    pub all: &'a [*mut ffi::PyObject],
    pub positional: &'a [*mut ffi::PyObject],
    pub keyword_values: &'a [*mut ffi::PyObject],
    pub keyword_names: *mut ffi::PyObject,
}

impl<'a> RawArguments<'a> {
    /// # Safety
    /// The pointers come from a vectorcall and stay valid for the call.
    pub unsafe fn new(
        args: *const *mut ffi::PyObject,
        positional: usize,
        names: *mut ffi::PyObject,
    ) -> Self {
        // SAFETY: the vectorcall protocol: `args` holds the positional arguments, then one for each name.
        unsafe {
            let keywords = if names.is_null() { 0 } else { ffi::PyTuple_GET_SIZE(names) as usize };
            if args.is_null() {
                return Self {
                    all: &[],
                    positional: &[],
                    keyword_values: &[],
                    keyword_names: names,
                };
            }
            let all = std::slice::from_raw_parts(args, positional + keywords);
            let (positional, keyword_values) = all.split_at_unchecked(positional);
            Self { all, positional, keyword_values, keyword_names: names }
        }
    }

    /// The keyword arguments with their names.
    pub fn keywords<'py>(
        &self,
        py: Python<'py>,
    ) -> impl Iterator<Item = (Bound<'py, PyString>, Bound<'py, PyAny>)> + use<'a, 'py> {
        let names = self.keyword_names;
        self.keyword_values.iter().enumerate().filter_map(move |(i, &value)| {
            // SAFETY: one name for each keyword value, alive for the call.
            unsafe {
                let name = ffi::PyTuple_GET_ITEM(names, i as ffi::Py_ssize_t);
                let name = Bound::from_borrowed_ptr(py, name).cast_into::<PyString>().ok()?;
                Some((name, Bound::from_borrowed_ptr(py, value)))
            }
        })
    }
}

fn same_text(a: &Bound<'_, PyString>, b: &Bound<'_, PyString>) -> bool {
    a.is(b) || a.as_any().eq(b).unwrap_or(false)
}

impl Signature {
    /// The signature of a function object.
    pub fn of(function: &raw::Function<'_>, ignore: &[String]) -> PyResult<Self> {
        let code = function.code();
        let number = |name: &str| -> PyResult<usize> { code.getattr(name)?.extract() };
        let positional = number("co_argcount")?;
        let keyword_only = number("co_kwonlyargcount")?;
        let flags: u32 = code.getattr("co_flags")?.extract()?;
        let names = code.getattr("co_varnames")?.cast_into::<PyTuple>()?;
        let is_ignored = |name: &str| ignore.iter().any(|i| i == name);
        let mut parameters = Vec::with_capacity(positional + keyword_only);
        for i in 0..positional + keyword_only {
            let name = names.get_item(i)?.cast_into::<PyString>()?;
            let ignored = is_ignored(&raw::string(&name));
            parameters.push(Parameter { name: name.unbind(), ignored });
        }
        let mut next = positional + keyword_only;
        let mut extra = |flag: u32| -> PyResult<Option<(String, bool)>> {
            if flags & flag == 0 {
                return Ok(None);
            }
            let name: String = names.get_item(next)?.extract()?;
            next += 1;
            let ignored = is_ignored(&name);
            Ok(Some((name, ignored)))
        };
        Ok(Self {
            parameters,
            positional_only: number("co_posonlyargcount")?,
            positional,
            varargs: extra(VARARGS)?,
            varkeywords: extra(VARKEYWORDS)?,
        })
    }

    /// The first name that no parameter has.
    pub fn unknown<'a>(&self, py: Python<'_>, names: &'a [String]) -> Option<&'a String> {
        names.iter().find(|name| {
            !self.parameters.iter().any(|p| raw::string(p.name.bind(py)) == **name)
                && self.varargs.as_ref().is_none_or(|(n, _)| n != *name)
                && self.varkeywords.as_ref().is_none_or(|(n, _)| n != *name)
        })
    }

    /// The names of all parameters, for an error.
    pub fn names(&self, py: Python<'_>) -> Vec<String> {
        let mut names: Vec<String> =
            self.parameters.iter().map(|p| raw::string(p.name.bind(py))).collect();
        names.extend(self.varargs.iter().chain(&self.varkeywords).map(|(n, _)| n.clone()));
        names
    }

    /// Binds a call; none if it does not fit, so that calling the function raises CPython's own `TypeError`.
    pub fn bind<'py>(
        &self,
        py: Python<'py>,
        function: &raw::Function<'py>,
        call: RawArguments<'_>,
    ) -> Option<Arguments<'py>> {
        let count = self.parameters.len();
        let given = call.positional.len();
        if given > self.positional && self.varargs.is_none() {
            return None;
        }
        let mut slots: Vec<Option<Bound<'py, PyAny>>> = Vec::with_capacity(count);
        // SAFETY: arguments are alive for the call.
        let own = |&p: &*mut ffi::PyObject| unsafe { Bound::from_borrowed_ptr(py, p) };
        slots.extend(call.positional.iter().take(self.positional).map(|p| Some(own(p))));
        slots.resize(count, None);
        let extra: Vec<_> = call.positional.iter().skip(self.positional).map(own).collect();
        let mut keywords = Vec::new();
        for (name, value) in call.keywords(py) {
            match self.position(py, &name) {
                Some(i) => {
                    if slots[i].replace(value).is_some() {
                        return None;
                    }
                }
                None if self.varkeywords.is_some() => keywords.push((name, value)),
                None => return None,
            }
        }
        if slots.iter().any(Option::is_none) {
            self.fill_defaults(function, &mut slots)?;
        }
        let values = slots.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Arguments { values, extra, keywords })
    }

    fn position(&self, py: Python<'_>, name: &Bound<'_, PyString>) -> Option<usize> {
        let candidates = &self.parameters[self.positional_only..];
        let found = candidates
            .iter()
            .position(|p| p.name.is(name))
            .or_else(|| candidates.iter().position(|p| same_text(p.name.bind(py), name)));
        found.map(|i| i + self.positional_only)
    }

    fn fill_defaults<'py>(
        &self,
        function: &raw::Function<'py>,
        slots: &mut [Option<Bound<'py, PyAny>>],
    ) -> Option<()> {
        let defaults = function.defaults().and_then(|d| d.cast_into::<PyTuple>().ok());
        let count = defaults.as_ref().map_or(0, |d| d.len());
        let first = self.positional.checked_sub(count)?;
        for (i, slot) in slots.iter_mut().enumerate().take(self.positional) {
            if slot.is_none() && i >= first {
                *slot = defaults.as_ref()?.get_item(i - first).ok();
            }
        }
        if slots[self.positional..].iter().any(Option::is_none) {
            let keyword_defaults =
                function.kwdefaults().and_then(|d| d.cast_into::<pyo3::types::PyDict>().ok())?;
            for (parameter, slot) in
                self.parameters.iter().zip(slots.iter_mut()).skip(self.positional)
            {
                if slot.is_none() {
                    let name = parameter.name.bind(keyword_defaults.py());
                    *slot = raw::dict_get(&keyword_defaults, name);
                }
            }
        }
        Some(())
    }
}
