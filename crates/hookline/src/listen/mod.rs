//! `hookline listen`: forwards a workspace's events to a local address as they come, told and signed as a webhook would.
//!
//! It follows the server's stream of events by its cursor. What has been answered by the local address is remembered in a file,
//! one event after the other, so that neither a server that restarts, nor a connection that is cut, nor an end of this process
//! loses an event; the one that was on its way comes again, with the same id.

mod arguments;
mod forward;
mod server;
mod show;
mod sse;
mod state;

use std::time::Duration;

use anyhow::{Context, bail};
use hookline_dialects::{Dialect, authenticity};
use hookline_server::{Clock, Entropy};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::{
    WrongUsage,
    ambient::{OsEntropy, WallClock},
};

use arguments::From;
pub(crate) use arguments::ListenArguments;
use forward::{Forwarder, NotForwarded, Told};
use server::{Server, Trouble};
use show::Show;
use sse::Message;
use state::State;

/// What is waited before a server that is gone is asked again, twice as long each time, and no longer than that.
const PAUSE: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// How many random bytes a secret is made of.
const SECRET_BYTES: usize = 32;

/// Runs the command until it is told to end.
pub(crate) fn run(arguments: &ListenArguments) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    runtime.block_on(async {
        let stop = CancellationToken::new();
        let (token, mut terminate) = (stop.clone(), terminate()?);
        tokio::spawn(async move {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            token.cancel();
        });
        let mut listener = match stop.run_until_cancelled(Listener::new(arguments)).await {
            Some(listener) => listener?,
            None => return Ok(()),
        };
        // Wherever it is cut off: what was not answered is not remembered as forwarded.
        if let Some(outcome) = stop.run_until_cancelled(listener.listen()).await {
            outcome?;
        }
        listener.show.stopped(listener.forwarded);
        Ok(())
    })
}

fn terminate() -> anyhow::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).context("watch for SIGTERM")
}

/// A listener at work.
struct Listener {
    server: Server,
    forwarder: Forwarder,
    state: State,
    show: Show,
    /// What is streamed, with its query.
    path: String,
    /// Where it begins if nothing is remembered, or something else is asked for.
    begin: From,
    /// What is waited before the server is asked again.
    pause: Duration,
    /// Whether the server was heard at all.
    is_ready: bool,
    /// Whether it is gone, and that has been said.
    is_lost: bool,
    forwarded: u64,
}

impl Listener {
    /// Looks at what was asked for, and at what the server says to it.
    async fn new(arguments: &ListenArguments) -> anyhow::Result<Listener> {
        let dialect = arguments.dialect;
        if let Some(variant) = &arguments.variant {
            dialect.variant(variant).map_err(|error| WrongUsage(format!("--variant: {error}")))?;
        }
        let client = server::client()?;
        let wrong = |error| WrongUsage(format!("--forward {}: {error}", arguments.forward));
        let forward = client.guard().url(&arguments.forward).map_err(wrong)?.to_string();
        let headers = forward::own_headers(&arguments.header)?;
        if let Some(secret) = &arguments.secret {
            authenticity::usable(dialect, secret).map_err(|why| WrongUsage(format!("--secret: {why}")))?;
        }
        let server = Server::new(client, &arguments.server, &arguments.key)?;
        let (workspace, name) = workspace(&server, arguments.workspace).await?;
        let path = match &arguments.state {
            Some(path) => path.clone(),
            None => state::usual_path(server.base(), &workspace, &forward)?,
        };
        let state = State::open(path, (server.base(), &workspace, &forward), new_secret)?;
        let secret = arguments.secret.clone().unwrap_or_else(|| state.remembered.secret.clone());
        if dialect != Dialect::Instantly && authenticity::usable(dialect, &secret).is_err() {
            let shown = state.path().display();
            let what =
                format!("{shown} has a secret that {dialect} cannot be signed with: delete it to begin anew, or give --secret");
            return Err(WrongUsage(what).into());
        }
        let begin = match (&arguments.from, &state.remembered.cursor) {
            (Some(from), _) => from.clone(),
            (None, Some(cursor)) => From::Cursor(cursor.clone()),
            (None, None) => From::Now,
        };
        let show = Show { is_json: arguments.json };
        let kinds = if arguments.kinds.is_empty() { "all".to_owned() } else { arguments.kinds.join(", ") };
        let mut lines = vec![
            ("server", "Server:", server.base().to_owned()),
            ("workspace", "Workspace:", workspace.clone()),
            ("name", "Its name:", name),
            ("forward", "Forwarding to:", forward.clone()),
            (
                "dialect",
                "Dialect:",
                [Some(dialect.name()), arguments.variant.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", "),
            ),
            ("kinds", "Kinds:", kinds),
            ("from", "From:", begin.to_string()),
            ("state", "State:", state.path().display().to_string()),
        ];
        if dialect != Dialect::Instantly {
            lines.push(("secret", "Signing secret:", secret.clone()));
        }
        show.settings(&lines)?;
        let path = format!("/v1/workspaces/{workspace}/events/stream?{}", query(arguments));
        let forwarder = Forwarder {
            client: server.client().clone(),
            url: forward,
            dialect,
            secret,
            headers,
            patience: Duration::from_secs(arguments.patience),
        };
        let (is_ready, is_lost) = (false, false);
        Ok(Listener { server, forwarder, state, show, path, begin, pause: PAUSE, is_ready, is_lost, forwarded: 0 })
    }

