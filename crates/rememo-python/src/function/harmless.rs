//! Calls of library code that a module's statements may make without an effect that followed code could see:
//! the result is not known, the module's other names are.

/// What a call of a library's name does with what it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    /// It makes a value of data.
    None,
    /// It also takes code of the user's, which it keeps or wraps and does not run.
    Keeps,
    /// As that, and it may write to what it is given.
    Alters,
}

use Harm::{Alters, Keeps, None as Data};

const CALLS: &[(&str, Harm)] = &[
    ("abc.abstractmethod", Alters),
    ("array.array", Data),
    ("builtins.abs", Data),
    ("builtins.bool", Data),
    ("builtins.bytes", Data),
    ("builtins.complex", Data),
    ("builtins.dict", Data),
    ("builtins.float", Data),
    ("builtins.frozenset", Data),
    ("builtins.int", Data),
    ("builtins.len", Data),
    ("builtins.list", Data),
    ("builtins.max", Data),
    ("builtins.min", Data),
    ("builtins.object", Data),
    ("builtins.ord", Data),
    ("builtins.range", Data),
    ("builtins.round", Data),
    ("builtins.set", Data),
    ("builtins.slice", Data),
    ("builtins.sorted", Data),
    ("builtins.str", Data),
    ("builtins.sum", Data),
    ("builtins.tuple", Data),
    ("builtins.zip", Data),
    ("collections.ChainMap", Data),
    ("collections.Counter", Data),
    ("collections.OrderedDict", Data),
    ("collections.defaultdict", Keeps),
    ("collections.deque", Data),
    ("collections.namedtuple", Data),
    ("contextlib.asynccontextmanager", Keeps),
    ("contextlib.contextmanager", Keeps),
    ("contextvars.ContextVar", Data),
    ("dataclasses.dataclass", Alters),
    ("dataclasses.field", Keeps),
    ("datetime.date", Data),
    ("datetime.datetime", Data),
    ("datetime.time", Data),
    ("datetime.timedelta", Data),
    ("datetime.timezone", Data),
    ("decimal.Decimal", Data),
    ("enum.auto", Data),
    ("enum.unique", Keeps),
    ("fractions.Fraction", Data),
    ("functools.cache", Keeps),
    ("functools.cached_property", Keeps),
    ("functools.lru_cache", Keeps),
    ("functools.partial", Keeps),
    ("functools.partialmethod", Keeps),
    ("functools.singledispatch", Keeps),
    ("functools.total_ordering", Alters),
    ("functools.wraps", Keeps),
    ("itertools.count", Data),
    ("logging.getLogger", Data),
    ("math.log", Data),
    ("math.sqrt", Data),
    ("numpy.array", Data),
    ("numpy.dtype", Data),
    ("operator.attrgetter", Data),
    ("operator.itemgetter", Data),
    ("operator.methodcaller", Data),
    ("os.environ.get", Data),
    ("os.getenv", Data),
    ("os.path.abspath", Data),
    ("os.path.dirname", Data),
    ("os.path.join", Data),
    ("pathlib.Path", Data),
    ("pathlib.PurePath", Data),
    ("pathlib.PurePosixPath", Data),
    ("re.compile", Data),
    ("string.Template", Data),
    ("struct.Struct", Data),
    ("threading.Condition", Data),
    ("threading.Event", Data),
    ("threading.Lock", Data),
    ("threading.RLock", Data),
    ("threading.Semaphore", Data),
    ("threading.local", Data),
    ("types.MappingProxyType", Data),
    ("types.SimpleNamespace", Data),
    ("typing.NewType", Keeps),
    ("typing.ParamSpec", Keeps),
    ("typing.TypeVar", Keeps),
    ("typing.cast", Keeps),
    ("typing.final", Alters),
    ("typing.overload", Alters),
    ("typing.runtime_checkable", Alters),
    ("uuid.UUID", Data),
    ("zoneinfo.ZoneInfo", Data),
];

/// What a call of the library's name `dotted` does; none where that is not known.
pub(super) fn call(dotted: &str) -> Option<Harm> {
    CALLS.binary_search_by(|(name, _)| (*name).cmp(dotted)).ok().map(|at| CALLS[at].1)
}

/// The names in the table.
pub(super) fn names() -> impl Iterator<Item = (&'static str, Harm)> {
    CALLS.iter().copied()
}

/// Whether making a class with a base or metaclass of this library module runs only code of the library
/// that has no effect elsewhere.
pub(super) fn makes_classes(module: &str) -> bool {
    matches!(
        module,
        "abc" | "enum" | "typing" | "typing_extensions" | "collections" | "_collections_abc"
    )
}

#[cfg(test)]
mod tests {
    use super::CALLS;

    #[test]
    fn the_table_is_sorted() {
        assert!(CALLS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
