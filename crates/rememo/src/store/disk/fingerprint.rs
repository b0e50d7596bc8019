//! Stored fingerprints as bytes.
//!
//! A version byte (1); the table of strings: their number, then each as length and UTF-8; the dependencies: their
//! number, then for each the numbers of four strings (kind, name, place, summary), its ordinal and the 32 bytes of its
//! digest. All numbers are LEB128. Strings are many times the same: files, kinds.

use rustc_hash::FxHashMap;

use super::record::{StoredDependency, StoredFingerprint};
use crate::digest::{DIGEST_LEN, Digest};

const VERSION: u8 = 1;

fn number(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

pub(super) fn write(fingerprint: &StoredFingerprint) -> Vec<u8> {
    let mut table: FxHashMap<&str, u64> = FxHashMap::default();
    let mut strings: Vec<&str> = Vec::new();
    let mut rest = Vec::new();
    number(&mut rest, fingerprint.dependencies.len() as u64);
    for dependency in &fingerprint.dependencies {
        for text in [&dependency.kind, &dependency.name, &dependency.place, &dependency.summary] {
            let at = *table.entry(text).or_insert_with(|| {
                strings.push(text);
                strings.len() as u64 - 1
            });
            number(&mut rest, at);
        }
        number(&mut rest, u64::from(dependency.ordinal));
        rest.extend_from_slice(dependency.digest.as_bytes());
    }
    let mut bytes = vec![VERSION];
    number(&mut bytes, strings.len() as u64);
    for text in strings {
        number(&mut bytes, text.len() as u64);
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes.extend_from_slice(&rest);
    bytes
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7F).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn count(&mut self) -> Option<usize> {
        // Whatever is counted takes a byte at least.
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len())
    }
}

/// `None` for bytes that are no fingerprint of this version.
pub(super) fn read(digest: Digest, bytes: &[u8]) -> Option<StoredFingerprint> {
    let mut reader = Reader(bytes);
    if reader.take(1)? != [VERSION] {
        return None;
    }
    let mut strings = Vec::new();
    for _ in 0..reader.count()? {
        let length = usize::try_from(reader.number()?).ok()?;
        strings.push(std::str::from_utf8(reader.take(length)?).ok()?);
    }
    let mut dependencies = Vec::new();
    for _ in 0..reader.count()? {
        let mut text = || -> Option<String> {
            let at = usize::try_from(reader.number()?).ok()?;
            Some((*strings.get(at)?).to_owned())
        };
        let (kind, name, place, summary) = (text()?, text()?, text()?, text()?);
        let ordinal = u32::try_from(reader.number()?).ok()?;
        let mut content = [0; DIGEST_LEN];
        content.copy_from_slice(reader.take(DIGEST_LEN)?);
        let digest = Digest(content);
        dependencies.push(StoredDependency { kind, name, ordinal, digest, place, summary });
    }
    reader.0.is_empty().then_some(StoredFingerprint { digest, dependencies })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(
            parts in prop::collection::vec(
                (".{0,9}", ".{0,9}", 0..300_u32, any::<[u8; 32]>(), ".{0,9}", ".{0,9}"), 0..9,
            ),
            cut in 0..64_usize,
        ) {
            let dependencies = parts
                .into_iter()
                .map(|(kind, name, ordinal, digest, place, summary)| StoredDependency {
                    kind, name, ordinal, digest: Digest(digest), place, summary,
                })
                .collect();
            let before = StoredFingerprint { digest: Digest([7; 32]), dependencies };
            let bytes = write(&before);
            prop_assert_eq!(read(before.digest, &bytes), Some(before.clone()));
            // Cut short, or with something behind it, it is no fingerprint.
            let short = bytes.len().saturating_sub(1 + cut % bytes.len());
            prop_assert_eq!(read(before.digest, &bytes[..short]), None);
            prop_assert_eq!(read(before.digest, &[&bytes[..], &[0]].concat()), None);
        }
    }
}
