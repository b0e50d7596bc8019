//! Tests of the canonical bytes of value graphs, against slow models.

use std::collections::{HashMap, HashSet};

use proptest::prelude::*;

use super::*;
use crate::encode::tag;

const LIST: u8 = tag::LIST;
const SET: u8 = tag::SET;

/// A graph as a test writes it: each node has a label and children, and may be a set.
#[derive(Clone, Debug)]
struct Sketch {
    nodes: Vec<(u8, Vec<usize>, bool)>,
}

impl Sketch {
    fn new(nodes: &[(u8, &[usize])]) -> Self {
        Self { nodes: nodes.iter().map(|(label, to)| (*label, to.to_vec(), false)).collect() }
    }

    /// `tag, label, length`, the children, and for lists the label again, so that slots stand in
    /// the middle too.
    fn template(&self, node: usize) -> (Vec<u8>, Vec<Slot>) {
        let (label, children, unordered) = &self.nodes[node];
        let mut template = vec![if *unordered { SET } else { LIST }, *label];
        push_varint(&mut template, children.len() as u64);
        let at = template.len();
        let slots = children.iter().map(|&child| Slot { at, child }).collect();
        if !unordered {
            template.push(*label);
        }
        (template, slots)
    }

    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for _ in &self.nodes {
            graph.push();
        }
        for node in 0..self.nodes.len() {
            let (template, slots) = self.template(node);
            graph.set(node, template, slots, self.nodes[node].2);
        }
        graph
    }

    fn bytes(&self, root: usize) -> Vec<u8> {
        self.graph().encode(root)
    }

    /// The same graph with node `v` called `to[v]`, and the elements of sets turned round.
    fn renamed(&self, to: &[usize]) -> Self {
        let mut nodes = self.nodes.clone();
        for (v, (label, children, unordered)) in self.nodes.iter().enumerate() {
            let mut children: Vec<usize> = children.iter().map(|&child| to[child]).collect();
            if *unordered {
                children.reverse();
            }
            nodes[to[v]] = (*label, children, *unordered);
        }
        Self { nodes }
    }

    /// The nodes that `root` reaches.
    fn reached(&self, root: usize) -> Vec<usize> {
        let mut reached = vec![root];
        let mut next = 0;
        while next < reached.len() {
            for &child in &self.nodes[reached[next]].1 {
                if !reached.contains(&child) {
                    reached.push(child);
                }
            }
            next += 1;
        }
        reached
    }

    /// The tree that unrolling from `root` gives, down to `depth`, as a hash; sets sorted.
    fn unrolled(
        &self,
        root: usize,
        depth: usize,
        memo: &mut HashMap<(usize, usize), Hash>,
    ) -> Hash {
        if let Some(known) = memo.get(&(root, depth)) {
            return *known;
        }
        let (label, children, unordered) = &self.nodes[root];
        let mut bytes = vec![*label, u8::from(*unordered), children.len() as u8];
        if depth > 0 {
            let mut below: Vec<Hash> =
                children.iter().map(|&child| self.unrolled(child, depth - 1, memo)).collect();
            if *unordered {
                below.sort_unstable();
            }
            bytes.extend(below.concat());
        }
        let hash = *blake3::hash(&bytes).as_bytes();
        memo.insert((root, depth), hash);
        hash
    }
}

/// What the streaming encoder gives for a graph without cycles, written as the documentation reads.
fn naive_acyclic(sketch: &Sketch, node: usize) -> Vec<u8> {
    let (template, slots) = sketch.template(node);
    let mut children: Vec<Vec<u8>> =
        slots.iter().map(|slot| naive_acyclic(sketch, slot.child)).collect();
    let unordered = sketch.nodes[node].2;
    if unordered {
        children.sort();
    }
    let mut bytes = template.clone();
    let at = slots.first().map_or(template.len(), |slot| slot.at);
    bytes.splice(at..at, children.concat());
    if bytes.len() > 1024 {
        let mut short = vec![0x3F];
        short.extend_from_slice(blake3::hash(&bytes).as_bytes());
        return short;
    }
    bytes
}

/// The number of a member, as it is written.
fn position(order: &[usize], node: usize) -> Option<Vec<u8>> {
    let number = order.iter().position(|&other| other == node)?;
    let mut bytes = Vec::new();
    push_varint(&mut bytes, number as u64);
    Some(bytes)
}

