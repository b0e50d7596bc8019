//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use rememo::store::disk::Order;
use rememo::units::{parse_bytes, parse_duration};

/// See what a rememo cache holds, why calls missed, and make room
///
/// Reads the store on disk directly: no Python runs, and nothing is unpickled. Safe to use while programs use the
/// cache.
#[derive(Debug, Parser)]
#[command(
    name = "rememo",
    bin_name = "rememo",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_long_help = "Exit codes: 0 done; 1 the answer is no (nothing of that name, damage or a problem found); \
        2 wrong command line; 3 the store cannot be used; 4 nothing was deleted, since nobody said yes."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Shared {
    /// The cache directory [default: $REMEMO_CACHE_DIR, else the platform's place for caches]
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List functions, or the entries of one
    Ls(List),
    /// Show one entry
    Info(Info),
    /// Say why calls of a function missed, or what differs between two entries
    Explain(Explain),
    /// Show hits, misses, time saved and bytes
    Stats(Stats),
    /// Remove entries by age, by function, or until the rest fits; expired ones always
    Prune(Prune),
    /// Remove all entries of a function, or of all functions
    Clear(Clear),
    /// Check every entry and file against its checksum
    Verify(Verify),
    /// Print the cache directory
    Path,
    /// Check that the cache can be used, and fast
    Doctor,
    /// Print a script that completes this command in a shell
    Completion(Completion),
    /// Print the man page
    Man(Man),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// A function: its qualified name, or the end of one (`total` for `shop.report.total`)
    pub function: Option<String>,
    /// By what to sort
    #[arg(long, short, value_enum)]
    pub sort: Option<Sort>,
    /// The smallest, oldest first
    #[arg(long, short)]
    pub reverse: bool,
    /// Show at most so many; 0 shows all
    #[arg(long, short = 'n', default_value_t = 50, value_name = "N")]
    pub limit: usize,
    /// List entries of all functions
    #[arg(long, short, conflicts_with = "function")]
    pub entries: bool,
    /// Only functions whose name contains this
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["function", "entries"])]
    pub filter: Option<String>,
    /// Only entries of at least this size, such as 10MiB
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub larger_than: Option<u64>,
    /// Only entries not used for so long, such as 7d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub older_than: Option<Duration>,
    /// Only entries that were never read again
    #[arg(long)]
    pub unused: bool,
    /// Only entries whose time is over
    #[arg(long)]
    pub expired: bool,
}

impl List {
    /// Whether entries are listed, not functions.
    pub fn is_of_entries(&self) -> bool {
        self.function.is_some()
            || self.entries
            || self.larger_than.is_some()
            || self.older_than.is_some()
            || self.unused
            || self.expired
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// By name (functions)
    Name,
    /// By number of entries (functions)
    Entries,
    /// By misses (functions)
    Misses,
    /// By the time that hits saved (functions)
    Saved,
    /// By when they were written (entries)
    Written,
    /// By when they were last used (entries)
    Used,
    /// By what they cost to compute (entries)
    Cost,
    /// By when their time is over (entries)
    Expires,
    /// By hits
    Hits,
    /// By bytes
    Size,
}

impl Sort {
    /// The engine's order of entries; none for what only functions have.
    pub fn of_entries(self) -> Option<Order> {
        Some(match self {
            Self::Written => Order::Written,
            Self::Used => Order::Used,
            Self::Cost => Order::Cost,
            Self::Expires => Order::Expires,
            Self::Hits => Order::Hits,
            Self::Size => Order::Size,
            Self::Name | Self::Entries | Self::Misses | Self::Saved => return None,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Info {
    /// The entry's key, or its first digits
    pub key: String,
    /// Show every dependency
    #[arg(long, short)]
    pub dependencies: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A function, or the key of an entry
    pub what: String,
    /// The key of another entry to compare the first with
    pub other: Option<String>,
    /// Of a function, so many of the last misses
    #[arg(long, short = 'n', default_value_t = 5, value_name = "N", conflicts_with = "other")]
    pub limit: usize,
}

#[derive(Debug, Args)]
pub(crate) struct Stats {
    /// Only this function
    pub function: Option<String>,
}

/// Saying yes.
#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// Say what would be deleted and delete nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; needed where there is no terminal
    #[arg(long, short, conflicts_with = "dry_run")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Prune {
    /// Remove what is worth least until the rest takes at most so many bytes, such as 2GiB
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub max_bytes: Option<u64>,
    /// Remove entries not used for so long, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub older_than: Option<Duration>,
    /// Look only at entries of this function (its whole name); alone it removes them all
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Args)]
#[group(id = "target", required = true, multiple = false)]
pub(crate) struct Target {
    /// The function, by its whole name
    pub function: Option<String>,
    /// All functions
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Clear {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub consent: Consent,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// Drop what is damaged and files that nothing refers to; start a broken index anew
    #[arg(long)]
    pub repair: bool,
    /// Do not ask before repairing; needed where there is no terminal
    #[arg(long, short, requires = "repair")]
    pub yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Completion {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct Man {
    /// Write a page for each command into this folder instead
    #[arg(long, value_name = "PATH", value_hint = ValueHint::DirPath)]
    pub out: Option<PathBuf>,
}
