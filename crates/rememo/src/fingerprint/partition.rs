//! Bisimulation by partition refinement: which nodes of a graph nothing can tell apart.
//!
//! P. Kanellakis and S. Smolka, "CCS expressions, finite state processes, and three problems of
//! equivalence", Inf. Comput. 86(1), 1990. A round looks only at the predecessors of what the last
//! one moved, and of a block that splits the largest part stays where it is, as in J. Hopcroft's
//! minimisation of automata (1971): no node moves more than log₂ n times.

use rustc_hash::FxHashMap;

/// The coarsest partition that is finer than `start` and in which all nodes of a class have the
/// same classes at the ends of their edges, edge by edge; the class of each node.
///
/// `start` are classes from 0 without gaps; so is the result, in no particular order.
pub(super) fn refine(start: Vec<u32>, edges: &[Vec<u32>]) -> Vec<u32> {
    let mut predecessors = vec![Vec::new(); start.len()];
    for (node, ends) in edges.iter().enumerate() {
        for &end in ends {
            predecessors[end as usize].push(node as u32);
        }
    }
    let mut partition = Partition::new(start);
    let mut waiting = vec![false; partition.class.len()];
    let mut looked_at: Vec<u32> = (0..partition.class.len() as u32).collect();
    while !looked_at.is_empty() {
        let mut moved = Vec::new();
        for (class, parts) in partition.group(&looked_at, edges) {
            partition.split(class, parts, &mut moved);
        }
        for node in looked_at.drain(..) {
            waiting[node as usize] = false;
        }
        for node in moved {
            for &predecessor in &predecessors[node as usize] {
                if !std::mem::replace(&mut waiting[predecessor as usize], true) {
                    looked_at.push(predecessor);
                }
            }
        }
    }
    partition.class
}

struct Partition {
    class: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// Position of each node among the members of its class.
    position: Vec<u32>,
}

impl Partition {
    fn new(class: Vec<u32>) -> Self {
        let count = class.iter().max().map_or(0, |&last| last as usize + 1);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); count];
        let mut position = Vec::with_capacity(class.len());
        for (node, &own) in class.iter().enumerate() {
            position.push(members[own as usize].len() as u32);
            members[own as usize].push(node as u32);
        }
        Self { class, members, position }
    }

    /// The nodes looked at whose class may split, by class and then by the classes of their ends.
    fn group(&self, looked_at: &[u32], edges: &[Vec<u32>]) -> FxHashMap<u32, Vec<Vec<u32>>> {
        let mut alike: FxHashMap<(u32, Vec<u32>), Vec<u32>> = FxHashMap::default();
        for &node in looked_at {
            let own = self.class[node as usize];
            if self.members[own as usize].len() > 1 {
                let ends = edges[node as usize].iter().map(|&end| self.class[end as usize]);
                alike.entry((own, ends.collect())).or_default().push(node);
            }
        }
        let mut parts: FxHashMap<u32, Vec<Vec<u32>>> = FxHashMap::default();
        for ((own, _), part) in alike {
            parts.entry(own).or_default().push(part);
        }
        parts
    }

    /// Splits a class into `parts` and the rest of it. The rest was not looked at, so no end of it
    /// has moved: its nodes are still alike, and unlike those of every part.
    fn split(&mut self, class: u32, mut parts: Vec<Vec<u32>>, moved: &mut Vec<u32>) {
        let size = self.members[class as usize].len();
        let rest = size - parts.iter().map(Vec::len).sum::<usize>();
        let largest = (0..parts.len()).max_by_key(|&part| parts[part].len()).unwrap_or(0);
        if parts[largest].len() > rest {
            let stays = parts.swap_remove(largest);
            if rest > 0 {
                // Fewer than what was looked at, so finding them costs no more than looking did.
                let mut left = self.members[class as usize].clone();
                let mut is_rest = vec![true; size];
                for &node in parts.iter().flatten().chain(&stays) {
                    is_rest[self.position[node as usize] as usize] = false;
                }
                let mut keep = is_rest.into_iter();
                left.retain(|_| keep.next().unwrap_or(false));
                parts.push(left);
            }
        }
        for part in parts {
            self.move_to_new_class(&part);
            moved.extend_from_slice(&part);
        }
    }

    fn move_to_new_class(&mut self, part: &[u32]) {
        let new = self.members.len() as u32;
        for (at, &node) in part.iter().enumerate() {
            let own = &mut self.members[self.class[node as usize] as usize];
            let hole = self.position[node as usize] as usize;
            own.swap_remove(hole);
            if let Some(&filler) = own.get(hole) {
                self.position[filler as usize] = hole as u32;
            }
            self.class[node as usize] = new;
            self.position[node as usize] = at as u32;
        }
        self.members.push(part.to_vec());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rounds over everything until nothing splits any more.
    fn naive(mut class: Vec<u32>, edges: &[Vec<u32>]) -> Vec<u32> {
        loop {
            let mut seen: Vec<(u32, Vec<u32>)> = Vec::new();
            let next: Vec<u32> = (0..class.len())
                .map(|node| {
                    let ends = edges[node].iter().map(|&end| class[end as usize]).collect();
                    let sign = (class[node], ends);
                    let known = seen.iter().position(|other| *other == sign);
                    known.unwrap_or_else(|| {
                        seen.push(sign);
                        seen.len() - 1
                    }) as u32
                })
                .collect();
            let stable = next.iter().max() == class.iter().max();
            class = next;
            if stable {
                return class;
            }
        }
    }

    /// Classes renumbered in order of first appearance.
    fn normal(class: &[u32]) -> Vec<u32> {
        let mut order: Vec<u32> = Vec::new();
        let number = |&own: &u32| {
            let known = order.iter().position(|&other| other == own);
            known.unwrap_or_else(|| {
                order.push(own);
                order.len() - 1
            }) as u32
        };
        class.iter().map(number).collect()
    }

    #[test]
    fn a_chain_of_like_nodes_comes_apart_link_by_link() {
        let edges: Vec<Vec<u32>> =
            (0..2000).map(|v| if v == 1999 { vec![] } else { vec![v + 1] }).collect();
        assert_eq!(normal(&refine(vec![0; 2000], &edges)), (0..2000).collect::<Vec<u32>>());
    }

    #[test]
    fn like_nodes_on_rings_of_any_length_stay_together() {
        let edges = [vec![1], vec![0], vec![3], vec![4], vec![2], vec![5]];
        assert_eq!(refine(vec![0; 6], &edges), [0; 6]);
    }

    proptest! {
        #[test]
        fn the_result_is_that_of_the_naive_rounds(
            nodes in prop::collection::vec(
                (0_u32..2, prop::collection::vec(any::<prop::sample::Index>(), 0..3)), 1..24,
            ),
        ) {
            let start = normal(&nodes.iter().map(|(own, _)| *own).collect::<Vec<_>>());
            let edges: Vec<Vec<u32>> = nodes
                .iter()
                .map(|(_, ends)| ends.iter().map(|end| end.index(nodes.len()) as u32).collect())
                .collect();
            prop_assert_eq!(
                normal(&refine(start.clone(), &edges)),
                normal(&naive(start, &edges))
            );
        }
    }
}
