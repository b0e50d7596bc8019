//! The store in one process; tests/disk has those with several.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::store::{Bound, Bounds};

/// A directory of its own for each test, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rememo-disk-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn open(&self) -> DiskStore {
        self.open_with(Options::default())
    }

    fn open_with(&self, options: Options) -> DiskStore {
        DiskStore::open(&self.0, options).unwrap()
    }

    fn index(&self) -> PathBuf {
        self.0.join("v1/index.sqlite")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key(number: u64) -> Digest {
    Digest::of(&number.to_le_bytes())
}

fn record<'a>(key: Digest, head: &'a [u8]) -> Record<'a> {
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
        buffers: &[],
        claim: None,
    }
}

fn put(store: &DiskStore, number: u64, head: &[u8]) {
    store.put(record(key(number), head)).unwrap();
}

fn head_of(store: &DiskStore, key: &Digest) -> Result<Vec<u8>, MissReason> {
    match store.get(key, None).unwrap() {
        Look::Hit(found) => Ok(found.payload.to_parts().unwrap().0),
        Look::Miss(reason) => Err(reason),
    }
}

#[test]
fn what_was_put_is_found_at_once_and_by_the_next_who_opens_the_store() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, 1, b"one");
    assert_eq!(head_of(&store, &key(1)).unwrap(), b"one");
    store.flush().unwrap();
    assert_eq!(head_of(&store, &key(1)).unwrap(), b"one");
    assert_eq!(head_of(&store, &key(2)), Err(MissReason::Absent));
    put(&store, 2, b"two");
    drop(store);
    let store = folder.open();
    assert_eq!(head_of(&store, &key(1)).unwrap(), b"one");
    assert_eq!(head_of(&store, &key(2)).unwrap(), b"two");
    assert!(store.take_problems().is_empty());
}

#[test]
fn everything_that_was_put_of_a_result_comes_back() {
    let folder = Folder::new();
    let store = folder.open();
    let buffers: [&[u8]; 3] = [b"first", b"", b"third"];
    let large = vec![7; 100_000];
    for (number, buffers) in [(1, &buffers[..]), (2, &[&large[..], b"x"])] {
        let digest = Some(Digest::of(b"output"));
        let cost = Duration::from_micros(1234);
        let record = Record { digest, cost, buffers, ..record(key(number), b"head") };
        store.put(record).unwrap();
        // From the queue, then from disk.
        for _ in 0..2 {
            let Look::Hit(found) = store.get(&key(number), None).unwrap() else { panic!() };
            let (head, read) = found.payload.to_parts().unwrap();
            assert_eq!(head, b"head");
            assert_eq!(read, buffers);
            assert_eq!((found.digest, found.cost, found.kind), (digest, cost, Kind::Value));
            let payload: usize = 4 + buffers.iter().map(|buffer| buffer.len()).sum::<usize>();
            assert_eq!(found.size, payload as u64 + ENTRY_OVERHEAD);
            assert_eq!(matches!(found.payload, Payload::Blob { .. }), number == 2);
            store.flush().unwrap();
        }
    }
}

#[test]
fn a_long_head_lies_in_the_file_with_the_buffers() {
    let folder = Folder::new();
    let store = folder.open();
    let head: Vec<u8> = (0..200_000_u32).map(|i| i as u8).collect();
    let buffer = vec![9; 70_000];
    store.put(Record { buffers: &[&buffer], ..record(key(1), &head) }).unwrap();
    for _ in 0..2 {
        let Look::Hit(found) = store.get(&key(1), None).unwrap() else { panic!() };
        let Payload::Blob { head: None, .. } = &found.payload else { panic!() };
        assert_eq!(found.payload.to_parts().unwrap(), (head.clone(), vec![buffer.clone()]));
        store.flush().unwrap();
    }
}

#[test]
fn a_blob_can_be_mapped_as_it_is() {
    let folder = Folder::new();
    let store = folder.open();
    let buffer: Vec<u8> = (0..100_000_u32).map(|i| (i * 7) as u8).collect();
    store.put(Record { buffers: &[&buffer, b"end"], ..record(key(1), b"head") }).unwrap();
    store.flush().unwrap();
    let Look::Hit(found) = store.get(&key(1), None).unwrap() else { panic!() };
    let Payload::Blob { blob, .. } = found.payload else { panic!() };
    let (layout, region) = blob.into_region();
    let mut mapping = region.map().unwrap();
    let spans = layout.spans();
    assert!(spans.iter().all(|span| span.offset % crate::region::ALIGNMENT == 0));
    assert_eq!(&mapping.bytes()[spans[0].offset..][..spans[0].len], buffer);
    assert_eq!(&mapping.bytes()[spans[1].offset..][..spans[1].len], b"end");
}

