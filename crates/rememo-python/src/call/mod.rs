//! One call, end to end: key → look-up → [one computation, record] → output → result.
//!
//! `object` is the Python type and its vectorcall entry, `options` and `bind` what is settled when a function is
//! decorated, `state` the flow of a call, `imports` what it means for a call that its body loads modules, `output` what is stored and handed out, `methods` what people call on a
//! cached function, `api` what they call on the module.

pub mod api;
mod bind;
mod changed;
mod coroutine;
mod dependencies;
pub mod explain;
mod fast;
mod imports;
mod methods;
mod object;
mod options;
mod output;
mod recording;
mod shelf;
mod state;
pub mod trace;

pub use object::{is_cached_function, type_object, wrapped_of};
pub use recording::summaries_enabled;
