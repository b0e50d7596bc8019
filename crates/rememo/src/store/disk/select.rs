//! Some entries of many, in an order: what lists for people ask for.
//!
//! A store may have a hundred thousand entries and a list shows fifty. So first only row numbers are chosen, from the
//! smallest tables that know enough (`uses` has small rows and an index by function), and then only those rows are
//! read. Rows are numbered in the order they were written, so the latest ones need no sorting.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use super::clock;
use super::error::StoreError;
use super::listing::{self, Known};
use super::record::{EntryId, Listed};
use super::shared::Shared;

/// By what entries are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// When they were written.
    #[default]
    Written,
    /// When they were last used.
    Used,
    /// How often they were read from disk.
    Hits,
    /// Their sizes.
    Size,
    /// What they cost to compute.
    Cost,
    /// When their time is over; those that have no end are not shown.
    Expires,
}

/// Which entries, and in which order.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Only those of this function.
    pub function: Option<String>,
    /// By what they are sorted; the latest and largest first.
    pub order: Order,
    /// The earliest and smallest first.
    pub reverse: bool,
    /// At most so many.
    pub limit: Option<usize>,
    /// Only those of at least so many bytes.
    pub min_bytes: Option<u64>,
    /// Only those that were last used, or written, longer ago.
    pub older_than: Option<Duration>,
    /// Only those that were never read from disk.
    pub unused: bool,
    /// Only those whose time is over.
    pub expired: bool,
}

/// So many entries are sorted without a second thought.
const SORTED: i64 = 4096;

impl Selection {
    /// The query for row numbers, with its parameters; `function` is its row number and how many entries it has.
    fn query(&self, function: Option<(i64, i64)>) -> (String, Vec<Value>) {
        let of_entries = matches!(self.order, Order::Size | Order::Cost | Order::Expires)
            || self.min_bytes.is_some()
            || self.expired;
        let of_uses = matches!(self.order, Order::Used | Order::Hits)
            || self.older_than.is_some()
            || self.unused;
        let mut parameters = Vec::new();
        let mut conditions: Vec<String> = Vec::new();
        let mut with = |condition: &str, value: i64| {
            parameters.push(Value::Integer(value));
            conditions.push(condition.replace('?', &format!("?{}", parameters.len())));
        };
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let now = clock::now();
        let (from, id) = match (of_entries, of_uses) {
            (true, true) => ("entries e JOIN uses u ON u.id = e.id", "e.id"),
            (true, false) => ("entries e", "e.id"),
            // All entries in the order of their rows need no other table.
            (false, false) if function.is_none() => ("entries e", "e.id"),
            // The index gives the entries of a function, but not in this order: if there are many of them, walking
            // back from the end finds the last ones sooner than sorting.
            (false, _)
                if self.order == Order::Written
                    && function.is_some_and(|(_, entries)| entries > SORTED) =>
            {
                ("uses u NOT INDEXED", "u.id")
            }
            (false, _) => ("uses u", "u.id"),
        };
        if let Some((function, _)) = function {
            with(if of_entries { "e.function = ?" } else { "u.function = ?" }, function);
        }
        if let Some(least) = self.min_bytes {
            with("e.size >= ?", number(least));
        }
        if let Some(age) = self.older_than {
            with("u.used < ?", number(now.saturating_sub(clock::milliseconds(age))));
        }
        if self.expired {
            with("e.expires <= ?", number(now));
        }
        if self.unused {
            with("u.hits = ?", 0);
        }
        if self.order == Order::Expires {
            with("e.expires > ?", -1);
        }
        let column = match self.order {
            Order::Written => None,
            Order::Used => Some("u.used"),
            Order::Hits => Some("u.hits"),
            Order::Size => Some("e.size"),
            Order::Cost => Some("e.cost"),
            Order::Expires => Some("e.expires"),
        };
        let direction = if self.reverse { "ASC" } else { "DESC" };
        let mut sql = format!("SELECT {id} FROM {from}");
        if !conditions.is_empty() {
            sql = format!("{sql} WHERE {}", conditions.join(" AND "));
        }
        // Equals stay in the order in which they are met: a second column would make SQLite sort them all, and most
        // entries have the same number of hits.
        sql = format!("{sql} ORDER BY {} {direction}", column.unwrap_or(id));
        if let Some(limit) = self.limit {
            parameters.push(Value::Integer(i64::try_from(limit).unwrap_or(i64::MAX)));
            sql = format!("{sql} LIMIT ?{}", parameters.len());
        }
        (sql, parameters)
    }
}

pub(super) fn select(
    shared: &Arc<Shared>,
    selection: &Selection,
) -> Result<Vec<Listed>, StoreError> {
    let core = shared.core();
    let ids: Vec<i64> = {
        let _inside = core.enter();
        shared.with_reader(|connection| {
            let mut function = None;
            if let Some(name) = &selection.function {
                function = connection
                    .prepare_cached("SELECT id, entries FROM functions WHERE name = ?1")?
                    .query_row([name], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                if function.is_none() {
                    return Ok(Vec::new());
                }
            }
            let (sql, parameters) = selection.query(function);
            connection
                .prepare(&sql)?
                .query_map(params_from_iter(parameters), |row| row.get(0))?
                .collect()
        })?
    };
    let mut known = Known::default();
    let mut found = Vec::with_capacity(ids.len());
    // In pieces: a long transaction would keep the WAL from being copied back.
    for piece in ids.chunks(1024) {
        let _inside = core.enter();
        found.extend(shared.with_reader(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("{} WHERE e.id = ?1", listing::COLUMNS))?;
            let mut rows = Vec::with_capacity(piece.len());
            for id in piece {
                let entry = statement
                    .query_row([id], |row| known.entry(shared, connection, row))
                    .optional()?;
                // Removed meanwhile it is not there any more.
                rows.extend(entry);
            }
            Ok(rows)
        })?);
    }
    Ok(found)
}

/// Entries by their row numbers: how many of each function, and their sizes.
pub(super) fn by_function(
    shared: &Arc<Shared>,
    ids: &[(EntryId, u64)],
) -> Result<Vec<super::PrunedFunction>, StoreError> {
    let core = shared.core();
    let mut sums: rustc_hash::FxHashMap<i64, (u64, u64)> = rustc_hash::FxHashMap::default();
    for piece in ids.chunks(4096) {
        let _inside = core.enter();
        let functions: Vec<(i64, u64)> = shared.with_reader(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT function FROM entries WHERE id = ?1")?;
            let mut found = Vec::with_capacity(piece.len());
            for (id, size) in piece {
                let function = statement.query_row([id.0], |row| row.get(0)).optional()?;
                found.extend(function.map(|function: i64| (function, *size)));
            }
            Ok(found)
        })?;
        for (function, size) in functions {
            let sum = sums.entry(function).or_default();
            sum.0 += 1;
            sum.1 += size;
        }
    }
    let _inside = core.enter();
    let mut found: Vec<super::PrunedFunction> = shared.with_reader(|connection| {
        let mut statement =
            connection.prepare_cached("SELECT name FROM functions WHERE id = ?1")?;
        sums.iter()
            .map(|(id, (entries, bytes))| {
                let name: Option<String> =
                    statement.query_row([id], |row| row.get(0)).optional()?;
                Ok(super::PrunedFunction {
                    name: Arc::from(name.unwrap_or_default()),
                    entries: *entries,
                    bytes: *bytes,
                })
            })
            .collect()
    })?;
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}
