use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

fn workspace(n: u128) -> WorkspaceId {
    WorkspaceId(Uuid::from_u128(n))
}

fn route(n: u128, platform: Option<Platform>, by: MatchBy, value: &str, to: u128) -> Route {
    let matcher = Matcher::new(by, value).expect("a value of a rule");
    let (id, agency) = (RouteId(Uuid::from_u128(n)), AgencyId(Uuid::from_u128(1)));
    Route { id, agency, platform, matcher, workspace: workspace(to), created_at: Millis(0) }
}

fn routes(rows: Vec<Route>) -> Routes {
    Routes::new(rows, BTreeSet::new())
}

fn event(platform: &str, more: &Value) -> Event {
    let mut value = json!({"kind": "email.sent", "platform": platform, "occurred_at": 0, "time_source": "stated"});
    let fields = value.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    serde_json::from_value(value).expect("an event")
}

fn campaign(platform: &str, account: &str, id: &str, name: Option<&str>) -> Value {
    json!({"key": {"External": {"platform": platform, "account": account, "id": id}}, "name": name})
}

/// Everything that SmartLead says.
fn said() -> Event {
    let more = json!({
        "account": "1103", "sending_account": "nora@try-brightpath.example",
        "campaign": campaign("smartlead", "", "41", Some("ACME - DACH Cranes")),
    });
    event("smartlead", &more)
}

fn code(decision: &Decision) -> WaitingCode {
    match decision {
        Decision::Workspace(id) => panic!("it is placed in {id}"),
        Decision::AskKnown(waiting) | Decision::Wait(waiting) => waiting.code,
    }
}

#[test]
fn rules_are_asked_in_the_order_of_their_sorts() {
    let by_rank = [
        (MatchBy::PlatformClient, "1103"),
        (MatchBy::CampaignId, "41"),
        (MatchBy::SendingAccount, " Nora@Try-Brightpath.example "),
        (MatchBy::SendingDomain, "@TRY-brightpath.example"),
        (MatchBy::CampaignName, "acme*"),
    ];
    for place in 0..by_rank.len() {
        // Made in the other order, so that age is not what decides.
        let rows = by_rank[place..].iter().zip(1..).map(|((by, value), n)| route(100 - n, None, *by, value, n));
        assert_eq!(routes(rows.collect()).decide(&said()), Decision::Workspace(workspace(1)), "{:?}", by_rank[place]);
    }
}

#[test]
fn a_rule_of_another_platform_or_value_places_nothing() {
    let rows = vec![
        route(1, Some(Platform::Instantly), MatchBy::CampaignId, "41", 1),
        route(2, None, MatchBy::CampaignId, "410", 2),
        route(3, None, MatchBy::PlatformWorkspace, "1103", 3),
        route(4, None, MatchBy::SendingDomain, "brightpath.example", 4),
        route(5, None, MatchBy::CampaignName, "ACME", 5),
        route(6, Some(Platform::Lemlist), MatchBy::CampaignName, "*", 5),
    ];
    let decision = routes(rows).decide(&said());
    let Decision::AskKnown(Waiting { code, text }) = decision else { panic!("{decision:?}") };
    assert_eq!(code, WaitingCode::NoRule);
    assert_eq!(
        text,
        "No rule matches its client \"1103\", campaign \"41\", campaign name \"ACME - DACH Cranes\", sending account \
         \"nora@try-brightpath.example\", and no workspace has seen its campaign. Make a rule."
    );
}

#[test]
fn rules_that_disagree_place_nothing_and_are_not_passed_by() {
    let both = |to| {
        vec![
            route(1, None, MatchBy::CampaignId, "41", 1),
            route(2, Some(Platform::Smartlead), MatchBy::CampaignId, "41", to),
            route(3, None, MatchBy::SendingDomain, "try-brightpath.example", 3),
        ]
    };
    assert_eq!(routes(both(1)).decide(&said()), Decision::Workspace(workspace(1)), "two that agree");
    let decision = routes(both(2)).decide(&said());
    assert!(matches!(&decision, Decision::Wait(waiting) if waiting.code == WaitingCode::RulesDisagree), "{decision:?}");
    let patterns = vec![route(1, None, MatchBy::CampaignName, "acme*", 1), route(2, None, MatchBy::CampaignName, "*cranes", 2)];
    assert_eq!(code(&routes(patterns).decide(&said())), WaitingCode::RulesDisagree);
}

