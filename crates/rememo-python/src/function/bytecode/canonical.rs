//! The canonical form of code: a digest that two code objects share exactly when they do the same, instruction by
//! instruction, whatever their layout, line numbers and names of variables.
//!
//! The instructions form a graph (next, jump, exception handler). Layout differs between codes that do the same: the compiler
//! copies short exits, threads jumps and inverts conditions, in part depending on line numbers. So nodes
//! that cannot be told apart by walking on from them are merged (`merge`), and what remains is written
//! down in the order of a depth-first walk from the entry.

use std::collections::hash_map::Entry;

use pyo3::prelude::*;
use rememo::digest::Digest;
use rustc_hash::FxHashMap;

use super::Visible;
use super::constant::{write_bytes, write_constant, write_number, write_text};
use super::decode::{CO_VARARGS, CO_VARKEYWORDS, Code, Instruction, NO_TARGET};
use super::flow::{FUNCTION_SCOPE, Flow};
use super::merge::{NONE, Node, Variable, merge};
use super::opcode::{Op, Operand};
use super::program::{Program, Step};

/// Flags that change what a call does: variable parameters, generators and coroutines.
const BEHAVIOUR_FLAGS: u32 = 0x1 | 0x2 | CO_VARARGS | CO_VARKEYWORDS | 0x20 | 0x80 | 0x100 | 0x200;

/// The canonical form of one code object.
pub(super) struct Canonical {
    /// Digest of everything but the code's own name and the names of its free variables.
    pub(super) digest: Digest,
    /// Its free variables (numbers within `co_freevars`) in the order in which the walk meets them.
    pub(super) free: Vec<u32>,
    /// The merged graph, numbered as the walk goes.
    pub(super) program: Program,
}

impl Default for Canonical {
    /// That of no code, until the code is known.
    fn default() -> Self {
        Self { digest: Digest([0; 32]), free: Vec::new(), program: Program::default() }
    }
}

/// Computes the canonical form of `code`; `nested` gives that of the code objects among its constants.
pub(super) fn canonical<'a>(
    code: &Code<'_>,
    flow: &Flow,
    visible: Visible,
    nested: &dyn Fn(u32) -> Option<&'a Canonical>,
) -> PyResult<Canonical> {
    let mut graph = Graph {
        code,
        flow,
        nested,
        labels: Labels::default(),
        nodes: Vec::new(),
        steps: Vec::new(),
        at: FxHashMap::default(),
        pending: Vec::new(),
    };
    let entry = if code.instructions.is_empty() { NONE } else { graph.reach(0).node };
    graph.build()?;
    let classes = merge(&graph.nodes);
    let mut out = Vec::with_capacity(graph.nodes.len() * 16);
    header(&mut out, code, visible)?;
    let (free, order) = walk(&mut out, &graph, &classes, entry, visible)?;
    Ok(Canonical { digest: Digest::of(&out), free, program: graph.program(&classes, &order) })
}

/// Everything about a code object that is not an instruction.
fn header(out: &mut Vec<u8>, code: &Code<'_>, visible: Visible) -> PyResult<()> {
    let [positional, positional_only, keyword_only] = code.parameters;
    for number in [code.flags & BEHAVIOUR_FLAGS, positional, positional_only, keyword_only] {
        write_number(out, u64::from(number));
    }
    let by_keyword = positional_only as usize..(positional + keyword_only) as usize;
    for name in code.variables.get(by_keyword).unwrap_or_default() {
        write_text(out, name)?;
    }
    // `super()` looks for this variable by its name.
    let has_class = code.variables[code.first_free..]
        .iter()
        .any(|v| v.to_str().is_ok_and(|v| v == "__class__"));
    out.push(u8::from(has_class));
    if visible.docs
        && let Some(doc) = code.docstring()?
    {
        write_constant(out, doc.as_any())?;
    }
    Ok(())
}

/// Labels by what they say.
#[derive(Default)]
struct Labels {
    ids: FxHashMap<(Vec<u8>, Form), u32>,
    texts: Vec<Vec<u8>>,
}

/// What tells two instructions apart in one code object, yet is not written down, since it follows from the rest or can differ
/// between codes that do the same: the height of the stack and the form of a call that is prepared (flag of
/// the instruction, empty places pushed on the ways to the next ones).
type Form = (u32, u32, [u32; 2]);

