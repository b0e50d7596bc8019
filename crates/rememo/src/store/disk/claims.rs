//! Single-flight over the processes of a machine: who computes which key, and who waits for whom.
//!
//! A file of fixed size, `claims`, is mapped by every process that uses the store. A process takes a *slot* in it and
//! keeps a kernel lock on the slot's number for as long as it lives: when it ends, however it ends, the kernel
//! releases the lock, and everything that is noted under the slot counts for nothing from then on. No times are
//! compared anywhere.
//!
//! In the file is a table of rows: process *p* computes key *k*, or process *p* waits for key *k*. It is changed under
//! one more kernel lock. Two processes and the keys that they hold and wait for make a graph; a row that would close a
//! cycle in it, be it a wait or a claim, is not written: who asked computes without a claim. So at any time the graph
//! has no cycle. Threads of one process are one node, on purpose: waits of one thread for another inside a process
//! (`crate::flight`) are edges within a node, so they cannot close a cycle that this table does not see, whatever
//! order they come in. The price is an extra computation now and then where threads of two processes want each
//! other's keys at the same time. Nor does a process wait for one that it descends from: the ancestor may be waiting
//! for it to end.
//!
//! A waiter sleeps on a word in the row of the claim that it waits for and is woken when that is released. If the
//! process that holds it is killed, the waiter sees so at its next look, at most [`LOOK`] later; for everyone else
//! the claim is free at once.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use memmap2::{MmapOptions, MmapRaw};

use crate::digest::Digest;

const MAGIC: u64 = u64::from_le_bytes(*b"RMCLAIM1");
const HEADER: usize = 64;
const SLOTS: usize = 1024;
const SLOT: usize = 16;
const ROWS: usize = 4096;
const ROW: usize = 32;
const SIZE: usize = HEADER + SLOTS * SLOT + ROWS * ROW;

/// Kernel locks lie beyond the file's end: one byte for the table, one for each slot.
const LOCKS: i64 = 1 << 40;
const TABLE_LOCK: i64 = LOCKS;
const SLOT_LOCKS: i64 = LOCKS + 1024;
/// The table's lock is held for microseconds, unless its holder was stopped just then: go on without.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long a waiter sleeps before it looks whether the other process still lives.
pub(super) const LOOK: Duration = Duration::from_millis(20);

const FREE: u32 = 0;
const HOLDS: u32 = 1;
const WAITS: u32 = 2;

/// What a claim came to.
#[derive(Debug)]
pub enum Claimed {
    /// Nobody computes this key: the caller does now, and others wait until the claim is dropped.
    Lead(Claim),
    /// Another process computes it.
    Wait(Waiting),
    /// Compute without waiting and without a claim: waiting might never end, or claims do not work here.
    Detour,
}

/// The mapped file.
#[derive(Debug)]
struct Table {
    map: MmapRaw,
    file: File,
    /// Our slot.
    slot: u32,
}

impl Table {
    fn open(path: &Path) -> io::Result<Self> {
        let open = || {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            options.open(path)
        };
        let file = open()?;
        let found = file.metadata()?;
        if found.len() < SIZE as u64 {
            file.set_len(SIZE as u64)?;
        }
        // Opened once more: a mapping keeps what it was made from open, in a child after fork, too, and with it the
        // locks. The file that is locked is closed there (`abandon`) and so must not be mapped.
        let mapped = open()?;
        if mapped.metadata()?.ino() != found.ino() {
            return Err(io::Error::other("the claims file was replaced just now"));
        }
        let map = MmapOptions::new().len(SIZE).map_raw(&mapped)?;
        let mut table = Self { map, file, slot: u32::MAX };
        let magic = table.wide(0);
        match magic.load(Ordering::Acquire) {
            // Whoever comes first writes it; all write the same.
            0 => magic.store(MAGIC, Ordering::Release),
            MAGIC => {}
            _ => return Err(io::Error::other("the claims file is of another format")),
        }
        table.slot = table.take_slot()?;
        Ok(table)
    }

