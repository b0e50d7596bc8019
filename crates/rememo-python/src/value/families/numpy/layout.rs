//! The memory of an array, read as numpy stores it: where each element lies, whatever the strides.

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::super::floats::Bits;

/// The fields of `PyArrayObject`, which numpy keeps the same in every version of its binary interface.
#[repr(C)]
struct ArrayObject {
    head: ffi::PyObject,
    data: *mut u8,
    dimensions_len: std::ffi::c_int,
    dimensions: *mut ffi::Py_ssize_t,
    strides: *mut ffi::Py_ssize_t,
    base: *mut ffi::PyObject,
    descr: *mut ffi::PyObject,
    flags: std::ffi::c_int,
}

/// `NPY_ARRAY_WRITEABLE`
const WRITEABLE: std::ffi::c_int = 0x0400;

/// Where the elements of an array lie.
pub struct Layout {
    /// Address of the first element.
    pub address: usize,
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// Bytes from one element to the next along each dimension.
    pub strides: Vec<isize>,
    /// Whether the array lets its elements be changed.
    pub is_writeable: bool,
}

impl Layout {
    /// Of an instance of `numpy.ndarray` or a subclass, with its dtype.
    ///
    /// # Safety
    /// `array` is such an instance.
    pub unsafe fn of<'py>(array: &Bound<'py, PyAny>) -> (Self, Bound<'py, PyAny>) {
        // SAFETY: the caller says that the layout is that of an array, subclasses extend it at its end.
        unsafe {
            let object = array.as_ptr().cast::<ArrayObject>();
            let n = (*object).dimensions_len as usize;
            let slice = |pointer: *mut ffi::Py_ssize_t| {
                if n == 0 { &[][..] } else { std::slice::from_raw_parts(pointer, n) }
            };
            let layout = Self {
                address: (*object).data as usize,
                shape: slice((*object).dimensions).iter().map(|&n| n as usize).collect(),
                strides: slice((*object).strides).to_vec(),
                is_writeable: (*object).flags & WRITEABLE != 0,
            };
            (layout, Bound::from_borrowed_ptr(array.py(), (*object).descr))
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the elements lie one after the other in C order.
    pub fn is_contiguous(&self, item: usize) -> bool {
        let mut expected = item as isize;
        for (&n, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if n != 1 && stride != expected {
                return false;
            }
            expected *= n as isize;
        }
        true
    }

    /// Whether the elements fill the memory from the address on, in C order, in Fortran's, or in that of any other
    /// transposition.
    pub fn is_dense(&self, item: usize) -> bool {
        let mut axes: Vec<(isize, usize)> =
            self.strides.iter().copied().zip(self.shape.iter().copied()).collect();
        axes.retain(|&(_, n)| n != 1);
        axes.sort_unstable();
        let mut expected = item as isize;
        for (stride, n) in axes {
            if stride != expected {
                return false;
            }
            expected *= n as isize;
        }
        true
    }

    /// The bytes of a contiguous array.
    ///
    /// # Safety
    /// The array lives, is contiguous with elements of `item` bytes, and is not freed while the slice is used.
    pub unsafe fn bytes(&self, item: usize) -> &[u8] {
        let len = self.len() * item;
        if len == 0 {
            return &[];
        }
        // SAFETY: numpy keeps that many bytes at the address while the array lives.
        unsafe { std::slice::from_raw_parts(self.address as *const u8, len) }
    }

    /// Calls `visit` with the address of each element, in C order.
    pub fn for_each(&self, mut visit: impl FnMut(usize)) {
        self.rows(|start, stride, n| {
            for i in 0..n {
                visit(start.wrapping_add_signed(stride * i as isize));
            }
            true
        });
    }

    /// Calls `visit` with each run along the last dimension: address, stride, length; until it returns false.
    pub fn rows(&self, mut visit: impl FnMut(usize, isize, usize) -> bool) {
        if self.len() == 0 {
            return;
        }
        let (Some((&inner, outer)), Some((&stride, strides))) =
            (self.shape.split_last(), self.strides.split_last())
        else {
            visit(self.address, 0, 1);
            return;
        };
        let mut index = vec![0; outer.len()];
        let mut address = self.address;
        loop {
            if !visit(address, stride, inner) {
                return;
            }
            let mut axis = outer.len();
            loop {
                if axis == 0 {
                    return;
                }
                axis -= 1;
                index[axis] += 1;
                address = address.wrapping_add_signed(strides[axis]);
                if index[axis] < outer[axis] {
                    break;
                }
                address = address.wrapping_add_signed(-(strides[axis] * outer[axis] as isize));
                index[axis] = 0;
            }
        }
    }
}

/// One field of a record, or the whole element of a plain type.
pub struct Leaf {
    /// Bytes before it in the element.
    pub offset: usize,
    /// Its length in bytes: that of one value, or of the elements of a subarray.
    pub len: usize,
    /// What in its bytes does not count.
    pub bits: Bits,
}

/// The fields of a dtype in their order; nested records and subarrays are resolved. What lies between them is
/// padding.
pub fn leaves(dtype: &Bound<'_, PyAny>) -> PyResult<Vec<Leaf>> {
    let mut found = Vec::new();
    collect(dtype, 0, 1, &mut found)?;
    Ok(found)
}

fn collect(
    dtype: &Bound<'_, PyAny>,
    offset: usize,
    count: usize,
    found: &mut Vec<Leaf>,
) -> PyResult<()> {
    let size: usize = dtype.getattr("itemsize")?.extract()?;
    if let Some((base, repeats)) = subarray(dtype)? {
        let base_size: usize = base.getattr("itemsize")?.extract()?;
        if base.getattr("names")?.is_none() && base.getattr("subdtype")?.is_none() {
            return collect(&base, offset, count * repeats, found);
        }
        for i in 0..count * repeats {
            collect(&base, offset + i * base_size, 1, found)?;
        }
        return Ok(());
    }
    if let Ok(names) = dtype.getattr("names")?.cast_into::<PyTuple>() {
        let fields = dtype.getattr("fields")?;
        for name in names.iter() {
            let field = fields.get_item(name)?;
            let at: usize = field.get_item(1)?.extract()?;
            collect(&field.get_item(0)?, offset + at, 1, found)?;
        }
        return Ok(());
    }
    let kind: String = dtype.getattr("kind")?.extract()?;
    let order: String = dtype.getattr("byteorder")?.extract()?;
    let swapped = order == if cfg!(target_endian = "little") { ">" } else { "<" };
    let bits = Bits::of(kind.bytes().next().unwrap_or(b'V'), size, swapped);
    found.push(Leaf { offset, len: size * count, bits });
    Ok(())
}

/// The type of the elements of a subarray type, and how many there are.
fn subarray<'py>(dtype: &Bound<'py, PyAny>) -> PyResult<Option<(Bound<'py, PyAny>, usize)>> {
    let subdtype = dtype.getattr("subdtype")?;
    if subdtype.is_none() {
        return Ok(None);
    }
    let shape: Vec<usize> = subdtype.get_item(1)?.extract()?;
    Ok(Some((subdtype.get_item(0)?, shape.iter().product())))
}
