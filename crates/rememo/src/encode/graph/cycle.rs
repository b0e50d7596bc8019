//! The bytes of values on a cycle: `docs/encoding.md`, "Cycles".
//!
//! Colour refinement: B. Weisfeiler and A. Leman, 1968.

use rustc_hash::FxHashMap;

use super::sink::{Elements, Sink};
use super::{Hash, NONE, Pass, index, push_varint};
use crate::encode::tag;

/// How often colours are refined.
const ROUNDS: usize = 8;
/// How often a numbering takes the colours anew because elements of a set tie.
const RECOLOURINGS: usize = 16;
/// How many numberings are kept to find symmetries with.
const NUMBERINGS: usize = 16;

/// One strongly connected component in work.
pub(super) struct Cycle<'a> {
    pass: &'a mut Pass,
    members: &'a [u32],
    /// Position of each node among the members; `NONE` outside.
    local: &'a mut [u32],
    /// The colours, if two members of one colour are elements of one set.
    ties: Option<Vec<Hash>>,
    elements: Elements,
}

impl<'a> Cycle<'a> {
    pub(super) fn new(pass: &'a mut Pass, members: &'a [u32], local: &'a mut [u32]) -> Self {
        for (position, &member) in members.iter().enumerate() {
            local[member as usize] = index(position);
        }
        Self { pass, members, local, ties: None, elements: Elements::default() }
    }

    /// Gives every member that something outside needs its bytes.
    pub(super) fn encode(mut self) {
        let colours = self.colours(&vec![NONE; self.members.len()]);
        let has_ties = self.order_sets(&colours);
        let is_alone = unshared(&colours);
        let alone = (0..colours.len()).filter(|&position| is_alone[position]);
        let entry = alone.min_by_key(|&position| &colours[position]);
        self.ties = has_ties.then_some(colours);
        if let Some(entry) = entry {
            // Where elements of a set tie, members that are alike would get now one number, now
            // another.
            self.encode_from(entry, |position| is_alone[position] || !has_ties);
        }
        self.encode_the_rest_from_themselves();
        for &member in self.members {
            self.local[member as usize] = NONE;
        }
    }

    fn encode_from(&mut self, entry: usize, has_this_entry: impl Fn(usize) -> bool) {
        let numbers = self.number(entry);
        let sum = self.sum(&numbers);
        for (position, (&member, &number)) in self.members.iter().zip(&numbers).enumerate() {
            if self.pass.needed[member as usize] > 0 && has_this_entry(position) {
                self.pass.encoded[member as usize] = cyclic(&sum, number);
            }
        }
    }

    /// Gives their bytes to the members that are their own entries.
    ///
    /// Two members with one sum show a symmetry: the member with each number under the first
    /// numbering can be exchanged for the one under the second. What symmetries carry into each
    /// other has one sum, so that a ring of like members takes two numberings, not one for each.
    fn encode_the_rest_from_themselves(&mut self) {
        let mut orbits = Orbits::new(self.members.len());
        let mut numberings: FxHashMap<Hash, Vec<u32>> = FxHashMap::default();
        for (position, &member) in self.members.iter().enumerate() {
            let is_done = !self.pass.encoded[member as usize].is_empty();
            if is_done || self.pass.needed[member as usize] == 0 {
                continue;
            }
            let sum = match orbits.sum(position) {
                Some(sum) => sum,
                None => {
                    let numbers = self.number(position);
                    let sum = self.sum(&numbers);
                    orbits.set_sum(position, sum);
                    if let Some(like) = numberings.get(&sum) {
                        orbits.join(like, &numbers);
                    } else if numberings.len() < NUMBERINGS {
                        numberings.insert(sum, numbers);
                    }
                    sum
                }
            };
            self.pass.encoded[member as usize] = cyclic(&sum, 0);
        }
    }

