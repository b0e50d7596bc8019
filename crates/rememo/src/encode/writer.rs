//! Writes encodings: framed bytes that collapse to a digest when they grow.
//!
//! The writer keeps one buffer for all open frames. Only the innermost frame grows, so a frame that
//! outgrows the buffer feeds its part to a hasher of its own and the buffer stays small.

use std::cell::RefCell;

use crate::digest::Digest;

/// The longest encoding that stands in its parent as it is; a longer one is replaced by its digest.
pub const INLINE_LIMIT: usize = 1024;
/// From this many buffered bytes on a frame feeds its hasher.
const FLUSH_LIMIT: usize = 64 * 1024;
/// From this length on one contiguous buffer is hashed by several threads.
pub const PARALLEL_LIMIT: usize = 512 * 1024;

/// The first byte of each encoding; `docs/encoding.md` is the reference.
pub mod tag {
    #![allow(missing_docs)]
    pub const NONE: u8 = 0x00;
    pub const FALSE: u8 = 0x01;
    pub const TRUE: u8 = 0x02;
    pub const INT64: u8 = 0x03;
    pub const INT_BIG: u8 = 0x04;
    pub const FLOAT: u8 = 0x05;
    pub const COMPLEX: u8 = 0x06;
    pub const STR: u8 = 0x07;
    pub const BYTES: u8 = 0x08;
    pub const BYTEARRAY: u8 = 0x09;
    pub const ELLIPSIS: u8 = 0x0A;
    pub const NOT_IMPLEMENTED: u8 = 0x0B;
    pub const LIST: u8 = 0x10;
    pub const TUPLE: u8 = 0x11;
    pub const DICT: u8 = 0x12;
    pub const SET: u8 = 0x13;
    pub const FROZENSET: u8 = 0x14;
    pub const RECORD: u8 = 0x20;
    pub const INSTANCE: u8 = 0x21;
    pub const BUFFER: u8 = 0x22;
    pub const USER_CODE: u8 = 0x28;
    pub const LIBRARY_CODE: u8 = 0x29;
    pub const DEPENDENCY: u8 = 0x2A;
    pub const CYCLE: u8 = 0x30;
    pub const HOLE: u8 = 0x31;
    pub const MEMBER: u8 = 0x32;
    pub const COLLAPSED: u8 = 0x3F;
}

struct Frame {
    start: usize,
    hasher: Option<Box<blake3::Hasher>>,
}

/// Whether the pool of threads may be used: a child made by fork inherits a pool without its threads, in which
/// work would wait for ever.
fn may_use_threads() -> bool {
    static PROCESS: std::sync::OnceLock<u32> = std::sync::OnceLock::new();
    let own = std::process::id();
    *PROCESS.get_or_init(|| own) == own
}

/// Appends encodings to nested frames.
///
/// ```
/// use rememo::encode::{Writer, tag};
/// let mut writer = Writer::default();
/// writer.open();
/// writer.head(tag::LIST, 1);
/// writer.int(7);
/// writer.close();
/// assert_eq!(writer.bytes(), [0x10, 1, 0x03, 7, 0, 0, 0, 0, 0, 0, 0]);
/// ```
pub struct Writer {
    buf: Vec<u8>,
    frames: Vec<Frame>,
    #[expect(
        clippy::vec_box,
        reason = "a hasher moves between here and its frame: 2 KiB, or a pointer"
    )]
    spare: Vec<Box<blake3::Hasher>>,
    refs: Vec<u32>,
    hashed: u64,
    keeps_prefixes: bool,
    /// Made when there is the first.
    prefixes: Option<Box<Prefixes>>,
}

/// The beginnings of the encodings of values that collapsed: so much of them is still there to be
/// shown to people.
#[derive(Debug, Default)]
pub struct Prefixes {
    bytes: Vec<u8>,
    /// Where each value stands in the writer, and where its beginning ends in `bytes`.
    ends: Vec<(usize, usize)>,
    /// Whether the last beginning belongs to the frame that is open.
    is_open: bool,
}

/// So much is kept of the beginning of one value.
const PREFIX: usize = 4096;

impl Prefixes {
    /// The beginning of the encoding of the value that stands at `position` in the writer.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<&[u8]> {
        let i = self.ends.iter().position(|(at, _)| *at == position)?;
        let start = if i == 0 { 0 } else { self.ends[i - 1].1 };
        self.bytes.get(start..self.ends[i].1)
    }

    /// Adds to the beginning of the value that stands at `position`.
    fn keep(&mut self, position: usize, bytes: &[u8]) {
        if !self.is_open {
            self.is_open = true;
            self.ends.push((position, self.bytes.len()));
        }
        let start = if self.ends.len() < 2 { 0 } else { self.ends[self.ends.len() - 2].1 };
        let room = PREFIX.saturating_sub(self.bytes.len() - start);
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if let Some(last) = self.ends.last_mut() {
            last.1 = self.bytes.len();
        }
    }
}

/// Buffers up to this size are kept for the next writer of the thread, and so many of them.
const POOLED_SIZE: usize = 4 * FLUSH_LIMIT;
const POOLED: usize = 8;

