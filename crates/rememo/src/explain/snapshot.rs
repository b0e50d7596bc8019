//! A fingerprint as it is kept to explain later misses: each dependency with its place, what is
//! kept of its value, its source.
//!
//! Made once for each fingerprint, shared by all entries under it; the next one shares with it what
//! has not changed. A disk tier stores the byte form under the fingerprint's digest:
//! `"rmfp" ‖ version ‖ digest (32) ‖ varint(n)`, then for each dependency in the order of the
//! fingerprint `text(kind) ‖ text(name) ‖ varint(ordinal) ‖ digest (32) ‖ flags`, and as the flags
//! tell: 1 its place `text(file) ‖ varint(line)`, 2 its value `varint(length) ‖ outline`, 4 its
//! source: `00 ‖ text`, or `01 ‖ varint(lines)` and a check of four bytes for each line.

use std::cmp::Ordering;
use std::sync::Arc;

use super::bytes::{Malformed, Reader, push_text, push_varint};
use super::lines::Source;
use super::outline::Outline;
use crate::digest::Digest;
use crate::fingerprint::{Dependency, Fingerprint, Kind, Origin};

/// Version of the byte form.
const VERSION: u8 = 1;
const MAGIC: &[u8] = b"rmfp";
const HAS_PLACE: u8 = 1;
const HAS_VALUE: u8 = 2;
const HAS_SOURCE: u8 = 4;

/// One dependency with what is kept of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// The dependency.
    pub dependency: Dependency,
    value: Option<Box<[u8]>>,
    source: Option<Source>,
}

impl Described {
    /// A dependency with nothing more than what the fingerprint says.
    #[must_use]
    pub const fn new(dependency: Dependency) -> Self {
        Self { dependency, value: None, source: None }
    }

    /// With the outline of its value, in its byte form.
    #[must_use]
    pub fn with_value(mut self, outline: &[u8]) -> Self {
        self.value = Outline::read(outline).map(|_| outline.into());
        self
    }

    /// With its source.
    #[must_use]
    pub fn with_source(mut self, source: Source) -> Self {
        self.source = Some(source);
        self
    }

    /// The outline of its value.
    #[must_use]
    pub fn value(&self) -> Option<Outline<'_>> {
        self.value.as_deref().and_then(Outline::read)
    }

    /// Its source.
    #[must_use]
    pub const fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }
}

/// A fingerprint with what is kept of each dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    digest: Digest,
    dependencies: Vec<Arc<Described>>,
}

impl Snapshot {
    /// Of a fingerprint; `describe` is asked for what `earlier` does not tell already.
    #[must_use]
    pub fn of(
        fingerprint: &Fingerprint,
        earlier: Option<&Self>,
        mut describe: impl FnMut(&Dependency) -> Described,
    ) -> Self {
        let mut known = earlier.map_or(&[][..], |e| &e.dependencies).iter().peekable();
        let dependencies = fingerprint
            .dependencies()
            .iter()
            .map(|dependency| {
                while let Some(old) = known.peek() {
                    match old.dependency.key().cmp(&dependency.key()) {
                        Ordering::Less => drop(known.next()),
                        Ordering::Equal if old.dependency == *dependency => return Arc::clone(old),
                        _ => break,
                    }
                }
                Arc::new(describe(dependency))
            })
            .collect();
        Self { digest: fingerprint.digest(), dependencies }
    }

    /// The fingerprint's digest.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The dependencies in the order of the fingerprint.
    #[must_use]
    pub fn dependencies(&self) -> &[Arc<Described>] {
        &self.dependencies
    }

    /// How many dependencies differ; counted no further than `enough`.
    #[must_use]
    pub fn distance(&self, other: &Self, enough: usize) -> usize {
        if self.digest == other.digest {
            return 0;
        }
        // Only a root under another name may leave nothing that differs.
        pairs(self, other).filter(|(old, new)| differ(*old, *new)).take(enough).count().max(1)
    }

