//! Rules of an agency: what they place at the door, and later of what waits.

use http::Method;
use serde_json::{Map, Value, json};

use hookline_model::{
    event::{Event, Facts},
    id::EventId,
    identity::Identity,
    kind::Kind,
    platform::Platform,
    time::TimeSource,
};
use hookline_platforms::{Delivery, ParseError, Parsed, Parser, parser};

use crate::{
    quarantine::{RECEIVED, keep},
    world::{ADMIN, World, sent, text},
};

impl World {
    fn of_agency(&self, path: &str) -> String {
        format!("/v1/agencies/{}/{path}", text(&self.agency["id"]))
    }

    async fn rule(&self, matches: Value, workspace: &Value) -> Value {
        self.make(&self.of_agency("routes"), json!({"match": matches, "workspace_id": workspace["id"]})).await
    }

    /// Delivers to the agency's SmartLead address; how it was kept.
    async fn deliver_to_agency(&self, body: &Value) -> String {
        let answer = self.deliver_to(text(&self.agency["webhook_urls"]["smartlead"]), body).await;
        text(&answer["status"]).to_owned()
    }

    async fn waiting(&self) -> Vec<String> {
        let page = self.get(&self.of_agency("unrouted")).await;
        let rows = page["data"].as_array().expect("a list").iter();
        rows.map(|row| text(&row["unrouted"]["code"]).to_owned()).collect()
    }

    async fn apply(&self, body: Option<Value>) -> Value {
        let (status, answer) = self.call(Method::POST, &self.of_agency("unrouted/route"), ADMIN, body).await;
        assert_eq!(status, 200, "{answer}");
        answer
    }

    async fn events_of(&self, workspace: &Value) -> Vec<Value> {
        let page = self.get(&format!("/v1/workspaces/{}/events", text(&workspace["id"]))).await;
        page["data"].as_array().expect("a list").clone()
    }
}

/// Delivery `n` with other fields.
fn changed(n: u32, fields: Value) -> Value {
    let mut body = sent(n);
    if let (Value::Object(body), Value::Object(fields)) = (&mut body, fields) {
        body.extend(fields);
    }
    body
}

