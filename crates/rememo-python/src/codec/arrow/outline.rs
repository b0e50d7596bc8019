//! Everything about Arrow data but its buffers, as bytes and back.
//!
//! Numbers are 64 bits, little-endian; text and bytes have their length before them. A schema: format, name,
//! metadata (as the interface lays it out), flags, its children (their number first), 1 and the dictionary, or 0. Then the
//! number of chunks, and each: length, number of missing values, offset, for each buffer (their number first) 0 or one more than its
//! number, then the children and the dictionary that the schema speaks of.

use super::Part;
use crate::value::families::arrow::abi::{ArrowArray, ArrowSchema};

/// A type.
pub struct Schema {
    pub format: Vec<u8>,
    pub name: Vec<u8>,
    pub metadata: Option<Vec<u8>>,
    pub flags: i64,
    pub children: Vec<Schema>,
    pub dictionary: Option<Box<Schema>>,
}

/// Values of a type.
pub struct Array {
    pub length: i64,
    pub null_count: i64,
    pub offset: i64,
    pub buffers: Vec<Option<Part>>,
    pub children: Vec<Array>,
    pub dictionary: Option<Box<Array>>,
}

/// Types nest no deeper.
const DEPTH: usize = 64;

/// An outline, and the buffers that it speaks of.
#[derive(Default)]
pub struct Outline {
    /// The outline.
    pub bytes: Vec<u8>,
    /// Address and length of each buffer.
    pub buffers: Vec<(usize, usize)>,
}

impl Outline {
    /// The outline of data; none if there are types of other layouts.
    pub fn of<'a>(
        schema: &ArrowSchema,
        chunks: impl ExactSizeIterator<Item = &'a ArrowArray>,
    ) -> Option<Self> {
        let mut outline = Self::default();
        outline.schema(schema, DEPTH)?;
        outline.number(chunks.len() as u64);
        for chunk in chunks {
            outline.array(schema, chunk)?;
        }
        Some(outline)
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_le_bytes());
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text);
    }

    fn schema(&mut self, schema: &ArrowSchema, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        self.text(schema.format().as_bytes());
        self.text(schema.name().as_bytes());
        let mut metadata = Vec::new();
        let pairs = schema.metadata();
        if !pairs.is_empty() {
            let number = |n: usize| i32::try_from(n).ok().map(i32::to_le_bytes);
            metadata.extend(number(pairs.len())?);
            for (key, value) in pairs {
                for bytes in [key, value] {
                    metadata.extend(number(bytes.len())?);
                    metadata.extend_from_slice(bytes);
                }
            }
        }
        self.text(&metadata);
        self.number(schema.flags() as u64);
        self.number(schema.children().count() as u64);
        for child in schema.children() {
            self.schema(child, depth)?;
        }
        self.number(u64::from(schema.dictionary().is_some()));
        schema.dictionary().map_or(Some(()), |dictionary| self.schema(dictionary, depth))
    }

    fn array(&mut self, schema: &ArrowSchema, array: &ArrowArray) -> Option<()> {
        self.number(array.length as u64);
        self.number(array.null_count as u64);
        self.number(array.offset as u64);
        let lengths = lengths(schema.format(), array)?;
        self.number(lengths.len() as u64);
        for (i, len) in lengths.into_iter().enumerate() {
            let address = array.pointer(i) as usize;
            if address == 0 {
                self.number(0);
                continue;
            }
            self.buffers.push((address, len));
            self.number(self.buffers.len() as u64);
        }
        for (i, child) in schema.children().enumerate() {
            self.array(child, array.child(i)?)?;
        }
        match schema.dictionary() {
            Some(dictionary) => self.array(dictionary, array.dictionary()?),
            None => Some(()),
        }
    }

    /// What an outline says, over these buffers; none if it is damaged.
    pub fn read(bytes: &[u8], buffers: &[Part]) -> Option<(Schema, Vec<Array>)> {
        let mut reader = Reader { bytes, buffers };
        let schema = reader.schema(DEPTH)?;
        let n = reader.count()?;
        let chunks = (0..n).map(|_| reader.array(&schema)).collect::<Option<Vec<_>>>()?;
        reader.bytes.is_empty().then_some((schema, chunks))
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    buffers: &'a [Part],
}

impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.bytes.split_first_chunk::<8>()?;
        self.bytes = rest;
        Some(u64::from_le_bytes(*number))
    }

    /// How many of something follow, each of a byte at least.
    fn count(&mut self) -> Option<usize> {
        let n = usize::try_from(self.number()?).ok()?;
        (n <= self.bytes.len()).then_some(n)
    }

    fn text(&mut self) -> Option<Vec<u8>> {
        let len = self.count()?;
        let (text, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        Some(text.to_vec())
    }

    fn schema(&mut self, depth: usize) -> Option<Schema> {
        let depth = depth.checked_sub(1)?;
        let (format, name, metadata) = (self.text()?, self.text()?, self.text()?);
        let flags = self.number()? as i64;
        let n = self.count()?;
        let children = (0..n).map(|_| self.schema(depth)).collect::<Option<Vec<_>>>()?;
        let dictionary = match self.number()? {
            0 => None,
            _ => Some(Box::new(self.schema(depth)?)),
        };
        let metadata = (!metadata.is_empty()).then_some(metadata);
        Some(Schema { format, name, metadata, flags, children, dictionary })
    }

    fn array(&mut self, schema: &Schema) -> Option<Array> {
        let (length, null_count, offset) =
            (self.number()? as i64, self.number()? as i64, self.number()? as i64);
        let n = self.count()?;
        let buffers = (0..n)
            .map(|_| match usize::try_from(self.number()?).ok()? {
                0 => Some(None),
                number => Some(Some(self.buffers.get(number - 1)?.clone())),
            })
            .collect::<Option<Vec<_>>>()?;
        let children =
            schema.children.iter().map(|child| self.array(child)).collect::<Option<Vec<_>>>()?;
        let dictionary = match &schema.dictionary {
            Some(dictionary) => Some(Box::new(self.array(dictionary)?)),
            None => None,
        };
        Some(Array { length, null_count, offset, buffers, children, dictionary })
    }
}

/// Length in bytes of each buffer of an array, by the layout of its type; none for layouts that polars does not use.
fn lengths(format: &str, array: &ArrowArray) -> Option<Vec<usize>> {
    let end = array.offset().checked_add(array.len())?;
    let bits = end.div_ceil(8);
    let fixed = |width: usize| Some(vec![bits, end.checked_mul(width)?]);
    // Arrays without elements may have no offsets.
    let last = |wide: bool| -> usize {
        if wide {
            array.buffer::<i64>(1, end, 1).first().map_or(0, |&n| n as usize)
        } else {
            array.buffer::<i32>(1, end, 1).first().map_or(0, |&n| n as usize)
        }
    };
    let offsets = |width: usize| (end + 1) * width;
    let (first, rest) = format.split_at_checked(1)?;
    match first {
        "n" => Some(vec![]),
        "b" => Some(vec![bits, bits]),
        "c" | "C" => fixed(1),
        "s" | "S" | "e" => fixed(2),
        "i" | "I" | "f" => fixed(4),
        "l" | "L" | "g" => fixed(8),
        "u" | "z" => Some(vec![bits, offsets(4), last(false)]),
        "U" | "Z" => Some(vec![bits, offsets(8), last(true)]),
        "w" => fixed(rest.strip_prefix(':')?.parse().ok()?),
        "d" => {
            let width = rest.split(',').nth(2).map_or(Some(128), |bits| bits.parse().ok())?;
            fixed(width / 8)
        }
        // Dates, times of day, times (with a zone after them), durations.
        "t" => match rest.get(..2)? {
            "dD" | "ts" | "tm" => fixed(4),
            "dm" | "tu" | "tn" => fixed(8),
            "ss" | "sm" | "su" | "sn" | "Ds" | "Dm" | "Du" | "Dn" => fixed(8),
            _ => None,
        },
        "v" => {
            let n = usize::try_from(array.n_buffers).ok()?.checked_sub(3)?;
            let variadic = array.buffer::<i64>(n + 2, 0, n);
            let mut lengths = vec![bits, end.checked_mul(16)?];
            lengths.extend(variadic.iter().map(|&len| len as usize));
            lengths.push(n * 8);
            (variadic.len() == n).then_some(lengths)
        }
        "+" => match rest.get(..1)? {
            "l" | "m" => Some(vec![bits, offsets(4)]),
            "L" => Some(vec![bits, offsets(8)]),
            "w" | "s" => Some(vec![bits]),
            _ => None,
        },
        "_" if format == "_pli128" || format == "_plu128" => fixed(16),
        _ => None,
    }
}
