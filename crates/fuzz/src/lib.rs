//! Fuzzing of everything that reads what strangers send: the parsers of the platforms and the verifiers of deliveries.
//!
//! A [`Target`] is one parser or one verifier, and what must hold of it for any bytes. [`run()`] feeds it mutated bodies on a
//! stable toolchain; the targets of cargo-fuzz in `fuzz/` at the top of the repository are the same functions. The parts:
//!
//! - `parsing`, `proving`: what is held of a parser, and of a verifier, with `proofs` that are right;
//! - `reached`: what an input reached, in place of coverage; `work`: what reading it allocated, in place of a clock;
//! - `node`: JSON that can be what no JSON should be; `mutate`: changes to it and to bytes; `words`: what they put in;
//! - `seeds`: where it begins; `run`: the loop.
//!
//! Nothing here reads a clock: the same seed and number of executions find the same.

mod mutate;
mod node;
mod parsing;
mod proofs;
mod proving;
mod reached;
mod run;
mod seeds;
mod target;
mod words;
mod work;

pub use reached::Reached;
pub use run::{Failure, Options, Report, mutated, run};
pub use target::{Target, UnknownTarget};
