//! What the tests see of the analysis of code: private functions of the native module.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use super::{Binding, Root, Step, Visible, analyse, module_bindings};

/// The canonical digest of a code object, in hexadecimal.
#[pyfunction]
#[pyo3(name = "_code_digest")]
pub(crate) fn code_digest(code: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(analyse(code, Visible::default())?.digest.to_hex())
}

/// What is known of a code object, but for its accesses.
#[pyfunction]
#[pyo3(name = "_code_facts")]
pub(crate) fn code_facts<'py>(code: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let facts = analyse(code, Visible::default())?;
    let dict = PyDict::new(code.py());
    dict.set_item("digest", facts.digest.to_hex())?;
    dict.set_item("body", facts.body.to_hex())?;
    dict.set_item("free", facts.free)?;
    let names: Vec<&str> = facts.attribute_names.iter().map(|(name, _)| name.as_str()).collect();
    dict.set_item("attribute_names", names)?;
    dict.set_item("sees_locals", facts.sees_locals)?;
    dict.set_item("reads_doc", facts.reads_doc)?;
    dict.set_item("reads_annotations", facts.reads_annotations)?;
    dict.set_item("reads_locals", facts.reads_locals)?;
    dict.set_item("lists_subclasses", facts.lists_subclasses)?;
    dict.set_item("first_line", facts.first_line)?;
    dict.set_item("filename", facts.filename)?;
    dict.set_item("qualname", facts.qualname)?;
    dict.set_item("doc", facts.doc)?;
    Ok(dict)
}

/// What a code object reads: kind and name of the root, path (attributes as texts, items as tuples of one), usage, line.
#[pyfunction]
#[pyo3(name = "_code_accesses")]
pub(crate) fn code_accesses<'py>(code: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let py = code.py();
    let facts = analyse(code, Visible::default())?;
    let mut accesses = Vec::with_capacity(facts.accesses.len());
    for access in &facts.accesses {
        let (kind, name) = root(py, &access.root)?;
        let mut path = Vec::with_capacity(access.path.len());
        for step in &access.path {
            path.push(match step {
                Step::Attr(name) => name.bind(py).clone().into_any(),
                Step::Item(key) => PyTuple::new(py, [key.bind(py)])?.into_any(),
            });
        }
        let usage = format!("{:?}", access.usage);
        accesses.push((kind, name, PyTuple::new(py, path)?, usage, access.line).into_pyobject(py)?);
    }
    Ok(accesses)
}

/// What a module's statements bind: name, kind, and the code, the constant or the import's name.
#[pyfunction]
#[pyo3(name = "_code_bindings")]
pub(crate) fn code_bindings<'py>(code: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
    let py = code.py();
    let mut bindings = Vec::new();
    for (name, binding) in module_bindings(code)? {
        let (kind, value) = match binding {
            Binding::Function(code) => ("function", Some(code)),
            Binding::Class(code) => ("class", Some(code)),
            Binding::Constant(value) => ("constant", Some(value)),
            Binding::Import(import) => {
                let (kind, name) = root(py, &import)?;
                (kind, Some(name.into_pyobject(py)?.into_any().unbind()))
            }
            Binding::Other => ("other", None),
        };
        bindings.push((name, kind, value).into_pyobject(py)?);
    }
    Ok(bindings)
}

/// Kind and name of a root; imports are shown as `..module:name`.
fn root(py: Python<'_>, root: &Root) -> PyResult<(&'static str, String)> {
    Ok(match root {
        Root::Global(name) => ("global", name.bind(py).to_str()?.to_owned()),
        Root::Free(name) => ("free", name.bind(py).to_str()?.to_owned()),
        Root::Import { module, from, level } => {
            let dots = ".".repeat(*level as usize);
            let from = from.as_ref().map_or(String::new(), |from| format!(":{from}"));
            ("import", format!("{dots}{module}{from}"))
        }
    })
}
