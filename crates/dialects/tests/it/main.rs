//! What leaves in every dialect: held against what the platforms' documents say, and read back by our own parsers.

mod breakcold;
mod docs;
mod given;
mod instantly;
mod names;
mod own;
mod properties;
mod round;
mod schema;
mod smartlead;
