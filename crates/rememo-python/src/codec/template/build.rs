//! From a value to its template.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyList, PySet, PyTuple};
use rememo::region::{Layout, Mapping, Region, Span};
use rustc_hash::FxHashMap;

use super::immutable::{Kind, Kinds, is_leaf, size};
use super::{Node, Place, Root, Template, Templated};
use crate::codec::array::{self, Dense};
use crate::codec::portable;
use crate::value::families::numpy::layout::Layout as Memory;

/// Arrays of so many bytes lie in the region, if there is one: below, a copy is faster than an array over the mapping.
const IN_REGION: usize = 4 << 10;
/// There is a region if the arrays that would lie in it have so many bytes: below, copying all of them is faster
/// than mapping, touching and unmapping the pages.
const REGION: usize = 128 << 10;
/// From so many bytes on other threads run while they are copied.
const DETACH_FROM: usize = 1 << 20;

impl Template {
    /// Takes a value apart; nothing that the caller has can change the template afterwards.
    ///
    /// # Errors
    /// The value holds what can be neither copied by structure nor pickled: pickle's exception, or cloudpickle's, or
    /// one that a reduction raised. There is not enough memory.
    pub fn of(py: Python<'_>, value: &Bound<'_, PyAny>) -> PyResult<Templated> {
        Self::build(py, value, None)
    }

    /// Takes apart a value that was decoded over a private mapping of a region, and that nobody else has seen: its
    /// arrays stay where they are in the region, nothing large is copied.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn of_stored(
        py: Python<'_>,
        value: &Bound<'_, PyAny>,
        region: &Arc<Region>,
        mapping: &Arc<Mapping>,
    ) -> PyResult<Templated> {
        let origin = Origin { region: Arc::clone(region), mapping: Arc::clone(mapping) };
        Self::build(py, value, Some(Arc::new(origin)))
    }

    fn build(
        py: Python<'_>,
        value: &Bound<'_, PyAny>,
        origin: Option<Arc<Origin>>,
    ) -> PyResult<Templated> {
        let mut kinds = Kinds::default();
        if kinds.is_immutable(value) {
            return Ok(Templated::Immutable(size(value)));
        }
        let mut builder = Builder { kinds, origin, ..Builder::default() };
        let root = match builder.structure(py, value)? {
            Some(root) => root,
            None => {
                builder.clear();
                let persist = Persist(Mutex::new(builder));
                let persist = Bound::new(py, persist)?;
                let id = persist.getattr("id")?;
                let kwargs = PyDict::new(py);
                kwargs.set_item("protocol", 5)?;
                let head = portable::pickled(py, value, &kwargs, &|pickler| {
                    persist.get().0.lock().clear();
                    pickler.setattr(intern!(py, "persistent_id"), &id)
                })?;
                builder = std::mem::take(&mut *persist.get().0.lock());
                builder.size += head.as_bytes().len() as u64;
                Root::Pickle(head.unbind())
            }
        };
        builder.finish(py, root)
    }
}

/// A template while it is built.
#[derive(Default)]
struct Builder {
    kinds: Kinds,
    nodes: Vec<Node>,
    /// Numbers of the nodes of objects that were met, by address.
    numbers: FxHashMap<usize, usize>,
    /// Keeps the objects of `numbers`, and with them their addresses.
    met: Vec<Py<PyAny>>,
    /// Arrays that are to be copied or to go into the region.
    arrays: Vec<(usize, Py<PyAny>)>,
    size: u64,
    origin: Option<Arc<Origin>>,
}

/// Where a value was decoded from.
struct Origin {
    region: Arc<Region>,
    mapping: Arc<Mapping>,
}

impl Origin {
    /// Where memory of the mapping lies in the region.
    fn span(&self, address: usize, len: usize) -> Option<Span> {
        let offset = address.checked_sub(self.mapping.address() as usize)?;
        let end = offset.checked_add(len)?;
        (end <= self.region.len()).then_some(Span { offset, len })
    }
}

/// Containers whose nodes are yet to be filled.
type Pending<'py> = Vec<(usize, Bound<'py, PyAny>)>;

impl Builder {
    fn clear(&mut self) {
        let kinds = std::mem::take(&mut self.kinds);
        *self = Self { kinds, origin: self.origin.take(), ..Self::default() };
    }

