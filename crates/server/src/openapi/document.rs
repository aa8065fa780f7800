//! The document, put together from the operations.

use std::collections::BTreeMap;

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    openapi::{
        Described, Id, PlatformName, example,
        operation::{Answer, Body, Parameter},
        schema,
    },
    problem::{Problem, ProblemShape, ProblemType},
};

/// The groups that operations are shown in, and what they are about.
pub(super) const TAGS: [(&str, &str); 17] = [
    ("Receiving", "Where platforms post. The address in the path is a secret; there is no other key."),
    ("Events", "What happened, in our words, whichever platform told it."),
    ("Contacts", "Whom the campaigns write to."),
    ("Campaigns", "What the platforms run."),
    ("Emails", "What was sent and what came in."),
    (
        "Items",
        "What a CRM keeps beside people and campaigns: lists, statuses, tags, notes, tasks and messages of other channels.",
    ),
    ("Block list", "Addresses and domains that are not to be written to."),
    ("Deliveries", "What came of passing events on: attempts, retries, replays, sums, and pulling."),
    ("Quarantine", "Deliveries that could not be read."),
    ("Routes", "Where what comes to an agency's addresses belongs."),
    ("Agencies", "Who owns workspaces."),
    ("Workspaces", "One client's data each."),
    ("Addresses", "Where a platform posts for a workspace or an agency. Several may be valid at once."),
    ("Sources", "How a platform's deliveries are verified and answered, for a workspace or for a whole agency."),
    ("Webhooks", "Who is told what happens, where, in which words, and how a receiver is treated that does not answer."),
    ("Keys", "Who may ask."),
    ("Operating", "How the server does."),
];

const ABOUT: &str = "A webhook hub for cold-email outreach. JSON throughout, times RFC 3339 in UTC with milliseconds. \
    Every error is a problem document (RFC 9457). A parameter or field that is not known is refused, never ignored. \
    `HEAD` is answered as `GET`, without the body; `OPTIONS` with the methods that a path has.";

/// The document that describes `operations`.
pub(super) fn of(operations: &[Described]) -> Value {
    let mut writer = Writer::new();
    let written: Vec<Value> = operations.iter().map(|described| writer.operation(described)).collect();
    let schemas = writer.schemas();
    let mut paths: Map<String, Value> = Map::new();
    for (described, mut operation) in operations.iter().zip(written) {
        make_examples(&mut operation, &schemas);
        let path = paths.entry(described.path.clone()).or_insert_with(|| json!({}));
        path[described.method] = operation;
    }
    let examples = ProblemType::ALL.iter().map(|problem_type| {
        let problem = Problem::new(*problem_type, problem_type.remedy());
        (problem_type.slug().to_owned(), json!({"summary": problem_type.title(), "value": problem}))
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Hookline",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "tags": TAGS.map(|(name, about)| json!({"name": name, "description": about})),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "examples": examples.collect::<Map<_, _>>(),
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key of the installation, of an agency or of a workspace, to `read` or to `write`.",
                },
            },
        },
    })
}

/// Collects the schemas that the operations written refer to.
struct Writer {
    /// Of what is answered: a field that may be null is there all the same.
    answers: SchemaGenerator,
    /// Of what is sent: a field that may be null may be left out.
    requests: SchemaGenerator,
}

impl Writer {
    fn new() -> Writer {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Writer {
            answers: settings.clone().for_serialize().into_generator(),
            requests: settings.for_deserialize().into_generator(),
        }
    }

    /// The schemas so far. Names are shared only by types that are alike in both directions.
    fn schemas(mut self) -> Map<String, Value> {
        let mut schemas = self.requests.take_definitions(true);
        for (name, schema) in self.answers.take_definitions(true) {
            debug_assert!(schemas.get(&name).is_none_or(|other| *other == schema), "{name} is not the same in both directions");
            schemas.insert(name, schema);
        }
        schemas
    }

