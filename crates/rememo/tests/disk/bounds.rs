//! Bounds hold over processes, at every moment that anybody can see.

use rememo::store::Bounds;
use rememo::store::disk::{DiskStore, Options};

use super::{Folder, Numbers, Part, key, record, say, value};

const WHOLE: u64 = 3_000_000;
const FUNCTION: u64 = 1_000_000;

fn options() -> Options {
    Options { max_bytes: Some(WHOLE), ..Options::default() }
}

/// `folder, process`
pub fn fill(arguments: &[String]) {
    let store = DiskStore::open(arguments[0].as_ref(), options()).unwrap();
    let me: u64 = arguments[1].parse().unwrap();
    let mut numbers = Numbers(me);
    for turn in 0..400_u64 {
        let value = value(numbers.next());
        let of = turn << 8 | me;
        let bounded = numbers.below(2) == 0;
        let max_bytes = bounded.then_some(FUNCTION);
        let bounds = Bounds { max_bytes, ..Bounds::default() };
        let function = if bounded { "module.bounded" } else { "module.free" }.into();
        store
            .put(super::Record { bounds, function, ..record(key(of), &value[..8], &[&value[8..]]) })
            .unwrap();
    }
    store.flush().unwrap();
    say("done");
}

#[test]
fn bytes_are_never_exceeded_whoever_looks() {
    let folder = Folder::new();
    let store = DiskStore::open(&folder.0, options()).unwrap();
    let mut parts: Vec<Part> = ["1", "2", "3"]
        .iter()
        .map(|me| Part::start("bounds::fill", &[folder.text(), me]))
        .collect();
    let mut looks = 0;
    let mut most = 0;
    while parts.iter_mut().any(|part| part.child.try_wait().unwrap().is_none()) {
        let functions = store.functions().unwrap();
        let total: u64 = functions.iter().map(|function| function.bytes).sum();
        assert!(total <= WHOLE, "{functions:?}");
        let bounded = functions.iter().find(|function| &*function.name == "module.bounded");
        assert!(bounded.is_none_or(|function| function.bytes <= FUNCTION), "{functions:?}");
        most = most.max(total);
        looks += 1;
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    parts.into_iter().for_each(Part::finish);
    assert!(looks > 10 && most > WHOLE / 2, "{looks} looks, at most {most} bytes");
    // The sums are those of the rows, and no file is left over.
    let verified = store.verify(false, &mut |_| {}).unwrap();
    let functions = store.functions().unwrap();
    assert_eq!(functions.iter().map(|function| function.bytes).sum::<u64>(), verified.bytes);
    let mut files = 0;
    store
        .entries(None, &mut |entry| {
            files += usize::from(entry.blob_size > 0);
            true
        })
        .unwrap();
    let folders = std::fs::read_dir(folder.0.join("v1/blobs")).unwrap().flatten();
    let there: usize = folders.map(|f| std::fs::read_dir(f.path()).unwrap().count()).sum();
    assert_eq!(there, files);
}
