//! The engine's errors.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use crate::units::UnitError;

/// Whatever the engine can fail with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A text that is no duration or byte count.
    #[error(transparent)]
    Units(#[from] UnitError),
    /// A file whose content cannot be digested.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A file's content cannot be digested.
#[derive(Debug, Error)]
#[error(
    "the file {} cannot be read ({source}), so there is no digest of its content; make it a \
     readable regular file or leave it out of what the result depends on", .path.display()
)]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}
