//! The documents that `--json` prints have exactly the fields that docs/command.md lists, with those types.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{Cache, Result};

const PAGE: &str = include_str!("../../../../docs/command.md");

/// The fields of each object of the page, by its heading: ``### `name` `` and a table of field, type, meaning.
fn documented() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut objects: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut object = None;
    for line in PAGE.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            object = Some(name.trim_matches('`').to_owned());
        } else if line.starts_with('#') {
            object = None;
        }
        let mut cells = line.split('|').map(str::trim).skip(1);
        let (Some(object), Some(field), Some(kind)) = (&object, cells.next(), cells.next()) else {
            continue;
        };
        if field.starts_with('`') {
            let fields = objects.entry(object.clone()).or_default();
            fields.insert(field.trim_matches('`').to_owned(), kind.to_owned());
        }
    }
    objects
}

/// Compares a value with a documented type: `text`, `whole number`, `number`, `true or false`, the name of an
/// object, `list of …`, and `… or null`.
fn check(
    value: &Value,
    kind: &str,
    objects: &BTreeMap<String, BTreeMap<String, String>>,
    at: &str,
) {
    if let Some(kind) = kind.strip_suffix(" or null") {
        if !value.is_null() {
            check(value, kind, objects, at);
        }
        return;
    }
    if let Some(kind) = kind.strip_prefix("list of ") {
        for (i, item) in
            value.as_array().unwrap_or_else(|| panic!("{at}: {value}")).iter().enumerate()
        {
            check(item, kind, objects, &format!("{at}[{i}]"));
        }
        return;
    }
    let fits = match kind {
        "text" => value.is_string(),
        "whole number" => value.is_u64(),
        "number" => value.is_number(),
        "true or false" => value.is_boolean(),
        _ => {
            let name = kind.trim_matches('`');
            let fields = objects.get(name).unwrap_or_else(|| panic!("{at}: no object {name}"));
            let empty = Map::new();
            let object = value.as_object().unwrap_or(&empty);
            let found: Vec<&String> = object.keys().collect();
            let mut listed: Vec<&String> = fields.keys().collect();
            listed.sort();
            let mut sorted = found.clone();
            sorted.sort();
            assert_eq!(sorted, listed, "{at}: the fields of {name}");
            for (field, kind) in fields {
                check(&object[field], kind, objects, &format!("{at}.{field}"));
            }
            true
        }
    };
    assert!(fits, "{at}: {value} is no {kind}");
}

#[test]
fn documents_are_as_the_page_says() {
    let objects = documented();
    let cache = Cache::filled();
    let key = Result::of("shop.report.total", 1).key.to_hex();
    let other = Result::of("shop.prices.load", 3).key.to_hex();
    let commands: [(&str, &[&str]); 12] = [
        ("ls", &["ls"]),
        ("ls FUNCTION", &["ls", "total"]),
        ("info", &["info", &key]),
        ("explain FUNCTION", &["explain", "total"]),
        ("explain KEY KEY", &["explain", &key, &other]),
        ("stats", &["stats"]),
        ("verify", &["verify"]),
        ("path", &["path"]),
        ("doctor", &["doctor"]),
        ("prune", &["prune", "--max-bytes", "50kB", "--yes"]),
        ("clear", &["clear", "--all", "--dry-run"]),
        ("clear", &["clear", "--all", "--yes"]),
    ];
    for (name, arguments) in commands {
        check(&cache.json(arguments), name, &objects, name);
    }
}

#[test]
fn every_option_is_on_the_page() {
    let cache = Cache::new();
    for command in ["ls", "info", "explain", "stats", "prune", "clear", "verify", "doctor", "man"] {
        let help = cache.run(&[command, "--help"]).done();
        for word in help.split_whitespace() {
            let option = word.trim_end_matches(',');
            if option.len() > 3 && option.starts_with("--") && option != "--help" {
                assert!(PAGE.contains(option), "{command} {option}");
            }
        }
    }
}

/// Times, paths and processes as they are anywhere: `6 ms ago` and `2 h ago` are `… ago`, runs of spaces one space.
fn anywhere(text: &str, cache: &Cache) -> Vec<String> {
    let directory = cache.path.display().to_string();
    let text = text.replace(&directory, "/home/you/.cache/rememo");
    let text = text.replace(&format!("{}, prices.py", std::process::id()), "4711, prices.py");
    let line = |line: &str| {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        for i in 2..words.len() {
            if words[i].trim_end_matches([':', ',', '.', ';']) == "ago" {
                words[i - 2] = "…";
                words[i - 1] = "";
            }
        }
        words.retain(|word| !word.is_empty());
        if words.starts_with(&["on", "disk"]) {
            // As the file system counts.
            words.truncate(2);
        }
        words.join(" ")
    };
    text.lines().map(line).collect()
}

/// The cache that the page shows.
fn shown() -> Cache {
    let cache = Cache::filled();
    let store = cache.open();
    let total = |number, rate: &str| Result {
        fingerprint: crate::fingerprint(&[
            ("function", "shop.report.total", "1", ""),
            ("global", "shop.report.RATE", rate, rate),
        ]),
        ..Result::of("shop.report.total", number)
    };
    for (number, rate) in [(4, "0.2"), (5, "0.25")] {
        std::thread::sleep(std::time::Duration::from_millis(3));
        crate::put(&store, &total(number, rate));
        store.flush().expect("written");
    }
    drop(store);
    cache
}

#[test]
fn what_the_page_shows_is_what_the_command_says() {
    let cache = shown();
    let mut seen = 0;
    for block in PAGE.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap_or_default();
        let (command, expected) = block.split_once('\n').expect("a command and what it says");
        let arguments: Vec<&str> =
            command.strip_prefix("$ rememo ").expect("a command").split(' ').collect();
        let said = cache.run(&arguments).done();
        assert_eq!(anywhere(&said, &cache), anywhere(expected, &cache), "{command}:\n{said}");
        seen += 1;
    }
    assert!(seen >= 6, "{seen}");
}
