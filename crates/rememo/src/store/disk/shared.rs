//! What all handles of a store share, and the one store that a process has for a directory.

use std::collections::VecDeque;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, Weak};

use rusqlite::Connection;
use rustc_hash::{FxHashMap, FxHashSet};

use super::claims::{Claimed, Claims};
use super::directory::Directory;
use super::error::{Meaning, StoreError, meaning};
use super::schema::{self, Purpose};
use super::uses::Uses;
use super::write::{Job, Queued, Writer};
use super::{Options, clock, fork, write};
use crate::digest::Digest;

/// How often it is looked whether the index is still the one that was opened, in milliseconds.
const LOOK: u64 = 100;
/// How long a store rests after its first error, in milliseconds; then twice as long each time.
const REST: u64 = 1000;
const LONGEST_REST: u64 = 60_000;

/// Nothing that panics runs under these locks, so what they guard is whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Closes the store when the last user's handle goes.
#[derive(Debug)]
pub(super) struct Handle {
    pub shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        write::close(&self.shared);
    }
}

/// A store, whoever uses it.
#[derive(Debug)]
pub(super) struct Shared {
    pub directory: Directory,
    pub options: Options,
    /// Replaced in a child after fork.
    core: AtomicPtr<Core>,
}

/// All that must not be used on both sides of a fork.
#[derive(Debug)]
pub(super) struct Core {
    /// Held for reading by whoever is inside of SQLite; for writing while the process forks.
    pub gate: RwLock<()>,
    readers: Mutex<Vec<(u64, Connection)>>,
    pub writer: Mutex<Writer>,
    pub queue: Mutex<Queue>,
    pub wake: Condvar,
    pub room: Condvar,
    pub uses: Mutex<Uses>,
    claims: RwLock<Arc<Claims>>,
    /// Blobs whose buffers this process has checked, or written.
    pub checked: Mutex<FxHashSet<[u8; 16]>>,
    /// Raised when the index is opened anew: connections of before are not used again.
    epoch: AtomicU64,
    /// Device and number of the index file that is in use; 0 if there is none.
    identity: Mutex<(u64, u64)>,
    looked: AtomicU64,
    health: Mutex<Health>,
    resting_until: AtomicU64,
    problems: Mutex<Vec<StoreError>>,
    has_problems: AtomicBool,
}

#[derive(Debug, Default)]
struct Health {
    /// How long it rested last, in milliseconds; 0 while it works.
    rest: u64,
    /// What has been said: nothing is said twice.
    said: FxHashSet<String>,
}

/// What waits for the writer.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub jobs: VecDeque<Job>,
    pub pending: FxHashMap<Digest, Arc<Queued>>,
    /// Bytes of the values in it.
    pub bytes: usize,
    /// Somebody waits for what is in it.
    pub urgent: bool,
    pub thread: Thread,
    pub stop: bool,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub(super) enum Thread {
    #[default]
    None,
    Idle,
    Busy,
}

impl Core {
    fn new(claims: Claims) -> Self {
        Self {
            gate: RwLock::default(),
            readers: Mutex::default(),
            writer: Mutex::default(),
            queue: Mutex::default(),
            wake: Condvar::new(),
            room: Condvar::new(),
            uses: Mutex::default(),
            claims: RwLock::new(Arc::new(claims)),
            checked: Mutex::default(),
            epoch: AtomicU64::new(0),
            identity: Mutex::default(),
            looked: AtomicU64::new(0),
            health: Mutex::default(),
            resting_until: AtomicU64::new(0),
            problems: Mutex::default(),
            has_problems: AtomicBool::new(false),
        }
    }

    pub(super) fn enter(&self) -> RwLockReadGuard<'_, ()> {
        self.gate.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn claims(&self) -> Arc<Claims> {
        Arc::clone(&self.claims.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Closes all connections that nobody uses.
    pub(super) fn close_connections(&self) {
        let readers = std::mem::take(&mut *lock(&self.readers));
        drop(readers);
        lock(&self.writer).forget();
    }
}

/// Every open store of the process, by directory. Stores are opened under this lock.
#[derive(Default)]
pub(super) struct Stores(Vec<(PathBuf, Weak<Handle>, Weak<Shared>)>);

impl Stores {
    pub(super) fn all(&self) -> Vec<Arc<Shared>> {
        self.0.iter().filter_map(|(_, _, shared)| shared.upgrade()).collect()
    }
}

static STORES: Mutex<Stores> = Mutex::new(Stores(Vec::new()));

pub(super) fn stores() -> MutexGuard<'static, Stores> {
    lock(&STORES)
}

pub(super) fn open(root: &Path, options: Options) -> Result<Arc<Handle>, StoreError> {
    fork::watch();
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let mut stores = stores();
    let stores = &mut stores.0;
    stores.retain(|(_, _, shared)| shared.strong_count() > 0);
    if let Some(open) =
        stores.iter().find(|(path, ..)| *path == root).and_then(|(_, handle, _)| handle.upgrade())
    {
        return Ok(open);
    }
    let directory = Directory::new(&root);
    if options.create {
        directory.prepare(&*options.files, &options)?;
    }
    let (claims, problem) = Claims::open(&directory.claims);
    let core = Box::into_raw(Box::new(Core::new(claims)));
    let shared = Arc::new(Shared { directory, options, core: AtomicPtr::new(core) });
    if let Some(source) = problem {
        let path = shared.directory.claims.clone();
        shared.report(StoreError::Io { path, operation: "opened", source });
    }
    // Opened now, so that what is wrong is said now.
    let connection = shared.connect(Purpose::Read)?;
    shared.give_back(shared.core().epoch(), connection);
    let handle = Arc::new(Handle { shared: Arc::clone(&shared) });
    stores.push((root, Arc::downgrade(&handle), Arc::downgrade(&shared)));
    Ok(handle)
}

impl Shared {
    pub(super) fn core(&self) -> &Core {
        // SAFETY: never null; freed only by `drop`, which has `self` to itself: `renew` leaks what it replaces.
        unsafe { &*self.core.load(Ordering::Acquire) }
    }

