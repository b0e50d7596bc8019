//! `rememo path`: where the cache lies.

use std::io::{self, Write};

use rememo::store::disk::Place;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output::{Report, show};
use crate::session::Session;

#[derive(Serialize)]
struct PathReport {
    directory: String,
    index: String,
    exists: bool,
}

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let place = Place::at(&session.directory);
    show(
        session,
        &PathReport {
            directory: session.directory.display().to_string(),
            index: place.index.display().to_string(),
            exists: place.has_index,
        },
    )?;
    Ok(Exit::Done)
}

impl Report for PathReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.directory)
    }
}
