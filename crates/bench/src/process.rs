//! The programs under test, as child processes that never outlive us.

use std::{
    io::{BufRead, BufReader, Read},
    net::SocketAddr,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{Instant, sleep, timeout};

use crate::{Error, baseline::Baseline};

/// How long a program may take to be ready or to stop: a large log takes its time.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often to look whether it has stopped.
const STOP_LOOK: Duration = Duration::from_millis(10);
/// Bytes that a program says at most before it is ready.
const SAID_BYTES_MAX: u64 = 64 * 1024;
/// The receiving path of a baseline, as long as a real one.
const BASELINE_PATH: &str = "/public/smartlead-webhook/00000000-0000-4000-8000-000000000000";

/// Where deliveries of a workspace go.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place {
    /// The path of its SmartLead address.
    pub(crate) path: String,
    /// Its id; empty for a baseline.
    pub(crate) workspace: String,
}

/// A program that serves.
pub(crate) struct Program {
    running: Running,
    name: &'static str,
    pub(crate) target: SocketAddr,
    pub(crate) place: Place,
}

/// The no-op client, which sends when it is told to.
pub(crate) struct Sender(Running);

impl Sender {
    /// Starts one that will send so many of these bodies to each URL.
    pub(crate) async fn start(binary: &Path, folder: &Path, bodies: &Path, urls: &[String], count: u64) -> Result<Sender, Error> {
        let mut command = command(binary, folder);
        command.stdin(Stdio::piped()).args(["bench", "client", "--bodies"]).arg(bodies);
        command.args(["--count", &count.to_string()]).args(urls.iter().flat_map(|url| ["--url", url]));
        start(command, "the no-op client").await.map(|(running, _)| Sender(running))
    }

    /// Has it begin.
    pub(crate) fn go(&mut self) -> Result<(), Error> {
        use std::io::Write;
        let told = self.0.0.stdin.as_mut().ok_or_else(|| "it has no standard input".to_owned());
        let told = told.and_then(|stdin| stdin.write_all(b"go\n").map_err(|error| error.to_string()));
        told.map_err(|error| Error::failed("have the no-op client begin", error))
    }

    /// The time it has had on processors; none where the system does not say.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        processor_time(self.0.0.id())
    }

    /// Waits until it has ended.
    pub(crate) async fn ended(mut self) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            match self.0.0.try_wait().map_err(|error| Error::failed("wait for the no-op client", error))? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(Error::Failed(format!("the no-op client failed with {status}; see above"))),
                None if begun.elapsed() > PATIENCE => return Err(Error::Failed("the no-op client does not end".to_owned())),
                None => sleep(STOP_LOOK).await,
            }
        }
    }
}

/// A child process, killed when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that is dead already is what is wanted. Waited for, so that its files are quiet when they are removed.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What a program said until it was ready.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    target: Option<SocketAddr>,
    path: Option<String>,
    workspace: Option<String>,
}

impl Program {
    /// Starts a Hookline on a folder. One that was served before does not say its address again: it is the `known` one.
    pub(crate) async fn hookline(binary: &Path, admin_key: &str, folder: &Path, known: Option<&Place>) -> Result<Program, Error> {
        Program::hookline_with(binary, admin_key, folder, known, &[]).await
    }

    /// The same, with further flags.
    pub(crate) async fn hookline_with(
        binary: &Path,
        admin_key: &str,
        folder: &Path,
        known: Option<&Place>,
        flags: &[&str],
    ) -> Result<Program, Error> {
        let mut command = command(binary, folder);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(format!("sqlite:{}", folder.display())).args(flags);
        command.env("HOOKLINE_ADMIN_KEY", admin_key).env("HOOKLINE_LOG", "warn");
        let (running, said) = start(command, "hookline").await?;
        let told = said.path.zip(said.workspace).map(|(path, workspace)| Place { path, workspace });
        let place = told.or_else(|| known.cloned());
        let place = place.ok_or_else(|| Error::Failed("hookline did not say its webhook address".to_owned()))?;
        Program::new(running, "hookline", said.target, place)
    }

    /// Starts a baseline on a folder.
    pub(crate) async fn baseline(binary: &Path, baseline: Baseline, folder: &Path) -> Result<Program, Error> {
        let mut command = command(binary, folder);
        command.args(["bench", "baseline", "--kind", baseline.name(), "--folder"]).arg(folder);
        let (running, said) = start(command, baseline.name()).await?;
        let place = Place { path: BASELINE_PATH.to_owned(), workspace: String::new() };
        Program::new(running, baseline.name(), said.target, place)
    }

    fn new(running: Running, name: &'static str, target: Option<SocketAddr>, place: Place) -> Result<Program, Error> {
        let target = target.ok_or_else(|| Error::Failed(format!("{name} did not come up; see above")))?;
        Ok(Program { running, name, target, place })
    }

