//! The benchmark, tiny: not what it measures is of interest here, but that it measures everything and its books are right.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::HOOKLINE;

fn ingest(folder: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(HOOKLINE);
    command.args(["bench", "ingest", "--folder"]).arg(folder).args(flags).current_dir(std::env::temp_dir());
    command
}

/// What is left in a folder.
fn left(folder: &Path) -> usize {
    std::fs::read_dir(folder).expect("the folder").count()
}

/// A load of so many events: each was answered, in some time.
fn assert_took(phase: &Value, events: u64) {
    assert_eq!(phase["answered"], events, "{phase}");
    assert_eq!(phase["latency"]["count"], events, "{phase}");
    let number = |name: &str| phase[name].as_f64().expect("a number");
    assert!((number("per_second") * number("seconds") - events as f64).abs() < 1.0, "{phase}");
    assert_eq!(phase["retried"], 0, "{phase}");
}

#[test]
fn everything_is_measured_and_the_ledger_adds_up() {
    let temp = tempfile::tempdir().expect("a folder");
    let flags = [
        ["--pairs", "2"],
        ["--events", "300"],
        ["--connections", "8"],
        ["--contacts", "50"],
        ["--campaigns", "5"],
        ["--half-rate", "2000"],
        ["--preload", "100"],
        ["--reads", "100"],
        ["--grow", "300,700"],
        ["--slice", "200"],
    ];
    let output = ingest(temp.path(), &flags.concat()).arg("--json").output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(left(temp.path()), 0, "the data is gone");

    let pairs = report["pairs"].as_array().expect("pairs");
    assert_eq!(pairs.len(), 2);
    for pair in pairs {
        for program in ["hookline", "append"] {
            assert_took(&pair[program]["burst"], 300);
            assert_took(&pair[program]["sustained"], 300);
        }
        let [ours, theirs] = ["hookline", "append"].map(|program| pair[program]["sustained"]["per_second"].as_f64());
        assert!(ours.expect("a rate") > 0.0 && theirs.expect("a rate") > 0.0);
    }
    for (part, rates) in [("burst", "burst"), ("sustained", "sustained")] {
        let ratios = pairs.iter().map(|pair| {
            let rate = |program: &str| pair[program][rates]["per_second"].as_f64().expect("a rate");
            rate("hookline") / rate("append")
        });
        // The median of two is their mean.
        let expected = ratios.sum::<f64>() / 2.0;
        let found = report[part]["ratio"].as_f64().expect("a ratio");
        assert!((found - expected).abs() < 1e-9, "{part}: {found} {expected}");
        assert!(report[part]["void"].is_boolean());
    }
    for baseline in ["parse", "commit"] {
        assert_took(&report[baseline]["sustained"], 300);
    }

    assert_took(&report["half"]["hookline"], 300);
    assert_took(&report["half"]["append"], 300);
    let reads = report["half"]["reads"].as_array().expect("reads");
    assert_eq!(reads.len(), 4);
    assert!(reads.iter().all(|read| read["latency"]["count"].as_u64() >= Some(1)), "{reads:?}");

    let stages = report["growth"].as_array().expect("stages");
    for (stage, (events, filled)) in stages.iter().zip([(300, 100), (700, 200)]) {
        assert_eq!(stage["events"], events);
        assert_took(&stage["fill"], filled);
        assert_took(&stage["grown"], 200);
        assert_took(&stage["fresh"], 200);
        let files: Vec<_> = stage["files"].as_array().expect("files").iter().map(|file| file["name"].as_str()).collect();
        assert_eq!(files, [Some("log.db"), Some("records.db")]);
        let entry = &stage["files"][0]["parts"][0];
        assert_eq!(entry["name"], "entry", "the bodies take the most");
        assert!(entry["per_event"].as_f64() > Some(100.0), "{entry}");
    }
    assert_eq!(stages.len(), 2);
}

#[test]
fn a_table_is_printed_and_data_is_kept_if_asked_for() {
    let temp = tempfile::tempdir().expect("a folder");
    let flags = ["--pairs", "0", "--grow", "100", "--slice", "100", "--keep"];
    let output = ingest(temp.path(), &flags).output().expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    for part in ["zstd -3", "At 100 stored events", "grown store", "empty store", "log.db", "records.db", "% of the body"] {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(!table.contains("Events a second"), "there are no pairs: {table}");
    assert_eq!(left(temp.path()), 1);
}

#[test]
fn told_to_stop_it_kills_its_programs_and_removes_its_folder() {
    let temp = tempfile::tempdir().expect("a folder");
    let mut command = ingest(temp.path(), &["--pairs", "1", "--seconds", "3600", "--burst-seconds", "0.01"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut lines = BufReader::new(child.stderr.take().expect("standard error is piped")).lines();
    // The burst is over, so a server runs, and is given a load for an hour. What it has to say of its own may come in between.
    let is_over = lines.by_ref().map_while(Result::ok).any(|line| line.contains("burst"));
    assert!(is_over, "it ended before");
    let servers = children(child.id());
    assert_eq!(servers.len(), 1, "{servers:?}");
    kill_process(Pid::from_child(&child), Signal::INT).expect("the process is ours");
    assert_eq!(child.wait().expect("it is ours").code(), Some(1));
    let rest: Vec<String> = lines.map_while(Result::ok).collect();
    assert!(rest.iter().any(|line| line.contains("told to stop")), "{rest:?}");
    assert_eq!(left(temp.path()), 0, "the data is gone");
    assert!(!Path::new(&format!("/proc/{}", servers[0])).exists(), "the server is gone");
}

/// The processes that a process started.
fn children(of: u32) -> Vec<String> {
    let is_child = |id: &String| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // Behind the name, which may hold anything: the state, the parent.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1));
        parent == Some(of.to_string().as_str())
    };
    let processes = std::fs::read_dir("/proc").expect("the kernel tells").map_while(Result::ok);
    processes.map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(is_child).collect()
}

#[test]
fn wrong_flags_exit_with_2_and_failures_with_1() {
    let temp = tempfile::tempdir().expect("a folder");
    for (flags, named) in [
        (&["--connections", "0"][..], "--connections"),
        (&["--grow", "200,100", "--slice", "10"], "--grow"),
        (&["--grow", "100"], "--slice"),
        (&["--seconds", "0"], "--seconds"),
        (&["--burst-seconds=-1"], "--burst-seconds"),
        (&["--events", "10", "--seconds", "1"], "--seconds"),
        (&["--pairs", "many"], "--pairs"),
        (&["--half-rate", "0"], "rate"),
    ] {
        let output = ingest(temp.path(), flags).output().expect("the binary runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(named)), (Some(2), true), "{flags:?}: {said}");
    }
    let output = ingest(&temp.path().join("nowhere"), &["--events", "10"]).output().expect("the binary runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), said.contains("nowhere")), (Some(1), true), "{said}");
}
