//! The instruction set of each CPython version: numbers, inline caches, stack effects, and all else in which
//! versions differ, each by a function that says what differs.
//!
//! A new version is one more table here (and, where an instruction is new, its name, its operand and its
//! stack effect below, and how it is brought into the common form in `decode`). The tables hold what the compiler emits: specialised and instrumented forms
//! never reach us, since `co_code` shows the code as it was compiled.

use std::sync::OnceLock;

macro_rules! opcodes {
    ($($name:ident),* $(,)?) => {
        /// An instruction, named as CPython names it.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(super) enum Op { $($name),* }

        impl Op {
            /// CPython's name; it stands for the instruction in the canonical form.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }

            fn named(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)* _ => None }
            }
        }
    };
}

opcodes! {
    ASYNC_GEN_WRAP, BEFORE_ASYNC_WITH, BEFORE_WITH, BINARY_OP, BINARY_SLICE, BINARY_SUBSCR,
    BUILD_CONST_KEY_MAP, BUILD_LIST, BUILD_MAP, BUILD_SET, BUILD_SLICE, BUILD_STRING,
    BUILD_TUPLE, CACHE, CALL, CALL_FUNCTION_EX, CALL_INTRINSIC_1, CALL_INTRINSIC_2, CALL_KW,
    CHECK_EG_MATCH, CHECK_EXC_MATCH, CLEANUP_THROW, COMPARE_OP, CONTAINS_OP, CONVERT_VALUE,
    COPY, COPY_FREE_VARS, DELETE_ATTR, DELETE_DEREF, DELETE_FAST, DELETE_GLOBAL, DELETE_NAME,
    DELETE_SUBSCR, DICT_MERGE, DICT_UPDATE, END_ASYNC_FOR, END_FOR, END_SEND, ENTER_EXECUTOR,
    EXTENDED_ARG, FORMAT_SIMPLE, FORMAT_VALUE, FORMAT_WITH_SPEC, FOR_ITER, GET_AITER, GET_ANEXT,
    GET_AWAITABLE, GET_ITER, GET_LEN, GET_YIELD_FROM_ITER, IMPORT_FROM, IMPORT_NAME,
    IMPORT_STAR, IS_OP, JUMP_BACKWARD, JUMP_BACKWARD_NO_INTERRUPT, JUMP_FORWARD,
    JUMP_IF_FALSE_OR_POP, JUMP_IF_TRUE_OR_POP, KW_NAMES, LIST_APPEND, LIST_EXTEND,
    LIST_TO_TUPLE, LOAD_ASSERTION_ERROR, LOAD_ATTR, LOAD_BUILD_CLASS, LOAD_CLASSDEREF,
    LOAD_CLOSURE, LOAD_CONST, LOAD_DEREF, LOAD_FAST, LOAD_FAST_AND_CLEAR, LOAD_FAST_CHECK,
    LOAD_FAST_LOAD_FAST, LOAD_FROM_DICT_OR_DEREF, LOAD_FROM_DICT_OR_GLOBALS, LOAD_GLOBAL,
    LOAD_LOCALS, LOAD_METHOD, LOAD_NAME, LOAD_SUPER_ATTR, MAKE_CELL, MAKE_FUNCTION, MAP_ADD,
    MATCH_CLASS, MATCH_KEYS, MATCH_MAPPING, MATCH_SEQUENCE, NOP, POP_EXCEPT,
    POP_JUMP_BACKWARD_IF_FALSE, POP_JUMP_BACKWARD_IF_NONE, POP_JUMP_BACKWARD_IF_NOT_NONE,
    POP_JUMP_BACKWARD_IF_TRUE, POP_JUMP_FORWARD_IF_FALSE, POP_JUMP_FORWARD_IF_NONE,
    POP_JUMP_FORWARD_IF_NOT_NONE, POP_JUMP_FORWARD_IF_TRUE, POP_JUMP_IF_FALSE, POP_JUMP_IF_NONE,
    POP_JUMP_IF_NOT_NONE, POP_JUMP_IF_TRUE, POP_TOP, PRECALL, PREP_RERAISE_STAR, PRINT_EXPR,
    PUSH_EXC_INFO, PUSH_NULL, RAISE_VARARGS, RERAISE, RESUME, RETURN_CONST, RETURN_GENERATOR,
    RETURN_VALUE, SEND, SETUP_ANNOTATIONS, SET_ADD, SET_FUNCTION_ATTRIBUTE, SET_UPDATE,
    STORE_ATTR, STORE_DEREF, STORE_FAST, STORE_FAST_LOAD_FAST, STORE_FAST_STORE_FAST,
    STORE_GLOBAL, STORE_NAME, STORE_SLICE, STORE_SUBSCR, SWAP, TO_BOOL, UNARY_INVERT,
    UNARY_NEGATIVE, UNARY_NOT, UNARY_POSITIVE, UNPACK_EX, UNPACK_SEQUENCE, WITH_EXCEPT_START,
    YIELD_VALUE,
    // Not CPython's: what every unconditional jump is decoded to.
    JUMP
}

