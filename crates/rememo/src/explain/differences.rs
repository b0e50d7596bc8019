//! What is not what it was: the differences of two records and of two snapshots.

use std::sync::Arc;

use super::compare::{Detail, Told, compare, describe};
use super::lines::LineChange;
use super::outline::Outline;
use super::record::CallRecord;
use super::snapshot::{Described, Snapshot, differ, pairs};
use crate::digest::Digest;
use crate::fingerprint::{Kind, Origin};

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An argument of the call.
    Argument,
    /// A dependency of the function.
    Dependency(Kind),
}

impl Subject {
    /// `argument`, or the name of the dependency's kind.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Dependency(kind) => kind.as_str(),
        }
    }
}

/// How it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the present call has it.
    Added,
    /// Only the earlier one had it.
    Removed,
    /// Both have it, and it is another.
    Changed,
    /// Its lines are the same, and what they lead to is not: a name in it stands for other code.
    Redirected,
}

impl ChangeKind {
    /// The kind in a word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Redirected => "redirected",
        }
    }
}

/// One reason why a key is not the one it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What sort of thing differs.
    pub subject: Subject,
    /// Its name, with `#ordinal` where several have that name.
    pub name: String,
    /// Where it stands now, or stood if it is gone.
    pub place: Option<Arc<Origin>>,
    /// How it differs.
    pub change: ChangeKind,
    /// Whether it only follows from another difference: code that the edited code reaches now, or
    /// no longer.
    pub follows: bool,
    /// The earlier value in a few words, where it is kept.
    pub old: Option<String>,
    /// The present value in a few words.
    pub new: Option<String>,
    /// What within the value differs.
    pub details: Vec<Detail>,
    /// Lines of source that differ, where both sources are kept.
    pub lines: Vec<LineChange>,
}

fn named(described: &Described) -> String {
    let dependency = &described.dependency;
    match dependency.ordinal {
        0 => dependency.name.to_string(),
        ordinal => format!("{}#{ordinal}", dependency.name),
    }
}

fn of_values(difference: &mut Difference, old: Option<Outline<'_>>, new: Option<Outline<'_>>) {
    difference.old = old.and_then(describe);
    difference.new = new.and_then(describe);
    if let (Some(old), Some(new)) = (old, new) {
        difference.details = compare(old, new);
    }
}

/// What differs between the arguments of two calls, in the order of the later one.
#[must_use]
pub fn arguments(old: &CallRecord, new: &CallRecord) -> Vec<Difference> {
    let mut differences = Vec::new();
    let add = |name: &str, change, old: Option<Outline<'_>>, now: Option<Outline<'_>>| {
        let mut difference = Difference {
            subject: Subject::Argument,
            name: name.to_owned(),
            place: None,
            change,
            follows: false,
            old: None,
            new: None,
            details: Vec::new(),
            lines: Vec::new(),
        };
        of_values(&mut difference, old, now);
        difference
    };
    for (name, now) in new.arguments() {
        let before = old.arguments().find(|(n, _)| *n == name).map(|(_, outline)| outline);
        match before {
            None => differences.push(add(name, ChangeKind::Added, None, Some(now))),
            Some(before) if !before.is_of_same(&now) => {
                differences.push(add(name, ChangeKind::Changed, Some(before), Some(now)));
            }
            Some(_) => {}
        }
    }
    for (name, before) in old.arguments() {
        if !new.arguments().any(|(n, _)| n == name) {
            differences.push(add(name, ChangeKind::Removed, Some(before), None));
        }
    }
    differences
}

