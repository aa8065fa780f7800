//! The target `verify_none`.
#![no_main]

hookline_fuzz_targets::target!("verify_none");
