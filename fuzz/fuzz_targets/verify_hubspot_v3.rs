//! The target `verify_hubspot_v3`.
#![no_main]

hookline_fuzz_targets::target!("verify_hubspot_v3");
