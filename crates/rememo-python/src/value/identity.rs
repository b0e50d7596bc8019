//! Identity as a lifetime: a token for an object that no other object, of this process or another, ever has.

use std::hash::{BuildHasher, RandomState};

use parking_lot::Mutex;
use pyo3::prelude::*;
use pyo3::types::{PyWeakrefMethods, PyWeakrefReference};
use rustc_hash::FxHashMap;

/// Bytes of a token.
pub const TOKEN_LEN: usize = 32;

enum Holder {
    /// The object dies when it dies; its address may then be used again, with another token.
    Weak(Py<PyWeakrefReference>),
    /// It cannot be referred to weakly, so it is kept alive: its address is never used again.
    Strong(#[allow(dead_code)] Py<PyAny>),
}

struct Registry {
    nonce: [u8; 16],
    process: u32,
    count: u64,
    tokens: FxHashMap<usize, (Holder, [u8; TOKEN_LEN])>,
    prune_at: usize,
}

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);

fn nonce() -> [u8; 16] {
    // RandomState is seeded by the operating system's generator, once per thread, and counts on from there.
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&RandomState::new().hash_one(std::process::id()).to_le_bytes());
    nonce[8..]
        .copy_from_slice(&RandomState::new().hash_one(std::time::SystemTime::now()).to_le_bytes());
    nonce
}

/// The token of `object`, the same for as long as it lives.
pub fn token(object: &Bound<'_, PyAny>) -> [u8; TOKEN_LEN] {
    let py = object.py();
    let address = object.as_ptr() as usize;
    // Made before the lock is taken: an allocation can run the collector, and with it anybody's code.
    let holder = match PyWeakrefReference::new(object) {
        Ok(weak) => Holder::Weak(weak.unbind()),
        Err(_) => Holder::Strong(object.clone().unbind()),
    };
    let mut guard = REGISTRY.lock();
    let registry = guard.get_or_insert_with(|| Registry {
        nonce: nonce(),
        process: std::process::id(),
        count: 0,
        tokens: FxHashMap::default(),
        prune_at: 1024,
    });
    // A child made by fork goes on with a nonce of its own; objects from before the fork keep their tokens.
    if registry.process != std::process::id() {
        registry.nonce = nonce();
        registry.process = std::process::id();
    }
    if let Some((holder, token)) = registry.tokens.get(&address) {
        let same = match holder {
            Holder::Strong(_) => true,
            Holder::Weak(weak) => weak.bind(py).upgrade().is_some_and(|live| live.is(object)),
        };
        if same {
            return *token;
        }
    }
    registry.count += 1;
    let mut token = [0; TOKEN_LEN];
    token[..16].copy_from_slice(&registry.nonce);
    token[16..24].copy_from_slice(&registry.count.to_le_bytes());
    token[24..28].copy_from_slice(&registry.process.to_le_bytes());
    let mut dead = Vec::new();
    if registry.tokens.len() >= registry.prune_at {
        registry.tokens.retain(|_, (holder, _)| match holder {
            Holder::Weak(weak) if weak.bind(py).upgrade().is_none() => {
                dead.push(weak.clone_ref(py));
                false
            }
            _ => true,
        });
        registry.prune_at = 1024.max(registry.tokens.len() * 2);
    }
    let old = registry.tokens.insert(address, (holder, token));
    drop(guard);
    drop((old, dead));
    token
}
