//! The whole way: simulated platforms, a running service, and its API, which must show exactly what the ledger expects.

use std::collections::BTreeMap;

use hookline_model::platform::Platform;
use hookline_simulate::{Ledger, Pace, SimulateOptions, Summary, ledger::CampaignCounts, plan::PLATFORMS, simulate};
use hookline_testkit::{
    node::ADMIN_KEY,
    service::{START, TestService, WORKSPACE},
};
use serde_json::{Value, json};

/// Every row of a list of the workspace.
async fn all(service: &TestService, list: &str) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = service.read(&format!("{list}?limit=500{cursor}")).await;
        rows.extend(page["data"].as_array().expect("a list").iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return rows,
        }
    }
}

/// The counts of every campaign, as the API shows them.
async fn shown(service: &TestService) -> BTreeMap<(String, String), Value> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let row = |campaign: &Value| {
        let counts = json!({"counts": campaign["counts"], "unique": campaign["unique"]});
        ((text(&campaign["platform"]), text(&campaign["platform_campaign_id"])), counts)
    };
    all(service, "campaigns").await.iter().map(row).collect()
}

fn expected(ledger: &Ledger) -> BTreeMap<(String, String), Value> {
    let row = |((platform, id), counts): ((Platform, String), CampaignCounts)| {
        ((platform.to_string(), id), serde_json::to_value(counts).expect("counts are JSON"))
    };
    ledger.campaigns(0).into_iter().map(row).collect()
}

/// Who reads it all again with the same parsers finds the same everywhere: what is stored is enough to read it by.
async fn read_again(service: &TestService) {
    let rows = all(service, "events").await.len() as u64;
    let dump = service.dump().await;
    let (mut read, mut cursor) = (0, String::new());
    loop {
        let url = format!("http://{}/v1/workspaces/{WORKSPACE}/rerun?cursor={cursor}", service.address);
        let body = json!({"since": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z", "dry_run": false});
        let request = service.client.post(url).bearer_auth(ADMIN_KEY).json(&body);
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        assert_eq!((&answer["changed"], &answer["unreadable"]), (&json!(0), &json!(0)), "{answer}");
        read += answer["same"].as_u64().expect("a number");
        match answer["next_cursor"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert!(read >= rows, "variants are read beside what is shown: {read} of {rows}");
    assert_eq!(service.dump().await, dump);
}

async fn judge(service: &TestService, summary: &Summary) {
    assert_eq!(shown(service).await, expected(&summary.ledger));
    assert_eq!(all(service, "contacts").await.len() as u64, summary.ledger.contacts(0));
    assert_eq!(all(service, "events").await.len() as u64, summary.ledger.events(0));
    assert_eq!(all(service, "emails").await.len() as u64, summary.ledger.emails(0));
    judge_stats(service, &summary.ledger).await;
}

/// The sum of counts over rows that each have some.
fn sums<'r>(rows: impl IntoIterator<Item = &'r Value>) -> BTreeMap<String, u64> {
    let mut sums = BTreeMap::new();
    for (name, count) in rows.into_iter().filter_map(Value::as_object).flatten() {
        if let Some(count) = count.as_u64() {
            *sums.entry(name.clone()).or_default() += count;
        }
    }
    sums
}

/// Statistics: of each campaign what the ledger says of it, and in every grouping the same in all.
async fn judge_stats(service: &TestService, ledger: &Ledger) {
    let rows = async |parameters: &str| {
        let answer = service.read(&format!("stats?{parameters}")).await;
        answer["data"].as_array().expect("rows").clone()
    };
    let campaigns: BTreeMap<String, Value> = expected(ledger).into_iter().map(|((_, id), counts)| (id, counts)).collect();
    let ours = all(service, "campaigns").await;
    assert_eq!(ours.len(), campaigns.len(), "no two platforms have a campaign of the same id");
    let by_campaign = rows("by=campaign").await;
    for campaign in &ours {
        let expected = &campaigns[campaign["platform_campaign_id"].as_str().expect("an id")];
        let row = by_campaign.iter().find(|row| row["key"] == campaign["id"]).expect("a row of the campaign");
        for (name, count) in expected["counts"].as_object().expect("counts") {
            assert_eq!(&row[name], count, "{name} {row}");
        }
        for (name, count) in expected["unique"].as_object().expect("counts").iter().filter(|(name, _)| *name != "contacts") {
            assert_eq!(&row["unique"][name], count, "unique {name} {row}");
        }
    }
    let whole = rows("").await;
    let unique = |rows: &[Value]| sums(rows.iter().map(|row| &row["unique"]));
    for by in ["by=campaign", "by=day&tz=America/St_Johns", "by=hour&tz=Asia/Kathmandu"] {
        let rows = rows(by).await;
        assert!(!rows.is_empty(), "{by}");
        assert_eq!((sums(&rows), unique(&rows)), (sums(&whole), unique(&whole)), "{by}");
    }
    let kinds = rows("by=kind").await;
    assert_eq!(sums(&kinds).remove("count"), Some(ledger.events(0)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_deliveries_repeated_and_disordered_come_to_what_the_ledger_expects() {
    let service = TestService::start().await;
    let options = SimulateOptions {
        platforms: PLATFORMS.to_vec(),
        events: 5_000,
        duplicates_pct: 20.0,
        disorder_pct: 100.0,
        pace: Pace::Rate(0.0),
        connections: 32,
        ..SimulateOptions::new(vec![service.webhook()], START)
    };
    let planned: Vec<_> = options.plan().expect("sound options").0.collect();
    let mut told = 0;
    let summary = simulate(options, |progress| told = progress.tally.settled()).await.expect("the service answers");

    assert_eq!(told, 5_000, "the last progress is the end");
    let tally = summary.tally;
    let repeated = planned.iter().filter(|planned| planned.is_duplicate).count() as u64;
    assert_eq!((tally.sent, tally.processed, tally.duplicate), (5_000, 5_000 - repeated, repeated), "{summary}");
    assert_eq!(expected(&summary.ledger), expected(&Ledger::of(&planned)), "everything was taken");
    judge(&service, &summary).await;
    read_again(&service).await;

    let counts = expected(&summary.ledger);
    assert!(counts.len() >= 11 && counts.values().all(|campaign| campaign["counts"]["sent"].as_u64() > Some(50)));
    service.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_live_world_is_sent_as_it_happens() {
    let service = TestService::start().await;
    let options = SimulateOptions {
        platforms: PLATFORMS.to_vec(),
        events: 600,
        contacts: Some(1_000),
        duplicates_pct: 20.0,
        disorder_pct: 50.0,
        pace: Pace::Live { speed: 10_000 },
        ..SimulateOptions::new(vec![service.webhook()], START)
    };
    let summary = simulate(options, |_| {}).await.expect("the service answers");
    assert!(summary.tally.is_clean(), "{summary}");
    // A repetition states a time long gone; it is due when it is sent, so that the server is not blamed.
    let most = summary.latencies.per_mille(900).expect("latencies");
    assert!(most < summary.elapsed / 4, "{summary}");
    judge(&service, &summary).await;
    service.close().await;
}
