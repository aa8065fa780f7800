//! The tables of rules and instances in log.db: read whole, and only when one of them changed.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use hookline_model::{
    id::{AgencyId, RouteId, WorkspaceId},
    platform::Platform,
    route::{MatchBy, Matcher, Route, Routes},
    time::Millis,
};
use rusqlite::{Connection, params};
use uuid::Uuid;

use super::open::failed;
use crate::{
    Error,
    directory::{DirectoryChange, RoutesByAgency},
};

/// Whether changes may touch the rules.
pub(super) fn are_touched(changes: &[DirectoryChange]) -> bool {
    changes.iter().any(|change| {
        matches!(
            change,
            DirectoryChange::PutRoute(_)
                | DirectoryChange::DeleteRoute(_)
                | DirectoryChange::PutInstance(..)
                | DirectoryChange::DeleteWorkspace(_)
                | DirectoryChange::DeleteAgency(_)
        )
    })
}

/// A rule as a row has it: id, agency, platform, what it looks at, what it looks for, workspace, time.
type RouteRow = (Uuid, Uuid, String, String, String, Uuid, i64);

/// An agency, and one of its instances.
type InstanceRow = (Uuid, String);

/// Reads all rules.
pub(super) fn load(log: &Connection) -> Result<Arc<RoutesByAgency>, Error> {
    let run = || -> rusqlite::Result<(Vec<RouteRow>, Vec<InstanceRow>)> {
        let sql = "SELECT id, agency, platform, match_by, value, workspace, created_at FROM route";
        let routes = log.prepare_cached(sql)?.query_map([], |row| row.try_into())?.collect::<rusqlite::Result<_>>()?;
        let sql = "SELECT agency, instance FROM instance";
        let instances = log.prepare_cached(sql)?.query_map([], |row| row.try_into())?.collect::<rusqlite::Result<_>>()?;
        Ok((routes, instances))
    };
    let (routes, instances) = run().map_err(|error| failed("read the rules", &error))?;
    let mut of_agency: HashMap<AgencyId, (Vec<Route>, BTreeSet<String>)> = HashMap::new();
    for row in routes {
        let id = row.0;
        let route = route(row).ok_or_else(|| Error::Storage {
            attempted: "read the rules",
            cause: format!("this version cannot read the rule {id}"),
        })?;
        of_agency.entry(route.agency).or_default().0.push(route);
    }
    for (agency, instance) in instances {
        of_agency.entry(AgencyId(agency)).or_default().1.insert(instance);
    }
    let ready = |(agency, (routes, instances))| (agency, Arc::new(Routes::new(routes, instances)));
    Ok(Arc::new(of_agency.into_iter().map(ready).collect()))
}

fn route((id, agency, platform, by, value, workspace, created_at): RouteRow) -> Option<Route> {
    Some(Route {
        id: RouteId(id),
        agency: AgencyId(agency),
        platform: if platform.is_empty() { None } else { Some(platform.parse::<Platform>().ok()?) },
        matcher: Matcher::new(MatchBy::named(&by)?, &value).ok()?,
        workspace: WorkspaceId(workspace),
        created_at: Millis(created_at),
    })
}

/// Keeps a new rule, inside the writer's transaction.
pub(super) fn put(log: &Connection, route: &Route) -> Result<(), Error> {
    let sql = "INSERT INTO route (id, agency, platform, match_by, value, workspace, created_at)
        SELECT ?1, agency, ?3, ?4, ?5, id, ?7 FROM workspace WHERE id = ?6 AND agency = ?2 AND reserved = 0 AND deleted = 0";
    let platform = route.platform.map_or("", Platform::name);
    let (by, value) = (route.matcher.by().name(), route.matcher.value());
    let values = params![route.id.0, route.agency.0, platform, by, value, route.workspace.0, route.created_at.0];
    let put = log.prepare_cached(sql).and_then(|mut statement| statement.execute(values));
    match put {
        Ok(0) => Err(Error::Conflict("the workspace of a rule is not one of its agency (any more)".to_owned())),
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
            Err(Error::Conflict("there is a rule for this already".to_owned()))
        }
        Err(error) => Err(failed("keep a rule", &error)),
    }
}
