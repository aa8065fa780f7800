//! Resident memory after few deliveries, and after many.

use super::{
    Bench,
    receiver::Receivers,
    report::{Memory, Resident},
};
use crate::{
    Error,
    load::{Pace, Until},
};

/// Campaigns of the corpus.
const CAMPAIGNS: u64 = 1_000;
/// How many deliveries are made before it is told how far it is, and waited for.
const STEP: u64 = 100_000;

/// One server, looked at twice.
pub(super) async fn memory(bench: &Bench<'_>, (few, many): (u64, u64), webhooks: u32) -> Result<Memory, Error> {
    let receivers = Receivers::start().await?;
    let mut server = bench.hookline().await?;
    server.subscribe(&receivers, webhooks).await?;
    let (each, mut made) = (u64::from(webhooks), 0);
    let mut found = Vec::with_capacity(2);
    for target in [few, many].map(|target| target / each * each) {
        while made < target {
            let step = (target - made).min(STEP / each * each).max(each);
            server.post(CAMPAIGNS, Pace::Closed, Until::Count(step / each)).await?;
            made += step;
            receivers.until(made).await?;
            server.api.delivered(made).await?;
            (bench.say)(&format!("  {made} deliveries"));
        }
        server.caught_up().await?;
        let (resident, peak) = (server.program.resident_bytes(), server.program.peak_bytes());
        let unknown = || Error::Failed("this system does not say how much memory a program has".to_owned());
        found.push(Resident {
            deliveries: made,
            resident_bytes: resident.ok_or_else(unknown)?,
            peak_bytes: peak.ok_or_else(unknown)?,
        });
    }
    server.stop().await?;
    let ratio = found[1].resident_bytes as f64 / found[0].resident_bytes as f64;
    Ok(Memory { webhooks, few: found[0], many: found[1], ratio })
}
