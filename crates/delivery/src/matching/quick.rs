//! Asking first what costs next to nothing: of a thousand subscriptions every event asks every one.

use std::collections::HashSet;

use hookline_model::{event::Event, kind::Kind};
use hookline_store::deliveries::Fed;
use uuid::Uuid;

use super::{covers, is_number, meant};
use crate::settings::Settings;

/// Kinds, a bit each by their ranks.
type Kinds = u128;

/// What of an event is asked for, made once for all who ask.
#[derive(Clone, Debug)]
pub(crate) struct Traits {
    /// Its kind, and the one that it means beside it.
    kinds: Kinds,
    /// The platform's id of its campaign, trimmed and in lower case; none if it names none, though a variant of it may.
    campaign: Option<String>,
}

/// What of a subscription's settings can be asked so, made once for all events.
#[derive(Clone, Debug)]
pub(crate) struct Quick {
    kinds: Kinds,
    /// The campaigns it asks for by the platform's ids; none if it asks for all, or for some by ours, which a record decides.
    campaigns: Option<HashSet<String>>,
    /// Whether one of these could be the number of a campaign whose platform has no numbers.
    has_numbers: bool,
}

fn bit(kind: Kind) -> Kinds {
    1 << (u32::from(kind.rank()) % Kinds::BITS)
}

fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Traits {
    pub(crate) fn of(event: &Event) -> Traits {
        let campaign = event.campaign_key().and_then(|key| key.platform_campaign_id().map(plain));
        Traits { kinds: bit(event.kind) | meant(event).map_or(0, bit), campaign }
    }
}

impl Quick {
    pub(crate) fn new(settings: &Settings) -> Quick {
        let asked = |kind: &&Kind| settings.kinds.iter().any(|pattern| covers(pattern, **kind));
        let kinds = Kind::ALL.iter().filter(asked).fold(0, |kinds, kind| kinds | bit(*kind));
        let campaigns = &settings.filter.campaigns;
        let by_platform = !campaigns.is_empty() && campaigns.iter().all(|id| Uuid::try_parse(id.trim()).is_err());
        let has_numbers = campaigns.iter().any(|id| is_number(id));
        Quick { kinds, campaigns: by_platform.then(|| campaigns.iter().map(|id| plain(id)).collect()), has_numbers }
    }

