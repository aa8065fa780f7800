//! The directory's tables in log.db. They are small and read whole.

use std::collections::HashMap;

use hookline_model::{
    id::{Address, AgencyId, ApiKeyId, WorkspaceId},
    time::Millis,
};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{
    answers,
    open::{all_or_none, failed},
    routes, sources, subscriptions,
};
use crate::{
    Error,
    directory::{AddressOwner, AddressRow, Agency, ApiKey, Directory, DirectoryChange, KeyScope, Role, Workspace},
};

/// What the writer has to know of a workspace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbered {
    /// Its number inside the files.
    pub(super) no: i64,
    /// Whether it is reserved.
    pub(super) reserved: bool,
    /// Whose it is.
    pub(super) agency: AgencyId,
}

/// The same of all that are not deleted.
pub(super) type Numbers = HashMap<WorkspaceId, Numbered>;

/// Reads the whole directory, but for the rules.
pub(super) fn load(log: &Connection) -> Result<(Directory, Numbers), Error> {
    let run = || -> rusqlite::Result<(Directory, Numbers)> {
        let agencies = all(log, "SELECT id, name, created_at, unrouted FROM agency", |row| {
            Ok(Agency {
                id: AgencyId(row.get(0)?),
                name: row.get(1)?,
                created_at: Millis(row.get(2)?),
                unrouted: WorkspaceId(row.get(3)?),
            })
        })?;
        let numbered = all(log, "SELECT no, id, agency, name, created_at, reserved FROM workspace WHERE deleted = 0", |row| {
            let workspace = Workspace {
                id: WorkspaceId(row.get(1)?),
                agency: AgencyId(row.get(2)?),
                name: row.get(3)?,
                created_at: Millis(row.get(4)?),
                reserved: row.get(5)?,
            };
            Ok((row.get::<_, i64>(0)?, workspace))
        })?;
        let number = |(no, Workspace { id, agency, reserved, .. }): &(i64, Workspace)| {
            (*id, Numbered { no: *no, reserved: *reserved, agency: *agency })
        };
        let numbers = numbered.iter().map(number).collect();
        let addresses = all(log, "SELECT address, agency, workspace, created_at FROM address", address_row)?;
        let keys = all(log, "SELECT id, hash, agency, workspace, can_write, name, created_at FROM api_key", key_row)?;
        let workspaces = numbered.into_iter().map(|(_, workspace)| workspace).collect();
        let directory = Directory::new(agencies, workspaces, addresses, keys);
        let directory = directory.with_sources(sources::all(log)?, sources::key_check(log)?);
        Ok((directory.with_subscriptions(subscriptions::all(log)?), numbers))
    };
    run().map_err(|error| failed("read the directory", &error))
}

fn all<T>(log: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
    log.prepare_cached(sql)?.query_map([], read)?.collect()
}

fn address_row(row: &Row<'_>) -> rusqlite::Result<AddressRow> {
    let agency: Option<Uuid> = row.get(1)?;
    let owner = match agency {
        Some(agency) => AddressOwner::Agency(AgencyId(agency)),
        None => AddressOwner::Workspace(WorkspaceId(row.get(2)?)),
    };
    Ok(AddressRow { address: Address(row.get(0)?), owner, created_at: Millis(row.get(3)?) })
}

fn key_row(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let (agency, workspace): (Option<Uuid>, Option<Uuid>) = (row.get(2)?, row.get(3)?);
    let scope = match (agency, workspace) {
        (Some(agency), _) => KeyScope::Agency(AgencyId(agency)),
        (None, Some(workspace)) => KeyScope::Workspace(WorkspaceId(workspace)),
        (None, None) => KeyScope::Installation,
    };
    Ok(ApiKey {
        id: ApiKeyId(row.get(0)?),
        hash: row.get(1)?,
        scope,
        role: if row.get(4)? { Role::Write } else { Role::Read },
        name: row.get(5)?,
        created_at: Millis(row.get(6)?),
    })
}

