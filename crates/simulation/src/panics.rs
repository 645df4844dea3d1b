//! Panics of the thread a run is on. The engine survives some of them, and runtimes swallow others; a run must have none.

use std::cell::RefCell;
use std::sync::Once;

thread_local! {
    static SEEN: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

static HOOK: Once = Once::new();

/// Collects the panics of this thread while it lives.
pub(crate) struct Panics;

impl Panics {
    pub fn watch() -> Panics {
        HOOK.call_once(|| {
            let others = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                let is_watched =
                    SEEN.with_borrow_mut(|seen| seen.as_mut().map(|seen| seen.push(panic.to_string())).is_some());
                if !is_watched {
                    others(panic);
                }
            }));
        });
        SEEN.set(Some(Vec::new()));
        Panics
    }

    pub fn seen(&self) -> Vec<String> {
        SEEN.with_borrow(|seen| seen.clone().unwrap_or_default())
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        SEEN.set(None);
    }
}
