//! What code reads of the outside, or resolves while it runs, and rememo cannot follow: told, never guessed.

use pyo3::prelude::*;

use crate::raw;

/// One item that is not followed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotFollowed {
    /// A stable name: the dotted name of what is called or read.
    pub name: String,
    /// Why it is not followed.
    pub reason: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// The function that does it.
    pub reader: String,
    /// Its file.
    pub file: String,
    /// The line.
    pub line: u32,
}

/// Prefix or whole dotted name, reason, remedy. A trailing dot makes it a prefix.
const TABLE: &[(&str, &str, &str)] = &[
    ("builtins.open", FILE, FILE_REMEDY),
    ("io.open", FILE, FILE_REMEDY),
    ("_io.open", FILE, FILE_REMEDY),
    ("io.open_code", FILE, FILE_REMEDY),
    ("os.listdir", FILE, FILE_REMEDY),
    ("os.scandir", FILE, FILE_REMEDY),
    ("os.walk", FILE, FILE_REMEDY),
    ("os.stat", FILE, FILE_REMEDY),
    ("os.open", FILE, FILE_REMEDY),
    ("os.lstat", FILE, FILE_REMEDY),
    ("os.access", FILE, FILE_REMEDY),
    ("os.readlink", FILE, FILE_REMEDY),
    ("os.path.exists", FILE, FILE_REMEDY),
    ("os.path.lexists", FILE, FILE_REMEDY),
    ("os.path.isfile", FILE, FILE_REMEDY),
    ("os.path.isdir", FILE, FILE_REMEDY),
    ("os.path.islink", FILE, FILE_REMEDY),
    ("os.path.realpath", FILE, FILE_REMEDY),
    ("os.path.samefile", FILE, FILE_REMEDY),
    ("os.path.getsize", FILE, FILE_REMEDY),
    ("os.path.getmtime", FILE, FILE_REMEDY),
    ("os.path.getctime", FILE, FILE_REMEDY),
    ("glob.", FILE, FILE_REMEDY),
    ("shutil.", FILE, FILE_REMEDY),
    ("tempfile.", FILE, ARGUMENT),
    ("gzip.open", FILE, FILE_REMEDY),
    ("bz2.open", FILE, FILE_REMEDY),
    ("lzma.open", FILE, FILE_REMEDY),
    ("tarfile.open", FILE, FILE_REMEDY),
    ("zipfile.ZipFile", FILE, FILE_REMEDY),
    ("mmap.mmap", FILE, FILE_REMEDY),
    ("shelve.open", FILE, FILE_REMEDY),
    ("sqlite3.connect", FILE, FILE_REMEDY),
    ("pkgutil.get_data", FILE, FILE_REMEDY),
    ("importlib.resources.", FILE, FILE_REMEDY),
    ("numpy.load", FILE, FILE_REMEDY),
    ("numpy.memmap", FILE, FILE_REMEDY),
    ("os.environ", ENVIRONMENT, ENVIRONMENT_REMEDY),
    ("os.environb", ENVIRONMENT, ENVIRONMENT_REMEDY),
    ("os.getenv", ENVIRONMENT, ENVIRONMENT_REMEDY),
    ("os.path.expandvars", ENVIRONMENT, ENVIRONMENT_REMEDY),
    ("os.path.expanduser", ENVIRONMENT, ENVIRONMENT_REMEDY),
    ("pathlib.Path.home", ENVIRONMENT, ENVIRONMENT_REMEDY),
    ("pathlib.Path.cwd", "the working directory is not part of the key", ARGUMENT),
    ("os.getcwd", "the working directory is not part of the key", ARGUMENT),
    ("os.getpid", "the process is not part of the key", ARGUMENT),
    ("os.cpu_count", MACHINE, ARGUMENT),
    ("os.uname", MACHINE, ARGUMENT),
    ("os.getlogin", MACHINE, ARGUMENT),
    ("getpass.getuser", MACHINE, ARGUMENT),
    ("platform.", MACHINE, ARGUMENT),
    ("locale.getlocale", MACHINE, ARGUMENT),
    ("os.urandom", RANDOM, ARGUMENT),
    ("time.time", CLOCK, CLOCK_REMEDY),
    ("time.time_ns", CLOCK, CLOCK_REMEDY),
    ("time.monotonic", CLOCK, CLOCK_REMEDY),
    ("time.monotonic_ns", CLOCK, CLOCK_REMEDY),
    ("time.perf_counter", CLOCK, CLOCK_REMEDY),
    ("time.perf_counter_ns", CLOCK, CLOCK_REMEDY),
    ("time.process_time", CLOCK, CLOCK_REMEDY),
    ("time.localtime", CLOCK, CLOCK_REMEDY),
    ("time.gmtime", CLOCK, CLOCK_REMEDY),
    ("time.strftime", CLOCK, CLOCK_REMEDY),
    ("time.ctime", CLOCK, CLOCK_REMEDY),
    ("datetime.datetime.now", CLOCK, CLOCK_REMEDY),
    ("datetime.datetime.utcnow", CLOCK, CLOCK_REMEDY),
    ("datetime.datetime.today", CLOCK, CLOCK_REMEDY),
    ("datetime.date.today", CLOCK, CLOCK_REMEDY),
    ("random.", RANDOM, ARGUMENT),
    ("secrets.", RANDOM, ARGUMENT),
    ("numpy.random.", RANDOM, ARGUMENT),
    ("uuid.uuid1", RANDOM, ARGUMENT),
    ("uuid.uuid4", RANDOM, ARGUMENT),
    ("subprocess.", PROCESS, CLOCK_REMEDY),
    ("os.system", PROCESS, CLOCK_REMEDY),
    ("os.popen", PROCESS, CLOCK_REMEDY),
    ("asyncio.create_subprocess_exec", PROCESS, CLOCK_REMEDY),
    ("asyncio.create_subprocess_shell", PROCESS, CLOCK_REMEDY),
    ("asyncio.open_connection", NETWORK, CLOCK_REMEDY),
    ("socket.", NETWORK, CLOCK_REMEDY),
    ("urllib.request.", NETWORK, CLOCK_REMEDY),
    ("http.client.", NETWORK, CLOCK_REMEDY),
    ("requests.get", NETWORK, CLOCK_REMEDY),
    ("requests.post", NETWORK, CLOCK_REMEDY),
    ("requests.request", NETWORK, CLOCK_REMEDY),
    ("requests.api.", NETWORK, CLOCK_REMEDY),
    ("httpx.get", NETWORK, CLOCK_REMEDY),
    ("httpx.post", NETWORK, CLOCK_REMEDY),
    ("builtins.input", "what a person types is not part of the key", ARGUMENT),
    ("sys.stdin", "what a person types is not part of the key", ARGUMENT),
    ("builtins.eval", COMPUTED_CODE, DEPENDS_ON),
    ("builtins.exec", COMPUTED_CODE, DEPENDS_ON),
    ("builtins.compile", COMPUTED_CODE, DEPENDS_ON),
    ("marshal.loads", COMPUTED_CODE, DEPENDS_ON),
    ("pickle.load", COMPUTED_NAME, DEPENDS_ON),
    ("pickle.loads", COMPUTED_NAME, DEPENDS_ON),
    ("builtins.globals", COMPUTED_NAME, DEPENDS_ON),
    ("builtins.__import__", COMPUTED_NAME, DEPENDS_ON),
    ("importlib.import_module", COMPUTED_NAME, DEPENDS_ON),
    ("importlib.reload", COMPUTED_NAME, DEPENDS_ON),
    ("runpy.", COMPUTED_NAME, DEPENDS_ON),
    ("importlib.util.spec_from_file_location", COMPUTED_NAME, DEPENDS_ON),
    ("importlib.machinery.", COMPUTED_NAME, DEPENDS_ON),
    (
        "sys.path",
        "what an import finds once the code has changed where is looked is not part of the key",
        DEPENDS_ON,
    ),
    ("inspect.getsource", SOURCE, SOURCE_REMEDY),
    ("inspect.getsourcelines", SOURCE, SOURCE_REMEDY),
    ("inspect.getcomments", SOURCE, SOURCE_REMEDY),
    ("linecache.", SOURCE, SOURCE_REMEDY),
    ("gc.get_objects", HEAP, DEPENDS_ON),
    ("gc.get_referrers", HEAP, DEPENDS_ON),
];