/// Roughly what changes take in memory.
pub(super) fn bytes(changes: &[DirectoryChange]) -> usize {
    let of_one = |change: &DirectoryChange| match change {
        DirectoryChange::KeepAnswer(answer) => answer.body.len(),
        DirectoryChange::PutSubscription(subscription) => subscription.settings.len() + subscription.secrets.len(),
        DirectoryChange::ChangeSubscription { from, to } => {
            [&**from, &**to].map(|row| row.settings.len() + row.secrets.len()).iter().sum()
        }
        DirectoryChange::PutSource(source) => source.bytes(),
        DirectoryChange::PutKeyCheck(check) => check.len(),
        _ => 0,
    };
    changes.iter().map(|change| of_one(change) + 256).sum()
}

/// Applies changes inside the writer's transaction, all or none.
pub(super) fn apply(log: &Connection, changes: &[DirectoryChange]) -> Result<(), Error> {
    all_or_none(log, || changes.iter().try_for_each(|change| apply_one(log, change)))
}

fn apply_one(log: &Connection, change: &DirectoryChange) -> Result<(), Error> {
    let run = |sql: &str, params: &[&dyn rusqlite::ToSql]| {
        let changed = log.prepare_cached(sql).and_then(|mut statement| statement.execute(params));
        changed.map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::ConstraintViolation) => Error::Conflict("this address or key is there already".to_owned()),
            _ => failed("change the directory", &error),
        })
    };
    match change {
        DirectoryChange::PutAgency(agency) => run(
            "INSERT INTO agency (id, name, created_at, unrouted) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, created_at = excluded.created_at, unrouted = excluded.unrouted",
            params![agency.id.0, agency.name, agency.created_at.0, agency.unrouted.0],
        )?,
        DirectoryChange::PutWorkspace(workspace) => {
            let agency = "SELECT 1 FROM agency WHERE id = ?1";
            must_exist(log, agency, workspace.agency.0, "the agency of a new workspace")?;
            let put = run(
                "INSERT INTO workspace (id, agency, name, created_at, reserved) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET name = excluded.name, created_at = excluded.created_at
                 WHERE agency = excluded.agency AND reserved = excluded.reserved AND deleted = 0",
                params![workspace.id.0, workspace.agency.0, workspace.name, workspace.created_at.0, workspace.reserved],
            )?;
            if put == 0 {
                // What its events make, and for whom, is settled; and nobody's old events come back under a new name.
                let why = "the workspace was deleted, or is another agency's, or its being reserved would change";
                return Err(Error::Conflict(why.to_owned()));
            }
            put
        }
        DirectoryChange::PutAddress(row) => {
            let (agency, workspace) = match row.owner {
                AddressOwner::Agency(id) => (Some(id.0), None),
                AddressOwner::Workspace(id) => (None, Some(id.0)),
            };
            owner_must_exist(log, agency, workspace)?;
            run(
                "INSERT INTO address (address, agency, workspace, created_at) VALUES (?1, ?2, ?3, ?4)",
                params![row.address.0, agency, workspace, row.created_at.0],
            )?
        }
        DirectoryChange::PutKey(key) => {
            let (agency, workspace) = match key.scope {
                KeyScope::Installation => (None, None),
                KeyScope::Agency(id) => (Some(id.0), None),
                KeyScope::Workspace(id) => (None, Some(id.0)),
            };
            owner_must_exist(log, agency, workspace)?;
            let can_write = key.role == Role::Write;
            run(
                "INSERT INTO api_key (id, hash, agency, workspace, can_write, name, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![key.id.0, key.hash, agency, workspace, can_write, key.name, key.created_at.0],
            )?
        }
        DirectoryChange::DeleteAddress(address) => run("DELETE FROM address WHERE address = ?1", params![address.0])?,
        DirectoryChange::DeleteKey(id) => run("DELETE FROM api_key WHERE id = ?1", params![id.0])?,
        DirectoryChange::DeleteWorkspace(id) => {
            run("DELETE FROM address WHERE workspace = ?1", params![id.0])?;
            run("DELETE FROM api_key WHERE workspace = ?1", params![id.0])?;
            run("DELETE FROM subscription WHERE workspace = ?1", params![id.0])?;
            run(sources::DELETE_OF_WORKSPACE, params![id.0])?;
            run("DELETE FROM route WHERE workspace = ?1", params![id.0])?;
            run("UPDATE workspace SET deleted = 1 WHERE id = ?1", params![id.0])?
        }
        DirectoryChange::DeleteAgency(id) => {
            let workspaces = "(SELECT id FROM workspace WHERE agency = ?1)";
            run(&format!("DELETE FROM address WHERE agency = ?1 OR workspace IN {workspaces}"), params![id.0])?;
            run(&format!("DELETE FROM api_key WHERE agency = ?1 OR workspace IN {workspaces}"), params![id.0])?;
            run(&format!("DELETE FROM subscription WHERE agency = ?1 OR workspace IN {workspaces}"), params![id.0])?;
            run(sources::DELETE_OF_AGENCY, params![id.0])?;
            run("UPDATE workspace SET deleted = 1 WHERE agency = ?1", params![id.0])?;
            run("DELETE FROM route WHERE agency = ?1", params![id.0])?;
            run("DELETE FROM instance WHERE agency = ?1", params![id.0])?;
            run("DELETE FROM agency WHERE id = ?1", params![id.0])?
        }
        DirectoryChange::PutRoute(route) => return routes::put(log, route),
        DirectoryChange::DeleteRoute(id) => run("DELETE FROM route WHERE id = ?1", params![id.0])?,
        DirectoryChange::PutInstance(agency, instance) => {
            must_exist(log, "SELECT 1 FROM agency WHERE id = ?1", agency.0, "the agency")?;
            let sql = "INSERT INTO instance (agency, instance) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            run(sql, params![agency.0, instance])?
        }
        DirectoryChange::PutSubscription(subscription) => {
            let (agency, workspace) = match subscription.owner {
                AddressOwner::Agency(id) => (Some(id.0), None),
                AddressOwner::Workspace(id) => (None, Some(id.0)),
            };
            owner_must_exist(log, agency, workspace)?;
            let put = subscriptions::put(log, subscription).map_err(|error| failed("keep a subscription", &error))?;
            if put == 0 {
                return Err(Error::Conflict("the subscription is another owner's".to_owned()));
            }
            put
        }
        DirectoryChange::ChangeSubscription { from, to } => {
            let changed = subscriptions::change(log, from, to).map_err(|error| failed("change a subscription", &error))?;
            if changed == 0 {
                return Err(Error::Conflict("somebody else changed the subscription meanwhile".to_owned()));
            }
            changed
        }
        DirectoryChange::SetSubscriptionStatus { id, status, reason, at } => {
            let set = subscriptions::set_status(log, *id, *status, reason.as_deref(), *at);
            set.map_err(|error| failed("keep a subscription's status", &error))?
        }
        DirectoryChange::DeleteSubscription(id) => run("DELETE FROM subscription WHERE id = ?1", params![id.0])?,
        DirectoryChange::KeepAnswer(answer) => return answers::put(log, answer),
        DirectoryChange::PutSource(source) => {
            let (agency, workspace) = match source.owner {
                AddressOwner::Agency(id) => (Some(id.0), None),
                AddressOwner::Workspace(id) => (None, Some(id.0)),
            };
            owner_must_exist(log, agency, workspace)?;
            return sources::put(log, source);
        }
        DirectoryChange::DeleteSource(owner, platform) => return sources::delete(log, *owner, *platform),
        DirectoryChange::PutKeyCheck(check) => return sources::put_key_check(log, check),
    };
    Ok(())
}

fn owner_must_exist(log: &Connection, agency: Option<Uuid>, workspace: Option<Uuid>) -> Result<(), Error> {
    if let Some(agency) = agency {
        must_exist(log, "SELECT 1 FROM agency WHERE id = ?1", agency, "the agency")?;
    }
    if let Some(workspace) = workspace {
        must_exist(log, "SELECT 1 FROM workspace WHERE id = ?1 AND deleted = 0", workspace, "the workspace")?;
    }
    Ok(())
}

fn must_exist(log: &Connection, sql: &str, id: Uuid, what: &str) -> Result<(), Error> {
    let found = log.prepare_cached(sql).and_then(|mut statement| statement.query_row([id], |_| Ok(())).optional());
    match found.map_err(|error| failed("read the directory", &error))? {
        Some(()) => Ok(()),
        None => Err(Error::Conflict(format!("{what} does not exist (any more)"))),
    }
}
