//! The structures of the Arrow C data interface, and a reader over them. (`codec/arrow` produces some.)
//!
//! Layout after "The Arrow C data interface" and "The Arrow C stream interface" of the Apache Arrow
//! specification. The interface does not tell how long buffers are: that they are as long as the lengths and
//! offsets in them say is the producer's promise, as for every consumer.

use std::ffi::{CStr, c_char, c_int, c_void};

/// `struct ArrowSchema`
#[repr(C)]
pub struct ArrowSchema {
    /// The type.
    pub format: *const c_char,
    /// The field's name, or NULL.
    pub name: *const c_char,
    /// Keys and values, or NULL.
    pub metadata: *const c_char,
    /// Bits of the interface.
    pub flags: i64,
    /// Number of fields below.
    pub n_children: i64,
    /// The fields below.
    pub children: *mut *mut ArrowSchema,
    /// What indices refer to, or NULL.
    pub dictionary: *mut ArrowSchema,
    /// Lets go of what is held; none once that has been done.
    pub release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

/// `struct ArrowArray`
#[repr(C)]
pub struct ArrowArray {
    /// Number of elements.
    pub length: i64,
    /// How many are missing, or -1.
    pub null_count: i64,
    /// Elements in the buffers before the first.
    pub offset: i64,
    /// Number of buffers.
    pub n_buffers: i64,
    /// Number of fields below.
    pub n_children: i64,
    /// The buffers.
    pub buffers: *mut *const c_void,
    /// The fields below.
    pub children: *mut *mut ArrowArray,
    /// What indices refer to, or NULL.
    pub dictionary: *mut ArrowArray,
    /// Lets go of what is held; none once that has been done.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

/// `struct ArrowArrayStream`
#[repr(C)]
pub struct ArrowArrayStream {
    /// The schema of all chunks.
    pub get_schema: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int>,
    /// The next chunk, or one that is released.
    pub get_next: Option<unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int>,
    /// What went wrong last.
    pub get_last_error: Option<unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char>,
    /// Lets go of what is held; none once that has been done.
    pub release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    /// The producer's own.
    pub private_data: *mut c_void,
}

/// A structure that is released when it is dropped.
pub struct Owned<T: Release>(Box<T>);

/// How a structure of the interface is made empty and released.
pub trait Release {
    /// One that holds nothing.
    fn empty() -> Self;
    /// Lets go of what it holds.
    fn release(&mut self);
    /// Whether it holds nothing.
    fn is_released(&self) -> bool;
}

impl Release for ArrowSchema {
    fn empty() -> Self {
        // SAFETY: all fields are integers, pointers or optional functions, for which zero is a value.
        unsafe { std::mem::zeroed() }
    }
    fn release(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: the producer's own function, called once: it sets `release` to NULL.
            unsafe { release(self) };
        }
    }
    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}

impl Release for ArrowArray {
    fn empty() -> Self {
        // SAFETY: as for the schema.
        unsafe { std::mem::zeroed() }
    }
    fn release(&mut self) {
        if let Some(release) = self.release {
            // SAFETY: as for the schema.
            unsafe { release(self) };
        }
    }
    fn is_released(&self) -> bool {
        self.release.is_none()
    }
}

impl<T: Release> Owned<T> {
    /// The structure.
    pub fn get(&self) -> &T {
        &self.0
    }
}

impl<T: Release> Drop for Owned<T> {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// Schema and chunks of a stream; an error as the producer tells it.
///
/// # Safety
/// `stream` is a live, unreleased stream that nobody else reads.
pub unsafe fn read_stream(
    stream: *mut ArrowArrayStream,
) -> Result<(Owned<ArrowSchema>, Vec<Owned<ArrowArray>>), String> {
    // SAFETY: the caller vouches for the stream; its functions are called as the interface prescribes.
    unsafe {
        let failed = |what: &str| {
            let told = (*stream).get_last_error.map(|last| last(stream));
            match told {
                Some(text) if !text.is_null() => {
                    CStr::from_ptr(text).to_string_lossy().into_owned()
                }
                _ => format!("the stream gives no {what}"),
            }
        };
        let (Some(get_schema), Some(get_next)) = ((*stream).get_schema, (*stream).get_next) else {
            return Err("the stream was consumed before".to_owned());
        };
        let mut schema = Owned(Box::new(ArrowSchema::empty()));
        if get_schema(stream, &mut *schema.0) != 0 {
            return Err(failed("schema"));
        }
        let mut chunks = Vec::new();
        loop {
            let mut chunk = Owned(Box::new(ArrowArray::empty()));
            if get_next(stream, &mut *chunk.0) != 0 {
                return Err(failed("chunk"));
            }
            if chunk.0.is_released() {
                return Ok((schema, chunks));
            }
            chunks.push(chunk);
        }
    }
}

impl ArrowSchema {
    /// The type, as the interface spells it.
    pub fn format(&self) -> &str {
        // SAFETY: a schema has a format, a C string that lives as long as it.
        unsafe { text(self.format) }
    }

