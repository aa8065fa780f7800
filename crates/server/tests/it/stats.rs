//! Statistics of what a platform reported.

use serde_json::{Value, json};

use crate::world::{World, sent, text};

/// What happened to the mail of a lead, in SmartLead's words.
fn told(event_type: &str, lead: u32, at: &str) -> Value {
    let mut body = sent(lead);
    body["event_type"] = json!(event_type);
    body["event_timestamp"] = json!(at);
    if event_type == "EMAIL_REPLY" {
        body["reply_message"] = json!({"message_id": format!("<reply-{lead}-{at}@lead.example>"), "text": "Yes", "time": at});
    }
    body
}

/// Key, sent, opened and replied, and the same of `unique`, of every row.
async fn rows(world: &World, parameters: &str) -> Vec<Value> {
    let answer = world.own(&format!("stats?{parameters}")).await;
    let row = |row: &Value| {
        let counts = |counts: &Value| json!([counts["sent"], counts["opened"], counts["replied"]]);
        json!([row["key"], counts(row), if row["unique"].is_null() { Value::Null } else { counts(&row["unique"]) }])
    };
    answer["data"].as_array().expect("rows").iter().map(row).collect()
}

/// Around the night when clocks in Berlin go back: 2026-10-25, three o'clock becomes two.
async fn autumn() -> World {
    let world = World::new().await;
    let events = [
        told("EMAIL_SENT", 1, "2026-10-24T22:10:00.000Z"),
        told("EMAIL_SENT", 2, "2026-10-25T00:30:00.000Z"),
        told("EMAIL_SENT", 3, "2026-10-25T01:30:00.000Z"),
        told("EMAIL_OPEN", 1, "2026-10-25T01:40:00.000Z"),
        told("EMAIL_OPEN", 1, "2026-10-25T22:59:59.999Z"),
        told("EMAIL_REPLY", 1, "2026-10-25T23:00:00.000Z"),
    ];
    world.clock.advance_ms(365 * 24 * 3_600_000);
    for event in events {
        world.deliver(&event).await;
    }
    world
}

#[tokio::test]
async fn days_and_hours_are_those_of_the_zone() {
    let world = autumn().await;
    let period = "since=2026-10-23T22:00:00Z&until=2026-10-26T23:00:00Z";
    assert_eq!(
        rows(&world, &format!("by=day&tz=Europe/Berlin&{period}")).await,
        [
            json!(["2026-10-24", [0, 0, 0], [0, 0, 0]]),
            json!(["2026-10-25", [3, 2, 0], [3, 1, 0]]),
            json!(["2026-10-26", [0, 0, 1], [0, 0, 1]]),
        ]
    );
    assert_eq!(
        rows(&world, "by=day").await,
        [json!(["2026-10-24", [1, 0, 0], [1, 0, 0]]), json!(["2026-10-25", [2, 2, 1], [2, 1, 1]])]
    );
    let night = "since=2026-10-25T00:00:00Z&until=2026-10-25T03:00:00Z";
    assert_eq!(
        rows(&world, &format!("by=hour&tz=Europe/Berlin&{night}")).await,
        [
            json!(["2026-10-25T02:00:00+02:00", [1, 0, 0], [1, 0, 0]]),
            json!(["2026-10-25T02:00:00+01:00", [1, 1, 0], [1, 1, 0]]),
            json!(["2026-10-25T03:00:00+01:00", [0, 0, 0], [0, 0, 0]]),
        ]
    );
    // A quarter of an hour later, half of that is over.
    let answer = world.own("stats?since=2026-10-25T00:44:00Z&until=2026-10-25T02:50:00Z").await;
    assert_eq!((&answer["since"], &answer["until"]), (&json!("2026-10-25T00:30:00.000Z"), &json!("2026-10-25T03:00:00.000Z")));
    assert_eq!((&answer["data"][0]["sent"], &answer["data"][0]["unique"]["opened"]), (&json!(2), &json!(1)));
    world.close().await;
}

#[tokio::test]
async fn rows_are_by_kind_campaign_or_step() {
    let world = autumn().await;
    let mut elsewhere = told("EMAIL_SENT", 4, "2026-10-25T12:00:00.000Z");
    (elsewhere["campaign_id"], elsewhere["sequence_number"]) = (json!(42), json!(2));
    world.deliver(&elsewhere).await;
    let mut nowhere = told("EMAIL_OPEN", 5, "2026-10-25T13:00:00.000Z");
    nowhere["campaign_id"] = Value::Null;
    nowhere["campaign_name"] = Value::Null;
    world.deliver(&nowhere).await;

    let campaigns = world.own("campaigns").await["data"].clone();
    let id = |number: i64| {
        let found = campaigns.as_array().into_iter().flatten().find(|campaign| campaign["number"] == number);
        text(&found.expect("the campaign is listed")["id"]).to_owned()
    };
    let (one, two) = (id(41), id(42));
    let mut expected = vec![json!([one, [3, 2, 1], [3, 1, 1]]), json!([two, [1, 0, 0], [1, 0, 0]])];
    expected.sort_by_key(ToString::to_string);
    expected.insert(0, json!([null, [0, 1, 0], [0, 0, 0]]));
    assert_eq!(rows(&world, "by=campaign").await, expected);
    assert_eq!(rows(&world, "").await, [json!([null, [4, 3, 1], [4, 1, 1]])]);
    for campaign in [two.as_str(), "42"] {
        assert_eq!(rows(&world, &format!("campaign_id={campaign}")).await, [json!([null, [1, 0, 0], [1, 0, 0]])]);
    }
    assert_eq!(rows(&world, "platform=instantly").await, [json!([null, [0, 0, 0], [0, 0, 0]])]);

    let steps = rows(&world, "by=sequence_number&since=2026-10-25T00:00:00Z").await;
    assert_eq!(steps.last(), Some(&json!([2, [1, 0, 0], null])), "{steps:?}");
    let kinds = world.own("stats?by=kind").await["data"].clone();
    let kinds: Vec<Value> =
        kinds.as_array().into_iter().flatten().map(|row| json!([row["key"], row["count"], row["sent"]])).collect();
    assert_eq!(kinds, [json!(["email.sent", 4, 4]), json!(["email.opened", 3, 0]), json!(["email.replied", 1, 0])]);
    world.close().await;
}
