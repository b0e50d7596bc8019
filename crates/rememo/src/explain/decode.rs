//! Reads the canonical encoding back, as far as it goes: `docs/encoding.md` tells the bytes.
//!
//! What is read may have been cut off or come from a file, so nothing here trusts a length, and
//! depth is bounded by the length of what is kept.

use std::ops::Range;

use super::outline::CHECK;
use crate::encode::tag;

/// Stands for a part of which only a check is kept.
pub(super) const SHORTENED: u8 = 0x3E;
/// Nothing deeper is read; encodings that are kept whole are no longer than 1,024 bytes.
const DEPTH: usize = 200;

/// A value as it was encoded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node<'a> {
    /// Its bytes: equal ones are equal values.
    pub(super) raw: &'a [u8],
    pub(super) what: What<'a>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What<'a> {
    None,
    Bool(bool),
    Int(i64),
    BigInt(&'a [u8]),
    Float(f64),
    Complex(f64, f64),
    Str(&'a [u8]),
    Bytes(&'a [u8]),
    ByteArray(&'a [u8]),
    Ellipsis,
    NotImplemented,
    /// A list, tuple, set or frozenset, by its tag; `len` tells how many elements there are, of
    /// which those that are kept follow.
    Sequence {
        tag: u8,
        len: usize,
        items: Vec<Node<'a>>,
    },
    Dict {
        len: usize,
        items: Vec<(Node<'a>, Node<'a>)>,
    },
    Record {
        kind: &'a str,
        len: usize,
        parts: Vec<Node<'a>>,
    },
    Instance {
        form: &'a str,
        parts: Vec<Node<'a>>,
    },
    /// Raw bytes of so many bytes.
    Buffer {
        len: usize,
        bytes: &'a [u8],
    },
    /// A function, by its qualified name, or a class or module without one.
    UserCode(Option<&'a [u8]>),
    /// `distribution`, `version`, `module.qualified name`
    LibraryCode {
        distribution: &'a str,
        version: &'a str,
        name: String,
    },
    /// Code that is a dependency of its own.
    Dependency(&'a str),
    Cycle,
    /// Only a digest is there.
    Digest,
}

/// Reads one value; none if its bytes are cut off before anything can be told.
pub(super) fn read(bytes: &[u8]) -> Option<Node<'_>> {
    let mut reader = Reader { bytes, at: 0, depth: 0 };
    reader.value().ok().or_else(|| reader.cut_off())
}

/// Where the parts of a container lie in its encoding.
pub(super) struct Parts {
    /// Length of tag and count.
    pub(super) head: usize,
    /// The parts; the last may be cut off and is then not among them.
    pub(super) ranges: Vec<Range<usize>>,
}

/// The parts of a container; keys and values of a dict in turn.
pub(super) fn parts(encoding: &[u8]) -> Option<Parts> {
    let mut reader = Reader { bytes: encoding, at: 0, depth: 0 };
    let count = match reader.byte().ok()? {
        tag::LIST | tag::TUPLE | tag::SET | tag::FROZENSET => reader.length().ok()?,
        tag::DICT => reader.length().ok()?.checked_mul(2)?,
        tag::RECORD => {
            reader.text().ok()?;
            reader.length().ok()?
        }
        tag::INSTANCE => {
            reader.class().ok()?;
            reader.length().ok()?
        }
        _ => return None,
    };
    let head = reader.at;
    let mut ranges = Vec::new();
    for _ in 0..count {
        let start = reader.at;
        if reader.value().is_err() {
            break;
        }
        ranges.push(start..reader.at);
    }
    Some(Parts { head, ranges })
}

/// The bytes ended, or are no encoding.
struct Ended;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

type Read<T> = Result<T, Ended>;

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Read<&'a [u8]> {
        let end = self.at.checked_add(n).ok_or(Ended)?;
        let taken = self.bytes.get(self.at..end).ok_or(Ended)?;
        self.at = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Read<u8> {
        Ok(self.take(1)?[0])
    }

    fn eight(&mut self) -> Read<[u8; 8]> {
        let mut eight = [0; 8];
        eight.copy_from_slice(self.take(8)?);
        Ok(eight)
    }

    fn length(&mut self) -> Read<usize> {
        let mut n: u64 = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return usize::try_from(n).map_err(|_| Ended);
            }
        }
        Err(Ended)
    }

    fn text(&mut self) -> Read<&'a str> {
        let len = self.length()?;
        std::str::from_utf8(self.take(len)?).map_err(|_| Ended)
    }

    /// Bytes with their length; the beginning of those that are cut off.
    fn sized(&mut self) -> Read<&'a [u8]> {
        let len = self.length()?;
        let there = len.min(self.bytes.len() - self.at);
        self.take(there)
    }

    /// The class of an instance, which never has a name here.
    fn class(&mut self) -> Read<()> {
        match self.byte()? {
            tag::USER_CODE => self.take(32).map(drop),
            tag::LIBRARY_CODE => (0..4).try_for_each(|_| self.text().map(drop)),
            tag::DEPENDENCY => {
                if self.text()?.starts_with("library ") {
                    self.value()?;
                    self.value()?;
                }
                Ok(())
            }
            _ => Err(Ended),
        }
    }

    /// As many of `count` values as are there.
    fn values(&mut self, count: usize) -> Vec<Node<'a>> {
        let mut values = Vec::new();
        for _ in 0..count {
            match self.value() {
                Ok(value) => values.push(value),
                Err(Ended) => break,
            }
        }
        values
    }

    fn value(&mut self) -> Read<Node<'a>> {
        if self.depth >= DEPTH {
            return Err(Ended);
        }
        self.depth += 1;
        let start = self.at;
        let what = self.what();
        self.depth -= 1;
        match what {
            Ok((what, true)) => Ok(Node { raw: &self.bytes[start..self.at], what }),
            // Cut off within: as a part of another value it is not there.
            Ok((_, false)) | Err(Ended) => {
                self.at = start;
                Err(Ended)
            }
        }
    }

    /// The outermost value with what is there of it.
    fn cut_off(&mut self) -> Option<Node<'a>> {
        self.at = 0;
        self.depth = 0;
        let (what, _) = self.what().ok()?;
        Some(Node { raw: self.bytes, what })
    }

    /// What comes next, and whether it is all there.
    fn what(&mut self) -> Read<(What<'a>, bool)> {
        let tag = self.byte()?;
        let what = match tag {
            tag::NONE => What::None,
            tag::FALSE => What::Bool(false),
            tag::TRUE => What::Bool(true),
            tag::INT64 => What::Int(i64::from_le_bytes(self.eight()?)),
            tag::INT_BIG => {
                let len = self.length()?;
                What::BigInt(self.take(len)?)
            }
            tag::FLOAT => What::Float(f64::from_le_bytes(self.eight()?)),
            tag::COMPLEX => {
                let real = f64::from_le_bytes(self.eight()?);
                What::Complex(real, f64::from_le_bytes(self.eight()?))
            }
            tag::STR | tag::BYTES | tag::BYTEARRAY | tag::BUFFER => {
                let start = self.at;
                let bytes = self.sized()?;
                self.at = start;
                let len = self.length()?;
                let is_all = self.bytes.len() - self.at >= len;
                self.take(bytes.len())?;
                let what = match tag {
                    tag::STR => What::Str(bytes),
                    tag::BYTES => What::Bytes(bytes),
                    tag::BYTEARRAY => What::ByteArray(bytes),
                    _ => What::Buffer { len, bytes },
                };
                return Ok((what, is_all));
            }
            tag::ELLIPSIS => What::Ellipsis,
            tag::NOT_IMPLEMENTED => What::NotImplemented,
            tag::LIST | tag::TUPLE | tag::SET | tag::FROZENSET => {
                let len = self.length()?;
                let items = self.values(len);
                let is_all = items.len() == len;
                return Ok((What::Sequence { tag, len, items }, is_all));
            }
            tag::DICT => {
                let len = self.length()?;
                let mut items = Vec::new();
                for _ in 0..len {
                    let Ok(key) = self.value() else { break };
                    let Ok(value) = self.value() else { break };
                    items.push((key, value));
                }
                let is_all = items.len() == len;
                return Ok((What::Dict { len, items }, is_all));
            }
            tag::RECORD => {
                let kind = self.text()?;
                let len = self.length()?;
                let parts = self.values(len);
                let is_all = parts.len() == len;
                return Ok((What::Record { kind, len, parts }, is_all));
            }
            tag::INSTANCE => {
                self.class()?;
                let len = self.length()?;
                let mut parts = self.values(len);
                let is_all = parts.len() == len;
                let form = match parts.first().map(|part| &part.what) {
                    Some(What::Str(form)) => std::str::from_utf8(form).unwrap_or_default(),
                    _ => "",
                };
                if !parts.is_empty() {
                    parts.remove(0);
                }
                return Ok((What::Instance { form, parts }, is_all));
            }
            tag::USER_CODE => {
                self.take(32)?;
                What::UserCode(self.function_name())
            }
            tag::LIBRARY_CODE => {
                let (distribution, version) = (self.text()?, self.text()?);
                let (module, name) = (self.text()?, self.text()?);
                let name = if name.is_empty() { module.into() } else { format!("{module}.{name}") };
                What::LibraryCode { distribution, version, name }
            }
            tag::DEPENDENCY => {
                let label = self.text()?;
                match label.strip_prefix("library ") {
                    None => What::Dependency(label),
                    Some(library) => {
                        let (distribution, version) =
                            library.split_once(' ').unwrap_or((library, ""));
                        let mut name = String::new();
                        for part in [self.value()?, self.value()?] {
                            if let What::Str(text) = part.what {
                                if !name.is_empty() && !text.is_empty() {
                                    name.push('.');
                                }
                                name.push_str(&String::from_utf8_lossy(text));
                            }
                        }
                        What::LibraryCode { distribution, version, name }
                    }
                }
            }
            tag::CYCLE => {
                self.take(32)?;
                self.length()?;
                What::Cycle
            }
            tag::COLLAPSED => {
                self.take(32)?;
                What::Digest
            }
            SHORTENED => {
                self.take(CHECK)?;
                What::Digest
            }
            _ => return Err(Ended),
        };
        Ok((what, true))
    }

    /// Name and qualified name follow the digest of a function, but not that of a class. Two texts
    /// of which the second ends with the first are taken for them: what is told may be wrong for a
    /// list of a class and two such texts, and nothing depends on it.
    fn function_name(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let text = |reader: &mut Self| match reader.value() {
            Ok(Node { what: What::Str(text), .. }) => Some(text),
            _ => None,
        };
        let found = text(self).zip(text(self)).filter(|(name, qualname)| qualname.ends_with(name));
        if found.is_none() {
            self.at = start;
        }
        found.map(|(_, qualname)| qualname)
    }
}
