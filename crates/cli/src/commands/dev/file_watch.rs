//! When files in a set of directories change. Whether a change matters is for others to say.

use anyhow::Context;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// How long the files must have a rest: a save is several changes, a build is many.
const REST: Duration = Duration::from_millis(150);

/// A watcher and what it saw.
pub(super) struct FileWatch {
    watcher: RecommendedWatcher,
    directories: BTreeSet<PathBuf>,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    paths: Mutex<BTreeSet<PathBuf>>,
    more: Notify,
}

impl Seen {
    fn is_empty(&self) -> bool {
        self.paths.lock().expect("nothing panics while holding the lock").is_empty()
    }

    fn take(&self) -> BTreeSet<PathBuf> {
        std::mem::take(&mut *self.paths.lock().expect("nothing panics while holding the lock"))
    }
}

impl FileWatch {
    /// A watcher of nothing yet.
    pub(super) fn new() -> anyhow::Result<FileWatch> {
        let seen = Arc::<Seen>::default();
        let told = seen.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // Reading a file is no change. A watcher that fails is as good as none: saving again is all it takes.
            let Ok(event) = event else { return };
            if !event.kind.is_access() {
                told.paths.lock().expect("nothing panics while holding the lock").extend(event.paths);
                told.more.notify_one();
            }
        })
        .context("files cannot be watched")?;
        Ok(FileWatch { watcher, directories: BTreeSet::new(), seen })
    }

    /// Watches the files in these directories, not in those below them, and in no others.
    pub(super) fn set(&mut self, directories: BTreeSet<PathBuf>) {
        for gone in self.directories.difference(&directories) {
            // It may have been deleted.
            let _ = self.watcher.unwatch(gone);
        }
        let added = directories.difference(&self.directories);
        let failed: BTreeSet<PathBuf> = added
            .filter(|directory| {
                let watched = self.watcher.watch(directory, RecursiveMode::NonRecursive);
                if let Err(error) = &watched {
                    tracing::warn!(directory = %directory.display(), %error, "a directory cannot be watched");
                }
                watched.is_err()
            })
            .cloned()
            .collect();
        self.directories = directories.difference(&failed).cloned().collect();
    }

    /// Waits for changes and then until the files rest. May be dropped and called again.
    pub(super) async fn changed(&mut self) -> BTreeSet<PathBuf> {
        loop {
            if self.seen.is_empty() {
                self.seen.more.notified().await;
            }
            while tokio::time::timeout(REST, self.seen.more.notified()).await.is_ok() {}
            let paths = self.seen.take();
            if !paths.is_empty() {
                return paths;
            }
        }
    }
}
