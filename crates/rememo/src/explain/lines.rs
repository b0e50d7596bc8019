//! The source of a function, as much of it as is kept, and which of its lines differ.

use super::bytes::{Malformed, Reader, push_text, push_varint};
use crate::digest::Digest;

/// A longer source is kept as a check for each line.
const MOST_TEXT: usize = 2048;
/// Of a source of more lines than that the first ones are kept.
const MOST_LINES: usize = 400;
/// So many lines that differ are shown of either side.
pub const SHOWN: usize = 5;

const TEXT: u8 = 0;
const CHECKS: u8 = 1;

/// The lines of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// As they stand, without the indentation that they share.
    Text(Box<str>),
    /// Of each line a check of its content.
    Checks(Box<[u32]>),
}

/// A line that one side has and the other has not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineChange {
    /// Whether it is the present side that has it.
    pub is_new: bool,
    /// The line.
    pub text: String,
}

fn check(line: &str) -> u32 {
    let digest = Digest::of(line.trim_end().as_bytes());
    u32::from_le_bytes([digest.0[0], digest.0[1], digest.0[2], digest.0[3]])
}

/// The lines without the indentation that all of them share.
fn dedented(text: &str) -> String {
    let indent = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> =
        text.lines().map(|line| line.get(indent..).unwrap_or("").trim_end()).collect();
    lines.join("\n")
}

impl Source {
    /// What is kept of these lines; of none but a check where texts are not wanted.
    #[must_use]
    pub fn of(text: &str, keeps_text: bool) -> Self {
        let text = dedented(text);
        if keeps_text && text.len() <= MOST_TEXT {
            return Self::Text(text.into());
        }
        Self::Checks(text.lines().take(MOST_LINES).map(check).collect())
    }

    fn checks(&self) -> Vec<u32> {
        match self {
            Self::Text(text) => text.lines().take(MOST_LINES).map(check).collect(),
            Self::Checks(checks) => checks.to_vec(),
        }
    }

    /// Whether all lines are the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.checks() == other.checks()
    }

    fn line(&self, i: usize) -> Option<&str> {
        match self {
            Self::Text(text) => text.lines().nth(i),
            Self::Checks(_) => None,
        }
    }

    /// The lines that differ from `self` to `new`, in order, as far as their text is known: those
    /// between what both begin with and what both end with, without the ones that both have there.
    #[must_use]
    pub fn difference(&self, new: &Self) -> Vec<LineChange> {
        let (old_checks, new_checks) = (self.checks(), new.checks());
        let common = longest_common(&old_checks, &new_checks);
        let mut changes = Vec::new();
        let (mut i, mut j) = (0, 0);
        for (a, b) in common.into_iter().chain([(old_checks.len(), new_checks.len())]) {
            let side = |source: &Self, from: usize, to: usize, is_new: bool| {
                let lines = (from..to).filter_map(|n| source.line(n)).map(str::to_owned);
                // Blank lines and comments are no difference that counts.
                let lines = lines.filter(|line| {
                    let line = line.trim_start();
                    !line.is_empty() && !line.starts_with('#')
                });
                lines.map(|text| LineChange { is_new, text }).collect::<Vec<_>>()
            };
            changes.extend(side(self, i, a, false));
            changes.extend(side(new, j, b, true));
            (i, j) = (a + 1, b + 1);
        }
        changes
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                out.push(TEXT);
                push_text(out, text);
            }
            Self::Checks(checks) => {
                out.push(CHECKS);
                push_varint(out, checks.len() as u64);
                for check in checks {
                    out.extend_from_slice(&check.to_le_bytes());
                }
            }
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        match reader.byte()? {
            TEXT => Ok(Self::Text(reader.text()?.into())),
            CHECKS => {
                let count = reader.length()?;
                (0..count).map(|_| reader.u32()).collect::<Result<_, _>>().map(Self::Checks)
            }
            _ => Err(Malformed),
        }
    }
}

/// Pairs of lines that both sides have, in order: a longest common subsequence, by the table of
/// lengths of all suffixes, after what both begin and end with was set aside.
fn longest_common(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let begin = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (&old[begin..], &new[begin..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) =
        (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);
    let width = new_rest.len() + 1;
    let mut lengths = vec![0_u16; (old_rest.len() + 1) * width];
    for i in (0..old_rest.len()).rev() {
        for j in (0..new_rest.len()).rev() {
            lengths[i * width + j] = if old_rest[i] == new_rest[j] {
                lengths[(i + 1) * width + j + 1] + 1
            } else {
                lengths[(i + 1) * width + j].max(lengths[i * width + j + 1])
            };
        }
    }
    let mut pairs: Vec<(usize, usize)> = (0..begin).map(|i| (i, i)).collect();
    let (mut i, mut j) = (0, 0);
    while i < old_rest.len() && j < new_rest.len() {
        if old_rest[i] == new_rest[j] {
            pairs.push((begin + i, begin + j));
            (i, j) = (i + 1, j + 1);
        } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs.extend((0..end).map(|k| (old.len() - end + k, new.len() - end + k)));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(old: &str, new: &str) -> Vec<String> {
        let changes = Source::of(old, true).difference(&Source::of(new, true));
        changes.iter().map(|c| format!("{}{}", if c.is_new { "+" } else { "-" }, c.text)).collect()
    }

    #[test]
    fn lines_that_differ_are_told_in_order() {
        let old = "def f(x):\n    a = 1\n    b = 2\n    return a + b\n";
        let new = "def f(x):\n    a = 1\n    b = 3\n    return a + b\n";
        assert_eq!(difference(old, new), ["-    b = 2", "+    b = 3"]);
    }

    #[test]
    fn indentation_comments_and_blank_lines_are_no_difference() {
        let old = "    def f(x):\n        return x\n";
        let new = "def f(x):\n\n    # says nothing\n    return x\n";
        assert!(difference(old, new).is_empty());
    }

    #[test]
    fn a_line_put_in_does_not_make_all_others_differ() {
        let old = "a\nb\nc\nd\n";
        let new = "a\nx\nb\nd\ny\n";
        assert_eq!(difference(old, new), ["+x", "-c", "+y"]);
    }

    #[test]
    fn of_a_long_source_only_the_present_lines_can_be_told() {
        let old: String = (0..300).map(|i| format!("line_{i} = {i}\n")).collect();
        let new = old.replace("line_7 = 7\n", "line_7 = 8\n");
        assert!(matches!(Source::of(&old, true), Source::Checks(_)));
        assert!(difference(&old, &new).is_empty());
        let short_new = "line_0 = 0\nother = 1\n";
        assert_eq!(difference(&old, short_new), ["+other = 1"]);
        assert!(matches!(Source::of("secret = 1", false), Source::Checks(_)));
    }
}
