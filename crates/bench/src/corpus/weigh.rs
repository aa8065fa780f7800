//! How large the bodies are, and what general compression makes of each alone.

use serde::Serialize;

use super::{Corpus, GROUP};

/// Bodies that are weighed at most.
const SAMPLE: u64 = 10_000;
/// The level of zstd.
const LEVEL: i32 = 3;

/// Sizes of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weight {
    /// Bodies weighed.
    pub bodies: u64,
    /// Mean size in bytes.
    pub mean_bytes: f64,
    /// Mean size of each body compressed alone by `zstd -3`, in bytes.
    pub mean_zstd3_bytes: f64,
}

/// Weighs a sample of the first `events` bodies of a corpus: whole groups at even distances, so that each kind has its part.
///
/// # Errors
/// When zstd fails.
pub fn weigh(corpus: &Corpus, events: u64) -> std::io::Result<Weight> {
    let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
    let (mut bytes, mut compressed) = (0, 0);
    let mut body = Vec::new();
    let groups = (SAMPLE / GROUP).min(events.div_ceil(GROUP)).max(1);
    let distance = (events / GROUP / groups).max(1);
    for n in (0..groups).flat_map(|group| (0..GROUP).map(move |place| group * distance * GROUP + place)) {
        body.clear();
        corpus.write(n, &mut body);
        bytes += body.len();
        compressed += compressor.compress(&body)?.len();
    }
    let bodies = groups * GROUP;
    let mean = |sum: usize| sum as f64 / bodies as f64;
    Ok(Weight { bodies, mean_bytes: mean(bytes), mean_zstd3_bytes: mean(compressed) })
}
