//! Lays the graph that following code found flat.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::partition::refine;
use super::{Dependency, Fingerprint, Flat, Kind, Origin};
use crate::digest::{DIGEST_LEN, Digest};

/// Keeps a dependency that refers to ordinals apart from one that does not.
const QUALIFIED: &[u8] = b"rememo: a dependency and the ordinals of what it refers to\0";

/// A node of a [`Builder`], numbered from 0 in the order of addition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Collects what a function depends on, as a graph; the first node added is its root.
///
/// ```
/// use rememo::digest::Digest;
/// use rememo::fingerprint::{Builder, Kind};
///
/// let mut builder = Builder::new();
/// let root = builder.add(Kind::Function, "report.total", None);
/// let rate = builder.add(Kind::Global, "report.RATE", None);
/// builder.set_body(root, Digest::of(b"the code, which names `global report.RATE`"), vec![rate]);
/// builder.set_body(rate, Digest::of(b"0.2"), vec![]);
///
/// let before = builder.finish();
/// let mut after = before.clone();
/// after.update(rate, Digest::of(b"0.25"));
/// assert_ne!(before.digest(), after.digest());
/// assert_eq!(before.diff(&after)[0].to_string(), "global report.RATE changed");
/// ```
#[derive(Debug, Default)]
pub struct Builder {
    nodes: Vec<Node>,
    refs: Vec<Vec<u32>>,
    bodies: Vec<Option<Digest>>,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    name: Arc<str>,
    origin: Option<Arc<Origin>>,
}

impl Builder {
    /// A builder without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node. Several may have one kind and name: two closures of one factory, or a class
    /// that was defined twice.
    ///
    /// # Panics
    /// With more than 2³² nodes.
    pub fn add(&mut self, kind: Kind, name: impl Into<Arc<str>>, origin: Option<Origin>) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("a program has fewer than 2^32 nodes");
        self.nodes.push(Node { kind, name: name.into(), origin: origin.map(Arc::new) });
        self.refs.push(Vec::new());
        self.bodies.push(None);
        NodeId(id)
    }

    /// Gives `node` its content: `body` is the digest of what it is by itself, in which other nodes
    /// appear by kind and name alone; `refs` are those nodes, in the order in which they appear.
    ///
    /// # Panics
    /// If a node is of another builder: a defect of the caller.
    pub fn set_body(&mut self, node: NodeId, body: Digest, refs: Vec<NodeId>) {
        self.bodies[node.index()] = Some(body);
        self.refs[node.index()] = refs.into_iter().map(|end| end.0).collect();
        assert!(
            self.refs[node.index()].iter().all(|&end| (end as usize) < self.nodes.len()),
            "a reference to a node of another builder"
        );
    }

    /// Number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no nodes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The kind and name of a node.
    ///
    /// # Panics
    /// If `node` is of another builder: a defect of the caller.
    #[must_use]
    pub fn label(&self, node: NodeId) -> (Kind, &str) {
        let node = &self.nodes[node.index()];
        (node.kind, &node.name)
    }

    /// Lays the graph flat.
    ///
    /// Nodes of one kind and name that are bisimilar (equal bodies, and references that lead to
    /// bisimilar nodes) become one dependency. Where a kind and name remains on several, they get
    /// ordinals in the order in which a walk from the root first meets them (preorder, along the
    /// references; after that from the nodes that it did not meet, in the order of addition). The
    /// digest of a dependency is its body or, if it refers to one with an ordinal, the hash of its
    /// body and the ordinals of all its references.
    ///
    /// # Panics
    /// If a node was given no body: a fingerprint that leaves something out would be worse.
    #[must_use]
    pub fn finish(self) -> Fingerprint {
        let bodies: Option<Vec<Digest>> = self.bodies.into_iter().collect();
        let bodies = bodies.expect("every node of a fingerprint has a body");
        Fingerprint::new(Arc::new(Graph::new(self.nodes, self.refs)), bodies)
    }
}

/// The graph without its bodies: what stays when only values change.
#[derive(Debug)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    refs: Vec<Vec<u32>>,
    /// Equal numbers for equal kind and name.
    labels: Vec<u32>,
    /// How many nodes have each label.
    holders: Vec<u32>,
}

impl Graph {
    fn new(nodes: Vec<Node>, refs: Vec<Vec<u32>>) -> Self {
        let mut known: FxHashMap<(Kind, &str), u32> = FxHashMap::default();
        let mut labels = Vec::with_capacity(nodes.len());
        let mut holders = Vec::new();
        for node in &nodes {
            let next = known.len() as u32;
            let label = *known.entry((node.kind, &node.name)).or_insert(next);
            if label == next {
                holders.push(0);
            }
            holders[label as usize] += 1;
            labels.push(label);
        }
        Self { nodes, refs, labels, holders }
    }

    /// The nodes that a node refers to.
    pub(super) fn references(&self, node: usize) -> &[u32] {
        &self.refs[node]
    }

    /// Whether another node has the kind and name of this one.
    pub(super) fn name_is_shared(&self, node: NodeId) -> bool {
        self.holders[self.labels[node.index()] as usize] > 1
    }

    pub(super) fn flatten(&self, bodies: &[Digest]) -> Flat {
        let classes = self.classes(bodies);
        let met = self.walk(&classes);
        let ordinals = self.ordinals(&classes, &met);
        self.lay_out(&classes, met, &ordinals, bodies)
    }

