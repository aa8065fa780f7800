//! The body of an API request: one JSON object with known fields. What is wrong with it is a 400 that names the field.
//!
//! Read by hand instead of derived, so that the field at fault is a value and not a part of an error's text.

use std::{str::FromStr, sync::Arc};

use axum::{
    body::Body,
    extract::{FromRequest, Request},
};
use http::header;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use hookline_model::time::Millis;

use crate::{
    body::read,
    problem::{Problem, ProblemType},
    service::Service,
};

/// The longest name of anything, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// The fields not yet read. What a handler takes from it is known; [`Fields::end`] refuses the rest.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    object: Map<String, Value>,
}

impl FromRequest<Arc<Service>> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<Fields, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("?"));
        let essence = content_type.map(|text| text.split(';').next().unwrap_or("").trim().to_ascii_lowercase());
        if !essence.is_none_or(|essence| essence == "application/json" || essence.ends_with("+json")) {
            let detail = "Send JSON, with the content type application/json.";
            return Err(Problem::new(ProblemType::UnsupportedMediaType, detail).closing());
        }
        Fields::parse(&read(request.into_body(), service).await?)
    }
}

/// The fields of a body that may be left out; null is as good as absent.
pub(super) struct FieldsIfAny(pub(super) Fields);

impl FromRequest<Arc<Service>> for FieldsIfAny {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Arc<Service>) -> Result<FieldsIfAny, Problem> {
        let (parts, body) = request.into_parts();
        let body = read(body, service).await?;
        if matches!(body.trim_ascii(), b"" | b"null") {
            return Ok(FieldsIfAny(Fields { object: Map::new() }));
        }
        Fields::from_request(Request::from_parts(parts, Body::from(body)), service).await.map(FieldsIfAny)
    }
}

