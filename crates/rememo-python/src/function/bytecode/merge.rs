//! Merging nodes of a control-flow graph that cannot be told apart by walking on from them: the coarsest bisimulation within
//! each strongly connected component, by partition refinement (Hopcroft 1971; Paige and Tarjan 1987).
//!
//! Components are taken in the order of Tarjan's algorithm (1972), so that what a component leads to is merged
//! before it. Code without loops is then merged in one pass.

use rustc_hash::FxHashMap;

/// Stands where control does not go on.
pub(super) const NONE: u32 = u32::MAX;

/// A variable within one code object: index and scope.
pub(super) type Variable = (u32, u32);

/// An instruction in the graph.
pub(super) struct Node {
    /// Number of the label: what the instruction does.
    pub(super) label: u32,
    /// The variables that it names.
    pub(super) variables: Vec<Variable>,
    /// Where control goes on: without and with a jump, then the exception handler.
    pub(super) next: [u32; 3],
}

/// The class of each node; nodes of one class do the same from there on.
pub(super) fn merge(nodes: &[Node]) -> Vec<u32> {
    let mut classes = vec![NONE; nodes.len()];
    let mut ids: FxHashMap<(u32, &[Variable], [u32; 3]), u32> = FxHashMap::default();
    let mut count = 0;
    for component in components(nodes) {
        if let [node] = component[..]
            && !nodes[node as usize].next.contains(&node)
        {
            let Node { label, variables, next } = &nodes[node as usize];
            let next = next.map(|next| if next == NONE { NONE } else { classes[next as usize] });
            classes[node as usize] = *ids.entry((*label, variables, next)).or_insert_with(|| {
                count += 1;
                count - 1
            });
        } else {
            let refined = refine(nodes, &component, &classes);
            let used = refined.iter().max().map_or(0, |last| last + 1);
            for (node, class) in component.into_iter().zip(refined) {
                classes[node as usize] = count + class;
            }
            count += used;
        }
    }
    classes
}

/// The strongly connected components, each after those that it leads to.
fn components(nodes: &[Node]) -> Vec<Vec<u32>> {
    let mut components = Vec::new();
    let mut order = vec![NONE; nodes.len()];
    let mut lowest = vec![NONE; nodes.len()];
    let mut open = vec![false; nodes.len()];
    let mut path = Vec::new();
    let mut visited = 0;
    for root in 0..nodes.len() as u32 {
        // A node and which of its successors is to be looked at next; an explicit stack, for code can be long.
        let mut pending = vec![(root, 0)];
        while let Some((node, successor)) = pending.pop() {
            let at = node as usize;
            if successor == 0 {
                if order[at] != NONE {
                    continue;
                }
                (order[at], lowest[at], open[at]) = (visited, visited, true);
                visited += 1;
                path.push(node);
            } else {
                // Back from the successor before.
                let seen = nodes[at].next[successor - 1];
                if seen != NONE && open[seen as usize] {
                    lowest[at] = lowest[at].min(lowest[seen as usize]);
                }
            }
            if successor < 3 {
                pending.push((node, successor + 1));
                let next = nodes[at].next[successor];
                if next != NONE && order[next as usize] == NONE {
                    pending.push((next, 0));
                }
            } else if lowest[at] == order[at] {
                let start = path.iter().rposition(|&member| member == node).unwrap_or(0);
                let component = path.split_off(start);
                component.iter().for_each(|&member| open[member as usize] = false);
                components.push(component);
            }
        }
    }
    components
}

/// Classes of the nodes of a component with a loop, numbered from 0; `classes` tells those of everything that it leads to.
fn refine(nodes: &[Node], component: &[u32], classes: &[u32]) -> Vec<u32> {
    // Per node: its place in the component.
    let places: FxHashMap<u32, usize> =
        component.iter().enumerate().map(|(place, &node)| (node, place)).collect();
    let outside = |node: &Node| {
        node.next.map(|next| if next == NONE { NONE } else { classes[next as usize] })
    };
    let inside: Vec<[Option<usize>; 3]> = component
        .iter()
        .map(|&node| nodes[node as usize].next.map(|next| places.get(&next).copied()))
        .collect();
    let mut ids = FxHashMap::default();
    let labels: Vec<u32> = component
        .iter()
        .map(|&node| {
            let node = &nodes[node as usize];
            let fresh = ids.len() as u32;
            *ids.entry((node.label, &node.variables, outside(node))).or_insert(fresh)
        })
        .collect();
    let mut current = along_lines(&labels, &inside);
    let mut count = current.iter().max().map_or(0, |last| last + 1);
    loop {
        let mut ids = FxHashMap::default();
        let refined: Vec<u32> = (current.iter().zip(&inside))
            .map(|(own, next)| {
                let key = (*own, next.map(|next| next.map(|next| current[next])));
                let fresh = ids.len() as u32;
                *ids.entry(key).or_insert(fresh)
            })
            .collect();
        let refined_count = ids.len() as u32;
        current = refined;
        if refined_count == count {
            return current;
        }
        count = refined_count;
    }
}

/// A partition to refine: by label and, along straight lines, everything up to the next branch. (By labels alone a long run of like
/// statements would take as many rounds as it has instructions.)
fn along_lines(labels: &[u32], next: &[[Option<usize>; 3]]) -> Vec<u32> {
    const END: u32 = u32::MAX;
    const LOOP: u32 = u32::MAX - 1;
    let mut classes = vec![NONE; labels.len()];
    let mut on_line = vec![false; labels.len()];
    let mut ids: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    for start in 0..labels.len() {
        let mut line = Vec::new();
        let mut at = Some(start);
        let mut end = END;
        while let Some(node) = at {
            if classes[node] != NONE {
                end = classes[node];
                break;
            }
            if std::mem::replace(&mut on_line[node], true) {
                // A loop without a branch: refinement alone tells its nodes apart.
                end = LOOP;
                break;
            }
            line.push(node);
            at = match next[node] {
                [Some(next), None, None] => Some(next),
                _ => None,
            };
        }
        for node in line.into_iter().rev() {
            let fresh = ids.len() as u32;
            let class = *ids.entry((labels[node], end)).or_insert(fresh);
            classes[node] = class;
            end = if end == LOOP { LOOP } else { class };
        }
    }
    classes
}
