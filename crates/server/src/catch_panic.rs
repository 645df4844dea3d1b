//! A future whose panic is a value: one request's bug must not close the connection of the next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Resolves to what the future resolves to, or to `None` if it panicked. The panic's message has then been printed by the panic hook.
pub(crate) struct CatchPanic<'a, T>(Pin<Box<dyn Future<Output = T> + Send + 'a>>);

impl<'a, T> CatchPanic<'a, T> {
    pub(crate) fn new(future: impl Future<Output = T> + Send + 'a) -> CatchPanic<'a, T> {
        CatchPanic(Box::pin(future))
    }
}

impl<T> Future for CatchPanic<'_, T> {
    type Output = Option<T>;

    /// Unwind safety: a future that panicked is never polled again, and what it shares with others guards itself by poisoned locks.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        match catch_unwind(AssertUnwindSafe(|| self.0.as_mut().poll(context))) {
            Ok(poll) => poll.map(Some),
            Err(_) => Poll::Ready(None),
        }
    }
}
