//! Names and what they mean, in both directions.

use hookline_dialects::{
    Dialect, Variant,
    names::{Wording, label_meaning, meaning, means, sent_as, smartlead_variant, subscribed_by, subscriptions, wording},
};
use hookline_model::{event::Change, interest::Interest, kind::Kind, platform::Platform};

use crate::given::{ORIGINS, event, forms};

#[test]
fn a_name_means_the_events_that_are_subscribed_to_by_it() {
    for (dialect, variant) in forms() {
        for (platform, kind) in ORIGINS.into_iter().flat_map(|platform| Kind::ALL.iter().map(move |kind| (platform, *kind))) {
            let event = event(kind, platform);
            let case = format!("{kind} of {platform} in {dialect}");
            let by = subscribed_by(dialect, &event);
            for name in subscriptions(dialect) {
                let meaning = meaning(dialect, name).unwrap_or_else(|| panic!("{name} means something"));
                let is_first = name == "FIRST_EMAIL_SENT" && kind == Kind::EmailSent;
                let is_all = name == "all_events" && sent_as(dialect, None, &event).is_some();
                assert_eq!(meaning.matches(&event), by == Some(name) || is_first || is_all, "{name}: {case}");
                assert!(!meaning.matches(&event) || meaning.kinds().contains(&kind), "{name}: {case}");
            }
            // What is subscribed to can be told, and what has no wording cannot.
            let told = sent_as(dialect, variant, &event);
            assert!(by.is_none() || told.is_some(), "{case}");
            match wording(dialect, variant, kind) {
                Wording::Name(name) => assert_eq!(told, Some(name), "{case}"),
                Wording::ByContent(names, _) => {
                    let is_label = dialect == Dialect::Instantly && kind == Kind::ContactCategoryUpdated;
                    assert!(told.is_none_or(|told| is_label || names.contains(&&*told)), "{case}");
                }
                Wording::None => assert_eq!(told, None, "{case}"),
            }
        }
    }
    for dialect in Dialect::ALL {
        assert!(meaning(dialect, "nonsense").is_none() && meaning(dialect, "").is_none(), "{dialect}");
    }
}

#[test]
fn every_spelling_of_smartleads_is_understood() {
    let kinds = |name: &str| meaning(Dialect::Smartlead, name).map(|meaning| meaning.kinds()[0]);
    for (name, kind) in [
        ("EMAIL_OPENED", Kind::EmailOpened),
        ("email_opened", Kind::EmailOpened),
        ("LEAD_CLICKED", Kind::EmailClicked),
        ("REPLIED", Kind::EmailReplied),
        (" EMAIL_BOUNCED ", Kind::EmailBounced),
        ("EMAIL_UNSUBSCRIBED", Kind::ContactUnsubscribed),
        ("CAMPAIGN_STATUS_CHANGE", Kind::CampaignStatusChanged),
        ("EMAIL_ACCOUNT_DISCONNECTED", Kind::AccountError),
        ("LEAD_CATEGORY_UPDATED", Kind::ContactCategoryUpdated),
    ] {
        assert_eq!(kinds(name), Some(kind), "{name}");
    }
    assert_eq!(kinds("CAMPAIGN_BOUNCE_BREACH"), None);
    let mut second = event(Kind::EmailSent, Platform::Smartlead);
    second.outbound.as_mut().expect("a message").sequence_number = Some(2);
    let matches = |name: &str| meaning(Dialect::Smartlead, name).expect("a meaning").matches(&second);
    assert!(matches("EMAIL_SENT") && matches("SENT") && !matches("first_email_sent"));
}

#[test]
fn the_generation_of_the_names_decides_the_shape() {
    let cases: [(&[&str], Variant); 7] = [
        (&[], Variant::Flat),
        (&["EMAIL_SENT"], Variant::Flat),
        (&["EMAIL_OPENED", "EMAIL_SENT"], Variant::Nested),
        (&["email_replied"], Variant::Nested),
        (&["EMAIL_UNSUBSCRIBED", "LEAD_UNSUBSCRIBED"], Variant::Nested),
        (&["EMAIL_REPLIED", "EMAIL_OPEN"], Variant::Flat),
        (&["LEAD_CATEGORY_UPDATED"], Variant::Flat),
    ];
    for (names, variant) in cases {
        assert_eq!(smartlead_variant(names.iter().copied()), variant, "{names:?}");
    }
}

#[test]
fn a_category_that_is_an_interest_means_the_interest() {
    let category = event(Kind::ContactCategoryUpdated, Platform::Smartlead);
    assert!(means(Kind::ContactInterested, &category) && means(Kind::ContactCategoryUpdated, &category));
    assert!(!means(Kind::ContactNotInterested, &category) && !means(Kind::EmailReplied, &category));
    let matches = |name: &str, event| meaning(Dialect::Instantly, name).expect("a meaning").matches(event);
    assert!(matches("lead_interested", &category) && matches("all_events", &category));
    assert!(!matches("lead_neutral", &category));
    // A reply of somebody who is interested is no change of category.
    let mut replied = event(Kind::EmailReplied, Platform::Smartlead);
    replied.facts.interest = Some(Change::Set(Interest::Interested));
    assert!(!means(Kind::ContactInterested, &replied) && !matches("lead_interested", &replied));
}

#[test]
fn instantly_sends_some_things_by_another_name() {
    let by = |name: &str| meaning(Dialect::Instantly, name).map(|meaning| meaning.kinds().to_vec());
    assert_eq!(by("email_link_clicked"), Some(vec![Kind::EmailClicked]));
    assert_eq!(by("link_clicked"), by("email_link_clicked"));
    assert_eq!(sent_as(Dialect::Instantly, None, &event(Kind::EmailClicked, Platform::Lemlist)).as_deref(), Some("link_clicked"));
    let automatic = event(Kind::EmailAutoReplied, Platform::Instantly);
    assert_eq!(subscribed_by(Dialect::Instantly, &automatic), None);
    assert!(meaning(Dialect::Instantly, "all_events").expect("a meaning").matches(&automatic));
    assert_eq!(by("auto_reply_received"), None);
    let mut labelled = event(Kind::ContactCategoryUpdated, Platform::Instantly);
    (labelled.facts.category, labelled.facts.interest) = (Some(Change::Set("Hot Lead".to_owned())), None);
    assert!(label_meaning(" hot lead").matches(&labelled) && !label_meaning("hot").matches(&labelled));
    assert!(meaning(Dialect::Instantly, "all_events").expect("a meaning").matches(&labelled));
}