thread_local! {
    static POOL: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

impl Default for Writer {
    fn default() -> Self {
        let pooled = POOL.try_with(|pool| pool.borrow_mut().pop()).ok().flatten();
        Self {
            buf: pooled.unwrap_or_else(|| Vec::with_capacity(INLINE_LIMIT)),
            frames: Vec::new(),
            spare: Vec::new(),
            refs: Vec::new(),
            hashed: 0,
            keeps_prefixes: false,
            prefixes: None,
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let mut buf = std::mem::take(&mut self.buf);
        if buf.capacity() == 0 || buf.capacity() > POOLED_SIZE {
            return;
        }
        buf.clear();
        // While a thread ends its pool is gone already.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < POOLED {
                pool.push(buf);
            }
        });
    }
}

impl Writer {
    /// From here on the beginnings of outermost values that collapse are kept.
    pub fn keep_prefixes(&mut self) {
        self.keeps_prefixes = true;
    }

    /// The beginnings that were kept.
    #[must_use]
    pub fn prefixes(&self) -> Option<&Prefixes> {
        self.prefixes.as_deref()
    }

    /// Begins the encoding of a value; whatever is written until [`close`](Self::close) belongs to it.
    #[inline]
    pub fn open(&mut self) {
        self.frames.push(Frame { start: self.buf.len(), hasher: None });
    }

    /// Ends the innermost frame and collapses it if it is long; where its bytes begin.
    ///
    /// # Panics
    /// If no frame is open: a defect of the caller.
    #[inline]
    pub fn close(&mut self) -> usize {
        let frame = self.frames.pop().expect("a frame is open");
        let start = frame.start;
        if frame.hasher.is_some() || self.buf.len() - start > INLINE_LIMIT {
            self.collapse(frame);
        }
        start
    }

    #[cold]
    fn collapse(&mut self, frame: Frame) {
        let pending = &self.buf[frame.start..];
        if self.keeps_prefixes && self.frames.is_empty() {
            let prefixes = self.prefixes.get_or_insert_default();
            prefixes.keep(frame.start, pending);
            prefixes.is_open = false;
        }
        self.hashed += pending.len() as u64;
        let digest = match frame.hasher {
            None => blake3::hash(pending),
            Some(mut hasher) => {
                hasher.update(pending);
                let digest = hasher.finalize();
                hasher.reset();
                self.spare.push(hasher);
                digest
            }
        };
        self.buf.truncate(frame.start);
        self.buf.push(tag::COLLAPSED);
        self.buf.extend_from_slice(digest.as_bytes());
    }

    /// Feeds what the innermost frame has buffered to its hasher, if it is much.
    /// Not to be called while the innermost frame is a set, whose elements have yet to be sorted.
    #[inline]
    pub fn flush_if_long(&mut self) {
        if let Some(frame) = self.frames.last()
            && self.buf.len() - frame.start > FLUSH_LIMIT
        {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let spare = &mut self.spare;
        let is_outermost = self.frames.len() == 1;
        if let Some(frame) = self.frames.last_mut() {
            if is_outermost && self.keeps_prefixes {
                let prefixes = self.prefixes.get_or_insert_default();
                prefixes.keep(frame.start, &self.buf[frame.start..]);
            }
            let hasher = frame.hasher.get_or_insert_with(|| spare.pop().unwrap_or_default());
            hasher.update(&self.buf[frame.start..]);
            self.hashed += (self.buf.len() - frame.start) as u64;
            self.buf.truncate(frame.start);
        }
    }

    /// Appends many bytes at once to the innermost frame without copying them into the buffer,
    /// in parallel when there are very many.
    pub fn bulk(&mut self, bytes: &[u8]) {
        if bytes.len() < 4096 || self.frames.is_empty() {
            self.buf.extend_from_slice(bytes);
            return;
        }
        self.flush();
        self.hashed += bytes.len() as u64;
        if let Some(prefixes) = &mut self.prefixes
            && let [frame] = &self.frames[..]
        {
            prefixes.keep(frame.start, bytes);
        }
        if let Some(Frame { hasher: Some(hasher), .. }) = self.frames.last_mut() {
            if bytes.len() >= PARALLEL_LIMIT && may_use_threads() {
                hasher.update_rayon(bytes);
            } else {
                hasher.update(bytes);
            }
        }
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self, byte: u8) {
        self.buf.push(byte);
    }

    /// Bytes as they are, without a frame of their own.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.buf.extend_from_slice(bytes);
    }

