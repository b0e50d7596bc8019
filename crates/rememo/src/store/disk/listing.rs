//! Lists: functions, entries, fingerprints and recorded misses, for people and tools.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, params};
use rustc_hash::FxHashMap;

use super::error::StoreError;
use super::fingerprint;
use super::read::unsigned;
use super::reason_from;
use super::record::{
    Counters, EntryId, Listed, ListedFunction, MissEvent, Process, StoredFingerprint,
};
use super::shared::Shared;
use crate::digest::{DIGEST_LEN, Digest};
use crate::store::MissReason;

pub(super) fn functions(shared: &Arc<Shared>) -> Result<Vec<ListedFunction>, StoreError> {
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        connection
            .prepare_cached(
                "SELECT name, entries, bytes, cleared, hits, misses, saved, evictions, expirations, damaged \
                 FROM functions ORDER BY name",
            )?
            .query_map([], |row| {
                Ok(ListedFunction {
                    name: Arc::from(row.get::<_, String>(0)?),
                    entries: unsigned(row, 1)?,
                    bytes: unsigned(row, 2)?,
                    cleared: unsigned(row, 3)? / 1000,
                    counters: Counters {
                        hits: unsigned(row, 4)?,
                        misses: unsigned(row, 5)?,
                        saved: Duration::from_micros(unsigned(row, 6)?),
                        evictions: unsigned(row, 7)?,
                        expirations: unsigned(row, 8)?,
                        damaged: unsigned(row, 9)?,
                    },
                })
            })?
            .collect()
    })
}

/// What [`Known::entry`] reads.
pub(super) const COLUMNS: &str = "SELECT e.id, e.h, e.rest, e.kind, e.function, f.name, p.digest, e.written, e.expires, \
     u.used, u.hits, e.cost, e.size, e.process, e.meta, e.blob FROM entries e \
     LEFT JOIN uses u ON u.id = e.id LEFT JOIN functions f ON f.id = e.function \
     LEFT JOIN fingerprints p ON p.id = e.fingerprint";

/// Names that rows give by number.
#[derive(Default)]
pub(super) struct Known {
    functions: FxHashMap<i64, Arc<str>>,
    processes: FxHashMap<i64, Option<Arc<Process>>>,
}

impl Known {
    fn process(
        &mut self,
        connection: &Connection,
        id: i64,
    ) -> rusqlite::Result<Option<Arc<Process>>> {
        if let Some(known) = self.processes.get(&id) {
            return Ok(known.clone());
        }
        let found = connection
            .prepare_cached("SELECT pid, started, program FROM processes WHERE id = ?1")?
            .query_row([id], |row| {
                Ok(Arc::new(Process {
                    pid: row.get(0)?,
                    started: unsigned(row, 1)?,
                    program: row.get(2)?,
                }))
            })
            .optional()?;
        self.processes.insert(id, found.clone());
        Ok(found)
    }

    pub(super) fn entry(
        &mut self,
        shared: &Shared,
        connection: &Connection,
        row: &Row<'_>,
    ) -> rusqlite::Result<Listed> {
        let mut key = [0; DIGEST_LEN];
        key[..8].copy_from_slice(&row.get::<_, i64>(1)?.to_be_bytes());
        let rest = row.get_ref(2)?.as_blob()?;
        if rest.len() == DIGEST_LEN - 8 {
            key[8..].copy_from_slice(rest);
        }
        let function: i64 = row.get(4)?;
        let function = match self.functions.get(&function) {
            Some(name) => Arc::clone(name),
            None => {
                let name: Arc<str> =
                    Arc::from(row.get::<_, Option<String>>(5)?.unwrap_or_default());
                self.functions.insert(function, Arc::clone(&name));
                name
            }
        };
        let blob: Option<[u8; 16]> = match row.get_ref(15)? {
            ValueRef::Blob(bytes) => bytes.get(..16).and_then(|name| name.try_into().ok()),
            _ => None,
        };
        let blob_size = blob.map_or(0, |name| {
            std::fs::metadata(shared.directory.blob(&name)).map_or(0, |found| found.len())
        });
        Ok(Listed {
            id: EntryId(row.get(0)?),
            key: Digest(key),
            kind: u8::try_from(row.get::<_, i64>(3)?).unwrap_or(u8::MAX),
            function,
            fingerprint: digest(row, 6)?,
            written: unsigned(row, 7)?,
            expires: row.get::<_, Option<i64>>(8)?.map(|expires| expires.max(0) as u64),
            used: row.get::<_, Option<i64>>(9)?.unwrap_or(0).max(0) as u64,
            hits: row.get::<_, Option<i64>>(10)?.unwrap_or(0).max(0) as u64,
            cost: Duration::from_micros(unsigned(row, 11)?),
            size: unsigned(row, 12)?,
            process: self.process(connection, row.get(13)?)?,
            meta: row.get::<_, Option<Vec<u8>>>(14)?.unwrap_or_default(),
            blob_size,
        })
    }
}

