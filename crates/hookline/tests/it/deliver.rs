//! The benchmark of deliveries, tiny: not what it measures is of interest here, but that it measures all of it and nothing is
//! missing.

use std::{path::Path, process::Command};

use serde_json::Value;

use crate::HOOKLINE;

/// Runs a figure; what it reported.
fn measure(folder: &Path, figure: &str, flags: &[&str]) -> Value {
    // Fewer open files than the benchmark has connections: that it begins with so few must not matter.
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -Sn 48 && exec \"$0\" \"$@\"", HOOKLINE]);
    command.args(["bench", "deliver", figure, "--json", "--folder"]).arg(folder).args(flags).current_dir(std::env::temp_dir());
    let output = command.output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), 0, "the data is gone");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn rates_are_of_all_deliveries_and_compared_pair_by_pair() {
    let temp = tempfile::tempdir().expect("a folder");
    let report = measure(temp.path(), "rate", &["--pairs", "2", "--deliveries", "302", "--webhooks", "1,3"]);
    let rates = report["rates"].as_array().expect("rates");
    assert_eq!(rates.len(), 2);
    for (rate, (webhooks, deliveries)) in rates.iter().zip([(1, 302), (3, 300)]) {
        assert_eq!((&rate["webhooks"], &rate["deliveries"]), (&webhooks.into(), &deliveries.into()));
        let pairs = rate["pairs"].as_array().expect("pairs");
        assert_eq!(pairs.len(), 2);
        for part in ["backlog", "steady"] {
            let mut ratios = 0.0;
            for pair in pairs {
                let [ours, theirs] = ["hookline", "client"].map(|program| &pair[program][part]);
                for found in [ours, theirs] {
                    assert_eq!(found["deliveries"], deliveries, "{found}");
                    assert!((number(&found["per_second"]) * number(&found["seconds"]) - f64::from(deliveries)).abs() < 1e-6);
                }
                ratios += number(&ours["per_second"]) / number(&theirs["per_second"]);
            }
            // The median of two is their mean.
            assert!((number(&rate[part]["ratio"]) - ratios / 2.0).abs() < 1e-9, "{rate}");
        }
    }
}

#[test]
fn memory_is_looked_at_after_few_and_after_many() {
    let temp = tempfile::tempdir().expect("a folder");
    let report = measure(temp.path(), "memory", &["--few", "40", "--many", "200", "--webhooks", "4"]);
    let memory = &report["memory"];
    assert_eq!((&memory["few"]["deliveries"], &memory["many"]["deliveries"]), (&40.into(), &200.into()));
    let resident = |at: &str| number(&memory[at]["resident_bytes"]);
    assert!(resident("few") > 1e6 && (number(&memory["ratio"]) - resident("many") / resident("few")).abs() < 1e-9, "{memory}");
}

#[test]
fn the_dead_keep_nothing_from_those_that_are_well() {
    let temp = tempfile::tempdir().expect("a folder");
    let flags = [["--webhooks", "40"], ["--dead", "8"], ["--campaigns", "10"], ["--rate", "100"], ["--pairs", "1"]];
    let more = [["--seconds", "0.5"], ["--burst-seconds", "0.2"]];
    let report = measure(temp.path(), "dead", &[flags.concat(), more.concat()].concat());
    let pair = &report["dead"]["pairs"][0];
    for (run, webhooks) in [("with", 40), ("without", 32)] {
        let found = &pair[run];
        assert_eq!((&found["webhooks"], &found["events"]), (&webhooks.into(), &50.into()), "{found}");
        // Each campaign has four, of which of eight one is dead.
        let told = found["latency"]["count"].as_u64().expect("a count");
        assert!((150..=200).contains(&told), "{found}");
        assert!(number(&found["ingest_per_second"]) > 0.0);
    }
    assert_eq!(pair["with"]["latency"]["count"], pair["without"]["latency"]["count"], "the same events to the same receivers");
    let ratio = number(&pair["with"]["latency"]["p99_ms"]).max(0.01) / number(&pair["without"]["latency"]["p99_ms"]).max(0.01);
    assert!((number(&report["dead"]["p99_ratio"]) - ratio).abs() < 1e-9, "{report}");
}

#[test]
fn wrong_flags_exit_with_2() {
    for (flags, named) in [
        (&["rate", "--webhooks", "0"][..], "--webhooks"),
        (&["rate", "--pairs", "0"], "--pairs"),
        (&["memory", "--few", "10", "--many", "10"], "--many"),
        (&["dead", "--dead", "1000"], "--dead"),
        (&["dead", "--rate", "0"], "rate"),
        (&["client", "--count", "1"], "--bodies"),
    ] {
        let (command, flags) = if flags[0] == "client" { (&["bench"][..], flags) } else { (&["bench", "deliver"][..], flags) };
        let output = Command::new(HOOKLINE).args(command).args(flags).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(named)), (Some(2), true), "{flags:?}: {said}");
    }
}
