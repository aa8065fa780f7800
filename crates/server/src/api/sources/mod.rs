//! Sources, of workspaces and of agencies alike: how a platform's deliveries are verified and answered. No answer has a secret.

pub(super) mod aliases;
pub(super) mod delete;
pub(super) mod list;
pub(super) mod put;
pub(super) mod show;
mod wanted;

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;

use hookline_model::{
    platform::Platform,
    source::{Ack, Method},
};
use hookline_store::{directory::AddressOwner, source::Source};

use crate::{
    api::auth::{OwnerRead, OwnerWrite, path_id},
    openapi::{PlatformName, Time, word_schemas},
    problem::Problem,
    service::Service,
};

word_schemas! {
    /// How a delivery is verified. `none`: by the unguessable address alone. `header_secret`: a header equals the secret.
    /// `hmac_sha256`: a header has the HMAC-SHA256 of the body in hex. `body_secret`: a field of the body equals the secret.
    /// `hubspot_v3` and `breakcold_v2`: the signatures of these platforms.
    MethodName = Method::ALL.map(Method::name), such as "hmac_sha256";
    /// How a delivery that cannot be read is answered, once it is in quarantine: `strict` with a 400, `always` with a 200, for
    /// platforms that switch a webhook off after a few failures.
    AckName = Ack::ALL.map(Ack::name), such as "strict";
}

/// A source.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Source")]
struct SourceShape {
    #[schemars(with = "PlatformName")]
    platform: Platform,
    verification: VerificationShape,
    /// The platform's account, when its deliveries omit it.
    #[schemars(example = &"1103")]
    account: Option<String>,
    #[schemars(with = "AckName")]
    ack: &'static str,
    /// Whether deliveries are taken. Those to a source that is switched off are refused.
    #[schemars(example = true)]
    enabled: bool,
    #[schemars(with = "Time")]
    created_at: String,
    #[schemars(with = "Time")]
    updated_at: String,
}

/// How deliveries of a source are verified. Secrets are in no answer.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Verification")]
struct VerificationShape {
    #[schemars(with = "MethodName")]
    method: &'static str,
    /// The header that the method looks at, if it can be chosen.
    #[schemars(example = &"x-smartlead-signature")]
    header: Option<String>,
    /// The field of the body that the method looks at.
    #[schemars(example = &"secret_key")]
    field: Option<String>,
    /// Whether there is a secret.
    #[schemars(example = true)]
    has_secret: bool,
    /// Whether the secret of before is valid as well.
    #[schemars(example = false)]
    has_secret_previous: bool,
}

fn shape(source: &Source) -> SourceShape {
    SourceShape {
        platform: source.platform,
        verification: VerificationShape {
            method: source.method.name(),
            header: source.header.clone(),
            field: source.field.clone(),
            has_secret: source.secret.is_some(),
            has_secret_previous: source.secret_previous.is_some(),
        },
        account: source.account.clone(),
        ack: source.ack.name(),
        enabled: source.enabled,
        created_at: source.created_at.to_string(),
        updated_at: source.updated_at.to_string(),
    }
}

/// A platform in the path, and the workspace or agency whose source of it the key may read.
pub(in crate::api) struct SourceRead(AddressOwner, Platform);

impl FromRequestParts<Arc<Service>> for SourceRead {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<SourceRead, Problem> {
        let OwnerRead(owner) = OwnerRead::from_request_parts(parts, service).await?;
        Ok(SourceRead(owner, platform(parts, service).await?))
    }
}

/// The same, for writing.
pub(in crate::api) struct SourceWrite(AddressOwner, Platform);

impl FromRequestParts<Arc<Service>> for SourceWrite {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Arc<Service>) -> Result<SourceWrite, Problem> {
        let OwnerWrite(owner) = OwnerWrite::from_request_parts(parts, service).await?;
        Ok(SourceWrite(owner, platform(parts, service).await?))
    }
}

/// Nobody posts to us as ourselves, so `hookline` is no platform here.
async fn platform(parts: &mut Parts, service: &Arc<Service>) -> Result<Platform, Problem> {
    let platform: Platform = path_id(parts, service, "platform", "platform").await?;
    if platform == Platform::Hookline { Err(Problem::not_found("platform")) } else { Ok(platform) }
}

/// The owner's own source, if there is one.
fn find(service: &Service, owner: AddressOwner, platform: Platform) -> Result<Arc<Source>, Problem> {
    service.store.directory().source(owner, platform).cloned().ok_or_else(|| Problem::not_found("source"))
}
