//! `POST /v1/{workspaces|agencies}/{id}/webhooks`.

use std::sync::Arc;

use axum::extract::State;

use hookline_delivery::{dispatch::Subscribed, settings::Secrets};
use hookline_model::id::{AgencyId, SubscriptionId};
use hookline_store::{
    deliveries::Standing,
    directory::{AddressOwner, Directory, DirectoryChange},
    subscriptions::{SUBSCRIPTIONS_MAX, Subscription, SubscriptionStatus},
};

use crate::{
    api::{
        auth::OwnerWrite,
        fields::Fields,
        once::{Once, Reply},
        query::NoQuery,
        webhooks::{
            fault, new_secret, seal,
            shape::WebhookShape,
            wanted::{NewWebhook, Wanted, blank},
        },
    },
    chance::uuid_v7,
    openapi::Operation,
    problem::{Problem, ProblemType},
    service::Service,
};

/// What it is.
pub(in crate::api) fn describe() -> Operation {
    let about = "Makes a webhook: from now on what happens is told there. If no secret is given, one is made; it is in this answer \
        and nowhere else, not in a repetition of it either. An agency's webhook is told of all its workspaces. An agency has up to \
        10,000 webhooks, those of its workspaces among them.";
    Operation::create::<WebhookShape>("Webhooks", "Make a webhook", about).fields::<NewWebhook>()
}

/// Makes a webhook, which is told what comes from now on.
pub(in crate::api) async fn create(
    OwnerWrite(owner): OwnerWrite,
    _: NoQuery,
    once: Once,
    State(service): State<Arc<Service>>,
    fields: Fields,
) -> Result<Reply, Problem> {
    let wanted = Wanted::read(fields, blank(), service.client.guard())?;
    has_room(&service.store.directory(), owner)?;
    let dialect = wanted.settings.dialect;
    let (secrets, made) = wanted.secrets(Secrets::default(), || new_secret(dialect, &*service.entropy))?;
    let now = service.clock.now();
    let id = SubscriptionId(uuid_v7(&*service.entropy, now));
    let row = Subscription {
        id,
        owner,
        status: SubscriptionStatus::Active,
        status_reason: None,
        status_at: now,
        settings: wanted.written,
        secrets: seal(&service, id, &secrets)?,
        created_at: now,
        updated_at: now,
        since: service.store.status().committed,
    };
    let policy = wanted.settings.check().map_err(|_| fault())?;
    let subscribed = Subscribed { row: Arc::new(row.clone()), settings: wanted.settings, policy, secrets };
    let shape = |secret| WebhookShape::new(&subscribed, Standing::default(), row.since).with_secret(secret);
    let (reply, kept) = (Reply::created(&shape(made)), Reply::created(&shape(None)));
    once.change_keeping(&service, vec![DirectoryChange::PutSubscription(Box::new(row.clone()))], reply, kept).await
}

/// Refuses one more than there may be.
fn has_room(directory: &Directory, owner: AddressOwner) -> Result<(), Problem> {
    let agency_of = |owner: AddressOwner| -> Option<AgencyId> {
        match owner {
            AddressOwner::Agency(id) => Some(id),
            AddressOwner::Workspace(id) => directory.workspace(id).map(|workspace| workspace.agency),
        }
    };
    let agency = agency_of(owner);
    let count = directory.subscriptions().iter().filter(|row| agency_of(row.owner) == agency).count();
    if count < SUBSCRIPTIONS_MAX {
        return Ok(());
    }
    let detail = format!("There are {SUBSCRIPTIONS_MAX} webhooks already. Delete those that are no longer needed.");
    Err(Problem::new(ProblemType::Conflict, detail))
}
