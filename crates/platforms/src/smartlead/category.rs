//! Categories: what SmartLead calls a lead's interest, in the account's own words.
//!
//! Category ids are numbered per account and customers rename the rest, so only names count (live captures).

use hookline_model::{
    event::{Change, Facts},
    interest::Interest,
};

use crate::json::{Fields, fold};

/// What a category says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// An interest.
    Interest(Interest),
    /// Not interested, and never to be mailed again.
    Blocked,
    /// Nothing of the contact's interest.
    Nothing,
}

/// The default categories of an account (live captures), the usual custom ones, and plain words; lower case.
const MEANINGS: &[(&str, Meaning)] = &[
    ("interested", Meaning::Interest(Interest::Interested)),
    ("information request", Meaning::Interest(Interest::Interested)),
    ("meeting request", Meaning::Interest(Interest::MeetingBooked)),
    ("meeting booked", Meaning::Interest(Interest::MeetingBooked)),
    ("meeting scheduled", Meaning::Interest(Interest::MeetingBooked)),
    ("meeting completed", Meaning::Interest(Interest::MeetingCompleted)),
    ("closed", Meaning::Interest(Interest::Closed)),
    ("won", Meaning::Interest(Interest::Closed)),
    ("closed won", Meaning::Interest(Interest::Closed)),
    ("neutral", Meaning::Interest(Interest::Neutral)),
    ("not interested", Meaning::Interest(Interest::NotInterested)),
    ("do not contact", Meaning::Blocked),
    ("out of office", Meaning::Interest(Interest::OutOfOffice)),
    ("wrong person", Meaning::Interest(Interest::WrongPerson)),
    ("no show", Meaning::Interest(Interest::NoShow)),
    ("uncategorizable by ai", Meaning::Nothing),
    ("sender originated bounce", Meaning::Nothing),
];

/// The change that a category event states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// The category is now this name.
    Named(String),
    /// It is known by number only, which says nothing to us.
    Numbered(String),
    /// The lead has no category any more.
    Cleared,
    /// The event does not tell.
    Untold,
}

impl Category {
    /// Reads it: from `lead_category`, else from its deprecated twins `category` and `lead_category_id`.
    pub(super) fn read(body: Fields<'_>) -> Category {
        let change = body.object("lead_category");
        if let Some(name) = change.name("new_name").or_else(|| body.name("category")) {
            return Category::Named(name);
        }
        if let Some(id) = change.id("new_id").or_else(|| body.id("lead_category_id")) {
            return Category::Numbered(id);
        }
        // Cleared is said, by a null: an object that lacks the fields says nothing.
        let says_none = change.map().is_some_and(|change| change.contains_key("new_name") || change.contains_key("new_id"));
        if says_none { Category::Cleared } else { Category::Untold }
    }

    /// Sets the category and what it means.
    pub(super) fn apply(&self, body: Fields<'_>, facts: &mut Facts) {
        match self {
            Category::Named(name) => {
                facts.category = Some(Change::Set(name.clone()));
                match meaning(name, body.object("lead_data").object("category")) {
                    Meaning::Interest(interest) => facts.interest = Some(Change::Set(interest)),
                    Meaning::Blocked => {
                        facts.interest = Some(Change::Set(Interest::NotInterested));
                        facts.blocked = Some(true);
                    }
                    Meaning::Nothing => {}
                }
            }
            Category::Cleared => {
                facts.category = Some(Change::Clear);
                facts.interest = Some(Change::Clear);
            }
            Category::Numbered(_) | Category::Untold => {}
        }
    }
}

/// What a category's name means. A name that is not ours to know goes by the sentiment that the account gave it, if the lead's
/// data is already that of the new category.
fn meaning(name: &str, described: Fields<'_>) -> Meaning {
    let folded = folded(name);
    if let Some((_, meaning)) = MEANINGS.iter().find(|(known, _)| *known == folded) {
        return *meaning;
    }
    let same = described.text("name").is_some_and(|described| self::folded(&described) == folded);
    let sentiment = described.text("sentiment_type").filter(|_| same).map(|sentiment| sentiment.to_lowercase());
    match sentiment.as_deref() {
        Some("positive") => Meaning::Interest(Interest::Interested),
        Some("negative") => Meaning::Interest(Interest::NotInterested),
        Some("neutral") => Meaning::Interest(Interest::Neutral),
        _ => Meaning::Nothing,
    }
}

