//! The command line itself: exit codes, directories, pipes, completion, the manual.

use std::process::{Command, Stdio};

use crate::Cache;

#[test]
fn a_cache_that_was_never_used_is_empty_and_is_not_made() {
    let cache = Cache::new();
    for command in [
        &["ls"][..],
        &["ls", "--entries"],
        &["stats"],
        &["path"],
        &["doctor"],
        &["verify"],
        &["verify", "--repair", "--yes"],
        &["prune", "--max-bytes", "0", "--yes"],
        &["clear", "--all", "--yes"],
    ] {
        cache.run(command).done();
        assert!(!cache.path.exists(), "{command:?}");
    }
    for command in [&["info", "abc"][..], &["explain", "m.f"], &["clear", "m.f", "--yes"]] {
        assert_eq!(cache.run(command).code, 1, "{command:?}");
    }
    assert!(!cache.path.exists());
}

#[test]
fn looking_changes_nothing() {
    let cache = Cache::filled();
    let before = std::fs::read(cache.index()).expect("an index");
    let key = crate::Result::of("shop.report.total", 1).key.to_hex();
    for command in [
        &["ls"][..],
        &["ls", "total"],
        &["info", &key],
        &["explain", "total"],
        &["stats"],
        &["verify"],
        &["doctor"],
        &["prune", "--max-bytes", "0", "--dry-run"],
        &["clear", "--all", "--dry-run"],
    ] {
        cache.run(command).done();
        assert_eq!(std::fs::read(cache.index()).expect("an index"), before, "{command:?}");
    }
}

#[test]
fn the_environment_names_the_directory_and_an_option_comes_first() {
    let cache = Cache::filled();
    let run = |arguments: &[&str], name: &str, value: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_rememo"))
            .args(arguments)
            .env_remove("REMEMO_CACHE_DIR")
            .env_remove("XDG_CACHE_HOME")
            .env("HOME", "/home/somebody")
            .env(name, value)
            .output()
            .expect("it runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let path = cache.path.display().to_string();
    assert_eq!(run(&["path"], "REMEMO_CACHE_DIR", &path), format!("{path}\n"));
    assert_eq!(run(&["path", "--dir", "/else"], "REMEMO_CACHE_DIR", &path), "/else\n");
    assert_eq!(run(&["path"], "XDG_CACHE_HOME", "/caches"), "/caches/rememo\n");
    let without =
        Command::new(env!("CARGO_BIN_EXE_rememo")).arg("ls").env_clear().output().expect("it runs");
    assert_eq!(without.status.code(), Some(2));
}

#[test]
fn a_wrong_command_line_is_told_apart() {
    let cache = Cache::new();
    for command in [
        &["--nothing"][..],
        &["ls", "--sort", "colour"],
        &["prune", "--max-bytes", "2G"],
        &["prune", "--older-than", "30"],
        &["clear"],
        &["clear", "m.f", "--all"],
        &["prune", "--yes", "--dry-run"],
        &["verify", "--yes"],
        &["completion", "cmd"],
    ] {
        let said = cache.run(command);
        assert_eq!((said.code, &*said.out), (2, ""), "{command:?}");
    }
    let said = cache.run(&["prune", "--max-bytes", "2G"]);
    assert!(said.err.contains("powers of 1000 or of 1024"), "{}", said.err);
    assert_eq!(cache.run(&["--version"]).done(), format!("rememo {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_reader_who_has_seen_enough_ends_it_quietly() {
    let cache = Cache::filled();
    let mut child = cache
        .command(&["ls", "--entries"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[test]
fn text_in_a_pipe_has_no_colours() {
    let cache = Cache::filled();
    for command in [&["ls"][..], &["stats"], &["doctor"], &["explain", "total"], &["--help"]] {
        assert!(!cache.run(command).done().contains('\u{1b}'), "{command:?}");
    }
}

#[test]
fn completion_and_manual_know_every_command() {
    let cache = Cache::new();
    let commands = [
        "ls",
        "info",
        "explain",
        "stats",
        "prune",
        "clear",
        "verify",
        "path",
        "doctor",
        "completion",
        "man",
    ];
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = cache.run(&["completion", shell]).done();
        for command in commands {
            assert!(script.contains(command), "{shell} {command}");
        }
    }
    let page = cache.run(&["man"]).done();
    assert!(page.contains(".TH rememo 1"), "{page}");
    let folder = cache.path.join("man");
    cache.run(&["man", "--out", folder.to_str().expect("text")]).done();
    for command in commands {
        assert!(folder.join(format!("rememo-{command}.1")).is_file(), "{command}");
    }
}
