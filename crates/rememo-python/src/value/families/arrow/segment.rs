//! Stretches of chunks, and bits: which elements are there.

use rememo::encode::Writer;

use super::super::floats::{Bits, Buffer};
use super::abi::ArrowArray;

/// Some elements of one chunk, which stand one after the other.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    /// The chunk.
    pub array: &'a ArrowArray,
    /// Position of the first one in the buffers.
    pub start: usize,
    /// How many there are.
    pub len: usize,
}

impl<'a> Segment<'a> {
    /// All elements of a chunk.
    pub fn whole(array: &'a ArrowArray) -> Self {
        Self { array, start: array.offset(), len: array.len() }
    }

    /// Elements of a child array, by their positions as the child counts them.
    pub fn of_child(child: &'a ArrowArray, from: usize, len: usize) -> Self {
        Self { array: child, start: child.offset() + from, len }
    }

    /// Whether an element is there.
    pub fn is_valid(&self, i: usize) -> bool {
        self.array.has_no_nulls() || bit(self.validity(), (self.start & 7) + i)
    }

    /// The bytes that hold the validity of its elements, from the byte of the first one on.
    pub fn validity(&self) -> &'a [u8] {
        let first = self.start / 8;
        self.array.buffer(0, first, (self.start + self.len).div_ceil(8) - first)
    }

    /// Whether any element is missing.
    pub fn has_nulls(&self) -> bool {
        !self.array.has_no_nulls()
            && count_ones(self.validity(), self.start & 7, self.len) < self.len
    }

    /// Calls `visit` with each run of elements that are there.
    pub fn valid_runs(&self, mut visit: impl FnMut(usize, usize)) {
        if !self.has_nulls() {
            if self.len > 0 {
                visit(0, self.len);
            }
            return;
        }
        let bits = self.validity();
        let shift = self.start & 7;
        let mut i = 0;
        while i < self.len {
            while i < self.len && !bit(bits, shift + i) {
                i += 1;
            }
            let from = i;
            while i < self.len && bit(bits, shift + i) {
                i += 1;
            }
            if i > from {
                visit(from, i - from);
            }
        }
    }
}

/// Whether a bit is set, the lowest of each byte first.
pub fn bit(bytes: &[u8], i: usize) -> bool {
    bytes.get(i / 8).is_some_and(|byte| byte >> (i & 7) & 1 == 1)
}

fn count_ones(bytes: &[u8], shift: usize, len: usize) -> usize {
    let end = shift + len;
    let mut count = 0;
    for (i, &byte) in bytes.iter().enumerate() {
        let mut byte = byte;
        if i == 0 {
            byte &= 0xFF << shift;
        }
        let last = end - i * 8;
        if last < 8 {
            byte &= (1 << last) - 1;
        }
        count += byte.count_ones() as usize;
        if last <= 8 {
            break;
        }
    }
    count
}

/// Bits one after the other, the lowest first.
pub struct Bitmap {
    bytes: Vec<u8>,
    len: usize,
}

impl Bitmap {
    /// No bits yet.
    pub fn with_capacity(len: usize) -> Self {
        Self { bytes: Vec::with_capacity(len / 8 + 1), len: 0 }
    }

    /// One bit.
    pub fn push(&mut self, bit: bool) {
        if self.len & 7 == 0 {
            self.bytes.push(0);
        }
        if bit && let Some(last) = self.bytes.last_mut() {
            *last |= 1 << (self.len & 7);
        }
        self.len += 1;
    }

    /// So many set bits.
    pub fn extend_ones(&mut self, mut n: usize) {
        while n > 0 && (self.len & 7 != 0 || n < 8) {
            self.push(true);
            n -= 1;
        }
        self.bytes.resize(self.bytes.len() + n / 8, 0xFF);
        self.len += n / 8 * 8;
        for _ in 0..n % 8 {
            self.push(true);
        }
    }

    /// Bits out of bytes, from bit `shift` on.
    pub fn extend(&mut self, bytes: &[u8], shift: usize, len: usize) {
        if self.len & 7 == 0 {
            let whole = len / 8;
            if shift == 0 {
                self.bytes.extend_from_slice(&bytes[..whole]);
            } else {
                self.bytes.extend(
                    bytes
                        .windows(2)
                        .take(whole)
                        .map(|pair| pair[0] >> shift | pair[1] << (8 - shift)),
                );
            }
            self.len += whole * 8;
            for i in whole * 8..len {
                self.push(bit(bytes, shift + i));
            }
            return;
        }
        for i in 0..len {
            self.push(bit(bytes, shift + i));
        }
    }

    /// As a buffer, the last byte filled up with zeros.
    pub fn write(self, writer: &mut Writer) {
        let buffer = Buffer::begin(writer, Bits::Exact, self.bytes.len());
        let mut buffer = buffer;
        buffer.push(&self.bytes);
        buffer.end();
    }
}

/// Adds elements of a child, to the last stretch if they follow it.
pub fn push_segment<'a>(
    segments: &mut Vec<Segment<'a>>,
    child: &'a ArrowArray,
    from: usize,
    len: usize,
) {
    let start = child.offset() + from;
    match segments.last_mut() {
        Some(last) if std::ptr::eq(last.array, child) && last.start + last.len == start => {
            last.len += len;
        }
        _ => segments.push(Segment { array: child, start, len }),
    }
}
