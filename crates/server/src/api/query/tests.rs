use super::*;
use hookline_model::{interest::Interest, kind::Kind};

fn query(text: &str) -> Query {
    let uri: http::Uri = format!("/x?{text}").parse().expect("a URI");
    let Pairs(pairs) = Pairs::try_from_uri(&uri).expect("pairs");
    Query { pairs }
}

fn field(problem: Problem) -> String {
    problem.field.expect("a field").into_owned()
}

#[test]
fn parameters_are_given_once_and_not_empty() {
    assert_eq!(query("").text("q").expect("nothing"), None);
    assert_eq!(query("q=a%20b").text("q").expect("a text").as_deref(), Some("a b"));
    for text in ["q=", "q=a&q=b", &format!("q={}", "x".repeat(TEXT_BYTES_MAX + 1))] {
        assert_eq!(field(query(text).text("q").expect_err("a problem")), "q", "{text}");
    }
}

#[test]
fn times_are_rfc_3339_also_with_a_plus_that_was_not_encoded() {
    let cases = [
        ("2026-02-11T08:03:27Z", Some(1_770_797_007_000)),
        ("2026-02-11T08:03:27.5Z", Some(1_770_797_007_500)),
        ("2026-02-11T10:03:27+02:00", Some(1_770_797_007_000)),
        ("2026-02-11T10:03:27%2B02:00", Some(1_770_797_007_000)),
        ("2026-02-11T08:03:27", None),
        ("2026-02-11", None),
        ("1770797007", None),
        ("now", None),
    ];
    for (text, expected) in cases {
        let at = query(&format!("since={text}")).time("since");
        assert_eq!(at.ok().flatten().map(|at| at.0), expected, "{text}");
    }
}

#[test]
fn campaigns_are_ours_or_the_platforms() {
    let ours = "0b6b2f3e-8f0c-5c1d-9d0a-3f5b1c2d4e5f";
    let instantlys = "0b6b2f3e-8f0c-4c1d-9d0a-3f5b1c2d4e5f";
    let read = |text: &str| query(&format!("campaign_id={text}")).campaign("campaign_id").expect("a campaign");
    assert_eq!(read(ours), Some(CampaignSelector::Id(ours.parse().expect("an id"))));
    assert_eq!(read(instantlys), Some(CampaignSelector::PlatformId(instantlys.to_owned())));
    assert_eq!(read("41"), Some(CampaignSelector::PlatformId("41".to_owned())));
}

#[test]
fn names_are_read_in_both_ways() {
    assert_eq!(query("k=email.sent").named::<Kind>("k", "").expect("a kind"), Some(Kind::EmailSent));
    assert_eq!(query("i=wrong_person").variant::<Interest>("i", "").expect("an interest"), Some(Interest::WrongPerson));
    assert_eq!(field(query("i=x").variant::<Interest>("i", "").expect_err("a problem")), "i");
}

#[test]
fn what_is_left_over_is_named() {
    let mut query = query("limit=5&x=1&y=2");
    assert_eq!(query.page(Listing::Events).expect("a page").0.limit, 5);
    assert_eq!(field(query.end().expect_err("a problem")), "x");
}
