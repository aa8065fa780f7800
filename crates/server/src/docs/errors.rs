//! The pages of the problems: what each means and what to do, from the table that the problems are made from.

use axum::{
    extract::{Path, rejection::PathRejection},
    response::Response,
};

use crate::{
    docs::html::{escape, page},
    problem::{Problem, ProblemType},
};

/// `GET /docs/errors`.
pub(super) async fn list() -> Response {
    let mut content =
        "<p>Every error is answered as a problem document (RFC 9457). Its <code>type</code> is one of these.</p>\n<dl>\n"
            .to_owned();
    for problem_type in ProblemType::ALL {
        let (path, slug, status) = (problem_type.path(), problem_type.slug(), problem_type.status().as_u16());
        let (title, meaning) = (escape(problem_type.title()), escape(problem_type.meaning()));
        content
            .push_str(&format!("<dt><a href=\"{path}\">{title}</a> (<code>{slug}</code>, {status})</dt>\n<dd>{meaning}</dd>\n"));
    }
    content.push_str("</dl>\n");
    page("Errors", &content)
}

/// `GET /docs/errors/{name}`.
pub(super) async fn show(path: Result<Path<String>, PathRejection>) -> Result<Response, Problem> {
    let named = |name: &str| ProblemType::ALL.iter().find(|problem_type| problem_type.slug() == name);
    let problem_type = path.ok().and_then(|Path(name)| named(&name)).ok_or_else(|| {
        Problem::new(ProblemType::NotFound, "There is no problem of this name. All of them are listed at /docs/errors.")
    })?;
    let (status, slug) = (problem_type.status(), problem_type.slug());
    let retry = match problem_type.passes() {
        true => {
            "<p>It can be over in a moment: where the header <code>Retry-After</code> is there, it says when to come again.</p>\n"
        }
        false => "",
    };
    let content = format!(
        "<p><code>{slug}</code>, answered with the status {status}.</p>\n\
         <h2>What it means</h2>\n<p>{meaning}</p>\n<h2>What to do</h2>\n<p>{remedy}</p>\n{retry}\
         <p>The problem's <code>detail</code> says it for the request.</p>\n<p><a href=\"/docs/errors\">All errors</a></p>\n",
        meaning = escape(problem_type.meaning()),
        remedy = escape(problem_type.remedy()),
    );
    Ok(page(problem_type.title(), &content))
}
