//! What a function depends on: its code, the code it reaches, the values that code reads.
//!
//! Read in this order: `bytecode` (what one code object says), `origin` (user code or library), `name`
//! (what sort of object a name leads to), `resolve` (where an access leads; `made`: names that a library's module
//! makes when they are asked for), `follow` (from a root to all
//! it reaches), `class` (what of a class counts; `frameworks` and `class_body` help), `unloaded` (imports of
//! modules that are not loaded; `statements` and `harmless` say what their code makes), `guard` (has anything that
//! was looked at changed?), `settled` (may a result be kept under the key that holds once modules are loaded?),
//! `refs` (code met inside arguments), `describe` and `source` (what of all this is kept to explain later misses).

pub mod bytecode;
mod class;
mod class_body;
mod describe;
mod executed;
mod facts;
pub mod finder;
mod follow;
mod frameworks;
mod guard;
mod harmless;
mod made;
mod name;
pub mod origin;
mod refs;
mod resolve;
mod settled;
mod source;
mod statements;
mod unloaded;
mod unseen;
pub mod watch;

pub use describe::Cost;
pub use executed::note_running;
pub use facts::code_identity;
pub use follow::{Followed, Reading, Root, follow};
pub use name::{is_library_class, is_user_code};
pub use refs::{ArgumentCode, ClassGuard, CodeCache};
