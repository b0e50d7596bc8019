//! Values without an identity: what they are made of, and how a writer writes them.

use rememo::encode::{Writer, tag};

/// A value that contains no other one twice.
#[derive(Clone)]
pub enum Value {
    /// A tag and nothing else.
    Bare(u8),
    Int(i64),
    /// Two's complement.
    Big(Vec<u8>),
    Float(f64),
    Complex(f64, f64),
    /// A tag, a length and bytes.
    Bytes(u8, Vec<u8>),
    Sequence(u8, Vec<Value>),
    Dict(Vec<(Value, Value)>),
    Set(u8, Vec<Value>),
    Record(&'static str, Vec<Value>),
}

pub use Value::{Bare, Big, Complex, Dict, Float, Int, Record, Sequence, Set};

pub const NONE: Value = Bare(tag::NONE);

pub fn str(text: impl AsRef<[u8]>) -> Value {
    Value::Bytes(tag::STR, text.as_ref().to_vec())
}

pub fn bytes(content: impl AsRef<[u8]>) -> Value {
    Value::Bytes(tag::BYTES, content.as_ref().to_vec())
}

pub fn list(elements: impl IntoIterator<Item = Value>) -> Value {
    Sequence(tag::LIST, elements.into_iter().collect())
}

pub fn tuple(elements: impl IntoIterator<Item = Value>) -> Value {
    Sequence(tag::TUPLE, elements.into_iter().collect())
}

pub fn set(elements: impl IntoIterator<Item = Value>) -> Value {
    Set(tag::SET, elements.into_iter().collect())
}

pub fn frozenset(elements: impl IntoIterator<Item = Value>) -> Value {
    Set(tag::FROZENSET, elements.into_iter().collect())
}

pub fn ints(range: std::ops::Range<i64>) -> impl Iterator<Item = Value> {
    range.map(Int)
}

/// The shortest two's complement form of a number of at most 128 bits.
fn big(number: i128) -> Value {
    let mut bytes = number.to_le_bytes().to_vec();
    let sign = if number < 0 { 0xFF } else { 0 };
    while bytes.len() > 1 && bytes.ends_with(&[sign]) && (bytes[bytes.len() - 2] ^ sign) < 0x80 {
        bytes.pop();
    }
    Big(bytes)
}

fn power_of_two(exponent: usize) -> Value {
    let mut bytes = vec![0; exponent / 8 + 1];
    bytes[exponent / 8] = 1 << (exponent % 8);
    if exponent % 8 == 7 {
        bytes.push(0);
    }
    Big(bytes)
}

pub fn write(writer: &mut Writer, value: &Value) {
    writer.open();
    match value {
        Bare(tag) => writer.u8(*tag),
        Int(number) => writer.int(*number),
        Big(content) => writer.bytes_like(tag::INT_BIG, content),
        Float(number) => writer.float(*number),
        Complex(real, imaginary) => {
            writer.u8(tag::COMPLEX);
            writer.float_bits(*real);
            writer.float_bits(*imaginary);
        }
        Value::Bytes(tag, content) => writer.bytes_like(*tag, content),
        Sequence(tag, elements) => {
            writer.head(*tag, elements.len());
            write_all(writer, elements);
        }
        Dict(items) => {
            writer.head(tag::DICT, items.len());
            for (key, value) in items {
                write(writer, key);
                write(writer, value);
                writer.flush_if_long();
            }
        }
        Set(tag, elements) => {
            writer.head(*tag, elements.len());
            let mut starts = Vec::new();
            for element in elements {
                starts.push(writer.position());
                write(writer, element);
            }
            writer.sort_elements(&starts);
        }
        Record(kind, parts) => {
            writer.record(kind, parts.len());
            write_all(writer, parts);
        }
    }
    writer.close();
}

fn write_all(writer: &mut Writer, values: &[Value]) {
    for value in values {
        write(writer, value);
        writer.flush_if_long();
    }
}

pub fn plain(name: &str) -> Value {
    let nan = f64::NAN;
    match name {
        "None" => NONE,
        "False" => Bare(tag::FALSE),
        "True" => Bare(tag::TRUE),
        "..." => Bare(tag::ELLIPSIS),
        "NotImplemented" => Bare(tag::NOT_IMPLEMENTED),
        "2**62" => Int(1 << 62),
        "2**63 - 1" => Int(i64::MAX),
        "2**63" => big(1 << 63),
        "2**63 + 1" => big((1 << 63) + 1),
        "2**64 - 1" => big((1 << 64) - 1),
        "2**64" => big(1 << 64),
        "-2**63" => Int(i64::MIN),
        "-2**63 - 1" => big(-(1 << 63) - 1),
        "-2**64" => big(-(1 << 64)),
        "2**71 - 1" => big((1 << 71) - 1),
        "2**71" => big(1 << 71),
        "-2**71" => big(-(1 << 71)),
        "-2**71 - 1" => big(-(1 << 71) - 1),
        "2**8160" => power_of_two(8160),
        "2**8200" => power_of_two(8200),
        "5e-324" => Float(f64::from_bits(1)),
        "float('inf')" => Float(f64::INFINITY),
        "float('-inf')" => Float(f64::NEG_INFINITY),
        "float('nan')" => Float(nan),
        "-float('nan')" => Float(-nan),
        "struct.unpack('<d', bytes.fromhex('010000000000f8ff'))[0]" => {
            Float(f64::from_bits(0xFFF8_0000_0000_0001))
        }
        "struct.unpack('<d', bytes.fromhex('efbeadde0000f87f'))[0]" => {
            Float(f64::from_bits(0x7FF8_0000_DEAD_BEEF))
        }
        "0j" => Complex(0.0, 0.0),
        "complex(-0.0, 0.0)" => Complex(-0.0, 0.0),
        "complex(0.0, -0.0)" => Complex(0.0, -0.0),
        "complex(1.5, -2.5)" => Complex(1.5, -2.5),
        "complex(float('nan'), 1.0)" => Complex(nan, 1.0),
        "complex(1.0, -float('nan'))" => Complex(1.0, -nan),
        "'\\0'" => str([0]),
        "'\\x7f'" => str([0x7F]),
        "'\\x80'" => str("\u{80}"),
        "'e\\u0301'" => str("e\u{301}"),
        "'\\u07ff'" => str("\u{7ff}"),
        "'\\u0800'" => str("\u{800}"),
        "'\\uffff'" => str("\u{ffff}"),
        "'\\U0010ffff'" => str("\u{10ffff}"),
        "'\\ud800'" => str([0xED, 0xA0, 0x80]),
        "'\\udfff'" => str([0xED, 0xBF, 0xBF]),
        "'\\ud83d\\ude00'" => str([0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80]),
        "bytes(range(251)) * 300" => bytes((0..=250).collect::<Vec<u8>>().repeat(300)),
        "bytearray(b'')" => Value::Bytes(tag::BYTEARRAY, Vec::new()),
        "bytearray(b'a')" => Value::Bytes(tag::BYTEARRAY, b"a".to_vec()),
        _ => plain_by_rule(name),
    }
}

/// Numbers, quoted text, and either of them repeated.
fn plain_by_rule(name: &str) -> Value {
    let unit = |quoted: &str| match quoted {
        r"b'\xff'" => b"\xFF".to_vec(),
        r"b'\0'" => b"\0".to_vec(),
        _ => quoted.trim_start_matches('b').trim_matches('\'').as_bytes().to_vec(),
    };
    if let Some(length) = name.strip_prefix("bytearray(").and_then(|rest| rest.strip_suffix(')')) {
        return Value::Bytes(tag::BYTEARRAY, vec![0; length.parse().unwrap()]);
    }
    if let Ok(number) = name.parse() {
        return Int(number);
    }
    if let Ok(number) = name.parse() {
        return Float(number);
    }
    let (quoted, times) = name.split_once(" * ").unwrap_or((name, "1"));
    assert!(quoted.ends_with('\''), "build the vector {name:?} here");
    let content = unit(quoted).repeat(times.parse().unwrap());
    if quoted.starts_with('b') { bytes(content) } else { str(content) }
}

pub fn x(times: usize) -> Value {
    str("x".repeat(times))
}

pub fn container(name: &str) -> Value {
    let empty = || list([]);
    let ab = || (str("a"), str("b"));
    match name {
        "[]" => empty(),
        "()" => tuple([]),
        "{}" => Dict(vec![]),
        "set()" => set([]),
        "frozenset()" => frozenset([]),
        "[1]" => list([Int(1)]),
        "(1,)" => tuple([Int(1)]),
        "[[]]" => list([empty()]),
        "[[], []]" => list([empty(), empty()]),
        "[[[]]]" => list([list([empty()])]),
        "[[1], 2]" => list([list([Int(1)]), Int(2)]),
        "[1, [2]]" => list([Int(1), list([Int(2)])]),
        "(1, 'a', b'a', None)" => tuple([Int(1), str("a"), bytes("a"), NONE]),
        "['a', 'b']" => list([str("a"), str("b")]),
        "['ab', '']" => list([str("ab"), str("")]),
        "{'a': 1, 'b': 2}" => Dict(vec![(ab().0, Int(1)), (ab().1, Int(2))]),
        "{'b': 2, 'a': 1}" => Dict(vec![(ab().1, Int(2)), (ab().0, Int(1))]),
        "{1: 2, 3: 4}" => Dict(vec![(Int(1), Int(2)), (Int(3), Int(4))]),
        "{(): {}}" => Dict(vec![(tuple([]), Dict(vec![]))]),
        "{1, 2, 3}" => set(ints(1..4)),
        "{-1, 0, 1}" => set(ints(-1..2)),
        "{1, '1', 1.5, b'1', None, (1,)}" => {
            set([Int(1), str("1"), Float(1.5), bytes("1"), NONE, tuple([Int(1)])])
        }
        "frozenset({1, 2, 3})" => frozenset(ints(1..4)),
        "{frozenset()}" => set([frozenset([])]),
        "{frozenset({1, 2}), frozenset({3}), frozenset()}" => {
            set([frozenset(ints(1..3)), frozenset([Int(3)]), frozenset([])])
        }
        "frozenset({frozenset({frozenset({'deep'})})})" => {
            frozenset([frozenset([frozenset([str("deep")])])])
        }
        "[float('nan'), -0.0]" => list([Float(f64::NAN), Float(-0.0)]),
        "{float('nan'), float('nan')}" => set([Float(f64::NAN), Float(f64::NAN)]),
        "[None] * 127" => list(vec![NONE; 127]),
        "[None] * 128" => list(vec![NONE; 128]),
        "[None] * 1021" => list(vec![NONE; 1021]),
        "[None] * 1022" => list(vec![NONE; 1022]),
        "['x' * 1018]" => list([x(1018)]),
        "['x' * 1019]" => list([x(1019)]),
        "['x' * 1020]" => list([x(1020)]),
        "('x' * 1021, 'x' * 1022)" => tuple([x(1021), x(1022)]),
        "{'x' * 1018}" => set([x(1018)]),
        "{'x' * 1019}" => set([x(1019)]),
        "{'x' * 1020, 'y' * 3000, 'z'}" => set([x(1020), str("y".repeat(3000)), str("z")]),
        "{'k': 'x' * 1014}" => Dict(vec![(str("k"), x(1014))]),
        "{'k': 'x' * 1015}" => Dict(vec![(str("k"), x(1015))]),
        "{'k': 'x' * 1016}" => Dict(vec![(str("k"), x(1016))]),
        "{'k' * 2000: 'v' * 2000}" => Dict(vec![(str("k".repeat(2000)), str("v".repeat(2000)))]),
        "list(range(113))" => list(ints(0..113)),
        "list(range(114))" => list(ints(0..114)),
        "tuple(range(10000))" => tuple(ints(0..10_000)),
        "list(map(str, range(10000)))" => list((0..10_000).map(|i| str(i.to_string()))),
        "set(range(10000))" => set(ints(0..10_000)),
        "dict.fromkeys(range(5000))" => Dict(ints(0..5000).map(|i| (i, NONE)).collect()),
        "[list(range(200))] * 3" => list(vec![list(ints(0..200)); 3]),
        "[[b'x' * 70000, i] for i in range(3)]" => {
            list(ints(0..3).map(|i| list([bytes("x".repeat(70_000)), i])))
        }
        "{'a': [{1, 2}, {'b': ({3: frozenset({4})},)}]}" => {
            let inner = Dict(vec![(Int(3), frozenset([Int(4)]))]);
            let b = Dict(vec![(str("b"), tuple([inner]))]);
            Dict(vec![(str("a"), list([set(ints(1..3)), b]))])
        }
        _ => panic!("build the vector {name:?} here"),
    }
}

pub fn record(name: &str) -> Option<Value> {
    let optional = |value: Option<i64>| value.map_or(NONE, Int);
    Some(match name {
        "range(3)" => Record("range", ints(0..1).chain([Int(3), Int(1)]).collect()),
        "slice(None)" => Record("slice", vec![optional(None); 3]),
        "object()" => Record("object", vec![]),
        "memoryview(b'abc')" => {
            let shape = tuple([Int(3)]);
            Record("memoryview", vec![str("B"), shape, Bare(tag::TRUE), bytes("abc")])
        }
        "date(2024, 2, 29)" => Record("datetime.date", vec![Int(2024), Int(2), Int(29)]),
        "Decimal('1.0')" => Record("decimal.Decimal", vec![str("1.0")]),
        "Fraction(1, 3)" => Record("fractions.Fraction", vec![Int(1), Int(3)]),
        "UUID(int=2**127)" => Record("uuid.UUID", vec![power_of_two(127), NONE]),
        "deque([1, 2])" => Record("collections.deque", vec![NONE, list(ints(1..3))]),
        "re.compile('a+')" => Record("re.Pattern", vec![str("a+"), Int(32)]),
        _ => return None,
    })
}

/// `C` of a value.
pub fn written(value: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    write(&mut writer, value);
    writer.bytes().to_vec()
}
