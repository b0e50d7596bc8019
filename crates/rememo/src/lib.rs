//! The engine of rememo; it knows no Python.

pub mod digest;
pub mod encode;
pub mod error;
pub mod event;
pub mod explain;
pub mod files;
pub mod fingerprint;
pub mod flight;
pub mod region;
pub mod store;
pub mod trace;
pub mod units;
pub mod universal;
