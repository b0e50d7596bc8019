//! `rememo info`: one entry.

use std::io::{self, Write};
use std::time::Duration;

use rememo::store::disk::{DiskStore, StoredDependency};
use rememo::units::Spoken;
use serde::Serialize;

use super::{EntryReport, entry_of};
use crate::arguments::Info;
use crate::failure::{Exit, Failure};
use crate::output::{Align, Report, ago, bytes, faint, now, pairs, show, table, took};
use crate::session::Session;

/// A dependency as documents have it.
#[derive(Serialize)]
struct DependencyReport {
    kind: String,
    name: String,
    ordinal: u32,
    place: Option<String>,
    summary: Option<String>,
    digest: String,
}

impl From<&StoredDependency> for DependencyReport {
    fn from(dependency: &StoredDependency) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self {
            kind: dependency.kind.clone(),
            name: dependency.name.clone(),
            ordinal: dependency.ordinal,
            place: some(&dependency.place),
            summary: some(&dependency.summary),
            digest: dependency.digest.to_hex(),
        }
    }
}

#[derive(Serialize)]
struct InfoReport {
    directory: String,
    entry: EntryReport,
    dependencies: Option<Vec<DependencyReport>>,
    #[serde(skip)]
    all: bool,
}

pub(super) fn run(session: &Session, of: &Info) -> Result<Exit, Failure> {
    let store = session.store()?;
    let entry = entry_of(&store, &of.key)?;
    let fingerprint = match &entry.fingerprint {
        Some(digest) => store.ask(|store: &DiskStore| store.fingerprint(digest))?,
        None => None,
    };
    let report = InfoReport {
        directory: session.directory.display().to_string(),
        entry: EntryReport::from(&entry),
        dependencies: fingerprint
            .map(|found| found.dependencies.iter().map(DependencyReport::from).collect()),
        all: of.dependencies,
    };
    show(session, &report)?;
    Ok(Exit::Done)
}

/// So many dependencies are shown unless all are asked for.
const SHOWN: usize = 10;

impl Report for InfoReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let entry = &self.entry;
        let mut lines = vec![
            ("key", entry.key.clone()),
            ("function", entry.function.clone()),
            ("size", bytes(entry.size_bytes)),
            ("cost", took(Duration::from_secs_f64(entry.cost_seconds))),
            ("written", ago(entry.written_ms)),
            (
                "hits",
                match entry.hits {
                    0 => "none from disk".to_owned(),
                    hits => format!("{hits} from disk, the last {}", ago(entry.used_ms)),
                },
            ),
        ];
        if entry.file_bytes > 0 {
            lines.push(("file", bytes(entry.file_bytes)));
        }
        if let Some(expires) = entry.expires_ms {
            lines.push((
                "expires",
                match expires.checked_sub(now()) {
                    Some(left) => format!("in {}", Spoken(Duration::from_millis(left))),
                    None => format!("expired {}", ago(expires)),
                },
            ));
        }
        if let Some(process) = &entry.process {
            let program = if process.program.is_empty() { "" } else { ", " };
            lines.push((
                "process",
                format!(
                    "{}{program}{}, started {}",
                    process.pid,
                    process.program,
                    ago(process.started_ms)
                ),
            ));
        }
        pairs(out, &lines)?;
        let Some(dependencies) = &self.dependencies else {
            return writeln!(out, "\nWhat it depends on is not recorded.");
        };
        writeln!(out)?;
        let shown = if self.all { dependencies.len() } else { SHOWN };
        let rows = dependencies.iter().take(shown).map(|dependency| {
            let ordinal = match dependency.ordinal {
                0 => String::new(),
                ordinal => format!("#{ordinal}"),
            };
            vec![
                format!("{} {}{ordinal}", dependency.kind, dependency.name),
                dependency.summary.clone().unwrap_or_default(),
                dependency.place.clone().unwrap_or_default(),
            ]
        });
        use Align::Left;
        table(out, &[("depends on", Left), ("value", Left), ("place", Left)], rows)?;
        if dependencies.len() > shown {
            let more = dependencies.len() - shown;
            writeln!(out, "{}", faint(format!("and {more} more; --dependencies shows all")))?;
        }
        Ok(())
    }
}
