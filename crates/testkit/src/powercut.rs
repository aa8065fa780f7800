//! A file layer that can drop what was not synced, and die at any operation, under the unmodified program.
//!
//! A killed process loses nothing that it wrote: the page cache has it. Only a power cut shows whether a sync was forgotten.
//! So a small C library, loaded with `LD_PRELOAD`, writes every change to a file of the folder into a journal before it is
//! made, and every sync after it succeeded. When the process is dead, [`cut()`] takes back what no sync covered.
//!
//! ```no_run
//! # use hookline_testkit::powercut::{Choice, PowerCut};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let temp = tempfile::tempdir()?;
//! let power = PowerCut::new(temp.path())?;
//! let mut process = std::process::Command::new("program").arg(power.dir()).envs(power.command_env()).spawn()?;
//! process.kill()?;
//! process.wait()?;
//! power.cut(Choice::Random(7))?;
//! # Ok(())
//! # }
//! ```
//!
//! # What a power cut may take
//!
//! - **Bytes** (writes, truncations, sizes) until a sync of that file succeeds that *began* after them. If the first such sync
//!   fails, they stay in danger for ever, also when a later one succeeds: Linux drops the pages and reports the error once.
//! - **A new file's name** until the file or its folder is synced. A file whose name only is on disk is empty.
//! - **A deletion or a renaming** until the folder (of the new name) is synced.
//!
//! Nothing is ever written back by itself: what an operating system may do on its own is what [`Choice::Random`] is for.
//!
//! # What it does not see
//!
//! Statically linked programs, system calls that bypass the C library (io_uring, rustix), writable mappings other than the
//! WAL index, and `O_SYNC` (its writes count as not synced). Folders are made and removed durably. Within the folder, links,
//! `truncate` by path, and renaming folders or across the border end the program with a message: so far nothing needs them.
//! [`PowerCut::operations`] being 0 after a run means that the program was not seen at all.
#![cfg(target_os = "linux")]

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsString;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

mod cut;
mod journal;

pub use cut::cut;

/// The exit code of a process that ended at [`PowerCut::die_at`]: the one that a shell reports for `kill -9`.
pub const DIED: i32 = 137;

/// How long [`Gate::wait_until_blocked`] waits at most.
const DEADLINE: Duration = Duration::from_secs(30);

/// The parts of the shim; the last is the one to compile.
const SHIM: [(&str, &str); 2] =
    [("powercut.h", include_str!("../powercut/powercut.h")), ("powercut.c", include_str!("../powercut/powercut.c"))];

/// What happens to the operations that no sync covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// None of them reached the disk.
    DropAll,
    /// All of them did, as if the process had only been killed.
    KeepAll,
    /// Each is kept, dropped, or, if it is a write over a boundary of 512-byte sectors, torn there so that only one side is
    /// on disk. The same journal and the same seed give the same folder.
    Random(u64),
}

/// What a cut did, in operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutReport {
    /// Covered by a sync, so kept.
    pub synced: u64,
    /// Not covered, but kept.
    pub kept: u64,
    /// Not covered, and gone.
    pub dropped: u64,
    /// Not covered, and half of it gone.
    pub torn: u64,
}

/// Why the file layer cannot do its work.
#[derive(Debug, thiserror::Error)]
pub enum PowerCutError {
    /// The shim cannot be compiled.
    #[error("the power cut tests need a C compiler ({compiler}; another can be named in CC): {reason}")]
    Compiler {
        /// The command that was tried.
        compiler: String,
        /// What it, or starting it, said.
        reason: String,
    },
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal is not one.
    #[error("the journal is damaged at byte {position}: {what}")]
    Journal {
        /// Where.
        position: u64,
        /// How.
        what: &'static str,
    },
    /// Nothing came to the gate in time.
    #[error("no sync of a file with {part:?} in its name waits at the gate, after {DEADLINE:?}")]
    NotBlocked {
        /// What the gate is for.
        part: String,
    },
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PowerCutError {
    let path = path.to_owned();
    move |source| PowerCutError::Io { path, source }
}

/// What [`PowerCut::fail`] makes fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// `fsync` and `fdatasync`, with EIO.
    Sync,
    /// Writes that make a file longer, with ENOSPC.
    NoSpace,
}

