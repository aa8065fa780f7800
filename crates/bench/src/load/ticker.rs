//! A timer of microseconds. The runtime's own has a grain of a millisecond, which would be seen in the latencies.

use std::{io, time::Duration};

#[cfg(target_os = "linux")]
pub(crate) use linux::Ticker;
#[cfg(not(target_os = "linux"))]
pub(crate) use portable::Ticker;

#[cfg(target_os = "linux")]
mod linux {
    use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime};
    use tokio::net::unix::pipe::Receiver;

    use super::{Duration, io};

    /// Ticks by the kernel's timer.
    pub(crate) struct Ticker(Receiver);

    impl Ticker {
        /// Ticks from now on, once in each period.
        pub(crate) fn new(period: Duration) -> io::Result<Ticker> {
            let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
            let period = Timespec::try_from(period).map_err(io::Error::other)?;
            let setting = Itimerspec { it_interval: period, it_value: period };
            timerfd_settime(&timer, TimerfdTimerFlags::empty(), &setting)?;
            // No pipe, but polled and read like one.
            Ok(Ticker(Receiver::from_owned_fd_unchecked(timer)?))
        }

        /// Waits for the next tick; ticks that nobody waited for are one.
        pub(crate) async fn tick(&mut self) -> io::Result<()> {
            loop {
                self.0.readable().await?;
                // The kernel's count of ticks.
                match self.0.try_read(&mut [0; 8]) {
                    Ok(_) => return Ok(()),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod portable {
    use super::{Duration, io};

    /// Ticks by the runtime's timer, at a millisecond at best.
    pub(crate) struct Ticker(tokio::time::Interval);

    impl Ticker {
        /// Ticks from now on, once in each period.
        pub(crate) fn new(period: Duration) -> io::Result<Ticker> {
            Ok(Ticker(tokio::time::interval(period)))
        }

        /// Waits for the next tick.
        pub(crate) async fn tick(&mut self) -> io::Result<()> {
            self.0.tick().await;
            Ok(())
        }
    }
}
