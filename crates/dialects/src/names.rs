//! What is called what: our kinds in every dialect, and the names that platforms' webhooks are subscribed by in ours.

use std::borrow::Cow;

use hookline_model::{event::Event, interest::Interest, kind::Kind};

use crate::{
    breakcold, cloudevents,
    dialect::{Dialect, Variant},
    instantly, smartlead, view,
};

/// What a dialect calls the events of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wording {
    /// Always this.
    Name(Cow<'static, str>),
    /// One of these names, or a text of the event's own, by what the event says: how is said in words.
    ByContent(&'static [&'static str], &'static str),
    /// It has no word for it.
    None,
}

/// What a dialect calls the events of a kind.
#[must_use]
pub fn wording(dialect: Dialect, variant: Option<Variant>, kind: Kind) -> Wording {
    match dialect {
        Dialect::Hookline => Wording::Name(kind.name().into()),
        Dialect::Smartlead => smartlead::names::wording(dialect.settled(variant) == Some(Variant::Nested), kind),
        Dialect::Instantly => instantly::names::wording(kind),
        Dialect::Breakcold => breakcold::names::name(kind).map_or(Wording::None, |name| Wording::Name(name.into())),
        Dialect::Cloudevents => Wording::Name(format!("{}{kind}", cloudevents::TYPE_PREFIX).into()),
    }
}

/// What a dialect calls this event in its body; none if it has no word for it.
#[must_use]
pub fn sent_as(dialect: Dialect, variant: Option<Variant>, event: &Event) -> Option<Cow<'_, str>> {
    match dialect {
        Dialect::Smartlead => {
            smartlead::names::sent_as(dialect.settled(variant) == Some(Variant::Nested), event).map(Cow::Borrowed)
        }
        Dialect::Instantly => instantly::names::sent_as(event).map(Cow::Borrowed),
        Dialect::Hookline | Dialect::Breakcold | Dialect::Cloudevents => match wording(dialect, variant, event.kind) {
            Wording::Name(name) => Some(name),
            Wording::ByContent(..) | Wording::None => None,
        },
    }
}

/// Whether an event is one of this kind by what it *means*: a category that was set to an interest is the interest's kind as
/// well, whatever the platform calls it.
#[must_use]
pub fn means(kind: Kind, event: &Event) -> bool {
    event.kind == kind || Interest::of_kind(kind).is_some_and(|interest| view::category_interest(event) == Some(interest))
}

/// What a name that a platform's webhooks are subscribed by means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    dialect: Dialect,
    only: Only,
    kinds: Vec<Kind>,
}

/// Which events of the kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    /// All that the dialect has a word for.
    Told,
    /// Those that the platform's webhooks are subscribed to by this name.
    Subscribed(&'static str),
    /// The sends of a first step.
    FirstSends,
    /// Those that set this label, in lower case.
    Label(String),
}

impl Meaning {
    pub(crate) fn new(dialect: Dialect, only: Only, kinds: Vec<Kind>) -> Meaning {
        Meaning { dialect, only, kinds }
    }

    /// The kinds that can be meant. Not every event of them is: [`Meaning::matches`].
    #[must_use]
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// Whether a subscription by the name wants this event.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        match &self.only {
            Only::Told => sent_as(self.dialect, None, event).is_some(),
            Only::Subscribed(name) => subscribed_by(self.dialect, event) == Some(*name),
            Only::FirstSends => event.kind == Kind::EmailSent && event.sequence_number() == Some(1),
            Only::Label(label) => instantly::names::label(event).is_some_and(|known| known.to_lowercase() == *label),
        }
    }
}

/// The name that a platform's webhooks are subscribed by to get this event; none if only a subscription to everything gets it, or
/// none at all.
#[must_use]
pub fn subscribed_by(dialect: Dialect, event: &Event) -> Option<&'static str> {
    match dialect {
        Dialect::Hookline | Dialect::Cloudevents => Some(event.kind.name()),
        Dialect::Smartlead => smartlead::names::subscribed_by(event),
        Dialect::Instantly => instantly::names::subscribed_by(event),
        Dialect::Breakcold => breakcold::names::name(event.kind),
    }
}