/// A folder with the file layer under it: the folder itself, its journal, and the controls.
#[derive(Debug)]
pub struct PowerCut {
    shim: PathBuf,
    dir: PathBuf,
    journal: PathBuf,
    controls: PathBuf,
    die_at: AtomicU64,
    gates: AtomicU64,
}

impl PowerCut {
    /// Makes `data`, `journal` and `controls` in a temporary folder, and the shim, which is compiled once.
    ///
    /// # Errors
    ///
    /// If the folders cannot be made, or there is no C compiler.
    pub fn new(root: impl AsRef<Path>) -> Result<PowerCut, PowerCutError> {
        let root = root.as_ref();
        let root = root.canonicalize().map_err(at(root))?;
        let folder = |name| {
            let path = root.join(name);
            fs::create_dir_all(&path).map_err(at(&path))?;
            Ok(path)
        };
        let (dir, journal, controls) = (folder("data")?, folder("journal")?, folder("controls")?);
        Ok(PowerCut { shim: shim()?, dir, journal, controls, die_at: AtomicU64::new(0), gates: AtomicU64::new(0) })
    }

    /// The folder whose files can be lost: the program's data folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The environment that puts the file layer under a process. The processes that it starts have it too.
    #[must_use]
    pub fn command_env(&self) -> Vec<(OsString, OsString)> {
        let mut env = vec![
            ("LD_PRELOAD".into(), self.shim.clone().into()),
            ("POWERCUT_DIR".into(), self.dir.clone().into()),
            ("POWERCUT_JOURNAL".into(), self.journal.clone().into()),
            ("POWERCUT_COUNT".into(), self.controls.join("count").into()),
            ("POWERCUT_GATE".into(), self.controls.join("gate").into()),
            ("POWERCUT_FAIL".into(), self.controls.join("fail").into()),
        ];
        let die_at = self.die_at.load(Ordering::Relaxed);
        if die_at != 0 {
            env.push(("POWERCUT_DIE_AT".into(), die_at.to_string().into()));
        }
        env
    }

    /// Puts the file layer under a process that is about to start.
    pub fn env<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command.env_remove("POWERCUT_DIE_AT").envs(self.command_env())
    }

    /// How many data operations (writes, truncations, syncs, deletions, renamings of the folder's files) the process has
    /// begun so far, dead or alive. It is the latest process to begin any. One that died at operation n has begun n.
    ///
    /// # Errors
    ///
    /// If the counter cannot be read.
    pub fn operations(&self) -> Result<u64, PowerCutError> {
        let count = self.controls.join("count");
        if count.exists() { journal::read_number(&count) } else { Ok(0) }
    }

    /// Makes [`PowerCut::operations`] 0 until a process that is started from now on begins one.
    ///
    /// # Errors
    ///
    /// If the counter cannot be deleted.
    pub fn forget_operations(&self) -> Result<(), PowerCutError> {
        let count = self.controls.join("count");
        match fs::remove_file(&count) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(&count)(error)),
            _ => Ok(()),
        }
    }

    /// Processes that are started from now on exit with [`DIED`] instead of their n-th data operation. 0 is never.
    pub fn die_at(&self, n: u64) {
        self.die_at.store(n, Ordering::Relaxed);
    }

    /// Holds every sync of the files whose names contain `part`, such as `log.db` (and so `log.db-wal`), until the gate is
    /// dropped. One gate at a time. Works on running processes.
    ///
    /// # Errors
    ///
    /// If the gate cannot be put up.
    pub fn gate(&self, part: &str) -> Result<Gate, PowerCutError> {
        // Who waits repeats the number, so what came late to an earlier gate is not taken for this one's.
        let number = self.gates.fetch_add(1, Ordering::Relaxed);
        let token = format!("gate-{number}");
        let file = self.control("gate", &format!("{part}\n{token}\n"))?;
        Ok(Gate { file, waiting: self.controls.join("gate.waiting"), token, part: part.to_owned() })
    }

    /// Makes operations on the files whose names contain `part` (empty: on all) fail until the guard is dropped. One failure
    /// at a time. Works on running processes.
    ///
    /// # Errors
    ///
    /// If the order cannot be written.
    pub fn fail(&self, failure: Failure, part: &str) -> Result<Failing, PowerCutError> {
        let what = match failure {
            Failure::Sync => "fsync",
            Failure::NoSpace => "enospc",
        };
        Ok(Failing { _file: self.control("fail", &format!("{what} {part}\n"))? })
    }

    /// Cuts the power: see [`cut()`]. The process must be dead.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read or the folder cannot be written.
    pub fn cut(&self, choice: Choice) -> Result<CutReport, PowerCutError> {
        cut(&self.dir, &self.journal, choice)
    }

    /// Puts a control file in its place, whole: the processes read it at any time.
    fn control(&self, name: &str, text: &str) -> Result<Control, PowerCutError> {
        let (path, draft) = (self.controls.join(name), self.controls.join(format!("{name}.draft")));
        fs::write(&draft, text).map_err(at(&draft))?;
        fs::rename(&draft, &path).map_err(at(&path))?;
        Ok(Control { path })
    }
}

