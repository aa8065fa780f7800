//! `hookline serve`: opens the store, prints where everything is, serves until told to stop.

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::Context;
use hookline_delivery::client::{Client, ClientOptions, Dns};
use hookline_model::time::Millis;
use hookline_server::{Clock, Entropy, Limits, MasterKey, Service, ServiceOptions, check_master_key, holds_secrets, serve};
use hookline_store::{
    Store,
    sqlite::{SqliteOptions, SqliteStore},
};
use listenfd::ListenFd;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, signal::unix::SignalKind, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    ambient::{OsEntropy, WallClock, chance},
    cli::{DemoOptions, ServeFlags},
    first_start, master_key, open_files,
    settings::{self, Settings},
    simulate,
};

/// How often the metrics recorder tidies up its histograms, which grow otherwise.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// How often what is known of the shapes of deliveries is brought to the store.
const DRIFT_KEPT: Duration = Duration::from_secs(60);

/// Buckets of histograms in seconds: from a commit on a quick disk to a time-out.
const SECONDS_BUCKETS: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Buckets of histograms that count.
const COUNT_BUCKETS: [f64; 10] = [1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0];

/// SHA-256 of a key's text.
pub(crate) fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// Runs the server until SIGTERM or SIGINT.
pub(crate) fn run(flags: &ServeFlags) -> anyhow::Result<()> {
    let mut settings = settings::read(flags)?;
    open_files::raise_limit();
    // Removed when the server has stopped.
    let throw_away = flags.demo.demo.then(|| tempfile::Builder::new().prefix("hookline-demo-").tempdir()).transpose();
    let throw_away = throw_away.context("make a folder for the demonstration")?;
    if let Some(folder) = &throw_away {
        settings.data_folder = folder.path().to_path_buf();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let outcome = runtime.block_on(run_async(settings, flags.demo));
    // Requests that outlived the deadline are not waited for; what was answered is on disk.
    runtime.shutdown_background();
    outcome
}

async fn run_async(mut settings: Settings, demo: DemoOptions) -> anyhow::Result<()> {
    // The sockets first: connections wait in their backlog while the store opens, and a restart refuses nobody.
    let mut inherited = ListenFd::from_env();
    let public = listener(&mut inherited, 0, &settings.listen).await?;
    let admin = match &settings.admin_listen {
        Some(address) => Some(listener(&mut inherited, 1, address).await?),
        None => None,
    };
    let stop = stop_signal()?;
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS_BUCKETS)
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_items".to_owned()), &COUNT_BUCKETS))
        .and_then(|builder| builder.set_buckets_for_metric(Matcher::Suffix("_entries".to_owned()), &COUNT_BUCKETS))
        .context("set the buckets of histograms")?
        .install_recorder()
        .context("install the metrics recorder")?;
    hookline_server::describe_metrics();
    tokio::spawn(keep_up(metrics.clone()));

    let mut options = SqliteOptions::new(&settings.data_folder);
    options.disk_reserve_bytes = settings.disk_reserve_bytes;
    if !settings.search {
        options.search = None;
    }
    let store = tokio::task::spawn_blocking(move || SqliteStore::open(options))
        .await?
        .with_context(|| format!("open the data folder {}", settings.data_folder.display()))?;
    let store: Arc<dyn Store> = Arc::new(store);
    let master_key =
        master_key::load(&settings.data_folder, settings.master_key.take(), holds_secrets(store.as_ref()), &OsEntropy)?;
    check_master_key(store.as_ref(), &master_key, &OsEntropy).await?;
    let made = first_start::prepare(store.as_ref(), &OsEntropy, now(), settings.admin_key.is_some()).await?;

    let local = public.local_addr().context("read the listening address")?;
    let public_url = settings.public_url.clone().unwrap_or_else(|| format!("http://{local}"));
    if demo.demo {
        let urls = made.addresses_at(&format!("http://{local}"));
        let stop = stop.clone();
        // On a thread of its own, as another program would be.
        tokio::task::spawn_blocking(move || {
            if let Err(error) = tokio::runtime::Handle::current().block_on(simulate::demo(urls, &demo, stop)) {
                tracing::error!("{error:#}");
            }
        });
    }
    announce(&made.announcement(&public_url), &settings, &public_url, admin.as_ref())?;
    let of_store = (Arc::clone(&store), master_key);
    serve_until(stop, public, admin, &settings, public_url, of_store, metrics).await?;
    store.close().await.context("close the store")?;
    tracing::info!("stopped; everything answered is on disk");
    Ok(())
}

