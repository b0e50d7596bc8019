//! Writing: a queue, and the one thread of the process that empties it.
//!
//! Whoever writes puts a job into the queue. The writer takes all that is there, applies it in one transaction and
//! commits: so many small results cost one commit. It waits [`LINGER`] for more before it begins, unless somebody
//! waits for it. If the transaction fails it is rolled back and tried again, with the index opened anew if that is
//! what failed; in the end the jobs are dropped, which loses results and breaks nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::batch::{self, Batch, Names};
use super::blob::{self, Written};
use super::claims::Claim;
use super::error::{Meaning, StoreError, meaning};
use super::record::{Counters, EntryId, Kind, MissEvent, Record, StoredFingerprint};
use super::schema::Purpose;
use super::shared::{Shared, Thread, lock};
use super::{COSTLY, ENTRY_OVERHEAD, META_LIMIT, clock};
use crate::digest::Digest;
use crate::store::{Bounds, MissReason};

/// How long the writer waits for more before it begins.
const LINGER: Duration = Duration::from_millis(2);
/// A queue of so many bytes or jobs makes callers wait.
const QUEUE_BYTES: usize = 32 << 20;
const QUEUE_JOBS: usize = 8192;
/// For so long; then the result is dropped.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often a batch is tried.
const TRIES: u32 = 3;
/// A head up to so many bytes lies in the row also if the buffers are in a file.
const HEAD: usize = 4 << 10;
/// So many rows are removed in one transaction.
const PIECE: u32 = 4096;

/// When an entry was written and when its time is over, in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    pub written: u64,
    pub expires: Option<u64>,
}

/// A result on its way.
#[derive(Debug)]
pub(super) struct Queued {
    pub key: Digest,
    pub kind: Kind,
    pub function: Arc<str>,
    pub fingerprint: Option<Arc<StoredFingerprint>>,
    pub stamp: Stamp,
    /// When its computation began, in microseconds since 1970.
    pub started: u64,
    pub cost: Duration,
    pub bounds: Bounds,
    pub size: u64,
    pub digest: Option<Digest>,
    pub reason: Option<MissReason>,
    pub meta: Box<[u8]>,
    /// The head, then the buffers that lie in the row.
    pub bytes: Arc<[u8]>,
    pub head: usize,
    pub lengths: Vec<usize>,
    pub blob: Option<Written>,
    /// Whether `bytes` is the head of a blob, which else has it itself.
    pub head_inline: bool,
}

/// Work inside of a transaction.
pub(super) type Work = Box<dyn FnMut(&mut Batch<'_>) -> rusqlite::Result<()> + Send>;

/// What the writer is to do.
pub(super) enum Job {
    Put(Arc<Queued>, Option<Claim>),
    Miss(MissEvent),
    /// Entries that did not match their checksums.
    Damaged(i64, Digest),
    /// Whatever lies in `Uses`.
    Uses,
    /// Anything else; may be called again if the batch is tried again.
    Run(Work),
    /// Whoever waits for all before it.
    Tell(Arc<Done>),
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Put(..) => "Put",
            Self::Miss(..) => "Miss",
            Self::Damaged(..) => "Damaged",
            Self::Uses => "Uses",
            Self::Run(..) => "Run",
            Self::Tell(..) => "Tell",
        })
    }
}

/// The end of a batch, to be waited for.
#[derive(Debug, Default)]
pub(super) struct Done {
    state: Mutex<Option<bool>>,
    changed: Condvar,
}

impl Done {
    fn tell(&self, success: bool) {
        *lock(&self.state) = Some(success);
        self.changed.notify_all();
    }

