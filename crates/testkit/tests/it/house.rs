//! The house: arrows point one way, files stay small, every crate and module says what it is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// From the top of the house to its ground. A crate may depend on those behind it, never on those before it.
const ORDER: [&str; 9] = [
    "hookline",
    "hookline-bench",
    "hookline-simulate",
    "hookline-server",
    "hookline-delivery",
    "hookline-dialects",
    "hookline-store",
    "hookline-platforms",
    "hookline-model",
];
/// Crates that support tests: the product never depends on them, but for its own tests.
const SUPPORT: [&str; 2] = ["hookline-testkit", "hookline-fuzz"];
/// Crates with SQL: the store, and the benchmark for the one of its baselines that is not ours but what people usually write.
const SQL: [&str; 2] = ["hookline-store", "hookline-bench"];
/// Well beyond the usual 400; a file that needs more is two files.
const LINES_MAX: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn manifests() -> BTreeMap<String, toml::Table> {
    let crates = fs::read_dir(root().join("crates")).expect("the crates are there");
    crates
        .map(|entry| {
            let text = fs::read_to_string(entry.expect("a folder").path().join("Cargo.toml")).expect("a manifest");
            let manifest: toml::Table = toml::from_str(&text).expect("a readable manifest");
            let name = manifest["package"]["name"].as_str().expect("a name").to_owned();
            (name, manifest)
        })
        .collect()
}

fn dependencies(manifest: &toml::Table, section: &str) -> Vec<String> {
    manifest.get(section).and_then(toml::Value::as_table).map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn arrows_point_one_way() {
    let manifests = manifests();
    for (name, manifest) in &manifests {
        let Some(place) = ORDER.iter().position(|crate_name| crate_name == name) else {
            assert!(SUPPORT.contains(&name.as_str()), "{name} has no place in the house: give it one in this test");
            continue;
        };
        for dependency in dependencies(manifest, "dependencies") {
            assert!(!SUPPORT.contains(&dependency.as_str()), "{name} is part of the product and depends on {dependency}");
            if let Some(other) = ORDER.iter().position(|crate_name| *crate_name == dependency) {
                assert!(other > place, "{name} looks up to {dependency}");
            }
        }
    }
    assert_eq!(manifests.len(), ORDER.len() + SUPPORT.len());
}

#[test]
fn only_the_store_knows_sql_and_only_the_ground_floor_is_pure() {
    let manifests = manifests();
    for (name, manifest) in &manifests {
        let dependencies = dependencies(manifest, "dependencies");
        let has = |dependency: &str| dependencies.iter().any(|name| name == dependency);
        if !SQL.contains(&name.as_str()) && !SUPPORT.contains(&name.as_str()) {
            assert!(!has("rusqlite"), "{name} has SQL");
        }
        if ["hookline-model", "hookline-platforms", "hookline-dialects"].contains(&name.as_str()) {
            for impure in ["tokio", "rusqlite", "axum", "hyper", "rand", "getrandom", "tracing", "metrics"] {
                assert!(!has(impure), "{name} is pure and depends on {impure}");
            }
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn files_are_small_and_say_what_they_are() {
    let mut found = Vec::new();
    sources(&root().join("crates"), &mut found);
    sources(&root().join("xtask"), &mut found);
    assert!(found.len() > 50, "the sources are found");
    for path in found {
        let text = fs::read_to_string(&path).expect("a source");
        assert!(text.lines().count() <= LINES_MAX, "{} has more than {LINES_MAX} lines", path.display());
        let tells_by_its_place = path.ends_with("tests.rs");
        assert!(tells_by_its_place || text.starts_with("//! "), "{} does not say what it is", path.display());
    }
}
