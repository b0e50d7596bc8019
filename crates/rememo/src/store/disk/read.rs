//! Look-ups.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::blob::{Blob, Seal, Unusable};
use super::error::StoreError;
use super::record::{EntryId, Found, Kind, Look, Payload};
use super::shared::{Shared, lock};
use super::write::{self, Queued, Stamp};
use super::{clock, reason_from};
use crate::digest::Digest;
use crate::store::MissReason;

const SELECT: &str = "SELECT id, rest, kind, written, expires, cost, size, checksum, digest, blob, lengths, value, \
     process FROM entries WHERE h = ?1";

/// Buffers up to so many bytes in all are checked whenever a process first opens them.
const ALWAYS_CHECKED: usize = 1 << 20;
/// A clock may be set back by so much before an entry of the future counts as expired, in milliseconds.
const SKEW: u64 = 60_000;

/// The row number that the index has for a key: its first 64 bits.
pub(super) fn row_of(key: &Digest) -> i64 {
    let mut first = [0; 8];
    first.copy_from_slice(&key.as_bytes()[..8]);
    i64::from_be_bytes(first)
}

/// The rest of a key.
pub(super) fn rest_of(key: &Digest) -> &[u8] {
    &key.as_bytes()[8..]
}

/// What a row covers with its checksum.
pub(super) struct Covered<'a> {
    pub key: &'a Digest,
    pub kind: u8,
    pub written: u64,
    pub digest: Option<&'a [u8]>,
    pub blob: Option<&'a [u8]>,
    pub lengths: Option<&'a [u8]>,
    pub value: Option<&'a [u8]>,
}

impl Covered<'_> {
    pub(super) fn checksum(&self) -> [u8; 16] {
        let mut head = [0; 128];
        head[..32].copy_from_slice(self.key.as_bytes());
        head[32] = self.kind;
        head[33..41].copy_from_slice(&self.written.to_le_bytes());
        let mut at = 41;
        for part in [self.digest, self.blob, self.lengths, self.value] {
            // 0 for none, else one more than the length.
            let length = part.map_or(0, |part| part.len() as u64 + 1);
            head[at..at + 8].copy_from_slice(&length.to_le_bytes());
            at += 8;
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&head[..at]);
        for part in [self.digest, self.blob, self.lengths, self.value].into_iter().flatten() {
            hasher.update(part);
        }
        let mut checksum = [0; 16];
        checksum.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        checksum
    }
}

/// What the index says of a key.
enum Seen {
    Nothing(MissReason),
    Damaged(i64),
    Expired(u64),
    Found(Found, i64),
    /// A value in a file: which, its seal, the head, who wrote it.
    InFile(Found, i64, [u8; 16], Seal, Option<Vec<u8>>, i64),
}

pub(super) fn get(
    shared: &Arc<Shared>,
    key: &Digest,
    ttl: Option<Duration>,
    counts: bool,
) -> Result<Look, StoreError> {
    let core = shared.core();
    let inside = core.enter();
    let now = clock::now();
    let pending = lock(&core.queue).pending.get(key).cloned();
    if let Some(queued) = pending {
        return from_queue(shared, &queued, ttl, now);
    }
    let mut missing = None;
    for _ in 0..2 {
        let seen = shared.with_reader(|connection| look_up(connection, key, ttl, now))?;
        let (found, id) = match seen {
            Seen::Nothing(reason) => return Ok(Look::Miss(reason)),
            Seen::Expired(ago) => {
                let ago = Duration::from_millis(ago);
                return Ok(Look::Miss(MissReason::Expired { ago }));
            }
            Seen::Damaged(id) => {
                drop(inside);
                write::drop_damaged(shared, id, key);
                return Ok(Look::Miss(MissReason::Damaged));
            }
            Seen::Found(found, id) => (found, id),
            Seen::InFile(mut found, id, name, seal, head, process) => {
                match open_blob(shared, &name, &seal, process) {
                    Ok(blob) => {
                        found.payload = Payload::Blob { head, blob };
                        (found, id)
                    }
                    // Evicted since the row was read, or really missing: the row says which.
                    Err(Unusable::Damaged) if missing != Some(name) => {
                        missing = Some(name);
                        continue;
                    }
                    Err(Unusable::Damaged) => {
                        drop(inside);
                        write::drop_damaged(shared, id, key);
                        return Ok(Look::Miss(MissReason::Damaged));
                    }
                    Err(Unusable::Io(source)) => {
                        let path = shared.directory.blob(&name);
                        let error = StoreError::Io { path, operation: "read", source };
                        return Err(shared.failed(error));
                    }
                }
            }
        };
        if counts && lock(&core.uses).note(id, now) {
            drop(inside);
            write::write_uses(shared);
        }
        return Ok(Look::Hit(Box::new(found)));
    }
    Ok(Look::Miss(MissReason::Absent))
}

