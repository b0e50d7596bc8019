//! The flow of one call.

use std::cell::UnsafeCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple, PyType};
use rememo::digest::Digest;
use rememo::encode::{ENCODING_VERSION, tag};
use rememo::event::{Outcome, Snapshot, Stats, Tier};
use rememo::explain::CallRecord;
use rememo::flight::{Claim, Flights, Owner, new_owner};
use rememo::store::{Lookup, MissReason};

use super::api;
use super::bind::{Arguments, RawArguments, Signature};
use super::coroutine::CallKey;
use super::fast::{Prepared, Table};
use super::imports::Importing;
use super::options::{Options, Spinner};
use super::output::{self, Handed, Stored};
use super::recording::{EncodedArguments, Ends, argument_names};
use super::shelf::Shelf;
use super::trace;
use crate::error::HashError;
use crate::function::watch::{self, Watch};
use crate::function::{ArgumentCode, ClassGuard, CodeCache, Followed, Reading, Root, follow};
use crate::raw::Function;
use crate::value::snapshot::{self, Surroundings};
use crate::value::{Encoder, Plans, Rules, rules};

/// Computations under way in this process.
pub static FLIGHTS: Flights = Flights::new();
static NEXT_STORE: AtomicU64 = AtomicU64::new(1);

/// How long a wait for another thread's computation lasts before signals are looked at.
const WAIT_SLICE: Duration = Duration::from_millis(50);
/// How often code that changes while it is followed is followed again.
const ATTEMPTS: usize = 8;

/// Everything that belongs to one cached function.
pub struct State {
    pub wrapped: Py<PyAny>,
    /// `module.qualname`
    pub name: String,
    pub options: Options,
    pub signature: Option<Signature>,
    pub stats: Stats,
    pub codes: CodeCache,
    pub asynchronous: bool,
    /// Whether calls may be remembered for `hit_at_once`.
    takes_table: bool,
    made: Instant,
    id: u64,
    pub argument_names: Arc<[Box<str>]>,
    /// Whether it was said that outputs are not kept.
    pub warned: AtomicBool,
    pub shelf: Arc<Shelf>,
    /// Name of the shelf: that of the function, and what a hit hands out.
    pub shelf_name: String,
    /// When the entries were cleared: what namesakes stored before does not count any more.
    pub cleared: Mutex<Option<Instant>>,
    rules: Mutex<Option<(u64, Arc<Rules>)>>,
    followed: Mutex<Option<Box<Followed>>>,
    pub importing: Importing,
    table: Table,
    /// The classes of instances among arguments, and among outputs.
    plans: Plans,
    pub output_plans: Plans,
    /// How to see at once that nothing has changed, together with what it was made from; none while that is in
    /// doubt. Touched with the GIL held only.
    watch: UnsafeCell<Option<Watched>>,
}

struct Watched {
    watch: Watch,
    /// Lies in `followed` as long as this is set.
    followed: *const Followed,
}

// SAFETY: `watch` is only touched with the GIL held, and no Python code runs while a reference into it is alive; on
// builds without a GIL it is never set.
unsafe impl Send for State {}
// SAFETY: as above; all else is behind locks.
unsafe impl Sync for State {}

thread_local! {
    static OWNER: std::cell::Cell<Owner> = const { std::cell::Cell::new(0) };
}

fn this_thread() -> Owner {
    OWNER.with(|owner| {
        if owner.get() == 0 {
            owner.set(new_owner());
        }
        owner.get()
    })
}

/// The key of a call, and what went into it.
pub struct Key {
    pub digest: Digest,
    pub fingerprint: Digest,
    pub arguments: EncodedArguments,
}

/// What a key led to.
pub enum Found<'py> {
    /// A stored output.
    Output(Bound<'py, PyAny>),
    /// None, and how a call that computes therefore counts.
    Missing(Outcome),
}

