//! What a page must know first.

use super::shape::shapes;
use super::{Console, assets};
use std::sync::Arc;

shapes! {
    /// What a page must know first.
    struct Bootstrap {
        /// Stepwell's version.
        version: &'static str,
        /// The account of everything that is shown.
        account: Arc<str>,
        /// Its Region.
        region: Arc<str>,
        /// When the server started.
        started_at: i64,
        /// The server's time now.
        now: i64,
        /// Where the data is; null if it is in memory only.
        data_directory: Option<String>,
        /// Whether the pages are in the program.
        has_pages: bool,
        /// What this server can do beyond what every one can.
        features: Vec<&'static str>,
        /// Bounds.
        limits: Limits,
    }

    /// Bounds of what may be sent and is shown.
    struct Limits {
        /// Of an input or output.
        payload_bytes: usize,
        /// Payloads longer than this are cut in lists.
        cut_bytes: usize,
        /// Counts that reach this number mean "so many at least".
        counts: usize,
        /// Events a Standard execution may have.
        history_events: u64,
    }
}

impl Console {
    pub(super) fn bootstrap(&self) -> Bootstrap {
        let identity = self.engine.identity();
        Bootstrap {
            version: env!("CARGO_PKG_VERSION"),
            account: identity.account.clone(),
            region: identity.region.clone(),
            started_at: self.started_at_ms,
            now: self.engine.now_ms(),
            data_directory: self.data_directory.as_ref().map(|directory| directory.display().to_string()),
            has_pages: assets::are_built(),
            features: Vec::new(),
            limits: Limits {
                payload_bytes: 262_144,
                cut_bytes: super::payload::CUT_BYTES,
                counts: engine::COUNT_MAX,
                history_events: engine::EVENTS_MAX,
            },
        }
    }
}
