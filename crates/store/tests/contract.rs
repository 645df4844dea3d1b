//! The memory backend passes the suite first.

use std::sync::Arc;

use stepwell_store::{Memory, Store};

#[tokio::test]
async fn memory_honours_the_contract() {
    let rows = Memory::new();
    stepwell_store::contract::check_all(async || Arc::new(rows.reopen()) as Arc<dyn Store>).await;
}
