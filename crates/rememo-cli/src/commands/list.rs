//! `rememo ls`: functions, or entries.

use std::io::{self, Write};

use rememo::store::disk::{DiskStore, ListedFunction, Selection};
use serde::Serialize;

use super::{EntryReport, short};
use crate::arguments::{List, Sort};
use crate::failure::{Exit, Failure};
use crate::output::{Align, Report, ago, bytes, count, faint, share, show, table, took};
use crate::session::Session;

/// A function as documents have it.
#[derive(Serialize)]
pub(super) struct FunctionReport {
    pub name: String,
    pub entries: u64,
    pub size_bytes: u64,
    pub hits: u64,
    pub misses: u64,
    pub saved_seconds: f64,
    pub evictions: u64,
    pub expirations: u64,
    pub damaged: u64,
    pub cleared_ms: Option<u64>,
}

impl From<&ListedFunction> for FunctionReport {
    fn from(function: &ListedFunction) -> Self {
        let counters = &function.counters;
        Self {
            name: function.name.to_string(),
            entries: function.entries,
            size_bytes: function.bytes,
            hits: counters.hits,
            misses: counters.misses,
            saved_seconds: counters.saved.as_secs_f64(),
            evictions: counters.evictions,
            expirations: counters.expirations,
            damaged: counters.damaged,
            cleared_ms: (function.cleared > 0).then_some(function.cleared),
        }
    }
}

#[derive(Serialize)]
struct Functions {
    directory: String,
    functions: Vec<FunctionReport>,
    more: bool,
}

#[derive(Serialize)]
struct Entries {
    directory: String,
    entries: Vec<EntryReport>,
    more: bool,
}

pub(super) fn run(session: &Session, of: &List) -> Result<Exit, Failure> {
    if of.is_of_entries() { entries(session, of) } else { functions(session, of) }
}

fn functions(session: &Session, of: &List) -> Result<Exit, Failure> {
    let mut found = session.store()?.functions()?;
    if let Some(text) = &of.filter {
        found.retain(|function| function.name.contains(text.as_str()));
    }
    // Sorted by name already; what is sorted by number begins with the largest.
    match of.sort.unwrap_or(Sort::Name) {
        Sort::Name => {}
        Sort::Entries => found.sort_by_key(|f| std::cmp::Reverse(f.entries)),
        Sort::Misses => found.sort_by_key(|f| std::cmp::Reverse(f.counters.misses)),
        Sort::Saved => found.sort_by_key(|f| std::cmp::Reverse(f.counters.saved)),
        Sort::Hits => found.sort_by_key(|f| std::cmp::Reverse(f.counters.hits)),
        Sort::Size => found.sort_by_key(|f| std::cmp::Reverse(f.bytes)),
        sort @ (Sort::Written | Sort::Used | Sort::Cost | Sort::Expires) => {
            return Err(misplaced(sort, "functions", "name a function, or say --entries"));
        }
    }
    if of.reverse {
        found.reverse();
    }
    let more = of.limit > 0 && found.len() > of.limit;
    if more {
        found.truncate(of.limit);
    }
    let report = Functions {
        directory: session.directory.display().to_string(),
        functions: found.iter().map(FunctionReport::from).collect(),
        more,
    };
    show(session, &report)?;
    Ok(Exit::Done)
}

fn entries(session: &Session, of: &List) -> Result<Exit, Failure> {
    let order = match of.sort.map(|sort| (sort, sort.of_entries())) {
        None => rememo::store::disk::Order::default(),
        Some((_, Some(order))) => order,
        Some((sort, None)) => {
            return Err(misplaced(sort, "entries", "leave the function and --entries out"));
        }
    };
    let store = session.store()?;
    let function = match &of.function {
        Some(name) => Some(store.function(name)?.name.to_string()),
        None => None,
    };
    let selection = Selection {
        function,
        order,
        reverse: of.reverse,
        // One more tells whether there are more.
        limit: (of.limit > 0).then(|| of.limit.saturating_add(1)),
        min_bytes: of.larger_than,
        older_than: of.older_than,
        unused: of.unused,
        expired: of.expired,
    };
    let mut found = store.ask(|store: &DiskStore| store.select(&selection))?;
    let more = of.limit > 0 && found.len() > of.limit;
    if more {
        found.truncate(of.limit);
    }
    let report = Entries {
        directory: session.directory.display().to_string(),
        entries: found.iter().map(EntryReport::from).collect(),
        more,
    };
    show(session, &report)?;
    Ok(Exit::Done)
}

fn misplaced(sort: Sort, what: &str, remedy: &str) -> Failure {
    use clap::ValueEnum;
    let name = sort.to_possible_value().map(|value| value.get_name().to_owned());
    Failure::Usage(format!("{what} cannot be sorted by {}: {remedy}", name.unwrap_or_default()))
}

fn write_more(out: &mut dyn Write, more: bool, shown: usize) -> io::Result<()> {
    if more {
        writeln!(out, "{}", faint(format!("the first {shown}; --limit 0 shows all")))?;
    }
    Ok(())
}

impl Report for Functions {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.functions.is_empty() {
            return writeln!(out, "No functions in {}.", self.directory);
        }
        use Align::{Left, Right};
        let columns = [
            ("function", Left),
            ("entries", Right),
            ("size", Right),
            ("hits", Right),
            ("misses", Right),
            ("hit rate", Right),
            ("saved", Right),
        ];
        let rows = self.functions.iter().map(|f| {
            vec![
                f.name.clone(),
                count(f.entries),
                bytes(f.size_bytes),
                count(f.hits),
                count(f.misses),
                share(f.hits, f.hits + f.misses),
                took(std::time::Duration::from_secs_f64(f.saved_seconds)),
            ]
        });
        table(out, &columns, rows)?;
        write_more(out, self.more, self.functions.len())
    }
}

impl Report for Entries {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.entries.is_empty() {
            return writeln!(out, "No such entries in {}.", self.directory);
        }
        use Align::{Left, Right};
        let columns = [
            ("key", Left),
            ("function", Left),
            ("size", Right),
            ("cost", Right),
            ("hits", Right),
            ("written", Right),
            ("used", Right),
        ];
        let rows = self.entries.iter().map(|entry| {
            vec![
                short(&entry.key).to_owned(),
                entry.function.clone(),
                bytes(entry.size_bytes),
                took(std::time::Duration::from_secs_f64(entry.cost_seconds)),
                count(entry.hits),
                ago(entry.written_ms),
                if entry.hits == 0 { "never".to_owned() } else { ago(entry.used_ms) },
            ]
        });
        table(out, &columns, rows)?;
        write_more(out, self.more, self.entries.len())
    }
}
