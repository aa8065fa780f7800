//! The table of subscriptions in log.db. It is read whole, as the rest of the directory is.

use hookline_model::{
    id::{AgencyId, SubscriptionId, WorkspaceId},
    time::Millis,
};
use rusqlite::{Connection, Row, params, types::Type};
use uuid::Uuid;

use crate::{
    directory::AddressOwner,
    subscriptions::{Subscription, SubscriptionStatus},
};

/// The number of a status in the file; append-only.
fn status_number(status: SubscriptionStatus) -> i64 {
    SubscriptionStatus::ALL.iter().position(|known| *known == status).map_or(0, |place| place as i64)
}

/// All of them.
pub(super) fn all(log: &Connection) -> rusqlite::Result<Vec<Subscription>> {
    let sql = "SELECT id, agency, workspace, status, status_reason, status_at, settings, secrets, created_at, updated_at, since
        FROM subscription";
    log.prepare_cached(sql)?.query_map([], row)?.collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    let agency: Option<Uuid> = row.get(1)?;
    let owner = match agency {
        Some(agency) => AddressOwner::Agency(AgencyId(agency)),
        None => AddressOwner::Workspace(WorkspaceId(row.get(2)?)),
    };
    let status: u8 = row.get(3)?;
    let no_such = || rusqlite::Error::FromSqlConversionFailure(3, Type::Integer, format!("no status is {status}").into());
    Ok(Subscription {
        id: SubscriptionId(row.get(0)?),
        owner,
        status: *SubscriptionStatus::ALL.get(usize::from(status)).ok_or_else(no_such)?,
        status_reason: row.get(4)?,
        status_at: Millis(row.get(5)?),
        settings: row.get(6)?,
        secrets: row.get(7)?,
        created_at: Millis(row.get(8)?),
        updated_at: Millis(row.get(9)?),
        since: row.get::<_, i64>(10)?.cast_unsigned(),
    })
}

/// Puts a new one, or new settings of one: whose it is, when it was made and where it begins stay. How it stands is set apart.
pub(super) fn put(log: &Connection, subscription: &Subscription) -> rusqlite::Result<usize> {
    let (agency, workspace) = match subscription.owner {
        AddressOwner::Agency(id) => (Some(id.0), None),
        AddressOwner::Workspace(id) => (None, Some(id.0)),
    };
    let sql = "INSERT INTO subscription
            (id, agency, workspace, status, status_reason, status_at, settings, secrets, created_at, updated_at, since)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
        ON CONFLICT (id) DO UPDATE SET settings = excluded.settings, secrets = excluded.secrets, updated_at = excluded.updated_at
        WHERE agency IS excluded.agency AND workspace IS excluded.workspace";
    log.prepare_cached(sql)?.execute(params![
        subscription.id.0,
        agency,
        workspace,
        status_number(subscription.status),
        subscription.status_reason,
        subscription.status_at.0,
        subscription.settings,
        subscription.secrets,
        subscription.created_at.0,
        subscription.updated_at.0,
        subscription.since.cast_signed(),
    ])
}

/// Puts new settings in the place of those that one had, if it is as it was; answers how many were.
pub(super) fn change(log: &Connection, from: &Subscription, to: &Subscription) -> rusqlite::Result<usize> {
    let sql = "UPDATE subscription SET settings = ?2, secrets = ?3, updated_at = ?4
        WHERE id = ?1 AND settings = ?5 AND secrets = ?6 AND status = ?7 AND status_reason IS ?8 AND status_at = ?9";
    log.prepare_cached(sql)?.execute(params![
        from.id.0,
        to.settings,
        to.secrets,
        to.updated_at.0,
        from.settings,
        from.secrets,
        status_number(from.status),
        from.status_reason,
        from.status_at.0,
    ])
}

/// Sets how one stands.
pub(super) fn set_status(
    log: &Connection,
    id: SubscriptionId,
    status: SubscriptionStatus,
    reason: Option<&str>,
    at: Millis,
) -> rusqlite::Result<usize> {
    let sql = "UPDATE subscription SET status = ?2, status_reason = ?3, status_at = ?4 WHERE id = ?1";
    log.prepare_cached(sql)?.execute(params![id.0, status_number(status), reason, at.0])
}
