//! The index: one SQLite database. Its tables, and how a connection is opened.
//!
//! The format is documented in docs/store-format.md. Whoever changes it raises
//! [`FORMAT_VERSION`]: older and newer versions then live side by side, each in a folder of
//! its own.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::FORMAT_VERSION;
use super::error::StoreError;

/// `RMEM`, for `file(1)` and for whoever finds the database.
const APPLICATION_ID: i64 = 0x524D_454D;

/// Entries get ascending row numbers, so that the table grows at its end and its pages are full; the first 64 bits of
/// the key lead there by an index. What changes after an entry was written lies in `uses`, whose rows are small. The
/// value comes last: SQLite reads a row from its beginning.
const TABLES: &str = "
CREATE TABLE functions(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  entries INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0,
  inflation REAL NOT NULL DEFAULT 0, cleared INTEGER NOT NULL DEFAULT 0,
  hits INTEGER NOT NULL DEFAULT 0, misses INTEGER NOT NULL DEFAULT 0, saved INTEGER NOT NULL DEFAULT 0,
  evictions INTEGER NOT NULL DEFAULT 0, expirations INTEGER NOT NULL DEFAULT 0,
  damaged INTEGER NOT NULL DEFAULT 0);
CREATE TABLE fingerprints(
  id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, function INTEGER NOT NULL, written INTEGER NOT NULL,
  map BLOB NOT NULL);
CREATE TABLE processes(
  id INTEGER PRIMARY KEY, pid INTEGER NOT NULL, started INTEGER NOT NULL, boot TEXT NOT NULL, program TEXT NOT NULL);
CREATE TABLE entries(
  id INTEGER PRIMARY KEY, h INTEGER NOT NULL, rest BLOB NOT NULL, kind INTEGER NOT NULL,
  function INTEGER NOT NULL, fingerprint INTEGER, process INTEGER NOT NULL,
  written INTEGER NOT NULL, expires INTEGER, cost INTEGER NOT NULL, size INTEGER NOT NULL,
  checksum BLOB NOT NULL, digest BLOB, meta BLOB, blob BLOB, lengths BLOB, value BLOB);
CREATE UNIQUE INDEX entries_by_key ON entries(h);
CREATE INDEX entries_by_expiry ON entries(expires) WHERE expires IS NOT NULL;
CREATE TABLE uses(
  id INTEGER PRIMARY KEY, function INTEGER NOT NULL, credit REAL NOT NULL, used INTEGER NOT NULL,
  hits INTEGER NOT NULL DEFAULT 0);
CREATE INDEX uses_by_credit ON uses(function, credit, used);
CREATE TABLE ends(id INTEGER PRIMARY KEY, h INTEGER NOT NULL, reason INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE INDEX ends_by_key ON ends(h);
CREATE TABLE events(
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, function INTEGER NOT NULL, fingerprint INTEGER, key BLOB NOT NULL,
  reason INTEGER NOT NULL, ago INTEGER NOT NULL, cost INTEGER NOT NULL, not_stored TEXT);
CREATE TABLE settings(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
";

/// The WAL is cut back to this many bytes when it is reset.
const WAL_KEEP: u64 = 4 << 20;
/// So much of the index may be mapped into memory.
const MAPPED: u64 = 1 << 40;
/// How long a writer waits for other writers.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Reading, by any thread, one at a time.
    Read,
    /// Writing, by the store's writer.
    Write,
}

/// Opens the index; with [`Purpose::Write`] makes it if it is missing.
///
/// The caller holds the store's set-up lock if the index may have to be made.
pub(super) fn open(
    path: &Path,
    vfs: Option<&str>,
    purpose: Purpose,
    create: bool,
) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::Index { path: path.to_owned(), source };
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if create {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = match vfs {
        None => Connection::open_with_flags(path, flags),
        Some(name) => Connection::open_with_flags_and_vfs(path, flags, name),
    }
    .map_err(failed)?;
    configure(&connection, purpose).map_err(failed)?;
    let version = version(&connection).map_err(failed)?;
    if version == 0 && create {
        make(&connection).map_err(failed)?;
    } else if version != FORMAT_VERSION {
        return Err(StoreError::Version { path: path.to_owned(), found: version });
    }
    Ok(connection)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn configure(connection: &Connection, purpose: Purpose) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Whoever closes last would copy the whole WAL back; the writer sees to the WAL as it goes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // A broken or hostile index must not make SQLite call functions.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.pragma_update(None, "mmap_size", MAPPED as i64)?;
    if purpose == Purpose::Write {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "journal_size_limit", WAL_KEEP as i64)?;
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    }
    Ok(())
}

fn make(connection: &Connection) -> rusqlite::Result<()> {
    // Freed pages can be given back to the file system a few at a time.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.query_row("PRAGMA journal_mode=WAL", [], |_| Ok(()))?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let made = version(connection).and_then(|version| {
        if version != 0 {
            return Ok(());
        }
        connection.execute_batch(TABLES)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        // Last: who sees the version sees the tables.
        connection.pragma_update(None, "user_version", FORMAT_VERSION)
    });
    match made {
        Ok(()) => connection.execute_batch("COMMIT"),
        Err(error) => {
            let _ = connection.execute_batch("ROLLBACK");
            Err(error)
        }
    }
}
