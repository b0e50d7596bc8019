//! What a function's result depends on besides its arguments: a flat sorted map from the name of
//! each dependency to its digest.
//!
//! Following code finds a *graph*: functions that call each other, classes and the values they
//! read. [`Builder`] takes that graph and lays it flat without losing anything: nodes of one name
//! that cannot be told apart become one dependency, those that can get ordinals (`inner#1`,
//! `inner#2`), and where a dependency refers to such a one, the ordinal goes into its digest. Two
//! graphs have equal fingerprints exactly when they are bisimilar from their roots, so
//! why-questions are a difference of two maps.

mod builder;
mod diff;
mod partition;

use std::fmt;
use std::sync::Arc;

use crate::digest::{DIGEST_LEN, Digest};

pub use builder::{Builder, NodeId};
pub use diff::{Change, Compared, diff};

/// What sort of thing a dependency is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A function's code.
    Function,
    /// A class.
    Class,
    /// A global variable's value.
    Global,
    /// The value of a closure cell.
    Closure,
    /// A module as a value.
    Module,
    /// Code of a library, by distribution and version.
    Library,
    /// An attribute of a module, class or object.
    Attribute,
    /// A parameter's default.
    Default,
    /// The source of a module that is not loaded.
    Source,
    /// Something the user named: `depends_on`, `version`.
    Extra,
    /// An environment variable.
    Environment,
    /// A file's content.
    File,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::Function,
        Self::Class,
        Self::Global,
        Self::Closure,
        Self::Module,
        Self::Library,
        Self::Attribute,
        Self::Default,
        Self::Source,
        Self::Extra,
        Self::Environment,
        Self::File,
    ];

    /// The kind's name: part of every label and so of every digest; never changed, without spaces.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Class => "class",
            Self::Global => "global",
            Self::Closure => "closure",
            Self::Module => "module",
            Self::Library => "library",
            Self::Attribute => "attribute",
            Self::Default => "default",
            Self::Source => "source",
            Self::Extra => "extra",
            Self::Environment => "environment",
            Self::File => "file",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a dependency was found; said to people, never hashed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The source file, if there is one.
    pub file: Option<String>,
    /// The line in it, counted from 1; 0 where none is known.
    pub line: u32,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), 0) => f.write_str(file),
            (Some(file), line) => write!(f, "{file}:{line}"),
            (None, _) => f.write_str("?"),
        }
    }
}

/// One entry of a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Its name, without kind and ordinal.
    pub name: Arc<str>,
    /// 0 if no other dependency has this kind and name, else its number among them, from 1.
    pub ordinal: u32,
    /// Digest of its content.
    pub digest: Digest,
    /// Where it was found.
    pub origin: Option<Arc<Origin>>,
}

impl Dependency {
    /// What orders dependencies and makes them the same one in two fingerprints.
    #[must_use]
    pub fn key(&self) -> (&'static str, &str, u32) {
        (self.kind.as_str(), &self.name, self.ordinal)
    }
}

impl fmt::Display for Dependency {
    /// `kind name`, with `#ordinal` where several have that name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name)?;
        if self.ordinal > 0 { write!(f, "#{}", self.ordinal) } else { Ok(()) }
    }
}

/// The fingerprint of a function: its dependencies and the digest of them all.
///
/// It remembers the graph it came from, so that a value that changed is replaced by
/// [`update`](Self::update) without following code anew.
#[derive(Clone, Debug)]
pub struct Fingerprint {
    graph: Arc<builder::Graph>,
    bodies: Vec<Digest>,
    flat: Flat,
    digest: Digest,
}

/// The flat map, laid out for hashing.
#[derive(Clone, Debug)]
struct Flat {
    dependencies: Vec<Dependency>,
    /// For each node its dependency.
    place: Vec<u32>,
    /// For each dependency the ordinals of what it refers to; empty if all are 0.
    ordinals: Vec<Box<[u32]>>,
    /// Digest of root and names, then the digest of each dependency in order.
    layout: Vec<u8>,
}

impl Flat {
    fn put(&mut self, place: usize, body: Digest) {
        let digest = builder::qualified(body, &self.ordinals[place]);
        self.dependencies[place].digest = digest;
        let start = DIGEST_LEN * (1 + place);
        self.layout[start..start + DIGEST_LEN].copy_from_slice(&digest.0);
    }
}

impl Fingerprint {
    fn new(graph: Arc<builder::Graph>, bodies: Vec<Digest>) -> Self {
        let flat = graph.flatten(&bodies);
        let digest = Digest::of(&flat.layout);
        Self { graph, bodies, flat, digest }
    }

    /// The digest that goes into keys: of the root's name and every dependency's name and digest.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The dependencies in the order of their kind, name and ordinal.
    #[must_use]
    pub fn dependencies(&self) -> &[Dependency] {
        &self.flat.dependencies
    }

    /// The dependency that `node` became.
    ///
    /// # Panics
    /// If `node` is of another builder: a defect of the caller.
    #[must_use]
    pub fn dependency(&self, node: NodeId) -> &Dependency {
        &self.flat.dependencies[self.flat.place[node.index()] as usize]
    }

    /// Replaces the body of one node whose references stay what they were; returns the new digest.
    ///
    /// Where no other node has that node's kind and name, this is one hash over the layout: about a
    /// microsecond for ten dependencies. Else the graph is laid flat again, since nodes may have
    /// become alike or different.
    ///
    /// # Panics
    /// If `node` is of another builder: a defect of the caller.
    pub fn update(&mut self, node: NodeId, body: Digest) -> Digest {
        self.update_all([(node, body)])
    }

    /// As [`update`](Self::update) for several nodes, with one hash at the end.
    ///
    /// # Panics
    /// If a node is of another builder: a defect of the caller.
    pub fn update_all(&mut self, changes: impl IntoIterator<Item = (NodeId, Digest)>) -> Digest {
        let mut flatten = false;
        for (node, body) in changes {
            self.bodies[node.index()] = body;
            if self.graph.name_is_shared(node) {
                flatten = true;
            } else {
                self.flat.put(self.flat.place[node.index()] as usize, body);
            }
        }
        if flatten {
            self.flat = self.graph.flatten(&self.bodies);
        }
        self.digest = Digest::of(&self.flat.layout);
        self.digest
    }

    /// The place of the root among the dependencies; none of a fingerprint without nodes.
    #[must_use]
    pub fn root(&self) -> Option<usize> {
        self.flat.place.first().map(|&place| place as usize)
    }

    /// For each dependency the places of those that it refers to, each once, in order.
    #[must_use]
    pub fn references(&self) -> Vec<Vec<u32>> {
        let mut all: Vec<Vec<u32>> = vec![Vec::new(); self.flat.dependencies.len()];
        let mut is_known = vec![false; all.len()];
        for (node, &place) in self.flat.place.iter().enumerate() {
            // Nodes that became one dependency refer to the same ones.
            if std::mem::replace(&mut is_known[place as usize], true) {
                continue;
            }
            let mut seen = rustc_hash::FxHashSet::default();
            let ends = self.graph.references(node).iter().map(|&end| self.flat.place[end as usize]);
            all[place as usize] = ends.filter(|end| seen.insert(*end)).collect();
        }
        all
    }

    /// What differs from `self`, the earlier one, to `other`.
    #[must_use]
    pub fn diff<'a>(&'a self, other: &'a Self) -> Vec<Change<'a>> {
        diff(self.dependencies(), other.dependencies())
    }
}

impl PartialEq for Fingerprint {
    /// Equality of the digests.
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Fingerprint {}

#[cfg(test)]
mod tests;