impl State {
    pub fn new(
        wrapped: Bound<'_, PyAny>,
        name: String,
        options: Options,
        signature: Option<Signature>,
        asynchronous: bool,
    ) -> Self {
        let shelf_name = format!("{name} {:?}", options.output);
        Self {
            shelf: Shelf::new(&shelf_name, options.bounds),
            shelf_name,
            cleared: Mutex::new(None),
            warned: AtomicBool::new(false),
            argument_names: argument_names(wrapped.py(), signature.as_ref()),
            wrapped: wrapped.unbind(),
            name,
            signature,
            stats: Stats::default(),
            codes: CodeCache::default(),
            // Hash functions may look at anything; coroutines are made anew on each call.
            takes_table: options.hash_funcs.is_none() && !asynchronous,
            options,
            asynchronous,
            made: Instant::now(),
            id: NEXT_STORE.fetch_add(1, Ordering::Relaxed),
            rules: Mutex::new(None),
            followed: Mutex::new(None),
            importing: Importing::default(),
            table: Table::default(),
            plans: Plans::default(),
            output_plans: Plans::default(),
            watch: UnsafeCell::new(None),
        }
    }

    // ---- call ---------------------------------------------------------------------------------

    /// The output of a call that was seen before, if that can be told at once; a new reference.
    ///
    /// # Safety
    /// The GIL is held, and the arguments are those of a call that is under way.
    #[inline]
    pub unsafe fn hit_at_once(
        &self,
        py: Python<'_>,
        arguments: RawArguments<'_>,
    ) -> Option<*mut ffi::PyObject> {
        // SAFETY: the GIL is held; while `watch` is set, `followed` lies where it says. Only `find` may run foreign code,
        // and comes first.
        unsafe {
            let found = self.table.find(py, arguments, &self.plans)?;
            let watched = (*self.watch.get()).as_ref()?;
            if !(*watched.followed).holds(py, &watched.watch) {
                return None;
            }
            let now = if self.options.bounds.ttl.is_some() { Instant::now() } else { self.made };
            // Also refreshes its use, by which entries are evicted.
            let entry = self.shelf.at_once(found, now)?;
            let cost = entry.cost_nanos();
            let output = match &entry.value {
                Stored::Plain(output) => output.clone_ref(py).into_ptr(),
                Stored::Checked(checked) if checked.is_untouched(py, self) => {
                    // To look who receives it may set off the collector, and that anything: as below.
                    let checked = Arc::clone(checked);
                    if let Some(kept) = &checked.kept {
                        kept.note_receiver(py);
                    }
                    checked.object.clone_ref(py).into_ptr()
                }
                Stored::Private(template) => {
                    // Unpickling may run anything, this function included: from here on neither the entry nor the
                    // watch may be looked at.
                    let template = Arc::clone(template);
                    template.make(py).ok()?.into_ptr()
                }
                Stored::Checked(_) => return None,
            };
            self.table.count(cost);
            Some(output)
        }
    }

    /// Takes down the arguments of a call whose key was just taken, to remember it for `hit_at_once`.
    fn prepare(
        &self,
        py: Python<'_>,
        rules: &Rules,
        arguments: RawArguments<'_>,
    ) -> Option<Prepared> {
        // SAFETY: the GIL is held and nothing runs while the reference is alive; `followed` lies where it says.
        let reading = unsafe { (*(*self.watch.get()).as_ref()?.followed).reading() };
        // A hash function may look at anything.
        if !self.takes_table || !rules.is_empty() {
            return None;
        }
        let mut surroundings = Given { codes: &self.codes, reading };
        Prepared::new(py, arguments, &self.plans, &mut surroundings)
    }

    /// Remembers a call for `hit_at_once`, if it can be seen at once that its output is as it was stored.
    fn remember(&self, py: Python<'_>, key: &Key, prepared: Prepared, output: &Bound<'_, PyAny>) {
        // The function, or another thread, may have changed meanwhile what the fingerprint depends on; the table then
        // belongs to another fingerprint than the key.
        // SAFETY: the GIL is held and nothing runs while the reference is alive; `followed` lies where it says.
        let is_current = unsafe {
            (*self.watch.get())
                .as_ref()
                .is_some_and(|w| (*w.followed).fingerprint().digest() == key.fingerprint)
        };
        if !is_current {
            return;
        }
        let key = &key.digest;
        let found = {
            let store = self.shelf.store();
            let handle = store.handle(key);
            match (handle, store.peek(key, Instant::now())) {
                (Some(handle), Ok(entry)) => match &entry.value {
                    Stored::Plain(object) if object.is(output) => Some(handle),
                    Stored::Private(_) => Some(handle),
                    Stored::Checked(checked)
                        if checked.snapshot.is_some() && checked.object.is(output) =>
                    {
                        Some(handle)
                    }
                    _ => None,
                },
                _ => None,
            }
        };
        if let Some(handle) = found {
            self.table.remember(py, prepared, handle);
        }
    }

