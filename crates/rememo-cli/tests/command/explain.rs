//! `explain`: what differs, from what the store recorded.

use std::sync::Arc;
use std::time::Duration;

use rememo::store::{Bound, MissReason};
use serde_json::{Value, json};

use crate::{Cache, Result, fingerprint, put};

/// Stores one result after the other, each in a millisecond of its own.
fn history(results: &[Result]) -> Cache {
    let cache = Cache::new();
    let store = cache.open();
    for result in results {
        put(&store, result);
        store.flush().expect("written");
        std::thread::sleep(Duration::from_millis(3));
    }
    drop(store);
    cache
}

fn with(number: u64, dependencies: &[(&str, &str, &str, &str)]) -> Result {
    Result { fingerprint: fingerprint(dependencies), ..Result::of("m.f", number) }
}

const CODE: (&str, &str, &str, &str) = ("function", "m.f", "body", "");

#[test]
fn a_miss_names_what_has_changed_and_nothing_else() {
    let cache = history(&[
        with(1, &[CODE, ("global", "m.RATE", "1", "0.2"), ("global", "m.SIZE", "1", "7")]),
        with(2, &[CODE, ("global", "m.RATE", "2", "0.25"), ("global", "m.SIZE", "1", "7")]),
    ]);
    let misses = cache.json(&["explain", "m.f"]);
    let [last, first] = &misses["misses"].as_array().expect("misses")[..] else {
        panic!("{misses}")
    };
    assert_eq!(first["cause"], "first_call");
    assert_eq!(last["cause"], "dependencies_changed");
    let differences = last["differences"].as_array().expect("differences");
    assert_eq!(differences.len(), 1);
    assert_eq!(
        differences[0],
        json!({
            "change": "changed", "kind": "global", "name": "m.RATE", "ordinal": 0,
            "old_place": "prices.py:3", "new_place": "prices.py:3",
            "old_summary": "0.2", "new_summary": "0.25",
        })
    );
    let text = cache.run(&["explain", "m.f"]).done();
    assert!(text.contains("global m.RATE: 0.2 → 0.25  prices.py:3"), "{text}");
    assert!(!text.contains("SIZE"), "{text}");
}

#[test]
fn what_was_added_or_removed_is_named() {
    let cache = history(&[
        with(1, &[CODE, ("global", "m.OLD", "1", "3")]),
        with(2, &[CODE, ("global", "m.NEW", "1", "")]),
    ]);
    let text = cache.run(&["explain", "f", "-n1"]).done();
    assert!(text.contains("global m.OLD was removed: 3"), "{text}");
    assert!(text.contains("global m.NEW was added  prices.py:3"), "{text}");
}

#[test]
fn it_compares_with_the_nearest_earlier_fingerprint() {
    let a = |rate| {
        with(rate, &[CODE, ("global", "m.A", "1", ""), ("global", "m.RATE", &rate.to_string(), "")])
    };
    let b = with(9, &[CODE, ("global", "m.B", "1", ""), ("global", "m.RATE", "9", "")]);
    let cache = history(&[a(1), b, a(2)]);
    let last = &cache.json(&["explain", "m.f", "-n1"])["misses"][0];
    let names: Vec<&Value> =
        last["differences"].as_array().expect("a list").iter().map(|d| &d["name"]).collect();
    assert_eq!(names, ["m.RATE"]);
}

#[test]
fn new_arguments_are_no_change_of_what_it_depends_on() {
    let cache = history(&[with(1, &[CODE]), with(2, &[CODE])]);
    let misses = cache.json(&["explain", "m.f"]);
    assert_eq!(misses["misses"][0]["cause"], "new_arguments");
    assert_eq!(misses["misses"][1]["cause"], "first_call");
    assert!(cache.run(&["explain", "m.f"]).done().contains("new arguments"));
}

#[test]
fn results_written_at_once_have_one_cause() {
    let cache = Cache::new();
    let store = cache.open();
    // One transaction, so the same time.
    for number in 0..9 {
        crate::put_cheap(&store, &with(number, &[CODE]));
    }
    store.flush().expect("written");
    drop(store);
    let misses = cache.json(&["explain", "m.f", "-n", "20"]);
    let causes = misses["misses"].as_array().expect("a list").iter().map(|m| &m["cause"]);
    assert_eq!(causes.filter(|cause| *cause == "first_call").count(), 1);
}