/// What the documentation says of a component, step by step: its members are the nodes below
/// `count`, and the rest are leaves.
fn naive_cyclic(sketch: &Sketch, count: usize, v: usize) -> Vec<u8> {
    let written = |node: usize, mark: &dyn Fn(usize) -> Vec<u8>| {
        let (template, slots) = sketch.template(node);
        let at = slots.first().map_or(template.len(), |slot| slot.at);
        let mut children: Vec<Vec<u8>> = slots
            .iter()
            .map(|slot| match slot.child {
                member if member < count => mark(member),
                leaf => naive_acyclic(sketch, leaf),
            })
            .collect();
        if sketch.nodes[node].2 {
            children.sort();
        }
        let mut bytes = template;
        bytes.splice(at..at, children.concat());
        bytes
    };
    let coloured = |numbers: &[usize]| {
        let mut colours: Vec<Vec<u8>> = vec![Vec::new(); count];
        for _ in 0..=8 {
            colours = (0..count)
                .map(|node| {
                    let text = written(node, &|child| match position(numbers, child) {
                        Some(number) => [vec![0x32], number].concat(),
                        None => [&[0x31], &colours[child][..]].concat(),
                    });
                    blake3::hash(&text).as_bytes().to_vec()
                })
                .collect();
        }
        colours
    };
    let mut colours = coloured(&[]);
    let is_alone =
        |node: usize| colours.iter().filter(|colour| **colour == colours[node]).count() == 1;
    let ties = (0..count).any(|node| {
        let (_, children, unordered) = &sketch.nodes[node];
        let members: HashSet<usize> =
            children.iter().copied().filter(|&child| child < count).collect();
        let seen: HashSet<&Vec<u8>> = members.iter().map(|&child| &colours[child]).collect();
        *unordered && seen.len() < members.len()
    });
    let entry = (0..count)
        .filter(|&node| is_alone(node) && (is_alone(v) || !ties))
        .min_by_key(|&node| colours[node].clone())
        .unwrap_or(v);
    let mut order = vec![entry];
    let mut path = vec![entry];
    let mut recolourings = if ties { 16 } else { 0 };
    let mut coloured_at = 0;
    while let Some(&node) = path.last() {
        let (_, mut left, unordered) = sketch.nodes[node].clone();
        left.retain(|child| *child < count && !order.contains(child));
        if unordered {
            left.sort_by_key(|&child| &colours[child]);
            left.dedup();
            let tied = left.len() > 1 && colours[left[0]] == colours[left[1]];
            if tied && recolourings > 0 && coloured_at != order.len() {
                colours = coloured(&order);
                coloured_at = order.len();
                recolourings -= 1;
                continue;
            }
        }
        match left.first() {
            Some(&child) => {
                order.push(child);
                path.push(child);
            }
            None => _ = path.pop(),
        }
    }
    let number = |node: usize| position(&order, node).unwrap();
    let all: Vec<u8> = order
        .iter()
        .flat_map(|&node| written(node, &|child| [vec![0x32], number(child)].concat()))
        .collect();
    [vec![0x30], blake3::hash(&all).as_bytes().to_vec(), number(v)].concat()
}

#[test]
fn a_leaf_is_its_template_and_collapses_past_the_limit() {
    for (length, whole) in [(1024, true), (1025, false)] {
        let mut graph = Graph::new();
        let leaf = graph.push();
        let template = vec![7_u8; length];
        graph.set(leaf, template.clone(), Vec::new(), false);
        let bytes = graph.encode(leaf);
        if whole {
            assert_eq!(bytes, template);
        } else {
            let hash = blake3::hash(&template);
            assert_eq!(bytes, [&[0x3F], hash.as_bytes().as_slice()].concat());
        }
    }
}

#[test]
fn a_long_list_of_long_children_is_hashed_as_if_it_stood_in_memory() {
    let mut graph = Graph::new();
    let root = graph.push();
    let mut slots = Vec::new();
    let mut whole = vec![LIST];
    for number in 0..300_u16 {
        let child = graph.push();
        let template = [vec![7_u8; 998], number.to_le_bytes().to_vec()].concat();
        whole.extend_from_slice(&template);
        graph.set(child, template, Vec::new(), false);
        slots.push(Slot { at: 1, child });
    }
    graph.set(root, vec![LIST], slots, false);
    let hash = blake3::hash(&whole);
    assert_eq!(graph.encode(root), [&[0x3F], hash.as_bytes().as_slice()].concat());
}

