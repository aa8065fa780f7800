//! Runs targets from the command line; `cargo xtask fuzz` calls it.

use clap::Parser;
use hookline_fuzz::{Options, Target, run};

/// Feeds mutated bodies to parsers and verifiers.
#[derive(Debug, Parser)]
struct Cli {
    /// How many inputs per target
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    executions: u64,

    /// What all chance comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,

    /// Only this target, such as parse_smartlead or verify_hubspot_v3
    #[arg(long, value_name = "NAME")]
    target: Option<Target>,
}

fn main() -> anyhow::Result<()> {
    let Cli { executions, seed, target } = Cli::parse();
    println!("seed {seed}");
    for target in target.map_or_else(Target::all, |target| vec![target]) {
        println!("{}", run(target, Options { executions, seed })?);
    }
    Ok(())
}