impl Labels {
    fn intern(&mut self, text: Vec<u8>, form: Form) -> u32 {
        match self.ids.entry((text, form)) {
            Entry::Occupied(entry) => *entry.get(),
            Entry::Vacant(entry) => {
                let id = self.texts.len() as u32;
                self.texts.push(entry.key().0.clone());
                *entry.insert(id)
            }
        }
    }
}

/// Where control goes from an instruction.
#[derive(Clone, Copy)]
struct Way {
    node: u32,
    /// How many empty places are pushed on the way.
    nulls: u32,
}

const NO_WAY: Way = Way { node: NONE, nulls: 0 };

/// What an instruction came to, once jumps are followed and compiler variants are one.
enum Place {
    /// The instruction at an index.
    At(u32),
    /// Control never comes to another instruction (`while True: pass`) from this index on.
    Nowhere(u32),
}

struct Graph<'a, 'b, 'py> {
    code: &'b Code<'py>,
    flow: &'b Flow,
    nested: &'b dyn Fn(u32) -> Option<&'a Canonical>,
    labels: Labels,
    nodes: Vec<Node>,
    /// Per node: the instruction as it is run, and how many empty places are pushed on the ways to the next ones.
    steps: Vec<(Op, [u32; 2])>,
    /// Node of an instruction, or of a loop that does nothing.
    at: FxHashMap<(u32, bool), u32>,
    pending: Vec<(u32, bool)>,
}

