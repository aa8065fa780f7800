//! What a webhook asks for, in Instantly's words, and what of our settings that is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};
use uuid::Uuid;

use hookline_delivery::settings::{Dialect, Filter, Settings};
use hookline_dialects::names::{Wording, meaning, subscriptions, wording};
use hookline_model::kind::Kind;

/// Where the settings remember it.
const EXTRA: &str = "instantly";

/// Everything, custom labels and automatic replies included.
const ALL: &str = "all_events";

/// The number of a label, where events have one.
const LABEL: &str = "label_value";

/// What a webhook asks for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// One of Instantly's names; none for a custom label, and for everything where nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) event_type: Option<String>,
    /// The number of the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) custom_interest_value: Option<Number>,
    /// The campaign: it is in the filter of the settings.
    #[serde(skip)]
    pub(super) campaign: Option<String>,
    /// The names of its headers, as they were written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) header_names: Vec<String>,
}

/// Whether a webhook can ask for this.
pub(super) fn is_event_type(name: &str) -> bool {
    subscriptions(Dialect::Instantly).contains(&name)
}

/// The kinds that a name asks for. Those of an interest are matched by what an event means, so that a label which is one is too,
/// and a label that is another is not.
fn kinds_of(name: &str) -> Vec<String> {
    if name == ALL {
        return vec!["*".to_owned()];
    }
    let kinds = meaning(Dialect::Instantly, name).map(|meaning| meaning.kinds().to_vec()).unwrap_or_default();
    let has_own_name = |kind: &&Kind| matches!(wording(Dialect::Instantly, None, **kind), Wording::Name(_));
    let own: Vec<&Kind> = kinds.iter().filter(has_own_name).collect();
    let own = if own.is_empty() { kinds.iter().collect() } else { own };
    own.into_iter().map(|kind| kind.name().to_owned()).collect()
}

impl Asked {
    /// What these settings ask for; `None` if Instantly has no words for it.
    pub(super) fn of(settings: &Settings) -> Option<Asked> {
        let campaign = match settings.filter.campaigns.as_slice() {
            [] => None,
            // Instantly's are UUIDs, and so are ours.
            [one] => Some(one.parse::<Uuid>().ok()?.to_string()),
            _ => return None,
        };
        let remembered: Option<Asked> = settings.extra.get(EXTRA).and_then(|extra| serde_json::from_value(extra.clone()).ok());
        let remembered = remembered.map(|asked| Asked { campaign: campaign.clone(), ..asked });
        let header_names = remembered.as_ref().map(|asked| asked.header_names.clone()).unwrap_or_default();
        // Somebody may have set it to something else since, in our own words.
        if let Some(asked) = remembered.filter(|asked| asked.is(settings)) {
            return Some(asked);
        }
        let named = subscriptions(Dialect::Instantly).into_iter().map(|name| Asked {
            event_type: Some(name.to_owned()),
            custom_interest_value: None,
            campaign: campaign.clone(),
            header_names: header_names.clone(),
        });
        named.into_iter().find(|asked| asked.is(settings))
    }

    /// Whether settings ask for this and nothing else.
    fn is(&self, settings: &Settings) -> bool {
        let set = |kinds: &[String]| kinds.iter().cloned().collect::<BTreeSet<_>>();
        set(&self.kinds()) == set(&settings.kinds) && self.filter() == settings.filter
    }

    fn kinds(&self) -> Vec<String> {
        match (&self.event_type, &self.custom_interest_value) {
            (Some(name), _) => kinds_of(name),
            (None, Some(_)) => vec![Kind::ContactCategoryUpdated.name().to_owned()],
            (None, None) => kinds_of(ALL),
        }
    }

    fn filter(&self) -> Filter {
        let label = self.custom_interest_value.as_ref().filter(|_| self.event_type.is_none());
        Filter {
            campaigns: self.campaign.iter().cloned().collect(),
            data: label.map(|number| (LABEL.to_owned(), Value::Number(number.clone()))).into_iter().collect::<BTreeMap<_, _>>(),
            ..Filter::default()
        }
    }

    /// Has settings ask for this, and remember it. Names of another API stand for the kinds of before, and go with them.
    pub(super) fn put(&self, settings: &mut Settings) {
        let kinds = self.kinds();
        if settings.kinds != kinds {
            settings.forget_names();
        }
        settings.kinds = kinds;
        settings.filter = self.filter();
        // Names, texts and a number: this cannot fail.
        settings.extra.insert(EXTRA.to_owned(), serde_json::to_value(self).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_asks_for_kinds_and_is_found_again() {
        let names = subscriptions(Dialect::Instantly);
        assert_eq!(names.len(), 19);
        let mut seen = BTreeSet::new();
        for name in names {
            let kinds = kinds_of(name);
            assert!(!kinds.is_empty(), "{name}");
            assert!(seen.insert(kinds), "{name} asks for what another one does");
        }
        for (name, kinds) in [
            ("all_events", vec!["*"]),
            ("reply_received", vec!["email.replied"]),
            ("email_link_clicked", vec!["email.clicked"]),
            ("lead_interested", vec!["contact.interested"]),
            ("account_error", vec!["account.error", "account.disconnected"]),
            ("campaign_completed", vec!["campaign.completed", "campaign.status_changed"]),
        ] {
            assert_eq!(kinds_of(name), kinds, "{name}");
        }
    }
}
