//! The hookline binary: configuration and command line.
//!
//! Only here are the wall clock, the environment and entropy read; everything below takes them as arguments.

mod ambient;
mod bench;
mod cli;
mod first_start;
mod listen;
mod master_key;
mod open_files;
mod rebuild;
mod serve;
mod settings;
mod simulate;

use std::{ffi::OsStr, io::IsTerminal, process::ExitCode};

use clap::{CommandFactory, FromArgMatches, builder::Resettable};
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Done.
const DONE: u8 = 0;
/// Failed.
const FAILED: u8 = 1;
/// Wrong usage: a flag, a setting or the environment is wrong.
const WRONG_USAGE: u8 = 2;

/// A mistake in what the user gave, as opposed to something that went wrong.
#[derive(Debug)]
pub(crate) struct WrongUsage(pub(crate) String);

impl std::fmt::Display for WrongUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

fn main() -> ExitCode {
    let mut command = without_empty_variables(cli::Cli::command());
    let cli = cli::Cli::from_arg_matches(&command.get_matches_mut()).unwrap_or_else(|error| error.format(&mut command).exit());
    log_to_stderr();
    let outcome = match cli.command {
        cli::Command::Serve(flags) => serve::run(&flags),
        cli::Command::Rebuild(arguments) => rebuild::run(&arguments),
        cli::Command::Listen(arguments) => listen::run(&arguments),
        cli::Command::Simulate(arguments) => simulate::run(&arguments),
        cli::Command::Bench { command } => bench::run(command),
    };
    match outcome {
        Ok(()) => ExitCode::from(DONE),
        Err(error) => {
            eprintln!("hookline: {error:#}");
            ExitCode::from(if error.is::<WrongUsage>() { WRONG_USAGE } else { FAILED })
        }
    }
}

/// The command line without the environment variables that are set and empty: clap would take them for values.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| arg.get_env().and_then(OsStr::to_str).is_some_and(settings::is_empty);
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(Resettable::Reset) } else { arg });
    command.mut_subcommands(without_empty_variables)
}

/// Logs go to standard error: as lines for a person at a terminal, as JSON for whoever collects them.
fn log_to_stderr() {
    // Of an empty text the filter would be one of errors only.
    let wanted = settings::variable("HOOKLINE_LOG").ok().flatten().unwrap_or_else(|| "info".to_owned());
    let filter = EnvFilter::try_new(wanted).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().flatten_event(true).init();
    }
}