    /// In a child after fork: begins anew, with nothing queued. What was there is leaked: its locks may be held by
    /// threads that do not exist here.
    pub(super) fn renew(&self) {
        let old = self.core();
        if let Ok(claims) = old.claims.try_read() {
            claims.abandon();
        }
        let (claims, _) = Claims::open(&self.directory.claims);
        let fresh = Box::into_raw(Box::new(Core::new(claims)));
        self.core.store(fresh, Ordering::Release);
    }

    // ---- connections --------------------------------------------------------------------------

    /// Opens a connection; makes the index if it is missing and may be made.
    pub(super) fn connect(&self, purpose: Purpose) -> Result<Connection, StoreError> {
        let core = self.core();
        let path = &self.directory.index;
        let vfs = self.options.vfs.as_deref();
        let mut found = identity(path);
        let connection = match found {
            Some(_) => schema::open(path, vfs, purpose, false),
            None => Err(StoreError::Index {
                path: path.clone(),
                source: rusqlite::Error::QueryReturnedNoRows,
            }),
        };
        let connection = match connection {
            Ok(connection) => connection,
            // Missing, or made by somebody who is not done with it.
            Err(StoreError::Index { .. } | StoreError::Version { found: 0, .. })
                if self.options.create =>
            {
                self.make(purpose, &mut found)?
            }
            Err(error) => return Err(error),
        };
        let mut known = lock(&core.identity);
        if let Some(found) = found
            && *known != found
        {
            *known = found;
        }
        Ok(connection)
    }

    fn make(
        &self,
        purpose: Purpose,
        found: &mut Option<(u64, u64)>,
    ) -> Result<Connection, StoreError> {
        let path = &self.directory.index;
        self.directory.prepare(&*self.options.files, &self.options)?;
        let claims = self.core().claims();
        let _alone = claims.exclusive();
        let opened = schema::open(path, self.options.vfs.as_deref(), purpose, true);
        let connection = match opened {
            Err(StoreError::Index { source, .. }) if meaning(&source) == Meaning::Broken => {
                self.set_aside();
                self.report(StoreError::Damaged { path: path.clone(), reason: source.to_string() });
                schema::open(path, self.options.vfs.as_deref(), purpose, true)?
            }
            other => other?,
        };
        *found = identity(path);
        Ok(connection)
    }

