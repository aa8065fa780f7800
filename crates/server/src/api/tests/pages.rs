//! Pages in their forms: JSON, lines, attachments, and the link to the next one.

use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::testing::{ADMIN, App, text};

/// What the link to the next page refers to, resolved against the address of this one.
fn next(path: &str, headers: &HeaderMap) -> Option<String> {
    let link = headers.get(header::LINK)?.to_str().expect("ascii");
    let reference =
        link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect("a link to the next page");
    assert!(reference.starts_with('?'), "{link}");
    Some(format!("{}{reference}", path.split('?').next().expect("a path")))
}

/// An agency with three workspaces.
async fn app() -> (App, Vec<Value>) {
    let app = App::new();
    let agency = app.agency("Acme").await;
    let mut workspaces = Vec::new();
    for name in ["a", "b", "c"] {
        workspaces.push(app.workspace(&agency, name).await);
    }
    (app, workspaces)
}

#[tokio::test]
async fn the_link_leads_to_the_next_page_until_there_is_none() {
    let (app, workspaces) = app().await;
    for format in ["json", "jsonl"] {
        let mut path = format!("/v1/workspaces?limit=2&format={format}&cursor=");
        let mut seen = Vec::new();
        for (rows, is_last) in [(2, false), (1, true)] {
            let answer = app.get(&path, ADMIN).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
            let link = next(&path, &answer.headers);
            assert_eq!(link.is_none(), is_last, "{path} {answer:?}");
            if format == "json" {
                let cursor = answer.body["next_cursor"].as_str();
                assert_eq!(cursor.map(|cursor| format!("/v1/workspaces?limit=2&format=json&cursor={cursor}")), link);
                assert_eq!(answer.body["data"].as_array().map(Vec::len), Some(rows));
                seen.extend(answer.body["data"].as_array().expect("a list").clone());
            } else {
                assert_eq!(answer.headers[header::CONTENT_TYPE], "application/jsonl");
                // A single line is read as JSON by the test service.
                let lines = answer.body.as_str().map_or_else(|| vec![answer.body.clone()], read_lines);
                assert_eq!(lines.len(), rows, "{answer:?}");
                seen.extend(lines);
            }
            path = link.unwrap_or_default();
        }
        assert_eq!(seen, workspaces, "{format}");
    }
}

fn read_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[tokio::test]
async fn the_link_keeps_what_was_asked_for() {
    let app = App::new();
    let workspace = app.workspace(&app.agency("Acme").await, "Client").await;
    let hook = format!("/public/smartlead-webhook/{}", text(&workspace["address"]));
    for _ in 0..2 {
        app.call(http::Method::POST, &hook, "", Some(json!([]))).await;
    }
    let path = format!("/v1/workspaces/{}/quarantine?%6cimit=1&download=1&%66ormat=jsonl&%63ursor=", text(&workspace["id"]));
    let answer = app.get(&path, ADMIN).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let link = next(&path, &answer.headers).expect("a next page");
    assert!(link.contains("?limit=1&download=1&format=jsonl&cursor="), "{link}");
    assert_eq!(link.matches("ursor=").count(), 1, "{link}");
    assert_eq!(app.get(&link, ADMIN).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_download_is_an_attachment_with_a_name_of_ours() {
    let app = App::new();
    let agency = app.agency("../../etc/passwd\"; x=\"").await;
    let workspace = app.workspace(&agency, "Client\\..").await;
    let (agency, workspace) = (text(&agency["id"]), text(&workspace["id"]));
    let of_agency = ["addresses", "quarantine", "unrouted"].map(|list| format!("/v1/agencies/{agency}/{list}"));
    let of_workspace =
        ["addresses", "events", "contacts", "campaigns", "emails", "quarantine", "erasures", "lists", "statuses", "blocklist"];
    let of_workspace = of_workspace.map(|list| format!("/v1/workspaces/{workspace}/{list}"));
    let others = ["agencies", "workspaces", "rejections", "keys"].map(|list| format!("/v1/{list}"));
    let lists: Vec<&String> = of_agency.iter().chain(&of_workspace).chain(&others).collect();
    for path in lists {
        for (query, ending, media_type) in [("", "json", "application/json"), ("&format=jsonl", "jsonl", "application/jsonl")] {
            let answer = app.get(&format!("{path}?download=1{query}"), ADMIN).await;
            assert_eq!(answer.headers[header::CONTENT_TYPE], media_type, "{path}");
            let disposition = answer.headers[header::CONTENT_DISPOSITION].to_str().expect("ascii");
            let name = disposition
                .strip_prefix("attachment; filename=\"hookline-")
                .and_then(|name| name.strip_suffix(&format!(".{ending}\"")));
            assert!(
                name.is_some_and(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase())),
                "{disposition}"
            );
            assert_eq!(answer.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        }
        let plain = app.get(path, ADMIN).await;
        assert!(!plain.headers.contains_key(header::CONTENT_DISPOSITION), "{path}");
        assert_eq!(plain.headers[header::CONTENT_TYPE], "application/json", "{path}");
        for (wrong, field) in [
            ("format=csv", "format"),
            ("format=", "format"),
            ("format=json&format=jsonl", "format"),
            ("download=0", "download"),
            ("download=true", "download"),
            ("download=", "download"),
        ] {
            let answer = app.get(&format!("{path}?{wrong}"), ADMIN).await;
            assert_eq!((answer.problem(), &answer.body["field"]), ("invalid-request", &json!(field)), "{path} {wrong}");
        }
    }
}
