//! What receiving a body costs: a platform's parser with its redaction, against reading the same bytes as JSON and no more.

mod table;

use std::{hint::black_box, time::Duration};

use hookline_model::{platform::Platform, time::Millis};
use hookline_platforms::{Delivery, NO_SETTINGS, Parser, parser};
use serde::Serialize;
use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::{error::Error, summary::median};

/// When the bodies were received: 2026-07-01T12:00:00Z, after all that they tell of. A time in the future is not believed, and an
/// event without one costs more to tell apart.
const RECEIVED: Millis = Millis(1_782_907_200_000);
/// The most rounds.
const ROUNDS_MAX: u32 = 10_000;
/// The most readings of a turn.
const TURN_MAX: u32 = 100_000;
/// What is aimed at: receiving takes at most so many times what `serde_json` takes.
pub const RATIO_GOAL: f64 = 2.0;

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct ParseOptions {
    /// How often each body is measured: 1 to 10,000. The figures are medians of them.
    pub rounds: u32,
    /// How often it is read in one turn: 1 to 100,000.
    pub turn: u32,
    /// Only this platform.
    pub platform: Option<Platform>,
}

/// What one body costs, in nanoseconds, medians.
#[derive(Clone, Debug, Serialize)]
pub struct BodyCost {
    /// Its platform.
    pub platform: &'static str,
    /// Which of the fixtures it is.
    pub name: String,
    /// The kind of its event.
    pub kind: &'static str,
    /// How many bytes it has.
    pub bytes: usize,
    /// Reading it as JSON: `serde_json::from_slice::<Value>`, and dropping it.
    pub json_ns: f64,
    /// Parsing it, its identity and id included, and dropping the event.
    pub parse_ns: f64,
    /// Receiving it, which is parsing it and blanking its secrets in place, in one.
    pub receive_ns: f64,
    /// The median of the rounds' ratios: receiving to JSON.
    pub ratio: f64,
}

/// What all bodies cost.
#[derive(Clone, Debug, Serialize)]
pub struct ParseReport {
    /// Hookline's version.
    pub version: &'static str,
    /// How often each body was measured.
    pub rounds: u32,
    /// How often it was read in one turn.
    pub turn: u32,
    /// The bodies, by platform.
    pub bodies: Vec<BodyCost>,
}

