//! `rememo explain`: why calls missed, from what is recorded; or what differs between two entries.

use std::io::{self, Write};
use std::time::Duration;

use rememo::fingerprint::Change;
use rememo::store::disk::{DiskStore, Listed, MissEvent, StoredDependency, StoredFingerprint};
use rememo::store::{Bound, MissReason};
use serde::Serialize;

use super::{EntryReport, entry_of, short};
use crate::arguments::Explain;
use crate::failure::{Exit, Failure};
use crate::output::{Report, ago, faint, show, strong, took};
use crate::session::{Session, Store};

/// So many of a function's last fingerprints are compared with the one of a miss.
const COMPARED: usize = 64;

/// So many misses before those that are shown are looked at: more are hardly recorded within one millisecond.
const BEFORE: usize = 1024;

/// One dependency that is not as it was, as documents have it.
#[derive(Serialize)]
struct Difference {
    change: &'static str,
    kind: String,
    name: String,
    ordinal: u32,
    old_place: Option<String>,
    new_place: Option<String>,
    old_summary: Option<String>,
    new_summary: Option<String>,
}

impl Difference {
    fn of(change: Change<'_, StoredDependency>) -> Self {
        let (change, old, new) = match change {
            Change::Added(new) => ("added", None, Some(new)),
            Change::Removed(old) => ("removed", Some(old), None),
            Change::Changed { old, new } => ("changed", Some(old), Some(new)),
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let place = |of: Option<&StoredDependency>| of.and_then(|of| some(&of.place));
        let summary = |of: Option<&StoredDependency>| of.and_then(|of| some(&of.summary));
        let present = new.or(old);
        Self {
            change,
            kind: present.map(|of| of.kind.clone()).unwrap_or_default(),
            name: present.map(|of| of.name.clone()).unwrap_or_default(),
            ordinal: present.map_or(0, |of| of.ordinal),
            old_place: place(old),
            new_place: place(new),
            old_summary: summary(old),
            new_summary: summary(new),
        }
    }

    fn all(old: &StoredFingerprint, new: &StoredFingerprint) -> Vec<Self> {
        new.changes_since(old).into_iter().map(Self::of).collect()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let place = match self.new_place.as_ref().or(self.old_place.as_ref()) {
            Some(place) => format!("  {}", faint(place)),
            None => String::new(),
        };
        let ordinal = match self.ordinal {
            0 => String::new(),
            ordinal => format!("#{ordinal}"),
        };
        let name = format!("{} {}{ordinal}", self.kind, self.name);
        let name = strong(&name);
        match (self.change, &self.old_summary, &self.new_summary) {
            ("changed", Some(old), Some(new)) if old != new => {
                writeln!(out, "    {name}: {old} → {new}{place}")
            }
            ("changed", ..) => writeln!(out, "    {name} changed{place}"),
            ("added", _, Some(new)) => writeln!(out, "    {name} was added: {new}{place}"),
            ("removed", Some(old), _) => writeln!(out, "    {name} was removed: {old}{place}"),
            (change, ..) => writeln!(out, "    {name} was {change}{place}"),
        }
    }
}

/// The name of a reason in documents.
fn reason_name(reason: MissReason) -> &'static str {
    match reason {
        MissReason::Absent => "absent",
        MissReason::Expired { .. } => "expired",
        MissReason::Evicted { by: Bound::Entries } => "evicted_by_max_entries",
        MissReason::Evicted { by: Bound::Bytes } => "evicted_by_max_bytes",
        MissReason::Cleared => "cleared",
        MissReason::Damaged => "damaged",
    }
}

/// How often recorded misses had a reason.
#[derive(Serialize)]
pub(super) struct ReasonCount {
    pub reason: &'static str,
    pub count: u64,
}

impl From<(MissReason, u64)> for ReasonCount {
    fn from((reason, count): (MissReason, u64)) -> Self {
        Self { reason: reason_name(reason), count }
    }
}

/// Why there was no entry under the key.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Cause {
    /// The store's reason says it: expired, evicted, cleared, damaged.
    Removed,
    /// The first call of the function that is recorded.
    FirstCall,
    /// What the function depends on has changed.
    DependenciesChanged,
    /// Under the same code and values it was called before, so not with these arguments.
    NewArguments,
    /// What it depended on is not kept.
    Unknown,
}

#[derive(Serialize)]
struct Miss {
    key: String,
    at_ms: u64,
    reason: &'static str,
    cause: Cause,
    differences: Vec<Difference>,
    since_ms: Option<u64>,
    cost_seconds: f64,
    not_stored: Option<String>,
    #[serde(skip)]
    said: String,
}

#[derive(Serialize)]
struct Misses {
    directory: String,
    function: String,
    misses: Vec<Miss>,
}

#[derive(Serialize)]
struct Comparison {
    directory: String,
    old: EntryReport,
    new: EntryReport,
    same_function: bool,
    same_fingerprint: bool,
    comparable: bool,
    differences: Vec<Difference>,
}

pub(super) fn run(session: &Session, of: &Explain) -> Result<Exit, Failure> {
    let store = session.store()?;
    if let Some(other) = &of.other {
        let one = entry_of(&store, &of.what)?;
        let other = entry_of(&store, other)?;
        return compare(session, &store, one, other);
    }
    if let Some(function) = store.find_function(&of.what)? {
        let report = Misses {
            directory: session.directory.display().to_string(),
            misses: misses(&store, &function.name, None, of.limit)?,
            function: function.name.to_string(),
        };
        show(session, &report)?;
        return Ok(Exit::Done);
    }
    if of.what.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // Why was this entry computed?
        let entry = entry_of(&store, &of.what)?;
        let report = Misses {
            directory: session.directory.display().to_string(),
            misses: misses(&store, &entry.function, Some(&entry), of.limit)?,
            function: entry.function.to_string(),
        };
        show(session, &report)?;
        return Ok(Exit::Done);
    }
    // Says that there is none.
    store.function(&of.what).map(|_| Exit::Done)
}

