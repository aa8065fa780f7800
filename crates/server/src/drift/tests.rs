//! What differs is noted once, counted, shown to whom it belongs, and learned.

use std::sync::Arc;

use serde_json::{Value, json};

use hookline_model::{
    id::{EventId, WorkspaceId},
    kind::Kind,
    platform::Platform,
    time::Millis,
};
use hookline_store::{Store, directory::AddressOwner};

use super::{
    known::{DRIFTS_MAX, LEARNED},
    watch::{DRIFTS_MAX as DRIFTS_OF_PLATFORM_MAX, NAMES_MAX, Seen, Watch},
};
use crate::{
    Limits,
    service::Service,
    testing::{ADMIN, App, delivery, text},
};

/// A service with a workspace whose SmartLead webhook is posted to.
struct World {
    app: App,
    agency: Value,
    workspace: Value,
}

impl World {
    async fn new() -> World {
        World::with_limits(Limits::default()).await
    }

    async fn with_limits(limits: Limits) -> World {
        let app = App::with_limits(limits);
        let agency = app.agency("Acme").await;
        let workspace = app.workspace(&agency, "Client").await;
        World { app, agency, workspace }
    }

    async fn post_to(&self, path: &str, body: &Value) -> String {
        let answer = self.app.call(http::Method::POST, path, "", Some(body.clone())).await;
        text(&answer.body["event_id"]).to_owned()
    }

    async fn post(&self, body: &Value) -> String {
        self.post_to(&format!("/public/smartlead-webhook/{}", text(&self.workspace["address"])), body).await
    }

    /// Posts deliveries of one shape until it is learned.
    async fn learn(&self, body: &Value) {
        for number in 0..LEARNED {
            self.post(&with(body, json!({"stats_id": format!("learn-{number}")}))).await;
        }
    }

    async fn drift_of(&self, owner: &str) -> Vec<Value> {
        let answer = self.app.get(&format!("{owner}/drift"), ADMIN).await;
        answer.body["data"].as_array().expect("a list").clone()
    }

    fn own(&self) -> String {
        format!("/v1/workspaces/{}", text(&self.workspace["id"]))
    }

    /// What is noted of the workspace, sorted: what, the field, what it was and is, how often.
    async fn told(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |row: &Value| {
            let words = ["event_name", "what", "path", "was", "is"].map(|name| word(&row[name]));
            format!("{} {}", words.join(" "), row["count"])
        };
        let mut told: Vec<String> = self.drift_of(&self.own()).await.iter().map(line).collect();
        told.sort();
        told
    }
}

fn with(body: &Value, fields: Value) -> Value {
    let mut body = body.clone();
    match (&mut body, fields) {
        (Value::Object(body), Value::Object(fields)) => body.extend(fields),
        _ => panic!("two objects"),
    }
    body
}

fn without(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    body.as_object_mut().expect("an object").remove(name);
    body
}

/// A delivery with a bit of everything.
fn usual() -> Value {
    with(&delivery(0), json!({"lead": {"score": 1, "plan": null, "note": {"by": "x"}}, "tags": [{"name": "a"}], "client": null}))
}

#[tokio::test]
async fn what_has_no_room_for_a_copy_is_kept_and_not_looked_at() {
    let named = with(&usual(), json!({"event_type": "NAME_NOBODY_KNEW"}));
    let bytes = named.to_string().len();
    // What a body takes is reserved in steps, so that it may be a little more than its length.
    // A copy is made of the first half only.
    for (room, told) in [(bytes * 8, 1), (bytes * 3, 0)] {
        let world = World::with_limits(Limits { body_bytes_max: room, bodies_bytes_in_all: room, ..Limits::default() }).await;
        assert!(!world.post(&named).await.is_empty(), "it is kept");
        assert_eq!(world.told().await.len(), told, "with room for {room} bytes");
    }
}

