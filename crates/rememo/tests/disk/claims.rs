//! One computation per key over processes, and no wait that does not end.

use std::time::{Duration, Instant};

use rememo::store::disk::{Claimed, DiskStore};

use super::{Folder, Part, get, hear, key, open, record, say};

/// Gets a key or computes it, as a cached function does; says how often it computed.
fn get_or_compute(store: &DiskStore, number: u64, body: &mut dyn FnMut(&DiskStore)) -> Vec<u8> {
    loop {
        if let Ok(value) = get(store, &key(number)) {
            return value;
        }
        let claim = match store.claim(&key(number)) {
            Claimed::Wait(waiting) => {
                while !waiting.wait(Duration::from_secs(1)) {}
                continue;
            }
            Claimed::Lead(claim) => Some(claim),
            Claimed::Detour => None,
        };
        // Another process may have stored it between the look-up and the claim.
        if let Ok(value) = get(store, &key(number)) {
            return value;
        }
        body(store);
        let value = number.to_le_bytes().to_vec();
        store.put(super::Record { claim, ..record(key(number), &value, &[]) }).unwrap();
        return value;
    }
}

/// `folder, number`
pub fn compute(arguments: &[String]) {
    let store = open(&arguments[0]);
    let number = arguments[1].parse().unwrap();
    say("ready");
    hear();
    let mut runs = 0;
    let value = get_or_compute(&store, number, &mut |_| {
        runs += 1;
        std::thread::sleep(Duration::from_millis(150));
    });
    assert_eq!(value, number.to_le_bytes());
    say(&format!("{runs}"));
}

#[test]
fn eight_processes_with_one_cold_key_compute_it_once() {
    let folder = Folder::new();
    let mut parts: Vec<Part> =
        (0..8).map(|_| Part::start("claims::compute", &[folder.text(), "7"])).collect();
    for part in &mut parts {
        assert_eq!(part.line().as_deref(), Some("ready"));
    }
    for part in &mut parts {
        part.tell("go");
    }
    let runs: u32 = parts.iter_mut().map(|part| part.line().unwrap().parse::<u32>().unwrap()).sum();
    parts.into_iter().for_each(Part::finish);
    assert_eq!(runs, 1);
}

/// `folder, number…`: claims keys, says so, and holds them until it hears something.
pub fn hold(arguments: &[String]) {
    let store = open(&arguments[0]);
    let mut held = Vec::new();
    for number in &arguments[1..] {
        match store.claim(&key(number.parse().unwrap())) {
            Claimed::Lead(claim) => held.push(claim),
            other => panic!("{other:?}"),
        }
    }
    say("held");
    hear();
}

#[test]
fn a_killed_process_frees_its_claims_at_once() {
    let folder = Folder::new();
    let store = open(&folder.0);
    let mut holder = Part::start("claims::hold", &[folder.text(), "1", "2"]);
    assert_eq!(holder.line().as_deref(), Some("held"));
    let Claimed::Wait(waiting) = store.claim(&key(1)) else { panic!("held by another process") };
    assert!(!waiting.wait(Duration::from_millis(50)));
    assert_eq!(waiting.holder(), holder.child.id());
    let waiter = std::thread::spawn(move || {
        let started = Instant::now();
        while !waiting.wait(Duration::from_millis(10)) {
            assert!(started.elapsed() < Duration::from_secs(20), "the wait never ends");
        }
    });
    holder.kill();
    // For one who comes now, at once.
    assert!(matches!(store.claim(&key(2)), Claimed::Lead(_)));
    waiter.join().unwrap();
    assert!(matches!(store.claim(&key(1)), Claimed::Lead(_)));
}

#[test]
fn a_claim_ends_when_it_is_dropped_or_its_entry_can_be_seen() {
    let folder = Folder::new();
    let mut holder = Part::start("claims::hold", &[folder.text(), "1"]);
    let store = open(&folder.0);
    assert_eq!(holder.line().as_deref(), Some("held"));
    let Claimed::Wait(waiting) = store.claim(&key(1)) else { panic!() };
    holder.tell("done");
    holder.finish();
    assert!(waiting.wait(Duration::from_secs(20)));
    drop(waiting);
    let Claimed::Lead(claim) = store.claim(&key(1)) else { panic!() };
    // One process has a key once: its threads are not this table's business.
    assert!(matches!(store.claim(&key(1)), Claimed::Detour));
    store.put(super::Record { claim: Some(claim), ..record(key(1), b"value", &[]) }).unwrap();
    store.flush().unwrap();
    assert!(matches!(store.claim(&key(1)), Claimed::Lead(_)));
}

/// `folder, own number, others…`: claims its own key, waits for a word, then wants the others', inside.
pub fn nest(arguments: &[String]) {
    let store = open(&arguments[0]);
    let numbers: Vec<u64> = arguments[1..].iter().map(|text| text.parse().unwrap()).collect();
    let mut runs = 0;
    get_or_compute(&store, numbers[0], &mut |store| {
        say("holds");
        hear();
        for number in &numbers[1..] {
            get_or_compute(store, *number, &mut |_| runs += 1);
        }
    });
    say(&format!("{runs}"));
}

#[test]
fn processes_that_want_each_others_keys_do_not_wait_for_ever() {
    // A ring of three: each computes its own key and wants the next one's inside.
    let folder = Folder::new();
    let rings = [["1", "2"], ["2", "3"], ["3", "1"]];
    let mut parts: Vec<Part> = rings
        .iter()
        .map(|[own, other]| Part::start("claims::nest", &[folder.text(), own, other]))
        .collect();
    for part in &mut parts {
        assert_eq!(part.line().as_deref(), Some("holds"));
    }
    for part in &mut parts {
        part.tell("go");
    }
    let runs: u32 = parts.iter_mut().map(|part| part.line().unwrap().parse::<u32>().unwrap()).sum();
    parts.into_iter().for_each(Part::finish);
    assert_eq!(runs, 1, "one of them computes the other's key by itself, the others wait");
}

#[test]
fn what_is_nested_in_several_computations_is_computed_once() {
    // Each of four computes its own key and wants a fifth one inside.
    let folder = Folder::new();
    let mut parts: Vec<Part> = ["1", "2", "3", "4"]
        .iter()
        .map(|own| Part::start("claims::nest", &[folder.text(), own, "5"]))
        .collect();
    for part in &mut parts {
        assert_eq!(part.line().as_deref(), Some("holds"));
        part.tell("go");
    }
    let runs: u32 = parts.iter_mut().map(|part| part.line().unwrap().parse::<u32>().unwrap()).sum();
    parts.into_iter().for_each(Part::finish);
    assert_eq!(runs, 1);
}

#[test]
fn slots_and_rows_of_processes_that_ended_are_used_again() {
    let folder = Folder::new();
    let store = open(&folder.0);
    for _ in 0..20 {
        let mut holder = Part::start("claims::hold", &[folder.text(), "1", "2", "3"]);
        assert_eq!(holder.line().as_deref(), Some("held"));
        holder.kill();
    }
    // Rows come after a header of 64 bytes and 1024 slots of 16; the number of used ones is at 16.
    let table = std::fs::read(folder.0.join("v1/claims")).unwrap();
    let used = u32::from_le_bytes(table[16..20].try_into().unwrap());
    assert!(used <= 6, "{used}");
    assert!(matches!(store.claim(&key(1)), Claimed::Lead(_)));
}
