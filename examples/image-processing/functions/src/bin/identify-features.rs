//! The Lambda function `identify-features`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    image_processing_functions::serve("identify-features", image_processing_functions::identify_features).await
}
