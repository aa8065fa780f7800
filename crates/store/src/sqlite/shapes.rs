//! shapes.db: what is known of the shapes of deliveries. A small file of its own, so that nothing waits for it. One that cannot
//! be used is started anew: what it had is learned again.

use hookline_model::id::{AgencyId, WorkspaceId};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use super::{
    derived,
    open::{Files, failed},
    pool::Pool,
};
use crate::{Error, directory::AddressOwner, shapes::ShapesRow};

/// The file, behind its one connection.
pub(super) struct Shapes(Pool<Connection>);

impl Shapes {
    /// Opens the file, making it if needed.
    pub(super) fn open(files: &Files) -> Result<Shapes, Error> {
        Ok(Shapes(Pool::new(vec![derived::shapes_writer(files)?])))
    }

    /// Every row. One of a platform that this version does not know is left out.
    pub(super) async fn all(&self) -> Result<Vec<ShapesRow>, Error> {
        let read = |connection: &mut Connection| -> rusqlite::Result<Vec<ShapesRow>> {
            let mut statement = connection.prepare_cached("SELECT of_agency, owner, platform, data FROM shapes")?;
            statement.query_map([], row)?.filter_map(Result::transpose).collect()
        };
        let fault = |error: rusqlite::Error| failed("read what is known of shapes", &error);
        self.0.with("read shapes", move |connection| read(connection).map_err(fault)).await
    }

    /// Puts rows in the place of the former, and removes those of owners that are gone, in one transaction.
    pub(super) async fn keep(&self, rows: Vec<ShapesRow>, gone: Vec<AddressOwner>) -> Result<(), Error> {
        let write = move |connection: &mut Connection| -> rusqlite::Result<()> {
            let transaction = connection.transaction()?;
            for owner in gone {
                let (of_agency, owner) = columns(owner);
                transaction
                    .prepare_cached("DELETE FROM shapes WHERE of_agency = ?1 AND owner = ?2")?
                    .execute(params![of_agency, owner])?;
            }
            for row in rows {
                let (of_agency, owner) = columns(row.owner);
                transaction
                    .prepare_cached("INSERT OR REPLACE INTO shapes (of_agency, owner, platform, data) VALUES (?1, ?2, ?3, ?4)")?
                    .execute(params![of_agency, owner, row.platform.name(), row.data])?;
            }
            transaction.commit()
        };
        let fault = |error: rusqlite::Error| failed("keep what is known of shapes", &error);
        self.0.with("keep shapes", move |connection| write(connection).map_err(fault)).await
    }

    /// Lets what goes on finish, and closes the file.
    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

fn columns(owner: AddressOwner) -> (bool, Uuid) {
    match owner {
        AddressOwner::Workspace(id) => (false, id.0),
        AddressOwner::Agency(id) => (true, id.0),
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<Option<ShapesRow>> {
    let owner: Uuid = row.get(1)?;
    let owner = match row.get(0)? {
        true => AddressOwner::Agency(AgencyId(owner)),
        false => AddressOwner::Workspace(WorkspaceId(owner)),
    };
    let platform: String = row.get(2)?;
    let Ok(platform) = platform.parse() else { return Ok(None) };
    Ok(Some(ShapesRow { owner, platform, data: row.get(3)? }))
}