#[tokio::test]
async fn what_differs_is_noted_once_and_counted() {
    let world = World::new().await;
    world.learn(&usual()).await;
    assert_eq!(world.told().await, [] as [&str; 0], "what is learned is no drift");
    let first = world.post(&with(&usual(), json!({"stats_id": "x-1", "reason": "none", "by": {"id": 1, "name": "x"}}))).await;
    world.post(&with(&usual(), json!({"stats_id": "x-2", "reason": "none"}))).await;
    world.post(&with(&usual(), json!({"stats_id": "x-3", "sequence_number": "1"}))).await;
    world.post(&with(&usual(), json!({"stats_id": "x-4", "sequence_number": "2"}))).await;
    world.post(&without(&with(&usual(), json!({"stats_id": "x-5"})), "campaign_name")).await;
    world.post(&with(&usual(), json!({"stats_id": "x-6", "lead": {"score": 1, "plan": null}}))).await;
    // Nobody can say of these that they are otherwise.
    world.post(&with(&usual(), json!({"stats_id": "x-7", "tags": []}))).await;
    world.post(&with(&usual(), json!({"stats_id": "x-8", "client": "c", "lead": null}))).await;
    let expected = [
        "EMAIL_SENT changed_type sequence_number number string 2",
        "EMAIL_SENT missing_field campaign_name string - 1",
        "EMAIL_SENT missing_field lead.note object - 1",
        "EMAIL_SENT new_field by - object 1",
        "EMAIL_SENT new_field reason - string 2",
    ];
    assert_eq!(world.told().await, expected);
    let rows = world.drift_of(&world.own()).await;
    let by = rows.iter().find(|row| row["path"] == "by").expect("it is noted");
    let reason = rows.iter().find(|row| row["path"] == "reason").expect("it is noted");
    assert_eq!((&by["event_id"], &reason["event_id"]), (&json!(first), &json!(first)), "the first that shows it");
    assert_eq!(by["first_seen_at"], by["last_seen_at"]);
    assert!(reason["first_seen_at"].as_str() < reason["last_seen_at"].as_str());
    let times: Vec<&str> = rows.iter().map(|row| text(&row["first_seen_at"])).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest first: {times:?}");
    let of_others = world.app.get(&format!("{}/drift?platform=instantly", world.own()), ADMIN).await;
    assert_eq!(of_others.body["data"], json!([]));
}

#[tokio::test]
async fn a_field_that_is_missing_is_noted_after_it_was_always_there() {
    let world = World::new().await;
    for number in 0..LEARNED - 1 {
        world.post(&with(&usual(), json!({"stats_id": format!("x-{number}")}))).await;
    }
    world.post(&without(&usual(), "subject")).await;
    world.post(&with(&without(&usual(), "subject"), json!({"more": 1, "stats_id": "y"}))).await;
    assert_eq!(world.told().await, ["EMAIL_SENT new_field more - number 1"]);
}

#[tokio::test]
async fn nothing_is_missing_from_a_body_that_was_not_seen_whole() {
    let world = World::new().await;
    world.learn(&usual()).await;
    let mut large = without(&with(&usual(), json!({"stats_id": "x", "aaa": {}})), "subject");
    for number in 0..400 {
        large["aaa"][format!("f{number}")] = json!(1);
    }
    world.post(&large).await;
    assert_eq!(world.told().await, ["EMAIL_SENT new_field aaa - object 1"]);
}

