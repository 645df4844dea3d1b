//! The Lambda function `make-thumbnail`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    image_processing_functions::serve("make-thumbnail", image_processing_functions::make_thumbnail).await
}
