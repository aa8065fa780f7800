//! `hookline simulate`: realistic platform traffic to a running server, with a progress bar and a closing ledger.

use anyhow::Context;
use hookline_model::platform::{Platform, UnknownPlatform};
use hookline_server::Clock;
use hookline_simulate::{Error, Pace, Progress, SimulateOptions, simulate};
use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

use crate::{
    WrongUsage,
    ambient::WallClock,
    cli::{DemoOptions, SimulateArguments},
};

/// Runs the command. Interrupted, it finishes what is under way and still tells what came of it.
pub(crate) fn run(arguments: &SimulateArguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(async {
        let options = options(arguments)?;
        let stop = options.stop.clone();
        tokio::spawn(async move {
            // Without the signal there is only no early end.
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.cancel();
            }
        });
        let bar = bar(options.events)?;
        let summary = simulate(options, |progress| show(&bar, progress)).await.map_err(wrong_usage)?;
        bar.finish_and_clear();
        println!("{summary}");
        anyhow::ensure!(summary.tally.is_clean(), "not every delivery was taken");
        Ok(())
    })
}

/// Plays a live world against a server, for `serve --demo`, until the server stops.
pub(crate) async fn demo(urls: Vec<String>, options: &DemoOptions, stop: CancellationToken) -> anyhow::Result<()> {
    let mut simulated = SimulateOptions::new(urls, WallClock.now());
    simulated.platforms = vec![Platform::Smartlead, Platform::Instantly];
    simulated.events = u64::from(u32::MAX);
    simulated.pace = Pace::Live { speed: options.speed };
    simulated.stop = stop;
    simulate(simulated, nobody_looks).await.context("play the demonstration")?;
    Ok(())
}

/// A demonstration is watched in the server.
fn nobody_looks(_: &Progress) {}

fn options(arguments: &SimulateArguments) -> anyhow::Result<SimulateOptions> {
    let mut options = SimulateOptions::new(arguments.url.clone(), WallClock.now());
    for name in &arguments.platform {
        options.platforms.push(name.parse().map_err(|error: UnknownPlatform| WrongUsage(error.to_string()))?);
    }
    options.events = arguments.events;
    options.contacts = arguments.contacts;
    options.campaigns = arguments.campaigns;
    options.duplicates_pct = arguments.duplicates;
    options.disorder_pct = arguments.disorder;
    options.seed = arguments.seed;
    options.pace = Pace::Rate(arguments.rate);
    options.connections = arguments.connections;
    Ok(options)
}

fn wrong_usage(error: Error) -> anyhow::Error {
    match error {
        Error::Options(_) | Error::Platform(_) | Error::Address(_) => WrongUsage(error.to_string()).into(),
        error => error.into(),
    }
}

/// On standard error, and only where a person looks on.
fn bar(events: u64) -> anyhow::Result<ProgressBar> {
    let template = "{bar:40} {pos}/{len} {per_sec} {msg}";
    Ok(ProgressBar::new(events).with_style(ProgressStyle::with_template(template).context("make a progress bar")?))
}

fn show(bar: &ProgressBar, progress: &Progress) {
    bar.set_position(progress.tally.settled());
    bar.set_message(format!(
        "{} duplicates, {} refused, {} failed",
        progress.tally.duplicate, progress.tally.refused, progress.tally.failed
    ));
}
