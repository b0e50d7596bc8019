//! `verify` and `doctor`: damage is found and said; only `--repair` changes anything.

use std::os::unix::fs::{FileExt, PermissionsExt};

use std::path::PathBuf;

use serde_json::json;

use crate::{Cache, Result, files};

/// Changes one byte in the middle of the only file of values.
fn damage_a_file(cache: &Cache) {
    let blobs = files(&cache.path.join("v1/blobs"));
    let [(path, content)] = &blobs[..] else { panic!("one file") };
    let mut permissions = std::fs::metadata(path).expect("a file").permissions();
    permissions.set_mode(0o600);
    std::fs::set_permissions(path, permissions).expect("set");
    let file = std::fs::OpenOptions::new().write(true).open(path).expect("opened");
    file.write_all_at(&[content[50_000] ^ 1], 50_000).expect("written");
}

#[test]
fn a_whole_store_is_whole() {
    let cache = Cache::filled();
    let text = cache.run(&["verify"]).done();
    assert!(text.starts_with("Checked 3 entries"), "{text}");
    assert!(text.ends_with("All match their checksums.\n"), "{text}");
}

#[test]
fn one_wrong_byte_is_found_and_only_repaired_when_asked() {
    let cache = Cache::filled();
    damage_a_file(&cache);
    let key = Result::of("shop.report.total", 2).key.to_hex();
    for _ in 0..2 {
        let said = cache.run(&["verify", "--json"]);
        assert_eq!(said.code, 1);
        assert_eq!(said.json()["damaged"], json!([key]));
    }
    let said = cache.run(&["verify", "--repair", "--yes"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("1 damaged entry removed:\n"), "{}", said.out);
    assert_eq!(cache.json(&["verify"])["entries"], 2);
    let advice = cache.run(&["doctor"]).done();
    assert!(advice.contains("1 damaged entry found and dropped so far"), "{advice}");
}

#[test]
fn a_broken_index_is_said_by_all_and_touched_only_by_repair() {
    let cache = Cache::filled();
    cache.settle();
    std::fs::write(cache.index(), vec![b'?'; 20_000]).expect("written");
    let before = files(&cache.path.join("v1"));
    for command in [&["ls"][..], &["stats"], &["verify"], &["clear", "--all", "--yes"]] {
        let said = cache.run(command);
        assert_eq!(said.code, 3, "{command:?}: {}", said.out);
        assert!(said.err.contains("not a database"), "{}", said.err);
    }
    let doctor = cache.run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.out.contains("rememo verify --repair"), "{}", doctor.out);
    let after = files(&cache.path.join("v1"));
    let names = |files: &[(PathBuf, Vec<u8>)]| -> Vec<PathBuf> {
        files.iter().map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(names(&after), names(&before));
    // Who has the table of claims open may write to it.
    let others = |files: Vec<(PathBuf, Vec<u8>)>| -> Vec<(PathBuf, Vec<u8>)> {
        files.into_iter().filter(|(path, _)| !path.ends_with("claims")).collect()
    };
    assert!(others(after) == others(before));

    let said = cache.run(&["verify", "--repair", "--yes"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("has been started anew"), "{}", said.out);
    cache.run(&["verify"]).done();
    assert!(cache.run(&["doctor"]).done().contains("set aside"));
}

#[test]
fn pages_that_are_broken_are_left_for_repair_as_well() {
    let cache = Cache::filled();
    cache.settle();
    let length = std::fs::metadata(cache.index()).expect("an index").len();
    let file = std::fs::OpenOptions::new().write(true).open(cache.index()).expect("opened");
    // All but the first page, which says what file it is.
    assert!(length > 4096);
    file.write_all_at(&vec![0xA5; length as usize - 4096], 4096).expect("written");
    drop(file);
    let before = std::fs::read(cache.index()).expect("an index");
    let said = cache.run(&["ls", "--entries"]);
    assert_eq!(said.code, 3, "{}", said.out);
    assert!(!said.err.contains("not used for a moment"), "{}", said.err);
    assert_eq!(std::fs::read(cache.index()).expect("an index"), before);
    assert_eq!(cache.run(&["verify", "--repair", "--yes"]).code, 1);
    cache.run(&["verify"]).done();
}

#[test]
fn the_doctor_finds_what_a_program_would_refuse() {
    let cache = Cache::filled();
    let healthy = cache.json(&["doctor"]);
    assert_eq!(healthy["healthy"], true);
    std::fs::set_permissions(&cache.path, PermissionsExt::from_mode(0o770)).expect("set");
    let said = cache.run(&["doctor"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("chmod go-w"), "{}", said.out);
    let document = cache.run(&["doctor", "--json"]).json();
    assert_eq!(document["healthy"], false);
    assert_eq!(document["checks"][0]["status"], "problem");
}

#[test]
fn an_index_of_a_later_version_is_left_alone() {
    let cache = Cache::filled();
    cache.settle();
    // `PRAGMA user_version` lies at byte 60 of the file.
    let file = std::fs::OpenOptions::new().write(true).open(cache.index()).expect("opened");
    file.write_all_at(&77_u32.to_be_bytes(), 60).expect("written");
    drop(file);
    let before = std::fs::read(cache.index()).expect("an index");
    let said = cache.run(&["verify", "--repair", "--yes"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("is of format 77"), "{}", said.err);
    let after = std::fs::read(cache.index()).expect("an index");
    assert_eq!(after, before);
}
