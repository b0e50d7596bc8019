//! From a template to a value.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::exceptions::{PyMemoryError, PyRuntimeError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyList, PyTuple};
use rememo::region::Mapping;

use super::{Node, Place, Root, Template};
use crate::codec::array;
use crate::codec::buffer::Mapped;
use crate::codec::portable;

static UNPICKLER: portable::OpenClass = portable::OpenClass::new();

/// The private mapping of one value: made with its first array.
type Lazy = Option<Arc<Mapping>>;

impl Template {
    /// A value of the caller's own.
    ///
    /// # Errors
    /// There is not enough memory; any exception that unpickling raises.
    pub fn make<'py>(self: &Arc<Self>, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match &self.root {
            Root::Node(root) => match &self.nodes[..] {
                [node] => self.shell(py, node, &mut None),
                _ => self.structure(py, *root),
            },
            Root::Pickle(head) => {
                let made = self.nodes.iter().map(|_| None).collect();
                let parts = Parts { template: Arc::clone(self), made: Mutex::new((made, None)) };
                let parts = Bound::new(py, parts)?;
                let io = py.import(intern!(py, "io"))?;
                let file = io.call_method1(intern!(py, "BytesIO"), (head,))?;
                let unpickler =
                    portable::open_class(py, &UNPICKLER, "Unpickler")?.call1((file,))?;
                let load = parts.getattr(intern!(py, "load"))?;
                unpickler.setattr(intern!(py, "persistent_load"), load)?;
                unpickler.call_method0(intern!(py, "load"))
            }
        }
    }

    /// Makes all nodes, then puts each where it belongs.
    fn structure<'py>(&self, py: Python<'py>, root: usize) -> PyResult<Bound<'py, PyAny>> {
        let mut mapping = None;
        let mut made = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            made.push(self.shell(py, node, &mut mapping)?);
        }
        for (node, container) in self.nodes.iter().zip(&made) {
            match node {
                Node::List(_, places) => {
                    let list = container.cast::<PyList>()?;
                    for &(place, number) in places {
                        list.set_item(place, &made[number])?;
                    }
                }
                Node::Tuple(_, places) => {
                    for &(place, number) in places {
                        // SAFETY: the tuple was made above and no other code has seen it; the place holds a reference.
                        unsafe {
                            let tuple = container.as_ptr();
                            let old = ffi::PyTuple_GET_ITEM(tuple, place as ffi::Py_ssize_t);
                            let new = made[number].clone().into_ptr();
                            ffi::PyTuple_SET_ITEM(tuple, place as ffi::Py_ssize_t, new);
                            ffi::Py_DECREF(old);
                        }
                    }
                    // The collector stops looking at tuples in which it has seen nothing but plain data.
                    // SAFETY: a live tuple with all its items.
                    unsafe {
                        if ffi::PyObject_GC_IsTracked(container.as_ptr()) == 0 {
                            ffi::PyObject_GC_Track(container.as_ptr().cast());
                        }
                    }
                }
                Node::Dict(_, places) => {
                    let dict = container.cast::<PyDict>()?;
                    for (key, number) in places {
                        dict.set_item(key, &made[*number])?;
                    }
                }
                _ => {}
            }
        }
        Ok(made.swap_remove(root))
    }

    /// The object of a node, without the other nodes in it.
    fn shell<'py>(
        &self,
        py: Python<'py>,
        node: &Node,
        mapping: &mut Lazy,
    ) -> PyResult<Bound<'py, PyAny>> {
        match node {
            Node::Shared(object) => Ok(object.bind(py).clone()),
            Node::List(list, _) => {
                // SAFETY: a live list, which nobody else has; the bounds are cut to its length.
                unsafe {
                    let list = list.as_ptr();
                    let copy = ffi::PyList_GetSlice(list, 0, ffi::PyList_GET_SIZE(list));
                    Bound::from_owned_ptr_or_err(py, copy)
                }
            }
            Node::Tuple(tuple, _) => {
                Ok(PyTuple::new(py, tuple.bind(py).iter_borrowed())?.into_any())
            }
            Node::Dict(dict, _) => Ok(dict.bind(py).copy()?.into_any()),
            // SAFETY: a live set.
            Node::Set(set) => unsafe {
                Bound::from_owned_ptr_or_err(py, ffi::PySet_New(set.as_ptr()))
            },
            Node::Bytes(bytes) => {
                // SAFETY: nobody else has the bytes, and nothing runs while they are read.
                let bytes = unsafe { bytes.bind(py).as_bytes() };
                Ok(PyByteArray::new(py, bytes).into_any())
            }
            Node::Array { array, writable, is_record } => {
                let array = array.bind(py);
                let copy =
                    if *is_record { array::copy_record(array)? } else { array::copy(array)? };
                if !writable {
                    copy.call_method1(intern!(py, "setflags"), (false,))?;
                }
                Ok(copy)
            }
            Node::Mapped(place) => self.mapped(py, place, mapping),
            Node::Clone(object) => object.call_method0(py, "clone").map(|o| o.into_bound(py)),
        }
    }

    fn mapped<'py>(
        &self,
        py: Python<'py>,
        place: &Place,
        mapping: &mut Lazy,
    ) -> PyResult<Bound<'py, PyAny>> {
        let missing = || PyRuntimeError::new_err("a private result has lost its arrays");
        let mapping = match mapping {
            Some(mapping) => mapping,
            None => {
                let region = self.region.as_ref().ok_or_else(missing)?;
                let made = region.map().map_err(|e| PyMemoryError::new_err(e.to_string()))?;
                mapping.insert(Arc::new(made))
            }
        };
        let buffer = Mapped::new(mapping, place.span, place.writable).ok_or_else(missing)?;
        let class = array::array_type(py).ok_or_else(missing)?;
        let dtype = place.dtype.bind(py);
        let dtype = if place.is_record { array::copy_dtype(dtype)? } else { dtype.clone() };
        let (shape, strides) = (place.shape.bind(py), place.strides.bind(py));
        array::over(&class, Bound::new(py, buffer)?.as_any(), &dtype, shape, strides)
    }
}

/// What unpickling asks for nodes. Each is made once for a value.
#[pyclass(frozen)]
struct Parts {
    template: Arc<Template>,
    made: Mutex<(Vec<Option<Py<PyAny>>>, Lazy)>,
}

#[pymethods]
impl Parts {
    /// Pickle's `persistent_load`.
    fn load<'py>(&self, py: Python<'py>, number: usize) -> PyResult<Bound<'py, PyAny>> {
        let node = self
            .template
            .nodes
            .get(number)
            .ok_or_else(|| PyRuntimeError::new_err("a private result has lost a part"))?;
        if let Node::Shared(object) = node {
            return Ok(object.bind(py).clone());
        }
        let mut made = self.made.lock();
        let (made, mapping) = &mut *made;
        if let Some(object) = &made[number] {
            return Ok(object.bind(py).clone());
        }
        let object = self.template.shell(py, node, mapping)?;
        made[number] = Some(object.clone().unbind());
        Ok(object)
    }
}
