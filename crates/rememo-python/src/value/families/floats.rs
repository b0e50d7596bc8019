//! Bytes of numbers in arrays, so that equal values have equal bytes: every NaN of a type is one, and the
//! padding of long doubles is zero.

use rememo::encode::{Writer, tag};

/// From this length on several threads look for NaN.
const PARALLEL_SCAN: usize = 8 << 20;
/// So many bytes are made canonical at a time.
const CHUNK: usize = 1 << 20;

/// What in the bytes of an element may differ without the value being another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// Nothing.
    Exact,
    /// The payload of NaN; width in bytes, and whether the bytes are in the other order than the machine's.
    Float { width: usize, swapped: bool },
    /// The payload of NaN, and the six bytes after an 80-bit float of the x87.
    Extended,
}

impl Bits {
    /// The floating-point type of this kind (`f`, `c`) and size, as numpy tells it.
    pub fn of(kind: u8, size: usize, swapped: bool) -> Self {
        let width = match kind {
            b'f' => size,
            b'c' => size / 2,
            _ => return Self::Exact,
        };
        match width {
            2 | 4 | 8 => Self::Float { width, swapped },
            16 if cfg!(target_arch = "x86_64") => Self::Extended,
            16 => Self::Float { width, swapped },
            _ => Self::Exact,
        }
    }

    /// Whether one element is a NaN, for widths up to eight bytes.
    pub fn is_nan(self, bytes: &[u8]) -> bool {
        self.suspect(bytes)
    }

    /// Whether some element has a bit pattern that is not canonical, as far as it can be told quickly.
    fn suspect(self, bytes: &[u8]) -> bool {
        match self {
            Self::Exact => false,
            Self::Extended => true,
            Self::Float { width: 8, swapped: false } => {
                any(bytes, |word: [u8; 8]| f64::from_ne_bytes(word).is_nan())
            }
            Self::Float { width: 4, swapped: false } => {
                any(bytes, |word: [u8; 4]| f32::from_ne_bytes(word).is_nan())
            }
            Self::Float { width: 2, swapped } => any(bytes, |word: [u8; 2]| {
                let bits = u16::from_ne_bytes(word);
                let bits = if swapped { bits.swap_bytes() } else { bits };
                bits & 0x7FFF > 0x7C00
            }),
            Self::Float { .. } => true,
        }
    }

    /// Gives every NaN its one form.
    pub fn canonicalise(self, bytes: &mut [u8]) {
        match self {
            Self::Exact => {}
            Self::Extended => {
                for word in bytes.as_chunks_mut::<16>().0 {
                    word[10..].fill(0);
                    let mantissa = u64::from_le_bytes([
                        word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7],
                    ]);
                    if word[8] == 0xFF && word[9] & 0x7F == 0x7F && mantissa << 1 != 0 {
                        word[..10].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0xC0, 0xFF, 0x7F]);
                    }
                }
            }
            Self::Float { width, swapped } => match width {
                2 => replace(bytes, swapped, |bits: u16| bits & 0x7FFF > 0x7C00, 0x7E00),
                4 => {
                    replace(bytes, swapped, |bits: u32| f32::from_bits(bits).is_nan(), 0x7FC0_0000)
                }
                8 => replace(
                    bytes,
                    swapped,
                    |bits: u64| f64::from_bits(bits).is_nan(),
                    0x7FF8_0000_0000_0000,
                ),
                _ => replace(
                    bytes,
                    swapped,
                    |bits: u128| bits & (u128::MAX >> 1) > 0x7FFF << 112,
                    0x7FFF_8000 << 96,
                ),
            },
        }
    }
}

fn any<const N: usize>(bytes: &[u8], is_nan: impl Fn([u8; N]) -> bool) -> bool {
    let words = bytes.as_chunks::<N>().0;
    // A block at a time, without a branch for each word, which the compiler makes vector instructions of.
    words.chunks(512).any(|block| block.iter().fold(false, |found, word| found | is_nan(*word)))
}