impl ParseReport {
    /// The report as JSON.
    ///
    /// # Errors
    /// When it cannot be written, which no report of ours does.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

/// Measures every fixture of the platforms. `say` is told of every platform.
///
/// # Errors
/// When the options make no sense, or a fixture cannot be read.
pub fn parse(options: &ParseOptions, say: &dyn Fn(&str)) -> Result<ParseReport, Error> {
    let ParseOptions { rounds, turn, platform } = *options;
    if !(1..=ROUNDS_MAX).contains(&rounds) || !(1..=TURN_MAX).contains(&turn) {
        return Err(Error::Options(format!("expected 1 to {ROUNDS_MAX} rounds and 1 to {TURN_MAX} readings a turn")));
    }
    if let Some(platform) = platform.filter(|platform| parser(*platform).is_none()) {
        return Err(Error::Options(format!("deliveries of {platform} cannot be read yet")));
    }
    let mut report = ParseReport { version: env!("CARGO_PKG_VERSION"), rounds, turn, bodies: Vec::new() };
    let wanted = Platform::ALL.into_iter().filter(|known| platform.is_none_or(|platform| platform == *known));
    for (platform, parser) in wanted.filter_map(|platform| Some((platform, parser(platform)?))) {
        say(&format!("{platform}"));
        for (name, body) in fixtures(platform)? {
            report.bodies.push(cost(parser, name, body.to_string().as_bytes(), options)?);
        }
    }
    Ok(report)
}

/// The fixtures of a platform, which its tests hold to these files.
fn fixtures(platform: Platform) -> Result<Map<String, Value>, Error> {
    let text = match platform {
        Platform::Instantly => include_str!("../../../platforms/fixtures/seeds/instantly.json"),
        Platform::Lemlist => include_str!("../../../platforms/fixtures/seeds/lemlist.json"),
        Platform::Plusvibe => include_str!("../../../platforms/fixtures/seeds/plusvibe.json"),
        Platform::Smartlead => include_str!("../../../platforms/fixtures/seeds/smartlead.json"),
        Platform::Emailbison => include_str!("../../../platforms/fixtures/seeds/emailbison.json"),
        Platform::Hubspot => include_str!("../../../platforms/fixtures/seeds/hubspot.json"),
        Platform::Breakcold => include_str!("../../../platforms/fixtures/seeds/breakcold.json"),
        other => return Err(Error::failed(format_args!("find fixtures of {other}"), "there is no file")),
    };
    serde_json::from_str(text).map_err(|error| Error::failed(format_args!("read the fixtures of {platform}"), error))
}

/// Measures one body: JSON, parsing and receiving in turn, in this order and in the reverse one.
fn cost(parser: &dyn Parser, name: String, body: &[u8], options: &ParseOptions) -> Result<BodyCost, Error> {
    let delivery = Delivery::new(body, RECEIVED);
    let attempted = |error| Error::failed(format_args!("read {name} of {}", parser.platform()), error);
    let kind = parser.parse(&delivery).map_err(attempted)?.event.kind.name();
    let mut stored = body.to_vec();
    let mut json = || drop(black_box(serde_json::from_slice::<Value>(black_box(body))));
    let mut parse = || drop(black_box(parser.parse(black_box(&delivery))));
    let mut receive = || {
        // As it came: a body that is blanked already has as much to be looked at, so this is only to be sure.
        stored.copy_from_slice(body);
        drop(black_box(parser.receive(black_box(&mut stored), RECEIVED, &NO_SETTINGS)));
    };
    let (mut jsons, mut parses, mut receives, mut ratios) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..options.rounds {
        let [first, second, third] = if round % 2 == 0 {
            [time(&mut json, options.turn), time(&mut parse, options.turn), time(&mut receive, options.turn)]
        } else {
            let mut turned = [time(&mut receive, options.turn), time(&mut parse, options.turn), time(&mut json, options.turn)];
            turned.reverse();
            turned
        };
        let [json, parse, receive] = [first, second, third].map(|time| time.as_nanos() as f64 / f64::from(options.turn));
        jsons.push(json);
        parses.push(parse);
        receives.push(receive);
        ratios.push(receive / json.max(1.0));
    }
    let middle = |values: &[f64]| median(values).unwrap_or_default();
    Ok(BodyCost {
        platform: parser.platform().name(),
        name,
        kind,
        bytes: body.len(),
        json_ns: middle(&jsons),
        parse_ns: middle(&parses),
        receive_ns: middle(&receives),
        ratio: middle(&ratios),
    })
}

fn time(work: &mut dyn FnMut(), times: u32) -> Duration {
    let started = Instant::now();
    (0..times).for_each(|_| work());
    started.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fixture_of_every_platform_is_measured() {
        let report = parse(&ParseOptions { rounds: 1, turn: 1, platform: None }, &|_| ()).expect("a report");
        for platform in Platform::ALL.into_iter().filter(|platform| parser(*platform).is_some()) {
            let of_it = report.bodies.iter().filter(|body| body.platform == platform.name()).count();
            assert_eq!(of_it, fixtures(platform).expect("fixtures").len(), "{platform}");
            assert!(report.to_string().contains(platform.name()), "{platform}");
        }
        assert!(report.bodies.iter().all(|body| body.bytes > 2 && body.ratio >= 0.0));
    }

    #[test]
    fn options_without_sense_are_refused() {
        for (rounds, turn, platform) in [(0, 1, None), (1, 0, None), (ROUNDS_MAX + 1, 1, None), (1, TURN_MAX + 1, None)] {
            let refused = parse(&ParseOptions { rounds, turn, platform }, &|_| ());
            assert!(matches!(refused, Err(Error::Options(_))), "{rounds} {turn}");
        }
    }
}