#[test]
fn who_is_nobodys_client_is_named_by_nothing() {
    let rows = vec![route(1, None, MatchBy::PlatformClient, "null", 1), route(2, None, MatchBy::PlatformWorkspace, "w", 2)];
    let rules = routes(rows);
    assert_eq!(code(&rules.decide(&event("smartlead", &json!({})))), WaitingCode::NoRule);
    assert_eq!(rules.decide(&event("instantly", &json!({"account": "w"}))), Decision::Workspace(workspace(2)));
    assert_eq!(code(&rules.decide(&event("instantly", &json!({"account": "W"})))), WaitingCode::NoRule, "ids have a case");
}

#[test]
fn a_campaign_known_by_its_name_alone_goes_by_that() {
    let key = json!({"key": {"Named": {"platform": "instantly", "account": "", "id": "Acme 41"}}});
    let rules =
        routes(vec![route(1, None, MatchBy::CampaignId, "Acme 41", 1), route(2, None, MatchBy::CampaignName, "ACME ?1", 2)]);
    assert_eq!(rules.decide(&event("instantly", &json!({"campaign": key}))), Decision::Workspace(workspace(2)));
}

#[test]
fn a_bare_id_of_emailbison_holds_while_one_instance_is_known() {
    let one = event(
        "emailbison",
        &json!({"account": "https://a.example/7", "campaign": campaign("emailbison", "https://a.example", "41", None)}),
    );
    let bare = route(1, Some(Platform::Emailbison), MatchBy::PlatformWorkspace, "7", 1);
    let full = |instance: &str, to| route(2, None, MatchBy::PlatformWorkspace, &format!("{instance}/7"), to);
    let of = |rows: Vec<Route>, instances: &[&str]| {
        Routes::new(rows, instances.iter().map(|instance| (*instance).to_owned()).collect()).decide(&one)
    };
    let (a, b) = ("https://a.example", "https://b.example");
    assert_eq!(of(vec![bare.clone()], &[]), Decision::Workspace(workspace(1)));
    assert_eq!(of(vec![bare.clone()], &[a]), Decision::Workspace(workspace(1)));
    assert_eq!(code(&of(vec![bare.clone()], &[a, b])), WaitingCode::InstanceUnclear);
    assert_eq!(of(vec![bare.clone(), full(a, 2)], &[a, b]), Decision::Workspace(workspace(2)));
    assert_eq!(code(&of(vec![bare.clone(), full(a, 2)], &[a])), WaitingCode::RulesDisagree);
    assert_eq!(code(&of(vec![full(b, 2)], &[a, b])), WaitingCode::NoRule);
    // A rule of EmailBison that names an instance makes it known.
    let named = Route { platform: Some(Platform::Emailbison), ..full(b, 2) };
    assert_eq!(code(&of(vec![bare.clone(), named], &[a])), WaitingCode::InstanceUnclear);

    let by_campaign = |value: &str| route(3, None, MatchBy::CampaignId, value, 3);
    assert_eq!(of(vec![bare.clone(), by_campaign("41")], &[a, b]), code_of_unclear(&bare));
    assert_eq!(of(vec![by_campaign("https://a.example/41")], &[a, b]), Decision::Workspace(workspace(3)));
    assert_eq!(of(vec![by_campaign("41")], &[a]), Decision::Workspace(workspace(3)));
    let unstated = event("emailbison", &json!({"account": "7"}));
    assert_eq!(routes(vec![bare.clone()]).decide(&unstated), Decision::Workspace(workspace(1)));
    let several = Routes::new(vec![bare], [a.to_owned(), b.to_owned()].into());
    assert_eq!(code(&several.decide(&unstated)), WaitingCode::InstanceUnclear);
}

