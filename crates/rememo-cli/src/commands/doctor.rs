//! `rememo doctor`: whether the cache can be used, and fast; and what to do where not.

use std::io::{self, Write};

use rememo::store::disk::{DiskStore, FORMAT_VERSION, IndexState, Place, sqlite_version};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output::{Report, bytes, faint, plural, show, strong};
use crate::session::Session;

/// A log of so many bytes slows look-ups down.
const LONG_LOG: u64 = 64 << 20;
/// So little room is nearly none.
const LITTLE_ROOM: u64 = 1 << 30;
/// A larger part of the index than one in so many is nothing.
const MUCH_UNUSED: u64 = 2;
/// Less than that is not worth a word.
const WORTH_TELLING: u64 = 64 << 20;

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// As it should be.
    Good,
    /// It works, but slower or with less room than it could.
    Advice,
    /// It does not work.
    Problem,
}

#[derive(Serialize)]
struct Check {
    name: &'static str,
    status: Status,
    found: String,
    remedy: Option<String>,
}

#[derive(Serialize)]
struct DoctorReport {
    directory: String,
    version: &'static str,
    sqlite_version: &'static str,
    format: i64,
    healthy: bool,
    checks: Vec<Check>,
}

/// Collects what is found.
#[derive(Default)]
struct Checks(Vec<Check>);

impl Checks {
    fn good(&mut self, name: &'static str, found: impl Into<String>) {
        self.0.push(Check { name, status: Status::Good, found: found.into(), remedy: None });
    }

    fn not(
        &mut self,
        name: &'static str,
        status: Status,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.0.push(Check { name, status, found: found.into(), remedy: Some(remedy.into()) });
    }
}

pub(super) fn run(session: &Session) -> Result<Exit, Failure> {
    let place = Place::at(&session.directory);
    let mut checks = Checks::default();
    directory(&mut checks, &place);
    if place.has_index {
        index(&mut checks, session, &place);
    }
    let healthy = checks.0.iter().all(|check| check.status != Status::Problem);
    let report = DoctorReport {
        directory: session.directory.display().to_string(),
        version: env!("CARGO_PKG_VERSION"),
        sqlite_version: sqlite_version(),
        format: FORMAT_VERSION,
        healthy,
        checks: checks.0,
    };
    show(session, &report)?;
    Ok(if healthy { Exit::Done } else { Exit::Negative })
}

fn directory(checks: &mut Checks, place: &Place) {
    let path = place.directory.display();
    match (&place.refusal, place.exists) {
        (Some(refusal), _) => checks.not(
            "directory",
            Status::Problem,
            refusal.to_string(),
            "see above; --dir and REMEMO_CACHE_DIR name another directory",
        ),
        (None, true) => checks.good("directory", format!("{path} is yours alone to write to")),
        (None, false) => {
            checks.good(
                "directory",
                format!("{path} is not there yet; it is made when it is needed"),
            );
        }
    }
    if place.is_writable {
        checks.good("permissions", "can be written to");
    } else {
        checks.not(
            "permissions",
            Status::Problem,
            "cannot be written to, so nothing is stored",
            format!("chmod u+rwx {path}, or name another directory with REMEMO_CACHE_DIR"),
        );
    }
    match place.file_system.as_deref() {
        None => {}
        Some(kind @ ("tmpfs" | "ramfs")) => checks.not(
            "file system",
            Status::Advice,
            format!("{kind}: results lie in memory and are gone when the machine restarts"),
            "if they shall stay, name a directory on a disk with REMEMO_CACHE_DIR",
        ),
        Some(kind) if kind.starts_with("fuse") => checks.not(
            "file system",
            Status::Advice,
            format!("{kind} runs in user space: each look-up takes longer"),
            "name a directory on a local disk with REMEMO_CACHE_DIR",
        ),
        Some(kind) => checks.good("file system", kind),
    }
    match place.free {
        None => {}
        Some(free) if free < LITTLE_ROOM => checks.not(
            "room",
            Status::Advice,
            format!("only {} free; when the disk is full, results are not stored", bytes(free)),
            "rememo prune --max-bytes 1GiB",
        ),
        Some(free) => checks.good("room", format!("{} free", bytes(free))),
    }
    if !place.other_formats.is_empty() {
        checks.not(
            "formats",
            Status::Advice,
            format!("{} left by other versions of rememo", place.other_formats.join(", ")),
            format!("if those versions are not used any more, remove the folders in {path}"),
        );
    }
    if let Some(length) = place.set_aside {
        checks.not(
            "damage",
            Status::Advice,
            format!(
                "an index was damaged and set aside ({}); its results are computed again",
                bytes(length)
            ),
            "if it happens again, check the disk; remove index.damaged beside the index",
        );
    }
}

