//! A store on both sides of a fork.

use std::time::Duration;

use rememo::store::disk::{Claimed, DiskStore};

use super::{Folder, Part, get, hear, key, open, record, say};

/// Runs `child` in a forked child; whether it returned true there.
fn forked(child: impl FnOnce() -> bool) -> bool {
    // SAFETY: the child calls nothing but the store, which is made for that, and ends without unwinding.
    unsafe {
        let pid = libc::fork();
        assert!(pid >= 0);
        if pid == 0 {
            let success = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child));
            libc::_exit(i32::from(!success.unwrap_or(false)));
        }
        let mut status = 0;
        assert_eq!(libc::waitpid(pid, &raw mut status, 0), pid);
        libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0
    }
}

#[test]
fn a_child_finds_and_stores_and_so_does_its_parent_while_threads_write() {
    let folder = Folder::new();
    let store = open(&folder.0);
    store.put(record(key(0), b"before", &[])).unwrap();
    store.flush().unwrap();
    // A writer in another thread, so that forks meet it at any point.
    let busy = store.clone();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut number = 1 << 20;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                busy.put(record(key(number), &number.to_le_bytes(), &[])).unwrap();
                number += 1;
                if number % 64 == 0 {
                    busy.flush().unwrap();
                }
            }
        });
        for round in 1..=20_u64 {
            let child_store: DiskStore = store.clone();
            assert!(
                forked(move || {
                    let found = get(&child_store, &key(0)).unwrap();
                    child_store.put(record(key(round), b"child", &[])).unwrap();
                    child_store.flush().unwrap();
                    found == b"before" && get(&child_store, &key(round)).unwrap() == b"child"
                }),
                "round {round}"
            );
            assert_eq!(get(&store, &key(round)).unwrap(), b"child");
            store.put(record(key(100 + round), b"parent", &[])).unwrap();
            store.flush().unwrap();
            assert_eq!(get(&store, &key(100 + round)).unwrap(), b"parent");
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let verified = store.verify(false, &mut |_| {}).unwrap();
    assert_eq!((verified.damaged, verified.index), (vec![], vec![]));
    assert!(store.take_problems().is_empty());
}

#[test]
fn a_child_has_none_of_its_parents_claims_and_does_not_wait_for_them() {
    let folder = Folder::new();
    let store = open(&folder.0);
    let Claimed::Lead(claim) = store.claim(&key(1)) else { panic!() };
    let in_child = store.clone();
    let held = &claim;
    assert!(forked(move || {
        let _ = held;
        // The parent may be waiting for this child to end.
        matches!(in_child.claim(&key(1)), Claimed::Detour)
            && matches!(in_child.claim(&key(2)), Claimed::Lead(_))
    }));
    assert!(matches!(store.claim(&key(2)), Claimed::Lead(_)), "the child's ended with it");
}

/// `folder`: claims a key, has a child that ends and one that does not.
pub fn hold(arguments: &[String]) {
    let store = open(&arguments[0]);
    let Claimed::Lead(claim) = store.claim(&key(1)) else { panic!() };
    assert!(forked(|| true));
    // SAFETY: as above; the child only sleeps.
    let lasting = unsafe { libc::fork() };
    if lasting == 0 {
        std::thread::sleep(Duration::from_secs(60));
        // SAFETY: ends the process.
        unsafe { libc::_exit(0) };
    }
    say(&lasting.to_string());
    hear();
    drop(claim);
}

#[test]
fn a_claim_lives_as_long_as_the_process_that_made_it_not_as_its_children() {
    let folder = Folder::new();
    let store = open(&folder.0);
    let mut holder = Part::start("fork::hold", &[folder.text()]);
    let lasting: i32 = holder.line().unwrap().parse().unwrap();
    let Claimed::Wait(waiting) = store.claim(&key(1)) else { panic!("a child's end ended it") };
    assert!(!waiting.wait(Duration::from_millis(60)));
    drop(waiting);
    holder.kill();
    let after = store.claim(&key(1));
    // SAFETY: our child's child, which nobody else has ended.
    unsafe { libc::kill(lasting, libc::SIGKILL) };
    assert!(matches!(after, Claimed::Lead(_)), "a child that lives on holds it");
}