fn code_of_unclear(route: &Route) -> Decision {
    Decision::AskKnown(Waiting::instance_unclear(route))
}

#[test]
fn instances_are_remembered_up_to_a_bound() {
    let named = |n: usize| event("emailbison", &json!({"account": format!("https://{n}.example/7")}));
    let rules = Routes::new(Vec::new(), (0..INSTANCES_MAX - 1).map(|n| format!("https://{n}.example")).collect());
    assert_eq!(rules.new_instance(&named(3)), None);
    assert_eq!(rules.new_instance(&named(1_000)), Some("https://1000.example"));
    let full = Routes::new(Vec::new(), (0..INSTANCES_MAX).map(|n| format!("https://{n}.example")).collect());
    assert_eq!(full.new_instance(&named(1_000)), None);
    assert_eq!(rules.new_instance(&event("instantly", &json!({"account": "a/b"}))), None);
}

#[test]
fn values_that_could_never_match_are_refused() {
    let cases = [
        (MatchBy::CampaignId, "", MatcherError::Text),
        (MatchBy::CampaignName, "a\nb", MatcherError::Text),
        (MatchBy::SendingAccount, "nora", MatcherError::Address),
        (MatchBy::SendingDomain, "nora@x.example", MatcherError::Domain),
        (MatchBy::SendingDomain, "a b", MatcherError::Domain),
    ];
    for (by, text, error) in cases {
        assert_eq!(Matcher::new(by, text), Err(error), "{text:?}");
    }
    assert_eq!(Matcher::new(MatchBy::CampaignId, &"x".repeat(201)), Err(MatcherError::Text));
    assert!(Matcher::new(MatchBy::CampaignId, &"é".repeat(200)).is_ok());
}

#[test]
fn names_have_their_way_back() {
    assert!(MatchBy::ALL.iter().all(|by| MatchBy::named(by.name()) == Some(*by)));
    assert!(WaitingCode::ALL.iter().all(|code| WaitingCode::named(code.name()) == Some(*code)));
    assert_eq!((MatchBy::named("x"), WaitingCode::named("x")), (None, None));
}

#[test]
fn a_pattern_takes_no_time_to_speak_of_and_long_names_match_none() {
    let pattern = format!("{}b", "*a".repeat(99));
    let rules = routes(vec![route(1, None, MatchBy::CampaignName, &pattern, 1), route(2, None, MatchBy::CampaignName, "*x", 2)]);
    let named = |name: &str| event("smartlead", &json!({"campaign": campaign("smartlead", "", "41", Some(name))}));
    // With every `*` taken back in turn this would never end.
    assert_eq!(code(&rules.decide(&named(&"a".repeat(500)))), WaitingCode::NoRule);
    assert_eq!(rules.decide(&named(&format!("{}X", "a".repeat(499)))), Decision::Workspace(workspace(2)));
    assert_eq!(code(&rules.decide(&named(&format!("{}x", "a".repeat(500))))), WaitingCode::NoRule);
}

/// What a pattern means, letter by letter.
fn means(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => means(rest, name) || name.split_first().is_some_and(|(_, left)| means(pattern, left)),
        (Some((wanted, rest)), Some((found, left))) => (*wanted == '?' || wanted == found) && means(rest, left),
        _ => false,
    }
}

proptest! {
    #[test]
    fn a_pattern_matches_what_it_means(pattern in "[ab*?]{0,8}", name in "[abAB*?]{0,9}") {
        let lower: Vec<char> = name.to_lowercase().chars().collect();
        let chars: Vec<char> = pattern.chars().collect();
        prop_assert_eq!(Pattern::new(&pattern.to_uppercase()).matches(&lower), means(&chars, &lower), "{} {}", pattern, name);
    }
}
