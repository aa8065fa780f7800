//! Opening the files: one process at a time, settings that are read back, and schemas that are known or refused.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{checkpointer, known};
use crate::Error;

/// Version of log.db's schema. A landed schema is never edited; a new version comes with a migration.
const LOG_SCHEMA: i64 = 1 + LOG_STEPS.len() as i64;
/// What a log without tables gets. What came with a later version is in a file of its own, for those that have the rest already.
const LOG_TABLES: &str = concat!(
    include_str!("schema/log.sql"),
    "\n",
    include_str!("schema/superseded.sql"),
    "\n",
    include_str!("schema/source.sql"),
    "\n",
    include_str!("schema/subscriptions.sql"),
    "\n",
    include_str!("schema/routing.sql")
);
/// What brings each version of log.db to the next one, from the first on.
const LOG_STEPS: [&str; 5] = [
    "ALTER TABLE entry ADD COLUMN dictionary INTEGER NOT NULL DEFAULT 0;",
    include_str!("schema/superseded.sql"),
    include_str!("schema/source.sql"),
    include_str!("schema/subscriptions.sql"),
    include_str!("schema/routing.sql"),
];
/// The first version that knows where campaigns were seen.
const LOG_SCHEMA_KNOWN: i64 = 6;
/// Version of deliveries.db's schema. It follows from nothing, so a new version comes with a migration.
const DELIVERIES_SCHEMA: i64 = 4;
/// What deliveries.db has since schema 2.
const DELIVERIES_SCHEMA_2: &str = include_str!("schema/deliveries_2.sql");
/// From schema 1 to 2: the sums of what is there.
const DELIVERIES_STEP_2: &str = "ALTER TABLE subscription ADD COLUMN runs INTEGER NOT NULL DEFAULT 0;
    INSERT INTO rollup SELECT subscription, created_at / 86400000, min(tries, 1), count(*) FROM outbox GROUP BY 1, 2, 3;
    INSERT INTO rollup SELECT subscription, created_at / 86400000, status, count(*) FROM delivery GROUP BY 1, 2, 3;";
/// What deliveries.db has since schema 3, and what brings it there.
const DELIVERIES_SCHEMA_3: &str = include_str!("schema/deliveries_3.sql");
/// The same of schema 4.
const DELIVERIES_SCHEMA_4: &str = include_str!("schema/deliveries_4.sql");
/// Pages of log.db: entries follow on each other, so large pages waste less.
const LOG_PAGE_BYTES: i64 = 8192;
/// Pages of records.db and search.db: most events change a row or two at a random place, and a page is written whole.
pub(super) const RECORDS_PAGE_BYTES: i64 = 4096;
/// "HKLg", "HKRc", "HKSe", "HKDl" and "HKSh": which file is which, for `file(1)` and for us.
const LOG_APPLICATION: i64 = 0x484b_4c67;
pub(super) const RECORDS_APPLICATION: i64 = 0x484b_5263;
pub(super) const SEARCH_APPLICATION: i64 = 0x484b_5365;
const DELIVERIES_APPLICATION: i64 = 0x484b_446c;
pub(super) const SHAPES_APPLICATION: i64 = 0x484b_5368;

/// The log is written at its end, but for claims.
const LOG_CACHE_KIB: i64 = 12 * 1024;
const READER_CACHE_KIB: i64 = 2 * 1024;
/// Deliveries come and go at the edges of their tables.
const DELIVERIES_CACHE_KIB: i64 = 8 * 1024;

/// What of a write-ahead log is left of its file when it is begun anew: all that it has unless somebody reads old pages for long
/// (160 MiB for log.db). With less, a part of the file would be cut off and made again each time.
const WAL_BYTES_KEPT: i64 = (1 + checkpointer::PATIENCE as i64) * checkpointer::PAGES as i64 * LOG_PAGE_BYTES;

/// The files of a data folder.
#[derive(Clone, Debug)]
pub(super) struct Files {
    pub(super) log: PathBuf,
    pub(super) records: PathBuf,
    pub(super) search: PathBuf,
    pub(super) deliveries: PathBuf,
    pub(super) shapes: PathBuf,
}

/// Holds the folder for this process.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Makes the folder if needed and takes it for this process.
pub(super) fn take_folder(folder: &Path) -> Result<(Files, Lock), Error> {
    let failed = |attempted| move |cause: std::io::Error| Error::Storage { attempted, cause: cause.to_string() };
    fs::create_dir_all(folder).map_err(failed("make the data folder"))?;
    restrict_to_owner(folder).map_err(failed("restrict the data folder to its owner"))?;
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed("open the lock file"))?;
    file.try_lock().map_err(|_| {
        Error::Conflict(format!(
            "{} is in use by another hookline process; stop it first, or use another folder",
            folder.display()
        ))
    })?;
    let names = ["log.db", "records.db", "search.db", "deliveries.db", "shapes.db"];
    let [log, records, search, deliveries, shapes] = names.map(|name| folder.join(name));
    Ok((Files { log, records, search, deliveries, shapes }, Lock { _file: file }))
}

