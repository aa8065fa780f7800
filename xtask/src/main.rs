//! Automation: the checks that take longer than the gate.
//!
//! `cargo xtask full` runs them all; each can be run alone.

mod interop;
mod mutate;

use std::process::{Command, ExitCode};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};

/// Automation: the checks that take longer than the gate.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Break every rule once on purpose, in a copy of the tree, and see a test fail
    Mutate {
        /// Only rules whose text contains this
        #[arg(long)]
        only: Option<String>,
    },
    /// 50 kills in a row under load, and a death at every operation on the files, each checked for everything that was answered
    Crash {
        /// How many
        #[arg(long, default_value_t = 50)]
        rounds: u32,
    },
    /// Many more random histories against the reference model
    Properties {
        /// How many per property
        #[arg(long, default_value_t = 20_000)]
        cases: u32,
    },
    /// Feed mutated bodies to every parser and every verifier
    Fuzz {
        /// How many per target
        #[arg(long, default_value_t = 1_000_000)]
        executions: u64,
        /// Only this target, such as parse_smartlead or verify_hubspot_v3
        #[arg(long)]
        target: Option<String>,
        /// What all chance comes from: the same seed finds the same
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// All of the above
    Full,
    /// Install what programs in other languages need, below target/interop, and run the tests that hold us against them
    Interop {
        /// Only install
        #[arg(long)]
        install: bool,
    },
    /// Write what the README and docs/platforms.md say of platforms and events anew, from the parsers
    Tables,
    /// Train the compression dictionary of a platform on simulated traffic, under a new number
    Dictionary {
        /// Whose
        platform: String,
        /// Its number: one more than the greatest there is
        number: u32,
        /// How large it is
        #[arg(long, default_value_t = 32 * 1024)]
        bytes: u32,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Mutate { only } => mutate::run(only.as_deref()),
        Task::Crash { rounds } => crash(rounds),
        Task::Properties { cases } => properties(cases),
        Task::Dictionary { platform, number, bytes } => dictionary(&platform, number, bytes),
        Task::Fuzz { executions, target, seed } => fuzz(executions, target.as_deref(), seed),
        Task::Tables => tables(),
        Task::Interop { install } => interop::run(install),
        Task::Full => {
            properties(20_000)?;
            fuzz(1_000_000, None, 1)?;
            crash(50)?;
            mutate::run(None)
        }
    }
}

/// Has the test that holds the tables against the parsers write them.
fn tables() -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--locked", "-p", "hookline-platforms", "--test", "tables"]);
    test.env("HOOKLINE_WRITE_TABLES", "1");
    succeed(&mut test, "the tables were not written")
}

/// Writes `crates/store/dictionaries/NUMBER-PLATFORM.zdict`. It is used once it is in the list in `payload.rs`.
fn dictionary(platform: &str, number: u32, bytes: u32) -> anyhow::Result<()> {
    let file = format!("crates/store/dictionaries/{number}-{platform}.zdict");
    let mut train = cargo(&["run", "--release", "--locked", "-p", "hookline-simulate", "--example", "dictionary", "--"]);
    train.args([platform, &bytes.to_string(), &file]);
    succeed(&mut train, "no dictionary was trained")
}

fn properties(cases: u32) -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--release", "--locked", "-p", "hookline-testkit", "--test", "it", "--", "merge"]);
    test.env("HOOKLINE_PROPTEST_CASES", cases.to_string());
    succeed(&mut test, "the merge and the reference model differ")?;
    let mut test = cargo(&["test", "--release", "--locked", "-p", "hookline-testkit", "--test", "it", "--", "stored"]);
    test.env("HOOKLINE_PROPTEST_CASES", (cases / 20).to_string());
    succeed(&mut test, "the store and the reference model differ")
}

fn fuzz(executions: u64, target: Option<&str>, seed: u64) -> anyhow::Result<()> {
    let mut run = cargo(&["run", "--release", "--locked", "-p", "hookline-fuzz", "--"]);
    run.args(["--executions", &executions.to_string(), "--seed", &seed.to_string()]);
    run.args(target.iter().flat_map(|target| ["--target", *target]));
    succeed(&mut run, "a reader of bytes broke a promise")
}

fn crash(rounds: u32) -> anyhow::Result<()> {
    let mut test = cargo(&["test", "--locked", "-p", "hookline", "--test", "it", "--", "crash", "--nocapture"]);
    test.env("HOOKLINE_CRASH_ROUNDS", rounds.to_string());
    // Every operation on the files, not a sample of them.
    test.env("HOOKLINE_CRASH_POINTS", "1000000");
    succeed(&mut test, "a crash broke a promise")?;
    let mut test = cargo(&["test", "--locked", "-p", "hookline-testkit", "--test", "crash"]);
    test.env("HOOKLINE_CRASH_POINTS", "1000000");
    succeed(&mut test, "a crash made half a change")
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

fn succeed(command: &mut Command, otherwise: &str) -> anyhow::Result<()> {
    eprintln!("xtask: {command:?}");
    if !command.status().with_context(|| format!("run {command:?}"))?.success() {
        bail!("{otherwise}");
    }
    Ok(())
}