#[tokio::test]
async fn a_rule_places_what_comes_and_then_what_waits() {
    let world = World::new().await;
    let (beta, agency) = (world.new_workspace("Beta").await, world.agency.clone());
    assert_eq!(world.deliver_to_agency(&changed(1, json!({"client_id": 7}))).await, "unrouted");
    assert_eq!(world.deliver_to_agency(&changed(1, json!({"client_id": 7}))).await, "duplicate");
    assert_eq!(world.deliver_to_agency(&changed(2, json!({"client_id": null}))).await, "unrouted");
    let page = world.get(&world.of_agency("unrouted")).await;
    assert_eq!(page["data"][1]["unrouted"]["code"], "no_rule");
    let detail = text(&page["data"][1]["unrouted"]["detail"]);
    assert!(detail.starts_with("No rule matches its client \"7\", campaign \"41\""), "{detail}");

    let rule = world.rule(json!({"platform_client": "7"}), &beta).await;
    assert_eq!(rule["match"], json!({"platform_client": "7"}));
    assert_eq!(world.get(&world.of_agency(&format!("routes/{}", text(&rule["id"])))).await, rule);
    assert_eq!(world.get(&world.of_agency("routes")).await["data"], json!([rule]));
    assert_eq!(world.deliver_to_agency(&changed(3, json!({"client_id": 7}))).await, "processed");
    assert_eq!(
        world.deliver_to(text(&beta["webhook_urls"]["smartlead"]), &changed(3, json!({"client_id": 7}))).await["status"],
        "duplicate"
    );

    let would = world.apply(Some(json!({"dry_run": true}))).await;
    assert_eq!(would["routed"], 2, "the second by the campaign that the first shows: {would}");
    assert_eq!((world.events_of(&beta).await.len(), world.waiting().await.len()), (1, 2));
    let path = world.of_agency("unrouted/route");
    let (status, made, replayed) = world.call_once(Method::POST, &path, "k", json!({"dry_run": false})).await;
    assert_eq!((status, &made, replayed), (200, &would, false));
    assert_eq!(made["workspaces"], json!([{"workspace_id": beta["id"], "routed": 2, "duplicates": 0}]));
    let (_, again, replayed) = world.call_once(Method::POST, &path, "k", json!({"dry_run": false})).await;
    assert_eq!((&again, replayed), (&made, true));
    assert_eq!(world.apply(None).await["read"], 0, "nothing waits any more");

    let world = world.restarted().await;
    assert_eq!(world.agency, agency);
    let events = world.events_of(&beta).await;
    let shown: Vec<_> = events.iter().map(|event| (text(&event["origin"]), event["duplicates"]["count"].clone())).collect();
    assert_eq!(shown, [("live", json!(1)), ("routed", json!(0)), ("routed", json!(1))]);
    let raw = format!("/v1/workspaces/{}/events/{}?include=raw", text(&beta["id"]), text(&events[2]["id"]));
    let raw = world.get(&raw).await;
    assert_eq!((&raw["raw"]["client_id"], &raw["raw"]["stats_id"]), (&json!(7), &sent(1)["stats_id"]));
    assert_ne!(raw["raw"]["secret_key"], "topsecret");
    let contacts = world.get(&format!("/v1/workspaces/{}/contacts", text(&beta["id"]))).await;
    assert_eq!(contacts["data"].as_array().map(Vec::len), Some(3));
    assert!(world.waiting().await.is_empty() && world.own("events").await["data"] == json!([]));

    let (status, _) = world.call(Method::DELETE, &world.of_agency(&format!("routes/{}", text(&rule["id"]))), ADMIN, None).await;
    assert_eq!(status, 204);
    assert_eq!(
        world.deliver_to_agency(&changed(1, json!({"client_id": 7}))).await,
        "duplicate",
        "it is known where it was placed"
    );
    assert_eq!(world.deliver_to_agency(&changed(4, json!({"campaign_id": 42}))).await, "unrouted");
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_placed_stays_with_its_reason() {
    let world = World::new().await;
    let (acme, beta) = (world.workspace.clone(), world.new_workspace("Beta").await);
    world.deliver(&changed(1, json!({"campaign_id": 50}))).await;
    world.deliver_to(text(&beta["webhook_urls"]["smartlead"]), &changed(2, json!({"campaign_id": 50}))).await;
    world.rule(json!({"campaign_name": "spring*"}), &acme).await;
    world.rule(json!({"campaign_name": "*NG"}), &beta).await;
    world.deliver_to_agency(&changed(3, json!({"campaign_id": 50, "campaign_name": null}))).await;
    world.deliver_to_agency(&changed(4, json!({"campaign_id": 51}))).await;
    world.deliver_to_agency(&changed(5, json!({"campaign_id": 52, "campaign_name": "x"}))).await;
    let reasons = ["no_rule", "rules_disagree", "campaign_in_several"];
    assert_eq!(world.waiting().await, reasons);
    let outcome = world.apply(Some(json!({}))).await;
    let expected = json!([
        {"code": "campaign_in_several", "count": 1}, {"code": "no_rule", "count": 1}, {"code": "rules_disagree", "count": 1},
    ]);
    assert_eq!((&outcome["reasons"], &outcome["waiting"], &outcome["routed"]), (&expected, &json!(3), &json!(0)));
    assert_eq!(world.waiting().await, reasons);
    world.rule(json!({"campaign_id": "51"}), &beta).await;
    assert_eq!(world.apply(None).await["workspaces"], json!([{"workspace_id": beta["id"], "routed": 1, "duplicates": 0}]));
    assert_eq!(world.waiting().await, ["no_rule", "campaign_in_several"]);
    world.close().await;
}

#[tokio::test]
async fn more_than_one_call_takes_is_walked_by_the_cursor() {
    let world = World::new().await;
    for n in 0..20 {
        world.deliver_to_agency(&changed(n, json!({"description": "x".repeat(900_000)}))).await;
    }
    world.rule(json!({"sending_domain": "sender.example"}), &world.workspace.clone()).await;
    let page = world.get(&format!("{}?limit=2", world.of_agency("unrouted"))).await;
    let next = text(&page["next_cursor"]).to_owned();
    let page = world.get(&format!("{}?limit=14&cursor={next}", world.of_agency("unrouted"))).await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(14));
    let path = world.of_agency("unrouted/route");
    let (status, problem) = world.call(Method::POST, &format!("{path}?cursor={next}"), ADMIN, None).await;
    assert_eq!((status.as_u16(), &problem["field"]), (400, &json!("cursor")), "a cursor of another listing");
    let dry = world.apply(Some(json!({"dry_run": true}))).await;
    let outcome = world.apply(None).await;
    assert_eq!((&dry, &outcome["more"]), (&outcome, &json!(true)));
    let routed = outcome["routed"].as_u64().expect("a number");
    assert!((12..20).contains(&routed), "about 16 MiB of bodies: {outcome}");
    let next = text(&outcome["next_cursor"]);
    let (_, outcome) = world.call(Method::POST, &format!("{path}?cursor={next}"), ADMIN, None).await;
    assert_eq!(
        (&outcome["routed"], &outcome["more"], &outcome["next_cursor"]),
        (&json!(20 - routed), &json!(false), &Value::Null)
    );
    assert_eq!((world.events_of(&world.workspace).await.len(), world.waiting().await.len()), (20, 0));
    world.close().await;
}