/// `getattr` and its like, when the name is computed.
pub const COMPUTED_ATTRIBUTE: (&str, &str) =
    ("the name of the attribute is computed while the code runs", DEPENDS_ON);

/// `sys.modules`, unless it is asked for a module by a constant name.
pub const COMPUTED_MODULE: (&str, &str) = (COMPUTED_NAME, DEPENDS_ON);

/// Methods that read files whoever has them.
const METHODS: &[&str] = &[
    "fromfile",
    "genfromtxt",
    "is_dir",
    "is_file",
    "iterdir",
    "loadtxt",
    "read_bytes",
    "read_csv",
    "read_excel",
    "read_feather",
    "read_fwf",
    "read_hdf",
    "read_json",
    "read_orc",
    "read_parquet",
    "read_pickle",
    "read_sql",
    "read_table",
    "read_text",
    "read_xml",
    "rglob",
    "scan_csv",
    "scan_parquet",
];

const FILE: &str = "what lies in the file system is not part of the key";
const FILE_REMEDY: &str = "depends_on=[rememo.File(path)], or take a rememo.File as an argument";
const ENVIRONMENT: &str = "environment variables are not part of the key";
const ENVIRONMENT_REMEDY: &str = "depends_on=[rememo.Env(\"NAME\")]";
const CLOCK: &str = "the clock is not part of the key";
const CLOCK_REMEDY: &str = "take it as an argument, or set a ttl";
const RANDOM: &str = "random numbers are not part of the key";
const ARGUMENT: &str = "take it as an argument";
const MACHINE: &str = "the machine and its user are not part of the key";
const PROCESS: &str = "what another program answers is not part of the key";
const NETWORK: &str = "what comes over the network is not part of the key";
const SOURCE: &str =
    "the text of the source is not part of the key: comments and layout do not count";
