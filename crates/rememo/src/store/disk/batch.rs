//! One transaction of the writer: puts, removals, and the bounds that hold after each of them.
//!
//! Eviction is GreedyDual-Size as in the [store in memory](crate::store::memory), with one `L` for each function and
//! one for the directory. An entry's credit is `L(directory) + L(function) + cost / size` as of its last use. Among
//! the entries of a function the one with the least credit goes first and raises the function's `L`. Among those of
//! different functions it is the one with the least credit above its own function's `L`, which raises the directory's:
//! so a function that churns through its own bound does not push out the entries of others.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

use super::fingerprint;
use super::read::{Covered, boot, rest_of, row_of, unsigned};
use super::record::{Counters, MissEvent, StoredFingerprint};
use super::shared::{Shared, lock};
use super::write::{Job, Queued};
use super::{clock, reason_number};
use crate::digest::Digest;
use crate::store::memory::worth_exponent;
use crate::store::{Bound, MissReason};

/// So many ends of entries are remembered, so that a miss can say why.
const ENDS: i64 = 16_384;
/// So many misses are remembered.
const EVENTS: i64 = 16_384;
/// Of the entries that are cleared at once, so many are remembered.
const CLEARED: u32 = 1024;
/// At most so many entries whose time is over are removed in one batch.
const EXPIRED: u32 = 64;
/// How often they are looked for, in milliseconds.
const EXPIRY: u64 = 1000;

/// `cost / size`, in powers of two.
fn worth(cost: Duration, size: u64) -> f64 {
    f64::from(worth_exponent(cost, size)).exp2()
}

/// Row numbers that do not change while the index is the same.
#[derive(Debug, Default)]
pub(super) struct Names {
    functions: FxHashMap<Arc<str>, i64>,
    fingerprints: FxHashMap<Digest, i64>,
    process: Option<i64>,
    /// When entries whose time is over were last looked for.
    expired: u64,
}

/// A function's row while a transaction runs.
#[derive(Debug)]
struct Function {
    entries: i64,
    bytes: i64,
    inflation: f64,
    cleared: u64,
    counters: Counters,
    is_changed: bool,
}

/// A transaction under way.
pub(super) struct Batch<'a> {
    shared: &'a Shared,
    connection: &'a Connection,
    names: &'a mut Names,
    /// What was read of functions in this transaction.
    functions: FxHashMap<i64, Function>,
    /// Bytes of all functions, if the directory has a bound.
    total: Option<i64>,
    /// `L` of the directory.
    inflation: f64,
    inflation_is_changed: bool,
    applied: Applied,
    now: u64,
}

/// What a transaction did to files.
#[derive(Default)]
pub(super) struct Applied {
    /// Blobs that no row names any more.
    pub removed: Vec<[u8; 16]>,
    /// What was stored.
    pub stored: Vec<Arc<Queued>>,
}

/// Applies the jobs in one transaction; after an error, the caller rolls back.
pub(super) fn apply(
    shared: &Shared,
    connection: &Connection,
    names: &mut Names,
    jobs: &mut VecDeque<Job>,
) -> rusqlite::Result<Applied> {
    if jobs.iter().all(|job| matches!(job, Job::Tell(_))) {
        return Ok(Applied::default());
    }
    connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    let inflation = connection
        .prepare_cached("SELECT value FROM settings WHERE name = 'inflation'")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or(0.0);
    let mut batch = Batch {
        shared,
        connection,
        names,
        functions: FxHashMap::default(),
        total: None,
        inflation,
        inflation_is_changed: false,
        applied: Applied::default(),
        now: clock::now(),
    };
    let done = batch.apply_all(jobs);
    let Batch { applied, .. } = batch;
    if let Err(error) = done {
        // Rows that were made in this transaction are not there.
        *names = Names::default();
        return Err(error);
    }
    if let Err(error) = connection.prepare_cached("COMMIT")?.execute([]) {
        *names = Names::default();
        return Err(error);
    }
    Ok(applied)
}

