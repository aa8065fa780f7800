//! The server that is listened to.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use hookline_delivery::{
    client::{AttemptError, Client, ClientOptions, Dns, Download},
    guard::Guard,
};
use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;

use crate::WrongUsage;

/// How long the server is waited for. A stream says something every fifteen seconds: one that says nothing for so long is gone,
/// such as after this machine slept.
const WAIT: Duration = Duration::from_secs(45);

/// The most bytes of an answer that is no stream.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Why a request has no answer that could be gone on with.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Trying again changes nothing: what the user gave is wrong.
    Final(String),
    /// It may go over: nobody there, or not now.
    Passing(String),
}

impl From<AttemptError> for Trouble {
    fn from(error: AttemptError) -> Trouble {
        match error.code {
            "forbidden" | "unsendable" => Trouble::Final(error.text),
            _ => Trouble::Passing(error.text),
        }
    }
}

impl From<Trouble> for anyhow::Error {
    fn from(trouble: Trouble) -> anyhow::Error {
        match trouble {
            Trouble::Final(text) => WrongUsage(text).into(),
            Trouble::Passing(text) => anyhow::anyhow!(text),
        }
    }
}

/// The server, asked with a key.
pub(super) struct Server {
    client: Client,
    base: String,
    authorization: HeaderValue,
}

impl Server {
    /// The server at an address, such as `http://127.0.0.1:8080`.
    pub(super) fn new(client: Client, base: &str, key: &str) -> anyhow::Result<Server> {
        let base = base.trim_end_matches('/').to_owned();
        let wrong = |error| WrongUsage(format!("--server {base}: {error}"));
        client.guard().url(&base).map_err(wrong)?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {key}"))
            .map_err(|_| WrongUsage("the key has characters that no key has: check --key or HOOKLINE_KEY".to_owned()))?;
        authorization.set_sensitive(true);
        Ok(Server { client, base, authorization })
    }

    /// Its address.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Who sends to it, and to where is forwarded.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Asks for a path; the answer is good, and the body is still to be read.
    pub(super) async fn get(&self, path: &str, mut headers: HeaderMap) -> Result<Download, Trouble> {
        headers.insert(header::AUTHORIZATION, self.authorization.clone());
        let answer = self.client.get(&format!("{}{path}", self.base), headers, WAIT).await?;
        match answer.status {
            200 => Ok(answer),
            status => Err(self.refused(status, answer).await),
        }
    }

    /// Asks for a path whose answer is JSON.
    pub(super) async fn json(&self, path: &str) -> Result<Value, Trouble> {
        let body = self.get(path, HeaderMap::new()).await?.beginning(ANSWER_BYTES_MAX, WAIT).await?;
        serde_json::from_slice(&body)
            .map_err(|_| Trouble::Final(format!("{} does not answer as a Hookline server does", self.base)))
    }

    /// What comes next on a stream; none if it ends.
    pub(super) async fn part(&self, stream: &mut Download) -> Result<Option<bytes::Bytes>, Trouble> {
        Ok(stream.part(WAIT).await?)
    }

    /// Why an answer is no good.
    async fn refused(&self, status: u16, answer: Download) -> Trouble {
        let body = answer.beginning(ANSWER_BYTES_MAX, WAIT).await.unwrap_or_default();
        let problem: Value = serde_json::from_slice(&body).unwrap_or_default();
        let detail = problem["detail"].as_str().unwrap_or("It does not say why.");
        let base = &self.base;
        match status {
            401 => Trouble::Final(format!(
                "{base} does not know this key: give one with --key or HOOKLINE_KEY. The first start of the server printed the admin \
                 key; POST /v1/keys makes others"
            )),
            404 => Trouble::Final(format!(
                "{base} has no such workspace for this key: {detail} GET /v1/workspaces lists what the key opens; give one with \
                 --workspace"
            )),
            400 | 403 | 405 | 422 => match problem["field"].as_str() {
                // Told as the flags that they came from.
                Some("cursor" | "since") => Trouble::Final(
                    "--from: give now, start, a time such as 2026-02-11T08:00:00Z, or a cursor that was shown".to_owned(),
                ),
                Some("kind") => Trouble::Final(format!("--kinds: {detail}")),
                Some(field) => Trouble::Final(format!("{base} refuses {field}: {detail}")),
                None => Trouble::Final(format!("{base} refuses this: {detail}")),
            },
            status => Trouble::Passing(format!("{base} answers {status}: {detail}")),
        }
    }
}

/// A client that may reach private addresses: who runs it is at home there.
pub(super) fn client() -> anyhow::Result<Client> {
    let dns = Dns::of_the_machine().context("read how this machine looks names up")?;
    let guard = Guard { allow_private: true, ..Guard::default() };
    Ok(Client::new(ClientOptions { guard, resolve: Arc::new(dns), roots: Vec::new() }))
}