/// What differs between two fingerprints: what was edited first, then what follows from that.
#[must_use]
pub fn dependencies(old: &Snapshot, new: &Snapshot) -> Vec<Difference> {
    let mut differing: Vec<_> = pairs(old, new).filter(|(old, new)| differ(*old, *new)).collect();
    forget_renumbered(&mut differing);
    // Code whose lines are the same counts as another when a name in it leads elsewhere.
    let reads_the_same: Vec<bool> = differing.iter().map(reads_the_same).collect();
    let mut differences: Vec<Difference> = differing.into_iter().map(of_dependency).collect();
    // What the edited code reaches now, or no longer, was not edited itself.
    let edited = differences.iter().any(|d| d.change == ChangeKind::Changed);
    let is_edited = |(difference, reads_the_same): (&Difference, &bool)| {
        difference.change == ChangeKind::Changed && !reads_the_same
    };
    let edited_itself = differences.iter().zip(&reads_the_same).any(is_edited);
    for (difference, reads_the_same) in differences.iter_mut().zip(reads_the_same) {
        match difference.change {
            ChangeKind::Added | ChangeKind::Removed => difference.follows = edited,
            ChangeKind::Changed if reads_the_same => {
                difference.change = ChangeKind::Redirected;
                difference.follows = edited_itself;
            }
            _ => {}
        }
    }
    differences.sort_by_key(|d| (d.follows, d.change == ChangeKind::Redirected));
    differences
}

/// Whether both are code of the same lines.
fn reads_the_same((old, new): &Pair<'_>) -> bool {
    let sources = old.and_then(Described::source).zip(new.and_then(Described::source));
    sources.is_some_and(|(old, new)| old.is_same(new))
}

type Pair<'a> = (Option<&'a Described>, Option<&'a Described>);

/// Of several of one name that got other numbers, since one more or less has that name, those that
/// are the same are no difference.
fn forget_renumbered(differing: &mut Vec<Pair<'_>>) {
    let label = |d: &Described| (d.dependency.kind, Arc::clone(&d.dependency.name));
    let digests = |pairs: &[Pair<'_>], is_old: bool| -> Vec<_> {
        let side = pairs.iter().filter_map(|(old, new)| if is_old { *old } else { *new });
        side.map(|d| (label(d), d.dependency.digest)).collect()
    };
    let is_of_several =
        |pair: &Pair<'_>| [pair.0, pair.1].iter().flatten().any(|d| d.dependency.ordinal > 0);
    let numbered: Vec<_> =
        differing.iter().filter(|pair| pair_shares(pair, differing)).copied().collect();
    if !differing.iter().any(is_of_several) {
        return;
    }
    let (before, after) = (digests(&numbered, true), digests(&numbered, false));
    let is_in = |d: &Described, all: &[((Kind, Arc<str>), Digest)]| {
        all.iter().any(|(l, digest)| *l == label(d) && *digest == d.dependency.digest)
    };
    let keep = |(old, new): &Pair<'_>| match (old, new) {
        (Some(old), None) => !is_in(old, &after),
        (None, Some(new)) => !is_in(new, &before),
        _ => true,
    };
    differing.retain(keep);
}

/// Whether another pair has the kind and name of this one.
fn pair_shares(pair: &Pair<'_>, all: &[Pair<'_>]) -> bool {
    let label = |pair: &Pair<'_>| {
        pair.0.or(pair.1).map(|d| (d.dependency.kind, Arc::clone(&d.dependency.name)))
    };
    all.iter().filter(|other| label(other) == label(pair)).count() > 1
}

fn of_dependency((old, new): Pair<'_>) -> Difference {
    let change = match (old, new) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Changed,
    };
    let present = new.or(old);
    let kind = present.map_or(Kind::Extra, |d| d.dependency.kind);
    let mut difference = Difference {
        subject: Subject::Dependency(kind),
        name: present.map(named).unwrap_or_default(),
        place: present.and_then(|d| d.dependency.origin.clone()),
        change,
        follows: false,
        old: None,
        new: None,
        details: Vec::new(),
        lines: Vec::new(),
    };
    let value = |described: Option<&Described>| {
        described.and_then(|d| d.value().map(|v| v.bytes().to_vec()))
    };
    let (before, after) = (value(old), value(new));
    of_values(
        &mut difference,
        before.as_deref().and_then(Outline::read),
        after.as_deref().and_then(Outline::read),
    );
    if let (Some(old), Some(new)) =
        (old.and_then(Described::source), new.and_then(Described::source))
    {
        difference.lines = old.difference(new);
    }
    // A value that mentions code by name reads as before when a name leads elsewhere.
    if let [Detail { path, what: Told::Differs(how) }] = &difference.details[..]
        && path.is_empty()
        && difference.old == difference.new
        && how == "differs further on"
    {
        difference.details.clear();
    }
    difference
}
