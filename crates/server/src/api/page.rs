//! Listings: `{"data": [...], "next_cursor": ...}`.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use hookline_model::time::Millis;
use hookline_store::query::{Cursor, Page, PageRequest};
use uuid::Uuid;

use crate::api::cursor::{self, Listing};

#[derive(Serialize)]
struct Body<T> {
    data: Vec<T>,
    next_cursor: Option<String>,
}

/// A page as an answer, each row in the shape that `shape` gives it.
pub(super) fn respond<R, T: Serialize>(listing: Listing, page: Page<R>, shape: impl FnMut(R) -> T) -> Response {
    let next_cursor = page.next.map(|next| cursor::encode(listing, &next));
    Json(Body { data: page.rows.into_iter().map(shape).collect(), next_cursor }).into_response()
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
