//! Deliveries as they travel together: HubSpot sends up to a hundred events in one body.

use hookline_model::platform::Platform;

use crate::plan::Planned;

/// HubSpot sends at most so many events in one body.
pub const EVENTS_MAX: usize = 100;

/// Puts successive deliveries that travel together into batches of up to `events_max` (at least 1, at most [`EVENTS_MAX`]):
/// HubSpot's to one workspace. Any other is alone. The order stays.
pub fn batches(deliveries: impl IntoIterator<Item = Planned>, events_max: usize) -> impl Iterator<Item = Vec<Planned>> {
    let events_max = events_max.clamp(1, EVENTS_MAX);
    let mut rest = deliveries.into_iter().peekable();
    std::iter::from_fn(move || {
        let first = rest.next()?;
        let (travels, workspace) = (first.platform == Platform::Hubspot, first.workspace);
        let mut batch = vec![first];
        while travels && batch.len() < events_max {
            let fits = |next: &Planned| next.platform == Platform::Hubspot && next.workspace == workspace;
            match rest.next_if(fits) {
                Some(next) => batch.push(next),
                None => break,
            }
        }
        Some(batch)
    })
}

/// The body of a batch: of one delivery its own, of several of HubSpot's one array of all their events.
#[must_use]
pub fn body(batch: &[Planned]) -> Vec<u8> {
    if let [only] = batch {
        return only.body.clone();
    }
    // Each body is an array of one.
    let events: Vec<&[u8]> = batch.iter().map(|planned| planned.body.trim_ascii()).map(inner).collect();
    [b"[".as_slice(), &events.join(&b","[..]), b"]"].concat()
}

/// What stands between the brackets of an array.
fn inner(array: &[u8]) -> &[u8] {
    array.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or(array)
}