impl Fields {
    /// Reads a body.
    pub(super) fn parse(body: &[u8]) -> Result<Fields, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => Ok(Fields { object }),
            Ok(_) => Err(Problem::new(ProblemType::InvalidRequest, "The body must be one JSON object.")),
            Err(error) => {
                let at = format!("line {}, column {}", error.line(), error.column());
                Err(Problem::new(ProblemType::InvalidRequest, format!("The body is not JSON: see {at}. Send one JSON object.")))
            }
        }
    }

    /// Refuses the first field that was not read.
    pub(super) fn end(self) -> Result<(), Problem> {
        match self.object.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => {
                let shown: String = name.chars().take(64).collect();
                Err(Problem::invalid(shown, "There is no such field here. Check its spelling, or leave it out."))
            }
        }
    }

    /// Whether a field is there and null, where that is not as good as absent.
    pub(super) fn is_null(&self, name: &'static str) -> bool {
        self.object.get(name).is_some_and(Value::is_null)
    }

    /// The fields of an object in a field, which must be there.
    pub(super) fn inner(&mut self, name: &'static str) -> Result<Fields, Problem> {
        match self.object.remove(name) {
            None | Some(Value::Null) => Err(missing(name)),
            Some(Value::Object(object)) => Ok(Fields { object }),
            Some(_) => Err(Problem::invalid(name, "Give a JSON object.")),
        }
    }

    /// The same, which must have nothing but what `read` takes from it. What is wrong in it is named by both names.
    pub(super) fn object<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Fields) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut inner = self.inner(name)?;
        let read = read(&mut inner).and_then(|value| inner.end().map(|()| value));
        read.map_err(|problem| Problem { field: problem.field.map(|field| format!("{name}.{field}").into()), ..problem })
    }

    /// An object of texts, whatever they are called; null is as good as absent. What is no text is named by both names.
    pub(super) fn object_of_texts(&mut self, name: &'static str) -> Result<Option<Vec<(String, String)>>, Problem> {
        if self.object.get(name).is_none_or(Value::is_null) {
            self.object.remove(name);
            return Ok(None);
        }
        let read = |(key, value): (String, Value)| match value {
            Value::String(text) => Ok((key, text)),
            _ => Err(Problem::invalid(within(name, &key), "Give a text.")),
        };
        self.inner(name)?.object.into_iter().map(read).collect::<Result<_, _>>().map(Some)
    }

    /// The one field that there is, and its text; `None` if there are more, or none.
    pub(super) fn only(self) -> Option<(String, Value)> {
        let mut fields = self.object.into_iter().filter(|(_, value)| !value.is_null());
        fields.next().filter(|_| fields.next().is_none())
    }

    /// A field as it was sent, null too; `None` if it was left out.
    pub(super) fn given(&mut self, name: &'static str) -> Option<Value> {
        self.object.remove(name)
    }

    /// Changes a field's value before it is read, if it was sent.
    pub(super) fn change(&mut self, name: &'static str, change: impl FnOnce(&mut Value)) {
        if let Some(value) = self.object.get_mut(name) {
            change(value);
        }
    }

    /// Reads a field into its place, if it was sent; null is the default.
    pub(super) fn put<T: DeserializeOwned + Default>(&mut self, name: &'static str, place: &mut T) -> Result<(), Problem> {
        match self.given(name) {
            None => {}
            Some(Value::Null) => *place = T::default(),
            Some(value) => *place = read_value(name, value)?,
        }
        Ok(())
    }

    /// A field's text; null is as good as absent.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        match self.object.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Problem::invalid(name, "Give a text.")),
        }
    }

    /// A name: 1 to 200 characters without the white space around it, none of them a control character.
    pub(super) fn name_if_given(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let trimmed = text.trim();
        let characters = trimmed.chars().count();
        if !(1..=NAME_CHARACTERS_MAX).contains(&characters) || trimmed.contains(char::is_control) {
            let detail = format!("Give 1 to {NAME_CHARACTERS_MAX} characters, without line breaks and other control characters.");
            return Err(Problem::invalid(name, detail));
        }
        Ok(Some(trimmed.to_owned()))
    }

    /// A name that must be there.
    pub(super) fn name(&mut self, name: &'static str) -> Result<String, Problem> {
        self.name_if_given(name)?.ok_or_else(|| missing(name))
    }

    /// One of `words`, which must be there.
    pub(super) fn word<T: Copy>(&mut self, name: &'static str, words: &[(&'static str, T)]) -> Result<T, Problem> {
        self.word_if_given(name, words)?.ok_or_else(|| missing(name))
    }

    /// One of `words`.
    pub(super) fn word_if_given<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&'static str, T)],
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let known = words.iter().find(|(word, _)| *word == text);
        known.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            Problem::invalid(name, format!("Give one of: {}.", words.join(", ")))
        })
    }

    /// A time, RFC 3339, which must be there.
    pub(super) fn time(&mut self, name: &'static str) -> Result<Millis, Problem> {
        let text = self.text(name)?.ok_or_else(|| missing(name))?;
        let at: Result<Timestamp, _> = text.parse();
        let at = at.map_err(|_| Problem::invalid(name, "Give a time like 2026-02-11T08:03:27Z (RFC 3339, with an offset)."))?;
        Ok(Millis(at.as_millisecond()))
    }

    /// `true` or `false`, which must be there.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Problem> {
        match self.object.remove(name) {
            None | Some(Value::Null) => Err(missing(name)),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Problem::invalid(name, "Give true or false.")),
        }
    }

    /// `true` or `false`; absent is `false`.
    pub(super) fn flag_if_given(&mut self, name: &'static str) -> Result<bool, Problem> {
        if self.object.get(name).is_none_or(Value::is_null) {
            self.object.remove(name);
            return Ok(false);
        }
        self.flag(name)
    }

    /// One of the names that `T` reads.
    pub(super) fn named<T: FromStr>(&mut self, name: &'static str, expected: &'static str) -> Result<Option<T>, Problem> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| Problem::invalid(name, expected))).transpose()
    }

    /// A list of at most so many texts; absent is an empty one.
    pub(super) fn list_of_texts(&mut self, name: &'static str, most: usize) -> Result<Vec<String>, Problem> {
        let wrong = || Problem::invalid(name, format!("Give a list of at most {most} texts."));
        let values = match self.object.remove(name) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(Value::Array(values)) if values.len() <= most => values,
            Some(_) => return Err(wrong()),
        };
        let text = |value: Value| if let Value::String(text) = value { Ok(text) } else { Err(wrong()) };
        values.into_iter().map(text).collect()
    }

    /// An id.
    pub(super) fn id<T: FromStr>(&mut self, name: &'static str) -> Result<Option<T>, Problem> {
        let text = self.text(name)?;
        text.map(|text| text.parse().map_err(|_| Problem::invalid(name, "Give an id: a UUID."))).transpose()
    }
}

