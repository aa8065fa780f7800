//! `PUT /v1/{workspaces|agencies}/{id}/sources/{platform}`.

use std::sync::Arc;

use axum::extract::State;

use hookline_platforms::verify::Secret;
use hookline_store::{directory::DirectoryChange, source::Source};

use crate::{
    api::{
        fields::{Fields, missing},
        once::{Once, Reply},
        query::NoQuery,
        sources::{
            SourceShape, SourceWrite, shape,
            wanted::{NewSource, Wanted},
        },
    },
    openapi::Operation,
    problem::Problem,
    secrets::{CannotOpen, Field, Place},
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Connects a platform, or puts other settings in the place of all former ones. A secret that is left out stays as \
        it is. To exchange it without a gap: put the new one as `secret` and the former as `secret_previous`, change it at the \
        platform, then put `secret_previous` as null. Names that were given to it stay.";
    Operation::change::<SourceShape>("Sources", "Set a source", about).fields::<NewSource>()
}

/// Puts a source in the place of the former, whose secrets stay where none are sent.
pub(in crate::api) async fn put(
    SourceWrite(owner, platform): SourceWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    fields: Fields,
) -> Result<Reply, Problem> {
    let wanted = Wanted::read(fields, platform)?;
    let directory = service.store.directory();
    let former = directory.source(owner, platform).map(Arc::as_ref);
    let seal = |field: Field, secret: &Secret| seal(&service, Place::Source(owner, platform, field), secret);
    let verification = &wanted.verification;
    let of_former = |kept: fn(&Source) -> &Option<Vec<u8>>| former.and_then(|former| kept(former).clone());
    let secret = match &verification.secret {
        Some(secret) => Some(seal(Field::Secret, secret)?),
        None => of_former(|former| &former.secret),
    };
    let secret_previous = match &verification.secret_previous {
        Some(secret) => Some(seal(Field::SecretPrevious, secret)?),
        // A new secret without a former one: nothing but it is valid.
        None if verification.drops_previous || verification.secret.is_some() => None,
        None => of_former(|former| &former.secret_previous),
    };
    let has_secret = verification.method.has_secret();
    if has_secret && secret.is_none() {
        return Err(Problem { field: Some("verification.secret".into()), ..missing("secret") });
    }
    let now = service.clock.now();
    let source = Source {
        owner,
        platform,
        revision: former.map_or(0, |former| former.revision).saturating_add(1),
        method: verification.method,
        header: wanted.verification.header,
        field: wanted.verification.field,
        secret: secret.filter(|_| has_secret),
        secret_previous: secret_previous.filter(|_| has_secret),
        account: wanted.account,
        ack: wanted.ack,
        enabled: wanted.enabled,
        names: former.map(|former| former.names.clone()).unwrap_or_default(),
        created_at: former.map_or(now, |former| former.created_at),
        updated_at: now,
    };
    let reply = Reply::ok(&shape(&source));
    once.change(&service, vec![DirectoryChange::PutSource(source)], reply).await
}

fn seal(service: &Service, place: Place, secret: &Secret) -> Result<Vec<u8>, Problem> {
    service.master_key.seal(&*service.entropy, &place, secret).map_err(|CannotOpen| {
        tracing::error!("a secret could not be sealed");
        Problem::fault()
    })
}
