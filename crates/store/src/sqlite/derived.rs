//! The files that can be made again, from the log or from what comes: opened, or put away and begun anew.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::open::{
    Durability, Files, RECORDS_APPLICATION, RECORDS_PAGE_BYTES, SEARCH_APPLICATION, SHAPES_APPLICATION, create, open, pragma,
    prepare, settle,
};
use crate::Error;

/// Version of records.db's schema *and* of the fold: a file with another one is folded anew.
const RECORDS_SCHEMA: i64 = 4;
/// Version of search.db's schema *and* of what is indexed in which form: a file with another one is built anew.
const SEARCH_SCHEMA: i64 = 1;
/// The records are read and written anywhere.
const RECORDS_CACHE_KIB: i64 = 24 * 1024;
/// What search.db's writer keeps in memory: its pages are written once, and merged seldom.
const SEARCH_CACHE_KIB: i64 = 4 * 1024;
/// What is kept of shapes is read once and replaced now and then.
const SHAPES_CACHE_KIB: i64 = 512;
/// How many pages the write-ahead log of shapes.db has before it is copied back.
const SHAPES_WAL_PAGES: i64 = 512;
/// Version of shapes.db's schema: a file with another one is started anew.
const SHAPES_SCHEMA: i64 = 1;

/// A file that can be made again, from the log or from what comes.
struct Derived {
    name: &'static str,
    application: i64,
    version: i64,
    schema: &'static str,
    cache_kib: i64,
    /// What is done when it cannot be used.
    again: &'static str,
}

const RECORDS: Derived = Derived {
    name: "records.db",
    application: RECORDS_APPLICATION,
    version: RECORDS_SCHEMA,
    schema: include_str!("schema/records.sql"),
    cache_kib: RECORDS_CACHE_KIB,
    again: "folding the log again",
};

const SEARCH: Derived = Derived {
    name: "search.db",
    application: SEARCH_APPLICATION,
    version: SEARCH_SCHEMA,
    schema: include_str!("schema/search.sql"),
    cache_kib: SEARCH_CACHE_KIB,
    again: "indexing the log again",
};

const SHAPES: Derived = Derived {
    name: "shapes.db",
    application: SHAPES_APPLICATION,
    version: SHAPES_SCHEMA,
    schema: include_str!("schema/shapes.sql"),
    cache_kib: SHAPES_CACHE_KIB,
    again: "learning the shapes of deliveries again",
};

/// Opens shapes.db for its one connection.
pub(super) fn shapes_writer(files: &Files) -> Result<Connection, Error> {
    let connection = derived_writer(&files.shapes, &SHAPES)?;
    pragma(&connection, "wal_autocheckpoint", SHAPES_WAL_PAGES)?;
    Ok(connection)
}

/// Opens records.db for its one writer.
pub(super) fn records_writer(files: &Files) -> Result<Connection, Error> {
    derived_writer(&files.records, &RECORDS)
}

/// Opens search.db for its one writer.
pub(super) fn search_writer(files: &Files) -> Result<Connection, Error> {
    derived_writer(&files.search, &SEARCH)
}

/// Opens a derived file for its one writer. One that is damaged, or of another version, is put away and started anew:
/// everything in it can be made again.
fn derived_writer(path: &Path, file: &Derived) -> Result<Connection, Error> {
    let Derived { name, again, .. } = file;
    match try_derived_writer(path, file) {
        Ok(Some(connection)) => return Ok(connection),
        Ok(None) => tracing::info!("{name} is of another version; {again}"),
        Err(error) => tracing::warn!(%error, "{name} cannot be used; {again}"),
    }
    put_away(path)?;
    let no_schema = || Error::Storage { attempted: "make a file again", cause: format!("a new {name} has no current schema") };
    try_derived_writer(path, file)?.ok_or_else(no_schema)
}

fn try_derived_writer(path: &Path, file: &Derived) -> Result<Option<Connection>, Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let version = prepare(&connection, file.application, file.name, RECORDS_PAGE_BYTES)?;
    settle(&connection, Durability::Eventually, file.cache_kib)?;
    match version {
        0 => create(&connection, file.schema, file.application, file.version)?,
        version if version == file.version => {}
        _ => return Ok(None),
    }
    Ok(Some(connection))
}

/// Renames a derived file, and removes its side files. One former file is kept for a look at what was wrong. Nobody may have it
/// open: who closes a file last removes side files by their name, also those of the next one.
pub(super) fn put_away(path: &Path) -> Result<(), Error> {
    let failed = |cause: std::io::Error| Error::Storage { attempted: "put an old file away", cause: cause.to_string() };
    let with = |suffix: &str| {
        let mut path = path.as_os_str().to_owned();
        path.push(suffix);
        PathBuf::from(path)
    };
    if path.exists() {
        fs::rename(path, with(".former")).map_err(failed)?;
    }
    for suffix in ["-wal", "-shm"] {
        let side = with(suffix);
        if side.exists() {
            fs::remove_file(side).map_err(failed)?;
        }
    }
    Ok(())
}
