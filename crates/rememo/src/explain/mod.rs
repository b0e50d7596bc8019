//! Why a call would hit or miss: what is kept of earlier calls, what differs, and how it reads.
//!
//! With each entry a [`CallRecord`] is kept, at most one kilobyte of its arguments' own encodings;
//! with each fingerprint a [`Snapshot`], shared by all entries under it. Two records and two
//! snapshots give the [`Difference`]s, which name every dependency and argument that is not what it
//! was; an [`Explanation`] is those differences with what the store knows, as data and as text.
//!
//! ```
//! use rememo::digest::Digest;
//! use rememo::encode::Writer;
//! use rememo::explain::{self, Described, Snapshot};
//! use rememo::fingerprint::{Builder, Kind};
//!
//! let snapshot = |rate: f64| {
//!     let mut value = Writer::default();
//!     value.float(rate);
//!     let mut builder = Builder::new();
//!     let root = builder.add(Kind::Function, "report.total", None);
//!     let global = builder.add(Kind::Global, "report.RATE", None);
//!     builder.set_body(root, Digest::of(b"code"), vec![global]);
//!     builder.set_body(global, value.digest(), vec![]);
//!     let fingerprint = builder.finish();
//!     Snapshot::of(&fingerprint, None, |dependency| {
//!         let described = Described::new(dependency.clone());
//!         if dependency.kind != Kind::Global {
//!             return described;
//!         }
//!         let mut outline = Vec::new();
//!         explain::write_outline(&mut outline, value.bytes(), None, 64);
//!         described.with_value(&outline)
//!     })
//! };
//! let changes = explain::dependencies(&snapshot(0.2), &snapshot(0.25));
//! assert_eq!(changes[0].to_string(), "global report.RATE: 0.2 → 0.25");
//! ```

mod array;
mod bytes;
mod compare;
mod decode;
mod differences;
mod grid;
mod history;
mod lines;
mod nearest;
mod outline;
mod record;
mod show;
mod snapshot;
mod text;
mod tree;
mod verdict;

pub use array::position;
pub use bytes::Malformed;
pub use compare::{Detail, Told, compare, describe, grouped};
pub use differences::{ChangeKind, Difference, Subject, arguments, dependencies};
pub use grid::{Differing, Grid};
pub use history::History;
pub use lines::{LineChange, Source};
pub use nearest::Nearest;
pub use outline::{Outline, write as write_outline, write_check};
pub use record::{CallRecord, MOST as RECORD_MOST, Written};
pub use snapshot::{Described, Snapshot};
pub use text::Names;
pub use tree::{Branch, tree};
pub use verdict::{Earlier, Explanation, Found, Verdict};

#[cfg(test)]
mod tests;