    /// The most memory it had resident so far, in bytes; none where the system does not say.
    pub(crate) fn peak_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.0.id())).ok()?;
        bytes_of(&status, "VmHWM:")
    }

    /// The memory it has resident now, in bytes; none where the system does not say.
    pub(crate) fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.running.0.id())).ok()?;
        bytes_of(&status, "VmRSS:")
    }

    /// The time it has had on processors; none where the system does not say.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        processor_time(self.running.0.id())
    }

    /// Stops it in good order.
    pub(crate) async fn stop(mut self) -> Result<(), Error> {
        let name = self.name;
        let failed = |cause: &dyn std::fmt::Display| Error::failed(format_args!("stop {name}"), cause);
        kill_process(Pid::from_child(&self.running.0), Signal::TERM).map_err(|error| failed(&error))?;
        let told = Instant::now();
        loop {
            match self.running.0.try_wait().map_err(|error| failed(&error))? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(failed(&status)),
                None if told.elapsed() > PATIENCE => return Err(failed(&"it does not stop")),
                None => sleep(STOP_LOOK).await,
            }
        }
    }
}

/// Our own time on processors.
pub(crate) fn own_processor_time() -> Option<Duration> {
    processor_time(std::process::id())
}

/// A command that takes nothing from the environment, nor from a settings file of whoever runs the benchmark. A process group of
/// its own keeps the terminal's signals from it: it is we who end it.
fn command(binary: &Path, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0);
    command
}

async fn start(mut command: Command, name: &str) -> Result<(Running, Said), Error> {
    let failed = |cause: &dyn std::fmt::Display| Error::failed(format_args!("start {name}"), cause);
    let mut running = Running(command.spawn().map_err(|error| failed(&error))?);
    let stdout = running.0.stdout.take().ok_or_else(|| failed(&"it has no standard output"))?;
    let listening = tokio::task::spawn_blocking(move || listen(stdout));
    let said = timeout(PATIENCE, listening).await.map_err(|_| failed(&"it does not become ready"))?;
    Ok((running, said.map_err(|error| failed(&error))?))
}

/// Reads what a program says until it is ready, or gone.
fn listen(stdout: impl Read) -> Said {
    let mut said = Said::default();
    for line in BufReader::new(stdout.take(SAID_BYTES_MAX)).lines().map_while(Result::ok) {
        let line = line.trim();
        if let Some(url) = line.strip_prefix("API: http://") {
            said.target = url.trim_end_matches("/v1").parse().ok();
        } else if let Some(rest) = line.strip_prefix("Workspace ") {
            said.workspace = rest.rsplit_once(": ").map(|(_, id)| id.to_owned());
        } else if let Some(place) = line.find("/public/smartlead-webhook/") {
            said.path = Some(line[place..].to_owned());
        } else if line == "Ready." {
            return said;
        }
    }
    // It ended before it was ready.
    Said::default()
}

fn bytes_of(status: &str, name: &str) -> Option<u64> {
    let kib = status.lines().find_map(|line| line.strip_prefix(name))?.trim().strip_suffix("kB")?;
    kib.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

fn processor_time(id: u32) -> Option<Duration> {
    let ticks = ticks_of(&std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?)?;
    Some(Duration::from_secs_f64(ticks as f64 / rustix::param::clock_ticks_per_second() as f64))
}

/// User and system time. The name of the program, which may hold anything, is in parentheses before them.
fn ticks_of(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_start_says_is_understood() {
        let first = "Hookline 0.1.0\nData folder: x\nAPI: http://127.0.0.1:4711/v1\nWorkspace \"default\": 6f1c\n\
            Webhook addresses, ready to paste:\n  instantly    http://127.0.0.1:4711/public/instantly-webhook/2f0e\n\
            \x20 smartlead    http://127.0.0.1:4711/public/smartlead-webhook/2f0e\n\
            \x20 whole agency http://127.0.0.1:4711/public/global-smartlead-webhook/91ab\nReady.\nmore";
        let said = Said {
            target: Some(SocketAddr::from(([127, 0, 0, 1], 4711))),
            path: Some("/public/smartlead-webhook/2f0e".to_owned()),
            workspace: Some("6f1c".to_owned()),
        };
        assert_eq!(listen(first.as_bytes()), said);
        let again = Said { target: said.target, ..Said::default() };
        assert_eq!(listen(&b"API: http://127.0.0.1:4711/v1\nReady.\n"[..]), again);
        assert_eq!(listen(&b"API: http://127.0.0.1:4711/v1\n"[..]), Said::default(), "it was never ready");
    }

    #[test]
    fn the_kernels_figures_are_read() {
        let status = "Name:\thookline\nVmPeak:\t 9 kB\nVmHWM:\t   23512 kB\nVmRSS:\t 4 kB\n";
        assert_eq!((bytes_of(status, "VmHWM:"), bytes_of(status, "VmRSS:")), (Some(23_512 * 1024), Some(4 * 1024)));
        assert_eq!(bytes_of("Name:\tx\n", "VmHWM:"), None);
        let stat = "77 (a b) c) S 1 77 77 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 4 0 100 1 2 3";
        assert_eq!(ticks_of(stat), Some(300));
        assert_eq!(ticks_of("77 (x) S 1"), None);
    }

    #[tokio::test]
    async fn a_program_that_ends_at_once_did_not_come_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let failed = Program::baseline(Path::new("/bin/false"), Baseline::Parse, folder.path()).await;
        assert!(matches!(failed, Err(Error::Failed(text)) if text.contains("parse did not come up")));
    }
}
