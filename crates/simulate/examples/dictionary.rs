//! Trains the dictionary of a platform on simulated traffic: `cargo xtask dictionary`, or
//! `cargo run --release -p hookline-simulate --example dictionary -- smartlead BYTES FILE`.
//!
//! It learns what the log packs: an event in its stored form and the body behind it. Half of the traffic is kept from it, and the
//! sizes of that half are printed, with the dictionary and without.

use anyhow::{Context, bail, ensure};
use hookline_model::{platform::Platform, time::Millis};
use hookline_platforms::Delivery;
use hookline_simulate::{Plan, PlanOptions};

/// Simulated deliveries, half of which train.
const DELIVERIES: u64 = 12_000;
/// When they end.
const UNTIL: Millis = Millis(1_790_000_000_000);
/// The level that the log packs with.
const LEVEL: i32 = 3;

fn samples(platform: Platform) -> anyhow::Result<Vec<Vec<u8>>> {
    let options = PlanOptions {
        platforms: vec![platform],
        workspaces: 20,
        events: DELIVERIES,
        contacts: PlanOptions::contacts_for(DELIVERIES),
        campaigns: 120,
        duplicates_pct: 0.0,
        disorder_pct: 0.0,
        seed: 1,
    };
    let parser = hookline_platforms::parser(platform).context("the platform has no parser")?;
    let read = |planned: hookline_simulate::Planned| {
        let mut body = planned.body;
        let parsed = parser.parse(&Delivery::new(&body, UNTIL))?;
        parser.redact(&mut body);
        let mut unpacked = parsed.event.to_stored()?;
        unpacked.extend_from_slice(&body);
        Ok(unpacked)
    };
    Plan::until(&options, UNTIL)?.map(read).collect()
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [platform, bytes, file] = arguments.as_slice() else { bail!("usage: dictionary PLATFORM BYTES FILE") };
    let platform: Platform = platform.parse().map_err(|_| anyhow::anyhow!("{platform} is no platform"))?;
    let path = std::path::Path::new(file);
    ensure!(!path.exists(), "{file} is there: a dictionary that landed is never changed, train one under a new number");
    let samples = samples(platform)?;
    // Campaigns and contacts go on through both halves; every second delivery is kept back.
    let (training, kept_back): (Vec<_>, Vec<_>) = samples.iter().enumerate().partition(|(place, _)| place % 2 == 0);
    let training: Vec<&[u8]> = training.into_iter().map(|(_, sample)| sample.as_slice()).collect();
    let dictionary = zstd::dict::from_samples(&training, bytes.parse().context("BYTES is no number")?)?;
    let mut with = zstd::bulk::Compressor::with_dictionary(LEVEL, &dictionary)?;
    let mut without = zstd::bulk::Compressor::new(LEVEL)?;
    let (mut plain, mut packed, mut packed_alone) = (0, 0, 0);
    for (_, sample) in &kept_back {
        plain += sample.len();
        packed += with.compress(sample)?.len();
        packed_alone += without.compress(sample)?.len();
    }
    println!(
        "{platform}: of {} bytes a delivery {} with the dictionary, {} without",
        plain / kept_back.len(),
        packed / kept_back.len(),
        packed_alone / kept_back.len()
    );
    std::fs::write(path, dictionary)?;
    Ok(())
}
