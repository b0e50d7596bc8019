//! `rememo prune`: makes room.

use std::io::{self, Write};

use rememo::store::disk::{self, DiskStore, Pruned};
use serde::Serialize;

use crate::arguments::Prune;
use crate::failure::{Exit, Failure};
use crate::output::{Report, bytes, count, entries, files, show};
use crate::session::Session;

/// What is, or would be, removed of a function.
#[derive(Serialize)]
pub(super) struct Removed {
    pub function: String,
    pub entries: u64,
    pub size_bytes: u64,
}

#[derive(Serialize)]
struct PruneReport {
    directory: String,
    dry_run: bool,
    entries: u64,
    size_bytes: u64,
    orphan_files: u64,
    functions: Vec<Removed>,
}

impl PruneReport {
    fn of(session: &Session, pruned: &Pruned, dry_run: bool) -> Self {
        Self {
            directory: session.directory.display().to_string(),
            dry_run,
            entries: pruned.entries,
            size_bytes: pruned.bytes,
            orphan_files: pruned.orphans,
            functions: pruned
                .functions
                .iter()
                .map(|of| Removed {
                    function: of.name.to_string(),
                    entries: of.entries,
                    size_bytes: of.bytes,
                })
                .collect(),
        }
    }
}

pub(super) fn run(session: &Session, of: &Prune) -> Result<Exit, Failure> {
    let store = session.writable_store()?;
    if let Some(name) = &of.function
        && !store.functions()?.iter().any(|function| *function.name == **name)
    {
        return Err(Failure::NotFound(format!(
            "no function has the name {name:?}. rememo ls lists them; here the whole name is needed"
        )));
    }
    let what = disk::Prune {
        function: of.function.clone(),
        older_than: of.older_than,
        max_bytes: of.max_bytes,
        dry_run: true,
    };
    let planned = store.ask(|store: &DiskStore| store.prune(&what))?;
    let plan = PruneReport::of(session, &planned, true);
    if of.consent.dry_run || planned.entries + planned.orphans == 0 {
        show(session, &PruneReport { dry_run: of.consent.dry_run, ..plan })?;
        return Ok(Exit::Done);
    }
    if !of.consent.yes {
        plan.write(&mut io::stderr())?;
    }
    session.confirm("Remove them?", &of.consent)?;
    let pruned =
        store.ask(|store: &DiskStore| store.prune(&disk::Prune { dry_run: false, ..what }))?;
    show(session, &PruneReport::of(session, &pruned, false))?;
    Ok(Exit::Done)
}

/// What is removed, function by function.
pub(super) fn write_removed(
    out: &mut dyn Write,
    said: &str,
    functions: &[Removed],
    directory: &str,
) -> io::Result<()> {
    let sum: u64 = functions.iter().map(|of| of.entries).sum();
    let size: u64 = functions.iter().map(|of| of.size_bytes).sum();
    writeln!(out, "{said} {} ({}) in {directory}:", entries(sum), bytes(size))?;
    for of in functions {
        writeln!(out, "  {}  {} ({})", of.function, count(of.entries), bytes(of.size_bytes))?;
    }
    Ok(())
}

impl Report for PruneReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let said = if self.dry_run { "Would remove" } else { "Removed" };
        if self.entries == 0 && self.orphan_files == 0 {
            return writeln!(out, "Nothing to remove in {}.", self.directory);
        }
        if self.entries > 0 {
            write_removed(out, said, &self.functions, &self.directory)?;
        }
        if self.orphan_files > 0 {
            writeln!(out, "{said} {} that no entry refers to.", files(self.orphan_files))?;
        }
        Ok(())
    }
}