#[tokio::test]
async fn what_makes_no_rule_says_what_to_mend() {
    let world = World::new().await;
    let other = world.make("/v1/agencies", json!({"name": "Other"})).await;
    let foreign = world.make(&format!("/v1/agencies/{}/workspaces", text(&other["id"])), json!({"name": "F"})).await;
    let own = &world.workspace["id"];
    let by_id = json!({"campaign_id": "41"});
    world.make(&world.of_agency("routes"), json!({"match": by_id, "workspace_id": own})).await;
    let cases = [
        (json!({"match": by_id}), 400, "workspace_id"),
        (json!({"workspace_id": own}), 400, "match"),
        (json!({"match": {}, "workspace_id": own}), 400, "match"),
        (json!({"match": "41", "workspace_id": own}), 400, "match"),
        (json!({"match": {"campaign_id": "1", "sending_domain": "a.example"}, "workspace_id": own}), 400, "match"),
        (json!({"match": {"campaign": "1"}, "workspace_id": own}), 400, "match"),
        (json!({"match": {"campaign_id": 41}, "workspace_id": own}), 400, "match.campaign_id"),
        (json!({"match": {"campaign_id": " "}, "workspace_id": own}), 400, "match.campaign_id"),
        (json!({"match": {"sending_account": "nora"}, "workspace_id": own}), 400, "match.sending_account"),
        (json!({"match": {"sending_domain": "a@b.example"}, "workspace_id": own}), 400, "match.sending_domain"),
        (json!({"match": {"sending_domain": "*.b.example"}, "workspace_id": own}), 400, "match.sending_domain"),
        (json!({"platform": "smartled", "match": by_id, "workspace_id": own}), 400, "platform"),
        (json!({"platform": "hookline", "match": by_id, "workspace_id": own}), 400, "platform"),
        (json!({"platform": "smartlead", "match": {"platform_workspace": "7"}, "workspace_id": own}), 400, "match"),
        (json!({"platform": "instantly", "match": {"platform_client": "7"}, "workspace_id": own}), 400, "match"),
        (json!({"match": {"campaign_id": "42"}, "workspace_id": foreign["id"]}), 404, "workspace_id"),
        (json!({"match": by_id, "workspace_id": own, "priority": 1}), 400, "priority"),
    ];
    for (body, expected, field) in cases {
        let (status, problem) = world.call(Method::POST, &world.of_agency("routes"), ADMIN, Some(body.clone())).await;
        assert_eq!((status.as_u16(), &problem["field"]), (expected, &json!(field)), "{body} {problem}");
    }
    let again = json!({"match": by_id, "workspace_id": own});
    let (status, problem) = world.call(Method::POST, &world.of_agency("routes"), ADMIN, Some(again)).await;
    assert_eq!(status, 409);
    assert!(text(&problem["detail"]).contains("Delete it first"), "{problem}");
    // For one platform it is another rule.
    let one = json!({"platform": "smartlead", "match": by_id, "workspace_id": own});
    assert_eq!(world.make(&world.of_agency("routes"), one).await["platform"], "smartlead");
    let (status, _) =
        world.call(Method::GET, &format!("/v1/agencies/{}/routes/{}", text(&other["id"]), text(own)), ADMIN, None).await;
    assert_eq!(status, 404);
    world.close().await;
}

