//! Arrow values: what is valid and what it is, whatever the chunks, offsets and padding.

use rememo::encode::{Writer, tag};

use super::super::floats::{Bits, Buffer};
use super::abi::{ArrowArray, ArrowSchema, Plain};
use super::segment::{Bitmap, Segment, bit, push_segment};
use super::types::{Options, Storage, storage};

/// How deep types may be nested.
const DEPTH_LIMIT: usize = 256;

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

/// Elements of one type.
pub struct Column<'a> {
    pub schema: &'a ArrowSchema,
    pub segments: Vec<Segment<'a>>,
    pub options: Options,
    depth: usize,
}

impl<'a> Column<'a> {
    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.segments.iter().map(|segment| segment.len).sum()
    }

    /// A column below this one.
    pub fn child(&self, schema: &'a ArrowSchema, segments: Vec<Segment<'a>>) -> Self {
        Self { schema, segments, options: self.options, depth: self.depth + 1 }
    }

    /// Record: number of elements, which of them are there, then what the storage needs.
    pub fn write(self, writer: &mut Writer) -> Result<(), String> {
        if self.depth > DEPTH_LIMIT {
            return Err(format!(
                "Arrow types nested deeper than {DEPTH_LIMIT} levels are not read"
            ));
        }
        let storage = storage(self.schema)?;
        match self.buffers(&storage) {
            Some((description, buffers)) => writer
                .recalled(&description, &buffers, |writer| self.write_storage(writer, storage)),
            None => self.write_storage(writer, storage),
        }
    }

    /// All that the encoding depends on, for the types that lie in buffers of their own: a description, and the
    /// parts of the buffers that elements lie in.
    fn buffers(&self, storage: &Storage) -> Option<(Vec<u8>, Vec<&'a [u8]>)> {
        let mut description = match storage {
            Storage::Bool => "arrow bits".to_owned(),
            Storage::Fixed { width, bits } => format!("arrow {width} {bits:?}"),
            Storage::Binary { wide } => format!("arrow strings {wide}"),
            _ => return None,
        };
        let mut buffers = Vec::with_capacity(3 * self.segments.len());
        for &Segment { array, start, len } in &self.segments {
            let is_whole = array.has_no_nulls();
            description.push_str(&format!("; {len} from bit {} {is_whole}", start & 7));
            if len == 0 {
                continue;
            }
            if !is_whole {
                buffers.push(Segment { array, start, len }.validity());
            }
            match storage {
                Storage::Bool => {
                    let first = start / 8;
                    buffers.push(array.buffer(1, first, (start + len).div_ceil(8) - first));
                }
                Storage::Fixed { width, .. } => {
                    buffers.push(array.buffer(1, start * width, len * width));
                }
                Storage::Binary { wide: false } => {
                    string_buffers::<i32>(array, start, len, &mut buffers)
                }
                _ => string_buffers::<i64>(array, start, len, &mut buffers),
            }
        }
        Some((description.into_bytes(), buffers))
    }

    fn write_storage(&self, writer: &mut Writer, storage: Storage) -> Result<(), String> {
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
}

/// Positions as 64-bit numbers.
pub fn write_ends(writer: &mut Writer, mut ends: Vec<i64>) {
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

/// The offsets of some strings, and the bytes between the first and the last of them.
fn string_buffers<'a, O: Offset>(
    array: &'a ArrowArray,
    start: usize,
    len: usize,
    buffers: &mut Vec<&'a [u8]>,
) {
    let width = size_of::<O>();
    buffers.push(array.buffer(1, start * width, (len + 1) * width));
    let offsets: &[O] = array.buffer(1, start, len + 1);
    if let [first, .., last] = offsets {
        let (first, last) = (first.get() as usize, last.get() as usize);
        buffers.push(array.buffer(2, first, last.saturating_sub(first)));
    }
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
