//! `rememo clear`: forgets all results of a function, or of all.

use std::io::{self, Write};

use rememo::store::disk::{DiskStore, ListedFunction};
use serde::Serialize;

use super::prune::{Removed, write_removed};
use crate::arguments::Clear;
use crate::failure::{Exit, Failure};
use crate::output::{Report, entries, show};
use crate::session::Session;

#[derive(Serialize)]
struct ClearReport {
    directory: String,
    dry_run: bool,
    entries: u64,
    functions: Vec<Removed>,
}

pub(super) fn run(session: &Session, of: &Clear) -> Result<Exit, Failure> {
    let store = session.writable_store()?;
    let mut functions: Vec<ListedFunction> = store.functions()?;
    if let Some(name) = &of.target.function {
        functions.retain(|function| *function.name == **name);
        if functions.is_empty() {
            return Err(Failure::NotFound(format!(
                "no function has the name {name:?}. rememo ls lists them; here the whole name is needed"
            )));
        }
    }
    functions.retain(|function| function.entries > 0);
    let removed = functions
        .iter()
        .map(|function| Removed {
            function: function.name.to_string(),
            entries: function.entries,
            size_bytes: function.bytes,
        })
        .collect();
    let plan = ClearReport {
        directory: session.directory.display().to_string(),
        dry_run: true,
        entries: functions.iter().map(|function| function.entries).sum(),
        functions: removed,
    };
    if of.consent.dry_run {
        show(session, &plan)?;
        return Ok(Exit::Done);
    }
    // What is being computed now shall not be stored either, so an empty function is cleared, too.
    if plan.entries > 0 {
        if !of.consent.yes {
            plan.write(&mut io::stderr())?;
        }
        session.confirm("Remove them?", &of.consent)?;
    }
    let cleared = store.ask(|store: &DiskStore| store.clear(of.target.function.as_deref()))?;
    show(session, &ClearReport { dry_run: false, entries: cleared, ..plan })?;
    Ok(Exit::Done)
}

impl Report for ClearReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.entries == 0 {
            return writeln!(out, "Nothing is stored of that in {}.", self.directory);
        }
        if self.dry_run {
            return write_removed(out, "Would remove", &self.functions, &self.directory);
        }
        writeln!(out, "Removed {} in {}.", entries(self.entries), self.directory)
    }
}