/// Since when the time of an entry is over.
fn over_since(written: u64, expires: Option<u64>, ttl: Option<Duration>, now: u64) -> Option<u64> {
    let by_caller = ttl.map(|ttl| written.saturating_add(clock::milliseconds(ttl)));
    let ends = match (expires, by_caller) {
        (None, None) => return None,
        (Some(one), Some(other)) => one.min(other),
        (one, other) => one.or(other)?,
    };
    if written > now + SKEW {
        // The clock was set back: nothing is known of its age.
        return Some(0);
    }
    (ends <= now).then(|| now - ends)
}

fn from_queue(
    shared: &Shared,
    queued: &Queued,
    ttl: Option<Duration>,
    now: u64,
) -> Result<Look, StoreError> {
    let Stamp { written, expires } = queued.stamp;
    if let Some(ago) = over_since(written, expires, ttl, now) {
        return Ok(Look::Miss(MissReason::Expired { ago: Duration::from_millis(ago) }));
    }
    let payload = match &queued.blob {
        None => Payload::Inline {
            bytes: Arc::clone(&queued.bytes),
            head: queued.head,
            lengths: queued.lengths.clone(),
        },
        Some(blob) => {
            let path = shared.directory.blob(&blob.name);
            match Blob::open(&*shared.options.files, &path, &blob.seal) {
                Ok(blob) => {
                    Payload::Blob { head: queued.head_inline.then(|| queued.bytes.to_vec()), blob }
                }
                Err(_) => return Ok(Look::Miss(MissReason::Absent)),
            }
        }
    };
    Ok(Look::Hit(Box::new(Found {
        id: None,
        kind: queued.kind,
        written,
        cost: queued.cost,
        size: queued.size,
        digest: queued.digest,
        payload,
    })))
}

fn look_up(
    connection: &Connection,
    key: &Digest,
    ttl: Option<Duration>,
    now: u64,
) -> rusqlite::Result<Seen> {
    let mut statement: CachedStatement<'_> = connection.prepare_cached(SELECT)?;
    let mut rows = statement.query([row_of(key)])?;
    let Some(row) = rows.next()? else {
        drop(rows);
        return Ok(Seen::Nothing(end_of(connection, key, now)?));
    };
    // Another key with the same first 64 bits is another key.
    if blob(row, 1)? != rest_of(key) {
        return Ok(Seen::Nothing(MissReason::Absent));
    }
    let id: i64 = row.get(0)?;
    let written: u64 = unsigned(row, 3)?;
    let expires: Option<u64> = match row.get_ref(4)? {
        rusqlite::types::ValueRef::Null => None,
        _ => Some(unsigned(row, 4)?),
    };
    if let Some(ago) = over_since(written, expires, ttl, now) {
        return Ok(Seen::Expired(ago));
    }
    decode(row, key, id, written)
}

