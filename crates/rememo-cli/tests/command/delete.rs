//! `prune` and `clear`: nothing goes without somebody's yes, and what goes is said.

use std::time::Duration;

use serde_json::json;

use crate::{Cache, Result, put};

fn entries(cache: &Cache) -> u64 {
    cache.json(&["stats"])["entries"].as_u64().expect("a number")
}

#[test]
fn without_a_terminal_nothing_is_deleted_unless_one_says_yes() {
    let cache = Cache::filled();
    for command in [
        &["prune", "--max-bytes", "0"][..],
        &["prune", "--function", "shop.report.total"],
        &["clear", "--all"],
        &["clear", "shop.report.total"],
        &["verify", "--repair"],
    ] {
        let said = cache.run(command);
        assert_eq!((said.code, &*said.out), (4, ""), "{command:?}");
        assert!(said.err.contains("Say --yes"), "{}", said.err);
    }
    assert_eq!(entries(&cache), 3);
}

#[test]
fn what_would_go_is_said_and_stays_in_a_dry_run() {
    let cache = Cache::filled();
    let plan = cache.json(&["prune", "--function", "shop.report.total", "--dry-run"]);
    assert_eq!((&plan["dry_run"], &plan["entries"]), (&json!(true), &json!(2)));
    assert_eq!(plan["functions"][0]["function"], "shop.report.total");
    let text = cache.run(&["clear", "--all", "--dry-run"]).done();
    assert!(text.starts_with("Would remove 3 entries"), "{text}");
    assert!(text.contains("\n  shop.prices.load  1 ("), "{text}");
    assert_eq!(entries(&cache), 3);
}

#[test]
fn a_prune_does_what_its_dry_run_said() {
    let cache = Cache::filled();
    let arguments = ["prune", "--max-bytes", "10kB"];
    let mut plan = cache.json(&[&arguments[..], &["--dry-run"]].concat());
    let done = cache.json(&[&arguments[..], &["--yes"]].concat());
    plan["dry_run"] = json!(false);
    assert_eq!(plan, done);
    assert_eq!((&done["entries"], entries(&cache)), (&json!(1), 2));
    // The large one lay in a file.
    let blobs = crate::files(&cache.path.join("v1/blobs"));
    assert_eq!(blobs.len(), 0);
}

#[test]
fn age_and_function_select() {
    let cache = Cache::filled();
    let old = ["prune", "--older-than", "1h", "--yes"];
    assert_eq!(cache.json(&old)["entries"], 0);
    std::thread::sleep(Duration::from_millis(5));
    let old = ["prune", "--older-than", "1ms", "--function", "shop.prices.load", "--yes"];
    assert_eq!(cache.json(&old)["entries"], 1);
    assert_eq!(entries(&cache), 2);
}

#[test]
fn what_has_expired_goes_with_every_prune() {
    let cache = Cache::filled();
    let store = cache.open();
    // Long enough to be written before it is over: what is over leaves with the next transaction.
    let ttl = Some(Duration::from_millis(300));
    put(&store, &Result { ttl, ..Result::of("m.f", 7) });
    drop(store);
    std::thread::sleep(Duration::from_millis(320));
    let done = cache.json(&["prune", "--yes"]);
    assert_eq!(done["functions"][0]["function"], "m.f");
    assert_eq!(entries(&cache), 3);
}

#[test]
fn clearing_one_function_leaves_the_others() {
    let cache = Cache::filled();
    let text = cache.run(&["clear", "shop.report.total", "--yes"]).done();
    assert!(text.starts_with("Removed 2 entries in "), "{text}");
    assert_eq!(entries(&cache), 1);
    assert_eq!(cache.json(&["clear", "--all", "--yes"])["entries"], 1);
    assert_eq!(entries(&cache), 0);
}

#[test]
fn only_a_whole_name_deletes() {
    let cache = Cache::filled();
    for command in [&["clear", "total", "--yes"][..], &["prune", "--function", "total", "--yes"]] {
        let said = cache.run(command);
        assert_eq!(said.code, 1, "{command:?}");
        assert!(said.err.contains("the whole name is needed"), "{}", said.err);
    }
    assert_eq!(cache.run(&["clear", "--yes"]).code, 2);
    assert_eq!(entries(&cache), 3);
}

#[test]
fn a_cache_in_use_is_cleared_for_those_who_use_it() {
    let cache = Cache::filled();
    let store = cache.open();
    let key = Result::of("shop.prices.load", 3).key;
    assert!(store.contains(&key, None).expect("a look-up"));
    cache.run(&["clear", "shop.prices.load", "--yes"]).done();
    assert!(!store.contains(&key, None).expect("a look-up"));
    // What was begun before is not stored, what is begun now is.
    put(&store, &Result::of("shop.prices.load", 4));
    crate::put_cheap(&store, &Result::of("shop.prices.load", 5));
    store.flush().expect("written");
    assert_eq!(cache.json(&["ls", "load"])["entries"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_directory_that_others_can_write_to_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    let cache = Cache::filled();
    let everybody = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(&cache.path, everybody).expect("set");
    let said = cache.run(&["clear", "--all", "--yes"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("can be written to by others"), "{}", said.err);
    // Looking is harmless: nothing is unpickled.
    assert_eq!(entries(&cache), 3);
}
