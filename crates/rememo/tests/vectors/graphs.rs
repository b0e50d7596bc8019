//! Values that share or contain themselves.

use rememo::encode::graph::{Graph, Slot};
use rememo::encode::{Writer, tag};

use crate::values::{Dict, Int, NONE, Value, frozenset, ints, set, str, write, x};

/// What a value of a graph holds, in order.
#[derive(Clone)]
enum Part {
    Node(usize),
    Other(Value),
}

use Part::{Node, Other};

/// `C` of the first of these values; each has a tag and parts, of which a dict has two an item.
fn graph_bytes(nodes: &[(u8, Vec<Part>)]) -> Vec<u8> {
    let mut graph = Graph::new();
    for _ in nodes {
        graph.push();
    }
    for (node, (own, parts)) in nodes.iter().enumerate() {
        let mut writer = Writer::default();
        writer.head(*own, if *own == tag::DICT { parts.len() / 2 } else { parts.len() });
        let mut slots = Vec::new();
        for part in parts {
            match part {
                Node(child) => slots.push(Slot { at: writer.position(), child: *child }),
                Other(value) => write(&mut writer, value),
            }
        }
        graph.set(node, writer.bytes().to_vec(), slots, false);
    }
    graph.encode(0)
}

fn lists(nodes: &[&[Part]]) -> Vec<u8> {
    graph_bytes(&nodes.iter().map(|parts| (tag::LIST, parts.to_vec())).collect::<Vec<_>>())
}

/// Lists each of which holds the one before it, seen from `root`; `marked` ones also hold a text.
fn ring(count: usize, root: usize, marked: &[usize]) -> Vec<u8> {
    let nodes: Vec<(u8, Vec<Part>)> = (0..count)
        .map(|step| {
            let node = (root + count - step) % count;
            let mark = marked.contains(&node).then(|| Other(str("mark")));
            (tag::LIST, [Node((step + 1) % count)].into_iter().chain(mark).collect())
        })
        .collect();
    graph_bytes(&nodes)
}

/// A value within another, so many times over; the innermost one is `end`.
fn nested(own: u8, times: usize, copies: usize, end: &[(u8, Vec<Part>)]) -> Vec<u8> {
    let mut nodes: Vec<(u8, Vec<Part>)> =
        (0..times).map(|level| (own, vec![Node(level + 1); copies])).collect();
    for (own, parts) in end {
        let moved = parts.iter().map(|part| match part {
            Node(child) => Node(child + times),
            other => other.clone(),
        });
        nodes.push((*own, moved.collect()));
    }
    graph_bytes(&nodes)
}

pub fn shared(name: &str) -> Vec<u8> {
    let one = || Other(Int(1));
    match name {
        "an element twice" | "two equal elements" => lists(&[&[Node(1), Node(1)], &[one()]]),
        "a long element twice" => {
            lists(&[&[Node(1), Node(1), Node(2)], &[Other(x(2000))], &[Node(1)]])
        }
        "doubled 200 times" => nested(tag::LIST, 200, 2, &[(tag::LIST, vec![one()])]),
        "1,000 deep" => nested(tag::TUPLE, 999, 1, &[(tag::TUPLE, vec![Other(NONE)])]),
        "100,000 deep" => nested(tag::LIST, 99_999, 1, &[(tag::LIST, vec![Other(NONE)])]),
        _ => panic!("build the vector {name:?} here"),
    }
}

/// None for a cycle through a value of a type that only Python has.
pub fn cycle(name: &str) -> Option<Vec<u8>> {
    let int = |number| Other(Int(number));
    let itself = (tag::LIST, vec![Node(0)]);
    Some(match name {
        "a list in itself" => lists(&[&[Node(0)]]),
        "a list twice in itself" => lists(&[&[Node(0), Node(0)]]),
        "outside of a cycle" => lists(&[&[Node(1)], &[Node(1)]]),
        "a dict in itself" => graph_bytes(&[(tag::DICT, vec![Other(str("self")), Node(0)])]),
        "a tuple through a list" => {
            graph_bytes(&[(tag::TUPLE, vec![Node(1), int(1)]), (tag::LIST, vec![Node(0)])])
        }
        "a list through a tuple" => {
            graph_bytes(&[(tag::LIST, vec![Node(1)]), (tag::TUPLE, vec![Node(0), int(1)])])
        }
        "a ring of two like lists" => lists(&[&[Node(1)], &[Node(0)]]),
        "a ring of two lists" => lists(&[&[int(1), Node(1)], &[int(2), Node(0)]]),
        "a ring of two lists, the other" => lists(&[&[int(2), Node(1)], &[int(1), Node(0)]]),
        "a ring of 20 like lists" => ring(20, 0, &[]),
        "a ring of 20 lists, one of them marked" => ring(20, 0, &[7]),
        "two marks far from each other" => ring(40, 10, &[0, 20]),
        "sharing inside a cycle" => lists(&[&[Node(0), Node(1), Node(1)], &[int(1)]]),
        "a member shared" => lists(&[&[Node(1), Node(1)], &[Node(0)]]),
        "a member copied" => lists(&[&[Node(1), Node(2)], &[Node(0)], &[Node(0)]]),
        "two cycles, one in the other" => lists(&[&[Node(1), Node(0)], &[Node(1)]]),
        "cycles side by side" => {
            lists(&[&[Node(1), Node(2), Node(1)], &[int(1), Node(1)], &[int(2), Node(2)]])
        }
        "a set beside a cycle" => {
            let nested = Dict(vec![(str("x"), set([frozenset([Int(1)])]))]);
            lists(&[&[Node(1), Other(set(ints(1..4))), Other(nested)], &[Node(1)]])
        }
        "a long member" => lists(&[&[Other(x(3000)), Node(0)]]),
        "a cycle behind sharing" => nested(tag::LIST, 100, 2, &[itself]),
        "all to all" => {
            let all = || (1..6).map(Node);
            let each = (tag::LIST, all().chain([Node(0)]).collect());
            let mut nodes = vec![each; 6];
            nodes[0].1 = all().collect();
            graph_bytes(&nodes)
        }
        _ => return None,
    })
}
