//! The query string: known parameters, once each, with values that can be read. Anything else is a 400 that names it.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Query as Pairs};
use http::request::Parts;
use jiff::Timestamp;
use serde::{Deserialize, de::IntoDeserializer, de::value::Error as ValueError};
use uuid::Uuid;

use hookline_model::{
    id::{CampaignId, ContactId},
    key::EmailAddress,
    time::Millis,
};
use hookline_store::{
    query::{CampaignSelector, ContactSelector, Cursor, PAGE_ROWS_MAX, PageRequest},
    search::{SEARCH_BYTES_MAX, SEARCH_PREFIX_LETTERS_MIN, SEARCH_WORDS_MAX, SearchQuery, SearchQueryError},
};

use crate::{
    api::{
        cursor::{self, Listing},
        page::{Form, Format},
    },
    problem::Problem,
};

/// The longest text to filter by, in bytes.
const TEXT_BYTES_MAX: usize = 500;

/// The parameters not yet read. What a handler takes from it is known; [`Query::end`] refuses the rest.
#[derive(Debug)]
pub(super) struct Query {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Problem> {
        match Pairs::<Vec<(String, String)>>::try_from_uri(&parts.uri) {
            Ok(Pairs(pairs)) => Ok(Query { pairs }),
            Err(_) => Err(Problem::invalid("query", "The query string cannot be read. Write it as name=value&name=value.")),
        }
    }
}

/// For endpoints without parameters.
pub(super) struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<NoQuery, Problem> {
        Query::from_request_parts(parts, state).await?.end().map(|()| NoQuery)
    }
}