    /// An unsigned LEB128 number.
    #[inline]
    pub fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.buf.push((n as u8 & 0x7F) | 0x80);
            n >>= 7;
        }
        self.buf.push(n as u8);
    }

    /// A tag and a count.
    #[inline]
    pub fn head(&mut self, tag: u8, n: usize) {
        self.buf.push(tag);
        self.varint(n as u64);
    }

    /// The `int` in the range of 64 bits.
    #[inline]
    pub fn int(&mut self, value: i64) {
        let mut bytes = [0_u8; 9];
        bytes[0] = tag::INT64;
        bytes[1..].copy_from_slice(&value.to_le_bytes());
        self.buf.extend_from_slice(&bytes);
    }

    /// The `float`; all NaNs are one.
    #[inline]
    pub fn float(&mut self, value: f64) {
        self.buf.push(tag::FLOAT);
        self.float_bits(value);
    }

    /// The eight bytes of a float without a tag; all NaNs are one.
    #[inline]
    pub fn float_bits(&mut self, value: f64) {
        let bits = if value.is_nan() { 0x7ff8_0000_0000_0000 } else { value.to_bits() };
        self.buf.extend_from_slice(&bits.to_le_bytes());
    }

    /// The `str` with these UTF-8 bytes (lone surrogates as three bytes).
    #[inline]
    pub fn str(&mut self, text: &[u8]) {
        self.bytes_like(tag::STR, text);
    }

    /// A tag, a length and bytes; collapses by itself when long.
    #[inline]
    pub fn bytes_like(&mut self, tag: u8, bytes: &[u8]) {
        if bytes.len() < INLINE_LIMIT - 8 {
            self.head(tag, bytes.len());
            self.buf.extend_from_slice(bytes);
        } else {
            self.open();
            self.head(tag, bytes.len());
            self.bulk(bytes);
            self.close();
        }
    }

    /// `text` without a tag: length and UTF-8.
    #[inline]
    pub fn text(&mut self, text: &str) {
        self.varint(text.len() as u64);
        self.buf.extend_from_slice(text.as_bytes());
    }

    /// Head of a record: tag, kind, number of parts.
    pub fn record(&mut self, kind: &str, parts: usize) {
        self.buf.push(tag::RECORD);
        self.text(kind);
        self.varint(parts as u64);
    }

    /// Notes that the encoding so far refers to dependency `node`.
    pub fn refer(&mut self, node: u32) {
        self.refs.push(node);
    }

    /// The dependencies referred to, in order.
    #[must_use]
    pub fn refs(&self) -> &[u32] {
        &self.refs
    }

    /// Takes the dependencies referred to.
    pub fn take_refs(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.refs)
    }

    /// Takes back the references from position `from` on, for elements that are yet to be sorted.
    pub fn split_refs(&mut self, from: usize) -> Vec<u32> {
        self.refs.split_off(from)
    }

    /// What has been written since the last collapse; the whole encoding once all frames are closed.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.buf
    }

    /// Where the next byte goes.
    #[must_use]
    pub fn position(&self) -> usize {
        self.buf.len()
    }

    /// Takes the bytes from `at` on out of the buffer.
    pub fn split_off(&mut self, at: usize) -> Vec<u8> {
        self.buf.split_off(at)
    }

    /// How many frames are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Counts bytes whose digest was known.
    pub(super) fn count_hashed(&mut self, bytes: u64) {
        self.hashed += bytes;
    }

    /// Bytes hashed so far: grows whenever something collapses.
    #[must_use]
    pub fn hashed(&self) -> u64 {
        self.hashed
    }

    /// Bytes hashed and buffered so far: a measure of the value's size.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.hashed + self.buf.len() as u64
    }

    /// Gives up the frames that are open and all bytes from `start` on.
    pub fn drop_frames(&mut self, start: usize) {
        self.frames.clear();
        self.buf.truncate(start);
        if let Some(prefixes) = &mut self.prefixes {
            prefixes.is_open = false;
        }
    }

    /// Appends a whole encoding made by another writer, collapsed if it is long.
    pub fn append_collapsed(&mut self, mut other: Self) {
        if other.buf.len() > INLINE_LIMIT {
            let digest = blake3::hash(&other.buf);
            self.buf.push(tag::COLLAPSED);
            self.buf.extend_from_slice(digest.as_bytes());
        } else {
            self.buf.extend_from_slice(&other.buf);
        }
        self.hashed += other.total();
        self.refs.append(&mut other.refs);
    }

    /// Sorts the elements of a set: `starts` are their positions in the buffer, the last one ends it.
    pub fn sort_elements(&mut self, starts: &[usize]) -> Vec<usize> {
        let Some(&first) = starts.first() else { return Vec::new() };
        let end = self.buf.len();
        let mut order: Vec<usize> = (0..starts.len()).collect();
        let slice = |i: usize| &self.buf[starts[i]..starts.get(i + 1).copied().unwrap_or(end)];
        order.sort_by(|&a, &b| slice(a).cmp(slice(b)));
        let mut sorted = Vec::with_capacity(end - first);
        for &i in &order {
            sorted.extend_from_slice(slice(i));
        }
        self.buf.truncate(first);
        self.buf.extend_from_slice(&sorted);
        order
    }

    /// Empties the writer and keeps its memory.
    pub fn reset(&mut self) {
        self.buf.clear();
        self.frames.clear();
        self.refs.clear();
        self.hashed = 0;
    }

    /// The digest of everything written.
    ///
    /// # Panics
    /// If a frame is open: a defect of the caller.
    #[must_use]
    pub fn digest(&self) -> Digest {
        assert!(self.frames.is_empty(), "a frame is open");
        Digest::of(&self.buf)
    }
}