#[test]
fn what_the_store_removed_is_said() {
    let reasons = [
        (MissReason::Cleared, "cleared", "cleared"),
        (MissReason::Damaged, "damaged", "the stored entry was damaged"),
        (MissReason::Expired { ago: Duration::from_secs(300) }, "expired", "expired 5 min ago"),
        (
            MissReason::Evicted { by: Bound::Entries },
            "evicted_by_max_entries",
            "evicted (max_entries)",
        ),
        (MissReason::Evicted { by: Bound::Bytes }, "evicted_by_max_bytes", "evicted (max_bytes)"),
    ];
    for (reason, name, said) in reasons {
        let cache = history(&[Result { reason, ..Result::of("m.f", 1) }]);
        let miss = &cache.json(&["explain", "m.f"])["misses"][0];
        assert_eq!((&miss["reason"], &miss["cause"]), (&json!(name), &json!("removed")));
        let text = cache.run(&["explain", "m.f"]).done();
        assert!(text.contains(&format!(": {said}; computing took 2.0 s")), "{text}");
    }
}

#[test]
fn an_entry_s_own_miss_is_explained() {
    let cache = history(&[
        with(1, &[CODE, ("global", "m.RATE", "1", "")]),
        with(2, &[CODE, ("global", "m.RATE", "2", "")]),
        with(3, &[CODE, ("global", "m.RATE", "2", "")]),
    ]);
    let key = Result::of("m.f", 2).key.to_hex();
    let misses = cache.json(&["explain", &key[..10]]);
    let all = misses["misses"].as_array().expect("a list");
    assert_eq!(all.len(), 1);
    assert_eq!((&all[0]["key"], &all[0]["cause"]), (&json!(key), &json!("dependencies_changed")));
}

#[test]
fn two_entries_are_compared() {
    let cache = history(&[
        with(1, &[CODE, ("global", "m.RATE", "1", "0.2")]),
        with(2, &[CODE, ("global", "m.RATE", "2", "0.25")]),
        with(3, &[CODE, ("global", "m.RATE", "2", "0.25")]),
        Result::of("m.g", 4),
    ]);
    let key = |number| Result::of("m.f", number).key.to_hex();
    let differ = cache.json(&["explain", &key(1), &key(2)]);
    assert_eq!(differ["same_fingerprint"], false);
    assert_eq!(differ["differences"][0]["new_summary"], "0.25");
    let text = cache.run(&["explain", &key(1), &key(2)]).done();
    assert!(text.contains("global m.RATE: 0.2 → 0.25"), "{text}");
    let same = cache.json(&["explain", &key(2), &key(3)]);
    assert_eq!((&same["same_fingerprint"], &same["differences"]), (&json!(true), &json!([])));
    let text = cache.run(&["explain", &key(2), &key(3)]).done();
    assert!(text.contains("they differ in their arguments"), "{text}");
    let other = cache.run(&["explain", &key(2), &key(4)]).done();
    assert!(other.contains("entries of two functions"), "{other}");
    assert!(cache.run(&["explain", &key(2), &key(2)]).done().contains("This is one entry"));
}

#[test]
fn a_result_that_was_not_stored_says_why() {
    let cache = Cache::new();
    let store = cache.open();
    store.record_miss(rememo::store::disk::MissEvent {
        at: 0,
        function: Arc::from("m.f"),
        key: Result::of("m.f", 1).key,
        fingerprint: None,
        reason: MissReason::Absent,
        cost: Duration::from_millis(3),
        not_stored: "a generator cannot be pickled".to_owned(),
    });
    store.flush().expect("written");
    drop(store);
    let miss = &cache.json(&["explain", "m.f"])["misses"][0];
    assert_eq!(miss["cause"], "unknown");
    assert_eq!(miss["not_stored"], "a generator cannot be pickled");
    let text = cache.run(&["explain", "m.f"]).done();
    assert!(text.contains("not stored: a generator cannot be pickled"), "{text}");
}

#[test]
fn what_is_neither_function_nor_key_is_not_found() {
    let said = Cache::filled().run(&["explain", "nothing.here"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("no function \"nothing.here\""), "{}", said.err);
}