    /// The last colours, by position; members that have a number are told by it.
    fn colours(&mut self, numbers: &[u32]) -> Vec<Hash> {
        let mut colours: Vec<Hash> = Vec::new();
        for round in 0..=ROUNDS {
            let mut next = Vec::with_capacity(self.members.len());
            for &member in self.members {
                let mut sink = Sink::default();
                self.write(member as usize, &mut sink, |child, out| {
                    let number = numbers[child as usize];
                    if number != NONE {
                        push_member(out, number);
                        return;
                    }
                    out.push(tag::HOLE);
                    if round > 0 {
                        out.extend_from_slice(&colours[child as usize]);
                    }
                });
                next.push(sink.into_hash());
            }
            colours = next;
        }
        colours
    }

    /// Puts the slots of each set in the order of its elements' bytes under these colours: from here
    /// on, following slots in order is the same for sets as for everything else. Says whether
    /// two members of one colour are elements of one set.
    fn order_sets(&mut self, colours: &[Hash]) -> bool {
        let mut has_ties = false;
        for &member in self.members {
            let v = member as usize;
            if !self.pass.nodes[v].unordered {
                continue;
            }
            let mut slots = std::mem::take(&mut self.pass.nodes[v].slots);
            slots.sort_by_cached_key(|slot| match self.local[slot.child] {
                NONE => self.pass.encoded[slot.child].clone(),
                position => {
                    let mut bytes = vec![tag::HOLE];
                    bytes.extend_from_slice(&colours[position as usize]);
                    bytes
                }
            });
            has_ties |= slots.windows(2).any(|pair| {
                let [one, other] = [pair[0].child, pair[1].child];
                let [a, b] = [self.local[one], self.local[other]];
                one != other && a != NONE && b != NONE && colours[a as usize] == colours[b as usize]
            });
            self.pass.nodes[v].slots = slots;
        }
        has_ties
    }

    /// Numbers the members in preorder from the one at position `entry`; by position.
    fn number(&mut self, entry: usize) -> Vec<u32> {
        let mut numbers = vec![NONE; self.members.len()];
        let mut next_number = 1;
        numbers[entry] = 0;
        let mut path: Vec<(u32, usize)> = vec![(self.members[entry], 0)];
        let first_colours = self.ties.take();
        let mut recolourings = if first_colours.is_some() { RECOLOURINGS } else { 0 };
        let mut recoloured = None;
        let mut recoloured_at = 0;
        while let Some((node, next)) = path.last_mut() {
            let Some(slot) = self.pass.nodes[*node as usize].slots.get(*next) else {
                path.pop();
                continue;
            };
            let child = slot.child;
            let position = self.local[child];
            if position == NONE || numbers[position as usize] != NONE {
                *next += 1;
                continue;
            }
            if recolourings > 0
                && recoloured_at != next_number
                && let Some(colours) = recoloured.as_ref().or(first_colours.as_ref())
                && self.is_tied(*node as usize, *next, &numbers, colours)
            {
                let colours = self.colours(&numbers);
                self.order_sets(&colours);
                // In sets the order is another now; what has a number is passed over.
                for (node, next) in &mut path {
                    if self.pass.nodes[*node as usize].unordered {
                        *next = 0;
                    }
                }
                recoloured = Some(colours);
                recoloured_at = next_number;
                recolourings -= 1;
                continue;
            }
            *next += 1;
            numbers[position as usize] = next_number;
            next_number += 1;
            path.push((index(child), 0));
        }
        if let Some(colours) = &first_colours
            && recoloured.is_some()
        {
            self.order_sets(colours);
        }
        self.ties = first_colours;
        numbers
    }

    /// Whether the element of a set at `next` has the colour of another that has no number yet.
    fn is_tied(&self, set: usize, next: usize, numbers: &[u32], colours: &[Hash]) -> bool {
        let node = &self.pass.nodes[set];
        let own = node.slots[next].child;
        let colour = colours[self.local[own] as usize];
        let others = node.slots[next..].iter().filter(|slot| slot.child != own);
        node.unordered
            && others
                .map(|slot| self.local[slot.child])
                .take_while(|&position| position == NONE || colours[position as usize] == colour)
                .any(|position| position != NONE && numbers[position as usize] == NONE)
    }

