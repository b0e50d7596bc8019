//! Values that nothing can change: exact built-in leaves, told equal as strictly as the encoding tells them.
//!
//! Why this gives no wrong answer: two leaves are the same only if they have the same exact type and their
//! content is equal bit for bit (floats too, so that 0.0 and -0.0 differ), which gives the same encoding; and
//! none of these types has state besides. What is equal here may be written differently nowhere; what differs
//! here (two NaNs of other bits) only costs a closer look. Nothing here runs Python code or allocates.

use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;

const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes one more hash into a hash.
#[inline]
pub const fn mix(hash: u64, more: u64) -> u64 {
    hash.rotate_left(9).wrapping_mul(MULTIPLIER) ^ more.wrapping_mul(MULTIPLIER)
}

/// An int as CPython lays it out: a word with the number of digits and the sign, then the digits.
#[repr(C)]
struct Int {
    head: ffi::PyObject,
    tag: usize,
    digits: [u32; 0],
}

impl Int {
    /// The word that tells size and sign, and the digits.
    ///
    /// # Safety
    /// `object` is an exact `int`.
    #[inline]
    unsafe fn parts<'a>(object: *mut ffi::PyObject) -> (usize, &'a [u32]) {
        // SAFETY: the layout of 3.11 (`ob_size`, negative for negative numbers) and of 3.12 on (`lv_tag`, the
        // size above three bits, of which the lower two are the sign).
        unsafe {
            let int = object.cast::<Self>();
            let tag = (*int).tag;
            #[cfg(Py_3_12)]
            let (tag, size) = (tag & !4, tag >> 3);
            #[cfg(not(Py_3_12))]
            let size = (tag as isize).unsigned_abs();
            (tag, std::slice::from_raw_parts((&raw const (*int).digits).cast::<u32>(), size))
        }
    }
}

/// The types of `datetime` that hold a few numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    Date,
    DateTime,
    Time,
    Delta,
}

const MOMENTS: [(Moment, &[u8]); 4] = [
    (Moment::Date, b"datetime.date"),
    (Moment::DateTime, b"datetime.datetime"),
    (Moment::Time, b"datetime.time"),
    (Moment::Delta, b"datetime.timedelta"),
];

/// The type objects of `MOMENTS`, each null until one of its values was met by `note_type`; these are static
/// types of C code, which live as long as the process.
static MOMENT_TYPES: [AtomicPtr<ffi::PyTypeObject>; 4] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; 4];
/// `datetime.timezone.utc`, null until it was met; held for ever.
static UTC: AtomicPtr<ffi::PyObject> = AtomicPtr::new(std::ptr::null_mut());

/// Takes note of the type of a value, if it is one of `datetime`'s: from then on its values are leaves.
pub fn note_type(object: &Bound<'_, PyAny>) {
    let class = object.get_type();
    if crate::raw::is_heap_type(&class) {
        return;
    }
    // SAFETY: the name of a live static type.
    let name = unsafe { std::ffi::CStr::from_ptr((*class.as_type_ptr()).tp_name) };
    let Some(i) = MOMENTS.iter().position(|(_, known)| *known == name.to_bytes()) else { return };
    if UTC.load(Ordering::Relaxed).is_null()
        && let Some(utc) = crate::raw::by_dotted_name(object.py(), "datetime.timezone")
            .and_then(|timezone| timezone.cast_into::<pyo3::types::PyType>().ok())
            .filter(|timezone| !crate::raw::is_heap_type(timezone))
            .and_then(|timezone| crate::raw::type_dict(&timezone))
            .and_then(|dict| crate::raw::dict_get(&dict, pyo3::intern!(object.py(), "utc")))
    {
        UTC.store(utc.into_ptr(), Ordering::Relaxed);
    }
    MOMENT_TYPES[i].store(class.as_type_ptr(), Ordering::Relaxed);
}

#[inline]
fn moment_of(ty: *mut ffi::PyTypeObject) -> Option<Moment> {
    MOMENT_TYPES.iter().position(|known| known.load(Ordering::Relaxed) == ty).map(|i| MOMENTS[i].0)
}

