//! Displays, operators and comparisons.

use pyo3::basic::CompareOp;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PySet, PyString, PyTuple};

use super::super::decode::Instruction;
use super::super::opcode::{Op, comparison};
use super::data::{container_of, is_comparable, is_constant, is_container, is_number};
use super::{Effect, Evaluator, Made, Outcome, Slot};

/// From this number on binary operations are those of augmented assignments.
const IN_PLACE: u32 = 13;

impl<'py> Evaluator<'_, 'py> {
    /// Displays, operators and comparisons.
    pub(super) fn compute(&mut self, Instruction { op, arg, .. }: Instruction) -> Outcome<()> {
        let count = arg as usize;
        let py = self.code.object.py();
        match op {
            Op::BUILD_TUPLE => {
                let values = self.pop_many(count)?;
                match self.whole(&values).and_then(|values| PyTuple::new(py, values).ok()) {
                    Some(tuple) => self.push_known(tuple.into_any()),
                    None => self.push(container_of(&values)),
                }
            }
            Op::BUILD_LIST => {
                let values = self.pop_many(count)?;
                match self.whole(&values).and_then(|values| PyList::new(py, values).ok()) {
                    Some(list) => self.push_fresh(list.into_any()),
                    None => self.push(container_of(&values)),
                }
            }
            Op::BUILD_SET => {
                let values = self.pop_many(count)?;
                let elements = self.whole(&values).filter(|v| v.iter().all(is_constant));
                match elements.and_then(|values| PySet::new(py, values).ok()) {
                    Some(set) => self.push_fresh(set.into_any()),
                    None => self.operation(&values)?,
                }
            }
            Op::BUILD_MAP => {
                let values = self.pop_many(2 * count)?;
                self.build_map(values)?;
            }
            Op::BUILD_CONST_KEY_MAP => {
                let keys = self.pop()?;
                let values = self.pop_many(count)?;
                let keys = keys.known().and_then(|k| k.cast::<PyTuple>().ok()).ok_or(Effect)?;
                let pairs = keys
                    .iter()
                    .zip(values)
                    .flat_map(|(key, value)| [Made::Known(key), value])
                    .collect();
                self.build_map(pairs)?;
            }
            Op::LIST_EXTEND | Op::SET_UPDATE | Op::DICT_UPDATE | Op::DICT_MERGE => {
                let more = self.pop()?;
                self.extend(op, &more, count)?;
            }
            Op::LIST_TO_TUPLE => {
                let list = self.pop()?;
                let list = list.known().and_then(|l| l.cast::<PyList>().ok()).ok_or(Effect)?;
                self.push_known(list.to_tuple().into_any());
            }
            Op::BUILD_STRING | Op::BUILD_SLICE | Op::FORMAT_WITH_SPEC => {
                let values = self.pop_many(if op == Op::FORMAT_WITH_SPEC { 2 } else { count })?;
                self.operation(&values)?;
            }
            Op::FORMAT_VALUE => {
                let values = self.pop_many(1 + usize::from(arg & 4 != 0))?;
                self.operation(&values)?;
            }
            Op::FORMAT_SIMPLE | Op::CONVERT_VALUE | Op::UNARY_INVERT | Op::UNARY_POSITIVE => {
                let value = self.pop()?;
                self.operation(&[value])?;
            }
            Op::UNARY_NEGATIVE => {
                let value = self.pop()?;
                match value.known().filter(|value| is_number(value)).map(|v| v.neg()) {
                    Some(Ok(negative)) => self.push_known(negative),
                    _ => self.operation(&[value])?,
                }
            }
            Op::UNARY_NOT | Op::TO_BOOL => {
                let value = self.pop()?;
                let truth = self.truth(&value)? != (op == Op::UNARY_NOT);
                self.push_known(PyBool::new(py, truth).to_owned().into_any());
            }
            Op::BINARY_OP => {
                let (right, left) = (self.pop()?, self.pop()?);
                match self.arithmetic(arg, &left, &right) {
                    Some(result) if !is_container(&result) || self.is_fresh(&result) => {
                        self.push_known(result);
                    }
                    Some(result) => self.push_fresh(result),
                    None if arg >= IN_PLACE && left.known().is_some() => return Err(Effect),
                    None => self.operation(&[left, right])?,
                }
            }
            Op::COMPARE_OP | Op::IS_OP | Op::CONTAINS_OP => {
                let (right, left) = (self.pop()?, self.pop()?);
                match self.comparison(op, arg, &left, &right) {
                    Some(truth) => self.push_known(PyBool::new(py, truth).to_owned().into_any()),
                    None => self.operation(&[left, right])?,
                }
            }
            Op::BINARY_SUBSCR => {
                let (key, owner) = (self.pop()?, self.pop()?);
                let found = match (owner.known(), key.known()) {
                    (Some(owner), Some(key))
                        if is_constant(key)
                            && (self.is_fresh(owner) || self.is_settled_sequence(owner)) =>
                    {
                        Some(owner.get_item(key).map_err(|_| Effect)?)
                    }
                    _ => None,
                };
                match found {
                    Some(found) => self.push_known(found),
                    None => self.operation(&[owner, key])?,
                }
            }
            _ => return Err(Effect),
        }
        Ok(())
    }

    pub(super) fn unpack(&mut self, count: usize) -> Outcome<()> {
        let value = self.pop()?;
        value.spoil();
        let Some(known) = value.known() else {
            self.stack.extend(std::iter::repeat_n(Slot::Value(Made::OPAQUE), count));
            return Ok(());
        };
        if !self.is_settled_sequence(known) {
            return Err(Effect);
        }
        let parts: Vec<Bound<'py, PyAny>> =
            known.try_iter().and_then(Iterator::collect).map_err(|_| Effect)?;
        if parts.len() != count {
            return Err(Effect);
        }
        parts.into_iter().rev().for_each(|part| self.push_known(part));
        Ok(())
    }

    /// `container[key] = value`, where nobody else has the container.
    pub(super) fn store_item(&mut self) -> Outcome<()> {
        let (key, container, value) = (self.pop()?, self.pop()?, self.pop()?);
        let (Some(key), Some(container)) = (key.known(), container.known()) else {
            return Err(Effect);
        };
        let dict = container.cast_exact::<PyDict>().map_err(|_| Effect)?;
        if !self.is_fresh(container) || !is_constant(key) {
            return Err(Effect);
        }
        let value = match value.known().filter(|value| self.world.is_whole(value)) {
            Some(value) => value.clone(),
            // An annotation that is not known makes the annotations unknown and nothing else.
            None if self.is_annotations(container) => {
                self.annotations_are_known = false;
                return Ok(());
            }
            None => return Err(Effect),
        };
        dict.set_item(key, value).map_err(|_| Effect)
    }

    fn is_annotations(&mut self, container: &Bound<'py, PyAny>) -> bool {
        let name = PyString::intern(container.py(), "__annotations__");
        let own = match &self.scope {
            Some(scope) => scope.get("__annotations__").cloned(),
            None => self.world.name(&name),
        };
        own.and_then(|own| own.known().map(|own| own.is(container))).unwrap_or(false)
    }

    fn build_map(&mut self, values: Vec<Made<'py>>) -> Outcome<()> {
        let known = self.whole(&values);
        let Some(known) = known.filter(|k| k.iter().step_by(2).all(is_constant)) else {
            return self.operation(&values);
        };
        let dict = PyDict::new(self.code.object.py());
        for pair in known.chunks_exact(2) {
            dict.set_item(&pair[0], &pair[1]).map_err(|_| Effect)?;
        }
        self.push_fresh(dict.into_any());
        Ok(())
    }

    /// A display that is built in several steps.
    fn extend(&mut self, op: Op, more: &Made<'py>, depth: usize) -> Outcome<()> {
        let at = self.stack.len().checked_sub(depth).ok_or(Effect)?;
        let Slot::Value(container) = self.stack[at].clone() else { return Err(Effect) };
        let (Some(filled), Some(known)) = (container.known(), more.known()) else {
            // Whatever it is, only this display is filled with it.
            self.stack[at] = Slot::Value(container_of(&[container, more.clone()]));
            return Ok(());
        };
        if !self.is_fresh(filled) {
            return Err(Effect);
        }
        let method = match op {
            Op::LIST_EXTEND if self.is_settled_sequence(known) => "extend",
            Op::SET_UPDATE if is_constant(known) => "update",
            Op::DICT_UPDATE | Op::DICT_MERGE
                if known.is_exact_instance_of::<PyDict>() && self.is_fresh(known) =>
            {
                "update"
            }
            _ => return Err(Effect),
        };
        filled.call_method1(method, (known,)).map(drop).map_err(|_| Effect)
    }

    /// The result of an operator on plain data of a size that is bounded by theirs.
    fn arithmetic(
        &self,
        arg: u32,
        left: &Made<'py>,
        right: &Made<'py>,
    ) -> Option<Bound<'py, PyAny>> {
        let (left, right) = (left.known()?, right.known()?);
        let (operator, in_place) = (arg % IN_PLACE, arg >= IN_PLACE);
        const ADD: u32 = 0;
        let of_numbers = is_number(left) && is_number(right);
        let of_one_type = left.get_type().is(right.get_type());
        let joins = of_one_type
            && (left.is_exact_instance_of::<PyString>()
                || self.is_settled_sequence(left) && self.is_settled_sequence(right));
        let result = match operator {
            ADD if of_numbers || joins => {
                // SAFETY: two live objects; a new reference or NULL with an exception set.
                unsafe {
                    let add = if in_place { ffi::PyNumber_InPlaceAdd } else { ffi::PyNumber_Add };
                    let sum = match left.cast_exact::<PyList>() {
                        Ok(_) if in_place => {
                            ffi::PySequence_InPlaceConcat(left.as_ptr(), right.as_ptr())
                        }
                        Ok(_) => ffi::PySequence_Concat(left.as_ptr(), right.as_ptr()),
                        Err(_) => add(left.as_ptr(), right.as_ptr()),
                    };
                    Bound::from_owned_ptr_or_err(left.py(), sum)
                }
            }
            2 if of_numbers => left.floor_div(right),
            5 if of_numbers => left.mul(right),
            6 if of_numbers => left.rem(right),
            10 if of_numbers => left.sub(right),
            11 if of_numbers => left.div(right),
            _ => return None,
        };
        result.ok()
    }

    fn comparison(&self, op: Op, arg: u32, left: &Made<'py>, right: &Made<'py>) -> Option<bool> {
        let (left, right) = (left.known()?, right.known()?);
        if op == Op::IS_OP {
            // Only of None is the identity the program's own.
            return (left.is_none() || right.is_none()).then(|| left.is(right) != (arg == 1));
        }
        if !(is_comparable(left) && is_comparable(right)) {
            return None;
        }
        if op == Op::CONTAINS_OP {
            return right.contains(left).ok().map(|contains| contains != (arg == 1));
        }
        let operator = match comparison(self.code.version, arg) {
            0 => CompareOp::Lt,
            1 => CompareOp::Le,
            2 => CompareOp::Eq,
            3 => CompareOp::Ne,
            4 => CompareOp::Gt,
            5 => CompareOp::Ge,
            _ => return None,
        };
        left.rich_compare(right, operator).ok()?.is_truthy().ok()
    }
}
