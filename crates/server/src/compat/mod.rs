//! The management APIs of platforms, as their own clients speak them: a folder per platform, which shares nothing with another.

pub(crate) mod instantly;
