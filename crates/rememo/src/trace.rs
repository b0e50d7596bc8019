//! Calls as they happen, a line each, and what they come to.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::event::Outcome;
use crate::units::{Size, Spoken};

/// One call that ended.
#[derive(Clone, Debug)]
pub struct Call {
    /// The call in a few words.
    pub call: String,
    /// How it got its result.
    pub outcome: Outcome,
    /// Why it missed, where more is known than the outcome says.
    pub reason: Option<String>,
    /// From the call to the decision.
    pub look_up: Duration,
    /// What the body took, of a miss; what it had taken, of a hit.
    pub cost: Duration,
    /// Size of the output where it was stored, by estimate.
    pub bytes: Option<u64>,
    /// Whether the body raised.
    pub is_failed: bool,
    /// In how many traced calls it was made.
    pub depth: usize,
}

impl Call {
    fn why(&self) -> String {
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        let said = self.outcome.to_string();
        let within = said.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        within.unwrap_or(&said).to_owned()
    }
}

impl fmt::Display for Call {
    /// `miss  report.total(…)  global RATE changed; look-up 5 µs, computed 1.2 s, 1.2 kB`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.outcome.is_hit() { "hit " } else { "miss" };
        write!(
            f,
            "{:indent$}{verdict}  {}  {}",
            "",
            self.call,
            self.why(),
            indent = 2 * self.depth
        )?;
        write!(f, "; look-up {}", Spoken(self.look_up))?;
        if self.outcome.is_hit() {
            return write!(f, ", saved {}", Spoken(self.cost));
        }
        if self.is_failed {
            return write!(f, ", raised after {}", Spoken(self.cost));
        }
        write!(f, ", computed {}", Spoken(self.cost))?;
        match self.bytes {
            Some(bytes) => write!(f, ", {}", Size(bytes)),
            None => f.write_str(", not stored"),
        }
    }
}

/// So many of the slowest misses and most frequent reasons are told.
const TOLD: usize = 5;
/// Reasons beyond so many different ones are counted together.
const REASONS: usize = 1000;

/// What traced calls come to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    hits: u64,
    misses: u64,
    saved: Duration,
    looked: Duration,
    computed: Duration,
    /// The slowest first.
    slowest: Vec<(Duration, String, String)>,
    reasons: BTreeMap<String, u64>,
}

impl Summary {
    /// Counts a call.
    pub fn add(&mut self, call: &Call) {
        self.looked += call.look_up;
        if call.outcome.is_hit() {
            self.hits += 1;
            self.saved += call.cost;
            return;
        }
        self.misses += 1;
        // What inner calls took is part of the outer one's time already.
        if call.depth == 0 {
            self.computed += call.cost;
        }
        let why = call.why();
        let at = self.slowest.partition_point(|(cost, ..)| *cost >= call.cost);
        if at < TOLD {
            self.slowest.insert(at, (call.cost, call.call.clone(), why.clone()));
            self.slowest.truncate(TOLD);
        }
        let is_new = !self.reasons.contains_key(&why);
        let why =
            if is_new && self.reasons.len() >= REASONS { "other reasons".to_owned() } else { why };
        *self.reasons.entry(why).or_default() += 1;
    }

    /// Calls that hit.
    #[must_use]
    pub const fn hits(&self) -> u64 {
        self.hits
    }

    /// Calls that missed.
    #[must_use]
    pub const fn misses(&self) -> u64 {
        self.misses
    }

    /// What hits spared.
    #[must_use]
    pub const fn saved(&self) -> Duration {
        self.saved
    }

    /// Reasons of misses, the most frequent first.
    #[must_use]
    pub fn reasons(&self) -> Vec<(&str, u64)> {
        let mut reasons: Vec<_> = self.reasons.iter().map(|(why, &n)| (&**why, n)).collect();
        reasons.sort_by_key(|&(_, n)| std::cmp::Reverse(n));
        reasons
    }
}

fn counted(n: u64, noun: &str, plural: &str) -> String {
    format!("{n} {}", if n == 1 { noun } else { plural })
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.hits + self.misses;
        if calls == 0 {
            return f.write_str("rememo: no cached function was called");
        }
        write!(
            f,
            "rememo: {}, {}, {}; saved {}, computed {}, looked up {}",
            counted(calls, "call", "calls"),
            counted(self.hits, "hit", "hits"),
            counted(self.misses, "miss", "misses"),
            Spoken(self.saved),
            Spoken(self.computed),
            Spoken(self.looked),
        )?;
        if !self.slowest.is_empty() {
            f.write_str("\n  slowest misses:")?;
            for (cost, call, why) in &self.slowest {
                write!(f, "\n    {}  {call}  {why}", Spoken(*cost))?;
            }
        }
        if !self.reasons.is_empty() {
            f.write_str("\n  reasons of misses:")?;
            for (why, n) in self.reasons().into_iter().take(TOLD) {
                write!(f, "\n    {n} ×  {why}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Tier;
    use crate::store::MissReason;

    fn call(name: &str, outcome: Outcome, millis: u64, depth: usize) -> Call {
        Call {
            call: format!("{name}(…)"),
            outcome,
            reason: None,
            look_up: Duration::from_micros(5),
            cost: Duration::from_millis(millis),
            bytes: Some(1234),
            is_failed: false,
            depth,
        }
    }

    #[test]
    fn a_call_is_a_line() {
        let absent = Outcome::Miss(MissReason::Absent);
        let miss = call("f", absent, 1200, 0);
        assert_eq!(
            miss.to_string(),
            "miss  f(…)  not stored before; look-up 5 µs, computed 1.2 s, 1.2 kB"
        );
        let hit = call("g", Outcome::Hit(Tier::Memory), 30, 1);
        assert_eq!(hit.to_string(), "  hit   g(…)  memory; look-up 5 µs, saved 30 ms");
        let known = Call { reason: Some("global RATE changed".to_owned()), bytes: None, ..miss };
        assert_eq!(
            known.to_string(),
            "miss  f(…)  global RATE changed; look-up 5 µs, computed 1.2 s, not stored"
        );
        let failed = Call { is_failed: true, ..known };
        assert!(failed.to_string().ends_with(", raised after 1.2 s"), "{failed}");
        let expired = Outcome::Miss(MissReason::Expired { ago: Duration::from_secs(240) });
        let expired = call("f", expired, 1, 0).to_string();
        assert!(expired.contains("  expired 4 min ago;"), "{expired}");
    }

    #[test]
    fn the_summary_tells_the_slowest_misses_and_the_most_frequent_reasons() {
        let mut summary = Summary::default();
        assert_eq!(summary.to_string(), "rememo: no cached function was called");
        for millis in 1..=7 {
            summary.add(&call("f", Outcome::Miss(MissReason::Cleared), millis, 0));
        }
        summary.add(&call("g", Outcome::Miss(MissReason::Absent), 100, 1));
        summary.add(&call("h", Outcome::Hit(Tier::Memory), 2500, 0));
        assert_eq!((summary.hits(), summary.misses()), (1, 8));
        assert_eq!(summary.reasons(), [("cleared", 7), ("not stored before", 1)]);
        assert_eq!(
            summary.to_string(),
            "rememo: 9 calls, 1 hit, 8 misses; saved 2.5 s, computed 28 ms, looked up 45 µs\n  slowest misses:\n    \
             100 ms  g(…)  not stored before\n    7 ms  f(…)  cleared\n    6 ms  f(…)  cleared\n    5 ms  f(…)  \
             cleared\n    4 ms  f(…)  cleared\n  reasons of misses:\n    7 ×  cleared\n    1 ×  not stored before"
        );
    }
}