use Op::*;

/// What the operand of an instruction refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operand {
    /// A number that means itself (or nothing).
    Number,
    /// An index into `co_consts`.
    Const,
    /// An index into `co_names`.
    Name,
    /// An index into the local, cell and free variables.
    Variable,
    /// A distance, forwards.
    Forward,
    /// A distance, backwards.
    Backward,
}

impl Op {
    /// What the operand refers to.
    pub(super) fn operand(self) -> Operand {
        match self {
            LOAD_CONST | RETURN_CONST | KW_NAMES => Operand::Const,
            LOAD_NAME
            | STORE_NAME
            | DELETE_NAME
            | LOAD_GLOBAL
            | STORE_GLOBAL
            | DELETE_GLOBAL
            | LOAD_ATTR
            | LOAD_METHOD
            | STORE_ATTR
            | DELETE_ATTR
            | LOAD_SUPER_ATTR
            | IMPORT_NAME
            | IMPORT_FROM
            | LOAD_FROM_DICT_OR_GLOBALS => Operand::Name,
            LOAD_FAST
            | LOAD_FAST_CHECK
            | LOAD_FAST_AND_CLEAR
            | STORE_FAST
            | DELETE_FAST
            | LOAD_DEREF
            | STORE_DEREF
            | DELETE_DEREF
            | LOAD_CLOSURE
            | LOAD_CLASSDEREF
            | LOAD_FROM_DICT_OR_DEREF
            | MAKE_CELL => Operand::Variable,
            JUMP
            | JUMP_FORWARD
            | JUMP_IF_FALSE_OR_POP
            | JUMP_IF_TRUE_OR_POP
            | POP_JUMP_FORWARD_IF_FALSE
            | POP_JUMP_FORWARD_IF_TRUE
            | POP_JUMP_FORWARD_IF_NONE
            | POP_JUMP_FORWARD_IF_NOT_NONE
            | POP_JUMP_IF_FALSE
            | POP_JUMP_IF_TRUE
            | POP_JUMP_IF_NONE
            | POP_JUMP_IF_NOT_NONE
            | FOR_ITER
            | SEND => Operand::Forward,
            JUMP_BACKWARD
            | JUMP_BACKWARD_NO_INTERRUPT
            | POP_JUMP_BACKWARD_IF_FALSE
            | POP_JUMP_BACKWARD_IF_TRUE
            | POP_JUMP_BACKWARD_IF_NONE
            | POP_JUMP_BACKWARD_IF_NOT_NONE => Operand::Backward,
            _ => Operand::Number,
        }
    }

    /// Whether the next instruction in memory never follows this one.
    pub(super) fn ends_block(self) -> bool {
        matches!(self, JUMP | RETURN_VALUE | RAISE_VARARGS | RERAISE)
    }