#[test]
fn an_entry_expires_by_its_own_ttl_and_by_the_readers() {
    let folder = Folder::new();
    let store = folder.open();
    let short = Some(Duration::from_millis(30));
    let bounds = Bounds { ttl: short, ..Bounds::default() };
    store.put(Record { bounds, ..record(key(1), b"own") }).unwrap();
    put(&store, 2, b"the reader's");
    let long = Some(Duration::from_secs(3600));
    assert!(store.contains(&key(1), long).unwrap());
    std::thread::sleep(Duration::from_millis(40));
    for _ in 0..2 {
        for (number, ttl) in [(1, None), (1, long), (2, short)] {
            let Look::Miss(reason) = store.get(&key(number), ttl).unwrap() else { panic!() };
            assert!(matches!(reason, MissReason::Expired { .. }), "{number} {reason:?}");
        }
        assert!(store.contains(&key(2), long).unwrap());
        store.flush().unwrap();
    }
    // It leaves in the end, and the miss still says why.
    assert_eq!(store.prune(&Prune::default()).unwrap().entries, 1);
    assert_eq!(store.functions().unwrap()[0].entries, 1);
    let Look::Miss(reason) = store.get(&key(1), None).unwrap() else { panic!() };
    assert!(matches!(reason, MissReason::Expired { ago } if ago < Duration::from_secs(60)));
}

#[test]
fn the_least_used_of_like_entries_makes_room_and_the_costly_stays() {
    let folder = Folder::new();
    let store = folder.open();
    let bounds = Bounds { max_entries: Some(3), ..Bounds::default() };
    let put = |number: u64, cost: u64| {
        let cost = Duration::from_millis(cost);
        store.put(Record { bounds, cost, ..record(key(number), b"value") }).unwrap();
        store.flush().unwrap();
        std::thread::sleep(Duration::from_millis(2));
    };
    put(1, 10_000);
    put(2, 0);
    put(3, 0);
    // Used again: the other one is the least used.
    assert!(matches!(store.get(&key(2), None).unwrap(), Look::Hit(_)));
    store.flush().unwrap();
    put(4, 0);
    let evicted = MissReason::Evicted { by: Bound::Entries };
    assert_eq!(head_of(&store, &key(3)), Err(evicted));
    put(5, 0);
    assert_eq!(head_of(&store, &key(2)), Err(evicted));
    assert!(head_of(&store, &key(1)).is_ok());
    assert_eq!(store.functions().unwrap()[0].counters.evictions, 2);
}

#[test]
fn bytes_are_bounded_for_a_function_and_for_the_directory() {
    let folder = Folder::new();
    let whole = 40_000;
    let store = folder.open_with(Options { max_bytes: Some(whole), ..Options::default() });
    let bounds = Bounds { max_bytes: Some(10_000), ..Bounds::default() };
    let value = [5; 1000];
    for number in 0..200 {
        let function: Arc<str> = if number % 2 == 0 { "module.f" } else { "module.g" }.into();
        let bounds = if number % 2 == 0 { bounds } else { Bounds::default() };
        store.put(Record { function, bounds, ..record(key(number), &value) }).unwrap();
        if number % 10 == 9 {
            store.flush().unwrap();
            let functions = store.functions().unwrap();
            assert!(functions[0].bytes <= 10_000, "{functions:?}");
            assert!(functions.iter().map(|f| f.bytes).sum::<u64>() <= whole, "{functions:?}");
        }
    }
    let functions = store.functions().unwrap();
    assert_eq!(functions[0].entries, 8);
    assert!(functions[1].bytes > 25_000, "{functions:?}");
    // What never fits is not kept, and nothing goes for it.
    let large = vec![5; 50_000];
    put(&store, 1000, &large);
    store.flush().unwrap();
    assert_eq!(head_of(&store, &key(1000)), Err(MissReason::Evicted { by: Bound::Bytes }));
    assert_eq!(store.functions().unwrap()[0].entries, 8);
    let files = fs::read_dir(folder.0.join("v1/blobs")).unwrap();
    let left = files.flatten().map(|f| fs::read_dir(f.path()).unwrap().count()).sum::<usize>();
    assert_eq!(left, 0, "its file was removed");
}

