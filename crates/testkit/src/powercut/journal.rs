//! Reading the journal that the shim writes. The layout is the one of `struct record` in `powercut.h`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{PowerCutError, at};

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `length` bytes at `offset`, over `old`; the file had `old_size` bytes.
    Write,
    /// The file had `old_size` bytes and gets `offset`; `old` is what is cut off.
    Truncate,
    /// A sync of the file `ino`, or of the folder `path` if `ino` is 0, that began when the journal had `covers` bytes.
    Synced,
    /// The same, but it failed.
    SyncFailed,
    /// `path` is created; which inode it gets is not known yet, so `ino` is 0.
    Create,
    /// `path` is deleted; the file is in `kept`.
    Unlink,
    /// `path` becomes `path2`; the file that it replaces has the inode `offset` (0 for none) and is in `kept`.
    Rename,
}

/// One record, borrowed from the bytes of the journal.
#[derive(Debug)]
pub(super) struct Record<'j> {
    /// Where it starts in the journal: what a sync's `covers` is compared with.
    pub(super) position: u64,
    pub(super) kind: Kind,
    pub(super) ino: u64,
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) old_size: u64,
    pub(super) covers: u64,
    pub(super) path: &'j Path,
    pub(super) path2: &'j Path,
    pub(super) old: &'j [u8],
}

/// The valid bytes of the journal. None if no process ever opened it.
pub(super) fn load(journal: &Path) -> Result<Vec<u8>, PowerCutError> {
    let (records, end) = (journal.join("records"), journal.join("end"));
    if !end.exists() {
        return Ok(Vec::new());
    }
    let end = read_number(&end)?;
    let mut bytes = fs::read(&records).map_err(at(&records))?;
    // What follows is a record that a death interrupted: its operation had not begun.
    let end = usize::try_from(end).ok().filter(|end| *end <= bytes.len());
    bytes.truncate(end.ok_or(PowerCutError::Journal { position: bytes.len() as u64, what: "it is shorter than its end" })?);
    Ok(bytes)
}

/// A number from a file that the shim maps, 0 while it is empty.
pub(super) fn read_number(path: &Path) -> Result<u64, PowerCutError> {
    let bytes = fs::read(path).map_err(at(path))?;
    Ok(bytes.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes)))
}

/// All records, in the order in which the operations were made.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Record<'_>>, PowerCutError> {
    let mut rest = bytes;
    let mut records = Vec::new();
    while !rest.is_empty() {
        let position = (bytes.len() - rest.len()) as u64;
        let fault = |what| PowerCutError::Journal { position, what };
        let mut number = || {
            let (bytes, after) = rest.split_first_chunk().ok_or_else(|| fault("a record ends too soon"))?;
            rest = after;
            Ok::<_, PowerCutError>(u64::from_ne_bytes(*bytes))
        };
        let kind = match number()? {
            1 => Kind::Write,
            2 => Kind::Truncate,
            3 => Kind::Synced,
            4 => Kind::SyncFailed,
            5 => Kind::Create,
            6 => Kind::Unlink,
            7 => Kind::Rename,
            _ => return Err(fault("a record is of no known kind")),
        };
        let (ino, offset, length, old_size, covers) = (number()?, number()?, number()?, number()?, number()?);
        let lengths = [number()?, number()?, number()?];
        let mut part = |len: u64| {
            let (part, after) = usize::try_from(len).ok().and_then(|len| rest.split_at_checked(len)).unwrap_or((&[], &[]));
            rest = after;
            if part.len() as u64 == len { Ok(part) } else { Err(fault("a record ends too soon")) }
        };
        let (path, path2, old) = (part(lengths[0])?, part(lengths[1])?, part(lengths[2])?);
        let (path, path2) = (Path::new(OsStr::from_bytes(path)), Path::new(OsStr::from_bytes(path2)));
        records.push(Record { position, kind, ino, offset, length, old_size, covers, path, path2, old });
    }
    Ok(records)
}

/// Empties the journal. A file whose last name is in `kept` goes with it.
pub(super) fn empty(journal: &Path) -> Result<(), PowerCutError> {
    for name in ["records", "end"] {
        let path = journal.join(name);
        if path.exists() {
            fs::remove_file(&path).map_err(at(&path))?;
        }
    }
    let kept = journal.join("kept");
    if kept.exists() {
        fs::remove_dir_all(&kept).map_err(at(&kept))?;
    }
    Ok(())
}
