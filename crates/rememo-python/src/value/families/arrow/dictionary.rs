//! Arrow's dictionaries: indices, and the values that they stand for.

use rememo::encode::{Writer, tag};
use rustc_hash::FxHashMap;

use super::abi::{ArrowArray, ArrowSchema};
use super::column::{Column, write_ends};
use super::segment::{Bitmap, Segment, push_segment};

impl<'a> Column<'a> {
    /// Indices and the values that they stand for. Chunks may have dictionaries of their own: those are put
    /// together.
    pub(super) fn write_dictionary(&self, writer: &mut Writer, width: usize) -> Result<(), String> {
        let schema = self.schema.dictionary().ok_or("a dictionary without values")?;
        let mut unified = Unified::new(self, schema);
        let mut indices: Vec<Option<usize>> = Vec::with_capacity(self.len());
        for segment in &self.segments {
            let values = segment.array.dictionary().ok_or("indices without a dictionary")?;
            let mut map = unified.enter(values, self.options.dictionary_by_value)?;
            for i in 0..segment.len {
                if !segment.is_valid(i) {
                    indices.push(None);
                    continue;
                }
                indices.push(Some(unified.position(values, &mut map, index(segment, i, width))?));
            }
        }
        // A missing value may also be one of the dictionary's, which counts where the dictionary does.
        let missing = indices.iter().any(Option::is_none);
        if missing {
            let mut bitmap = Bitmap::with_capacity(indices.len());
            indices.iter().for_each(|index| bitmap.push(index.is_some()));
            bitmap.write(writer);
        } else {
            writer.u8(tag::NONE);
        }
        write_ends(writer, indices.into_iter().map(|index| index.unwrap_or(0) as i64).collect());
        self.child(schema, unified.segments).write(writer)
    }
}

/// The values of several dictionaries, each once.
struct Unified<'c, 'a> {
    column: &'c Column<'a>,
    schema: &'a ArrowSchema,
    segments: Vec<Segment<'a>>,
    len: usize,
    /// Position by the encoding of the value.
    known: FxHashMap<Vec<u8>, usize>,
    /// The one dictionary that is taken as it stands, by address and length, and the digest of its encoding.
    first: Option<(*const ArrowArray, Vec<u8>)>,
}

impl<'c, 'a> Unified<'c, 'a> {
    fn new(column: &'c Column<'a>, schema: &'a ArrowSchema) -> Self {
        Self {
            column,
            schema,
            segments: Vec::new(),
            len: 0,
            known: FxHashMap::default(),
            first: None,
        }
    }

    fn encoded(&self, segment: Segment<'a>) -> Result<Vec<u8>, String> {
        let mut own = Writer::default();
        self.column.child(self.schema, vec![segment]).write(&mut own)?;
        Ok(own.bytes().to_vec())
    }

    /// Begins a chunk: none if its indices are positions already, else the positions known so far.
    fn enter(
        &mut self,
        values: &'a ArrowArray,
        by_value: bool,
    ) -> Result<Option<Vec<usize>>, String> {
        if by_value {
            return Ok(Some(vec![usize::MAX; values.len()]));
        }
        let whole = Segment::whole(values);
        match &self.first {
            None => {
                self.first = Some((values, Vec::new()));
                self.segments.push(whole);
                self.len = values.len();
                return Ok(None);
            }
            Some((first, _)) if std::ptr::eq(*first, values) => return Ok(None),
            Some((_, encoding)) if encoding.is_empty() => {
                let encoding = self.encoded(self.segments[0])?;
                if let Some(first) = &mut self.first {
                    first.1 = encoding;
                }
            }
            Some(_) => {}
        }
        let encoding = self.encoded(whole)?;
        if self.first.as_ref().is_some_and(|first| first.1 == encoding) {
            return Ok(None);
        }
        if self.known.is_empty() {
            let first = self.segments[0];
            for i in 0..first.len {
                let one = Segment { array: first.array, start: first.start + i, len: 1 };
                let encoding = self.encoded(one)?;
                self.known.entry(encoding).or_insert(i);
            }
        }
        let mut map = Vec::with_capacity(values.len());
        for i in 0..values.len() {
            map.push(self.add(values, i)?);
        }
        Ok(Some(map))
    }

    fn add(&mut self, values: &'a ArrowArray, i: usize) -> Result<usize, String> {
        let one = Segment::of_child(values, i, 1);
        let encoding = self.encoded(one)?;
        let next = self.len;
        let position = *self.known.entry(encoding).or_insert(next);
        if position == next {
            push_segment(&mut self.segments, values, i, 1);
            self.len += 1;
        }
        Ok(position)
    }

    fn position(
        &mut self,
        values: &'a ArrowArray,
        map: &mut Option<Vec<usize>>,
        index: usize,
    ) -> Result<usize, String> {
        let Some(map) = map else { return Ok(index) };
        let known = *map.get(index).ok_or("an index beyond its dictionary")?;
        if known != usize::MAX {
            return Ok(known);
        }
        let position = self.add(values, index)?;
        map[index] = position;
        Ok(position)
    }
}

/// An index, which is never negative where a value is there, whatever its type.
fn index(segment: &Segment<'_>, i: usize, width: usize) -> usize {
    let at = segment.start + i;
    let bytes: &[u8] = segment.array.buffer(1, at * width, width);
    let mut wide = [0; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    if cfg!(target_endian = "big") {
        wide[..bytes.len()].reverse();
    }
    u64::from_le_bytes(wide) as usize
}