    /// How many values the decoded instruction takes off the stack and how many it then puts on it, on
    /// the way to the next instruction in memory. One that only looks at values counts as taking them off and
    /// putting others there, for they have been used.
    pub(super) fn stack_effect(self, number: u32, flag: u32, version: Version) -> (usize, usize) {
        let n = number as usize;
        match self {
            PUSH_NULL | LOAD_CONST | LOAD_NAME | LOAD_FAST | LOAD_FAST_CHECK
            | LOAD_FAST_AND_CLEAR | LOAD_DEREF | LOAD_CLOSURE | LOAD_CLASSDEREF
            | LOAD_BUILD_CLASS | LOAD_ASSERTION_ERROR | LOAD_LOCALS | WITH_EXCEPT_START
            | RETURN_GENERATOR | GET_ANEXT | FOR_ITER | COPY => (0, 1),
            LOAD_GLOBAL => (0, 1 + (flag & 1) as usize),
            POP_TOP | STORE_NAME | STORE_FAST | STORE_DEREF | STORE_GLOBAL | DELETE_ATTR
            | POP_EXCEPT | RERAISE | RETURN_VALUE | PRINT_EXPR | IMPORT_STAR | LIST_APPEND
            | SET_ADD | LIST_EXTEND | SET_UPDATE | DICT_UPDATE | DICT_MERGE | POP_JUMP_IF_FALSE
            | POP_JUMP_IF_TRUE | POP_JUMP_IF_NONE | POP_JUMP_IF_NOT_NONE | JUMP_IF_FALSE_OR_POP
            | JUMP_IF_TRUE_OR_POP => (1, 0),
            END_FOR if ends_loop_with_one(version) => (1, 0),
            END_FOR | END_ASYNC_FOR | DELETE_SUBSCR | STORE_ATTR | MAP_ADD => (2, 0),
            STORE_SUBSCR => (3, 0),
            STORE_SLICE => (4, 0),
            UNARY_POSITIVE
            | UNARY_NEGATIVE
            | UNARY_NOT
            | UNARY_INVERT
            | TO_BOOL
            | GET_ITER
            | GET_YIELD_FROM_ITER
            | GET_AWAITABLE
            | GET_AITER
            | LIST_TO_TUPLE
            | YIELD_VALUE
            | ASYNC_GEN_WRAP
            | CALL_INTRINSIC_1
            | LOAD_FROM_DICT_OR_DEREF
            | LOAD_FROM_DICT_OR_GLOBALS
            | CHECK_EXC_MATCH
            | FORMAT_SIMPLE
            | CONVERT_VALUE
            | SEND => (1, 1),
            LOAD_ATTR => (1, 1 + (flag & 1) as usize),
            LOAD_SUPER_ATTR => (3, 1 + (flag & 1) as usize),
            BINARY_OP
            | BINARY_SUBSCR
            | COMPARE_OP
            | IS_OP
            | CONTAINS_OP
            | CALL_INTRINSIC_2
            | SET_FUNCTION_ATTRIBUTE
            | FORMAT_WITH_SPEC
            | END_SEND
            | IMPORT_NAME
            | PREP_RERAISE_STAR => (2, 1),
            BINARY_SLICE | MATCH_CLASS => (3, 1),
            GET_LEN | MATCH_MAPPING | MATCH_SEQUENCE | PUSH_EXC_INFO | BEFORE_WITH
            | BEFORE_ASYNC_WITH | IMPORT_FROM => (1, 2),
            CHECK_EG_MATCH => (2, 2),
            MATCH_KEYS => (2, 3),
            CLEANUP_THROW => (3, 2),
            SWAP => (n, n),
            RAISE_VARARGS => (n, 0),
            BUILD_TUPLE | BUILD_LIST | BUILD_SET | BUILD_STRING | BUILD_SLICE => (n, 1),
            BUILD_CONST_KEY_MAP => (n + 1, 1),
            BUILD_MAP => (2 * n, 1),
            UNPACK_SEQUENCE => (1, n),
            UNPACK_EX => (1, (n & 0xff) + (n >> 8) + 1),
            FORMAT_VALUE => (1 + usize::from(n & 4 != 0), 1),
            CALL => (n + 2, 1),
            CALL_KW => (n + 3, 1),
            CALL_FUNCTION_EX => (3 + (n & 1), 1),
            MAKE_FUNCTION if sets_function_attributes(version) => (1, 1),
            MAKE_FUNCTION => (1 + (n & 0xf).count_ones() as usize, 1),
            _ => (0, 0),
        }
    }
}

/// Major and minor version of the interpreter.
pub(super) type Version = (u8, u8);

/// Whether `END_FOR` takes off one value (and `POP_TOP` the other), not two.
fn ends_loop_with_one(version: Version) -> bool {
    version >= (3, 13)
}

/// Whether a function's defaults, closure and annotations are set one by one, not by `MAKE_FUNCTION`.
pub(super) fn sets_function_attributes(version: Version) -> bool {
    version >= (3, 13)
}

/// Whether the empty place beside a callable lies below it, not above.
pub(super) fn null_lies_below(version: Version) -> bool {
    version < (3, 13)
}

/// Whether an iterator that is exhausted, or was delegated to, stays on the stack when `FOR_ITER` or `SEND` jumps.
pub(super) fn iterator_stays(version: Version) -> bool {
    version >= (3, 12)
}

/// Whether the lowest bit of `LOAD_ATTR`'s operand tells that the attribute is called.
pub(super) fn attribute_tells_of_call(version: Version) -> bool {
    version >= (3, 12)
}

