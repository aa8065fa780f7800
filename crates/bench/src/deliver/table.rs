//! The report as text.

use std::fmt;

use super::report::{
    Compared, Dead, DeadRun, DeliverReport, INGEST_GOAL, LATENCY_GOAL, MEMORY_GOAL, Memory, Parts, RATE_GOAL, Rate, Resident,
};
use crate::summary::SPREAD_MAX_PERCENT;

/// The width of the first column.
const TITLE: usize = 34;

impl fmt::Display for DeliverReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "hookline {}, deliver", self.version)?;
        if let Some(processors) = self.processors {
            writeln!(f, "{processors} processors, shared with the load generator and the receivers")?;
        }
        if self.in_memory {
            writeln!(f, "VOID: the data was on a file system in memory, where a sync costs nothing")?;
        }
        self.rates.iter().try_for_each(|rate| write_rate(f, rate))?;
        self.memory.iter().try_for_each(|memory| write_memory(f, memory))?;
        self.dead.iter().try_for_each(|dead| write_dead(f, dead))
    }
}

fn write_rate(f: &mut fmt::Formatter<'_>, rate: &Rate) -> fmt::Result {
    let Rate { webhooks, deliveries, pairs, backlog, steady } = rate;
    writeln!(f, "\nDeliveries a second, {webhooks} webhooks told of every event, {deliveries} deliveries each")?;
    for (number, pair) in pairs.iter().enumerate() {
        write_parts(f, &format!("{} hookline", number + 1), &pair.hookline)?;
        write_parts(f, &format!("{} no-op client", number + 1), &pair.client)?;
    }
    for (title, compared) in [("backlog", backlog), ("as they come", steady)] {
        let Some(Compared { hookline_per_second, client_per_second, ratio, client_spread_percent, void }) = compared else {
            writeln!(f, "{title:<TITLE$} nothing to compare")?;
            continue;
        };
        write!(
            f,
            "{title:<TITLE$} {hookline_per_second:.0} : {client_per_second:.0}, median ratio {ratio:.3} (goal {RATE_GOAL})"
        )?;
        match void {
            true => writeln!(
                f,
                "; VOID: the client's own rates spread over {client_spread_percent:.0} %, more than {SPREAD_MAX_PERCENT:.0} %"
            )?,
            false => writeln!(f, "; the client's own rates spread over {client_spread_percent:.0} %")?,
        }
    }
    Ok(())
}

fn write_parts(f: &mut fmt::Formatter<'_>, title: &str, parts: &Parts) -> fmt::Result {
    for (name, part) in [("backlog", &parts.backlog), ("as they come", &parts.steady)] {
        let title = format!("{title} {name}");
        write!(f, "{title:<TITLE$} {:>9.0}/s", part.per_second)?;
        match part.micros {
            Some(micros) => writeln!(f, "  cpu {micros:.0} us/delivery")?,
            None => writeln!(f)?,
        }
    }
    Ok(())
}

fn write_memory(f: &mut fmt::Formatter<'_>, memory: &Memory) -> fmt::Result {
    writeln!(f, "\nMemory, {} webhooks told of every event", memory.webhooks)?;
    for Resident { deliveries, resident_bytes, peak_bytes } in [memory.few, memory.many] {
        let title = format!("{deliveries} deliveries");
        writeln!(f, "{title:<TITLE$} resident {}, peak {}", mebibytes(Some(resident_bytes)), mebibytes(Some(peak_bytes)))?;
    }
    writeln!(f, "{:<TITLE$} {:.3} (goal {MEMORY_GOAL})", "ratio", memory.ratio)
}

fn write_dead(f: &mut fmt::Formatter<'_>, dead: &Dead) -> fmt::Result {
    writeln!(f, "\nDead receivers: from the answer to an event until a receiver that is well had it")?;
    for (number, pair) in dead.pairs.iter().enumerate() {
        write_run(f, &format!("{} with the dead", number + 1), &pair.with)?;
        write_run(f, &format!("{} without", number + 1), &pair.without)?;
    }
    writeln!(f, "{:<TITLE$} p50 {:.2}, p99 {:.2} (goal {LATENCY_GOAL})", "median ratio", dead.p50_ratio, dead.p99_ratio)?;
    writeln!(f, "{:<TITLE$} {:.3} (goal {INGEST_GOAL})", "median ratio of events taken in", dead.ingest_ratio)
}

fn write_run(f: &mut fmt::Formatter<'_>, title: &str, run: &DeadRun) -> fmt::Result {
    let DeadRun { webhooks, latency, ingest_per_second, idle_bytes, peak_bytes, .. } = run;
    let title = format!("{title}, {webhooks} webhooks");
    let (idle, peak) = (mebibytes(*idle_bytes), mebibytes(*peak_bytes));
    writeln!(
        f,
        "{title:<TITLE$} p50 {:.2}  p99 {:.2}  max {:.1} ms of {}; {ingest_per_second:.0} events/s; memory {idle}, peak {peak}",
        latency.p50_ms, latency.p99_ms, latency.max_ms, latency.count
    )
}

fn mebibytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "unknown".to_owned(), |bytes| format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0)))
}
