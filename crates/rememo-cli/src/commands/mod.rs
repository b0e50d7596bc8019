//! The commands, one a file.

mod clear;
mod completion;
mod doctor;
mod explain;
mod info;
mod list;
mod man;
mod path;
mod prune;
mod stats;
mod verify;

use rememo::digest::Digest;
use rememo::store::disk::{DiskStore, Listed};
use serde::Serialize;

use crate::arguments::{Arguments, Command};
use crate::failure::{Exit, Failure};
use crate::session::{Session, Store};

pub(crate) fn dispatch(arguments: &Arguments) -> Result<Exit, Failure> {
    let session = &Session::new(&arguments.shared)?;
    match &arguments.command {
        Command::Ls(of) => list::run(session, of),
        Command::Info(of) => info::run(session, of),
        Command::Explain(of) => explain::run(session, of),
        Command::Stats(of) => stats::run(session, of),
        Command::Prune(of) => prune::run(session, of),
        Command::Clear(of) => clear::run(session, of),
        Command::Verify(of) => verify::run(session, of),
        Command::Path => path::run(session),
        Command::Doctor => doctor::run(session),
        Command::Completion(of) => completion::run(of),
        Command::Man(of) => man::run(of),
    }
}

/// So many digits of a key are shown in lists; `info` takes them.
const SHOWN_DIGITS: usize = 12;

fn short(key: &str) -> &str {
    key.get(..SHOWN_DIGITS).unwrap_or(key)
}

/// An entry as documents have it.
#[derive(Serialize)]
struct EntryReport {
    key: String,
    function: String,
    kind: &'static str,
    size_bytes: u64,
    file_bytes: u64,
    cost_seconds: f64,
    written_ms: u64,
    used_ms: u64,
    expires_ms: Option<u64>,
    hits: u64,
    fingerprint: Option<String>,
    process: Option<ProcessReport>,
}

#[derive(Serialize)]
struct ProcessReport {
    pid: u32,
    started_ms: u64,
    program: String,
}

impl From<&Listed> for EntryReport {
    fn from(entry: &Listed) -> Self {
        Self {
            key: entry.key.to_hex(),
            function: entry.function.to_string(),
            kind: match rememo::store::disk::Kind::from_number(entry.kind) {
                Some(rememo::store::disk::Kind::Value) => "value",
                Some(rememo::store::disk::Kind::Manifest) => "manifest",
                _ => "unknown",
            },
            size_bytes: entry.size,
            file_bytes: entry.blob_size,
            cost_seconds: entry.cost.as_secs_f64(),
            written_ms: entry.written,
            used_ms: entry.used.max(entry.written),
            expires_ms: entry.expires,
            hits: entry.hits,
            fingerprint: entry.fingerprint.as_ref().map(Digest::to_hex),
            process: entry.process.as_ref().map(|process| ProcessReport {
                pid: process.pid,
                started_ms: process.started,
                program: process.program.clone(),
            }),
        }
    }
}

/// The one entry whose key begins with these digits.
fn entry_of(store: &Store, prefix: &str) -> Result<Listed, Failure> {
    const MOST: usize = 5;
    let digits = prefix.len() <= 64 && prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
    if prefix.is_empty() || !digits {
        return Err(Failure::NotFound(format!(
            "{prefix:?} is no key: a key has up to 64 hexadecimal digits. rememo ls --entries lists entries"
        )));
    }
    let mut found = store.ask(|store: &DiskStore| store.find(prefix, MOST))?;
    if found.len() > 1 {
        let keys: Vec<String> =
            found.iter().map(|entry| short(&entry.key.to_hex()).to_owned()).collect();
        return Err(Failure::NotFound(format!(
            "several keys begin with {prefix:?}: {}{}. Give more digits",
            keys.join(", "),
            if found.len() == MOST { ", …" } else { "" }
        )));
    }
    found.pop().ok_or_else(|| {
        Failure::NotFound(format!(
            "no entry's key begins with {prefix:?}. rememo ls --entries lists entries"
        ))
    })
}
