//! Events that are invented, with the records they would have.

use std::{collections::BTreeSet, sync::Arc};

use hookline_dialects::{Dialect, NotExpressible, Rendered, Subscription, Telling, Variant, render};
use hookline_model::{
    entry::Origin,
    event::{Bounce, BounceType, CampaignRef, Change, ContactRef, Event, Facts, MessageFacts, SetChange},
    id::{CampaignId, ContactId, DeliveryId, EmailId, EventId, SubscriptionId, WorkspaceId},
    interest::Interest,
    item::{ItemFact, ItemSort},
    key::{CampaignKey, EmailAddress, EmailKey, ExternalId},
    kind::Kind,
    platform::Platform,
    record::{Campaign, Contact, Email},
    time::{Millis, TimeSource},
};
use hookline_store::{Duplicates, StoredEvent, deliveries::Snapshot};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(0x6f1c_2c7e_8a54_4c0b_9d53_0f2f_7c2f_6d11));
pub(crate) const SUBSCRIPTION: SubscriptionId = SubscriptionId(Uuid::from_u128(0x019c_1837_4000_7f2f_8000_0000_000a_12f5));
pub(crate) const SECRET_KEY: &str = "7b0e2d5c-0000-4000-8000-0a1b2c3d4e5f";
/// 2026-02-11T13:20:44.120Z.
pub(crate) const AT: Millis = Millis(1_770_816_044_120);
/// 2026-02-11T08:03:27.500Z.
pub(crate) const SENT_AT: Millis = Millis(1_770_797_007_500);
pub(crate) const LEAD: &str = "t.weber@kranwerk.example";
pub(crate) const MAILBOX: &str = "nora@try-brightpath.example";

/// The platforms that events are from.
pub(crate) const ORIGINS: [Platform; 4] = [Platform::Smartlead, Platform::Instantly, Platform::Breakcold, Platform::Lemlist];

/// Every dialect with every variant.
pub(crate) fn forms() -> Vec<(Dialect, Option<Variant>)> {
    let variants = |dialect: Dialect| {
        let known = dialect.variants().iter().map(move |variant| (dialect, Some(*variant)));
        known.chain(dialect.variants().is_empty().then_some((dialect, None)))
    };
    Dialect::ALL.into_iter().flat_map(variants).collect()
}

fn external(platform: Platform, id: &str) -> ExternalId {
    ExternalId { platform, account: String::new(), id: id.to_owned() }
}

/// An id as the platform has it.
fn own_id(platform: Platform, number: u64) -> String {
    match platform {
        Platform::Smartlead => number.to_string(),
        _ => Uuid::from_u128(0x2f9c_1e00_0000_4000_8000_0000_0000_0000 + u128::from(number)).to_string(),
    }
}

pub(crate) fn campaign_key(platform: Platform) -> CampaignKey {
    CampaignKey::External(external(platform, &own_id(platform, 2_900_417)))
}

fn is_about(kind: Kind, topics: &[&str]) -> bool {
    topics.iter().any(|topic| kind.name().starts_with(topic))
}

/// An event with everything in it that its kind can have.
pub(crate) fn event(kind: Kind, platform: Platform) -> Event {
    let email = EmailAddress::parse(LEAD).expect("an address");
    let contact = ContactRef { email: Some(email.clone()), external: Some(external(platform, &own_id(platform, 4_170_220_119))) };
    let is_of_campaign = is_about(kind, &["campaign."]) && kind != Kind::CampaignStepReached;
    let has_contact = !is_of_campaign && !is_about(kind, &["account.", "list.", "status.", "tag.", "webhook."]);
    let has_campaign = is_about(kind, &["email.", "contact.", "campaign."]) && kind != Kind::EmailReplyUntracked;
    let key = campaign_key(platform);
    let sent_key = match platform {
        Platform::Instantly => {
            let contact = hookline_model::key::ContactKey::Email(email);
            EmailKey::Step { campaign: key.clone(), contact, step: 1 }
        }
        _ => EmailKey::Sent(external(platform, "0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711")),
    };
    let sent = MessageFacts {
        key: Some(sent_key),
        message_id: (platform == Platform::Smartlead)
            .then(|| "0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711@try-brightpath.example".to_owned()),
        from: Some(MAILBOX.to_owned()),
        to: Some(LEAD.to_owned()),
        subject: Some("Crane downtime".to_owned()),
        body_text: Some("Hi Tobias".to_owned()),
        body_html: Some("<p>Hi Tobias</p>".to_owned()),
        sequence_number: Some(1),
        at: Some(SENT_AT),
        ..MessageFacts::default()
    };
    let reply_id = "CAD-x7f@mail.kranwerk.example";
    let received = MessageFacts {
        key: Some(EmailKey::Inbound(reply_id.to_owned())),
        message_id: (platform != Platform::Instantly).then(|| reply_id.to_owned()),
        from: Some(LEAD.to_owned()),
        to: Some(MAILBOX.to_owned()),
        subject: Some("Re: Crane downtime".to_owned()),
        body_text: Some("Gerne, Dienstag?\n".to_owned()),
        body_html: Some("<div>Gerne, Dienstag?</div>".to_owned()),
        at: Some(AT),
        ..MessageFacts::default()
    };
    let is_reply = matches!(kind, Kind::EmailReplied | Kind::EmailAutoReplied | Kind::EmailReplyUntracked);
    let has_sent = is_about(kind, &["email."]) && kind != Kind::EmailReplyUntracked || kind == Kind::ContactUnsubscribed;
    let occurred_at = if kind == Kind::EmailSent { SENT_AT } else { AT };
    Event {
        id: EventId::derive(occurred_at, &[kind as u8; 32]),
        kind,
        platform,
        account: (platform == Platform::Smartlead).then(|| "8123".to_owned()),
        occurred_at,
        time_source: TimeSource::Stated,
        contact: has_contact.then_some(contact),
        campaign: has_campaign.then(|| CampaignRef { key, name: Some("DACH cranes".to_owned()), status_mentioned: None }),
        sending_account: is_about(kind, &["email.", "account."]).then(|| MAILBOX.to_owned()),
        outbound: has_sent.then(|| Box::new(sent)),
        inbound: is_reply.then(|| Box::new(received)),
        facts: facts(kind, platform),
    }
}

