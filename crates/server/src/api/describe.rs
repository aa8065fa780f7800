//! What endpoints of the API have in common, for its description. An endpoint's own is beside its handler.

use http::StatusCode;
use schemars::JsonSchema;
use serde_json::json;

use hookline_store::query::{PAGE_ROWS_MAX, PageRequest};

use crate::{
    api::{
        cursor::TEXT_CHARACTERS_MAX,
        page::{Body, SearchableBody},
    },
    openapi::{LINES, Operation, inline_schemas},
    problem::ProblemType,
};

/// What every request can run into. A parameter that is not known is an invalid request.
const ANY: [ProblemType; 3] = [ProblemType::Unauthorized, ProblemType::InvalidRequest, ProblemType::AnswerTimeout];

/// What every write can run into.
const WRITE: [ProblemType; 3] = [ProblemType::Forbidden, ProblemType::RequestRunning, ProblemType::IdempotencyKeyReused];

inline_schemas! {
    /// How many records a page may have.
    Limit {"type": "integer", "minimum": 1, "maximum": PAGE_ROWS_MAX}
    /// Where a page begins.
    CursorText {"type": "string", "maxLength": TEXT_CHARACTERS_MAX}
    /// How a page is written.
    Format {"type": "string", "enum": ["json", "jsonl"]}
    /// Whether a page is an attachment.
    Download {"type": "string", "enum": ["1"]}
    /// A page as lines.
    Lines {"type": "string", "description": "One record a line, each a JSON object as in `data` of the other form."}
    /// A name for a request.
    IdempotencyKey {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
}

impl Operation {
    /// Reads one thing.
    pub(super) fn show<T: JsonSchema>(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::open(tag, summary, about).problems(&ANY).answer::<T>(StatusCode::OK, "As it is now.")
    }

    /// Reads a page of things.
    pub(super) fn list<T: JsonSchema>(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::page::<Body<T>>(tag, summary, about)
    }

    /// Reads a page of things, which can be searched for words.
    pub(super) fn searchable_list<T: JsonSchema>(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::page::<SearchableBody<T>>(tag, summary, about)
            .answer_header("Search-As-Of", "With `q`: what `as_of` says, unless that is null.")
    }

    fn page<B: JsonSchema>(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::open(tag, summary, about)
            .problems(&ANY)
            .query::<Limit>("limit", "At most so many. A page that would carry more than 8 MiB of bodies has fewer.")
            .default(json!(PageRequest::default().limit))
            .query::<CursorText>("cursor", "`next_cursor` of the page before. Empty is the first page.")
            .query::<Format>("format", "`jsonl`: one record a line, with nothing around them.")
            .default(json!("json"))
            .query::<Download>("download", "`1`: the same answer as an attachment, for a browser to save.")
            .answer::<B>(StatusCode::OK, "A page.")
            .or_content::<Lines>(LINES, None)
            .answer_header("Link", "Where the next page is, as `rel=\"next\"`, relative to this one. Only if there is one.")
            .answer_header("Content-Disposition", "With `download=1`: an attachment, and a name for its file.")
    }

    /// Makes something.
    pub(super) fn create<T: JsonSchema>(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::write(tag, summary, about).answer::<T>(StatusCode::CREATED, "It is made.").repeatable()
    }

    /// Changes something, or has something done.
    pub(super) fn change<T: JsonSchema>(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::write(tag, summary, about).answer::<T>(StatusCode::OK, "It is done.").repeatable()
    }

    /// Removes something.
    pub(super) fn remove(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        Operation::write(tag, summary, about).answer_nothing(StatusCode::NO_CONTENT, "It is gone.").repeatable()
    }

    /// A write reads its body, also one that nobody looks at: under an idempotency key it is compared with the first one.
    fn write(tag: &'static str, summary: &'static str, about: &str) -> Operation {
        let about = format!("{about} Needs a key with the role `write`.");
        let operation = Operation::open(tag, summary, &about).problems(&ANY).problems(&WRITE).reads_body().writes_store();
        operation.header::<IdempotencyKey>(
            "Idempotency-Key",
            "Your own name for this request: under it the change is made once, and a repetition is answered as the first time.",
        )
    }

    fn repeatable(self) -> Operation {
        self.answer_header("Idempotent-Replayed", "`true` if this is the answer of the first time.")
    }

    /// Takes one JSON object.
    pub(super) fn fields<T: JsonSchema>(self) -> Operation {
        self.body::<T>("One JSON object of at most 64 KiB. A field that is not known is refused.", None)
    }

    /// Only for keys of the installation.
    pub(super) fn installation(self) -> Operation {
        self.also("Needs a key of the installation, such as the admin key.").problems(&[ProblemType::Forbidden])
    }
}
