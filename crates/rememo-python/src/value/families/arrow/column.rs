//! Arrow values: what is valid and what it is, whatever the chunks, offsets and padding.

use rememo::encode::{Writer, tag};
use rustc_hash::FxHashMap;

use super::super::floats::{Bits, Buffer};
use super::abi::{ArrowArray, ArrowSchema, Plain};
use super::types::{Options, Storage, storage};

/// How deep types may be nested.
const DEPTH_LIMIT: usize = 256;

/// Some elements of one chunk, which stand one after the other.
#[derive(Clone, Copy)]
struct Segment<'a> {
    array: &'a ArrowArray,
    /// Position of the first one in the buffers.
    start: usize,
    len: usize,
}

impl<'a> Segment<'a> {
    fn whole(array: &'a ArrowArray) -> Self {
        Self { array, start: array.offset(), len: array.len() }
    }

    /// Elements of a child array, by their positions as the child counts them.
    fn of_child(child: &'a ArrowArray, from: usize, len: usize) -> Self {
        Self { array: child, start: child.offset() + from, len }
    }

    fn is_valid(&self, i: usize) -> bool {
        self.array.has_no_nulls() || bit(self.validity(), (self.start & 7) + i)
    }

    /// The bytes that hold the validity of its elements, from the byte of the first one on.
    fn validity(&self) -> &'a [u8] {
        let first = self.start / 8;
        self.array.buffer(0, first, (self.start + self.len).div_ceil(8) - first)
    }

    fn has_nulls(&self) -> bool {
        !self.array.has_no_nulls()
            && count_ones(self.validity(), self.start & 7, self.len) < self.len
    }

    /// Calls `visit` with each run of elements that are there.
    fn valid_runs(&self, mut visit: impl FnMut(usize, usize)) {
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

fn bit(bytes: &[u8], i: usize) -> bool {
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
struct Bitmap {
    bytes: Vec<u8>,
    len: usize,
}

impl Bitmap {
    fn with_capacity(len: usize) -> Self {
        Self { bytes: Vec::with_capacity(len / 8 + 1), len: 0 }
    }

    fn push(&mut self, bit: bool) {
        if self.len & 7 == 0 {
            self.bytes.push(0);
        }
        if bit && let Some(last) = self.bytes.last_mut() {
            *last |= 1 << (self.len & 7);
        }
        self.len += 1;
    }

    fn extend_ones(&mut self, mut n: usize) {
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

    fn extend(&mut self, bytes: &[u8], shift: usize, len: usize) {
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

    fn write(self, writer: &mut Writer) {
        let buffer = Buffer::begin(writer, Bits::Exact, self.bytes.len());
        let mut buffer = buffer;
        buffer.push(&self.bytes);
        buffer.end();
    }
}

/// Writes the values of whole chunks of one type.
pub fn write(
    writer: &mut Writer,
    schema: &ArrowSchema,
    chunks: &[&ArrowArray],
    options: Options,
) -> Result<(), String> {
    let segments: Vec<_> = chunks.iter().map(|array| Segment::whole(array)).collect();
    Column { schema, segments, options, depth: 0 }.write(writer)
}

struct Column<'a> {
    schema: &'a ArrowSchema,
    segments: Vec<Segment<'a>>,
    options: Options,
    depth: usize,
}

impl<'a> Column<'a> {
    fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.len).sum()
    }

    fn child(&self, schema: &'a ArrowSchema, segments: Vec<Segment<'a>>) -> Self {
        Self { schema, segments, options: self.options, depth: self.depth + 1 }
    }

    /// Record: number of elements, which of them are there, then what the storage needs.
    fn write(self, writer: &mut Writer) -> Result<(), String> {
        if self.depth > DEPTH_LIMIT {
            return Err(format!(
                "Arrow types nested deeper than {DEPTH_LIMIT} levels are not read"
            ));
        }
        let storage = storage(self.schema)?;
        writer.open();
        let parts = match &storage {
            Storage::Null => 0,
            Storage::Bool | Storage::Fixed { .. } => 1,
            Storage::Binary { .. } | Storage::BinaryView => 2,
            Storage::List { .. } | Storage::ListView { .. } | Storage::Dictionary { .. } => 2,
            Storage::FixedList { .. } => 1,
            Storage::RunEnd => 2,
            Storage::Struct => self.schema.children().count(),
            Storage::Union { .. } => 1 + self.schema.children().count(),
        };
        writer.record("arrow.values", 2 + parts);
        writer.int(self.len() as i64);
        match storage {
            Storage::Null | Storage::RunEnd | Storage::Union { .. } => writer.u8(tag::NONE),
            Storage::Dictionary { .. } => {}
            _ => self.write_validity(writer),
        }
        match storage {
            Storage::Null => {}
            Storage::Bool => self.write_bools(writer),
            Storage::Fixed { width, bits } => self.write_fixed(writer, width, bits),
            Storage::Binary { wide: false } => self.write_binary::<i32>(writer),
            Storage::Binary { wide: true } => self.write_binary::<i64>(writer),
            Storage::BinaryView => self.write_views(writer),
            Storage::List { wide: false } => self.write_lists::<i32>(writer)?,
            Storage::List { wide: true } => self.write_lists::<i64>(writer)?,
            Storage::ListView { wide: false } => self.write_list_views::<i32>(writer)?,
            Storage::ListView { wide: true } => self.write_list_views::<i64>(writer)?,
            Storage::FixedList { size } => self.write_fixed_lists(writer, size)?,
            Storage::Struct => self.write_structs(writer)?,
            Storage::Dictionary { width } => self.write_dictionary(writer, width)?,
            Storage::RunEnd => self.write_runs(writer)?,
            Storage::Union { dense, ids } => self.write_union(writer, dense, &ids)?,
        }
        writer.close();
        Ok(())
    }

    /// None if nothing is missing, else a bit for each element.
    fn write_validity(&self, writer: &mut Writer) {
        if !self.segments.iter().any(Segment::has_nulls) {
            writer.u8(tag::NONE);
            return;
        }
        let mut bitmap = Bitmap::with_capacity(self.len());
        for segment in &self.segments {
            if segment.array.has_no_nulls() {
                bitmap.extend_ones(segment.len);
            } else {
                bitmap.extend(segment.validity(), segment.start & 7, segment.len);
            }
        }
        bitmap.write(writer);
    }

    fn write_bools(&self, writer: &mut Writer) {
        let mut bitmap = Bitmap::with_capacity(self.len());
        for segment in &self.segments {
            let first = segment.start / 8;
            let last = (segment.start + segment.len).div_ceil(8);
            let bytes: &[u8] = segment.array.buffer(1, first, last - first);
            let shift = segment.start & 7;
            if segment.has_nulls() {
                for i in 0..segment.len {
                    bitmap.push(segment.is_valid(i) && bit(bytes, shift + i));
                }
            } else {
                bitmap.extend(bytes, shift, segment.len);
            }
        }
        bitmap.write(writer);
    }

    /// The elements, zero where one is missing.
    fn write_fixed(&self, writer: &mut Writer, width: usize, bits: Bits) {
        let mut buffer = Buffer::begin(writer, bits, self.len() * width);
        for segment in &self.segments {
            let bytes: &[u8] = segment.array.buffer(1, segment.start * width, segment.len * width);
            if bytes.is_empty() || !segment.has_nulls() {
                buffer.push(bytes);
                continue;
            }
            let piece = ((1 << 20) / width.max(1)).max(1);
            for from in (0..segment.len).step_by(piece) {
                let n = piece.min(segment.len - from);
                buffer.push_with(n * width, |out| {
                    out.copy_from_slice(&bytes[from * width..(from + n) * width]);
                    for i in (0..n).filter(|&i| !segment.is_valid(from + i)) {
                        out[i * width..(i + 1) * width].fill(0);
                    }
                });
            }
        }
        buffer.end();
    }

    /// Where each string ends, counted from the first one's start, then the bytes of all.
    fn write_binary<O: Offset>(&self, writer: &mut Writer) {
        let (extents, ends) = self.extents::<O>();
        write_ends(writer, ends);
        let total: usize = extents.iter().flatten().map(|&(_, len)| len).sum();
        let mut buffer = Buffer::begin(writer, Bits::Exact, total);
        for (segment, extents) in self.segments.iter().zip(extents) {
            for (from, len) in extents {
                buffer.push(segment.array.buffer::<u8>(2, from, len));
            }
        }
        buffer.end();
    }

    /// The stretches of the values' buffer that elements lie in, for each segment, and where each element ends
    /// when they are put one after the other.
    fn extents<O: Offset>(&self) -> (Vec<Vec<(usize, usize)>>, Vec<i64>) {
        let mut ends = Vec::with_capacity(self.len());
        let mut total = 0_i64;
        let mut all = Vec::with_capacity(self.segments.len());
        for segment in &self.segments {
            let mut extents: Vec<(usize, usize)> = Vec::new();
            let offsets: &[O] = if segment.len == 0 {
                &[]
            } else {
                segment.array.buffer(1, segment.start, segment.len + 1)
            };
            let mut done = 0;
            segment.valid_runs(|from, len| {
                ends.resize(ends.len() + (from - done), total);
                let first = offsets[from].get();
                ends.extend(offsets[from + 1..=from + len].iter().map(|o| o.get() - first + total));
                let size = offsets[from + len].get() - first;
                total += size;
                let (first, size) = (first as usize, size as usize);
                match extents.last_mut() {
                    Some((at, len)) if *at + *len == first => *len += size,
                    _ => extents.push((first, size)),
                }
                done = from + len;
            });
            ends.resize(ends.len() + (segment.len - done), total);
            all.push(extents);
        }
        (all, ends)
    }

    fn write_views(&self, writer: &mut Writer) {
        let mut ends = Vec::with_capacity(self.len());
        let mut total = 0;
        for segment in &self.segments {
            let views: &[i32] = segment.array.buffer(1, segment.start * 4, segment.len * 4);
            for (i, view) in views.as_chunks::<4>().0.iter().enumerate() {
                if segment.is_valid(i) {
                    total += i64::from(view[0]);
                }
                ends.push(total);
            }
        }
        write_ends(writer, ends);
        let mut buffer = Buffer::begin(writer, Bits::Exact, total as usize);
        for segment in &self.segments {
            let views: &[u8] = segment.array.buffer(1, segment.start * 16, segment.len * 16);
            let no_nulls = !segment.has_nulls();
            for (i, view) in views.as_chunks::<16>().0.iter().enumerate() {
                if !no_nulls && !segment.is_valid(i) {
                    continue;
                }
                let number = |at: usize| {
                    i32::from_ne_bytes([view[at], view[at + 1], view[at + 2], view[at + 3]])
                        as usize
                };
                let len = number(0);
                if len <= 12 {
                    buffer.push(&view[4..4 + len]);
                } else {
                    buffer.push(segment.array.buffer::<u8>(2 + number(8), number(12), len));
                }
            }
        }
        buffer.end();
    }

    /// Where each list ends, then the elements of all.
    fn write_lists<O: Offset>(&self, writer: &mut Writer) -> Result<(), String> {
        let (extents, ends) = self.extents::<O>();
        write_ends(writer, ends);
        let schema = first_child(self.schema)?;
        let mut segments = Vec::new();
        for (segment, extents) in self.segments.iter().zip(extents) {
            let child = child_of(segment.array, 0)?;
            segments
                .extend(extents.into_iter().map(|(from, len)| Segment::of_child(child, from, len)));
        }
        self.child(schema, segments).write(writer)
    }

    fn write_list_views<O: Offset>(&self, writer: &mut Writer) -> Result<(), String> {
        let mut ends = Vec::with_capacity(self.len());
        let mut total = 0;
        let mut segments: Vec<Segment<'a>> = Vec::new();
        for segment in &self.segments {
            let offsets: &[O] = segment.array.buffer(1, segment.start, segment.len);
            let sizes: &[O] = segment.array.buffer(2, segment.start, segment.len);
            let child = child_of(segment.array, 0)?;
            for i in 0..segment.len {
                if segment.is_valid(i) {
                    let (from, len) = (offsets[i].get() as usize, sizes[i].get() as usize);
                    total += len as i64;
                    push_segment(&mut segments, child, from, len);
                }
                ends.push(total);
            }
        }
        write_ends(writer, ends);
        self.child(first_child(self.schema)?, segments).write(writer)
    }

    fn write_fixed_lists(&self, writer: &mut Writer, size: usize) -> Result<(), String> {
        let mut segments = Vec::new();
        for segment in &self.segments {
            let child = child_of(segment.array, 0)?;
            segment.valid_runs(|from, len| {
                let from = (segment.start + from) * size;
                segments.push(Segment::of_child(child, from, len * size));
            });
        }
        self.child(first_child(self.schema)?, segments).write(writer)
    }

    /// The fields, for the elements that are there.
    fn write_structs(&self, writer: &mut Writer) -> Result<(), String> {
        for (i, schema) in self.schema.children().enumerate() {
            let mut segments = Vec::new();
            for segment in &self.segments {
                let child = child_of(segment.array, i)?;
                segment.valid_runs(|from, len| {
                    segments.push(Segment::of_child(child, segment.start + from, len));
                });
            }
            self.child(schema, segments).write(writer)?;
        }
        Ok(())
    }

    /// The runs as they are: where each ends, and their values.
    fn write_runs(&self, writer: &mut Writer) -> Result<(), String> {
        let mut children = self.schema.children();
        let (Some(ends_schema), Some(values_schema)) = (children.next(), children.next()) else {
            return Err("an Arrow type of runs without ends and values".to_owned());
        };
        let mut ends = Vec::new();
        let mut total = 0;
        let mut segments: Vec<Segment<'a>> = Vec::new();
        for segment in &self.segments {
            let run_ends = child_of(segment.array, 0)?;
            let values = child_of(segment.array, 1)?;
            let n = run_ends.len();
            let ends_of: Vec<i64> = match ends_schema.format() {
                "s" => widened(run_ends.buffer::<i16>(1, run_ends.offset(), n)),
                "i" => widened(run_ends.buffer::<i32>(1, run_ends.offset(), n)),
                _ => widened(run_ends.buffer::<i64>(1, run_ends.offset(), n)),
            };
            let (mut at, stop) = (segment.start as i64, (segment.start + segment.len) as i64);
            let first = ends_of.partition_point(|&end| end <= at);
            for (run, &end) in ends_of.iter().enumerate().skip(first) {
                if at >= stop {
                    break;
                }
                let end = end.min(stop);
                total += end - at;
                ends.push(total);
                push_segment(&mut segments, values, run, 1);
                at = end;
            }
        }
        write_ends(writer, ends);
        self.child(values_schema, segments).write(writer)
    }

    /// The type of each element, then for each type its elements.
    fn write_union(&self, writer: &mut Writer, dense: bool, ids: &[i8]) -> Result<(), String> {
        let mut buffer = Buffer::begin(writer, Bits::Exact, self.len());
        let ids_of = |segment: &Segment<'a>| -> &'a [i8] {
            segment.array.buffer(0, segment.start, segment.len)
        };
        for segment in &self.segments {
            buffer.push_with(segment.len, |out| {
                for (place, &id) in out.iter_mut().zip(ids_of(segment)) {
                    *place = id as u8;
                }
            });
        }
        buffer.end();
        for (i, schema) in self.schema.children().enumerate() {
            let id = ids.get(i).copied().unwrap_or(i as i8);
            let mut segments: Vec<Segment<'a>> = Vec::new();
            for segment in &self.segments {
                let child = child_of(segment.array, i)?;
                let offsets: &[i32] =
                    if dense { segment.array.buffer(1, segment.start, segment.len) } else { &[] };
                for (row, _) in
                    ids_of(segment).iter().enumerate().filter(|(_, found)| **found == id)
                {
                    let at = if dense { offsets[row] as usize } else { segment.start + row };
                    push_segment(&mut segments, child, at, 1);
                }
            }
            self.child(schema, segments).write(writer)?;
        }
        Ok(())
    }

    /// Indices and the values that they stand for. Chunks may have dictionaries of their own: those are put
    /// together.
    fn write_dictionary(&self, writer: &mut Writer, width: usize) -> Result<(), String> {
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

fn push_segment<'a>(
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

/// Positions as 64-bit numbers.
fn write_ends(writer: &mut Writer, mut ends: Vec<i64>) {
    if cfg!(target_endian = "big") {
        ends.iter_mut().for_each(|end| *end = end.to_le());
    }
    // SAFETY: integers read as their bytes.
    let bytes = unsafe { std::slice::from_raw_parts(ends.as_ptr().cast::<u8>(), ends.len() * 8) };
    let mut buffer = Buffer::begin(writer, Bits::Exact, bytes.len());
    buffer.push(bytes);
    buffer.end();
}

fn first_child(schema: &ArrowSchema) -> Result<&ArrowSchema, String> {
    schema.children().next().ok_or_else(|| "an Arrow type of lists without elements".to_owned())
}

fn child_of(array: &ArrowArray, i: usize) -> Result<&ArrowArray, String> {
    array.child(i).ok_or_else(|| "an Arrow array without the children of its type".to_owned())
}

fn widened<T: Offset>(numbers: &[T]) -> Vec<i64> {
    numbers.iter().map(|n| n.get()).collect()
}

/// Integers that offsets and run ends are stored as.
trait Offset: Plain {
    fn get(self) -> i64;
}

impl Offset for i16 {
    fn get(self) -> i64 {
        i64::from(self)
    }
}

impl Offset for i32 {
    fn get(self) -> i64 {
        i64::from(self)
    }
}

impl Offset for i64 {
    fn get(self) -> i64 {
        self
    }
}
