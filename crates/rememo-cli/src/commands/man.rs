//! `rememo man`: the manual, made from the same descriptions as `--help`.

use std::io::Write;

use clap::CommandFactory;

use crate::arguments::{Arguments, Man};
use crate::failure::{Exit, Failure};

pub(super) fn run(of: &Man) -> Result<Exit, Failure> {
    let command = Arguments::command();
    if let Some(folder) = &of.out {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(command, folder)?;
        return Ok(Exit::Done);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    std::io::stdout().write_all(&page)?;
    Ok(Exit::Done)
}
