//! What is stored of a result, and what a look-up gives back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::blob::Blob;
use super::claims::Claim;
use crate::digest::Digest;
use crate::fingerprint::{Change, Compared, diff};
use crate::store::{Bounds, MissReason};

/// What sort of row an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A result.
    Value,
    /// A list of candidates, each with the dependencies to validate and the key of its value. Reserved.
    Manifest,
}

impl Kind {
    /// The number in the format; never changed.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Value => 0,
            Self::Manifest => 1,
        }
    }

    /// The kind of this number, if this version knows it.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::Value),
            1 => Some(Self::Manifest),
            _ => None,
        }
    }
}

/// One dependency of a stored fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDependency {
    /// The name of its kind, as [`crate::fingerprint::Kind::as_str`] gives it.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its number among dependencies of this kind and name; 0 if it is alone.
    pub ordinal: u32,
    /// Digest of its content.
    pub digest: Digest,
    /// `file:line`, or empty.
    pub place: String,
    /// A few words on its value, or empty.
    pub summary: String,
}

impl Compared for StoredDependency {
    fn key(&self) -> (&str, &str, u32) {
        (&self.kind, &self.name, self.ordinal)
    }

    fn content(&self) -> &Digest {
        &self.digest
    }
}

impl fmt::Display for StoredDependency {
    /// `kind name`, with `#ordinal` where several have that name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        if self.ordinal > 0 { write!(f, "#{}", self.ordinal) } else { Ok(()) }
    }
}

/// A fingerprint as it is stored, once per digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFingerprint {
    /// The digest that went into keys.
    pub digest: Digest,
    /// The map, sorted by kind, name and ordinal.
    pub dependencies: Vec<StoredDependency>,
}

impl StoredFingerprint {
    /// What is not as it was in an earlier fingerprint.
    #[must_use]
    pub fn changes_since<'a>(&'a self, earlier: &'a Self) -> Vec<Change<'a, StoredDependency>> {
        diff(&earlier.dependencies, &self.dependencies)
    }
}

/// A result to be stored.
#[derive(Debug)]
pub struct Record<'a> {
    /// The key.
    pub key: Digest,
    /// What sort of row it is.
    pub kind: Kind,
    /// `module.qualname` of the function.
    pub function: Arc<str>,
    /// The fingerprint that went into the key.
    pub fingerprint: Option<Arc<StoredFingerprint>>,
    /// What it cost to compute. The computation is taken to have begun so long ago: if the function was cleared since,
    /// nothing is stored.
    pub cost: Duration,
    /// The function's bounds.
    pub bounds: Bounds,
    /// Digest of the output, for the mutation check; none for outputs that cannot change.
    pub digest: Option<Digest>,
    /// Why the look-up before the computation missed; recorded for `explain`.
    pub reason: Option<MissReason>,
    /// Summaries of the arguments, in whatever form the caller reads; at most [`META_LIMIT`](super::META_LIMIT) bytes.
    pub meta: &'a [u8],
    /// The head of the value: for Python the pickle.
    pub head: &'a [u8],
    /// Buffers that the head refers to.
    pub buffers: &'a [&'a [u8]],
    /// The claim under which it was computed; it is released when the entry can be seen by others.
    pub claim: Option<Claim>,
}

/// Identifies an entry as long as it exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EntryId(pub(super) i64);

/// How a look-up ends.
#[derive(Debug)]
pub enum Look {
    /// The entry.
    Hit(Box<Found>),
    /// Why there is none.
    Miss(MissReason),
}

/// A stored result.
#[derive(Debug)]
pub struct Found {
    /// None for one that this process has not written out yet.
    pub id: Option<EntryId>,
    /// What sort of row it is.
    pub kind: Kind,
    /// When it was written, in milliseconds since 1970.
    pub written: u64,
    /// What it cost to compute.
    pub cost: Duration,
    /// Its size in bytes, as bounds count it.
    pub size: u64,
    /// Digest of the output, if one was stored.
    pub digest: Option<Digest>,
    /// The value.
    pub payload: Payload,
}

