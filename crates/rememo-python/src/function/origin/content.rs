//! The digest of code that no version vouches for: packages without metadata, extension modules.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How many files are looked at, and how many bytes are read. What lies beyond counts by name,
/// size and modification time, so that the digest still tells a change.
const MAX_FILES: usize = 20_000;
const MAX_BYTES: u64 = 512 << 20;

/// `content:` and the BLAKE3 digest, in hexadecimal, of a code file, or of all code files of a
/// directory with their relative paths, sorted.
///
/// Each file adds the length of its path, its path, a tag, the length of what follows, and this.
pub fn version(root: &Path) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut budget = MAX_BYTES;
    if root.is_dir() {
        let mut files = Vec::new();
        let complete = list(root, &mut Vec::new(), &mut files);
        files.sort();
        for file in &files {
            add(&mut hasher, root, file, &mut budget);
        }
        if !complete {
            // Directories that were not listed count at least by their being there.
            hasher.update(b"incomplete");
        }
    } else {
        add(&mut hasher, root.parent().unwrap_or(root), root, &mut budget);
    }
    format!("content:{}", hasher.finalize().to_hex())
}

/// Whether a file of this name is loaded as code: source, bytecode, or a shared library.
fn is_code(name: &str) -> bool {
    name.ends_with(".py") || name.ends_with(".pyc") || is_shared_library(name)
}

/// Whether a file of this name is an extension module or another shared library.
pub fn is_shared_library(name: &str) -> bool {
    [".so", ".pyd", ".dll", ".dylib"].iter().any(|ending| name.ends_with(ending))
        || name.contains(".so.")
}

/// Collects the code files below `directory`; false if there are more than is bearable.
fn list(directory: &Path, above: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) -> bool {
    // A symbolic link that leads to a directory above is not followed again.
    let Ok(resolved) = fs::canonicalize(directory) else {
        return true;
    };
    if above.contains(&resolved) {
        return true;
    }
    let Ok(entries) = fs::read_dir(directory) else {
        return true;
    };
    above.push(resolved);
    let mut complete = true;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let path = entry.path();
        if path.is_dir() {
            if name != "__pycache__" {
                complete &= list(&path, above, files);
            }
        } else if is_code(&name.to_string_lossy()) {
            files.push(path);
        }
        if files.len() > MAX_FILES {
            complete = false;
            break;
        }
    }
    above.pop();
    complete
}

fn add(hasher: &mut blake3::Hasher, root: &Path, file: &Path, budget: &mut u64) {
    let relative = file.strip_prefix(root).unwrap_or(file);
    let name: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
    framed(hasher, name.join("/").as_bytes());
    match read(file, budget) {
        Ok(Content::Bytes(bytes)) => {
            hasher.update(b"c");
            framed(hasher, &bytes);
        }
        Ok(Content::Stamp(metadata)) => {
            hasher.update(b"s");
            let modified = metadata.modified().ok();
            framed(hasher, format!("{} {modified:?}", metadata.len()).as_bytes());
        }
        Err(error) => {
            hasher.update(b"e");
            framed(hasher, error.kind().to_string().as_bytes());
        }
    }
}

enum Content {
    Bytes(Vec<u8>),
    Stamp(Metadata),
}

fn read(path: &Path, budget: &mut u64) -> io::Result<Content> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    match budget.checked_sub(metadata.len()) {
        Some(rest) => *budget = rest,
        None => return Ok(Content::Stamp(metadata)),
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Content::Bytes(bytes))
}

fn framed(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}
