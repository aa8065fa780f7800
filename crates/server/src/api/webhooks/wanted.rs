//! What a webhook is to be: the body of a `POST` or `PATCH`, read and checked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

use hookline_delivery::{
    client::receiver_header,
    guard::Guard,
    policy::PolicySettings,
    settings::{CONCURRENCY_MAX, Dialect, Filter, HEADERS_MAX, LIST_MAX, RATE_MAX, Secrets, Settings, Signature},
};
use hookline_model::entry::Origin;
use hookline_platforms::verify::SECRET_BYTES_MAX;

use crate::{
    api::{
        fields::{Fields, missing, read_value},
        webhooks::shape::{DialectName, OriginWord, PresetName},
    },
    openapi::{FreeFields, PlatformName},
    problem::Problem,
    subscriptions::{blank, has_secret, overlaps, usable},
};

/// What a webhook is made of.
#[derive(JsonSchema)]
#[schemars(rename = "NewWebhook", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct NewWebhook {
    /// What people call it, without control characters.
    #[schemars(length(min = 1, max = 200), example = &"Replies to the CRM")]
    name: String,
    /// Where to: `https://` or `http://`, no user name or password, no address of the inside unless the server allows it.
    #[schemars(length(min = 1, max = 2048), example = &"https://crm.example.com/hooks/hookline")]
    url: String,
    /// Kinds, groups of kinds such as `email.*`, or `*`: by what an event means, whatever the platform calls it.
    #[schemars(length(min = 1, max = LIST_MAX), example = &["email.replied", "contact.interested"])]
    kinds: Vec<String>,
    #[serde(flatten)]
    rest: WebhookSettings,
}

/// What of a webhook is to be otherwise. A field that is not sent stays as it is; null is what a new one has. `name`, `url` and
/// `secret`, which a webhook always has, stay for null as well.
#[derive(JsonSchema)]
#[schemars(rename = "WebhookChange", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(super) struct WebhookChange {
    /// What people call it, without control characters.
    #[schemars(length(min = 1, max = 200), example = &"Replies to the CRM")]
    name: Option<String>,
    /// Where to.
    #[schemars(length(min = 1, max = 2048), example = &"https://crm.example.com/hooks/hookline")]
    url: Option<String>,
    /// Kinds, groups of kinds such as `email.*`, or `*`.
    #[schemars(length(min = 1, max = LIST_MAX), example = &["email.*"])]
    kinds: Option<Vec<String>>,
    #[serde(flatten)]
    rest: WebhookSettings,
}

/// What may be left out.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct WebhookSettings {
    /// Only events in this campaign: the same as `filter.campaigns` with one.
    campaign_id: Option<CampaignName>,
    filter: Option<NewFilter>,
    /// `hookline` if it is left out.
    dialect: Option<DialectName>,
    /// One of the dialect's: `flat` or `nested` of smartlead, `data` or `flat` of instantly.
    #[schemars(example = &"nested")]
    variant: Option<String>,
    /// How SmartLead's signature is sent; of the dialect smartlead only.
    signature: Option<NewSignature>,
    /// Headers that the receiver wants to be sent, by name.
    #[schemars(with = "Option<HeadersSchema>")]
    headers: Option<()>,
    /// `standard` if it is left out.
    policy: Option<NewPolicy>,
    /// What deliveries are signed with or carry. If it is left out, one is made and shown once. For hookline and cloudevents
    /// `whsec_` and base64 of 24 to 64 bytes; instantly has none.
    #[schemars(length(min = 1, max = SECRET_BYTES_MAX), example = &"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: Option<String>,
    /// Events that came longer ago than so many seconds are skipped.
    #[schemars(range(min = 1), example = &86_400)]
    max_age: Option<u64>,
    /// How many requests a second at most.
    #[schemars(range(min = 1, max = RATE_MAX), example = &20)]
    rate: Option<u32>,
    /// How many requests at once.
    #[schemars(range(min = 1, max = CONCURRENCY_MAX), example = &4)]
    concurrency: Option<u16>,
    /// Whether what is about one contact arrives in the order of the log.
    #[schemars(example = false)]
    ordered: Option<bool>,
    /// Of which origins; `live` and `manual` if it is left out.
    origins: Option<Vec<OriginWord>>,
}

