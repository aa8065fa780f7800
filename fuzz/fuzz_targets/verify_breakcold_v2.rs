//! The target `verify_breakcold_v2`.
#![no_main]

hookline_fuzz_targets::target!("verify_breakcold_v2");