impl Query {
    /// Refuses the first parameter that was not read.
    pub(super) fn end(self) -> Result<(), Problem> {
        match self.pairs.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => {
                let shown: String = name.chars().take(64).collect();
                Err(Problem::invalid(shown, "There is no such parameter here. Check its spelling, or leave it out."))
            }
        }
    }

    /// A parameter's text.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let Some(at) = self.pairs.iter().position(|(key, _)| key == name) else { return Ok(None) };
        let (_, value) = self.pairs.remove(at);
        if self.pairs.iter().any(|(key, _)| key == name) {
            return Err(Problem::invalid(name, "Give this parameter once."));
        }
        if value.is_empty() || value.len() > TEXT_BYTES_MAX {
            let detail = format!("Give 1 to {TEXT_BYTES_MAX} bytes of text, or leave the parameter out.");
            return Err(Problem::invalid(name, detail));
        }
        Ok(Some(value))
    }

    /// Words to search for.
    pub(super) fn search(&mut self, name: &'static str) -> Result<Option<SearchQuery>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let wrong = |error| match error {
            SearchQueryError::TooLong => Problem::invalid(name, format!("Give {SEARCH_BYTES_MAX} bytes of text at most.")),
            SearchQueryError::NoWord => Problem::invalid(name, "Give a word: something with a letter or a digit in it."),
            SearchQueryError::TooManyWords => Problem::invalid(name, format!("Give {SEARCH_WORDS_MAX} words at most.")),
            SearchQueryError::PrefixTooShort => {
                let detail = format!("Give {SEARCH_PREFIX_LETTERS_MIN} letters or digits at least in front of a `*`.");
                Problem::invalid(name, detail)
            }
        };
        text.parse().map(Some).map_err(wrong)
    }

    /// A parameter that is one of the names that `T` reads.
    pub(super) fn named<T: FromStr>(&mut self, name: &'static str, expected: &'static str) -> Result<Option<T>, Problem> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| Problem::invalid(name, expected))).transpose()
    }

    /// The same, for a type that reads its names by serde.
    pub(super) fn variant<T>(&mut self, name: &'static str, expected: &'static str) -> Result<Option<T>, Problem>
    where
        T: for<'de> Deserialize<'de>,
    {
        let read = |text: String| T::deserialize(IntoDeserializer::<ValueError>::into_deserializer(text));
        self.text(name)?.map(|text| read(text).map_err(|_| Problem::invalid(name, expected))).transpose()
    }

    /// A parameter that is one of `words`.
    pub(super) fn word(&mut self, name: &'static str, words: &[&'static str]) -> Result<Option<&'static str>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let word = words.iter().find(|word| **word == text);
        word.copied().map(Some).ok_or_else(|| Problem::invalid(name, format!("Give one of: {}.", words.join(", "))))
    }

    /// A time, RFC 3339.
    pub(super) fn time(&mut self, name: &'static str) -> Result<Option<Millis>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        // The `+` of an offset that the client did not encode arrives as a space.
        let instant = text.parse::<Timestamp>().or_else(|_| text.replace(' ', "+").parse());
        let at =
            instant.map_err(|_| Problem::invalid(name, "Give a time like 2026-02-11T08:03:27Z (RFC 3339, with an offset)."))?;
        Ok(Some(Millis(at.as_millisecond())))
    }

    /// A contact, by its id or an address.
    pub(super) fn contact(&mut self, name: &'static str) -> Result<Option<ContactSelector>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        if let Ok(id) = text.parse::<ContactId>() {
            return Ok(Some(ContactSelector::Id(id)));
        }
        let address = EmailAddress::parse(&text);
        let address = address.map_err(|_| Problem::invalid(name, "Give the id of a contact or an e-mail address."))?;
        Ok(Some(ContactSelector::Email(address.as_str().to_owned())))
    }

    /// An e-mail address, in the form addresses are compared in.
    pub(super) fn email(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let address = EmailAddress::parse(&text).map_err(|_| Problem::invalid(name, "Give an e-mail address."))?;
        Ok(Some(address.as_str().to_owned()))
    }

    /// A campaign, by our id or the platform's. Ours are UUIDs of version 5; platforms have UUIDs of other versions, or numbers.
    pub(super) fn campaign(&mut self, name: &'static str) -> Result<Option<CampaignSelector>, Problem> {
        let text = self.text(name)?;
        Ok(text.map(|text| match Uuid::parse_str(&text) {
            Ok(id) if id.get_version_num() == 5 => CampaignSelector::Id(CampaignId(id)),
            _ => CampaignSelector::PlatformId(text),
        }))
    }

    /// Which page, `limit` and `cursor`; and its form, `format` and `download`. To be asked before any other parameter: the form
    /// remembers them all.
    pub(super) fn page(&mut self, listing: Listing) -> Result<(PageRequest, Form), Problem> {
        let parameters = self.pairs.iter().filter(|(name, _)| name != "cursor").cloned().collect();
        let mut page = PageRequest::default();
        if let Some(limit) = self.text("limit")? {
            let limit = limit.parse().ok().filter(|limit| (1..=PAGE_ROWS_MAX).contains(limit));
            page.limit = limit.ok_or_else(|| Problem::invalid("limit", format!("Give a number from 1 to {PAGE_ROWS_MAX}.")))?;
        }
        page.after = self.cursor(listing)?;
        let format = match self.word("format", &["json", "jsonl"])? {
            Some("jsonl") => Format::Lines,
            _ => Format::Json,
        };
        let is_download = self.word("download", &["1"])?.is_some();
        Ok((page, Form { listing, format, is_download, parameters }))
    }

    /// `cursor`. An empty one is the beginning.
    pub(super) fn cursor(&mut self, listing: Listing) -> Result<Option<Cursor>, Problem> {
        self.pairs.retain(|(name, value)| name != "cursor" || !value.is_empty());
        let Some(at) = self.pairs.iter().position(|(name, _)| name == "cursor") else { return Ok(None) };
        let (_, text) = self.pairs.remove(at);
        let bad = || Problem::invalid("cursor", "Give next_cursor of the page before, unchanged, to the same listing.");
        cursor::decode(listing, &text).map(Some).ok_or_else(bad)
    }
}

#[cfg(test)]
mod tests;