/// The number of the comparison in the operand of `COMPARE_OP`.
pub(super) fn comparison(version: Version, operand: u32) -> u32 {
    match version {
        (3, 11) => operand,
        (3, 12) => operand >> 4,
        _ => operand >> 5,
    }
}

/// One version's instructions.
pub(super) struct InstructionSet {
    /// The version that they are of.
    pub(super) version: Version,
    by_number: [Option<Op>; 256],
}

impl InstructionSet {
    /// The instruction with this number; `None` for numbers that the compiler does not emit.
    pub(super) fn op(&self, number: u8) -> Option<Op> {
        self.by_number[usize::from(number)]
    }

    /// The instructions of `version`, or `None` when this build knows nothing about it.
    pub(super) fn of(version: Version) -> Option<&'static Self> {
        static SETS: OnceLock<Vec<InstructionSet>> = OnceLock::new();
        SETS.get_or_init(|| TABLES.iter().map(|(version, table)| parse(*version, table)).collect())
            .iter()
            .find(|set| set.version == version)
    }
}

fn parse(version: Version, table: &str) -> InstructionSet {
    let mut by_number = [None; 256];
    for entry in table.split(',') {
        let (name, number) = entry.trim().split_once(' ').unwrap_or_default();
        if let Ok(number) = number.parse::<u8>() {
            by_number[usize::from(number)] = Op::named(name);
        }
    }
    InstructionSet { version, by_number }
}

const TABLES: [(Version, &str); 3] =
    [((3, 11), CPYTHON_3_11), ((3, 12), CPYTHON_3_12), ((3, 13), CPYTHON_3_13)];

const CPYTHON_3_11: &str = "\
    CACHE 0, POP_TOP 1, PUSH_NULL 2, NOP 9, UNARY_POSITIVE 10, UNARY_NEGATIVE 11, UNARY_NOT 12, \
    UNARY_INVERT 15, BINARY_SUBSCR 25, GET_LEN 30, MATCH_MAPPING 31, MATCH_SEQUENCE 32, \
    MATCH_KEYS 33, PUSH_EXC_INFO 35, CHECK_EXC_MATCH 36, CHECK_EG_MATCH 37, WITH_EXCEPT_START 49, \
    GET_AITER 50, GET_ANEXT 51, BEFORE_ASYNC_WITH 52, BEFORE_WITH 53, END_ASYNC_FOR 54, \
    STORE_SUBSCR 60, DELETE_SUBSCR 61, GET_ITER 68, GET_YIELD_FROM_ITER 69, PRINT_EXPR 70, \
    LOAD_BUILD_CLASS 71, LOAD_ASSERTION_ERROR 74, RETURN_GENERATOR 75, LIST_TO_TUPLE 82, \
    RETURN_VALUE 83, IMPORT_STAR 84, SETUP_ANNOTATIONS 85, YIELD_VALUE 86, ASYNC_GEN_WRAP 87, \
    PREP_RERAISE_STAR 88, POP_EXCEPT 89, STORE_NAME 90, DELETE_NAME 91, UNPACK_SEQUENCE 92, \
    FOR_ITER 93, UNPACK_EX 94, STORE_ATTR 95, DELETE_ATTR 96, STORE_GLOBAL 97, DELETE_GLOBAL 98, \
    SWAP 99, LOAD_CONST 100, LOAD_NAME 101, BUILD_TUPLE 102, BUILD_LIST 103, BUILD_SET 104, \
    BUILD_MAP 105, LOAD_ATTR 106, COMPARE_OP 107, IMPORT_NAME 108, IMPORT_FROM 109, \
    JUMP_FORWARD 110, JUMP_IF_FALSE_OR_POP 111, JUMP_IF_TRUE_OR_POP 112, \
    POP_JUMP_FORWARD_IF_FALSE 114, POP_JUMP_FORWARD_IF_TRUE 115, LOAD_GLOBAL 116, IS_OP 117, \
    CONTAINS_OP 118, RERAISE 119, COPY 120, BINARY_OP 122, SEND 123, LOAD_FAST 124, \
    STORE_FAST 125, DELETE_FAST 126, POP_JUMP_FORWARD_IF_NOT_NONE 128, POP_JUMP_FORWARD_IF_NONE 129, \
    RAISE_VARARGS 130, GET_AWAITABLE 131, MAKE_FUNCTION 132, BUILD_SLICE 133, \
    JUMP_BACKWARD_NO_INTERRUPT 134, MAKE_CELL 135, LOAD_CLOSURE 136, LOAD_DEREF 137, \
    STORE_DEREF 138, DELETE_DEREF 139, JUMP_BACKWARD 140, CALL_FUNCTION_EX 142, EXTENDED_ARG 144, \
    LIST_APPEND 145, SET_ADD 146, MAP_ADD 147, LOAD_CLASSDEREF 148, COPY_FREE_VARS 149, RESUME 151, \
    MATCH_CLASS 152, FORMAT_VALUE 155, BUILD_CONST_KEY_MAP 156, BUILD_STRING 157, \
    LOAD_METHOD 160, LIST_EXTEND 162, SET_UPDATE 163, DICT_MERGE 164, DICT_UPDATE 165, \
    PRECALL 166, CALL 171, KW_NAMES 172, POP_JUMP_BACKWARD_IF_NOT_NONE 173, \
    POP_JUMP_BACKWARD_IF_NONE 174, POP_JUMP_BACKWARD_IF_FALSE 175, POP_JUMP_BACKWARD_IF_TRUE 176";

