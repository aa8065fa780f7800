//! The description is whole, and is of what is there.

use std::collections::BTreeSet;

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, de::IntoDeserializer, de::value::Error as ValueError};
use serde_json::{Value, json};

use hookline_model::{entry::Origin, event::BounceType, interest::Interest, platform::Platform, time::TimeSource};
use hookline_platforms::parser;
use hookline_store::directory::Role;

use super::*;
use crate::{
    openapi::document::TAGS,
    testing::{App, CONTRACT, text},
};

fn document() -> Value {
    serde_json::from_slice(&bytes()).expect("JSON")
}

/// Every operation of the document: method, path, and itself.
fn each(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object().expect("a path").iter();
        methods.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
    })
}

/// Every value in a document, with where it is.
fn walk<'a>(at: &str, value: &'a Value, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| walk(&format!("{at}/{name}"), member, visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(number, item)| walk(&format!("{at}/{number}"), item, visit)),
        _ => {}
    }
}

#[test]
fn every_endpoint_is_described_and_nothing_else() {
    let document = document();
    let described: BTreeSet<(String, String)> =
        each(&document).map(|(method, path, _)| (method.to_owned(), path.to_owned())).collect();
    let mut there: BTreeSet<(String, String)> =
        api::described().into_iter().map(|Described { method, path, .. }| (method.to_owned(), path)).collect();
    assert!(there.contains(&("get".to_owned(), "/v1/workspaces/{workspace_id}/contacts".to_owned())), "{there:?}");
    for path in ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"] {
        there.insert(("get".to_owned(), path.to_owned()));
    }
    for platform in Platform::ALL.into_iter().filter(|platform| parser(*platform).is_some()) {
        for (method, reach) in [("get", ""), ("get", "global-"), ("post", ""), ("post", "global-")] {
            there.insert((method.to_owned(), format!("/public/{reach}{platform}-webhook/{{address}}")));
        }
    }
    assert_eq!(described, there);
}

#[tokio::test]
async fn every_operation_described_is_answered() {
    let (app, document) = (App::new(), document());
    for (method, path, _) in each(&document) {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
        let answer = app.call(method.clone(), path, "", None).await;
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        let nobodys = answer.body["detail"].as_str().is_some_and(|detail| detail.starts_with("No page has this path"));
        assert!(!nobodys, "{method} {path}");
    }
}

#[test]
fn every_operation_is_described_whole() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in each(&document) {
        let case = format!("{method} {path}");
        assert!(["get", "post", "put", "patch", "delete"].contains(&method), "{case}");
        assert!(ids.insert(text(&operation["operationId"])), "the id is taken: {case}");
        assert!(TAGS.iter().any(|(name, _)| operation["tags"] == json!([name])), "{case}");
        for field in ["summary", "description"] {
            assert!(operation[field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {case}");
        }
        let parameters = operation["parameters"].as_array().expect("parameters");
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let is_own = |parameter: &&Value| parameter["in"] == "path" && parameter["name"] == name;
            assert_eq!(parameters.iter().filter(is_own).count(), 1, "{name}: {case}");
        }
        for parameter in parameters {
            assert!(parameter["description"].as_str().is_some_and(|text| text.ends_with('.')), "{parameter} {case}");
            let schema = &parameter["schema"];
            assert!(schema.get("type").is_some() || schema.get("$ref").is_some(), "{parameter} {case}");
        }
        let needs_key = path.starts_with("/v1") && path != "/v1/openapi.json";
        assert_eq!(operation["security"], if needs_key { json!([{"key": []}]) } else { json!([]) }, "{case}");
        let responses = operation["responses"].as_object().expect("responses");
        // A delivery may lack its proof.
        let needs_proof = path.starts_with("/public/") && method == "post";
        assert_eq!(responses.contains_key("401"), needs_key || needs_proof, "{case}");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{case}");
        for (status, response) in responses {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{status} {case}");
            assert_eq!(response.get("content").is_none(), status == "204", "{status} {case}");
        }
        assert_eq!(operation.get("requestBody").is_none(), method == "get" || method == "delete" || bodiless(path), "{case}");
    }
}

