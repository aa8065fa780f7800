//! `docs/coverage` says what is read of each platform, a row per shape, name and quirk; this holds every row to its test.

use std::{
    fs,
    path::{Path, PathBuf},
};

use hookline_model::platform::Platform;
use hookline_platforms::parser;

/// The first line of every table.
const HEADER: &str = "| # | what | how it is read | test |";

fn crate_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn tables() -> PathBuf {
    crate_root().join("../../docs/coverage")
}

/// What is wrong with a table, of whose tests `find` says whether they exist.
fn faults(text: &str, find: impl Fn(&str) -> Result<(), String>) -> Vec<String> {
    let mut lines = text.lines().skip_while(|line| *line != HEADER).skip(1);
    if !lines.next().is_some_and(|line| line.starts_with('|') && line.chars().all(|c| "|-: ".contains(c))) {
        return vec![format!("no table that begins with {HEADER:?}")];
    }
    let rows: Vec<&str> = lines.take_while(|line| line.starts_with('|')).collect();
    let mut faults = Vec::new();
    let lines_in_all = text.lines().filter(|line| line.starts_with('|')).count();
    if lines_in_all != rows.len() + 2 {
        faults.push(format!("{lines_in_all} lines of tables, of which one table has {}", rows.len() + 2));
    }
    if rows.is_empty() {
        faults.push("no rows".to_owned());
    }
    for (index, row) in rows.iter().enumerate() {
        let number = index + 1;
        faults.extend(row_faults(row, number, &find).into_iter().map(|fault| format!("row {number}: {fault}")));
    }
    faults
}

fn row_faults(row: &str, number: usize, find: impl Fn(&str) -> Result<(), String>) -> Vec<String> {
    let cells = cells(row);
    let [stated, what, how, tests] = &cells[..] else {
        return vec![format!("expected 4 cells, found {}", cells.len())];
    };
    let mut faults = Vec::new();
    if *stated != number.to_string() {
        faults.push(format!("numbered {stated:?}"));
    }
    if what.is_empty() || how.is_empty() {
        faults.push("says nothing".to_owned());
    }
    let paths: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
    if paths.is_empty() {
        faults.push("names no test".to_owned());
    }
    faults.extend(paths.into_iter().filter_map(|path| find(path).err()));
    faults
}

/// The cells of a row: what stands between bars that no backslash escapes.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().replace("\\|", "\u{0}");
    let inner = row.strip_prefix('|').and_then(|row| row.strip_suffix('|')).unwrap_or_default();
    inner.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect()
}

/// Looks for a test of this crate by its full path.
fn find_test(path: &str) -> Result<(), String> {
    let mut modules: Vec<&str> = path.split("::").collect();
    let name = modules.pop().unwrap_or_default();
    let text = match source(&modules) {
        Some(text) => Some(text),
        // A module inside of its parent's file.
        None => modules.pop().and_then(|inner| {
            let text = source(&modules)?;
            text.split_once(&format!("mod {inner} {{")).map(|(_, text)| text.to_owned())
        }),
    };
    // What holds for every platform is written once, and put where it is named.
    let shared = || source(&["testing"]).is_some_and(|shared| has_test(&shared, name));
    match text {
        Some(text) if has_test(&text, name) => Ok(()),
        Some(text) if text.contains("crate::testing::properties!();") && shared() => Ok(()),
        Some(_) => Err(format!("{path}: no such test")),
        None => Err(format!("{path}: no such module")),
    }
}

/// The text of a module's file.
fn source(modules: &[&str]) -> Option<String> {
    let base = modules.iter().fold(crate_root().join("src"), |base, module| base.join(module));
    fs::read_to_string(base.with_extension("rs")).or_else(|_| fs::read_to_string(base.join("mod.rs"))).ok()
}

/// Whether a text has a function of this name with `#[test]` among the attributes above it.
fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let opening = format!("fn {name}(");
    lines.iter().enumerate().filter(|(_, line)| line.starts_with(&opening)).any(|(at, _)| {
        let mut above = lines[..at].iter().rev().take_while(|line| line.starts_with('#') || line.starts_with("//"));
        above.any(|line| *line == "#[test]")
    })
}

#[test]
fn every_platform_that_is_read_has_a_table() {
    let read = Platform::ALL.into_iter().filter(|platform| parser(*platform).is_some());
    let missing: Vec<String> =
        read.map(|platform| format!("{platform}.md")).filter(|file| !tables().join(file).is_file()).collect();
    assert!(missing.is_empty(), "docs/coverage has no {}", missing.join(", "));
}

#[test]
fn every_row_of_every_table_has_its_test() {
    let mut found = Vec::new();
    for entry in fs::read_dir(tables()).expect("the folder is there") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).expect("a text");
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.extend(faults(&text, find_test).into_iter().map(|fault| format!("{name}, {fault}")));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn faults_of_a_table_are_found() {
    let found = |rows: &str| {
        let find = |path: &str| if path == "a::b" { Ok(()) } else { Err(format!("{path} is missing")) };
        faults(&format!("# Title\n\n{HEADER}\n|---|---|---|---|\n{rows}\n\nThe end.\n"), find)
    };
    assert_eq!(found("| 1 | x \\| y | read | `a::b` |\n| 2 | y | read | `a::b`, `a::b` |"), [""; 0]);
    let cases = [
        ("", "no rows"),
        ("| 2 | x | read | `a::b` |", "row 1: numbered \"2\""),
        ("| 1 | x | read | `a::b` |\n| 3 | x | read | `a::b` |", "row 2: numbered \"3\""),
        ("| 1 | x | read | `a::c` |", "row 1: a::c is missing"),
        ("| 1 | x | read | `a::b`, `a::c` |", "row 1: a::c is missing"),
        ("| 1 | x | read | |", "row 1: names no test"),
        ("| 1 | x | read | a::b |", "row 1: names no test"),
        ("| 1 | x | | `a::b` |", "row 1: says nothing"),
        ("| 1 | x | read |", "row 1: expected 4 cells, found 3"),
        ("| 1 | x | read | `a::b` |\n\n| 2 | x | read | `a::b` |", "4 lines of tables, of which one table has 3"),
    ];
    for (rows, fault) in cases {
        assert_eq!(found(rows), [fault], "{rows}");
    }
    assert_eq!(faults("| # | what |\n|---|---|\n", find_test), [format!("no table that begins with {HEADER:?}")]);
}

#[test]
fn tests_are_found_where_their_path_says() {
    for path in [
        "time_text::tests::times_in_every_spelling_are_read",
        "smartlead::tests::traps::an_array_of_one_is_tolerated",
        "smartlead::tests::properties::arbitrary_bytes_are_answered",
    ] {
        assert_eq!(find_test(path), Ok(()));
    }
    for path in [
        "time_text::tests::times_in_every_spelling",
        "time_text::tests::epoch",
        "time_text::others::times_in_every_spelling_are_read",
        "smartlead::tests::nowhere::an_array_of_one_is_tolerated",
        "smartlead::tests::changed",
        "smartlead::tests::traps::arbitrary_bytes_are_answered",
        "smartlead::tests::properties::readers",
        "an_array_of_one_is_tolerated",
        "",
    ] {
        assert!(find_test(path).is_err(), "{path}");
    }
}
