//! What is kept of each call that computes, so that a later miss can be explained: the encodings of its arguments,
//! which its key was made of anyway, and the fingerprint.
//!
//! A miss pays for a copy of a few bytes, and for a snapshot of the fingerprint when that is another than at the
//! last miss; a hit pays nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use pyo3::prelude::*;
use rememo::digest::Digest;
use rememo::encode::Writer;
use rememo::explain::{CallRecord, Snapshot, Written};
use rememo::units::Size;

use super::bind::Signature;
use super::state::{Key, State};
use crate::function::Followed;
use crate::value::Rules;

static SUMMARIES: AtomicBool = AtomicBool::new(true);
static PROCESS: AtomicU32 = AtomicU32::new(0);

/// `rememo.configure(summaries=…)`: whether anything of values and sources is kept but checks.
pub fn summaries_enabled() -> bool {
    SUMMARIES.load(Ordering::Relaxed)
}

pub fn enable_summaries(enabled: bool) {
    SUMMARIES.store(enabled, Ordering::Relaxed);
}

/// This process; asked of the system once.
pub fn process() -> u32 {
    match PROCESS.load(Ordering::Relaxed) {
        0 => {
            let own = std::process::id();
            PROCESS.store(own, Ordering::Relaxed);
            own
        }
        known => known,
    }
}

/// In a child after fork.
pub fn forget_process() {
    PROCESS.store(0, Ordering::Relaxed);
}

/// Where the arguments of a call end in the writer of its key; few need no allocation.
#[derive(Default)]
pub struct Ends {
    few: [u32; Self::FEW],
    len: usize,
    many: Vec<u32>,
}

impl Ends {
    const FEW: usize = 8;

    #[inline]
    pub fn push(&mut self, end: usize) {
        // A key's buffer has a kilobyte for each argument at most, so positions are small.
        let end = end as u32;
        if self.len < Self::FEW {
            self.few[self.len] = end;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(end);
        }
        self.len += 1;
    }

    fn as_slice(&self) -> &[u32] {
        if self.many.is_empty() { &self.few[..self.len] } else { &self.many }
    }
}

/// The arguments of a call as they were written into its key.
pub struct EncodedArguments {
    pub writer: Writer,
    pub start: usize,
    pub ends: Ends,
}

/// The names of the values that a key is made of, in their order.
pub fn argument_names(py: Python<'_>, signature: Option<&Signature>) -> Arc<[Box<str>]> {
    let Some(signature) = signature else { return ["*args".into(), "**kwargs".into()].into() };
    let parameters = signature.parameters.iter().filter(|p| !p.ignored);
    let mut names: Vec<Box<str>> =
        parameters.map(|p| crate::raw::string(p.name.bind(py)).into()).collect();
    let rest = |rest: &Option<(String, bool)>, stars: &str| -> Option<Box<str>> {
        rest.as_ref().filter(|(_, ignored)| !ignored).map(|(n, _)| format!("{stars}{n}").into())
    };
    names.extend(rest(&signature.varargs, "*"));
    names.extend(rest(&signature.varkeywords, "**"));
    names.into()
}

impl State {
    /// What is kept of a call with this key.
    pub fn record_of(&self, key: &Key) -> Arc<CallRecord> {
        let EncodedArguments { writer, start, ends } = &key.arguments;
        let written = Written {
            bytes: writer.bytes(),
            start: *start,
            ends: ends.as_slice(),
            prefixes: writer.prefixes(),
        };
        Arc::new(CallRecord::new(
            process(),
            key.fingerprint,
            &self.argument_names,
            written,
            summaries_enabled(),
        ))
    }

    /// Keeps the fingerprint that a call was keyed by, if it is another than at the last miss. Called before the
    /// body runs, which may change what it depends on.
    pub fn note_fingerprint(&self, py: Python<'_>, rules: &Rules, fingerprint: &Digest) {
        let mut history = self.shelf.history();
        if history.is_latest(fingerprint) || history.renew(fingerprint) {
            return;
        }
        drop(history);
        if let Some(snapshot) = self.snapshot_now(py, rules, fingerprint) {
            self.shelf.history().note(snapshot);
        }
    }

    /// What is kept, or can be, of the fingerprint that a call was keyed by a moment ago.
    pub fn snapshot_now(
        &self,
        py: Python<'_>,
        rules: &Rules,
        fingerprint: &Digest,
    ) -> Option<Arc<Snapshot>> {
        let latest = {
            let history = self.shelf.history();
            if let Some(known) = history.get(fingerprint) {
                return Some(Arc::clone(known));
            }
            history.latest().cloned()
        };
        // Taken out while it is looked at: a value's own code may run meanwhile and call this function again.
        let followed = self.take_followed(fingerprint, Followed::is_whole)?;
        let snapshot = followed.snapshot(py, rules, latest.as_deref());
        self.put_back(followed);
        Some(Arc::new(snapshot))
    }

    /// Says once for each function that its outputs are not kept, where that is so.
    pub fn note_kept(&self, py: Python<'_>, key: &Digest, size: u64) {
        let Some(most) = self.options.bounds.max_bytes.filter(|&most| size > most) else { return };
        if self.shelf.store().handle(key).is_some() || self.warned.swap(true, Ordering::Relaxed) {
            return;
        }
        super::trace::warn(
            py,
            &format!(
                "{}(){}: an output of {} is larger than all that max_bytes={} lets this function keep. It was not \
                 stored, so each such call computes again. Raise max_bytes, or return less.",
                self.name,
                self.place(py),
                Size(size),
                Size(most),
            ),
        );
    }
}
