//! The Lambda function `store-metadata`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    image_processing_functions::serve("store-metadata", image_processing_functions::store_metadata).await
}