    fn wide(&self, offset: usize) -> &AtomicU64 {
        debug_assert!(offset.is_multiple_of(8) && offset + 8 <= SIZE);
        // SAFETY: inside of the mapping, which is as long as `self`, aligned since the mapping begins at a page;
        // every process only ever accesses these words as atomic ones.
        unsafe { AtomicU64::from_ptr(self.map.as_mut_ptr().add(offset).cast()) }
    }

    fn word(&self, offset: usize) -> &AtomicU32 {
        debug_assert!(offset.is_multiple_of(4) && offset + 4 <= SIZE);
        // SAFETY: as for `wide`.
        unsafe { AtomicU32::from_ptr(self.map.as_mut_ptr().add(offset).cast()) }
    }

    /// Counts what makes entries in the memory of other processes out of date.
    fn generation(&self) -> &AtomicU64 {
        self.wide(8)
    }

    fn row(&self, number: usize) -> Row<'_> {
        let at = HEADER + SLOTS * SLOT + number * ROW;
        Row {
            key: [self.wide(at), self.wide(at + 8)],
            owner: self.word(at + 16),
            state: self.word(at + 20),
            turn: self.word(at + 24),
        }
    }

    /// Rows from this one on have never been used.
    fn high(&self) -> &AtomicU32 {
        self.word(16)
    }

    fn pid(&self, slot: u32) -> u32 {
        self.word(HEADER + slot as usize * SLOT).load(Ordering::Acquire)
    }

    fn take_slot(&self) -> io::Result<u32> {
        let pid = std::process::id();
        for turn in 0..SLOTS as u32 {
            let slot = (pid.wrapping_add(turn)) % SLOTS as u32;
            if !lock(&self.file, SLOT_LOCKS + i64::from(slot), Take::Try)? {
                continue;
            }
            // Nothing that an earlier process noted under this slot may count as ours.
            let high = self.high().load(Ordering::Acquire).min(ROWS as u32);
            for number in 0..high as usize {
                let row = self.row(number);
                if row.owner.load(Ordering::Acquire) == slot {
                    row.free();
                }
            }
            self.word(HEADER + slot as usize * SLOT).store(pid, Ordering::Release);
            return Ok(slot);
        }
        Err(io::Error::other("more processes use the store than it has slots for"))
    }

    /// Whether the process in a slot lives.
    fn lives(&self, slot: u32) -> bool {
        slot == self.slot || is_locked(&self.file, SLOT_LOCKS + i64::from(slot))
    }
}

struct Row<'a> {
    key: [&'a AtomicU64; 2],
    owner: &'a AtomicU32,
    state: &'a AtomicU32,
    /// Counts releases; what waiters sleep on.
    turn: &'a AtomicU32,
}

impl Row<'_> {
    fn is_of(&self, key: [u64; 2]) -> bool {
        self.key[0].load(Ordering::Acquire) == key[0]
            && self.key[1].load(Ordering::Acquire) == key[1]
    }

    fn free(&self) {
        self.state.store(FREE, Ordering::Release);
        self.turn.fetch_add(1, Ordering::AcqRel);
        wake(self.turn);
    }
}

/// The first half of a key: as good as the whole one, since a mix-up only costs a wait.
fn short(key: &Digest) -> [u64; 2] {
    let bytes = key.as_bytes();
    let half = |at: usize| {
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(eight)
    };
    [half(0), half(8)]
}

/// The claims of a store, as this process sees them.
#[derive(Debug)]
pub(super) struct Claims {
    table: Option<Arc<Table>>,
    /// Kernel locks are the process's, not the thread's.
    threads: Mutex<()>,
}

impl Claims {
    pub(super) fn open(path: &Path) -> (Self, Option<io::Error>) {
        match Table::open(path) {
            Ok(table) => (Self { table: Some(Arc::new(table)), threads: Mutex::default() }, None),
            Err(error) => (Self { table: None, threads: Mutex::default() }, Some(error)),
        }
    }

