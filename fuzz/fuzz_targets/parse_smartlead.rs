//! The target `parse_smartlead`.
#![no_main]

hookline_fuzz_targets::target!("parse_smartlead");
