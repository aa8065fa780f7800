//! JSON as strangers may write it: keys twice and in any order, numbers that no reader holds, needless escapes.

use std::fmt::Write;

use rand::{Rng, RngExt};
use serde_json::{Value, value::RawValue};

/// Whether bytes are JSON, its texts UTF-8 among them (which whoever skips values does not look at).
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<&RawValue>(bytes).is_ok()
}

/// A value, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    /// A number, a truth value or null, or what stands in such a place.
    Bare(String),
    /// A text.
    Text(String),
    /// An array.
    Array(Vec<Node>),
    /// An object.
    Object(Vec<(String, Node)>),
}

/// How it is written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// Whether white space stands between things.
    pub(crate) spaced: bool,
    /// Of how many characters one is escaped without need; 0 for none.
    pub(crate) escape_every: u32,
}

impl Node {
    /// Reads bytes that are JSON. Of a key that is repeated only the last is seen.
    pub(crate) fn read(bytes: &[u8]) -> Option<Node> {
        serde_json::from_slice(bytes).ok().map(Node::of)
    }

    fn of(value: Value) -> Node {
        match value {
            Value::Array(values) => Node::Array(values.into_iter().map(Node::of).collect()),
            Value::Object(object) => Node::Object(object.into_iter().map(|(key, value)| (key, Node::of(value))).collect()),
            Value::String(text) => Node::Text(text),
            bare => Node::Bare(bare.to_string()),
        }
    }

    /// Writes it.
    pub(crate) fn write(&self, style: Style, chance: &mut impl Rng) -> Vec<u8> {
        let mut out = String::new();
        self.write_to(&mut out, style, chance);
        out.into_bytes()
    }

    fn write_to(&self, out: &mut String, style: Style, chance: &mut impl Rng) {
        let space = |out: &mut String| out.push_str(if style.spaced { " \n" } else { "" });
        match self {
            Node::Bare(text) => out.push_str(text),
            Node::Text(text) => write_text(out, text, style, chance),
            Node::Array(nodes) => {
                out.push('[');
                for (number, node) in nodes.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    space(out);
                    node.write_to(out, style, chance);
                }
                space(out);
                out.push(']');
            }
            Node::Object(fields) => {
                out.push('{');
                for (number, (key, node)) in fields.iter().enumerate() {
                    out.push_str(if number > 0 { "," } else { "" });
                    space(out);
                    write_text(out, key, style, chance);
                    space(out);
                    out.push(':');
                    space(out);
                    node.write_to(out, style, chance);
                }
                out.push('}');
            }
        }
    }

    /// How many values it has, itself among them.
    pub(crate) fn count(&self) -> usize {
        1 + match self {
            Node::Array(nodes) => nodes.iter().map(Node::count).sum(),
            Node::Object(fields) => fields.iter().map(|(_, node)| node.count()).sum::<usize>(),
            _ => 0,
        }
    }

    /// The value of this number, counted from 0 in the order of writing.
    pub(crate) fn at(&mut self, number: usize) -> Option<&mut Node> {
        if number == 0 {
            return Some(self);
        }
        let mut left = number - 1;
        let inner: Vec<&mut Node> = match self {
            Node::Array(nodes) => nodes.iter_mut().collect(),
            Node::Object(fields) => fields.iter_mut().map(|(_, node)| node).collect(),
            _ => return None,
        };
        for node in inner {
            let count = node.count();
            if left < count {
                return node.at(left);
            }
            left -= count;
        }
        None
    }

    /// How deep it is nested; a text is 1 deep.
    pub(crate) fn depth(&self) -> usize {
        1 + match self {
            Node::Array(nodes) => nodes.iter().map(Node::depth).max().unwrap_or(0),
            Node::Object(fields) => fields.iter().map(|(_, node)| node.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// Turns the order of all keys around.
    pub(crate) fn turn(&mut self) {
        match self {
            Node::Array(nodes) => nodes.iter_mut().for_each(Node::turn),
            Node::Object(fields) => {
                fields.reverse();
                fields.iter_mut().for_each(|(_, node)| node.turn());
            }
            _ => {}
        }
    }
}

fn write_text(out: &mut String, text: &str, style: Style, chance: &mut impl Rng) {
    out.push('"');
    for character in text.chars() {
        let is_chosen = style.escape_every > 0 && chance.random_range(0..style.escape_every) == 0;
        match character {
            '"' if !is_chosen => out.push_str("\\\""),
            '\\' if !is_chosen => out.push_str("\\\\"),
            '/' if is_chosen => out.push_str("\\/"),
            character if is_chosen || character < ' ' => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    // Writing into a `String` cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
            character => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    use super::*;

    #[test]
    fn what_is_written_in_any_style_is_read_as_it_was() {
        let text = r#"{"a":[1,-2.5,null,true,"x\"\\/\n\u0000é🦀"],"b":{},"c":{"d":[]}}"#;
        let value: Value = serde_json::from_str(text).expect("JSON");
        let mut node = Node::read(text.as_bytes()).expect("JSON");
        let mut chance = ChaCha8Rng::seed_from_u64(1);
        for turned in [false, true] {
            if turned {
                node.turn();
            }
            for (spaced, escape_every) in [(false, 0), (true, 1), (true, 3)] {
                let written = node.write(Style { spaced, escape_every }, &mut chance);
                let read: Value = serde_json::from_slice(&written).expect("JSON");
                assert_eq!(read, value, "{}", String::from_utf8_lossy(&written));
            }
        }
        assert!(node.write(Style::default(), &mut chance).starts_with(b"{\"c\":"), "turned around");
    }

    #[test]
    fn values_are_numbered_in_the_order_of_writing() {
        let mut node = Node::read(br#"{"a":[1,2],"b":{"c":3}}"#).expect("JSON");
        assert_eq!((node.count(), node.depth()), (6, 3));
        for (number, text) in [(2, "1"), (3, "2"), (5, "3")] {
            assert_eq!(node.at(number), Some(&mut Node::Bare(text.to_owned())), "{number}");
        }
        assert_eq!(node.at(6), None);
    }
}