/// A name as it is compared: lower case, hyphens and underscores as spaces.
fn folded(name: &str) -> String {
    fold(&name.replace(['-', '_'], " ")).to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::json::node;

    fn read(body: &Value) -> (Category, Facts) {
        let body = Fields::new(node(body).as_object().expect("an object"));
        let category = Category::read(body);
        let mut facts = Facts::default();
        category.apply(body, &mut facts);
        (category, facts)
    }

    #[test]
    fn names_mean_interests() {
        let cases = [
            ("Interested", Some(Interest::Interested), None),
            ("information REQUEST", Some(Interest::Interested), None),
            ("Meeting Request", Some(Interest::MeetingBooked), None),
            ("Meeting Booked", Some(Interest::MeetingBooked), None),
            ("Meeting  Scheduled", Some(Interest::MeetingBooked), None),
            ("Meeting Completed", Some(Interest::MeetingCompleted), None),
            ("Closed", Some(Interest::Closed), None),
            ("won", Some(Interest::Closed), None),
            ("Neutral", Some(Interest::Neutral), None),
            ("Not Interested", Some(Interest::NotInterested), None),
            ("Do Not Contact", Some(Interest::NotInterested), Some(true)),
            ("Out-of-Office", Some(Interest::OutOfOffice), None),
            ("Wrong Person", Some(Interest::WrongPerson), None),
            ("No-Show", Some(Interest::NoShow), None),
            ("Uncategorizable by Ai", None, None),
            ("Sender Originated Bounce", None, None),
            ("Ask in autumn", None, None),
        ];
        for (name, interest, blocked) in cases {
            let (_, facts) = read(&json!({"lead_category": {"new_name": name, "new_id": 77}}));
            assert_eq!((facts.interest, facts.blocked), (interest.map(Change::Set), blocked), "{name}");
            assert!(matches!(facts.category, Some(Change::Set(_))), "{name}");
        }
    }

    #[test]
    fn an_unknown_name_goes_by_its_own_sentiment() {
        let cases = [
            ("Warm", "positive", Some(Interest::Interested)),
            ("warm", "Negative", Some(Interest::NotInterested)),
            ("Warm", "neutral", Some(Interest::Neutral)),
            ("Warm", "ambivalent", None),
            ("Cold", "positive", None),
        ];
        for (described, sentiment, interest) in cases {
            let data = json!({"category": {"name": described, "sentiment_type": sentiment}});
            let (_, facts) = read(&json!({"category": "Warm", "lead_data": data}));
            assert_eq!(facts.interest, interest.map(Change::Set), "{described} {sentiment}");
        }
        let data = json!({"category": {"name": "Uncategorizable by Ai", "sentiment_type": "negative"}});
        assert_eq!(read(&json!({"category": "Uncategorizable by Ai", "lead_data": data})).1.interest, None);
    }

    #[test]
    fn a_category_is_cleared_only_where_the_event_says_so() {
        let named = Category::Named("Interested".to_owned());
        let cases = [
            (json!({"lead_category": {"new_name": null, "new_id": null, "old_id": 1}}), Category::Cleared),
            (json!({"lead_category": {"new_name": null}, "category": ""}), Category::Cleared),
            (json!({"lead_category": {"new_name": null, "new_id": null}, "category": "Interested"}), named.clone()),
            (json!({"lead_category": {"new_name": null, "new_id": 5}}), Category::Numbered("5".to_owned())),
            (json!({"lead_category": {"new_id": null}, "lead_category_id": "5"}), Category::Numbered("5".to_owned())),
            (json!({"lead_category": {}}), Category::Untold),
            (json!({"lead_category": "Interested", "category": null}), Category::Untold),
            (json!({"category": "Interested"}), named),
            (json!({}), Category::Untold),
        ];
        for (body, expected) in cases {
            let (category, facts) = read(&body);
            assert_eq!(category, expected, "{body}");
            assert_eq!(facts.interest == Some(Change::Clear), expected == Category::Cleared, "{body}");
            assert_eq!(facts.category == Some(Change::Clear), expected == Category::Cleared, "{body}");
        }
    }
}
