//! The simulator, judged by the parsers of the product and by a running server.

mod bodies;
mod expected;
mod lived;
mod patience;
mod sending;
mod service;

use std::sync::LazyLock;

use hookline_model::{platform::Platform, time::Millis};
use hookline_simulate::{Plan, PlanOptions, Planned};

/// 2026-02-12T00:00:00Z.
const NOW: Millis = Millis(1_770_854_400_000);

/// Twenty thousand deliveries of all platforms, some twice and some late.
fn options() -> PlanOptions {
    PlanOptions {
        platforms: hookline_simulate::plan::PLATFORMS.to_vec(),
        workspaces: 2,
        events: 20_000,
        contacts: 900,
        campaigns: 28,
        duplicates_pct: 12.0,
        disorder_pct: 30.0,
        seed: 42,
    }
}

/// More deliveries of the same world, planned once for all tests.
static PLANNED: LazyLock<Vec<Planned>> = LazyLock::new(|| planned(&PlanOptions { events: PLANNED_EVENTS, ..options() }));

/// How many they are: enough that every platform tells of what is rare.
const PLANNED_EVENTS: u64 = 50_000;

/// The platforms whose whole campaigns of mail are seen.
const SENDERS: [Platform; 2] = [Platform::Smartlead, Platform::Instantly];

fn planned(options: &PlanOptions) -> Vec<Planned> {
    Plan::until(options, NOW).expect("sound options").collect()
}
