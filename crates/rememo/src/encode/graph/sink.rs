//! Where the bytes of one node go: kept while they are few, hashed on the way when they are many.

use super::Hash;
use crate::encode::{INLINE_LIMIT, tag};

/// From this many bytes on they are fed to a hasher.
const FLUSH_OVER: usize = 64 * 1024;

/// Collects bytes to be hashed or, if they stay few, kept.
#[derive(Default)]
pub(super) struct Sink {
    buffer: Vec<u8>,
    hasher: Option<Box<blake3::Hasher>>,
}

impl Sink {
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() <= FLUSH_OVER {
            self.buffer.extend_from_slice(bytes);
            return;
        }
        let hasher = self.hasher.get_or_insert_default();
        hasher.update(&self.buffer);
        hasher.update(bytes);
        self.buffer.clear();
    }

    /// Takes the few bytes that `write` appends.
    pub(super) fn put_by(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
    }

    pub(super) fn into_hash(self) -> Hash {
        match self.hasher {
            None => *blake3::hash(&self.buffer).as_bytes(),
            Some(mut hasher) => *hasher.update(&self.buffer).finalize().as_bytes(),
        }
    }

    /// `C` of the encoding that was put in.
    pub(super) fn into_collapsed(self) -> Vec<u8> {
        if self.hasher.is_none() {
            return collapse(self.buffer);
        }
        collapsed(&self.into_hash())
    }
}

/// `C` of an encoding.
pub(super) fn collapse(encoding: Vec<u8>) -> Vec<u8> {
    if encoding.len() <= INLINE_LIMIT {
        return encoding;
    }
    collapsed(blake3::hash(&encoding).as_bytes())
}

fn collapsed(hash: &Hash) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + hash.len());
    bytes.push(tag::COLLAPSED);
    bytes.extend_from_slice(hash);
    bytes
}

/// The elements of one set, kept in one buffer while they are sorted.
#[derive(Default)]
pub(super) struct Elements {
    bytes: Vec<u8>,
    ranges: Vec<(usize, usize)>,
}

impl Elements {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.ranges.clear();
    }

    pub(super) fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        write(&mut self.bytes);
        self.ranges.push((start, self.bytes.len()));
    }

    pub(super) fn write_sorted(&mut self, sink: &mut Sink) {
        let bytes = &self.bytes;
        self.ranges.sort_by(|a, b| bytes[a.0..a.1].cmp(&bytes[b.0..b.1]));
        for &(start, end) in &self.ranges {
            sink.put(&bytes[start..end]);
        }
    }
}
