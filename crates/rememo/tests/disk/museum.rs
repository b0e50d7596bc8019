//! Stores that earlier versions wrote are read for as long as their format is this version's.
//!
//! `museum/` has one store for each released version that wrote something new; none is ever changed. A new one is
//! made with `REMEMO_MAKE_MUSEUM=museum/0.2.0 cargo test --test disk museum`, in this folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rememo::digest::Digest;
use rememo::store::disk::{
    Counters, DiskStore, Listed, Look, MissEvent, Options, Payload, Record, StoredDependency,
    StoredFingerprint,
};
use rememo::store::{Bounds, MissReason};

use super::{Folder, get, key, record};

fn fingerprint() -> StoredFingerprint {
    let dependency = |kind: &str, name: &str, place: &str, summary: &str| StoredDependency {
        kind: kind.into(),
        name: name.into(),
        ordinal: u32::from(kind == "function"),
        digest: Digest::of(name.as_bytes()),
        place: place.into(),
        summary: summary.into(),
    };
    StoredFingerprint {
        digest: Digest::of(b"fingerprint"),
        dependencies: vec![
            dependency("function", "module.f", "module.py:3", ""),
            dependency("global", "RATE", "", "0.25"),
        ],
    }
}

/// One of everything.
fn fill(store: &DiskStore) {
    let fingerprint = Some(Arc::new(fingerprint()));
    let digest = Some(Digest::of(b"output"));
    let cost = Duration::from_millis(3);
    let reason = Some(MissReason::Absent);
    let meta = b"a=1";
    let small = record(key(1), b"head", &[]);
    store.put(Record { fingerprint: fingerprint.clone(), meta, reason, ..small }).unwrap();
    let buffers: [&[u8]; 3] = [b"first", b"", b"third"];
    store.put(Record { digest, cost, ..record(key(2), b"head", &buffers) }).unwrap();
    let long = [7; 500];
    let buffers: [&[u8]; 2] = [&long, b"end"];
    store.put(Record { fingerprint, digest, ..record(key(3), b"head", &buffers) }).unwrap();
    let head = [9; 5000];
    store.put(record(key(4), &head, &[&long])).unwrap();
    let bounds = Bounds { ttl: Some(Duration::from_millis(1)), ..Bounds::default() };
    store.put(Record { bounds, ..record(key(5), b"expired", &[]) }).unwrap();
    store.put(record(key(6), b"removed", &[])).unwrap();
    store.remove(&key(6)).unwrap();
    store.record_miss(MissEvent {
        at: 0,
        function: "module.g".into(),
        key: key(7),
        fingerprint: None,
        reason: MissReason::Cleared,
        cost,
        not_stored: "cannot pickle".into(),
    });
    let counters = Counters { hits: 5, ..Counters::default() };
    store.count(&"module.f".into(), counters);
    store.flush().unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let into = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &into);
        } else {
            fs::copy(entry.path(), into).unwrap();
        }
    }
}

#[test]
fn stores_of_all_versions_are_read() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/disk");
    if let Some(name) = std::env::var_os("REMEMO_MAKE_MUSEUM") {
        let folder = Folder::new();
        let options = Options { inline: 256, log_limit: 0, ..Options::default() };
        let store = DiskStore::open(&folder.0, options).unwrap();
        fill(&store);
        std::thread::sleep(Duration::from_millis(150));
        store.flush().unwrap();
        store.remove(&key(6)).unwrap();
        drop(store);
        for name in ["claims", "index.sqlite-wal", "index.sqlite-shm"] {
            let _ = fs::remove_file(folder.0.join("v1").join(name));
        }
        let _ = fs::remove_file(folder.0.join(".gitignore"));
        copy(&folder.0, &here.join(name));
    }
    let mut seen = 0;
    for museum in fs::read_dir(here.join("museum")).unwrap().flatten() {
        seen += 1;
        let folder = Folder::new();
        copy(&museum.path(), &folder.0);
        let store =
            DiskStore::open(&folder.0, Options { trust_directory: true, ..Options::default() });
        check(&store.unwrap());
    }
    assert!(seen >= 1);
}

fn check(store: &DiskStore) {
    assert_eq!(get(store, &key(1)).unwrap(), b"head");
    let found = |number| match store.get(&key(number), None).unwrap() {
        Look::Hit(found) => found,
        Look::Miss(reason) => panic!("{number}: {reason}"),
    };
    let second = found(2);
    assert!(matches!(second.payload, Payload::Inline { .. }));
    let parts = (b"head".to_vec(), [&b"first"[..], b"", b"third"].map(<[u8]>::to_vec).to_vec());
    assert_eq!(second.payload.to_parts().unwrap(), parts);
    assert_eq!(second.digest, Some(Digest::of(b"output")));
    assert_eq!(second.cost, Duration::from_millis(3));
    let third = found(3);
    assert!(matches!(third.payload, Payload::Blob { head: Some(_), .. }));
    let parts = (b"head".to_vec(), vec![vec![7; 500], b"end".to_vec()]);
    assert_eq!(third.payload.to_parts().unwrap(), parts);
    let fourth = found(4);
    assert!(matches!(fourth.payload, Payload::Blob { head: None, .. }));
    assert_eq!(fourth.payload.to_parts().unwrap(), (vec![9; 5000], vec![vec![7; 500]]));
    let reasons = [5, 6, 8].map(|number| get(store, &key(number)).unwrap_err());
    assert!(matches!(reasons[0], MissReason::Expired { .. }), "{}", reasons[0]);
    assert_eq!(reasons[1..], [MissReason::Cleared, MissReason::Absent]);
    assert_eq!(store.fingerprint(&fingerprint().digest).unwrap(), Some(fingerprint()));
    let mut listed: Vec<Listed> = Vec::new();
    store
        .entries(Some("module.f"), &mut |entry| {
            listed.push(entry);
            true
        })
        .unwrap();
    assert_eq!(listed[0].meta, b"a=1");
    assert_eq!(listed[0].fingerprint, Some(fingerprint().digest));
    let misses = store.misses(None, 10).unwrap();
    assert_eq!((&*misses[0].function, &*misses[0].not_stored), ("module.g", "cannot pickle"));
    assert_eq!(store.functions().unwrap()[0].counters.hits, 5);
    let verified = store.verify(false, &mut |_| {}).unwrap();
    assert_eq!((verified.damaged, verified.index), (vec![], vec![]));
    // And it can be written to.
    store.put(record(key(9), b"new", &[])).unwrap();
    store.flush().unwrap();
    assert_eq!(get(store, &key(9)).unwrap(), b"new");
}
