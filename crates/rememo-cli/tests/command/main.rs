//! The command as a process, on stores that the engine made.

mod delete;
mod document;
mod explain;
mod list;
mod outside;
mod verify;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rememo::digest::Digest;
use rememo::store::disk::{
    Counters, DiskStore, Kind, Options, Record, StoredDependency, StoredFingerprint,
};
use rememo::store::{Bounds, MissReason};
use serde_json::Value;

/// A folder that is removed in the end, and the command to look into it.
struct Cache {
    path: PathBuf,
}

impl Drop for Cache {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// How the command ended and what it said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

impl Said {
    /// The output, of a command that did what was asked.
    fn done(self) -> String {
        assert_eq!((self.code, &*self.err), (0, ""), "{}", self.out);
        self.out
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

impl Cache {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("rememo-command-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Self { path }
    }

    fn open(&self) -> DiskStore {
        let options = Options { program: "prices.py".to_owned(), ..Options::default() };
        DiskStore::open(&self.path, options).expect("a store")
    }

    /// A store with some results in it, closed again.
    fn filled() -> Self {
        let cache = Self::new();
        let store = cache.open();
        put(&store, &Result::of("shop.report.total", 1));
        put(&store, &Result { bytes: 100_000, ..Result::of("shop.report.total", 2) });
        put(&store, &Result { bytes: 3000, ..Result::of("shop.prices.load", 3) });
        let counters =
            Counters { hits: 3, misses: 1, saved: Duration::from_secs(6), ..Counters::default() };
        store.count(&Arc::from("shop.report.total"), counters);
        store.flush().expect("written");
        drop(store);
        cache
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rememo"));
        command.args(arguments).arg("--dir").arg(&self.path).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        self.command(arguments).output().expect("it runs").into()
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(said.err, "", "{}", said.out);
        said.json()
    }

    /// Copies the index's log back, so that the index is one file.
    fn settle(&self) {
        let connection = rusqlite::Connection::open(self.index()).expect("an index");
        connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
            .map(|busy| assert_eq!(busy, 0))
            .expect("copied");
        drop(connection);
        for suffix in ["-wal", "-shm"] {
            let mut path = self.index().into_os_string();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
    }

    fn index(&self) -> PathBuf {
        self.path.join("v1/index.sqlite")
    }
}

/// A result to be stored.
#[derive(Clone)]
struct Result {
    function: &'static str,
    key: Digest,
    bytes: usize,
    ttl: Option<Duration>,
    reason: MissReason,
    fingerprint: Arc<StoredFingerprint>,
}

impl Result {
    fn of(function: &'static str, number: u64) -> Self {
        Self {
            function,
            key: Digest::of(&number.to_le_bytes()),
            bytes: 100,
            ttl: None,
            reason: MissReason::Absent,
            fingerprint: fingerprint(&[("function", function, "0", "")]),
        }
    }
}

fn put(store: &DiskStore, result: &Result) {
    let pickle = vec![b'x'; result.bytes];
    store
        .put(Record {
            key: result.key,
            kind: Kind::Value,
            function: Arc::from(result.function),
            fingerprint: Some(Arc::clone(&result.fingerprint)),
            // So costly that it is on disk at once.
            cost: Duration::from_secs(2),
            bounds: Bounds { ttl: result.ttl, ..Bounds::default() },
            digest: None,
            reason: Some(result.reason),
            meta: b"",
            head: &pickle,
            buffers: &[],
            claim: None,
        })
        .expect("stored");
}

/// A fingerprint of dependencies by kind, name, content and summary, in the order of a fingerprint.
fn fingerprint(dependencies: &[(&str, &str, &str, &str)]) -> Arc<StoredFingerprint> {
    let dependencies: Vec<StoredDependency> = dependencies
        .iter()
        .map(|(kind, name, content, summary)| StoredDependency {
            kind: (*kind).to_owned(),
            name: (*name).to_owned(),
            ordinal: 0,
            digest: Digest::of(content.as_bytes()),
            place: "prices.py:3".to_owned(),
            summary: (*summary).to_owned(),
        })
        .collect();
    let mut all = Vec::new();
    for dependency in &dependencies {
        all.extend_from_slice(dependency.to_string().as_bytes());
        all.extend_from_slice(dependency.digest.as_bytes());
    }
    Arc::new(StoredFingerprint { digest: Digest::of(&all), dependencies })
}

/// Every file below a folder, with its content.
fn files(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let content = std::fs::read(&path).expect("a file");
            found.push((path, content));
        }
    }
    found.sort();
    found
}

/// As `put`, of a result that is written with others at once.
fn put_cheap(store: &DiskStore, result: &Result) {
    store
        .put(Record {
            key: result.key,
            kind: Kind::Value,
            function: Arc::from(result.function),
            fingerprint: Some(Arc::clone(&result.fingerprint)),
            cost: Duration::ZERO,
            bounds: Bounds::default(),
            digest: None,
            reason: Some(result.reason),
            meta: b"",
            head: b"value",
            buffers: &[],
            claim: None,
        })
        .expect("stored");
}
