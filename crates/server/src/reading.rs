//! Reading a delivery with its platform's parser: at the door, and again from quarantine.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hookline_model::{entry::Origin, event::Event, kind::Kind, time::Millis};
use hookline_platforms::{Delivery, Parsed, Parser};

/// Reads a delivery, or says why it cannot be read. A parser that panics cost us the parser's bug, never the delivery.
pub(crate) fn read(parser: &dyn Parser, body: &[u8], received_at: Millis) -> Result<Parsed, String> {
    let delivery = Delivery::new(body, received_at);
    match catch_unwind(AssertUnwindSafe(|| parser.parse(&delivery))) {
        Ok(parsed) => parsed.map_err(|error| error.to_string()),
        Err(_) => {
            tracing::error!(source.platform = parser.platform().name(), "a parser panicked; its delivery is in quarantine");
            Err("the parser failed on this body, which is a fault of this version".to_owned())
        }
    }
}

/// How what a platform sent goes into the log: its test pings and samples are kept apart.
pub(crate) fn origin(event: &Event) -> Origin {
    if event.kind == Kind::WebhookTest { Origin::Test } else { Origin::Live }
}