    /// Follows the stream, and comes back to it whenever it ends.
    async fn listen(&mut self) -> anyhow::Result<()> {
        loop {
            let why = match self.follow().await {
                Ok(()) => "the stream ended".to_owned(),
                Err(Ended::Trouble(Trouble::Passing(why))) => why,
                Err(Ended::Trouble(trouble @ Trouble::Final(_))) => return Err(trouble.into()),
                Err(Ended::Failed(error)) => return Err(error),
            };
            if !std::mem::replace(&mut self.is_lost, true) {
                self.show.lost(&why);
            }
            // Nobody tells that a server is back; the pause grows, so that one in trouble is not asked without end.
            sleep(self.pause).await;
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
    }

    /// Follows one connection to its end.
    async fn follow(&mut self) -> Result<(), Ended> {
        let mut stream = self.open().await?;
        let (mut reader, mut is_first) = (sse::Reader::default(), true);
        while let Some(part) = self.server.part(&mut stream).await? {
            for Message { id, event, data } in reader.push(&part).context("read the stream")? {
                // What has no place in the log cannot be gone on behind.
                let Some(cursor) = id else { continue };
                if std::mem::take(&mut is_first) {
                    self.hears(&cursor)?;
                }
                match data {
                    Some(data) => self.handle(&event, &data, &cursor).await?,
                    None => self.state.forwarded(&cursor)?,
                }
                self.begin = From::Cursor(cursor);
            }
        }
        Ok(())
    }

    /// The server has said where the stream begins.
    fn hears(&mut self, cursor: &str) -> anyhow::Result<()> {
        self.pause = PAUSE;
        if std::mem::take(&mut self.is_lost) {
            self.show.back();
        }
        if std::mem::replace(&mut self.is_ready, true) { Ok(()) } else { self.show.ready(cursor) }
    }

    /// Opens the stream behind what was forwarded.
    async fn open(&self) -> Result<hookline_delivery::client::Download, Ended> {
        let mut headers = HeaderMap::new();
        if matches!(self.forwarder.dialect, Dialect::Smartlead | Dialect::Breakcold) {
            // Their bodies carry it. It is visible ASCII, as was looked at.
            let secret = HeaderValue::try_from(&self.forwarder.secret).context("send the secret")?;
            headers.insert("webhook-secret", secret);
        }
        let begin = self.begin.query().map(|query| format!("&{query}")).unwrap_or_default();
        Ok(self.server.get(&format!("{}{begin}", self.path), headers).await?)
    }

    /// One event of the stream.
    async fn handle(&mut self, kind: &str, data: &str, cursor: &str) -> anyhow::Result<()> {
        let told: Told = serde_json::from_str(data).context("read an event: the server seems to be of another version")?;
        let now = WallClock.now();
        let Some(body) = &told.body else {
            self.state.forwarded(cursor)?;
            return self.show.wordless(now, kind, &told, cursor);
        };
        match self.forwarder.forward(&told, body, &self.show).await {
            Ok(answer) => {
                self.forwarded += 1;
                // Before it is said: who has read that it is forwarded is not forwarded it again.
                self.state.forwarded(cursor)?;
                self.show.forwarded(now, kind, &told, cursor, answer)
            }
            Err(NotForwarded::NobodyThere(why)) => bail!(
                "nobody is at {}: {why}. Nothing is lost: start it, and give the same command again without --from, with a longer \
                 --patience if need be",
                self.forwarder.url
            ),
            Err(NotForwarded::Unsigned(why)) => {
                bail!("the event {} is not forwarded, since it cannot be signed: {why}", told.event_id)
            }
        }
    }
}

/// How following ended, if not with the connection.
enum Ended {
    Trouble(Trouble),
    Failed(anyhow::Error),
}

impl std::convert::From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Ended {
        Ended::Trouble(trouble)
    }
}

impl std::convert::From<anyhow::Error> for Ended {
    fn from(error: anyhow::Error) -> Ended {
        Ended::Failed(error)
    }
}

/// The workspace that is asked for, or the only one that the key opens; its id and its name.
async fn workspace(server: &Server, asked: Option<uuid::Uuid>) -> anyhow::Result<(String, String)> {
    let text = |value: &Value, name: &str| value[name].as_str().map(ToOwned::to_owned).context("read a workspace");
    if let Some(id) = asked {
        let workspace = server.json(&format!("/v1/workspaces/{id}")).await?;
        return Ok((text(&workspace, "id")?, text(&workspace, "name")?));
    }
    let listed = server.json("/v1/workspaces?limit=2").await?;
    match listed["data"].as_array().map(Vec::as_slice) {
        Some([only]) => Ok((text(only, "id")?, text(only, "name")?)),
        Some([]) => Err(WrongUsage("the key opens no workspace: give another, or make one".to_owned()).into()),
        Some(_) => {
            let what = "the key opens several workspaces: give one with --workspace. GET /v1/workspaces lists them".to_owned();
            Err(WrongUsage(what).into())
        }
        None => bail!("{} does not answer as a Hookline server does", server.base()),
    }
}

/// What is asked of the stream but for where it begins.
fn query(arguments: &ListenArguments) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("dialect", arguments.dialect.name());
    if let Some(variant) = &arguments.variant {
        query.append_pair("variant", variant);
    }
    if !arguments.kinds.is_empty() {
        query.append_pair("kind", &arguments.kinds.join(","));
    }
    query.finish()
}

fn new_secret() -> String {
    let mut bytes = [0; SECRET_BYTES];
    OsEntropy.fill(&mut bytes);
    authenticity::secret(&bytes)
}
