//! What it takes that a store works on both sides of a `fork`.
//!
//! SQLite must not be inside of any call, nor have a database open, when the process forks: the child would share
//! locks with its parent that it does not have. So handlers that the system calls around every fork see to it: before,
//! all stores are brought to rest and their connections closed; after, the parent goes on, and the child begins anew
//! with stores that have nothing queued and no threads.

use std::cell::RefCell;
use std::sync::{Arc, MutexGuard, Once, PoisonError, RwLockWriteGuard};

use super::shared::{Shared, Stores, stores};

thread_local! {
    static HELD: RefCell<Option<(Vec<Held>, MutexGuard<'static, Stores>)>> =
        const { RefCell::new(None) };
}

/// A store at rest. Fields are dropped in their order: the guard before what it guards.
struct Held {
    guard: Option<RwLockWriteGuard<'static, ()>>,
    shared: Arc<Shared>,
}

/// Sees to forks from now on.
pub(super) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: functions without arguments that live as long as the program; this library is never unloaded.
        unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
    });
}

unsafe extern "C" fn before() {
    // None is opened meanwhile.
    let stores = stores();
    let held: Vec<Held> = stores
        .all()
        .into_iter()
        .map(|shared| {
            let core = shared.core();
            let guard = core.gate.write().unwrap_or_else(PoisonError::into_inner);
            core.close_connections();
            // SAFETY: only the lifetime changes. The lock lies in a core, which lives as long as `shared`, and `Held`
            // keeps that for longer than the guard.
            let guard = unsafe {
                std::mem::transmute::<RwLockWriteGuard<'_, ()>, RwLockWriteGuard<'static, ()>>(
                    guard,
                )
            };
            Held { guard: Some(guard), shared }
        })
        .collect();
    let _ = HELD.try_with(|place| *place.borrow_mut() = Some((held, stores)));
}

unsafe extern "C" fn in_parent() {
    let held = HELD.try_with(|place| place.borrow_mut().take());
    drop(held);
}

unsafe extern "C" fn in_child() {
    let Ok(Some((all, _stores))) = HELD.try_with(|place| place.borrow_mut().take()) else { return };
    for mut held in all {
        // The core is left behind, locked for ever.
        std::mem::forget(held.guard.take());
        held.shared.renew();
    }
}