/// The name of a field within another one, of which no more is repeated than anybody needs to find it.
pub(super) fn within(name: &str, field: &str) -> String {
    let shown: String = field.chars().take(64).collect();
    format!("{name}.{shown}")
}

/// Reads a field's value as a type does, and says what is wrong with it in the words of that type.
pub(super) fn read_value<T: DeserializeOwned>(name: &'static str, value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|error| {
        // What was sent is told again in it, so it is bounded.
        let told: String = error.to_string().chars().take(300).collect();
        Problem::invalid(name, format!("This cannot be read: {told}."))
    })
}

/// A field that must be there is not.
pub(super) fn missing(name: &'static str) -> Problem {
    Problem::invalid(name, "This field is needed.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field_at_fault<T: std::fmt::Debug>(result: Result<T, Problem>) -> Option<String> {
        result.expect_err("a problem").field.map(|field| field.to_string())
    }

    fn fields(body: &Value) -> Fields {
        Fields::parse(body.to_string().as_bytes()).expect("an object")
    }

    #[test]
    fn names_are_trimmed_and_bounded() {
        let cases = [
            (json!({"name": "  Acme  "}), Ok("Acme".to_owned())),
            (json!({"name": "é".repeat(200)}), Ok("é".repeat(200))),
            (json!({"name": "é".repeat(201)}), Err("name")),
            (json!({"name": "  "}), Err("name")),
            (json!({"name": "a\nb"}), Err("name")),
            (json!({"name": 5}), Err("name")),
            (json!({"name": null}), Err("name")),
            (json!({}), Err("name")),
        ];
        for (body, expected) in cases {
            let name = fields(&body).name("name");
            match expected {
                Ok(expected) => assert_eq!(name.expect("a name"), expected),
                Err(field) => assert_eq!(field_at_fault(name).as_deref(), Some(field), "{body}"),
            }
        }
    }

    #[test]
    fn fields_nobody_reads_are_named() {
        let mut body = fields(&json!({"name": "x", "nmae": 1}));
        assert!(body.name("name").is_ok());
        assert_eq!(field_at_fault(body.end()).as_deref(), Some("nmae"));
    }

    #[test]
    fn what_is_wrong_in_an_object_is_named_by_both_names() {
        let read = |body: Value| fields(&body).object("in", |fields| fields.name("name"));
        assert_eq!(read(json!({"in": {"name": "x"}})).expect("a name"), "x");
        let cases = [
            (json!({}), "in"),
            (json!({"in": null}), "in"),
            (json!({"in": []}), "in"),
            (json!({"in": {}}), "in.name"),
            (json!({"in": {"name": "x", "nmae": 1}}), "in.nmae"),
        ];
        for (body, field) in cases {
            assert_eq!(field_at_fault(read(body.clone())).as_deref(), Some(field), "{body}");
        }
    }

    #[test]
    fn bodies_that_are_no_object_are_refused() {
        for body in ["", "{", "[]", "null", "{\"a\":1}x"] {
            let problem = Fields::parse(body.as_bytes()).expect_err("a problem");
            assert_eq!(problem.problem_type, ProblemType::InvalidRequest, "{body}");
        }
    }
}
