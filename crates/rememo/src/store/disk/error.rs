//! What a store on disk can fail with, said so that a person can act on it.

use std::io;
use std::path::PathBuf;

use rusqlite::ffi::ErrorCode;
use thiserror::Error;

/// Why a store, or one operation on it, did not work. The caller goes on without the store.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The directory is not fit to hold entries that will be unpickled.
    #[error(
        "the cache directory {} {problem}; nothing is read from it or written to it, since whoever can write there \
         could have code run here. {remedy}", .path.display()
    )]
    Refused {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        remedy: String,
    },
    /// The directory lies on a network file system.
    #[error(
        "the cache directory {} lies on a network file system ({kind}), where processes of several machines cannot \
         share the index safely; nothing is stored there. Choose a directory on a local disk (REMEMO_CACHE_DIR, \
         rememo.configure(cache_dir=…) or persist=\"/path\"); for sharing between machines there are the shared \
         stores", .path.display()
    )]
    Network {
        /// The directory.
        path: PathBuf,
        /// Which file system.
        kind: &'static str,
    },
    /// The index was written by a version that this one does not know.
    #[error(
        "the index {} is of format {found}, which this version of rememo does not know (it knows {}); it is left as \
         it is and not used. Upgrade rememo, or choose another directory", .path.display(), super::FORMAT_VERSION
    )]
    Version {
        /// The index.
        path: PathBuf,
        /// Its format.
        found: i64,
    },
    /// The operating system refuses.
    #[error(
        "{} could not be {operation} ({source}); results are computed and not stored there until that works again",
        .path.display()
    )]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried, as a past participle.
        operation: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// SQLite refuses.
    #[error(
        "the index {} could not be used ({source}); results are computed and not stored there until that works again",
        .path.display()
    )]
    Index {
        /// The index.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The index was damaged.
    #[error(
        "the index {} was damaged ({reason}) and has been started anew; what it listed will be computed again",
        .path.display()
    )]
    Damaged {
        /// The index.
        path: PathBuf,
        /// How that was seen.
        reason: String,
    },
    /// The store failed shortly before and is left alone for a moment.
    #[error("the cache directory {} is not used for a moment, after an error", .path.display())]
    Resting {
        /// The directory.
        path: PathBuf,
    },
}

/// What an error of SQLite means for the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Others are at it: try again.
    Busy,
    /// The index itself is broken: start anew.
    Broken,
    /// The file system or something unforeseen: leave the store alone for a while.
    Outside,
}

pub(super) fn meaning(error: &rusqlite::Error) -> Meaning {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => match failure.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Meaning::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Meaning::Broken,
            // Tables or columns that are not there: somebody replaced the index.
            ErrorCode::Unknown
                if message.as_deref().is_some_and(|text| text.starts_with("no such")) =>
            {
                Meaning::Broken
            }
            _ => Meaning::Outside,
        },
        // A column of another type than the format has.
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..) => Meaning::Broken,
        _ => Meaning::Outside,
    }
}
