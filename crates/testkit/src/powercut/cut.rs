//! From the journal and what the folder looks like now to what it looks like after a power cut.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::journal::{self, Kind, Record};
use super::{Choice, CutReport, PowerCutError, at};

/// What the disk writes at once: a torn write ends or begins at a multiple of it.
const SECTOR: u64 = 512;

/// Rebuilds `dir` as a power cut would have left it, by the journal that the shim wrote into `journal`.
///
/// Only when every process that wrote is dead. What the folder holds afterwards is on disk by definition, `*-shm` files are
/// gone, and the journal is empty, so the next run starts clean. Without a journal nothing changes, except for the `-shm` files.
///
/// # Errors
///
/// If the journal cannot be read or the folder cannot be written. The folder may then be anything.
pub fn cut(dir: &Path, journal: &Path, choice: Choice) -> Result<CutReport, PowerCutError> {
    let bytes = journal::load(journal)?;
    let records = journal::parse(&bytes)?;
    let mut disk = Disk::load(dir, journal, &records)?;
    let mut steps: Vec<Step<'_>> = records.iter().rev().map(|record| disk.undo(record)).collect();
    steps.reverse();
    let synced = synced(&records, &steps);
    let mut dice = Dice(match choice {
        Choice::Random(seed) => seed,
        Choice::DropAll | Choice::KeepAll => 0,
    });
    let mut fates: Vec<Fate> = steps
        .iter()
        .zip(&synced)
        .map(|(step, synced)| match choice {
            _ if *synced => Fate::Whole,
            Choice::KeepAll => Fate::Whole,
            Choice::DropAll => Fate::Nothing,
            Choice::Random(_) => dice.fate(step),
        })
        .collect();
    keep_in_order(&steps, &mut fates);
    let mut report = CutReport::default();
    for ((step, fate), synced) in steps.iter().zip(&fates).zip(synced) {
        let counter = match fate {
            _ if matches!(step, Step::Nothing) => continue,
            _ if synced => &mut report.synced,
            Fate::Whole => &mut report.kept,
            Fate::Nothing => &mut report.dropped,
            Fate::Head(_) | Fate::Tail(_) => &mut report.torn,
        };
        *counter += 1;
        disk.redo(step, *fate);
    }
    disk.store()?;
    journal::empty(journal)?;
    Ok(report)
}

/// What an operation really did. Not what its record said that it would: the call may have failed, or the process have died
/// before it.
enum Step<'j> {
    Nothing,
    Write { ino: u64, offset: u64, new: Vec<u8> },
    Resize { ino: u64, size: u64 },
    Create { path: &'j Path, ino: u64 },
    Unlink { path: &'j Path },
    Rename { from: &'j Path, to: &'j Path, ino: u64 },
}

impl Step<'_> {
    /// The names that it changes; the last is the one whose folder makes it durable.
    fn names(&self) -> Vec<&Path> {
        match self {
            Step::Create { path, .. } | Step::Unlink { path } => vec![*path],
            Step::Rename { from, to, .. } => vec![*from, *to],
            Step::Nothing | Step::Write { .. } | Step::Resize { .. } => Vec::new(),
        }
    }
}

/// What becomes of one operation. `Head` and `Tail` are the first bytes of a write, and all but the first.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Whole,
    Nothing,
    Head(usize),
    Tail(usize),
}

/// Which steps a sync made durable, in one pass.
///
/// For a write or a truncation, the first sync of the file that *began* after it decides. If that one fails, the bytes are
/// lost even to a later sync that succeeds: so does Linux, which marks the pages clean and reports the error once.
fn synced(records: &[Record<'_>], steps: &[Step<'_>]) -> Vec<bool> {
    let mut synced = vec![false; records.len()];
    let mut data: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut entries: Vec<usize> = Vec::new();
    for (index, (record, step)) in records.iter().zip(steps).enumerate() {
        match step {
            Step::Write { ino, .. } | Step::Resize { ino, .. } => data.entry(*ino).or_default().push(index),
            Step::Create { .. } | Step::Unlink { .. } | Step::Rename { .. } => entries.push(index),
            Step::Nothing => {}
        }
        if !matches!(record.kind, Kind::Synced | Kind::SyncFailed) {
            continue;
        }
        let success = record.kind == Kind::Synced;
        let covered = |other: usize| records[other].position < record.covers;
        if record.ino != 0 {
            let pending = data.entry(record.ino).or_default();
            pending.extract_if(.., |other| covered(*other)).for_each(|other| synced[other] = success);
        }
        let durable = |other: usize| match &steps[other] {
            Step::Create { ino, .. } if record.ino != 0 => *ino == record.ino,
            step => record.ino == 0 && step.names().last().and_then(|name| name.parent()) == Some(record.path),
        };
        entries.extract_if(.., |other| success && covered(*other) && durable(*other)).for_each(|other| synced[other] = true);
    }
    synced
}

