//! The target `verify_body_secret`.
#![no_main]

hookline_fuzz_targets::target!("verify_body_secret");
