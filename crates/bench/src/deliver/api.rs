//! What the benchmark asks of a server beside its load.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{Error, load::Connection, process::Program};

/// How often it is looked whether deliveries are written down.
const LOOK: Duration = Duration::from_millis(20);
/// How long it may take until they are.
const PATIENCE: Duration = Duration::from_secs(60);
/// The largest page of a list.
const PAGE: usize = 500;

/// The webhooks of a server's workspace.
pub(super) struct Api {
    connection: Connection,
    target: SocketAddr,
    /// Where they are.
    path: String,
    key: String,
}

impl Api {
    pub(super) fn new(program: &Program, key: &str) -> Api {
        let path = format!("/v1/workspaces/{}/webhooks", program.place.workspace);
        Api { connection: Connection::new(program.target), target: program.target, path, key: key.to_owned() }
    }

    async fn call(&mut self, method: &str, rest: &str, body: &str) -> Result<Value, Error> {
        let Api { target, path, key, .. } = self;
        let request = format!(
            "{method} {path}{rest} HTTP/1.1\r\nhost: {target}\r\nauthorization: Bearer {key}\r\n\
            content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let failed = |cause: &dyn std::fmt::Display| Error::failed(format_args!("{method} {path}{rest}"), cause);
        let answer = self.connection.exchange(request.as_bytes()).await.map_err(|error| failed(&error))?;
        if !(200..300).contains(&answer.status) {
            return Err(failed(&format_args!("{}: {}", answer.status, String::from_utf8_lossy(answer.body))));
        }
        serde_json::from_slice(answer.body).map_err(|error| failed(&error))
    }

    /// Makes a webhook; answers its id.
    pub(super) async fn make(&mut self, url: &str, campaign: Option<u64>) -> Result<String, Error> {
        let filter = campaign.map_or_else(|| json!({}), |campaign| json!({"campaigns": [campaign.to_string()]}));
        let body = json!({"name": "bench", "url": url, "kinds": ["*"], "filter": filter}).to_string();
        let made = self.call("POST", "", &body).await?;
        let id = made["id"].as_str().ok_or_else(|| Error::Failed(format!("a webhook has no id: {made}")))?;
        Ok(id.to_owned())
    }

    /// Pauses a webhook, or resumes it.
    pub(super) async fn set_active(&mut self, id: &str, is_active: bool) -> Result<(), Error> {
        self.call("POST", &format!("/{id}/{}", if is_active { "resume" } else { "pause" }), "").await.map(|_| ())
    }

    /// Waits until so many deliveries of all webhooks together are written down as delivered.
    pub(super) async fn delivered(&mut self, count: u64) -> Result<(), Error> {
        let begun = Instant::now();
        loop {
            let (mut delivered, mut cursor) = (0, String::new());
            // An agency has 10,000 at most.
            loop {
                let page = self.call("GET", &format!("?limit={PAGE}{cursor}"), "").await?;
                let rows = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
                delivered += rows.iter().filter_map(|row| row["delivered"].as_u64()).sum::<u64>();
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            if delivered == count {
                return Ok(());
            }
            if delivered > count || begun.elapsed() > PATIENCE {
                return Err(Error::Failed(format!("{delivered} deliveries are written down where {count} were made")));
            }
            sleep(LOOK).await;
        }
    }
}
