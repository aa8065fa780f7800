//! A running server process, and a client of it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// The admin key of every test.
pub const ADMIN_KEY: &str = "test-admin-key-0123456789-0123456789";
/// Nothing here takes this long unless something hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Node {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    /// The default workspace.
    pub workspace: String,
    /// Its SmartLead webhook address.
    pub webhook: String,
    /// A client.
    pub client: reqwest::Client,
}

/// The command by which a `hookline` binary serves a folder, on a port that the system picks.
#[must_use]
pub fn serve_command(binary: &str, folder: &Path) -> Command {
    let mut command = Command::new(binary);
    command.args(["serve", "--listen", "127.0.0.1:0", "--database"]).arg(format!("sqlite:{}", folder.display()));
    command.env("HOOKLINE_ADMIN_KEY", ADMIN_KEY).env("HOOKLINE_LOG", "warn").stdin(Stdio::null());
    // A settings file of whoever runs the tests is none of ours.
    command.current_dir(std::env::temp_dir());
    command
}

/// A client that waits half a minute and no longer.
#[must_use]
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).no_proxy().build().expect("a client")
}

impl Node {
    /// Runs a serving command and waits until it is ready; the exit status if it did not come up. Its standard error goes to the
    /// end of a file.
    ///
    /// # Errors
    /// With the exit status, if the process ended instead of serving.
    ///
    /// # Panics
    /// When the command cannot be run at all.
    pub async fn run(mut command: Command, stderr: PathBuf) -> Result<Node, ExitStatus> {
        let stderr = File::options().create(true).append(true).open(stderr).expect("a file for standard error");
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().expect("the binary starts");
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut base = None;
        for line in BufReader::new(stdout).lines() {
            let Ok(line) = line else { break };
            if let Some(api) = line.strip_prefix("API: ") {
                base = Some(api.trim_end_matches("/v1").to_owned());
            }
            if line == "Ready." {
                break;
            }
        }
        let mut node =
            Node { child, base: base.unwrap_or_default(), workspace: String::new(), webhook: String::new(), client: client() };
        match node.try_get("/v1/workspaces").await {
            Ok(workspaces) => {
                node.workspace = workspaces["data"][0]["id"].as_str().expect("a workspace").to_owned();
                let webhook = workspaces["data"][0]["webhook_urls"]["smartlead"].as_str().expect("a webhook address");
                node.webhook = webhook.to_owned();
                Ok(node)
            }
            Err(_) => Err(node.child.wait().expect("the process is ours")),
        }
    }

    /// Reads a path of the API.
    ///
    /// # Errors
    /// When there is no answer, or not a good one.
    pub async fn try_get(&self, path: &str) -> Result<Value, reqwest::Error> {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(ADMIN_KEY);
        request.send().await?.error_for_status()?.json().await
    }

    /// Reads a path of the API.
    ///
    /// # Panics
    /// When there is no answer, or not a good one.
    pub async fn get(&self, path: &str) -> Value {
        self.try_get(path).await.expect("the API answers")
    }

    /// Reads a path of the default workspace.
    ///
    /// # Panics
    /// When there is no answer, or not a good one.
    pub async fn get_of_workspace(&self, path: &str) -> Value {
        self.get(&format!("/v1/workspaces/{}/{path}", self.workspace)).await
    }

    /// Posts a delivery; `None` if no answer came.
    pub async fn post(&self, body: Vec<u8>) -> Option<(u16, Value)> {
        post(&self.client, &self.webhook, body).await
    }

    /// Every event id of the default workspace.
    ///
    /// # Panics
    /// When there is no answer, or not a good one.
    pub async fn event_ids(&self) -> Vec<String> {
        self.try_event_ids("").await.expect("the API answers")
    }

    /// The ids of the events of the default workspace that a filter finds, such as `q=crane`.
    ///
    /// # Errors
    /// When there is no answer, or not a good one.
    ///
    /// # Panics
    /// When the answer is no list of events.
    pub async fn try_event_ids(&self, filter: &str) -> Result<Vec<String>, reqwest::Error> {
        let mut ids = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/v1/workspaces/{}/events?limit=500&{filter}{cursor}", self.workspace);
            let page = self.try_get(&path).await?;
            let rows = page["data"].as_array().expect("a list");
            ids.extend(rows.iter().map(|event| event["id"].as_str().expect("an id").to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(ids),
            }
        }
    }

    /// `kill -9`.
    ///
    /// # Panics
    /// When the process is not ours to tell.
    pub fn kill(&mut self) {
        // One that is dead already is what is wanted.
        drop(self.child.kill());
        self.child.wait().expect("the process is ours");
    }

    /// SIGTERM, and how it ended.
    ///
    /// # Panics
    /// When the process is not ours to tell.
    pub fn terminate(mut self) -> ExitStatus {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("the process is ours");
        self.child.wait().expect("the process is ours")
    }

    /// Waits for the process to end by itself.
    ///
    /// # Panics
    /// When the process is not ours to tell.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("the process is ours")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Posts a delivery; `None` if no answer came.
pub async fn post(client: &reqwest::Client, url: &str, body: Vec<u8>) -> Option<(u16, Value)> {
    let answer = client.post(url).header("content-type", "application/json").body(body).send().await.ok()?;
    let status = answer.status().as_u16();
    let body = answer.bytes().await.ok()?;
    Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
}
