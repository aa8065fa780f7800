//! Statistics: what is asked of the store, and how its rows are shown.

use http::StatusCode;
use serde_json::{Value, json};

use hookline_store::{Error, TooMuch};

use crate::testing::{ADMIN, Answer, App, text};

struct Asking {
    app: App,
    workspace: String,
}

impl Asking {
    async fn new() -> Asking {
        let app = App::new();
        let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
        Asking { app, workspace: text(&workspace["id"]).to_owned() }
    }

    async fn stats(&self, parameters: &str) -> Answer {
        self.app.get(&format!("/v1/workspaces/{}/stats?{parameters}", self.workspace), ADMIN).await
    }

    /// The keys of the rows.
    async fn keys(&self, parameters: &str) -> Vec<Value> {
        let answer = self.stats(parameters).await;
        assert_eq!(answer.status, StatusCode::OK, "{parameters} {answer:?}");
        answer.body["data"].as_array().expect("rows").iter().map(|row| row["key"].clone()).collect()
    }
}

#[tokio::test]
async fn without_parameters_it_is_one_row_for_all_time() {
    let asking = Asking::new().await;
    let zeros = json!({
        "sent": 0, "opened": 0, "clicked": 0, "replied": 0, "bounced": 0, "unsubscribed": 0, "interested": 0, "meeting_booked": 0,
    });
    let mut row = zeros.clone();
    (row["key"], row["count"], row["unique"]) = (Value::Null, json!(0), zeros);
    assert_eq!(asking.stats("").await.body, json!({"data": [row], "since": null, "until": null, "tz": "UTC", "by": null}));
}

#[tokio::test]
async fn parameters_reach_the_store_with_times_rounded_outwards() {
    let asking = Asking::new().await;
    let cases = [
        ("campaign_id=41&platform=lemlist", "campaign: Some(PlatformId(\"41\")), platform: Some(Lemlist)"),
        (
            "since=2026-02-11T08:14:59.999Z&until=2026-02-11T08:15:00.001Z",
            "since: Some(Millis(1770796800000)), until: Some(Millis(1770798600000))",
        ),
        (
            "since=2026-02-11T08:15:00Z&until=2026-02-11T08:15:00Z&by=kind",
            "since: Some(Millis(1770797700000)), until: Some(Millis(1770797700000))",
        ),
        ("until=2199-12-31T23:59:59Z", "since: None, until: Some(Millis(7258118400000))"),
    ];
    for (parameters, expected) in cases {
        let answer = asking.stats(parameters).await;
        assert_eq!(answer.status, StatusCode::OK, "{parameters} {answer:?}");
        let asked = asking.app.store.asked();
        assert!(asked.starts_with(&asking.workspace) && asked.contains(expected), "{parameters}: {asked}");
    }
    let answer =
        asking.stats("since=2026-02-11T08:14:59Z&until=2026-02-11T09:14:59.5%2B01:00&tz=europe/berlin&by=campaign").await;
    let used = ["since", "until", "tz", "by"].map(|name| text(&answer.body[name]).to_owned());
    assert_eq!(answer.problem_field(), None);
    assert_eq!(used, ["2026-02-11T08:00:00.000Z", "2026-02-11T08:15:00.000Z", "Europe/Berlin", "campaign"]);
}

#[tokio::test]
async fn days_and_hours_of_a_period_are_there_with_zeros() {
    let asking = Asking::new().await;
    let days = asking.keys("by=day&tz=Europe/Berlin&since=2026-03-27T23:00:00Z&until=2026-03-29T22:00:00Z").await;
    assert_eq!(days, ["2026-03-28", "2026-03-29"]);
    let hours = asking.keys("by=hour&tz=Europe/Berlin&since=2026-10-25T00:00:00Z&until=2026-10-25T02:00:00Z").await;
    assert_eq!(hours, ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]);
    assert_eq!(asking.keys("by=day&since=2026-03-27T12:10:00Z&until=2026-03-28T00:00:01Z").await, ["2026-03-27", "2026-03-28"]);
    // A thousand rows, and one more.
    let from = "since=2026-01-01T00:00:00Z";
    assert_eq!(asking.keys(&format!("by=day&{from}&until=2028-09-27T00:00:00Z")).await.len(), 1_000);
    for parameters in ["until=2028-09-27T00:01:00Z", "until=2199-01-01T00:00:00Z"] {
        assert_eq!(asking.keys(&format!("by=day&{from}&{parameters}")).await.len(), 0, "{parameters}");
    }
    // Without both ends, and by anything else, there is only what has something.
    for parameters in
        ["by=day", "by=day&since=2026-01-01T00:00:00Z", "by=hour&until=2026-01-01T00:00:00Z", "by=kind", "by=campaign"]
    {
        assert_eq!(asking.keys(parameters).await.len(), 0, "{parameters}");
    }
    assert_eq!(asking.keys(&format!("by=sequence_number&{from}&until=2026-01-02T00:00:00Z")).await.len(), 0);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let asking = Asking::new().await;
    let cases = [
        ("tz=Mars/Olympus", "tz"),
        ("tz=%2B02:00", "tz"),
        ("tz=", "tz"),
        ("by=week", "by"),
        ("by=day&by=day", "by"),
        ("since=yesterday", "since"),
        ("since=1969-12-31T23:59:59Z", "since"),
        ("until=2200-01-01T00:00:00.001Z", "until"),
        ("since=2026-02-11T08:00:00.001Z&until=2026-02-11T08:00:00Z", "since"),
        ("platform=outlook", "platform"),
        ("campaign_id=", "campaign_id"),
        ("campaign=41", "campaign"),
        ("limit=10", "limit"),
        ("cursor=", "cursor"),
    ];
    for (parameters, field) in cases {
        let answer = asking.stats(parameters).await;
        assert_eq!((answer.problem(), answer.problem_field()), ("invalid-request", Some(field)), "{parameters}");
    }
    for (too_much, field) in [(TooMuch::Walked, "since"), (TooMuch::Answered, "by")] {
        asking.app.store.fail(Some(Error::TooMuch(too_much)));
        let answer = asking.stats("by=hour").await;
        assert_eq!((answer.problem(), answer.problem_field()), ("invalid-request", Some(field)), "{too_much:?}");
    }
}
