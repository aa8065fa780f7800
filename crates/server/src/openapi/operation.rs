//! One operation of the API, as its file describes it. What follows from its method and path is added by [`super::document`].

use http::StatusCode;
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::{
    openapi::schema::{self, SchemaOf},
    problem::ProblemType,
};

/// What an operation takes, answers, and can go wrong with.
pub(crate) struct Operation {
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) about: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
    pub(super) problems: Vec<ProblemType>,
}

/// A parameter in the query or a header. All of them may be left out.
pub(super) struct Parameter {
    pub(super) place: &'static str,
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) schema: SchemaOf,
    pub(super) default: Option<Value>,
}

/// The body of a request.
pub(super) struct Body {
    pub(super) about: &'static str,
    pub(super) schema: SchemaOf,
    /// Made from the schema if there is none.
    pub(super) example: Option<Value>,
    pub(super) is_required: bool,
}

/// A good answer.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) about: &'static str,
    pub(super) contents: Vec<Content>,
    /// Names of headers, and what they say.
    pub(super) headers: Vec<(&'static str, &'static str)>,
}

/// A body that an answer may have.
pub(super) struct Content {
    pub(super) media_type: &'static str,
    pub(super) schema: SchemaOf,
    /// Made from the schema if there is none.
    pub(super) example: Option<Value>,
}

/// What every request can run into.
const ANYWHERE: [ProblemType; 2] = [ProblemType::HeadTooLarge, ProblemType::Internal];

/// What reading a body can run into.
const BODY: [ProblemType; 3] = [ProblemType::IncompleteBody, ProblemType::BodyTimeout, ProblemType::BodyTooLarge];

/// What asking the store can run into. A workspace that is removed meanwhile is a conflict.
const STORE: [ProblemType; 3] = [ProblemType::StoreUnavailable, ProblemType::Stopping, ProblemType::Conflict];

impl Operation {
    /// An operation that needs no key and answers nothing yet.
    pub(crate) fn open(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation {
            tag,
            summary,
            about: about.to_owned(),
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            problems: ANYWHERE.to_vec(),
        }
    }

    /// Also says this about it.
    pub(crate) fn also(mut self, about: &str) -> Operation {
        self.about.push(' ');
        self.about.push_str(about);
        self
    }

    /// Also asks the store.
    pub(crate) fn reads_store(self) -> Operation {
        self.problems(&STORE)
    }

    /// Also asks the store for records, which may be behind the log.
    pub(crate) fn reads_records(self) -> Operation {
        self.reads_store().problems(&[ProblemType::RecordsBehind])
    }

    /// Also has the store write something.
    pub(crate) fn writes_store(self) -> Operation {
        self.reads_store().problems(&[ProblemType::Overloaded, ProblemType::DiskFull])
    }

    /// Also reads a body.
    pub(crate) fn reads_body(self) -> Operation {
        self.problems(&BODY)
    }

    /// Takes a parameter in the query.
    pub(crate) fn query<T: JsonSchema>(self, name: &'static str, about: &'static str) -> Operation {
        self.parameter::<T>("query", name, about)
    }

    /// Takes a header.
    pub(crate) fn header<T: JsonSchema>(self, name: &'static str, about: &'static str) -> Operation {
        self.parameter::<T>("header", name, about)
    }

    fn parameter<T: JsonSchema>(mut self, place: &'static str, name: &'static str, about: &'static str) -> Operation {
        self.parameters.push(Parameter { place, name, about, schema: schema::of::<T>(), default: None });
        self
    }

    /// The last parameter is this if it is left out.
    pub(crate) fn default(mut self, value: Value) -> Operation {
        if let Some(parameter) = self.parameters.last_mut() {
            parameter.default = Some(value);
        }
        self
    }

    /// Takes JSON as its body; the example is made from the schema if there is none.
    pub(crate) fn body<T: JsonSchema>(mut self, about: &'static str, example: Option<Value>) -> Operation {
        self.body = Some(Body { about, schema: schema::of::<T>(), example, is_required: true });
        self.reads_body().problems(&[ProblemType::UnsupportedMediaType])
    }

    /// The body may be left out.
    pub(crate) fn body_is_optional(mut self) -> Operation {
        self.body = self.body.map(|body| Body { is_required: false, ..body });
        self
    }

    /// Answers a `T` as JSON.
    pub(crate) fn answer<T: JsonSchema>(self, status: StatusCode, about: &'static str) -> Operation {
        self.answer_nothing(status, about).or_content::<T>("application/json", None)
    }

    /// Answers text of a media type.
    pub(crate) fn text(self, about: &'static str, media_type: &'static str, example: &str) -> Operation {
        self.answer_nothing(StatusCode::OK, about).or_content::<String>(media_type, Some(json!(example)))
    }

    /// Answers without a body.
    pub(crate) fn answer_nothing(mut self, status: StatusCode, about: &'static str) -> Operation {
        self.answers.push(Answer { status, about, contents: Vec::new(), headers: Vec::new() });
        self
    }

    /// The last answer can also have a body of this media type.
    pub(crate) fn or_content<T: JsonSchema>(mut self, media_type: &'static str, example: Option<Value>) -> Operation {
        if let Some(answer) = self.answers.last_mut() {
            answer.contents.push(Content { media_type, schema: schema::of::<T>(), example });
        }
        self
    }

    /// The last answer can have a header.
    pub(crate) fn answer_header(mut self, name: &'static str, about: &'static str) -> Operation {
        if let Some(answer) = self.answers.last_mut() {
            answer.headers.push((name, about));
        }
        self
    }

    /// Can answer these problems too.
    pub(crate) fn problems(mut self, problems: &[ProblemType]) -> Operation {
        for problem in problems {
            if !self.problems.contains(problem) {
                self.problems.push(*problem);
            }
        }
        self
    }
}
