//! Asking the index. A [`Words`] is one search in one workspace, within one transaction on search.db.
//!
//! Rare words are gathered: every entry that has them, to be sorted. What too many entries have is not gathered; then a list is
//! walked in its order, and asked for row by row, which finds enough soon.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
};

use hookline_model::{email::Direction, id::EmailId, time::Millis};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Params, Row, params};
use uuid::Uuid;

use super::{
    places::{BLOCK, Places},
    text::in_form,
};
use crate::{Error, search::SearchQuery, sqlite::open::failed};

/// Bounds of a search.
#[derive(Clone, Copy, Debug)]
pub struct SearchLimits {
    /// So many entries with the words are gathered and sorted at most.
    pub gathered_max: usize,
    /// How many rows of a list one page asks for when there are more of them. A message costs some hundred microseconds, an event
    /// less.
    pub asked_max: usize,
}

impl Default for SearchLimits {
    fn default() -> Self {
        SearchLimits { gathered_max: 20_000, asked_max: 5_000 }
    }
}

/// The columns that something is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Columns {
    /// An event.
    Events,
    /// A message that was sent.
    Sent,
    /// A message that came in.
    Came,
}

impl Columns {
    fn names(self) -> &'static str {
        match self {
            Columns::Events => "about who sent came",
            Columns::Sent => "who sent",
            Columns::Came => "who came",
        }
    }
}

/// One search in one workspace.
pub(in crate::sqlite) struct Words<'c> {
    search: &'c Connection,
    no: i64,
    /// The terms, in FTS5's language.
    terms: String,
    /// Whether the end of a word is open.
    is_open: bool,
    limits: SearchLimits,
    /// What is known already, by [`Columns`].
    places: RefCell<[Places; 3]>,
    /// Whether the file was found to be damaged.
    is_damaged: Cell<bool>,
}

