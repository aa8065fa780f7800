//! What the surfaces are given, and the routers made of it.

use std::sync::{Arc, OnceLock};

use axum::Router;
use ipnet::IpNet;
use tokio::sync::{Mutex, Notify};

use hookline_delivery::{client::Client, dispatch::Level};
use hookline_model::{platform::Platform, time::Millis};
use hookline_platforms::Parser;
use hookline_store::Store;

use crate::{
    api,
    api::{idempotency::Running, stream::Streams},
    catch,
    chance::Entropy,
    compat, docs,
    drift::Watch,
    health,
    limits::Limits,
    receive,
    receive::budget::ByteBudget,
    rejections::Rejections,
    secrets::{MasterKey, OpenedSources},
};

/// What time it is: the wall clock in the binary, a hand in tests.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;
}

/// Renders the installed metrics recorder as Prometheus text.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// Finds the parser of a platform, if its deliveries can be read: [`hookline_platforms::parser`], or in tests another one.
pub type FindParser = fn(Platform) -> Option<&'static dyn Parser>;

/// What the surfaces are given.
#[derive(Clone)]
pub struct ServiceOptions {
    /// The log and the records.
    pub store: Arc<dyn Store>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of ids and keys.
    pub entropy: Arc<dyn Entropy>,
    /// SHA-256 of the admin key's text; it opens everything.
    pub admin_key_hash: [u8; 32],
    /// Where platforms reach us, such as `https://hooks.example.com`: what webhook addresses start with.
    pub public_url: String,
    /// The bounds.
    pub limits: Limits,
    /// Who reads deliveries, at the door and again later.
    pub parsers: FindParser,
    /// Renders `/metrics`; without it there is none.
    pub metrics: Option<RenderMetrics>,
    /// Proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// What secrets are sealed with.
    pub master_key: Arc<MasterKey>,
    /// Sends to receivers, and judges where they are.
    pub client: Client,
}

/// The surfaces' state. Build it once and make every router from it: the byte budget, the rejections, the
/// running requests and what is known of shapes are in it.
pub struct Service {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) admin_key_hash: [u8; 32],
    pub(crate) public_url: String,
    pub(crate) limits: Limits,
    pub(crate) parsers: FindParser,
    pub(crate) metrics: Option<RenderMetrics>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) bodies: Arc<ByteBudget>,
    pub(crate) rejections: Rejections,
    pub(crate) running: Running,
    pub(crate) master_key: Arc<MasterKey>,
    pub(crate) opened: OpenedSources,
    pub(crate) drift: Watch,
    pub(crate) client: Client,
    /// Held while a webhook is made, by whichever API: whether there is room, or a similar one, is still so when it is stored.
    pub(crate) making: Mutex<()>,
    /// Told whenever the directory was changed through the API.
    pub(crate) changed: Arc<Notify>,
    /// How far webhooks were looked on for that are level with the log, once somebody passes events on.
    pub(crate) level: OnceLock<Level>,
    pub(crate) streams: Streams,
    pub(crate) smartlead: compat::smartlead::State,
}

impl Service {
    /// The state for these options.
    #[must_use]
    pub fn new(options: ServiceOptions) -> Arc<Service> {
        let limits = options.limits;
        Arc::new(Service {
            store: options.store,
            clock: options.clock,
            entropy: options.entropy,
            admin_key_hash: options.admin_key_hash,
            public_url: options.public_url.trim_end_matches('/').to_owned(),
            parsers: options.parsers,
            metrics: options.metrics,
            trusted_proxies: options.trusted_proxies,
            bodies: Arc::new(ByteBudget::new(limits.bodies_bytes_in_all, limits.body_bytes_max)),
            rejections: Rejections::new(limits.rejections_max),
            running: Running::default(),
            master_key: options.master_key,
            opened: OpenedSources::default(),
            drift: Watch::default(),
            client: options.client,
            making: Mutex::default(),
            changed: Arc::default(),
            level: OnceLock::new(),
            streams: Streams::default(),
            smartlead: compat::smartlead::State::default(),
            limits,
        })
    }

    /// Everything, for one listener.
    pub fn router(self: &Arc<Self>) -> Router {
        let api = api::routes(self).merge(compat::routes(self)).merge(docs::routes()).merge(docs::errors());
        self.finish(receive::routes().merge(api).merge(health::alive()).merge(health::operator()))
    }

    /// What platforms need: the receiving addresses, the pages of the problems answered there, and `/healthz`.
    pub fn router_public(self: &Arc<Self>) -> Router {
        self.finish(receive::routes().merge(docs::errors()).merge(health::alive()))
    }

    /// What agencies and operators need: the API and its pages, `/healthz`, `/readyz` and `/metrics`.
    pub fn router_admin(self: &Arc<Self>) -> Router {
        let api = api::routes(self).merge(compat::routes(self)).merge(docs::routes()).merge(docs::errors());
        self.finish(api.merge(health::alive()).merge(health::operator()))
    }

    /// Gives the routes their state and what every router has: problems for unknown paths and methods, and for panics.
    fn finish(self: &Arc<Self>, routes: Router<Arc<Service>>) -> Router {
        routes
            .fallback(health::not_found)
            .method_not_allowed_fallback(health::method_not_allowed)
            .layer(axum::middleware::from_fn(catch::catch_panics))
            .with_state(Arc::clone(self))
    }
}

/// One router with everything.
pub fn router(options: ServiceOptions) -> Router {
    Service::new(options).router()
}
