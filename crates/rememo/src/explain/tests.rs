use std::sync::Arc;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::outline::{self, Outline};
use super::*;
use crate::digest::Digest;
use crate::encode::{Writer, tag};
use crate::fingerprint::{Builder, Dependency, Fingerprint, Kind, NodeId, Origin};
use crate::store::{Bound, MissReason};

/// A value to encode; only what the tests need.
#[derive(Clone, Debug)]
enum Value {
    Int(i64),
    Float(f64),
    Str(String),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Set(Vec<i64>),
    Dict(Vec<(Value, Value)>),
    Record(&'static str, Vec<Value>),
    Instance(Vec<(&'static str, Value)>),
    Buffer(Vec<u8>),
}

fn int(n: i64) -> Value {
    Value::Int(n)
}

fn text(text: &str) -> Value {
    Value::Str(text.to_owned())
}

fn list(items: impl IntoIterator<Item = Value>) -> Value {
    Value::List(items.into_iter().collect())
}

fn dict<const N: usize>(items: [(&str, Value); N]) -> Value {
    Value::Dict(items.into_iter().map(|(key, value)| (text(key), value)).collect())
}

fn write(writer: &mut Writer, value: &Value) {
    match value {
        Value::Int(n) => return writer.int(*n),
        Value::Float(x) => return writer.float(*x),
        Value::Str(text) => return writer.str(text.as_bytes()),
        _ => writer.open(),
    }
    match value {
        Value::List(items) | Value::Tuple(items) => {
            let is_list = matches!(value, Value::List(_));
            writer.head(if is_list { tag::LIST } else { tag::TUPLE }, items.len());
            for item in items {
                write(writer, item);
                writer.flush_if_long();
            }
        }
        Value::Set(items) => {
            writer.head(tag::SET, items.len());
            items.iter().for_each(|&item| writer.int(item));
        }
        Value::Dict(items) => {
            writer.head(tag::DICT, items.len());
            for (key, value) in items {
                write(writer, key);
                write(writer, value);
            }
        }
        Value::Record(kind, parts) => {
            writer.record(kind, parts.len());
            parts.iter().for_each(|part| write(writer, part));
        }
        Value::Instance(attributes) => {
            writer.u8(tag::INSTANCE);
            writer.u8(tag::USER_CODE);
            writer.raw(&[7; 32]);
            writer.varint(3);
            writer.str(b"state");
            writer.u8(tag::NONE);
            writer.open();
            writer.head(tag::DICT, attributes.len());
            for (name, value) in attributes {
                writer.str(name.as_bytes());
                write(writer, value);
            }
            writer.close();
        }
        Value::Buffer(bytes) => {
            writer.head(tag::BUFFER, bytes.len());
            writer.bulk(bytes);
        }
        _ => {}
    }
    writer.close();
}

fn written(value: &Value) -> Writer {
    let mut writer = Writer::default();
    writer.keep_prefixes();
    write(&mut writer, value);
    writer
}

fn outline_of(value: &Value, limit: usize) -> Vec<u8> {
    let writer = written(value);
    let mut out = Vec::new();
    let beginning = writer.prefixes().and_then(|prefixes| prefixes.at(0));
    outline::write(&mut out, writer.bytes(), beginning, limit);
    out
}

fn differences(old: &Value, new: &Value) -> Vec<String> {
    differences_within(old, new, 512)
}

fn differences_within(old: &Value, new: &Value, limit: usize) -> Vec<String> {
    let (old, new) = (outline_of(old, limit), outline_of(new, limit));
    let (old, new) = (Outline::read(&old).unwrap(), Outline::read(&new).unwrap());
    assert!(!old.is_of_same(&new));
    compare(old, new).iter().map(ToString::to_string).collect()
}

// ---- values -----------------------------------------------------------------------------------

#[test]
fn plain_values_are_told_as_python_writes_them() {
    for (value, said) in [
        (int(-3), "-3"),
        (Value::Float(0.2), "0.2"),
        (Value::Float(1e16), "1e+16"),
        (Value::Float(1e-5), "1e-05"),
        (Value::Float(f64::NEG_INFINITY), "-inf"),
        (text("it's"), "\"it's\""),
        (text("a\nb"), "'a\\nb'"),
        (list([int(1), list([])]), "[1, []]"),
        (dict([("a", int(1))]), "{'a': 1}"),
        (Value::Set(vec![]), "set()"),
        (
            Value::Record("datetime.date", vec![int(2024), int(1), int(2)]),
            "datetime.date(2024, 1, 2)",
        ),
        (Value::Instance(vec![("x", int(1))]), "<instance with x=1>"),
        (Value::Record("hash_funcs", vec![text("id"), text("https://db")]), "'https://db'"),
    ] {
        let outline = outline_of(&value, 512);
        assert_eq!(describe(Outline::read(&outline).unwrap()).unwrap(), said);
    }
}

#[test]
fn a_long_value_is_shown_in_short() {
    let outline = outline_of(&list((0..100).map(int)), 512);
    let shown = describe(Outline::read(&outline).unwrap()).unwrap();
    assert!(shown.starts_with("[0, 1, 2, ") && shown.ends_with('…'), "{shown}");
    assert_eq!(shown.chars().count(), 60);
}

#[test]
fn a_difference_is_told_where_it_lies() {
    let user = |name: &str| Value::Instance(vec![("name", text(name)), ("age", int(3))]);
    let old = dict([("users", list([user("a"), user("b")])), ("rate", int(1))]);
    let new = dict([("users", list([user("a"), user("c")])), ("rate", int(1))]);
    assert_eq!(differences(&old, &new), ["['users'][1].name: 'b' → 'c'"]);
}

#[test]
fn added_removed_and_reordered_keys_are_told_apart() {
    let (a, b) = (dict([("a", int(1)), ("b", int(2))]), dict([("b", int(2)), ("c", int(3))]));
    assert_eq!(differences(&a, &b), ["['a'] was removed: 1", "['c'] was added: 3"]);
    let reversed = dict([("b", int(2)), ("a", int(1))]);
    assert_eq!(differences(&a, &reversed), ["the order of the keys differs"]);
}

#[test]
fn elements_of_sets_are_told() {
    let (a, b) = (Value::Set(vec![1, 2]), Value::Set(vec![2, 3]));
    assert_eq!(differences(&a, &b), ["without 1", "with 3"]);
}

#[test]
fn of_many_elements_their_number_is_told() {
    let (a, b) = (list((0..9).map(int)), list((1..10).map(int)));
    assert_eq!(differences(&a, &b), ["9 of 9 elements differ"]);
    assert_eq!(differences(&a, &list((0..8).map(int))), ["length 9 → 8"]);
}

#[test]
fn a_type_is_a_difference_that_is_seen() {
    assert_eq!(differences(&int(1), &Value::Float(1.0)), ["1 → 1.0"]);
    assert_eq!(differences(&int(1), &text("1")), ["1 → '1'"]);
}

#[test]
fn of_a_long_list_the_beginning_is_kept() {
    let numbers = |at: usize| list((0..10_000).map(|i| int(if i == at { -1 } else { i as i64 })));
    let old = numbers(99_999);
    assert_eq!(differences(&old, &numbers(5)), ["[5]: 5 → -1"]);
    let (late,) = (differences(&old, &numbers(9_000)),);
    assert_eq!(late.len(), 1);
    assert!(late[0].starts_with("differs after the first "), "{late:?}");
}

#[test]
fn a_long_text_is_known_by_its_beginning() {
    let (a, b) = (text(&"x".repeat(5000)), text(&format!("y{}", "x".repeat(4999))));
    let told = differences(&a, &b);
    assert!(told[0].starts_with("'xxx") && told[0].contains(" → 'yxx"), "{told:?}");
    assert_eq!(differences(&a, &text(&format!("{}y", "x".repeat(4999)))), ["differs"]);
}

fn array(dtype: &str, shape: &[i64], bytes: Vec<u8>) -> Value {
    let mut parts = vec![Value::Buffer(bytes), text(dtype)];
    parts.push(Value::Tuple(shape.iter().copied().map(int).collect()));
    Value::Record("numpy.ndarray", parts)
}

fn floats(values: impl IntoIterator<Item = f64>) -> Vec<u8> {
    values.into_iter().flat_map(f64::to_le_bytes).collect()
}

#[test]
fn elements_of_small_arrays_are_told_by_index() {
    let matrix = |at: usize| {
        array("<f8", &[3, 4], floats((0..12).map(|i| if i == at { 9.5 } else { i as f64 })))
    };
    assert_eq!(differences(&matrix(99), &matrix(6)), ["[1, 2]: 6.0 → 9.5"]);
    let all = array("<f8", &[3, 4], floats((0..12).map(|i| f64::from(i) + 0.5)));
    assert_eq!(differences(&matrix(99), &all), ["12 of 12 values differ"]);
}

#[test]
fn arrays_differ_by_type_by_shape_or_by_values() {
    let zeros = |dtype, shape: &[i64], size| array(dtype, shape, vec![0; size]);
    let big = zeros("<f8", &[1000, 1000], 8_000_000);
    let mut other = vec![0; 8_000_000];
    other[17] = 1;
    let other = array("<f8", &[1000, 1000], other);
    assert_eq!(differences(&big, &other), ["values differ (float64, 1,000,000)"]);
    assert_eq!(
        differences(&big, &zeros("<f4", &[1000, 1000], 4_000_000)),
        ["dtype float64 → float32"]
    );
    assert_eq!(
        differences(&big, &zeros("<f8", &[1_000_000], 8_000_000)),
        ["shape (1000, 1000) → (1000000,)"]
    );
}

fn frame(columns: &[(&str, f64)], rows: i64) -> Value {
    let names = Value::Record(
        "pandas.Index",
        vec![Value::Record(
            "numpy.ndarray",
            vec![
                text("|O"),
                Value::Tuple(vec![int(columns.len() as i64)]),
                list(columns.iter().map(|c| text(c.0))),
            ],
        )],
    );
    let mut parts = vec![names, Value::Record("pandas.RangeIndex", vec![int(rows)])];
    for (_, value) in columns {
        parts.push(array("<f8", &[rows], floats((0..rows).map(|i| i as f64 + value))));
    }
    parts.push(dict([]));
    parts.push(int(1));
    Value::Record("pandas.DataFrame", parts)
}

#[test]
fn of_frames_the_columns_that_differ_are_told() {
    let old = frame(&[("price", 1.0), ("qty", 2.0)], 1000);
    let new = frame(&[("price", 1.5), ("qty", 2.0)], 1000);
    assert_eq!(differences(&old, &new), ["column 'price' values differ (float64, 1,000)"]);
    let more = frame(&[("price", 1.0), ("qty", 2.0), ("tax", 1.0)], 1000);
    assert_eq!(differences(&old, &more), ["column 'tax' was added"]);
    let less = frame(&[("qty", 2.0)], 1000);
    assert_eq!(differences(&old, &less), ["column 'price' was removed"]);
}

#[test]
fn a_frame_of_many_columns_fits_by_checks_of_its_columns() {
    let names: Vec<String> = (0..30).map(|i| format!("c{i}")).collect();
    let columns = |changed: usize| -> Vec<(&str, f64)> {
        let value = |i| if i == changed { 0.5 } else { 0.0 };
        names.iter().enumerate().map(|(i, name)| (&**name, value(i))).collect()
    };
    let (old, new) = (frame(&columns(99), 1000), frame(&columns(20), 1000));
    assert_eq!(differences_within(&old, &new, 900), ["column 'c20' differs"]);
    assert!(outline_of(&old, 900).len() <= 900);
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        ".{0,40}".prop_map(Value::Str),
        proptest::collection::vec(any::<u8>(), 0..2000).prop_map(Value::Buffer),
        Just(frame(&[("price", 1.0), ("qty", 2.0)], 300)),
    ];
    leaf.prop_recursive(4, 200, 60, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..60).prop_map(Value::List),
            proptest::collection::vec((inner.clone(), inner.clone()), 0..20).prop_map(Value::Dict),
            proptest::collection::vec(inner.clone(), 0..9)
                .prop_map(|parts| Value::Record("numpy.ndarray", parts)),
            inner.prop_map(|value| Value::Instance(vec![("x", value)])),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn outlines_are_bounded_and_tell_values_apart(a in values(), b in values(), limit in 9_usize..1100) {
        let (first, second) = (outline_of(&a, limit), outline_of(&b, limit));
        prop_assert!(first.len() <= limit.max(9), "{} > {limit}", first.len());
        let (first, second) = (Outline::read(&first).unwrap(), Outline::read(&second).unwrap());
        let is_same = written(&a).bytes() == written(&b).bytes();
        prop_assert_eq!(first.is_of_same(&second), is_same);
        // Whatever was cut off and wherever: there is something to say, and it is short.
        let told = compare(first, second);
        prop_assert!(is_same || !told.is_empty());
        prop_assert!(told.len() <= compare::SHOWN + 1);
        let other = outline_of(&a, 2 * limit);
        prop_assert!(first.is_of_same(&Outline::read(&other).unwrap()));
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut whole = vec![0];
        whole.extend_from_slice(&bytes);
        if let Some(outline) = Outline::read(&whole) {
            let _ = describe(outline);
            let _ = compare(outline, outline);
        }
        let _ = Outline::read(&bytes);
        let _ = CallRecord::from_bytes(&bytes);
        let _ = Snapshot::from_bytes(&bytes);
    }

    #[test]
    fn damaged_encodings_do_not_either(
        value in values(), at in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut bytes = outline_of(&value, 1024);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(outline) = Outline::read(&bytes) {
            let _ = describe(outline);
            let _ = compare(outline, outline);
        }
    }
}

#[test]
fn nothing_of_a_value_is_shown_by_debug() {
    let outline = outline_of(&text("a secret"), 100);
    assert_eq!(format!("{:?}", Outline::read(&outline).unwrap()), "Outline(11 bytes)");
}

// ---- records ----------------------------------------------------------------------------------

fn names(names: &[&str]) -> Arc<[Box<str>]> {
    names.iter().map(|&name| Box::from(name)).collect()
}

fn record(fingerprint: u8, arguments: &[(&str, Value)], summaries: bool) -> CallRecord {
    let mut writer = Writer::default();
    writer.keep_prefixes();
    // What stands before the arguments in a key.
    writer.raw(&[1; 33]);
    let mut ends = Vec::new();
    for (_, value) in arguments {
        write(&mut writer, value);
        ends.push(writer.position() as u32);
    }
    let of: Vec<&str> = arguments.iter().map(|(name, _)| *name).collect();
    let written =
        Written { bytes: writer.bytes(), start: 33, ends: &ends, prefixes: writer.prefixes() };
    CallRecord::new(77, Digest([fingerprint; 32]), &names(&of), written, summaries)
}

fn told(differences: &[Difference]) -> Vec<String> {
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn arguments_that_differ_are_told_by_name() {
    let old = record(0, &[("a", int(1)), ("b", int(2)), ("c", int(3))], true);
    let new = record(0, &[("a", int(1)), ("b", text("x")), ("d", int(3))], true);
    let differences = arguments(&old, &new);
    assert_eq!(
        told(&differences),
        ["argument 'b': 2 → 'x'", "argument 'd' is new", "argument 'c' is gone"]
    );
    assert_eq!(old.distance(&new, 99), 2);
    assert_eq!(old.distance(&old.clone(), 99), 0);
}

#[test]
fn without_summaries_only_that_arguments_differ_is_told() {
    let secret = record(0, &[("password", text("hunter2"))], false);
    let other = record(0, &[("password", text("hunter3"))], false);
    assert_eq!(told(&arguments(&secret, &other)), ["argument 'password' differs"]);
    assert!(!String::from_utf8_lossy(&secret.to_bytes()).contains("hunter"));
    assert!(arguments(&secret, &secret.clone()).is_empty());
    // One of the two is of a time when summaries were kept.
    let same = record(0, &[("password", text("hunter2"))], true);
    assert!(arguments(&secret, &same).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn records_take_a_kilobyte_at_most_and_read_back(all in proptest::collection::vec(values(), 0..30)) {
        let named: Vec<(String, Value)> =
            all.into_iter().enumerate().map(|(i, v)| (format!("argument_{i}"), v)).collect();
        let borrowed: Vec<(&str, Value)> = named.iter().map(|(n, v)| (&**n, v.clone())).collect();
        let record = record(3, &borrowed, true);
        let bytes = record.to_bytes();
        prop_assert!(bytes.len() <= RECORD_MOST, "{}", bytes.len());
        let read = CallRecord::from_bytes(&bytes).unwrap();
        prop_assert_eq!(read.process, 77);
        let (a, b): (Vec<_>, Vec<_>) = (record.arguments().collect(), read.arguments().collect());
        prop_assert_eq!(a, b);
        for cut in (0..bytes.len()).step_by(7) {
            prop_assert!(CallRecord::from_bytes(&bytes[..cut]).is_err());
        }
    }
}

// ---- fingerprints -----------------------------------------------------------------------------

/// `f` calls `helper` and reads `RATE`; library `numpy`.
fn fingerprint(helper: &str, rate: i64, version: &str) -> Fingerprint {
    let mut builder = Builder::new();
    let origin = |line| Some(Origin { file: Some("/home/me/app/helpers.py".into()), line });
    let f = builder.add(Kind::Function, "app.f", None);
    let clean = builder.add(Kind::Function, "helpers.clean", origin(31));
    let global = builder.add(Kind::Global, "app.RATE", None);
    let numpy = builder.add(Kind::Library, "numpy", None);
    builder.set_body(f, Digest::of(b"f"), vec![clean, global, numpy]);
    builder.set_body(clean, Digest::of(helper.as_bytes()), vec![]);
    builder.set_body(global, Digest::of(&rate.to_le_bytes()), vec![]);
    builder.set_body(numpy, Digest::of(version.as_bytes()), vec![]);
    builder.finish()
}

fn snapshot(helper: &str, rate: i64, version: &str, earlier: Option<&Snapshot>) -> Snapshot {
    Snapshot::of(&fingerprint(helper, rate, version), earlier, |dependency| {
        let described = Described::new(dependency.clone());
        match dependency.kind {
            Kind::Global => described.with_value(&outline_of(&int(rate), 200)),
            Kind::Library => described.with_value(&outline_of(&text(version), 200)),
            Kind::Function if &*dependency.name == "helpers.clean" => {
                described.with_source(Source::of(helper, true))
            }
            _ => described,
        }
    })
}

const CLEAN: &str = "def clean(x):\n    return [p for p in x if p > 0]\n";
const CLEANER: &str = "def clean(x):\n    return [abs(p) for p in x]\n";

#[test]
fn each_kind_of_dependency_that_differs_reads_well() {
    let old = snapshot(CLEAN, 1, "2.3.1", None);
    let new = snapshot(CLEANER, 2, "3.0.0", None);
    let differences = dependencies(&old, &new);
    let names = Names {
        directory: Some("/home/me/app".into()),
        module: "app".to_owned(),
        hides_values: false,
    };
    let said: Vec<String> = differences.iter().map(|d| names.headline(d)).collect();
    assert_eq!(
        said,
        ["helpers.py:31 clean() changed", "global RATE: 1 → 2", "numpy 2.3.1 → 3.0.0"]
    );
    let lines: Vec<_> = differences[0].lines.iter().map(|l| (l.is_new, &*l.text)).collect();
    assert_eq!(
        lines,
        [(false, "    return [p for p in x if p > 0]"), (true, "    return [abs(p) for p in x]")]
    );
    let silent = Names { hides_values: true, ..names };
    assert_eq!(silent.headline(&differences[1]), "global RATE changed");
    assert_eq!(old.distance(&new, 99), 3);
}

#[test]
fn a_later_snapshot_shares_what_has_not_changed() {
    let old = snapshot(CLEAN, 1, "2.3.1", None);
    let new = snapshot(CLEAN, 2, "2.3.1", Some(&old));
    assert_eq!(new, snapshot(CLEAN, 2, "2.3.1", None));
    let shared: Vec<bool> =
        old.dependencies().iter().zip(new.dependencies()).map(|(a, b)| Arc::ptr_eq(a, b)).collect();
    assert_eq!(shared, [true, true, false, true]);
}

#[test]
fn the_bytes_of_a_snapshot_are_those_of_the_description() {
    let snapshot = snapshot(CLEAN, 1, "2.3.1", None);
    let bytes = snapshot.to_bytes();
    assert_eq!(Snapshot::from_bytes(&bytes).unwrap(), snapshot);
    // A change of these bytes needs another version.
    assert_eq!(&bytes[..5], b"rmfp\x01");
    assert_eq!(
        Digest::of(&bytes).to_hex(),
        "8e1d75cf7ed5fa212af5bd9d8b3ccfae1dd6cdfc514ce805c9ba9cce650b70c2"
    );
    for cut in 0..bytes.len() {
        assert_eq!(Snapshot::from_bytes(&bytes[..cut]), Err(Malformed));
    }
    let mut later = bytes.clone();
    later[4] = 2;
    assert_eq!(Snapshot::from_bytes(&later), Err(Malformed));
}

#[test]
fn the_bytes_of_a_record_are_those_of_the_description() {
    let record = record(5, &[("a", int(1)), ("b", text(&"x".repeat(3000)))], true);
    assert_eq!(
        Digest::of(&record.to_bytes()).to_hex(),
        "be39a3d0899fe0447ccb5342ead58785c966a8bdd4af41114a0291a42d7eccf1"
    );
}

fn graph(nodes: &[(Kind, &str, &str, &[usize])]) -> Snapshot {
    let mut builder = Builder::new();
    for (kind, name, ..) in nodes {
        builder.add(*kind, *name, None);
    }
    for (i, (_, _, body, refs)) in nodes.iter().enumerate() {
        let refs = refs.iter().map(|&end| NodeId(end as u32)).collect();
        builder.set_body(NodeId(i as u32), Digest::of(body.as_bytes()), refs);
    }
    Snapshot::of(&builder.finish(), None, |dependency: &Dependency| {
        let described = Described::new(dependency.clone());
        // The source of `f` is the same in all of these.
        if &*dependency.name == "f" {
            described.with_source(Source::of("def f(): return g()", true))
        } else {
            described
        }
    })
}

#[test]
fn what_the_edited_code_reaches_now_follows_from_the_edit() {
    use Kind::Function;
    let old = graph(&[(Function, "h", "1", &[1]), (Function, "g", "g", &[])]);
    let new = graph(&[
        (Function, "h", "2", &[1, 2]),
        (Function, "g", "g", &[]),
        (Function, "k", "", &[]),
    ]);
    let differences = dependencies(&old, &new);
    assert_eq!(told(&differences), ["h() changed", "k() is reached now"]);
    assert_eq!(differences.iter().map(|d| d.follows).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn code_whose_lines_are_the_same_is_not_said_to_have_changed() {
    use Kind::Function;
    let old = graph(&[(Function, "f", "calls one", &[1]), (Function, "one", "", &[])]);
    let new = graph(&[(Function, "f", "calls two", &[1]), (Function, "two", "", &[])]);
    let differences = dependencies(&old, &new);
    assert_eq!(
        told(&differences),
        [
            "f() reads as before, but leads to other code",
            "one() is no longer reached",
            "two() is reached now"
        ]
    );
    assert_eq!(differences.iter().map(|d| d.follows).collect::<Vec<_>>(), [false, true, true]);
}

#[test]
fn one_more_of_a_name_does_not_make_the_others_differ() {
    use Kind::{Class, Function};
    let old = graph(&[(Function, "h", "1", &[1]), (Class, "C", "a", &[])]);
    let new =
        graph(&[(Function, "h", "1", &[1, 2]), (Class, "C", "a", &[]), (Class, "C", "b", &[])]);
    let said = told(&dependencies(&old, &new));
    assert!(said.contains(&"class C#2 is reached now".to_owned()), "{said:?}");
    assert!(!said.iter().any(|s| s.contains("C is") || s.contains("C#1")), "{said:?}");
}

#[test]
fn the_nearest_entry_has_the_arguments_then_the_code_then_the_last_word() {
    let base = snapshot(CLEAN, 1, "1", None);
    let edited = snapshot(CLEANER, 2, "1", None);
    let half = snapshot(CLEAN, 2, "1", None);
    let of = |fingerprint: &Snapshot, a: i64| {
        let mut record = record(0, &[("a", int(a)), ("b", int(0))], true);
        record.fingerprint = fingerprint.digest();
        record
    };
    let now = of(&edited, 1);
    let start = Instant::now();
    let later = |n| start + Duration::from_secs(n);
    let all = [&base, &edited, &half];
    let find = |candidates: &[(CallRecord, u64)]| {
        let mut nearest = Nearest::new(&now, Some(&edited));
        for (i, (record, at)) in candidates.iter().enumerate() {
            let earlier = |digest: &Digest| all.into_iter().find(|s| s.digest() == *digest);
            nearest.consider(record, later(*at), earlier, || i);
        }
        nearest.found()
    };
    // Other arguments under the same code tell less than the same arguments under other code.
    assert_eq!(find(&[(of(&edited, 2), 9), (of(&base, 1), 1)]), Some(1));
    assert_eq!(find(&[(of(&base, 1), 9), (of(&half, 1), 1)]), Some(1));
    assert_eq!(find(&[(of(&base, 1), 1), (of(&base, 1), 9), (of(&base, 1), 5)]), Some(1));
    assert_eq!(find(&[]), None);
}

#[test]
fn the_history_forgets_the_oldest_and_renews_what_comes_again() {
    let mut history = History::default();
    let all: Vec<Arc<Snapshot>> =
        (0..65).map(|rate| Arc::new(snapshot(CLEAN, rate, "1", None))).collect();
    for snapshot in &all {
        history.note(Arc::clone(snapshot));
    }
    assert!(history.get(&all[0].digest()).is_none());
    assert!(history.is_latest(&all[64].digest()));
    assert!(history.renew(&all[3].digest()));
    assert!(history.is_latest(&all[3].digest()));
    assert!(!history.renew(&all[0].digest()));
    assert_eq!(history.iter().count(), 64);
}

// ---- texts ------------------------------------------------------------------------------------

fn explanation(verdict: Verdict) -> Explanation {
    Explanation { call: "app.f(1)".to_owned(), key: Digest([0; 32]), verdict, process: 77 }
}

fn miss(reason: MissReason, nearest: Option<Earlier>, entries: usize) -> Explanation {
    explanation(Verdict::Miss { reason, nearest, entries, is_recorded: true })
}

#[test]
fn each_verdict_reads_as_a_sentence() {
    let names = Names::default();
    let said = |explanation: &Explanation| explanation.text(&names);
    let found = Found {
        tier: crate::event::Tier::Memory,
        age: Duration::from_secs(240),
        process: Some(77),
        size: 1234,
        cost: Duration::from_millis(1300),
        hits: 2,
        left: Some(Duration::from_secs(3600)),
    };
    let hit = explanation(Verdict::Hit(found));
    assert!(hit.is_hit());
    assert_eq!(
        said(&hit),
        "app.f(1) would hit.\n  The entry is in memory, written 4 min ago by this process, 1.2 kB; \
         computing it took 1.3 s, used 2 times so far; it expires in 60 min."
    );
    for (reason, entries, expected) in [
        (MissReason::Absent, 0, "app.f(1) would miss: the function has no entries."),
        (
            MissReason::Expired { ago: Duration::from_secs(240) },
            1,
            "app.f(1) would miss: its entry expired 4 min ago (ttl).",
        ),
        (
            MissReason::Evicted { by: Bound::Bytes },
            1,
            "app.f(1) would miss: its entry had to make room, or found none (max_bytes).",
        ),
        (MissReason::Cleared, 1, "app.f(1) would miss: its entry was cleared."),
    ] {
        assert_eq!(said(&miss(reason, None, entries)), expected);
    }
    let old = record(0, &[("x", int(1))], true);
    let differences = arguments(&old, &record(0, &[("x", int(2))], true));
    let earlier = Earlier { age: Duration::from_millis(30), process: Some(4711), differences };
    let absent = miss(MissReason::Absent, Some(earlier), 1);
    assert_eq!(
        said(&absent),
        "app.f(1) would miss: it was not computed with these arguments.\n  Other than for the nearest entry (30 ms ago \
         by process 4711):\n    argument 'x': 1 → 2"
    );
    assert_eq!(absent.reason(&names), "new arguments");
    let differences =
        dependencies(&snapshot(CLEAN, 1, "2.3.1", None), &snapshot(CLEANER, 1, "3.0.0", None));
    let earlier = Earlier { age: Duration::from_secs(240), process: Some(77), differences };
    let edited = miss(MissReason::Absent, Some(earlier), 1);
    assert_eq!(
        said(&edited),
        "app.f(1) would miss: what it depends on has changed.\n  Since these arguments were computed (4 min ago by this \
         process):\n    /home/me/app/helpers.py:31 clean() changed\n        - return [p for p in x if p > 0]\n        \
         + return [abs(p) for p in x]\n    numpy 2.3.1 → 3.0.0"
    );
    assert_eq!(edited.reason(&names), "/home/me/app/helpers.py:31 clean() changed, and 1 more");
}
