//! Where platforms write the names of their events.

use std::sync::LazyLock;

use hookline_model::platform::Platform;

use crate::{breakcold, emailbison, hubspot, instantly, lemlist, plusvibe, smartlead};

/// A place of a name: the key, and the key of the object that it must stand in.
pub(super) struct Place {
    within: Option<&'static str>,
    key: &'static str,
}

/// The places of every platform, as its parser has them.
static PLACES: LazyLock<Vec<(Platform, Vec<Place>)>> =
    LazyLock::new(|| Platform::ALL.into_iter().map(|platform| (platform, of_parser(platform))).collect());

fn of_parser(platform: Platform) -> Vec<Place> {
    let at = |key: &'static str| Place { within: None, key };
    match platform {
        Platform::Smartlead => smartlead::names::KEYS.map(at).into(),
        Platform::Instantly => [instantly::names::EVENT_TYPE].into_iter().chain(instantly::names::FALLBACKS).map(at).collect(),
        Platform::Plusvibe => plusvibe::names::KEYS.map(at).into(),
        Platform::Emailbison => {
            let inside = emailbison::names::EVENT_KEYS.map(|key| Place { within: Some(emailbison::names::EVENT), key });
            inside.into_iter().chain(emailbison::names::FLAT_KEYS.map(at)).collect()
        }
        Platform::Hubspot => hubspot::names::KEYS.map(at).into(),
        Platform::Breakcold => vec![at(breakcold::names::EVENT)],
        Platform::Lemlist => vec![at(lemlist::names::TYPE)],
        Platform::Hookline => Vec::new(),
    }
}

/// The places of a platform, the first of them that has a text has the name. Wrapped by a relay they are deeper, and the
/// outermost counts.
pub(super) fn places(platform: Platform) -> &'static [Place] {
    PLACES.iter().find(|(of, _)| *of == platform).map_or(&[], |(_, places)| places)
}

/// How good a place a key is, the least is the best: first by how deep what it is the event of lies, then by the order of the
/// places. `None` if it is none.
pub(super) fn rank(places: &[Place], within: Option<&str>, key: &str, depth: usize) -> Option<usize> {
    let is_it = |place: &Place| place.key == key && (place.within.is_none() || place.within == within);
    let order = places.iter().position(is_it)?;
    let depth = if places[order].within.is_some() { depth.saturating_sub(1) } else { depth };
    Some(depth * places.len() + order)
}
