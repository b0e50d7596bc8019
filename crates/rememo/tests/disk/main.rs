//! The store on disk as several processes use it, and as they are killed.
//!
//! A test starts this very program again, with the name of a part in the environment: `part` runs it there.

#![allow(clippy::unwrap_used, reason = "a test may unwrap: that is how it fails")]

mod bounds;
mod claims;
mod faults;
mod fork;
mod kill;
mod model;
mod museum;
mod vfs;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rememo::digest::Digest;
use rememo::store::disk::{DiskStore, Kind, Look, Options, Record};
use rememo::store::{Bounds, MissReason};

const PART: &str = "REMEMO_TEST_PART";

/// What runs in the processes that tests start; no test by itself.
#[test]
fn part() {
    let Ok(name) = std::env::var(PART) else { return };
    let arguments: Vec<String> = std::env::var("REMEMO_TEST_ARGUMENTS")
        .map(|all| all.split('\n').map(str::to_owned).collect())
        .unwrap_or_default();
    match name.as_str() {
        "claims::compute" => claims::compute(&arguments),
        "claims::hold" => claims::hold(&arguments),
        "claims::nest" => claims::nest(&arguments),
        "fork::hold" => fork::hold(&arguments),
        "kill::write" => kill::write(&arguments),
        "model::hammer" => model::hammer(&arguments),
        "bounds::fill" => bounds::fill(&arguments),
        other => panic!("no part {other}"),
    }
    // The harness would print more.
    std::process::exit(0);
}

/// Another process of this program; killed when it is dropped.
struct Part {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Part {
    fn start(name: &str, arguments: &[&str]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "part", "--nocapture", "--test-threads=1"])
            .env(PART, name)
            .env("REMEMO_TEST_ARGUMENTS", arguments.join("\n"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    /// The next line that the part said; none at its end. What the harness prints is left out.
    fn line(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some((_, said)) = line.trim_end().split_once("> ") {
                return Some(said.to_owned());
            }
        }
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.input, "{line}").unwrap();
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn finish(mut self) {
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says a line to the test that started this part.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "> {line}").unwrap();
    out.flush().unwrap();
}

/// Waits for a line from the test that started this part.
fn hear() -> String {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rememo-disk-parts-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }

    fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn open(path: impl AsRef<Path>) -> DiskStore {
    DiskStore::open(path.as_ref(), Options::default()).unwrap()
}

fn key(number: u64) -> Digest {
    Digest::of(&number.to_le_bytes())
}

fn record<'a>(key: Digest, head: &'a [u8], buffers: &'a [&'a [u8]]) -> Record<'a> {
    Record {
        key,
        kind: Kind::Value,
        function: "module.f".into(),
        fingerprint: None,
        cost: Duration::ZERO,
        bounds: Bounds::default(),
        digest: None,
        reason: None,
        meta: b"",
        head,
        buffers,
        claim: None,
    }
}

/// A value that says which one it is, from `seed`: sometimes small, sometimes in a file of its own.
fn value(seed: u64) -> Vec<u8> {
    let mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    let length = match mixed % 8 {
        0 => 40_000 + (mixed % 60_000) as usize,
        _ => 8 + (mixed % 3000) as usize,
    };
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend_from_slice(&(seed ^ bytes.len() as u64).to_le_bytes());
    }
    bytes
}

fn get(store: &DiskStore, key: &Digest) -> Result<Vec<u8>, MissReason> {
    match store.get(key, None).unwrap() {
        Look::Hit(found) => {
            let (head, buffers) = found.payload.to_parts().unwrap();
            Ok(buffers.into_iter().fold(head, |all, more| [all, more].concat()))
        }
        Look::Miss(reason) => Err(reason),
    }
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}
