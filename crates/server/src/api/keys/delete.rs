//! `DELETE /v1/keys/{key_id}`.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use http::request::Parts;

use hookline_model::id::ApiKeyId;
use hookline_store::directory::DirectoryChange;

use crate::{
    api::{
        auth::path_id,
        once::{Once, Reply},
        query::NoQuery,
    },
    caller::Caller,
    openapi::Operation,
    problem::Problem,
    service::Service,
};

/// A key that opens no more than the one presented, which may write.
pub(in crate::api) struct OwnKey(ApiKeyId);

impl FromRequestParts<Arc<Service>> for OwnKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<OwnKey, Problem> {
        let caller = Caller::from_request_parts(parts, service).await?;
        let id: ApiKeyId = path_id(parts, service, "key_id", "key").await?;
        let directory = service.store.directory();
        let key = directory.keys().into_iter().find(|key| key.id == id && caller.opens_scope(key.scope, &directory));
        key.ok_or_else(|| Problem::not_found("key"))?;
        caller.may_write().map(|()| OwnKey(id))
    }
}

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Revokes a key. Requests with it are refused from then on.";
    Operation::remove("Keys", "Revoke a key", about)
}

/// Revokes a key; requests with it are refused from then on.
pub(in crate::api) async fn delete(
    OwnKey(id): OwnKey,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
) -> Result<Reply, Problem> {
    once.change(&service, vec![DirectoryChange::DeleteKey(id)], Reply::deleted()).await
}
