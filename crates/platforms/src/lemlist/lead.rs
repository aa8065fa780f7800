//! The lead's own fields: flat among Lemlist's own, or under `lead.variables` (Lemlist's developer pages, captures).

use std::collections::BTreeMap;

use hookline_model::{
    event::{Change, Facts},
    kind::Kind,
};

use crate::{
    json::{Entry, Fields, Node, Object, is_present, is_scalar},
    lemlist::{SECRET, facts, names::Name},
};

/// The most custom fields taken from one activity.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const CUSTOM_FIELD_NAME_BYTES_MAX: usize = 200;

/// Variables that have a place of their own, or none: the hook's secret is nobody's variable.
const OWN_PLACE: [&str; 7] = ["email", "firstName", "lastName", "companyName", "phone", "linkedinUrl", SECRET];

/// Lemlist's own fields: never the lead's, whatever their type.
const ENVELOPE: [&str; 57] = [
    "_id",
    "type",
    "createdAt",
    "teamId",
    "campaignId",
    "campaignName",
    "name",
    "sequenceId",
    "sequenceStep",
    "stepId",
    "totalSequenceStep",
    "sequenceTested",
    "stepTested",
    "leadId",
    "contactId",
    "companyId",
    "leadEmail",
    "leadFirstName",
    "leadLastName",
    "leadCompanyName",
    "leadPhone",
    "leadPicture",
    "lead",
    "createdBy",
    "sendUserId",
    "sendUserEmail",
    "sendUserMailboxId",
    "sendUserMailboxProviderId",
    "sendUserLoginEmail",
    "sendUserName",
    "userName",
    "userId",
    "emailId",
    "emailTemplateId",
    "emailTemplateName",
    "messageId",
    "subject",
    "text",
    "message",
    "messagePreview",
    "fromEmail",
    "to",
    "relatedSentAt",
    "clickedUrl",
    "linkUrl",
    "errorMessage",
    "bounceReason",
    "isFirst",
    "stopped",
    "bot",
    "aiLeadInterestScore",
    "metaData",
    "unsubscribedSource",
    "mutationAction",
    "mutationType",
    "doNotContact",
    "unsubEmail",
];

/// Sets the lead's fields.
pub(super) fn apply(name: &Name, body: Fields<'_>, facts: &mut Facts) {
    let variables = body.object("lead").object("variables");
    let first = |own: &str, variable: &str| body.name_of(&[own, variable]).or_else(|| variables.name(variable)).map(Change::Set);
    facts.first_name = first("leadFirstName", "firstName");
    facts.last_name = first("leadLastName", "lastName");
    facts.company_name = first("leadCompanyName", "companyName");
    facts.phone = first("leadPhone", "phone");
    facts.linkedin_url = first("leadLinkedinUrl", "linkedinUrl");
    let mut own = if name.has_fields_of_its_own() { BTreeMap::new() } else { unknown(body) };
    if name.kind == Kind::EmailClicked
        && let Some(key) = facts::link_key(body)
    {
        own.remove(key);
    }
    // Those at the top go first; sorted by name, so that the same fields are taken in whatever order they stand.
    let mut fields: BTreeMap<&str, Node<'_>> = variables.map().map(|object| scalars(object).collect()).unwrap_or_default();
    fields.extend(own);
    let kept = fields.into_iter().take(CUSTOM_FIELDS_MAX);
    facts.custom_fields = kept.map(|(name, value)| (name.to_owned(), Change::Set(value.to_value()))).collect();
}

/// What stands at the top and is no field of Lemlist's that we know: a variable of the lead, or something of the activity's.
pub(super) fn unknown<'a>(body: Fields<'a>) -> BTreeMap<&'a str, Node<'a>> {
    body.map().into_iter().flat_map(scalars).filter(|(name, _)| !ENVELOPE.contains(name)).collect()
}

/// The fields of an object that hold one value each and have no place of their own.
fn scalars<'a>(object: Object<'a>) -> impl Iterator<Item = Entry<'a>> {
    object.sorted().into_iter().map(|(name, value)| (name.trim(), value)).filter(|(name, value)| {
        let sound = !name.is_empty() && name.len() <= CUSTOM_FIELD_NAME_BYTES_MAX && !OWN_PLACE.contains(name);
        sound && is_present(*value) && is_scalar(*value)
    })
}
