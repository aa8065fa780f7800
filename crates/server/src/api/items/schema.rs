//! Items as the contract has them.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use hookline_model::{
    id::{ContactId, ItemId},
    platform::Platform,
    record::Item,
};

use crate::openapi::{EmailText, FreeFields, Id, PlatformName, Time};

/// A list that people can be on, a status that they can be in, or a tag that they can have.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Definition")]
pub(super) struct DefinitionShape {
    /// Derived from its sort and the platform's own id.
    #[schemars(with = "Id")]
    id: ItemId,
    #[schemars(with = "PlatformName")]
    platform: Platform,
    /// Within which account of the platform the id is unique; null if within the platform.
    #[schemars(example = &"1103")]
    account: Option<String>,
    /// The platform's own id of it.
    #[schemars(example = &"5d7c7f1e")]
    external_id: String,
    /// What people call it: the field `name`. Null if that is not known, or no text.
    #[schemars(example = &"Warm")]
    name: Option<String>,
    /// Everything known of it, by our names where we have one: at most 50.
    #[schemars(with = "FreeFields", extend("examples" = [{"name": "Warm", "color": "#cc3300"}]))]
    fields: Map<String, Value>,
    /// Its first event.
    #[schemars(with = "Option<Time>")]
    created_at: Option<String>,
    /// Its last event.
    #[schemars(with = "Option<Time>")]
    updated_at: Option<String>,
}

/// A note about a contact, a task, or a message on a channel that is not a campaign's.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ContactItem")]
pub(super) struct ContactItemShape {
    /// Derived from its sort and the platform's own id.
    #[schemars(with = "Id")]
    id: ItemId,
    #[schemars(with = "PlatformName")]
    platform: Platform,
    /// Within which account of the platform the id is unique; null if within the platform.
    #[schemars(example = &"1103")]
    account: Option<String>,
    /// The platform's own id of it.
    #[schemars(example = &"5d7c7f1e")]
    external_id: String,
    /// The contact, by the id of its best key.
    #[schemars(with = "Option<Id>")]
    contact_id: Option<ContactId>,
    /// The address that it was told with, else that of the contact.
    #[schemars(with = "Option<EmailText>")]
    contact_email: Option<String>,
    /// Everything known of it, by our names where we have one: at most 50.
    #[schemars(with = "FreeFields", extend("examples" = [{"title": "Call back", "status": "todo", "due_at": "2026-02-12T09:00:00.000Z"}]))]
    fields: Map<String, Value>,
    /// Its first event.
    #[schemars(with = "Option<Time>")]
    created_at: Option<String>,
    /// Its last event.
    #[schemars(with = "Option<Time>")]
    updated_at: Option<String>,
}

impl DefinitionShape {
    /// The shape of a list, status or tag.
    pub(super) fn new(item: Item) -> DefinitionShape {
        let Item { id, platform, account, external_id, fields, created_at, updated_at, .. } = item;
        let name = fields.get("name").and_then(Value::as_str).map(ToOwned::to_owned);
        DefinitionShape { id, platform, account, external_id, name, fields, created_at, updated_at }
    }
}

impl ContactItemShape {
    /// The shape of a note, task or message.
    pub(super) fn new(item: Item) -> ContactItemShape {
        let Item { id, platform, account, external_id, contact_id, contact_email, fields, created_at, updated_at, .. } = item;
        ContactItemShape { id, platform, account, external_id, contact_id, contact_email, fields, created_at, updated_at }
    }
}
