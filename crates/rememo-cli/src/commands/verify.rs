//! `rememo verify`: every entry and every file against its checksum.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use rememo::digest::Digest;
use rememo::store::disk::{DiskStore, Verified};
use serde::Serialize;

use super::short;
use crate::arguments::{Consent, Verify};
use crate::failure::{Exit, Failure};
use crate::output::{Report, bytes, entries, files, plural, show, strong};
use crate::session::Session;

#[derive(Serialize)]
struct VerifyReport {
    directory: String,
    entries: u64,
    size_bytes: u64,
    damaged: Vec<String>,
    orphan_files: u64,
    index_problems: Vec<String>,
    repaired: bool,
}

pub(super) fn run(session: &Session, of: &Verify) -> Result<Exit, Failure> {
    if of.repair {
        let consent = Consent { dry_run: false, yes: of.yes };
        if !of.yes {
            writeln!(
                io::stderr(),
                "Removes damaged entries, files that nothing refers to, and a broken index, in {}.",
                session.directory.display()
            )?;
        }
        session.confirm("Go on?", &consent)?;
    }
    let store = if of.repair { session.repairable_store()? } else { session.store()? };
    let all: u64 = store.functions()?.iter().map(|function| function.bytes).sum();
    let bar = ProgressBar::new(all);
    let style = ProgressStyle::with_template(
        "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
    );
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let verified: Verified =
        store.ask(|store: &DiskStore| store.verify(of.repair, &mut |size| bar.inc(size)))?;
    bar.finish_and_clear();
    let mut index_problems = verified.index;
    if let Some(store) = store.get() {
        // A broken index that was started anew before anything was read.
        index_problems.extend(store.take_problems().iter().map(ToString::to_string));
    }
    let report = VerifyReport {
        directory: session.directory.display().to_string(),
        entries: verified.entries,
        size_bytes: verified.bytes,
        damaged: verified.damaged.iter().map(Digest::to_hex).collect(),
        orphan_files: verified.orphans,
        index_problems,
        repaired: of.repair,
    };
    let is_whole = report.damaged.is_empty() && report.index_problems.is_empty();
    show(session, &report)?;
    Ok(if is_whole { Exit::Done } else { Exit::Negative })
}

impl Report for VerifyReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "Checked {} ({}) in {}.",
            entries(self.entries),
            bytes(self.size_bytes),
            self.directory
        )?;
        let did = if self.repaired { "removed" } else { "found" };
        if !self.damaged.is_empty() {
            let number = self.damaged.len() as u64;
            writeln!(out, "{} {did}:", strong(plural(number, "damaged entry", "damaged entries")))?;
            for key in &self.damaged {
                writeln!(out, "  {}", short(key))?;
            }
        }
        if self.orphan_files > 0 {
            writeln!(out, "{} that no entry refers to, {did}.", files(self.orphan_files))?;
        }
        for problem in &self.index_problems {
            writeln!(out, "{}: {problem}", strong("index"))?;
        }
        if self.damaged.is_empty() && self.index_problems.is_empty() {
            return writeln!(out, "All match their checksums.");
        }
        if !self.repaired {
            writeln!(
                out,
                "rememo verify --repair removes what is damaged; it will be computed again."
            )?;
        }
        Ok(())
    }
}