/// Keeps what came before a kept change of a name and is about the same name. A file system loses changes of different names
/// apart from each other, but never lets a new file take the place of one whose renaming it forgot.
fn keep_in_order(steps: &[Step<'_>], fates: &mut [Fate]) {
    let mut kept: HashSet<&Path> = HashSet::new();
    for (step, fate) in steps.iter().zip(fates).rev() {
        let names = step.names();
        if names.iter().any(|name| kept.contains(name)) {
            *fate = Fate::Whole;
        }
        if *fate == Fate::Whole {
            kept.extend(names);
        }
    }
}

/// SplitMix64: small, and a seed means the same for ever.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % sides
    }

    fn fate(&mut self, step: &Step<'_>) -> Fate {
        let whole = if self.roll(2) == 0 { Fate::Whole } else { Fate::Nothing };
        let Step::Write { offset, new, .. } = step else { return whole };
        // The boundaries of sectors strictly inside of the write, as the file's offsets have them.
        let first = offset / SECTOR + 1;
        let last = (offset + new.len() as u64 - 1) / SECTOR;
        if first > last || self.roll(3) != 0 {
            return whole;
        }
        let head = to_usize((first + self.roll(last - first + 1)) * SECTOR - offset);
        if self.roll(2) == 0 { Fate::Head(head) } else { Fate::Tail(head) }
    }
}

/// The folder in memory: the names, and the contents of the files that the journal speaks of, by inode number.
struct Disk {
    dir: PathBuf,
    kept: PathBuf,
    /// The names now, and as they will be.
    before: BTreeMap<PathBuf, u64>,
    names: BTreeMap<PathBuf, u64>,
    files: HashMap<u64, Vec<u8>>,
}

