//! The store on disk: results that outlive the process, shared by all processes of a machine.
//!
//! One SQLite database in WAL mode is the index and holds small values; large ones are immutable files beside it
//! (`blob`), which are mapped and never copied. The format is written down byte by byte in docs/store-format.md.
//!
//! # One result, written
//!
//! [`DiskStore::put`] writes large buffers to a file at once, on the caller's thread: they are the caller's memory.
//! Everything else is queued for the store's writer, a thread that commits what has come in as one transaction
//! (`write`). Until then the process finds the entry in the queue. A result that took long is committed before `put`
//! returns ([`COSTLY`]); of the others, those of the last few milliseconds are lost when the process is killed.
//!
//! # One result, read
//!
//! [`DiskStore::get`] looks into the queue, then into the index (`read`). The whole key is compared, and the value's
//! checksum. Buffers in files are checked against their digests when they are first opened by a process, unless they
//! are large and were written since the machine was started: what could have harmed them since is the loss of power.
//!
//! # When something is wrong
//!
//! No operation panics or takes the caller down. An index that is damaged, removed or replaced while it is in use is
//! noticed and started anew; a file system that is full or broken makes the store rest for a moment. What a person
//! should know of is left in [`DiskStore::take_problems`].

mod batch;
mod blob;
mod claims;
mod clock;
mod condition;
mod directory;
mod error;
pub mod files;
mod fingerprint;
mod fork;
mod listing;
mod maintenance;
mod read;
mod record;
mod schema;
mod select;
mod shared;
mod uses;
mod write;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::digest::Digest;
use crate::store::MissReason;

pub use blob::Blob;
pub use claims::{Claim, Claimed, Waiting};
pub use condition::{IndexState, Place, sqlite_version};
pub use directory::default_directory;
pub use error::StoreError;
pub use maintenance::{Prune, Pruned, PrunedFunction, Verified};
pub use record::{
    Counters, EntryId, Found, Kind, Listed, ListedFunction, Look, MissEvent, Payload, Process,
    Record, StoredDependency, StoredFingerprint,
};
pub use select::{Order, Selection};

use files::{Files, SystemFiles};
use shared::Handle;

/// The version of the format: of the tables, the blobs and the claims file. In `PRAGMA user_version` and in the name
/// of the folder that everything lies in.
pub const FORMAT_VERSION: i64 = 1;
/// Most bytes that [`Record::meta`] may have; what is longer is cut.
pub const META_LIMIT: usize = 1024;
/// A result that took so long to compute is on disk before [`DiskStore::put`] returns.
pub const COSTLY: Duration = Duration::from_millis(20);
/// What an entry counts for bounds besides its value: its rows, about.
pub const ENTRY_OVERHEAD: u64 = 200;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most bytes that all entries of the directory together may take.
    pub max_bytes: Option<u64>,
    /// Values up to this size lie in the index, larger ones in files of their own. In bytes.
    pub inline: usize,
    /// Use a directory that others own or can write to. Whoever can write there can have code run here.
    pub trust_directory: bool,
    /// Make the directory and the index if they are missing, and start a broken index anew.
    pub create: bool,
    /// What this process runs, for lists.
    pub program: String,
    /// The index's log is copied back and cut to nothing when it is longer. In bytes.
    pub log_limit: u64,
    /// The operations on files.
    #[doc(hidden)]
    pub files: Arc<dyn Files>,
    /// The layer below SQLite.
    #[doc(hidden)]
    pub vfs: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_bytes: None,
            inline: 32 << 10,
            trust_directory: false,
            create: true,
            program: String::new(),
            log_limit: 8 << 20,
            files: Arc::new(SystemFiles),
            vfs: None,
        }
    }
}