impl Batch<'_> {
    fn apply_all(&mut self, jobs: &mut VecDeque<Job>) -> rusqlite::Result<()> {
        // Before anything is evicted, what was used counts as used.
        self.write_uses()?;
        for job in jobs {
            match job {
                Job::Put(queued, _) => self.put(queued)?,
                Job::Miss(event) => self.record_miss(event)?,
                Job::Damaged(id, key) => self.damaged(*id, key)?,
                Job::Run(work) => work(self)?,
                Job::Uses | Job::Tell(_) => {}
            }
        }
        if self.now.saturating_sub(self.names.expired) >= EXPIRY {
            self.names.expired = self.now;
            self.expire(EXPIRED)?;
        }
        self.write_functions()
    }

    // ---- names --------------------------------------------------------------------------------

    fn function_id(&mut self, name: &Arc<str>) -> rusqlite::Result<i64> {
        if let Some(id) = self.names.functions.get(name) {
            return Ok(*id);
        }
        self.connection
            .prepare_cached("INSERT INTO functions(name) VALUES(?1) ON CONFLICT(name) DO NOTHING")?
            .execute([name])?;
        let id = self
            .connection
            .prepare_cached("SELECT id FROM functions WHERE name = ?1")?
            .query_row([name], |row| row.get(0))?;
        self.names.functions.insert(Arc::clone(name), id);
        Ok(id)
    }

    fn function(&mut self, id: i64) -> rusqlite::Result<&mut Function> {
        if !self.functions.contains_key(&id) {
            let found = self
                .connection
                .prepare_cached(
                    "SELECT entries, bytes, inflation, cleared FROM functions WHERE id = ?1",
                )?
                .query_row([id], |row| {
                    Ok(Function {
                        entries: row.get(0)?,
                        bytes: row.get(1)?,
                        inflation: row.get(2)?,
                        cleared: unsigned(row, 3)?,
                        counters: Counters::default(),
                        is_changed: false,
                    })
                })?;
            self.functions.insert(id, found);
        }
        self.functions.get_mut(&id).ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn fingerprint_id(
        &mut self,
        function: i64,
        fingerprint: &StoredFingerprint,
    ) -> rusqlite::Result<i64> {
        if let Some(id) = self.names.fingerprints.get(&fingerprint.digest) {
            return Ok(*id);
        }
        let digest = fingerprint.digest.as_bytes();
        let find = |connection: &Connection| {
            connection
                .prepare_cached("SELECT id FROM fingerprints WHERE digest = ?1")?
                .query_row([digest], |row| row.get::<_, i64>(0))
                .optional()
        };
        let id = match find(self.connection)? {
            Some(id) => id,
            None => {
                self.connection
                    .prepare_cached(
                        "INSERT INTO fingerprints(digest, function, written, map) VALUES(?1, ?2, ?3, ?4)",
                    )?
                    .execute(params![
                        digest,
                        function,
                        self.now as i64,
                        fingerprint::write(fingerprint)
                    ])?;
                self.connection.last_insert_rowid()
            }
        };
        self.names.fingerprints.insert(fingerprint.digest, id);
        Ok(id)
    }

    fn process(&mut self) -> rusqlite::Result<i64> {
        if let Some(id) = self.names.process {
            return Ok(id);
        }
        self.connection
            .prepare_cached(
                "INSERT INTO processes(pid, started, boot, program) VALUES(?1, ?2, ?3, ?4)",
            )?
            .execute(params![
                std::process::id(),
                self.now as i64,
                boot(),
                self.shared.options.program
            ])?;
        let id = self.connection.last_insert_rowid();
        self.names.process = Some(id);
        Ok(id)
    }

    // ---- puts ---------------------------------------------------------------------------------

    fn put(&mut self, queued: &Arc<Queued>) -> rusqlite::Result<()> {
        let id = self.function_id(&queued.function)?;
        let fingerprint = match &queued.fingerprint {
            Some(fingerprint) => Some(self.fingerprint_id(id, fingerprint)?),
            None => None,
        };
        if let Some(reason) = queued.reason {
            self.insert_event(id, fingerprint, &queued.key, reason, queued.cost, None)?;
        }
        if self.function(id)?.cleared > queued.started {
            return Ok(());
        }
        self.remove_row(row_of(&queued.key))?;
        let bounds = queued.bounds;
        let bytes = queued.size as i64;
        if bounds.max_entries == Some(0) {
            return self.end(row_of(&queued.key), MissReason::Evicted { by: Bound::Entries });
        }
        let most = i64::try_from(bounds.max_bytes.unwrap_or(u64::MAX)).unwrap_or(i64::MAX);
        let whole =
            i64::try_from(self.shared.options.max_bytes.unwrap_or(u64::MAX)).unwrap_or(i64::MAX);
        if bytes > most || bytes > whole {
            return self.end(row_of(&queued.key), MissReason::Evicted { by: Bound::Bytes });
        }
        let entries = bounds
            .max_entries
            .map_or(i64::MAX, |entries| i64::try_from(entries).unwrap_or(i64::MAX));
        loop {
            let function = self.function(id)?;
            let by = if function.entries >= entries {
                Bound::Entries
            } else if function.bytes.saturating_add(bytes) > most {
                Bound::Bytes
            } else {
                break;
            };
            if !self.evict_of(id, by)? {
                break;
            }
        }
        if self.shared.options.max_bytes.is_some() && self.total()?.saturating_add(bytes) > whole {
            // A little more than needed, since finding what to evict looks at every function.
            self.make_room(whole - whole / 64 - bytes)?;
        }
        self.insert(id, fingerprint, queued)
    }

    fn insert(
        &mut self,
        function: i64,
        fingerprint: Option<i64>,
        queued: &Arc<Queued>,
    ) -> rusqlite::Result<()> {
        let process = self.process()?;
        let blob = queued.blob.as_ref().map(|blob| [blob.name, blob.seal].concat());
        let lengths: Option<Vec<u8>> = (!queued.lengths.is_empty()).then(|| {
            queued.lengths.iter().flat_map(|length| (*length as u32).to_le_bytes()).collect()
        });
        let value = queued.head_inline.then_some(&*queued.bytes);
        let digest = queued.digest.as_ref().map(|digest| &digest.as_bytes()[..]);
        let checksum = Covered {
            key: &queued.key,
            kind: queued.kind.number(),
            written: queued.stamp.written,
            digest,
            blob: blob.as_deref(),
            lengths: lengths.as_deref(),
            value,
        }
        .checksum();
        let meta = (!queued.meta.is_empty()).then_some(&*queued.meta);
        self.connection
            .prepare_cached(
                "INSERT INTO entries(h, rest, kind, function, fingerprint, process, written, expires, cost, size, \
                 checksum, digest, meta, blob, lengths, value) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            )?
            .execute(params![
                row_of(&queued.key),
                rest_of(&queued.key),
                queued.kind.number(),
                function,
                fingerprint,
                process,
                queued.stamp.written as i64,
                queued.stamp.expires.map(|expires| expires as i64),
                clock::microseconds(queued.cost) as i64,
                queued.size as i64,
                &checksum[..],
                digest,
                meta,
                blob,
                lengths,
                value,
            ])?;
        let id = self.connection.last_insert_rowid();
        let credit =
            self.inflation + self.function(function)?.inflation + worth(queued.cost, queued.size);
        self.connection
            .prepare_cached("INSERT INTO uses(id, function, credit, used) VALUES(?1, ?2, ?3, ?4)")?
            .execute(params![id, function, credit, queued.stamp.written as i64])?;
        let row = self.function(function)?;
        row.entries += 1;
        row.bytes += queued.size as i64;
        row.is_changed = true;
        if let Some(total) = &mut self.total {
            *total += queued.size as i64;
        }
        self.applied.stored.push(Arc::clone(queued));
        Ok(())
    }

    // ---- removals -----------------------------------------------------------------------------

    /// Removes an entry by the row number of its key; whether there was one.
    fn remove_row(&mut self, h: i64) -> rusqlite::Result<bool> {
        let id = self
            .connection
            .prepare_cached("SELECT id FROM entries WHERE h = ?1")?
            .query_row([h], |row| row.get::<_, i64>(0))
            .optional()?;
        match id {
            Some(id) => Ok(self.remove_id(id)?.is_some()),
            None => Ok(false),
        }
    }

    /// Removes an entry; gives the row number of its key.
    fn remove_id(&mut self, id: i64) -> rusqlite::Result<Option<i64>> {
        let found = self
            .connection
            .prepare_cached("SELECT h, function, size, blob FROM entries WHERE id = ?1")?
            .query_row([id], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, Option<Vec<u8>>>(3)?,
                ))
            })
            .optional()?;
        self.connection.prepare_cached("DELETE FROM uses WHERE id = ?1")?.execute([id])?;
        let Some((h, function, size, blob)) = found else { return Ok(None) };
        self.connection.prepare_cached("DELETE FROM entries WHERE id = ?1")?.execute([id])?;
        if let Some(name) = blob.and_then(|blob| blob.get(..16)?.try_into().ok()) {
            self.applied.removed.push(name);
        }
        let row = self.function(function)?;
        row.entries -= 1;
        row.bytes -= size;
        row.is_changed = true;
        if let Some(total) = &mut self.total {
            *total -= size;
        }
        Ok(Some(h))
    }

    /// Remembers what became of a key.
    fn end(&mut self, h: i64, reason: MissReason) -> rusqlite::Result<()> {
        let (number, _) = reason_number(reason);
        self.connection
            .prepare_cached("INSERT INTO ends(h, reason, at) VALUES(?1, ?2, ?3)")?
            .execute(params![h, number, self.now as i64])?;
        let newest = self.connection.last_insert_rowid();
        if newest % 256 == 0 {
            self.connection
                .prepare_cached("DELETE FROM ends WHERE id <= ?1")?
                .execute([newest - ENDS])?;
        }
        Ok(())
    }

    /// Removes the entry of a key.
    pub(super) fn remove(&mut self, key: &Digest, reason: MissReason) -> rusqlite::Result<bool> {
        let h = row_of(key);
        let is_same = self
            .connection
            .prepare_cached("SELECT 1 FROM entries WHERE h = ?1 AND rest = ?2")?
            .exists(params![h, rest_of(key)])?;
        if !is_same {
            return Ok(false);
        }
        self.remove_row(h)?;
        self.end(h, reason)?;
        Ok(true)
    }

    fn damaged(&mut self, id: i64, key: &Digest) -> rusqlite::Result<()> {
        let function = self
            .connection
            .prepare_cached("SELECT function FROM entries WHERE id = ?1 AND h = ?2")?
            .query_row(params![id, row_of(key)], |row| row.get::<_, i64>(0))
            .optional()?;
        // Written anew meanwhile, or dropped by another process.
        let Some(function) = function else { return Ok(()) };
        self.remove_id(id)?;
        let row = self.function(function)?;
        row.counters.damaged += 1;
        row.is_changed = true;
        self.end(row_of(key), MissReason::Damaged)
    }

    /// Removes an entry for a reason that is remembered.
    pub(super) fn drop_entry(&mut self, id: i64, reason: MissReason) -> rusqlite::Result<()> {
        if let Some(h) = self.remove_id(id)? {
            self.end(h, reason)?;
        }
        Ok(())
    }

    /// Removes entries whose time is over.
    pub(super) fn expire(&mut self, limit: u32) -> rusqlite::Result<u64> {
        let over: Vec<(i64, i64, i64)> = self
            .connection
            .prepare_cached(
                "SELECT id, function, expires FROM entries WHERE expires <= ?1 ORDER BY expires LIMIT ?2",
            )?
            .query_map(params![self.now as i64, limit], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?
            .collect::<rusqlite::Result<_>>()?;
        for (id, function, expires) in &over {
            if let Some(h) = self.remove_id(*id)? {
                let now = std::mem::replace(&mut self.now, *expires as u64);
                let ended = self.end(h, MissReason::Expired { ago: Duration::ZERO });
                self.now = now;
                ended?;
            }
            let row = self.function(*function)?;
            row.counters.expirations += 1;
            row.is_changed = true;
        }
        Ok(over.len() as u64)
    }

    /// Notes that a function, or all, are cleared now.
    pub(super) fn mark_cleared(&mut self, function: Option<&str>) -> rusqlite::Result<()> {
        let now = (clock::nanoseconds() / 1000) as i64;
        self.write_functions()?;
        self.functions.clear();
        match function {
            Some(name) => {
                let name: Arc<str> = Arc::from(name);
                let id = self.function_id(&name)?;
                self.connection
                    .prepare_cached("UPDATE functions SET cleared = ?1 WHERE id = ?2")?
                    .execute(params![now, id])?;
            }
            None => {
                self.connection
                    .prepare_cached("UPDATE functions SET cleared = ?1")?
                    .execute([now])?;
            }
        }
        Ok(())
    }

    /// Removes up to `limit` entries of a function, or of all.
    pub(super) fn clear_piece(
        &mut self,
        function: Option<&str>,
        limit: u32,
    ) -> rusqlite::Result<u64> {
        let ids: Vec<i64> = match function {
            Some(name) => self
                .connection
                .prepare_cached(
                    "SELECT u.id FROM uses u JOIN functions f ON f.id = u.function WHERE f.name = ?1 LIMIT ?2",
                )?
                .query_map(params![name, limit], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?,
            None => self
                .connection
                .prepare_cached("SELECT id FROM entries LIMIT ?1")?
                .query_map([limit], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?,
        };
        for (number, id) in ids.iter().enumerate() {
            let Some(h) = self.remove_id(*id)? else { continue };
            if number < CLEARED as usize {
                self.end(h, MissReason::Cleared)?;
            }
        }
        Ok(ids.len() as u64)
    }

    /// Gives pages that are free back to the file system.
    pub(super) fn shrink(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached("PRAGMA incremental_vacuum(4096)")?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
        Ok(())
    }

    // ---- eviction -----------------------------------------------------------------------------

    /// Evicts the entry of a function that is worth least; false if it has none.
    fn evict_of(&mut self, function: i64, by: Bound) -> rusqlite::Result<bool> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT id, credit FROM uses WHERE function = ?1 ORDER BY credit, used LIMIT 1",
            )?
            .query_row([function], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?)))
            .optional()?;
        let Some((id, credit)) = found else { return Ok(false) };
        let own = credit - self.inflation;
        let row = self.function(function)?;
        row.inflation = row.inflation.max(own);
        row.counters.evictions += 1;
        row.is_changed = true;
        self.drop_entry(id, MissReason::Evicted { by })?;
        Ok(true)
    }

    /// Bytes of all functions.
    fn total(&mut self) -> rusqlite::Result<i64> {
        if let Some(total) = self.total {
            return Ok(total);
        }
        self.write_functions()?;
        let total = self
            .connection
            .prepare_cached("SELECT CAST(TOTAL(bytes) AS INTEGER) FROM functions")?
            .query_row([], |row| row.get(0))?;
        self.total = Some(total);
        Ok(total)
    }

    /// Evicts entries, whatever their function, until all together take at most `most` bytes.
    pub(super) fn make_room(&mut self, most: i64) -> rusqlite::Result<u64> {
        let mut evicted = 0;
        while self.total()? > most.max(0) {
            self.write_functions()?;
            let found = self
                .connection
                .prepare_cached(
                    "SELECT u.id, u.function, u.credit - f.inflation FROM functions f JOIN uses u ON u.id = \
                     (SELECT id FROM uses WHERE function = f.id ORDER BY credit, used LIMIT 1) \
                     ORDER BY 3, u.used LIMIT 1",
                )?
                .query_row([], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, f64>(2)?))
                })
                .optional()?;
            let Some((id, function, above)) = found else { break };
            if above > self.inflation {
                self.inflation = above;
                self.inflation_is_changed = true;
            }
            let row = self.function(function)?;
            row.counters.evictions += 1;
            row.is_changed = true;
            self.drop_entry(id, MissReason::Evicted { by: Bound::Bytes })?;
            evicted += 1;
        }
        Ok(evicted)
    }

    // ---- uses, counts, events -----------------------------------------------------------------

    fn write_uses(&mut self) -> rusqlite::Result<()> {
        let core = self.shared.core();
        let (entries, counters) = {
            let mut uses = lock(&core.uses);
            (std::mem::take(&mut uses.entries), std::mem::take(&mut uses.counters))
        };
        let written = self.try_write_uses(&entries, &counters);
        if written.is_err() {
            // The next try has them again.
            let mut uses = lock(&core.uses);
            for (id, of) in entries {
                let sum = uses.entries.entry(id).or_default();
                sum.hits += of.hits;
                sum.used = sum.used.max(of.used);
            }
            for (name, of) in counters {
                uses.count(&name, of, self.now);
            }
        }
        written
    }

    fn try_write_uses(
        &mut self,
        entries: &FxHashMap<i64, super::uses::Use>,
        counters: &FxHashMap<Arc<str>, Counters>,
    ) -> rusqlite::Result<()> {
        for (id, of) in entries {
            let found = self
                .connection
                .prepare_cached("SELECT function, cost, size FROM entries WHERE id = ?1")?
                .query_row([id], |row| {
                    Ok((row.get::<_, i64>(0)?, unsigned(row, 1)?, unsigned(row, 2)?))
                })
                .optional()?;
            let Some((function, cost, size)) = found else { continue };
            let credit = self.inflation
                + self.function(function)?.inflation
                + worth(Duration::from_micros(cost), size);
            self.connection
                .prepare_cached(
                    "UPDATE uses SET credit = ?1, used = MAX(used, ?2), hits = hits + ?3 WHERE id = ?4",
                )?
                .execute(params![credit, of.used as i64, of.hits as i64, id])?;
        }
        for (name, of) in counters {
            let id = self.function_id(name)?;
            let row = self.function(id)?;
            row.counters.hits += of.hits;
            row.counters.misses += of.misses;
            row.counters.saved = row.counters.saved.saturating_add(of.saved);
            row.counters.evictions += of.evictions;
            row.counters.expirations += of.expirations;
            row.counters.damaged += of.damaged;
            row.is_changed = true;
        }
        Ok(())
    }

    fn record_miss(&mut self, event: &MissEvent) -> rusqlite::Result<()> {
        let function = self.function_id(&event.function)?;
        let not_stored = (!event.not_stored.is_empty()).then_some(event.not_stored.as_str());
        self.insert_event(function, None, &event.key, event.reason, event.cost, not_stored)
    }

    fn insert_event(
        &mut self,
        function: i64,
        fingerprint: Option<i64>,
        key: &Digest,
        reason: MissReason,
        cost: Duration,
        not_stored: Option<&str>,
    ) -> rusqlite::Result<()> {
        let (number, ago) = reason_number(reason);
        self.connection
            .prepare_cached(
                "INSERT INTO events(at, function, fingerprint, key, reason, ago, cost, not_stored) \
                 VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                self.now as i64,
                function,
                fingerprint,
                key.as_bytes(),
                number,
                ago as i64,
                clock::microseconds(cost) as i64,
                not_stored,
            ])?;
        let newest = self.connection.last_insert_rowid();
        if newest % 256 == 0 {
            self.connection
                .prepare_cached("DELETE FROM events WHERE id <= ?1")?
                .execute([newest - EVENTS])?;
        }
        Ok(())
    }

    /// Writes what has changed of functions.
    pub(super) fn write_functions(&mut self) -> rusqlite::Result<()> {
        for (id, row) in &mut self.functions {
            if !std::mem::take(&mut row.is_changed) {
                continue;
            }
            let Counters { hits, misses, saved, evictions, expirations, damaged } =
                std::mem::take(&mut row.counters);
            self.connection
                .prepare_cached(
                    "UPDATE functions SET entries = ?1, bytes = ?2, inflation = ?3, hits = hits + ?4, \
                     misses = misses + ?5, saved = saved + ?6, evictions = evictions + ?7, \
                     expirations = expirations + ?8, damaged = damaged + ?9 WHERE id = ?10",
                )?
                .execute(params![
                    row.entries,
                    row.bytes,
                    row.inflation,
                    hits as i64,
                    misses as i64,
                    clock::microseconds(saved) as i64,
                    evictions as i64,
                    expirations as i64,
                    damaged as i64,
                    id,
                ])?;
        }
        if std::mem::take(&mut self.inflation_is_changed) {
            self.connection
                .prepare_cached(
                    "INSERT INTO settings(name, value) VALUES('inflation', ?1) \
                     ON CONFLICT(name) DO UPDATE SET value = ?1",
                )?
                .execute([self.inflation])?;
        }
        Ok(())
    }
}
