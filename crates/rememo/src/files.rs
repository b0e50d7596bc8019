//! Digests of files' contents, read again only when a file may have changed.
//!
//! A digest is remembered with what `stat` said of the file: device, inode, size, and the times of
//! its last modification and change, in nanoseconds. As long as `stat` says the same, the content
//! is taken to be the same, with one exception. A file system's clock ticks slowly (some
//! milliseconds, on some systems two seconds), so a file that was written, read here, and written
//! again with the same size within one tick looks as if nothing had happened. Hence a digest taken
//! less than two seconds after the file's last change is not trusted later: the file is read again
//! until a reading was late enough. (Git has the same problem with its index and calls such entries
//! racy: git-scm.com/docs/racy-git.)

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::digest::Digest;
use crate::error::FileError;
use crate::store::{Bounds, Lookup, MemoryStore};

/// No file system's clock ticks more slowly.
const TICK: i128 = 2_000_000_000;
/// How many files are remembered.
const CAPACITY: usize = 65_536;
/// How often a file that changes while it is read is read anew.
const ATTEMPTS: u32 = 3;
const CHUNK: usize = 256 * 1024;

/// What `stat` says of a file; times in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The device it lies on; 0 where the system has none.
    pub device: u64,
    /// Its number on the device; 0 where the system has none.
    pub inode: u64,
    /// Its size in bytes.
    pub size: u64,
    /// When its content was last modified.
    pub modified: i128,
    /// When its content or attributes last changed; of creation where the system has no such time.
    pub changed: i128,
}

impl Stamp {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let nanos =
            |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: nanos(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanos(metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: 0,
            inode: 0,
            size: metadata.len(),
            modified: metadata.modified().map_or(0, since_1970),
            changed: metadata.created().map_or(0, since_1970),
        }
    }

    /// Whether a later change could leave the stamp as it is, if the content was read at `now`.
    ///
    /// A modification time well in the future was set by hand, and only the time of change, which
    /// cannot be, counts; where that too lies in the future, the clock is not to be trusted.
    fn is_racy(&self, now: i128) -> bool {
        self.changed > now - TICK || (self.modified - now).abs() < TICK
    }
}

fn since_1970(time: SystemTime) -> i128 {
    let nanos = |duration: Duration| i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => nanos(after),
        Err(before) => -nanos(before.duration()),
    }
}

#[derive(Clone, Copy, Debug)]
struct Memo {
    stamp: Stamp,
    digest: Digest,
    trusted: bool,
}

/// Digests of files' contents, remembered; for all threads.
///
/// ```
/// use rememo::digest::Digest;
/// use rememo::files::FileDigests;
///
/// # let directory = std::env::temp_dir().join(format!("rememo-files-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory).unwrap();
/// let path = directory.join("rates.csv");
/// std::fs::write(&path, "a,b\n").unwrap();
/// let files = FileDigests::new();
/// assert_eq!(files.digest(&path).unwrap(), Digest::of(b"a,b\n"));
/// # std::fs::remove_dir_all(&directory).unwrap();
/// ```
#[derive(Debug)]
pub struct FileDigests {
    memos: Mutex<MemoryStore<PathBuf, Memo>>,
}

impl FileDigests {
    /// Remembers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let bounds = Bounds { max_entries: Some(CAPACITY), ..Bounds::default() };
        Self { memos: Mutex::new(MemoryStore::new(bounds)) }
    }

    /// The BLAKE3 digest of the content of the regular file at `path`; symbolic links are followed.
    ///
    /// A file that keeps changing while it is read gives the digest of what was read last, and
    /// nothing is remembered of it.
    ///
    /// # Errors
    /// If it is missing, not readable, or not a regular file.
    pub fn digest(&self, path: &Path) -> Result<Digest, FileError> {
        let now = || since_1970(SystemTime::now());
        self.digest_by(path, now, &|| stat(path), &|| read(path))
            .map_err(|source| FileError { path: path.to_owned(), source })
    }

    /// [`digest`](Self::digest) by means of any clock and file system.
    fn digest_by(
        &self,
        path: &Path,
        now: impl Fn() -> i128,
        stat: &dyn Fn() -> io::Result<Stamp>,
        read: &dyn Fn() -> io::Result<Digest>,
    ) -> io::Result<Digest> {
        let mut stamp = stat()?;
        if let Some(memo) = self.memo(path)
            && memo.trusted
            && memo.stamp == stamp
        {
            return Ok(memo.digest);
        }
        let mut attempt = 1;
        loop {
            // Before the reading: what is written later must show in the stamp.
            let begun = now();
            let started = Instant::now();
            let digest = read()?;
            let after = stat()?;
            if after == stamp {
                let trusted = !stamp.is_racy(begun);
                self.remember(path, Memo { stamp, digest, trusted }, started.elapsed());
                return Ok(digest);
            }
            if attempt == ATTEMPTS {
                return Ok(digest);
            }
            attempt += 1;
            stamp = after;
        }
    }

    fn memo(&self, path: &Path) -> Option<Memo> {
        match self.memos.lock().get(path, Instant::now()) {
            Lookup::Hit(entry) => Some(entry.value),
            Lookup::Miss(_) => None,
        }
    }

    fn remember(&self, path: &Path, memo: Memo, cost: Duration) {
        let size = (size_of::<Memo>() + path.as_os_str().len()) as u64;
        self.memos.lock().insert(path.to_owned(), memo, size, cost, Instant::now());
    }

    /// How many files are remembered.
    pub fn len(&self) -> usize {
        self.memos.lock().len()
    }

    /// Whether no file is remembered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets every file.
    pub fn clear(&self) {
        drop(self.memos.lock().clear());
    }
}

impl Default for FileDigests {
    fn default() -> Self {
        Self::new()
    }
}

fn stat(path: &Path) -> io::Result<Stamp> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        // A pipe or a device would block, or never end.
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(Stamp::of(&metadata))
}

fn read(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hasher = blake3::Hasher::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(length) => hasher.update(&chunk[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
    }
}

#[cfg(test)]
mod tests;
