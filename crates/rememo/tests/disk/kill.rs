//! Processes that are killed at any instant: nothing that was acknowledged is lost, nothing is corrupted.

use std::collections::HashMap;
use std::time::Duration;

use super::{Folder, Numbers, Part, get, key, open, record, say, value};

/// `folder, first key, seed`: puts values for ever and says which ones are on disk.
pub fn write(arguments: &[String]) {
    let store = open(&arguments[0]);
    let first: u64 = arguments[1].parse().unwrap();
    let mut numbers = Numbers(arguments[2].parse().unwrap());
    loop {
        let mut written = Vec::new();
        for _ in 0..=numbers.below(6) {
            let (of, seed) = (first + numbers.below(40), numbers.next());
            let value = value(seed);
            store.put(record(key(of), &value[..8], &[&value[8..]])).unwrap();
            written.push(format!("{of}:{seed}"));
            // Sometimes one is removed again.
            if numbers.below(16) == 0 {
                store.remove(&key(of)).unwrap();
                written.push(format!("{of}:-"));
            }
        }
        store.flush().unwrap();
        say(&written.join(" "));
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_corrupted_when_writers_are_killed() {
    let rounds: u64 =
        std::env::var("REMEMO_KILL_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let folder = Folder::new();
    let mut numbers = Numbers(rounds);
    let mut acknowledged: HashMap<u64, Option<u64>> = HashMap::new();
    // A store that stays open meanwhile, as that of another program.
    let witness = open(&folder.0);
    for round in 0..rounds {
        // Each writer has keys of its own, so that what was acknowledged last is what must be there.
        let mut parts: Vec<Part> = [0, 1000]
            .iter()
            .map(|first| {
                let seed = (round * 2 + first).to_string();
                Part::start("kill::write", &[folder.text(), &first.to_string(), &seed])
            })
            .collect();
        // Not before they have begun.
        let first: Vec<String> = parts.iter_mut().map(|part| part.line().unwrap()).collect();
        std::thread::sleep(Duration::from_micros(numbers.below(60_000)));
        parts.iter_mut().for_each(Part::kill);
        let mut unsure: HashMap<u64, ()> = HashMap::new();
        for (part, first) in parts.iter_mut().zip(first) {
            let mut lines = vec![first];
            while let Some(line) = part.line() {
                lines.push(line);
            }
            for line in lines {
                for word in line.split(' ') {
                    // The last line may have been cut.
                    let Some((of, seed)) = word.split_once(':') else { continue };
                    let Ok(of) = of.parse() else { continue };
                    unsure.remove(&of);
                    acknowledged.insert(of, seed.parse().ok());
                }
            }
        }
        let store = if round % 2 == 0 { witness.clone() } else { open(&folder.0) };
        for (of, expected) in &acknowledged {
            match (get(&store, &key(*of)), expected) {
                // A value is one that was put, whole; a later one that was not acknowledged any more is fine.
                (Ok(found), _) => {
                    let seed = u64::from_le_bytes(found[..8].try_into().unwrap());
                    assert_eq!(found, value(seed), "round {round}: a mixture");
                }
                (Err(reason), Some(_)) => {
                    // Removed and put again, but killed in between.
                    assert_eq!(
                        reason,
                        rememo::store::MissReason::Cleared,
                        "round {round}: {of} was acknowledged and is lost"
                    );
                }
                (Err(_), None) => {}
            }
        }
    }
    let verified = witness.verify(false, &mut |_| {}).unwrap();
    assert_eq!((verified.damaged, verified.index), (vec![], vec![]));
    assert!(witness.take_problems().is_empty());
    let functions = witness.functions().unwrap();
    assert_eq!(functions[0].entries, verified.entries, "the counts are those of the rows");
    assert_eq!(functions[0].bytes, verified.bytes);
}
