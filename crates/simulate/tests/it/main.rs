//! The simulator, judged by the parsers of the product and by a running server.

mod bodies;
mod expected;
mod lived;
mod sending;
mod service;

use std::sync::LazyLock;

use hookline_model::{platform::Platform, time::Millis};
use hookline_platforms::parser;
use hookline_simulate::{Plan, PlanOptions, Planned};

/// 2026-02-12T00:00:00Z.
const NOW: Millis = Millis(1_770_854_400_000);

/// The platforms that can be simulated and whose deliveries can be read.
fn readable() -> Vec<Platform> {
    let platforms: Vec<Platform> =
        hookline_simulate::plan::PLATFORMS.into_iter().filter(|platform| parser(*platform).is_some()).collect();
    assert!(platforms.contains(&Platform::Smartlead), "SmartLead can be read");
    for platform in hookline_simulate::plan::PLATFORMS.into_iter().filter(|platform| !platforms.contains(platform)) {
        eprintln!("{platform} has no parser yet: its bodies are not judged");
    }
    platforms
}

/// Twenty thousand deliveries of both platforms, some twice and some late.
fn options() -> PlanOptions {
    PlanOptions {
        platforms: hookline_simulate::plan::PLATFORMS.to_vec(),
        workspaces: 2,
        events: 20_000,
        contacts: 900,
        campaigns: 8,
        duplicates_pct: 12.0,
        disorder_pct: 30.0,
        seed: 42,
    }
}

/// The deliveries of [`options`], planned once for all tests.
static PLANNED: LazyLock<Vec<Planned>> = LazyLock::new(|| planned(&options()));

fn planned(options: &PlanOptions) -> Vec<Planned> {
    Plan::until(options, NOW).expect("sound options").collect()
}
