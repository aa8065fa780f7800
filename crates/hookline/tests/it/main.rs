//! The real binary: crashes, syncs, restarts and the command line.

mod bench;
mod cli;
mod crash;
mod deliver;
mod listen;
mod listener;
mod restart;
mod secrets;
mod sync;
mod webhooks;

use hookline_testkit::{node::Node, powercut::PowerCut, receiver};

/// The binary under test.
const HOOKLINE: &str = env!("CARGO_BIN_EXE_hookline");

/// Starts a server on a power cut's folder; the exit status if it did not come up.
async fn start(power: &PowerCut) -> Result<Node, std::process::ExitStatus> {
    let mut command = hookline_testkit::node::serve_command(HOOKLINE, power.dir());
    power.env(&mut command);
    Node::run(command, power.dir().with_extension("stderr")).await
}