async fn serve_until(
    stop: CancellationToken,
    public: TcpListener,
    admin: Option<TcpListener>,
    settings: &Settings,
    public_url: String,
    (store, master_key): (Arc<dyn Store>, MasterKey),
    metrics: PrometheusHandle,
) -> anyhow::Result<()> {
    let limits = Limits { body_bytes_max: settings.body_bytes_max, ..Limits::default() };
    let patience = limits.shutdown_timeout;
    let service = Service::new(ServiceOptions {
        store,
        clock: Arc::new(WallClock),
        entropy: Arc::new(OsEntropy),
        admin_key_hash: admin_key_hash(settings),
        public_url,
        limits: limits.clone(),
        parsers: hookline_platforms::parser,
        metrics: Some(Arc::new(move || metrics.render())),
        trusted_proxies: settings.trusted_proxies.clone(),
        master_key: Arc::new(master_key),
        client: client(settings)?,
    });
    service.recall_drift().await.context("read what is known of the shapes of deliveries")?;
    let stop_keeping = stop.child_token();
    let keeping = tokio::spawn(keep_drift(Arc::clone(&service), stop_keeping.clone()));
    let passing_on = service.pass_on(Arc::new(WallClock), Arc::new(chance));
    // Both stop at once, each within its time: what is on the wire to receivers does not wait for those who ask.
    let stopped = stop.clone();
    let passing_on = tokio::spawn(async move {
        stopped.cancelled().await;
        if tokio::time::timeout(patience, passing_on.stop()).await.is_err() {
            tracing::warn!(
                "some deliveries were still on the wire; they are sent again after the next start, under the same ids"
            );
        }
    });
    let served = serve_on(&service, public, admin, &limits, stop.clone()).await;
    // Also if serving ended by a fault.
    stop.cancel();
    passing_on.await.context("stop passing events on")?;
    stop_keeping.cancel();
    // A write that goes on is waited for.
    drop(keeping.await);
    if let Err(error) = service.keep_drift(true).await {
        tracing::warn!(%error, "what was learned of shapes since the last minute is lost");
    }
    served
}

/// Serves on one listener, or the two sorts of surfaces on two.
async fn serve_on(
    service: &Arc<Service>,
    public: TcpListener,
    admin: Option<TcpListener>,
    limits: &Limits,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    match admin {
        None => serve(public, service.router(), limits, stop).await.context("serve"),
        Some(admin) => {
            let (public, admin) = tokio::join!(
                serve(public, service.router_public(), limits, stop.clone()),
                serve(admin, service.router_admin(), limits, stop.clone()),
            );
            public.and(admin).context("serve")
        }
    }
}

/// Who sends to receivers, as the settings allow.
fn client(settings: &Settings) -> anyhow::Result<Client> {
    let dns = Dns::of_the_machine().context("read how this machine looks names up")?;
    Ok(Client::new(ClientOptions { guard: settings.guard.clone(), resolve: Arc::new(dns), roots: Vec::new() }))
}

/// The socket that the service manager passed in this place, or a new one.
async fn listener(inherited: &mut ListenFd, place: usize, address: &str) -> anyhow::Result<TcpListener> {
    if let Some(socket) = inherited.take_tcp_listener(place).context("take the inherited socket")? {
        socket.set_nonblocking(true).context("prepare the inherited socket")?;
        return TcpListener::from_std(socket).context("use the inherited socket");
    }
    TcpListener::bind(address).await.with_context(|| format!("listen on {address}"))
}

/// Cancelled by SIGTERM or SIGINT. A second one ends the process at once; what was answered is on disk.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let token = stop.clone();
    tokio::spawn(async move {
        for already_stopping in [false, true] {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if already_stopping {
                tracing::warn!("told to stop twice; stopping at once");
                std::process::exit(130);
            }
            tracing::info!("told to stop; answering what is in flight");
            token.cancel();
        }
    });
    Ok(stop)
}

/// Brings what is known of shapes to the store, now and then.
async fn keep_drift(service: Arc<Service>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(DRIFT_KEPT);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Err(error) = service.keep_drift(false).await {
            tracing::warn!(%error, "what is known of shapes could not be kept; it is tried again");
        }
    }
}

async fn keep_up(metrics: PrometheusHandle) {
    let mut ticks = tokio::time::interval(METRICS_UPKEEP);
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

/// Says on standard output where everything is.
fn announce(made: &str, settings: &Settings, public_url: &str, admin: Option<&TcpListener>) -> anyhow::Result<()> {
    let admin = match admin {
        Some(admin) => format!("http://{}", admin.local_addr().context("read the listening address")?),
        None => public_url.to_owned(),
    };
    let mut out = std::io::stdout().lock();
    let version = env!("CARGO_PKG_VERSION");
    write!(out, "Hookline {version}\nData folder: {}\nAPI: {admin}/v1\n{made}Ready.\n", settings.data_folder.display())
        .and_then(|()| out.flush())
        .context("write to standard output")
}

/// The hash of the admin key given in the environment; without one, a hash that no key has.
fn admin_key_hash(settings: &Settings) -> [u8; 32] {
    match &settings.admin_key {
        Some(key) => sha256(key.expose()),
        None => {
            let mut nobodys = [0; 32];
            OsEntropy.fill(&mut nobodys);
            nobodys
        }
    }
}

fn now() -> Millis {
    WallClock.now()
}
