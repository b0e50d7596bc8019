//! What is kept of a value, to tell later what of it has changed: its canonical encoding, or the
//! beginning of it.
//!
//! The encoding is at hand whenever a key is made, so keeping it costs a copy of a few bytes, and
//! it says all: types, values, names. What is long stands in it as a digest already, so a frame's
//! outline has the names of its columns and a digest of each. Nothing is unpickled to read it.
//!
//! Byte form: `00 ‖ E(v)`, the whole; `01 ‖ check ‖ prefix of E(v)`, in which parts may be shortened
//! to `3E ‖ check`; or `02 ‖ check` alone. A check is the first eight bytes of `BLAKE3(E(v))`.

use super::decode::{self, SHORTENED};
use crate::digest::Digest;
use crate::encode::tag;

/// Length of a check.
pub(super) const CHECK: usize = 8;

const WHOLE: u8 = 0;
const BEGINNING: u8 = 1;
const CHECK_ONLY: u8 = 2;

/// What is kept of one value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Outline<'a>(&'a [u8]);

impl<'a> Outline<'a> {
    /// Reads the byte form; `None` if it is none.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        match bytes {
            [WHOLE, _, ..] => Some(Self(bytes)),
            [BEGINNING | CHECK_ONLY, rest @ ..] if rest.len() >= CHECK => Some(Self(bytes)),
            _ => None,
        }
    }

    /// The byte form.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.0
    }

    /// Whether more is kept than a check.
    #[must_use]
    pub fn shows_anything(&self) -> bool {
        !self.encoding().is_empty()
    }

    /// The encoding, as much of it as is kept.
    pub(super) fn encoding(&self) -> &'a [u8] {
        match self.0[0] {
            WHOLE => &self.0[1..],
            BEGINNING => &self.0[1 + CHECK..],
            _ => &[],
        }
    }

    /// Whether nothing is missing.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.0[0] == WHOLE
    }

    fn check(&self) -> [u8; CHECK] {
        if self.is_whole() {
            return check_of(&self.0[1..]);
        }
        first_bytes(&self.0[1..])
    }

    /// Whether both are of the same value.
    #[must_use]
    pub fn is_of_same(&self, other: &Outline<'_>) -> bool {
        if self.is_whole() && other.is_whole() {
            return self.0 == other.0;
        }
        self.check() == other.check()
    }
}

impl std::fmt::Debug for Outline<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the value: what is kept of it may be a secret.
        write!(f, "Outline({} bytes)", self.0.len())
    }
}

fn first_bytes(bytes: &[u8]) -> [u8; CHECK] {
    let mut check = [0; CHECK];
    check.copy_from_slice(&bytes[..CHECK]);
    check
}

fn check_of(encoding: &[u8]) -> [u8; CHECK] {
    first_bytes(&Digest::of(encoding).0)
}

/// Appends the byte form of the outline of a value, of at most `limit` bytes (but never less than a
/// check takes): `written` is its `C(v)` as it stands in a key, `beginning` the beginning of its
/// `E(v)` where that had collapsed.
pub fn write(out: &mut Vec<u8>, written: &[u8], beginning: Option<&[u8]>, limit: usize) {
    if let (Some(&tag::COLLAPSED), Some(digest)) = (written.first(), written.get(1..)) {
        let room = limit.saturating_sub(1 + CHECK);
        let beginning = beginning.unwrap_or_default();
        if digest.len() >= CHECK {
            push(out, first_bytes(digest), beginning, room);
            return;
        }
    }
    if written.len() < limit {
        out.push(WHOLE);
        out.extend_from_slice(written);
    } else {
        push(out, check_of(written), written, limit.saturating_sub(1 + CHECK));
    }
}

/// Appends the outline that tells nothing but whether the value is the same.
pub fn write_check(out: &mut Vec<u8>, written: &[u8]) {
    push(out, check_of_part(written), &[], 0);
}

/// The check of a part as it stands in an outline: its own bytes, a digest or a check.
pub(super) fn check_of_part(bytes: &[u8]) -> [u8; CHECK] {
    match bytes {
        [tag::COLLAPSED | SHORTENED, digest @ ..] if digest.len() >= CHECK => first_bytes(digest),
        _ => check_of(bytes),
    }
}

fn push(out: &mut Vec<u8>, check: [u8; CHECK], encoding: &[u8], room: usize) {
    if encoding.is_empty() || room < 2 {
        out.push(CHECK_ONLY);
        out.extend_from_slice(&check);
        return;
    }
    out.push(BEGINNING);
    out.extend_from_slice(&check);
    if encoding.len() <= room {
        out.extend_from_slice(encoding);
        return;
    }
    let start = out.len();
    shorten(out, encoding, room);
    out.truncate(start + room);
}

/// Writes an encoding with its parts shortened to a check each, but for the first one while it
/// takes no more than half of the room: it names the others (the columns of a frame, the keys of a
/// record).
fn shorten(out: &mut Vec<u8>, encoding: &[u8], room: usize) {
    let start = out.len();
    let Some(parts) = decode::parts(encoding) else {
        out.extend_from_slice(&encoding[..room]);
        return;
    };
    out.extend_from_slice(&encoding[..parts.head]);
    let names_keys = encoding[0] == tag::DICT;
    let mut is_first = true;
    for (number, part) in parts.ranges.iter().enumerate() {
        if out.len() - start >= room {
            return;
        }
        let bytes = &encoding[part.clone()];
        // A key of a dict tells which value is meant.
        let is_name = if names_keys { number % 2 == 0 } else { is_first };
        is_first = false;
        let most = if is_name { (room / 2).max(1 + CHECK) } else { 1 + CHECK };
        if bytes.len() <= most {
            out.extend_from_slice(bytes);
        } else {
            out.push(SHORTENED);
            out.extend_from_slice(&check_of_part(bytes));
        }
    }
}
