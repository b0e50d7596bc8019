//! How the command ends: exit codes, and what it says when it cannot go on.

use std::io;

use rememo::store::disk::StoreError;

/// How the command ended. The codes are part of its interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Done,
    /// It did, and the answer is no: nothing of that name, an entry is damaged, a check found a problem.
    Negative,
    /// The command line is wrong.
    Usage,
    /// The store cannot be read or written.
    Store,
    /// Nothing was deleted, since nobody said yes.
    Declined,
}

impl Exit {
    /// The exit code of the process.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Negative => 1,
            Self::Usage => 2,
            Self::Store => 3,
            Self::Declined => 4,
        }
    }
}

/// Why the command cannot go on.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There is no such thing.
    NotFound(String),
    /// The arguments do not go together.
    Usage(String),
    /// The store fails; with what it reported on the way.
    Store(StoreError, Vec<StoreError>),
    /// Nobody said yes.
    Declined(String),
    /// The output cannot be written.
    Output(io::Error),
    /// There is no directory to look into.
    NoDirectory,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

impl Failure {
    /// Says it on standard error.
    pub(crate) fn tell(self) -> Exit {
        let (said, exit) = match self {
            // Whoever reads has seen enough, as `head` has.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return Exit::Done,
            Self::Output(error) => (format!("the output could not be written: {error}"), Exit::Store),
            Self::NotFound(said) => (said, Exit::Negative),
            Self::Usage(said) => (said, Exit::Usage),
            Self::Declined(said) => (said, Exit::Declined),
            Self::Store(error, earlier) => {
                // What happened first says more than that the store is not used for a moment.
                let mut said: Vec<String> = earlier.iter().map(ToString::to_string).collect();
                if said.is_empty() || !matches!(error, StoreError::Resting { .. }) {
                    said.push(error.to_string());
                }
                said.dedup();
                (said.join("\n"), Exit::Store)
            }
            Self::NoDirectory => (
                "no cache directory is known: neither REMEMO_CACHE_DIR nor HOME is set. Say --dir PATH".to_owned(),
                Exit::Usage,
            ),
        };
        let name = console::style("rememo:").for_stderr().red().bold();
        eprintln!("{name} {said}");
        exit
    }
}
