//! Webhooks that two change at once: what one asked for is there with what the other did.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use hookline_model::{
    id::{AgencyId, SubscriptionId},
    time::Millis,
};
use hookline_store::{
    directory::{AddressOwner, DirectoryChange},
    subscriptions::{SUBSCRIPTIONS_MAX, Subscription, SubscriptionStatus},
};
use uuid::Uuid;

use crate::world::{ADMIN, World, call_once, text};

/// A world with a webhook that nothing is sent to, and its path.
async fn with_webhook() -> (World, String) {
    let world = World::new().await;
    let path = format!("/v1/workspaces/{}/webhooks", text(&world.workspace["id"]));
    let made = world
        .make(&path, json!({"name": "Replies", "url": "https://crm.example/hooks", "kinds": ["email.replied"], "rate": 1}))
        .await;
    (world, format!("{path}/{}", text(&made["id"])))
}

/// Sends the first, and the second when the first is with the log's writer; lets the writer go on when both wait for it.
async fn at_once(world: &World, first: (Method, &str, Value), second: (Method, &str, Value)) -> [(u16, Value); 2] {
    let send = |(method, path, body): (Method, &str, Value), key: &str| {
        tokio::spawn(call_once(world.router.clone(), method, path.to_owned(), key.to_owned(), body))
    };
    world.gate.shut();
    let first = send(first, "first");
    world.gate.writer_waits().await;
    // It has read the webhook as it was: nothing is written before the gate opens.
    let second = send(second, "second");
    while world.store.status().queued == 0 {
        tokio::task::yield_now().await;
    }
    world.gate.open();
    let answers = [first.await.expect("no panic"), second.await.expect("no panic")];
    answers.map(|(status, body, _)| (status, body))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_changes_at_once_both_hold() {
    let (world, path) = with_webhook().await;
    let patch = |body| (Method::PATCH, &*path, body);
    let answers = at_once(&world, patch(json!({"name": "Ours"})), patch(json!({"rate": 7}))).await;
    assert_eq!(answers.each_ref().map(|(status, _)| *status), [200, 200], "{answers:?}");
    assert_eq!((&answers[0].1["name"], &answers[0].1["rate"]), (&json!("Ours"), &json!(1)));
    assert_eq!((&answers[1].1["name"], &answers[1].1["rate"]), (&json!("Ours"), &json!(7)), "made anew of what there is by then");
    let shown = world.get(&path).await;
    assert_eq!((&shown["name"], &shown["rate"]), (&json!("Ours"), &json!(7)));
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_during_a_change_stays_and_is_shown() {
    let (world, path) = with_webhook().await;
    let pause = format!("{path}/pause");
    let answers =
        at_once(&world, (Method::POST, &pause, Value::Null), (Method::PATCH, &path, json!({"kinds": ["email.*"]}))).await;
    assert_eq!(answers.each_ref().map(|(status, _)| *status), [200, 200], "{answers:?}");
    for shown in [&answers[1].1, &world.get(&path).await] {
        let fields = (&shown["status"], &shown["status_reason"], &shown["kinds"]);
        assert_eq!(fields, (&json!("paused"), &json!("paused through the API"), &json!(["email.*"])));
    }
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_secret_is_not_lost_in_a_change() {
    let (world, path) = with_webhook().await;
    let rotate = format!("{path}/rotate-secret");
    let answers =
        at_once(&world, (Method::POST, &rotate, json!({"overlap_s": 60})), (Method::PATCH, &path, json!({"name": "Ours"}))).await;
    assert_eq!(answers.each_ref().map(|(status, _)| *status), [200, 200], "{answers:?}");
    let until = answers[0].1["secret_previous_until"].clone();
    assert!(until.is_string() && answers[0].1["secret"].is_string(), "{answers:?}");
    let shown = world.get(&path).await;
    assert_eq!((&shown["name"], &shown["secret_previous_until"]), (&json!("Ours"), &until), "the exchange goes on");
    world.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_what_is_deleted_meanwhile_brings_nothing_back() {
    let (world, path) = with_webhook().await;
    let answers = at_once(&world, (Method::DELETE, &path, Value::Null), (Method::PATCH, &path, json!({"rate": 7}))).await;
    assert_eq!(answers.each_ref().map(|(status, _)| *status), [204, 404], "{answers:?}");
    assert_eq!(world.call(Method::GET, &path, ADMIN, None).await.0, StatusCode::NOT_FOUND);
    world.close().await;
}

#[tokio::test]
async fn of_two_at_once_one_takes_the_last_room_whichever_api_makes_them() {
    let world = World::new().await;
    let agency: AgencyId = text(&world.agency["id"]).parse().expect("an id");
    let row = |number: usize| Subscription {
        id: SubscriptionId(Uuid::from_u128(number as u128)),
        owner: AddressOwner::Agency(agency),
        status: SubscriptionStatus::Active,
        status_reason: None,
        status_at: Millis(0),
        settings: "{}".to_owned(),
        secrets: Vec::new(),
        created_at: Millis(0),
        updated_at: Millis(0),
        since: 0,
    };
    let rows = (1..SUBSCRIPTIONS_MAX).map(|number| DirectoryChange::PutSubscription(Box::new(row(number))));
    world.store.change_directory(rows.collect()).await.expect("it is written");
    let scope = json!({"scope": "workspace", "workspace_id": world.workspace["id"], "role": "write", "name": "x"});
    let key = text(&world.make("/v1/keys", scope).await["key"]).to_owned();

    let url = "https://crm.example/hooks";
    let path = format!("/v1/agencies/{agency}/webhooks");
    let native = world.call(Method::POST, &path, ADMIN, Some(json!({"name": "x", "url": url, "kinds": ["*"]})));
    let instantly = world.call(Method::POST, "/api/v2/webhooks", &key, Some(json!({"target_hook_url": url})));
    let body = json!({"webhook_url": url, "association_type": "client"});
    let path = format!("/api/v1/webhook/create?api_key={key}");
    let smartlead = world.call(Method::POST, &path, "", Some(body));
    world.gate.shut();
    // The first is with the log's writer when the others look whether there is room.
    let opened = async {
        world.gate.writer_waits().await;
        world.gate.open();
    };
    let (native, instantly, smartlead, ()) = tokio::join!(native, instantly, smartlead, opened);
    let statuses = [native, instantly, smartlead].map(|(status, _)| status.as_u16());
    assert_eq!((statuses, world.store.directory().subscriptions().len()), ([201, 409, 409], SUBSCRIPTIONS_MAX));
    world.close().await;
}
