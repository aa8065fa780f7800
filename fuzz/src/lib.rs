//! What every target is made of: the checks and the mutations of `hookline-fuzz`, for libFuzzer.

pub use hookline_fuzz;
pub use libfuzzer_sys;

use hookline_fuzz::{Target, mutated};

/// The target of a name.
///
/// # Panics
/// If there is none: the list in `Cargo.toml` is out of date.
#[must_use]
pub fn named(name: &str) -> Target {
    name.parse().unwrap_or_else(|error| panic!("{error}"))
}

/// Checks an input.
///
/// # Panics
/// With what does not hold, which is what libFuzzer looks for.
pub fn check(target: Target, input: &[u8]) {
    if let Err(fault) = target.check(input) {
        panic!("{fault}");
    }
}

/// Changes an input in place, in the terms of JSON; answers its new length. One in four is left to libFuzzer's own changes.
pub fn change(target: Target, buffer: &mut [u8], length: usize, bytes_max: usize, seed: u32) -> usize {
    if seed % 4 == 0 {
        return libfuzzer_sys::fuzzer_mutate(buffer, length, bytes_max);
    }
    let changed = mutated(target, &buffer[..length], bytes_max.min(buffer.len()), u64::from(seed));
    buffer[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

/// Makes a target of libFuzzer's of a target of ours.
#[macro_export]
macro_rules! target {
    ($name:literal) => {
        static TARGET: std::sync::LazyLock<$crate::hookline_fuzz::Target> = std::sync::LazyLock::new(|| $crate::named($name));

        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::check(*TARGET, input));

        $crate::libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            $crate::change(*TARGET, data, size, max_size, seed)
        });
    };
}