/// A store on disk. Clones are the same store; it is closed, and what is queued written, when the last one is dropped.
///
/// Safe to use from any thread, from several processes at once, and after `fork`.
///
/// ```
/// use std::time::Duration;
/// use rememo::digest::Digest;
/// use rememo::store::Bounds;
/// use rememo::store::disk::{DiskStore, Kind, Look, Options, Record};
///
/// let directory = std::env::temp_dir().join(format!("rememo-doc-{}", std::process::id()));
/// let store = DiskStore::open(&directory, Options::default()).unwrap();
/// let key = Digest::of(b"the key");
/// store.put(Record {
///     key,
///     kind: Kind::Value,
///     function: "module.function".into(),
///     fingerprint: None,
///     cost: Duration::from_secs(2),
///     bounds: Bounds::default(),
///     digest: None,
///     reason: None,
///     meta: b"",
///     head: b"the value",
///     buffers: &[],
///     claim: None,
/// }).unwrap();
/// let Look::Hit(found) = store.get(&key, None).unwrap() else { panic!() };
/// assert_eq!(found.payload.to_parts().unwrap().0, b"the value");
/// # drop(store);
/// # std::fs::remove_dir_all(directory).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct DiskStore(Arc<Handle>);

impl DiskStore {
    /// Opens the store in `directory`. A process has one store for a directory: if it is open, that one is
    /// returned, with the options that it was opened with.
    ///
    /// # Errors
    /// The directory cannot be made, is not the user's alone, or lies on a network file system; the index is of
    /// another format or cannot be opened.
    pub fn open(directory: &Path, options: Options) -> Result<Self, StoreError> {
        shared::open(directory, options).map(Self)
    }

