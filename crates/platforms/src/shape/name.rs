//! Where platforms write the names of their events.

use hookline_model::platform::Platform;

/// A place of a name: the key, and the key of the object that it must stand in.
pub(super) struct Place {
    within: Option<&'static str>,
    key: &'static str,
}

const fn at(key: &'static str) -> Place {
    Place { within: None, key }
}

static SMARTLEAD: [Place; 4] = [at("event_type"), at("event"), at("eventType"), at("type")];
static INSTANTLY: [Place; 3] = [at("event_type"), at("type"), at("event")];
static PLUSVIBE: [Place; 4] = [at("webhook_event"), at("event"), at("event_type"), at("type")];
static EMAILBISON: [Place; 5] = [
    Place { within: Some("event"), key: "type" },
    Place { within: Some("event"), key: "name" },
    at("event"),
    at("event_type"),
    at("type"),
];
static LEMLIST: [Place; 1] = [at("type")];
static BREAKCOLD: [Place; 1] = [at("event")];
static HUBSPOT: [Place; 2] = [at("subscriptionType"), at("eventType")];

/// The places of a platform, the first of them that has a text has the name. Wrapped by a relay they are deeper, and the
/// outermost counts.
pub(super) fn places(platform: Platform) -> &'static [Place] {
    match platform {
        Platform::Smartlead => &SMARTLEAD,
        Platform::Instantly => &INSTANTLY,
        Platform::Plusvibe => &PLUSVIBE,
        Platform::Emailbison => &EMAILBISON,
        Platform::Hubspot => &HUBSPOT,
        Platform::Breakcold => &BREAKCOLD,
        Platform::Lemlist => &LEMLIST,
        _ => &[],
    }
}

/// How good a place a key is, the least is the best: first by how deep what it is the event of lies, then by the order of the
/// places. `None` if it is none.
pub(super) fn rank(places: &[Place], within: Option<&str>, key: &str, depth: usize) -> Option<usize> {
    let is_it = |place: &Place| place.key == key && (place.within.is_none() || place.within == within);
    let order = places.iter().position(is_it)?;
    let depth = if places[order].within.is_some() { depth.saturating_sub(1) } else { depth };
    Some(depth * places.len() + order)
}