#[cfg(unix)]
fn restrict_to_owner(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict_to_owner(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

/// How soon a commit is on disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// When it returns: the log.
    OnCommit,
    /// At the next checkpoint; never torn. The records and the index, which can be made again, and deliveries, of which the last
    /// few are made again.
    Eventually,
}

/// Opens log.db for its one writer, making or checking its schema.
pub(super) fn log_writer(files: &Files) -> Result<Connection, Error> {
    let connection = open(&files.log, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let version = prepare(&connection, LOG_APPLICATION, "log.db", LOG_PAGE_BYTES)?;
    settle(&connection, Durability::OnCommit, LOG_CACHE_KIB)?;
    match version {
        0 => create(&connection, LOG_TABLES, LOG_APPLICATION, LOG_SCHEMA)?,
        LOG_SCHEMA => {}
        older @ 1..LOG_SCHEMA => {
            let steps = LOG_STEPS.iter().zip(1..).filter(|(_, from)| *from >= older).map(|(step, _)| *step);
            let steps: Vec<&str> = steps.collect();
            migrate(&connection, &steps.join("\n"), LOG_SCHEMA, || {
                if older < LOG_SCHEMA_KNOWN { known::learn_all(&connection) } else { Ok(()) }
            })?;
        }
        newer if newer > LOG_SCHEMA => {
            return Err(Error::Conflict(format!(
                "log.db has schema {newer}, this version knows up to {LOG_SCHEMA}: start a newer hookline"
            )));
        }
        other => return Err(Error::Conflict(format!("log.db has schema {other}, which this version cannot migrate"))),
    }
    Ok(connection)
}

/// Opens deliveries.db for its one writer, making or checking its schema.
pub(super) fn deliveries_writer(files: &Files) -> Result<Connection, Error> {
    let connection = open(&files.deliveries, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let version = prepare(&connection, DELIVERIES_APPLICATION, "deliveries.db", RECORDS_PAGE_BYTES)?;
    settle(&connection, Durability::Eventually, DELIVERIES_CACHE_KIB)?;
    match version {
        0 => {
            let first = include_str!("schema/deliveries.sql");
            let tables = [first, DELIVERIES_SCHEMA_2, DELIVERIES_SCHEMA_3, DELIVERIES_SCHEMA_4].join("\n");
            create(&connection, &tables, DELIVERIES_APPLICATION, DELIVERIES_SCHEMA)?;
        }
        DELIVERIES_SCHEMA => {}
        1 => {
            let step = [DELIVERIES_SCHEMA_2, DELIVERIES_STEP_2, DELIVERIES_SCHEMA_3, DELIVERIES_SCHEMA_4].join("\n");
            migrate(&connection, &step, DELIVERIES_SCHEMA, || Ok(()))?;
        }
        2 => {
            let step = [DELIVERIES_SCHEMA_3, DELIVERIES_SCHEMA_4].join("\n");
            migrate(&connection, &step, DELIVERIES_SCHEMA, || Ok(()))?;
        }
        3 => migrate(&connection, DELIVERIES_SCHEMA_4, DELIVERIES_SCHEMA, || Ok(()))?,
        other => {
            return Err(Error::Conflict(format!(
                "deliveries.db has schema {other}, this version knows {DELIVERIES_SCHEMA}: start the hookline that made it"
            )));
        }
    }
    Ok(connection)
}

/// Opens records.db, which is there, for copying its WAL back.
pub(super) fn records_checkpointer(files: &Files) -> Result<Connection, Error> {
    let connection = open(&files.records, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&connection, Durability::Eventually, READER_CACHE_KIB)?;
    Ok(connection)
}

/// Opens log.db, which is there, for copying its WAL back.
pub(super) fn log_checkpointer(files: &Files) -> Result<Connection, Error> {
    let connection = open(&files.log, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&connection, Durability::OnCommit, READER_CACHE_KIB)?;
    Ok(connection)
}

/// Opens deliveries.db, which is there, for copying its WAL back.
pub(super) fn deliveries_checkpointer(files: &Files) -> Result<Connection, Error> {
    let connection = open(&files.deliveries, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&connection, Durability::Eventually, READER_CACHE_KIB)?;
    Ok(connection)
}

/// Opens a file for reading. Readers never write, not even to checkpoint.
pub(super) fn reader(path: &Path) -> Result<Connection, Error> {
    // Read-write at the level of the file, since a WAL reader may have to make the shared index; `query_only` forbids the rest.
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    settle(&connection, Durability::OnCommit, READER_CACHE_KIB)?;
    pragma(&connection, "query_only", 1)?;
    Ok(connection)
}

pub(super) fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE)
            .map_err(|error| failed("open a database file", &error))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Settings that must precede the first table, and the file's schema version (0 when new).
pub(super) fn prepare(connection: &Connection, application: i64, name: &str, page_bytes: i64) -> Result<i64, Error> {
    let version = read_pragma(connection, "user_version")?;
    let found = read_pragma(connection, "application_id")?;
    if version == 0 && found == 0 && is_empty(connection)? {
        pragma(connection, "page_size", page_bytes)?;
        // The log gives pages back one day, which it must be made for. The records are folded anew instead, and need not keep
        // the map of pages that this costs.
        pragma(connection, "auto_vacuum", if application == LOG_APPLICATION { 2 } else { 0 })?;
    } else if found != application {
        return Err(Error::Conflict(format!("{name} is not hookline's")));
    }
    Ok(version)
}

/// Whether nobody made anything in the file yet. Many programs name neither themselves nor a version in their files.
fn is_empty(connection: &Connection) -> Result<bool, Error> {
    let run = || connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| row.get(0));
    run().map_err(|error| failed("read the schema", &error))
}

pub(super) fn create(connection: &Connection, schema: &str, application: i64, version: i64) -> Result<(), Error> {
    let script =
        format!("BEGIN IMMEDIATE;\n{schema}\nPRAGMA application_id={application};\nPRAGMA user_version={version};\nCOMMIT;");
    connection.execute_batch(&script).map_err(|error| failed("make the schema", &error))
}

/// Brings a file to the current schema, in one transaction with the number that says so.
fn migrate(connection: &Connection, changes: &str, version: i64, fill: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
    let step = |sql: &str| connection.execute_batch(sql).map_err(|error| failed("bring a file to the current schema", &error));
    step(&format!("BEGIN IMMEDIATE;\n{changes}"))?;
    // If it fails the connection is closed, and nothing has changed.
    fill()?;
    step(&format!("PRAGMA user_version={version};\nCOMMIT;"))
}

/// Settings of every connection, set and read back: a build default must not decide whether an answer is durable.
pub(super) fn settle(connection: &Connection, durability: Durability, cache_kib: i64) -> Result<(), Error> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))
        .map_err(|error| failed("set the journal mode", &error))?;
    if mode != "wal" {
        return Err(Error::Conflict(format!("the journal mode is {mode}, not wal: is the folder on a network file system?")));
    }
    // Otherwise a statement whose plan could be better for other values is prepared anew each time that it is used: its values
    // are cleared in between, and that is a change.
    let is_stable = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true);
    if !is_stable.map_err(|error| failed("set a pragma", &error))? {
        return Err(Error::Conflict("SQLite's plans cannot be kept from depending on values".to_owned()));
    }
    let synchronous = if durability == Durability::OnCommit { 2 } else { 1 };
    let settings = [
        ("synchronous", synchronous),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("temp_store", 2),
        ("mmap_size", 0),
        ("trusted_schema", 0),
        ("journal_size_limit", WAL_BYTES_KEPT),
        ("wal_autocheckpoint", 0),
        ("cache_size", -cache_kib),
    ];
    for (name, value) in settings {
        pragma(connection, name, value)?;
        let read_back = read_pragma(connection, name)?;
        if read_back != value {
            return Err(Error::Conflict(format!("SQLite's {name} is {read_back}, not {value}")));
        }
    }
    Ok(())
}

