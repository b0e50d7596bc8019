//! Strongly connected components: R. Tarjan, "Depth-first search and linear graph algorithms",
//! SIAM J. Comput. 1(2), 1972, with a stack of its own.

use super::{NONE, Node, index};

/// The components of what `root` reaches, children before parents, and the component of each node.
pub(super) fn find(nodes: &[Node], root: usize) -> (Vec<Vec<u32>>, Vec<u32>) {
    let mut components: Vec<Vec<u32>> = Vec::new();
    let mut component_of = vec![NONE; nodes.len()];
    let mut order = vec![NONE; nodes.len()];
    let mut low = vec![NONE; nodes.len()];
    let mut next_order = 0;
    let mut open: Vec<u32> = Vec::new();
    let mut path: Vec<(u32, usize)> = vec![(index(root), 0)];
    while let Some((node, next)) = path.last_mut() {
        let v = *node as usize;
        if order[v] == NONE {
            order[v] = next_order;
            low[v] = next_order;
            next_order += 1;
            open.push(*node);
        }
        if let Some(slot) = nodes[v].slots.get(*next) {
            *next += 1;
            let child = slot.child;
            if order[child] == NONE {
                path.push((index(child), 0));
            } else if component_of[child] == NONE {
                low[v] = low[v].min(order[child]);
            }
            continue;
        }
        path.pop();
        if let Some((parent, _)) = path.last() {
            let parent = *parent as usize;
            low[parent] = low[parent].min(low[v]);
        }
        if low[v] == order[v] {
            let start = open.iter().rposition(|&member| member as usize == v).unwrap_or(0);
            let members = open.split_off(start);
            let number = index(components.len());
            for &member in &members {
                component_of[member as usize] = number;
            }
            components.push(members);
        }
    }
    (components, component_of)
}