impl Graph<'_, '_, '_> {
    /// The node that control comes to at `index`, made if it is new.
    fn reach(&mut self, index: u32) -> Way {
        let (place, nulls) = self.resolve(index);
        let place = match place {
            Place::At(index) => (index, false),
            Place::Nowhere(index) => (index, true),
        };
        let node = *self.at.entry(place).or_insert_with(|| {
            self.pending.push(place);
            self.nodes.push(Node { label: 0, variables: Vec::new(), next: [NONE; 3] });
            self.steps.push((Op::NOP, [0; 2]));
            self.nodes.len() as u32 - 1
        });
        Way { node, nulls }
    }

    /// Follows jumps and instructions without effect; counts empty places pushed.
    fn resolve(&self, start: u32) -> (Place, u32) {
        let mut index = start;
        let mut smallest = start;
        let mut nulls = 0;
        for _ in 0..=self.code.instructions.len() {
            let instruction = &self.code.instructions[index as usize];
            let is_last = index as usize + 1 == self.code.instructions.len();
            match instruction.op {
                Op::JUMP => index = instruction.target,
                Op::NOP if !is_last => index += 1,
                // The empty place of a call is the same in both of its forms; see `CALL` below.
                Op::PUSH_NULL if !is_last => (index, nulls) = (index + 1, nulls + 1),
                _ => return (Place::At(index), nulls),
            }
            smallest = smallest.min(index);
        }
        (Place::Nowhere(smallest), 0)
    }

    fn build(&mut self) -> PyResult<()> {
        let mut done = 0;
        while done < self.pending.len() {
            let (index, nowhere) = self.pending[done];
            let (node, step) = if nowhere { self.endless(index) } else { self.instruction(index)? };
            (self.nodes[done], self.steps[done]) = (node, step);
            done += 1;
        }
        Ok(())
    }

    fn endless(&mut self, index: u32) -> (Node, (Op, [u32; 2])) {
        let mut label = Vec::new();
        write_bytes(&mut label, b"endless");
        self.node(index, Op::NOP, label, Vec::new(), [NO_WAY; 2])
    }

    /// Completes a node with its exception handler.
    fn node(
        &mut self,
        index: u32,
        op: Op,
        mut label: Vec<u8>,
        variables: Vec<Variable>,
        ways: [Way; 2],
    ) -> (Node, (Op, [u32; 2])) {
        let Instruction { handler, flag, .. } = self.code.instructions[index as usize];
        let handler = match handler {
            NO_TARGET => NONE,
            number => {
                let handler = self.code.handlers[number as usize];
                label.push(b'!');
                write_number(&mut label, u64::from(handler.depth));
                label.push(u8::from(handler.lasti));
                self.reach(handler.target).node
            }
        };
        let nulls = ways.map(|way| way.nulls);
        let height = self.flow.heights[index as usize];
        let label = self.labels.intern(label, (height, flag, nulls));
        (Node { label, variables, next: [ways[0].node, ways[1].node, handler] }, (op, nulls))
    }

    fn instruction(&mut self, index: u32) -> PyResult<(Node, (Op, [u32; 2]))> {
        let instruction = self.code.instructions[index as usize];
        let (mut op, mut target) = (instruction.op, instruction.target);
        // Where a kept condition is tested again, the compiler goes on to where the test leads, if lines allow.
        while matches!(op, Op::JUMP_IF_FALSE_OR_POP | Op::JUMP_IF_TRUE_OR_POP) {
            let (Place::At(next), _) = self.resolve(target) else { break };
            let next_op = self.code.instructions[next as usize].op;
            let jumps_on_true = op == Op::JUMP_IF_TRUE_OR_POP;
            match next_op {
                Op::JUMP_IF_FALSE_OR_POP
                | Op::JUMP_IF_TRUE_OR_POP
                | Op::POP_JUMP_IF_FALSE
                | Op::POP_JUMP_IF_TRUE => {
                    let tests_true =
                        matches!(next_op, Op::JUMP_IF_TRUE_OR_POP | Op::POP_JUMP_IF_TRUE);
                    let pops = matches!(next_op, Op::POP_JUMP_IF_FALSE | Op::POP_JUMP_IF_TRUE);
                    target = if tests_true == jumps_on_true {
                        self.code.instructions[next as usize].target
                    } else {
                        next + 1
                    };
                    if pops || tests_true != jumps_on_true {
                        op = if jumps_on_true {
                            Op::POP_JUMP_IF_TRUE
                        } else {
                            Op::POP_JUMP_IF_FALSE
                        };
                    }
                }
                _ => break,
            }
        }
        let mut label = Vec::with_capacity(24);
        let mut variables = Vec::new();
        let following = index + 1;
        let next = match op {
            Op::POP_JUMP_IF_TRUE => self.branch(&mut label, "if true", target, following),
            Op::POP_JUMP_IF_FALSE => self.branch(&mut label, "if true", following, target),
            Op::POP_JUMP_IF_NONE => self.branch(&mut label, "if none", target, following),
            Op::POP_JUMP_IF_NOT_NONE => self.branch(&mut label, "if none", following, target),
            _ => {
                self.label(index, op, &mut label, &mut variables)?;
                let goes_on =
                    !op.ends_block() && (following as usize) < self.code.instructions.len();
                let first = if goes_on { self.reach(following) } else { NO_WAY };
                let second = if target == NO_TARGET { NO_WAY } else { self.reach(target) };
                [first, second]
            }
        };
        Ok(self.node(index, op, label, variables, next))
    }

    fn branch(&mut self, label: &mut Vec<u8>, name: &str, then: u32, otherwise: u32) -> [Way; 2] {
        write_bytes(label, name.as_bytes());
        [self.reach(then), self.reach(otherwise)]
    }

    /// The merged graph in the order of the walk (`order`: a node of each class met), to be run.
    fn program(&self, classes: &[u32], order: &[u32]) -> Program {
        let numbers: FxHashMap<u32, u32> =
            (0..).zip(order).map(|(number, &node)| (classes[node as usize], number)).collect();
        let mut steps = Vec::with_capacity(order.len());
        let mut nulls = Vec::new();
        for &node in order {
            let (op, pushed) = self.steps[node as usize];
            let mut next = self.nodes[node as usize].next.map(|next| match next {
                NONE => NONE,
                next => numbers[&classes[next as usize]],
            });
            let instruction = self.pending[node as usize].0;
            for (next, pushed) in next.iter_mut().zip(pushed) {
                for _ in 0..pushed {
                    let null = Step { instruction, op: Op::PUSH_NULL, next: [*next, NONE, NONE] };
                    nulls.push(null);
                    *next = (order.len() + nulls.len()) as u32 - 1;
                }
            }
            steps.push(Step { instruction, op, next });
        }
        steps.append(&mut nulls);
        Program::new(steps)
    }

    /// What an instruction does, apart from the variables that it names.
    fn label(
        &mut self,
        index: u32,
        op: Op,
        label: &mut Vec<u8>,
        variables: &mut Vec<Variable>,
    ) -> PyResult<()> {
        let instruction = self.code.instructions[index as usize];
        // Whether a variable lies in a cell follows from the closures of nested functions, which are written down.
        let is_own =
            op.operand() == Operand::Variable && (instruction.arg as usize) < self.code.first_free;
        let name = match op {
            Op::LOAD_DEREF if is_own => Op::LOAD_FAST.name(),
            Op::STORE_DEREF if is_own => Op::STORE_FAST.name(),
            Op::DELETE_DEREF if is_own => Op::DELETE_FAST.name(),
            _ => op.name(),
        };
        write_bytes(label, name.as_bytes());
        match op.operand() {
            Operand::Const => {
                let nested =
                    if op == Op::LOAD_CONST { (self.nested)(instruction.arg) } else { None };
                match nested {
                    Some(nested) => {
                        let constant = self.code.constant(instruction.arg)?;
                        label.push(b'*');
                        write_text(label, constant.getattr("co_name")?.cast()?)?;
                        label.extend_from_slice(nested.digest.as_bytes());
                        if let Some(closure) = self.flow.closures.get(&index) {
                            let bound =
                                nested.free.iter().filter_map(|&free| closure.get(free as usize));
                            variables.extend(bound.copied());
                        }
                    }
                    None => write_constant(label, &self.code.constant(instruction.arg)?)?,
                }
            }
            Operand::Name => write_text(label, &self.code.names[instruction.arg as usize])?,
            Operand::Variable => {
                variables.push((instruction.arg, self.flow.scopes[index as usize]))
            }
            Operand::Number => write_number(label, u64::from(instruction.arg)),
            Operand::Forward | Operand::Backward => {}
        }
        match op {
            // `super().name` with and without arguments.
            Op::LOAD_SUPER_ATTR => label.push((instruction.flag & 2) as u8),
            Op::CALL => label.push(u8::from(self.flow.applies[index as usize])),
            _ => {}
        }
        Ok(())
    }
}

