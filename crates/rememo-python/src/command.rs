//! The `rememo` command, run by the package's entry point.

use pyo3::prelude::*;

/// Runs the command with these arguments, the name of the program first; its exit code.
#[pyfunction]
#[pyo3(signature = (arguments, /))]
pub fn command(py: Python<'_>, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| rememo_cli::run(arguments).code())
}
