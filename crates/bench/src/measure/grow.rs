//! The growth run: what becomes of rate, memory and disk as events pile up.

use std::path::Path;

use hookline_store::sqlite::file_sizes;

use super::{Bench, Part};
use crate::{
    Error,
    corpus::{Corpus, weigh},
    load::{Pace, Until},
    process::{Place, Program},
    report::{File, Phase, Stage, Sustained},
};

/// Fills one store to each of the targets in turn.
pub(crate) async fn grow(bench: &Bench<'_>, corpus: &Corpus) -> Result<Vec<Stage>, Error> {
    let folder = bench.folder("grown")?;
    let mut place: Option<Place> = None;
    let mut stored = 0;
    let mut stages = Vec::with_capacity(bench.options.grow.len());
    for events in bench.options.grow.iter().copied() {
        let program = bench.hookline(&folder, place.as_ref()).await?;
        let slice = bench.options.slice;
        let fill = fill(bench, corpus, &program, stored, events - slice).await?;
        let grown = sustained(bench, corpus, &program, events - slice).await?;
        (bench.say)(&format!("growth: {:.0}/s at {events} events", grown.whole.per_second));
        let fresh = fresh(bench, corpus).await?;
        (bench.say)(&format!("growth: {:.0}/s into an empty store", fresh.whole.per_second));
        let peak_bytes = program.peak_bytes();
        place = Some(program.place.clone());
        program.stop().await?;
        let bodies = weigh(corpus, events).map_err(|error| Error::failed("weigh bodies", error))?;
        let files = files(&folder, events, bodies.mean_bytes).await?;
        let ratio = grown.whole.per_second / fresh.whole.per_second;
        stages.push(Stage { events, fill, grown, fresh, ratio, peak_bytes, mean_body_bytes: bodies.mean_bytes, files });
        stored = events;
    }
    bench.remove(&folder)?;
    Ok(stages)
}

/// Fills a store up to the slice.
async fn fill(bench: &Bench<'_>, corpus: &Corpus, program: &Program, stored: u64, to: u64) -> Result<Option<Phase>, Error> {
    if stored == to {
        return Ok(None);
    }
    (bench.say)(&format!("growth: filling from {stored} to {to} events"));
    let part = Part { program, corpus, first: stored, pace: Pace::Closed, until: Until::Count(to - stored) };
    let (_, phase) = bench.deliver(part).await?;
    bench.settle(program, to).await?;
    Ok(Some(phase))
}

/// A slice of events from this one on.
async fn sustained(bench: &Bench<'_>, corpus: &Corpus, program: &Program, first: u64) -> Result<Sustained, Error> {
    let until = Until::Count(bench.options.slice);
    bench.sustain(Part { program, corpus, first, pace: Pace::Closed, until }).await
}

/// The first slice of the same corpus into an empty store.
async fn fresh(bench: &Bench<'_>, corpus: &Corpus) -> Result<Sustained, Error> {
    let folder = bench.folder("fresh")?;
    let program = bench.hookline(&folder, None).await?;
    let sustained = sustained(bench, corpus, &program, 0).await?;
    program.stop().await?;
    bench.remove(&folder)?;
    Ok(sustained)
}

async fn files(folder: &Path, events: u64, mean_body_bytes: f64) -> Result<Vec<File>, Error> {
    let folder = folder.to_path_buf();
    let sizes = tokio::task::spawn_blocking(move || file_sizes(&folder)).await;
    let sizes = sizes.map_err(|error| Error::failed("measure the files", error))?;
    let sizes = sizes.map_err(|error| Error::failed("measure the files", error))?;
    Ok(sizes.into_iter().map(|file| File::new(file, events, mean_body_bytes)).collect())
}
