//! What is told, and what comes of telling it.

use hookline_model::{
    id::{DeliveryId, SubscriptionId},
    time::Millis,
};
use hookline_store::deliveries::Snapshot;

use crate::{
    breakcold, cloudevents,
    dialect::{Dialect, Variant},
    hookline, instantly, smartlead,
    view::View,
};

/// What bodies say of the subscription that they are sent for.
#[derive(Clone, Copy, Debug)]
pub struct Subscription<'a> {
    /// Its id. Where a dialect needs an integer it is [`SubscriptionId::number`].
    pub id: SubscriptionId,
    /// What people call it.
    pub name: &'a str,
    /// Where it delivers.
    pub url: &'a str,
    /// The secret that SmartLead's and Breakcold's bodies carry; an empty text stands where there is none.
    pub secret_key: Option<&'a str>,
    /// When it was made.
    pub created_at: Millis,
    /// The platform's own names that it was made with, if it was made through an API of the platform's; else none.
    pub names: &'a [String],
}

/// One event on its way to one subscriber.
#[derive(Clone, Copy, Debug)]
pub struct Telling<'a> {
    /// The event with its records, as they are now.
    pub snapshot: &'a Snapshot,
    /// Who is told.
    pub subscription: Subscription<'a>,
    /// The id of the delivery: the same on every try.
    pub message: DeliveryId,
    /// Whether it only tries the subscription out: the body then says so.
    pub is_test: bool,
}

/// A body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// JSON in UTF-8, at most [`crate::BODY_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}

/// Why a dialect cannot tell an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExpressible {
    /// It has no word for what happened.
    #[error("the dialect has no word for it")]
    NoWord,
    /// Its bodies must name somebody, or something, that the event does not.
    #[error("the dialect's body needs {0}, which the event does not name")]
    Unnamed(&'static str),
    /// It is larger than a body may be, however short its texts are cut.
    #[error("the body is too large")]
    TooLarge,
    /// It cannot be written as JSON, which nothing that the store gives cannot.
    #[error("the body cannot be written: {0}")]
    Unwritable(String),
}

/// The body that tells an event in a dialect. Without a variant, and with one that the dialect does not have, it is the default.
///
/// A pure function of its arguments: the same on every try.
///
/// # Errors
/// When the dialect has no words for it.
pub fn render(dialect: Dialect, variant: Option<Variant>, telling: &Telling<'_>) -> Result<Rendered, NotExpressible> {
    let view = View::new(telling);
    match dialect {
        Dialect::Hookline => hookline::render(&view),
        Dialect::Smartlead => smartlead::render(dialect.settled(variant) == Some(Variant::Nested), &view),
        Dialect::Instantly => instantly::render(dialect.settled(variant) == Some(Variant::Data), &view),
        Dialect::Breakcold => breakcold::render(&view),
        Dialect::Cloudevents => cloudevents::render(&view),
    }
}
