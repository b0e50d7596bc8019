//! Large values: one immutable file each.
//!
//! A blob is a [region](crate::region) of buffers, which can be mapped as it is, and behind it a BLAKE3 digest of
//! each buffer. The row in the index holds a *seal*: a digest of the region's header and of these digests. So row,
//! file and buffers belong together or are seen not to.
//!
//! It is written under a name of its own in the folder `unfinished`, renamed into its place under a name that never
//! existed before, and named by a row last of all. Nobody reads what no row names; what no row names after a while is
//! swept (`maintenance`).

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::directory::Directory;
use super::files::Files;
use crate::digest::{DIGEST_LEN, Digest};
use crate::region::{Layout, Region};

/// A blob's name: the hexadecimal digits of it are its file's name.
pub(super) type Name = [u8; 16];
/// See the module.
pub(super) type Seal = [u8; 16];

/// From so many bytes on, digests are taken on a thread of their own while the file is written.
const OVERLAP: usize = 512 << 10;
/// So much is read at a time when a file is checked or copied.
const PIECE: usize = 1 << 20;

/// A name that no other blob has or had.
fn fresh_name(key: &Digest) -> Name {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.as_bytes());
    hasher.update(&std::process::id().to_le_bytes());
    hasher.update(&NEXT.fetch_add(1, Ordering::Relaxed).to_le_bytes());
    hasher.update(&super::clock::nanoseconds().to_le_bytes());
    let mut name = [0; 16];
    name.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    name
}

fn seal(header: &[u8], digests: &[Digest]) -> Seal {
    let mut hasher = blake3::Hasher::new();
    hasher.update(header);
    for digest in digests {
        hasher.update(digest.as_bytes());
    }
    let mut seal = [0; 16];
    seal.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    seal
}

/// A blob that was written and is not named by a row yet; removed when it is dropped before that.
#[derive(Debug)]
pub(super) struct Written {
    pub name: Name,
    pub seal: Seal,
    path: PathBuf,
    keep: AtomicBool,
}

impl Written {
    /// A row names it now.
    pub(super) fn keep(&self) {
        self.keep.store(true, Ordering::Release);
    }
}

impl Drop for Written {
    fn drop(&mut self) {
        if !*self.keep.get_mut() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Writes buffers as a blob.
pub(super) fn write(
    directory: &Directory,
    files: &dyn Files,
    key: &Digest,
    buffers: &[&[u8]],
) -> io::Result<Written> {
    let name = fresh_name(key);
    let path = directory.blob(&name);
    let unfinished = directory.unfinished().join(format!("{:032x}", u128::from_be_bytes(name)));
    let layout = Layout::of(buffers.iter().map(|buffer| buffer.len()));
    let header = layout.header();
    let length = (layout.size() + DIGEST_LEN * buffers.len()) as u64;

    let file = match files.create(&unfinished) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files.create_directory(directory.unfinished())?;
            files.create(&unfinished)
        }
        other => other,
    }?;
    let mut written =
        Written { name, seal: [0; 16], path: unfinished, keep: AtomicBool::new(false) };

    let digests = (|| -> io::Result<Vec<Digest>> {
        files.allocate(&file, length)?;
        files.write_all_at(&file, &header, 0)?;
        let take = || buffers.iter().map(|buffer| Digest::of(buffer)).collect::<Vec<Digest>>();
        let fill = || {
            layout.spans().iter().zip(buffers).try_for_each(|(span, buffer)| {
                files.write_all_at(&file, buffer, span.offset as u64)
            })
        };
        let digests = if layout.size() >= OVERLAP {
            std::thread::scope(|scope| {
                let taken = scope.spawn(take);
                fill()?;
                Ok(taken.join().unwrap_or_else(|_| take()))
            })
        } else {
            fill().map(|()| take())
        }?;
        let trailer: Vec<u8> = digests.iter().flat_map(|digest| digest.0).collect();
        files.write_all_at(&file, &trailer, layout.size() as u64)?;
        Ok(digests)
    })()?;
    drop(file);

