//! The condition of a cache directory, for a person who wants to know whether all is well: what can be told without
//! opening the store, and what its index says of itself.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::directory::Directory;
use super::error::StoreError;
use super::shared::Shared;
use super::{FORMAT_VERSION, Options};

/// What can be told of a cache directory without opening or changing anything.
#[derive(Debug)]
pub struct Place {
    /// The directory.
    pub directory: PathBuf,
    /// The index.
    pub index: PathBuf,
    /// Whether the directory is there.
    pub exists: bool,
    /// Whether there is an index in it.
    pub has_index: bool,
    /// Whether this user may write to it, or to where it would be made.
    pub is_writable: bool,
    /// Why a program would not use it.
    pub refusal: Option<StoreError>,
    /// The name of the file system that it lies on, where the system tells.
    pub file_system: Option<String>,
    /// Bytes that are free there for this user.
    pub free: Option<u64>,
    /// Bytes in the index.
    pub index_bytes: u64,
    /// Bytes in the index's log, which are read on each look-up.
    pub log_bytes: u64,
    /// The length of an index that was damaged and set aside.
    pub set_aside: Option<u64>,
    /// Files on their way, or left behind by processes that were killed.
    pub unfinished: u64,
    /// Folders of other formats, by name.
    pub other_formats: Vec<String>,
}

/// What an index says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexState {
    /// The format.
    pub format: i64,
    /// Bytes in pages that hold nothing.
    pub unused_bytes: u64,
    /// Fingerprints kept.
    pub fingerprints: u64,
    /// Misses recorded.
    pub events: u64,
    /// Entries whose time is over and that are not removed yet.
    pub expired: u64,
}

/// The version of SQLite that is built in.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

impl Place {
    /// Looks at a directory; nothing is made, opened or changed.
    #[must_use]
    pub fn at(root: &Path) -> Self {
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
        let directory = Directory::new(&root);
        // The nearest folder that is there says where the directory would lie.
        let nearest = root.ancestors().find(|path| path.exists()).unwrap_or(&root);
        let length = |path: &Path| fs::metadata(path).map(|found| found.len()).ok();
        let beside = |suffix: &str| {
            let mut name = directory.index.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        let names = |path: &Path| -> Vec<String> {
            let entries = fs::read_dir(path).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
        };
        let is_format = |name: &String| {
            name.strip_prefix('v').is_some_and(|number| {
                number.parse::<i64>().is_ok_and(|number| number != FORMAT_VERSION)
            })
        };
        let mut other_formats: Vec<String> = names(&root).into_iter().filter(is_format).collect();
        other_formats.sort();
        Self {
            exists: root.is_dir(),
            has_index: directory.index.is_file(),
            is_writable: is_writable(nearest),
            refusal: directory.refusal(&Options::default()).err(),
            file_system: file_system(nearest),
            free: free(nearest),
            index_bytes: length(&directory.index).unwrap_or(0),
            log_bytes: length(&beside("-wal")).unwrap_or(0),
            set_aside: length(&directory.home.join("index.damaged")),
            unfinished: names(directory.unfinished()).len() as u64,
            other_formats,
            directory: root,
            index: directory.index,
        }
    }

    /// Bytes that all of the cache takes on disk: counts every file.
    #[must_use]
    pub fn disk_usage(&self) -> u64 {
        fn of(path: &Path) -> u64 {
            let Ok(found) = fs::symlink_metadata(path) else { return 0 };
            if !found.is_dir() {
                return found.blocks() * 512;
            }
            let Ok(entries) = fs::read_dir(path) else { return 0 };
            entries.flatten().map(|entry| of(&entry.path())).sum()
        }
        of(&Directory::new(&self.directory).home)
    }
}

pub(super) fn index_state(shared: &Arc<Shared>) -> Result<IndexState, StoreError> {
    let core = shared.core();
    let _inside = core.enter();
    let now = super::clock::now();
    shared.with_reader(|connection| {
        let one = |sql: &str| -> rusqlite::Result<i64> {
            connection
                .query_row(sql, [], |row| row.get::<_, Option<i64>>(0))
                .map(|n| n.unwrap_or(0))
        };
        let count = |sql: &str| one(sql).map(|number| u64::try_from(number).unwrap_or(0));
        Ok(IndexState {
            format: one("PRAGMA user_version")?,
            unused_bytes: count("PRAGMA freelist_count")? * count("PRAGMA page_size")?,
            fingerprints: count("SELECT count(*) FROM fingerprints")?,
            events: count("SELECT MAX(id) - MIN(id) + 1 FROM events")?,
            expired: count(&format!("SELECT count(*) FROM entries WHERE expires <= {now}"))?,
        })
    })
}

fn is_writable(path: &Path) -> bool {
    use std::os::unix::ffi::OsStrExt;
    let Ok(name) = std::ffi::CString::new(path.as_os_str().as_bytes()) else { return false };
    // SAFETY: a C string of ours, which the call only reads.
    unsafe { libc::access(name.as_ptr(), libc::W_OK | libc::X_OK) == 0 }
}

fn free(path: &Path) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: a C string and a structure of ours to be filled in.
    let found = unsafe {
        let mut found: libc::statvfs = std::mem::zeroed();
        if libc::statvfs(name.as_ptr(), &raw mut found) != 0 {
            return None;
        }
        found
    };
    #[allow(clippy::unnecessary_cast, reason = "the fields are narrower on macOS")]
    Some((found.f_bavail as u64).saturating_mul(found.f_frsize as u64))
}

/// The kind of the file system that is mounted nearest above a path.
#[cfg(target_os = "linux")]
fn file_system(path: &Path) -> Option<String> {
    let path = path.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    super::directory::mount_of(&path, &mounts).map(str::to_owned)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_path: &Path) -> Option<String> {
    None
}
