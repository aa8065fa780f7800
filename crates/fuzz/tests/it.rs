//! A bounded run of every target, each a test of its own.

use hookline_fuzz::{Options, Target, run};

/// How many inputs per target: fewer without optimisation, where each takes ten times as long. `cargo xtask full` tries a
/// million.
const EXECUTIONS: u64 = if cfg!(debug_assertions) { 2_000 } else { 20_000 };

fn holds(name: &str) {
    let target: Target = name.parse().expect("a target");
    let report = run(target, Options { executions: EXECUTIONS, seed: 1 }).unwrap_or_else(|failure| panic!("{failure}"));
    println!("{report}");
    // Mutations that reach nothing beyond the seeds would test nothing beyond them.
    assert!(report.reached > report.reached_by_seeds + report.reached_by_seeds / 2, "{report}");
}

/// The targets that have a test here.
macro_rules! targets {
    ($($name:ident)*) => {
        const TESTED: &[&str] = &[$(stringify!($name)),*];
        $(#[test] fn $name() { holds(stringify!($name)); })*
    };
}

targets! {
    parse_instantly parse_lemlist parse_plusvibe parse_smartlead parse_emailbison parse_hubspot parse_breakcold
    verify_none verify_header_secret verify_hmac_sha256 verify_body_secret verify_hubspot_v3 verify_breakcold_v2
}

#[test]
fn every_target_has_a_test() {
    for target in Target::all() {
        assert!(TESTED.contains(&target.to_string().as_str()), "name {target} in this file");
    }
}

#[test]
fn cargo_fuzz_has_every_target_and_no_other() {
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz"));
    let read = |path: &str| std::fs::read_to_string(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let manifest = read("Cargo.toml");
    let named: Vec<&str> = manifest
        .split("[[bin]]")
        .skip(1)
        .map(|bin| {
            let value = |field: &str| {
                let line = bin.lines().find_map(|line| line.strip_prefix(field)?.trim_start().strip_prefix('='));
                line.unwrap_or_else(|| panic!("{field} of {bin}")).trim().trim_matches('"')
            };
            let name = value("name");
            assert_eq!(value("path"), format!("fuzz_targets/{name}.rs"));
            assert!(read(value("path")).contains(&format!("target!(\"{name}\")")), "{name} runs another target");
            name
        })
        .collect();
    let targets: Vec<String> = Target::all().iter().map(ToString::to_string).collect();
    for target in &targets {
        assert!(named.contains(&target.as_str()), "name {target} in fuzz/Cargo.toml");
    }
    assert_eq!(named.len(), targets.len(), "{named:?}");
}

#[test]
fn a_body_of_as_many_events_as_a_parser_takes_is_let_through() {
    for (name, events) in [("parse_hubspot", 1_000), ("parse_instantly", 500), ("parse_lemlist", 500)] {
        let target: Target = name.parse().expect("a target");
        let body = format!("[{}{{}}]", "{},".repeat(events - 1));
        assert_eq!(target.check(body.as_bytes()).map(|_| ()), Ok(()), "{name}");
    }
}
