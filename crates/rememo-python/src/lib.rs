//! Python's side of rememo: the native module `rememo._native`.
//!
//! `call` is the flow of one call; `codec` takes values apart and makes them anew; `value` encodes arguments and outputs; `function` follows code; `command` runs the command line; `raw` reads
//! CPython's objects as they are stored; `error` is what can go wrong.

mod call;
mod codec;
mod command;
mod error;
mod function;
mod raw;
mod value;

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

#[pymodule]
fn _native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    // SAFETY: the thread is attached, as `py` says.
    if unsafe { ffi::PyInterpreterState_Get() != ffi::PyInterpreterState_Main() } {
        return Err(PyImportError::new_err(
            "rememo cannot be imported in a subinterpreter: what it remembers of objects belongs to one \
             interpreter. Nothing was loaded; use it in the main interpreter, or in processes.",
        ));
    }
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
    module.add_function(wrap_pyfunction!(command::command, module)?)?;
    codec::add_to(module)?;
    Ok(())
}
