//! Tests of fingerprints: nothing that differs is merged, nothing that does not is told apart.

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// A program graph as a test writes it: name, content and references of each node.
#[derive(Clone, Debug)]
struct Program(Vec<(&'static str, u8, Vec<usize>)>);

impl Program {
    /// As the code that names others by kind and name alone would be digested.
    fn body(&self, node: usize) -> Digest {
        let (_, content, refs) = &self.0[node];
        let mut text = vec![*content];
        for &end in refs {
            text.extend_from_slice(self.0[end].0.as_bytes());
            text.push(0);
        }
        Digest::of(&text)
    }

    fn fingerprint(&self) -> Fingerprint {
        let mut builder = Builder::new();
        let ids: Vec<NodeId> =
            self.0.iter().map(|(name, ..)| builder.add(Kind::Function, *name, None)).collect();
        for (node, (_, _, refs)) in self.0.iter().enumerate() {
            let refs = refs.iter().map(|&end| ids[end]).collect();
            builder.set_body(ids[node], self.body(node), refs);
        }
        builder.finish()
    }

    fn digest(&self) -> Digest {
        self.fingerprint().digest()
    }

    fn names(&self) -> Vec<String> {
        self.fingerprint().dependencies().iter().map(ToString::to_string).collect()
    }

    /// The program with only what the root reaches: what following code finds.
    fn reached(&self) -> Self {
        let mut order = vec![0];
        let mut next = 0;
        while next < order.len() {
            for &end in &self.0[order[next]].2 {
                if !order.contains(&end) {
                    order.push(end);
                }
            }
            next += 1;
        }
        self.only(&order)
    }

    /// The nodes of `order`, in it.
    fn only(&self, order: &[usize]) -> Self {
        let new = |old: &usize| order.iter().position(|other| other == old).unwrap();
        let node = |&old: &usize| {
            let (name, content, refs) = &self.0[old];
            (*name, *content, refs.iter().map(new).collect())
        };
        Self(order.iter().map(node).collect())
    }

    /// What the root is, unrolled `depth` deep: the naive model of what a program means.
    fn meaning(&self, depth: usize) -> Digest {
        fn unroll(
            program: &Program,
            node: usize,
            depth: usize,
            memo: &mut HashMap<(usize, usize), Digest>,
        ) -> Digest {
            if let Some(known) = memo.get(&(node, depth)) {
                return *known;
            }
            let (name, content, refs) = &program.0[node];
            let mut text = format!("{name} {content} {}", refs.len()).into_bytes();
            if depth > 0 {
                for &end in refs {
                    text.extend_from_slice(&unroll(program, end, depth - 1, memo).0);
                }
            }
            let digest = Digest::of(&text);
            memo.insert((node, depth), digest);
            digest
        }
        unroll(self, 0, depth, &mut HashMap::new())
    }
}

#[test]
fn a_kind_is_found_by_its_name() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
        assert!(!kind.as_str().contains(' '));
    }
    assert_eq!(Kind::from_name("nothing"), None);
}

#[test]
fn unique_names_have_no_ordinals_and_their_bodies_as_digests() {
    let program = Program(vec![("f", 1, vec![1, 2]), ("g", 2, vec![0]), ("h", 3, vec![])]);
    assert_eq!(program.names(), ["function f", "function g", "function h"]);
    let fingerprint = program.fingerprint();
    for node in 0..3 {
        assert_eq!(fingerprint.dependency(NodeId(node as u32)).digest, program.body(node));
    }
}

#[test]
fn nodes_that_nothing_tells_apart_are_one() {
    let twice = Program(vec![("f", 1, vec![1, 2]), ("g", 2, vec![]), ("g", 2, vec![])]);
    let once = Program(vec![("f", 1, vec![1, 1]), ("g", 2, vec![])]);
    assert_eq!(twice.names(), ["function f", "function g"]);
    assert_eq!(twice.digest(), once.digest());
}

