//! Calls whose bodies import modules that are not loaded yet, or read names that a library has yet to make: once
//! they are there, the key of the same call may be another (`function::unloaded`, `function::made`), and the result
//! is stored under that key too where it belongs there (`function::settled`).

use std::collections::VecDeque;

use parking_lot::Mutex;
use pyo3::prelude::*;
use rememo::digest::Digest;
use rememo::encode::{ENCODING_VERSION, Writer};

use super::state::State;
use crate::function::Followed;
use crate::value::Rules;

/// So many calls are remembered; the bodies of others have not ended, or never ran because the result was there.
const LIMIT: usize = 64;

/// A call whose body may import modules.
struct Call {
    key: Digest,
    fingerprint: Digest,
    /// The encoding of its arguments as they were before the body ran.
    arguments: Vec<u8>,
}

/// What is remembered of one function's calls.
#[derive(Default)]
pub struct Importing(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    calls: VecDeque<Call>,
    /// What was followed before a module was loaded, if it was followed again since.
    before: Option<Box<Followed>>,
}

/// The key of a call: of its fingerprint and the encoding of its arguments.
pub fn key_of(fingerprint: &Digest, arguments: &[u8]) -> Digest {
    let mut writer = Writer::default();
    writer.u8(ENCODING_VERSION);
    writer.raw(fingerprint.as_bytes());
    writer.raw(arguments);
    writer.digest()
}

impl Importing {
    /// Remembers a call.
    pub fn note(&self, key: Digest, fingerprint: Digest, arguments: &[u8]) {
        let mut remembered = self.0.lock();
        if remembered.calls.iter().any(|call| call.key == key) {
            return;
        }
        if remembered.calls.len() >= LIMIT {
            remembered.calls.pop_front();
        }
        remembered.calls.push_back(Call { key, fingerprint, arguments: arguments.to_vec() });
    }

    /// Keeps what was followed before a module was loaded, as long as a call that was keyed by it is under way.
    pub fn superseded(&self, followed: Box<Followed>) {
        let digest = followed.fingerprint().digest();
        let mut remembered = self.0.lock();
        let is_needed = followed.is_provisional()
            && followed.is_whole()
            && remembered.calls.iter().any(|call| call.fingerprint == digest);
        // Dropped outside of the lock: it may hold the last references to anything.
        let dropped = if is_needed { remembered.before.replace(followed) } else { Some(followed) };
        drop(remembered);
        drop(dropped);
    }

    /// Forgets all.
    pub fn forget(&self) {
        let forgotten = std::mem::take(&mut *self.0.lock());
        drop(forgotten);
    }

    fn take(&self, key: &Digest) -> Option<Call> {
        let mut remembered = self.0.lock();
        let at = remembered.calls.iter().position(|call| call.key == *key)?;
        remembered.calls.remove(at)
    }

    fn take_before(&self, fingerprint: &Digest) -> Option<Box<Followed>> {
        let mut remembered = self.0.lock();
        let is_it = remembered
            .before
            .as_ref()
            .is_some_and(|before| before.fingerprint().digest() == *fingerprint);
        if is_it { remembered.before.take() } else { None }
    }
}

impl State {
    /// The key under which a result is found from now on, if that is another and the result belongs there: the
    /// body of the call `key` has just ended. `None` as well where that cannot be told.
    pub fn settled_key(&self, py: Python<'_>, rules: &Rules, key: &Digest) -> Option<Digest> {
        let call = self.importing.take(key)?;
        let before = match self.importing.take_before(&call.fingerprint) {
            Some(before) => before,
            None => self.take_followed(&call.fingerprint, |followed| followed.has_loaded(py))?,
        };
        // Whatever fails here makes the next call compute once more, and raises there if it must.
        let is_as_before = before.is_as_before(py, rules).unwrap_or(false);
        let settled = is_as_before
            .then(|| {
                self.followed_now(py, rules, |after| {
                    (after.settles(py, &before), after.fingerprint().digest())
                })
            })
            .flatten();
        // Calls that were keyed by the same may still be under way.
        self.importing.superseded(before);
        match settled {
            Some((true, now)) if now != call.fingerprint => Some(key_of(&now, &call.arguments)),
            _ => None,
        }
    }
}
