//! Large buffers in one piece of memory that everyone can have privately, without a copy.
//!
//! A [`Region`] holds bytes that never change. [`Region::map`] gives a [`Mapping`] of them: a private view, whose
//! pages are the region's own until they are written to, and copies from then on (`mmap` with `MAP_PRIVATE`). So a
//! gigabyte is handed out in microseconds, and whoever writes to it pays for the pages that they write, no more.
//! The bytes lie in an anonymous file of the kernel (`memfd_create`), or in any file, for example one of a
//! store on disk.
//!
//! # The layout
//!
//! Buffers lie one after the other, each at a multiple of [`ALIGNMENT`] bytes, behind a header that says where.
//! All numbers are unsigned, 64 bits, little-endian.
//!
//! | offset | bytes | |
//! |---|---|---|
//! | 0 | 8 | `RMREGN01` |
//! | 8 | 8 | *n*, the number of buffers |
//! | 16 | 16 *n* | offset and length of each buffer, offsets from the beginning of the region |
//! | … | | zeros up to a multiple of 64, then the first buffer |
//!
//! Between a buffer's end and the next multiple of 64 are zeros. A region ends with its last buffer's padding.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

use memmap2::{Mmap, MmapMut, MmapOptions};
use thiserror::Error;

/// Buffers begin at multiples of so many bytes: a cache line, and what every vector instruction asks for.
pub const ALIGNMENT: usize = 64;

const MAGIC: &[u8; 8] = b"RMREGN01";
const HEAD: usize = 16;

/// So many private mappings are alive at most; what is asked for beyond is copied. The kernel allows 65,530 for a
/// process in all, and others need some.
const MAPPINGS: usize = 16_384;

static MAPPED: AtomicUsize = AtomicUsize::new(0);
static FILES: AtomicUsize = AtomicUsize::new(0);

/// Where one buffer lies in a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Bytes before it.
    pub offset: usize,
    /// Its length in bytes.
    pub len: usize,
}

/// Where the buffers of a region lie.
///
/// ```
/// use rememo::region::Layout;
///
/// let layout = Layout::of([100, 0, 5]);
/// assert_eq!(layout.spans()[2].offset % 64, 0);
/// assert_eq!(Layout::read(&layout.header()).unwrap(), layout);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    spans: Vec<Span>,
    size: usize,
}

/// A header that no region has.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no region of buffers: {0}; it was damaged or is of another version, drop it")]
pub struct LayoutError(&'static str);

const fn aligned(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}

impl Layout {
    /// For buffers of these lengths, in this order.
    pub fn of(lengths: impl IntoIterator<Item = usize>) -> Self {
        let mut spans: Vec<Span> = lengths.into_iter().map(|len| Span { offset: 0, len }).collect();
        let mut end = aligned(HEAD + 16 * spans.len());
        for span in &mut spans {
            span.offset = end;
            end = aligned(end + span.len);
        }
        Self { spans, size: end }
    }

    /// Where each buffer lies.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Length of the region in bytes, a multiple of [`ALIGNMENT`].
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The bytes before the first buffer.
    pub fn header(&self) -> Vec<u8> {
        let mut header = Vec::with_capacity(aligned(HEAD + 16 * self.spans.len()));
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&(self.spans.len() as u64).to_le_bytes());
        for span in &self.spans {
            header.extend_from_slice(&(span.offset as u64).to_le_bytes());
            header.extend_from_slice(&(span.len as u64).to_le_bytes());
        }
        header.resize(aligned(header.len()), 0);
        header
    }

    /// Reads the header of a region; `region` may end with the header.
    ///
    /// # Errors
    /// The bytes are no header, or buffers would overlap or begin at no multiple of [`ALIGNMENT`]. That the
    /// region is as long as [`size`](Self::size) says is for the caller to check.
    pub fn read(region: &[u8]) -> Result<Self, LayoutError> {
        if region.get(..8) != Some(MAGIC) {
            return Err(LayoutError("it does not begin as one"));
        }
        let number = |at: usize| {
            let bytes = region.get(at..at + 8).ok_or(LayoutError("it ends within its header"))?;
            let mut eight = [0; 8];
            eight.copy_from_slice(bytes);
            usize::try_from(u64::from_le_bytes(eight))
                .map_err(|_| LayoutError("it is too long for this machine"))
        };
        let n = number(8)?;
        if n > region.len() / 16 {
            return Err(LayoutError("it ends within its header"));
        }
        let mut end = aligned(HEAD + 16 * n);
        let mut spans = Vec::with_capacity(n);
        for i in 0..n {
            let span = Span { offset: number(HEAD + 16 * i)?, len: number(HEAD + 16 * i + 8)? };
            // What follows from the lengths is the one valid layout.
            if span.offset != end {
                return Err(LayoutError("its buffers do not lie one after the other"));
            }
            end = span
                .offset
                .checked_add(span.len)
                .and_then(|end| end.checked_next_multiple_of(ALIGNMENT))
                .ok_or(LayoutError("it is too long for this machine"))?;
            spans.push(span);
        }
        Ok(Self { spans, size: end })
    }
}

