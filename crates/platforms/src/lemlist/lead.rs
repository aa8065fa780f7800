//! The lead's own fields: flat among Lemlist's own, or under `lead.variables` (Lemlist's developer pages, captures).

use hookline_model::{
    event::{Change, Facts},
    kind::Kind,
};

use crate::{
    json::{Entry, Fields, Keys, by_name, is_present, is_scalar},
    lemlist::{SECRET, facts, names::Name},
};

/// The most custom fields taken from one activity.
const CUSTOM_FIELDS_MAX: usize = 200;

/// The longest name of a custom field, in bytes.
const CUSTOM_FIELD_NAME_BYTES_MAX: usize = 200;

/// Variables that have a place of their own, or none: the hook's secret is nobody's variable.
static OWN_PLACE: Keys<7> = Keys::new(["email", "firstName", "lastName", "companyName", "phone", "linkedinUrl", SECRET]);

/// Lemlist's own fields: never the lead's, whatever their type.
static ENVELOPE: Keys<57> = Keys::new([
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
]);

/// Sets the lead's fields.
pub(super) fn apply(name: &Name, body: Fields<'_>, facts: &mut Facts) {
    let variables = body.object("lead").object("variables");
    let first = |own: &str, variable: &str| body.name_of(&[own, variable]).or_else(|| variables.name(variable)).map(Change::Set);
    facts.first_name = first("leadFirstName", "firstName");
    facts.last_name = first("leadLastName", "lastName");
    facts.company_name = first("leadCompanyName", "companyName");
    facts.phone = first("leadPhone", "phone");
    facts.linkedin_url = first("leadLinkedinUrl", "linkedinUrl");
    let own = if name.has_fields_of_its_own() { Vec::new() } else { unknown(body) };
    let link = if name.kind == Kind::EmailClicked { facts::link_key(body) } else { None };
    // Those at the top go first.
    let mut fields = variables.map().map(|object| by_name([object], is_variable)).unwrap_or_default();
    fields.retain(|(name, _)| own.binary_search_by_key(name, |(own, _)| *own).is_err() || Some(*name) == link);
    fields.extend(own.into_iter().filter(|(name, _)| Some(*name) != link));
    fields.sort_unstable_by_key(|(name, _)| *name);
    let kept = fields.into_iter().take(CUSTOM_FIELDS_MAX);
    facts.custom_fields = kept.map(|(name, value)| (name.to_owned(), Change::Set(value.to_value()))).collect();
}

/// What stands at the top and is no field of Lemlist's that we know: a variable of the lead, or something of the activity's. Sorted
/// by name, so that the same fields are taken in whatever order they stand.
pub(super) fn unknown<'a>(body: Fields<'a>) -> Vec<Entry<'a>> {
    by_name(body.map(), |field| is_variable(field) && !ENVELOPE.has(field.0))
}

/// Whether a field holds one value and has no place of its own.
fn is_variable((name, value): &Entry<'_>) -> bool {
    let sound = !name.is_empty() && name.len() <= CUSTOM_FIELD_NAME_BYTES_MAX && !OWN_PLACE.has(name);
    sound && is_present(*value) && is_scalar(*value)
}