    /// Takes apart a value of exact built-in containers; none if it holds something else that could be changed.
    fn structure<'py>(
        &mut self,
        py: Python<'py>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Option<Root>> {
        let mut pending = Vec::new();
        let Some(root) = self.part(py, value, &mut pending)? else { return Ok(None) };
        while let Some((number, container)) = pending.pop() {
            let Some(node) = self.container(py, &container, &mut pending)? else { return Ok(None) };
            self.nodes[number] = node;
        }
        Ok(Some(Root::Node(root)))
    }

    /// The number of the node of an object that could be changed; containers are left pending.
    fn part<'py>(
        &mut self,
        py: Python<'py>,
        object: &Bound<'py, PyAny>,
        pending: &mut Pending<'py>,
    ) -> PyResult<Option<usize>> {
        if let Some(&number) = self.numbers.get(&(object.as_ptr() as usize)) {
            return Ok(Some(number));
        }
        if is_container(object) {
            let number = self.add(object, Node::Shared(py.None()));
            pending.push((number, object.clone()));
            return Ok(Some(number));
        }
        self.atom(object)
    }

    /// The number of the node of an object of a library, if it can be one.
    fn atom(&mut self, object: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        let py = object.py();
        if let Some(&number) = self.numbers.get(&(object.as_ptr() as usize)) {
            return Ok(Some(number));
        }
        let node = match self.kinds.of(object) {
            Kind::Immutable | Kind::Zoned if self.kinds.is_immutable(object) => {
                self.size += size(object);
                Node::Shared(object.clone().unbind())
            }
            Kind::Array => {
                if array::is_plain(object)? || self.holds_immutables(object)? {
                    let number = self.add(object, Node::Shared(py.None()));
                    self.arrays.push((number, object.clone().unbind()));
                    return Ok(Some(number));
                }
                return Ok(None);
            }
            Kind::Arrow => Node::Shared(self.detached(object)?),
            Kind::Polars => Node::Clone(self.detached(object)?),
            _ => return Ok(None),
        };
        Ok(Some(self.add(object, node)))
    }

    fn add(&mut self, object: &Bound<'_, PyAny>, node: Node) -> usize {
        let number = self.nodes.len();
        self.nodes.push(node);
        self.numbers.insert(object.as_ptr() as usize, number);
        self.met.push(object.clone().unbind());
        number
    }

    /// The node of a container, its parts added.
    fn container<'py>(
        &mut self,
        py: Python<'py>,
        container: &Bound<'py, PyAny>,
        pending: &mut Pending<'py>,
    ) -> PyResult<Option<Node>> {
        let none = py.None().into_bound(py);
        self.size += 64;
        if let Ok(list) = container.cast_exact::<PyList>() {
            // The copy is what is looked at: nobody else has it.
            let copy = list.get_slice(0, list.len());
            let mut places = Vec::new();
            for place in 0..copy.len() {
                let item = copy.get_item(place)?;
                let Some(part) = self.shared_or_part(py, &item, pending)? else { return Ok(None) };
                if let Some(number) = part {
                    copy.set_item(place, &none)?;
                    places.push((place, number));
                }
            }
            return Ok(Some(Node::List(copy.unbind(), places)));
        }
        if let Ok(tuple) = container.cast_exact::<PyTuple>() {
            let mut items: Vec<Bound<'py, PyAny>> = tuple.iter().collect();
            let mut places = Vec::new();
            for (place, item) in items.iter_mut().enumerate() {
                let Some(part) = self.shared_or_part(py, item, pending)? else { return Ok(None) };
                if let Some(number) = part {
                    *item = none.clone();
                    places.push((place, number));
                }
            }
            return Ok(Some(Node::Tuple(PyTuple::new(py, items)?.unbind(), places)));
        }
        if let Ok(dict) = container.cast_exact::<PyDict>() {
            let copy = dict.copy()?;
            let mut places = Vec::new();
            for (key, value) in copy.iter() {
                if !self.kinds.is_immutable(&key) {
                    return Ok(None);
                }
                self.size += 100 + size(&key);
                let Some(part) = self.shared_or_part(py, &value, pending)? else { return Ok(None) };
                if let Some(number) = part {
                    places.push((key.unbind(), number));
                }
            }
            for (key, _) in &places {
                copy.set_item(key, &none)?;
            }
            return Ok(Some(Node::Dict(copy.unbind(), places)));
        }
        if let Ok(set) = container.cast_exact::<PySet>() {
            // SAFETY: a live set; a new one of the same elements, whose hashes are known.
            let copy = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PySet_New(set.as_ptr()))? };
            let copy = copy.cast_into::<PySet>()?;
            for item in copy.iter() {
                if !self.kinds.is_immutable(&item) {
                    return Ok(None);
                }
                self.size += 64 + size(&item);
            }
            return Ok(Some(Node::Set(copy.unbind())));
        }
        let bytes = container.cast_exact::<PyByteArray>()?;
        let copy = PyByteArray::new(py, &bytes.to_vec());
        self.size += copy.len() as u64;
        Ok(Some(Node::Bytes(copy.unbind())))
    }

    /// What becomes of an object in a container: nothing (`Some(None)`), if nobody can change it; else its node.
    #[allow(clippy::option_option)]
    fn shared_or_part<'py>(
        &mut self,
        py: Python<'py>,
        object: &Bound<'py, PyAny>,
        pending: &mut Pending<'py>,
    ) -> PyResult<Option<Option<usize>>> {
        self.size += 8;
        if self.kinds.is_immutable(object) {
            self.size += size(object);
            return Ok(Some(None));
        }
        Ok(self.part(py, object, pending)?.map(Some))
    }

    /// Whether an array of objects holds only what nobody can change.
    fn holds_immutables(&mut self, array: &Bound<'_, PyAny>) -> PyResult<bool> {
        let py = array.py();
        // SAFETY: an exact array.
        let (layout, dtype) = unsafe { Memory::of(array) };
        let kind: String = dtype.getattr(intern!(py, "kind"))?.extract()?;
        if kind == "T" {
            return Ok(true);
        }
        if kind != "O" {
            return Ok(false);
        }
        let mut all = true;
        layout.rows(|start, stride, n| {
            for i in 0..n {
                let place =
                    start.wrapping_add_signed(stride * i as isize) as *const *mut ffi::PyObject;
                // SAFETY: the layout says where the elements lie; the array holds them, or NULL.
                let object = unsafe { Bound::from_borrowed_ptr_or_opt(py, place.read_unaligned()) };
                all = object.is_none_or(|object| {
                    self.size += size(&object);
                    self.kinds.is_immutable(&object)
                });
                if !all {
                    return false;
                }
            }
            true
        });
        Ok(all)
    }

    /// The data of an object of Arrow or polars in memory of its own: the object's may be that of an array which the
    /// caller can change.
    fn detached(&mut self, object: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let py = object.py();
        if self.origin.is_some() {
            // Nobody else has it.
            return Ok(object.clone().unbind());
        }
        let encoded = portable::encode(py, object)?;
        let layout = encoded.layout();
        let mapping = Mapping::of_buffers(&layout, &encoded.buffers())
            .map_err(|error| PyMemoryError::new_err(error.to_string()))?;
        self.size += (layout.size() + encoded.head(py).len()) as u64;
        let mapping = Arc::new(mapping);
        Ok(portable::decode(py, encoded.head(py), &mapping, layout.spans())?.unbind())
    }

    /// Copies the arrays, into a region if they are large, and ends with the template.
    fn finish(mut self, py: Python<'_>, root: Root) -> PyResult<Templated> {
        let mut large = Vec::new();
        for (number, array) in std::mem::take(&mut self.arrays) {
            let array = array.into_bound(py);
            match Dense::of(&array)? {
                Some(dense) if dense.len >= IN_REGION => large.push((number, array, dense)),
                dense => {
                    self.size += dense.map_or(0, |dense| dense.len) as u64;
                    self.nodes[number] = copied(&array)?;
                }
            }
        }
        let region = match self.origin.take() {
            Some(origin) => {
                large.retain(|(number, _, dense)| {
                    let span = origin.span(dense.layout.address, dense.len);
                    let place = span.and_then(|span| place(py, dense, span).ok());
                    let is_there = place.is_some();
                    if let Some(place) = place {
                        self.nodes[*number] = Node::Mapped(place);
                    }
                    !is_there
                });
                self.copy_all(&large)?;
                self.size += origin.region.len() as u64;
                Some(Arc::clone(&origin.region))
            }
            None if large.iter().map(|(_, _, dense)| dense.len).sum::<usize>() < REGION => {
                self.copy_all(&large)?;
                None
            }
            None => Some(Arc::new(self.region(py, &large)?)),
        };
        if let (Root::Node(0), [Node::Shared(object)]) = (&root, &self.nodes[..]) {
            return Ok(Templated::Shared(object.clone_ref(py), self.size));
        }
        let template = Template { nodes: self.nodes, root, region, size: self.size };
        Ok(Templated::Template(template))
    }

    fn copy_all(&mut self, arrays: &[Large<'_>]) -> PyResult<()> {
        for (number, array, dense) in arrays {
            self.nodes[*number] = copied(array)?;
            self.size += dense.len as u64;
        }
        Ok(())
    }

    /// A region of these arrays.
    fn region(&mut self, py: Python<'_>, arrays: &[Large<'_>]) -> PyResult<Region> {
        let layout = Layout::of(arrays.iter().map(|(_, _, dense)| dense.len));
        // SAFETY: the arrays are held, and whoever resizes one in another thread, against numpy's advice, has
        // lost it to every reader.
        let buffers: Vec<&[u8]> =
            arrays.iter().map(|(_, _, dense)| unsafe { dense.bytes() }).collect();
        let region = if layout.size() < DETACH_FROM {
            Region::build(&layout, &buffers)
        } else {
            py.detach(|| Region::build(&layout, &buffers))
        };
        let region = region.map_err(|error| PyMemoryError::new_err(error.to_string()))?;
        for ((number, _, dense), &span) in arrays.iter().zip(layout.spans()) {
            self.nodes[*number] = Node::Mapped(place(py, dense, span)?);
        }
        self.size += region.len() as u64;
        Ok(region)
    }
}