/// Bytes that never change and can be mapped any number of times.
#[derive(Debug)]
pub struct Region {
    source: Source,
    len: usize,
}

#[derive(Debug)]
enum Source {
    /// A file from a page boundary on.
    File { file: File, start: u64, _open: Counted },
    /// Memory: copied, where there is no file to map, or no descriptor to keep it open with.
    Memory(Mmap),
}

impl Region {
    /// A region in memory with this layout and these buffers, one for each span.
    ///
    /// The bytes lie in an anonymous file, unless the system has none or the process has few file descriptors
    /// left: then they lie in plain memory, and every mapping is a copy.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn build(layout: &Layout, buffers: &[&[u8]]) -> io::Result<Self> {
        debug_assert!(layout.spans.iter().map(|span| span.len).eq(buffers.iter().map(|b| b.len())));
        if let Some(open) = Counted::below(&FILES, files_limit())
            && let Some(file) = anonymous_file()
        {
            match write(&file, layout, buffers) {
                Ok(()) => {
                    seal(&file);
                    let source = Source::File { file, start: 0, _open: open };
                    return Ok(Self { source, len: layout.size });
                }
                Err(error) if error.kind() == io::ErrorKind::OutOfMemory => return Err(error),
                // The file system for anonymous files may be full where memory is not.
                Err(_) => {}
            }
        }
        let mut memory = MmapMut::map_anon(layout.size)?;
        let header = layout.header();
        memory[..header.len()].copy_from_slice(&header);
        for (span, buffer) in layout.spans.iter().zip(buffers) {
            memory[span.offset..span.offset + span.len].copy_from_slice(buffer);
        }
        Ok(Self { source: Source::Memory(memory.make_read_only()?), len: layout.size })
    }

    /// The `len` bytes of a file from `start` on, which is a multiple of the size of a page. Nobody writes to
    /// them or cuts the file short while the region or a mapping of it lives; the name may go.
    ///
    /// If the process has few file descriptors left, the file is closed, and every mapping is a copy.
    pub fn of_file(file: File, start: u64, len: usize) -> Self {
        let open = match Counted::below(&FILES, files_limit()) {
            Some(open) => open,
            None => {
                let mut options = MmapOptions::new();
                // SAFETY: nobody changes the file, as the caller says.
                match unsafe { options.offset(start).len(len).map(&file) } {
                    Ok(bytes) => return Self { source: Source::Memory(bytes), len },
                    Err(_) => Counted::one(&FILES),
                }
            }
        };
        Self { source: Source::File { file, start, _open: open }, len }
    }

    /// Its length in bytes.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds nothing.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// A private view of all its bytes.
    ///
    /// # Errors
    /// There is not enough memory or address space.
    pub fn map(&self) -> io::Result<Mapping> {
        let Source::File { file, start, .. } = &self.source else { return self.copy() };
        let Some(counted) = Counted::below(&MAPPED, MAPPINGS) else { return self.copy() };
        let mut options = MmapOptions::new();
        options.offset(*start).len(self.len).no_reserve_swap();
        // SAFETY: nobody changes the file (`build` sealed it, `of_file` asks for it), and writes to the mapping
        // stay in it.
        match unsafe { options.map_copy(file) } {
            Ok(memory) => Ok(Mapping::new(memory, Some(counted))),
            Err(_) => self.copy(),
        }
    }

    fn copy(&self) -> io::Result<Mapping> {
        let mut memory = MmapMut::map_anon(self.len)?;
        match &self.source {
            Source::Memory(bytes) => memory.copy_from_slice(bytes),
            Source::File { file, start, .. } => read_exact_at(file, &mut memory, *start)?,
        }
        Ok(Mapping::new(memory, None))
    }
}

