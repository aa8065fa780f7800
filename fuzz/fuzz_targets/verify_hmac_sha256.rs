//! The target `verify_hmac_sha256`.
#![no_main]

hookline_fuzz_targets::target!("verify_hmac_sha256");
