//! `rememo stats`: what the cache did, over all processes.

use std::io::{self, Write};
use std::time::Duration;

use rememo::store::disk::{DiskStore, Place};
use serde::Serialize;

use super::explain::ReasonCount;
use super::list::FunctionReport;
use crate::arguments::Stats;
use crate::failure::{Exit, Failure};
use crate::output::{Report, bytes, count, pairs, share, show, took};
use crate::session::Session;

#[derive(Serialize)]
struct StatsReport {
    directory: String,
    functions: u64,
    entries: u64,
    size_bytes: u64,
    disk_bytes: Option<u64>,
    hits: u64,
    misses: u64,
    saved_seconds: f64,
    evictions: u64,
    expirations: u64,
    damaged: u64,
    reasons: Vec<ReasonCount>,
}

pub(super) fn run(session: &Session, of: &Stats) -> Result<Exit, Failure> {
    let store = session.store()?;
    let found = match &of.function {
        Some(name) => vec![store.function(name)?],
        None => store.functions()?,
    };
    let name = of.function.as_ref().and(found.first()).map(|function| &*function.name);
    let reasons = store.ask(|store: &DiskStore| store.miss_reasons(name))?;
    let functions: Vec<FunctionReport> = found.iter().map(FunctionReport::from).collect();
    let sum = |of: fn(&FunctionReport) -> u64| functions.iter().map(of).sum::<u64>();
    let report = StatsReport {
        directory: session.directory.display().to_string(),
        functions: functions.len() as u64,
        entries: sum(|f| f.entries),
        size_bytes: sum(|f| f.size_bytes),
        disk_bytes: name.is_none().then(|| Place::at(&session.directory).disk_usage()),
        hits: sum(|f| f.hits),
        misses: sum(|f| f.misses),
        saved_seconds: functions.iter().map(|f| f.saved_seconds).sum(),
        evictions: sum(|f| f.evictions),
        expirations: sum(|f| f.expirations),
        damaged: sum(|f| f.damaged),
        reasons: reasons.into_iter().map(ReasonCount::from).collect(),
    };
    show(session, &report)?;
    Ok(Exit::Done)
}

impl Report for StatsReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut lines = vec![
            ("directory", self.directory.clone()),
            ("functions", count(self.functions)),
            ("entries", format!("{}, {}", count(self.entries), bytes(self.size_bytes))),
            (
                "hits",
                format!(
                    "{} of {} calls ({})",
                    count(self.hits),
                    count(self.hits + self.misses),
                    share(self.hits, self.hits + self.misses)
                ),
            ),
            ("time saved", took(Duration::from_secs_f64(self.saved_seconds))),
            (
                "removed",
                format!(
                    "{} to make room, {} expired, {} damaged",
                    count(self.evictions),
                    count(self.expirations),
                    count(self.damaged)
                ),
            ),
        ];
        if let Some(disk) = self.disk_bytes {
            lines.insert(3, ("on disk", bytes(disk)));
        }
        if !self.reasons.is_empty() {
            let reasons: Vec<String> = self
                .reasons
                .iter()
                .map(|of| format!("{} {}", count(of.count), of.reason.replace('_', " ")))
                .collect();
            lines.push(("last misses", reasons.join(", ")));
        }
        pairs(out, &lines)
    }
}
