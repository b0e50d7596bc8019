//! One installed distribution as its metadata directory tells: `*.dist-info` (PEP 376, PEP 491,
//! PEP 610) or `*.egg-info`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::Library;

/// A distribution found in a directory of installed packages; its files are read when asked for.
pub struct Distribution {
    /// Name as in the metadata directory's name, normalised (PEP 503).
    pub normalised: String,
    metadata: PathBuf,
    library: OnceLock<Arc<Library>>,
}

impl Distribution {
    /// The distribution that a directory entry describes, if it describes one.
    pub fn at(metadata: PathBuf) -> Option<Self> {
        let (name, _) = name_and_version(&metadata)?;
        let normalised = normalise(&name);
        Some(Self { normalised, metadata, library: OnceLock::new() })
    }

    /// Name and version. A distribution that was not installed from an index (PEP 610: a local
    /// directory, a repository) can change under the same version; the recorded hashes of its
    /// files tell it apart.
    pub fn library(&self) -> Arc<Library> {
        let make = || {
            let (mut distribution, mut version) =
                name_and_version(&self.metadata).unwrap_or_default();
            if let Some(headers) = self.headers() {
                let header = |name: &str| header(&headers, name).map(str::to_owned);
                distribution = header("name").unwrap_or(distribution);
                version = header("version").unwrap_or(version);
            }
            if self.direct_url().is_some() {
                version = format!("{version}+record:{}", self.recorded_code());
            }
            Arc::new(Library { distribution, version })
        };
        Arc::clone(self.library.get_or_init(make))
    }

    /// The paths of the distribution's files, relative to the directory that the metadata lies in;
    /// none if it keeps no list.
    pub fn files(&self) -> Option<Vec<String>> {
        if let Ok(record) = fs::read_to_string(self.metadata.join("RECORD")) {
            return Some(record.lines().filter_map(|line| Some(fields(line)?.0)).collect());
        }
        let installed = fs::read_to_string(self.metadata.join("installed-files.txt")).ok()?;
        // These are relative to the metadata directory itself.
        let files = installed.lines().filter_map(|line| line.trim().strip_prefix("../"));
        Some(files.map(str::to_owned).collect())
    }

    /// Whether it provides this top-level module or package, as far as a distribution without a
    /// list of its files says.
    pub fn provides(&self, top_level: &str) -> bool {
        match fs::read_to_string(self.metadata.join("top_level.txt")) {
            Ok(names) => names.lines().any(|name| name.trim() == top_level),
            Err(_) => self.normalised == normalise(top_level),
        }
    }

    /// Whether what lies here only leads to the project's own files (PEP 610).
    pub fn is_editable(&self) -> bool {
        self.direct_url().is_some_and(|json| {
            let compact: String = json.chars().filter(|c| !c.is_whitespace()).collect();
            compact.contains("\"editable\":true")
        })
    }

    fn direct_url(&self) -> Option<String> {
        fs::read_to_string(self.metadata.join("direct_url.json")).ok()
    }

    fn headers(&self) -> Option<String> {
        let inside = ["METADATA", "PKG-INFO", "EGG-INFO/PKG-INFO"];
        let headers = inside.iter().find_map(|name| fs::read(self.metadata.join(name)).ok());
        // An `.egg-info` may be the file of headers itself.
        let own = || {
            let is_file = self.metadata.extension().is_some_and(|ending| ending == "egg-info");
            fs::read(&self.metadata).ok().filter(|_| is_file)
        };
        Some(String::from_utf8_lossy(&headers.or_else(own)?).into_owned())
    }

    /// Digest of the lines of RECORD that speak of code: path and hash, sorted.
    fn recorded_code(&self) -> String {
        let record = fs::read_to_string(self.metadata.join("RECORD")).unwrap_or_default();
        let mut lines: Vec<_> = record
            .lines()
            .filter_map(fields)
            .filter(|(path, hash)| !hash.is_empty() && !path.contains(".dist-info/"))
            .collect();
        lines.sort();
        let mut hasher = blake3::Hasher::new();
        for (path, hash) in &lines {
            hasher.update(path.as_bytes()).update(b"\0").update(hash.as_bytes()).update(b"\n");
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// Name and version from the name of a metadata directory or file: `name-version.dist-info`,
/// `name-version-pyX.Y.egg-info`, `name.egg-info`.
fn name_and_version(metadata: &Path) -> Option<(String, String)> {
    let file_name = metadata.file_name()?.to_str()?;
    let stem = [".dist-info", ".egg-info", ".egg"]
        .iter()
        .find_map(|ending| file_name.strip_suffix(ending))?;
    let mut parts = stem.splitn(3, '-');
    let name = parts.next().filter(|name| !name.is_empty())?;
    Some((name.to_owned(), parts.next().unwrap_or_default().to_owned()))
}

/// A name as PEP 503 compares names: lower case, runs of `-`, `_` and `.` one `-`.
pub fn normalise(name: &str) -> String {
    let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// A header of a METADATA file; its body, the description, is not searched.
fn header<'a>(headers: &'a str, name: &str) -> Option<&'a str> {
    headers.lines().take_while(|line| !line.is_empty()).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Path and hash of a line of RECORD, which is CSV: a field in quotes has its quotes doubled.
fn fields(line: &str) -> Option<(String, String)> {
    let Some(quoted) = line.strip_prefix('"') else {
        let mut fields = line.split(',');
        let path = fields.next().filter(|path| !path.is_empty())?;
        return Some((path.replace('\\', "/"), fields.next().unwrap_or_default().to_owned()));
    };
    let mut path = String::new();
    let mut rest = quoted.chars();
    while let Some(character) = rest.next() {
        if character == '"' && !rest.as_str().starts_with('"') {
            let hash = rest.as_str().trim_start_matches(',').split(',').next().unwrap_or_default();
            return Some((path.replace('\\', "/"), hash.to_owned()));
        }
        if character == '"' {
            rest.next();
        }
        path.push(character);
    }
    None
}