pub(super) fn pragma(connection: &Connection, name: &str, value: i64) -> Result<(), Error> {
    connection.pragma_update(None, name, value).map_err(|error| failed("set a pragma", &error))
}

fn read_pragma(connection: &Connection, name: &str) -> Result<i64, Error> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| failed("read a pragma", &error))
}

/// Makes a change inside a transaction whole, or takes it back when it is a conflict. After any other error the transaction is
/// taken back whole, by the caller or by SQLite itself already.
pub(super) fn all_or_none<T>(connection: &Connection, change: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let step = |sql: &str| connection.execute_batch(sql).map_err(|error| failed("make a change whole or not at all", &error));
    step("SAVEPOINT change")?;
    let outcome = change();
    match outcome {
        Ok(_) => step("RELEASE change")?,
        Err(Error::Conflict(_)) => step("ROLLBACK TO change; RELEASE change")?,
        Err(_) => {}
    }
    outcome
}

/// Tells a full disk from everything else.
pub(super) fn failed(attempted: &'static str, error: &rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Error::DiskFull(format!("{attempted}: {error}")),
        _ => Error::Storage { attempted, cause: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{OptionalExtension, StatementStatus, params};

    use super::*;
    use crate::sqlite::derived;

    #[test]
    fn a_statement_that_is_used_again_is_not_prepared_again() {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let (files, _lock) = take_folder(folder.path()).expect("nobody has the folder");
        let records = derived::records_writer(&files).expect("the file is made");
        let sql = "SELECT first, parts FROM part WHERE contact = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
        for contact in 0..3 {
            let mut statement = records.prepare_cached(sql).expect("the statement is one of this schema");
            let found = statement.query_row(params![contact, [1_u8].as_slice()], |_| Ok(())).optional();
            assert_eq!(found.expect("the table can be read"), None);
            assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
        }
    }
}
