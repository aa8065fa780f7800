//! Hookline and `append` in turn: a burst, then a sustained load.

use super::{Bench, Part};
use crate::{
    Error,
    baseline::Baseline,
    corpus::Corpus,
    load::{Pace, Until},
    report::{Ours, Pair, Theirs},
};

/// One pair. Which of the two is first changes from pair to pair, so that a machine that gets slower favours neither.
pub(crate) async fn pair(bench: &Bench<'_>, corpus: &Corpus, number: u32) -> Result<Pair, Error> {
    let of = bench.options.pairs;
    let ours = || ours(bench, corpus, format!("pair {number} of {of}"));
    let theirs = || single(bench, corpus, Baseline::Append, true, format!("pair {number} of {of}"));
    if number % 2 == 1 {
        let hookline = ours().await?;
        Ok(Pair { hookline, append: theirs().await? })
    } else {
        let append = theirs().await?;
        Ok(Pair { hookline: ours().await?, append })
    }
}

async fn ours(bench: &Bench<'_>, corpus: &Corpus, title: String) -> Result<Ours, Error> {
    let folder = bench.folder("hookline")?;
    let program = bench.hookline(&folder, None).await?;
    let part = |first: u64, until: Until| Part { program: &program, corpus, first, pace: Pace::Closed, until };
    let (_, burst) = bench.deliver(part(0, bench.burst())).await?;
    bench.settle(&program, burst.answered).await?;
    (bench.say)(&format!("{title}: hookline, burst: {:.0}/s", burst.per_second));
    let sustained = bench.sustain(part(burst.answered, bench.long())).await?;
    let (rate, lag) = (sustained.whole.per_second, sustained.lag.max);
    (bench.say)(&format!("{title}: hookline, sustained: {rate:.0}/s, lag up to {lag}"));
    let peak_bytes = program.peak_bytes();
    program.stop().await?;
    bench.remove(&folder)?;
    Ok(Ours { burst, sustained, peak_bytes })
}

/// A baseline alone, with a burst before or without.
pub(crate) async fn single(
    bench: &Bench<'_>,
    corpus: &Corpus,
    baseline: Baseline,
    with_burst: bool,
    title: String,
) -> Result<Theirs, Error> {
    let folder = bench.folder(baseline.name())?;
    let program = bench.baseline(baseline, &folder).await?;
    let part = |first: u64, until: Until| Part { program: &program, corpus, first, pace: Pace::Closed, until };
    let mut burst = None;
    if with_burst {
        let (_, phase) = bench.deliver(part(0, bench.burst())).await?;
        (bench.say)(&format!("{title}: {baseline}, burst: {:.0}/s", phase.per_second));
        burst = Some(phase);
    }
    let first = burst.as_ref().map_or(0, |burst| burst.answered);
    let (_, sustained) = bench.deliver(part(first, bench.long())).await?;
    (bench.say)(&format!("{title}: {baseline}, sustained: {:.0}/s", sustained.per_second));
    let peak_bytes = program.peak_bytes();
    program.stop().await?;
    bench.remove(&folder)?;
    Ok(Theirs { burst, sustained, peak_bytes })
}
