//! How long a connection is waited for. A client that sends nothing, sends too slowly or does not read its replies costs a connection, so
//! none may do that for long.
//!
//! One timer for each direction and connection, set when there is nothing to do and moved only when it goes off: a busy connection pays
//! for a look at the clock.

use crate::options::Options;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// How long is waited for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    header: Duration,
    idle: Duration,
    write: Duration,
}

impl Patience {
    pub(crate) fn new(options: &Options) -> Patience {
        Patience { header: options.header_timeout, idle: options.idle_timeout, write: options.write_timeout }
    }

    /// Time to read so many bytes.
    fn to_read(self, bytes: u64) -> Duration {
        self.write + Duration::from_millis(bytes.saturating_mul(1000) / Options::READ_RATE_BYTES)
    }
}

/// What goes on in one connection, known to its socket and to its requests.
#[derive(Debug)]
pub(crate) struct Activity {
    begun: Instant,
    patience: Patience,
    requests: AtomicU32,
    /// Long replies that are not written yet.
    replies: AtomicU32,
    /// When they must be, in ms since `begun`.
    replies_due: AtomicU64,
}

/// A request under way, until it is dropped.
pub(crate) struct RequestUnderWay(Arc<Activity>);

/// A long reply being written, until it is dropped.
pub(crate) struct ReplyUnderWay(Arc<Activity>);

impl Activity {
    pub(crate) fn new(patience: Patience) -> Arc<Activity> {
        Arc::new(Activity {
            begun: Instant::now(),
            patience,
            requests: AtomicU32::new(0),
            replies: AtomicU32::new(0),
            replies_due: AtomicU64::new(0),
        })
    }

    pub(crate) fn request(self: &Arc<Activity>) -> RequestUnderWay {
        self.requests.fetch_add(1, Ordering::Relaxed);
        RequestUnderWay(self.clone())
    }

    /// The client has its time to read a reply, after what it has not read yet.
    pub(crate) fn reply(self: &Arc<Activity>, bytes: usize) -> ReplyUnderWay {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let takes = u64::try_from(self.patience.to_read(bytes as u64).as_millis()).unwrap_or(u64::MAX);
        let others = self.replies.fetch_add(1, Ordering::Relaxed);
        let from = if others == 0 { now } else { now.max(self.replies_due.load(Ordering::Relaxed)) };
        self.replies_due.store(from.saturating_add(takes), Ordering::Relaxed);
        ReplyUnderWay(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.requests.load(Ordering::Relaxed) == 0
    }

    fn replies_due(&self) -> Option<Instant> {
        let waiting = self.replies.load(Ordering::Relaxed) > 0;
        waiting.then(|| self.begun + Duration::from_millis(self.replies_due.load(Ordering::Relaxed)))
    }
}

impl Drop for RequestUnderWay {
    fn drop(&mut self) {
        self.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for ReplyUnderWay {
    fn drop(&mut self) {
        self.0.replies.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The socket of a connection, which fails with `TimedOut` when patience ends.
pub(crate) struct Patient {
    stream: TcpStream,
    activity: Arc<Activity>,
    /// The first byte that came since the last one went.
    head_since: Option<Instant>,
    /// When a byte went for the last time.
    rest_since: Instant,
    reading: Option<Pin<Box<Sleep>>>,
    stall: Option<Stall>,
}

/// Bytes that wait to be written.
struct Stall {
    since: Instant,
    written: u64,
    timer: Pin<Box<Sleep>>,
}

impl Patient {
    pub(crate) fn new(stream: TcpStream, activity: Arc<Activity>) -> Patient {
        Patient { stream, activity, head_since: None, rest_since: Instant::now(), reading: None, stall: None }
    }

    /// Until when something must come: of a request that has begun, or at all. While requests are performed nothing has to.
    fn read_deadline(&self) -> Option<Instant> {
        let patience = self.activity.patience;
        let head = || match self.head_since {
            Some(since) => since + patience.header,
            None => self.rest_since + patience.idle,
        };
        let replies = self.activity.replies_due();
        // Replies on their way are no rest, and the bytes that ask for more of them are no request.
        replies.or_else(|| self.activity.is_idle().then(head))
    }

    fn poll_read_patience(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Some(deadline) = self.read_deadline() else { return Poll::Pending };
            let timer = self.reading.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if timer.deadline() > deadline || timer.is_elapsed() {
                timer.as_mut().reset(deadline);
            }
            ready!(timer.as_mut().poll(context));
            if Instant::now() >= deadline {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
    }

    fn note_written(&mut self, context: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => {
                self.head_since = None;
                self.rest_since = Instant::now();
                if let Some(stall) = &mut self.stall {
                    stall.written += *bytes as u64;
                }
                written
            }
            Poll::Ready(Err(_)) => written,
            Poll::Pending => self.poll_write_patience(context),
        }
    }

    fn poll_write_patience(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let patience = self.activity.patience;
        let stall = self.stall.get_or_insert_with(|| {
            let since = Instant::now();
            Stall { since, written: 0, timer: Box::pin(sleep_until(since + patience.write)) }
        });
        let deadline = stall.since + patience.to_read(stall.written);
        loop {
            ready!(stall.timer.as_mut().poll(context));
            if Instant::now() >= deadline {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            stall.timer.as_mut().reset(deadline);
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Ready(result) => {
                if self.head_since.is_none() && buffer.filled().len() > before && self.activity.is_idle() {
                    self.head_since = Some(Instant::now());
                }
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_read_patience(context),
        }
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_written(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note_written(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called when all is written that was to be.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stall = None;
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
