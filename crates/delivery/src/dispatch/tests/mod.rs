//! The dispatcher on a real store, with receivers on real sockets and a clock in hand.

mod again;
mod feed;
mod flow;
mod order;
mod outcomes;
mod priority;
mod receiver;
mod stops;
mod warnings;
mod world;
