//! `GET /docs`: Swagger UI over the API's description. Its files are part of the program: nothing is loaded from elsewhere.

use std::sync::Arc;

use axum::{
    extract::{Path, rejection::PathRejection},
    response::Response,
};
use http::{HeaderValue, header};
use utoipa_swagger_ui::{Config, serve};

use crate::{
    docs::answer,
    problem::{Problem, ProblemType},
};

const INDEX: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hookline API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="api"></div>
<noscript><p>This page needs JavaScript. The description itself is at <a href="/v1/openapi.json">/v1/openapi.json</a>,
the errors are at <a href="/docs/errors">/docs/errors</a>.</p></noscript>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"#;

/// Without `validatorUrl` the page would ask somebody else whether the description is good.
const START: &str = r##"SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"##;

/// Scripts and styles from here only; no inline ones, no `eval`. Requests go to this server, or nowhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The files of Swagger UI that the page uses, and what they are. The others are not shown to anybody.
const FILES: [(&str, &str); 2] =
    [("swagger-ui.css", "text/css; charset=utf-8"), ("swagger-ui-bundle.js", "text/javascript; charset=utf-8")];

/// `GET /docs`.
pub(super) async fn index() -> Response {
    answer("text/html; charset=utf-8", POLICY, INDEX)
}

/// `GET /docs/assets/{name}`.
pub(super) async fn asset(path: Result<Path<String>, PathRejection>) -> Result<Response, Problem> {
    let not_found = || Problem::new(ProblemType::NotFound, "No file has this name. The pages start at /docs.");
    let Path(name) = path.map_err(|_| not_found())?;
    if name == "start.js" {
        return Ok(answer(FILES[1].1, POLICY, START));
    }
    let (name, content_type) = FILES.into_iter().find(|(known, _)| *known == name).ok_or_else(not_found)?;
    let file = serve(name, Arc::new(Config::from("/v1/openapi.json"))).ok().flatten().ok_or_else(not_found)?;
    let mut response = answer(content_type, POLICY, file.bytes.into_owned());
    // Large, and the same until there is another version of the program.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    if file.gzpipped {
        // They are kept compressed, which every browser reads.
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}
