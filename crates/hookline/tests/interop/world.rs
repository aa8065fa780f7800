//! The real server, platforms that post to it, and webhooks.

use std::{fs, path::Path};

use hookline_testkit::node::{ADMIN_KEY, Node, post, serve_command};
use serde_json::{Value, json};

use crate::{
    HOOKLINE,
    program::{PATIENCE, Program},
};

/// A running server.
pub(crate) struct World {
    pub(crate) node: Node,
    _temp: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> World {
        let temp = tempfile::tempdir().expect("a folder");
        let mut command = serve_command(HOOKLINE, &temp.path().join("data"));
        command.arg("--allow-private-destinations");
        let node = Node::run(command, temp.path().join("stderr")).await.expect("it starts");
        World { node, _temp: temp }
    }

    /// Calls the API of the workspace; the status, and the body.
    pub(crate) async fn call(&self, method: http::Method, path: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/v1/workspaces/{}/{path}", self.node.base, self.node.workspace);
        let request = self.node.client.request(method, url).bearer_auth(ADMIN_KEY).json(&body);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }

    /// Makes a webhook that sends everything to an address; as it is shown, with its secret.
    pub(crate) async fn make_webhook(&self, url: &str, fields: &Value) -> Value {
        let mut body = json!({"name": "Ours", "url": url, "kinds": ["*"], "policy": {"schedule": [], "pause_after": 100}});
        for (name, value) in fields.as_object().expect("an object") {
            body[name] = value.clone();
        }
        let (status, made) = self.call(http::Method::POST, "webhooks", body).await;
        assert_eq!(status, 201, "{made}");
        made
    }

    /// Waits until so many deliveries of a webhook have ended; as it is shown then.
    pub(crate) async fn ended(&self, webhook: &Value, deliveries: u64) -> Value {
        let path = format!("webhooks/{}", webhook["id"].as_str().expect("an id"));
        let ended = async {
            loop {
                let (_, shown) = self.call(http::Method::GET, &path, Value::Null).await;
                let count = |name: &str| shown[name].as_u64().expect("a count");
                if count("delivered") + count("failed") >= deliveries {
                    return shown;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, ended).await.expect("they end in time")
    }

    /// A platform tells of something new.
    pub(crate) async fn tell(&self, platform: &str, body: &Value) {
        let address = self.node.webhook.replace("/smartlead-webhook/", &format!("/{platform}-webhook/"));
        let answer = post(&self.node.client, &address, body.to_string().into_bytes()).await.expect("an answer");
        assert_eq!((answer.0, &answer.1["status"]), (200, &json!("processed")), "{platform}: {answer:?}");
    }
}

/// A receiver of the folder `interop/receivers`, and where it is sent to.
pub(crate) async fn receiver(program: &str, environment: &[(&str, &str)]) -> (Program, String) {
    let program = Program::start("receivers", program, environment);
    let lines = program.wait_until(|lines| !lines.is_empty()).await;
    let port = lines[0]["port"].as_u64().unwrap_or_else(|| panic!("no port in {lines:?}"));
    (program, format!("http://127.0.0.1:{port}/webhook"))
}

/// A body as a platform sends it, from the fixtures of the parsers.
pub(crate) fn fixture(path: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../platforms/fixtures").join(path);
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// A body of Lemlist's, by the name of what it tells of.
pub(crate) fn lemlist(name: &str) -> Value {
    let body = fixture("seeds/lemlist.json")[name].clone();
    assert!(body.is_object(), "no {name}");
    body
}