/// A private view of a region: who holds it may write to it, and nobody else sees that.
///
/// It is unmapped when it is dropped.
#[derive(Debug)]
pub struct Mapping {
    address: *mut u8,
    memory: MmapMut,
    _counted: Option<Counted>,
}

// SAFETY: memory that belongs to this value alone; access through the address is the business of who takes it.
unsafe impl Send for Mapping {}
// SAFETY: as above: a shared reference gives no access but through a raw pointer.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn new(mut memory: MmapMut, counted: Option<Counted>) -> Self {
        Self { address: memory.as_mut_ptr(), memory, _counted: counted }
    }

    /// Private memory with this layout that belongs to no region: the buffers are copied into it.
    ///
    /// # Errors
    /// There is not enough memory.
    pub fn of_buffers(layout: &Layout, buffers: &[&[u8]]) -> io::Result<Self> {
        let mut memory = MmapMut::map_anon(layout.size)?;
        for (span, buffer) in layout.spans.iter().zip(buffers) {
            memory[span.offset..span.offset + span.len].copy_from_slice(buffer);
        }
        Ok(Self::new(memory, None))
    }

    /// Where it begins: page-aligned, readable and writable for [`len`](Self::len) bytes while this value lives.
    pub const fn address(&self) -> *mut u8 {
        self.address
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.memory.len()
    }

    /// Whether it is of length zero.
    pub fn is_empty(&self) -> bool {
        self.memory.is_empty()
    }

    /// The bytes, while nobody else has the mapping yet: to check them.
    pub fn bytes(&mut self) -> &[u8] {
        &self.memory
    }
}

/// One of a number of things that are counted while they live.
#[derive(Debug)]
struct Counted(&'static AtomicUsize);

impl Counted {
    fn one(count: &'static AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }

    /// One more, if there are fewer than `limit`.
    fn below(count: &'static AtomicUsize, limit: usize) -> Option<Self> {
        let one = Self::one(count);
        (count.load(Ordering::Relaxed) <= limit).then_some(one)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// So many regions have files: a quarter of the descriptors that the process may open, so that the program has
/// enough of them for itself.
#[cfg(unix)]
fn files_limit() -> usize {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes to a structure of ours.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return 64;
    }
    usize::try_from(limit.rlim_cur / 4).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
fn files_limit() -> usize {
    0
}

/// An empty file without a name; none where the system has none.
#[cfg(target_os = "linux")]
fn anonymous_file() -> Option<File> {
    use std::os::fd::FromRawFd;
    let name = c"rememo";
    // SAFETY: a C string; a descriptor that is returned belongs to us.
    unsafe {
        let fd = libc::memfd_create(name.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING);
        (fd >= 0).then(|| File::from_raw_fd(fd))
    }
}

/// An empty file without a name: a piece of shared memory whose name is removed at once.
#[cfg(all(unix, not(target_os = "linux")))]
fn anonymous_file() -> Option<File> {
    use std::os::fd::FromRawFd;
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    for _ in 0..16 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("/rememo-{}-{number}", std::process::id());
        let name = std::ffi::CString::new(name).ok()?;
        // SAFETY: a C string; a descriptor that is returned belongs to us. It is closed on exec.
        unsafe {
            let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL;
            let fd = libc::shm_open(name.as_ptr(), flags, 0o600);
            if fd >= 0 {
                libc::shm_unlink(name.as_ptr());
                return Some(File::from_raw_fd(fd));
            }
        }
    }
    None
}

#[cfg(not(unix))]
fn anonymous_file() -> Option<File> {
    None
}

/// Has the kernel refuse any further change of the file, also by whoever finds its descriptor.
#[cfg(target_os = "linux")]
fn seal(file: &File) {
    use std::os::fd::AsRawFd;
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    // SAFETY: a system call on a descriptor of ours; without seals the file is as good as before.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) };
}

#[cfg(not(target_os = "linux"))]
fn seal(_file: &File) {}

#[cfg(unix)]
fn write(file: &File, layout: &Layout, buffers: &[&[u8]]) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    file.set_len(layout.size as u64)?;
    file.write_all_at(&layout.header(), 0)?;
    for (span, buffer) in layout.spans.iter().zip(buffers) {
        file.write_all_at(buffer, span.offset as u64)?;
    }
    Ok(())
}

#[cfg(unix)]
fn read_exact_at(file: &File, into: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, start)
}

#[cfg(not(unix))]
fn write(_file: &File, _layout: &Layout, _buffers: &[&[u8]]) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
fn read_exact_at(mut file: &File, into: &mut [u8], start: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(into)
}
