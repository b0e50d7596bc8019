//! What tells without reading that a file is still the one that was read.

use std::fs::Metadata;
use std::time::{Duration, SystemTime};

/// File systems count time in steps (2 s at the coarsest, FAT): a file that was written so shortly
/// before it was read may be written once more under the same time.
const COARSEST_CLOCK: Duration = Duration::from_secs(2);

/// Size, times and inode of a file, and whether they were old enough to vouch for its content.
#[derive(Clone, Debug)]
pub struct Stamp {
    size: u64,
    modified: Option<SystemTime>,
    inode: u64,
    device: u64,
    changed: (i64, i64),
    settled: bool,
}

impl Stamp {
    /// The stamp of a file; take it before reading the content.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        #[cfg(unix)]
        let (inode, device, changed) = {
            use std::os::unix::fs::MetadataExt;
            let changed = (metadata.ctime(), metadata.ctime_nsec());
            (metadata.ino(), metadata.dev(), changed)
        };
        #[cfg(not(unix))]
        let (inode, device, changed) = (0, 0, (0, 0));
        let settled = [modified, moment(changed)].into_iter().flatten().all(|written| {
            SystemTime::now().duration_since(written).is_ok_and(|age| age > COARSEST_CLOCK)
        });
        Self { size: metadata.len(), modified, inode, device, changed, settled }
    }

    /// Whether `now`, the file's stamp of this moment, proves that what was read under `self` is
    /// still its content.
    pub fn proves_unchanged(&self, now: &Self) -> bool {
        self.settled
            && self.modified.is_some()
            && self.size == now.size
            && self.modified == now.modified
            && self.inode == now.inode
            && self.device == now.device
            && self.changed == now.changed
    }

    /// Takes back the vouching: what was read may have been read before the stamp was taken.
    pub fn doubt(&mut self) {
        self.settled = false;
    }

    /// Modification time in whole seconds and size, both modulo 2³², as a `.pyc` header has them.
    pub fn as_in_pyc(&self) -> Option<(u32, u32)> {
        let modified = self.modified?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some((modified.as_secs() as u32, self.size as u32))
    }
}

/// A change time as the operating system gives it; none where it gives none.
fn moment((seconds, nanoseconds): (i64, i64)) -> Option<SystemTime> {
    let seconds = u64::try_from(seconds).ok().filter(|&seconds| seconds > 0)?;
    let nanoseconds = u32::try_from(nanoseconds).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
}
