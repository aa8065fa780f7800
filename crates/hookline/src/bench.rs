//! `hookline bench`: the benchmarks and the programs that they start.

mod deliver;

use std::{io::Write, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, Subcommand};
use hookline_bench::{Error, Length, Options, ParseOptions, baseline::Baseline};
use hookline_model::platform::UnknownPlatform;
use hookline_server::{Clock, Entropy};
use tokio::{net::TcpListener, signal::unix::SignalKind};
use tokio_util::sync::CancellationToken;

use crate::{
    WrongUsage,
    ambient::{OsEntropy, WallClock},
    open_files,
};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(crate) enum BenchCommand {
    /// How many webhooks a second are kept, what answers take, and what they cost in memory and on disk
    #[command(
        after_help = "Examples:\n  hookline bench ingest\n  hookline bench ingest --pairs 1 --seconds 10 --json > report.json\n  \
        hookline bench ingest --pairs 0 --grow 1000000,3000000,10000000\n\nThe real server and the baselines run as child \
        processes on this machine, and the load generator shares its processors with them. Nothing else should run. \
        docs/benchmarks.md says what is measured and how. Progress goes to standard error, the report to standard output."
    )]
    Ingest(IngestArguments),

    /// What parsing and redacting a body costs, against reading it as JSON and no more
    #[command(
        after_help = "Examples:\n  hookline bench parse\n  hookline bench parse --platform smartlead --rounds 101\n\nIt all runs in this \
        process, in turns, on the fixtures of the platforms. Nothing else should run. docs/benchmarks.md says what is measured."
    )]
    Parse(ParseArguments),

    /// What passing events on costs: deliveries a second, memory, and what dead receivers do to the others
    #[command(
        after_help = "Examples:\n  hookline bench deliver rate\n  hookline bench deliver memory\n  hookline bench deliver dead\n\n\
        The real server runs as a child process on this machine; the load generator and the receivers are in this one and share its \
        processors. Nothing else should run. docs/benchmarks.md says what is measured and how. Progress goes to standard error, the \
        report to standard output."
    )]
    Deliver {
        #[command(subcommand)]
        command: deliver::DeliverCommand,
    },

    /// Send bodies as the least that can be done; the benchmark starts it
    #[command(hide = true)]
    Client(deliver::ClientArguments),

    /// Serve one of the programs that Hookline is compared with; the benchmark starts it
    #[command(hide = true)]
    Baseline(BaselineArguments),
}

/// Flags of `bench ingest`.
#[derive(Clone, Debug, Args)]
pub(crate) struct IngestArguments {
    /// How often the server and the baseline `append` are measured in turn; 0 leaves out `parse` and `commit`, too
    #[arg(long, value_name = "N", default_value_t = 5)]
    pairs: u32,

    /// Seconds of each sustained load, and of each one at half rate
    #[arg(long, value_name = "S", default_value_t = 60.0)]
    seconds: f64,

    /// Seconds of each burst
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    burst_seconds: f64,

    /// Events of each load, however long they take, instead of seconds
    #[arg(long, value_name = "N", conflicts_with_all = ["seconds", "burst_seconds"])]
    events: Option<u64>,

    /// Connections that deliver
    #[arg(long, value_name = "N", default_value_t = 256)]
    connections: usize,

    /// Contacts of the corpus, all of them from the start
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    contacts: u64,

    /// Campaigns of the corpus
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    campaigns: u64,

    /// Events a second of the loads at half rate [default: half of what was sustained]
    #[arg(long, value_name = "R")]
    half_rate: Option<f64>,

    /// Reads a second beside the load at half rate
    #[arg(long, value_name = "R", default_value_t = 20.0)]
    reads: f64,

    /// Events that are stored before the load at half rate
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    preload: u64,

    /// Also let one store grow, and measure at each of these numbers of stored events; contacts grow with it, one to ten events
    #[arg(long, value_name = "N,..", value_delimiter = ',')]
    grow: Vec<u64>,

    /// Events of each measurement of the growth run
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    slice: u64,

    /// Where the data of the programs goes, into a folder that is removed at the end [default: the system's temporary folder]
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,

