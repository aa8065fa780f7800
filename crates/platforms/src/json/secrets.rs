//! Where the bodies of a platform have secrets, and blanking them.
//!
//! What was received is read and blanked in one go: a text of the tree stands where it stands in the body, unless it was written
//! with escapes. Whatever the tree does not tell is looked for in the body itself, as in a body that is only blanked.

use std::ops::Range;

use super::{
    blank::{Names, blank, sorted_values, values},
    node::{Node, Object},
};

/// Where a relay puts what came beside a body.
pub(crate) const BESIDE: [&str; 2] = ["headers", "query"];

/// Words in the names of headers and parameters that carry secrets, lower case.
const SECRET_WORDS: [&str; 9] =
    ["authorization", "secret", "token", "signature", "api-key", "api_key", "apikey", "cookie", "password"];

/// Whether a header, or a parameter of an address, carries a secret.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "key" || SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// What blanks the secrets of a platform's bodies.
pub(crate) trait Blanks: Sync {
    /// Overwrites the secrets of a body in place, each by as many bytes. What is not JSON is read by nobody, and is not blanked
    /// as JSON either.
    fn blank(&self, body: &mut [u8]);

    /// Hands the texts that [`blank`](Blanks::blank) overwrites in the body of this tree, in which no name was repeated, to `found`;
    /// whether the tree tells of all, and `found` takes them.
    fn texts(&self, tree: Node<'_>, found: &mut dyn FnMut(&str) -> bool) -> bool;
}

/// Secrets by the names of their fields: at the top of a body, in the objects of an array, and in what a relay has wrapped; and
/// those in what came [beside](BESIDE) each of these. What is no text is no secret.
pub(crate) struct Secrets {
    looked_for: LookedFor,
    names: Names,
}

/// What secrets are known by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LookedFor {
    /// Fields that are secrets.
    pub(crate) fields: &'static [&'static str],
    /// Under which keys a body is wrapped.
    pub(crate) wrappers: &'static [&'static str],
    /// How many wrappings are looked into.
    pub(crate) wrappings_max: usize,
}

impl Secrets {
    /// These secrets. Names of fields are letters, digits, hyphens and underscores.
    pub(crate) const fn new(looked_for: LookedFor) -> Secrets {
        Secrets { looked_for, names: Names::new(looked_for.fields, &BESIDE) }
    }
}

impl Blanks for Secrets {
    fn blank(&self, body: &mut [u8]) {
        blank(body, &self.names, |top| {
            let mut found = Vec::new();
            self.looked_for.in_text(top, self.looked_for.wrappings_max, &mut found);
            found
        });
    }

    fn texts(&self, tree: Node<'_>, found: &mut dyn FnMut(&str) -> bool) -> bool {
        self.looked_for.in_tree(tree, self.looked_for.wrappings_max, found)
    }
}

/// What stands under a key.
enum Sort {
    /// A secret.
    Secret,
    /// What came beside the body.
    Beside,
    /// What a relay has wrapped.
    Wrapped,
}

impl LookedFor {
    /// Collects the secrets of an object or of the objects of an array, and of what is wrapped in them, `depth` wrappings deep.
    fn in_text<'b>(&self, value: &'b str, depth: usize, found: &mut Vec<&'b str>) {
        let sort = |key: &str| {
            if self.fields.contains(&key) {
                Some(Sort::Secret)
            } else if BESIDE.contains(&key) {
                Some(Sort::Beside)
            } else {
                (depth > 0 && self.wrappers.contains(&key)).then_some(Sort::Wrapped)
            }
        };
        for (sort, value) in sorted_values(value, sort) {
            match sort {
                Sort::Secret => found.push(value),
                Sort::Beside if value.starts_with('{') => found.extend(values(value, names_a_secret)),
                Sort::Beside => {}
                Sort::Wrapped => self.in_text(value, depth - 1, found),
            }
        }
    }

    /// Hands on the same of a tree; whether all was taken.
    fn in_tree(&self, value: Node<'_>, depth: usize, found: &mut dyn FnMut(&str) -> bool) -> bool {
        match value {
            Node::Object(object) => self.in_object(object, depth, found),
            Node::Array(elements) => {
                elements.iter().filter_map(|element| element.as_object()).all(|object| self.in_object(object, depth, found))
            }
            _ => true,
        }
    }

    fn in_object(&self, object: Object<'_>, depth: usize, found: &mut dyn FnMut(&str) -> bool) -> bool {
        let under = |keys: &'static [&'static str]| keys.iter().filter_map(move |key| object.get(key));
        let beside = under(&BESIDE).filter_map(Node::as_object).flat_map(Object::iter);
        under(self.fields).filter_map(Node::as_str).all(&mut *found)
            && beside.filter(|(name, _)| names_a_secret(name)).filter_map(|(_, value)| value.as_str()).all(&mut *found)
            && (depth == 0 || under(self.wrappers).all(|wrapped| self.in_tree(wrapped, depth - 1, found)))
    }
}

