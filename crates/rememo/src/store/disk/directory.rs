//! The directory of a store: where it lies, who may use it, what is in it.
//!
//! What is stored will be unpickled, and pickles run code. So a directory that somebody else owns or can write to is
//! refused. Everything of one format lies in a folder named after it (`v1`), which is the user's alone: versions of
//! rememo with different formats live side by side in one cache directory, and none touches what it does not know.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::files::Files;
use super::{FORMAT_VERSION, Options};

const TAG: &str = "CACHEDIR.TAG";
/// The first line is fixed by the Cache Directory Tagging Specification.
const TAG_TEXT: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
    # This directory holds results that rememo can compute again; backups may leave it out.\n\
    # https://bford.info/cachedir/\n";

/// The paths of a store.
#[derive(Clone, Debug)]
pub(super) struct Directory {
    /// As the user names it.
    pub root: PathBuf,
    /// The folder of this format.
    pub home: PathBuf,
    pub index: PathBuf,
    pub claims: PathBuf,
    blobs: PathBuf,
    unfinished: PathBuf,
}

/// Where results are kept if nothing else is said: `REMEMO_CACHE_DIR`, else the platform's place for caches
/// (`$XDG_CACHE_HOME/rememo` or `~/.cache/rememo`; on macOS `~/Library/Caches/rememo`). `None` without a home.
#[must_use]
pub fn default_directory() -> Option<PathBuf> {
    let of = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = of("REMEMO_CACHE_DIR") {
        return Some(path);
    }
    if cfg!(target_os = "macos") {
        return Some(of("HOME")?.join("Library/Caches/rememo"));
    }
    // A relative path there is to be ignored, says the XDG specification.
    let caches = of("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    Some(caches.or_else(|| Some(of("HOME")?.join(".cache")))?.join("rememo"))
}

impl Directory {
    pub(super) fn new(root: &Path) -> Self {
        let home = root.join(format!("v{FORMAT_VERSION}"));
        Self {
            root: root.to_owned(),
            index: home.join("index.sqlite"),
            claims: home.join("claims"),
            blobs: home.join("blobs"),
            unfinished: home.join("unfinished"),
            home,
        }
    }

    /// Where blobs are written before they have their name.
    pub(super) fn unfinished(&self) -> &Path {
        &self.unfinished
    }

    /// The folder of all blobs.
    pub(super) fn blobs(&self) -> &Path {
        &self.blobs
    }

    /// Where the blob of this name lies: in one of 256 folders, by the name's first byte.
    pub(super) fn blob(&self, name: &[u8; 16]) -> PathBuf {
        let hex = u128::from_be_bytes(*name);
        self.blobs.join(format!("{:02x}", name[0])).join(format!("{hex:032x}"))
    }

    /// Makes what is missing and checks what is there; the number of the file system and of the home folder, to see
    /// later whether it is still the same.
    pub(super) fn prepare(&self, files: &dyn Files, options: &Options) -> Result<(), StoreError> {
        let io = |operation, path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { path, operation, source }
        };
        let root = match fs::metadata(&self.root) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files.create_directory(&self.root).map_err(io("created", &self.root))?;
                fs::metadata(&self.root).map_err(io("looked at", &self.root))?
            }
            Err(source) => return Err(io("looked at", &self.root)(source)),
        };
        self.refusal(options)?;
        if fs::symlink_metadata(&self.home).is_err() {
            files.create_directory(&self.home).map_err(io("created", &self.home))?;
            self.tag(files, &root);
        }
        Ok(())
    }

    /// Whether what is there is fit to be used; nothing is made.
    pub(super) fn refusal(&self, options: &Options) -> Result<(), StoreError> {
        if !options.trust_directory {
            for (path, found) in [
                (&self.root, fs::metadata(&self.root)),
                (&self.home, fs::symlink_metadata(&self.home)),
            ] {
                if let Ok(found) = found {
                    self.check(path, &found)?;
                }
            }
        }
        match network(&self.root) {
            Some(kind) => Err(StoreError::Network { path: self.root.clone(), kind }),
            None => Ok(()),
        }
    }

    fn check(&self, path: &Path, found: &Metadata) -> Result<(), StoreError> {
        let refused = |problem: String, remedy: String| StoreError::Refused {
            path: path.to_owned(),
            problem,
            remedy,
        };
        let opt_out = "or say rememo.configure(trust_cache_dir=True) if that is as it should be";
        if !found.is_dir() {
            return Err(refused(
                "is no directory".to_owned(),
                format!("Choose another path, {opt_out}"),
            ));
        }
        // SAFETY: a system call without arguments, which cannot fail.
        let user = unsafe { libc::geteuid() };
        if found.uid() != user {
            return Err(refused(
                format!("belongs to another user (its owner is {}, you are {user})", found.uid()),
                format!(
                    "Choose a directory of your own (REMEMO_CACHE_DIR, persist=\"/path\"), {opt_out}"
                ),
            ));
        }
        if found.mode() & 0o022 != 0 {
            return Err(refused(
                format!("can be written to by others (its mode is {:o})", found.mode() & 0o7777),
                format!("Run: chmod go-w {}, {opt_out}", path.display()),
            ));
        }
        Ok(())
    }

    /// Tells backup programs and git to leave the directory out; not having it harms nobody.
    fn tag(&self, files: &dyn Files, root: &Metadata) {
        let _ = root;
        for (name, text) in [(TAG, TAG_TEXT), (".gitignore", "*\n")] {
            if let Ok(file) = files.create(&self.root.join(name)) {
                let _ = files.write_all_at(&file, text.as_bytes(), 0);
            }
        }
    }
}

