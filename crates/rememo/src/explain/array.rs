//! Arrays in outlines: type, shape and, where they are kept, single elements.

use std::fmt;

use super::decode::{Node, What};
use super::show::{float, quoted, show};

/// The record of an array of plain elements.
pub(super) struct Array<'n, 'a> {
    dtype: &'n Node<'a>,
    pub(super) shape: &'n Node<'a>,
    /// Length of the raw buffer, and what of it is kept.
    buffer: Option<(usize, &'a [u8])>,
}

impl<'n, 'a> Array<'n, 'a> {
    /// Of the parts of a `numpy.ndarray`: raw buffer, type of the elements, shape.
    pub(super) fn of(parts: &'n [Node<'a>]) -> Option<Self> {
        let (buffer, named) = match parts {
            [Node { what: What::Buffer { len, bytes }, .. }, named @ ..] => {
                (Some((*len, *bytes)), named)
            }
            [Node { what: What::Digest, .. }, named @ ..] => (None, named),
            named => (None, named),
        };
        match named {
            [dtype, shape @ Node { what: What::Sequence { .. }, .. }, ..] => {
                Some(Self { dtype, shape, buffer })
            }
            _ => None,
        }
    }

    /// The type of the elements as numpy calls it.
    pub(super) fn dtype(&self) -> String {
        dtype_name(self.dtype).unwrap_or_else(|| "structured".to_owned())
    }

    /// Number of elements, as the shape tells.
    pub(super) fn len(&self) -> usize {
        self.dimensions().iter().product()
    }

    fn dimensions(&self) -> Vec<usize> {
        let What::Sequence { items, .. } = &self.shape.what else { return Vec::new() };
        items
            .iter()
            .map(|item| match item.what {
                What::Int(n) => usize::try_from(n).unwrap_or(0),
                _ => 0,
            })
            .collect()
    }

    /// The elements that differ between two arrays of one type and shape, if both are kept whole:
    /// `[17, 2]`, old, new.
    pub(super) fn differing(&self, other: &Array<'_, '_>) -> Option<Vec<(String, String, String)>> {
        let ((len, old), (_, new)) = (self.buffer?, other.buffer?);
        let count = self.len();
        if old.len() != len || new.len() != len || count == 0 || len % count != 0 {
            return None;
        }
        let width = len / count;
        let dtype = dtype_name(self.dtype)?;
        let shape = self.dimensions();
        let pairs = old.chunks_exact(width).zip(new.chunks_exact(width)).enumerate();
        pairs
            .filter(|(_, (old, new))| old != new)
            .map(|(i, (old, new))| {
                Some((position(i, &shape), element(&dtype, old)?, element(&dtype, new)?))
            })
            .collect()
    }
}

impl fmt::Display for Array<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<array of {}, shape {}>", self.dtype(), show(self.shape))
    }
}

/// `[17, 2]`: where the element number `i` in C order lies.
#[must_use]
pub fn position(mut i: usize, shape: &[usize]) -> String {
    let mut index = vec![0; shape.len()];
    for (place, &n) in index.iter_mut().zip(shape).rev() {
        *place = i % n.max(1);
        i /= n.max(1);
    }
    format!("{index:?}")
}

fn dtype_name(dtype: &Node<'_>) -> Option<String> {
    let What::Str(text) = dtype.what else { return None };
    let short = std::str::from_utf8(text).ok()?;
    let name = match short.trim_start_matches(['<', '=', '|']) {
        "b1" => "bool",
        "i1" => "int8",
        "i2" => "int16",
        "i4" => "int32",
        "i8" => "int64",
        "u1" => "uint8",
        "u2" => "uint16",
        "u4" => "uint32",
        "u8" => "uint64",
        "f2" => "float16",
        "f4" => "float32",
        "f8" => "float64",
        "c8" => "complex64",
        "c16" => "complex128",
        "O" => "object",
        other => other,
    };
    Some(name.to_owned())
}

/// One element, for the types that people meet most.
fn element(dtype: &str, bytes: &[u8]) -> Option<String> {
    macro_rules! number {
        ($t:ty) => {
            <$t>::from_le_bytes(bytes.try_into().ok()?)
        };
    }
    Some(match dtype {
        "bool" => if *bytes.first()? == 0 { "False" } else { "True" }.to_owned(),
        "int8" => number!(i8).to_string(),
        "int16" => number!(i16).to_string(),
        "int32" => number!(i32).to_string(),
        "int64" => number!(i64).to_string(),
        "uint8" => number!(u8).to_string(),
        "uint16" => number!(u16).to_string(),
        "uint32" => number!(u32).to_string(),
        "uint64" => number!(u64).to_string(),
        "float32" => {
            // The shortest digits that tell it from its neighbours, as numpy writes it.
            let value = number!(f32);
            if value.is_finite() { format!("{value:?}") } else { float(f64::from(value)) }
        }
        "float64" => float(number!(f64)),
        _ => return None,
    })
}

/// A scalar of numpy, from the parts of its record.
pub(super) fn scalar(dtype: &Node<'_>, value: &Node<'_>) -> Option<String> {
    let name = dtype_name(dtype)?;
    match value.what {
        What::Bytes(bytes) => Some(format!("np.{name}({})", element(&name, bytes)?)),
        What::Str(_) => Some(format!("np.{name}(nan)")),
        _ => None,
    }
}

/// Texts as Arrow has them: where each ends, and all of them one after the other.
pub(super) fn texts(count: &Node<'_>, ends: &Node<'_>, texts: &Node<'_>) -> Option<Vec<String>> {
    let What::Int(count) = count.what else { return None };
    let count = usize::try_from(count).ok().filter(|&n| n > 0)?;
    let (What::Buffer { bytes: ends, .. }, What::Buffer { bytes: texts, .. }) =
        (&ends.what, &texts.what)
    else {
        return None;
    };
    if ends.len() != 8 * count {
        return None;
    }
    let mut start = 0;
    let mut found = Vec::with_capacity(count);
    for end in ends.as_chunks::<8>().0 {
        let end = usize::try_from(i64::from_le_bytes(*end)).ok()?;
        let mut text = String::new();
        quoted(&mut text, texts.get(start..end)?);
        found.push(text);
        start = end;
    }
    Some(found)
}