#[test]
fn an_entry_that_is_replaced_leaves_nothing_behind() {
    let folder = Folder::new();
    let store = folder.open();
    let large = vec![1; 100_000];
    put(&store, 1, &large);
    store.flush().unwrap();
    put(&store, 1, b"small");
    assert_eq!(head_of(&store, &key(1)).unwrap(), b"small");
    store.flush().unwrap();
    assert_eq!(head_of(&store, &key(1)).unwrap(), b"small");
    let function = &store.functions().unwrap()[0];
    assert_eq!((function.entries, function.bytes), (1, 5 + ENTRY_OVERHEAD));
    assert_eq!(blobs(&folder), Vec::<PathBuf>::new());
}

fn blobs(folder: &Folder) -> Vec<PathBuf> {
    let Ok(folders) = fs::read_dir(folder.0.join("v1/blobs")) else { return Vec::new() };
    let folders = folders.flatten().map(|f| f.path());
    folders.flat_map(|f| fs::read_dir(f).unwrap().flatten().map(|f| f.path())).collect()
}

#[test]
fn clearing_drops_what_is_there_and_what_was_begun_before() {
    let folder = Folder::new();
    let store = folder.open();
    for number in 0..10 {
        put(&store, number, b"value");
    }
    store.put(Record { function: "module.g".into(), ..record(key(10), b"value") }).unwrap();
    assert!(store.remove(&key(0)).unwrap());
    assert!(!store.remove(&key(0)).unwrap());
    assert_eq!(head_of(&store, &key(0)), Err(MissReason::Cleared));
    let before = store.generation();
    assert_eq!(store.clear(Some("module.f")).unwrap(), 9);
    assert_ne!(store.generation(), before);
    assert_eq!(head_of(&store, &key(1)), Err(MissReason::Cleared));
    assert!(head_of(&store, &key(10)).is_ok());
    // A computation of a second ago knew nothing of the clearing.
    let cost = Duration::from_secs(1);
    store.put(Record { cost, ..record(key(1), b"stale") }).unwrap();
    assert_eq!(head_of(&store, &key(1)), Err(MissReason::Cleared));
    put(&store, 1, b"fresh");
    store.flush().unwrap();
    assert_eq!(head_of(&store, &key(1)).unwrap(), b"fresh");
    assert_eq!(store.clear(None).unwrap(), 2);
    assert_eq!(head_of(&store, &key(10)), Err(MissReason::Cleared));
}

#[test]
fn a_damaged_value_is_dropped_and_counted_wherever_the_damage_is() {
    let folder = Folder::new();
    let large = vec![3; 100_000];
    // What is changed, and whether the value lies in a file.
    let changes: [(&str, bool); 6] = [
        ("UPDATE entries SET value = CAST('valuX' AS BLOB)", false),
        ("UPDATE entries SET digest = zeroblob(32)", false),
        ("UPDATE entries SET written = written + 1", false),
        ("UPDATE entries SET lengths = x'02000000'", false),
        ("UPDATE entries SET checksum = zeroblob(16)", true),
        ("UPDATE entries SET blob = zeroblob(32)", true),
    ];
    for (change, in_file) in changes {
        let store = folder.open();
        put(&store, 1, if in_file { &large } else { b"value" });
        drop(store);
        let connection = rusqlite::Connection::open(folder.index()).unwrap();
        assert_eq!(connection.execute(change, []).unwrap(), 1);
        drop(connection);
        let store = folder.open();
        assert_eq!(head_of(&store, &key(1)), Err(MissReason::Damaged), "{change}");
        store.flush().unwrap();
        assert_eq!(head_of(&store, &key(1)), Err(MissReason::Damaged), "{change}");
        let function = &store.functions().unwrap()[0];
        assert_eq!((function.entries, function.bytes), (0, 0), "{change}");
        put(&store, 1, b"again");
        assert_eq!(head_of(&store, &key(1)).unwrap(), b"again");
        store.clear(None).unwrap();
    }
}