#[test]
fn a_cycle_differs_from_its_unrolling() {
    let once = Sketch::new(&[(1, &[0])]);
    let twice = Sketch::new(&[(1, &[1]), (1, &[0])]);
    let entered_late = Sketch::new(&[(1, &[1]), (1, &[1])]);
    assert_ne!(once.bytes(0), twice.bytes(0));
    assert_ne!(once.bytes(0), entered_late.bytes(0));
    assert_ne!(twice.bytes(0), entered_late.bytes(0));
}

#[test]
fn inside_a_cycle_sharing_counts_and_outside_it_does_not() {
    // [x, x, root] against [x, copy of x, root], where x leads back to root or does not.
    let shared_inside = Sketch::new(&[(1, &[1, 1]), (2, &[0])]);
    let copied_inside = Sketch::new(&[(1, &[1, 2]), (2, &[0]), (2, &[0])]);
    assert_ne!(shared_inside.bytes(0), copied_inside.bytes(0));
    let shared_outside = Sketch::new(&[(1, &[1, 1, 0]), (2, &[])]);
    let copied_outside = Sketch::new(&[(1, &[1, 2, 0]), (2, &[]), (2, &[])]);
    assert_eq!(shared_outside.bytes(0), copied_outside.bytes(0));
}

#[test]
fn members_of_one_cycle_differ_by_their_place_in_it() {
    let ring = Sketch::new(&[(1, &[1]), (2, &[2]), (3, &[0])]);
    assert_ne!(ring.bytes(0), ring.bytes(1));
    assert_eq!(ring.bytes(0)[..33], ring.bytes(1)[..33]);
    // All members alike: each is its own entry, and they are equal.
    let alike = Sketch::new(&[(1, &[1]), (1, &[2]), (1, &[0])]);
    assert_eq!(alike.bytes(0), alike.bytes(2));
}

#[test]
fn rings_that_differ_farther_off_than_the_rounds_see_are_told_apart() {
    let ring = |marks: &[usize]| {
        let nodes = (0..60).map(|v| (u8::from(marks.contains(&v)), vec![(v + 1) % 60], false));
        Sketch { nodes: nodes.collect() }
    };
    // Two marks in a ring of sixty: at each distance from the root, another value.
    let all: Vec<Vec<u8>> = (1..30).map(|gap| ring(&[0, gap]).bytes(0)).collect();
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            assert_ne!(one, other);
        }
    }
    // The same ring seen from 30 steps on.
    assert_ne!(ring(&[0, 20]).bytes(0), ring(&[0, 20]).bytes(30));
}

#[test]
fn a_set_on_a_cycle_does_not_depend_on_the_order_of_its_elements() {
    let set = |elements: &[usize]| {
        let mut sketch = Sketch::new(&[(1, elements), (2, &[0]), (3, &[0]), (4, &[])]);
        sketch.nodes[0].2 = true;
        sketch.bytes(0)
    };
    assert_eq!(set(&[1, 2, 3]), set(&[3, 2, 1]));
    assert_ne!(set(&[1, 2, 3]), set(&[1, 2, 2]));
}

#[test]
fn like_elements_of_a_set_on_a_cycle_have_the_same_bytes() {
    // A root with a set of children, each of which knows its parent.
    let mut family = Sketch::new(&[(1, &[1]), (2, &[2, 3, 4, 5]), (3, &[0]), (3, &[0]), (3, &[0])]);
    family.nodes.push((4, vec![0], false));
    family.nodes[1].2 = true;
    assert_eq!(family.bytes(2), family.bytes(3));
    assert_eq!(family.bytes(2), family.bytes(4));
    assert_ne!(family.bytes(2), family.bytes(5));
    // All of them together, some more than once: each as if it were alone.
    let together = [0, 1, 2, 3, 4, 5, 4];
    let mut expected = vec![LIST, 9, 7];
    expected.extend(together.iter().flat_map(|&v| family.bytes(v)));
    expected.push(9);
    family.nodes.push((9, together.to_vec(), false));
    assert_eq!(family.bytes(6), expected);
}

