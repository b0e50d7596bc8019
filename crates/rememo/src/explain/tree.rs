//! The dependencies of a function as a tree: each below the code that leads to it by the shortest
//! way.

use crate::fingerprint::Fingerprint;

/// One line of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The lines that lead to it: `│   ├── `.
    pub prefix: String,
    /// Its place among the fingerprint's dependencies.
    pub dependency: usize,
}

/// Each dependency once, the root first. What is not reached from the root (what the user named
/// besides) stands right below it.
#[must_use]
pub fn tree(fingerprint: &Fingerprint) -> Vec<Branch> {
    let references = fingerprint.references();
    let root = fingerprint.root();
    let count = references.len();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut is_placed = vec![false; count];
    let mut queue = std::collections::VecDeque::new();
    let mut unmet = 0..count;
    let Some(root) = root else { return Vec::new() };
    is_placed[root] = true;
    queue.push_back(root);
    loop {
        while let Some(node) = queue.pop_front() {
            for &end in &references[node] {
                let end = end as usize;
                if !std::mem::replace(&mut is_placed[end], true) {
                    children[node].push(end);
                    queue.push_back(end);
                }
            }
        }
        let Some(next) = unmet.find(|&node| !is_placed[node]) else { break };
        is_placed[next] = true;
        children[root].push(next);
        queue.push_back(next);
    }
    lines(root, &children)
}

fn lines(root: usize, children: &[Vec<usize>]) -> Vec<Branch> {
    let mut lines = vec![Branch { prefix: String::new(), dependency: root }];
    // What is yet to be drawn, with the lines that pass it on the left.
    let mut stack: Vec<(usize, String, bool)> = Vec::new();
    let push = |stack: &mut Vec<(usize, String, bool)>, node: usize, left: &str| {
        for (i, &child) in children[node].iter().enumerate().rev() {
            stack.push((child, left.to_owned(), i + 1 == children[node].len()));
        }
    };
    push(&mut stack, root, "");
    while let Some((node, left, is_last)) = stack.pop() {
        let (corner, below) =
            if is_last { ("└── ", "    ") } else { ("├── ", "│   ") };
        lines.push(Branch { prefix: format!("{left}{corner}"), dependency: node });
        push(&mut stack, node, &format!("{left}{below}"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;
    use crate::fingerprint::{Builder, Kind};

    #[test]
    fn each_dependency_stands_once_below_the_nearest_code_that_leads_to_it() {
        let mut builder = Builder::new();
        let root = builder.add(Kind::Function, "f", None);
        let g = builder.add(Kind::Function, "g", None);
        let h = builder.add(Kind::Function, "h", None);
        let rate = builder.add(Kind::Global, "RATE", None);
        let extra = builder.add(Kind::Extra, "version", None);
        builder.set_body(root, Digest::of(b"f"), vec![g, rate]);
        builder.set_body(g, Digest::of(b"g"), vec![h, rate]);
        builder.set_body(h, Digest::of(b"h"), vec![g, root]);
        builder.set_body(rate, Digest::of(b"1"), vec![]);
        builder.set_body(extra, Digest::of(b"2"), vec![]);
        let fingerprint = builder.finish();
        let drawn: Vec<String> = tree(&fingerprint)
            .iter()
            .map(|b| format!("{}{}", b.prefix, fingerprint.dependencies()[b.dependency].name))
            .collect();
        assert_eq!(drawn, ["f", "├── g", "│   └── h", "├── RATE", "└── version"]);
    }
}
