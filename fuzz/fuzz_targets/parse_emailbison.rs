//! The target `parse_emailbison`.
#![no_main]

hookline_fuzz_targets::target!("parse_emailbison");