#[test]
fn a_mirror_image_in_sets_looks_the_same_from_both_sides() {
    // A ring whose members know both neighbours, with one mark: seen from member v as from its
    // mirror image, whichever neighbour comes first.
    const MEMBERS: usize = 12;
    let ring = |turn: bool| {
        let mut nodes: Vec<(u8, Vec<usize>, bool)> = Vec::new();
        for v in 0..MEMBERS {
            let mut near = vec![(v + 1) % MEMBERS, (v + MEMBERS - 1) % MEMBERS];
            if turn && v % 3 == 0 {
                near.reverse();
            }
            nodes.push((2, near, true));
        }
        nodes[0].0 = 1;
        Sketch { nodes }
    };
    for v in 1..MEMBERS {
        let seen = ring(false).bytes(v);
        assert_eq!(seen, ring(true).bytes(v));
        assert_eq!(seen, ring(false).bytes(MEMBERS - v));
        assert_eq!(seen == ring(false).bytes(1), v == 1 || v == MEMBERS - 1);
    }
}

#[test]
fn a_hundred_thousand_levels_are_no_deeper_than_one() {
    const LEVELS: usize = 100_000;
    let mut nodes: Vec<(u8, Vec<usize>, bool)> =
        (0..LEVELS).map(|level| (1, vec![level + 1], false)).collect();
    nodes.push((2, Vec::new(), false));
    let chain = Sketch { nodes };
    let mut expected = chain.template(LEVELS).0;
    for _ in 0..LEVELS {
        expected = [&[LIST, 1, 1][..], &expected, &[1]].concat();
        if expected.len() > 1024 {
            let hash = blake3::hash(&expected);
            expected = [&[0x3F], hash.as_bytes().as_slice()].concat();
        }
    }
    assert_eq!(chain.bytes(0), expected);
    // Closed to a ring, it is one component.
    let mut ring = chain.clone();
    ring.nodes[LEVELS].1.push(0);
    assert_eq!(ring.bytes(0)[0], 0x30);
    assert_ne!(ring.bytes(0), chain.bytes(0));
}

#[test]
fn a_ring_of_like_members_looks_the_same_wherever_it_is_entered() {
    const MEMBERS: usize = 500;
    let mut nodes: Vec<(u8, Vec<usize>, bool)> =
        (0..MEMBERS).map(|v| (1, vec![(v + 1) % MEMBERS], false)).collect();
    nodes.push((2, (0..MEMBERS).collect(), false));
    let mut turned = nodes.clone();
    turned[MEMBERS].1.rotate_left(17);
    assert_eq!(Sketch { nodes }.bytes(MEMBERS), Sketch { nodes: turned }.bytes(MEMBERS));
}

#[test]
fn a_ring_of_ten_thousand_like_members_that_is_entered_at_each_takes_no_square_of_time() {
    // Without regard to its symmetry: a hundred million steps.
    const MEMBERS: usize = 10_000;
    let mut nodes: Vec<(u8, Vec<usize>, bool)> =
        (0..MEMBERS).map(|v| (1, vec![(v + 1) % MEMBERS], false)).collect();
    nodes.push((2, (0..MEMBERS).collect(), false));
    let one_of_them = Sketch { nodes: nodes[..MEMBERS].to_vec() }.bytes(0);
    let mut whole = blake3::Hasher::new();
    whole.update(&[LIST, 2]);
    let mut length = Vec::new();
    push_varint(&mut length, MEMBERS as u64);
    whole.update(&length);
    for _ in 0..MEMBERS {
        whole.update(&one_of_them);
    }
    whole.update(&[2]);
    let expected = [&[0x3F], whole.finalize().as_bytes().as_slice()].concat();
    assert_eq!(Sketch { nodes }.bytes(MEMBERS), expected);
}

mod references {
    use super::*;

    /// A list graph in which node `v` names the dependencies `refs[v]`.
    fn referring(nodes: &[(u8, &[usize])], refs: &[&[u32]], root: usize) -> (Vec<u8>, Vec<u32>) {
        let mut graph = Sketch::new(nodes).graph();
        for (node, refs) in refs.iter().enumerate() {
            graph.set_refs(node, refs.to_vec());
        }
        graph.encode_with_refs(root)
    }