fn decode(row: &Row<'_>, key: &Digest, id: i64, written: u64) -> rusqlite::Result<Seen> {
    let kind = u8::try_from(row.get::<_, i64>(2)?).unwrap_or(u8::MAX);
    let optional = |column| -> rusqlite::Result<Option<&[u8]>> {
        let value = row.get_ref(column)?;
        value.as_blob_or_null().map_err(rusqlite::Error::from)
    };
    let (digest, blob_column, lengths, value) =
        (optional(8)?, optional(9)?, optional(10)?, optional(11)?);
    let covered = Covered { key, kind, written, digest, blob: blob_column, lengths, value };
    if blob(row, 7)? != covered.checksum() {
        return Ok(Seen::Damaged(id));
    }
    let Some(kind) = Kind::from_number(kind) else {
        return Ok(Seen::Nothing(MissReason::Absent));
    };
    let digest = match digest {
        None => None,
        Some(bytes) => match <[u8; 32]>::try_from(bytes) {
            Ok(bytes) => Some(Digest(bytes)),
            Err(_) => return Ok(Seen::Damaged(id)),
        },
    };
    let lengths: Vec<usize> = lengths
        .unwrap_or_default()
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]) as usize)
        .collect();
    let bytes = value.unwrap_or_default();
    let mut found = Found {
        id: Some(EntryId(id)),
        kind,
        written,
        cost: Duration::from_micros(unsigned(row, 5)?),
        size: unsigned(row, 6)?,
        digest,
        payload: Payload::Inline { bytes: Arc::from([]), head: 0, lengths: Vec::new() },
    };
    if let Some(file) = blob_column {
        let Some((name, seal)) = file.split_at_checked(16) else { return Ok(Seen::Damaged(id)) };
        let (Ok(name), Ok(seal)) = (name.try_into(), seal.try_into()) else {
            return Ok(Seen::Damaged(id));
        };
        let head = value.map(<[u8]>::to_vec);
        return Ok(Seen::InFile(found, id, name, seal, head, row.get(12)?));
    }
    let Some(head) = bytes.len().checked_sub(lengths.iter().sum()) else {
        return Ok(Seen::Damaged(id));
    };
    found.payload = Payload::Inline { bytes: Arc::from(bytes), head, lengths };
    Ok(Seen::Found(found, id))
}

pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    Ok(u64::try_from(number).unwrap_or(0))
}

fn blob<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a [u8]> {
    row.get_ref(column)?.as_blob().map_err(rusqlite::Error::from)
}

/// What became of a key that has no entry.
fn end_of(connection: &Connection, key: &Digest, now: u64) -> rusqlite::Result<MissReason> {
    let mut statement = connection
        .prepare_cached("SELECT reason, at FROM ends WHERE h = ?1 ORDER BY id DESC LIMIT 1")?;
    let end = statement
        .query_row([row_of(key)], |row| Ok((row.get::<_, i64>(0)?, unsigned(row, 1)?)))
        .optional()?;
    Ok(end.map_or(MissReason::Absent, |(reason, at)| reason_from(reason, now.saturating_sub(at))))
}

/// Opens a blob and checks its buffers, if that is due.
fn open_blob(
    shared: &Shared,
    name: &[u8; 16],
    seal: &Seal,
    process: i64,
) -> Result<Blob, Unusable> {
    let blob = Blob::open(&*shared.options.files, &shared.directory.blob(name), seal)?;
    let core = shared.core();
    if lock(&core.checked).contains(name) {
        return Ok(blob);
    }
    let is_small = blob.layout().size() <= ALWAYS_CHECKED;
    if (is_small || !is_of_this_boot(shared, process))
        && !blob.is_intact().map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Unusable::Damaged,
            _ => Unusable::Io(error),
        })?
    {
        return Err(Unusable::Damaged);
    }
    lock(&core.checked).insert(*name);
    Ok(blob)
}

/// Whether a process that wrote an entry ran since the machine was last started. What it wrote then lies in the
/// system's memory or on the disk; what was written before may not have reached the disk when power was lost.
fn is_of_this_boot(shared: &Shared, process: i64) -> bool {
    let boot = boot();
    !boot.is_empty()
        && shared
            .with_reader(|connection| {
                let mut statement =
                    connection.prepare_cached("SELECT boot FROM processes WHERE id = ?1")?;
                statement.query_row([process], |row| row.get::<_, String>(0)).optional()
            })
            .is_ok_and(|found| found.as_deref() == Some(boot))
}

/// What names this run of the machine; empty if that is not known.
pub(super) fn boot() -> &'static str {
    static BOOT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    BOOT.get_or_init(|| {
        std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map(|text| text.trim().to_owned())
            .unwrap_or_default()
    })
}