#[tokio::test]
async fn names_are_new_if_the_parser_or_the_workspace_has_not_met_them() {
    let world = World::new().await;
    let named = |name: &str, id: &str| with(&usual(), json!({"event_type": name, "stats_id": id}));
    world.post(&named("EMAIL_OPEN", "a")).await;
    world.post(&named("REPLY_SEEN", "b")).await;
    world.post(&named("REPLY_SEEN", "c")).await;
    // A trial is no event.
    world.post(&named("TEST", "d")).await;
    assert_eq!(world.told().await, ["REPLY_SEEN new_name - - other 2"]);
    world.learn(&usual()).await;
    world.post(&named("EMAIL_LINK_CLICK", "e")).await;
    world.post(&named("PING", "f")).await;
    let expected = ["EMAIL_LINK_CLICK new_name - - email.clicked 1", "REPLY_SEEN new_name - - other 2"];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn an_object_with_ever_new_keys_is_free() {
    let world = World::new().await;
    for number in 0..100 {
        let mut body = with(&usual(), json!({"stats_id": format!("x-{number}"), "custom_fields": {}}));
        body["custom_fields"][format!("known_to_be_free_{number}")] = json!(1);
        body["lead"] = json!({"vars": {}});
        body["lead"]["vars"][format!("var_{number}")] = json!({"at": "x"});
        world.post(&body).await;
    }
    assert_eq!(world.told().await, [] as [&str; 0], "what was told of its keys is taken back");
    let vars = |id: &str, vars: Value| with(&usual(), json!({"stats_id": id, "custom_fields": {}, "lead": {"vars": vars}}));
    world.post(&vars("y", json!({"another": 1}))).await;
    world.post(&vars("z", json!("none"))).await;
    assert_eq!(world.told().await, ["EMAIL_SENT changed_type lead.vars object string 1"]);
}

/// Looks at a delivery of a name with one field more than others have.
fn see(watch: &Watch, name: &str, field: &str) {
    let body = with(&usual(), json!({"event_type": name, field: 1})).to_string();
    let owner = AddressOwner::Workspace(WorkspaceId(uuid::Uuid::nil()));
    let parser = hookline_platforms::parser(Platform::Smartlead).expect("SmartLead can be read");
    let (kind, event_id, received_at) = (Kind::EmailSent, EventId(uuid::Uuid::nil()), Millis(0));
    watch.see(&Seen { owner, parser, body: body.as_bytes(), kind, event_id, received_at });
}

#[test]
fn what_is_noted_is_bounded() {
    let (watch, owner) = (Watch::default(), AddressOwner::Workspace(WorkspaceId(uuid::Uuid::nil())));
    let noted = |name: &str| watch.noted(owner).iter().filter(|noted| noted.event_name.as_deref() == Some(name)).count();
    for name in 0..15 {
        let name = format!("NAME_{name}");
        (0..LEARNED).for_each(|_| see(&watch, &name, "usual"));
        (0..DRIFTS_MAX + 20).for_each(|number| see(&watch, &name, &format!("field_{number}")));
    }
    assert_eq!((noted("NAME_0"), noted("NAME_1")), (DRIFTS_MAX, DRIFTS_MAX), "of one name, with that it is new");
    assert_eq!(watch.noted(owner).len(), DRIFTS_OF_PLATFORM_MAX);
    let watch = Watch::default();
    (0..LEARNED).for_each(|_| see(&watch, "KNOWN", "usual"));
    (0..NAMES_MAX + 50).for_each(|number| see(&watch, &format!("NAME_{number}"), "usual"));
    assert_eq!(watch.noted(owner).len(), NAMES_MAX - 1);
    let lines = |at: i64| (0..150).filter(|_| watch.has_line(Millis(at))).count();
    assert_eq!((lines(7_200_000), lines(10_799_999), lines(10_800_000)), (100, 0, 100));
}

#[tokio::test]
async fn an_agency_sees_the_drift_of_what_is_in_no_workspace() {
    let world = World::new().await;
    let agency = format!("/v1/agencies/{}", text(&world.agency["id"]));
    let global = format!("/public/global-smartlead-webhook/{}", text(&world.agency["address"]));
    let named = |campaign: u32| with(&usual(), json!({"event_type": "REPLY_SEEN", "campaign_id": campaign}));
    let waiting = world.post_to(&global, &named(7)).await;
    let rule = json!({"match": {"campaign_id": "8"}, "workspace_id": world.workspace["id"]});
    world.app.make(&format!("{agency}/routes"), rule).await;
    let routed = world.post_to(&global, &named(8)).await;
    let of_agency = world.drift_of(&agency).await;
    let of_workspace = world.drift_of(&world.own()).await;
    assert_eq!((of_agency.len(), &of_agency[0]["event_id"]), (1, &json!(waiting)));
    assert_eq!((of_workspace.len(), &of_workspace[0]["event_id"]), (1, &json!(routed)));
    let sibling = world.app.workspace(&world.agency, "Sibling").await;
    assert_eq!(world.drift_of(&format!("/v1/workspaces/{}", text(&sibling["id"]))).await, [] as [Value; 0]);
}

/// Another life of the service over the same store.
async fn restarted(world: World) -> World {
    let World { app, agency, workspace } = world;
    let store = Arc::clone(&app.store);
    let app = App::with(|options| options.store = store.clone());
    let app = App { store, service: app.service };
    app.service.recall_drift().await.expect("the store is read");
    World { app, agency, workspace }
}

async fn keep(service: &Service, all: bool) {
    service.keep_drift(all).await.expect("the store takes it");
}

#[tokio::test]
async fn what_is_known_survives_a_restart() {
    let world = World::new().await;
    world.learn(&usual()).await;
    world.post(&with(&usual(), json!({"stats_id": "x", "reason": 1}))).await;
    let told = world.told().await;
    assert_eq!(told, ["EMAIL_SENT new_field reason - number 1"]);
    keep(&world.app.service, false).await;
    // Only counted: that waits, until the end.
    world.post(&with(&usual(), json!({"stats_id": "y", "reason": 1}))).await;
    let kept = world.app.store.shapes().await.expect("rows");
    keep(&world.app.service, false).await;
    assert_eq!(world.app.store.shapes().await.expect("rows"), kept);
    keep(&world.app.service, true).await;
    let world = restarted(world).await;
    assert_eq!(world.told().await, ["EMAIL_SENT new_field reason - number 2"]);
    // It is learned: what was always there is missed, and what is known is not new.
    world.post(&without(&with(&usual(), json!({"stats_id": "z", "reason": 1})), "subject")).await;
    let expected = ["EMAIL_SENT missing_field subject string - 1", "EMAIL_SENT new_field reason - number 3"];
    assert_eq!(world.told().await, expected);
}

#[tokio::test]
async fn what_the_store_does_not_take_is_brought_again_and_who_is_gone_is_forgotten() {
    let world = World::new().await;
    world.post(&usual()).await;
    world.app.store.fail(Some(hookline_store::Error::Closed));
    assert!(world.app.service.keep_drift(false).await.is_err());
    world.app.store.fail(None);
    keep(&world.app.service, false).await;
    assert_eq!(world.app.store.shapes().await.expect("rows").len(), 1);
    let gone = world.app.call(http::Method::DELETE, &world.own(), ADMIN, None).await;
    assert_eq!(gone.status, http::StatusCode::NO_CONTENT, "{gone:?}");
    keep(&world.app.service, false).await;
    assert_eq!(world.app.store.shapes().await.expect("rows"), []);
}