    /// In a child after fork: lets go of the parent's open file, since its locks would outlive the parent as long as
    /// the child has it, too. The descriptor stays taken: whoever still has the table closes it in the end.
    pub(super) fn abandon(&self) {
        let Some(table) = &self.table else { return };
        if let Ok(nothing) = File::open("/dev/null") {
            // SAFETY: both descriptors are ours and open.
            unsafe { libc::dup2(nothing.as_raw_fd(), table.file.as_raw_fd()) };
        }
    }

    /// Changes whenever entries were cleared or replaced by any process.
    pub(super) fn generation(&self) -> u64 {
        self.table.as_ref().map_or(0, |table| table.generation().load(Ordering::Acquire))
    }

    pub(super) fn next_generation(&self) {
        if let Some(table) = &self.table {
            table.generation().fetch_add(1, Ordering::AcqRel);
        }
    }

    /// Holds the table's lock: for making and replacing the index, too.
    pub(super) fn exclusive(&self) -> Option<Exclusive<'_>> {
        let table = self.table.as_deref()?;
        let guard = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let started = Instant::now();
        while !lock(&table.file, TABLE_LOCK, Take::Try).ok()? {
            if started.elapsed() > PATIENCE {
                return None;
            }
            std::thread::sleep(Duration::from_micros(20));
        }
        Some(Exclusive { table, _threads: guard })
    }

    pub(super) fn claim(&self, key: &Digest) -> Claimed {
        let key = short(key);
        let (Some(shared), Some(table)) = (&self.table, self.exclusive()) else {
            return Claimed::Detour;
        };
        let mut rows = table.live_rows();
        let holder = rows.iter().find(|row| row.state == HOLDS && row.key == key).copied();
        let state = match holder {
            None => HOLDS,
            // A thread of our own: what may wait for what there is not for this table to say.
            Some(held) if held.owner == table.table.slot => return Claimed::Detour,
            Some(held) if is_ancestor(table.table.pid(held.owner)) => return Claimed::Detour,
            Some(_) => WAITS,
        };
        let mine = Seen { number: 0, key, owner: table.table.slot, state };
        rows.push(mine);
        if closes_cycle(&rows, table.table.slot) {
            return Claimed::Detour;
        }
        let Some(number) = table.add(mine) else { return Claimed::Detour };
        let place = Place { table: Arc::clone(shared), number };
        match holder {
            None => Claimed::Lead(Claim { place }),
            Some(held) => {
                let row = table.table.row(held.number);
                let turn = row.turn.load(Ordering::Acquire);
                Claimed::Wait(Waiting { place, key, held, turn })
            }
        }
    }

    /// Whether anybody waits for a claim.
    pub(super) fn is_awaited(&self, claim: &Claim) -> bool {
        let table = &claim.place.table;
        let key = {
            let row = table.row(claim.place.number);
            [row.key[0].load(Ordering::Acquire), row.key[1].load(Ordering::Acquire)]
        };
        let high = table.high().load(Ordering::Acquire).min(ROWS as u32) as usize;
        (0..high).any(|number| {
            let row = table.row(number);
            row.state.load(Ordering::Acquire) == WAITS && row.is_of(key)
        })
    }
}

/// A row as it was seen under the table's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    number: usize,
    key: [u64; 2],
    owner: u32,
    state: u32,
}

/// Whether a process waits for itself, perhaps through others.
fn closes_cycle(rows: &[Seen], process: u32) -> bool {
    let mut reached = vec![process];
    let mut next = 0;
    while next < reached.len() {
        let from = reached[next];
        next += 1;
        for wait in rows.iter().filter(|row| row.owner == from && row.state == WAITS) {
            for held in rows.iter().filter(|row| row.state == HOLDS && row.key == wait.key) {
                if held.owner == process {
                    return true;
                }
                if !reached.contains(&held.owner) {
                    reached.push(held.owner);
                }
            }
        }
    }
    false
}

