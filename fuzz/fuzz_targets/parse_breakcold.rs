//! The target `parse_breakcold`.
#![no_main]

hookline_fuzz_targets::target!("parse_breakcold");
