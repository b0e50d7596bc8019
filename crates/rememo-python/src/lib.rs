//! Python's side of rememo: the native module `rememo._native`.
//!
//! `call` is the flow of one call; `value` encodes arguments and outputs; `function` follows code; `raw` reads
//! CPython's objects as they are stored; `error` is what can go wrong.

mod call;
mod error;
mod function;
mod raw;
mod value;

use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    function::note_running(py);
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("CachedFunction", call::type_object(py)?)?;
    module.add_function(wrap_pyfunction!(call::api::wrap, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::hash, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::clear, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::stats, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::configure, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::register, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::file_digest, module)?)?;
    module.add_function(wrap_pyfunction!(call::api::_after_fork, module)?)?;
    module.add_function(wrap_pyfunction!(call::explain::_differences, module)?)?;
    module.add_function(wrap_pyfunction!(call::trace::_trace_begin, module)?)?;
    module.add_function(wrap_pyfunction!(call::trace::_trace_summary, module)?)?;
    module.add_function(wrap_pyfunction!(function::bytecode::code_digest, module)?)?;
    module.add_function(wrap_pyfunction!(function::bytecode::code_accesses, module)?)?;
    module.add_function(wrap_pyfunction!(function::bytecode::code_facts, module)?)?;
    module.add_function(wrap_pyfunction!(function::bytecode::code_bindings, module)?)?;
    module.add_function(wrap_pyfunction!(function::origin::origin_hook, module)?)?;
    module.add_function(wrap_pyfunction!(function::origin::configure_hook, module)?)?;
    module.add_function(wrap_pyfunction!(function::finder::find_hook, module)?)?;
    module.add_function(wrap_pyfunction!(function::finder::absolute_name_hook, module)?)?;
    module.add_function(wrap_pyfunction!(value::families::_known_types, module)?)?;
    Ok(())
}
