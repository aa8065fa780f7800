//! Deliveries a second, of a backlog and of what comes, against the no-op client.

use std::{path::PathBuf, time::Duration};

use tokio::time::Instant;

use super::{
    Bench, client,
    receiver::{Manner, Receivers},
    report::{Part, Parts, Rate, RatePair},
};
use crate::{
    Error,
    load::{Pace, Until},
    process::Sender,
};

/// Campaigns of the corpus.
const CAMPAIGNS: u64 = 1_000;
/// How many bodies the no-op client sends in turn, or fewer if it sends fewer.
const BODIES: u64 = 2_000;

/// Measures the two in turn. Which of them is first changes from pair to pair.
pub(super) async fn rate(bench: &Bench<'_>, pairs: u32, deliveries: u64, webhooks: u32) -> Result<Rate, Error> {
    let bodies = bodies(bench, BODIES.min(deliveries)).await?;
    let mut found = Vec::new();
    for number in 1..=pairs {
        let title = format!("{webhooks} webhooks, pair {number} of {pairs}");
        let ours = async || {
            let parts = ours(bench, deliveries, webhooks).await?;
            (bench.say)(&format!(
                "{title}: hookline {:.0}/s of a backlog, {:.0}/s as they come",
                parts.backlog.per_second, parts.steady.per_second
            ));
            Ok::<_, Error>(parts)
        };
        let theirs = async || {
            let parts = theirs(bench, deliveries, webhooks, &bodies).await?;
            (bench.say)(&format!(
                "{title}: no-op client {:.0}/s, {:.0}/s beside the same events",
                parts.backlog.per_second, parts.steady.per_second
            ));
            Ok::<_, Error>(parts)
        };
        found.push(if number % 2 == 1 {
            let hookline = ours().await?;
            RatePair { hookline, client: theirs().await? }
        } else {
            let client = theirs().await?;
            RatePair { hookline: ours().await?, client }
        });
    }
    bench.remove(bodies.parent().unwrap_or(&bodies))?;
    Ok(Rate::new(webhooks, deliveries / u64::from(webhooks) * u64::from(webhooks), found))
}

/// A file with bodies as Hookline sends them.
async fn bodies(bench: &Bench<'_>, count: u64) -> Result<PathBuf, Error> {
    let receivers = Receivers::start().await?;
    receivers.keep_bodies(usize::try_from(count).unwrap_or(usize::MAX));
    let mut server = bench.hookline().await?;
    server.subscribe(&receivers, 1).await?;
    server.post(CAMPAIGNS, Pace::Closed, Until::Count(count)).await?;
    receivers.until(count).await?;
    server.stop().await?;
    let file = bench.folder("bodies")?.join("bodies");
    client::write_bodies(&file, &receivers.bodies())?;
    Ok(file)
}

/// Hookline: first what has piled up while its webhooks were paused, then what comes.
async fn ours(bench: &Bench<'_>, deliveries: u64, webhooks: u32) -> Result<Parts, Error> {
    let events = deliveries / u64::from(webhooks);
    let count = events * u64::from(webhooks);
    let receivers = Receivers::start().await?;
    let mut server = bench.hookline().await?;
    let ids = server.subscribe(&receivers, webhooks).await?;
    for id in &ids {
        server.api.set_active(id, false).await?;
    }
    server.post(CAMPAIGNS, Pace::Closed, Until::Count(events)).await?;
    server.caught_up().await?;
    let mut before = (Instant::now(), server.program.processor_time());
    for id in &ids {
        server.api.set_active(id, true).await?;
    }
    let last = receivers.until(count).await?;
    server.api.delivered(count).await?;
    let backlog = part(count, before, last, server.program.processor_time());
    before = (Instant::now(), server.program.processor_time());
    server.post(CAMPAIGNS, Pace::Closed, Until::Count(events)).await?;
    let last = receivers.until(2 * count).await?;
    server.api.delivered(2 * count).await?;
    let steady = part(count, before, last, server.program.processor_time());
    server.stop().await?;
    Ok(Parts { backlog, steady })
}

/// The no-op client: alone, then beside a Hookline that takes in the same events and tells nobody.
async fn theirs(bench: &Bench<'_>, deliveries: u64, webhooks: u32, bodies: &std::path::Path) -> Result<Parts, Error> {
    let events = deliveries / u64::from(webhooks);
    let count = events * u64::from(webhooks);
    let receivers = Receivers::start().await?;
    let urls: Vec<String> = (1..=webhooks).map(|number| receivers.url(Manner::Well, number)).collect();
    let folder = bench.folder("client")?;
    let start = async || Sender::start(&bench.options.binary, &folder, bodies, &urls, events).await;

    let mut client = start().await?;
    let before = (Instant::now(), client.processor_time());
    client.go()?;
    let last = receivers.until(count).await?;
    let backlog = part(count, before, last, client.processor_time());
    client.ended().await?;

    let mut server = bench.hookline().await?;
    let mut client = start().await?;
    let before = (Instant::now(), both(client.processor_time(), server.program.processor_time()));
    client.go()?;
    let (posted, last) = tokio::try_join!(
        async { server.post(CAMPAIGNS, Pace::Closed, Until::Count(events)).await.map(|_| Instant::now()) },
        receivers.until(2 * count)
    )?;
    let spent = both(client.processor_time(), server.program.processor_time());
    let steady = part(count, before, posted.max(last), spent);
    client.ended().await?;
    server.stop().await?;
    bench.remove(&folder)?;
    Ok(Parts { backlog, steady })
}

fn both(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    one.zip(other).map(|(one, other)| one + other)
}

fn part(count: u64, (begun, before): (Instant, Option<Duration>), last: Instant, after: Option<Duration>) -> Part {
    let spent = before.zip(after).map(|(before, after)| after.saturating_sub(before));
    Part::new(count, last.saturating_duration_since(begun), spent)
}