#[test]
fn a_damaged_file_is_seen_when_it_is_first_opened_or_verified() {
    let change = |path: &PathBuf, at: u64| {
        use std::os::unix::fs::FileExt;
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        file.write_all_at(b"?", at).unwrap();
    };
    let folder = Folder::new();
    for (number, size) in [(0, 100_000_usize), (1, 3_000_000)] {
        let value = vec![3; size];
        let store = folder.open();
        store.put(Record { buffers: &[&value], ..record(key(number), b"head") }).unwrap();
        drop(store);
        let [blob] = &blobs(&folder)[..] else { panic!() };
        change(blob, 5000);
        let store = folder.open();
        if size > 1 << 20 {
            // Written since the machine was started, and large: not read to its end by a look-up.
            assert!(store.contains(&key(number), None).unwrap());
            let verified = store.verify(false, &mut |_| {}).unwrap();
            assert_eq!(verified.damaged, [key(number)]);
            assert_eq!(store.verify(true, &mut |_| {}).unwrap().damaged, [key(number)]);
        }
        assert_eq!(head_of(&store, &key(number)), Err(MissReason::Damaged));
        store.flush().unwrap();
        assert_eq!(blobs(&folder), Vec::<PathBuf>::new());
    }
    // Header, digests at the end, length, existence: seen whatever the size.
    for damage in 0..4 {
        let value = vec![3; 3_000_000];
        let store = folder.open();
        store.put(Record { buffers: &[&value], ..record(key(9), b"head") }).unwrap();
        drop(store);
        let [blob] = &blobs(&folder)[..] else { panic!() };
        let length = fs::metadata(blob).unwrap().len();
        match damage {
            0 => change(blob, 16),
            1 => change(blob, length - 1),
            2 => fs::OpenOptions::new().write(true).open(blob).unwrap().set_len(40).unwrap(),
            _ => fs::remove_file(blob).unwrap(),
        }
        let store = folder.open();
        assert_eq!(head_of(&store, &key(9)), Err(MissReason::Damaged), "{damage}");
        store.flush().unwrap();
    }
}

#[test]
fn an_entry_of_an_earlier_run_of_the_machine_is_read_to_its_end_once() {
    let folder = Folder::new();
    let value = vec![3; 3_000_000];
    let store = folder.open();
    put(&store, 1, &value);
    drop(store);
    let [blob] = &blobs(&folder)[..] else { panic!() };
    let file = fs::OpenOptions::new().write(true).open(blob).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &[0; 4096], 1 << 20).unwrap();
    let connection = rusqlite::Connection::open(folder.index()).unwrap();
    connection.execute("UPDATE processes SET boot = 'before the power went'", []).unwrap();
    drop(connection);
    assert_eq!(head_of(&folder.open(), &key(1)), Err(MissReason::Damaged));
}

#[test]
fn a_removed_directory_is_made_again_and_a_broken_index_started_anew() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, 1, b"one");
    store.flush().unwrap();
    fs::remove_dir_all(&folder.0).unwrap();
    std::thread::sleep(Duration::from_millis(120));
    assert_eq!(head_of(&store, &key(1)), Err(MissReason::Absent));
    put(&store, 2, b"two");
    store.flush().unwrap();
    assert_eq!(head_of(&store, &key(2)).unwrap(), b"two");
    drop(store);

    // While it is closed, and while it is open. (With its log SQLite would restore it.)
    fs::remove_file(folder.0.join("v1/index.sqlite-wal")).unwrap();
    fs::write(folder.index(), vec![b'?'; 10_000]).unwrap();
    let store = folder.open();
    let problems = store.take_problems();
    assert!(matches!(&problems[..], [StoreError::Damaged { .. }]), "{problems:?}");
    assert!(folder.0.join("v1/index.damaged").exists());
    put(&store, 3, b"three");
    store.flush().unwrap();
    let connection = rusqlite::Connection::open(folder.index()).unwrap();
    connection.execute_batch("DROP TABLE uses; DROP TABLE entries").unwrap();
    drop(connection);
    let _ = store.get(&key(3), None);
    put(&store, 4, b"four");
    store.flush().unwrap();
    assert_eq!(head_of(&store, &key(4)).unwrap(), b"four");
    let problems = store.take_problems();
    assert!(matches!(&problems[..], [StoreError::Damaged { .. }]), "{problems:?}");
}

