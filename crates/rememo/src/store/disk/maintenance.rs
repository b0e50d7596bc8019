//! Pruning, checking, and sweeping what nothing refers to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rusqlite::params;
use rustc_hash::FxHashSet;

use super::blob::{Blob, Unusable};
use super::clock;
use super::error::StoreError;
use super::read::{Covered, unsigned};
use super::record::EntryId;
use super::shared::Shared;
use super::write;
use crate::digest::{DIGEST_LEN, Digest};
use crate::store::{Bound, MissReason};

/// A file that no row names is swept when it is so old: nobody takes so long from writing it to naming it.
const GRACE: Duration = Duration::from_secs(3600);
/// So many rows are looked at or removed in one transaction.
const PIECE: usize = 1024;

/// What to remove; whatever is expired goes with it.
#[derive(Clone, Debug, Default)]
pub struct Prune {
    /// Only entries of this function.
    pub function: Option<String>,
    /// Entries that were last used, or written, longer ago.
    pub older_than: Option<Duration>,
    /// Whatever is worth least, until the rest takes at most so many bytes.
    pub max_bytes: Option<u64>,
    /// Only say what would be removed.
    pub dry_run: bool,
}

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Entries.
    pub entries: u64,
    /// Their sizes, as bounds count them.
    pub bytes: u64,
    /// Files that nothing referred to.
    pub orphans: u64,
    /// The same entries by function, sorted by name.
    pub functions: Vec<PrunedFunction>,
}

/// What was removed of one function, or would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrunedFunction {
    /// `module.qualname`
    pub name: Arc<str>,
    /// Entries.
    pub entries: u64,
    /// Their sizes, as bounds count them.
    pub bytes: u64,
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries looked at.
    pub entries: u64,
    /// Their sizes, as bounds count them.
    pub bytes: u64,
    /// Keys of those that do not match their checksums.
    pub damaged: Vec<Digest>,
    /// Files that nothing refers to.
    pub orphans: u64,
    /// What SQLite says of the index; empty if it is whole.
    pub index: Vec<String>,
}

pub(super) fn prune(shared: &Arc<Shared>, what: &Prune) -> Result<Pruned, StoreError> {
    write::flush(shared)?;
    let now = clock::now();
    let oldest = what.older_than.map(|age| now.saturating_sub(clock::milliseconds(age)));
    // What goes by age or function is found by reading; the worth of the others is in the index.
    let mut ids: Vec<(EntryId, u64, bool)> = Vec::new();
    let mut kept: Vec<(EntryId, u64)> = Vec::new();
    super::listing::entries(shared, what.function.as_deref(), &mut |entry| {
        let expired = entry.expires.is_some_and(|expires| expires <= now);
        let old = oldest.is_some_and(|oldest| entry.used.max(entry.written) < oldest);
        let all = what.function.is_some() && oldest.is_none() && what.max_bytes.is_none();
        if expired || old || all {
            ids.push((entry.id, entry.size, expired));
        } else {
            kept.push((entry.id, entry.size));
        }
        true
    })?;
    let mut pruned = Pruned {
        entries: ids.len() as u64,
        bytes: ids.iter().map(|(_, size, _)| size).sum(),
        ..Pruned::default()
    };
    if let Some(most) = what.max_bytes {
        let mut total: u64 = kept.iter().map(|(_, size)| size).sum();
        if total > most {
            let order = by_worth(shared, what.function.as_deref())?;
            let sizes: rustc_hash::FxHashMap<EntryId, u64> = kept.into_iter().collect();
            for id in order {
                if total <= most {
                    break;
                }
                let Some(size) = sizes.get(&id) else { continue };
                total -= size;
                pruned.entries += 1;
                pruned.bytes += size;
                ids.push((id, *size, false));
            }
        }
    }
    let removed: Vec<(EntryId, u64)> = ids.iter().map(|(id, size, _)| (*id, *size)).collect();
    pruned.functions = super::select::by_function(shared, &removed)?;
    if what.dry_run {
        pruned.orphans = orphans(shared)?.len() as u64;
        return Ok(pruned);
    }
    for piece in ids.chunks(PIECE) {
        let piece = piece.to_vec();
        write::run(shared, move |batch| {
            for (id, _, expired) in &piece {
                let reason = if *expired {
                    MissReason::Expired { ago: Duration::ZERO }
                } else {
                    MissReason::Evicted { by: Bound::Bytes }
                };
                batch.drop_entry(id.0, reason)?;
            }
            Ok(())
        })?;
    }
    pruned.orphans = sweep(shared)?;
    write::run(shared, |batch| batch.shrink())?;
    if pruned.entries > 0 {
        shared.next_generation();
    }
    Ok(pruned)
}

/// Entries, those that are worth least first.
fn by_worth(shared: &Arc<Shared>, function: Option<&str>) -> Result<Vec<EntryId>, StoreError> {
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        connection
            .prepare_cached(
                "SELECT u.id FROM uses u JOIN functions f ON f.id = u.function WHERE ?1 IS NULL OR f.name = ?1 \
                 ORDER BY u.credit - f.inflation, u.used",
            )?
            .query_map([function], |row| Ok(EntryId(row.get(0)?)))?
            .collect()
    })
}

/// Removes files that no row names.
pub(super) fn sweep(shared: &Arc<Shared>) -> Result<u64, StoreError> {
    let orphans = orphans(shared)?;
    let mut removed = 0;
    for path in orphans {
        removed += u64::from(shared.options.files.remove(&path).is_ok());
    }
    Ok(removed)
}

