//! `ls`, `info`, `stats`, `path`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{Cache, Result, put};

fn names(document: &Value) -> Vec<&str> {
    let functions = document["functions"].as_array().expect("functions");
    functions.iter().map(|function| function["name"].as_str().expect("a name")).collect()
}

/// The functions' sizes, or those of entries, without what the store adds.
fn sizes(document: &Value) -> Vec<u64> {
    let entries = document["entries"].as_array().expect("entries");
    entries.iter().map(|entry| entry["size_bytes"].as_u64().expect("a size") / 1000).collect()
}

#[test]
fn functions_are_listed_by_name_and_by_what_is_asked_for() {
    let cache = Cache::filled();
    assert_eq!(names(&cache.json(&["ls"])), ["shop.prices.load", "shop.report.total"]);
    assert_eq!(names(&cache.json(&["ls", "-r"])), ["shop.report.total", "shop.prices.load"]);
    for by in ["entries", "size", "hits", "misses", "saved"] {
        let sorted = cache.json(&["ls", "--sort", by]);
        assert_eq!(names(&sorted), ["shop.report.total", "shop.prices.load"], "{by}");
    }
    assert_eq!(names(&cache.json(&["ls", "--filter", "price"])), ["shop.prices.load"]);
    let first = cache.json(&["ls", "-n", "1"]);
    assert_eq!((names(&first), &first["more"]), (vec!["shop.prices.load"], &json!(true)));
    assert_eq!(cache.json(&["ls", "-n", "2"])["more"], json!(false));
}

#[test]
fn a_function_s_row_has_its_numbers() {
    let cache = Cache::filled();
    let total = &cache.json(&["ls", "--filter", "total"])["functions"][0];
    assert_eq!(total["entries"], 2);
    assert_eq!((&total["hits"], &total["misses"]), (&json!(3), &json!(1)));
    assert_eq!(total["saved_seconds"], 6.0);
    let text = cache.run(&["ls"]).done();
    let row = text.lines().find(|line| line.starts_with("shop.report.total")).expect("a row");
    assert!(row.contains("75 %") && row.contains("6.0 s") && row.contains("KiB"), "{text}");
}

#[test]
fn entries_are_sorted_and_filtered() {
    let cache = Cache::filled();
    assert_eq!(sizes(&cache.json(&["ls", "--entries"])), [3, 100, 0]);
    assert_eq!(sizes(&cache.json(&["ls", "--entries", "--reverse"])), [0, 100, 3]);
    assert_eq!(sizes(&cache.json(&["ls", "--entries", "--sort", "size"])), [100, 3, 0]);
    assert_eq!(sizes(&cache.json(&["ls", "--entries", "-s", "size", "-r"])), [0, 3, 100]);
    assert_eq!(sizes(&cache.json(&["ls", "total"])), [100, 0]);
    assert_eq!(sizes(&cache.json(&["ls", "--larger-than", "2kB"])), [3, 100]);
    assert_eq!(sizes(&cache.json(&["ls", "total", "--larger-than", "2kB"])), [100]);
    assert_eq!(sizes(&cache.json(&["ls", "--older-than", "1h"])), [] as [u64; 0]);
    assert_eq!(sizes(&cache.json(&["ls", "--entries", "--sort", "expires"])), [] as [u64; 0]);
}

#[test]
fn entries_of_a_function_with_very_many_are_those_written_last() {
    let cache = Cache::new();
    let store = cache.open();
    // Beyond a few thousand, they are found another way.
    for number in 0..5000_u64 {
        let function = if number % 50 == 0 { "m.rare" } else { "m.many" };
        let result = Result { bytes: 0, ..Result::of(function, number) };
        crate::put_cheap(&store, &result);
    }
    store.flush().expect("written");
    drop(store);
    for (function, last) in [("m.many", [4999_u64, 4998]), ("m.rare", [4950, 4900])] {
        let listed = cache.json(&["ls", function, "-n", "2"]);
        let keys = listed["entries"].as_array().expect("entries").iter();
        let keys: Vec<&Value> = keys.map(|entry| &entry["key"]).collect();
        let last = last.map(|number| Value::from(Result::of(function, number).key.to_hex()));
        assert_eq!(keys, last.iter().collect::<Vec<_>>());
        assert_eq!(listed["more"], true);
        let all = cache.json(&["ls", function, "--limit", "0"]);
        assert_eq!(all["more"], false);
    }
    assert_eq!(cache.json(&["ls", "m.rare", "-n0"])["entries"].as_array().map(Vec::len), Some(100));
}

#[test]
fn used_and_unused_entries_are_told_apart() {
    let cache = Cache::new();
    let store = cache.open();
    for number in [1, 2] {
        put(&store, &Result::of("m.f", number));
    }
    let used = Result::of("m.f", 1).key;
    for _ in 0..3 {
        store.get(&used, None).expect("found");
    }
    store.flush().expect("written");
    drop(store);
    let unused = cache.json(&["ls", "--unused"]);
    assert_eq!(unused["entries"].as_array().map(Vec::len), Some(1));
    assert_eq!(unused["entries"][0]["key"], Result::of("m.f", 2).key.to_hex());
    for by in ["hits", "used"] {
        let first = &cache.json(&["ls", "--entries", "--sort", by])["entries"][0];
        assert_eq!((&first["key"], &first["hits"]), (&json!(used.to_hex()), &json!(3)), "{by}");
    }
}