fn facts(kind: Kind, platform: Platform) -> Facts {
    let mut facts = Facts::default();
    match kind {
        Kind::EmailBounced => {
            let reason = Some("550 5.1.1 no such user".to_owned());
            facts.bounce = Some(Bounce { bounce_type: BounceType::Hard, reason });
        }
        Kind::EmailClicked => facts.clicked_links = BTreeSet::from(["https://brightpath.example/demo".to_owned()]),
        Kind::ContactCategoryUpdated | Kind::ContactStatusUpdated => {
            facts.category = Some(Change::Set("Interested".to_owned()));
            facts.interest = Some(Change::Set(Interest::Interested));
        }
        Kind::CampaignStatusChanged => facts.campaign_status = Some("completed".to_owned()),
        Kind::CampaignStepReached => facts.extra.insert("step", json!(2)),
        Kind::AccountError => facts.extra.insert("reason", json!("Login refused")),
        Kind::ContactTagsUpdated => {
            let snapshot = Some(BTreeSet::from(["warm".to_owned()]));
            facts.tags = Some(SetChange { snapshot, ..SetChange::default() });
        }
        _ => facts.item = item(kind, platform).map(Box::new),
    }
    facts
}

fn item(kind: Kind, platform: Platform) -> Option<ItemFact> {
    let (sort, fields) = match kind.name().split_once('.').map(|(topic, _)| topic)? {
        "list" => (ItemSort::List, json!({"name": "DACH"})),
        "status" => (ItemSort::Status, json!({"name": "Lost", "color": "#aa0000"})),
        "tag" => (ItemSort::Tag, json!({"name": "warm"})),
        "note" => (ItemSort::Note, json!({"title": "Call", "text": "Ring in May", "author": "Nora"})),
        "task" => (ItemSort::Task, json!({"title": "Ring", "status": "todo", "due_at": "2026-05-01T08:00:00.000Z"})),
        "message" => (ItemSort::Message, json!({"direction": "inbound", "text": "Hello", "from": LEAD, "to": MAILBOX})),
        _ => return None,
    };
    let fields = fields.as_object().expect("fields").clone().into_iter().map(|(name, value)| (name, Change::Set(value)));
    Some(ItemFact { sort, id: external(platform, "5d7c7f1e-0000-4000-8000-000000000001"), fields: fields.collect() })
}

/// The event with its records.
pub(crate) fn snapshot(event: Event) -> Snapshot {
    let contact = event.contact_key().map(|key| contact(&event, ContactId::derive(WORKSPACE, &key)));
    let campaign = event.campaign_key().map(|key| campaign(&event, CampaignId::derive(WORKSPACE, key)));
    let email = event.email_key().map(|key| email(&event, EmailId::derive(WORKSPACE, key), key.is_inbound()));
    let stored = StoredEvent {
        workspace: WORKSPACE,
        origin: Origin::Live,
        received_at: Millis(event.occurred_at.0 + 5_000),
        duplicates: Duplicates::default(),
        contact_id: contact.as_ref().map(|contact| contact.id),
        contact_email: None,
        campaign_id: campaign.as_ref().map(|campaign| campaign.id),
        raw: Some(b"{}".to_vec()),
        event: Arc::new(event),
    };
    Snapshot { event: stored, contact, campaign, email }
}

