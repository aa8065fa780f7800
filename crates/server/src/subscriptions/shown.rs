//! Bodies of deliveries as answers show them.

use hookline_platforms::redact_text::redact_text;

/// The fields in which bodies carry the secret of their subscription: SmartLead's name for it, and Breakcold's.
const SECRET_FIELDS: [&str; 2] = ["secret_key", "secret"];

/// A delivery's body with the text of every such field blanked: whoever may read what was sent may not sign in its name.
///
/// It is done to every body. One that waits may have been told in another dialect than its subscription has by now.
pub(crate) fn shown_body(mut body: Vec<u8>) -> Vec<u8> {
    redact_text(&mut body, &SECRET_FIELDS);
    body
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use hookline_delivery::{
        dispatch::{Subscribed, Voice},
        settings::{Dialect, Secrets, Settings},
    };
    use hookline_model::{
        id::{DeliveryId, EventId, SubscriptionId, WorkspaceId},
        kind::Kind,
        time::Millis,
    };
    use hookline_store::{
        directory::AddressOwner,
        subscriptions::{Subscription, SubscriptionStatus},
    };
    use uuid::Uuid;

    use super::*;
    use crate::{
        passing_on::{Dialects, sample},
        subscriptions::blank,
    };

    const SECRET: &str = "any-\"text\\will-do";
    const OWNER: WorkspaceId = WorkspaceId(Uuid::nil());

    fn subscribed(dialect: Dialect, variant: Option<String>) -> Subscribed {
        let settings = Settings { name: "x".to_owned(), kinds: vec!["*".to_owned()], dialect, variant, ..blank() };
        let policy = settings.check().expect("settings");
        let row = Subscription {
            id: SubscriptionId(Uuid::nil()),
            owner: AddressOwner::Workspace(OWNER),
            status: SubscriptionStatus::Active,
            status_reason: None,
            status_at: Millis(0),
            settings: String::new(),
            secrets: Vec::new(),
            created_at: Millis(0),
            updated_at: Millis(0),
            since: 0,
        };
        let secrets = Secrets { secret: Some(SECRET.to_owned()), ..Secrets::default() };
        Subscribed { row: Arc::new(row), settings, policy, secrets }
    }

    #[test]
    fn no_dialect_shows_its_secret() {
        let written = serde_json::to_string(SECRET).expect("a text");
        let has_secret = |body: &[u8]| String::from_utf8_lossy(body).contains(&written);
        let mut carried = Vec::new();
        for dialect in Dialect::ALL {
            let variants = dialect.variants().iter().map(|variant| Some(variant.name().to_owned()));
            let told = variants.chain([None]).flat_map(|variant| Kind::ALL.iter().map(move |kind| (variant.clone(), *kind)));
            for (variant, kind) in told {
                let snapshot = sample(kind, OWNER, Millis(1_770_854_400_000));
                let message = DeliveryId::derive(SubscriptionId(Uuid::nil()), EventId(Uuid::nil()), 0).to_string();
                let Some(rendered) = Dialects.render(&subscribed(dialect, variant), &snapshot, &message) else { continue };
                if has_secret(&rendered.body) {
                    carried.push(dialect.name());
                }
                let shown = shown_body(rendered.body.to_vec());
                assert!(!has_secret(&shown), "{} {kind:?}", dialect.name());
                serde_json::from_slice::<serde_json::Value>(&shown).expect("JSON as before");
            }
        }
        carried.dedup();
        assert_eq!(carried, ["smartlead", "breakcold"], "those that carry one");
    }
}
