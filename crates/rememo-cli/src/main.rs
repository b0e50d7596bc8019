//! The command as a plain binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    rememo_cli::run(std::env::args_os()).into()
}
