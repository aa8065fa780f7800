//! Crashes of a serving process. Apart from the other tests: a process that is just being started has, for a moment, whatever its
//! starter has open, the lock of a data folder too, and no test beside it could open that folder again.

mod once;
mod placing;
mod steps;