#[test]
fn an_unknown_version_is_left_alone() {
    let folder = Folder::new();
    let store = folder.open();
    put(&store, 1, b"one");
    drop(store);
    let connection = rusqlite::Connection::open(folder.index()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(folder.index()).unwrap();
    let error = DiskStore::open(&folder.0, Options::default()).unwrap_err();
    assert!(matches!(error, StoreError::Version { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("format 99, which this version of rememo does not know"));
    assert_eq!(fs::read(folder.index()).unwrap(), before);
}

#[test]
fn a_directory_that_others_can_write_to_is_refused_unless_it_is_trusted() {
    let folder = Folder::new();
    drop(folder.open());
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder.0), mode(&folder.0.join("v1"))), (0o700, 0o700));
    assert!(
        fs::read_to_string(folder.0.join("CACHEDIR.TAG"))
            .unwrap()
            .starts_with("Signature: 8a477f597d28d172789f06886806bc55")
    );
    for path in [folder.0.clone(), folder.0.join("v1")] {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        let error = DiskStore::open(&folder.0, Options::default()).unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, StoreError::Refused { .. }), "{said}");
        assert!(said.contains("mode is 777") && said.contains("chmod go-w"), "{said}");
        drop(folder.open_with(Options { trust_directory: true, ..Options::default() }));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    drop(folder.open());
}

#[test]
fn fingerprints_events_and_counts_are_kept_for_those_who_ask_why() {
    let folder = Folder::new();
    let store = folder.open();
    let dependency = |name: &str, value: &str| StoredDependency {
        kind: "global".into(),
        name: name.into(),
        ordinal: 0,
        digest: Digest::of(value.as_bytes()),
        place: "helpers.py:31".into(),
        summary: value.into(),
    };
    let fingerprint = Arc::new(StoredFingerprint {
        digest: Digest::of(b"fingerprint"),
        dependencies: vec![dependency("RATE", "0.2"), dependency("NAME", "'x'")],
    });
    for number in 0..3 {
        let record = Record {
            fingerprint: Some(Arc::clone(&fingerprint)),
            reason: Some(MissReason::Expired { ago: Duration::from_secs(3) }),
            meta: b"a=1",
            ..record(key(number), b"value")
        };
        store.put(record).unwrap();
    }
    store.record_miss(MissEvent {
        at: 0,
        function: "module.f".into(),
        key: key(7),
        fingerprint: None,
        reason: MissReason::Absent,
        cost: Duration::from_millis(5),
        not_stored: "cannot pickle 'socket' object".into(),
    });
    let counters = Counters { hits: 5, saved: Duration::from_secs(2), ..Counters::default() };
    store.count(&"module.f".into(), counters);
    store.flush().unwrap();
    assert_eq!(store.fingerprint(&fingerprint.digest).unwrap().as_ref(), Some(&*fingerprint));
    assert_eq!(store.fingerprint(&key(0)).unwrap(), None);
    let mut listed = Vec::new();
    store
        .entries(Some("module.f"), &mut |entry| {
            listed.push(entry);
            true
        })
        .unwrap();
    assert_eq!(listed.iter().map(|entry| entry.key).collect::<Vec<_>>(), [key(0), key(1), key(2)]);
    assert!(listed.iter().all(|entry| entry.fingerprint == Some(fingerprint.digest)));
    assert!(listed.iter().all(|entry| entry.meta == b"a=1"));
    assert_eq!(listed[0].process.as_ref().unwrap().pid, std::process::id());
    let misses = store.misses(Some("module.f"), 10).unwrap();
    assert_eq!(misses.len(), 4);
    assert_eq!(misses[0].not_stored, "cannot pickle 'socket' object");
    assert_eq!(misses[1].key, key(2));
    assert_eq!(misses[1].reason.to_string(), "expired 3.0 s ago");
    assert_eq!(store.functions().unwrap()[0].counters, counters);
    assert_eq!(store.misses(Some("module.g"), 10).unwrap(), []);
}

