//! The target `parse_lemlist`.
#![no_main]

hookline_fuzz_targets::target!("parse_lemlist");
