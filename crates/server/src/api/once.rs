//! Making a change once: a handler that changes something takes [`Once`] and hands it the changes with the answer, which are then
//! on disk together or not at all.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use serde::Serialize;

use hookline_model::{id::WorkspaceId, time::Millis};
use hookline_store::{
    Append,
    answers::KeptAnswer,
    directory::DirectoryChange,
    rerun::{MakeRerunAnswer, Reading, Reread, Rerun},
    routing::{MakePlacingAnswer, Placed, Placement, Placing},
    settle::{MakeAnswer, Settled, Settlement},
};

use crate::{problem::Problem, service::Service, subscriptions};

/// A good answer to a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    status: StatusCode,
    body: Vec<u8>,
}

impl Reply {
    /// Something new: 201.
    pub(super) fn created(shape: &impl Serialize) -> Reply {
        Reply::new(StatusCode::CREATED, shape)
    }

    /// How something is now: 200.
    pub(super) fn ok(shape: &impl Serialize) -> Reply {
        Reply::new(StatusCode::OK, shape)
    }

    /// Something is gone: 204.
    pub(super) fn deleted() -> Reply {
        Reply { status: StatusCode::NO_CONTENT, body: Vec::new() }
    }

    fn new(status: StatusCode, shape: &impl Serialize) -> Reply {
        // Shapes are texts and numbers under names: this cannot fail.
        Reply { status, body: serde_json::to_vec(shape).unwrap_or_default() }
    }

    /// A reply that was kept.
    pub(super) fn kept(answer: KeptAnswer) -> Reply {
        Reply { status: StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK), body: answer.body }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let has_body = !self.body.is_empty();
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        match has_body {
            true => headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
            false => headers.remove(header::CONTENT_TYPE),
        };
        response
    }
}

/// What a request is repeated by, as hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    /// Of who asks, of what, and of the key.
    pub(super) key: [u8; 32],
    /// Of what was sent.
    pub(super) request: [u8; 32],
}

impl Identity {
    fn keep(self, reply: Reply, at: Millis) -> KeptAnswer {
        KeptAnswer { key: self.key, request: self.request, status: reply.status.as_u16(), body: reply.body, at }
    }
}

/// The idempotency key of the request, if it has one. What is changed through this is changed once, and answered alike each time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Once(pub(super) Option<Identity>);

impl<S: Send + Sync> FromRequestParts<S> for Once {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Once, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}

impl Once {
    /// What tells a change from the same change: the request's own name, or chance.
    pub(super) fn nonce(&self, service: &Service) -> [u8; 32] {
        let mut nonce = [0; 32];
        match &self.0 {
            Some(identity) => nonce = identity.key,
            None => service.entropy.fill(&mut nonce),
        }
        nonce
    }

    /// Changes the directory, all or none, and keeps the reply with it.
    pub(super) async fn change(self, service: &Service, changes: Vec<DirectoryChange>, reply: Reply) -> Result<Reply, Problem> {
        self.change_keeping(service, changes, reply.clone(), reply).await
    }

    /// Keeps the reply to a change that was made elsewhere and does no harm when it is made again: the two are not one
    /// transaction.
    pub(super) async fn keep(self, service: &Service, reply: Reply) -> Result<Reply, Problem> {
        if self.0.is_none() {
            return Ok(reply);
        }
        self.change(service, Vec::new(), reply).await
    }

    /// The same for a reply with a secret: what is kept is another one, without it.
    pub(super) async fn change_keeping(
        self,
        service: &Service,
        mut changes: Vec<DirectoryChange>,
        reply: Reply,
        kept: Reply,
    ) -> Result<Reply, Problem> {
        changes.extend(self.0.map(|identity| DirectoryChange::KeepAnswer(identity.keep(kept, service.clock.now()))));
        subscriptions::change(service, changes).await?;
        Ok(reply)
    }

    /// Appends what the caller did, and keeps the reply with it.
    pub(super) async fn record(self, service: &Service, delivery: Append, reply: Reply) -> Result<Reply, Problem> {
        let answer = self.0.map(|identity| identity.keep(reply.clone(), service.clock.now()));
        service.store.record(delivery, answer).await?;
        Ok(reply)
    }

    /// Settles deliveries in quarantine, all or none, and keeps the reply with it, if there is one to what became of them.
    pub(super) async fn settle(
        self,
        service: &Service,
        workspace: WorkspaceId,
        settlements: Vec<Settlement>,
        reply: impl Fn(&[Settled]) -> Option<Reply> + Send + Sync + 'static,
    ) -> Result<Option<Reply>, Problem> {
        let (reply, at) = (Arc::new(reply), service.clock.now());
        let make_answer = self.0.map(|identity| {
            let reply = Arc::clone(&reply);
            Arc::new(move |settled: &[Settled]| reply(settled).map(|reply| identity.keep(reply, at))) as MakeAnswer
        });
        let settled = service.store.settle(workspace, settlements, make_answer).await?;
        Ok(reply(&settled))
    }

    /// Supersedes entries, all or none, and keeps the reply to what became of the readings with it. A dry run changes nothing,
    /// but for what is kept.
    pub(super) async fn supersede(
        self,
        service: &Service,
        workspace: WorkspaceId,
        readings: Vec<Reading>,
        is_dry: bool,
        reply: impl Fn(&[Reread]) -> Reply + Send + Sync + 'static,
    ) -> Result<Reply, Problem> {
        let (reply, at) = (Arc::new(reply), service.clock.now());
        let answer = self.0.map(|identity| {
            let reply = Arc::clone(&reply);
            Arc::new(move |reread: &[Reread]| Some(identity.keep(reply(reread), at))) as MakeRerunAnswer
        });
        let reread = service.store.supersede(workspace, Rerun { readings, is_dry, answer }).await?;
        Ok(reply(&reread))
    }

    /// Places what waits, all or none, and keeps the reply to what became of it. A dry run changes nothing, but for what is kept.
    pub(super) async fn place(
        self,
        service: &Service,
        reserved: WorkspaceId,
        placements: Vec<Placement>,
        is_dry: bool,
        reply: impl Fn(&[Placed]) -> Reply + Send + Sync + 'static,
    ) -> Result<Reply, Problem> {
        let (reply, at) = (Arc::new(reply), service.clock.now());
        let answer = self.0.map(|identity| {
            let reply = Arc::clone(&reply);
            Arc::new(move |placed: &[Placed]| Some(identity.keep(reply(placed), at))) as MakePlacingAnswer
        });
        let placed = service.store.place(reserved, Placing { placements, is_dry, answer }).await?;
        Ok(reply(&placed))
    }
}
