//! An explanation of one call: whether it would hit, and why.

use std::fmt::Write;
use std::time::Duration;

use super::differences::{Difference, Subject};
use super::text::Names;
use crate::digest::Digest;
use crate::event::Tier;
use crate::store::MissReason;
use crate::units::{Size, Spoken};

/// An entry that the call would get.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Where it lies.
    pub tier: Tier,
    /// How long ago it was written.
    pub age: Duration,
    /// The process that wrote it, where that is known.
    pub process: Option<u32>,
    /// Its size in bytes, by estimate.
    pub size: u64,
    /// What computing it took, and a hit spares.
    pub cost: Duration,
    /// How often it was hit so far.
    pub hits: u64,
    /// How long it will hold, where it expires.
    pub left: Option<Duration>,
}

/// An entry that was made by another call, or under other circumstances.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// How long ago it was written.
    pub age: Duration,
    /// The process that wrote it.
    pub process: Option<u32>,
    /// What of the function's dependencies and the arguments is not as it was for that entry.
    pub differences: Vec<Difference>,
}

impl Earlier {
    /// Whether it was made by a call with the same arguments.
    #[must_use]
    pub fn has_same_arguments(&self) -> bool {
        self.differences.iter().all(|difference| difference.subject != Subject::Argument)
    }
}

/// Whether a call would hit.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It would, with this entry.
    Hit(Found),
    /// It would not.
    Miss {
        /// What became of an entry under this very key.
        reason: MissReason,
        /// The entry that is nearest to the call, where the key itself was never stored.
        nearest: Option<Earlier>,
        /// How many entries the function has.
        entries: usize,
        /// Whether what entries were made from is kept, so that they can be compared.
        is_recorded: bool,
    },
}

/// Whether and why a call would hit or miss.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The call in a few words.
    pub call: String,
    /// Its key.
    pub key: Digest,
    /// What would happen.
    pub verdict: Verdict,
    /// The process that asks.
    pub process: u32,
}

impl Explanation {
    /// Whether the call would hit.
    #[must_use]
    pub const fn is_hit(&self) -> bool {
        matches!(self.verdict, Verdict::Hit(_))
    }

    /// The reason in a few words: `hit (memory)`, `expired 4 min ago`, `new arguments`, and where the
    /// same arguments were there before, what has changed since: `global RATE: 0.2 → 0.25`.
    #[must_use]
    pub fn reason(&self, names: &Names) -> String {
        match &self.verdict {
            Verdict::Hit(found) => format!("hit ({})", found.tier),
            Verdict::Miss { reason: MissReason::Absent, nearest: Some(earlier), .. } => {
                if !earlier.has_same_arguments() {
                    return "new arguments".to_owned();
                }
                match &earlier.differences[..] {
                    [] => MissReason::Absent.to_string(),
                    [first, rest @ ..] => {
                        let more = rest.iter().filter(|d| !d.follows).count();
                        let first = names.headline(first);
                        if more > 0 { format!("{first}, and {more} more") } else { first }
                    }
                }
            }
            Verdict::Miss { reason, .. } => reason.to_string(),
        }
    }

    /// The whole explanation, several lines.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        let mut out = String::new();
        // Writing into a string does not fail.
        let _ = self.write(&mut out, names);
        out.truncate(out.trim_end().len());
        out
    }

    fn by(&self, process: Option<u32>) -> String {
        match process {
            None => String::new(),
            Some(process) if process == self.process => " by this process".to_owned(),
            Some(process) => format!(" by process {process}"),
        }
    }

    fn write(&self, out: &mut String, names: &Names) -> std::fmt::Result {
        match &self.verdict {
            Verdict::Hit(found) => {
                writeln!(out, "{} would hit.", self.call)?;
                write!(
                    out,
                    "  The entry is in {}, written {} ago{}, {}; computing it took {}",
                    match found.tier {
                        Tier::Memory => "memory",
                        Tier::Disk => "the disk store",
                        Tier::Shared => "the shared store",
                    },
                    Spoken(found.age),
                    self.by(found.process),
                    Size(found.size),
                    Spoken(found.cost),
                )?;
                match found.hits {
                    0 => out.push_str(", not used yet"),
                    1 => out.push_str(", used once so far"),
                    n => write!(out, ", used {n} times so far")?,
                }
                if let Some(left) = found.left {
                    write!(out, "; it expires in {}", Spoken(left))?;
                }
                writeln!(out, ".")
            }
            Verdict::Miss { reason, nearest, entries, is_recorded } => {
                let call = &self.call;
                match reason {
                    MissReason::Absent => {
                        self.write_absent(out, names, nearest.as_ref(), *entries, *is_recorded)
                    }
                    MissReason::Expired { ago } => {
                        writeln!(
                            out,
                            "{call} would miss: its entry expired {} ago (ttl).",
                            Spoken(*ago)
                        )
                    }
                    MissReason::Evicted { by } => writeln!(
                        out,
                        "{call} would miss: its entry had to make room, or found none ({by})."
                    ),
                    MissReason::Cleared => {
                        writeln!(out, "{call} would miss: its entry was cleared.")
                    }
                    MissReason::Damaged => writeln!(
                        out,
                        "{call} would miss: what was stored of it was damaged and is dropped."
                    ),
                }
            }
        }
    }

    fn write_absent(
        &self,
        out: &mut String,
        names: &Names,
        nearest: Option<&Earlier>,
        entries: usize,
        is_recorded: bool,
    ) -> std::fmt::Result {
        let call = &self.call;
        let Some(earlier) = nearest else {
            return match (entries, is_recorded) {
                (0, _) => writeln!(out, "{call} would miss: the function has no entries."),
                (_, true) => writeln!(out, "{call} would miss: it was never computed."),
                (_, false) => writeln!(
                    out,
                    "{call} would miss: nothing is stored under its key, and what the function's entries were made from \
                     is not kept."
                ),
            };
        };
        let (why, since) = if earlier.differences.is_empty() {
            ("nothing is stored under its key", "The nearest entry")
        } else if earlier.has_same_arguments() {
            ("what it depends on has changed", "Since these arguments were computed")
        } else {
            ("it was not computed with these arguments", "Other than for the nearest entry")
        };
        writeln!(out, "{call} would miss: {why}.")?;
        let (edited, follow): (Vec<_>, Vec<_>) =
            earlier.differences.iter().partition(|d| !d.follows);
        writeln!(out, "  {since} ({} ago{}):", Spoken(earlier.age), self.by(earlier.process))?;
        for difference in &edited {
            names.write(out, difference, "    ")?;
        }
        if edited.is_empty() && follow.is_empty() {
            writeln!(out, "    something differs of which nothing is kept")?;
        }
        if !follow.is_empty() {
            writeln!(out, "  and with that:")?;
            for difference in follow.iter().take(SHOWN_FOLLOWING) {
                writeln!(out, "    {}", names.headline(difference))?;
            }
            if follow.len() > SHOWN_FOLLOWING {
                writeln!(out, "    and {} more", follow.len() - SHOWN_FOLLOWING)?;
            }
        }
        Ok(())
    }
}

/// So many of the differences are shown that only follow from others.
const SHOWN_FOLLOWING: usize = 5;
