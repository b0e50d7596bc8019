//! Every operation on files fails once, and fails for a while: callers go on, nothing wrong is ever read, what was
//! acknowledged is there, and the store works again afterwards.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rememo::store::disk::files::{Files, SystemFiles};
use rememo::store::disk::{DiskStore, Options};

use super::{Folder, key, record, value, vfs};

/// Files that fail together with the layer below SQLite.
#[derive(Debug)]
struct Failing;

fn step(code: i32) -> io::Result<()> {
    if vfs::fails() { Err(io::Error::from_raw_os_error(code)) } else { Ok(()) }
}

impl Files for Failing {
    fn create_directory(&self, path: &Path) -> io::Result<()> {
        step(libc::EROFS)?;
        SystemFiles.create_directory(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        step(libc::EACCES)?;
        SystemFiles.create(path)
    }

    fn allocate(&self, file: &File, length: u64) -> io::Result<()> {
        step(libc::ENOSPC)?;
        SystemFiles.allocate(file, length)
    }

    fn write_all_at(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        if vfs::fails() {
            // Half of it was written.
            let _ = SystemFiles.write_all_at(file, &bytes[..bytes.len() / 2], offset);
            return Err(io::Error::from_raw_os_error(libc::ENOSPC));
        }
        SystemFiles.write_all_at(file, bytes, offset)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        step(libc::EIO)?;
        SystemFiles.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        step(libc::EIO)?;
        SystemFiles.remove(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        step(libc::EIO)?;
        SystemFiles.open(path)
    }
}

fn options() -> Options {
    Options {
        files: Arc::new(Failing),
        vfs: Some(vfs::NAME.to_owned()),
        // So small that the log is copied back within the scenario.
        log_limit: 64 << 10,
        ..Options::default()
    }
}

/// Stores, removes, replaces; what is known to be on disk at its end.
fn scenario(folder: &Path) -> Vec<(u64, Option<u64>)> {
    let mut known: Vec<(u64, Option<u64>)> = Vec::new();
    let Ok(store) = DiskStore::open(folder, options()) else { return known };
    for round in 0..3_u64 {
        let mut batch = Vec::new();
        for of in 0..6 {
            let seed = round << 8 | of;
            let value = value(seed);
            if store.put(record(key(of), &value[..8], &[&value[8..]])).is_ok() {
                batch.push((of, Some(seed)));
            }
            // What may be read at any time is whole.
            check(&store, of);
        }
        let large = vec![round as u8; 200_000];
        let _ = store.put(record(key(100 + round), b"large", &[&large]));
        if matches!(store.remove(&key(5)), Ok(true)) {
            batch.retain(|(of, _)| *of != 5);
        }
        if store.flush().is_ok() && store.take_problems().is_empty() {
            for (of, seed) in batch {
                known.retain(|(other, _)| *other != of);
                known.push((of, seed));
            }
        } else {
            // Some of this round may be there, and some not: what is replaced is one or the other.
            for (of, _) in batch {
                known.retain(|(other, _)| *other != of);
            }
        }
        known.retain(|(of, _)| *of != 5);
    }
    known
}

/// Whatever is found is a value that was put under this key, whole.
fn check(store: &DiskStore, of: u64) -> Option<u64> {
    let Ok(rememo::store::disk::Look::Hit(found)) = store.get(&key(of), None) else { return None };
    // A file that cannot be read is an error for the caller, who computes.
    let Ok((head, buffers)) = found.payload.to_parts() else { return None };
    let seed = u64::from_le_bytes(head[..8].try_into().unwrap());
    let whole = buffers.into_iter().fold(head, |all, more| [all, more].concat());
    assert_eq!(whole, value(seed), "key {of}");
    assert_eq!(seed & 0xFF, of, "of another key");
    Some(seed)
}

/// The layers are shared by all tests of this program.
static ALONE: Mutex<()> = Mutex::new(());

fn run(bursts: &[i64], stride: u64) {
    let _alone = ALONE.lock();
    vfs::register();
    let folder = Folder::new();
    vfs::fail_after(-1, 0);
    let known = scenario(&folder.0);
    let operations = vfs::succeed();
    assert_eq!(known.len(), 5);
    assert!(operations > 150, "{operations}");
    drop(folder);
    for &burst in bursts {
        for before in (0..operations).step_by(stride as usize) {
            let folder = Folder::new();
            vfs::fail_after(before as i64, burst);
            let known = scenario(&folder.0);
            vfs::succeed();
            // As the next process finds it.
            let store = DiskStore::open(&folder.0, options()).unwrap();
            for (of, seed) in known {
                assert_eq!(check(&store, of), seed, "after {before}, {burst} failures: key {of}");
            }
            for of in 0..6 {
                check(&store, of);
            }
            store.put(record(key(7), &value(7)[..8], &[&value(7)[8..]])).unwrap();
            store.flush().unwrap();
            assert_eq!(check(&store, 7), Some(7));
            let verified = store.verify(false, &mut |_| {}).unwrap();
            assert_eq!((verified.damaged.len(), verified.index), (0, vec![]), "{before} {burst}");
            let bytes: u64 = store.functions().unwrap().iter().map(|f| f.bytes).sum();
            assert_eq!(bytes, verified.bytes, "{before} {burst}");
        }
    }
}

#[test]
fn one_failure_anywhere_harms_nothing() {
    let stride = if std::env::var_os("REMEMO_ALL_FAULTS").is_some() { 1 } else { 7 };
    run(&[1], stride);
}

#[test]
fn failures_for_a_while_harm_nothing() {
    let stride = if std::env::var_os("REMEMO_ALL_FAULTS").is_some() { 1 } else { 19 };
    run(&[4, 40], stride);
}

#[test]
fn a_store_that_failed_rests_and_then_works_again_without_being_asked() {
    let _alone = ALONE.lock();
    vfs::register();
    let folder = Folder::new();
    vfs::fail_after(-1, 0);
    let store = DiskStore::open(&folder.0, options()).unwrap();
    store.put(record(key(1), &value(1)[..8], &[&value(1)[8..]])).unwrap();
    store.flush().unwrap();
    vfs::fail_after(0, i64::MAX);
    let large = vec![1; 100_000];
    for _ in 0..50 {
        let _ = store.put(record(key(2), b"large", &[&large]));
        let _ = store.flush();
    }
    vfs::succeed();
    let problems = store.take_problems();
    assert!((1..=3).contains(&problems.len()), "said once each: {problems:?}");
    let mut waited = Duration::ZERO;
    while store.put(record(key(3), b"again", &[])).is_err() {
        std::thread::sleep(Duration::from_millis(100));
        waited += Duration::from_millis(100);
        assert!(waited < Duration::from_secs(100), "it never comes back");
    }
    store.flush().unwrap();
    assert_eq!(check(&store, 1), Some(1));
}