    fn wait(&self) -> bool {
        let mut state = lock(&self.state);
        loop {
            if let Some(success) = *state {
                return success;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The writer's connection and what it knows of the index.
#[derive(Debug, Default)]
pub(super) struct Writer {
    epoch: u64,
    connection: Option<Connection>,
    names: Names,
    checkpointed: Option<Instant>,
}

impl Writer {
    /// Closes the connection.
    pub(super) fn forget(&mut self) {
        self.connection = None;
        self.names = Names::default();
    }
}

// ---- what callers ask for ---------------------------------------------------------------------

pub(super) fn put(shared: &Arc<Shared>, record: Record<'_>) -> Result<(), StoreError> {
    shared.rested()?;
    let written = clock::now();
    let started = clock::nanoseconds() / 1000;
    let started = started.saturating_sub(clock::microseconds(record.cost));
    let buffers: usize = record.buffers.iter().map(|buffer| buffer.len()).sum();
    let total = record.head.len() + buffers;
    let in_file = total > shared.options.inline;
    let head_inline = !in_file || record.head.len() <= HEAD;

    let blob = if in_file {
        let mut parts: Vec<&[u8]> = Vec::with_capacity(record.buffers.len() + 1);
        if !head_inline {
            parts.push(record.head);
        }
        parts.extend_from_slice(record.buffers);
        let core = shared.core();
        let made = blob::write(&shared.directory, &*shared.options.files, &record.key, &parts);
        let blob = made.map_err(|source| {
            // Files come and go by names of their own; the directory is what a person can do something about.
            let path = shared.directory.home.clone();
            shared.failed(StoreError::Io { path, operation: "written", source })
        })?;
        let _inside = core.enter();
        lock(&core.checked).insert(blob.name);
        Some(blob)
    } else {
        None
    };
    let mut bytes = Vec::with_capacity(if in_file { record.head.len() } else { total });
    if head_inline {
        bytes.extend_from_slice(record.head);
    }
    let mut lengths = Vec::new();
    if !in_file {
        for buffer in record.buffers {
            bytes.extend_from_slice(buffer);
            lengths.push(buffer.len());
        }
    }
    let meta = &record.meta[..record.meta.len().min(META_LIMIT)];
    let expires = record
        .bounds
        .ttl
        .map(|ttl| written.saturating_add(clock::milliseconds(ttl)).min(i64::MAX as u64));
    let queued = Arc::new(Queued {
        key: record.key,
        kind: record.kind,
        function: record.function,
        fingerprint: record.fingerprint,
        stamp: Stamp { written, expires },
        started,
        cost: record.cost,
        bounds: record.bounds,
        size: total as u64 + meta.len() as u64 + ENTRY_OVERHEAD,
        digest: record.digest,
        reason: record.reason,
        meta: meta.into(),
        bytes: bytes.into(),
        head: if head_inline { record.head.len() } else { 0 },
        lengths,
        blob,
        head_inline,
    });
    if record.cost >= COSTLY {
        let done = Arc::new(Done::default());
        submit(shared, [Job::Put(queued, record.claim), Job::Tell(Arc::clone(&done))], true);
        return finished(shared, &done);
    }
    let urgent =
        record.claim.as_ref().is_some_and(|claim| shared.core().claims().is_awaited(claim));
    submit(shared, [Job::Put(queued, record.claim)], urgent);
    Ok(())
}

pub(super) fn record_miss(shared: &Arc<Shared>, event: MissEvent) {
    submit(shared, [Job::Miss(event)], false);
}

pub(super) fn count(shared: &Arc<Shared>, function: &Arc<str>, counters: Counters) {
    let core = shared.core();
    let due = {
        let _inside = core.enter();
        lock(&core.uses).count(function, counters, clock::now())
    };
    if due {
        write_uses(shared);
    }
}

pub(super) fn touch(shared: &Arc<Shared>, id: EntryId) {
    let core = shared.core();
    let due = {
        let _inside = core.enter();
        lock(&core.uses).note(id.0, clock::now())
    };
    if due {
        write_uses(shared);
    }
}

pub(super) fn write_uses(shared: &Arc<Shared>) {
    submit(shared, [Job::Uses], false);
}

pub(super) fn drop_damaged(shared: &Arc<Shared>, id: i64, key: &Digest) {
    submit(shared, [Job::Damaged(id, *key)], false);
}

pub(super) fn remove(shared: &Arc<Shared>, key: &Digest) -> Result<bool, StoreError> {
    let key = *key;
    let removed = run(shared, move |batch| batch.remove(&key, MissReason::Cleared))?;
    shared.next_generation();
    Ok(removed)
}

pub(super) fn clear(shared: &Arc<Shared>, function: Option<&str>) -> Result<u64, StoreError> {
    let name = function.map(str::to_owned);
    // From now on, nothing that was begun before is stored.
    let begun = name.clone();
    run(shared, move |batch| batch.mark_cleared(begun.as_deref()))?;
    let mut total = 0;
    loop {
        let name = name.clone();
        let removed = run(shared, move |batch| batch.clear_piece(name.as_deref(), PIECE))?;
        total += removed;
        if removed < u64::from(PIECE) {
            break;
        }
    }
    run(shared, |batch| batch.shrink())?;
    shared.next_generation();
    Ok(total)
}

pub(super) fn flush(shared: &Arc<Shared>) -> Result<(), StoreError> {
    let has_uses = {
        let core = shared.core();
        let _inside = core.enter();
        !lock(&core.uses).is_empty()
    };
    let done = Arc::new(Done::default());
    let tell = Job::Tell(Arc::clone(&done));
    if has_uses {
        submit(shared, [Job::Uses, tell], true);
    } else {
        submit(shared, [tell], true);
    }
    finished(shared, &done)
}

/// Has the writer do something, and waits for it.
pub(super) fn run<R: Send + 'static>(
    shared: &Arc<Shared>,
    mut work: impl FnMut(&mut Batch<'_>) -> rusqlite::Result<R> + Send + 'static,
) -> Result<R, StoreError> {
    let result = Arc::new(Mutex::new(None));
    let into = Arc::clone(&result);
    let done = Arc::new(Done::default());
    let job = Job::Run(Box::new(move |batch| {
        *lock(&into) = Some(work(batch)?);
        Ok(())
    }));
    submit(shared, [job, Job::Tell(Arc::clone(&done))], true);
    finished(shared, &done)?;
    let result = lock(&result).take();
    result.ok_or_else(|| StoreError::Resting { path: shared.directory.root.clone() })
}

fn finished(shared: &Shared, done: &Done) -> Result<(), StoreError> {
    if done.wait() {
        return Ok(());
    }
    Err(StoreError::Resting { path: shared.directory.root.clone() })
}

/// Writes what is queued and ends the thread.
pub(super) fn close(shared: &Arc<Shared>) {
    let core = shared.core();
    let idle = {
        let queue = lock(&core.queue);
        queue.jobs.is_empty() && queue.thread != Thread::Busy
    };
    let has_uses = !lock(&core.uses).is_empty();
    if !idle || has_uses {
        let _ = flush(shared);
    }
    lock(&core.queue).stop = true;
    core.wake.notify_all();
}

// ---- the queue --------------------------------------------------------------------------------

fn submit<const N: usize>(shared: &Arc<Shared>, jobs: [Job; N], urgent: bool) {
    let core = shared.core();
    let mut queue = lock(&core.queue);
    let is_full =
        |queue: &super::shared::Queue| queue.bytes > QUEUE_BYTES || queue.jobs.len() > QUEUE_JOBS;
    if is_full(&queue) && !urgent {
        let deadline = Instant::now() + PATIENCE;
        while is_full(&queue) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                // The disk does not keep up: these results are not stored.
                return;
            }
            let woken = core.room.wait_timeout(queue, left);
            queue = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
    for job in jobs {
        if let Job::Put(queued, _) = &job {
            queue.bytes += queued.bytes.len();
            queue.pending.insert(queued.key, Arc::clone(queued));
        }
        queue.jobs.push_back(job);
    }
    let mut wake = queue.thread == Thread::Idle;
    if urgent && !queue.urgent {
        queue.urgent = true;
        wake = true;
    }
    if queue.thread == Thread::None {
        let for_thread = Arc::clone(shared);
        let spawned = std::thread::Builder::new()
            .name("rememo-disk".to_owned())
            .spawn(move || write_all(&for_thread));
        match spawned {
            Ok(_) => queue.thread = Thread::Busy,
            Err(source) => {
                // No threads left: nothing is stored.
                let jobs = std::mem::take(&mut queue.jobs);
                queue.pending.clear();
                queue.bytes = 0;
                drop(queue);
                tell(&jobs, false);
                let path = shared.directory.root.clone();
                shared.failed(StoreError::Io { path, operation: "written", source });
                return;
            }
        }
    }
    if wake {
        // While the lock is held: otherwise it may wake for nothing, which is dearer.
        core.wake.notify_one();
    }
}

fn tell(jobs: &VecDeque<Job>, success: bool) {
    for job in jobs {
        if let Job::Tell(done) = job {
            done.tell(success);
        }
    }
}

/// The writer's thread.
fn write_all(shared: &Arc<Shared>) {
    // The core of this side of a fork; the child has no such thread.
    let core = shared.core();
    loop {
        let mut queue = lock(&core.queue);
        while queue.jobs.is_empty() {
            if queue.stop {
                queue.thread = Thread::None;
                queue.stop = false;
                drop(queue);
                let _inside = core.enter();
                lock(&core.writer).forget();
                return;
            }
            queue.thread = Thread::Idle;
            queue = core.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.thread = Thread::Busy;
        if !queue.urgent && !queue.stop {
            let deadline = Instant::now() + LINGER;
            while !queue.urgent && queue.jobs.len() < QUEUE_JOBS / 4 {
                let left = deadline.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break;
                }
                let woken = core.wake.wait_timeout(queue, left);
                queue = woken.unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        let mut jobs = std::mem::take(&mut queue.jobs);
        queue.urgent = false;
        queue.bytes = 0;
        drop(queue);
        core.room.notify_all();

        let success = {
            let _inside = core.enter();
            process(shared, &mut jobs)
        };
        // Entries that others can see now are looked for in the index; those of a failed batch are gone.
        let mut queue = lock(&core.queue);
        for job in &jobs {
            if let Job::Put(queued, _) = job
                && queue.pending.get(&queued.key).is_some_and(|other| Arc::ptr_eq(other, queued))
            {
                queue.pending.remove(&queued.key);
            }
        }
        drop(queue);
        for job in &mut jobs {
            if let Job::Put(_, claim) = job {
                *claim = None;
            }
        }
        // With the jobs go the files of what was not stored, before whoever waits is told.
        jobs.retain(|job| matches!(job, Job::Tell(_)));
        tell(&jobs, success);
        let _inside = core.enter();
        checkpoint(shared);
    }
}

/// Applies jobs as one transaction.
fn process(shared: &Arc<Shared>, jobs: &mut VecDeque<Job>) -> bool {
    let core = shared.core();
    shared.look();
    let mut tried = 0;
    loop {
        tried += 1;
        let epoch = core.epoch();
        let error = match attempt(shared, jobs) {
            Ok(()) => {
                if jobs.iter().any(|job| matches!(job, Job::Put(..))) {
                    shared.works();
                }
                return true;
            }
            Err(error) => error,
        };
        let what = match &error {
            StoreError::Index { source, .. } => meaning(source),
            _ => Meaning::Outside,
        };
        lock(&core.writer).forget();
        if what == Meaning::Broken {
            shared.heal(epoch, &error.to_string());
        }
        if tried >= TRIES {
            shared.failed(error);
            return false;
        }
    }
}

fn attempt(shared: &Arc<Shared>, jobs: &mut VecDeque<Job>) -> Result<(), StoreError> {
    let core = shared.core();
    let mut writer = lock(&core.writer);
    if writer.epoch != core.epoch() {
        writer.forget();
        writer.epoch = core.epoch();
    }
    if writer.connection.is_none() {
        writer.connection = Some(shared.connect(Purpose::Write)?);
    }
    let Writer { connection: Some(connection), names, .. } = &mut *writer else { return Ok(()) };
    let failed = |source| StoreError::Index { path: shared.directory.index.clone(), source };
    let applied = batch::apply(shared, connection, names, jobs).map_err(|error| {
        let _ = connection.execute_batch("ROLLBACK");
        failed(error)
    })?;
    drop(writer);
    for blob in applied.stored.iter().filter_map(|queued| queued.blob.as_ref()) {
        blob.keep();
    }
    // Last: rows that named them are gone for good.
    for name in applied.removed {
        let _ = shared.options.files.remove(&shared.directory.blob(&name));
    }
    Ok(())
}

/// Copies the WAL back into the index when it has grown.
fn checkpoint(shared: &Arc<Shared>) {
    let core = shared.core();
    let mut wal = shared.directory.index.clone().into_os_string();
    wal.push("-wal");
    if std::fs::metadata(wal).map_or(0, |found| found.len()) < shared.options.log_limit {
        return;
    }
    let mut writer = lock(&core.writer);
    if writer.checkpointed.is_some_and(|last| last.elapsed() < Duration::from_millis(100)) {
        return;
    }
    writer.checkpointed = Some(Instant::now());
    let Some(connection) = &writer.connection else { return };
    // As much as can be done without waiting; then, if that was all, the rest.
    let quick = Duration::from_millis(20);
    let done = connection
        .busy_timeout(quick)
        .and_then(|()| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        })
        .unwrap_or(1);
    let _ = connection.busy_timeout(super::schema::BUSY);
    let _ = done;
}