/// The content of a moment as two numbers; none if it has a time zone other than UTC.
///
/// # Safety
/// `object` is live and of this very type.
unsafe fn moment(object: *mut ffi::PyObject, kind: Moment) -> Option<(u64, u64)> {
    let pack = |bytes: &[u8]| bytes.iter().fold(0, |sum, &byte| (sum << 8) | u64::from(byte));
    // SAFETY: the layouts of `datetime.h`; the zone is only there if the flag says so.
    unsafe {
        let zone = |has: std::ffi::c_char, zone: *const *mut ffi::PyObject| match has {
            0 => Some(0),
            _ if *zone == UTC.load(Ordering::Relaxed) => Some(1),
            _ => None,
        };
        Some(match kind {
            Moment::Date => (pack(&(*object.cast::<ffi::PyDateTime_Date>()).data), 0),
            Moment::DateTime => {
                let it = object.cast::<ffi::PyDateTime_DateTime>();
                let zone = zone((*it).hastzinfo, &raw const (*it).tzinfo)?;
                let (high, low) = (*it).data.split_at(4);
                (pack(high), pack(low) << 2 | u64::from((*it).fold != 0) << 1 | zone)
            }
            Moment::Time => {
                let it = object.cast::<ffi::PyDateTime_Time>();
                let zone = zone((*it).hastzinfo, &raw const (*it).tzinfo)?;
                (pack(&(*it).data), u64::from((*it).fold != 0) << 1 | zone)
            }
            Moment::Delta => {
                let it = object.cast::<ffi::PyDateTime_Delta>();
                let small =
                    u64::from((*it).seconds as u32) << 32 | u64::from((*it).microseconds as u32);
                (u64::from((*it).days as u32), small)
            }
        })
    }
}

/// Tuples of so many leaves, and so deep, are leaves themselves.
const WIDTH: isize = 16;
const DEPTH: u32 = 2;

/// The hash of a value that is an exact built-in leaf or a small tuple of such; none for all others.
///
/// # Safety
/// `object` is live.
#[inline]
pub unsafe fn hash(object: *mut ffi::PyObject) -> Option<u64> {
    // SAFETY: types are compared before an object is read as one; hashes of these types run no Python code.
    unsafe {
        let ty = ffi::Py_TYPE(object);
        if ty == &raw mut ffi::PyLong_Type {
            let (tag, digits) = Int::parts(object);
            return Some(match digits {
                &[digit] => u64::from(digit) ^ (tag as u64) << 32,
                [] => 0,
                _ => (*ty).tp_hash?(object) as u64,
            });
        }
        if ty == &raw mut ffi::PyUnicode_Type {
            let known = (*object.cast::<ffi::PyASCIIObject>()).hash;
            let hash = if known == -1 { (*ty).tp_hash?(object) } else { known };
            return Some(hash as u64 ^ 0x5354);
        }
        if ty == &raw mut ffi::PyFloat_Type {
            return Some(ffi::PyFloat_AS_DOUBLE(object).to_bits() ^ 0x464C);
        }
        if ty == &raw mut ffi::PyBytes_Type {
            return Some((*ty).tp_hash?(object) as u64 ^ 0x4259);
        }
        if object == ffi::Py_None() || object == ffi::Py_True() || object == ffi::Py_False() {
            return Some(object as u64 >> 4);
        }
        if ty == &raw mut ffi::PyTuple_Type {
            return hash_tuple(object, DEPTH);
        }
        let (high, low) = moment(object, moment_of(ty)?)?;
        Some(mix(high, low) ^ ty as u64 >> 4)
    }
}

/// The hash of a small tuple of leaves.
///
/// # Safety
/// `tuple` is a live tuple.
unsafe fn hash_tuple(tuple: *mut ffi::PyObject, depth: u32) -> Option<u64> {
    // SAFETY: a tuple holds its items.
    unsafe {
        let count = ffi::PyTuple_GET_SIZE(tuple);
        if count > WIDTH {
            return None;
        }
        let mut all = count as u64 ^ 0x5455;
        for i in 0..count {
            let item = ffi::PyTuple_GET_ITEM(tuple, i);
            let of_item = if ffi::Py_TYPE(item) == &raw mut ffi::PyTuple_Type {
                hash_tuple(item, depth.checked_sub(1)?)?
            } else {
                hash(item)?
            };
            all = mix(all, of_item);
        }
        Some(all)
    }
}

