//! The canonical encoding of values, written down byte by byte in `docs/encoding.md`.

pub mod graph;
mod recall;
mod writer;

pub use writer::{INLINE_LIMIT, PARALLEL_LIMIT, Prefixes, Writer, tag};

/// Version of the encoding; part of every key.
pub const ENCODING_VERSION: u8 = 1;
