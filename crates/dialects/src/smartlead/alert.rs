//! The alert of an account that was disconnected, in the newer of its two styles, which has an id and a time.

use crate::{
    object::Object,
    telling::NotExpressible,
    view::{self, View},
};

/// An alert.
pub(super) fn object(view: &View<'_>, name: &str) -> Result<Object, NotExpressible> {
    let mailbox = view.mailbox().ok_or(NotExpressible::Unnamed("the mailbox"))?;
    let extra = |name: &str| view.event.facts.extra.get(name).and_then(|value| value.as_str());
    let reason = ["reason", "error", "error_type"].into_iter().find_map(extra);
    let account = uuid::Uuid::new_v5(&view.workspace().0, format!("mailbox:{mailbox}").as_bytes());
    let data = Object::new()
        .put("account_id", view.any_extra_number("account_id").unwrap_or_else(|| view::number(account)))
        .put("email", mailbox)
        .nullable("reason", reason);
    Ok(Object::new()
        .put("id", view.event.id.to_string())
        .put("type", name)
        .put("created_at", view.at.to_string())
        .put("data", data)
        .put("links", Object::new())
        .put("meta", Object::new().put("attempt", 1).put("level", "user")))
}
