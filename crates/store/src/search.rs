//! Searching texts: what a person asks for, in plain words, and what is answered.
//!
//! The text is never in the language of any engine. It has words, which must all occur; what stands in `"quotes"` must occur next
//! to each other; a `*` behind a word leaves its end open. Every other sign only parts words.

use std::str::FromStr;

use hookline_model::time::Millis;

use crate::query::Page;

/// The longest text to search for, in bytes.
pub const SEARCH_BYTES_MAX: usize = 500;
/// The most words of a search.
pub const SEARCH_WORDS_MAX: usize = 20;
/// The fewest letters and digits in front of a `*`: fewer are in half of all texts, and gathering these takes long.
pub const SEARCH_PREFIX_LETTERS_MIN: usize = 3;

/// What is searched for: one or more terms, all of which must occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchQuery {
    terms: Vec<SearchTerm>,
}

/// A word, or several that occur next to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchTerm {
    /// The words as they were written. No control character and no quotation mark is in it, and at least one letter or digit.
    pub text: String,
    /// Whether the end of the last word is open.
    pub is_prefix: bool,
}

/// Why a text cannot be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchQueryError {
    /// More than [`SEARCH_BYTES_MAX`].
    #[error("the text has more than {SEARCH_BYTES_MAX} bytes")]
    TooLong,
    /// Neither a letter nor a digit.
    #[error("the text has no word")]
    NoWord,
    /// More than [`SEARCH_WORDS_MAX`].
    #[error("the text has more than {SEARCH_WORDS_MAX} words")]
    TooManyWords,
    /// Fewer than [`SEARCH_PREFIX_LETTERS_MIN`].
    #[error("fewer than {SEARCH_PREFIX_LETTERS_MIN} letters are in front of a *")]
    PrefixTooShort,
}

impl SearchQuery {
    /// Its terms, at least one and at most [`SEARCH_WORDS_MAX`].
    #[must_use]
    pub fn terms(&self) -> &[SearchTerm] {
        &self.terms
    }
}

impl FromStr for SearchQuery {
    type Err = SearchQueryError;

    fn from_str(text: &str) -> Result<SearchQuery, SearchQueryError> {
        if text.len() > SEARCH_BYTES_MAX {
            return Err(SearchQueryError::TooLong);
        }
        let text: String = text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect();
        let (mut terms, mut words) = (Vec::new(), 0);
        // What is behind an odd number of quotation marks is quoted, also if the last one was forgotten.
        let parts: Vec<&str> = text.split('"').collect();
        for (place, part) in parts.iter().enumerate() {
            let quoted = [*part];
            let is_quoted = place % 2 == 1;
            let pieces: Vec<&str> = if is_quoted { quoted.to_vec() } else { part.split_whitespace().collect() };
            // A `*` right behind the closing mark is of the phrase.
            let is_open = is_quoted && parts.get(place + 1).is_some_and(|behind| behind.starts_with('*'));
            for piece in pieces {
                let count = piece.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty()).count();
                if count == 0 {
                    continue;
                }
                words += count;
                let is_prefix = is_open || piece.ends_with('*');
                if is_prefix && letters_at_the_end(piece) < SEARCH_PREFIX_LETTERS_MIN {
                    return Err(SearchQueryError::PrefixTooShort);
                }
                terms.push(SearchTerm { text: piece.to_owned(), is_prefix });
            }
        }
        match words {
            0 => Err(SearchQueryError::NoWord),
            1..=SEARCH_WORDS_MAX => Ok(SearchQuery { terms }),
            _ => Err(SearchQueryError::TooManyWords),
        }
    }
}

/// How many letters and digits the last word has.
fn letters_at_the_end(piece: &str) -> usize {
    let word = piece.trim_end_matches(|sign: char| !sign.is_alphanumeric());
    word.chars().rev().take_while(|sign| sign.is_alphanumeric()).count()
}

/// A page of what was found, and how far the index was.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// The rows, in the order of their list.
    pub page: Page<T>,
    /// Everything that was answered before this time is found, if it has the words: the time of receipt of the newest delivery
    /// of the workspace that the index has. `None` while it has none.
    pub as_of: Option<Millis>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> Vec<(String, bool)> {
        let query: SearchQuery = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        query.terms().iter().map(|term| (term.text.clone(), term.is_prefix)).collect()
    }

    #[test]
    fn words_phrases_and_open_ends_are_told_apart() {
        let cases: [(&str, &[(&str, bool)]); 14] = [
            ("crane", &[("crane", false)]),
            ("  crane \t Downtime ", &[("crane", false), ("Downtime", false)]),
            ("\"crane downtime\" now", &[("crane downtime", false), ("now", false)]),
            ("cran*", &[("cran*", true)]),
            ("cran* down", &[("cran*", true), ("down", false)]),
            ("\"crane down\"*", &[("crane down", true)]),
            ("\"crane down*\"", &[("crane down*", true)]),
            ("\"crane down", &[("crane down", false)]),
            ("t.weber@kranwerk.example", &[("t.weber@kranwerk.example", false)]),
            ("crane - % \"\" \"*\" downtime", &[("crane", false), ("downtime", false)]),
            ("a\0b\u{7}c", &[("a", false), ("b", false), ("c", false)]),
            ("crane\"down time\"now", &[("crane", false), ("down time", false), ("now", false)]),
            ("NEAR(a b) OR NOT c^", &[("NEAR(a", false), ("b)", false), ("OR", false), ("NOT", false), ("c^", false)]),
            ("Straße 日本", &[("Straße", false), ("日本", false)]),
        ];
        for (text, expected) in cases {
            let expected: Vec<(String, bool)> = expected.iter().map(|(text, open)| ((*text).to_owned(), *open)).collect();
            assert_eq!(terms(text), expected, "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_searched_for_says_why() {
        let words = |count: usize| vec!["a"; count].join(" ");
        let cases = [
            (String::new(), SearchQueryError::NoWord),
            (" \t\0".to_owned(), SearchQueryError::NoWord),
            ("\"* - %\" 🦀".to_owned(), SearchQueryError::NoWord),
            ("x".repeat(501), SearchQueryError::TooLong),
            (words(21), SearchQueryError::TooManyWords),
            (format!("\"{}\"", words(21)), SearchQueryError::TooManyWords),
            ("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r.s.t.u".to_owned(), SearchQueryError::TooManyWords),
            ("cr*".to_owned(), SearchQueryError::PrefixTooShort),
            ("crane-do*".to_owned(), SearchQueryError::PrefixTooShort),
            ("\"the cr\"*".to_owned(), SearchQueryError::PrefixTooShort),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<SearchQuery>(), Err(expected), "{text:?}");
        }
        assert_eq!(terms(&words(20)).len(), 20);
        assert_eq!(terms(&"x".repeat(500)).len(), 1);
    }
}
