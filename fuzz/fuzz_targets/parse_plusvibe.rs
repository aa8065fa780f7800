//! The target `parse_plusvibe`.
#![no_main]

hookline_fuzz_targets::target!("parse_plusvibe");
