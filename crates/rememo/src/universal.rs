//! A keyed universal hash at the speed of memory, for what is compared inside one process only.
//!
//! A message of `n` blocks of 128 bits, read as elements `m₁ … mₙ` of GF(2¹²⁸), has the hash
//! `m₁Hⁿ + m₂Hⁿ⁻¹ + … + mₙH`, where the key `H` is drawn at random when the process first needs it
//! and never leaves it. (Polynomial evaluation: M. N. Wegman and J. L. Carter, "New hash functions
//! and their use in authentication and set equality", JCSS 22, 1981; over GF(2¹²⁸) as in D. McGrew
//! and J. Viega, "The Galois/Counter Mode of Operation", 2004.)
//!
//! **Bound.** Two different messages of `n` blocks collide for at most `n` keys, the roots of the
//! polynomial that their difference is: with probability at most `n / 2¹²⁸`, whatever the messages
//! are, as long as they are chosen without knowledge of the key. For 100 MB that is 2⁻¹⁰⁵; for 1 TiB
//! 2⁻⁹². Messages of different lengths are to be told apart by their lengths: the last block is
//! filled up with zeros.
//!
//! It is no digest: whoever knows the key makes collisions at will. What leaves the process, or
//! outlives it, is hashed by BLAKE3.

use std::sync::LazyLock;

/// An element of GF(2¹²⁸) modulo x¹²⁸ + x⁷ + x² + x + 1; bit `i` is the coefficient of `xⁱ`.
type Element = u128;

/// Bytes of a block.
const BLOCK: usize = 16;
/// From this length on a message is hashed by several threads.
const PARALLEL: usize = 8 << 20;

/// Whether this machine multiplies polynomials fast enough for the hash to be of any use.
#[must_use]
pub fn is_fast() -> bool {
    static FAST: LazyLock<bool> = LazyLock::new(|| {
        #[cfg(target_arch = "x86_64")]
        {
            is_x86_feature_detected!("pclmulqdq") && is_x86_feature_detected!("sse4.1")
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            false
        }
    });
    *FAST
}

/// The key of this process, with its powers.
struct Key {
    /// `H¹ … H¹²⁸`.
    powers: Box<[Element; POWERS]>,
}

/// As many blocks as the widest code takes in one step.
const POWERS: usize = 32;

static KEY: LazyLock<Option<Key>> = LazyLock::new(|| {
    let mut bytes = [0; 16];
    // Without a source of randomness there is no bound, and hence no hash.
    getrandom::fill(&mut bytes).ok()?;
    Some(Key::new(Element::from_le_bytes(bytes)))
});

impl Key {
    fn new(h: Element) -> Self {
        let mut powers = Box::new([h; POWERS]);
        for i in 1..POWERS {
            powers[i] = multiply(powers[i - 1], h);
        }
        Self { powers }
    }

    fn h(&self) -> Element {
        self.powers[0]
    }

    /// `Hⁿ`, by squaring.
    fn power(&self, mut n: u64) -> Element {
        let (mut result, mut square) = (1, self.h());
        while n > 0 {
            if n & 1 == 1 {
                result = multiply(result, square);
            }
            square = multiply(square, square);
            n >>= 1;
        }
        result
    }

    /// The hash of `message`, continued from that of what came before it.
    fn extend(&self, mut hash: Element, message: &[u8]) -> Element {
        let whole = message.len() / BLOCK * BLOCK;
        let (blocks, rest) = message.split_at(whole);
        let done = self.wide(&mut hash, blocks);
        for block in blocks[done..].as_chunks::<BLOCK>().0 {
            hash = multiply(hash ^ Element::from_le_bytes(*block), self.h());
        }
        if !rest.is_empty() {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            hash = multiply(hash ^ Element::from_le_bytes(block), self.h());
        }
        hash
    }