    let finished = match files.rename(&written.path, &path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or_else(|| directory.blobs());
            files.create_directory(folder)?;
            files.rename(&written.path, &path)
        }
        other => other,
    };
    finished?;
    written.path = path;
    written.seal = seal(&header, &digests);
    Ok(written)
}

/// Why a blob cannot be used.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It is not there, too short, or not what its row says.
    Damaged,
    /// The system does not let us read it now.
    Io(io::Error),
}

/// A file that ends too soon is damaged; what else goes wrong is the system's.
fn unusable(error: io::Error) -> Unusable {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof => Unusable::Damaged,
        _ => Unusable::Io(error),
    }
}

/// An open blob: its buffers never change.
#[derive(Debug)]
pub struct Blob {
    file: File,
    layout: Layout,
    digests: Vec<Digest>,
}

impl Blob {
    /// Opens a blob and checks that it is the one that its row names: header, length and seal, not the buffers.
    pub(super) fn open(files: &dyn Files, path: &Path, expected: &Seal) -> Result<Self, Unusable> {
        let file = files.open(path).map_err(unusable)?;
        let length = file.metadata().map_err(unusable)?.len();
        let mut first = [0; 4096];
        let have = usize::try_from(length).map_or(first.len(), |length| length.min(first.len()));
        file.read_exact_at(&mut first[..have], 0).map_err(unusable)?;
        let count =
            first.get(8..16).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
        // A header of more buffers than fit into the first read; the longest one that the file can hold.
        let header_length = count
            .and_then(|count| count.checked_mul(16)?.checked_add(16)?.checked_next_multiple_of(64))
            .filter(|header| *header <= length)
            .and_then(|header| usize::try_from(header).ok())
            .ok_or(Unusable::Damaged)?;
        let mut more = Vec::new();
        let header = if header_length <= have {
            &first[..header_length]
        } else {
            more.resize(header_length, 0);
            file.read_exact_at(&mut more, 0).map_err(unusable)?;
            &more[..]
        };
        let layout = Layout::read(header).map_err(|_| Unusable::Damaged)?;
        let count = layout.spans().len();
        if (layout.size() + DIGEST_LEN * count) as u64 != length {
            return Err(Unusable::Damaged);
        }
        let mut trailer = vec![0; DIGEST_LEN * count];
        file.read_exact_at(&mut trailer, layout.size() as u64).map_err(unusable)?;
        let digests: Vec<Digest> = trailer
            .chunks_exact(DIGEST_LEN)
            .map(|bytes| {
                let mut digest = [0; DIGEST_LEN];
                digest.copy_from_slice(bytes);
                Digest(digest)
            })
            .collect();
        if seal(header, &digests) != *expected {
            return Err(Unusable::Damaged);
        }
        Ok(Self { file, layout, digests })
    }

    /// Where the buffers lie in the file.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The region that can be mapped for each caller. Buffers have been checked as far as
    /// [`DiskStore::get`](super::DiskStore::get) says.
    #[must_use]
    pub fn into_region(self) -> (Layout, Region) {
        let size = self.layout.size();
        (self.layout, Region::of_file(self.file, 0, size))
    }

    /// Whether every buffer matches its digest.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn is_intact(&self) -> io::Result<bool> {
        let mut piece = vec![0; PIECE.min(self.layout.size())];
        for (span, digest) in self.layout.spans().iter().zip(&self.digests) {
            let mut hasher = blake3::Hasher::new();
            let mut done = 0;
            while done < span.len {
                let length = piece.len().min(span.len - done);
                let piece = &mut piece[..length];
                self.file.read_exact_at(piece, (span.offset + done) as u64)?;
                if length < 128 << 10 {
                    hasher.update(piece)
                } else {
                    hasher.update_rayon(piece)
                };
                done += length;
            }
            if Digest::from(hasher.finalize()) != *digest {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The buffers, copied.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn read(&self) -> io::Result<Vec<Vec<u8>>> {
        self.layout
            .spans()
            .iter()
            .map(|span| {
                let mut buffer = vec![0; span.len];
                self.file.read_exact_at(&mut buffer, span.offset as u64)?;
                Ok(buffer)
            })
            .collect()
    }
}
