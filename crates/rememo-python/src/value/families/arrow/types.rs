//! Arrow types: how they are written, and how their values lie in buffers.

use rememo::encode::{Writer, tag};

use super::super::floats::Bits;
use super::abi::ArrowSchema;

/// How values of a type lie in memory.
pub enum Storage {
    /// Nothing but missing values.
    Null,
    /// Bits.
    Bool,
    /// Elements of a fixed width.
    Fixed { width: usize, bits: Bits },
    /// Strings of bytes between offsets.
    Binary { wide: bool },
    /// Strings of bytes behind views.
    BinaryView,
    /// Lists between offsets, maps among them.
    List { wide: bool },
    /// Lists behind offsets and lengths.
    ListView { wide: bool },
    /// Lists of one length.
    FixedList { size: usize },
    /// Fields side by side.
    Struct,
    /// Indices of this width into a dictionary.
    Dictionary { width: usize },
    /// Runs of equal values.
    RunEnd,
    /// One of several types for each element.
    Union { dense: bool, ids: Vec<i8> },
}

/// The storage that a schema speaks of.
pub fn storage(schema: &ArrowSchema) -> Result<Storage, String> {
    let format = schema.format();
    if schema.dictionary().is_some() {
        let width = match format {
            "c" | "C" => 1,
            "s" | "S" => 2,
            "i" | "I" => 4,
            "l" | "L" => 8,
            _ => return Err(format!("indices of Arrow type {format:?} are unknown")),
        };
        return Ok(Storage::Dictionary { width });
    }
    let fixed = |width| Storage::Fixed { width, bits: Bits::Exact };
    let float = |width| Storage::Fixed { width, bits: Bits::Float { width, swapped: false } };
    let number = |text: &str| text.parse::<usize>().map_err(|_| unknown(format));
    Ok(match format {
        "n" => Storage::Null,
        "b" => Storage::Bool,
        "c" | "C" => fixed(1),
        "s" | "S" => fixed(2),
        "i" | "I" | "tdD" | "tts" | "ttm" | "tiM" => fixed(4),
        "l" | "L" | "tdm" | "ttu" | "ttn" | "tiD" => fixed(8),
        "tin" => fixed(16),
        "e" => float(2),
        "f" => float(4),
        "g" => float(8),
        "u" | "z" => Storage::Binary { wide: false },
        "U" | "Z" => Storage::Binary { wide: true },
        "vu" | "vz" => Storage::BinaryView,
        "+l" | "+m" => Storage::List { wide: false },
        "+L" => Storage::List { wide: true },
        "+vl" => Storage::ListView { wide: false },
        "+vL" => Storage::ListView { wide: true },
        "+s" => Storage::Struct,
        "+r" => Storage::RunEnd,
        _ => {
            if format.starts_with("ts") || format.starts_with("tD") {
                fixed(8)
            } else if let Some(rest) = format.strip_prefix("w:") {
                fixed(number(rest)?)
            } else if let Some(rest) = format.strip_prefix("+w:") {
                Storage::FixedList { size: number(rest)? }
            } else if let Some(rest) = format.strip_prefix("d:") {
                let bits = rest.split(',').nth(2).map_or(Ok(128), number)?;
                fixed(bits / 8)
            } else if let Some(rest) = format.strip_prefix("+ud:") {
                Storage::Union { dense: true, ids: ids(rest) }
            } else if let Some(rest) = format.strip_prefix("+us:") {
                Storage::Union { dense: false, ids: ids(rest) }
            } else {
                return Err(unknown(format));
            }
        }
    })
}

fn unknown(format: &str) -> String {
    format!("values of Arrow type {format:?} are unknown")
}

fn ids(text: &str) -> Vec<i8> {
    text.split(',').filter_map(|id| id.parse().ok()).collect()
}

/// What of a type counts.
#[derive(Clone, Copy, Default)]
pub struct Options {
    /// How strings lie in memory does not count: `string`, `large_string` and `string_view` are one.
    pub text_is_one: bool,
    /// A dictionary counts by the values that its indices stand for, not by what else it holds.
    pub dictionary_by_value: bool,
}

/// Writes a type, without the name of the field that has it.
pub fn write_type(writer: &mut Writer, schema: &ArrowSchema, options: Options) {
    let children: Vec<_> = schema.children().collect();
    writer.open();
    writer.record("arrow.type", 3 + children.len());
    let format = match schema.format() {
        "U" | "vu" if options.text_is_one => "u",
        format => format,
    };
    writer.str(format.as_bytes());
    write_metadata(writer, schema);
    match schema.dictionary() {
        Some(values) => {
            writer.head(tag::TUPLE, 2);
            writer.u8(if schema.flags() & 1 != 0 { tag::TRUE } else { tag::FALSE });
            write_type(writer, values, options);
        }
        None => writer.u8(tag::NONE),
    }
    for child in children {
        write_field(writer, child, options);
    }
    writer.close();
}

/// Writes a field: name, whether values may be missing, type.
pub fn write_field(writer: &mut Writer, schema: &ArrowSchema, options: Options) {
    writer.open();
    writer.record("arrow.field", 3);
    writer.str(schema.name().as_bytes());
    writer.int(schema.flags() & 6);
    write_type(writer, schema, options);
    writer.close();
}

fn write_metadata(writer: &mut Writer, schema: &ArrowSchema) {
    let pairs = schema.metadata();
    writer.open();
    writer.head(tag::TUPLE, pairs.len() * 2);
    for (key, value) in pairs {
        writer.bytes_like(tag::BYTES, key);
        writer.bytes_like(tag::BYTES, value);
    }
    writer.close();
}
