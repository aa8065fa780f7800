//! Secrets at rest: sealed with a key of their own, and written nowhere else.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use hookline_testkit::node::{ADMIN_KEY, Node, serve_command};
use serde_json::{Value, json};

use crate::HOOKLINE;

const SECRET: &str = "s3cret-of-smartlead-0a1b2c3d";
const BEFORE: &str = "s3cret-of-before-4e5f6071";

/// A folder for the data, and a file for what is logged.
struct Place {
    _temp: tempfile::TempDir,
    data: PathBuf,
    log: PathBuf,
}

impl Place {
    fn new() -> Place {
        let temp = tempfile::tempdir().expect("a folder");
        let (data, log) = (temp.path().join("data"), temp.path().join("stderr"));
        Place { _temp: temp, data, log }
    }

    /// Starts the server, with this master key in the environment; none if it did not start.
    async fn start(&self, master_key: Option<&str>) -> Option<Node> {
        let mut command = serve_command(HOOKLINE, &self.data);
        command.env("HOOKLINE_LOG", "trace").env_remove("HOOKLINE_MASTER_KEY");
        command.envs(master_key.map(|key| ("HOOKLINE_MASTER_KEY", key)));
        Node::run(command, self.log.clone()).await.ok()
    }

    fn logged(&self) -> String {
        fs::read_to_string(&self.log).expect("what was logged")
    }
}

/// Connects SmartLead by a field of the body, with both secrets.
async fn connect(node: &Node) -> Value {
    let body = json!({
        "verification": {"method": "body_secret", "secret": SECRET, "secret_previous": BEFORE, "field": "our_proof"},
        "enabled": true,
    });
    let url = format!("{}/v1/workspaces/{}/sources/smartlead", node.base, node.workspace);
    let request = node.client.put(url).bearer_auth(ADMIN_KEY).header("idempotency-key", "connect").json(&body);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    answer.json().await.expect("JSON")
}

fn delivery(number: u32, secret: &str) -> Vec<u8> {
    let body = json!({
        "event_type": "EMAIL_SENT", "event_timestamp": "2026-02-11T08:03:27.000Z", "to_email": "jo@lead.example",
        "from_email": "us@sender.example", "campaign_id": 41, "campaign_name": "Spring", "sequence_number": 1,
        "stats_id": format!("stats-{number}"), "subject": format!("Not to be told: {secret}"), "our_proof": secret,
    });
    body.to_string().into_bytes()
}

/// What every file of a folder holds.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    files.map(|path| (path.clone(), fs::read(path).expect("a file"))).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_in_no_answer_log_metric_or_file() {
    let place = Place::new();
    let node = place.start(None).await.expect("it starts");
    let mut shown = vec![connect(&node).await.to_string()];
    let unread = |secret: &str| json!({"no": "event", "our_proof": secret, "note": secret}).to_string().into_bytes();
    let wrong = "s3cret-of-nobody-99999999";
    let sent = [
        (delivery(1, SECRET), 200),
        (delivery(2, BEFORE), 200),
        (delivery(1, SECRET), 200),
        (unread(SECRET), 400),
        (unread(BEFORE), 400),
        (delivery(3, wrong), 401),
        (unread(wrong), 401),
    ];
    for (body, expected) in sent {
        let (status, answer) = node.post(body).await.expect("an answer");
        assert_eq!(status, expected, "{answer}");
        shown.push(answer.to_string());
    }
    // In headers too, which a proxy may have put it into.
    let request = node.client.post(&node.webhook).header("content-type", "application/json").header("x-relayed", SECRET);
    let request = request.header("referer", format!("https://relay.example/?key={BEFORE}")).body(unread(SECRET));
    assert_eq!(request.send().await.expect("an answer").status().as_u16(), 400);
    let mut paths: Vec<String> =
        ["events", "contacts", "campaigns", "emails", "quarantine", "sources", "sources/smartlead", "stats"]
            .map(|list| format!("/v1/workspaces/{}/{list}", node.workspace))
            .into();
    let events = node.event_ids().await;
    assert_eq!(events.len(), 2);
    paths.extend(events.iter().map(|id| format!("/v1/workspaces/{}/events/{id}?include=raw", node.workspace)));
    paths.extend(["/v1/rejections", "/v1/keys", "/v1/agencies", "/v1/openapi.json"].map(ToOwned::to_owned));
    for path in paths {
        shown.push(node.get(&path).await.to_string());
    }
    let metrics = node.client.get(format!("{}/metrics", node.base)).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("a text");
    assert!(metrics.contains("hookline_unproven_total{platform=\"smartlead\",why=\"wrong\"} 2"), "{metrics}");
    shown.push(metrics);
    // Once while it runs, with everything that is in write-ahead logs, and once when it has stopped.
    let mut kept = files(&place.data);
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    kept.extend(files(&place.data));
    assert!(kept.iter().any(|(path, _)| path.ends_with("log.db")) && kept.len() > 5);
    shown.push(place.logged());
    for secret in [SECRET, BEFORE, "s3cret-of"] {
        for text in &shown {
            assert!(!holds(text.as_bytes(), secret), "{secret} in {text}");
        }
        for (path, bytes) in &kept {
            assert!(!holds(bytes, secret), "{secret} in {}", path.display());
        }
    }
    let key = fs::read_to_string(place.data.join("master.key")).expect("the master key");
    let elsewhere = kept.iter().filter(|(path, _)| !path.ends_with("master.key"));
    assert!(elsewhere.map(|(_, bytes)| bytes).chain([&shown.concat().into_bytes()]).all(|bytes| !holds(bytes, key.trim())));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stored_secrets_need_the_key_that_they_were_sealed_with() {
    let place = Place::new();
    let file = place.data.join("master.key");
    let node = place.start(None).await.expect("it starts");
    assert_eq!(fs::metadata(&file).expect("a key").permissions().mode() & 0o777, 0o600);
    connect(&node).await;
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    let key = fs::read_to_string(&file).expect("a key");
    let key = key.trim();

    let other = "ab".repeat(32);
    assert!(place.start(Some(&other)).await.is_none(), "another key");
    assert!(place.logged().contains("not the one that the stored secrets were sealed with"), "{}", place.logged());
    fs::remove_file(&file).expect("the key is there");
    assert!(place.start(None).await.is_none(), "no key");
    assert!(place.logged().contains("no master key to open them"), "{}", place.logged());
    assert!(!file.exists(), "none is made in its place");

    let node = place.start(Some(key)).await.expect("it starts with the key in the environment");
    for (body, expected) in [(delivery(1, SECRET), 200), (delivery(2, "s3cret-of-nobody"), 401)] {
        assert_eq!(node.post(body).await.map(|answer| answer.0), Some(expected));
    }
    assert!(node.terminate().success(), "SIGTERM ends with 0");
    assert!(!holds(place.logged().as_bytes(), key) && !file.exists());
}
