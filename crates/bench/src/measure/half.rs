//! Half the sustained rate, in the open loop: what an answer takes when there is room, with reads beside.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::{Bench, Part};
use crate::{
    Error,
    baseline::Baseline,
    corpus::Corpus,
    gauges::{Gauges, Lag},
    load::{Connection, Load, Outcome, Pace, READS, Reads, Schedule, Until, http::write_get},
    process::Program,
    report::{Half, Phase, Read},
    summary,
};

/// Connections that read.
const READERS: usize = 4;

/// The part at this rate.
pub(crate) async fn half(bench: &Bench<'_>, corpus: &Corpus, per_second: f64) -> Result<Half, Error> {
    let pace = Pace::Open(Schedule::new(per_second)?);
    let folder = bench.folder("hookline")?;
    let program = bench.hookline(&folder, None).await?;
    (bench.say)(&format!("half rate: hookline takes {} events first", bench.options.preload));
    let until = Until::Count(bench.options.preload);
    let (preload, _) = bench.deliver(Part { program: &program, corpus, first: 0, pace: Pace::Closed, until }).await?;
    bench.settle(&program, preload.answered).await?;
    let reads = Reads::new(program.target, &program.place.workspace, &bench.options.admin_key, contacts(bench, &program).await?);
    let part = Part { program: &program, corpus, first: preload.answered, pace, until: bench.long() };
    let (hookline, outcome, lag) = both(bench, part, reads).await?;
    bench.settle(&program, preload.answered + hookline.answered).await?;
    let reads: Vec<Read> =
        READS.iter().zip(&outcome.latencies).map(|(what, latencies)| Read { what, latency: latencies.percentiles() }).collect();
    (bench.say)(&format!("half rate: hookline at {per_second:.0}/s: p99 {:.1} ms", hookline.latency.p99_ms));
    let peak_bytes = program.peak_bytes();
    program.stop().await?;
    bench.remove(&folder)?;

    let folder = bench.folder("append")?;
    let program = bench.baseline(Baseline::Append, &folder).await?;
    let (_, append) = bench.deliver(Part { program: &program, corpus, first: 0, pace, until: bench.long() }).await?;
    (bench.say)(&format!("half rate: append at {per_second:.0}/s: p99 {:.1} ms", append.latency.p99_ms));
    program.stop().await?;
    bench.remove(&folder)?;
    Ok(Half { scheduled_per_second: per_second, hookline, lag, reads, peak_bytes, append })
}

/// Deliveries, reads beside them until they end, and the lag meanwhile.
async fn both(bench: &Bench<'_>, part: Part<'_>, reads: Reads) -> Result<(Phase, Outcome, Lag), Error> {
    let target = part.program.target;
    let mut gauges = Gauges::new(target, &bench.options.admin_key);
    let stop = CancellationToken::new();
    let reading = Load {
        target,
        requests: Arc::new(reads),
        connections: READERS,
        pace: Pace::Open(Schedule::new(bench.options.reads_per_second)?),
        // At least one of each kind, however short the deliveries are.
        until: Until::Told { stop: stop.clone(), at_least: READS.len() as u64 },
    };
    let delivering = async {
        let (_, phase) = bench.deliver(part).await?;
        stop.cancel();
        Ok(phase)
    };
    let mut lags = Vec::new();
    let (phase, outcome) = tokio::select! {
        ended = async { tokio::try_join!(delivering, reading.run(&|_| ())) } => ended?,
        watched = gauges.watch(&mut lags) => {
            return Err(watched.err().unwrap_or_else(|| Error::Failed("the watch ended".to_owned())));
        }
    };
    let lag = Lag { max: lags.iter().copied().max().unwrap_or(0), grew: summary::lag_grew(&lags) };
    Ok((phase, outcome, lag))
}

/// The ids of some contacts.
async fn contacts(bench: &Bench<'_>, program: &Program) -> Result<Vec<String>, Error> {
    let mut request = Vec::new();
    let path = format!("/v1/workspaces/{}/contacts?limit=500", program.place.workspace);
    write_get(program.target, &path, &bench.options.admin_key, &mut request);
    let mut connection = Connection::new(program.target);
    let answer = connection.exchange(&request).await.map_err(|error| Error::failed("list contacts", error))?;
    let page: serde_json::Value = serde_json::from_slice(answer.body).map_err(|error| Error::failed("list contacts", error))?;
    let rows = page["data"].as_array().ok_or_else(|| Error::Failed(format!("no contacts are listed: {page}")))?;
    Ok(rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect())
}
