//! Digests of large buffers that this process has hashed before, found again at the speed of memory.
//!
//! A value made of large buffers is looked up by the keyed hash of their content ([`universal`]) and by
//! an exact description of all else that its encoding depends on, the buffers' lengths included. If it
//! was met before, its BLAKE3 digest is at hand and nothing is encoded.
//!
//! Why this gives no wrong digest: it is one only if two different contents of the same description
//! collide, which has the probability stated in [`universal`], 2⁻¹⁰⁵ for 100 MB, for any pair of
//! contents that was chosen without knowledge of the key. A digest is kept only if the content had the
//! same hash before and after it was encoded, so that what another thread writes meanwhile is not taken
//! for what was encoded.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::writer::{Writer, tag};
use crate::digest::DIGEST_LEN;
use crate::universal;

/// Values of fewer bytes are encoded: BLAKE3 takes no time that matters.
pub const RECALL_FROM: usize = 64 * 1024;
/// So many digests are kept; beyond, all are forgotten.
const KEPT: usize = 4096;
/// Places where it is noted which buffers came by.
const NOTES: usize = 256;
/// Contents at a place that were not known so often in a row are looked up no more, but now and then.
const PATIENCE: u64 = 3;
const NOW_AND_THEN: u64 = 16;

type Known = FxHashMap<(Box<[u8]>, u128), [u8; DIGEST_LEN]>;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// For a buffer's address and length: how often it came by without its content being known, and who it is.
static SEEN: [AtomicU64; NOTES] = [const { AtomicU64::new(0) }; NOTES];

/// Whether digests are recalled at all; `REMEMO_NO_RECALL=1` forbids it, for tests.
fn is_used() -> bool {
    static USED: LazyLock<bool> =
        LazyLock::new(|| universal::is_fast() && std::env::var_os("REMEMO_NO_RECALL").is_none());
    *USED
}

/// Where it is noted that these buffers came by, and what tells them from others there.
fn note(buffers: &[&[u8]]) -> (&'static AtomicU64, u64) {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let hash = STATE.hash_one(
        buffers.iter().map(|buffer| (buffer.as_ptr() as usize, buffer.len())).collect::<Vec<_>>(),
    );
    (&SEEN[hash as usize % NOTES], hash & !0xFF)
}

impl Writer {
    /// Appends the encoding of a value that `write` writes and closes, of which nothing but its digest stays: it
    /// is longer than [`INLINE_LIMIT`](super::INLINE_LIMIT). It depends on `description` and the content of
    /// `buffers` alone.
    ///
    /// # Errors
    /// What `write` returns; nothing is remembered then.
    pub fn recalled<E>(
        &mut self,
        description: &[u8],
        buffers: &[&[u8]],
        write: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let total: usize = buffers.iter().map(|buffer| buffer.len()).sum();
        if total < RECALL_FROM || !is_used() {
            return write(self);
        }
        let (noted, who) = note(buffers);
        let seen = noted.load(Ordering::Relaxed);
        let times = if seen & !0xFF == who { (seen & 0xFF) + 1 } else { 0 };
        noted.store(who | times.min(0xFF), Ordering::Relaxed);
        // What comes by once is encoded once; what changes each time is not worth looking up.
        if times == 0 || (times > PATIENCE && times % NOW_AND_THEN != 0) {
            return write(self);
        }
        let Some(hash) = universal::hash(buffers) else { return write(self) };
        let mut description = description.to_vec();
        for buffer in buffers {
            description.extend_from_slice(&(buffer.len() as u64).to_le_bytes());
        }
        let key = (description.into_boxed_slice(), hash);
        // A process that was forked off while another thread held the lock goes on without.
        let known = KNOWN.try_lock().and_then(|known| known.get(&key).copied());
        if let Some(digest) = known {
            noted.store(who | 1, Ordering::Relaxed);
            self.u8(tag::COLLAPSED);
            self.raw(&digest);
            self.count_hashed(total as u64);
            return Ok(());
        }
        let start = self.position();
        write(self)?;
        if let [tag::COLLAPSED, digest @ ..] = &self.bytes()[start..]
            && let Ok(digest) = <[u8; DIGEST_LEN]>::try_from(digest)
            && universal::hash(buffers) == Some(hash)
            && let Some(mut known) = KNOWN.try_lock()
        {
            if known.len() >= KEPT {
                known.clear();
            }
            known.insert(key, digest);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(description: &[u8], content: &[u8], runs: &mut usize) -> Vec<u8> {
        let mut writer = Writer::default();
        let done: Result<(), ()> = writer.recalled(description, &[content], |writer| {
            *runs += 1;
            writer.open();
            writer.raw(description);
            writer.bulk(content);
            writer.close();
            Ok(())
        });
        assert!(done.is_ok());
        writer.bytes().to_vec()
    }

    #[test]
    fn a_buffer_that_comes_again_is_encoded_no_more_and_one_that_changed_is() {
        if !is_used() {
            return;
        }
        let mut content = vec![7_u8; RECALL_FROM];
        let mut runs = 0;
        let first = encode(b"a", &content, &mut runs);
        for _ in 0..5 {
            assert_eq!(encode(b"a", &content, &mut runs), first);
        }
        assert_eq!(runs, 2, "met once, then encoded to be kept, then recalled");
        for at in [0, 1, RECALL_FROM / 2, RECALL_FROM - 1] {
            content[at] ^= 1;
            assert_ne!(encode(b"a", &content, &mut runs), first, "byte {at}");
            content[at] ^= 1;
            assert_eq!(encode(b"a", &content, &mut runs), first);
        }
        assert_ne!(encode(b"b", &content, &mut runs), first);
    }

    #[test]
    fn what_changes_while_it_is_encoded_is_not_remembered() {
        if !is_used() {
            return;
        }
        let content: Vec<AtomicU64> = (0..RECALL_FROM / 8).map(|_| AtomicU64::new(1)).collect();
        // SAFETY: atomics may be read as bytes; nobody writes while the slice is read.
        let bytes = || unsafe {
            std::slice::from_raw_parts(content.as_ptr().cast::<u8>(), content.len() * 8)
        };
        let one = |change: bool| {
            let mut writer = Writer::default();
            let done: Result<(), ()> = writer.recalled(b"c", &[bytes()], |writer| {
                if change {
                    content[9].store(2, Ordering::Relaxed);
                }
                writer.open();
                writer.bulk(bytes());
                writer.close();
                Ok(())
            });
            assert!(done.is_ok());
            writer.bytes().to_vec()
        };
        let with_one = one(false);
        let with_two = one(true);
        assert_ne!(with_one, with_two);
        content[9].store(1, Ordering::Relaxed);
        assert_eq!(one(false), with_one);
    }
}