fn digest(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Digest>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Blob(bytes) => bytes.try_into().ok().map(Digest),
        _ => None,
    })
}

pub(super) fn entries(
    shared: &Arc<Shared>,
    function: Option<&str>,
    each: &mut dyn FnMut(Listed) -> bool,
) -> Result<(), StoreError> {
    /// So many are read at a time: a long transaction would keep the WAL from being copied back.
    const PIECE: i64 = 4096;
    let core = shared.core();
    let mut known = Known::default();
    let mut after = 0_i64;
    loop {
        let piece: Vec<Listed> = {
            let _inside = core.enter();
            shared.with_reader(|connection| {
                let condition = match function {
                    Some(_) => " WHERE e.id > ?1 AND f.name = ?3 ORDER BY e.id LIMIT ?2",
                    None => " WHERE e.id > ?1 ORDER BY e.id LIMIT ?2",
                };
                let mut statement = connection.prepare_cached(&format!("{COLUMNS}{condition}"))?;
                let mut rows = match function {
                    Some(name) => statement.query(params![after, PIECE, name])?,
                    None => statement.query(params![after, PIECE])?,
                };
                let mut piece = Vec::new();
                while let Some(row) = rows.next()? {
                    piece.push(known.entry(shared, connection, row)?);
                }
                Ok(piece)
            })?
        };
        let count = piece.len();
        for entry in piece {
            after = entry.id.0;
            if !each(entry) {
                return Ok(());
            }
        }
        if count < PIECE as usize {
            return Ok(());
        }
    }
}

pub(super) fn find(
    shared: &Arc<Shared>,
    prefix: &str,
    limit: usize,
) -> Result<Vec<Listed>, StoreError> {
    if prefix.len() > 2 * DIGEST_LEN || !prefix.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Vec::new());
    }
    let prefix = prefix.to_ascii_lowercase();
    // All keys that begin so have row numbers between these two, as signed numbers: no prefix crosses zero.
    let known = &prefix[..prefix.len().min(16)];
    let bound = |filler: &str| {
        let digits = format!("{known}{}", filler.repeat(16 - known.len()));
        u64::from_str_radix(&digits, 16).unwrap_or(0) as i64
    };
    let (low, high) =
        if known.is_empty() { (i64::MIN, i64::MAX) } else { (bound("0"), bound("f")) };
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        let mut statement = connection
            .prepare_cached(&format!("{COLUMNS} WHERE e.h BETWEEN ?1 AND ?2 ORDER BY e.h"))?;
        let mut rows = statement.query([low, high])?;
        let mut known = Known::default();
        let mut found = Vec::new();
        while found.len() < limit {
            let Some(row) = rows.next()? else { break };
            let entry = known.entry(shared, connection, row)?;
            if entry.key.to_hex().starts_with(&prefix) {
                found.push(entry);
            }
        }
        Ok(found)
    })
}

pub(super) fn fingerprint(
    shared: &Arc<Shared>,
    digest: &Digest,
) -> Result<Option<StoredFingerprint>, StoreError> {
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        let map = connection
            .prepare_cached("SELECT map FROM fingerprints WHERE digest = ?1")?
            .query_row([digest.as_bytes()], |row| row.get::<_, Vec<u8>>(0))
            .optional()?;
        Ok(map.and_then(|map| fingerprint::read(*digest, &map)))
    })
}