    /// The byte form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.push(VERSION);
        out.extend_from_slice(self.digest.as_bytes());
        push_varint(&mut out, self.dependencies.len() as u64);
        for described in &self.dependencies {
            let Described { dependency, value, source } = &**described;
            push_text(&mut out, dependency.kind.as_str());
            push_text(&mut out, &dependency.name);
            push_varint(&mut out, u64::from(dependency.ordinal));
            out.extend_from_slice(dependency.digest.as_bytes());
            let flag = |is_there: bool, flag: u8| if is_there { flag } else { 0 };
            out.push(
                flag(dependency.origin.is_some(), HAS_PLACE)
                    | flag(value.is_some(), HAS_VALUE)
                    | flag(source.is_some(), HAS_SOURCE),
            );
            if let Some(origin) = &dependency.origin {
                push_text(&mut out, origin.file.as_deref().unwrap_or_default());
                push_varint(&mut out, u64::from(origin.line));
            }
            if let Some(value) = value {
                push_varint(&mut out, value.len() as u64);
                out.extend_from_slice(value);
            }
            if let Some(source) = source {
                source.write(&mut out);
            }
        }
        out
    }

    /// Reads the byte form.
    ///
    /// # Errors
    /// If the bytes are of another version or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.take(MAGIC.len())? != MAGIC || reader.byte()? != VERSION {
            return Err(Malformed);
        }
        let digest = reader.digest()?;
        let count = reader.length()?;
        let mut dependencies: Vec<Arc<Described>> = Vec::new();
        for _ in 0..count {
            let described = read_described(&mut reader)?;
            let is_in_order = dependencies
                .last()
                .is_none_or(|last| last.dependency.key() < described.dependency.key());
            if !is_in_order {
                return Err(Malformed);
            }
            dependencies.push(Arc::new(described));
        }
        reader.end()?;
        Ok(Self { digest, dependencies })
    }
}

fn read_described(reader: &mut Reader<'_>) -> Result<Described, Malformed> {
    let kind = Kind::from_name(reader.text()?).ok_or(Malformed)?;
    let name = reader.text()?.into();
    let number = |reader: &mut Reader<'_>| u32::try_from(reader.varint()?).map_err(|_| Malformed);
    let ordinal = number(reader)?;
    let digest = reader.digest()?;
    let flags = reader.byte()?;
    if flags & !(HAS_PLACE | HAS_VALUE | HAS_SOURCE) != 0 {
        return Err(Malformed);
    }
    let origin = if flags & HAS_PLACE != 0 {
        let file = Some(reader.text()?.to_owned()).filter(|file| !file.is_empty());
        Some(Arc::new(Origin { file, line: number(reader)? }))
    } else {
        None
    };
    let mut described = Described::new(Dependency { kind, name, ordinal, digest, origin });
    if flags & HAS_VALUE != 0 {
        let value = reader.sized()?;
        Outline::read(value).ok_or(Malformed)?;
        described = described.with_value(value);
    }
    if flags & HAS_SOURCE != 0 {
        described = described.with_source(Source::read(reader)?);
    }
    Ok(described)
}

type Pair<'a> = (Option<&'a Described>, Option<&'a Described>);

/// Equal kinds, names and ordinals side by side, in order.
pub(super) fn pairs<'a>(old: &'a Snapshot, new: &'a Snapshot) -> impl Iterator<Item = Pair<'a>> {
    let mut olds = old.dependencies.iter().map(|d| &**d).peekable();
    let mut news = new.dependencies.iter().map(|d| &**d).peekable();
    std::iter::from_fn(move || {
        let order = match (olds.peek(), news.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => old.dependency.key().cmp(&new.dependency.key()),
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        Some((old, new))
    })
}

pub(super) fn differ(old: Option<&Described>, new: Option<&Described>) -> bool {
    old.map(|d| d.dependency.digest) != new.map(|d| d.dependency.digest)
}
