//! A future whose panic is a value: one request's bug must not close the connection of the next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// What the future resolves to, or `None` if it panicked. The panic's message has then been printed by the panic hook.
///
/// Unwind safety: a future that panicked is never polled again, and what it shares with others guards itself by poisoned locks.
pub(crate) async fn catch_panic<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}
