//! The words of every dialect, and the proof of whose they are.

use bytes::Bytes;
use hookline_delivery::dispatch::{Headers, Rendered, Subscribed, Voice};
use hookline_dialects::{Dialect, NotExpressible, Secrets, Telling, render, shapes::event_data, sign};
use hookline_model::{entry::Origin, id::DeliveryId, time::Millis};
use hookline_store::deliveries::Snapshot;
use http::{HeaderName, HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// Who we say we are.
const USER_AGENT: &str = concat!("Hookline/", env!("CARGO_PKG_VERSION"));

/// What stands for a header's value where attempts are kept, and for the secret that a body carries where that is kept.
const MASK: &str = "***";

/// Every dialect of the house.
pub(crate) struct Dialects;

/// Where a body carries the secret of its subscription: SmartLead's field for it, and Breakcold's.
#[derive(Deserialize)]
struct Carrier<'b> {
    #[serde(borrow)]
    secret_key: Option<&'b RawValue>,
    #[serde(borrow)]
    secret: Option<&'b RawValue>,
}

impl Voice for Dialects {
    fn render(&self, subscribed: &Subscribed, snapshot: &Snapshot, message_id: &str) -> Option<Rendered> {
        let Ok(message) = message_id.parse::<DeliveryId>() else {
            tracing::error!(%message_id, "the id of a delivery is none");
            return None;
        };
        let settings = &subscribed.settings;
        let names: Vec<String> = settings.names().map(ToOwned::to_owned).collect();
        let variant = settings.variant.as_deref().and_then(|name| settings.dialect.variant(name).ok());
        let telling = Telling {
            snapshot,
            subscription: hookline_dialects::Subscription {
                id: subscribed.row.id,
                name: &settings.name,
                url: &settings.url,
                secret_key: subscribed.secrets.secret.as_ref().map(|_| MASK),
                created_at: subscribed.row.created_at,
                names: &names,
            },
            message,
            is_test: snapshot.event.origin == Origin::Test,
        };
        match render(settings.dialect, variant, &telling) {
            Ok(rendered) => Some(Rendered { content_type: rendered.content_type.into(), body: rendered.body.into() }),
            Err(NotExpressible::NoWord | NotExpressible::Unnamed(_)) => None,
            Err(why) => {
                tracing::warn!(subscription = %subscribed.row.id, event = %snapshot.event.event.id, %why, "an event could not be told");
                None
            }
        }
    }

    fn sort(&self, subscribed: &Subscribed) -> Option<&'static str> {
        // Its bodies tell of the event and the records, and not of who is told.
        let settings = &subscribed.settings;
        (settings.dialect == Dialect::Hookline && settings.variant.is_none()).then_some("hookline")
    }

    fn reveal(&self, subscribed: &Subscribed, body: Bytes) -> Bytes {
        let Some(secret) = &subscribed.secrets.secret else { return body };
        let carried = || -> Option<&RawValue> {
            let carrier: Carrier<'_> = serde_json::from_slice(&body).ok()?;
            match subscribed.settings.dialect {
                Dialect::Smartlead => carrier.secret_key,
                Dialect::Breakcold => carrier.secret,
                Dialect::Hookline | Dialect::Instantly | Dialect::Cloudevents => None,
            }
        };
        let masked = Value::from(MASK).to_string();
        let place = match carried().map(RawValue::get).filter(|value| **value == masked) {
            Some(value) => value.as_ptr().addr() - body.as_ptr().addr(),
            None => return body,
        };
        let secret = Value::from(secret.as_str()).to_string();
        [&body[..place], secret.as_bytes(), &body[place + masked.len()..]].concat().into()
    }

    fn headers(&self, subscribed: &Subscribed, message_id: &str, at: Millis, rendered: &Rendered) -> Headers {
        let own = &subscribed.secrets;
        let signing: Vec<String> = own
            .secret
            .iter()
            .chain(own.previous.iter().filter(|(_, until)| at.0 < *until).map(|(secret, _)| secret))
            .cloned()
            .collect();
        let configured: Vec<(String, String)> = own.headers.clone().into_iter().collect();
        let signature = subscribed.settings.signature.as_ref();
        let secrets = Secrets {
            signing: &signing,
            header: signature.and_then(|signature| signature.header.as_deref()),
            is_bare: signature.is_some_and(|signature| signature.bare),
            headers: &configured,
        };
        let signed = sign(subscribed.settings.dialect, &secrets, message_id, at, &rendered.body).unwrap_or_else(|error| {
            // What is saved has been tried. Unsigned it is refused by whoever looks, and the attempt says so.
            tracing::error!(subscription = %subscribed.row.id, %error, "a delivery could not be signed");
            configured.clone()
        });
        let mut headers = Headers::default();
        let usual = [(header::CONTENT_TYPE, &*rendered.content_type), (header::USER_AGENT, USER_AGENT)];
        let usual = usual.map(|(name, value)| (name.as_str().to_owned(), value.to_owned()));
        for (name, value) in usual.into_iter().chain(signed) {
            let pair = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value));
            let (Ok(parsed), Ok(parsed_value)) = pair else {
                tracing::error!(subscription = %subscribed.row.id, %name, "a header cannot be sent");
                continue;
            };
            let is_secret = own.headers.keys().any(|known| known.eq_ignore_ascii_case(&name));
            headers.kept.push((parsed.as_str().to_owned(), if is_secret { MASK.to_owned() } else { value }));
            headers.sent.insert(parsed, parsed_value);
        }
        headers
    }

    fn data(&self, snapshot: &Snapshot) -> Value {
        Value::Object(event_data(&snapshot.event.event, snapshot.event.workspace))
    }
}