/// The bytes of a value.
pub enum Payload {
    /// Read into memory.
    Inline {
        /// The head, then each buffer, without gaps.
        bytes: Arc<[u8]>,
        /// Length of the head.
        head: usize,
        /// Length of each buffer.
        lengths: Vec<usize>,
    },
    /// In a file of its own.
    Blob {
        /// The head, if it lies in the index; else it is the blob's first buffer.
        head: Option<Vec<u8>>,
        /// The file.
        blob: Blob,
    },
}

impl Payload {
    /// The value's size in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Inline { bytes, .. } => bytes.len(),
            Self::Blob { head, blob } => {
                head.as_ref().map_or(0, Vec::len)
                    + blob.layout().spans().iter().map(|span| span.len).sum::<usize>()
            }
        }
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Head and buffers, copied: for tests and tools. Callers who care for time map the blob.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn to_parts(&self) -> std::io::Result<(Vec<u8>, Vec<Vec<u8>>)> {
        match self {
            Self::Inline { bytes, head, lengths } => {
                let mut at = *head;
                let mut buffers = Vec::with_capacity(lengths.len());
                for length in lengths {
                    buffers.push(bytes[at..at + length].to_vec());
                    at += length;
                }
                Ok((bytes[..*head].to_vec(), buffers))
            }
            Self::Blob { head, blob } => {
                let mut buffers = blob.read()?;
                let head = match head {
                    Some(head) => head.clone(),
                    None if buffers.is_empty() => Vec::new(),
                    None => buffers.remove(0),
                };
                Ok((head, buffers))
            }
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline { bytes, .. } => f.debug_tuple("Inline").field(&bytes.len()).finish(),
            Self::Blob { .. } => f.debug_tuple("Blob").field(&self.len()).finish(),
        }
    }
}

/// An entry as lists show it.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which.
    pub id: EntryId,
    /// Its key.
    pub key: Digest,
    /// What sort of row it is; a number that this version does not know stays one.
    pub kind: u8,
    /// `module.qualname` of its function.
    pub function: Arc<str>,
    /// Digest of the fingerprint that went into the key.
    pub fingerprint: Option<Digest>,
    /// In milliseconds since 1970.
    pub written: u64,
    /// When its time is over, if ever; in milliseconds since 1970.
    pub expires: Option<u64>,
    /// When it was last read from disk, as far as that has been noted; in milliseconds since 1970.
    pub used: u64,
    /// How often it was read from disk, as far as that has been noted.
    pub hits: u64,
    /// What it cost to compute.
    pub cost: Duration,
    /// Its size in bytes, as bounds count it.
    pub size: u64,
    /// Who wrote it.
    pub process: Option<Arc<Process>>,
    /// Summaries of the arguments, as the writer left them.
    pub meta: Vec<u8>,
    /// Length of the file that holds its buffers; 0 if it has none.
    pub blob_size: u64,
}

/// A process that wrote entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number on the machine.
    pub pid: u32,
    /// When it opened the store, in milliseconds since 1970.
    pub started: u64,
    /// What it was running.
    pub program: String,
}

/// A function as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedFunction {
    /// `module.qualname`
    pub name: Arc<str>,
    /// Entries stored.
    pub entries: u64,
    /// Their sizes.
    pub bytes: u64,
    /// When it was last cleared, in milliseconds since 1970; 0 if never.
    pub cleared: u64,
    /// Counts over all processes, as far as they have been noted.
    pub counters: Counters,
}

/// Counts of a function over all processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls served from memory or disk.
    pub hits: u64,
    /// Calls that ran the function.
    pub misses: u64,
    /// Computation that hits spared.
    pub saved: Duration,
    /// Entries that had to make room.
    pub evictions: u64,
    /// Entries that left since their time was over.
    pub expirations: u64,
    /// Entries dropped since they did not match their checksums.
    pub damaged: u64,
}

/// A recorded miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissEvent {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// `module.qualname`
    pub function: Arc<str>,
    /// The key that was missing.
    pub key: Digest,
    /// Digest of the fingerprint at that time.
    pub fingerprint: Option<Digest>,
    /// Why it missed.
    pub reason: MissReason,
    /// What the computation cost.
    pub cost: Duration,
    /// Why the result was not stored; empty if it was.
    pub not_stored: String,
}
