//! What the two files are made of: bytes by table and index, as SQLite's `dbstat` counts pages.

use std::path::Path;

use rusqlite::{Connection, Row};

use super::open;
use crate::Error;

/// A database file and its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSizes {
    /// The file's name: `log.db` or `records.db`.
    pub name: &'static str,
    /// Bytes on disk, the write-ahead log beside the file included.
    pub bytes: u64,
    /// Bytes of pages that hold nothing now and will be used again.
    pub free_bytes: u64,
    /// Tables and indexes, largest first.
    pub parts: Vec<PartSize>,
}

/// A table or an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartSize {
    /// Its name in the schema.
    pub name: String,
    /// The table that it belongs to; itself for a table.
    pub table: String,
    /// Whether it is an index beside its table.
    pub is_index: bool,
    /// Bytes of its pages.
    pub bytes: u64,
    /// Bytes of these that no row takes.
    pub unused_bytes: u64,
}

/// The sizes of a data folder's files. It reads every page once and takes the folder meanwhile, so the server must be stopped.
///
/// # Errors
/// When a process has the folder, a file is missing, or the disk fails.
pub fn file_sizes(folder: &Path) -> Result<[FileSizes; 2], Error> {
    if !folder.join("log.db").is_file() {
        return Err(Error::Conflict(format!("there is no log.db in {}", folder.display())));
    }
    let (files, _lock) = open::take_folder(folder)?;
    Ok([measure("log.db", &files.log)?, measure("records.db", &files.records)?])
}

fn measure(name: &'static str, path: &Path) -> Result<FileSizes, Error> {
    // Before the file is opened: that may already fold the write-ahead log into it.
    let bytes = super::writer::size_on_disk(path);
    let connection = open::reader(path)?;
    read(name, bytes, &connection).map_err(|error| open::failed("measure a database file", &error))
}

fn read(name: &'static str, bytes: u64, connection: &Connection) -> rusqlite::Result<FileSizes> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| count(row, 0));
    let free_bytes = number("freelist_count")? * number("page_size")?;
    // The schema's own table is in `dbstat`, but not in itself.
    let sql =
        "SELECT stat.name, coalesce(item.tbl_name, stat.name), coalesce(item.type, 'table') = 'index', stat.pgsize, stat.unused
        FROM dbstat AS stat LEFT JOIN sqlite_schema AS item ON item.name = stat.name
        WHERE stat.aggregate = 1 ORDER BY stat.pgsize DESC, stat.name";
    let mut statement = connection.prepare(sql)?;
    let parts = statement.query_map([], |row| {
        Ok(PartSize {
            name: row.get(0)?,
            table: row.get(1)?,
            is_index: row.get(2)?,
            bytes: count(row, 3)?,
            unused_bytes: count(row, 4)?,
        })
    })?;
    Ok(FileSizes { name, bytes, free_bytes, parts: parts.collect::<rusqlite::Result<_>>()? })
}

/// A number that is never negative.
fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Store,
        sqlite::{SqliteOptions, SqliteStore},
    };

    #[tokio::test]
    async fn the_parts_make_up_the_files() {
        let temp = tempfile::tempdir().expect("a folder");
        let store = SqliteStore::open(SqliteOptions::new(temp.path())).expect("the folder opens");
        assert!(matches!(file_sizes(temp.path()), Err(Error::Conflict(_))), "the folder is in use");
        store.close().await.expect("the store closes");
        drop(store);
        for file in file_sizes(temp.path()).expect("the files are measured") {
            let parts: u64 = file.parts.iter().map(|part| part.bytes).sum();
            let on_disk = temp.path().join(file.name).metadata().expect("the file is there").len();
            // Pointer maps, which auto-vacuum of the log needs, are nobody's: a page here, one in a thousand in a large file.
            let nobodys = on_disk - file.free_bytes - parts;
            assert!(parts > 0 && nobodys <= 8192, "{} {on_disk} {parts}", file.name);
            assert!(file.parts.windows(2).all(|pair| pair[0].bytes >= pair[1].bytes), "largest first");
            assert!(file.parts.iter().any(|part| part.name == "sqlite_schema" && !part.is_index));
            let (table, index) = if file.name == "log.db" { ("entry", "entry_id") } else { ("event", "event_campaign") };
            let found: Vec<_> = file.parts.iter().filter(|part| part.table == table).map(|part| part.name.as_str()).collect();
            assert!(found.contains(&table) && found.contains(&index), "{found:?}");
            assert!(file.parts.iter().any(|part| part.name == index && part.is_index));
        }
    }

    #[test]
    fn a_folder_without_a_log_is_named() {
        let temp = tempfile::tempdir().expect("a folder");
        let error = file_sizes(temp.path()).expect_err("nothing is there");
        assert!(error.to_string().contains("no log.db"), "{error}");
    }
}