/// Every name that a platform's webhooks can be subscribed by to get this event: one, or two where the platform has two for it.
pub fn subscribing(dialect: Dialect, event: &Event) -> impl Iterator<Item = &'static str> {
    let also = if dialect == Dialect::Smartlead { smartlead::names::also_subscribed_by(event) } else { None };
    subscribed_by(dialect, event).into_iter().chain(also)
}

/// A name that a platform's webhooks are subscribed by, as the platform spells it today, in whichever of its spellings it is
/// written; none if it is nobody's.
#[must_use]
pub fn canonical(dialect: Dialect, name: &str) -> Option<&'static str> {
    match dialect {
        Dialect::Smartlead => smartlead::names::canonical(name),
        _ => subscriptions(dialect).into_iter().find(|known| known.eq_ignore_ascii_case(name.trim())),
    }
}

/// The name that SmartLead's webhooks are subscribed by to get events of a kind; none if SmartLead has none.
#[must_use]
pub fn smartlead_subscription(kind: Kind) -> Option<&'static str> {
    smartlead::names::subscription(kind)
}

/// The names that a platform's webhooks can be subscribed by, each spelled as the platform spells it today.
#[must_use]
pub fn subscriptions(dialect: Dialect) -> Vec<&'static str> {
    match dialect {
        Dialect::Hookline | Dialect::Cloudevents => Kind::ALL.iter().map(|kind| kind.name()).collect(),
        Dialect::Smartlead => smartlead::names::SUBSCRIPTIONS.iter().map(|(name, _)| *name).collect(),
        Dialect::Instantly => instantly::names::SUBSCRIPTIONS.to_vec(),
        Dialect::Breakcold => breakcold::names::all().map(|(name, _)| name).collect(),
    }
}

/// What a name means that a webhook of this dialect is subscribed by, in any spelling that the platform has published; none if it
/// is nobody's. `*` is everything in our own dialects.
#[must_use]
pub fn meaning(dialect: Dialect, name: &str) -> Option<Meaning> {
    match dialect {
        Dialect::Hookline | Dialect::Cloudevents if name == "*" => Some(Meaning::new(dialect, Only::Told, Kind::ALL.to_vec())),
        Dialect::Hookline | Dialect::Cloudevents => {
            let kind: Kind = name.parse().ok()?;
            Some(Meaning::new(dialect, Only::Subscribed(kind.name()), vec![kind]))
        }
        Dialect::Smartlead => smartlead::names::meaning(name),
        Dialect::Instantly => instantly::names::meaning(name),
        Dialect::Breakcold => {
            let (name, _) = breakcold::names::all().find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))?;
            let kinds = Kind::ALL.iter().copied().filter(|kind| breakcold::names::name(*kind) == Some(name)).collect();
            Some(Meaning::new(dialect, Only::Subscribed(name), kinds))
        }
    }
}

/// What a subscription of Instantly's to a custom label means, by the label's text.
#[must_use]
pub fn label_meaning(label: &str) -> Meaning {
    let only = Only::Label(label.trim().to_lowercase());
    Meaning::new(Dialect::Instantly, only, vec![Kind::ContactCategoryUpdated])
}

/// Which of SmartLead's shapes a webhook gets that is made with these names: the nested one if a name of its documents is among
/// them and none that only the flat one has.
#[must_use]
pub fn smartlead_variant<'n>(names: impl IntoIterator<Item = &'n str>) -> Variant {
    let mut variant = Variant::Flat;
    for name in names {
        match smartlead::names::generation(name) {
            Some(Variant::Flat) => return Variant::Flat,
            Some(Variant::Nested) => variant = Variant::Nested,
            Some(Variant::Data) | None => {}
        }
    }
    variant
}
