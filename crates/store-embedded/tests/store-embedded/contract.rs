//! The embedded backend passes the suite, whether rows are read from memory or, with tiny generations, mostly from the
//! engine.

use std::path::Path;
use std::sync::Arc;

use stepwell_store_embedded::{Embedded, Options};
use store::Store;

async fn check(options: Options) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let open = async |path: &Path| Arc::new(Embedded::open(path, options).expect("it opens")) as Arc<dyn Store>;
    store::contract::check_all(async || open(directory.path()).await).await;
}

#[tokio::test]
async fn honours_the_contract() {
    check(Options::default()).await;
}

#[tokio::test]
async fn honours_the_contract_with_tiny_generations_and_segments() {
    check(Options { generation_bytes: 1024, segment_bytes: 4096, ..Options::default() }).await;
}
