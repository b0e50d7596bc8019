//! One run of the command: the directory, the store in it, and the person at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use rememo::store::disk::{
    DiskStore, ListedFunction, Options, Place, StoreError, default_directory,
};

use crate::arguments::{Consent, Shared};
use crate::failure::Failure;

/// The directory and how to answer.
pub(crate) struct Session {
    pub directory: PathBuf,
    pub json: bool,
}

/// An open store, or that there is none. A cache that was never used is empty, not an error.
pub(crate) struct Store(Option<DiskStore>);

impl Session {
    pub(crate) fn new(shared: &Shared) -> Result<Self, Failure> {
        let directory =
            shared.dir.clone().or_else(default_directory).ok_or(Failure::NoDirectory)?;
        let directory = std::path::absolute(&directory).unwrap_or(directory);
        Ok(Self { directory, json: shared.json })
    }

    /// The store, to be looked at. Nothing is made, and what is broken is left as it is.
    pub(crate) fn store(&self) -> Result<Store, Failure> {
        self.open(Options { create: false, ..Options::default() })
    }

    /// The store, to be changed: only if it is fit to be used by programs.
    pub(crate) fn writable_store(&self) -> Result<Store, Failure> {
        let place = Place::at(&self.directory);
        if let Some(refusal) = place.refusal
            && place.has_index
        {
            return Err(Failure::Store(refusal, Vec::new()));
        }
        self.store()
    }

    /// As [`writable_store`](Self::writable_store); a broken index is started anew.
    pub(crate) fn repairable_store(&self) -> Result<Store, Failure> {
        self.open(Options::default())
    }

    fn open(&self, options: Options) -> Result<Store, Failure> {
        if !Place::at(&self.directory).has_index {
            return Ok(Store(None));
        }
        let options = Options { program: "rememo".to_owned(), ..options };
        match DiskStore::open(&self.directory, options) {
            Ok(store) => Ok(Store(Some(store))),
            Err(error) => Err(Failure::Store(error, Vec::new())),
        }
    }

    /// Asks whether what was just said shall be done.
    pub(crate) fn confirm(&self, question: &str, consent: &Consent) -> Result<(), Failure> {
        if consent.yes {
            return Ok(());
        }
        let mut terminal = io::stderr();
        if !io::stdin().is_terminal() || !terminal.is_terminal() {
            return Err(Failure::Declined(
                "nothing was deleted: there is no terminal to ask on. Say --yes, or --dry-run to only see".to_owned(),
            ));
        }
        write!(terminal, "{question} [y/N] ")?;
        terminal.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::Declined("nothing was deleted".to_owned())),
        }
    }
}

impl Store {
    pub(crate) fn get(&self) -> Option<&DiskStore> {
        self.0.as_ref()
    }

    /// What an operation gives, or its default without a store.
    pub(crate) fn ask<R: Default>(
        &self,
        operation: impl FnOnce(&DiskStore) -> Result<R, StoreError>,
    ) -> Result<R, Failure> {
        let Some(store) = &self.0 else { return Ok(R::default()) };
        operation(store).map_err(|error| Failure::Store(error, store.take_problems()))
    }

    pub(crate) fn functions(&self) -> Result<Vec<ListedFunction>, Failure> {
        self.ask(DiskStore::functions)
    }

    /// The function of this name, or the only one whose name ends so.
    pub(crate) fn function(&self, name: &str) -> Result<ListedFunction, Failure> {
        match self.find_function(name)? {
            Some(found) => Ok(found),
            None => Err(Failure::NotFound(format!(
                "no function {name:?} has anything stored here. rememo ls lists those that have"
            ))),
        }
    }

    /// As [`function`](Self::function); none if no name fits.
    pub(crate) fn find_function(&self, name: &str) -> Result<Option<ListedFunction>, Failure> {
        let functions = self.functions()?;
        if let Some(exact) = functions.iter().find(|function| *function.name == *name) {
            return Ok(Some(exact.clone()));
        }
        let end = format!(".{name}");
        let mut fitting: Vec<ListedFunction> =
            functions.into_iter().filter(|function| function.name.ends_with(&end)).collect();
        if fitting.len() > 1 {
            let names: Vec<&str> = fitting.iter().map(|function| &*function.name).collect();
            return Err(Failure::NotFound(format!(
                "several functions end in {name:?}: {}. Say more of the name",
                names.join(", ")
            )));
        }
        Ok(fitting.pop())
    }
}