impl<'c> Words<'c> {
    /// A search, over a connection of its own.
    pub(super) fn new(search: &'c Connection, no: i64, query: &SearchQuery, limits: SearchLimits) -> Words<'c> {
        // In quotes nothing is an operator, and no term has a quote in it.
        let term =
            |text: &str, is_prefix| format!("\"{}\"{}", in_form(text).replace('"', " "), if is_prefix { " *" } else { "" });
        let terms: Vec<String> = query.terms().iter().map(|asked| term(&asked.text, asked.is_prefix)).collect();
        let is_open = query.terms().iter().any(|asked| asked.is_prefix);
        let (places, is_damaged) = (RefCell::default(), Cell::new(false));
        Words { search, no, terms: terms.join(" AND "), is_open, limits, places, is_damaged }
    }

    /// Whether the file was found to be damaged.
    pub(super) fn is_damaged(&self) -> bool {
        self.is_damaged.get()
    }

    /// How many rows of a list one page asks for at most.
    pub(in crate::sqlite) fn asked_max(&self) -> usize {
        self.limits.asked_max
    }

    /// The number of the workspace.
    pub(super) fn no(&self) -> i64 {
        self.no
    }

    /// Begins the transaction, which ends with the connection, and answers the time of receipt of the workspace's newest entry
    /// that the index has.
    pub(super) fn begin(&self) -> Result<Option<Millis>, Error> {
        let run = || {
            self.search.execute_batch("BEGIN")?;
            let sql = "SELECT as_of FROM reach WHERE workspace = ?1";
            self.search.query_row(sql, [self.no], |row| row.get(0).map(Millis)).optional()
        };
        run().map_err(|error| self.fault(&error))
    }

    /// What FTS5 is asked for: the workspace, and the terms in these columns.
    fn expression(&self, columns: Columns) -> String {
        format!("whose : {} AND {{{}}} : ({})", workspace_word(self.no), columns.names(), self.terms)
    }

    /// Every entry that has the words: when it happened, and its position. `None` if there are too many.
    pub(in crate::sqlite) fn gather_events(&self) -> Result<Option<Vec<(Millis, u64)>>, Error> {
        let mut found = Vec::new();
        let all = self.gather("told.occurred_at, told.position", Columns::Events, self.limits.gathered_max, |row| {
            found.push((Millis(row.get(0)?), row.get::<_, i64>(1)?.cast_unsigned()));
            Ok(())
        })?;
        Ok(all.then_some(found))
    }

    /// Every message of these directions that an entry with the words tells of. `None` if there are too many entries.
    pub(in crate::sqlite) fn gather_emails(&self, inbound: Option<bool>) -> Result<Option<HashSet<EmailId>>, Error> {
        let mut found = HashSet::new();
        let mut room = self.limits.gathered_max;
        for (direction, id, columns) in [(false, "told.sent", Columns::Sent), (true, "told.came", Columns::Came)] {
            if inbound.is_some_and(|inbound| inbound != direction) {
                continue;
            }
            let before = room;
            let all = self.gather(id, columns, before, |row| {
                found.extend(row.get::<_, Option<Uuid>>(0)?.map(EmailId));
                room -= 1;
                Ok(())
            })?;
            if !all {
                return Ok(None);
            }
        }
        Ok(Some(found))
    }

    /// Gives at most so many entries that have the words; answers whether these are all.
    fn gather(
        &self,
        what: &str,
        columns: Columns,
        rows_max: usize,
        mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
    ) -> Result<bool, Error> {
        // CROSS: the words come first, whatever the planner believes.
        let sql = format!(
            "SELECT {what} FROM words CROSS JOIN told ON told.position = words.rowid WHERE words MATCH ?1 LIMIT {}",
            rows_max + 1
        );
        let mut run = || -> rusqlite::Result<bool> {
            let mut statement = self.search.prepare_cached(&sql)?;
            let mut rows = statement.query([self.expression(columns)])?;
            for _ in 0..rows_max {
                match rows.next()? {
                    Some(row) => take(row)?,
                    None => return Ok(true),
                }
            }
            Ok(rows.next()?.is_none())
        };
        run().map_err(|error| self.fault(&error))
    }

    /// Whether the entry at a position has the words.
    pub(in crate::sqlite) fn has_event(&self, position: u64) -> Result<bool, Error> {
        self.is_at(position, Columns::Events)
    }

    /// Whether an entry that tells of a message has the words.
    pub(in crate::sqlite) fn has_email(&self, id: EmailId, direction: Direction) -> Result<bool, Error> {
        let columns = if direction == Direction::Inbound { Columns::Came } else { Columns::Sent };
        let workspace = workspace_word(self.no);
        let message = format!("whose : ({workspace} AND {})", message_word(id));
        if self.is_open {
            // To gather what an open end stands for takes long: it is done once, and then looked up.
            let mut telling = Vec::new();
            self.for_each("SELECT rowid FROM words WHERE words MATCH ?1", params![message], |position| telling.push(position))?;
            for position in telling {
                if self.is_at(position, columns)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        let asked = format!("{message} AND {{{}}} : ({})", columns.names(), self.terms);
        let mut is_found = false;
        self.for_each("SELECT rowid FROM words WHERE words MATCH ?1 LIMIT 1", params![asked], |_| is_found = true)?;
        Ok(is_found)
    }

    /// Whether the words are at a position. Who asks for one position soon asks for those beside it, so a block is read at once.
    fn is_at(&self, position: u64, columns: Columns) -> Result<bool, Error> {
        let mut places = self.places.borrow_mut();
        let places = &mut places[columns as usize];
        if let Some(known) = places.get(position) {
            return Ok(known);
        }
        let asked = self.expression(columns);
        if self.is_open {
            places.has_all();
            self.for_each("SELECT rowid FROM words WHERE words MATCH ?1", params![asked], |position| places.set(position))?;
        } else {
            let first = position - position % BLOCK;
            places.has_block(position / BLOCK);
            let sql = "SELECT rowid FROM words WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3";
            let range = params![asked, first.cast_signed(), (first + BLOCK - 1).cast_signed()];
            self.for_each(sql, range, |position| places.set(position))?;
        }
        Ok(places.get(position).unwrap_or(false))
    }

    /// Gives the positions that a statement finds.
    fn for_each(&self, sql: &'static str, params: impl Params, mut take: impl FnMut(u64)) -> Result<(), Error> {
        let run = || -> rusqlite::Result<()> {
            let mut statement = self.search.prepare_cached(sql)?;
            let mut rows = statement.query(params)?;
            while let Some(row) = rows.next()? {
                take(row.get::<_, i64>(0)?.cast_unsigned());
            }
            Ok(())
        };
        run().map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &rusqlite::Error) -> Error {
        if matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) {
            self.is_damaged.set(true);
        }
        failed("search", error)
    }
}

/// The word in `whose` that a workspace's entries have.
pub(super) fn workspace_word(no: i64) -> String {
    format!("w{no}")
}

/// The word in `whose` that the entries have which tell of a message.
pub(super) fn message_word(id: EmailId) -> String {
    format!("m{}", id.0.simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_has_nothing_of_the_users_outside_quotes() {
        let connection = Connection::open_in_memory().expect("a database");
        let expression = |text: &str| {
            let query: SearchQuery = text.parse().expect("it has words");
            Words::new(&connection, 7, &query, SearchLimits::default()).expression(Columns::Sent)
        };
        assert_eq!(expression("Straße"), "whose : w7 AND {who sent} : (\"Strasse\")");
        assert_eq!(
            expression("a) OR whose:w8 -b ^c \"the end\"* NEAR(f, 2)"),
            "whose : w7 AND {who sent} : (\"a)\" AND \"OR\" AND \"whose:w8\" AND \"-b\" AND \"^c\" AND \"the end\" * AND \"NEAR(f,\" \
             AND \"2)\")"
        );
    }
}