    /// What an output looks like that was just encoded.
    pub fn output_snapshot(&self, output: &Bound<'_, PyAny>) -> Option<snapshot::Snapshot> {
        let mut surroundings = Given { codes: &self.codes, reading: Reading::default() };
        snapshot::Snapshot::capture(output, &self.output_plans, &mut surroundings)
    }

    /// Nothing can be told at once until the fingerprint has been looked at.
    pub fn unwatch(&self) {
        // SAFETY: the GIL is held; the old value is dropped after the new one is in place.
        let old = unsafe { (*self.watch.get()).take() };
        drop(old);
    }

    /// A call of the cached function.
    pub fn call<'py>(
        &self,
        py: Python<'py>,
        this: &Bound<'py, PyAny>,
        arguments: RawArguments<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if trace::enabled() {
            return self.traced(py, arguments, || self.call_plainly(py, this, arguments));
        }
        self.call_plainly(py, this, arguments)
    }

    /// A call, whoever looks.
    pub fn call_plainly<'py>(
        &self,
        py: Python<'py>,
        this: &Bound<'py, PyAny>,
        arguments: RawArguments<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let rules = self.rules(py)?;
        let Some(full_key) = self.key(py, &rules, arguments)? else {
            // The arguments do not fit: CPython's own TypeError says how.
            return self.invoke(py, arguments);
        };
        if self.asynchronous {
            return self.start(py, this, full_key, arguments);
        }
        let prepared = self.prepare(py, &rules, arguments);
        let output = match self.look_up(py, &rules, &full_key.digest, arguments)? {
            Found::Output(output) => output,
            Found::Missing(_) if self.looks_since_now(py) => {
                return self.traced(py, arguments, || self.call_plainly(py, this, arguments));
            }
            Found::Missing(outcome) => self.compute(py, &rules, &full_key, arguments, outcome)?,
        };
        if let Some(prepared) = prepared {
            self.remember(py, &full_key, prepared, &output);
        }
        Ok(output)
    }

    /// A coroutine that looks up, waits or computes when it is awaited.
    fn start<'py>(
        &self,
        py: Python<'py>,
        this: &Bound<'py, PyAny>,
        key: Key,
        arguments: RawArguments<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (args, kwargs) = to_python(py, arguments)?;
        let key = Bound::new(py, CallKey::new(key))?;
        py.import(intern!(py, "rememo._coroutine"))?
            .call_method1(intern!(py, "run"), (this, key, args, kwargs))
    }

    /// Calls the function itself.
    pub fn invoke<'py>(
        &self,
        py: Python<'py>,
        arguments: RawArguments<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut all: Vec<*mut ffi::PyObject> =
            Vec::with_capacity(1 + arguments.positional.len() + arguments.keyword_values.len());
        all.push(std::ptr::null_mut());
        all.extend_from_slice(arguments.positional);
        all.extend_from_slice(arguments.keyword_values);
        // SAFETY: the vectorcall protocol: the first slot is spare, as the flag says; all arguments are alive.
        unsafe {
            let result = ffi::PyObject_Vectorcall(
                self.wrapped.as_ptr(),
                all.as_ptr().add(1),
                arguments.positional.len() | ffi::PY_VECTORCALL_ARGUMENTS_OFFSET,
                arguments.keyword_names,
            );
            Bound::from_owned_ptr_or_err(py, result)
        }
    }

    // ---- key ----------------------------------------------------------------------------------

    /// The rules that hold now: the function's own and those registered for the project.
    pub fn rules(&self, py: Python<'_>) -> PyResult<Arc<Rules>> {
        let generation = rules::generation() + api::generation();
        if let Some((seen, rules)) = &*self.rules.lock()
            && *seen == generation
        {
            return Ok(Arc::clone(rules));
        }
        let own = self.options.hash_funcs.as_ref().map(|d| d.bind(py));
        let opaque = self.options.opaque_identity.unwrap_or_else(api::opaque_identity);
        let made = Arc::new(Rules::new(py, own, opaque)?);
        let old = self.rules.lock().replace((generation, Arc::clone(&made)));
        // Fingerprints were taken under the old rules.
        self.unwatch();
        self.forget_calls();
        self.output_plans.clear();
        let followed = self.followed.lock().take();
        self.codes.clear();
        self.importing.forget();
        drop((old, followed));
        Ok(made)
    }

    /// The key of a call; none if the arguments do not fit the signature.
    pub fn key(
        &self,
        py: Python<'_>,
        rules: &Rules,
        arguments: RawArguments<'_>,
    ) -> PyResult<Option<Key>> {
        let bound = match (&self.signature, Function::of(self.wrapped.bind(py))) {
            (Some(signature), Some(function)) => match signature.bind(py, &function, arguments) {
                Some(bound) => Some(bound),
                None => return Ok(None),
            },
            _ => None,
        };
        let subject = || format!("{}(){}", self.name, self.place(py));
        let mut unhashable = Vec::new();
        let (fingerprint, reading, imports) = match self.fingerprint(py, rules) {
            Ok(found) => found,
            Err(HashError::Unhashable(all)) => {
                unhashable = all;
                (Digest([0; 32]), Reading::default(), false)
            }
            Err(error) => return Err(error.into_pyerr(py, &subject())),
        };
        let mut code = ArgumentCode::new(&self.codes, reading);
        let mut encoder = Encoder::new(rules, &mut code);
        encoder.writer.u8(ENCODING_VERSION);
        encoder.writer.raw(fingerprint.as_bytes());
        encoder.writer.keep_prefixes();
        let start = encoder.writer.position();
        let mut ends = Ends::default();
        let encoded = match bound {
            Some(bound) => self.encode_bound(py, &mut encoder, &bound, &mut ends),
            None => encode_raw(py, &mut encoder, arguments, &mut ends),
        };
        encoded.map_err(|error| error.into_pyerr(py, &subject()))?;
        // All offending values of a call are told at once: those that code reads, then the arguments.
        unhashable.extend(encoder.take_errors());
        if !unhashable.is_empty() {
            return Err(HashError::Unhashable(unhashable).into_pyerr(py, &subject()));
        }
        let digest = encoder.writer.digest();
        if imports {
            self.importing.note(digest, fingerprint, &encoder.writer.bytes()[start..]);
        }
        let arguments = EncodedArguments { writer: encoder.writer, start, ends };
        Ok(Some(Key { digest, fingerprint, arguments }))
    }

    fn encode_bound(
        &self,
        py: Python<'_>,
        encoder: &mut Encoder<'_>,
        bound: &Arguments<'_>,
        ends: &mut Ends,
    ) -> Result<(), HashError> {
        let Some(signature) = &self.signature else { return Ok(()) };
        for (parameter, value) in signature.parameters.iter().zip(&bound.values) {
            if !parameter.ignored {
                encoder.encode(value, || {
                    format!("argument '{}'", crate::raw::string(parameter.name.bind(py)))
                })?;
                ends.push(encoder.writer.position());
            }
        }
        if let Some((name, false)) = &signature.varargs {
            encoder.writer.head(tag::TUPLE, bound.extra.len());
            for (i, value) in bound.extra.iter().enumerate() {
                encoder.encode(value, || format!("argument '*{name}' → [{i}]"))?;
            }
            ends.push(encoder.writer.position());
        }
        if let Some((name, false)) = &signature.varkeywords {
            encoder.writer.head(tag::DICT, bound.keywords.len());
            for (key, value) in &bound.keywords {
                crate::value::with_utf8(key, |utf8| encoder.writer.str(utf8));
                encoder.encode(value, || {
                    format!("argument '**{name}' → ['{}']", crate::raw::string(key))
                })?;
            }
            ends.push(encoder.writer.position());
        }
        Ok(())
    }

    /// The digest of the function's fingerprint as things stand now, what its code can read of other code, and
    /// whether it imports modules that are not loaded.
    fn fingerprint(
        &self,
        py: Python<'_>,
        rules: &Rules,
    ) -> Result<(Digest, Reading, bool), HashError> {
        // SAFETY: the GIL is held; while `watch` is set, `followed` lies where it says.
        unsafe {
            if let Some(watched) = &*self.watch.get()
                && (*watched.followed).holds(py, &watched.watch)
            {
                let followed = &*watched.followed;
                return Ok(found_in(followed));
            }
        }
        self.unwatch();
        let epoch = watch::epoch();
        // Taken out while it is looked at: foreign code may run meanwhile and call this function again.
        let known = self.followed.lock().take();
        if let Some(mut known) = known {
            let before = known.fingerprint().digest();
            if let Some(digest) = known.current(py, rules)? {
                if digest != before {
                    self.forget_calls();
                }
                return Ok(self.keep(py, rules, known, epoch));
            }
            self.importing.superseded(known);
        }
        self.forget_calls();
        let followed = self.follow(py, rules)?;
        Ok(self.keep(py, rules, followed, epoch))
    }

    /// Nothing is known of earlier calls.
    fn forget_calls(&self) {
        self.table.forget();
        // What the code reads of other code may be another now, and with it what counts of a class.
        self.plans.clear();
    }

    /// Puts what was followed in its place, and the watch with it.
    fn keep(
        &self,
        py: Python<'_>,
        rules: &Rules,
        mut followed: Box<Followed>,
        epoch: u64,
    ) -> (Digest, Reading, bool) {
        let found = found_in(&followed);
        let watch = followed.watch(py, rules, epoch);
        let address: *const Followed = &raw const *followed;
        self.unwatch();
        let old = self.followed.lock().replace(followed);
        // While somebody looks at each call none is answered before that.
        if let Some(watch) = watch
            && !cfg!(Py_GIL_DISABLED)
            && !trace::enabled()
        {
            // SAFETY: the GIL is held. Another thread may have put its own in place in the meantime, which `old` then
            // is: its watch was taken down above, and ours is the one that lies in `followed` now.
            unsafe { *self.watch.get() = Some(Watched { watch, followed: address }) };
        }
        drop(old);
        found
    }

    /// Takes out what was followed, if it is what a call was keyed by and `condition` holds of it.
    pub fn take_followed(
        &self,
        fingerprint: &Digest,
        condition: impl FnOnce(&Followed) -> bool,
    ) -> Option<Box<Followed>> {
        let mut place = self.followed.lock();
        let followed = place.as_deref()?;
        if followed.fingerprint().digest() != *fingerprint || !condition(followed) {
            return None;
        }
        self.unwatch();
        place.take()
    }

    /// Puts back what was taken out, unless other was put in its place.
    pub fn put_back(&self, followed: Box<Followed>) {
        let mut place = self.followed.lock();
        if place.is_none() {
            *place = Some(followed);
        } else {
            drop(place);
            drop(followed);
        }
    }

    /// What `look` sees in what is followed as things stand now; none if that fails.
    pub fn followed_now<R>(
        &self,
        py: Python<'_>,
        rules: &Rules,
        look: impl FnOnce(&Followed) -> R,
    ) -> Option<R> {
        self.fingerprint(py, rules).ok()?;
        self.unwatch();
        let epoch = watch::epoch();
        // Taken out while it is looked at, as in `fingerprint`.
        let followed = self.followed.lock().take()?;
        let seen = look(&followed);
        let mut followed = followed;
        let before = followed.fingerprint().digest();
        match followed.current(py, rules) {
            Ok(Some(now)) => {
                self.keep(py, rules, followed, epoch);
                // Changed while it was looked at: what was seen is of the past.
                (now == before).then_some(seen)
            }
            _ => None,
        }
    }

    /// Follows the function's code.
    pub fn follow(&self, py: Python<'_>, rules: &Rules) -> Result<Box<Followed>, HashError> {
        let mut extra: Vec<(String, Bound<'_, PyAny>)> = self
            .options
            .depends_on
            .iter()
            .enumerate()
            .map(|(i, value)| (format!("depends_on[{i}]"), value.bind(py).clone()))
            .collect();
        if let Some(version) = &self.options.version {
            extra.push(("version".to_owned(), version.bind(py).clone()));
        }
        if !self.options.ignore.is_empty() {
            let ignore = PyTuple::new(py, &self.options.ignore)?;
            extra.push(("ignore".to_owned(), ignore.into_any()));
        }
        let root =
            Root { object: self.wrapped.bind(py).clone(), extra, reading: Reading::default() };
        for _ in 0..ATTEMPTS {
            match follow(&root, rules) {
                Err(HashError::Retrace) => {}
                other => return other.map(Box::new),
            }
        }
        Err(HashError::Retrace)
    }

    // ---- look-up ------------------------------------------------------------------------------

    /// The stored output of a key, checked.
    pub fn look_up<'py>(
        &self,
        py: Python<'py>,
        rules: &Rules,
        key: &Digest,
        arguments: RawArguments<'_>,
    ) -> PyResult<Found<'py>> {
        self.look_up_as(
            py,
            rules,
            key,
            &|| self.describe(py, arguments),
            Outcome::Hit(Tier::Memory),
        )
    }

    /// As `look_up`, for a call described otherwise; `outcome` is what a success counts as.
    pub fn look_up_as<'py>(
        &self,
        py: Python<'py>,
        rules: &Rules,
        key: &Digest,
        call: &dyn Fn() -> String,
        outcome: Outcome,
    ) -> PyResult<Found<'py>> {
        let (stored, cost) = match self.take(py, key) {
            Ok(found) => found,
            Err(reason) => {
                if !self.adopt(py, key) {
                    return Ok(Found::Missing(Outcome::Miss(reason)));
                }
                match self.take(py, key) {
                    Ok(found) => found,
                    Err(reason) => return Ok(Found::Missing(Outcome::Miss(reason))),
                }
            }
        };
        match stored.hand_out(self, py, rules, call)? {
            Handed::Output(output) => {
                self.decided(py, outcome, cost);
                Ok(Found::Output(output))
            }
            Handed::Recompute => {
                self.shelf.remove(&self.shelf_name, key);
                Ok(Found::Missing(Outcome::Replaced))
            }
        }
    }

    fn take(&self, py: Python<'_>, key: &Digest) -> Result<(Stored, Duration), MissReason> {
        match self.shelf.store().get(key, Instant::now()) {
            Lookup::Hit(entry) => Ok((entry.value.clone_ref(py), entry.cost())),
            Lookup::Miss(reason) => Err(reason),
        }
    }

    fn adopt(&self, py: Python<'_>, key: &Digest) -> bool {
        let cleared = *self.cleared.lock();
        self.shelf.adopt(py, &self.shelf_name, key, cleared)
    }

    /// Whether the key has a live entry.
    pub fn contains(&self, py: Python<'_>, key: &Digest) -> bool {
        let own = self.shelf.store().peek(key, Instant::now()).is_ok();
        own || self.adopt(py, key)
    }

    // ---- miss ---------------------------------------------------------------------------------

    /// Computes a missing entry, unless another thread is at it: then waits and shares.
    fn compute<'py>(
        &self,
        py: Python<'py>,
        rules: &Rules,
        full_key: &Key,
        arguments: RawArguments<'_>,
        outcome: Outcome,
    ) -> PyResult<Bound<'py, PyAny>> {
        let owner = this_thread();
        let key = full_key.digest;
        let flight = (self.id, key);
        loop {
            match FLIGHTS.claim(flight, owner) {
                Claim::Lead => {
                    let _finish = Finish { flight, owner };
                    // Another thread may have stored it between our look-up and our claim.
                    if self.contains(py, &key)
                        && let Found::Output(output) = self.look_up_as(
                            py,
                            rules,
                            &key,
                            &|| self.describe(py, arguments),
                            Outcome::Joined,
                        )?
                    {
                        return Ok(output);
                    }
                    self.missed(py, rules, full_key, outcome);
                    return self.run(py, rules, full_key, arguments);
                }
                // The computation needs itself.
                Claim::Reentrant => {
                    self.missed(py, rules, full_key, Outcome::Reentered);
                    return self.run(py, rules, full_key, arguments);
                }
                // Waiting would never end.
                Claim::WouldDeadlock => {
                    self.missed(py, rules, full_key, Outcome::Detoured);
                    return self.run(py, rules, full_key, arguments);
                }
                Claim::Wait(ticket) => {
                    while !py.detach(|| ticket.wait(WAIT_SLICE)) {
                        py.check_signals()?;
                    }
                    drop(ticket);
                    if self.contains(py, &key)
                        && let Found::Output(output) = self.look_up_as(
                            py,
                            rules,
                            &key,
                            &|| self.describe(py, arguments),
                            Outcome::Joined,
                        )?
                    {
                        return Ok(output);
                    }
                    // It failed, or its result was not kept: our turn.
                }
            }
        }
    }

    /// Runs the function and stores what it returns.
    pub fn run<'py>(
        &self,
        py: Python<'py>,
        rules: &Rules,
        key: &Key,
        arguments: RawArguments<'_>,
    ) -> PyResult<Bound<'py, PyAny>> {
        // Before the body runs: it may change what it was given and what it reads.
        let record = self.record_of(key);
        self.note_fingerprint(py, rules, &key.fingerprint);
        let spinner = self.begin_spinner(py);
        let started = Instant::now();
        let result = self.invoke(py, arguments);
        let cost = started.elapsed();
        self.computed(cost, None);
        end_spinner(py, spinner);
        let output = result?;
        self.record(py, rules, key.digest, &output, cost, Some(record))?;
        Ok(output)
    }

    /// Stores an output under a key; its size, unless it was not to be kept.
    pub fn record(
        &self,
        py: Python<'_>,
        rules: &Rules,
        key: Digest,
        output: &Bound<'_, PyAny>,
        cost: Duration,
        record: Option<Arc<CallRecord>>,
    ) -> PyResult<Option<u64>> {
        let (stored, size) = output::store(self, py, rules, output)?;
        let now = Instant::now();
        if self
            .cleared
            .lock()
            .is_some_and(|cleared| now.checked_sub(cost).is_none_or(|started| started <= cleared))
        {
            // Cleared while it was computed: whoever cleared wants to see it computed again.
            return Ok(None);
        }
        let again = stored.clone_ref(py);
        let insert = |key: Digest, stored| {
            let mut store = self.shelf.store();
            let displaced = store.insert(key, stored, size, cost, now);
            if let Some(record) = &record {
                store.describe(&key, Arc::clone(record));
            }
            drop(store);
            // Dropped outside of the lock: a finaliser may call us again.
            drop(displaced);
        };
        insert(key, stored);
        self.note_kept(py, &key, size);
        self.computed(cost, Some(size));
        if let Some(settled) = self.settled_key(py, rules, &key) {
            insert(settled, again);
        }
        Ok(Some(size))
    }

    fn begin_spinner<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        let Spinner::Text(text) = &self.options.spinner else { return None };
        if !api::spinner_enabled(py) {
            return None;
        }
        // A spinner that cannot be shown is no reason to fail.
        py.import(intern!(py, "rememo._spinner"))
            .and_then(|m| m.call_method1(intern!(py, "begin"), (text,)))
            .ok()
    }

    /// ` (file:line)` of the function, if it has code.
    pub fn place(&self, py: Python<'_>) -> String {
        Function::of(self.wrapped.bind(py))
            .map(|function| api::place(&function.code()))
            .unwrap_or_default()
    }

    // ---- for people ---------------------------------------------------------------------------

    /// `name(args)` as an error or warning shows it; values are shown in short, and only plain ones.
    pub fn describe(&self, py: Python<'_>, arguments: RawArguments<'_>) -> String {
        let mut shown = Vec::new();
        for &value in arguments.positional {
            // SAFETY: alive for the call.
            shown.push(brief(&unsafe { Bound::from_borrowed_ptr(py, value) }));
        }
        for (name, value) in arguments.keywords(py) {
            shown.push(format!("{}={}", crate::raw::string(&name), brief(&value)));
        }
        format!("{}({})", self.name, shown.join(", "))
    }

    /// The counts so far.
    pub fn counts(&self, py: Python<'_>) -> Snapshot {
        let mut counts = self.stats.snapshot();
        let at_once = self.table.counts(py, false);
        counts.memory_hits += at_once.hits;
        counts.saved += Duration::from_nanos(at_once.saved);
        counts
    }

    /// Sets the counts to zero.
    pub fn reset_counts(&self, py: Python<'_>) {
        self.stats.reset();
        self.table.counts(py, true);
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.shelf.store().len()
    }

    /// Bytes that the entries take, by estimate.
    pub fn bytes(&self) -> u64 {
        self.shelf.store().bytes()
    }

    /// Entries that had to make room so far.
    pub fn evictions(&self) -> u64 {
        self.shelf.store().evictions()
    }

    /// Drops all entries.
    pub fn clear(&self) {
        *self.cleared.lock() = Some(Instant::now());
        let values = self.shelf.store().clear();
        drop(values);
    }

    /// Drops one entry.
    pub fn remove(&self, key: &Digest) {
        self.shelf.remove(&self.shelf_name, key);
    }

    /// Drops what is known of the code on behalf of the collector; the entries stay for namesakes.
    pub fn drop_followed(&self) {
        self.unwatch();
        self.forget_calls();
        self.output_plans.clear();
        let followed = self.followed.lock().take();
        drop(followed);
        self.importing.forget();
        self.codes.clear();
    }

    /// Shows the collector what is held.
    pub fn traverse(&self, mut visit: impl FnMut(*mut ffi::PyObject) -> i32) -> i32 {
        // The entries belong to the process as much as to the function: see `shelf`.
        visit(self.wrapped.as_ptr())
    }
}