const CPYTHON_3_12: &str = "\
    CACHE 0, POP_TOP 1, PUSH_NULL 2, END_FOR 4, END_SEND 5, NOP 9, UNARY_NEGATIVE 11, UNARY_NOT 12, \
    UNARY_INVERT 15, BINARY_SUBSCR 25, BINARY_SLICE 26, STORE_SLICE 27, GET_LEN 30, \
    MATCH_MAPPING 31, MATCH_SEQUENCE 32, MATCH_KEYS 33, PUSH_EXC_INFO 35, CHECK_EXC_MATCH 36, \
    CHECK_EG_MATCH 37, WITH_EXCEPT_START 49, GET_AITER 50, GET_ANEXT 51, BEFORE_ASYNC_WITH 52, \
    BEFORE_WITH 53, END_ASYNC_FOR 54, CLEANUP_THROW 55, STORE_SUBSCR 60, DELETE_SUBSCR 61, \
    GET_ITER 68, GET_YIELD_FROM_ITER 69, LOAD_BUILD_CLASS 71, LOAD_ASSERTION_ERROR 74, \
    RETURN_GENERATOR 75, RETURN_VALUE 83, SETUP_ANNOTATIONS 85, LOAD_LOCALS 87, POP_EXCEPT 89, \
    STORE_NAME 90, DELETE_NAME 91, UNPACK_SEQUENCE 92, FOR_ITER 93, UNPACK_EX 94, \
    STORE_ATTR 95, DELETE_ATTR 96, STORE_GLOBAL 97, DELETE_GLOBAL 98, SWAP 99, LOAD_CONST 100, \
    LOAD_NAME 101, BUILD_TUPLE 102, BUILD_LIST 103, BUILD_SET 104, BUILD_MAP 105, LOAD_ATTR 106, \
    COMPARE_OP 107, IMPORT_NAME 108, IMPORT_FROM 109, JUMP_FORWARD 110, POP_JUMP_IF_FALSE 114, \
    POP_JUMP_IF_TRUE 115, LOAD_GLOBAL 116, IS_OP 117, CONTAINS_OP 118, RERAISE 119, COPY 120, \
    RETURN_CONST 121, BINARY_OP 122, SEND 123, LOAD_FAST 124, STORE_FAST 125, DELETE_FAST 126, \
    LOAD_FAST_CHECK 127, POP_JUMP_IF_NOT_NONE 128, POP_JUMP_IF_NONE 129, RAISE_VARARGS 130, \
    GET_AWAITABLE 131, MAKE_FUNCTION 132, BUILD_SLICE 133, JUMP_BACKWARD_NO_INTERRUPT 134, \
    MAKE_CELL 135, LOAD_CLOSURE 136, LOAD_DEREF 137, STORE_DEREF 138, DELETE_DEREF 139, \
    JUMP_BACKWARD 140, LOAD_SUPER_ATTR 141, CALL_FUNCTION_EX 142, LOAD_FAST_AND_CLEAR 143, \
    EXTENDED_ARG 144, LIST_APPEND 145, SET_ADD 146, MAP_ADD 147, COPY_FREE_VARS 149, \
    YIELD_VALUE 150, RESUME 151, MATCH_CLASS 152, FORMAT_VALUE 155, BUILD_CONST_KEY_MAP 156, \
    BUILD_STRING 157, LIST_EXTEND 162, SET_UPDATE 163, DICT_MERGE 164, DICT_UPDATE 165, CALL 171, \
    KW_NAMES 172, CALL_INTRINSIC_1 173, CALL_INTRINSIC_2 174, LOAD_FROM_DICT_OR_GLOBALS 175, \
    LOAD_FROM_DICT_OR_DEREF 176";

