//! `rememo completion`: scripts for shells.

use std::io::Write;

use clap::CommandFactory;

use crate::arguments::{Arguments, Completion};
use crate::failure::{Exit, Failure};

pub(super) fn run(of: &Completion) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(of.shell, &mut Arguments::command(), "rememo", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Exit::Done)
}
