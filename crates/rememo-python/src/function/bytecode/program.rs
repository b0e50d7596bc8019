//! Code as a graph of steps to be run on symbols: in the order in which it lies in memory, or merged and numbered as the
//! canonical form is, so that what is found does not depend on layout either.

use super::decode::{Code, NO_TARGET};
use super::merge::NONE;
use super::opcode::Op;

/// One instruction with what follows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// Index of the instruction.
    pub(super) instruction: u32,
    /// What it does; a condition that is tested twice is one test here.
    pub(super) op: Op,
    /// The steps that follow: without and with a jump, then the exception handler.
    pub(super) next: [u32; 3],
}

/// The steps of a code object; the first is the entry.
#[derive(Default)]
pub(super) struct Program {
    steps: Vec<Step>,
    /// Per step: whether ways meet there, or come from elsewhere than the one step before.
    is_join: Vec<bool>,
}

impl Program {
    /// A program of these steps.
    pub(super) fn new(steps: Vec<Step>) -> Self {
        let mut followers = vec![0_u32; steps.len()];
        let mut is_join = vec![false; steps.len()];
        for step in &steps {
            for (way, &next) in step.next.iter().enumerate() {
                if next != NONE {
                    followers[next as usize] += 1;
                    is_join[next as usize] |= way > 0 || followers[next as usize] > 1;
                }
            }
        }
        Self { steps, is_join }
    }

    /// The instructions as they lie in memory.
    pub(super) fn plain(code: &Code<'_>) -> Self {
        let count = code.instructions.len() as u32;
        let steps = (0_u32..)
            .zip(&code.instructions)
            .map(|(index, instruction)| {
                let goes_on = !instruction.op.ends_block() && index + 1 < count;
                let handler = match instruction.handler {
                    NO_TARGET => NONE,
                    number => code.handlers[number as usize].target,
                };
                Step {
                    instruction: index,
                    op: instruction.op,
                    next: [if goes_on { index + 1 } else { NONE }, instruction.target, handler],
                }
            })
            .collect();
        Self::new(steps)
    }

    /// How many steps there are.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Step number `index`.
    pub(super) fn step(&self, index: usize) -> Step {
        self.steps[index]
    }

    /// Whether step `index` may follow more than the one before it in a line.
    pub(super) fn is_join(&self, index: usize) -> bool {
        self.is_join[index]
    }
}