impl Disk {
    fn load(dir: &Path, journal: &Path, records: &[Record<'_>]) -> Result<Disk, PowerCutError> {
        let mut names = BTreeMap::new();
        list(dir, Path::new(""), &mut names)?;
        let renamed = records.iter().filter(|record| record.kind == Kind::Rename).map(|record| record.offset);
        let touched: HashSet<u64> = records.iter().map(|record| record.ino).chain(renamed).filter(|ino| *ino != 0).collect();
        let kept = journal.join("kept");
        let mut files: HashMap<u64, Vec<u8>> = HashMap::new();
        for ino in touched {
            files.insert(ino, Vec::new());
            let path = kept.join(ino.to_string());
            if path.exists() {
                files.insert(ino, fs::read(&path).map_err(at(&path))?);
            }
        }
        for (name, ino) in &names {
            if let Some(content) = files.get_mut(ino) {
                let path = dir.join(name);
                *content = fs::read(&path).map_err(at(&path))?;
            }
        }
        Ok(Disk { dir: dir.to_owned(), kept, before: names.clone(), names, files })
    }

    /// Takes the latest operation back, and tells what it had done. Right also if it was recorded but never made: what is
    /// put back is how things were, and what it did is seen by how they are.
    fn undo<'j>(&mut self, record: &Record<'j>) -> Step<'j> {
        let Record { kind, ino, offset, path, path2, .. } = *record;
        match kind {
            Kind::Write | Kind::Truncate => {
                let content = self.files.entry(ino).or_default();
                let (start, old_size) = (to_usize(offset), to_usize(record.old_size));
                let step = if kind == Kind::Write {
                    let end = content.len().min(start + to_usize(record.length));
                    let new = content.get(start..end).unwrap_or_default().to_vec();
                    if new.is_empty() { Step::Nothing } else { Step::Write { ino, offset, new } }
                } else if content.len() == old_size {
                    Step::Nothing
                } else {
                    Step::Resize { ino, size: content.len() as u64 }
                };
                content.resize(old_size, 0);
                put(content, offset, record.old);
                step
            }
            Kind::Create => match self.names.remove(path) {
                Some(ino) => {
                    self.files.entry(ino).or_default();
                    Step::Create { path, ino }
                }
                None => Step::Nothing,
            },
            Kind::Unlink => match self.names.insert(path.to_owned(), ino) {
                Some(_) => Step::Nothing,
                None => Step::Unlink { path },
            },
            Kind::Rename => {
                let made = self.names.remove(path2) == Some(ino);
                if offset != 0 {
                    self.names.insert(path2.to_owned(), offset);
                }
                self.names.insert(path.to_owned(), ino);
                if made { Step::Rename { from: path, to: path2, ino } } else { Step::Nothing }
            }
            Kind::Synced | Kind::SyncFailed => Step::Nothing,
        }
    }

    fn redo(&mut self, step: &Step<'_>, fate: Fate) {
        match (step, fate) {
            (_, Fate::Nothing) | (Step::Nothing, _) => {}
            (Step::Write { ino, offset, new }, _) => {
                let (offset, new) = match fate {
                    Fate::Head(len) => (*offset, &new[..len]),
                    Fate::Tail(len) => (*offset + len as u64, &new[len..]),
                    Fate::Whole | Fate::Nothing => (*offset, &new[..]),
                };
                put(self.files.entry(*ino).or_default(), offset, new);
            }
            (Step::Resize { ino, size }, _) => self.files.entry(*ino).or_default().resize(to_usize(*size), 0),
            (Step::Create { path, ino }, _) => drop(self.names.insert(path.to_path_buf(), *ino)),
            (Step::Unlink { path }, _) => drop(self.names.remove(*path)),
            (Step::Rename { from, to, ino }, _) => {
                self.names.remove(*from);
                self.names.insert(to.to_path_buf(), *ino);
            }
        }
    }

    /// Writes it out. Files go by way of `kept`, so that each keeps its inode, with its owner and mode, under whatever name.
    fn store(&self) -> Result<(), PowerCutError> {
        for (name, ino) in self.before.iter().filter(|(_, ino)| self.files.contains_key(*ino)) {
            let (path, kept) = (self.dir.join(name), self.kept.join(ino.to_string()));
            match fs::hard_link(&path, &kept) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(at(&kept)(error)),
                _ => fs::remove_file(&path).map_err(at(&path))?,
            }
        }
        for (name, ino) in &self.names {
            let Some(content) = self.files.get(ino) else { continue };
            let (path, kept) = (self.dir.join(name), self.kept.join(ino.to_string()));
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(at(parent))?;
            }
            if kept.exists() {
                fs::hard_link(&kept, &path).map_err(at(&path))?;
            }
            fs::write(&path, content).map_err(at(&path))?;
        }
        Ok(())
    }
}

/// All regular files below a folder by their inode numbers. Deletes the `-shm` files on the way.
fn list(dir: &Path, below: &Path, names: &mut BTreeMap<PathBuf, u64>) -> Result<(), PowerCutError> {
    let path = dir.join(below);
    for entry in fs::read_dir(&path).map_err(at(&path))? {
        let entry = entry.map_err(at(&path))?;
        let name = below.join(entry.file_name());
        let metadata = entry.metadata().map_err(at(&path))?;
        if metadata.is_dir() {
            list(dir, &name, names)?;
        } else if name.to_string_lossy().ends_with("-shm") {
            fs::remove_file(entry.path()).map_err(at(&path))?;
        } else if metadata.is_file() {
            names.insert(name, metadata.ino());
        }
    }
    Ok(())
}

/// Puts bytes into a content, which grows with zeros up to them.
fn put(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let start = to_usize(offset);
    let end = start + bytes.len();
    content.resize(content.len().max(end), 0);
    content[start..end].copy_from_slice(bytes);
}

/// Sizes of files that fit into memory.
fn to_usize(size: u64) -> usize {
    usize::try_from(size).expect("the shim is for 64 bits")
}
