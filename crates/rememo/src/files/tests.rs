//! Tests of file digests, on real files and on a file system whose clock stands still.

use std::cell::Cell;
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;

/// A directory of its own for each test.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rememo-files-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, content: &str) -> PathBuf {
        let path = self.0.join("file");
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// One file whose stamp, content and clock a test sets.
struct Fake {
    files: FileDigests,
    now: Cell<i128>,
    stamp: Cell<Stamp>,
    content: Cell<&'static str>,
    reads: Cell<u32>,
}

const SECOND: i128 = 1_000_000_000;
/// When the fake file was last written.
const WRITTEN: i128 = 1_000_000 * SECOND;

impl Fake {
    fn new() -> Self {
        let stamp = Stamp { device: 1, inode: 2, size: 1, modified: WRITTEN, changed: WRITTEN };
        Self {
            files: FileDigests::new(),
            now: Cell::new(WRITTEN + 60 * SECOND),
            stamp: Cell::new(stamp),
            content: Cell::new("a"),
            reads: Cell::new(0),
        }
    }

    fn digest(&self) -> Digest {
        let read = || {
            self.reads.set(self.reads.get() + 1);
            Ok(Digest::of(self.content.get().as_bytes()))
        };
        let path = Path::new("file");
        self.files.digest_by(path, || self.now.get(), &|| Ok(self.stamp.get()), &read).unwrap()
    }

    fn reads_for(&self, calls: u32) -> u32 {
        let before = self.reads.get();
        for _ in 0..calls {
            self.digest();
        }
        self.reads.get() - before
    }
}

#[test]
fn a_file_that_rests_is_read_once() {
    let fake = Fake::new();
    assert_eq!(fake.reads_for(5), 1);
}

#[test]
fn any_change_of_the_stamp_is_a_new_reading() {
    let changes: [fn(&mut Stamp); 5] = [
        |stamp| stamp.device += 1,
        |stamp| stamp.inode += 1,
        |stamp| stamp.size += 1,
        |stamp| stamp.modified += 1,
        |stamp| stamp.changed += 1,
    ];
    for change in changes {
        let fake = Fake::new();
        assert_eq!(fake.reads_for(2), 1);
        let mut stamp = fake.stamp.get();
        change(&mut stamp);
        fake.stamp.set(stamp);
        assert_eq!(fake.reads_for(2), 1);
    }
}

#[test]
fn a_digest_taken_within_a_tick_of_the_last_change_is_not_trusted() {
    let fake = Fake::new();
    fake.now.set(WRITTEN + 2 * SECOND - 1);
    assert_eq!(fake.digest(), Digest::of(b"a"));
    // The same size, within the same tick of the file's clock: nothing to be seen in the stamp.
    fake.content.set("b");
    fake.now.set(WRITTEN + 3600 * SECOND);
    assert_eq!(fake.digest(), Digest::of(b"b"));
    // This reading was late enough.
    assert_eq!(fake.reads_for(3), 0);
}

#[test]
fn a_modification_time_set_back_by_hand_does_not_hide_a_fresh_change() {
    let fake = Fake::new();
    let changed = fake.now.get() - SECOND;
    fake.stamp.set(Stamp { changed, ..fake.stamp.get() });
    assert_eq!(fake.reads_for(3), 3);
}

#[test]
fn a_modification_time_far_in_the_future_is_trusted_and_a_time_of_change_there_is_not() {
    let fake = Fake::new();
    let later = fake.now.get() + 3600 * SECOND;
    fake.stamp.set(Stamp { modified: later, ..fake.stamp.get() });
    assert_eq!(fake.reads_for(3), 1);
    fake.stamp.set(Stamp { changed: later, ..fake.stamp.get() });
    assert_eq!(fake.reads_for(3), 3);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_anew_and_then_not_remembered() {
    let fake = Fake::new();
    let reads = Cell::new(0);
    let read = |until: u32| {
        reads.set(reads.get() + 1);
        if reads.get() <= until {
            let stamp = fake.stamp.get();
            fake.stamp.set(Stamp { size: stamp.size + 1, ..stamp });
        }
        Ok(Digest::of(&[reads.get() as u8]))
    };
    let digest = |until: u32| {
        let stat = || Ok(fake.stamp.get());
        fake.files.digest_by(Path::new("x"), || fake.now.get(), &stat, &|| read(until)).unwrap()
    };
    // Changed during the first reading only.
    assert_eq!(digest(1), Digest::of(&[2]));
    assert_eq!(fake.files.len(), 1);
    fake.files.clear();
    reads.set(0);
    // Changed during every reading.
    assert_eq!(digest(100), Digest::of(&[ATTEMPTS as u8]));
    assert!(fake.files.is_empty());
}

#[test]
fn the_digest_is_that_of_the_whole_content() {
    let directory = Directory::new();
    let content = "0123456789".repeat(100_000);
    let path = directory.file(&content);
    let files = FileDigests::new();
    assert_eq!(files.digest(&path).unwrap(), Digest::of(content.as_bytes()));
    assert_eq!(files.digest(&directory.file("")).unwrap(), Digest::of(b""));
}

#[test]
fn edits_of_the_same_size_in_quick_succession_are_all_seen() {
    // Far more edits than a file system's clock has ticks in that time.
    let directory = Directory::new();
    let files = FileDigests::new();
    for turn in 0..500 {
        let content = format!("{turn:08}");
        let path = directory.file(&content);
        assert_eq!(files.digest(&path).unwrap(), Digest::of(content.as_bytes()));
    }
}

#[test]
fn an_edit_that_keeps_size_and_modification_time_is_seen() {
    let directory = Directory::new();
    let files = FileDigests::new();
    let path = directory.file("a");
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    let date_back = || {
        let file = File::options().write(true).open(&path).unwrap();
        file.set_modified(hour_ago).unwrap();
    };
    date_back();
    assert_eq!(files.digest(&path).unwrap(), Digest::of(b"a"));
    directory.file("b");
    date_back();
    assert_eq!(files.digest(&path).unwrap(), Digest::of(b"b"));
}

#[test]
fn a_file_that_took_the_place_of_another_is_seen() {
    let directory = Directory::new();
    let files = FileDigests::new();
    let path = directory.file("a");
    assert_eq!(files.digest(&path).unwrap(), Digest::of(b"a"));
    let beside = directory.0.join("beside");
    fs::write(&beside, "b").unwrap();
    fs::rename(&beside, &path).unwrap();
    assert_eq!(files.digest(&path).unwrap(), Digest::of(b"b"));
}

#[test]
fn what_is_missing_or_no_regular_file_is_an_error_that_names_it() {
    let directory = Directory::new();
    let files = FileDigests::new();
    let missing = directory.0.join("missing");
    let error = files.digest(&missing).unwrap_err();
    assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
    assert!(error.to_string().contains(&*missing.to_string_lossy()));
    let error = files.digest(&directory.0).unwrap_err();
    assert_eq!(error.source.kind(), io::ErrorKind::InvalidInput);
    // A file that was there and went.
    let path = directory.file("a");
    files.digest(&path).unwrap();
    fs::remove_file(&path).unwrap();
    assert!(files.digest(&path).is_err());
}

#[test]
fn threads_may_ask_at_once() {
    let directory = Directory::new();
    let path = directory.file("content");
    let files = FileDigests::new();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(files.digest(&path).unwrap(), Digest::of(b"content")));
        }
    });
    assert_eq!(files.len(), 1);
}
