//! What asks after the server itself, and what is answered where nothing is.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{Method, StatusCode, header};
use metrics::gauge;
use schemars::JsonSchema;
use serde_json::json;

use hookline_model::id::SubscriptionId;
use hookline_store::{deliveries::Standing, subscriptions::SubscriptionStatus};

use crate::{
    metrics::{
        BODIES_BYTES, FOLDED_ENTRIES, LABEL_STATUS, LOG_BYTES, LOG_ENTRIES, QUEUE_BYTES, RECORDS_BYTES, SEARCH_BYTES,
        SEARCH_LAG_ENTRIES, WEBHOOKS, WEBHOOKS_BACKLOG,
    },
    openapi::{Described, Operation, word_schemas},
    problem::{Problem, ProblemType},
    service::Service,
    subscriptions::backlog,
};

/// Whether the process is alive.
pub(crate) fn alive() -> Router<Arc<Service>> {
    Router::new().route("/healthz", get(healthz))
}

/// Whether the store is, and how it does.
pub(crate) fn operator() -> Router<Arc<Service>> {
    Router::new().route("/readyz", get(readyz)).route("/metrics", get(metrics))
}

word_schemas! {
    /// Well, else there is a problem.
    HealthStatus = ["ok"], such as "ok";
}

/// That all is well.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is written below")]
pub(crate) struct Health {
    status: HealthStatus,
}

/// What these are.
pub(crate) fn described() -> Vec<Described> {
    let alive = Operation::open("Operating", "Whether the process lives", "It does if this is answered.");
    let ready = "Whether the store can be written and read, tried with both.";
    let ready = Operation::open("Operating", "Whether the store works", ready);
    let metrics = "Figures in the text format of Prometheus.";
    let metrics = Operation::open("Operating", "Metrics", metrics).problems(&[ProblemType::NotFound]);
    vec![
        Described::open("healthz", "get", "/healthz", alive.answer::<Health>(StatusCode::OK, "The process lives.")),
        Described::open(
            "readyz",
            "get",
            "/readyz",
            ready.writes_store().reads_records().answer::<Health>(StatusCode::OK, "The store works."),
        ),
        Described::open("metrics", "get", "/metrics", metrics.text("The figures.", "text/plain", "hookline_log_entries 41\n")),
    ]
}

async fn healthz() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

async fn readyz(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    service.store.ready().await?;
    Ok(Json(json!({"status": "ok"})).into_response())
}

/// Gauges that others keep are read when somebody looks.
async fn metrics(State(service): State<Arc<Service>>) -> Result<Response, Problem> {
    let Some(render) = &service.metrics else {
        return Err(Problem::new(ProblemType::NotFound, "Metrics are not switched on in this server."));
    };
    let status = service.store.status();
    gauge!(QUEUE_BYTES).set(status.queued_bytes as f64);
    gauge!(BODIES_BYTES).set(service.bodies.in_use() as f64);
    gauge!(LOG_ENTRIES).set(status.committed as f64);
    gauge!(FOLDED_ENTRIES).set(status.folded as f64);
    gauge!(LOG_BYTES).set(status.log_bytes as f64);
    gauge!(RECORDS_BYTES).set(status.records_bytes as f64);
    gauge!(SEARCH_BYTES).set(status.search_bytes as f64);
    if let Some(indexed) = status.indexed {
        gauge!(SEARCH_LAG_ENTRIES).set(status.committed.saturating_sub(indexed) as f64);
    }
    if let Err(error) = webhooks(&service).await {
        // What they stand at is in a file of its own. All else is told, most of all while that one cannot be read.
        tracing::warn!(%error, "how webhooks stand could not be read");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], render()).into_response())
}

/// How webhooks stand.
async fn webhooks(service: &Service) -> Result<(), hookline_store::Error> {
    let directory = service.store.directory();
    let standings: HashMap<SubscriptionId, Standing> = service.store.standings().await?.into_iter().collect();
    let (mut counts, mut furthest) = ([0_u32; 3], 0);
    for row in directory.subscriptions() {
        let place = SubscriptionStatus::ALL.iter().position(|status| *status == row.status).unwrap_or_default();
        counts[place] += 1;
        if row.status == SubscriptionStatus::Active {
            let reached = standings.get(&row.id).map_or(0, |standing| standing.bulk);
            furthest = furthest.max(backlog(service, row, reached));
        }
    }
    for (status, count) in SubscriptionStatus::ALL.into_iter().zip(counts) {
        gauge!(WEBHOOKS, LABEL_STATUS => status.name()).set(f64::from(count));
    }
    gauge!(WEBHOOKS_BACKLOG).set(furthest as f64);
    Ok(())
}

/// For every path that no route has. The path is not repeated: it may be a mistyped webhook address.
pub(crate) async fn not_found() -> Problem {
    Problem::new(ProblemType::NotFound, "No page has this path. The API starts at /v1, webhook addresses at /public.").closing()
}

/// For every path that has routes, but not with this method; the `Allow` header is added by the router. That header is all that
/// `OPTIONS` asks for. Pages of other origins are not let in: there are no headers for them.
pub(crate) async fn method_not_allowed(request: Request) -> Result<StatusCode, Problem> {
    if request.method() == Method::OPTIONS {
        return Ok(StatusCode::NO_CONTENT);
    }
    let detail = format!("{} is not possible here. The Allow header names what is.", request.method());
    Err(Problem::new(ProblemType::MethodNotAllowed, detail).closing())
}
