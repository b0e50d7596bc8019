//! What differs between two values, as far as what is kept of them tells.

use std::fmt;

use super::array::{self, Array};
use super::decode::{Node, What, read};
use super::outline::{Outline, check_of_part};
use super::show::{self, show};
use crate::encode::tag;

/// So many single differences of one value are told.
pub const SHOWN: usize = 4;

/// One difference within a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Where: `['users'][3].name`, `column 'price'`; empty for the value itself.
    pub path: String,
    /// What happened there.
    pub what: Told,
}

/// What is known of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was this and is that now.
    Values {
        /// The earlier value in a few words.
        old: String,
        /// The present one.
        new: String,
    },
    /// It was added.
    Added(String),
    /// It is gone.
    Removed(String),
    /// It differs: a text such as `3 of 1,000,000 values differ`.
    Differs(String),
}

impl fmt::Display for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if !self.path.is_empty() {
            f.write_str(match self.what {
                Told::Values { .. } => ": ",
                _ => " ",
            })?;
        }
        match &self.what {
            Told::Values { old, new } => write!(f, "{old} → {new}"),
            Told::Added(value) if value.is_empty() => f.write_str("was added"),
            Told::Added(value) => write!(f, "was added: {value}"),
            Told::Removed(value) if value.is_empty() => f.write_str("was removed"),
            Told::Removed(value) => write!(f, "was removed: {value}"),
            Told::Differs(how) => f.write_str(how),
        }
    }
}

/// What differs from `old` to `new`; of many differences the first, and how many more there are.
#[must_use]
pub fn compare(old: Outline<'_>, new: Outline<'_>) -> Vec<Detail> {
    let mut found = Found::default();
    match (read(old.encoding()), read(new.encoding())) {
        (Some(before), Some(after)) => found.compare(&before, &after, &Path::Root),
        _ => found.note(&Path::Root, Told::Differs("differs".to_owned())),
    }
    if found.details.is_empty() {
        found.note(&Path::Root, Told::Differs("differs further on".to_owned()));
    }
    found.shortened()
}

/// The value in a few words, as far as it is kept; `None` if nothing of it is.
#[must_use]
pub fn describe(outline: Outline<'_>) -> Option<String> {
    read(outline.encoding()).map(|node| show(&node))
}

/// The way to a part; made a text only for parts that differ.
enum Path<'p> {
    Root,
    Item(&'p Path<'p>, usize),
    Key(&'p Path<'p>, &'p Node<'p>),
    Attribute(&'p Path<'p>, &'p [u8]),
    Part(&'p Path<'p>, String),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Item(parent, i) => write!(f, "{parent}[{i}]"),
            Self::Key(parent, key) => write!(f, "{parent}[{}]", show(key)),
            Self::Attribute(parent, name) => {
                write!(f, "{parent}.{}", String::from_utf8_lossy(name))
            }
            Self::Part(Self::Root, name) => f.write_str(name),
            Self::Part(parent, name) if name.starts_with('.') => write!(f, "{parent}{name}"),
            Self::Part(parent, name) => write!(f, "{parent} {name}"),
        }
    }
}

#[derive(Default)]
struct Found {
    details: Vec<Detail>,
    count: usize,
}

impl Found {
    fn note(&mut self, path: &Path<'_>, what: Told) {
        self.count += 1;
        if self.details.len() < SHOWN {
            self.details.push(Detail { path: path.to_string(), what });
        }
    }

    fn shortened(mut self) -> Vec<Detail> {
        if self.count > self.details.len() {
            let more = self.count - self.details.len();
            let what = Told::Differs(format!("and {more} more"));
            self.details.push(Detail { path: String::new(), what });
        }
        self.details
    }

    fn values(&mut self, old: &Node<'_>, new: &Node<'_>, path: &Path<'_>) {
        let (old, new) = (show(old), show(new));
        let what = if old == new {
            Told::Differs("differs".to_owned())
        } else {
            Told::Values { old, new }
        };
        self.note(path, what);
    }