#[test]
fn entries_are_found_by_the_beginnings_of_their_keys() {
    let folder = Folder::new();
    let store = folder.open();
    for number in 0..300 {
        put(&store, number, b"value");
    }
    store.flush().unwrap();
    let all: Vec<String> = (0..300).map(|number| key(number).to_hex()).collect();
    for prefix in ["", "0", "7", "8", "f", "ff", &all[5][..9], &all[6][..20], &all[7], "zz"] {
        let mut expected: Vec<&String> = all.iter().filter(|k| k.starts_with(prefix)).collect();
        let found = store.find(prefix, 1000).unwrap();
        let mut found: Vec<String> = found.iter().map(|entry| entry.key.to_hex()).collect();
        expected.sort();
        found.sort();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{prefix:?}");
    }
    assert_eq!(store.find("", 7).unwrap().len(), 7);
}

#[test]
fn pruning_says_first_and_then_does_what_it_said() {
    let folder = Folder::new();
    let store = folder.open();
    let value = vec![1; 100_000];
    for number in 0..10 {
        put(&store, number, &value);
    }
    put(&store, 10, b"small");
    let what = Prune { max_bytes: Some(450_000), ..Prune::default() };
    let said = store.prune(&Prune { dry_run: true, ..what.clone() }).unwrap();
    assert_eq!(store.functions().unwrap()[0].entries, 11);
    let done = store.prune(&what).unwrap();
    assert_eq!(said, done);
    assert_eq!(done.entries, 6);
    let function = &store.functions().unwrap()[0];
    assert!(function.entries == 5 && function.bytes <= 450_000, "{function:?}");
    assert!(head_of(&store, &key(10)).is_ok(), "worth more for its size");
    assert_eq!(blobs(&folder).len(), 4);
    std::thread::sleep(Duration::from_millis(5));
    let done =
        store.prune(&Prune { older_than: Some(Duration::from_millis(1)), ..Prune::default() });
    assert_eq!(done.unwrap().entries, 5);
    assert_eq!(blobs(&folder), Vec::<PathBuf>::new());
}

#[test]
fn files_that_nothing_names_are_swept_once_they_are_old() {
    let folder = Folder::new();
    let store = folder.open();
    let value = vec![1; 100_000];
    put(&store, 1, &value);
    store.flush().unwrap();
    let kept = blobs(&folder);
    let home = folder.0.join("v1");
    fs::create_dir_all(home.join("blobs/00")).unwrap();
    let old = [home.join("blobs/00").join("0".repeat(32)), home.join("unfinished/left")];
    let young = home.join("blobs/00").join(format!("{}1", "0".repeat(31)));
    for path in old.iter().chain([&young]) {
        fs::write(path, b"").unwrap();
    }
    for path in old.iter().chain(&kept) {
        let file = fs::OpenOptions::new().write(true).open(path).unwrap();
        let then = std::time::SystemTime::now() - Duration::from_secs(4000);
        file.set_modified(then).unwrap();
    }
    assert_eq!(store.verify(false, &mut |_| {}).unwrap().orphans, 2);
    assert_eq!(store.prune(&Prune::default()).unwrap().orphans, 2);
    assert!(old.iter().all(|path| !path.exists()) && young.exists() && kept[0].exists());
    assert!(head_of(&store, &key(1)).is_ok());
}

#[test]
fn two_keys_with_the_same_first_bits_are_two_keys() {
    let folder = Folder::new();
    let store = folder.open();
    let one = key(1);
    let mut other = one;
    other.0[31] ^= 1;
    store.put(record(one, b"one")).unwrap();
    store.flush().unwrap();
    assert_eq!(head_of(&store, &other), Err(MissReason::Absent));
    assert!(!store.remove(&other).unwrap());
    store.put(record(other, b"other")).unwrap();
    store.flush().unwrap();
    assert_eq!(head_of(&store, &other).unwrap(), b"other");
    assert_eq!(head_of(&store, &one), Err(MissReason::Absent));
    assert_eq!(store.functions().unwrap()[0].entries, 1);
}

#[test]
fn the_log_of_the_index_does_not_grow_without_bound() {
    let folder = Folder::new();
    let store = folder.open();
    let value = vec![1; 20_000];
    for number in 0..4000 {
        put(&store, number, &value);
    }
    store.flush().unwrap();
    // The next small batch comes after it was cut.
    std::thread::sleep(Duration::from_millis(150));
    put(&store, 1, b"last");
    store.flush().unwrap();
    let log = fs::metadata(folder.0.join("v1/index.sqlite-wal")).unwrap().len();
    assert!(log < 48 << 20, "{log}");
}