const CPYTHON_3_13: &str = "\
    CACHE 0, BEFORE_ASYNC_WITH 1, BEFORE_WITH 2, BINARY_SLICE 4, BINARY_SUBSCR 5, \
    CHECK_EG_MATCH 6, CHECK_EXC_MATCH 7, CLEANUP_THROW 8, DELETE_SUBSCR 9, END_ASYNC_FOR 10, \
    END_FOR 11, END_SEND 12, FORMAT_SIMPLE 14, FORMAT_WITH_SPEC 15, GET_AITER 16, GET_ANEXT 18, \
    GET_ITER 19, GET_LEN 20, GET_YIELD_FROM_ITER 21, LOAD_ASSERTION_ERROR 23, LOAD_BUILD_CLASS 24, \
    LOAD_LOCALS 25, MAKE_FUNCTION 26, MATCH_KEYS 27, MATCH_MAPPING 28, MATCH_SEQUENCE 29, NOP 30, \
    POP_EXCEPT 31, POP_TOP 32, PUSH_EXC_INFO 33, PUSH_NULL 34, RETURN_GENERATOR 35, RETURN_VALUE 36, \
    SETUP_ANNOTATIONS 37, STORE_SLICE 38, STORE_SUBSCR 39, TO_BOOL 40, UNARY_INVERT 41, \
    UNARY_NEGATIVE 42, UNARY_NOT 43, WITH_EXCEPT_START 44, BINARY_OP 45, BUILD_CONST_KEY_MAP 46, \
    BUILD_LIST 47, BUILD_MAP 48, BUILD_SET 49, BUILD_SLICE 50, BUILD_STRING 51, BUILD_TUPLE 52, \
    CALL 53, CALL_FUNCTION_EX 54, CALL_INTRINSIC_1 55, CALL_INTRINSIC_2 56, CALL_KW 57, \
    COMPARE_OP 58, CONTAINS_OP 59, CONVERT_VALUE 60, COPY 61, COPY_FREE_VARS 62, DELETE_ATTR 63, \
    DELETE_DEREF 64, DELETE_FAST 65, DELETE_GLOBAL 66, DELETE_NAME 67, DICT_MERGE 68, \
    DICT_UPDATE 69, ENTER_EXECUTOR 70, EXTENDED_ARG 71, FOR_ITER 72, GET_AWAITABLE 73, \
    IMPORT_FROM 74, IMPORT_NAME 75, IS_OP 76, JUMP_BACKWARD 77, JUMP_BACKWARD_NO_INTERRUPT 78, \
    JUMP_FORWARD 79, LIST_APPEND 80, LIST_EXTEND 81, LOAD_ATTR 82, LOAD_CONST 83, LOAD_DEREF 84, \
    LOAD_FAST 85, LOAD_FAST_AND_CLEAR 86, LOAD_FAST_CHECK 87, LOAD_FAST_LOAD_FAST 88, \
    LOAD_FROM_DICT_OR_DEREF 89, LOAD_FROM_DICT_OR_GLOBALS 90, LOAD_GLOBAL 91, LOAD_NAME 92, \
    LOAD_SUPER_ATTR 93, MAKE_CELL 94, MAP_ADD 95, MATCH_CLASS 96, POP_JUMP_IF_FALSE 97, \
    POP_JUMP_IF_NONE 98, POP_JUMP_IF_NOT_NONE 99, POP_JUMP_IF_TRUE 100, RAISE_VARARGS 101, \
    RERAISE 102, RETURN_CONST 103, SEND 104, SET_ADD 105, SET_FUNCTION_ATTRIBUTE 106, \
    SET_UPDATE 107, STORE_ATTR 108, STORE_DEREF 109, STORE_FAST 110, STORE_FAST_LOAD_FAST 111, \
    STORE_FAST_STORE_FAST 112, STORE_GLOBAL 113, STORE_NAME 114, SWAP 115, UNPACK_EX 116, \
    UNPACK_SEQUENCE 117, YIELD_VALUE 118, RESUME 149";
