//! `docs/dialects.md` and `docs/breakcold.schema.json` say what the code does.

use std::{fmt::Write, fs, path::PathBuf};

use hookline_dialects::{
    Dialect, Variant, breakcold_schemas,
    names::{Wording, wording},
};
use hookline_model::{kind::Kind, platform::Platform};

use crate::given::{body, event, forms, snapshot, tell};

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// Compares a file with what it should be; where it is not, leaves that for whoever mends it.
fn hold(name: &str, expected: &str) {
    let path = docs().join(name);
    let current = fs::read_to_string(&path).unwrap_or_default();
    if current != expected {
        let fresh = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&fresh, expected).expect("a fresh file");
        panic!("docs/{name} is not current; look at the difference, then: cp {} {}", fresh.display(), path.display());
    }
}

fn cell(wording: Wording) -> String {
    match wording {
        Wording::Name(name) => format!("`{name}`"),
        Wording::ByContent(names, how) if names.len() > 3 => format!("`{}` ... {how}", names[0]),
        Wording::ByContent(names, how) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("{} {how}", names.join(" or "))
        }
        Wording::None => "not expressible".to_owned(),
    }
}

/// What every kind is called.
fn table() -> String {
    let mut table = String::from("| kind | smartlead | smartlead, nested | instantly | breakcold |\n|---|---|---|---|---|\n");
    let columns = [
        (Dialect::Smartlead, Some(Variant::Flat)),
        (Dialect::Smartlead, Some(Variant::Nested)),
        (Dialect::Instantly, None),
        (Dialect::Breakcold, None),
    ];
    for kind in Kind::ALL {
        let cells = columns.map(|(dialect, variant)| cell(wording(dialect, variant, *kind)));
        writeln!(table, "| `{kind}` | {} |", cells.join(" | ")).expect("a line");
    }
    table
}

/// A body in every dialect and variant, of one invented reply.
fn examples() -> String {
    let mut examples = String::new();
    let replied = snapshot(event(Kind::EmailReplied, Platform::Instantly));
    for (dialect, variant) in forms() {
        let default = dialect.variants().first().copied() == variant && variant.is_some();
        let variant_name = variant.map(|variant| format!(", variant `{}`", variant.name())).unwrap_or_default();
        let note = if default { " (the default)" } else { "" };
        let rendered = tell(dialect, variant, &replied).expect("a body");
        let text = String::from_utf8(rendered.body).expect("UTF-8");
        writeln!(examples, "`{dialect}`{variant_name}{note}, `{}`:\n\n```json\n{}\n```\n", rendered.content_type, spread(&text))
            .expect("an example");
    }
    examples.trim_end().to_owned() + "\n"
}

/// The same JSON, a line for every field of the two outer levels, in its own order.
fn spread(text: &str) -> String {
    let (mut out, mut depth, mut is_text, mut is_escaped) = (String::new(), 0usize, false, false);
    for c in text.chars() {
        if is_text {
            out.push(c);
            is_text = is_escaped || c != '"';
            is_escaped = !is_escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            _ => {}
        }
        let is_outer = |depth: usize| (1..=2).contains(&depth);
        match c {
            '"' => is_text = true,
            ':' => {
                out.push_str(": ");
                continue;
            }
            '{' if is_outer(depth) => {
                out.push_str("{\n");
                out.push_str(&"  ".repeat(depth));
                continue;
            }
            '}' if is_outer(depth + 1) => {
                out.push('\n');
                out.push_str(&"  ".repeat(depth));
            }
            ',' if is_outer(depth) => {
                out.push_str(",\n");
                out.push_str(&"  ".repeat(depth));
                continue;
            }
            ',' => {
                out.push_str(", ");
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

/// The text with what stands between two marks replaced.
fn with(text: &str, mark: &str, block: &str) -> String {
    let (begin, end) = (format!("<!-- {mark}: generated -->\n"), format!("<!-- {mark}: end -->"));
    let (head, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no {begin}"));
    let (_, tail) = rest.split_once(&end).unwrap_or_else(|| panic!("no {end}"));
    format!("{head}{begin}\n{block}\n{end}{tail}")
}

#[test]
fn the_page_is_current() {
    let text = fs::read_to_string(docs().join("dialects.md")).expect("the page");
    hold("dialects.md", &with(&with(&text, "names", &table()), "examples", &examples()));
}

#[test]
fn the_schemas_are_current() {
    let schemas = serde_json::to_string_pretty(&breakcold_schemas()).expect("JSON");
    hold("breakcold.schema.json", &format!("{schemas}\n"));
}

#[test]
fn a_spread_body_is_the_same_body() {
    let reply = snapshot(event(Kind::EmailReplied, Platform::Smartlead));
    for (dialect, variant) in forms() {
        let rendered = tell(dialect, variant, &reply).expect("a body");
        let spread = spread(std::str::from_utf8(&rendered.body).expect("UTF-8"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&spread).expect("JSON"), body(dialect, variant, &reply));
    }
}
