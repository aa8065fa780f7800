//! The report as text.

use std::fmt;

use crate::{
    report::{Comparison, File, Half, Pair, Percentiles, Phase, Report, Size, Stage, Theirs},
    summary::SPREAD_MAX_PERCENT,
};

/// The width of the first column.
const TITLE: usize = 34;
/// Tables and indexes that take less, in percent of the mean body, are one line together. JSON has them all.
const SHOWN_PERCENT: f64 = 0.1;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "hookline {}, ingest", self.version)?;
        if let Some(processors) = self.processors {
            writeln!(f, "{processors} processors, shared with the load generator; {} connections", self.connections)?;
        }
        if self.in_memory {
            writeln!(f, "VOID: the data was on a file system in memory, where a sync costs nothing")?;
        }
        let bodies = &self.bodies;
        writeln!(
            f,
            "{} contacts, {} campaigns; bodies of {:.0} B on average, {:.0} B by zstd -3 each alone",
            self.contacts, self.campaigns, bodies.mean_bytes, bodies.mean_zstd3_bytes
        )?;
        if !self.pairs.is_empty() {
            heading(f, "Events a second")?;
            for (number, pair) in self.pairs.iter().enumerate() {
                write_pair(f, number + 1, pair)?;
            }
            write_comparison(f, "burst, hookline : append", self.burst.as_ref())?;
            write_comparison(f, "sustained, hookline : append", self.sustained.as_ref())?;
        }
        for (name, theirs) in [("parse", &self.parse), ("commit", &self.commit)] {
            if let Some(theirs) = theirs {
                write_baseline(f, name, theirs)?;
            }
        }
        if let Some(half) = &self.half {
            write_half(f, half)?;
        }
        self.growth.iter().try_for_each(|stage| write_stage(f, stage))
    }
}

fn heading(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    writeln!(f, "\n{text}")
}

/// A rate with what it cost.
fn write_phase(f: &mut fmt::Formatter<'_>, title: &str, phase: &Phase) -> fmt::Result {
    write!(f, "{title:<TITLE$} {:>9.0}/s  {}", phase.per_second, Shown(&phase.latency))?;
    if let (Some(server), Some(client)) = (phase.server_micros, phase.client_micros) {
        write!(f, "  cpu {server:.0} + {client:.0} us/event")?;
    }
    if phase.retried > 0 {
        write!(f, "  {} times 503", phase.retried)?;
    }
    writeln!(f)
}

fn write_pair(f: &mut fmt::Formatter<'_>, number: usize, pair: &Pair) -> fmt::Result {
    let ours = &pair.hookline;
    write_phase(f, &format!("{number} hookline burst"), &ours.burst)?;
    write_phase(f, &format!("{number} hookline sustained"), &ours.sustained.whole)?;
    let lag = ours.sustained.lag;
    let grew = match lag.grew {
        Some(true) => "growing at the end",
        Some(false) => "not growing at the end",
        None => "too short to say whether it grew",
    };
    let delivered = ours.sustained.delivered_per_second;
    writeln!(f, "{:<TITLE$} {delivered:>9.0}/s until the last answer; lag up to {} events, {grew}", "", lag.max)?;
    if let Some(burst) = &pair.append.burst {
        write_phase(f, &format!("{number} append burst"), burst)?;
    }
    write_phase(f, &format!("{number} append sustained"), &pair.append.sustained)?;
    let peaks = [ours.peak_bytes, pair.append.peak_bytes].map(mebibytes);
    writeln!(f, "{:<TITLE$} peak memory: hookline {}, append {}", "", peaks[0], peaks[1])
}

fn write_comparison(f: &mut fmt::Formatter<'_>, title: &str, comparison: Option<&Comparison>) -> fmt::Result {
    let Some(found) = comparison else { return writeln!(f, "{title:<TITLE$} nothing to compare") };
    let (ours, theirs) = (found.hookline_per_second, found.append_per_second);
    write!(f, "{title:<TITLE$} {ours:.0} : {theirs:.0}, median ratio {:.3}", found.ratio)?;
    let spread = found.append_spread_percent;
    match found.void {
        true => writeln!(f, "; VOID: append's own rates spread over {spread:.0} %, more than {SPREAD_MAX_PERCENT:.0} %"),
        false => writeln!(f, "; append's own rates spread over {spread:.0} %"),
    }
}

fn write_baseline(f: &mut fmt::Formatter<'_>, name: &str, theirs: &Theirs) -> fmt::Result {
    write_phase(f, &format!("{name} sustained"), &theirs.sustained)?;
    writeln!(f, "{:<TITLE$} peak memory: {}", "", mebibytes(theirs.peak_bytes))
}

fn write_half(f: &mut fmt::Formatter<'_>, half: &Half) -> fmt::Result {
    heading(f, &format!("At {:.0} events a second, from when each was due", half.scheduled_per_second))?;
    write_phase(f, "hookline", &half.hookline)?;
    write_phase(f, "append", &half.append)?;
    for read in &half.reads {
        let (title, latency) = (format!("read: {}", read.what), &read.latency);
        writeln!(f, "{title:<TITLE$} {:>9}    {}", latency.count, Shown(latency))?;
    }
    writeln!(f, "{:<TITLE$} lag up to {} events; peak memory: hookline {}", "", half.lag.max, mebibytes(half.peak_bytes))
}

fn write_stage(f: &mut fmt::Formatter<'_>, stage: &Stage) -> fmt::Result {
    heading(f, &format!("At {} stored events, of {:.0} B on average", stage.events, stage.mean_body_bytes))?;
    if let Some(fill) = &stage.fill {
        write_phase(f, "filling", fill)?;
    }
    write_phase(f, "grown store", &stage.grown.whole)?;
    write_phase(f, "empty store", &stage.fresh.whole)?;
    let (ratio, lag) = (stage.ratio, stage.grown.lag.max);
    let peak = mebibytes(stage.peak_bytes);
    writeln!(f, "{:<TITLE$} grown : empty {ratio:.3}; lag up to {lag} events; peak memory {peak}", "")?;
    stage.files.iter().try_for_each(|file| write_file(f, file))
}

fn write_file(f: &mut fmt::Formatter<'_>, file: &File) -> fmt::Result {
    let line = |f: &mut fmt::Formatter<'_>, title: &str, size: &Size| {
        writeln!(f, "{title:<TITLE$} {:>9.1} B/event  {:>6.1} % of the body", size.per_event, size.body_percent)
    };
    line(f, file.name, &file.size)?;
    let (large, small): (Vec<_>, Vec<_>) = file.parts.iter().partition(|part| part.size.body_percent >= SHOWN_PERCENT);
    for part in large {
        line(f, &format!("  {}{}", if part.is_index { "index " } else { "" }, part.name), &part.size)?;
    }
    if small.is_empty() {
        return Ok(());
    }
    let rest = small.iter().fold(Size::default(), |sum, part| Size {
        bytes: sum.bytes + part.size.bytes,
        per_event: sum.per_event + part.size.per_event,
        body_percent: sum.body_percent + part.size.body_percent,
    });
    line(f, &format!("  {} others", small.len()), &rest)
}

fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| format!("{:.0} MiB", bytes as f64 / (1024.0 * 1024.0)))
}

/// Percentiles in a line.
struct Shown<'a>(&'a Percentiles);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Percentiles { count, p50_ms, p99_ms, p999_ms, max_ms } = *self.0;
        if count == 0 {
            return f.write_str("nothing measured");
        }
        write!(f, "p50 {p50_ms:.2}  p99 {p99_ms:.2}  p99.9 {p999_ms:.2}  max {max_ms:.1} ms")
    }
}
