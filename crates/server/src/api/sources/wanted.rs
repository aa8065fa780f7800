//! What a source is to be: the body of a `PUT`, read and checked.

use http::HeaderName;
use schemars::JsonSchema;

use hookline_model::{
    platform::Platform,
    source::{Ack, Method},
};
use hookline_platforms::verify::{SECRET_BYTES_MAX, SECRET_BYTES_MIN, Secret};

use crate::{
    api::{
        fields::Fields,
        sources::{AckName, MethodName},
    },
    problem::Problem,
};

/// The longest name of a header that is looked at.
const HEADER_BYTES_MAX: usize = 100;
/// The longest name of a field that is looked at.
const FIELD_BYTES_MAX: usize = 100;

/// What a source is made of.
#[derive(JsonSchema)]
#[schemars(rename = "NewSource", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct NewSource {
    verification: NewVerification,
    /// The platform's account, when its deliveries omit it.
    #[schemars(length(min = 1, max = 200), example = &"1103")]
    account: Option<String>,
    /// `strict` if it is null or left out.
    ack: Option<AckName>,
    /// Whether deliveries are taken.
    #[schemars(example = true)]
    enabled: bool,
}

/// How deliveries are to be verified.
#[derive(JsonSchema)]
#[schemars(rename = "NewVerification", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct NewVerification {
    method: MethodName,
    /// Visible ASCII characters, with spaces between. The one that is stored stays if this is null or left out; every method but
    /// `none` needs one.
    #[schemars(length(min = SECRET_BYTES_MIN, max = SECRET_BYTES_MAX), example = &"7b0e2d5c-0000-4000-8000-0a1b2c3d4e5f")]
    secret: Option<String>,
    /// The secret of before, which stays valid beside the other. Null removes it. If it is left out, the one that is stored
    /// stays, unless there is a new `secret`.
    #[schemars(length(min = SECRET_BYTES_MIN, max = SECRET_BYTES_MAX), example = &"0a1b2c3d-0000-4000-8000-7b0e2d5c4e5f")]
    secret_previous: Option<String>,
    /// For `header_secret` and `hmac_sha256`. If it is null or left out: `X-Webhook-Secret` for the one, and for the other
    /// `X-Smartlead-Signature` of SmartLead, else `X-Webhook-Signature`.
    #[schemars(length(min = 1, max = HEADER_BYTES_MAX), example = &"X-Smartlead-Signature")]
    header: Option<String>,
    /// For `body_secret`. If it is null or left out: `secret_key` of SmartLead, else `secret`.
    #[schemars(length(min = 1, max = FIELD_BYTES_MAX), example = &"secret_key")]
    field: Option<String>,
}

/// What a source is to be.
pub(super) struct Wanted {
    pub(super) verification: Verification,
    pub(super) account: Option<String>,
    pub(super) ack: Ack,
    pub(super) enabled: bool,
}

/// How its deliveries are to be verified.
pub(super) struct Verification {
    pub(super) method: Method,
    pub(super) secret: Option<Secret>,
    pub(super) secret_previous: Option<Secret>,
    /// Whether a previous secret that is stored is not valid any more.
    pub(super) drops_previous: bool,
    pub(super) header: Option<String>,
    pub(super) field: Option<String>,
}

impl Wanted {
    /// Reads a body.
    pub(super) fn read(mut fields: Fields, platform: Platform) -> Result<Wanted, Problem> {
        let verification = fields.object("verification", |fields| verification(fields, platform))?;
        let wanted = Wanted {
            verification,
            account: fields.name_if_given("account")?,
            ack: fields.word_if_given("ack", &Ack::ALL.map(|ack| (ack.name(), ack)))?.unwrap_or_default(),
            enabled: fields.flag("enabled")?,
        };
        fields.end()?;
        Ok(wanted)
    }
}

fn verification(fields: &mut Fields, platform: Platform) -> Result<Verification, Problem> {
    let method = fields.word("method", &Method::ALL.map(|method| (method.name(), method)))?;
    if let Some(only) = method.only_of().filter(|only| *only != platform) {
        return Err(Problem::invalid("method", format!("Only {only} signs in this way. Take another method.")));
    }
    let drops_previous = fields.is_null("secret_previous");
    let (secret, secret_previous) = (secret(fields, "secret")?, secret(fields, "secret_previous")?);
    if !method.has_secret() && (secret.is_some() || secret_previous.is_some()) {
        let name = if secret.is_some() { "secret" } else { "secret_previous" };
        return Err(Problem::invalid(name, "This method has no secret. Leave this field out, or take another method."));
    }
    Ok(Verification {
        method,
        secret,
        secret_previous,
        drops_previous,
        header: chosen(fields, "header", method.usual_header(platform), header)?,
        field: chosen(fields, "field", method.usual_field(platform), field)?,
    })
}

/// A setting of some methods: what is sent, else what is usual. With a method that has no such setting it is refused.
fn chosen(
    fields: &mut Fields,
    name: &'static str,
    usual: Option<&'static str>,
    read: fn(&str) -> Result<String, Problem>,
) -> Result<Option<String>, Problem> {
    match (fields.text(name)?, usual) {
        (Some(text), Some(_)) => read(&text).map(Some),
        (Some(_), None) => Err(Problem::invalid(name, "This field does not belong to that method. Leave it out.")),
        (None, usual) => Ok(usual.map(ToOwned::to_owned)),
    }
}

fn header(text: &str) -> Result<String, Problem> {
    let name = HeaderName::from_bytes(text.as_bytes()).ok().filter(|name| name.as_str().len() <= HEADER_BYTES_MAX);
    let name = name.map(|name| name.as_str().to_owned());
    name.ok_or_else(|| {
        Problem::invalid("header", format!("Give the name of a header, of at most {HEADER_BYTES_MAX} characters."))
    })
}

fn field(text: &str) -> Result<String, Problem> {
    if text.is_empty() || text.len() > FIELD_BYTES_MAX || text.contains(char::is_control) {
        let detail = format!("Give the name of a field at the top of the body, of at most {FIELD_BYTES_MAX} bytes.");
        return Err(Problem::invalid("field", detail));
    }
    Ok(text.to_owned())
}

/// A secret as it can be sent and compared everywhere: what is pasted with white space around it would match nothing.
fn secret(fields: &mut Fields, name: &'static str) -> Result<Option<Secret>, Problem> {
    let Some(text) = fields.text(name)?.map(Secret::new) else { return Ok(None) };
    let bytes = text.expose();
    let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let is_padded = bytes.trim_ascii().len() < bytes.len();
    if !is_text || is_padded || !(SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&bytes.len()) {
        let detail = format!(
            "Give {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} visible ASCII characters, with spaces at most between them. Paste it \
             without the white space around it."
        );
        return Err(Problem::invalid(name, detail));
    }
    Ok(Some(text))
}
