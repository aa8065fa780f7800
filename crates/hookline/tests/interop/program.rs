//! A program of the folder `interop`, as a process.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::sync::watch;

/// Nothing here takes this long unless something hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A folder of `interop` as it is installed.
///
/// # Panics
/// When it is not, or is not what is in the tree.
pub(crate) fn installed(folder: &str) -> PathBuf {
    let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("interop").join(folder);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop").join(folder);
    let files = fs::read_dir(&source).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    let is_current = files.map(|file| file.expect("a file")).filter(|file| file.path().is_file()).all(|file| {
        let of_the_tree = fs::read(file.path()).expect("a file");
        fs::read(installed.join(file.file_name())).is_ok_and(|copy| copy == of_the_tree)
    });
    let is_installed = is_current && installed.join(".installed").exists();
    assert!(is_installed, "interop/{folder} is not installed as it is in {}: run `cargo xtask interop`", installed.display());
    installed
}

/// The command that runs a program of a folder: by Node.js, or by the folder's own Python.
///
/// # Panics
/// As [`installed`], and when it is neither JavaScript nor Python.
pub(crate) fn command(folder: &str, program: &str) -> Command {
    let installed = installed(folder);
    let interpreter = match Path::new(program).extension().and_then(std::ffi::OsStr::to_str) {
        Some("js" | "mjs" | "cjs") => PathBuf::from("node"),
        Some("py") => installed.join("venv/bin/python"),
        _ => panic!("{program} is neither JavaScript nor Python"),
    };
    let mut command = Command::new(interpreter);
    command.arg(program).current_dir(installed).stdin(Stdio::null());
    command
}

/// A program that runs, and writes a line of JSON for whatever happens to it. It dies with this.
pub(crate) struct Program {
    child: Child,
    lines: watch::Receiver<Vec<Value>>,
}

impl Program {
    /// Starts it, with these variables in its environment.
    pub(crate) fn start(folder: &str, program: &str, environment: &[(&str, &str)]) -> Program {
        let mut command = command(folder, program);
        let mut child = command.envs(environment.iter().copied()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let (writes, lines) = watch::channel(Vec::new());
        // Ends with the program, whose output it then is at the end of.
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
                writes.send_modify(|lines| lines.push(line));
            }
        });
        Program { child, lines }
    }

    /// Waits until it has written enough.
    ///
    /// # Panics
    /// When it ends before, or takes too long.
    pub(crate) async fn wait_until(&self, is_enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let mut lines = self.lines.clone();
        let waiting = tokio::time::timeout(PATIENCE, lines.wait_for(|lines| is_enough(lines))).await;
        match waiting {
            Ok(Ok(enough)) => enough.clone(),
            Ok(Err(_)) => panic!("it ended, and wrote {:?}", *self.lines.borrow()),
            Err(_) => panic!("it takes too long, and wrote {:?}", *self.lines.borrow()),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