/// What snapshots of arguments and outputs are taken in.
struct Given<'a> {
    codes: &'a CodeCache,
    reading: Reading,
}

impl Surroundings for Given<'_> {
    fn class_guard(&mut self, class: &Bound<'_, PyType>) -> Option<ClassGuard> {
        self.codes.class_guard(class, self.reading)
    }

    fn is_immutable(&mut self, _object: &Bound<'_, PyAny>) -> bool {
        // Among them is code, which nobody watches here.
        false
    }
}

/// Ends a flight, also when the computation fails.
struct Finish {
    flight: (u64, Digest),
    owner: Owner,
}

impl Drop for Finish {
    fn drop(&mut self) {
        FLIGHTS.finish(self.flight, self.owner);
    }
}

fn found_in(followed: &Followed) -> (Digest, Reading, bool) {
    (followed.fingerprint().digest(), followed.reading(), followed.is_provisional())
}

fn end_spinner(py: Python<'_>, token: Option<Bound<'_, PyAny>>) {
    if let Some(token) = token {
        let _ = py
            .import(intern!(py, "rememo._spinner"))
            .and_then(|m| m.call_method1(intern!(py, "end"), (token,)));
    }
}

fn encode_raw(
    py: Python<'_>,
    encoder: &mut Encoder<'_>,
    arguments: RawArguments<'_>,
    ends: &mut Ends,
) -> Result<(), HashError> {
    encoder.writer.head(tag::TUPLE, arguments.positional.len());
    for (i, &value) in arguments.positional.iter().enumerate() {
        // SAFETY: alive for the call.
        let value = unsafe { Bound::from_borrowed_ptr(py, value) };
        encoder.encode(&value, || format!("argument {i}"))?;
    }
    ends.push(encoder.writer.position());
    encoder.writer.head(tag::DICT, arguments.keyword_values.len());
    for (name, value) in arguments.keywords(py) {
        crate::value::with_utf8(&name, |utf8| encoder.writer.str(utf8));
        encoder.encode(&value, || format!("argument '{}'", crate::raw::string(&name)))?;
    }
    ends.push(encoder.writer.position());
    Ok(())
}

