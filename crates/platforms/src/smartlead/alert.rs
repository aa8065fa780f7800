//! Alerts about an account: a mailbox or a LinkedIn login was disconnected, a campaign bounces too much (SmartLead's help centre).
//!
//! The first style has camel-case fields at the top and no time; the second has an event id, a time, and the rest under `data`.
//! Their `email` is a mailbox of ours and never a person. How often a delivery was tried (`meta`) is nothing of the event.

use uuid::Uuid;

use hookline_model::{
    event::{CampaignRef, Event, Facts},
    id::EventId,
    identity::Identity,
    key::CampaignKey,
    kind::Kind,
    platform::Platform,
    time::{Millis, effective},
};

use crate::{
    Parsed,
    extra::Extra,
    identified::Identified,
    json::{Fields, cut},
    smartlead::{facts::EVENT_NAME_CHARS_MAX, names, when, who::external},
};

/// The longest text of an alert that is kept, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// Reads an alert named `name`, which is of this kind.
pub(super) fn read(name: &str, kind: Kind, body: Fields<'_>, received_at: Millis) -> Parsed {
    let alert = Alert { body, data: body.object("data") };
    let mailbox = ["email", "email_account", "from_email"].iter().find_map(|key| {
        let address = alert.data.address(key).or_else(|| body.address(key));
        address.map(|address| address.as_str().to_owned())
    });
    let (occurred_at, time_source) = effective(alert.stated(received_at), received_at);
    let campaign = alert.id(&["campaignId", "campaign_id"]).map(|id| CampaignRef {
        key: CampaignKey::External(external(id)),
        name: alert.text(&["campaignName", "campaign_name"]),
        status_mentioned: None,
    });
    let mut event = Event {
        id: EventId(Uuid::nil()),
        kind,
        platform: Platform::Smartlead,
        account: alert.id(&["clientId", "client_id"]),
        occurred_at,
        time_source,
        contact: None,
        campaign,
        sending_account: mailbox,
        outbound: None,
        inbound: None,
        facts: alert.facts(name),
    };
    let identified = alert.identify(&event, name);
    event.id = EventId::derive(occurred_at, &identified.digest);
    Parsed { event, claim: identified.claim(time_source) }
}

/// Both styles.
#[derive(Clone, Copy, Debug)]
struct Alert<'a> {
    body: Fields<'a>,
    /// The second style's; else no fields.
    data: Fields<'a>,
}

impl Alert<'_> {
    fn text(self, keys: &[&str]) -> Option<String> {
        self.data.text_of(keys).or_else(|| self.body.text_of(keys)).map(|text| cut(&text, TEXT_CHARS_MAX))
    }

    fn id(self, keys: &[&str]) -> Option<String> {
        [self.data, self.body].iter().find_map(|fields| keys.iter().find_map(|key| fields.id(key)))
    }

    /// The id of the event. The first style has none, and an `id` in it would be anybody's.
    fn event_id(self) -> Option<String> {
        self.data.map().and_then(|_| self.body.id("id"))
    }

    fn account_id(self) -> Option<String> {
        self.id(&["accountId", "account_id", "email_account_id"])
    }

    fn error(self) -> Option<String> {
        self.text(&["error", "reason"])
    }

    fn stated(self, received_at: Millis) -> Option<Millis> {
        let keys = ["created_at", "event_timestamp", "timestamp"];
        keys.iter().find_map(|key| when::believed(self.body.time(key), received_at))
    }

    fn facts(self, name: &str) -> Facts {
        let mut extra = Extra::default();
        // By the name it counts as: the styles spell it differently.
        extra.put("event_name", Some(cut(names::alert(name).unwrap_or(name), EVENT_NAME_CHARS_MAX)));
        extra.put("account_id", self.account_id());
        extra.put("error", self.error());
        extra.put("title", self.text(&["title"]));
        extra.put("message", self.text(&["message"]));
        let app_url = self.body.object("links").text("app").or_else(|| self.body.text_of(&["appUrl", "app_url"]));
        extra.put("app_url", app_url);
        Facts { extra: extra.0, ..Facts::default() }
    }

    /// By the event's id for ever; without one, by what is wrong with which account.
    fn identify(self, event: &Event, name: &str) -> Identified {
        let identity = Identity::new(Platform::Smartlead, "", event.kind);
        if let Some(id) = self.event_id() {
            return Identified { digest: identity.part("event_id", id).digest(), lasting: true };
        }
        let name = names::alert(name).unwrap_or(name).to_lowercase();
        let identity = identity
            .part("name", name)
            .maybe("mailbox", event.sending_account.as_deref())
            .maybe("account_id", self.account_id())
            .campaign(event.campaign_key())
            .maybe("error", self.error());
        Identified { digest: identity.digest(), lasting: false }
    }
}
