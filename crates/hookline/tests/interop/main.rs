//! Programs in other languages on sockets of their own: what they understand of what the real binary sends, and get from it.
//!
//! `cargo xtask interop` installs what they need and runs these tests; `interop/README.md` says what each of them is.

mod instantly;
mod listen;
mod program;
mod receivers;
mod smartlead;
mod world;

/// The binary under test.
const HOOKLINE: &str = env!("CARGO_BIN_EXE_hookline");
