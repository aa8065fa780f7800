//! Receiving a body: it is read, and its secrets are blanked, in one go.

use hookline_model::time::Millis;

use crate::{
    Delivery, ParseError, Parsed, Settings,
    json::{Arena, Blanks},
};

/// Reads a body with `read`, and blanks its `secrets` in place, whether it could be read or not: where the tree says that they
/// are, else where they are found.
///
/// # Errors
/// What `read` says.
pub(crate) fn receive<R>(
    body: &mut [u8],
    received_at: Millis,
    settings: &Settings,
    secrets: &'static dyn Blanks,
    read: R,
) -> Result<Parsed, ParseError>
where
    R: for<'t> FnOnce(&'t Arena, &Delivery<'t>) -> Result<Parsed, ParseError>,
{
    let arena = Arena::watching(body, secrets);
    let parsed = read(&arena, &Delivery { body, received_at, settings });
    match arena.into_found() {
        Some(places) => {
            for place in places {
                if let Some(secret) = body.get_mut(place) {
                    secret.fill(b'*');
                }
            }
        }
        None => secrets.blank(body),
    }
    parsed
}
