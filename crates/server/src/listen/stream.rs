//! A connection that ends when its client stalls, and that is not reset while an answer is on its way.
//!
//! - A *head* has its own time: from the start of the connection, later from its first byte. hyper's own timer counts from the
//!   last answer, so it can only be the (longer) time that an idle connection stays open.
//! - A *write* that the client takes nothing of ends the connection.
//! - *Lingering*: when we answer before a body was read and close, the rest of the body meets a closed socket, and the reset that
//!   follows may destroy the answer before the client reads it. So after our end is closed we go on reading, and discard, until
//!   the client closes, for a bounded time and number of bytes.

use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use crate::limits::Limits;

/// How much is read and discarded after an early answer.
const LINGER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// How much is discarded at a time.
const LINGER_CHUNK_BYTES: usize = 8 * 1024;

/// Whether a request is being answered: odd while one is. Shared between the stream and the service of one connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Phase(Arc<AtomicUsize>);

impl Phase {
    /// A whole head was read.
    pub(super) fn request_begins(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The answer's head is made.
    pub(super) fn request_ends(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of beginnings and ends so far.
    fn now(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// The stream.
pub(super) struct Guarded<I> {
    io: I,
    phase: Phase,
    /// The phase at the last read.
    seen: usize,
    head_timeout: Duration,
    head: Option<Pin<Box<Sleep>>>,
    write_timeout: Duration,
    write: Option<Pin<Box<Sleep>>>,
    linger_timeout: Duration,
    linger: Option<Pin<Box<Sleep>>>,
    lingered_bytes: usize,
}

impl<I> Guarded<I> {
    pub(super) fn new(io: I, phase: Phase, limits: &Limits) -> Guarded<I> {
        Guarded {
            io,
            seen: phase.now(),
            phase,
            head_timeout: limits.head_timeout,
            head: Some(Box::pin(sleep(limits.head_timeout))),
            write_timeout: limits.write_timeout,
            write: None,
            linger_timeout: limits.linger_timeout,
            linger: None,
            lingered_bytes: 0,
        }
    }

    /// Passes a write on, or ends the connection if the client has taken nothing for too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write = None;
            return written;
        }
        let stalled = self.write.get_or_insert_with(|| Box::pin(sleep(self.write_timeout)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Guarded<I> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let phase = this.phase.now();
        if this.seen != phase {
            this.seen = phase;
            this.head = None;
        }
        let filled = buffer.filled().len();
        let read = Pin::new(&mut this.io).poll_read(cx, buffer);
        if phase % 2 == 1 {
            return read;
        }
        if read.is_ready() {
            if buffer.filled().len() > filled {
                this.head.get_or_insert_with(|| Box::pin(sleep(this.head_timeout)));
            }
            return read;
        }
        let Some(head) = &mut this.head else { return Poll::Pending };
        ready!(head.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Guarded<I> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write(cx, bytes);
        this.written(cx, written)
    }

    fn poll_write_vectored(self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.io).poll_write_vectored(cx, slices);
        this.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.io).poll_flush(cx);
        this.written(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.linger.is_none() {
            let shut = Pin::new(&mut this.io).poll_shutdown(cx);
            ready!(this.written(cx, shut))?;
        }
        let linger = this.linger.get_or_insert_with(|| Box::pin(sleep(this.linger_timeout)));
        let mut discarded = [0; LINGER_CHUNK_BYTES];
        while this.lingered_bytes < LINGER_BYTES_MAX {
            let mut buffer = ReadBuf::new(&mut discarded);
            match Pin::new(&mut this.io).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => this.lingered_bytes += buffer.filled().len(),
                // The client has closed its end, or is gone.
                Poll::Ready(_) => break,
                Poll::Pending => {
                    ready!(linger.as_mut().poll(cx));
                    break;
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}