    /// `S`: the hash of the whole component under these numbers.
    fn sum(&mut self, numbers: &[u32]) -> Hash {
        let mut in_order = vec![0_u32; self.members.len()];
        for (&member, &number) in self.members.iter().zip(numbers) {
            in_order[number as usize] = member;
        }
        let mut sink = Sink::default();
        for member in in_order {
            self.write(member as usize, &mut sink, |child, out| {
                push_member(out, numbers[child as usize]);
            });
        }
        sink.into_hash()
    }

    /// Writes `T(v)`: members as `mark` writes them, given their position, and the rest as `C`.
    fn write(&mut self, v: usize, sink: &mut Sink, mut mark: impl FnMut(u32, &mut Vec<u8>)) {
        let node = &self.pass.nodes[v];
        let mut write_child = |child: usize, out: &mut Vec<u8>| match self.local[child] {
            NONE => out.extend_from_slice(&self.pass.encoded[child]),
            position => mark(position, out),
        };
        if node.unordered {
            sink.put(&node.template);
            self.elements.clear();
            for slot in &node.slots {
                self.elements.add(|out| write_child(slot.child, out));
            }
            self.elements.write_sorted(sink);
            return;
        }
        let mut done = 0;
        for slot in &node.slots {
            sink.put(&node.template[done..slot.at]);
            done = slot.at;
            sink.put_by(|out| write_child(slot.child, out));
        }
        sink.put(&node.template[done..]);
    }
}

fn push_member(out: &mut Vec<u8>, number: u32) {
    out.push(tag::MEMBER);
    push_varint(out, u64::from(number));
}

fn cyclic(sum: &Hash, number: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + sum.len() + 5);
    bytes.push(tag::CYCLE);
    bytes.extend_from_slice(sum);
    push_varint(&mut bytes, u64::from(number));
    bytes
}

/// For each position, whether no other member has its colour.
fn unshared(colours: &[Hash]) -> Vec<bool> {
    let mut holders: FxHashMap<&Hash, u32> = FxHashMap::default();
    for colour in colours {
        *holders.entry(colour).or_insert(0) += 1;
    }
    colours.iter().map(|colour| holders[colour] == 1).collect()
}

/// Members that symmetries carry into each other, as a union-find, with their sum once it is known.
struct Orbits {
    parent: Vec<u32>,
    sums: Vec<Option<Hash>>,
}

impl Orbits {
    fn new(members: usize) -> Self {
        Self { parent: (0..index(members)).collect(), sums: vec![None; members] }
    }

    fn representative(&mut self, mut position: u32) -> u32 {
        while self.parent[position as usize] != position {
            let above = self.parent[position as usize];
            self.parent[position as usize] = self.parent[above as usize];
            position = above;
        }
        position
    }

    fn sum(&mut self, position: usize) -> Option<Hash> {
        let representative = self.representative(index(position));
        self.sums[representative as usize]
    }

    fn set_sum(&mut self, position: usize, sum: Hash) {
        let representative = self.representative(index(position));
        self.sums[representative as usize] = Some(sum);
    }

    /// Joins the members that have one number under two numberings of one sum.
    fn join(&mut self, one: &[u32], other: &[u32]) {
        let mut at_number = vec![NONE; one.len()];
        for (position, &number) in one.iter().enumerate() {
            at_number[number as usize] = index(position);
        }
        for (position, &number) in other.iter().enumerate() {
            let a = self.representative(at_number[number as usize]);
            let b = self.representative(index(position));
            if a != b {
                self.parent[b as usize] = a;
                self.sums[a as usize] = self.sums[a as usize].or(self.sums[b as usize]);
            }
        }
    }
}