/// The name of the network file system that a path lies on; none for local ones.
#[cfg(target_os = "linux")]
fn network(path: &Path) -> Option<&'static str> {
    /// From `linux/magic.h` and the file systems' own sources.
    const KINDS: [(u32, &str); 14] = [
        (0x6969, "NFS"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB"),
        (0x517B, "SMB"),
        (0x5346_414F, "AFS"),
        (0x6B41_4653, "AFS"),
        (0x00C3_6400, "Ceph"),
        (0x0BD0_0BD0, "Lustre"),
        (0x4750_4653, "GPFS"),
        (0x1983_0326, "BeeGFS"),
        (0x0102_1997, "9P"),
        (0x7461_636F, "OCFS2"),
        (0x0116_1970, "GFS2"),
        (0x7375_7245, "Coda"),
    ];
    const FUSE: u32 = 0x6573_5546;
    let name = std::ffi::CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: a C string and a structure of ours to be filled in.
    let kind = unsafe {
        let mut found: libc::statfs = std::mem::zeroed();
        if libc::statfs(name.as_ptr(), &raw mut found) != 0 {
            return None;
        }
        found.f_type as u32
    };
    if kind == FUSE {
        return remote_fuse(path);
    }
    KINDS.iter().find(|(magic, _)| *magic == kind).map(|(_, name)| *name)
}

#[cfg(not(target_os = "linux"))]
fn network(_path: &Path) -> Option<&'static str> {
    None
}

/// Of the file systems in user space, those that lie elsewhere.
#[cfg(target_os = "linux")]
fn remote_fuse(path: &Path) -> Option<&'static str> {
    const REMOTE: [&str; 10] = [
        "fuse.sshfs",
        "fuse.s3fs",
        "fuse.gcsfuse",
        "fuse.rclone",
        "fuse.glusterfs",
        "fuse.juicefs",
        "fuse.goofys",
        "fuse.cephfs",
        "fuse.davfs",
        "fuse.blobfuse",
    ];
    let path = path.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let kind = mount_of(&path, &mounts)?;
    REMOTE.into_iter().find(|name| *name == kind)
}

/// The kind of file system that a path without links lies on, by the system's list of mounts.
#[cfg(target_os = "linux")]
pub(super) fn mount_of<'a>(path: &Path, mounts: &'a str) -> Option<&'a str> {
    let lines = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    // The mount point that is nearest to the path is the one that counts; of equal ones the last.
    let nearest = lines.filter(|(point, _)| path.starts_with(point));
    nearest.max_by_key(|(point, _)| point.len()).map(|(_, kind)| kind)
}
