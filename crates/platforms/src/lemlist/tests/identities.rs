//! What is the same event, and what is another.

use serde_json::{Value, json};

use hookline_model::{identity::Claim, kind::Kind};

use super::{Lemlist, event, fixtures, parsed, with};
use crate::{Delivery, Parser};

/// Whether the claim holds for ever, for a while, or there is none.
fn claim(body: &Value) -> &'static str {
    match parsed(body).claim {
        Some(Claim::Forever(_)) => "forever",
        Some(Claim::Window(_)) => "window",
        None => "none",
    }
}

/// The hash of the claim.
fn claim_hash(body: &Value) -> [u8; 16] {
    *parsed(body).claim.expect("a claim").hash()
}

#[test]
fn an_activity_is_the_same_by_its_id_whenever_it_comes() {
    for (name, fixture) in fixtures::all() {
        let body = fixture.to_string();
        let later = Delivery::new(body.as_bytes(), hookline_model::time::Millis(super::RECEIVED.0 + 86_400_000));
        let again = Lemlist.parse(&later).expect("an event");
        let first = parsed(&fixture);
        assert_eq!(again.claim, first.claim, "{name}");
        if first.event.time_source == hookline_model::time::TimeSource::Stated {
            assert_eq!(again, first, "{name}");
        }
    }
}

#[test]
fn an_activity_with_an_id_is_claimed_for_ever() {
    let told_twice = ["unsubscribed", "entity_unsubscribed", "interested", "manual_interested", "enrichment_done"];
    for (name, fixture) in fixtures::all() {
        assert_eq!(claim(&fixture), if told_twice.contains(&name) { "window" } else { "forever" }, "{name}");
    }
}

#[test]
fn what_is_filled_in_later_changes_no_identity() {
    let fields = json!({
        "createdAt": "2026-03-03T08:15:41Z", "leadPicture": "https://x.example/p.png", "leadFirstName": "P.", "secret": "another",
        "sequenceStep": 4, "campaignName": "Renamed", "lead": {"state": "paused"}, "messageId": null, "leadEmail": null,
    });
    for fixture in [fixtures::email_sent(), fixtures::email_replied(), fixtures::linkedin_replied(), fixtures::label_updated()] {
        assert_eq!(claim_hash(&with(fixture.clone(), &fields)), claim_hash(&fixture));
    }
}

#[test]
fn another_id_another_team_or_another_kind_is_another_event() {
    let sent = claim_hash(&fixtures::email_sent());
    assert_ne!(claim_hash(&with(fixtures::email_sent(), &json!({"_id": "act_Another"}))), sent);
    assert_ne!(claim_hash(&with(fixtures::email_sent(), &json!({"teamId": "tea_Another"}))), sent);
    assert_ne!(claim_hash(&with(fixtures::email_sent(), &json!({"type": "emailsOpened"}))), sent);
}

#[test]
fn one_marking_under_two_names_is_one_event() {
    let (one, other) = (parsed(&fixtures::interested()), parsed(&fixtures::manual_interested()));
    assert_eq!((one.claim, one.event.kind), (other.claim, other.event.kind));
    assert_eq!(one.event.id.hash_part(), other.event.id.hash_part());
    for through in ["emails", "linkedin", "aircall", "api"] {
        let named = with(fixtures::manual_interested(), &json!({"type": format!("{through}Interested")}));
        assert_eq!(claim_hash(&named), claim_hash(&fixtures::interested()), "{through}");
        let refused = with(fixtures::manual_interested(), &json!({"type": format!("{through}NotInterested")}));
        assert_ne!(claim_hash(&refused), claim_hash(&fixtures::interested()), "{through}");
    }
}

#[test]
fn one_opt_out_under_two_names_is_one_event() {
    let (one, other) = (parsed(&fixtures::unsubscribed()), parsed(&fixtures::entity_unsubscribed()));
    assert_eq!((one.claim, one.event.kind), (other.claim, Kind::ContactUnsubscribed));
    assert_eq!(one.event.id.hash_part(), other.event.id.hash_part());
}