    /// Keep that folder
    #[arg(long)]
    keep: bool,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Flags of `bench parse`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ParseArguments {
    /// How often each body is measured
    #[arg(long, value_name = "N", default_value_t = 51)]
    rounds: u32,

    /// How often it is read in one turn
    #[arg(long, value_name = "N", default_value_t = 100)]
    turn: u32,

    /// Only this platform
    #[arg(long, value_name = "NAME")]
    platform: Option<String>,

    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Flags of `bench baseline`.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineArguments {
    /// Which one: parse, append, commit
    #[arg(long, value_name = "NAME")]
    kind: String,

    /// Where it keeps what it keeps
    #[arg(long, value_name = "FOLDER")]
    folder: PathBuf,

    /// Address to listen on
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    listen: String,
}

/// Runs the command.
pub(crate) fn run(command: BenchCommand) -> anyhow::Result<()> {
    // The load generator and the receivers are in this process, and hold as many connections as the server does.
    open_files::raise_limit();
    match command {
        BenchCommand::Ingest(arguments) => ingest(arguments),
        BenchCommand::Parse(arguments) => parse(&arguments),
        BenchCommand::Deliver { command } => deliver::run(command),
        BenchCommand::Client(arguments) => deliver::client(&arguments),
        BenchCommand::Baseline(arguments) => baseline(&arguments),
    }
}

fn ingest(arguments: IngestArguments) -> anyhow::Result<()> {
    let json = arguments.json;
    let options = options(arguments)?;
    // One thread is all that the load generator takes from the programs under test.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    let outcome = runtime.block_on(async {
        let stop = stop_signal()?;
        // Left in the middle, the run kills its child processes and removes its folder.
        let run = stop.run_until_cancelled(hookline_bench::run(&options, &|step| eprintln!("{step}")));
        match Box::pin(run).await {
            Some(report) => report.map_err(wrong_usage),
            None => anyhow::bail!("told to stop before the end"),
        }
    });
    // What still reads files for the report is not waited for.
    runtime.shutdown_background();
    let report = outcome?;
    let text = if json { format!("{}\n", report.to_json()?) } else { report.to_string() };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("write to standard output")
}

fn parse(arguments: &ParseArguments) -> anyhow::Result<()> {
    let platform = arguments.platform.as_deref().map(str::parse).transpose();
    let platform = platform.map_err(|error: UnknownPlatform| WrongUsage(format!("--platform: {error}")))?;
    let options = ParseOptions { rounds: arguments.rounds, turn: arguments.turn, platform };
    let report = hookline_bench::parse(&options, &|step| eprintln!("{step}")).map_err(wrong_usage)?;
    let text = if arguments.json { format!("{}\n", report.to_json()?) } else { report.to_string() };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("write to standard output")
}

fn options(arguments: IngestArguments) -> anyhow::Result<Options> {
    let seconds = |flag: &str, seconds: f64| {
        Duration::try_from_secs_f64(seconds).map_err(|error| WrongUsage(format!("{flag} is {seconds}: {error}")))
    };
    let length = match arguments.events {
        Some(events) => Length::Events(events),
        None => Length::Time {
            burst: seconds("--burst-seconds", arguments.burst_seconds)?,
            sustained: seconds("--seconds", arguments.seconds)?,
        },
    };
    let folder = match arguments.folder {
        // The programs are started in folders of their own.
        Some(folder) => std::path::absolute(&folder).with_context(|| format!("find {}", folder.display()))?,
        None => std::env::temp_dir(),
    };
    Ok(Options {
        binary: std::env::current_exe().context("find this program's own file")?,
        admin_key: new_admin_key(),
        folder,
        keep: arguments.keep,
        pairs: arguments.pairs,
        length,
        connections: arguments.connections,
        contacts: arguments.contacts,
        campaigns: arguments.campaigns,
        half_rate: arguments.half_rate,
        reads_per_second: arguments.reads,
        preload: arguments.preload,
        grow: arguments.grow,
        slice: arguments.slice,
        processors: std::thread::available_parallelism().ok().map(usize::from),
    })
}

fn baseline(arguments: &BaselineArguments) -> anyhow::Result<()> {
    let kind: Baseline = arguments.kind.parse().map_err(wrong_usage)?;
    // As `serve` has it.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let outcome = runtime.block_on(async {
        let stop = stop_signal()?;
        let listener = TcpListener::bind(&arguments.listen).await.with_context(|| format!("listen on {}", arguments.listen))?;
        let address = listener.local_addr().context("read the listening address")?;
        let announce = || {
            let mut out = std::io::stdout().lock();
            write!(out, "API: http://{address}/v1\nReady.\n").and_then(|()| out.flush()).context("write to standard output")
        };
        announce()?;
        hookline_bench::baseline::serve(kind, &arguments.folder, listener, WallClock.now(), stop).await.map_err(wrong_usage)
    });
    runtime.shutdown_background();
    outcome
}

/// An admin key for the servers under test.
fn new_admin_key() -> String {
    let mut key = [0; 32];
    OsEntropy.fill(&mut key);
    format!("hk_{}", hex::encode(key))
}

/// Cancelled by SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}

fn wrong_usage(error: Error) -> anyhow::Error {
    match error {
        Error::Options(text) => WrongUsage(text).into(),
        error => error.into(),
    }
}
