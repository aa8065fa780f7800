//! The query string, read as Instantly's validator reads it: what is not known is left alone, and of a parameter that is there
//! twice the last one counts.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Query as Pairs};
use http::request::Parts;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use uuid::Uuid;

use hookline_model::time::Millis;

use crate::{compat::instantly::refused::Refused, service::Service};

/// How many items a page has if nothing is said.
const LIMIT: usize = 10;

/// The most items that a page can be asked for.
pub(super) const LIMIT_MAX: usize = 100;

/// The most values that a parameter which is a list can have.
const VALUES_MAX: usize = 200;

/// The parameters.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl FromRequestParts<Arc<Service>> for Query {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Service>) -> Result<Query, Refused> {
        let pairs = Pairs::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        pairs.map(|Pairs(pairs)| Query(pairs)).map_err(|_| Refused::bad("querystring cannot be read"))
    }
}

impl Query {
    /// A parameter's text; an empty one is as good as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// Every value of a parameter that is a list: also of `name[]`, and several with commas between, as some clients write them.
    pub(super) fn all(&self, name: &str) -> Result<Vec<&str>, Refused> {
        let is_it = |key: &str| key == name || key.strip_suffix("[]") == Some(name);
        let found = self.0.iter().filter(|(key, _)| is_it(key)).flat_map(|(_, value)| value.split(','));
        let found: Vec<&str> = found.map(str::trim).filter(|value| !value.is_empty()).collect();
        if found.len() > VALUES_MAX {
            return Err(Refused::bad(format!("querystring/{name} must NOT have more than {VALUES_MAX} items")));
        }
        Ok(found)
    }

    /// How many items a page may have.
    pub(super) fn limit(&self) -> Result<usize, Refused> {
        let Some(text) = self.text("limit") else { return Ok(LIMIT) };
        let number: i64 = text.parse().map_err(|_| Refused::bad("querystring/limit must be integer"))?;
        match usize::try_from(number) {
            Ok(limit @ 1..=LIMIT_MAX) => Ok(limit),
            Ok(0) | Err(_) => Err(Refused::bad("querystring/limit must be >= 1")),
            Ok(_) => Err(Refused::bad(format!("querystring/limit must be <= {LIMIT_MAX}"))),
        }
    }

    /// The id behind which a page starts, or another one.
    pub(super) fn id(&self, name: &'static str) -> Result<Option<Uuid>, Refused> {
        let wrong = |_| Refused::bad(format!("querystring/{name} must match format \"uuid\""));
        self.text(name).map(|text| text.parse().map_err(wrong)).transpose()
    }

    pub(super) fn flag(&self, name: &'static str) -> Result<Option<bool>, Refused> {
        match self.text(name) {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(Refused::bad(format!("querystring/{name} must be boolean"))),
        }
    }

    /// A day, `YYYY-MM-DD`.
    pub(super) fn day(&self, name: &'static str) -> Result<Option<Date>, Refused> {
        let wrong = || Refused::bad(format!("querystring/{name} must match format \"date\""));
        self.text(name).map(|text| day(text).ok_or_else(wrong)).transpose()
    }

    /// A day, or a time with an offset: a day is its first instant (UTC), or the first of the next one if it `ends` a period.
    pub(super) fn instant(&self, name: &'static str, ends: bool) -> Result<Option<Millis>, Refused> {
        let wrong = || Refused::bad(format!("querystring/{name} must be a date"));
        let Some(text) = self.text(name) else { return Ok(None) };
        if let Some(day) = day(text) {
            return first_instant(day, ends).map(Some).ok_or_else(wrong);
        }
        // The `+` of an offset that the client did not encode arrives as a space.
        let at = text.parse::<Timestamp>().or_else(|_| text.replace(' ', "+").parse()).map_err(|_| wrong())?;
        Ok(Some(Millis(at.as_millisecond())))
    }
}

/// A day in its one spelling; not a time, of which a day is the beginning.
fn day(text: &str) -> Option<Date> {
    let is_day = text.len() == "2026-02-11".len();
    let day: Date = is_day.then(|| text.parse().ok()).flatten()?;
    (1970..=2200).contains(&day.year()).then_some(day)
}

/// The first instant of a day (UTC), or of the one after it.
pub(super) fn first_instant(day: Date, is_after: bool) -> Option<Millis> {
    let day = if is_after { day.tomorrow().ok()? } else { day };
    Some(Millis(day.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond()))
}