/// Writes the merged graph from the entry on; returns the free variables and a node of each class, both in the order met.
fn walk(
    out: &mut Vec<u8>,
    graph: &Graph<'_, '_, '_>,
    classes: &[u32],
    entry: u32,
    visible: Visible,
) -> PyResult<(Vec<u32>, Vec<u32>)> {
    let code = graph.code;
    let mut order = Vec::new();
    let mut local_numbers: FxHashMap<Variable, u64> = FxHashMap::default();
    for parameter in 0..code.parameter_count() as u32 {
        local_numbers.insert((parameter, FUNCTION_SCOPE), u64::from(parameter));
    }
    let mut free = Vec::new();
    let mut numbers: FxHashMap<u32, u64> = FxHashMap::default();
    let mut pending = vec![entry];
    while let Some(node) = pending.pop() {
        if node == NONE {
            out.push(b'-');
            continue;
        }
        let fresh = numbers.len() as u64;
        match numbers.entry(classes[node as usize]) {
            Entry::Occupied(known) => {
                out.push(b'^');
                write_number(out, *known.get());
                continue;
            }
            Entry::Vacant(vacant) => vacant.insert(fresh),
        };
        order.push(node);
        let Node { label, variables, next } = &graph.nodes[node as usize];
        out.push(b'+');
        write_bytes(out, &graph.labels.texts[*label as usize]);
        write_number(out, variables.len() as u64);
        for &(variable, scope) in variables {
            let name = &code.variables[variable as usize];
            let is_special = name.to_str().is_ok_and(|n| n == "__class__" || n == "__classdict__");
            match (variable as usize).checked_sub(code.first_free) {
                Some(index) if scope == FUNCTION_SCOPE => {
                    let position =
                        free.iter().position(|&known| known == index as u32).unwrap_or_else(|| {
                            free.push(index as u32);
                            free.len() - 1
                        });
                    out.push(b'f');
                    write_number(out, position as u64);
                }
                _ => {
                    let fresh = local_numbers.len() as u64;
                    out.push(b'v');
                    write_number(out, *local_numbers.entry((variable, scope)).or_insert(fresh));
                }
            }
            if visible.locals || is_special {
                write_text(out, name)?;
            }
        }
        pending.extend(next.iter().rev());
    }
    Ok((free, order))
}
