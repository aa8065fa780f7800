//! What dead receivers cost those that are well, and who posts events.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Bench, Figure,
    receiver::{EventText, Manner, Receivers, text_behind},
    report::{Dead, DeadPair, DeadRun},
};
use crate::{
    Error,
    corpus::{Contacts, Corpus, FIRST_CAMPAIGN},
    load::{Answer, Deliveries, Latencies, Pace, Requests, Schedule, Until},
};

/// The text in front of an event's id in an answer.
const EVENT_ID: &[u8] = br#""event_id":""#;

/// Deliveries of the corpus, and when each was answered.
struct Timed {
    inner: Deliveries,
    answered: Mutex<HashMap<EventText, Instant>>,
}

impl Requests for Timed {
    fn write(&self, index: u64, out: &mut Vec<u8>) {
        self.inner.write(index, out);
    }

    fn is_right(&self, answer: &Answer<'_>) -> bool {
        let now = Instant::now();
        let event = text_behind(answer.body, EVENT_ID);
        if let Some(event) = event {
            self.answered.lock().unwrap_or_else(PoisonError::into_inner).insert(event, now);
        }
        event.is_some() && self.inner.is_right(answer)
    }
}

/// How a webhook's receiver behaves, by its number from 0: the first ones are dead, a quarter each.
fn manner(number: u32, dead: u32) -> Manner {
    let among = Manner::DEAD.len();
    if number < dead { Manner::DEAD[number as usize % among] } else { Manner::Well }
}

/// With and without the dead ones in turn. Which of the two is first changes from pair to pair.
pub(super) async fn dead(bench: &Bench<'_>, pairs: u32) -> Result<Dead, Error> {
    let mut found = Vec::new();
    for number in 1..=pairs {
        let (first, second) = (number % 2 == 1, number % 2 == 0);
        let one = run(bench, first, format!("pair {number} of {pairs}")).await?;
        let other = run(bench, second, format!("pair {number} of {pairs}")).await?;
        let (with, without) = if first { (one, other) } else { (other, one) };
        found.push(DeadPair { with, without });
    }
    Dead::new(found).ok_or_else(|| Error::Failed("nothing was measured".to_owned()))
}

async fn run(bench: &Bench<'_>, has_dead: bool, title: String) -> Result<DeadRun, Error> {
    let Figure::Dead { webhooks, dead, campaigns, per_second, seconds, burst_seconds, .. } = bench.options.figure else {
        return Err(Error::Failed("another figure is measured".to_owned()));
    };
    let receivers = Receivers::start().await?;
    let mut server = bench.hookline().await?;
    let mut well_by_campaign = vec![0_u64; campaigns as usize];
    for number in 0..webhooks {
        let manner = manner(number, dead);
        let campaign = number % campaigns;
        if manner == Manner::Well {
            well_by_campaign[campaign as usize] += 1;
        } else if !has_dead {
            continue;
        }
        server.api.make(&receivers.url(manner, number), Some(FIRST_CAMPAIGN + u64::from(campaign))).await?;
    }
    let idle_bytes = server.program.resident_bytes();
    receivers.take_arrivals();

    let corpus = Corpus::new(Contacts::Fixed(super::CONTACTS), campaigns.into());
    let place = &server.program.place;
    let inner = Deliveries::new(corpus.clone(), 0, server.program.target, &place.path);
    let timed = Arc::new(Timed { inner, answered: Mutex::default() });
    let (pace, time) = (Pace::Open(Schedule::new(per_second)?), Duration::from_secs_f64(seconds));
    let outcome = server.post_these(Arc::clone(&timed) as Arc<dyn Requests>, pace, Until::Elapsed(time)).await?;
    let expected: u64 = (0..outcome.answered).map(|event| well_by_campaign[corpus.campaign(event) as usize]).sum();
    receivers.until(expected).await?;
    let answered = std::mem::take(&mut *timed.answered.lock().unwrap_or_else(PoisonError::into_inner));
    let mut latencies = Latencies::new()?;
    let mut told = std::collections::HashSet::new();
    for arrival in receivers.take_arrivals() {
        let at = answered.get(&arrival.event).ok_or_else(|| Error::Failed("a webhook tells of no event".to_owned()))?;
        // It may come before its event's answer has been read.
        latencies.record(arrival.at.saturating_duration_since(*at));
        told.insert((arrival.event, arrival.number));
    }
    if told.len() as u64 != expected {
        return Err(Error::Failed(format!("{} different webhooks came where {expected} were expected", told.len())));
    }
    let burst = Until::Elapsed(Duration::from_secs_f64(burst_seconds));
    let ingest = server.post(campaigns.into(), Pace::Closed, burst).await?;
    let found = DeadRun {
        webhooks: if has_dead { webhooks } else { webhooks - dead },
        events: outcome.answered,
        latency: latencies.percentiles(),
        ingest_per_second: ingest.answered as f64 / ingest.elapsed.as_secs_f64(),
        idle_bytes,
        peak_bytes: server.program.peak_bytes(),
    };
    let what = if has_dead { "with the dead" } else { "without" };
    (bench.say)(&format!(
        "{title}, {what}: p50 {:.1} ms, p99 {:.1} ms; {:.0} events/s taken in",
        found.latency.p50_ms, found.latency.p99_ms, found.ingest_per_second
    ));
    // What the burst made is not waited for.
    server.kill()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_dead_is_each_sort_of_it() {
        let count = |wanted| (0..1_000).filter(|number| manner(*number, 100) == wanted).count();
        assert_eq!(Manner::DEAD.map(count), [25; 4]);
        assert_eq!(count(Manner::Well), 900);
    }
}