crate::openapi::inline_schemas! {
    /// Headers by name.
    HeadersSchema {
        "type": "object",
        "additionalProperties": {"type": "string", "maxLength": 4096},
        "maxProperties": HEADERS_MAX,
        "examples": [{"authorization": "Bearer 0a1b2c3d"}],
    }
}

/// A campaign by our id, its number, or the platform's id: a text, or a whole number for the text of its digits.
#[derive(JsonSchema)]
#[schemars(rename = "CampaignName", untagged)]
#[expect(dead_code, reason = "describes a value that is read as the settings are")]
enum CampaignName {
    Text(#[schemars(length(min = 1, max = 200), example = &"2900417")] String),
    Number(#[schemars(example = &2_900_417)] u64),
}

/// Which events of the kinds. A list that is empty or left out lets everything through; case does not count.
#[derive(JsonSchema)]
#[schemars(rename = "NewWebhookFilter", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read as the settings are")]
struct NewFilter {
    /// From one of these platforms.
    #[serde(default)]
    platforms: Vec<PlatformName>,
    /// In one of these campaigns, by our id, its number, or the platform's id.
    #[serde(default)]
    #[schemars(length(max = LIST_MAX))]
    campaigns: Vec<CampaignName>,
    /// Whose category is one of these: the event's, else the contact's. An interest without a category goes by the name of the
    /// category that SmartLead has for it.
    #[serde(default)]
    #[schemars(length(max = LIST_MAX), example = &["Interested"])]
    categories: Vec<String>,
    /// Whether `categories` holds for changes of a category only, and lets everything else through.
    #[serde(default)]
    #[schemars(example = false)]
    category_changes_only: bool,
    /// Sent from one of these mailboxes.
    #[serde(default)]
    #[schemars(length(max = LIST_MAX), example = &["nora@try-brightpath.example"])]
    sending_accounts: Vec<String>,
    /// Whose contact has one of these tags.
    #[serde(default)]
    #[schemars(length(max = LIST_MAX), example = &["vip"])]
    tags: Vec<String>,
    /// Whose `data` has these values.
    #[serde(default)]
    #[schemars(with = "FreeFields")]
    data: (),
}

/// How SmartLead's signature is sent, if it is not as SmartLead sends it.
#[derive(JsonSchema)]
#[schemars(rename = "NewWebhookSignature", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read as the settings are")]
struct NewSignature {
    /// In which header; `X-Smartlead-Signature` if it is left out.
    #[schemars(example = &"X-Signature")]
    header: Option<String>,
    /// Whether the hex digits stand alone, without `sha256=` before them.
    #[schemars(example = &true)]
    bare: Option<bool>,
}

/// A preset's name, or a preset and what departs from it.
#[derive(JsonSchema)]
#[schemars(rename = "NewWebhookPolicy", untagged)]
#[expect(dead_code, reason = "describes a body that is read as the settings are")]
enum NewPolicy {
    Preset(PresetName),
    Settings(NewPolicySettings),
}

/// A preset, and what departs from it.
#[derive(JsonSchema)]
#[schemars(rename = "NewWebhookPolicySettings", deny_unknown_fields)]
#[expect(dead_code, reason = "describes a body that is read as the settings are")]
struct NewPolicySettings {
    /// `standard` if it is left out.
    preset: Option<PresetName>,
    /// How long an attempt may take, in ms.
    #[schemars(range(min = 100, max = 60_000), example = &5_000)]
    timeout_ms: Option<u64>,
    /// What is waited before each retry, in seconds.
    #[schemars(length(max = 30), example = &[5, 30, 120])]
    schedule: Option<Vec<u64>>,
    /// How many deliveries in a row may fail until it is paused.
    #[schemars(range(min = 1, max = 100_000), example = &5)]
    pause_after: Option<u32>,
}

/// What a webhook is to be.
pub(super) struct Wanted {
    pub(super) settings: Settings,
    /// The headers, if they were sent.
    pub(super) headers: Option<BTreeMap<String, String>>,
    /// The secret, if it was sent.
    pub(super) secret: Option<String>,
}

impl Wanted {
    /// Reads a body: what it has goes in the place of what `settings` has.
    pub(super) fn read(mut fields: Fields, mut settings: Settings, guard: &Guard) -> Result<Wanted, Problem> {
        if let Some(name) = fields.name_if_given("name")? {
            settings.name = name;
        }
        if let Some(url) = fields.text("url")? {
            settings.url = guard.typed(&url).map_err(|forbidden| Problem::invalid("url", forbidden.to_string()))?;
        }
        let former = settings.kinds.clone();
        fields.put("kinds", &mut settings.kinds)?;
        if settings.kinds != former {
            settings.forget_names();
        }
        filter(&mut fields, &mut settings.filter)?;
        let former = settings.dialect;
        let known = Dialect::ALL.map(|dialect| (dialect.name(), dialect));
        let unset = if fields.is_null("dialect") { blank().dialect } else { former };
        settings.dialect = fields.word_if_given("dialect", &known)?.unwrap_or(unset);
        if settings.dialect != former {
            settings.variant = None;
            settings.signature = None;
        }
        fields.put("variant", &mut settings.variant)?;
        signature(&mut fields, &mut settings.signature)?;
        policy(&mut fields, &mut settings.policy)?;
        fields.put("max_age", &mut settings.max_age)?;
        fields.put("rate", &mut settings.rate)?;
        fields.put("concurrency", &mut settings.concurrency)?;
        fields.put("ordered", &mut settings.ordered)?;
        origins(&mut fields, &mut settings.origins)?;
        let headers = headers(&mut fields)?;
        let secret = fields.text("secret")?;
        fields.end()?;
        if settings.name.is_empty() {
            return Err(missing("name"));
        }
        if settings.url.is_empty() {
            return Err(missing("url"));
        }
        settings.check().map_err(|error| Problem::invalid(error.field, error.detail))?;
        if let Some(secret) = &secret {
            usable(settings.dialect, secret)?;
        }
        Ok(Wanted { settings, headers, secret })
    }

    /// What is secret of the webhook from now on: of `former` stays what was not sent. Where a secret is needed and there is
    /// none, `make` makes it; the second of the answer says that it did.
    pub(super) fn secrets(
        &self,
        former: Secrets,
        make: impl FnOnce() -> Option<String>,
    ) -> Result<(Secrets, Option<String>), Problem> {
        let headers = self.headers.clone().unwrap_or(former.headers);
        self.settings.check_headers(&headers).map_err(|error| Problem::invalid(error.field, error.detail))?;
        if !has_secret(self.settings.dialect) {
            return Ok((Secrets { secret: None, previous: None, headers }, None));
        }
        if let Some(secret) = &self.secret {
            return Ok((Secrets { secret: Some(secret.clone()), previous: None, headers }, None));
        }
        match former.secret {
            Some(secret) => {
                // Of another dialect before, where any text would do.
                usable(self.settings.dialect, &secret)?;
                let dialect = self.settings.dialect;
                let previous = former.previous.filter(|(secret, _)| overlaps(dialect) && usable(dialect, secret).is_ok());
                Ok((Secrets { secret: Some(secret), previous, headers }, None))
            }
            None => {
                let made = make();
                Ok((Secrets { secret: made.clone(), previous: None, headers }, made))
            }
        }
    }
}

/// Reads the filter, and the campaign that is short for a filter of one.
fn filter(fields: &mut Fields, filter: &mut Filter) -> Result<(), Problem> {
    let mut has_campaigns = false;
    match fields.given("filter") {
        None => {}
        Some(Value::Null) => *filter = Filter::default(),
        Some(Value::Object(mut object)) => {
            if let Some(Value::Array(campaigns)) = object.get_mut("campaigns") {
                campaigns.iter_mut().for_each(digits);
                has_campaigns = !campaigns.is_empty();
            }
            *filter = read_value("filter", Value::Object(object))?;
        }
        // A list would be read as the fields in their order.
        Some(_) => return Err(Problem::invalid("filter", "Give an object.")),
    }
    let clears = fields.is_null("campaign_id");
    fields.change("campaign_id", digits);
    match fields.name_if_given("campaign_id")? {
        None if clears && !has_campaigns => filter.campaigns.clear(),
        None => {}
        Some(campaign) if has_campaigns && filter.campaigns != [&*campaign] => {
            let detail = "This is short for filter.campaigns, which has something else. Give one of the two.";
            return Err(Problem::invalid("campaign_id", detail));
        }
        Some(campaign) => filter.campaigns = vec![campaign],
    }
    Ok(())
}

/// Puts the digits of a whole number in its place: a campaign's number is shown as a number.
fn digits(value: &mut Value) {
    if let Some(number) = value.as_u64() {
        *value = Value::String(number.to_string());
    }
}

fn policy(fields: &mut Fields, policy: &mut PolicySettings) -> Result<(), Problem> {
    *policy = match fields.given("policy") {
        None => return Ok(()),
        Some(Value::Null) => PolicySettings::default(),
        Some(Value::String(preset)) => read_value("policy", json!({"preset": preset}))?,
        Some(Value::Object(mut object)) => {
            object.retain(|_, value| !value.is_null());
            read_value("policy", Value::Object(object))?
        }
        Some(_) => return Err(Problem::invalid("policy", "Give the name of a preset, or an object.")),
    };
    Ok(())
}

fn signature(fields: &mut Fields, signature: &mut Option<Signature>) -> Result<(), Problem> {
    *signature = match fields.given("signature") {
        None => return Ok(()),
        Some(Value::Null) => None,
        Some(Value::Object(mut object)) => {
            object.retain(|_, value| !value.is_null());
            Some(read_value("signature", Value::Object(object))?)
        }
        Some(_) => return Err(Problem::invalid("signature", "Give an object with header, bare or both.")),
    };
    Ok(())
}

fn origins(fields: &mut Fields, origins: &mut Option<Vec<Origin>>) -> Result<(), Problem> {
    fields.put("origins", origins)?;
    match origins {
        Some(list) if list.is_empty() || list.len() > super::shape::ORIGINS.len() => {
            Err(Problem::invalid("origins", "Give one or more origins, each once, or leave it out."))
        }
        _ => Ok(()),
    }
}

/// Headers by their names in lower case; an empty object removes them all.
fn headers(fields: &mut Fields) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let given: BTreeMap<String, String> = match fields.given("headers") {
        None => return Ok(None),
        Some(Value::Null) => BTreeMap::new(),
        Some(Value::Object(object)) => {
            let texts = object.into_iter().map(|(name, value)| match value {
                Value::String(text) => Ok((name, text)),
                _ => Err(Problem::invalid("headers", "Give a text under each name.")),
            });
            texts.collect::<Result<_, _>>()?
        }
        Some(_) => return Err(Problem::invalid("headers", "Give an object: texts by the names of headers.")),
    };
    if given.len() > HEADERS_MAX {
        return Err(Problem::invalid("headers", format!("Give at most {HEADERS_MAX} headers.")));
    }
    let mut headers = BTreeMap::new();
    for (name, value) in given {
        let (parsed, _) = receiver_header(&name, &value).map_err(|error| Problem::invalid("headers", format!("{error}.")))?;
        if headers.insert(parsed.as_str().to_owned(), value).is_some() {
            return Err(Problem::invalid("headers", format!("{parsed} is there twice. Case does not count in names.")));
        }
    }
    Ok(Some(headers))
}
