//! The report as text.

use std::fmt;

use super::{BodyCost, ParseReport, RATIO_GOAL};
use crate::summary::median;

impl fmt::Display for ParseReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParseReport { version, rounds, turn, bodies } = self;
        writeln!(f, "hookline {version}, parse: {rounds} rounds of {turn} readings each, medians; ratio is receive : json")?;
        for of_platform in bodies.chunk_by(|one, next| one.platform == next.platform) {
            write_platform(f, of_platform)?;
        }
        Ok(())
    }
}

fn write_platform(f: &mut fmt::Formatter<'_>, bodies: &[BodyCost]) -> fmt::Result {
    let platform = bodies.first().map_or("", |body| body.platform);
    writeln!(f, "\n{platform:<42} {:<26} {:>6} {:>8} {:>8} {:>8} {:>6}", "kind", "bytes", "json", "parse", "receive", "ratio")?;
    for BodyCost { name, kind, bytes, json_ns, parse_ns, receive_ns, ratio, .. } in bodies {
        let [json, parse, receive] = [json_ns, parse_ns, receive_ns].map(|nanoseconds| nanoseconds / 1000.0);
        writeln!(f, "{name:<42} {kind:<26} {bytes:>6} {json:>5.2} us {parse:>5.2} us {receive:>5.2} us {ratio:>6.2}")?;
    }
    let ratios: Vec<f64> = bodies.iter().map(|body| body.ratio).collect();
    let beyond = ratios.iter().filter(|ratio| **ratio > RATIO_GOAL).count();
    let highest = ratios.iter().copied().fold(0.0, f64::max);
    let middle = median(&ratios).unwrap_or_default();
    let all = bodies.len();
    writeln!(f, "{platform}: median ratio {middle:.2}, highest {highest:.2}; {beyond} of {all} above {RATIO_GOAL:.1}")
}
