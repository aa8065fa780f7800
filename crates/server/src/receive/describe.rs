//! The receiving addresses, described: two paths for each platform whose deliveries can be read.

use http::StatusCode;
use schemars::JsonSchema;
use serde_json::{Value, json};

use hookline_model::platform::Platform;
use hookline_platforms::parser;

use crate::{
    health::Health,
    openapi::{AnyJson, Described, Id, Operation, word_schemas},
    problem::ProblemType,
};

word_schemas! {
    /// `processed`: on disk, and seen by every read from now on. `duplicate`: the same event again. `unrouted`: on disk, but
    /// no rule places it in a workspace. `quarantined`: it could not be read and is kept apart, and its source always answers so.
    ReceivedStatus = ["processed", "duplicate", "unrouted", "quarantined"], such as "processed";
}

/// What became of a delivery.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is written in deliver.rs")]
struct Received {
    status: ReceivedStatus,
    /// The event; of a duplicate, the first one. Of what is quarantined there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Id")]
    event_id: Option<Id>,
    /// Of a body that holds several events: what became of each, in their order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<ReceivedElement>")]
    results: Option<Vec<ReceivedElement>>,
}

/// What became of one event of several.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what is written in deliver.rs")]
struct ReceivedElement {
    status: ReceivedStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Id")]
    event_id: Option<Id>,
    /// Of what is quarantined, why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    detail: Option<String>,
}

/// Why a delivery is not taken, beside what is wrong with its body. The platform comes again.
const NOT_TAKEN: [ProblemType; 5] = [
    ProblemType::Overloaded,
    ProblemType::DiskFull,
    ProblemType::StoreUnavailable,
    ProblemType::Stopping,
    ProblemType::RecordsBehind,
];

/// The receiving addresses.
pub(crate) fn described() -> Vec<Described> {
    let readable = Platform::ALL.into_iter().filter(|platform| parser(*platform).is_some());
    readable
        .flat_map(|platform| [("", "a workspace"), ("global-", "an agency")].map(|of| paths(platform, of)))
        .flatten()
        .collect()
}

fn paths(platform: Platform, (reach, whose): (&str, &str)) -> [Described; 2] {
    let path = format!("/public/{reach}{platform}-webhook/{{address}}");
    let name = format!("{}{platform}", reach.replace('-', "_"));
    let about = format!("{platform} posts here what happened, to the address of {whose}. It is on disk before it is answered.");
    let receive = Operation::open("Receiving", "Receive a delivery", &about)
        .body::<AnyJson>("What the platform sends, in any of its shapes. At most 1 MiB, which is a setting.", sample(platform))
        .answer::<Received>(StatusCode::OK, "It is kept.")
        .problems(&[ProblemType::UnknownAddress, ProblemType::UnreadableDelivery])
        .problems(&[ProblemType::SourceDisabled, ProblemType::UnprovenDelivery])
        .problems(&NOT_TAKEN);
    let about = "Platforms look whether an address is there before they save it.";
    let probe = Operation::open("Receiving", "Probe an address", about)
        .answer::<Health>(StatusCode::OK, "The address is there.")
        .problems(&[ProblemType::UnknownAddress]);
    [
        Described::open(format!("receive_{name}"), "post", path.clone(), receive),
        Described::open(format!("probe_{name}"), "get", path, probe),
    ]
}

/// A small delivery of a platform.
pub(super) fn sample(platform: Platform) -> Option<Value> {
    match platform {
        Platform::Smartlead => Some(json!({
            "event_type": "EMAIL_SENT",
            "event_timestamp": "2026-02-11T08:03:27.000Z",
            "stats_id": "0c1d7a52-6b1e-4f0a-9a1e-52f9be0a7711",
            "campaign_id": 2_900_417,
            "campaign_name": "DACH cranes",
            "from_email": "nora@try-brightpath.example",
            "to_email": "t.weber@kranwerk.example",
            "subject": "Crane downtime",
            "sequence_number": 1,
        })),
        Platform::Instantly => Some(json!({
            "event_type": "email_sent",
            "timestamp": "2026-02-11T08:03:27.000Z",
            "workspace": "8c2f6f4e-52b0-4c0f-8f0f-1d3f0a7b9e55",
            "campaign_id": "b1f7c2f0-3a44-4b7e-9a52-6a9d7f3f0c11",
            "campaign_name": "DACH cranes",
            "lead_email": "t.weber@kranwerk.example",
            "email_account": "nora@try-brightpath.example",
            "email_subject": "Crane downtime",
            "step": 1,
            "variant": 1,
            "is_first": true,
        })),
        _ => None,
    }
}
