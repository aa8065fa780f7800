//! The body of a request: one JSON object with known fields. What is wrong with it is said in the words of SmartLead's validator.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use hookline_delivery::settings::LIST_MAX;
use http::header;
use jiff::Timestamp;
use serde_json::{Map, Value};

use hookline_model::time::Millis;

use super::refusal::Refusal;
use crate::{
    body,
    problem::{Problem, ProblemType},
    service::Service,
};

/// The longest name, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// The fields not yet read. What an endpoint takes from it is known; [`Fields::end`] refuses the rest. Null is as good as absent.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl FromRequest<Arc<Service>> for Fields {
    type Rejection = Refusal;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Fields, Refusal> {
        let content_type = request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
        let essence = content_type.map(|text| text.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
        if !essence.is_none_or(|essence| essence == "application/json" || essence.ends_with("+json")) {
            let detail = "Send JSON, with the content type application/json.";
            return Err(Problem::new(ProblemType::UnsupportedMediaType, detail).into());
        }
        let body = body::read(request.into_body(), service).await?;
        // As a body that was left out.
        let body = if body.is_empty() { &b"{}"[..] } else { &body[..] };
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Fields(object)),
            Ok(_) => Err(Refusal::form("value", "must be of type object")),
            Err(_) => Err(Problem::new(ProblemType::InvalidRequest, "The body is not JSON. Send one JSON object.").into()),
        }
    }
}

impl Fields {
    /// A field's value.
    pub(super) fn given(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    /// A field that may be anything, since nothing follows from it.
    pub(super) fn ignore(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Refuses the first field that was not read.
    pub(super) fn end(self) -> Result<(), Refusal> {
        self.0.keys().next().map_or(Ok(()), |name| Err(Refusal::form(name, "is not allowed")))
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Refusal::form(name, "must be a string")),
        }
    }

    /// What something is called: 1 to 200 characters without the white space around it, none of them a control character.
    pub(super) fn name(&mut self) -> Result<Option<String>, Refusal> {
        let Some(text) = self.text("name")? else { return Ok(None) };
        let name = text.trim();
        if name.is_empty() {
            return Err(Refusal::form("name", "is not allowed to be empty"));
        }
        if name.chars().count() > NAME_CHARACTERS_MAX {
            let what = format!("length must be less than or equal to {NAME_CHARACTERS_MAX} characters long");
            return Err(Refusal::form("name", &what));
        }
        if name.contains(char::is_control) {
            return Err(Refusal::form("name", "must not contain control characters"));
        }
        Ok(Some(name.to_owned()))
    }

    /// A whole number, also written as a text.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.given(name) else { return Ok(None) };
        whole(&value).map(Some).ok_or_else(|| Refusal::form(name, "must be a number"))
    }

    /// True or false, also written as a text.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        let Some(value) = self.given(name) else { return Ok(None) };
        truth(&value).map(Some).ok_or_else(|| Refusal::form(name, "must be a boolean"))
    }

    /// A list of at least one value, and at most [`LIST_MAX`].
    pub(super) fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
        match self.given(name) {
            None => Ok(None),
            Some(Value::Array(values)) if values.is_empty() => Err(Refusal::form(name, "does not contain 1 required value(s)")),
            Some(Value::Array(values)) if values.len() > LIST_MAX => {
                Err(Refusal::form(name, &format!("must contain less than or equal to {LIST_MAX} items")))
            }
            Some(Value::Array(values)) => Ok(Some(values)),
            Some(_) => Err(Refusal::form(name, "must be an array")),
        }
    }

    /// The names under which an object has true: at most [`LIST_MAX`] names in all.
    pub(super) fn ticked(&mut self, name: &str) -> Result<Option<Vec<String>>, Refusal> {
        let object = match self.given(name) {
            None => return Ok(None),
            Some(Value::Object(object)) => object,
            Some(_) => return Err(Refusal::form(name, "must be of type object")),
        };
        if object.len() > LIST_MAX {
            return Err(Refusal::form(name, &format!("must have less than or equal to {LIST_MAX} keys")));
        }
        let mut ticked = Vec::new();
        for (key, value) in object {
            match truth(&value) {
                Some(true) => ticked.push(key),
                Some(false) => {}
                None if value.is_null() => {}
                None => return Err(Refusal::form(&format!("{name}.{key}"), "must be a boolean")),
            }
        }
        Ok(Some(ticked))
    }

    /// A time, which must be there.
    pub(super) fn time(&mut self, name: &str) -> Result<Millis, Refusal> {
        let text = self.text(name)?.ok_or_else(|| Refusal::form(name, "is required"))?;
        time(name, &text)
    }
}

/// Reads a time.
pub(super) fn time(name: &str, text: &str) -> Result<Millis, Refusal> {
    let at: Result<Timestamp, _> = text.parse();
    at.map(|at| Millis(at.as_millisecond())).map_err(|_| Refusal::form(name, "must be in ISO 8601 date format"))
}

/// A whole number, also written as a text.
pub(super) fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
        _ => None,
    }
}
