//! `hookline simulate`: realistic platform traffic to a running server, with a progress bar and a closing ledger.

use std::{ops::Range, time::Duration};

use anyhow::Context;
use hookline_model::platform::{Platform, UnknownPlatform};
use hookline_server::Clock;
use hookline_simulate::{
    Error, Pace, Plan, PlanOptions, Progress, Schedule, SimulateOptions, plan::PLATFORMS, rehearse, simulate,
};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

use crate::{
    WrongUsage,
    ambient::WallClock,
    cli::{DemoOptions, SimulateArguments},
};

/// Runs the command. Interrupted, it finishes what is under way and still tells what came of it.
pub(crate) fn run(arguments: &SimulateArguments) -> anyhow::Result<()> {
    if arguments.url.is_empty() {
        return rehearsed(arguments);
    }
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
    simulated.platforms = PLATFORMS.to_vec();
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
    options.platforms = platforms(arguments)?;
    options.events = arguments.events;
    options.contacts = arguments.contacts;
    options.campaigns = arguments.campaigns;
    options.duplicates_pct = arguments.duplicates;
    options.disorder_pct = arguments.disorder;
    options.seed = arguments.seed;
    options.pace = Pace::Rate(arguments.rate);
    options.connections = arguments.connections;
    options.batch = usize::from(arguments.batch);
    let failing = arguments.failing.as_deref().map(times).transpose()?;
    if arguments.patient || failing.is_some() {
        options.retries.schedule = Schedule::Faithful { speed: arguments.speed, failing };
    }
    Ok(options)
}

/// The platforms that are named.
fn platforms(arguments: &SimulateArguments) -> anyhow::Result<Vec<Platform>> {
    let mut platforms = Vec::new();
    for name in &arguments.platform {
        match name.trim() {
            "all" => platforms.extend(PLATFORMS),
            name => platforms.push(name.parse().map_err(|error: UnknownPlatform| WrongUsage(error.to_string()))?),
        }
    }
    Ok(platforms)
}

/// Reads `FROM..UNTIL`. A number without a unit is of seconds.
fn times(text: &str) -> anyhow::Result<Range<Duration>> {
    let wrong = || WrongUsage(format!("--failing {text}: expected two times such as 1m..2m or 90s..1h30m, the earlier first"));
    let time = |text: &str| match text.trim().parse::<u32>() {
        Ok(seconds) => Some(Duration::from_secs(seconds.into())),
        Err(_) => text.trim().parse::<SignedDuration>().ok().and_then(|time| time.try_into().ok()),
    };
    let (from, until) = text.split_once("..").ok_or_else(wrong)?;
    let (from, until) = (time(from).ok_or_else(wrong)?, time(until).ok_or_else(wrong)?);
    if from >= until {
        return Err(wrong().into());
    }
    Ok(from..until)
}

/// Works out what platforms would do, without a server.
fn rehearsed(arguments: &SimulateArguments) -> anyhow::Result<()> {
    let failing = times(arguments.failing.as_deref().unwrap_or_default())?;
    let mut platforms = platforms(arguments)?;
    if platforms.is_empty() {
        platforms = PLATFORMS.to_vec();
    }
    let options = PlanOptions {
        events: arguments.events,
        contacts: arguments.contacts.unwrap_or_else(|| PlanOptions::contacts_for(arguments.events)),
        campaigns: arguments.campaigns.unwrap_or_else(|| PlanOptions::campaigns_for(platforms.len(), 1)),
        platforms,
        workspaces: 1,
        duplicates_pct: arguments.duplicates,
        disorder_pct: arguments.disorder,
        seed: arguments.seed,
    };
    let plan = Plan::until(&options, WallClock.now()).map_err(wrong_usage)?;
    let patience = rehearse(plan, arguments.rate, &failing).map_err(wrong_usage)?;
    println!("{patience}");
    Ok(())
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
