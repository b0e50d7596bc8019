//! A value in a few words, as Python would write it.

use std::fmt::Write;

use super::array::{self, Array};
use super::decode::{Node, What};
use crate::encode::tag;

/// A value is shown in at most so many characters.
pub(super) const WIDTH: usize = 60;

/// The value as Python would write it, shortened to [`WIDTH`] characters.
pub(super) fn show(node: &Node<'_>) -> String {
    let mut out = String::new();
    write(&mut out, node);
    shorten(&out, WIDTH)
}

/// A text in at most `width` characters, on one line.
pub(super) fn shorten(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width - 1).collect();
    short.push('…');
    short
}

fn write(out: &mut String, node: &Node<'_>) {
    // Whatever follows would be cut off anyway.
    if out.len() > 4 * WIDTH {
        return;
    }
    match &node.what {
        What::None => out.push_str("None"),
        What::Bool(value) => out.push_str(if *value { "True" } else { "False" }),
        What::Int(value) => push(out, format_args!("{value}")),
        What::BigInt(bytes) => big_int(out, bytes),
        What::Float(value) => out.push_str(&float(*value)),
        What::Complex(real, imaginary) => {
            let sign = if imaginary.is_sign_negative() { "" } else { "+" };
            push(out, format_args!("({}{sign}{}j)", short_float(*real), short_float(*imaginary)));
        }
        What::Str(text) => quoted(out, text),
        What::Bytes(bytes) => byte_string(out, bytes),
        What::ByteArray(bytes) => {
            out.push_str("bytearray(");
            byte_string(out, bytes);
            out.push(')');
        }
        What::Ellipsis => out.push_str("..."),
        What::NotImplemented => out.push_str("NotImplemented"),
        What::Sequence { tag, len, items } => sequence(out, *tag, *len, items),
        What::Dict { len, items } => {
            out.push('{');
            for (i, (key, value)) in items.iter().enumerate() {
                separate(out, i);
                write(out, key);
                out.push_str(": ");
                write(out, value);
            }
            rest(out, items.len(), *len);
            out.push('}');
        }
        What::Record { kind, len, parts } => record(out, kind, *len, parts),
        What::Instance { form, parts } => instance(out, form, parts),
        What::Buffer { len, .. } => push(out, format_args!("<{len} bytes>")),
        What::UserCode(Some(name)) => {
            push(out, format_args!("<function {}>", String::from_utf8_lossy(name)));
        }
        What::UserCode(None) => out.push_str("<class>"),
        What::LibraryCode { distribution, version: "", name } => {
            push(out, format_args!("<{name} of {distribution}>"));
        }
        What::LibraryCode { distribution, version, name } => {
            push(out, format_args!("<{name} of {distribution} {version}>"));
        }
        What::Dependency(label) => push(out, format_args!("<{label}>")),
        What::Cycle => out.push_str("<a value that contains itself>"),
        What::Digest => out.push('…'),
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = out.write_fmt(text);
}

fn separate(out: &mut String, i: usize) {
    if i > 0 {
        out.push_str(", ");
    }
}

fn rest(out: &mut String, there: usize, len: usize) {
    if there < len {
        separate(out, there);
        push(out, format_args!("… {} in all", len));
    }
}

fn sequence(out: &mut String, kind: u8, len: usize, items: &[Node<'_>]) {
    let (open, close) = match kind {
        tag::LIST => ("[", "]"),
        tag::TUPLE if len == 1 => ("(", ",)"),
        tag::TUPLE => ("(", ")"),
        tag::SET if len == 0 => ("set(", ")"),
        tag::SET => ("{", "}"),
        _ if len == 0 => ("frozenset(", ")"),
        _ => ("frozenset({", "})"),
    };
    out.push_str(open);
    for (i, item) in items.iter().enumerate() {
        separate(out, i);
        write(out, item);
    }
    rest(out, items.len(), len);
    out.push_str(close);
}

fn arguments(out: &mut String, parts: &[Node<'_>], len: usize) {
    for (i, part) in parts.iter().enumerate() {
        separate(out, i);
        write(out, part);
    }
    rest(out, parts.len(), len);
    out.push(')');
}

fn record(out: &mut String, kind: &str, len: usize, parts: &[Node<'_>]) {
    match (kind, parts) {
        ("numpy.ndarray", _) => match Array::of(parts) {
            Some(array) => push(out, format_args!("{array}")),
            None => out.push_str("<array>"),
        },
        ("numpy.scalar", [dtype, value]) => match array::scalar(dtype, value) {
            Some(text) => out.push_str(&text),
            None => out.push_str("<scalar of numpy>"),
        },
        ("pandas.DataFrame", _) => {
            push(out, format_args!("<DataFrame, {}>", columns(len)));
        }
        ("pandas.Series", _) => out.push_str("<Series>"),
        // What a hash function made of the value; its identity says nothing to people.
        ("hash_funcs", [_, made]) => write(out, made),
        ("identity", _) => out.push_str("<taken by identity>"),
        // A trailing part that says that there is nothing more.
        ("datetime.datetime" | "datetime.time", [numbers @ .., _fold, zone]) => {
            out.push_str(kind);
            out.push('(');
            let shown = numbers.iter().rposition(|n| !matches!(n.what, What::Int(0))).unwrap_or(0);
            let least = if kind == "datetime.datetime" { 5 } else { 2 };
            let numbers = &numbers[..(shown + 1).max(least).min(numbers.len())];
            for (i, number) in numbers.iter().enumerate() {
                separate(out, i);
                write(out, number);
            }
            if !matches!(zone.what, What::None) {
                out.push_str(", tzinfo=");
                write(out, zone);
            }
            out.push(')');
        }
        _ => {
            out.push_str(kind);
            out.push('(');
            arguments(out, parts, len);
        }
    }
}

fn columns(parts: usize) -> String {
    // Names and index come first, attrs and flags last.
    match parts.saturating_sub(4) {
        1 => "1 column".to_owned(),
        n => format!("{n} columns"),
    }
}

fn instance(out: &mut String, form: &str, parts: &[Node<'_>]) {
    match (form, parts) {
        ("enum", [name, ..]) => {
            out.push_str("<member ");
            if let What::Str(text) = name.what {
                out.push_str(&String::from_utf8_lossy(text));
            }
            out.push('>');
        }
        ("state", [content, state, ..]) => {
            out.push_str("<instance");
            if !matches!(content.what, What::None) {
                out.push(' ');
                write(out, content);
            }
            if let What::Dict { items, len } = &state.what {
                out.push_str(" with ");
                for (i, (key, value)) in items.iter().enumerate() {
                    separate(out, i);
                    if let What::Str(name) = key.what {
                        out.push_str(&String::from_utf8_lossy(name));
                    }
                    out.push('=');
                    write(out, value);
                }
                rest(out, items.len(), *len);
            }
            out.push('>');
        }
        (_, [only]) => {
            out.push_str("<instance as ");
            write(out, only);
            out.push('>');
        }
        _ => out.push_str("<instance>"),
    }
}

/// An `int` beyond 64 bits, in two's complement.
fn big_int(out: &mut String, bytes: &[u8]) {
    if bytes.len() > 16 {
        push(out, format_args!("<int of {} bits>", 8 * bytes.len()));
        return;
    }
    let fill = if bytes.last().is_some_and(|top| top & 0x80 != 0) { 0xFF } else { 0 };
    let mut wide = [fill; 16];
    wide[..bytes.len()].copy_from_slice(bytes);
    push(out, format_args!("{}", i128::from_le_bytes(wide)));
}

fn short_float(value: f64) -> String {
    let text = float(value);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// A float as Python writes it.
pub(super) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = format!("{value:?}");
    // Python writes 1e+16 and 1e-05 where Rust writes 1e16 and 1e-5.
    match text.split_once('e') {
        None => text,
        Some((digits, exponent)) => {
            let (sign, exponent) =
                exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
            let digits = digits.strip_suffix(".0").unwrap_or(digits);
            format!("{digits}e{sign}{exponent:0>2}")
        }
    }
}

pub(super) fn quoted(out: &mut String, text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars().take(2 * WIDTH) {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => push(out, format_args!("\\x{:02x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
}

fn byte_string(out: &mut String, bytes: &[u8]) {
    out.push_str("b'");
    for &byte in bytes.iter().take(2 * WIDTH) {
        match byte {
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b'\'' => out.push_str("\\'"),
            b'\\' => out.push_str("\\\\"),
            0x20..0x7F => out.push(byte as char),
            _ => push(out, format_args!("\\x{byte:02x}")),
        }
    }
    out.push('\'');
}