/// A control file, in force until it is dropped.
#[derive(Debug)]
struct Control {
    path: PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        // The test may have deleted the folder: then there is nothing to take back.
        drop(fs::remove_file(&self.path));
    }
}

/// A failure that is injected until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Failing {
    _file: Control,
}

/// A gate that syncs wait at until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct Gate {
    file: Control,
    waiting: PathBuf,
    token: String,
    part: String,
}

impl Gate {
    /// How many syncs have come to the gate so far.
    ///
    /// # Errors
    ///
    /// If their list cannot be read.
    pub fn blocked(&self) -> Result<usize, PowerCutError> {
        let list = match fs::read_to_string(&self.waiting) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            list => list.map_err(at(&self.waiting))?,
        };
        Ok(list.lines().filter(|line| line.split(' ').next() == Some(&self.token)).count())
    }

    /// Returns as soon as a sync waits at the gate. It blocks the thread: in async tests, call it where that is allowed.
    ///
    /// # Errors
    ///
    /// If none comes within 30 seconds.
    #[expect(clippy::disallowed_methods, reason = "it waits for a condition in another process, up to a deadline")]
    pub fn wait_until_blocked(&self) -> Result<(), PowerCutError> {
        let deadline = Instant::now() + DEADLINE;
        while self.blocked()? == 0 {
            if Instant::now() > deadline {
                return Err(PowerCutError::NotBlocked { part: self.part.clone() });
            }
            // Between two looks at the condition: the other side is a process that has no other way to tell.
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Lets the syncs go.
    pub fn release(self) {
        drop(self.file);
    }
}

/// The compiled shim, made at most once per version of its text and target folder.
fn shim() -> Result<PathBuf, PowerCutError> {
    static SHIM_FILE: OnceLock<PathBuf> = OnceLock::new();
    if let Some(shim) = SHIM_FILE.get() {
        return Ok(shim.clone());
    }
    let shim = compile()?;
    Ok(SHIM_FILE.get_or_init(|| shim).clone())
}

fn compile() -> Result<PathBuf, PowerCutError> {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut hasher = DefaultHasher::new();
    (SHIM, &compiler).hash(&mut hasher);
    // Beside the test's own binary, so in cargo's target folder, which is ours alone and goes with `cargo clean`.
    let binary = std::env::current_exe().map_err(at(Path::new("the test binary")))?;
    let folder = binary.with_file_name(format!("powercut-{:016x}", hasher.finish()));
    let shim = folder.join("powercut.so");
    if shim.exists() {
        return Ok(shim);
    }
    // Several test processes may do this at once: each in a folder of its own, and the first to finish wins.
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let draft = folder.join(format!("draft-{}-{}", process::id(), DRAFTS.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(&draft).map_err(at(&draft))?;
    for (name, text) in SHIM {
        fs::write(draft.join(name), text).map_err(at(&draft))?;
    }
    let mut words = compiler.split_whitespace();
    let output = Command::new(words.next().unwrap_or("cc"))
        .args(words)
        .args(["-shared", "-fPIC", "-O2", "-pthread", "-o", "powercut.so", "powercut.c"])
        .current_dir(&draft)
        .output();
    let failed = |reason: String| PowerCutError::Compiler { compiler: compiler.clone(), reason };
    let output = output.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    fs::rename(draft.join("powercut.so"), &shim).map_err(at(&shim))?;
    fs::remove_dir_all(&draft).map_err(at(&draft))?;
    Ok(shim)
}