/// Files that no row names and that are too old to be named yet.
fn orphans(shared: &Arc<Shared>) -> Result<Vec<PathBuf>, StoreError> {
    // First the files, then the rows: a file that is named in between is in the rows.
    let now = SystemTime::now();
    let old = |path: &Path| {
        std::fs::symlink_metadata(path)
            .and_then(|found| found.modified())
            .is_ok_and(|written| now.duration_since(written).is_ok_and(|age| age >= GRACE))
    };
    let list = |path: &Path| -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
        entries.flatten().map(|entry| entry.path()).collect()
    };
    let mut files = Vec::new();
    for folder in list(shared.directory.blobs()) {
        files.extend(list(&folder).into_iter().filter(|path| old(path)));
    }
    let mut orphans: Vec<PathBuf> = list(shared.directory.unfinished());
    orphans.retain(|path| old(path));
    if files.is_empty() {
        return Ok(orphans);
    }
    let core = shared.core();
    let _inside = core.enter();
    let named: FxHashSet<Vec<u8>> = shared.with_reader(|connection| {
        connection
            .prepare_cached("SELECT substr(blob, 1, 16) FROM entries WHERE blob IS NOT NULL")?
            .query_map([], |row| row.get::<_, Vec<u8>>(0))?
            .collect()
    })?;
    orphans.extend(files.into_iter().filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| u128::from_str_radix(name, 16).ok());
        number.is_none_or(|number| !named.contains(&number.to_be_bytes()[..]))
    }));
    Ok(orphans)
}

/// What a row says, with all that its checksum covers.
struct Row {
    id: i64,
    key: Digest,
    size: u64,
    matches: bool,
    blob: Option<Vec<u8>>,
}

pub(super) fn verify(
    shared: &Arc<Shared>,
    repair: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<Verified, StoreError> {
    write::flush(shared)?;
    let mut verified = Verified::default();
    let core = shared.core();
    let mut after = 0_i64;
    let mut broken: Vec<(i64, Digest)> = Vec::new();
    loop {
        let rows: Vec<Row> = {
            let _inside = core.enter();
            shared.with_reader(|connection| {
                let mut statement = connection.prepare_cached(
                    "SELECT id, h, rest, kind, written, size, checksum, digest, blob, lengths, value \
                     FROM entries WHERE id > ?1 ORDER BY id LIMIT ?2",
                )?;
                let mut rows = statement.query(params![after, PIECE as i64])?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.push(check_row(row)?);
                }
                Ok(found)
            })?
        };
        let count = rows.len();
        for row in rows {
            after = row.id;
            verified.entries += 1;
            verified.bytes += row.size;
            if !row.matches || !blob_is_intact(shared, row.blob.as_deref()) {
                // Removed meanwhile is not damaged.
                let _inside = core.enter();
                let is_there = shared.with_reader(|connection| {
                    connection
                        .prepare_cached("SELECT 1 FROM entries WHERE id = ?1")?
                        .exists([row.id])
                })?;
                if is_there {
                    broken.push((row.id, row.key));
                }
            }
            progress(row.size);
        }
        if count < PIECE {
            break;
        }
    }
    verified.index = {
        let _inside = core.enter();
        shared.with_reader(|connection| {
            connection
                .prepare("PRAGMA quick_check(10)")?
                .query_map([], |row| row.get::<_, String>(0))?
                .filter(|line| !matches!(line, Ok(text) if text == "ok"))
                .collect()
        })?
    };
    verified.damaged = broken.iter().map(|(_, key)| *key).collect();
    if repair {
        for (id, key) in broken {
            write::drop_damaged(shared, id, &key);
        }
        write::flush(shared)?;
        verified.orphans = sweep(shared)?;
        if !verified.index.is_empty() {
            shared.heal(core.epoch(), &verified.index.join("; "));
        }
    } else {
        verified.orphans = orphans(shared)?.len() as u64;
    }
    Ok(verified)
}

fn check_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let mut key = [0; DIGEST_LEN];
    key[..8].copy_from_slice(&row.get::<_, i64>(1)?.to_be_bytes());
    let rest = row.get_ref(2)?.as_blob()?;
    let whole = rest.len() == DIGEST_LEN - 8;
    if whole {
        key[8..].copy_from_slice(rest);
    }
    let key = Digest(key);
    let optional =
        |column| -> rusqlite::Result<Option<&[u8]>> { Ok(row.get_ref(column)?.as_blob_or_null()?) };
    let checksum = Covered {
        key: &key,
        kind: u8::try_from(row.get::<_, i64>(3)?).unwrap_or(u8::MAX),
        written: unsigned(row, 4)?,
        digest: optional(7)?,
        blob: optional(8)?,
        lengths: optional(9)?,
        value: optional(10)?,
    }
    .checksum();
    Ok(Row {
        id: row.get(0)?,
        key,
        size: unsigned(row, 5)?,
        matches: whole && row.get_ref(6)?.as_blob()? == checksum,
        blob: optional(8)?.map(<[u8]>::to_vec),
    })
}

fn blob_is_intact(shared: &Shared, column: Option<&[u8]>) -> bool {
    let Some(column) = column else { return true };
    let parts = column.split_at_checked(16).and_then(|(name, seal)| {
        Some((<[u8; 16]>::try_from(name).ok()?, <[u8; 16]>::try_from(seal).ok()?))
    });
    let Some((name, seal)) = parts else { return false };
    match Blob::open(&*shared.options.files, &shared.directory.blob(&name), &seal) {
        Ok(blob) => blob.is_intact().unwrap_or(false),
        Err(Unusable::Damaged | Unusable::Io(_)) => false,
    }
}