    #[test]
    fn come_in_post_order_and_leave_the_bytes_alone_if_nothing_is_met_twice() {
        let nodes: &[(u8, &[usize])] = &[(1, &[1, 2]), (2, &[3]), (3, &[]), (4, &[])];
        let (bytes, refs) = referring(nodes, &[&[10], &[11, 12], &[13], &[14]], 0);
        assert_eq!(refs, [14, 11, 12, 13, 10]);
        assert_eq!(bytes, Sketch::new(nodes).bytes(0));
    }

    #[test]
    fn tell_which_of_two_like_values_stands_where() {
        // Two values with equal bytes that refer to different dependencies of one name.
        let refs: &[&[u32]] = &[&[], &[1], &[2]];
        let aba = referring(&[(1, &[1, 2, 1]), (2, &[]), (2, &[])], refs, 0);
        let abb = referring(&[(1, &[1, 2, 2]), (2, &[]), (2, &[])], refs, 0);
        assert_ne!(aba, abb);
    }

    #[test]
    fn do_not_tell_a_shared_value_from_its_copy() {
        let shared = referring(&[(1, &[1, 1]), (2, &[])], &[&[], &[7]], 0);
        let copied = referring(&[(1, &[1, 2]), (2, &[]), (2, &[])], &[&[], &[7], &[7]], 0);
        assert_eq!(shared, copied);
    }

    #[test]
    fn of_a_set_follow_the_order_of_its_elements_bytes() {
        let set = |elements: [usize; 2]| {
            let mut sketch = Sketch::new(&[(1, &elements), (3, &[]), (2, &[])]);
            sketch.nodes[0].2 = true;
            let mut graph = sketch.graph();
            graph.set_refs(1, vec![31]);
            graph.set_refs(2, vec![21]);
            graph.encode_with_refs(0)
        };
        assert_eq!(set([1, 2]).1, [21, 31]);
        assert_eq!(set([1, 2]), set([2, 1]));
    }

    #[test]
    fn on_a_cycle_are_found_once_each() {
        let nodes: &[(u8, &[usize])] = &[(1, &[1, 2]), (2, &[0]), (3, &[1])];
        let (bytes, refs) = referring(nodes, &[&[1], &[2], &[3]], 0);
        assert_eq!(refs, [2, 3, 1]);
        assert!(bytes.starts_with(&Sketch::new(nodes).bytes(0)));
    }

    #[test]
    fn of_a_value_shared_at_each_of_forty_levels_are_collected_once() {
        // Unrolled, this would be 2^40 references.
        let mut nodes: Vec<(u8, Vec<usize>, bool)> =
            (0..40).map(|level| (1, vec![level + 1, level + 1], false)).collect();
        nodes.push((2, Vec::new(), false));
        let mut graph = Sketch { nodes }.graph();
        graph.set_refs(40, vec![5]);
        assert_eq!(graph.encode_with_refs(0).1, [5]);
    }
}

/// A random graph of lists with few labels: many alike, often cyclic.
fn lists(nodes: usize) -> impl Strategy<Value = Sketch> {
    prop::collection::vec((0_u8..2, prop::collection::vec(0..nodes, 0..3)), nodes).prop_map(
        |nodes| Sketch {
            nodes: nodes.into_iter().map(|(label, children)| (label, children, false)).collect(),
        },
    )
}

/// A random graph of lists and sets in which every node has its own label, so that the elements of
/// a set never tie.
fn mixed(nodes: usize) -> impl Strategy<Value = Sketch> {
    prop::collection::vec((any::<bool>(), prop::collection::vec(0..nodes, 0..4)), nodes).prop_map(
        |nodes| Sketch {
            nodes: nodes
                .into_iter()
                .enumerate()
                .map(|(label, (unordered, children))| (label as u8, children, unordered))
                .collect(),
        },
    )
}

fn acyclic(nodes: usize) -> impl Strategy<Value = Sketch> {
    let node = (0_u8..3, any::<bool>(), prop::collection::vec(any::<prop::sample::Index>(), 0..6));
    prop::collection::vec(node, nodes).prop_map(move |drawn| Sketch {
        nodes: drawn
            .into_iter()
            .enumerate()
            .map(|(v, (label, unordered, children))| {
                let later = nodes - v - 1;
                let children = children.iter().filter(|_| later > 0);
                (label, children.map(|child| v + 1 + child.index(later)).collect(), unordered)
            })
            .collect(),
    })
}

fn renaming(nodes: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..nodes).collect::<Vec<usize>>()).prop_shuffle()
}

