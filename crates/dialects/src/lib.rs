//! How an event is told to a subscriber, or to whoever asks the API: pure functions of what the store knows of it.
//!
//! [`shapes`] are the objects of Hookline's own vocabulary, which the API answers and its dialect sends.

pub mod shapes;
