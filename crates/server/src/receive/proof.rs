//! Whether a delivery comes from where its source says, asked before anything of it is read.

use std::sync::Arc;

use http::request::Parts;
use metrics::counter;

use hookline_model::time::Millis;
use hookline_platforms::verify::{Evidence, Rule};

use crate::{
    metrics::{LABEL_PLATFORM, LABEL_WHY, UNPROVEN_TOTAL},
    problem::{Problem, ProblemType},
    receive::door::Door,
    remote,
    secrets::CannotOpen,
    service::Service,
};

/// What every delivery without proof is told, whatever it lacks: who guesses learns nothing.
const UNPROVEN: &str = "The delivery does not prove where it comes from. Compare the secret and the method of the source in \
    Hookline with what the platform is set to.";

/// How deliveries at this door are verified; none if no source was set up. A source that is switched off takes none.
pub(super) fn rule(service: &Service, door: &Door) -> Result<Option<Arc<Rule>>, Problem> {
    let Some(source) = &door.source else { return Ok(None) };
    if !source.enabled {
        let detail = "This source is switched off in Hookline. Switch it on there, or remove the webhook at the platform.";
        return Err(Problem::new(ProblemType::SourceDisabled, detail).closing());
    }
    match service.opened.rule(&door.directory, source, &service.master_key) {
        Ok(rule) => Ok(Some(rule)),
        Err(CannotOpen) => {
            // Ours, and not the platform's: it comes again.
            let platform = source.platform.name();
            tracing::error!(source.platform = platform, source.owner = ?source.owner, "a stored secret cannot be opened; set it again");
            let detail = "The secret of this source cannot be read. The operator must set it again; then send this again.";
            Err(Problem::new(ProblemType::StoreUnavailable, detail).retry_after(30).closing())
        }
    }
}

/// Verifies a delivery. A form is signed as it was `sent`, and has a secret where the JSON does that it was made into.
pub(super) fn prove(
    service: &Service,
    door: &Door,
    rule: &Rule,
    head: &Parts,
    sent: Option<&[u8]>,
    body: &[u8],
    received_at: Millis,
) -> Result<(), Problem> {
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let uris = remote::uris(&head.extensions, &head.headers, &service.trusted_proxies, &service.public_url, target);
    let with = |body| Evidence { method: head.method.as_str(), uris: &uris, headers: &head.headers, body, now: received_at };
    let as_sent = sent.is_some_and(|sent| rule.verify(&with(sent)).is_ok());
    let proven = if as_sent { Ok(()) } else { rule.verify(&with(body)) };
    proven.map_err(|why| {
        counter!(UNPROVEN_TOTAL, LABEL_PLATFORM => door.platform.name(), LABEL_WHY => why.name()).increment(1);
        Problem::new(ProblemType::UnprovenDelivery, UNPROVEN)
    })
}
