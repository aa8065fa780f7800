//! Where fuzzing begins: the fixtures of the platforms, which tests of theirs hold to these files.

use serde_json::{Map, Value, json};

use hookline_model::platform::Platform;

/// The bodies of a platform.
pub(crate) fn of(platform: Platform) -> Result<Vec<Vec<u8>>, String> {
    let text = match platform {
        Platform::Instantly => include_str!("../../platforms/fixtures/seeds/instantly.json"),
        Platform::Lemlist => include_str!("../../platforms/fixtures/seeds/lemlist.json"),
        Platform::Plusvibe => include_str!("../../platforms/fixtures/seeds/plusvibe.json"),
        Platform::Smartlead => include_str!("../../platforms/fixtures/seeds/smartlead.json"),
        Platform::Emailbison => include_str!("../../platforms/fixtures/seeds/emailbison.json"),
        Platform::Hubspot => include_str!("../../platforms/fixtures/seeds/hubspot.json"),
        Platform::Breakcold => include_str!("../../platforms/fixtures/seeds/breakcold.json"),
        other => return Err(format!("{other} has no seeds: name its file in crates/fuzz/src/seeds.rs")),
    };
    let bodies: Map<String, Value> = serde_json::from_str(text).map_err(|error| format!("the seeds of {platform}: {error}"))?;
    Ok(bodies.into_values().map(|body| body.to_string().into_bytes()).collect())
}

/// Deliveries for the verifiers, see `proving`: the headers are those of every method, and none of them proves anything.
pub(crate) fn of_deliveries() -> Result<Vec<Vec<u8>>, String> {
    let digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    let deliveries = [
        json!({}),
        json!([{"secret": "a"}, {"secret": "b"}]),
        json!({"headers": {"x-webhook-secret": "guess"}, "secret": "guess"}),
        json!({"headers": {"x-webhook-signature": format!("sha256={digest}")}, "body": {"secret": "guess", "data": {"secret": 5}}}),
        json!({"headers": {"x-webhook-signature": digest, "x-webhook-timestamp": "1774440000"}, "payload": {"secret": "zk"}}),
        json!({"headers": {
            "x-hubspot-signature-v3": "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=",
            "x-hubspot-request-timestamp": "1774440000000",
        }, "uris": ["https://hub.example.org/public/x?tag=a%40b"]}),
        json!({"headers": {"x-hubspot-signature": digest, "x-hubspot-signature-version": "v2"}, "uris": ["https://hub.example.org/%2F"]}),
        json!({"headers": {"x-hubspot-signature": digest, "x-hubspot-signature-version": "v1"}, "verb": "PUT"}),
    ];
    let plain = deliveries.iter().map(|delivery| delivery.to_string().into_bytes());
    Ok(plain.chain([b"secret=guess".to_vec(), Vec::new()]).collect())
}