    /// Takes as many blocks as go into wide steps; how many bytes those are.
    fn wide(&self, hash: &mut Element, blocks: &[u8]) -> usize {
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f")
                && is_x86_feature_detected!("avx512bw")
                && is_x86_feature_detected!("vpclmulqdq")
            {
                // SAFETY: the features were detected.
                return unsafe { x86::widest(&self.powers, hash, blocks) };
            }
            if is_fast() {
                // SAFETY: the features were detected.
                return unsafe { x86::wide(&self.powers, hash, blocks) };
            }
        }
        let _ = (hash, blocks);
        0
    }

    /// As `extend`, by several threads.
    fn extend_parallel(&self, hash: Element, message: &[u8]) -> Element {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        if message.len() < PARALLEL || threads == 1 {
            return self.extend(hash, message);
        }
        let share = (message.len() / threads).next_multiple_of(4096);
        std::thread::scope(|scope| {
            let mut shares = message.chunks(share);
            let first = shares.next().unwrap_or_default();
            let others: Vec<_> = shares
                .map(|part| (part.len(), scope.spawn(move || self.extend(0, part))))
                .collect();
            let mut hash = self.extend(hash, first);
            for (len, other) in others {
                let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                hash = multiply(hash, self.power(len.div_ceil(BLOCK) as u64)) ^ other;
            }
            hash
        })
    }
}

/// The hash of some buffers, each filled up to whole blocks; none where there is no key to be had.
/// Their lengths are not part of it.
#[must_use]
pub fn hash(buffers: &[&[u8]]) -> Option<u128> {
    let key = KEY.as_ref()?;
    Some(buffers.iter().fold(0, |hash, buffer| key.extend_parallel(hash, buffer)))
}

/// The product in GF(2¹²⁸).
fn multiply(a: Element, b: Element) -> Element {
    #[cfg(target_arch = "x86_64")]
    if is_fast() {
        // SAFETY: the features were detected.
        return unsafe { x86::multiply(a, b) };
    }
    multiply_bit_by_bit(a, b)
}

