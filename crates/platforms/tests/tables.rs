//! What the README and `docs/platforms.md` say of platforms and their events is written from the parsers. These tests fail when
//! it is stale; `cargo xtask tables` writes it anew.

use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use hookline_model::{kind::Kind, platform::Platform};
use hookline_platforms::{Parser, parser};

/// Set to write what is stale instead of failing.
const WRITE: &str = "HOOKLINE_WRITE_TABLES";
/// The lines around the table in the README.
const BEGIN: &str = "<!-- platforms, written by `cargo xtask tables` -->\n";
const END: &str = "<!-- end of platforms -->\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every platform that is read, with its parser.
fn read() -> impl Iterator<Item = (Platform, &'static dyn Parser)> {
    Platform::ALL.into_iter().filter_map(|platform| Some((platform, parser(platform)?)))
}

/// The kinds of a parser's events, in the order of the vocabulary.
fn kinds(parser: &dyn Parser) -> Vec<Kind> {
    let names = parser.names();
    Kind::ALL.iter().copied().filter(|kind| names.iter().any(|(_, known)| known == kind)).collect()
}

/// A row per platform.
fn overview() -> String {
    let mut table = "| platform | names of events | kinds |\n|---|---|---|\n".to_owned();
    for (platform, parser) in read() {
        let kinds: Vec<String> = kinds(parser).iter().map(|kind| format!("`{}`", kind.name())).collect();
        writeln!(table, "| `{platform}` | {} | {} |", parser.names().len(), kinds.join(" ")).expect("texts can be written");
    }
    table
}

/// The page with every name.
fn page() -> String {
    let mut page = "# Platforms and their events\n\n\
        Written from the parsers by `cargo xtask tables`; a test fails when it is stale.\n\
        Every name is read in any case.\n\
        Beside these, other spellings of the same names, names of trials, and the labels of Instantly and PlusVibe are read \
        ([coverage](coverage)).\n\
        Any other name is kept as `other`, and can be read as one that is here ([drift.md](drift.md)).\n\
        The kind is what the name alone says: a body may say more, such as that a reply is automatic.\n"
        .to_owned();
    for (platform, parser) in read() {
        let mut names = parser.names();
        // By kind in the order of the vocabulary, and within it as the parser has them: the one that is used first.
        names.sort_by_key(|(_, kind)| Kind::ALL.iter().position(|known| known == kind));
        write!(page, "\n## {platform}\n\n| name | kind |\n|---|---|\n").expect("texts can be written");
        for (name, kind) in names {
            writeln!(page, "| `{name}` | `{}` |", kind.name()).expect("texts can be written");
        }
    }
    page
}

/// The text with `table` between the two lines; none if they are not there.
fn with_table(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{table}{END}{after}"))
}

/// Holds a file against what it must be, or writes it.
fn hold(path: &Path, expected: &str) {
    if env::var_os(WRITE).is_some() {
        fs::write(path, expected).expect("the file can be written");
        return;
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(found == expected, "{} is stale: run `cargo xtask tables`", path.display());
}

#[test]
fn the_readme_lists_what_is_read() {
    let path = root().join("README.md");
    let text = fs::read_to_string(&path).expect("the README");
    let expected = with_table(&text, &overview()).expect("the README has the two lines around the table");
    hold(&path, &expected);
}

#[test]
fn the_page_of_platforms_has_every_name() {
    hold(&root().join("docs/platforms.md"), &page());
}

#[test]
fn what_is_between_the_lines_is_exchanged_and_nothing_else() {
    let text = format!("a\n{BEGIN}old\n{END}b\n");
    assert_eq!(with_table(&text, "new\n"), Some(format!("a\n{BEGIN}new\n{END}b\n")));
    for text in ["a\n".to_owned(), format!("a\n{BEGIN}b\n"), format!("{END}{BEGIN}")] {
        assert_eq!(with_table(&text, "new\n"), None, "{text}");
    }
    // Every platform that has an address is in the table, and says something.
    assert_eq!(overview().lines().count(), read().count() + 2);
    assert!(read().all(|(platform, parser)| page().contains(&format!("\n## {platform}\n")) && !kinds(parser).is_empty()));
}
