//! Answers held against the API's description. Shared by the unit tests and those in `tests/it`, which read the description from
//! the service.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, Method, StatusCode, header};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// A description, and what was compiled of it.
pub(crate) struct Contract {
    document: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    /// The contract of a description. A field that a schema does not name is a breach of it, also where programs should put up
    /// with one.
    pub(crate) fn new(mut document: Value) -> Contract {
        for schema in document["components"]["schemas"].as_object_mut().into_iter().flat_map(Map::values_mut) {
            close(schema);
        }
        Contract { document, validators: Mutex::default() }
    }

    /// The operation that a request is for: its path in the description, and itself.
    fn operation(&self, method: &Method, path: &str) -> Option<(&str, &Value)> {
        let method = if method == Method::HEAD { "get".to_owned() } else { method.as_str().to_ascii_lowercase() };
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &&String| {
            let template: Vec<&str> = template.split('/').collect();
            template.len() == parts.len()
                && template.iter().zip(&parts).all(|(known, part)| known.starts_with('{') || known == part)
        };
        // Of two paths that fit, the one with fewer parameters is meant.
        let paths = self.document["paths"].as_object().expect("paths");
        let template = paths.keys().filter(fits).min_by_key(|template| template.matches('{').count())?;
        Some((template, paths[template].get(method)?))
    }

    /// Checks an answer. Requests for what is not described must be answered with a problem or a page.
    pub(crate) fn check_answer(&self, method: &Method, uri: &str, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let case = format!("{method} {uri} {status} {}", String::from_utf8_lossy(&body[..body.len().min(2_000)]));
        let Some((template, operation)) = self.operation(method, path) else { return };
        let response = &operation["responses"][status.as_str()];
        assert!(response.is_object(), "this status is not described: {case}");
        for header in response["headers"].as_object().into_iter().flat_map(Map::keys) {
            let is_name = header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            assert!(is_name, "{header}: {case}");
        }
        for name in ["link", "content-disposition", "idempotent-replayed", "search-as-of", "retry-after", "www-authenticate"] {
            let described =
                response["headers"].as_object().is_some_and(|known| known.keys().any(|known| known.eq_ignore_ascii_case(name)));
            assert!(described || !headers.contains_key(name), "this header is not described: {name} {case}");
        }
        let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()?.split(';').next());
        let Some(media_type) = media_type else {
            assert!(response.get("content").is_none() && body.is_empty(), "an answer without a body is not described: {case}");
            return;
        };
        let content = &response["content"][media_type];
        assert!(content.is_object(), "this media type is not described: {media_type} {case}");
        if status.is_success() {
            for (name, _) in form_urlencoded::parse(query.as_bytes()) {
                let parameters = operation["parameters"].as_array().expect("parameters");
                let known = parameters.iter().any(|parameter| parameter["in"] == "query" && parameter["name"] == *name);
                assert!(known, "this parameter is not described: {name} {case}");
            }
        }
        if method == Method::HEAD {
            return;
        }
        let pointer = |of: &str| {
            let (template, of) = (escaped(template), escaped(of));
            format!("/paths/{template}/{}/responses/{}/content/{of}/schema", verb(method), status.as_str())
        };
        match media_type {
            "application/jsonl" => {
                let page = format!("{}/properties/data/items", self.resolve(&pointer("application/json")));
                for line in body.split_inclusive(|byte| *byte == b'\n') {
                    assert_eq!(line.last(), Some(&b'\n'), "a line is not ended: {case}");
                    self.check(&page, &serde_json::from_slice(line).expect("a line of JSON"), &case);
                }
            }
            "application/json" | "application/problem+json" => {
                let body: Value = serde_json::from_slice(body).expect("a body of JSON");
                self.check(&pointer(media_type), &body, &case);
                if let Some(slug) = body["type"].as_str().and_then(|path| path.strip_prefix("/docs/errors/")) {
                    assert!(content["examples"].get(slug).is_some(), "this problem is not described: {case}");
                }
            }
            _ => assert!(std::str::from_utf8(body).is_ok(), "{case}"),
        }
    }

    /// Checks the body of a request that was answered well.
    pub(crate) fn check_request(&self, method: &Method, uri: &str, status: StatusCode, body: &Value) {
        let path = uri.split('?').next().unwrap_or(uri);
        let Some((template, operation)) = self.operation(method, path) else { return };
        if !status.is_success() || operation.get("requestBody").is_none() {
            return;
        }
        let pointer = format!("/paths/{}/{}/requestBody/content/application~1json/schema", escaped(template), verb(method));
        self.check(&pointer, body, &format!("{method} {uri} {body}"));
    }

    /// Where a schema is that is only a reference, else where it is.
    fn resolve(&self, pointer: &str) -> String {
        let schema = self.document.pointer(pointer).unwrap_or_else(|| panic!("no schema at {pointer}"));
        schema["$ref"].as_str().map_or_else(|| pointer.to_owned(), |path| path.trim_start_matches('#').to_owned())
    }

    /// Checks a value against the schema at `pointer`.
    pub(crate) fn check(&self, pointer: &str, value: &Value, case: &str) {
        let validator = self.validator(pointer);
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?} against {pointer}: {case}");
    }

    fn validator(&self, pointer: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap_or_else(PoisonError::into_inner);
        let compile = || {
            let schema = self.document.pointer(pointer).unwrap_or_else(|| panic!("no schema at {pointer}"));
            let whole = json!({"allOf": [schema], "components": {"schemas": self.document["components"]["schemas"]}});
            Arc::new(jsonschema::draft202012::options().should_validate_formats(true).build(&whole).expect("a schema"))
        };
        Arc::clone(validators.entry(pointer.to_owned()).or_insert_with(compile))
    }
}

fn verb(method: &Method) -> String {
    method.as_str().to_ascii_lowercase()
}

/// A part of a JSON pointer.
fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// Refuses fields that no schema names, in this one and all in it.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