pub(crate) fn contact(event: &Event, id: ContactId) -> Contact {
    let contact = event.contact.as_ref();
    let external = contact.and_then(|contact| contact.external.as_ref());
    let external = external.map(|known| json!({"platform": known.platform, "account": null, "id": known.id, "fields": {}}));
    Contact {
        id,
        email: contact.and_then(|contact| contact.email.as_ref()).map(ToString::to_string),
        first_name: Some("Tobias".to_owned()),
        last_name: Some("Weber".to_owned()),
        company_name: Some("Kranwerk".to_owned()),
        phone: Some("+49 30 555 0100".to_owned()),
        linkedin_url: None,
        website_url: Some("https://kranwerk.example".to_owned()),
        custom_fields: json!({"fleet size": 12, "personalization": "Saw your talk"}).as_object().expect("fields").clone(),
        status: "replied",
        status_reason: Some(format!("email.replied of {AT} from {}", event.platform)),
        interest: None,
        category: None,
        score: None,
        last_activity_at: Some(AT.to_string()),
        unsubscribed_at: None,
        bounced_at: None,
        blocked: false,
        tags: vec!["warm".to_owned()],
        lists: vec!["DACH".to_owned()],
        counts: json!({"sent": 1, "opened": 1, "clicked": 0, "replied": 1, "bounced": 0}),
        external: external.into_iter().collect(),
        created_at: Some(SENT_AT.to_string()),
        updated_at: Some(AT.to_string()),
    }
}

pub(crate) fn campaign(event: &Event, id: CampaignId) -> Campaign {
    let key = event.campaign_key().expect("a campaign");
    let own = key.platform_campaign_id().map(ToOwned::to_owned);
    let zeros = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), json!(0))).collect::<serde_json::Map<_, _>>();
    Campaign {
        id,
        number: own.as_ref().and_then(|id| id.parse().ok()).unwrap_or_else(|| id.number()),
        platform: key.external().platform,
        account: None,
        platform_campaign_id: own,
        name: Some("DACH cranes".to_owned()),
        status: Some("active".to_owned()),
        counts: zeros(&["sent", "opened", "clicked", "replied", "bounced", "unsubscribed", "interested", "meeting_booked"])
            .into(),
        unique: zeros(&["contacts", "opened", "clicked", "replied", "bounced", "unsubscribed", "interested"]).into(),
        first_event_at: Some(SENT_AT.to_string()),
        last_event_at: Some(AT.to_string()),
    }
}

pub(crate) fn email(event: &Event, id: EmailId, is_inbound: bool) -> Email {
    let facts = if is_inbound { event.inbound.as_deref() } else { event.outbound.as_deref() };
    let facts = facts.cloned().unwrap_or_default();
    let at = facts.at.map(|at| at.to_string());
    Email {
        id,
        direction: if is_inbound { "inbound" } else { "outbound" },
        platform: Some(event.platform),
        contact_email: event.contact.as_ref().and_then(|contact| contact.email.as_ref()).map(ToString::to_string),
        contact_id: event.contact_key().map(|key| ContactId::derive(WORKSPACE, &key)),
        campaign_id: event.campaign_key().map(|key| CampaignId::derive(WORKSPACE, key)),
        platform_campaign_id: event.campaign_key().and_then(|key| key.platform_campaign_id()).map(ToOwned::to_owned),
        sending_account: Some(MAILBOX.to_owned()),
        from: facts.from,
        to: facts.to,
        subject: facts.subject,
        body_text: facts.body_text,
        body_html: facts.body_html,
        message_id: facts.message_id,
        sequence_number: facts.sequence_number,
        sent_at: at.clone().filter(|_| !is_inbound),
        received_at: at.filter(|_| is_inbound),
        status: if is_inbound { "received" } else { "replied" },
        opened_count: u64::from(!is_inbound),
        first_opened_at: (!is_inbound).then(|| SENT_AT.to_string()),
        last_opened_at: (!is_inbound).then(|| AT.to_string()),
        clicked_count: 0,
        links: Vec::new(),
        replied_at: None,
        bounced_at: None,
        bounce_type: None,
        bounce_reason: None,
    }
}

/// Tells a snapshot.
pub(crate) fn tell(dialect: Dialect, variant: Option<Variant>, snapshot: &Snapshot) -> Result<Rendered, NotExpressible> {
    told(dialect, variant, snapshot, &[], false)
}

/// Tells a snapshot to a subscription that was made with these names, perhaps to try it.
pub(crate) fn told(
    dialect: Dialect,
    variant: Option<Variant>,
    snapshot: &Snapshot,
    names: &[String],
    is_test: bool,
) -> Result<Rendered, NotExpressible> {
    let subscription = Subscription {
        id: SUBSCRIPTION,
        name: "CRM",
        url: "https://crm.example/hooks/1",
        secret_key: Some(SECRET_KEY),
        created_at: Millis(1_769_767_200_120),
        names,
    };
    let message = DeliveryId::derive(SUBSCRIPTION, snapshot.event.event.id, 0);
    render(dialect, variant, &Telling { snapshot, subscription, message, is_test })
}

/// A body that a snapshot is told with.
pub(crate) fn body(dialect: Dialect, variant: Option<Variant>, snapshot: &Snapshot) -> Value {
    let rendered = tell(dialect, variant, snapshot).unwrap_or_else(|why| panic!("{dialect}: {why}"));
    serde_json::from_slice(&rendered.body).expect("JSON")
}