    /// Moves a broken index out of the way. The caller holds the table's lock.
    fn set_aside(&self) {
        let path = &self.directory.index;
        let beside = |suffix: &str| {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        // Neither opens the file: that would end the locks that SQLite has on it.
        let _ = std::fs::rename(path, self.directory.home.join("index.damaged"));
        let _ = std::fs::remove_file(beside("-wal"));
        let _ = std::fs::remove_file(beside("-shm"));
    }

    /// A connection for reading; to be given back.
    pub(super) fn reader(&self) -> Result<(u64, Connection), StoreError> {
        let core = self.core();
        let epoch = core.epoch();
        loop {
            let Some((of, connection)) = lock(&core.readers).pop() else { break };
            if of == epoch {
                return Ok((epoch, connection));
            }
        }
        Ok((epoch, self.connect(Purpose::Read)?))
    }

    pub(super) fn give_back(&self, epoch: u64, connection: Connection) {
        let core = self.core();
        if epoch == core.epoch() {
            lock(&core.readers).push((epoch, connection));
        }
    }

    /// Runs a query; what is wrong with the index is seen to.
    pub(super) fn with_reader<R>(
        &self,
        mut work: impl FnMut(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        self.rested()?;
        self.look();
        let mut tries = 0;
        loop {
            tries += 1;
            let (epoch, connection) = match self.reader() {
                Ok(reader) => reader,
                Err(error) => return Err(self.failed(error)),
            };
            let error = match work(&connection) {
                Ok(result) => {
                    self.give_back(epoch, connection);
                    return Ok(result);
                }
                Err(error) => error,
            };
            drop(connection);
            let what = meaning(&error);
            if what == Meaning::Broken {
                self.heal(epoch, &error.to_string());
            }
            if tries < 3 && what != Meaning::Outside {
                continue;
            }
            let path = self.directory.index.clone();
            return Err(self.failed(StoreError::Index { path, source: error }));
        }
    }

    // ---- health -------------------------------------------------------------------------------

    /// Looks now and then whether the index that is in use is still the one that others use.
    pub(super) fn look(&self) {
        let core = self.core();
        let now = clock::now();
        let looked = core.looked.load(Ordering::Relaxed);
        if now.wrapping_sub(looked) < LOOK {
            return;
        }
        core.looked.store(now, Ordering::Relaxed);
        let known = *lock(&core.identity);
        if known != (0, 0) && identity(&self.directory.index) != Some(known) {
            self.reopen();
        }
    }

    /// Lets go of everything that is open; the next use opens what is there then.
    pub(super) fn reopen(&self) {
        let core = self.core();
        core.epoch.fetch_add(1, Ordering::AcqRel);
        *lock(&core.identity) = (0, 0);
        let readers = std::mem::take(&mut *lock(&core.readers));
        drop(readers);
        if self.options.create {
            let _ = self.directory.prepare(&*self.options.files, &self.options);
        }
        // Claims of before stay with those who hold them; the file may be another one now.
        let (claims, problem) = Claims::open(&self.directory.claims);
        if problem.is_none() {
            *core.claims.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(claims);
        }
    }

    /// Starts a broken index anew, unless somebody else has, or nothing may be made here: who only looks leaves it
    /// to be looked at.
    pub(super) fn heal(&self, epoch: u64, reason: &str) {
        if !self.options.create {
            return;
        }
        let core = self.core();
        if core.epoch() != epoch {
            return;
        }
        {
            let claims = core.claims();
            let _alone = claims.exclusive();
            let known = *lock(&core.identity);
            if core.epoch() == epoch && identity(&self.directory.index) == Some(known) {
                self.set_aside();
                self.report(StoreError::Damaged {
                    path: self.directory.index.clone(),
                    reason: reason.to_owned(),
                });
            }
        }
        self.reopen();
    }

    /// An error if the store rests.
    pub(super) fn rested(&self) -> Result<(), StoreError> {
        let until = self.core().resting_until.load(Ordering::Relaxed);
        if until != 0 && clock::now() < until {
            return Err(StoreError::Resting { path: self.directory.root.clone() });
        }
        Ok(())
    }

    /// Notes an error: the store rests, and a person is told if they have not been told the same before.
    pub(super) fn failed(&self, error: StoreError) -> StoreError {
        let core = self.core();
        let said = error.to_string();
        let is_new = {
            let mut health = lock(&core.health);
            health.rest = (health.rest * 2).clamp(REST, LONGEST_REST);
            core.resting_until.store(clock::now() + health.rest, Ordering::Relaxed);
            health.said.len() < 64 && health.said.insert(said)
        };
        let path = self.directory.root.clone();
        if is_new {
            self.report(error);
        }
        StoreError::Resting { path }
    }

    /// Notes that the store works.
    pub(super) fn works(&self) {
        let core = self.core();
        if core.resting_until.load(Ordering::Relaxed) != 0 {
            core.resting_until.store(0, Ordering::Relaxed);
            lock(&core.health).rest = 0;
        }
    }

    pub(super) fn report(&self, problem: StoreError) {
        let core = self.core();
        let mut problems = lock(&core.problems);
        if problems.len() < 16 {
            problems.push(problem);
        }
        core.has_problems.store(true, Ordering::Release);
    }

    pub(super) fn has_problems(&self) -> bool {
        self.core().has_problems.load(Ordering::Acquire)
    }

    pub(super) fn take_problems(&self) -> Vec<StoreError> {
        let core = self.core();
        let mut problems = lock(&core.problems);
        core.has_problems.store(false, Ordering::Release);
        std::mem::take(&mut *problems)
    }

    // ---- claims -------------------------------------------------------------------------------

    pub(super) fn claim(&self, key: &Digest) -> Claimed {
        let core = self.core();
        let _inside = core.enter();
        core.claims().claim(key)
    }

    pub(super) fn generation(&self) -> u64 {
        let core = self.core();
        core.claims.read().unwrap_or_else(PoisonError::into_inner).generation()
    }

    pub(super) fn next_generation(&self) {
        self.core().claims().next_generation();
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // SAFETY: from `Box::into_raw`, and nobody else has `self`.
        drop(unsafe { Box::from_raw(*self.core.get_mut()) });
    }
}

/// Device and number of a file.
fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}
