//! Secrets are compared in one place, in constant time: no other source does it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where secrets are compared.
const THE_PLACE: &str = "crates/platforms/src/verify/secret.rs";
/// What only that place may use: comparisons in constant time, of whatever crate.
const ITS_TOOLS: [&str; 6] = ["ct_eq", "ConstantTimeEq", "verify_slice", "verify_truncated", "constant_time_eq", "fixed_time_eq"];
/// What no statement may have beside a secret that is shown: every way to compare it.
const COMPARISONS: [&str; 14] = [
    "==",
    "!=",
    "assert_eq!",
    "assert_ne!",
    ".eq(",
    ".ne(",
    ".cmp(",
    ".partial_cmp(",
    "eq_ignore_ascii_case",
    "starts_with(",
    "ends_with(",
    ".contains(",
    "strip_prefix(",
    "matches!",
];

/// What a source does with secrets that it should not: the first words of each such statement.
fn offences(source: &str) -> Vec<String> {
    // Comments say what they like. A statement is what stands between these signs, on however many lines.
    let code: Vec<&str> = source.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    let code = code.join("\n");
    let statements = code.split([';', '{', '}']);
    let compares = |statement: &&str| {
        let shows = statement.contains("expose()") || statement.contains("::expose") || statement.contains("expose_secret");
        let by_hand = shows && COMPARISONS.iter().any(|sign| statement.contains(sign));
        by_hand || ITS_TOOLS.iter().any(|tool| statement.contains(tool))
    };
    statements.filter(compares).map(|statement| statement.split_whitespace().take(12).collect::<Vec<_>>().join(" ")).collect()
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
fn secrets_are_compared_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    sources(&root.join("crates"), &mut found);
    sources(&root.join("xtask"), &mut found);
    let is = |path: &Path, place: &str| path.canonicalize().ok() == root.join(place).canonicalize().ok();
    let (place, others): (Vec<PathBuf>, Vec<PathBuf>) = found.into_iter().partition(|path| is(path, THE_PLACE));
    assert!(place.len() == 1 && others.len() > 50, "the sources are found");
    let text = fs::read_to_string(&place[0]).expect("a source");
    assert!(text.contains("ct_eq"), "the one place compares in constant time");
    for path in others.iter().filter(|path| !path.ends_with("testkit/tests/it/secrets.rs")) {
        let offences = offences(&fs::read_to_string(path).expect("a source"));
        assert!(offences.is_empty(), "{} compares a secret: {offences:#?}", path.display());
    }
}

#[test]
fn whoever_compares_a_secret_elsewhere_is_found() {
    for source in [
        "fn f() { if secret.expose() == given { } }",
        "let wrong = given != secret\n    .expose();",
        "assert_eq!(secret.expose(), b\"x\");",
        "let ok = rule.secrets.iter().map(Secret::expose).any(|secret| secret == given);",
        "let ok = given.eq(secret.expose());",
        "let ok = secret.expose().starts_with(given);",
        "let ok = bool::from(one.ct_eq(&other));",
        "use subtle::ConstantTimeEq;",
        "mac.verify_slice(given)",
        "match a { x if matches!(secret.expose(), b\"x\") => 1, _ => 2 }",
    ] {
        assert_eq!(offences(source).len(), 1, "{source}");
    }
    for source in [
        "let mac = Hmac::new_from_slice(secret.expose()); if a == b { }",
        "// never secret.expose() == given",
        "rule.any_secret(|secret| same(secret.expose(), given))",
        "if same(secret.expose(), given) { 1 == 1 }",
    ] {
        assert!(offences(source).is_empty(), "{source}");
    }
}