/// Whether two objects, the first of which is a leaf, are the same value of the same type.
///
/// # Safety
/// Both are live, and `a` was hashed by `hash`.
#[inline]
pub unsafe fn same(a: *mut ffi::PyObject, b: *mut ffi::PyObject) -> bool {
    if a == b {
        return true;
    }
    // SAFETY: as for `hash`; comparing these types runs no Python code.
    unsafe {
        let ty = ffi::Py_TYPE(a);
        if ty != ffi::Py_TYPE(b) {
            return false;
        }
        if ty == &raw mut ffi::PyLong_Type {
            return Int::parts(a) == Int::parts(b);
        }
        if ty == &raw mut ffi::PyFloat_Type {
            return ffi::PyFloat_AS_DOUBLE(a).to_bits() == ffi::PyFloat_AS_DOUBLE(b).to_bits();
        }
        if ty == &raw mut ffi::PyUnicode_Type || ty == &raw mut ffi::PyBytes_Type {
            let Some(compare) = (*ty).tp_richcompare else { return false };
            let result = compare(a, b, ffi::Py_EQ);
            let equal = result == ffi::Py_True();
            if result.is_null() {
                ffi::PyErr_Clear();
            } else {
                ffi::Py_DECREF(result);
            }
            return equal;
        }
        if ty == &raw mut ffi::PyTuple_Type {
            let count = ffi::PyTuple_GET_SIZE(a);
            return count == ffi::PyTuple_GET_SIZE(b)
                && (0..count)
                    .all(|i| same(ffi::PyTuple_GET_ITEM(a, i), ffi::PyTuple_GET_ITEM(b, i)));
        }
        match moment_of(ty) {
            Some(kind) => moment(a, kind).is_some_and(|a| Some(a) == moment(b, kind)),
            None => false,
        }
    }
}

/// The bytes that a leaf keeps alive beyond its head.
///
/// # Safety
/// `object` is live.
pub unsafe fn weight(object: *mut ffi::PyObject) -> usize {
    // SAFETY: types are compared before an object is read as one.
    unsafe {
        let ty = ffi::Py_TYPE(object);
        if ty == &raw mut ffi::PyUnicode_Type {
            ffi::PyUnicode_GET_LENGTH(object) as usize * ffi::PyUnicode_KIND(object) as usize
        } else if ty == &raw mut ffi::PyBytes_Type {
            ffi::PyBytes_Size(object) as usize
        } else if ty == &raw mut ffi::PyLong_Type {
            Int::parts(object).1.len() * 4
        } else if ty == &raw mut ffi::PyTuple_Type {
            let items = 0..ffi::PyTuple_GET_SIZE(object);
            items.map(|i| 8 + weight(ffi::PyTuple_GET_ITEM(object, i))).sum()
        } else {
            0
        }
    }
}

/// Whether a leaf is a float that does not equal itself, or a tuple, which may hold one.
///
/// # Safety
/// `object` is live.
pub unsafe fn may_be_nan(object: *mut ffi::PyObject) -> bool {
    // SAFETY: the type is compared before the object is read as one.
    unsafe {
        let ty = ffi::Py_TYPE(object);
        ty == &raw mut ffi::PyTuple_Type
            || (ty == &raw mut ffi::PyFloat_Type && ffi::PyFloat_AS_DOUBLE(object).is_nan())
    }
}

/// Whether a leaf is a `str` or `bytes`.
///
/// # Safety
/// `object` is live.
pub unsafe fn is_text(object: *mut ffi::PyObject) -> bool {
    // SAFETY: compares a type pointer.
    unsafe {
        let ty = ffi::Py_TYPE(object);
        ty == &raw mut ffi::PyUnicode_Type || ty == &raw mut ffi::PyBytes_Type
    }
}