    /// Whether an event may be wanted. If not, it is not: [`super::matches_event`] or [`super::matches_records`] would say no.
    pub(crate) fn may_want(&self, settings: &Settings, fed: &Fed, traits: &Traits) -> bool {
        let by_number = |id: &str| self.has_numbers && !is_number(id);
        let is_of_campaign =
            |campaigns: &HashSet<String>| traits.campaign.as_ref().is_none_or(|id| campaigns.contains(id) || by_number(id));
        self.kinds & traits.kinds != 0
            && settings.takes(fed.origin)
            && (settings.filter.platforms.is_empty() || settings.filter.platforms.contains(&fed.event.platform))
            && self.campaigns.as_ref().is_none_or(is_of_campaign)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use hookline_model::{
        entry::Origin,
        event::{CampaignRef, Change, Facts},
        id::{EventId, WorkspaceId},
        interest::Interest,
        key::{CampaignKey, ExternalId},
        platform::Platform,
        record::Campaign,
        time::{Millis, TimeSource},
    };
    use hookline_store::{Duplicates, StoredEvent, deliveries::Snapshot};
    use serde_json::Value;

    use super::{super::*, *};

    pub(crate) fn fed(kind: Kind, platform: Platform, campaign: Option<&str>, interest: Option<Interest>, origin: Origin) -> Fed {
        let key = |id: &str| CampaignKey::External(ExternalId { platform, account: String::new(), id: id.to_owned() });
        let event = Event {
            id: EventId(Uuid::from_u128(1)),
            kind,
            platform,
            account: None,
            occurred_at: Millis(1),
            time_source: TimeSource::Stated,
            contact: None,
            campaign: campaign.map(|id| CampaignRef { key: key(id), name: None, status_mentioned: None }),
            sending_account: None,
            outbound: None,
            inbound: None,
            facts: Facts { interest: interest.map(Change::Set), ..Facts::default() },
        };
        let event = Arc::new(event);
        Fed { position: 1, workspace: WorkspaceId(Uuid::from_u128(2)), origin, received_at: Millis(1), bytes: 0, event }
    }

    /// The event with records that name no other campaign than it does, but by our id and number.
    fn snapshot(fed: &Fed) -> Snapshot {
        let event = StoredEvent {
            event: fed.event.clone(),
            workspace: fed.workspace,
            origin: fed.origin,
            received_at: fed.received_at,
            duplicates: Duplicates::default(),
            contact_id: None,
            contact_email: None,
            campaign_id: fed.event.campaign.is_some().then(|| OURS.parse().expect("an id")),
            raw: None,
        };
        let platform_id = fed.event.campaign_key().and_then(|key| key.platform_campaign_id());
        let campaign = platform_id.map(|id| Campaign {
            id: OURS.parse().expect("an id"),
            number: id.parse().unwrap_or(4_503_599_627_370_495),
            platform: fed.event.platform,
            account: None,
            platform_campaign_id: Some(id.to_owned()),
            name: None,
            status: None,
            counts: Value::Null,
            unique: Value::Null,
            first_event_at: None,
            last_event_at: None,
        });
        Snapshot { event, contact: None, campaign, email: None }
    }

    const OURS: &str = "6f1c2c7e-0000-5000-8000-000000000001";

    #[test]
    fn ranks_fit_and_tell_kinds_apart() {
        let all = Kind::ALL.iter().fold(0, |kinds, kind| kinds | bit(*kind));
        assert_eq!(all.count_ones() as usize, Kind::ALL.len());
    }

    #[test]
    fn what_it_says_no_to_nobody_wants_and_it_says_no_to_most() {
        let kinds = [r#"["*"]"#, r#"["email.*"]"#, r#"["contact.interested"]"#, r#"["email.replied","contact.unsubscribed"]"#];
        let filters = [
            "{}",
            r#"{"platforms":["hubspot"]}"#,
            r#"{"campaigns":["A1 ","b"]}"#,
            &format!(r#"{{"campaigns":["a1","{OURS}"]}}"#),
            r#"{"campaigns":["77","4503599627370495"]}"#,
        ];
        let origins = ["null", r#"["live","import"]"#];
        let mut events = Vec::new();
        for kind in [Kind::EmailSent, Kind::EmailReplied, Kind::ContactInterested, Kind::ContactCategoryUpdated, Kind::Other] {
            for (campaign, origin) in [
                (None, Origin::Live),
                (Some("a1"), Origin::Live),
                (Some("c"), Origin::Live),
                (Some("B"), Origin::Import),
                (Some("77"), Origin::Live),
            ] {
                for platform in [Platform::Hubspot, Platform::Smartlead] {
                    events.push(fed(kind, platform, campaign, None, origin));
                    events.push(fed(kind, platform, campaign, Some(Interest::Interested), origin));
                }
            }
        }
        let (mut refused, mut wanted, mut asked) = (0, 0, 0);
        for (kinds, filter, origins) in
            kinds.iter().flat_map(|kinds| filters.iter().flat_map(move |filter| origins.map(|origins| (kinds, filter, origins))))
        {
            let settings = format!(r#"{{"url":"https://x.example/","kinds":{kinds},"filter":{filter},"origins":{origins}}}"#);
            let settings: Settings = serde_json::from_str(&settings).expect("settings");
            let quick = Quick::new(&settings);
            for fed in &events {
                let may = quick.may_want(&settings, fed, &Traits::of(&fed.event));
                let does = matches_event(&settings, fed) && matches_records(&settings, &snapshot(fed), || Value::Null);
                assert!(may || !does, "{settings:?} {fed:?}");
                asked += 1;
                refused += usize::from(!may);
                wanted += usize::from(does);
            }
        }
        assert!(refused + wanted > asked * 9 / 10 && wanted > asked / 20, "{refused} refused and {wanted} wanted of {asked}");
    }
}
