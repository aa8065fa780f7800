//! The loop: takes an input, changes it, holds the target to what must hold, and keeps what reached something new.

use std::{
    collections::HashSet,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use rand::{Rng, RngExt, SeedableRng, rngs::ChaCha8Rng};

use crate::{
    Reached, Target,
    mutate::{Input, Sources},
    words::Words,
};

/// The most inputs that are kept; further ones take the place of an earlier one.
const KEPT_MAX: usize = 4_096;
/// The longest input that is kept, in bytes: large ones are tried, not built on.
const KEPT_BYTES_MAX: usize = 32 * 1024;
/// How many attempts there are to make a failing input smaller.
const SHRINKING_MAX: usize = 4_000;
/// How many bytes of a failing input are shown.
const SHOWN_BYTES_MAX: usize = 4_000;

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many inputs are tried, the seeds first.
    pub executions: u64,
    /// What all chance comes from: the same seed finds the same.
    pub seed: u64,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was run.
    pub target: Target,
    /// How many inputs were tried.
    pub executions: u64,
    /// How many inputs it began with.
    pub seeds: usize,
    /// How many inputs reached something new and were kept, seeds among them.
    pub kept: usize,
    /// How many distinct things were reached.
    pub reached: usize,
    /// How many of them by the seeds.
    pub reached_by_seeds: usize,
    /// The execution that reached something for the last time, counted from 1.
    pub last_new: u64,
    /// The most that one reading allocated per byte of a body of at least 1,000 bytes.
    pub allocated_per_byte: f64,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { executions, seeds, kept, reached, reached_by_seeds, last_new, allocated_per_byte, .. } = self;
        // Its text first, since the width is that of a text.
        let target = self.target.to_string();
        write!(
            f,
            "{target:<22} {executions} executions, {seeds} seeds, {kept} inputs kept; reached {reached} things ({reached_by_seeds} by \
             seeds), the last new one at {last_new}; at most {allocated_per_byte:.0} bytes allocated per byte"
        )
    }
}

/// Something that did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Of what.
    pub target: Target,
    /// The execution, counted from 1.
    pub execution: u64,
    /// The input, made smaller.
    pub input: Vec<u8>,
    /// What does not hold.
    pub fault: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { target, execution, input, fault } = self;
        let shown = &input[..input.len().min(SHOWN_BYTES_MAX)];
        write!(f, "{target}, execution {execution}: {fault}\nthe input, {} bytes: {}", input.len(), shown.escape_ascii())
    }
}

impl std::error::Error for Failure {}

/// Runs a target.
///
/// # Errors
/// With the first input of which something does not hold.
pub fn run(target: Target, options: Options) -> Result<Report, Box<Failure>> {
    let seeds = target.seeds().map_err(|fault| Box::new(Failure { target, execution: 0, input: Vec::new(), fault }))?;
    let words = Words::new(target, &seeds);
    let mut chance = ChaCha8Rng::seed_from_u64(options.seed);
    let mut things: HashSet<u64> = HashSet::new();
    let mut report = Report {
        target,
        executions: options.executions,
        seeds: seeds.len(),
        kept: 0,
        reached: 0,
        reached_by_seeds: 0,
        last_new: 0,
        allocated_per_byte: 0.0,
    };
    let mut seeds = seeds.into_iter();
    let mut kept: Vec<Input> = Vec::new();
    for execution in 1..=options.executions {
        let seed = seeds.next().map(Input::of);
        let is_seed = seed.is_some();
        let input = seed.unwrap_or_else(|| next(&kept, &words, &mut chance));
        let reached = checked(target, &input.bytes).map_err(|fault| {
            let (input, fault) = shrunk(target, input.bytes.clone(), fault);
            Box::new(Failure { target, execution, input, fault })
        })?;
        if input.bytes.len() >= 1_000 {
            report.allocated_per_byte = report.allocated_per_byte.max(reached.allocated() as f64 / input.bytes.len() as f64);
        }
        let before = things.len();
        things.extend(reached.things());
        if things.len() > before {
            report.last_new = execution;
        }
        if is_seed || (things.len() > before && input.bytes.len() <= KEPT_BYTES_MAX) {
            if kept.len() < KEPT_MAX {
                kept.push(input);
            } else {
                let place = chance.random_range(0..kept.len());
                kept[place] = input;
            }
        }
        report.reached = things.len();
        if is_seed {
            report.reached_by_seeds = things.len();
        }
    }
    report.kept = kept.len();
    Ok(report)
}

/// An input that is one of those that are kept, changed. One in three is of the last quarter, which reached most lately.
fn next(kept: &[Input], words: &Words, chance: &mut impl Rng) -> Input {
    let of = |chance: &mut ChaCha8Rng| {
        let from = if chance.random_range(0..3) == 0 { kept.len() * 3 / 4 } else { 0 };
        kept.get(chance.random_range(from..kept.len().max(from + 1)))
    };
    let mut own = ChaCha8Rng::seed_from_u64(chance.random());
    let (Some(input), other) = (of(&mut own), of(&mut own)) else { return Input::of(Vec::new()) };
    let sources = Sources { words, other: other.and_then(|other| other.node.as_ref()) };
    input.changed(&sources, &mut own)
}

/// Checks an input; a panic is a fault.
fn checked(target: Target, input: &[u8]) -> Result<Reached, String> {
    catch_unwind(AssertUnwindSafe(|| target.check(input))).unwrap_or_else(|panic| {
        let told = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        Err(format!("panicked: {}", told.unwrap_or("without a text")))
    })
}

/// The smallest input found by leaving spans out, of which something still does not hold, and what that is.
fn shrunk(target: Target, mut input: Vec<u8>, mut fault: String) -> (Vec<u8>, String) {
    let mut attempts = 0;
    let mut span = input.len() / 2;
    while span > 0 {
        let (mut at, mut found) = (0, false);
        while at + span <= input.len() && attempts < SHRINKING_MAX {
            attempts += 1;
            let smaller = [&input[..at], &input[at + span..]].concat();
            match checked(target, &smaller) {
                Err(told) => (input, fault, found) = (smaller, told, true),
                Ok(_) => at += span,
            }
        }
        if !found || attempts >= SHRINKING_MAX {
            span /= 2;
        }
    }
    (input, fault)
}

/// An input changed once, for a fuzzer with a loop of its own: at most `bytes_max` bytes.
#[must_use]
pub fn mutated(target: Target, input: &[u8], bytes_max: usize, seed: u64) -> Vec<u8> {
    let seeds = target.seeds().unwrap_or_default();
    let words = Words::new(target, &seeds);
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let other = seeds.get(chance.random_range(0..seeds.len().max(1))).map(|seed| Input::of(seed.clone()));
    let sources = Sources { words: &words, other: other.as_ref().and_then(|other| other.node.as_ref()) };
    let mut bytes = Input::of(input.to_vec()).changed(&sources, &mut chance).bytes;
    bytes.truncate(bytes_max);
    bytes
}
