//! Zip files on the search path: their table of contents, and one member's bytes.
//!
//! The format is PKWARE's APPNOTE.TXT, sections 4.3 to 4.5. As CPython's `zipimport` before 3.13
//! does, Zip64, encryption and methods other than "stored" and "deflated" are refused.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rustc_hash::FxHashMap;

use super::stamp::Stamp;

const END_RECORD: u32 = 0x0605_4b50;
const CENTRAL_ENTRY: u32 = 0x0201_4b50;
const LOCAL_HEADER: u32 = 0x0403_4b50;
const END_RECORD_LEN: usize = 22;
const CENTRAL_ENTRY_LEN: usize = 46;
const LOCAL_HEADER_LEN: usize = 30;
const MAX_COMMENT: usize = 0xffff;
/// A source file larger than this is not source: a crafted member must not exhaust memory.
const MAX_MEMBER: usize = 256 << 20;

/// A zip file's table of contents.
pub struct Archive {
    /// The zip file.
    pub path: PathBuf,
    stamp: Stamp,
    members: FxHashMap<String, Member>,
}

#[derive(Clone, Copy)]
struct Member {
    method: u16,
    encrypted: bool,
    compressed: usize,
    size: usize,
    crc: u32,
    offset: u64,
}

static ARCHIVES: Mutex<Option<FxHashMap<PathBuf, Arc<Archive>>>> = Mutex::new(None);

impl Archive {
    /// The archive at `path`, read once until the file changes; none if it is no zip file.
    pub fn open(path: &Path) -> Option<Arc<Self>> {
        let mut file = File::open(path).ok()?;
        let stamp = Stamp::of(&file.metadata().ok()?);
        let known = ARCHIVES.lock().as_ref().and_then(|known| known.get(path).cloned());
        if let Some(archive) = known.filter(|archive| archive.stamp.proves_unchanged(&stamp)) {
            return Some(archive);
        }
        let members = read_directory(&mut file).ok()?;
        let archive = Arc::new(Self { path: path.to_owned(), stamp, members });
        ARCHIVES.lock().get_or_insert_default().insert(path.to_owned(), Arc::clone(&archive));
        Some(archive)
    }

    /// The archive that `path` lies in, and the rest of the path with `/` between its parts.
    pub fn containing(path: &Path) -> Option<(Arc<Self>, String)> {
        let file = path.ancestors().find(|ancestor| ancestor.exists())?;
        if !file.is_file() {
            return None;
        }
        let rest = path.strip_prefix(file).ok()?;
        let parts: Vec<_> = rest.iter().map(|part| part.to_string_lossy()).collect();
        Some((Self::open(file)?, parts.join("/")))
    }

    /// Whether there is a file of this name.
    pub fn has(&self, member: &str) -> bool {
        self.members.contains_key(member)
    }

    /// Whether some member lies in this directory.
    pub fn has_directory(&self, directory: &str) -> bool {
        self.members
            .keys()
            .any(|name| name.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/')))
    }

    /// The content of a member, its checksum compared.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        let failure = |what: &str| format!("{}/{name}: {what}", self.path.display());
        let member = self.members.get(name).ok_or_else(|| failure("no such member"))?;
        if member.encrypted {
            return Err(failure("the member is encrypted"));
        }
        if member.size > MAX_MEMBER || member.compressed > MAX_MEMBER {
            return Err(failure("the member is too large for source code"));
        }
        let packed = self.packed(member).map_err(|error| failure(&error.to_string()))?;
        let content = match member.method {
            0 => packed,
            8 => miniz_oxide::inflate::decompress_to_vec_with_limit(&packed, member.size)
                .map_err(|_| failure("the compressed data is damaged"))?,
            other => return Err(failure(&format!("compression method {other}"))),
        };
        if content.len() != member.size || crc32(&content) != member.crc {
            return Err(failure("the checksum does not match"));
        }
        Ok(content)
    }

    fn packed(&self, member: &Member) -> io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(member.offset))?;
        let mut header = [0; LOCAL_HEADER_LEN];
        file.read_exact(&mut header)?;
        if u32_at(&header, 0) != Some(LOCAL_HEADER) {
            return Err(io::ErrorKind::InvalidData.into());
        }
        // The lengths of name and extra field here may differ from those in the central directory.
        let skip = [26, 28].iter().filter_map(|&at| u16_at(&header, at)).map(i64::from).sum();
        file.seek(SeekFrom::Current(skip))?;
        let mut packed = Vec::new();
        file.take(member.compressed as u64).read_to_end(&mut packed)?;
        Ok(packed)
    }
}

fn read_directory(file: &mut File) -> io::Result<FxHashMap<String, Member>> {
    let invalid = || io::Error::from(io::ErrorKind::InvalidData);
    let length = file.metadata()?.len();
    let tail_length = length.min((END_RECORD_LEN + MAX_COMMENT) as u64);
    file.seek(SeekFrom::Start(length - tail_length))?;
    let mut tail = Vec::new();
    file.take(tail_length).read_to_end(&mut tail)?;
    let end = (0..=tail.len().saturating_sub(END_RECORD_LEN))
        .rev()
        .find(|&at| u32_at(&tail, at) == Some(END_RECORD))
        .ok_or_else(invalid)?;
    let size = u64::from(u32_at(&tail, end + 12).ok_or_else(invalid)?);
    let offset = u64::from(u32_at(&tail, end + 16).ok_or_else(invalid)?);
    // Whatever was put in front of the archive (a launcher's stub) shifts every offset in it.
    let start = (length - tail_length + end as u64).checked_sub(size).ok_or_else(invalid)?;
    let shift = start.checked_sub(offset).ok_or_else(invalid)?;

    file.seek(SeekFrom::Start(start))?;
    let mut table = Vec::new();
    file.take(size).read_to_end(&mut table)?;
    let mut members = FxHashMap::default();
    let mut at = 0;
    while u32_at(&table, at) == Some(CENTRAL_ENTRY) {
        let short = |field: usize| u16_at(&table, at + field).ok_or_else(invalid);
        let long = |field: usize| u32_at(&table, at + field).ok_or_else(invalid);
        let name_end = at + CENTRAL_ENTRY_LEN + usize::from(short(28)?);
        let name = table.get(at + CENTRAL_ENTRY_LEN..name_end).ok_or_else(invalid)?;
        let member = Member {
            method: short(10)?,
            encrypted: short(8)? & 1 != 0,
            crc: long(16)?,
            compressed: long(20)? as usize,
            size: long(24)? as usize,
            offset: u64::from(long(42)?) + shift,
        };
        members.insert(String::from_utf8_lossy(name).replace('\\', "/"), member);
        at = name_end + usize::from(short(30)?) + usize::from(short(32)?);
    }
    Ok(members)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// CRC-32 as in ISO 3309, reflected; a bit at a time will do for the few files that are read.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
