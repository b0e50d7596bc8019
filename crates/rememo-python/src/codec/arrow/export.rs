//! Arrow data of ours as a stream of the C interface.
//!
//! Whoever imports it owns what it was given, and may release it from any thread: nothing in it belongs to Python.

use std::collections::VecDeque;
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Arc;

use super::Part;
use super::outline::{Array, Schema};
use crate::value::families::arrow::abi::{ArrowArray, ArrowArrayStream, ArrowSchema, Release};

struct State {
    schema: Arc<Schema>,
    chunks: VecDeque<Array>,
}

/// A stream of these chunks.
pub fn stream(schema: Schema, chunks: Vec<Array>) -> Box<ArrowArrayStream> {
    let state = Box::new(State { schema: Arc::new(schema), chunks: chunks.into() });
    Box::new(ArrowArrayStream {
        get_schema: Some(get_schema),
        get_next: Some(get_next),
        get_last_error: Some(get_last_error),
        release: Some(release_stream),
        private_data: Box::into_raw(state).cast(),
    })
}

unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: a stream of ours that is not released, so its state lives; `out` is the consumer's.
    unsafe {
        let state = &*(*stream).private_data.cast::<State>();
        out.write(schema(&state.schema));
    }
    0
}

unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: as above; nobody else uses the stream meanwhile, as the interface asks.
    unsafe {
        let state = &mut *(*stream).private_data.cast::<State>();
        out.write(state.chunks.pop_front().map_or_else(ArrowArray::empty, array));
    }
    0
}

unsafe extern "C" fn get_last_error(_stream: *mut ArrowArrayStream) -> *const c_char {
    std::ptr::null()
}

unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    // SAFETY: called once, by the consumer or by us.
    unsafe {
        drop(Box::from_raw((*stream).private_data.cast::<State>()));
        (*stream).release = None;
    }
}

/// What a schema of the interface points to.
struct SchemaParts {
    _format: CString,
    _name: CString,
    _metadata: Option<Vec<u8>>,
    children: Vec<*mut ArrowSchema>,
    dictionary: *mut ArrowSchema,
}

fn schema(from: &Schema) -> ArrowSchema {
    let text = |bytes: &[u8]| CString::new(bytes).unwrap_or_default();
    let mut parts = Box::new(SchemaParts {
        _format: text(&from.format),
        _name: text(&from.name),
        _metadata: from.metadata.clone(),
        children: from.children.iter().map(|c| Box::into_raw(Box::new(schema(c)))).collect(),
        dictionary: from
            .dictionary
            .as_ref()
            .map_or(null_mut(), |dictionary| Box::into_raw(Box::new(schema(dictionary)))),
    });
    ArrowSchema {
        format: parts._format.as_ptr(),
        name: parts._name.as_ptr(),
        metadata: parts._metadata.as_ref().map_or(std::ptr::null(), |m| m.as_ptr().cast()),
        flags: from.flags,
        n_children: parts.children.len() as i64,
        children: parts.children.as_mut_ptr(),
        dictionary: parts.dictionary,
        release: Some(release_schema),
        private_data: Box::into_raw(parts).cast(),
    }
}

unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: called once; the consumer may have taken children out, which then are released.
    unsafe {
        let parts = Box::from_raw((*schema).private_data.cast::<SchemaParts>());
        for &child in parts.children.iter().chain([&parts.dictionary]) {
            if !child.is_null() {
                Box::from_raw(child).release();
            }
        }
        (*schema).release = None;
    }
}

/// What an array of the interface points to.
struct ArrayParts {
    _buffers: Vec<Option<Part>>,
    addresses: Vec<*const c_void>,
    children: Vec<*mut ArrowArray>,
    dictionary: *mut ArrowArray,
}

fn array(from: Array) -> ArrowArray {
    let address = |part: &Option<Part>| {
        part.as_ref().map_or(std::ptr::null(), |part| part.address().cast::<c_void>())
    };
    let mut parts = Box::new(ArrayParts {
        addresses: from.buffers.iter().map(address).collect(),
        _buffers: from.buffers,
        children: from.children.into_iter().map(|c| Box::into_raw(Box::new(array(c)))).collect(),
        dictionary: from
            .dictionary
            .map_or(null_mut(), |dictionary| Box::into_raw(Box::new(array(*dictionary)))),
    });
    ArrowArray {
        length: from.length,
        null_count: from.null_count,
        offset: from.offset,
        n_buffers: parts.addresses.len() as i64,
        n_children: parts.children.len() as i64,
        buffers: parts.addresses.as_mut_ptr(),
        children: parts.children.as_mut_ptr(),
        dictionary: parts.dictionary,
        release: Some(release_array),
        private_data: Box::into_raw(parts).cast(),
    }
}

unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: as for schemas.
    unsafe {
        let parts = Box::from_raw((*array).private_data.cast::<ArrayParts>());
        for &child in parts.children.iter().chain([&parts.dictionary]) {
            if !child.is_null() {
                Box::from_raw(child).release();
            }
        }
        (*array).release = None;
    }
}
