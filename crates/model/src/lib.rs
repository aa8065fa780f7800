//! The vocabulary of Hookline: ids, events, keys, records, deltas and their merge.
//!
//! No I/O, no clock, no chance: everything comes in as an argument. What a set of events means is specified in
//! `docs/records.md`; this crate computes it incrementally, and an independent reference model judges it.
//!
//! Reading order: what an event is ([`time`], [`id`], [`kind`], [`key`], [`identity`], [`event`]); how it gets in ([`entry`])
//! and where ([`route`]); what it changes ([`stamp`], [`counts`], [`contact`], [`campaign`], [`email`], [`item`], [`firsts`], [`link`],
//! [`delta`]); how rows follow ([`rows`], [`packed`], [`buffer`], [`fold`]); what is shown ([`texts`], [`record`], [`dump`],
//! [`calendar`]). How a delivery proves its origin is named in [`source`].

mod address;
pub mod buffer;
pub mod calendar;
pub mod campaign;
pub mod contact;
pub mod counts;
pub mod delta;
pub mod dump;
pub mod email;
pub mod entry;
pub mod event;
pub mod extra;
pub mod firsts;
pub mod fold;
pub mod id;
pub mod identity;
pub mod interest;
pub mod item;
pub mod key;
pub mod kind;
pub mod link;
pub mod maps;
pub mod packed;
pub mod platform;
pub mod record;
pub mod route;
pub mod rows;
pub mod source;
pub mod stamp;
pub mod texts;
pub mod time;