/// The table while nobody else changes it.
pub(super) struct Exclusive<'a> {
    table: &'a Table,
    _threads: MutexGuard<'a, ()>,
}

impl Exclusive<'_> {
    /// The rows of processes that live; those of others are freed.
    fn live_rows(&self) -> Vec<Seen> {
        let high = self.table.high().load(Ordering::Acquire).min(ROWS as u32) as usize;
        let mut rows = Vec::new();
        let mut known: Vec<(u32, bool)> = Vec::new();
        for number in 0..high {
            let row = self.table.row(number);
            let state = row.state.load(Ordering::Acquire);
            if state == FREE {
                continue;
            }
            let owner = row.owner.load(Ordering::Acquire);
            let lives = match known.iter().find(|(slot, _)| *slot == owner) {
                Some((_, lives)) => *lives,
                None => {
                    let lives = (owner as usize) < SLOTS && self.table.lives(owner);
                    known.push((owner, lives));
                    lives
                }
            };
            if lives {
                let key = [row.key[0].load(Ordering::Acquire), row.key[1].load(Ordering::Acquire)];
                rows.push(Seen { number, key, owner, state });
            } else {
                row.free();
            }
        }
        rows
    }

    fn add(&self, seen: Seen) -> Option<usize> {
        let high = self.table.high().load(Ordering::Acquire).min(ROWS as u32) as usize;
        let number = (0..high)
            .find(|number| self.table.row(*number).state.load(Ordering::Acquire) == FREE)
            .or_else(|| (high < ROWS).then_some(high))?;
        let row = self.table.row(number);
        row.key[0].store(seen.key[0], Ordering::Release);
        row.key[1].store(seen.key[1], Ordering::Release);
        row.owner.store(seen.owner, Ordering::Release);
        // Last: a process that ends in between leaves a free row.
        row.state.store(seen.state, Ordering::Release);
        if number == high {
            self.table.high().store(high as u32 + 1, Ordering::Release);
        }
        Some(number)
    }
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        let _ = lock(&self.table.file, TABLE_LOCK, Take::Release);
    }
}

/// One of our rows.
#[derive(Debug)]
struct Place {
    table: Arc<Table>,
    number: usize,
}

impl Drop for Place {
    fn drop(&mut self) {
        // After a fork, the child has a copy of what its parent noted and goes on noting.
        if self.table.pid(self.table.slot) == std::process::id() {
            self.table.row(self.number).free();
        }
    }
}

/// The right to compute a key while the other processes of the machine wait. It ends when it is dropped.
#[derive(Debug)]
pub struct Claim {
    place: Place,
}

/// A registered wait for another process's computation.
#[derive(Debug)]
pub struct Waiting {
    place: Place,
    key: [u64; 2],
    held: Seen,
    turn: u32,
}

impl Waiting {
    /// Waits until the other process is done, or has ended, or `timeout` has passed; whether it is over. May be
    /// called again, so that a caller can look for signals in between. Then claim again.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout;
        loop {
            if self.is_over() {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let row = self.place.table.row(self.held.number);
            sleep_on(row.turn, self.turn, left.min(LOOK));
        }
    }

    fn is_over(&self) -> bool {
        let row = self.place.table.row(self.held.number);
        row.turn.load(Ordering::Acquire) != self.turn
            || row.state.load(Ordering::Acquire) != HOLDS
            || !row.is_of(self.key)
            || row.owner.load(Ordering::Acquire) != self.held.owner
            || !self.place.table.lives(self.held.owner)
    }

    /// The number of the process that computes.
    #[must_use]
    pub fn holder(&self) -> u32 {
        self.place.table.pid(self.held.owner)
    }
}