/// The product by its definition.
fn multiply_bit_by_bit(mut a: Element, b: Element) -> Element {
    let mut product = 0;
    for i in 0..128 {
        if b >> i & 1 == 1 {
            product ^= a;
        }
        a = (a << 1) ^ if a >> 127 == 1 { 0x87 } else { 0 };
    }
    product
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    use super::{BLOCK, Element, POWERS};

    /// x¹²⁸ modulo the polynomial.
    const FOLD: i64 = 0x87;
    /// Blocks in one step of the narrower code.
    const STEP: usize = 8;

    #[target_feature(enable = "pclmulqdq,sse4.1")]
    fn load(element: Element) -> __m128i {
        _mm_set_epi64x((element >> 64) as i64, element as i64)
    }

    #[target_feature(enable = "pclmulqdq,sse4.1")]
    fn store(vector: __m128i) -> Element {
        let low = _mm_extract_epi64::<0>(vector) as u64;
        let high = _mm_extract_epi64::<1>(vector) as u64;
        Element::from(high) << 64 | Element::from(low)
    }

    /// A product of 256 bits: the lower half, the middle (which overlaps both) and the upper half.
    #[target_feature(enable = "pclmulqdq,sse4.1")]
    fn product(a: __m128i, b: __m128i) -> [__m128i; 3] {
        let middle =
            _mm_xor_si128(_mm_clmulepi64_si128::<0x01>(a, b), _mm_clmulepi64_si128::<0x10>(a, b));
        [_mm_clmulepi64_si128::<0x00>(a, b), middle, _mm_clmulepi64_si128::<0x11>(a, b)]
    }

    #[target_feature(enable = "pclmulqdq,sse4.1")]
    fn reduce([low, middle, high]: [__m128i; 3]) -> __m128i {
        let fold = _mm_set_epi64x(0, FOLD);
        let low = _mm_xor_si128(low, _mm_slli_si128::<8>(middle));
        let high = _mm_xor_si128(high, _mm_srli_si128::<8>(middle));
        let upper = _mm_clmulepi64_si128::<0x01>(high, fold);
        let low = _mm_xor_si128(low, _mm_slli_si128::<8>(upper));
        let high = _mm_xor_si128(high, _mm_srli_si128::<8>(upper));
        _mm_xor_si128(low, _mm_clmulepi64_si128::<0x00>(high, fold))
    }

    #[target_feature(enable = "pclmulqdq,sse4.1")]
    pub(super) fn multiply(a: Element, b: Element) -> Element {
        store(reduce(product(load(a), load(b))))
    }

    /// Eight blocks a step, reduced once.
    #[target_feature(enable = "pclmulqdq,sse4.1")]
    pub(super) fn wide(powers: &[Element; POWERS], hash: &mut Element, blocks: &[u8]) -> usize {
        let mut state = load(*hash);
        let steps = blocks.as_chunks::<{ STEP * BLOCK }>().0;
        for step in steps {
            let mut sum = [_mm_setzero_si128(); 3];
            for (i, block) in step.as_chunks::<BLOCK>().0.iter().enumerate() {
                let mut block = load(Element::from_le_bytes(*block));
                if i == 0 {
                    block = _mm_xor_si128(block, state);
                }
                let more = product(block, load(powers[STEP - 1 - i]));
                for (sum, more) in sum.iter_mut().zip(more) {
                    *sum = _mm_xor_si128(*sum, more);
                }
            }
            state = reduce(sum);
        }
        *hash = store(state);
        steps.len() * STEP * BLOCK
    }

    /// Vectors of four blocks in one step of the widest code.
    const VECTORS: usize = POWERS / 4;

    /// The same with four lanes, each of which takes every fourth block; they are put together in the end.
    #[target_feature(enable = "avx512f,avx512bw,vpclmulqdq,pclmulqdq,sse4.1")]
    pub(super) fn widest(powers: &[Element; POWERS], hash: &mut Element, blocks: &[u8]) -> usize {
        let steps = blocks.as_chunks::<{ POWERS * BLOCK }>().0;
        if steps.is_empty() {
            return 0;
        }
        // A lane's own key is H⁴. Its sum is one power of it behind, so that the last vector of a step needs none.
        let state_key = _mm512_broadcast_i32x4(load(powers[4 * VECTORS - 1]));
        let mut keys = [_mm512_setzero_si512(); VECTORS - 1];
        for (i, key) in keys.iter_mut().enumerate() {
            *key = _mm512_broadcast_i32x4(load(powers[4 * (VECTORS - 1 - i) - 1]));
        }
        let fold = _mm512_broadcast_i32x4(_mm_set_epi64x(0, FOLD));
        let mut state = _mm512_setzero_si512();
        // What came before stands at the first block.
        let mut before = _mm512_zextsi128_si512(load(*hash));
        for step in steps {
            // SAFETY: a step is as long as that many vectors.
            let vector = |i| unsafe { _mm512_loadu_si512(step.as_ptr().add(64 * i).cast()) };
            let mut low = _mm512_clmulepi64_epi128::<0x00>(state, state_key);
            let mut high = _mm512_clmulepi64_epi128::<0x11>(state, state_key);
            let mut middle = _mm512_xor_si512(
                _mm512_clmulepi64_epi128::<0x01>(state, state_key),
                _mm512_clmulepi64_epi128::<0x10>(state, state_key),
            );
            for (i, key) in keys.iter().enumerate() {
                let vector = if i == 0 { _mm512_xor_si512(vector(0), before) } else { vector(i) };
                low = _mm512_xor_si512(low, _mm512_clmulepi64_epi128::<0x00>(vector, *key));
                high = _mm512_xor_si512(high, _mm512_clmulepi64_epi128::<0x11>(vector, *key));
                middle = _mm512_ternarylogic_epi64::<0x96>(
                    middle,
                    _mm512_clmulepi64_epi128::<0x01>(vector, *key),
                    _mm512_clmulepi64_epi128::<0x10>(vector, *key),
                );
            }
            before = _mm512_setzero_si512();
            low = _mm512_xor_si512(low, _mm512_bslli_epi128::<8>(middle));
            high = _mm512_xor_si512(high, _mm512_bsrli_epi128::<8>(middle));
            let upper = _mm512_clmulepi64_epi128::<0x01>(high, fold);
            low = _mm512_xor_si512(low, _mm512_bslli_epi128::<8>(upper));
            high = _mm512_xor_si512(high, _mm512_bsrli_epi128::<8>(upper));
            let reduced = _mm512_xor_si512(low, _mm512_clmulepi64_epi128::<0x00>(high, fold));
            state = _mm512_xor_si512(reduced, vector(VECTORS - 1));
        }
        let lanes = [
            _mm512_extracti32x4_epi32::<0>(state),
            _mm512_extracti32x4_epi32::<1>(state),
            _mm512_extracti32x4_epi32::<2>(state),
            _mm512_extracti32x4_epi32::<3>(state),
        ];
        *hash = lanes
            .into_iter()
            .enumerate()
            .fold(0, |sum, (i, lane)| sum ^ multiply(store(lane), powers[3 - i]));
        steps.len() * POWERS * BLOCK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key::new(0x0123_4567_89AB_CDEF_0F1E_2D3C_4B5A_6978)
    }

    /// The hash by its definition.
    fn plainly(key: &Key, message: &[u8]) -> Element {
        message.chunks(BLOCK).fold(0, |hash, bytes| {
            let mut block = [0; BLOCK];
            block[..bytes.len()].copy_from_slice(bytes);
            multiply_bit_by_bit(hash ^ Element::from_le_bytes(block), key.h())
        })
    }

    fn message(len: usize) -> Vec<u8> {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        (0..len)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect()
    }

    #[test]
    fn products_are_those_of_the_field() {
        // x¹²⁷ · x = x¹²⁸ = x⁷ + x² + x + 1.
        assert_eq!(multiply_bit_by_bit(1 << 127, 2), 0x87);
        for (i, bytes) in message(3200).as_chunks::<32>().0.iter().enumerate() {
            let (a, b) = bytes.split_at(16);
            let a = Element::from_le_bytes(a.try_into().unwrap());
            let b = Element::from_le_bytes(b.try_into().unwrap());
            assert_eq!(multiply(a, b), multiply_bit_by_bit(a, b), "pair {i}");
        }
    }

    #[test]
    fn every_length_and_every_code_gives_the_polynomial() {
        let key = key();
        for len in (0..1200).chain([2048, 4096 + 3, 10_000]) {
            let message = message(len);
            let expected = plainly(&key, &message);
            assert_eq!(key.extend(0, &message), expected, "{len} bytes");
            #[cfg(target_arch = "x86_64")]
            if is_fast() {
                let mut hash = 0;
                // SAFETY: the features were detected.
                let done = unsafe { x86::wide(&key.powers, &mut hash, &message) };
                assert_eq!(hash, plainly(&key, &message[..done]), "{len} bytes, narrow");
            }
        }
    }

    #[test]
    fn a_hash_goes_on_from_an_earlier_part_and_threads_change_nothing() {
        let key = key();
        let message = message(3 * PARALLEL + 5);
        let whole = key.extend(0, &message);
        let (first, rest) = message.split_at(4096 * 7);
        assert_eq!(key.extend(key.extend(0, first), rest), whole);
        assert_eq!(key.extend_parallel(0, &message), whole);
    }

    #[test]
    fn each_bit_of_a_long_message_makes_a_difference() {
        let mut message = message(4096);
        let before = hash(&[&message]).unwrap();
        for bit in 0..message.len() * 8 {
            message[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(hash(&[&message]).unwrap(), before, "bit {bit}");
            message[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