    fn compare(&mut self, old: &Node<'_>, new: &Node<'_>, path: &Path<'_>) {
        match (&old.what, &new.what) {
            (
                What::Sequence { tag: kind, len, items },
                What::Sequence { tag: other, len: now_len, items: now },
            ) if kind == other => {
                if matches!(*kind, tag::SET | tag::FROZENSET) {
                    self.sets(items, now, *len == items.len() && *now_len == now.len(), path);
                } else {
                    self.sequences((items, *len), (now, *now_len), path);
                }
            }
            (What::Dict { items, len }, What::Dict { items: now, len: now_len }) => {
                let is_whole = *len == items.len() && *now_len == now.len();
                self.dicts(items, now, is_whole, path, false);
            }
            (
                What::Record { kind, parts, len },
                What::Record { kind: other, parts: now, len: now_len },
            ) if kind == other => {
                self.records(kind, (parts, *len), (now, *now_len), path, (old, new));
            }
            (What::Instance { form, parts }, What::Instance { form: other, parts: now })
                if form == other =>
            {
                self.instances(form, parts, now, path, (old, new));
            }
            (What::UserCode(name), What::UserCode(other)) if name == other => {
                self.note(path, Told::Differs("its code differs".to_owned()));
            }
            (What::Digest, _) | (_, What::Digest) => {
                self.note(path, Told::Differs("differs".to_owned()));
            }
            _ => self.values(old, new, path),
        }
    }

    /// As `compare`, of values that may be the same.
    fn part(&mut self, old: &Node<'_>, new: &Node<'_>, path: &Path<'_>) {
        if !are_same(old, new) {
            self.compare(old, new, path);
        }
    }