#[test]
fn two_closures_of_one_factory_get_ordinals_in_the_order_of_a_walk_from_the_root() {
    // f refers to two closures whose code is one and whose cells differ.
    let closures = |first: usize, second: usize| {
        Program(vec![
            ("f", 1, vec![first, second]),
            ("inner", 2, vec![3]),
            ("inner", 2, vec![4]),
            ("cell", 3, vec![]),
            ("cell", 4, vec![]),
        ])
    };
    assert_eq!(
        closures(1, 2).names(),
        [
            "function cell#1",
            "function cell#2",
            "function f",
            "function inner#1",
            "function inner#2"
        ]
    );
    // Which stands where is all that differs.
    assert_ne!(closures(1, 2).digest(), closures(2, 1).digest());
    assert_ne!(closures(1, 2).digest(), closures(1, 1).digest());
}

#[test]
fn swapping_which_of_two_like_named_nodes_is_used_where_is_seen() {
    let program = |in_g: usize, in_h: usize| {
        Program(vec![
            ("f", 1, vec![3, 4, 1, 2]),
            ("g", 2, vec![in_g]),
            ("h", 2, vec![in_h]),
            ("x", 5, vec![]),
            ("x", 6, vec![]),
        ])
    };
    assert_ne!(program(3, 4).digest(), program(4, 3).digest());
    assert_eq!(program(3, 4).names(), program(4, 3).names());
}

#[test]
fn a_name_that_looks_like_an_ordinal_is_not_taken_for_one() {
    let numbered = Program(vec![("f", 1, vec![1, 2]), ("x", 2, vec![]), ("x", 3, vec![])]);
    let named = Program(vec![("f", 1, vec![1, 2]), ("x#1", 2, vec![]), ("x#2", 3, vec![])]);
    assert_eq!(numbered.names(), named.names());
    assert_ne!(numbered.digest(), named.digest());
    let both = Program(vec![
        ("f", 1, vec![1, 2, 3]),
        ("x", 2, vec![]),
        ("x", 3, vec![]),
        ("x#1", 4, vec![]),
    ]);
    assert_eq!(both.fingerprint().dependencies().len(), 4);
}

#[test]
fn the_root_counts() {
    // Two functions that call each other have the same dependencies.
    let f = Program(vec![("f", 1, vec![1]), ("g", 1, vec![0])]);
    let g = Program(vec![("g", 1, vec![1]), ("f", 1, vec![0])]);
    assert_eq!(f.names(), g.names());
    assert_ne!(f.digest(), g.digest());
}

#[test]
fn a_kind_counts() {
    let one = |kind: Kind| {
        let mut builder = Builder::new();
        let node = builder.add(kind, "x", None);
        builder.set_body(node, Digest::of(b""), Vec::new());
        builder.finish().digest()
    };
    assert_ne!(one(Kind::Global), one(Kind::Closure));
}

#[test]
fn an_origin_is_said_and_never_hashed() {
    let one = |line: u32| {
        let mut builder = Builder::new();
        let origin = Origin { file: Some("helpers.py".into()), line };
        let node = builder.add(Kind::Function, "clean", Some(origin));
        builder.set_body(node, Digest::of(b""), Vec::new());
        builder.finish()
    };
    assert_eq!(one(31).digest(), one(32).digest());
    let origin = one(31).dependencies()[0].origin.clone().unwrap();
    assert_eq!(origin.to_string(), "helpers.py:31");
}

#[test]
#[should_panic(expected = "has a body")]
fn a_node_without_a_body_is_never_left_out() {
    let mut builder = Builder::new();
    builder.add(Kind::Function, "f", None);
    let _ = builder.finish();
}

#[test]
fn a_difference_names_what_was_added_removed_and_changed() {
    let old = Program(vec![("f", 1, vec![1, 2]), ("a", 1, vec![]), ("b", 1, vec![])]);
    let new = Program(vec![("f", 1, vec![1, 2]), ("b", 2, vec![]), ("c", 1, vec![])]);
    let (old, new) = (old.fingerprint(), new.fingerprint());
    let said: Vec<String> = old.diff(&new).iter().map(ToString::to_string).collect();
    let expected =
        ["function a removed", "function b changed", "function c added", "function f changed"];
    assert_eq!(said, expected);
    assert!(old.diff(&old).is_empty());
    assert_eq!(new.diff(&old).len(), 4);
}

