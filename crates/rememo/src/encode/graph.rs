//! Canonical bytes of a value graph that shares or contains itself.
//!
//! The streaming encoder writes trees. Once a value is met that is still being written, the whole
//! argument is laid out here instead: a node for each value, with a *template* (its encoding
//! without its children) and *slots* where the children's bytes go. Nodes that lie on no cycle get
//! the very bytes of the streaming encoder; those of a strongly connected component are told apart
//! by colour refinement and numbered from an entry, as `docs/encoding.md` ("Cycles") specifies.
//! Nothing here recurses: depth is bounded by memory alone.

mod components;
mod cycle;
mod references;
mod sink;

use cycle::Cycle;
use references::Bearing;
use sink::Sink;

/// "Not in this table", for node tables of `u32`.
const NONE: u32 = u32::MAX;

type Hash = [u8; blake3::OUT_LEN];

/// Where a child's bytes go in its parent's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Offset in the template before which the child's bytes are written.
    pub at: usize,
    /// The node whose bytes they are.
    pub child: usize,
}

#[derive(Debug, Default)]
struct Node {
    template: Vec<u8>,
    slots: Vec<Slot>,
    unordered: bool,
    refs: Vec<u32>,
}

/// The values reached from one root, as nodes with templates and slots.
///
/// ```
/// use rememo::encode::graph::{Graph, Slot};
///
/// // A list that contains itself: tag, length 1, and itself as the element.
/// let mut graph = Graph::new();
/// let list = graph.push();
/// graph.set(list, vec![0x10, 1], vec![Slot { at: 2, child: list }], false);
/// let bytes = graph.encode(list);
/// assert_eq!(bytes[0], 0x30);
/// assert_eq!(bytes.len(), 1 + 32 + 1);
/// ```
#[derive(Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
}

impl Graph {
    /// A graph without nodes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reserves a node, so that others can refer to it before its content is known.
    pub fn push(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    /// Gives `node` its content. `slots` are in ascending order of `at`, which is at most the
    /// template's length.
    ///
    /// `unordered` marks a set: the template is its head (tag and length), every slot is at its
    /// end, and the children are written in the order of their bytes.
    pub fn set(&mut self, node: usize, template: Vec<u8>, slots: Vec<Slot>, unordered: bool) {
        debug_assert!(slots.is_sorted_by_key(|slot| slot.at));
        debug_assert!(slots.last().is_none_or(|slot| slot.at <= template.len()));
        debug_assert!(!unordered || slots.iter().all(|slot| slot.at == template.len()));
        let entry = &mut self.nodes[node];
        entry.template = template;
        entry.slots = slots;
        entry.unordered = unordered;
    }

    /// Says which dependencies the template of `node` itself names, in the order in which it names
    /// them.
    pub fn set_refs(&mut self, node: usize, refs: Vec<u32>) {
        self.nodes[node].refs = refs;
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

    /// `C(root)`: the root's encoding, collapsed if it is long.
    #[must_use]
    pub fn encode(self, root: usize) -> Vec<u8> {
        Pass::new(self.nodes, None).encode(root)
    }

    /// `C(root)` and the dependency references of every node that `root` reaches, in the post-order
    /// of a walk that follows slots in their order and the elements of sets in the order of their
    /// bytes.
    ///
    /// Each value is walked once. Where one that bears references is met again, it matters *which*
    /// it was: `[a, b, a]` and `[a, b, b]` may have equal bytes and the same references. Then the
    /// walk itself is appended to the bytes: for each step to a bearing value 0 if it is new, else
    /// 1 + the number of the earlier one. Copies that bear the same references count as one, so
    /// `[a, a]` equals `[a, copy of a]`.
    #[must_use]
    pub fn encode_with_refs(self, root: usize) -> (Vec<u8>, Vec<u32>) {
        let bearing = Bearing::new(self.nodes.len());
        let mut pass = Pass::new(self.nodes, Some(bearing));
        let mut bytes = pass.encode(root);
        let Some(bearing) = pass.bearing else {
            return (bytes, Vec::new());
        };
        let (trace, refs) = bearing.collect(&pass.nodes, root);
        bytes.extend_from_slice(&trace);
        (bytes, refs)
    }
}

/// One encoding run over a graph.
struct Pass {
    nodes: Vec<Node>,
    /// `C` of each node that is written and still needed.
    encoded: Vec<Vec<u8>>,
    /// How many slots outside of its component a node's bytes still have to go into.
    needed: Vec<u32>,
    bearing: Option<Bearing>,
}

impl Pass {
    fn new(nodes: Vec<Node>, bearing: Option<Bearing>) -> Self {
        let count = nodes.len();
        Self { nodes, encoded: vec![Vec::new(); count], needed: vec![0; count], bearing }
    }

    fn encode(&mut self, root: usize) -> Vec<u8> {
        let (components, component_of) = components::find(&self.nodes, root);
        self.needed[root] = 1;
        for &node in components.iter().flatten() {
            let own = component_of[node as usize];
            for slot in &self.nodes[node as usize].slots {
                if component_of[slot.child] != own {
                    self.needed[slot.child] += 1;
                }
            }
        }
        let mut local = vec![NONE; self.nodes.len()];
        for members in &components {
            let is_cyclic = self.is_cyclic(members);
            if is_cyclic {
                Cycle::new(self, members, &mut local).encode();
            } else {
                self.encode_acyclic(members[0] as usize);
            }
            if let Some(bearing) = &mut self.bearing {
                bearing.note(&self.nodes, &self.encoded, members, is_cyclic);
            }
            self.release(members, &component_of);
        }
        std::mem::take(&mut self.encoded[root])
    }

    fn is_cyclic(&self, members: &[u32]) -> bool {
        let first = members[0] as usize;
        members.len() > 1 || self.nodes[first].slots.iter().any(|slot| slot.child == first)
    }

    fn encode_acyclic(&mut self, v: usize) {
        let node = &mut self.nodes[v];
        if node.unordered {
            let encoded = &self.encoded;
            node.slots.sort_by(|a, b| encoded[a.child].cmp(&encoded[b.child]));
        }
        let mut sink = Sink::default();
        let mut done = 0;
        for slot in &node.slots {
            sink.put(&node.template[done..slot.at]);
            sink.put(&self.encoded[slot.child]);
            done = slot.at;
        }
        if done == 0 && node.slots.is_empty() {
            self.encoded[v] = sink::collapse(std::mem::take(&mut node.template));
        } else {
            sink.put(&node.template[done..]);
            self.encoded[v] = sink.into_collapsed();
        }
    }

    /// Frees what these nodes were the last to need.
    fn release(&mut self, members: &[u32], component_of: &[u32]) {
        for &member in members {
            let node = &mut self.nodes[member as usize];
            node.template = Vec::new();
            for slot in &node.slots {
                if component_of[slot.child] != component_of[member as usize] {
                    self.needed[slot.child] -= 1;
                    if self.needed[slot.child] == 0 {
                        self.encoded[slot.child] = Vec::new();
                    }
                }
            }
        }
    }
}

/// Node numbers are kept as `u32` in tables.
///
/// # Panics
/// With 2³² − 1 nodes or more, which no memory of today holds.
fn index(node: usize) -> u32 {
    let number = u32::try_from(node).ok().filter(|&number| number != NONE);
    number.expect("a value graph has fewer than 2^32 - 1 nodes")
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests;
