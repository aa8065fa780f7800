//! The file layer that can drop what was not synced, under a child process that does what each test says.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::process::{Command, Output, Stdio};

use hookline_testkit::powercut::{Choice, CutReport, PowerCut};
use tempfile::TempDir;

mod controls;
mod cuts;
mod sqlite;

type Outcome = Result<(), Box<dyn Error>>;

/// A folder with the file layer under it.
struct Fixture {
    power: PowerCut,
    _temp: TempDir,
}

impl Fixture {
    fn new() -> Fixture {
        let temp = TempDir::new().expect("a temporary folder");
        Fixture { power: PowerCut::new(temp.path()).expect("the file layer"), _temp: temp }
    }

    /// A child with these operations, separated by white space.
    fn command(&self, script: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_powercut_child"));
        command.args(script.split_whitespace()).current_dir(self.power.dir());
        self.power.env(&mut command);
        command
    }

    fn run(&self, script: &str) -> Output {
        self.command(script).stderr(Stdio::inherit()).output().expect("the child starts")
    }

    /// Runs a child that must have nothing to complain about.
    fn run_well(&self, script: &str) {
        let output = self.run(script);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "of {script}");
    }

    fn cut(&self, choice: Choice) -> CutReport {
        self.power.cut(choice).expect("the cut")
    }

    /// What the folder holds.
    fn files(&self) -> BTreeMap<String, String> {
        let entries = fs::read_dir(self.power.dir()).expect("the folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.map(|name| (name.clone(), self.text(&name))).collect()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.power.dir().join(name)).expect("a text file")
    }

    /// The folder after a script that ends with a kill and a cut.
    fn after(script: &str, choice: Choice) -> (Fixture, CutReport) {
        let fixture = Fixture::new();
        fixture.run_well(&format!("{script} abort"));
        let report = fixture.cut(choice);
        (fixture, report)
    }
}

fn files<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<String, String> {
    files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}