/// Whether a post to this path has nothing to send.
fn bodiless(path: &str) -> bool {
    ["/addresses", "/reprocess", "/pause", "/resume", "/retry"].iter().any(|end| path.ends_with(end))
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_one() {
    let document = document();
    let mut references = 0;
    walk("", &document, &mut |at, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            references += 1;
            let pointer = reference.strip_prefix('#').expect("a reference into the document");
            assert!(document.pointer(pointer).is_some(), "{reference} at {at}");
        }
        if at.ends_with("/schema") || at.starts_with("/components/schemas/") && at.matches('/').count() == 3 {
            assert!(jsonschema::draft202012::meta::is_valid(value), "{at}");
        }
    });
    assert!(references > 100, "{references}");
    let used: BTreeSet<&str> =
        document["components"]["schemas"].as_object().expect("schemas").keys().map(String::as_str).collect();
    let written = document.to_string();
    for name in used {
        assert!(written.contains(&format!("\"#/components/schemas/{name}\"")), "nobody refers to {name}");
    }
}

#[test]
fn every_body_has_an_example_that_fits_it() {
    let (document, mut examples) = (document(), 0);
    walk("", &document, &mut |at, value| {
        if !at.starts_with("/paths/") || !at.ends_with("/content") {
            return;
        }
        for (media_type, content) in value.as_object().expect("contents") {
            // The path has slashes of its own, which a pointer has escaped.
            let (path, rest) = split(at);
            let pointer = format!("/paths/{path}/{rest}/{}/schema", media_type.replace('/', "~1"));
            match content.get("example") {
                Some(example) => CONTRACT.check(&pointer, example, at),
                None => {
                    let named = content["examples"].as_object().expect("examples");
                    assert!(!named.is_empty(), "{at}");
                    for slug in named.keys() {
                        CONTRACT.check(&pointer, &document["components"]["examples"][slug]["value"], at);
                    }
                }
            }
            examples += 1;
        }
    });
    assert!(examples > 200, "{examples}");
}

/// The path of an operation as a part of a pointer, and what follows it.
fn split(at: &str) -> (String, &str) {
    let at = at.strip_prefix("/paths/").expect("a path");
    let methods = ["/get/", "/post/", "/put/", "/patch/", "/delete/"];
    let end = methods.iter().filter_map(|method| at.find(method)).min().expect("a method");
    (at[..end].replace('/', "~1"), &at[end + 1..])
}

/// The names by which a type of ours is read.
fn names_of<T: for<'de> Deserialize<'de>>() -> Vec<String> {
    let unknown = T::deserialize(IntoDeserializer::<ValueError>::into_deserializer("?")).err().expect("no such name");
    unknown.to_string().split('`').skip(3).step_by(2).map(ToOwned::to_owned).collect()
}

#[test]
fn no_word_is_left_out() {
    let document = document();
    let check = |schema: &str, names: Vec<String>| {
        assert!(names.len() > 1, "{schema}");
        assert_eq!(document["components"]["schemas"][schema]["enum"], json!(names), "{schema}");
    };
    check("InterestName", names_of::<Interest>());
    check("OriginName", names_of::<Origin>());
    check("TimeSourceName", names_of::<TimeSource>());
    check("BounceTypeName", names_of::<BounceType>());
    check("RoleName", names_of::<Role>());
    check("PlatformName", names_of::<Platform>());
}

#[tokio::test]
async fn the_samples_of_deliveries_are_received() {
    let (app, document) = (App::new(), document());
    let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
    let mut received = 0;
    for (method, path, operation) in each(&document) {
        let sample = &operation["requestBody"]["content"]["application/json"]["example"];
        if method != "post" || !path.starts_with("/public/") || path.contains("global-") || sample == "any JSON value" {
            continue;
        }
        let answer =
            app.call(Method::POST, &path.replace("{address}", text(&workspace["address"])), "", Some(sample.clone())).await;
        assert_eq!(answer.body["status"], "processed", "{path} {answer:?}");
        received += 1;
    }
    assert!(received >= 2, "{received}");
}

#[test]
#[should_panic(expected = "Additional properties are not allowed")]
fn a_field_that_no_schema_names_is_noticed() {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = br#"{"status": "ok", "extra": 1}"#;
    CONTRACT.check_answer(&Method::GET, "/healthz", StatusCode::OK, &headers, body);
}
