//! The `rememo` command: what a cache directory holds, why calls missed, and how to make room.
//!
//! One library, run by a plain binary and by the entry point of the Python package. It reads stores through the
//! engine, needs no Python and unpickles nothing: values stay bytes.
//!
//! A command is a function from its arguments and the [`Session`](session::Session) to a *report*: data that is shown
//! as text or, with `--json`, as it is. What can go wrong is a [`Failure`](failure::Failure); how it ended an
//! [`Exit`].

mod arguments;
mod commands;
mod failure;
mod output;
mod session;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

pub use failure::Exit;

/// Runs the command. `arguments` begin with the name of the program, as those of a process do.
///
/// Writes to the standard streams of the process; asks on the terminal before anything is deleted.
///
/// ```
/// assert_eq!(rememo_cli::run(["rememo", "path", "--dir", "/tmp/nothing-there"]).code(), 0);
/// assert_eq!(rememo_cli::run(["rememo", "--no-such-option"]).code(), 2);
/// ```
pub fn run<I, T>(arguments: I) -> Exit
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let parsed = match arguments::Arguments::try_parse_from(arguments) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version come this way, too. Where nobody listens, nobody is told.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Done };
        }
    };
    match commands::dispatch(&parsed) {
        Ok(exit) => exit,
        Err(failure) => failure.tell(),
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
