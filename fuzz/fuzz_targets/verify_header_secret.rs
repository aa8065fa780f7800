//! The target `verify_header_secret`.
#![no_main]

hookline_fuzz_targets::target!("verify_header_secret");
