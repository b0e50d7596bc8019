//! Four processes that use one store at random agree with what a simple model allows.
//!
//! Values say which key and which turn they are of. Keys are of one owner each, who alone writes them, so the owner
//! knows what its own keys must hold; all processes read all keys, and may see any value of it, never a mixture, never
//! one that is older than one they have seen before.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::{Folder, Numbers, Part, get, key, open, record, say, value};

const KEYS: u64 = 60;

fn seed(of: u64, turn: u64) -> u64 {
    of << 32 | turn
}

/// `folder, process, processes, milliseconds`
pub fn hammer(arguments: &[String]) {
    let store = open(&arguments[0]);
    let me: u64 = arguments[1].parse().unwrap();
    let processes: u64 = arguments[2].parse().unwrap();
    let time = Duration::from_millis(arguments[3].parse().unwrap());
    let mut numbers = Numbers(me + 1);
    let mut own: HashMap<u64, Option<u64>> = HashMap::new();
    let mut seen: HashMap<u64, u64> = HashMap::new();
    let started = Instant::now();
    let mut turn = 0;
    while started.elapsed() < time {
        turn += 1;
        let of = numbers.below(KEYS);
        let mine = of % processes == me;
        match numbers.below(10) {
            0..4 if mine => {
                let value = value(seed(of, turn));
                store.put(record(key(of), &value[..8], &[&value[8..]])).unwrap();
                own.insert(of, Some(turn));
                if numbers.below(4) == 0 {
                    store.flush().unwrap();
                }
            }
            4 if mine => {
                store.remove(&key(of)).unwrap();
                own.insert(of, None);
            }
            _ => {
                let found = get(&store, &key(of)).ok();
                let turn = found.map(|found| {
                    let seed = u64::from_le_bytes(found[..8].try_into().unwrap());
                    assert_eq!(found, value(seed), "a mixture");
                    assert_eq!(seed >> 32, of, "of another key");
                    seed & 0xFFFF_FFFF
                });
                if mine {
                    assert_eq!(turn, own.get(&of).copied().flatten(), "key {of} of our own");
                } else if let Some(turn) = turn {
                    let before = seen.insert(of, turn).unwrap_or(0);
                    assert!(before <= turn, "key {of}: {turn} after {before}");
                }
            }
        }
    }
    store.flush().unwrap();
    let problems = store.take_problems();
    assert!(problems.is_empty(), "{problems:?}");
    for (of, turn) in own {
        say(&format!("{of} {}", turn.unwrap_or(0)));
    }
}

#[test]
fn processes_that_hammer_one_store_agree_with_a_model() {
    let time = std::env::var("REMEMO_HAMMER_MILLISECONDS").unwrap_or_else(|_| "1500".into());
    let folder = Folder::new();
    let parts: Vec<Part> = ["0", "1", "2", "3"]
        .iter()
        .map(|me| Part::start("model::hammer", &[folder.text(), me, "4", &time]))
        .collect();
    let mut expected: HashMap<u64, u64> = HashMap::new();
    for mut part in parts {
        while let Some(line) = part.line() {
            let (of, turn) = line.split_once(' ').unwrap();
            expected.insert(of.parse().unwrap(), turn.parse().unwrap());
        }
        part.finish();
    }
    assert!(expected.len() > 40, "they did something");
    let store = open(&folder.0);
    for (of, turn) in &expected {
        let found = get(&store, &key(*of)).ok();
        assert_eq!(found, (*turn > 0).then(|| value(seed(*of, *turn))), "key {of}");
    }
    let verified = store.verify(false, &mut |_| {}).unwrap();
    assert_eq!(verified.entries, expected.values().filter(|turn| **turn > 0).count() as u64);
    assert_eq!((verified.damaged, verified.index), (vec![], vec![]));
}