/// An EmailBison that says only where it is from, and which of its events it is.
struct Bison;

static BISON: Bison = Bison;

fn with_bison(platform: Platform) -> Option<&'static dyn Parser> {
    if platform == Platform::Emailbison { Some(&BISON) } else { parser(platform) }
}

impl Parser for Bison {
    fn platform(&self) -> Platform {
        Platform::Emailbison
    }

    fn parse(&self, delivery: &Delivery<'_>) -> Result<Parsed, ParseError> {
        let body: Map<String, Value> =
            serde_json::from_slice(delivery.body).map_err(|error| ParseError::NotJson(error.to_string()))?;
        let said = |name: &str| body.get(name).map(|value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned));
        let occurred_at = delivery.received_at;
        let identity = Identity::new(Platform::Emailbison, "", Kind::AccountError).maybe("n", said("n"));
        let event = Event {
            id: EventId::derive(occurred_at, &identity.digest()),
            kind: Kind::AccountError,
            platform: Platform::Emailbison,
            account: said("account"),
            occurred_at,
            time_source: TimeSource::Stated,
            contact: None,
            campaign: None,
            sending_account: None,
            outbound: None,
            inbound: None,
            facts: Facts::default(),
        };
        Ok(Parsed { event, claim: None })
    }

    fn names(&self) -> Vec<(&'static str, Kind)> {
        vec![("sent", Kind::EmailSent)]
    }

    fn redact(&self, _: &mut [u8]) {}
}

#[tokio::test]
async fn a_bare_id_holds_until_a_second_instance_is_known() {
    let world = World::new().await.upgraded(with_bison).await;
    let path = format!("/public/global-emailbison-webhook/{}", text(&world.agency["address"]));
    let deliver = async |world: &World, account: &str, n: u32| {
        let (status, answer) = world.call(Method::POST, &path, "", Some(json!({"account": account, "n": n}))).await;
        assert_eq!(status, 200, "{answer}");
        text(&answer["status"]).to_owned()
    };
    let body = json!({"platform": "emailbison", "match": {"platform_workspace": "7"}, "workspace_id": world.workspace["id"]});
    world.make(&world.of_agency("routes"), body).await;
    assert_eq!(deliver(&world, "https://a.example/7", 1).await, "processed");
    assert_eq!(deliver(&world, "https://a.example/8", 2).await, "unrouted");
    assert_eq!(deliver(&world, "https://b.example/7", 3).await, "unrouted", "the second instance is known before it is placed");
    let world = world.upgraded(with_bison).await;
    assert_eq!(deliver(&world, "https://a.example/7", 4).await, "unrouted");
    assert_eq!(world.waiting().await, ["instance_unclear", "instance_unclear", "no_rule"]);
    world.rule(json!({"platform_workspace": "https://a.example/7"}), &world.workspace.clone()).await;
    assert_eq!(world.apply(None).await["routed"], 1);
    assert_eq!((deliver(&world, "https://a.example/7", 5).await.as_str(), world.waiting().await.len()), ("processed", 2));
    world.close().await;
}

#[tokio::test]
async fn tests_stay_and_what_was_in_quarantine_waits_to_be_tried() {
    let world = World::new().await;
    world.rule(json!({"campaign_name": "*"}), &world.workspace.clone()).await;
    world.deliver_to_agency(&changed(1, json!({"event_type": "WEBHOOK_TEST"}))).await;
    let reserved = world.store.directory().agencies()[0].unrouted.to_string();
    keep(world.store.as_ref(), &reserved, 1, sent(2).to_string()).await;
    let (_, outcome) = world.call(Method::POST, &world.of_agency("quarantine/reprocess"), ADMIN, None).await;
    assert_eq!(outcome["reprocessed"], 1, "{outcome}");
    let mut waiting = world.waiting().await;
    waiting.sort();
    assert_eq!(waiting, ["not_tried", "test"]);
    let outcome = world.apply(None).await;
    assert_eq!((&outcome["routed"], &outcome["waiting"]), (&json!(1), &json!(1)), "{outcome}");
    assert_eq!(world.waiting().await, ["test"]);
    assert_eq!(world.events_of(&world.workspace).await[0]["received_at"], RECEIVED.to_string());
    world.close().await;
}
