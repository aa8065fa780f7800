//! `GET /api/v2/block-lists-entries/download`.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;

use crate::{
    compat::instantly::{
        auth::Reading,
        blocklist::{Wanted, entries},
        query::Query,
        refused::Refused,
    },
    service::Service,
};

/// The most entries of one file.
const ROWS_MAX: usize = 50_000;

/// The entries as a table: what is blocked, and since when.
pub(in crate::compat::instantly) async fn download(
    Reading(workspace): Reading,
    query: Query,
    State(service): State<Arc<Service>>,
) -> Result<Response, Refused> {
    let (found, _) = entries(&service, workspace, &Wanted::read(&query)?, ROWS_MAX, None).await?;
    let mut table = "Blocked Email,Date\r\n".to_owned();
    for entry in found {
        table.push_str(&format!("{},{}\r\n", cell(entry.blocked.as_str()), entry.listed_at));
    }
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], table).into_response())
}

/// A text as a cell, which no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let guarded = if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() };
    if guarded.contains([',', '"', '\r', '\n']) { format!("\"{}\"", guarded.replace('"', "\"\"")) } else { guarded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_cell_and_no_formula() {
        for (text, expected) in [
            ("jo@halden.example", "jo@halden.example"),
            ("=1+2@halden.example", "'=1+2@halden.example"),
            ("+jo@halden.example", "'+jo@halden.example"),
            ("\"j,o\"@halden.example", "\"\"\"j,o\"\"@halden.example\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