    /// The field's name.
    pub fn name(&self) -> &str {
        // SAFETY: NULL or a C string that lives as long as the schema.
        unsafe { text(self.name) }
    }

    /// Whether keys of the dictionary are in a meaningful order; whether values may be missing; whether the
    /// keys of a map are sorted.
    pub fn flags(&self) -> i64 {
        self.flags & 7
    }

    /// The fields below.
    pub fn children(&self) -> impl Iterator<Item = &ArrowSchema> {
        let n = usize::try_from(self.n_children).unwrap_or(0);
        // SAFETY: a schema has that many children, which live as long as it.
        (0..n).map(|i| unsafe { &**self.children.add(i) })
    }

    /// The type of the values, if this one's are indices into a dictionary.
    pub fn dictionary(&self) -> Option<&ArrowSchema> {
        // SAFETY: NULL or a schema that lives as long as this one.
        unsafe { self.dictionary.as_ref() }
    }

    /// Keys and values of the metadata, in their order.
    pub fn metadata(&self) -> Vec<(&[u8], &[u8])> {
        let mut pairs = Vec::new();
        if self.metadata.is_null() {
            return pairs;
        }
        // SAFETY: the interface's form: a count, then length and bytes of each key and value, lengths as int32
        // in the machine's order.
        unsafe {
            let mut at = self.metadata.cast::<u8>();
            let number = |at: &mut *const u8| {
                let n = std::ptr::read_unaligned(at.cast::<i32>());
                *at = at.add(4);
                usize::try_from(n).unwrap_or(0)
            };
            let n = number(&mut at);
            let mut next = || {
                let len = number(&mut at);
                let bytes = std::slice::from_raw_parts(at, len);
                at = at.add(len);
                bytes
            };
            for _ in 0..n {
                let key = next();
                pairs.push((key, next()));
            }
        }
        pairs
    }
}

unsafe fn text<'a>(pointer: *const c_char) -> &'a str {
    if pointer.is_null() {
        return "";
    }
    // SAFETY: the caller says that it is a C string.
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap_or("\u{FFFD}")
}

impl ArrowArray {
    /// Number of elements.
    pub fn len(&self) -> usize {
        usize::try_from(self.length).unwrap_or(0)
    }

    /// Number of elements in the buffers before the first one of this array.
    pub fn offset(&self) -> usize {
        usize::try_from(self.offset).unwrap_or(0)
    }

    /// Whether it is known that nothing is missing.
    pub fn has_no_nulls(&self) -> bool {
        self.null_count == 0 || self.pointer(0).is_null()
    }

    /// Where a buffer lies; NULL if there is none.
    pub fn pointer(&self, index: usize) -> *const u8 {
        if index as i64 >= self.n_buffers || self.buffers.is_null() {
            return std::ptr::null();
        }
        // SAFETY: the array has that many buffers.
        unsafe { (*self.buffers.add(index)).cast() }
    }

    /// `len` elements of buffer `index` from element `from` on.
    ///
    /// Buffers of arrays without elements may be missing.
    pub fn buffer<T: Plain>(&self, index: usize, from: usize, len: usize) -> &[T] {
        let pointer = self.pointer(index);
        if pointer.is_null() || len == 0 {
            return &[];
        }
        // SAFETY: the producer promises that the buffer holds the elements that the array's length and
        // offsets speak of, aligned for their type, for as long as the array is not released.
        unsafe { std::slice::from_raw_parts(pointer.cast::<T>().add(from), len) }
    }

    /// Child `index`.
    pub fn child(&self, index: usize) -> Option<&ArrowArray> {
        if index as i64 >= self.n_children {
            return None;
        }
        // SAFETY: the array has that many children, which live as long as it.
        unsafe { (*self.children.add(index)).as_ref() }
    }

    /// The values that indices stand for.
    pub fn dictionary(&self) -> Option<&ArrowArray> {
        // SAFETY: NULL or an array that lives as long as this one.
        unsafe { self.dictionary.as_ref() }
    }
}

/// Numbers for which every bit pattern is a value.
///
/// # Safety
/// Implemented for such types alone.
pub unsafe trait Plain: Copy {}
// SAFETY: integers.
unsafe impl Plain for u8 {}
// SAFETY: integers.
unsafe impl Plain for i8 {}
// SAFETY: integers.
unsafe impl Plain for i16 {}
// SAFETY: integers.
unsafe impl Plain for i32 {}
// SAFETY: integers.
unsafe impl Plain for i64 {}

// SAFETY: chunks are read only, and the interface asks producers for arrays that any thread may read and release.
unsafe impl Sync for ArrowArray {}
// SAFETY: as above.
unsafe impl Sync for ArrowSchema {}
// SAFETY: the interface asks producers for arrays that may be moved to, and released on, any thread.
unsafe impl Send for ArrowArray {}
// SAFETY: as above, for streams; one thread at a time reads them.
unsafe impl Send for ArrowArrayStream {}