#[test]
fn a_chain_of_ten_thousand_closures_of_one_name_is_laid_flat() {
    // compose(compose(... f)): one name, one body, told apart only by how far the end is.
    let links = 10_000;
    let mut nodes: Vec<(&'static str, u8, Vec<usize>)> =
        (0..links).map(|link| ("link", 1, vec![link + 1])).collect();
    nodes.push(("end", 2, Vec::new()));
    assert_eq!(Program(nodes).fingerprint().dependencies().len(), links + 1);
}

#[test]
fn an_update_of_one_value_touches_nothing_else() {
    let program = Program(vec![("f", 1, vec![1, 2]), ("x", 2, vec![]), ("y", 3, vec![])]);
    let before = program.fingerprint();
    let mut after = before.clone();
    after.update(NodeId(1), Digest::of(b"new"));
    assert_eq!(after.dependency(NodeId(1)).digest, Digest::of(b"new"));
    assert_eq!(after.dependency(NodeId(2)), before.dependency(NodeId(2)));
    assert_eq!(before.diff(&after).len(), 1);
    after.update(NodeId(1), program.body(1));
    assert_eq!(before, after);
}

const NAMES: [&str; 3] = ["a", "b", "c"];

fn programs(nodes: usize) -> impl Strategy<Value = Program> {
    let node = (0_usize..3, 0_u8..2, prop::collection::vec(0..nodes, 0..3));
    prop::collection::vec(node, nodes).prop_map(|drawn| {
        let node = |(name, content, refs)| (NAMES[name], content, refs);
        Program(drawn.into_iter().map(node).collect()).reached()
    })
}

/// A change of one node.
fn edited(mut program: Program, (node, name, content, refs): Edit) -> Program {
    let count = program.0.len();
    let node = node.index(count);
    let refs = refs.iter().map(|end| end.index(count)).collect();
    program.0[node] = (NAMES[name], content, refs);
    program.reached()
}

type Edit = (prop::sample::Index, usize, u8, Vec<prop::sample::Index>);

fn edits() -> impl Strategy<Value = Edit> {
    (
        any::<prop::sample::Index>(),
        0_usize..3,
        0_u8..2,
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn digests_are_equal_exactly_when_the_programs_are(program in programs(6), edit in edits()) {
        let other = edited(program.clone(), edit);
        let same = program.meaning(13) == other.meaning(13);
        prop_assert_eq!(program.digest() == other.digest(), same, "{:?}", other);
    }

    #[test]
    fn two_small_programs_are_equal_exactly_when_they_mean_the_same(
        one in programs(3), other in programs(3),
    ) {
        let same = one.meaning(7) == other.meaning(7);
        prop_assert_eq!(one.digest() == other.digest(), same);
    }

    #[test]
    fn the_order_in_which_nodes_are_found_does_not_matter(
        program in programs(7), keys in prop::collection::vec(any::<u32>(), 7),
    ) {
        // The root stays the first.
        let mut order: Vec<usize> = (0..program.0.len()).collect();
        order[1..].sort_by_key(|&node| keys[node]);
        prop_assert_eq!(program.digest(), program.only(&order).digest());
    }

    #[test]
    fn doubling_every_node_does_not_matter(program in programs(6), turn in any::<u64>()) {
        let count = program.0.len();
        let mut nodes = Vec::new();
        for copy in 0..2 {
            for (node, (name, content, refs)) in program.0.iter().enumerate() {
                let ends = refs.iter().enumerate().map(|(at, &end)| {
                    let to_copy = (turn >> ((node * 6 + at * 3 + copy) % 64)) & 1;
                    end + count * to_copy as usize
                });
                nodes.push((*name, *content, ends.collect()));
            }
        }
        prop_assert_eq!(program.digest(), Program(nodes).digest());
    }

    #[test]
    fn an_update_is_the_fingerprint_of_the_changed_program(
        program in programs(6),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0_u8..3), 1..6),
    ) {
        let mut program = program;
        let mut fingerprint = program.fingerprint();
        for (node, content) in changes {
            let node = node.index(program.0.len());
            program.0[node].1 = content;
            let digest = fingerprint.update(NodeId(node as u32), program.body(node));
            let anew = program.fingerprint();
            prop_assert_eq!(digest, anew.digest());
            prop_assert_eq!(fingerprint.dependencies(), anew.dependencies());
        }
    }
}
