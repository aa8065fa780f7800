//! Instantly's API on the store in memory: who may ask, and what is refused.

mod access;
mod refusals;
mod webhooks;
