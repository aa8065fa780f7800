//! `POST /v1/keys`.

use std::sync::Arc;

use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest, Sha256};

use hookline_model::id::{AgencyId, ApiKeyId, WorkspaceId};
use hookline_store::directory::{ApiKey, DirectoryChange, KeyScope, Role};

use crate::{
    api::{
        fields::{Fields, missing},
        once::{Once, Reply},
        query::NoQuery,
        shapes::{KeyShape, RoleName, ScopeName},
    },
    caller::Caller,
    chance::{key_text, uuid_v7},
    openapi::{Id, Operation},
    problem::{Problem, ProblemType},
    service::Service,
};

/// A new key: the only answer with its text. Also the same answer without it, which is what is kept to be repeated.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NewKey")]
struct NewKey<'a> {
    /// Its text, shown this once. Null in a repetition under the same idempotency key.
    #[schemars(example = &"hk_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    key: Option<&'a str>,
    #[serde(flatten)]
    shape: &'a KeyShape,
}

/// What a key is made of.
#[derive(JsonSchema)]
#[schemars(rename = "NewKeyFields", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewKeyFields {
    scope: ScopeName,
    /// Needed for the scope `agency`. May name the workspace's own agency for the scope `workspace`; else to be left out.
    agency_id: Option<Id>,
    /// Needed for the scope `workspace`, else to be left out.
    workspace_id: Option<Id>,
    role: RoleName,
    /// What people call it, without control characters. White space around it is left out.
    #[schemars(length(min = 1, max = 200), example = &"Reports")]
    name: String,
}

#[derive(Clone, Copy)]
enum Opens {
    Installation,
    Agency,
    Workspace,
}

const SCOPES: [(&str, Opens); 3] =
    [("installation", Opens::Installation), ("agency", Opens::Agency), ("workspace", Opens::Workspace)];

const ROLES: [(&str, Role); 2] = [("read", Role::Read), ("write", Role::Write)];

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a key that opens no more than the one presented. Its text is in this answer and nowhere else, \
        not in a repetition of it either.";
    Operation::create::<NewKey<'_>>("Keys", "Make a key", about).fields::<NewKeyFields>().problems(&[ProblemType::NotFound])
}

/// Makes a key that opens no more than the one presented.
pub(in crate::api) async fn create(
    caller: Caller,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    mut fields: Fields,
) -> Result<Reply, Problem> {
    caller.may_write()?;
    let (scope, agency) = scope(&mut fields)?;
    let role = fields.word("role", &ROLES)?;
    let name = fields.name("name")?;
    fields.end()?;
    grantable(&caller, &service, scope, agency)?;
    let created_at = service.clock.now();
    let text = key_text(&*service.entropy);
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let id = ApiKeyId(uuid_v7(&*service.entropy, created_at));
    let key = ApiKey { id, hash, scope, role, name, created_at };
    let shape = KeyShape::new(&key);
    let reply = |key| Reply::created(&NewKey { key, shape: &shape });
    let (reply, kept) = (reply(Some(&text)), reply(None));
    once.change_keeping(&service, vec![DirectoryChange::PutKey(key)], reply, kept).await
}

/// The scope that the body asks for, and the agency that it names. An id that does not belong to the scope is refused rather than
/// ignored.
fn scope(fields: &mut Fields) -> Result<(KeyScope, Option<AgencyId>), Problem> {
    let opens = fields.word("scope", &SCOPES)?;
    let agency: Option<AgencyId> = fields.id("agency_id")?;
    let workspace: Option<WorkspaceId> = fields.id("workspace_id")?;
    let superfluous = |name| Err(Problem::invalid(name, "This field does not belong to that scope. Leave it out."));
    match (opens, agency, workspace) {
        (Opens::Installation, None, None) => Ok((KeyScope::Installation, None)),
        (Opens::Agency, Some(id), None) => Ok((KeyScope::Agency(id), agency)),
        (Opens::Agency, None, None) => Err(missing("agency_id")),
        (Opens::Workspace, _, Some(id)) => Ok((KeyScope::Workspace(id), agency)),
        (Opens::Workspace, _, None) => Err(missing("workspace_id")),
        (Opens::Installation, Some(_), _) => superfluous("agency_id"),
        (Opens::Installation | Opens::Agency, _, Some(_)) => superfluous("workspace_id"),
    }
}

/// Refuses a scope that is not there or that the presented key does not open.
fn grantable(caller: &Caller, service: &Service, scope: KeyScope, named: Option<AgencyId>) -> Result<(), Problem> {
    let directory = service.store.directory();
    let opened = caller.opens_scope(scope, &directory);
    match scope {
        KeyScope::Installation if !opened => {
            Err(Problem::new(ProblemType::Forbidden, "Only a key of the installation can make another one."))
        }
        KeyScope::Agency(id) if !opened || directory.agency(id).is_none() => {
            Err(Problem { field: Some("agency_id".into()), ..Problem::not_found("agency") })
        }
        KeyScope::Workspace(id) => {
            let workspace = directory.workspace(id).filter(|workspace| opened && !workspace.reserved);
            let missing = || Problem { field: Some("workspace_id".into()), ..Problem::not_found("workspace") };
            let workspace = workspace.ok_or_else(missing)?;
            if named.is_some_and(|agency| agency != workspace.agency) {
                return Err(Problem::invalid("agency_id", "The workspace belongs to another agency. Leave this field out."));
            }
            Ok(())
        }
        KeyScope::Installation | KeyScope::Agency(_) => Ok(()),
    }
}
