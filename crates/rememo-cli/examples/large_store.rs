//! Fills a directory with a large store, to see how fast the command answers:
//!
//! ```text
//! cargo run --release --example large_store -- DIRECTORY [ENTRIES]
//! ```

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rememo::digest::Digest;
use rememo::store::disk::{
    Counters, DiskStore, Kind, Options, Record, StoredDependency, StoredFingerprint,
};
use rememo::store::{Bounds, MissReason};

fn fingerprint(function: u64, version: u64) -> Arc<StoredFingerprint> {
    let dependency = |n: u64| StoredDependency {
        kind: "function".to_owned(),
        name: format!("pipeline.step_{n:03}"),
        ordinal: 0,
        digest: Digest::of(format!("{n} {}", if n == 7 { version } else { 0 }).as_bytes()),
        place: format!("pipeline.py:{}", 10 * n + 1),
        summary: String::new(),
    };
    Arc::new(StoredFingerprint {
        digest: Digest::of(format!("{function} {version}").as_bytes()),
        dependencies: (0..200).map(dependency).collect(),
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    const FUNCTIONS: u64 = 40;
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().ok_or("say DIRECTORY [ENTRIES]")?;
    let entries: u64 = arguments.next().map_or(Ok(100_000), |number| number.parse())?;
    let store = DiskStore::open(Path::new(&directory), Options::default())?;
    let names: Vec<Arc<str>> =
        (0..FUNCTIONS).map(|n| Arc::from(format!("pipeline.stage_{n:02}"))).collect();
    let mut last = (u64::MAX, None);
    for n in 0..entries {
        // The first function has half of all entries.
        let function = if n % 2 == 0 { 0 } else { n % FUNCTIONS };
        let version = n / 10_000;
        if last.0 != function * 1000 + version {
            last = (function * 1000 + version, Some(fingerprint(function, version)));
        }
        store.put(Record {
            key: Digest::of(&n.to_le_bytes()),
            kind: Kind::Value,
            function: Arc::clone(&names[function as usize]),
            fingerprint: last.1.clone(),
            cost: Duration::from_micros(500 + n % 15_000),
            bounds: Bounds::default(),
            digest: None,
            reason: Some(MissReason::Absent),
            meta: b"",
            head: &vec![7; 200 + (n % 500) as usize],
            buffers: &[],
            claim: None,
        })?;
        if n % 1000 == 0 {
            let hits = Counters { hits: 900, misses: 100, ..Counters::default() };
            store.count(&names[function as usize], hits);
            store.flush()?;
        }
    }
    store.flush()?;
    Ok(())
}