    /// The bisimulation class of each node.
    fn classes(&self, bodies: &[Digest]) -> Vec<u32> {
        if self.holders.len() == self.nodes.len() {
            return self.labels.clone();
        }
        let mut known: FxHashMap<(u32, Digest), u32> = FxHashMap::default();
        let start = self.labels.iter().zip(bodies).map(|(&label, &body)| {
            let next = known.len() as u32;
            *known.entry((label, body)).or_insert(next)
        });
        refine(start.collect(), &self.refs)
    }

    /// One node of each class, in the order in which the classes are met.
    fn walk(&self, classes: &[u32]) -> Vec<u32> {
        let mut is_met = vec![false; self.nodes.len()];
        let mut met = Vec::new();
        let mut path: Vec<(u32, usize)> = Vec::new();
        for start in 0..self.nodes.len() as u32 {
            let mut next = Some(start);
            loop {
                if let Some(node) = next.take()
                    && !std::mem::replace(&mut is_met[classes[node as usize] as usize], true)
                {
                    met.push(node);
                    path.push((node, 0));
                }
                let Some((node, at)) = path.last_mut() else {
                    break;
                };
                if let Some(&end) = self.refs[*node as usize].get(*at) {
                    *at += 1;
                    next = Some(end);
                } else {
                    path.pop();
                }
            }
        }
        met
    }

    /// The ordinal of each class: 0 where no other class has its label.
    fn ordinals(&self, classes: &[u32], met: &[u32]) -> Vec<u32> {
        let mut count = vec![0_u32; self.holders.len()];
        let mut ordinals = vec![0; self.nodes.len()];
        for &node in met {
            let of_label = &mut count[self.labels[node as usize] as usize];
            *of_label += 1;
            ordinals[classes[node as usize] as usize] = *of_label;
        }
        for &node in met {
            if count[self.labels[node as usize] as usize] == 1 {
                ordinals[classes[node as usize] as usize] = 0;
            }
        }
        ordinals
    }

    fn lay_out(
        &self,
        classes: &[u32],
        mut met: Vec<u32>,
        ordinal_of: &[u32],
        bodies: &[Digest],
    ) -> Flat {
        let ordinal = |node: u32| ordinal_of[classes[node as usize] as usize];
        met.sort_by(|&a, &b| {
            let key = |node: u32| {
                let Node { kind, name, .. } = &self.nodes[node as usize];
                (kind.as_str(), &**name, ordinal(node))
            };
            key(a).cmp(&key(b))
        });
        let mut dependencies = Vec::with_capacity(met.len());
        let mut ordinals = Vec::with_capacity(met.len());
        let mut place_of_class = vec![0_u32; self.nodes.len()];
        for (place, &node) in met.iter().enumerate() {
            place_of_class[classes[node as usize] as usize] = place as u32;
            let Node { kind, name, origin } = &self.nodes[node as usize];
            let mut of_refs: Vec<u32> =
                self.refs[node as usize].iter().map(|&end| ordinal(end)).collect();
            if of_refs.iter().all(|&ordinal| ordinal == 0) {
                of_refs.clear();
            }
            dependencies.push(Dependency {
                kind: *kind,
                name: Arc::clone(name),
                ordinal: ordinal(node),
                digest: qualified(bodies[node as usize], &of_refs),
                origin: origin.clone(),
            });
            ordinals.push(of_refs.into_boxed_slice());
        }
        let place: Vec<u32> = classes.iter().map(|&class| place_of_class[class as usize]).collect();
        let names = digest_of_names(place.first().copied(), &dependencies);
        let mut layout = Vec::with_capacity(DIGEST_LEN * (1 + dependencies.len()));
        layout.extend_from_slice(&names.0);
        for dependency in &dependencies {
            layout.extend_from_slice(&dependency.digest.0);
        }
        Flat { dependencies, place, ordinals, layout }
    }
}

/// The digest of a dependency with this body that refers to these ordinals; none if all are 0.
pub(super) fn qualified(body: Digest, ordinals: &[u32]) -> Digest {
    if ordinals.is_empty() {
        return body;
    }
    let mut bytes = Vec::with_capacity(QUALIFIED.len() + DIGEST_LEN + 4 * ordinals.len());
    bytes.extend_from_slice(QUALIFIED);
    bytes.extend_from_slice(&body.0);
    for ordinal in ordinals {
        bytes.extend_from_slice(&ordinal.to_le_bytes());
    }
    Digest::of(&bytes)
}

/// Digest of the root's place and of all names, each with its length. Ordinals follow from them:
/// equal names stand together.
///
/// The root counts: two functions that call each other have the same dependencies.
fn digest_of_names(root: Option<u32>, dependencies: &[Dependency]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&root.unwrap_or(u32::MAX).to_le_bytes());
    hasher.update(&(dependencies.len() as u64).to_le_bytes());
    for dependency in dependencies {
        let kind = dependency.kind.as_str();
        hasher.update(&(kind.len() as u64).to_le_bytes());
        hasher.update(kind.as_bytes());
        hasher.update(&(dependency.name.len() as u64).to_le_bytes());
        hasher.update(dependency.name.as_bytes());
    }
    hasher.finalize().into()
}
