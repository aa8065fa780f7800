//! The target `parse_instantly`.
#![no_main]

hookline_fuzz_targets::target!("parse_instantly");
