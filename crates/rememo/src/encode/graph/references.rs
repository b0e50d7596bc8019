//! Which dependencies a value refers to, and where, without unrolling what it shares.

use rustc_hash::FxHashMap;

use super::sink::Sink;
use super::{Hash, Node, push_varint};
use crate::encode::tag;

/// For each node that bears references, itself or through others, what tells it from the rest
/// *within this run*: the references' numbers mean nothing elsewhere.
pub(super) struct Bearing {
    contents: Vec<Option<Hash>>,
}

impl Bearing {
    pub(super) fn new(nodes: usize) -> Self {
        Self { contents: vec![None; nodes] }
    }

    /// Takes note of a component that is encoded; its children come before it. Members of a cycle
    /// stand for themselves alone.
    pub(super) fn note(
        &mut self,
        nodes: &[Node],
        encoded: &[Vec<u8>],
        members: &[u32],
        is_cyclic: bool,
    ) {
        let bears = members.iter().any(|&member| {
            let node = &nodes[member as usize];
            let mut children = node.slots.iter().map(|slot| slot.child);
            !node.refs.is_empty() || children.any(|child| self.contents[child].is_some())
        });
        if !bears {
            return;
        }
        for &member in members {
            let v = member as usize;
            let mut sink = Sink::default();
            if is_cyclic {
                sink.put(&[tag::CYCLE]);
                sink.put(&member.to_le_bytes());
            } else {
                sink.put(&(encoded[v].len() as u64).to_le_bytes());
                sink.put(&encoded[v]);
                for reference in &nodes[v].refs {
                    sink.put(&reference.to_le_bytes());
                }
                for slot in &nodes[v].slots {
                    if let Some(content) = &self.contents[slot.child] {
                        sink.put(content);
                    }
                }
            }
            self.contents[v] = Some(sink.into_hash());
        }
    }

    /// The trace and the references that [`Graph::encode_with_refs`](super::Graph) returns.
    pub(super) fn collect(&self, nodes: &[Node], root: usize) -> (Vec<u8>, Vec<u32>) {
        let mut refs = Vec::new();
        let mut trace = Vec::new();
        let mut met_again = false;
        let Some(root_content) = self.contents[root] else {
            return (trace, refs);
        };
        let mut seen: FxHashMap<Hash, u64> = FxHashMap::default();
        seen.insert(root_content, 0);
        let mut path: Vec<(usize, usize)> = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(slot) = nodes[*node].slots.get(*next) else {
                refs.extend_from_slice(&nodes[*node].refs);
                path.pop();
                continue;
            };
            *next += 1;
            let Some(content) = self.contents[slot.child] else {
                continue;
            };
            let number = seen.len() as u64;
            if let Some(earlier) = seen.get(&content) {
                push_varint(&mut trace, earlier + 1);
                met_again = true;
            } else {
                trace.push(0);
                seen.insert(content, number);
                path.push((slot.child, 0));
            }
        }
        if !met_again {
            trace.clear();
        }
        (trace, refs)
    }
}