#[test]
fn what_has_expired_is_listed_as_such() {
    let cache = Cache::new();
    let store = cache.open();
    put(&store, &Result { ttl: Some(Duration::from_secs(900)), ..Result::of("m.f", 2) });
    // The next transaction would remove it.
    let soon = Some(Duration::from_millis(300));
    put(&store, &Result { ttl: soon, ..Result::of("m.f", 1) });
    drop(store);
    std::thread::sleep(Duration::from_millis(320));
    let expired = cache.json(&["ls", "--expired"]);
    let key = Result::of("m.f", 1).key.to_hex();
    assert_eq!(expired["entries"].as_array().map(Vec::len), Some(1));
    assert_eq!(expired["entries"][0]["key"], key);
    assert!(cache.run(&["info", &key]).done().contains("expired"));
    assert!(cache.run(&["info", &Result::of("m.f", 2).key.to_hex()]).done().contains("in 14 min"));
}

#[test]
fn a_key_may_be_shortened_as_long_as_it_is_the_only_one() {
    let cache = Cache::new();
    let store = cache.open();
    let keys: Vec<String> = (0..40)
        .map(|number| {
            let result = Result::of("m.f", number);
            put(&store, &result);
            result.key.to_hex()
        })
        .collect();
    drop(store);
    for prefix in [&keys[0][..12], &keys[0].to_ascii_uppercase(), &keys[0]] {
        assert_eq!(cache.json(&["info", prefix])["entry"]["key"], keys[0], "{prefix}");
    }
    // Forty keys have sixteen first digits.
    let double = keys.iter().find(|key| keys.iter().filter(|k| k[..1] == key[..1]).count() > 1);
    let said = cache.run(&["info", &double.expect("two keys")[..1]]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("several keys begin with"), "{}", said.err);
    let absent = "0".repeat(20);
    for (prefix, why) in [("xyz", "is no key"), (&absent, "no entry's key begins with")] {
        let said = cache.run(&["info", prefix]);
        assert_eq!((said.code, said.out.as_str()), (1, ""));
        assert!(said.err.contains(why), "{}", said.err);
    }
}

#[test]
fn an_entry_is_shown_with_who_wrote_it_and_what_it_depends_on() {
    let cache = Cache::new();
    let store = cache.open();
    let fingerprint = crate::fingerprint(&[("global", "m.RATE", "1", "0.25")]);
    put(&store, &Result { fingerprint, ..Result::of("m.f", 1) });
    drop(store);
    let key = Result::of("m.f", 1).key.to_hex();
    let text = cache.run(&["info", &key]).done();
    assert!(text.contains(&format!("{}, prices.py, started", std::process::id())), "{text}");
    assert!(text.contains("global m.RATE") && text.contains("0.25"), "{text}");
    assert!(text.contains("prices.py:3"), "{text}");
    let document = cache.json(&["info", &key]);
    assert_eq!(document["dependencies"][0]["name"], "m.RATE");
    assert_eq!(document["entry"]["process"]["pid"], std::process::id());
}

#[test]
fn the_totals_are_the_sums_of_functions() {
    let cache = Cache::filled();
    let all = cache.json(&["stats"]);
    assert_eq!((&all["functions"], &all["entries"]), (&json!(2), &json!(3)));
    assert_eq!(all["reasons"], json!([{"reason": "absent", "count": 3}]));
    assert!(all["disk_bytes"].as_u64() > Some(100_000), "{all}");
    let one = cache.json(&["stats", "load"]);
    assert_eq!((&one["entries"], &one["disk_bytes"]), (&json!(1), &Value::Null));
    assert_eq!(one["reasons"], json!([{"reason": "absent", "count": 1}]));
}

#[test]
fn the_end_of_a_function_s_name_is_enough_if_there_is_one_such() {
    let cache = Cache::filled();
    let store = cache.open();
    put(&store, &Result::of("other.total", 9));
    drop(store);
    assert_eq!(sizes(&cache.json(&["ls", "report.total"])), [100, 0]);
    let said = cache.run(&["ls", "total"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("other.total, shop.report.total"), "{}", said.err);
    // No part of a word, and nothing that is not there.
    for name in ["otal", "nothing"] {
        let said = cache.run(&["ls", name]);
        assert_eq!(said.code, 1);
        assert!(said.err.contains("has anything stored"), "{}", said.err);
    }
}

#[test]
fn what_cannot_be_sorted_so_is_refused() {
    let cache = Cache::filled();
    let functions = cache.run(&["ls", "--sort", "cost"]);
    assert_eq!(functions.code, 2);
    assert!(functions.err.contains("functions cannot be sorted by cost"), "{}", functions.err);
    let entries = cache.run(&["ls", "total", "--sort", "saved"]);
    assert_eq!(entries.code, 2);
    assert!(entries.err.contains("entries cannot be sorted by saved"), "{}", entries.err);
}
