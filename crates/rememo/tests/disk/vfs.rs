//! A layer below SQLite that passes everything on and fails when it is told to.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::Once;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use rusqlite::ffi;

/// Its name.
pub const NAME: &str = "rememo-faults";
const C_NAME: &CStr = c"rememo-faults";

/// Operations until the first failure; negative: none fails.
static BEFORE: AtomicI64 = AtomicI64::new(-1);
/// How many fail then.
static BURST: AtomicI64 = AtomicI64::new(0);
/// How many operations there were.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Has `burst` operations fail after `before` more.
pub fn fail_after(before: i64, burst: i64) {
    BURST.store(burst, Ordering::SeqCst);
    BEFORE.store(before, Ordering::SeqCst);
    COUNT.store(0, Ordering::SeqCst);
}

/// Nothing fails from now on; how many operations there were.
pub fn succeed() -> u64 {
    BEFORE.store(-1, Ordering::SeqCst);
    COUNT.swap(0, Ordering::SeqCst)
}

/// Whether the operation that is about to be made fails.
pub fn fails() -> bool {
    COUNT.fetch_add(1, Ordering::SeqCst);
    let before = BEFORE.load(Ordering::SeqCst);
    if before < 0 {
        return false;
    }
    if before > 0 {
        BEFORE.fetch_sub(1, Ordering::SeqCst);
        return false;
    }
    BURST.fetch_sub(1, Ordering::SeqCst) > 0
}

#[repr(C)]
struct File {
    base: ffi::sqlite3_file,
    /// The file of the layer below, which lies behind this structure.
    real: *mut ffi::sqlite3_file,
}

/// The file below.
unsafe fn real(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: `open` made it.
    unsafe { (*file.cast::<File>()).real }
}

/// Passes a method on, failing with a code when that is due.
macro_rules! pass {
    ($name:ident, $method:ident, $failure:expr, ($($argument:ident: $type:ty),*)) => {
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> c_int {
            let failure: Option<c_int> = $failure;
            if let Some(code) = failure
                && fails()
            {
                return code;
            }
            // SAFETY: SQLite calls it as it would call the layer below, whose methods are there as far as
            // `iVersion` says.
            unsafe {
                let real = real(file);
                ((*(*real).pMethods).$method.unwrap())(real $(, $argument)*)
            }
        }
    };
}

pass!(close, xClose, None, ());
pass!(read, xRead, Some(ffi::SQLITE_IOERR_READ), (into: *mut c_void, amount: c_int, at: i64));
pass!(write, xWrite, Some(ffi::SQLITE_FULL), (from: *const c_void, amount: c_int, at: i64));
pass!(truncate, xTruncate, Some(ffi::SQLITE_IOERR_TRUNCATE), (size: i64));
pass!(sync, xSync, Some(ffi::SQLITE_IOERR_FSYNC), (flags: c_int));
pass!(file_size, xFileSize, None, (size: *mut i64));
pass!(lock, xLock, None, (kind: c_int));
pass!(unlock, xUnlock, None, (kind: c_int));
pass!(check, xCheckReservedLock, None, (answer: *mut c_int));
pass!(control, xFileControl, None, (operation: c_int, argument: *mut c_void));
pass!(sector, xSectorSize, None, ());
pass!(traits, xDeviceCharacteristics, None, ());
pass!(
    shm_map,
    xShmMap,
    Some(ffi::SQLITE_IOERR_SHMMAP),
    (page: c_int, size: c_int, extend: c_int, at: *mut *mut c_void)
);
pass!(shm_lock, xShmLock, None, (offset: c_int, count: c_int, flags: c_int));
pass!(shm_unmap, xShmUnmap, None, (delete: c_int));
pass!(fetch, xFetch, None, (offset: i64, amount: c_int, at: *mut *mut c_void));
pass!(unfetch, xUnfetch, None, (offset: i64, at: *mut c_void));

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: as for the others.
    unsafe {
        let real = real(file);
        ((*(*real).pMethods).xShmBarrier.unwrap())(real);
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 3,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(traits),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: Some(fetch),
    xUnfetch: Some(unfetch),
};

fn below() -> *mut ffi::sqlite3_vfs {
    // SAFETY: null asks for the default, which is there.
    unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) }
}

unsafe extern "C" fn open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives `szOsFile` bytes: ours, and behind them those of the layer below.
    unsafe {
        let ours = file.cast::<File>();
        (*ours).base.pMethods = std::ptr::null();
        (*ours).real = ours.add(1).cast();
        if fails() {
            return ffi::SQLITE_CANTOPEN;
        }
        let below = below();
        let result = ((*below).xOpen.unwrap())(below, name, (*ours).real, flags, out);
        if !(*(*ours).real).pMethods.is_null() {
            (*ours).base.pMethods = &raw const METHODS;
        }
        result
    }
}

/// Makes it known to SQLite.
pub fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: a copy of the default layer, whose functions go by the copy's `pAppData`; it lives for ever.
        unsafe {
            let mut vfs = *below();
            vfs.szOsFile += size_of::<File>() as c_int;
            vfs.zName = C_NAME.as_ptr();
            vfs.pNext = std::ptr::null_mut();
            vfs.xOpen = Some(open);
            let vfs = Box::leak(Box::new(vfs));
            assert_eq!(ffi::sqlite3_vfs_register(vfs, 0), ffi::SQLITE_OK);
        }
    });
}