/// An array that is to lie in a region, the number of its node, and its memory.
type Large<'py> = (usize, Bound<'py, PyAny>, Dense<'py>);

/// An array in the region.
fn place(py: Python<'_>, dense: &Dense<'_>, span: Span) -> PyResult<Place> {
    let is_record = array::is_record(&dense.dtype)?;
    let dtype = if is_record { array::copy_dtype(&dense.dtype)? } else { dense.dtype.clone() };
    Ok(Place {
        dtype: dtype.unbind(),
        is_record,
        shape: PyTuple::new(py, &dense.layout.shape)?.unbind(),
        strides: PyTuple::new(py, &dense.layout.strides)?.unbind(),
        span,
        writable: dense.writable,
    })
}

/// A node for an array that is copied for each value.
fn copied(array: &Bound<'_, PyAny>) -> PyResult<Node> {
    // SAFETY: an exact array.
    let (layout, dtype) = unsafe { Memory::of(array) };
    let writable = layout.is_writeable;
    let is_record = array::is_record(&dtype)?;
    let own = if is_record { array::copy_record(array)? } else { array::copy(array)? };
    Ok(Node::Array { array: own.unbind(), writable, is_record })
}

fn is_container(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<PyList>()
        || object.is_exact_instance_of::<PyDict>()
        || object.is_exact_instance_of::<PyTuple>()
        || object.is_exact_instance_of::<PySet>()
        || object.is_exact_instance_of::<PyByteArray>()
}

/// What pickle asks about each object: whether it is a node of its own.
#[pyclass(frozen)]
struct Persist(Mutex<Builder>);

#[pymethods]
impl Persist {
    /// Pickle's `persistent_id`: the number of a node, or none if the object is pickled.
    fn id(&self, object: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
        // Plain data is what pickle is good at; a function is better given out than looked up by its name.
        // SAFETY: compares type pointers of a live object.
        let is_function = unsafe {
            let class = ffi::Py_TYPE(object.as_ptr());
            class == &raw mut ffi::PyFunction_Type || class == &raw mut ffi::PyCFunction_Type
        };
        let is_leaf = is_leaf(object);
        let mut builder = self.0.lock();
        if is_leaf {
            return Ok(is_function.then(|| builder.shared(object)));
        }
        builder.atom(object)
    }
}

impl Builder {
    /// The number of the node of an object that nobody can change.
    fn shared(&mut self, object: &Bound<'_, PyAny>) -> usize {
        match self.numbers.get(&(object.as_ptr() as usize)) {
            Some(&number) => number,
            None => self.add(object, Node::Shared(object.clone().unbind())),
        }
    }
}
