//! How an event is told to a subscriber, or to whoever asks the API: pure functions of what the store knows of it.
//!
//! [`render`] writes the body, [`sign`] the headers that prove it, [`names`] says what is called what. [`shapes`] are the objects
//! of Hookline's own vocabulary, which the API answers and its dialect sends.
//!
//! An event of one platform leaves in the dialect of another: a consumer that was written for SmartLead receives Instantly's
//! replies. What the other platform's body has and is not known here is null or left out, as its documents have it; ids that it
//! must have are derived, the same every time. What a dialect has no words for is [`NotExpressible`].
//!
//! A file or folder per dialect: `hookline`, `smartlead`, `instantly`, `breakcold`, `cloudevents`. They read an event through
//! `view`, and write through `bounded`, which holds every body to a size.

pub mod authenticity;
mod bounded;
mod breakcold;
mod cloudevents;
mod dialect;
mod hookline;
mod instantly;
pub mod names;
mod object;
pub mod shapes;
mod smartlead;
mod telling;
mod view;

pub use authenticity::{Secrets, SignError, sign};
pub use bounded::{BODY_BYTES_MAX, CUT_MARK, TEXT_BYTES_MAX};
pub use breakcold::schemas as breakcold_schemas;
pub use dialect::{Dialect, UnknownName, Variant};
pub use smartlead::category as smartlead_categories;
pub use telling::{NotExpressible, Rendered, Subscription, Telling, render};
