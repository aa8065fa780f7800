//! The table of sources in log.db, and what tells a right master key from a wrong one.

use hookline_model::{
    id::{AgencyId, WorkspaceId},
    platform::Platform,
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Row, params, types::Type};
use uuid::Uuid;

use super::open::failed;
use crate::{Error, directory::AddressOwner, source::Source};

/// The name of the key check in the table `meta`.
const KEY_CHECK: &str = "key_check";

const COLUMNS: &str = "of_agency, owner, platform, revision, method, header, field, secret, secret_previous, account, ack, \
    enabled, aliases, created_at, updated_at";

/// All sources. A row that this version cannot read is a failure: whoever is verified by it would otherwise be believed.
pub(super) fn all(log: &Connection) -> rusqlite::Result<Vec<Source>> {
    log.prepare_cached(&format!("SELECT {COLUMNS} FROM source"))?.query_map([], read)?.collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Source> {
    let owner: Uuid = row.get(1)?;
    let names: String = row.get(12)?;
    Ok(Source {
        owner: match row.get(0)? {
            true => AddressOwner::Agency(AgencyId(owner)),
            false => AddressOwner::Workspace(WorkspaceId(owner)),
        },
        platform: named(row, 2)?,
        revision: row.get(3)?,
        method: named(row, 4)?,
        header: row.get(5)?,
        field: row.get(6)?,
        secret: row.get(7)?,
        secret_previous: row.get(8)?,
        account: row.get(9)?,
        ack: named(row, 10)?,
        enabled: row.get(11)?,
        names: serde_json::from_str(&names)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(12, Type::Text, error.into()))?,
        created_at: Millis(row.get(13)?),
        updated_at: Millis(row.get(14)?),
    })
}

/// A column with the name of something.
fn named<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    let name: String = row.get(column)?;
    name.parse().map_err(|error: T::Err| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

/// Puts a source in the place of the one that it was made from, inside the writer's transaction. Its owner is there.
pub(super) fn put(log: &Connection, source: &Source) -> Result<(), Error> {
    if !source.names_fit() {
        return Err(Error::Conflict("a source has more names than it may, or longer ones".to_owned()));
    }
    let (of_agency, owner) = owner_columns(source.owner);
    let platform = source.platform.name();
    let run = || -> rusqlite::Result<bool> {
        let find = "SELECT revision FROM source WHERE of_agency = ?1 AND owner = ?2 AND platform = ?3";
        let mut statement = log.prepare_cached(find)?;
        let former: Option<u32> = statement.query_row(params![of_agency, owner, platform], |row| row.get(0)).optional()?;
        if former.unwrap_or(0).checked_add(1) != Some(source.revision) {
            return Ok(false);
        }
        let put = format!(
            "INSERT OR REPLACE INTO source ({COLUMNS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)"
        );
        log.prepare_cached(&put)?.execute(params![
            of_agency,
            owner,
            platform,
            source.revision,
            source.method.name(),
            source.header,
            source.field,
            source.secret,
            source.secret_previous,
            source.account,
            source.ack.name(),
            source.enabled,
            // Texts under texts: this cannot fail.
            serde_json::to_string(&source.names).unwrap_or_default(),
            source.created_at.0,
            source.updated_at.0,
        ])?;
        Ok(true)
    };
    match run() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Error::Conflict("the source was changed meanwhile".to_owned())),
        Err(error) => Err(failed("change a source", &error)),
    }
}

/// Removes a source, if it is there.
pub(super) fn delete(log: &Connection, owner: AddressOwner, platform: Platform) -> Result<(), Error> {
    let (of_agency, owner) = owner_columns(owner);
    let sql = "DELETE FROM source WHERE of_agency = ?1 AND owner = ?2 AND platform = ?3";
    let deleted = log.prepare_cached(sql).and_then(|mut delete| delete.execute(params![of_agency, owner, platform.name()]));
    deleted.map(|_| ()).map_err(|error| failed("remove a source", &error))
}

/// Removes the sources of a workspace.
pub(super) const DELETE_OF_WORKSPACE: &str = "DELETE FROM source WHERE of_agency = 0 AND owner = ?1";
/// Removes the sources of an agency and of its workspaces.
pub(super) const DELETE_OF_AGENCY: &str = "DELETE FROM source WHERE (of_agency = 1 AND owner = ?1)
    OR (of_agency = 0 AND owner IN (SELECT id FROM workspace WHERE agency = ?1))";

fn owner_columns(owner: AddressOwner) -> (bool, Uuid) {
    match owner {
        AddressOwner::Agency(id) => (true, id.0),
        AddressOwner::Workspace(id) => (false, id.0),
    }
}

/// What tells a right master key from a wrong one.
pub(super) fn key_check(log: &Connection) -> rusqlite::Result<Option<Vec<u8>>> {
    log.prepare_cached("SELECT value FROM meta WHERE name = ?1")?.query_row([KEY_CHECK], |row| row.get(0)).optional()
}

/// Puts another one in its place.
pub(super) fn put_key_check(log: &Connection, check: &[u8]) -> Result<(), Error> {
    let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let put = log.prepare_cached(sql).and_then(|mut put| put.execute(params![KEY_CHECK, check]));
    put.map(|_| ()).map_err(|error| failed("keep what the master key is checked by", &error))
}
