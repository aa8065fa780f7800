//! `hookline bench deliver`, and the no-op client that it starts.

use std::{
    io::{BufRead, Write},
    path::PathBuf,
};

use anyhow::Context;
use clap::{Args, Subcommand};
use hookline_bench::deliver::{DeliverOptions, Figure, client::Sending};
use hookline_server::Clock;

use super::{new_admin_key, stop_signal, wrong_usage};
use crate::ambient::WallClock;

/// Which figure of passing on.
#[derive(Debug, Subcommand)]
pub(crate) enum DeliverCommand {
    /// Deliveries a second, of a backlog and as events come, against a client that only signs and sends
    #[command(after_help = "Examples:\n  hookline bench deliver rate --folder /var/tmp\n  \
        hookline bench deliver rate --pairs 1 --deliveries 5000 --webhooks 1 --json > rate.json")]
    Rate(RateArguments),

    /// Resident memory after a hundred thousand deliveries and after a million
    #[command(after_help = "Examples:\n  hookline bench deliver memory --folder /var/tmp\n  \
        hookline bench deliver memory --few 10000 --many 100000")]
    Memory(MemoryArguments),

    /// What a hundred dead receivers cost nine hundred that are well, and who posts events
    #[command(after_help = "Examples:\n  hookline bench deliver dead --folder /var/tmp\n  \
        hookline bench deliver dead --pairs 1 --seconds 5 --burst-seconds 2\n\nThe dead refuse the connection, never answer, answer \
        a byte a second, or answer without an end: a quarter each.")]
    Dead(DeadArguments),
}

/// Flags of each figure.
#[derive(Clone, Debug, Args)]
pub(crate) struct UsualArguments {
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

/// Flags of `bench deliver rate`.
#[derive(Clone, Debug, Args)]
pub(crate) struct RateArguments {
    /// How often the server and the no-op client are measured in turn
    #[arg(long, value_name = "N", default_value_t = 3)]
    pairs: u32,

    /// Deliveries of each part
    #[arg(long, value_name = "N", default_value_t = 40_000)]
    deliveries: u64,

    /// Numbers of webhooks that are told of every event
    #[arg(long, value_name = "N,..", value_delimiter = ',', default_value = "1,10")]
    webhooks: Vec<u32>,

    #[command(flatten)]
    usual: UsualArguments,
}

/// Flags of `bench deliver memory`.
#[derive(Clone, Debug, Args)]
pub(crate) struct MemoryArguments {
    /// Few deliveries
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    few: u64,

    /// Many deliveries
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    many: u64,

    /// Webhooks that are told of every event
    #[arg(long, value_name = "N", default_value_t = 10)]
    webhooks: u32,

    #[command(flatten)]
    usual: UsualArguments,
}

/// Flags of `bench deliver dead`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DeadArguments {
    /// How often it is measured with the dead and without, in turn
    #[arg(long, value_name = "N", default_value_t = 3)]
    pairs: u32,

    /// Webhooks
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    webhooks: u32,

    /// Those of them that are dead
    #[arg(long, value_name = "N", default_value_t = 100)]
    dead: u32,

    /// Campaigns: each webhook is told of one, so that as many are told of an event as there are webhooks to a campaign
    #[arg(long, value_name = "N", default_value_t = 100)]
    campaigns: u32,

    /// Events a second while webhooks are timed
    #[arg(long, value_name = "R", default_value_t = 50.0)]
    rate: f64,

    /// Seconds of that
    #[arg(long, value_name = "S", default_value_t = 20.0)]
    seconds: f64,

    /// Seconds in which as many events are posted as are taken in
    #[arg(long, value_name = "S", default_value_t = 5.0)]
    burst_seconds: f64,

    #[command(flatten)]
    usual: UsualArguments,
}

/// Flags of `bench client`.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClientArguments {
    /// A file of bodies, each behind its length
    #[arg(long, value_name = "FILE")]
    bodies: PathBuf,

    /// Where to; repeat it for several
    #[arg(long, value_name = "URL", required = true)]
    url: Vec<String>,

    /// How many each is sent
    #[arg(long, value_name = "N")]
    count: u64,
}

pub(super) fn run(command: DeliverCommand) -> anyhow::Result<()> {
    let (figure, usual) = match command {
        DeliverCommand::Rate(RateArguments { pairs, deliveries, webhooks, usual }) => {
            (Figure::Rate { pairs, deliveries, webhooks }, usual)
        }
        DeliverCommand::Memory(MemoryArguments { few, many, webhooks, usual }) => {
            (Figure::Memory { deliveries: (few, many), webhooks }, usual)
        }
        DeliverCommand::Dead(DeadArguments { pairs, webhooks, dead, campaigns, rate, seconds, burst_seconds, usual }) => {
            (Figure::Dead { pairs, webhooks, dead, campaigns, per_second: rate, seconds, burst_seconds }, usual)
        }
    };
    let folder = match usual.folder {
        // The programs are started in folders of their own.
        Some(folder) => std::path::absolute(&folder).with_context(|| format!("find {}", folder.display()))?,
        None => std::env::temp_dir(),
    };
    let options = DeliverOptions {
        binary: std::env::current_exe().context("find this program's own file")?,
        admin_key: new_admin_key(),
        folder,
        keep: usual.keep,
        figure,
        processors: std::thread::available_parallelism().ok().map(usize::from),
    };
    // One thread is all that the load generator and the receivers take from the programs under test.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("start the runtime")?;
    let outcome = runtime.block_on(async {
        let stop = stop_signal()?;
        // Left in the middle, the run kills its child processes and removes its folder.
        let run = stop.run_until_cancelled(hookline_bench::deliver::deliver(&options, &|step| eprintln!("{step}")));
        match Box::pin(run).await {
            Some(report) => report.map_err(wrong_usage),
            None => anyhow::bail!("told to stop before the end"),
        }
    });
    runtime.shutdown_background();
    let report = outcome?;
    let text = if usual.json { format!("{}\n", report.to_json()?) } else { report.to_string() };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("write to standard output")
}

/// Sends when it is told to, by a line on standard input; without one it ends.
pub(super) fn client(arguments: &ClientArguments) -> anyhow::Result<()> {
    let seconds = WallClock.now().0 / 1_000;
    let sending = Sending::read(&arguments.bodies, &arguments.url, arguments.count, seconds).map_err(wrong_usage)?;
    // As `serve` has it.
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let mut out = std::io::stdout().lock();
    out.write_all(b"Ready.\n").and_then(|()| out.flush()).context("write to standard output")?;
    let told = std::io::stdin().lock().read_line(&mut String::new()).context("read from standard input")?;
    if told == 0 {
        return Ok(());
    }
    runtime.block_on(sending.run()).map_err(wrong_usage)
}
