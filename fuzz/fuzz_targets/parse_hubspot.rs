//! The target `parse_hubspot`.
#![no_main]

hookline_fuzz_targets::target!("parse_hubspot");