proptest! {
    #[test]
    fn without_cycles_the_bytes_are_the_streaming_encoders(sketch in acyclic(9)) {
        prop_assert_eq!(sketch.bytes(0), naive_acyclic(&sketch, 0));
    }

    #[test]
    fn a_component_of_lists_is_written_as_documented(mut sketch in lists(6), v in 0_usize..6) {
        // A ring through all nodes makes the whole graph one component.
        for v in 0..6 {
            sketch.nodes[v].1.insert(0, (v + 1) % 6);
        }
        prop_assert_eq!(sketch.bytes(v), naive_cyclic(&sketch, 6, v));
    }

    #[test]
    fn a_component_with_sets_and_leaves_is_written_as_documented(
        mut sketch in mixed(9), v in 0_usize..6,
    ) {
        for v in 0..6 {
            sketch.nodes[v].1.insert(0, (v + 1) % 6);
        }
        for leaf in 6..9 {
            sketch.nodes[leaf].1.clear();
        }
        prop_assert_eq!(sketch.bytes(v), naive_cyclic(&sketch, 6, v));
    }

    #[test]
    fn a_component_with_sets_of_like_elements_is_written_as_documented(
        children in 1_usize..5, others in 0_usize..3, v in 0_usize..10,
    ) {
        // A root, its set of children and what each child has below it; some of them differ.
        let count = 2 + 2 * children;
        let mut nodes: Vec<(u8, Vec<usize>, bool)> = vec![(1, vec![1], false)];
        nodes.push((2, (0..children).map(|child| 2 + 2 * child).collect(), true));
        for child in 0..children {
            nodes.push((3, vec![3 + 2 * child], false));
            nodes.push((u8::from(child < others), vec![0], false));
        }
        let sketch = Sketch { nodes };
        let v = v % count;
        prop_assert_eq!(sketch.bytes(v), naive_cyclic(&sketch, count, v));
        let turned: Vec<usize> = (0..count).rev().collect();
        prop_assert_eq!(sketch.bytes(v), sketch.renamed(&turned).bytes(count - 1 - v));
    }

    #[test]
    fn members_have_the_bytes_alone_that_they_have_together(mut sketch in lists(8)) {
        // A ring through all nodes whose second half repeats the first: every member has a double.
        for v in 0..4 {
            sketch.nodes[v].1.truncate(1);
            sketch.nodes[v].1.insert(0, v + 1);
            let (label, children, _) = sketch.nodes[v].clone();
            let children = children.into_iter().map(|child| (child + 4) % 8).collect();
            sketch.nodes[v + 4] = (label, children, false);
        }
        let mut expected = vec![LIST, 9, 8];
        for v in 0..8 {
            expected.extend(sketch.bytes(v));
        }
        expected.push(9);
        sketch.nodes.push((9, (0..8).collect(), false));
        prop_assert_eq!(sketch.bytes(8), expected);
    }

    #[test]
    fn isomorphic_graphs_of_lists_have_the_same_bytes(
        sketch in lists(7), to in renaming(7), root in 0_usize..7,
    ) {
        prop_assert_eq!(sketch.bytes(root), sketch.renamed(&to).bytes(to[root]));
    }

    #[test]
    fn isomorphic_graphs_with_sets_have_the_same_bytes(
        sketch in mixed(7), to in renaming(7), root in 0_usize..7,
    ) {
        prop_assert_eq!(sketch.bytes(root), sketch.renamed(&to).bytes(to[root]));
    }

    #[test]
    fn a_new_label_anywhere_in_reach_gives_other_bytes(
        sketch in mixed(7), at in any::<prop::sample::Index>(),
    ) {
        let mut edited = sketch.clone();
        let reached = sketch.reached(0);
        edited.nodes[reached[at.index(reached.len())]].0 = 100;
        prop_assert_ne!(sketch.bytes(0), edited.bytes(0));
    }

    #[test]
    fn equal_bytes_mean_equal_values(
        sketch in lists(4), node in 0_usize..4, children in prop::collection::vec(0_usize..4, 0..3),
    ) {
        let mut edited = sketch.clone();
        edited.nodes[node].1 = children;
        let same = sketch.unrolled(0, 9, &mut HashMap::new())
            == edited.unrolled(0, 9, &mut HashMap::new());
        if !same {
            prop_assert_ne!(sketch.bytes(0), edited.bytes(0));
        }
    }
}