const SOURCE_REMEDY: &str = "set a version, or depends_on=[rememo.File(path)]";
const HEAP: &str = "what lies in memory without a name that leads to it is not part of the key";
const COMPUTED_CODE: &str = "the code is computed while it runs";
const COMPUTED_NAME: &str = "the name is computed while the code runs";
const DEPENDS_ON: &str = "name what it reaches in depends_on=[…]";

/// Why a library name, or one below it, is not followed.
pub fn reason(dotted: &str) -> Option<(&'static str, &'static str)> {
    TABLE
        .iter()
        .find(|(name, ..)| {
            if name.ends_with('.') {
                dotted.starts_with(name)
            } else {
                dotted == *name
                    || dotted.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))
            }
        })
        .map(|&(_, reason, remedy)| (reason, remedy))
}

/// The dotted name in the table under which a library publishes an object that is called `name` where it was made:
/// `random.choice` is a method, `socket.gethostname` is a function of another module.
pub fn published(object: &Bound<'_, PyAny>, name: &str) -> Option<String> {
    TABLE.iter().find_map(|(entry, ..)| {
        let dotted = match entry.strip_suffix('.') {
            Some(module) => format!("{module}.{name}"),
            None => entry.strip_suffix(name)?.ends_with('.').then(|| (*entry).to_owned())?,
        };
        raw::by_dotted_name(object.py(), &dotted).is_some_and(|o| o.is(object)).then_some(dotted)
    })
}

/// Why a method of whatever object is not followed.
pub fn method_reason(name: &str) -> Option<(&'static str, &'static str)> {
    METHODS.contains(&name).then_some((FILE, FILE_REMEDY))
}

impl NotFollowed {
    /// As a Python dict, for `f.dependencies().not_followed`.
    pub fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyDict>> {
        let dict = pyo3::types::PyDict::new(py);
        dict.set_item("name", &self.name)?;
        dict.set_item("reason", self.reason)?;
        dict.set_item("remedy", self.remedy)?;
        dict.set_item("reader", &self.reader)?;
        dict.set_item("file", &self.file)?;
        dict.set_item("line", self.line)?;
        Ok(dict)
    }
}