/// The arguments as a tuple and a dict.
pub fn to_python<'py>(
    py: Python<'py>,
    arguments: RawArguments<'_>,
) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
    let positional: Vec<Bound<'py, PyAny>> = arguments
        .positional
        .iter()
        // SAFETY: alive for the call.
        .map(|&p| unsafe { Bound::from_borrowed_ptr(py, p) })
        .collect();
    let kwargs = PyDict::new(py);
    for (name, value) in arguments.keywords(py) {
        kwargs.set_item(name, value)?;
    }
    Ok((PyTuple::new(py, positional)?, kwargs))
}

/// A value in a few words: plain ones by their repr, others by their type, since a repr may run anything.
pub fn brief(value: &Bound<'_, PyAny>) -> String {
    let plain = value.is_none()
        || value.is_exact_instance_of::<pyo3::types::PyInt>()
        || value.is_exact_instance_of::<pyo3::types::PyFloat>()
        || value.is_exact_instance_of::<pyo3::types::PyBool>()
        || value.is_exact_instance_of::<PyString>();
    if !plain {
        return format!("<{}>", crate::value::type_name(value));
    }
    let text = value.repr().map_or_else(|_| "?".into(), |r| r.to_string());
    if text.chars().count() <= 40 {
        return text;
    }
    let mut short: String = text.chars().take(37).collect();
    short.push('…');
    short
}