#[test]
fn changes_of_state_are_told_apart_by_whom_and_where() {
    for fixture in [fixtures::interested(), fixtures::unsubscribed()] {
        let original = claim_hash(&fixture);
        let changed = |fields: &Value| claim_hash(&with(fixture.clone(), fields));
        assert_ne!(changed(&json!({"leadEmail": "al@cantaria.example"})), original);
        assert_ne!(changed(&json!({"campaignId": "cam_Another"})), original);
        assert_ne!(changed(&json!({"teamId": "tea_Another"})), original);
        assert_eq!(changed(&json!({"_id": "act_Another", "sequenceStep": 3})), original);
        let later = event(&with(fixture.clone(), &json!({"createdAt": "2026-03-10T12:00:00Z"})));
        assert_ne!(later.id, event(&fixture).id, "the same again, a week later");
    }
    let everywhere = with(fixtures::entity_unsubscribed(), &json!({"campaignId": null, "campaignName": null}));
    assert_ne!(claim_hash(&everywhere), claim_hash(&fixtures::unsubscribed()), "of no campaign");
}

#[test]
fn without_an_id_an_activity_is_who_where_what_and_when() {
    let bare = |fixture: Value, fields: &Value| event(&with(with(fixture, &json!({"_id": null})), fields)).id;
    let fixtures = [fixtures::email_opened(), fixtures::email_clicked(), fixtures::email_bounced(), fixtures::linkedin_replied()];
    for fixture in fixtures {
        let original = bare(fixture.clone(), &json!({}));
        for fields in [
            json!({"createdAt": "2026-03-03T09:02:12Z"}),
            json!({"leadEmail": "al@cantaria.example"}),
            json!({"campaignId": "cam_Another"}),
            json!({"messageId": "<another@x.example>"}),
            json!({"type": "linkedinOpened"}),
        ] {
            assert_ne!(bare(fixture.clone(), &fields), original, "{fields}");
        }
        assert_eq!(bare(fixture.clone(), &json!({"secret": "another", "lead": {"state": "x"}})), original);
        assert_eq!(bare(fixture, &json!({})), original);
    }
    let clicked = |url: &str| bare(fixtures::email_clicked(), &json!({"clickedUrl": url}));
    assert_ne!(clicked("https://a.example"), clicked("https://b.example"));
    assert_eq!(claim(&with(fixtures::email_opened(), &json!({"_id": null}))), "none");
    assert_eq!(claim(&with(fixtures::email_opened(), &json!({"_id": null, "createdAt": null}))), "window");
}

#[test]
fn without_an_id_a_message_goes_by_its_message_id() {
    for fixture in [fixtures::email_sent(), fixtures::email_replied()] {
        let bare = with(fixture, &json!({"_id": null}));
        assert_eq!(claim(&bare), "forever");
        let timeless = with(bare.clone(), &json!({"createdAt": null, "text": "shorter", "sequenceStep": 2}));
        assert_eq!(claim_hash(&timeless), claim_hash(&bare));
        assert_ne!(claim_hash(&with(bare.clone(), &json!({"messageId": "<another@x.example>"}))), claim_hash(&bare));
    }
    let nameless =
        |text: &str| with(fixtures::email_replied(), &json!({"_id": null, "messageId": null, "createdAt": null, "text": text}));
    assert_eq!(claim(&nameless("Sim")), "window");
    assert_ne!(claim_hash(&nameless("Sim")), claim_hash(&nameless("Não")));
}

#[test]
fn events_without_an_id_are_told_apart_by_what_they_say() {
    let done = |id: &str| claim_hash(&json!({"type": "enrichmentDone", "data": [{"id": id}]}));
    assert_ne!(done("a"), done("b"));
    assert_eq!(done("a"), claim_hash(&json!({"data": [{"id": "a"}], "type": "ENRICHMENTDONE", "secret": "s"})));
    let issue = |fields: &Value| event(&with(with(fixtures::connection_issue(), &json!({"_id": null})), fields)).id;
    assert_ne!(issue(&json!({})), issue(&json!({"type": "lemwarmPaused"})));
    assert_ne!(issue(&json!({})), issue(&json!({"sendUserEmail": "al@get-fjordwerk.example"})));
}

#[test]
fn the_two_names_of_a_failure_are_one_name() {
    let old = with(fixtures::email_failed(), &json!({"type": "emailsSendFailed"}));
    assert_eq!(event(&old), event(&fixtures::email_failed()));
}

#[test]
fn a_trial_again_is_the_same_only_for_a_while() {
    let trial = with(fixtures::email_sent(), &json!({"type": "webhook_test"}));
    assert_eq!(claim(&trial), "window");
    assert_eq!(claim_hash(&trial), claim_hash(&trial.clone()));
}