fn index(checks: &mut Checks, session: &Session, place: &Place) {
    let found = session.store().and_then(|store| {
        let functions = store.functions()?;
        let state = match store.get() {
            Some(_) => Some(store.ask(|store: &DiskStore| store.index_state().map(Some))?),
            None => None,
        };
        Ok((functions, state.flatten()))
    });
    let (functions, state): (_, Option<IndexState>) = match found {
        Ok(found) => found,
        Err(Failure::Store(error, earlier)) => {
            let said = earlier.first().unwrap_or(&error).to_string();
            checks.not(
                "index",
                Status::Problem,
                said,
                "rememo verify --repair starts a damaged index anew",
            );
            return;
        }
        Err(_) => return,
    };
    let entries: u64 = functions.iter().map(|function| function.entries).sum();
    checks.good(
        "index",
        format!(
            "{} of {}",
            plural(entries, "entry", "entries"),
            plural(functions.len() as u64, "function", "functions")
        ),
    );
    if place.log_bytes >= LONG_LOG {
        checks.not(
            "log",
            Status::Advice,
            format!(
                "the index's log has {}: each look-up reads through it. Some process keeps it from being copied back",
                bytes(place.log_bytes)
            ),
            "end processes that hang while they read the cache",
        );
    } else {
        checks.good("log", format!("{} not copied back yet", bytes(place.log_bytes)));
    }
    if let Some(state) = state {
        let unused = state.unused_bytes;
        if unused > WORTH_TELLING && unused > place.index_bytes / MUCH_UNUSED {
            checks.not(
                "unused",
                Status::Advice,
                format!("{} of the index hold nothing", bytes(unused)),
                "rememo prune gives them back",
            );
        }
        if state.expired > 0 {
            checks.not(
                "expired",
                Status::Advice,
                format!(
                    "{} expired and still taking room",
                    plural(state.expired, "entry", "entries")
                ),
                "rememo prune removes them",
            );
        }
    }
    if place.unfinished > 0 {
        checks.good(
            "unfinished",
            format!(
                "{} files on their way, or left by processes that were killed",
                place.unfinished
            ),
        );
    }
    let damaged: u64 = functions.iter().map(|function| function.counters.damaged).sum();
    if damaged > 0 {
        checks.not(
            "checksums",
            Status::Advice,
            format!(
                "{} found and dropped so far",
                plural(damaged, "damaged entry", "damaged entries")
            ),
            "if the number grows, check the disk",
        );
    }
}

impl Report for DoctorReport {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "rememo {}, SQLite {}, format {}",
            self.version, self.sqlite_version, self.format
        )?;
        let width = self.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
        for check in &self.checks {
            let (mark, name) = match check.status {
                Status::Good => ("✓", format!("{:width$}", check.name)),
                Status::Advice => ("!", format!("{:width$}", check.name)),
                Status::Problem => ("✗", format!("{:width$}", check.name)),
            };
            writeln!(out, "{mark} {}  {}", strong(name), check.found)?;
            if let Some(remedy) = &check.remedy {
                writeln!(out, "  {:width$}  {}", "", faint(format!("→ {remedy}")))?;
            }
        }
        Ok(())
    }
}