    /// The cache directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.0.shared.directory.root
    }

    /// Looks a key up; a hit counts as a use. With `ttl`, an entry that was written longer ago is expired; its own
    /// ttl holds, too.
    ///
    /// # Errors
    /// The index cannot be read, or the store rests after such an error.
    pub fn get(&self, key: &Digest, ttl: Option<Duration>) -> Result<Look, StoreError> {
        read::get(&self.0.shared, key, ttl, true)
    }

    /// As [`get`](Self::get), without counting as a use.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn peek(&self, key: &Digest, ttl: Option<Duration>) -> Result<Look, StoreError> {
        read::get(&self.0.shared, key, ttl, false)
    }

    /// Whether a key would be found.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn contains(&self, key: &Digest, ttl: Option<Duration>) -> Result<bool, StoreError> {
        Ok(matches!(self.peek(key, ttl)?, Look::Hit(_)))
    }

    /// Stores a result. See the [module](self) for when it is on disk.
    ///
    /// # Errors
    /// Its file could not be written, or the store rests. Nothing is left behind, and the claim is released.
    pub fn put(&self, record: Record<'_>) -> Result<(), StoreError> {
        write::put(&self.0.shared, record)
    }

    /// Records a miss whose result was not stored.
    pub fn record_miss(&self, event: MissEvent) {
        write::record_miss(&self.0.shared, event);
    }

    /// Adds to the counts of a function over all processes; written with the next batch.
    pub fn count(&self, function: &Arc<str>, counters: Counters) {
        write::count(&self.0.shared, function, counters);
    }

    /// Notes uses of entries by keys, as of hits that were served from memory.
    pub fn touch(&self, id: EntryId) {
        write::touch(&self.0.shared, id);
    }

    /// Removes an entry; whether there was one. A later miss says that it was cleared.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn remove(&self, key: &Digest) -> Result<bool, StoreError> {
        write::remove(&self.0.shared, key)
    }

    /// Removes every entry of a function, or of all; how many. Results whose computation has begun before are not
    /// stored any more, in any process.
    ///
    /// # Errors
    /// The index cannot be written; some entries may be gone.
    pub fn clear(&self, function: Option<&str>) -> Result<u64, StoreError> {
        write::clear(&self.0.shared, function)
    }

    /// Waits until everything that was put is on disk, uses and counts among it.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn flush(&self) -> Result<(), StoreError> {
        write::flush(&self.0.shared)
    }

    /// Claims the computation of a key among the processes of this machine. One process asks for itself once per key
    /// at a time: its threads are told apart by [`crate::flight`].
    #[must_use]
    pub fn claim(&self, key: &Digest) -> Claimed {
        self.0.shared.claim(key)
    }

    /// Changes whenever any process has removed, cleared or replaced entries: what is held of them in memory may be
    /// out of date.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.0.shared.generation()
    }

    /// Says so to the other processes: entries held in memory may be out of date.
    pub fn next_generation(&self) {
        self.0.shared.next_generation();
    }

    /// What went wrong since the last call, to be told to a person; nothing twice in a row.
    #[must_use]
    pub fn take_problems(&self) -> Vec<StoreError> {
        self.0.shared.take_problems()
    }

    /// Whether there are problems to take; cheap.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        self.0.shared.has_problems()
    }

    /// The functions that have, or had, entries.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn functions(&self) -> Result<Vec<ListedFunction>, StoreError> {
        listing::functions(&self.0.shared)
    }

    /// Calls `each` with every entry, or those of one function, in the order they were written, until it returns
    /// false.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn entries(
        &self,
        function: Option<&str>,
        each: &mut dyn FnMut(Listed) -> bool,
    ) -> Result<(), StoreError> {
        listing::entries(&self.0.shared, function, each)
    }

    /// Some entries, in an order.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn select(&self, selection: &Selection) -> Result<Vec<Listed>, StoreError> {
        select::select(&self.0.shared, selection)
    }

    /// The entries whose keys begin with these hexadecimal digits, at most `limit` of them.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn find(&self, prefix: &str, limit: usize) -> Result<Vec<Listed>, StoreError> {
        listing::find(&self.0.shared, prefix, limit)
    }

    /// A stored fingerprint.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn fingerprint(&self, digest: &Digest) -> Result<Option<StoredFingerprint>, StoreError> {
        listing::fingerprint(&self.0.shared, digest)
    }

    /// The last fingerprints of a function, newest first, at most `limit` of them, each with the time when it was
    /// first stored, in milliseconds since 1970.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn fingerprints(
        &self,
        function: &str,
        limit: usize,
    ) -> Result<Vec<(StoredFingerprint, u64)>, StoreError> {
        listing::fingerprints(&self.0.shared, function, limit)
    }

    /// The last recorded misses of a function, or of all, newest first.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn misses(
        &self,
        function: Option<&str>,
        limit: usize,
    ) -> Result<Vec<MissEvent>, StoreError> {
        listing::misses(&self.0.shared, function, limit)
    }

    /// How often the recorded misses of a function, or of all, had each reason; the most frequent first. Since when
    /// something had expired is left out.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn miss_reasons(
        &self,
        function: Option<&str>,
    ) -> Result<Vec<(MissReason, u64)>, StoreError> {
        listing::miss_reasons(&self.0.shared, function)
    }

    /// Bytes that the files of the directory take on disk: index, its log, and blobs.
    #[must_use]
    pub fn disk_usage(&self) -> u64 {
        Place::at(&self.0.shared.directory.root).disk_usage()
    }

    /// What the index says of itself.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn index_state(&self) -> Result<IndexState, StoreError> {
        condition::index_state(&self.0.shared)
    }

    /// Removes entries by age, by function, or until the rest fits; expired ones always.
    ///
    /// # Errors
    /// The index cannot be read or written; some entries may be gone.
    pub fn prune(&self, what: &Prune) -> Result<Pruned, StoreError> {
        maintenance::prune(&self.0.shared, what)
    }

    /// Checks every entry and every file; with `repair`, drops what is damaged and what nothing refers to.
    /// `progress` is called with each entry's size.
    ///
    /// # Errors
    /// The index cannot be read, or, with `repair`, written.
    pub fn verify(
        &self,
        repair: bool,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Verified, StoreError> {
        maintenance::verify(&self.0.shared, repair, progress)
    }
}

/// The number of a reason in the format.
const fn reason_number(reason: MissReason) -> (i64, u64) {
    use crate::store::Bound;
    match reason {
        MissReason::Absent => (0, 0),
        MissReason::Expired { ago } => (1, ago.as_millis() as u64),
        MissReason::Evicted { by: Bound::Entries } => (2, 0),
        MissReason::Evicted { by: Bound::Bytes } => (3, 0),
        MissReason::Cleared => (4, 0),
        MissReason::Damaged => (5, 0),
    }
}

/// The reason of a number; what this version does not know counts as absent.
const fn reason_from(number: i64, ago: u64) -> MissReason {
    use crate::store::Bound;
    match number {
        1 => MissReason::Expired { ago: Duration::from_millis(ago) },
        2 => MissReason::Evicted { by: Bound::Entries },
        3 => MissReason::Evicted { by: Bound::Bytes },
        4 => MissReason::Cleared,
        5 => MissReason::Damaged,
        _ => MissReason::Absent,
    }
}

#[cfg(test)]
mod tests;
