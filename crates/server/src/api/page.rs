//! Listings: `{"data": [...], "next_cursor": ...}`, or the same records as lines.

use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;
use http::{HeaderValue, header};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use hookline_model::time::Millis;
use hookline_store::{
    query::{Cursor, Page, PageRequest},
    search::Found,
};

use crate::{
    api::cursor::{self, Listing},
    openapi::{LINES, Time},
    problem::Problem,
};

/// A page of a listing.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(super) struct Body<T> {
    /// The records.
    data: Vec<T>,
    /// Where the next page begins; null behind the last one.
    #[schemars(example = &"AQUAAAGcS5-XmA")]
    next_cursor: Option<String>,
}

/// A page of a listing that can be searched.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SearchablePageOf{T}")]
pub(super) struct SearchableBody<T> {
    /// The records.
    data: Vec<T>,
    /// Where the next page begins; null behind the last one.
    #[schemars(example = &"AQUAAAGcS5-XmA")]
    next_cursor: Option<String>,
    /// With `q` only: everything that was answered before this time is found. Null while nothing can be found yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Time>")]
    as_of: Option<Option<String>>,
}

/// The header that says what `as_of` does, also where lines have no place for that.
pub(super) const SEARCH_AS_OF: &str = "search-as-of";

/// How the records of a page are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON object with the records and the cursor in it.
    #[default]
    Json,
    /// JSON Lines: one record a line. The cursor is in the header `Link` only.
    Lines,
}

/// What form a page was asked for in.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) listing: Listing,
    pub(super) format: Format,
    /// Whether it is for a browser to save as a file.
    pub(super) is_download: bool,
    /// The parameters of the request but for `cursor`: the next page's.
    pub(super) parameters: Vec<(String, String)>,
}

impl Form {
    /// A page as an answer, each row in the shape that `shape` gives it.
    pub(super) fn respond<R, T: Serialize>(&self, page: Page<R>, shape: impl FnMut(R) -> T) -> Result<Response, Problem> {
        self.write(page, shape, |data, next_cursor| serde_json::to_vec(&Body { data, next_cursor }))
    }

    /// A page of what was found as an answer, which says how far the search was.
    pub(super) fn respond_found<R, T: Serialize>(&self, found: Found<R>, shape: impl FnMut(R) -> T) -> Result<Response, Problem> {
        let as_of = found.as_of.map(|as_of| as_of.to_string());
        let mut response = self.write(found.page, shape, |data, next_cursor| {
            serde_json::to_vec(&SearchableBody { data, next_cursor, as_of: Some(as_of.clone()) })
        })?;
        if let Some(as_of) = as_of {
            response.headers_mut().insert(SEARCH_AS_OF, HeaderValue::try_from(as_of).map_err(unwritten)?);
        }
        Ok(response)
    }

    fn write<R, T: Serialize>(
        &self,
        page: Page<R>,
        shape: impl FnMut(R) -> T,
        body: impl FnOnce(Vec<T>, Option<String>) -> serde_json::Result<Vec<u8>>,
    ) -> Result<Response, Problem> {
        let next_cursor = page.next.map(|next| cursor::encode(self.listing, &next));
        let link = next_cursor.as_deref().map(|cursor| self.link(cursor));
        let data: Vec<T> = page.rows.into_iter().map(shape).collect();
        let (body, content_type, ending) = match self.format {
            Format::Json => (body(data, next_cursor), "application/json", "json"),
            Format::Lines => (lines(&data), LINES, "jsonl"),
        };
        let mut response = body.map_err(unwritten)?.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(link) = link {
            headers.insert(header::LINK, HeaderValue::try_from(link).map_err(unwritten)?);
        }
        if self.is_download {
            // Made of our own words only: no name that somebody chose gets into a file system.
            let disposition = format!("attachment; filename=\"hookline-{}.{ending}\"", self.listing.name());
            headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(disposition).map_err(unwritten)?);
        }
        Ok(response)
    }

    /// The next page, after RFC 8288. Relative, with the query only: a proxy may have another path in front of ours.
    fn link(&self, cursor: &str) -> String {
        let query = Serializer::new(String::new()).extend_pairs(&self.parameters).append_pair("cursor", cursor).finish();
        format!("<?{query}>; rel=\"next\"")
    }
}

/// One record a line. JSON has no line breaks but those between its tokens, and none are written there.
fn lines(rows: &[impl Serialize]) -> serde_json::Result<Vec<u8>> {
    let mut written = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut written, row)?;
        written.push(b'\n');
    }
    Ok(written)
}

/// Shapes are texts and numbers under names, and what goes into headers is ASCII: this does not happen.
fn unwritten(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a page could not be written");
    Problem::fault()
}

/// A page of rows that are in memory, sorted by `sorted_by`, oldest first. Seeks behind the cursor, so that a row which is gone
/// meanwhile skips nothing and repeats nothing.
pub(super) fn cut<R>(
    rows: impl IntoIterator<Item = R>,
    request: &PageRequest,
    sorted_by: impl Fn(&R) -> (Millis, Uuid),
) -> Page<R> {
    let cursor_of = |row: &R| {
        let (at, id) = sorted_by(row);
        Cursor { at, key: id.as_bytes().to_vec() }
    };
    let is_behind = |row: &R| {
        let own = cursor_of(row);
        request.after.as_ref().is_none_or(|after| (own.at, own.key.as_slice()) > (after.at, after.key.as_slice()))
    };
    let mut behind = rows.into_iter().filter(is_behind);
    let page: Vec<R> = behind.by_ref().take(request.limit).collect();
    let more = behind.next().is_some();
    let next = page.last().filter(|_| more).map(cursor_of);
    Page { rows: page, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_out_of_a_link() {
        let text = "> ;rel=\"x\"\r\nx: y&cursor=z\u{e9}";
        let parameters = vec![("q".to_owned(), text.to_owned()), ("limit".to_owned(), "1".to_owned())];
        let form = Form { listing: Listing::Contacts, format: Format::Json, is_download: false, parameters };
        let cursor = Some(Cursor { at: Millis(0), key: Vec::new() });
        let answer = form.respond(Page { rows: vec![1], next: cursor }, |row| row).expect("an answer");
        let expected = "<?q=%3E+%3Brel%3D%22x%22%0D%0Ax%3A+y%26cursor%3Dz%C3%A9&limit=1&cursor=AQYAAAAAAAAAAA>; rel=\"next\"";
        assert_eq!(answer.headers()[header::LINK], expected);
    }

    #[test]
    fn pages_of_any_size_give_every_row_once() {
        let rows: Vec<(Millis, Uuid)> = (0..10).map(|number| (Millis(number / 3), Uuid::from_u128(number as u128))).collect();
        for limit in [1, 3, 9, 10, 11] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = cut(rows.clone(), &PageRequest { limit, after }, |row| *row);
                seen.extend(page.rows);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, rows, "{limit}");
        }
    }
}
