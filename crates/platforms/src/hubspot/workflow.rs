//! Puts together what a workflow posted. It names an event only if somebody gave it a field for that, and states no time.

use std::borrow::Cow;

use uuid::Uuid;

use hookline_model::{
    event::{Change, Event, Facts},
    id::EventId,
    kind::Kind,
    platform::Platform,
    time::effective,
};

use crate::{
    Delivery, ParseError, Parsed,
    extra::Extra,
    hubspot::{
        app::finish,
        identify,
        property::{self, BOUNCE_REASON, LAST_REPLIED},
        record::{EVENT, Record},
        who, word,
    },
    json::{Arena, Fields, cut, is_present, is_scalar},
};

/// The longest name of an event that is kept, in characters.
const EVENT_NAME_CHARS_MAX: usize = 200;

/// Properties of a contact that are the time of the named event.
const TIMES: [(Kind, &str); 4] = [
    (Kind::EmailReplied, LAST_REPLIED),
    (Kind::EmailOpened, "hs_sales_email_last_opened"),
    (Kind::EmailClicked, "hs_sales_email_last_clicked"),
    (Kind::EmailSent, "hs_email_last_send_date"),
];

/// Properties of a deal, a company or a ticket that are worth showing.
const SHOWN: [&str; 9] =
    ["dealname", "dealstage", "amount", "pipeline", "name", "domain", "subject", "hs_pipeline_stage", "hs_ticket_priority"];

/// Reads what a workflow posted.
///
/// # Errors
/// [`ParseError::NamesNothing`] if neither a contact nor another record is named.
pub(super) fn read<'t>(arena: &'t Arena, body: Fields<'t>, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
    let account = who::account(body).or_else(|| delivery.settings.account.clone());
    let record = Record::read(arena, body, account.as_deref());
    let written = body.word(EVENT);
    let kind = kind(written, body, &record, delivery)?;
    let is_test = kind == Kind::WebhookTest;
    let timely = TIMES.iter().find(|(known, _)| *known == kind).and_then(|(_, name)| record.properties.get(name));
    let stated = timely.and_then(|value| property::time(*value, delivery.received_at));
    let (occurred_at, time_source) = effective(stated, delivery.received_at);
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Hubspot,
        account,
        occurred_at,
        time_source,
        contact: record.contact.clone().filter(|_| !is_test),
        campaign: None,
        sending_account: None,
        outbound: None,
        inbound: None,
        facts: Facts::default(),
    };
    if is_test {
        event.facts.extra = shown_name(written).0;
    } else {
        event.facts = facts(kind, written, body, &record);
    }
    let object = record.other.as_ref().map(|(object, id)| (&**object, id.as_str()));
    let identified = identify::workflow(&event, object, written.map(str::to_lowercase).as_deref(), record.said);
    Ok(finish(event, &identified, stated))
}

/// What happened: what somebody says, else that the record is now like this.
fn kind(written: Option<&str>, body: Fields<'_>, record: &Record<'_>, delivery: &Delivery<'_>) -> Result<Kind, ParseError> {
    let named = written.map(|written| word::kind(written, delivery.settings));
    let names_nothing = record.contact.is_none() && record.other.is_none();
    match named {
        Some(Kind::WebhookTest) => Ok(Kind::WebhookTest),
        _ if names_nothing && body.flag("test") == Some(true) => Ok(Kind::WebhookTest),
        _ if names_nothing => {
            let expected = "expected an id in canonical-vid, vid, hs_object_id, objectId, contact_id, dealId or companyId, \
                            or an address in email or contact_email";
            Err(ParseError::NamesNothing(format!("the record names nobody: {expected}")))
        }
        Some(named) if record.contact.is_some() => Ok(named),
        _ if record.other.is_some() => Ok(Kind::Other),
        named => Ok(named.unwrap_or(Kind::ContactUpdated)),
    }
}

/// What the record says beside whom it is about.
fn facts(kind: Kind, written: Option<&str>, body: Fields<'_>, record: &Record<'_>) -> Facts {
    let mut facts = Facts { links: record.links.clone(), ..Facts::default() };
    let mut extra = if kind == Kind::Other { shown_name(written) } else { Extra::default() };
    let properties = &record.properties;
    if let Some((object, id)) = &record.other {
        extra.put("object_type", Some(Cow::clone(object).into_owned()));
        extra.put("object_id", Some(id.clone()));
        extra.put("is_deleted", body.flag("isDeleted"));
        for name in SHOWN {
            let value = properties.get(name).filter(|value| is_present(**value) && is_scalar(**value));
            extra.put(name, value.map(|value| value.to_value()));
        }
    } else {
        // Sorted by name, so that the same ones are taken in whatever order they stand.
        properties.iter().for_each(|(name, value)| property::apply(name, *value, false, &mut facts));
        facts.company_name = facts.company_name.or_else(|| company(body));
        extra.copy("profile_url", body, "profile-url");
    }
    if kind == Kind::EmailBounced {
        let reason = properties.get(BOUNCE_REASON).filter(|value| is_present(**value) && is_scalar(**value));
        facts.bounce = Some(property::bounce(reason.copied()));
    }
    facts.extra = extra.0;
    facts
}

/// The name of the company that a contact's record has beside it.
fn company(body: Fields<'_>) -> Option<Change<String>> {
    let name = body.object("associated-company").object("properties").object("name").name("value")?;
    Some(Change::Set(name))
}

/// The name that somebody gave an event, as it was written.
fn shown_name(written: Option<&str>) -> Extra {
    let mut extra = Extra::default();
    extra.put("event_name", written.map(|written| cut(written, EVENT_NAME_CHARS_MAX)));
    extra
}
