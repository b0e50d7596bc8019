//! What is kept of the call that made an entry: its arguments and the fingerprint they were joined
//! with.
//!
//! Byte form, at most [`MOST`] bytes: `version ‖ u32(process) ‖ fingerprint (32) ‖ varint(n)`, then
//! for each argument `text(name) ‖ varint(length) ‖ outline`.

use std::sync::Arc;

use super::bytes::{Malformed, Reader, push_text, push_varint};
use super::outline::{self, Outline};
use crate::digest::{DIGEST_LEN, Digest};
use crate::encode::Prefixes;

/// Version of the byte form.
const VERSION: u8 = 1;
/// No record takes more bytes.
pub const MOST: usize = 1024;
/// An argument is known by its check at least.
const LEAST: usize = 9;

/// The encodings of a call's arguments, as they were written into its key.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// What was written.
    pub bytes: &'a [u8],
    /// Where the first value begins.
    pub start: usize,
    /// Where each value ends.
    pub ends: &'a [u32],
    /// The beginnings of values that had collapsed.
    pub prefixes: Option<&'a Prefixes>,
}

impl<'a> Written<'a> {
    /// Each value's bytes, and the beginning of its encoding where it had collapsed.
    fn values(self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> {
        let mut start = self.start;
        self.ends.iter().map(move |&end| {
            let end = (end as usize).min(self.bytes.len());
            let value = &self.bytes[start.min(end)..end];
            let beginning = self.prefixes.and_then(|prefixes| prefixes.at(start));
            start = end;
            (value, beginning)
        })
    }
}

/// How much of each argument may be kept, so that all take `room` at most: short ones leave to long
/// ones what they do not need.
fn share(written: Written<'_>, room: usize) -> usize {
    let need = |(value, beginning): (&[u8], Option<&[u8]>)| {
        LEAST + beginning.map_or(value.len(), <[u8]>::len)
    };
    // Most calls have a few short arguments.
    if written.bytes.len() - written.start + LEAST * written.ends.len() <= room
        && written.prefixes.is_none()
    {
        return room;
    }
    let mut share = room / written.ends.len().max(1);
    loop {
        let (mut long, mut left) = (0, room);
        for value in written.values() {
            match need(value) {
                need if need <= share => left = left.saturating_sub(need),
                _ => long += 1,
            }
        }
        let more = left.checked_div(long).unwrap_or(room);
        if more <= share {
            return share.max(LEAST);
        }
        share = more;
    }
}

/// What is kept of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallRecord {
    /// The process that computed.
    pub process: u32,
    /// The digest of the function's fingerprint.
    pub fingerprint: Digest,
    names: Arc<[Box<str>]>,
    /// For each argument `varint(length) ‖ outline`.
    outlines: Box<[u8]>,
}

impl CallRecord {
    /// Of a call with these arguments; `names` are those of its values, in order. Without
    /// `summaries` nothing is kept of the values but a check.
    #[must_use]
    pub fn new(
        process: u32,
        fingerprint: Digest,
        names: &Arc<[Box<str>]>,
        written: Written<'_>,
        summaries: bool,
    ) -> Self {
        let taken: usize = names.iter().map(|name| name.len() + 4).sum();
        let room = MOST.saturating_sub(2 * DIGEST_LEN + taken);
        let most = if summaries { share(written, room) } else { 0 };
        let mut outlines = Vec::with_capacity(room.min(written.bytes.len()));
        let mut outline = Vec::new();
        for (value, beginning) in written.values() {
            outline.clear();
            if summaries {
                outline::write(&mut outline, value, beginning, most);
            } else {
                outline::write_check(&mut outline, value);
            }
            if outlines.len() + outline.len() > room {
                break;
            }
            push_varint(&mut outlines, outline.len() as u64);
            outlines.extend_from_slice(&outline);
        }
        let outlines = outlines.into_boxed_slice();
        Self { process, fingerprint, names: Arc::clone(names), outlines }
    }

    /// The arguments by name.
    pub fn arguments(&self) -> impl Iterator<Item = (&str, Outline<'_>)> {
        let mut reader = Reader::new(&self.outlines);
        self.names.iter().map_while(move |name| {
            let outline = reader.sized().ok().and_then(Outline::read)?;
            Some((&**name, outline))
        })
    }

    /// How many arguments are not those of `other`, at least; fewer than all are looked at once
    /// there are `enough`.
    #[must_use]
    pub fn distance(&self, other: &Self, enough: usize) -> usize {
        if self.outlines == other.outlines {
            return 0;
        }
        let mut count = 0;
        let mut others = other.arguments();
        for (name, outline) in self.arguments() {
            let is_same = match others.next() {
                Some((same, now)) if same == name => outline.is_of_same(&now),
                _ => other
                    .arguments()
                    .find(|(n, _)| *n == name)
                    .is_some_and(|(_, now)| outline.is_of_same(&now)),
            };
            count += usize::from(!is_same);
            if count >= enough {
                break;
            }
        }
        count
    }

    /// Bytes of memory beyond those of the struct.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.outlines.len()
    }

    /// The byte form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.process.to_le_bytes());
        out.extend_from_slice(self.fingerprint.as_bytes());
        let arguments: Vec<_> = self.arguments().collect();
        push_varint(&mut out, arguments.len() as u64);
        for (name, outline) in arguments {
            push_text(&mut out, name);
            push_varint(&mut out, outline.bytes().len() as u64);
            out.extend_from_slice(outline.bytes());
        }
        out
    }

    /// Reads the byte form.
    ///
    /// # Errors
    /// If the bytes are of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.byte()? != VERSION {
            return Err(Malformed);
        }
        let process = reader.u32()?;
        let fingerprint = reader.digest()?;
        let count = reader.length()?;
        let (mut names, mut outlines) = (Vec::new(), Vec::new());
        for _ in 0..count {
            names.push(Box::from(reader.text()?));
            let outline = reader.sized()?;
            Outline::read(outline).ok_or(Malformed)?;
            push_varint(&mut outlines, outline.len() as u64);
            outlines.extend_from_slice(outline);
        }
        reader.end()?;
        Ok(Self { process, fingerprint, names: names.into(), outlines: outlines.into() })
    }
}