trait Word: Copy {
    type Bytes: AsRef<[u8]>;
    const WIDTH: usize;
    fn read(bytes: &[u8]) -> Self;
    fn swap(self) -> Self;
    fn bytes(self) -> Self::Bytes;
}

macro_rules! words {
    ($($t:ty),*) => {$(
        impl Word for $t {
            type Bytes = [u8; std::mem::size_of::<$t>()];
            const WIDTH: usize = std::mem::size_of::<$t>();
            fn read(bytes: &[u8]) -> Self {
                let mut word = [0; Self::WIDTH];
                word.copy_from_slice(bytes);
                Self::from_ne_bytes(word)
            }
            fn swap(self) -> Self {
                self.swap_bytes()
            }
            fn bytes(self) -> Self::Bytes {
                self.to_ne_bytes()
            }
        }
    )*};
}
words!(u16, u32, u64, u128);

fn replace<W: Word>(bytes: &mut [u8], swapped: bool, is_nan: impl Fn(W) -> bool, nan: W) {
    let order = |word: W| if swapped { word.swap() } else { word };
    for place in bytes.chunks_exact_mut(W::WIDTH) {
        if is_nan(order(W::read(place))) {
            place.copy_from_slice(order(nan).bytes().as_ref());
        }
    }
}

/// Whether a buffer has to be made canonical, looked for by several threads if it is long.
fn suspect(bits: Bits, bytes: &[u8]) -> bool {
    if bits == Bits::Exact || bytes.len() < PARALLEL_SCAN {
        return bits.suspect(bytes);
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(8);
    let share = (bytes.len() / threads).next_multiple_of(4096).max(4096);
    std::thread::scope(|scope| {
        let parts: Vec<_> =
            bytes.chunks(share).map(|part| scope.spawn(move || bits.suspect(part))).collect();
        parts.into_iter().fold(false, |found, part| found | part.join().unwrap_or(true))
    })
}

/// Appends elements to the innermost frame.
pub fn write(writer: &mut Writer, bits: Bits, bytes: &[u8]) {
    if !suspect(bits, bytes) {
        writer.bulk(bytes);
        return;
    }
    let mut copy = Vec::with_capacity(bytes.len().min(CHUNK));
    for chunk in bytes.chunks(CHUNK) {
        copy.clear();
        copy.extend_from_slice(chunk);
        bits.canonicalise(&mut copy);
        writer.bulk(&copy);
    }
}

/// Appends a buffer as a value of its own.
pub fn write_buffer(writer: &mut Writer, bits: Bits, bytes: &[u8]) {
    let description = format!("buffer {bits:?}");
    let done: Result<(), std::convert::Infallible> =
        writer.recalled(description.as_bytes(), &[bytes], |writer| {
            writer.open();
            writer.head(tag::BUFFER, bytes.len());
            write(writer, bits, bytes);
            writer.close();
            Ok(())
        });
    let Ok(()) = done;
}

/// A buffer whose elements are appended piece by piece.
pub struct Buffer<'w> {
    writer: &'w mut Writer,
    bits: Bits,
    pending: Vec<u8>,
}

impl<'w> Buffer<'w> {
    /// Begins a buffer of `len` bytes.
    pub fn begin(writer: &'w mut Writer, bits: Bits, len: usize) -> Self {
        writer.open();
        writer.head(tag::BUFFER, len);
        Self { writer, bits, pending: Vec::new() }
    }

    /// Appends whole elements.
    pub fn push(&mut self, bytes: &[u8]) {
        if bytes.len() >= CHUNK {
            self.flush();
            write(self.writer, self.bits, bytes);
            return;
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= CHUNK {
            self.flush();
        }
    }

    /// Appends elements that are written into the space they are given.
    pub fn push_with(&mut self, len: usize, fill: impl FnOnce(&mut [u8])) {
        let start = self.pending.len();
        self.pending.resize(start + len, 0);
        fill(&mut self.pending[start..]);
        if self.pending.len() >= CHUNK {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.bits.canonicalise(&mut self.pending);
        self.writer.bulk(&self.pending);
        self.pending.clear();
    }

    /// Ends the buffer.
    pub fn end(mut self) {
        self.flush();
        self.writer.close();
    }
}