/// The last misses of a function, or those of one key.
fn misses(
    store: &Store,
    function: &str,
    only: Option<&Listed>,
    limit: usize,
) -> Result<Vec<Miss>, Failure> {
    // Besides those that are shown, some of before, to see what was there already. An entry's own may lie far back.
    let asked = if only.is_some() { usize::MAX } else { limit.saturating_add(BEFORE) };
    let events = store.ask(|store: &DiskStore| store.misses(Some(function), asked))?;
    let fingerprints = store.ask(|store: &DiskStore| store.fingerprints(function, COMPARED))?;
    let found = events.iter().enumerate();
    let found = found.filter(|(_, event)| only.is_none_or(|entry| entry.key == event.key));
    Ok(found.take(limit).map(|(at, _)| explain(&events, at, &fingerprints)).collect())
}

/// Explains one of the recorded misses, which are sorted newest first, as the fingerprints are.
fn explain(events: &[MissEvent], at: usize, fingerprints: &[(StoredFingerprint, u64)]) -> Miss {
    let event = &events[at];
    let mut miss = Miss {
        key: event.key.to_hex(),
        at_ms: event.at,
        reason: reason_name(event.reason),
        cause: Cause::Removed,
        differences: Vec::new(),
        since_ms: None,
        cost_seconds: event.cost.as_secs_f64(),
        not_stored: (!event.not_stored.is_empty()).then(|| event.not_stored.clone()),
        said: event.reason.to_string(),
    };
    if event.reason != MissReason::Absent {
        return miss;
    }
    miss.cause = Cause::Unknown;
    let Some(digest) = event.fingerprint else { return miss };
    let known = fingerprints.iter().position(|(fingerprint, _)| fingerprint.digest == digest);
    let Some((own, (fingerprint, first))) = known.map(|own| (own, &fingerprints[own])) else {
        return miss;
    };
    let was_there_before = *first < event.at
        || events[at + 1..].iter().any(|earlier| earlier.fingerprint == Some(digest));
    if was_there_before {
        miss.cause = Cause::NewArguments;
        return miss;
    }
    // Of the earlier ones the nearest: with the fewest differences, then the latest.
    let earlier = fingerprints[own + 1..].iter();
    let nearest = earlier
        .map(|(earlier, since)| (Difference::all(earlier, fingerprint), *since))
        .min_by_key(|(differences, _)| differences.len());
    match nearest {
        None => miss.cause = Cause::FirstCall,
        Some((differences, since)) => {
            miss.cause = Cause::DependenciesChanged;
            miss.differences = differences;
            miss.since_ms = Some(since);
        }
    }
    miss
}

fn compare(session: &Session, store: &Store, old: Listed, new: Listed) -> Result<Exit, Failure> {
    let fingerprint = |entry: &Listed| match &entry.fingerprint {
        Some(digest) => store.ask(|store: &DiskStore| store.fingerprint(digest)),
        None => Ok(None),
    };
    let both = fingerprint(&old)?.zip(fingerprint(&new)?);
    let report = Comparison {
        directory: session.directory.display().to_string(),
        same_function: old.function == new.function,
        same_fingerprint: old.fingerprint.is_some() && old.fingerprint == new.fingerprint,
        comparable: both.is_some(),
        differences: both.map(|(old, new)| Difference::all(&old, &new)).unwrap_or_default(),
        old: EntryReport::from(&old),
        new: EntryReport::from(&new),
    };
    show(session, &report)?;
    Ok(Exit::Done)
}

impl Report for Misses {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.misses.is_empty() {
            return writeln!(out, "No misses of {} are recorded.", self.function);
        }
        writeln!(out, "{}", strong(&self.function))?;
        for miss in &self.misses {
            let why = match miss.cause {
                Cause::Removed => miss.said.clone(),
                Cause::FirstCall => "the first call that is recorded".to_owned(),
                Cause::NewArguments => "new arguments".to_owned(),
                Cause::Unknown => "not stored before".to_owned(),
                Cause::DependenciesChanged => match miss.since_ms {
                    Some(since) => format!("what it depends on changed since {}", ago(since)),
                    None => "what it depends on changed".to_owned(),
                },
            };
            writeln!(
                out,
                "  {}  {}: {why}; computing took {}",
                faint(short(&miss.key)),
                ago(miss.at_ms),
                took(Duration::from_secs_f64(miss.cost_seconds))
            )?;
            for difference in &miss.differences {
                difference.write(out)?;
            }
            if let Some(why) = &miss.not_stored {
                writeln!(out, "    the result was not stored: {why}")?;
            }
        }
        Ok(())
    }
}

impl Report for Comparison {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, entry) in [("old", &self.old), ("new", &self.new)] {
            writeln!(
                out,
                "{name}  {}  {}, written {}",
                faint(short(&entry.key)),
                strong(&entry.function),
                ago(entry.written_ms)
            )?;
        }
        if !self.same_function {
            writeln!(out, "These are entries of two functions.")?;
        }
        if self.old.key == self.new.key {
            return writeln!(out, "This is one entry.");
        }
        if self.same_fingerprint {
            return writeln!(
                out,
                "Code and values that they depend on are the same: they differ in their arguments."
            );
        }
        if !self.comparable {
            return writeln!(out, "What they depend on is not recorded for both.");
        }
        writeln!(out, "What they depend on differs:")?;
        for difference in &self.differences {
            difference.write(out)?;
        }
        Ok(())
    }
}