/// Where the secrets of a body are, whose tree this is, in which no name was repeated; none if the tree does not tell, or one of
/// them is not there, since it had escapes.
pub(super) fn places(secrets: &dyn Blanks, body: &[u8], tree: Node<'_>) -> Option<Vec<Range<usize>>> {
    let mut places = Vec::new();
    let mut put = |text: &str| {
        let place = place(body, text);
        let is_there = place.is_some();
        places.extend(place);
        is_there
    };
    secrets.texts(tree, &mut put).then_some(places)
}

/// The place of a text in a body, if it was not written with escapes.
fn place(body: &[u8], text: &str) -> Option<Range<usize>> {
    let start = text.as_ptr().addr().checked_sub(body.as_ptr().addr())?;
    Some(start..start.checked_add(text.len())?).filter(|place| place.end <= body.len())
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*, sample};

    use super::*;
    use crate::json::Arena;

    static SECRETS: Secrets = Secrets::new(LookedFor { fields: &["secret"], wrappers: &["body", "data"], wrappings_max: 2 });

    /// The body with its secrets blanked by itself, and where the tree says that they are.
    fn both(body: &str) -> (String, Option<String>) {
        let mut blanked = body.as_bytes().to_vec();
        SECRETS.blank(&mut blanked);
        let arena = Arena::watching(body.as_bytes(), &SECRETS);
        let is_read = arena.read(body.as_bytes()).is_ok();
        let mut filled = body.as_bytes().to_vec();
        let found = arena.into_found().filter(|_| is_read);
        let found = found.map(|places| places.into_iter().for_each(|place| filled[place].fill(b'*')));
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8 stays UTF-8");
        (text(blanked), found.map(|()| text(filled)))
    }

    #[test]
    fn the_tree_tells_of_secrets_that_are_written_plainly() {
        let cases = [
            (r#"{"secret":"abc","a":1}"#, r#"{"secret":"***","a":1}"#),
            (r#" [ {"secret" : "é" , "s": 1 } ] "#, r#" [ {"secret" : "**" , "s": 1 } ] "#),
            (r#"{"body":[{"data":{"secret":"ab"}}],"secret":""}"#, r#"{"body":[{"data":{"secret":"**"}}],"secret":""}"#),
            (r#"{"headers":{"X-Token":"ab","host":"h"}}"#, r#"{"headers":{"X-Token":"**","host":"h"}}"#),
            (r#"{"s\u0065cret":"abc"}"#, r#"{"s\u0065cret":"***"}"#),
            (r#"{"secret":5,"headers":"token","body":7}"#, r#"{"secret":5,"headers":"token","body":7}"#),
            (r#"{"body":{"body":{"body":{"secret":"a"}}}}"#, r#"{"body":{"body":{"body":{"secret":"a"}}}}"#),
            (r#"[[{"secret":"a"}]]"#, r#"[[{"secret":"a"}]]"#),
        ];
        for (body, expected) in cases {
            assert_eq!(both(body), (expected.to_owned(), Some(expected.to_owned())));
        }
    }

    #[test]
    fn what_the_tree_does_not_tell_is_looked_for_in_the_body() {
        let cases = [
            (r#"{"secret":"a","secret":"b"}"#, r#"{"secret":"*","secret":"*"}"#),
            (r#"{"secret":"a\"b"}"#, r#"{"secret":"****"}"#),
            (r#"{"secret":"abc""#, r#"{"secret":"abc""#),
            // The tree cannot hold the number.
            (r#"{"secret":"abc","n":1e999}"#, r#"{"secret":"***","n":1e999}"#),
        ];
        for (body, expected) in cases {
            assert_eq!(both(body), (expected.to_owned(), None));
        }
    }

    proptest! {
        #[test]
        fn the_tree_tells_what_the_body_tells_or_nothing(
            parts in collection::vec(
                sample::select(&[
                    "{", "}", "[", "]", ",", ":", "{\"secret\":", "\"secret\":\"a\"", "\"s\\u0065cret\":\"b\"", "\"headers\":{",
                    "\"x-token\":\"c\"", "\"X-Token\":\"\\n\"", "\"body\":", "\"data\":[", "\"d\"", "1", " ", "\"a\":1", "}}", "]}",
                ]),
                0..16,
            ),
        ) {
            let (blanked, filled) = both(&parts.concat());
            prop_assert!(filled.is_none_or(|filled| filled == blanked));
        }
    }
}