/// Whether a process is one that we descend from.
fn is_ancestor(pid: u32) -> bool {
    let mut child = std::process::id();
    // Chains are short; a number that the system uses again could make them seem long.
    for _ in 0..64 {
        let Some(parent) = parent_of(child) else { return false };
        if parent == pid {
            return true;
        }
        if parent <= 1 {
            return false;
        }
        child = parent;
    }
    false
}

fn parent_of(pid: u32) -> Option<u32> {
    if pid == std::process::id() {
        return Some(std::os::unix::process::parent_id());
    }
    // `pid (name) state parent …`, where the name may hold anything.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

enum Take {
    Try,
    Release,
}

/// Takes or gives back the lock on one byte; false if another process has it.
///
/// The lock belongs to the open file, not to the process: closing another descriptor of the same file, which SQLite's
/// locks would not survive, does it no harm, and neither does the closing of the copy in a child after fork.
fn lock(file: &File, byte: i64, take: Take) -> io::Result<bool> {
    let mut request = range(byte);
    request.l_type = match take {
        Take::Try => libc::F_WRLCK as _,
        Take::Release => libc::F_UNLCK as _,
    };
    loop {
        // SAFETY: a system call on a descriptor of ours with a structure of ours.
        if unsafe { libc::fcntl(file.as_raw_fd(), set_lock(), &raw const request) } == 0 {
            return Ok(true);
        }
        let error = io::Error::last_os_error();
        match error.raw_os_error() {
            Some(libc::EAGAIN | libc::EACCES) => return Ok(false),
            Some(libc::EINTR) => {}
            _ => return Err(error),
        }
    }
}

/// Whether another open file has the lock on a byte.
fn is_locked(file: &File, byte: i64) -> bool {
    let mut request = range(byte);
    request.l_type = libc::F_WRLCK as _;
    // SAFETY: as above; the kernel writes the answer into the structure.
    let answer = unsafe { libc::fcntl(file.as_raw_fd(), get_lock(), &raw mut request) };
    // If that fails, wait rather than compute twice; the next look says more.
    answer != 0 || i32::from(request.l_type) != i32::from(libc::F_UNLCK as i16)
}

fn range(byte: i64) -> libc::flock {
    // SAFETY: a plain structure of numbers, for which zeros are a value.
    let mut request: libc::flock = unsafe { std::mem::zeroed() };
    request.l_whence = libc::SEEK_SET as _;
    request.l_start = byte;
    request.l_len = 1;
    request
}

#[cfg(target_os = "linux")]
const fn set_lock() -> i32 {
    libc::F_OFD_SETLK
}

#[cfg(target_os = "linux")]
const fn get_lock() -> i32 {
    libc::F_OFD_GETLK
}

/// From `sys/fcntl.h` of xnu, where they have no public name.
#[cfg(not(target_os = "linux"))]
const fn set_lock() -> i32 {
    90
}

#[cfg(not(target_os = "linux"))]
const fn get_lock() -> i32 {
    92
}

/// Sleeps until `word` is no longer `value`, at most for `timeout`; may wake earlier.
#[cfg(target_os = "linux")]
fn sleep_on(word: &AtomicU32, value: u32, timeout: Duration) {
    let limit =
        libc::timespec { tv_sec: timeout.as_secs() as _, tv_nsec: timeout.subsec_nanos() as _ };
    // SAFETY: the word is mapped for as long as it is borrowed; the kernel only reads it.
    unsafe {
        libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, value, &raw const limit);
    }
}

#[cfg(target_os = "linux")]
fn wake(word: &AtomicU32) {
    // SAFETY: as above.
    unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, i32::MAX) };
}

#[cfg(not(target_os = "linux"))]
fn sleep_on(_word: &AtomicU32, _value: u32, timeout: Duration) {
    std::thread::sleep(timeout.min(Duration::from_millis(2)));
}

#[cfg(not(target_os = "linux"))]
fn wake(_word: &AtomicU32) {}
