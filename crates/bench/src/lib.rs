//! The benchmarks. Of ingest: a fixed corpus, a load generator, baselines, and what is measured with them. Of parsing:
//! [`parse()`]. Of passing on: [`deliver`].
//!
//! - [`corpus`]: the deliveries, each a function of its number;
//! - `load`: sends them, in a closed or an open loop, and checks every answer;
//! - [`baseline`]: the frozen programs to compare with, on the server's own accept loop;
//! - `process`: the real binary and the baselines as child processes;
//! - `measure`: the measurements, `summary` their arithmetic, [`report`] what is found;
//! - `parse`: what reading one body costs, by platform and fixture.
//!
//! `docs/benchmarks.md` says what each figure means. Nothing here reads the wall clock, the environment or entropy.

pub mod baseline;
pub mod corpus;
pub mod deliver;
mod error;
mod gauges;
mod load;
mod measure;
mod options;
mod parse;
mod process;
pub mod report;
mod summary;
mod table;

pub use error::Error;
pub use options::{Length, Options};
pub use parse::{BodyCost, ParseOptions, ParseReport, RATIO_GOAL, parse};

use self::{
    baseline::Baseline,
    corpus::{Contacts, Corpus, weigh},
    measure::{Bench, grow, half, pair, single},
    report::{Pair, Report},
};

/// Runs what the options ask for. `say` is told of every step.
///
/// Dropped before its end it kills its child processes and removes its folder.
///
/// # Errors
/// When the options make no sense, a program fails, or one answers what it should not.
pub async fn run(options: &Options, say: &dyn Fn(&str)) -> Result<Report, Error> {
    options.check()?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("hookline-bench-").disable_cleanup(options.keep);
    let root = builder.tempdir_in(&options.folder);
    let root = root.map_err(|error| Error::failed(format_args!("make a folder in {}", options.folder.display()), error))?;
    if options.keep {
        say(&format!("everything stays in {}", root.path().display()));
    }
    let corpus = Corpus::new(Contacts::Fixed(options.contacts), options.campaigns);
    let bodies = weigh(&corpus, options.contacts).map_err(|error| Error::failed("weigh bodies", error))?;
    let bench = Bench::new(options, say, root.path());
    let mut report = Report::new(options, bodies, is_in_memory(root.path()));
    for number in 1..=options.pairs {
        report.pairs.push(pair(&bench, &corpus, number).await?);
    }
    report.burst =
        compare(&report.pairs, |pair| (pair.hookline.burst.per_second, pair.append.burst.as_ref().map(|burst| burst.per_second)));
    report.sustained =
        compare(&report.pairs, |pair| (pair.hookline.sustained.whole.per_second, Some(pair.append.sustained.per_second)));
    if options.pairs > 0 {
        report.parse = Some(single(&bench, &corpus, Baseline::Parse, false, "once".to_owned()).await?);
        report.commit = Some(single(&bench, &corpus, Baseline::Commit, false, "once".to_owned()).await?);
    }
    let measured = report.sustained.as_ref().map(|sustained| sustained.hookline_per_second / 2.0);
    if let Some(per_second) = options.half_rate.or(measured) {
        report.half = Some(half(&bench, &corpus, per_second).await?);
    }
    if !options.grow.is_empty() {
        report.growth = grow(&bench, &Corpus::new(Contacts::Growing, options.campaigns)).await?;
    }
    Ok(report)
}

/// Whether a folder is on a file system in memory, where a sync costs nothing; false where the system does not say.
#[cfg(target_os = "linux")]
fn is_in_memory(folder: &std::path::Path) -> bool {
    // TMPFS_MAGIC and RAMFS_MAGIC of the kernel.
    rustix::fs::statfs(folder).is_ok_and(|found| found.f_type == 0x0102_1994 || found.f_type == 0x8584_58f6)
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_folder: &std::path::Path) -> bool {
    false
}

fn compare(pairs: &[Pair], rates: impl Fn(&Pair) -> (f64, Option<f64>)) -> Option<report::Comparison> {
    let rates = pairs.iter().map(|pair| {
        let (hookline, append) = rates(pair);
        Some((hookline, append?))
    });
    summary::compare(&rates.collect::<Option<Vec<_>>>()?)
}