    fn sequences(
        &mut self,
        (old, old_len): (&[Node<'_>], usize),
        (new, new_len): (&[Node<'_>], usize),
        path: &Path<'_>,
    ) {
        if old_len != new_len {
            let what = Told::Differs(format!("length {old_len} → {new_len}"));
            self.note(path, what);
        }
        let differing = old.iter().zip(new).filter(|(old, new)| !are_same(old, new)).count();
        let is_whole = old.len() == old_len && new.len() == new_len;
        if differing > SHOWN || (old_len != new_len && differing > 1) {
            // Something was put in or taken out, or all is other: where is not worth telling.
            if old_len == new_len {
                let least = if is_whole { "" } else { "at least " };
                let what = format!("{least}{differing} of {} elements differ", grouped(new_len));
                self.note(path, Told::Differs(what));
            }
            return;
        }
        for (i, (old, new)) in old.iter().zip(new).enumerate() {
            self.part(old, new, &Path::Item(path, i));
        }
        if old_len == new_len && differing == 0 && !is_whole {
            let kept = old.len().min(new.len());
            let what = format!("differs after the first {} elements", grouped(kept));
            self.note(path, Told::Differs(what));
        }
    }

    fn sets(&mut self, old: &[Node<'_>], new: &[Node<'_>], is_whole: bool, path: &Path<'_>) {
        if !is_whole {
            return self.note(path, Told::Differs("differs".to_owned()));
        }
        let is_in = |node: &Node<'_>, all: &[Node<'_>]| all.iter().any(|n| n.raw == node.raw);
        for node in old.iter().filter(|node| !is_in(node, new)) {
            self.note(path, Told::Differs(format!("without {}", show(node))));
        }
        for node in new.iter().filter(|node| !is_in(node, old)) {
            self.note(path, Told::Differs(format!("with {}", show(node))));
        }
    }

    fn dicts(
        &mut self,
        old: &[(Node<'_>, Node<'_>)],
        new: &[(Node<'_>, Node<'_>)],
        is_whole: bool,
        path: &Path<'_>,
        are_attributes: bool,
    ) {
        let before = self.count;
        let at = |key: &Node<'_>| -> Option<Vec<u8>> {
            match key.what {
                What::Str(name) if are_attributes => Some(name.to_vec()),
                _ => None,
            }
        };
        let find = |key: &Node<'_>, all: &'_ [(Node<'_>, Node<'_>)]| {
            all.iter().position(|(k, _)| k.raw == key.raw)
        };
        for (key, value) in old {
            let name = at(key);
            let path = match &name {
                Some(name) => Path::Attribute(path, name),
                None => Path::Key(path, key),
            };
            match find(key, new) {
                Some(i) => self.part(value, &new[i].1, &path),
                // It may stand beyond what is kept.
                None if is_whole => self.note(&path, Told::Removed(show(value))),
                None => {}
            }
        }
        for (key, value) in new {
            if is_whole && find(key, old).is_none() {
                let name = at(key);
                let path = match &name {
                    Some(name) => Path::Attribute(path, name),
                    None => Path::Key(path, key),
                };
                self.note(&path, Told::Added(show(value)));
            }
        }
        if self.count == before {
            let how = if is_whole { "the order of the keys differs" } else { "differs further on" };
            self.note(path, Told::Differs(how.to_owned()));
        }
    }

    fn records(
        &mut self,
        kind: &str,
        (old, old_len): (&[Node<'_>], usize),
        (new, new_len): (&[Node<'_>], usize),
        path: &Path<'_>,
        whole: (&Node<'_>, &Node<'_>),
    ) {
        match kind {
            "numpy.ndarray" => self.arrays(old, new, path),
            "pandas.DataFrame" => self.frames((old, old_len), (new, new_len), path),
            "polars.DataFrame" => self.polars_frames(old, new, path),
            "pandas.Series" => {
                for ((old, new), name) in
                    old.iter().zip(new).zip(["name", "index", "values", "attrs"])
                {
                    self.part(old, new, &Path::Part(path, name.to_owned()));
                }
            }
            "hash_funcs" => match (old, new) {
                ([_, old], [_, new]) => self.part(old, new, path),
                _ => self.values(whole.0, whole.1, path),
            },
            "functools.partial"
            | "types.SimpleNamespace"
            | "mappingproxy"
            | "method"
            | "collections.OrderedDict"
            | "collections.defaultdict"
            | "collections.deque" => {
                for (i, (old, new)) in old.iter().zip(new).enumerate() {
                    let name = match (kind, i) {
                        ("functools.partial", 0) => ".func",
                        ("functools.partial", 1) => ".args",
                        ("functools.partial", 2) => ".keywords",
                        ("method", 0) => ".__func__",
                        ("method", 1) => ".__self__",
                        _ => "",
                    };
                    if name.is_empty() {
                        self.part(old, new, path);
                    } else {
                        self.part(old, new, &Path::Part(path, name.to_owned()));
                    }
                }
            }
            _ if kind.starts_with("arrow") || kind.starts_with("pandas.") => {
                self.note(path, Told::Differs("differs".to_owned()));
            }
            _ => self.values(whole.0, whole.1, path),
        }
    }

    fn arrays(&mut self, old: &[Node<'_>], new: &[Node<'_>], path: &Path<'_>) {
        let (Some(before), Some(after)) = (Array::of(old), Array::of(new)) else {
            return self.note(path, Told::Differs("differs".to_owned()));
        };
        if before.dtype() != after.dtype() {
            let what = format!("dtype {} → {}", before.dtype(), after.dtype());
            return self.note(path, Told::Differs(what));
        }
        if before.shape.raw != after.shape.raw {
            let what = format!("shape {} → {}", show(before.shape), show(after.shape));
            return self.note(path, Told::Differs(what));
        }
        match before.differing(&after) {
            Some(elements) if !elements.is_empty() && elements.len() <= SHOWN => {
                for (position, old, new) in elements {
                    self.note(&Path::Part(path, position), Told::Values { old, new });
                }
            }
            Some(elements) if !elements.is_empty() => {
                let what = format!("{} of {} values differ", elements.len(), grouped(after.len()));
                self.note(path, Told::Differs(what));
            }
            _ => {
                let what = format!("values differ ({}, {})", after.dtype(), grouped(after.len()));
                self.note(path, Told::Differs(what));
            }
        }
    }

    /// Parts of a frame: names of the columns, index, each column, attrs, flags.
    fn frames(
        &mut self,
        (old, old_len): (&[Node<'_>], usize),
        (new, new_len): (&[Node<'_>], usize),
        path: &Path<'_>,
    ) {
        let names = |parts: &[Node<'_>]| parts.first().map(names_of).unwrap_or_default();
        let (old_names, new_names) = (names(old), names(new));
        if self.columns_differ(&old_names, &new_names, path) {
            return;
        }
        if old_len != new_len {
            return self.note(path, Told::Differs("the columns differ".to_owned()));
        }
        if old.first().map(|n| n.raw) != new.first().map(|n| n.raw) && old_names.is_empty() {
            return self.note(path, Told::Differs("the columns differ".to_owned()));
        }
        if let (Some(old), Some(new)) = (old.get(1), new.get(1))
            && !are_same(old, new)
        {
            self.note(path, Told::Differs("the index differs".to_owned()));
        }
        let last = new_len.saturating_sub(2);
        for (i, (old, new)) in old.iter().zip(new).enumerate().skip(2) {
            if i >= last {
                let part = if i == last { "attrs" } else { "flags" };
                self.part(old, new, &Path::Part(path, part.to_owned()));
            } else {
                let number = (i - 2).to_string();
                let name = new_names.get(i - 2).unwrap_or(&number);
                self.part(old, new, &column(path, name));
            }
        }
    }

    /// Parts of a frame of polars: its content as Arrow, shape, names of the columns, their types.
    fn polars_frames(&mut self, old: &[Node<'_>], new: &[Node<'_>], path: &Path<'_>) {
        let before = self.count;
        let ([old_content, old_shape, old_names, ..], [content, shape, names, ..]) = (old, new)
        else {
            return self.note(path, Told::Differs("differs".to_owned()));
        };
        if self.columns_differ(&names_of(old_names), &names_of(names), path) {
            return;
        }
        if old_shape.raw != shape.raw {
            let what = format!("shape {} → {}", show(old_shape), show(shape));
            self.note(path, Told::Differs(what));
        } else if let (Some(old), Some(new)) = (children(old_content), children(content)) {
            for (i, (old, new)) in old.iter().zip(new).enumerate() {
                if let Some(name) = names_of(names).get(i) {
                    self.part(old, new, &column(path, name));
                }
            }
        }
        if self.count == before {
            self.note(path, Told::Differs("values differ".to_owned()));
        }
    }

    /// What `rememo.File` and `rememo.Env` count by: their name, and what it stands for.
    fn sources(
        &mut self,
        old: &[Node<'_>],
        new: &[Node<'_>],
        path: &Path<'_>,
        whole: (&Node<'_>, &Node<'_>),
    ) {
        let is =
            |node: &Node<'_>, name: &str| matches!(node.what, What::Str(s) if s == name.as_bytes());
        match (old, new) {
            ([kind, _], [other, _]) if is(kind, "rememo.File") && is(other, "rememo.File") => {
                self.note(path, Told::Differs("the content of the file differs".to_owned()));
            }
            ([kind, name, old], [other, same, new])
                if is(kind, "rememo.Env") && is(other, "rememo.Env") && name.raw == same.raw =>
            {
                let name = format!("environment variable {}", show(name).trim_matches('\''));
                self.values(old, new, &Path::Part(path, name));
            }
            _ => match (&whole.0.what, &whole.1.what) {
                (What::Instance { parts: old, .. }, What::Instance { parts: new, .. }) => {
                    for (old, new) in old.iter().zip(new) {
                        self.part(old, new, path);
                    }
                }
                _ => self.values(whole.0, whole.1, path),
            },
        }
    }

    /// Tells which columns are new or gone; whether there are such.
    fn columns_differ(&mut self, old: &[String], new: &[String], path: &Path<'_>) -> bool {
        if old == new {
            return false;
        }
        let before = self.count;
        for name in old.iter().filter(|name| !new.contains(name)) {
            self.note(&column(path, name), Told::Removed(String::new()));
        }
        for name in new.iter().filter(|name| !old.contains(name)) {
            self.note(&column(path, name), Told::Added(String::new()));
        }
        if self.count == before {
            self.note(path, Told::Differs("the order of the columns differs".to_owned()));
        }
        true
    }

    fn instances(
        &mut self,
        form: &str,
        old: &[Node<'_>],
        new: &[Node<'_>],
        path: &Path<'_>,
        whole: (&Node<'_>, &Node<'_>),
    ) {
        if form == "__rememo_hash__"
            && let [Node { what: What::Sequence { items, .. }, .. }] = old
            && let [Node { what: What::Sequence { items: now, .. }, .. }] = new
        {
            return self.sources(items, now, path, whole);
        }
        if form == "enum"
            && let ([name, old, ..], [same, new, ..]) = (old, new)
            && name.raw == same.raw
            && old.raw != new.raw
        {
            return self.compare(old, new, &Path::Part(path, ".value".to_owned()));
        }
        if form != "state" {
            return match (old, new) {
                ([old], [new]) => self.part(old, new, path),
                _ => self.values(whole.0, whole.1, path),
            };
        }
        let before = self.count;
        for (i, (old, new)) in old.iter().zip(new).enumerate() {
            match (i, &old.what, &new.what) {
                (1, What::Dict { items, len }, What::Dict { items: now, len: now_len }) => {
                    if old.raw != new.raw {
                        let is_whole = *len == items.len() && *now_len == now.len();
                        self.dicts(items, now, is_whole, path, true);
                    }
                }
                _ => self.part(old, new, path),
            }
        }
        if self.count == before {
            self.note(path, Told::Differs("the code of its class differs".to_owned()));
        }
    }
}

/// The columns in the content of a frame of polars: parts of the Arrow record, after length and
/// validity.
fn children<'n, 'a>(content: &'n Node<'a>) -> Option<&'n [Node<'a>]> {
    let What::Record { parts, .. } = &content.what else { return None };
    let What::Record { parts, .. } = &parts.get(1)?.what else { return None };
    parts.get(2..)
}

/// Whether two parts are the same value, though of one of them only a digest or a check is kept.
fn are_same(old: &Node<'_>, new: &Node<'_>) -> bool {
    old.raw == new.raw
        || ((old.what == What::Digest || new.what == What::Digest)
            && check_of_part(old.raw) == check_of_part(new.raw))
}

fn column<'p>(path: &'p Path<'p>, name: &str) -> Path<'p> {
    Path::Part(path, format!("column {name}"))
}

/// The names in an index of columns, as Python writes them, where they are kept.
fn names_of(index: &Node<'_>) -> Vec<String> {
    let What::Record { kind, parts, .. } = &index.what else {
        return match &index.what {
            What::Sequence { tag: tag::LIST, items, .. } => items.iter().map(show).collect(),
            _ => Vec::new(),
        };
    };
    match (*kind, &parts[..]) {
        ("arrow.values", [count, _, ends, texts]) => {
            array::texts(count, ends, texts).unwrap_or_default()
        }
        // An array of objects: its elements are a list.
        _ => parts.iter().map(names_of).find(|names| !names.is_empty()).unwrap_or_default(),
    }
}

/// A number with its thousands apart: `1,000,000`.
#[must_use]
pub fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A text on one line.
pub(super) fn one_line(text: &str, width: usize) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    show::shorten(&line.join(" "), width)
}