/// The last fingerprints of a function, newest first, each with the time when it was first stored.
pub(super) fn fingerprints(
    shared: &Arc<Shared>,
    function: &str,
    limit: usize,
) -> Result<Vec<(StoredFingerprint, u64)>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT p.digest, p.map, p.written FROM fingerprints p JOIN functions f ON f.id = p.function \
             WHERE f.name = ?1 ORDER BY p.id DESC LIMIT ?2",
        )?;
        let mut rows = statement.query(params![function, limit])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(digest) = digest(row, 0)? else { continue };
            if let Some(map) = fingerprint::read(digest, &row.get::<_, Vec<u8>>(1)?) {
                found.push((map, unsigned(row, 2)?));
            }
        }
        Ok(found)
    })
}

pub(super) fn misses(
    shared: &Arc<Shared>,
    function: Option<&str>,
    limit: usize,
) -> Result<Vec<MissEvent>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        let Some(function) = function_number(connection, function)? else { return Ok(Vec::new()) };
        let mut statement = connection.prepare_cached(
            "SELECT at, function, fingerprint, key, reason, ago, cost, not_stored FROM events \
             WHERE ?1 IS NULL OR function = ?1 ORDER BY id DESC LIMIT ?2",
        )?;
        let mut rows = statement.query(params![function, limit])?;
        let mut found = Vec::new();
        // Thousands of events have a few functions and fingerprints: each is looked up once.
        let mut names: FxHashMap<i64, Arc<str>> = FxHashMap::default();
        let mut digests: FxHashMap<i64, Option<Digest>> = FxHashMap::default();
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(1)?;
            let name = match names.get(&number) {
                Some(name) => Arc::clone(name),
                None => {
                    let name = connection
                        .prepare_cached("SELECT name FROM functions WHERE id = ?1")?
                        .query_row([number], |row| row.get::<_, String>(0))
                        .optional()?;
                    let name: Arc<str> = Arc::from(name.unwrap_or_default());
                    names.insert(number, Arc::clone(&name));
                    name
                }
            };
            let fingerprint = match row.get::<_, Option<i64>>(2)? {
                None => None,
                Some(number) => match digests.get(&number) {
                    Some(known) => *known,
                    None => {
                        let known = connection
                            .prepare_cached("SELECT digest FROM fingerprints WHERE id = ?1")?
                            .query_row([number], |row| digest(row, 0))
                            .optional()?
                            .flatten();
                        digests.insert(number, known);
                        known
                    }
                },
            };
            found.push(MissEvent {
                at: unsigned(row, 0)?,
                function: name,
                fingerprint,
                key: digest(row, 3)?.unwrap_or(Digest([0; DIGEST_LEN])),
                reason: reason_from(row.get(4)?, unsigned(row, 5)?),
                cost: Duration::from_micros(unsigned(row, 6)?),
                not_stored: row.get::<_, Option<String>>(7)?.unwrap_or_default(),
            });
        }
        Ok(found)
    })
}

/// The row number of a function: none if there is no such function, none within if all are meant.
fn function_number(
    connection: &Connection,
    function: Option<&str>,
) -> rusqlite::Result<Option<Option<i64>>> {
    let Some(name) = function else { return Ok(Some(None)) };
    let number = connection
        .prepare_cached("SELECT id FROM functions WHERE name = ?1")?
        .query_row([name], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(number.map(Some))
}

pub(super) fn miss_reasons(
    shared: &Arc<Shared>,
    function: Option<&str>,
) -> Result<Vec<(MissReason, u64)>, StoreError> {
    let core = shared.core();
    let _inside = core.enter();
    shared.with_reader(|connection| {
        let Some(function) = function_number(connection, function)? else { return Ok(Vec::new()) };
        connection
            .prepare_cached(
                "SELECT reason, count(*) FROM events WHERE ?1 IS NULL OR function = ?1 \
                 GROUP BY reason ORDER BY 2 DESC, 1",
            )?
            .query_map([function], |row| Ok((reason_from(row.get(0)?, 0), unsigned(row, 1)?)))?
            .collect()
    })
}