    fn operation(&mut self, described: &Described) -> Value {
        let operation = &described.operation;
        let of_path = path_parameters(&described.path).map(|name| {
            let schema = match name {
                "platform" => self.requests.subschema_for::<PlatformName>(),
                _ => self.requests.subschema_for::<Id>(),
            };
            json!({"name": name, "in": "path", "required": true, "description": about_path(name), "schema": schema})
        });
        let mut parameters: Vec<Value> = of_path.collect();
        for parameter in &operation.parameters {
            parameters.push(self.parameter(parameter));
        }
        let mut responses = Map::new();
        for answer in &operation.answers {
            responses.insert(answer.status.as_u16().to_string(), self.answer(answer));
        }
        let mut problems: BTreeMap<u16, Vec<ProblemType>> = BTreeMap::new();
        for problem_type in &operation.problems {
            problems.entry(problem_type.status().as_u16()).or_default().push(*problem_type);
        }
        for (status, problem_types) in problems {
            responses.insert(status.to_string(), self.problems(&problem_types));
        }
        let mut written = json!({
            "operationId": described.id,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": operation.about,
            "parameters": parameters,
            "responses": responses,
            "security": if described.needs_key { json!([{"key": []}]) } else { json!([]) },
        });
        if let Some(body) = &operation.body {
            written["requestBody"] = self.body(body);
        }
        written
    }

    fn parameter(&mut self, parameter: &Parameter) -> Value {
        let mut schema = (parameter.schema)(&mut self.requests);
        if let Some(default) = &parameter.default {
            schema.insert("default".to_owned(), default.clone());
        }
        // What an example has in its schema would be filled in by pages that let one try: a filter that nobody asked for.
        schema.remove("examples");
        let Parameter { place, name, about, .. } = parameter;
        json!({"name": name, "in": place, "description": about, "schema": schema})
    }

    fn body(&mut self, body: &Body) -> Value {
        let mut content = json!({"schema": (body.schema)(&mut self.requests)});
        if let Some(example) = &body.example {
            content["example"] = example.clone();
        }
        json!({"description": body.about, "required": body.is_required, "content": {"application/json": content}})
    }

    fn answer(&mut self, answer: &Answer) -> Value {
        let mut written = json!({"description": answer.about});
        for content in &answer.contents {
            written["content"][content.media_type] = json!({"schema": (content.schema)(&mut self.answers)});
            if let Some(example) = &content.example {
                written["content"][content.media_type]["example"] = example.clone();
            }
        }
        for (name, about) in &answer.headers {
            written["headers"][*name] = json!({"description": about, "schema": {"type": "string"}});
        }
        written
    }

    /// The problems of one status.
    fn problems(&mut self, problem_types: &[ProblemType]) -> Value {
        let about: Vec<String> =
            problem_types.iter().map(|problem_type| format!("`{}`: {}.", problem_type.slug(), problem_type.title())).collect();
        let examples = problem_types.iter().map(|problem_type| {
            (problem_type.slug().to_owned(), json!({"$ref": format!("#/components/examples/{}", problem_type.slug())}))
        });
        let mut written = json!({
            "description": about.join(" "),
            "content": {
                "application/problem+json": {
                    "schema": schema::of::<ProblemShape>()(&mut self.answers),
                    "examples": examples.collect::<Map<_, _>>(),
                },
            },
        });
        if problem_types.iter().any(|problem_type| problem_type.passes()) {
            let about = "When to come again, in seconds, where that is known.";
            written["headers"]["Retry-After"] = json!({"description": about, "schema": {"type": "integer", "minimum": 0}});
        }
        if problem_types.contains(&ProblemType::Unauthorized) {
            let about = "How to present a key: `Bearer`.";
            written["headers"]["WWW-Authenticate"] = json!({"description": about, "schema": {"type": "string"}});
        }
        written
    }
}

/// The names in braces in a path.
fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn about_path(name: &str) -> String {
    match name.strip_suffix("_id") {
        Some(thing) => format!("The id of the {}.", thing.replace('_', " ")),
        None if name == "platform" => "The platform.".to_owned(),
        None => "The address: the last part of a webhook address.".to_owned(),
    }
}

/// The media type of a page as lines.
pub(crate) const LINES: &str = "application/jsonl";

/// Gives every body that has no example one; lines those of the same page in JSON.
fn make_examples(operation: &mut Value, schemas: &Map<String, Value>) {
    let make = |contents: &mut Value| {
        for content in contents.as_object_mut().into_iter().flat_map(Map::values_mut) {
            if content.get("example").is_none() && content.get("examples").is_none() {
                content["example"] = example::of(&content["schema"], schemas);
            }
        }
        if contents.get(LINES).is_some() {
            let records = contents["application/json"]["example"]["data"].as_array().into_iter().flatten();
            contents[LINES]["example"] = records.map(|record| format!("{record}\n")).collect::<String>().into();
        }
    };
    if let Some(body) = operation.get_mut("requestBody") {
        make(&mut body["content"]);
    }
    for response in operation["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        if response.get("content").is_some() {
            make(&mut response["content"]);
        }
    }
}
