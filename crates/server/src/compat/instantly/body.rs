//! Bodies, read as Instantly's validator reads them: what is not known is dropped, a number or truth is taken for its text, and
//! what cannot be is refused in the validator's words.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use http::{StatusCode, header};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{body::read_up_to, compat::instantly::refused::Refused, service::Service};

/// The fields of a body.
#[derive(Clone, Debug)]
pub(super) struct Body(Map<String, Value>);

impl FromRequest<Arc<Service>> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Body, Refused> {
        let content_type = request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?").to_owned());
        let bytes = read_up_to(request.into_body(), service, service.limits.api_list_bytes_max).await?;
        let essence = content_type.as_deref().map(|text| text.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
        match essence.as_deref() {
            Some("application/json") if bytes.is_empty() => {
                Err(Refused::bad("Body cannot be empty when content-type is set to 'application/json'"))
            }
            Some("application/json") => match serde_json::from_slice(&bytes) {
                Ok(Value::Object(fields)) => Ok(Body(fields)),
                Ok(_) => Err(Refused::bad("body must be object")),
                Err(_) => Err(Refused::bad("Body is not valid JSON but content-type is set to 'application/json'")),
            },
            None if bytes.is_empty() => Err(Refused::bad("body must be object")),
            _ => Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type")),
        }
    }
}

impl Body {
    /// Refuses a body without a field.
    pub(super) fn needs(&self, name: &str) -> Result<(), Refused> {
        if self.0.contains_key(name) {
            return Ok(());
        }
        Err(Refused::bad(format!("body must have required property '{name}'")))
    }

    /// A field as it was sent, null too.
    pub(super) fn given(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    /// A text: `None` if the field was not sent, and in it `None` if it is null.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<Option<String>>, Refused> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(None)),
            Some(value) => {
                text(value).map(|text| Some(Some(text))).ok_or_else(|| Refused::bad(format!("body/{name} must be string")))
            }
        }
    }

    /// The same for the text of a UUID.
    pub(super) fn id(&mut self, name: &str) -> Result<Option<Option<Uuid>>, Refused> {
        let wrong = |_| Refused::bad(format!("body/{name} must match format \"uuid\""));
        let read = |text: Option<String>| text.map(|text| text.parse().map_err(wrong)).transpose();
        self.text(name)?.map(read).transpose()
    }

    /// A list of texts that must be there, of one to `max`.
    pub(super) fn texts(&mut self, name: &str, max: usize) -> Result<Vec<String>, Refused> {
        self.needs(name)?;
        let Some(Value::Array(values)) = self.0.remove(name) else {
            return Err(Refused::bad(format!("body/{name} must be array")));
        };
        if values.is_empty() {
            return Err(Refused::bad(format!("body/{name} must NOT have fewer than 1 items")));
        }
        if values.len() > max {
            return Err(Refused::bad(format!("body/{name} must NOT have more than {max} items")));
        }
        let read = |(place, value)| text(value).ok_or_else(|| Refused::bad(format!("body/{name}/{place} must be string")));
        values.into_iter().enumerate().map(read).collect()
    }

    /// The same of UUIDs.
    pub(super) fn ids(&mut self, name: &str, max: usize) -> Result<Vec<Uuid>, Refused> {
        let wrong = |place| Refused::bad(format!("body/{name}/{place} must match format \"uuid\""));
        let texts = self.texts(name, max)?;
        texts.iter().enumerate().map(|(place, text)| text.parse().map_err(|_| wrong(place))).collect()
    }
}

/// A scalar as a text.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
