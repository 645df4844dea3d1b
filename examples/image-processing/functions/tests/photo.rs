//! The three functions on a real photograph, as a library and as the Lambda functions they are.

use std::path::{Path, PathBuf};

use expect_test::expect;
use functions::{FunctionConfig, Functions, InvokeRequest, Options, Target};
use image_processing_functions::{
    Error, FeaturesRequest, MetadataRequest, Thumbnail, ThumbnailRequest, identify_features, make_thumbnail,
    store_metadata,
};

/// A directory like the example's, with the photo and a few files that are none.
fn example() -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let photo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../photos/coffee.jpg");
    let bytes = std::fs::read(photo).expect("the photo");
    let write = |name: &str, bytes: &[u8]| std::fs::write(directory.path().join(name), bytes).expect("writable");
    write("coffee.jpg", &bytes);
    write("cut.jpg", &bytes[..bytes.len() / 2]);
    write("text.jpg", b"no photo at all");
    write("turned.jpg", &with_exif(&bytes));
    write("huge.png", &huge_png());
    directory
}

/// The photo with an EXIF segment: taken with a camera turned by 90 degrees.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend(b"\x01\x10\0\x02\0\0\0\x08\0\0\0\x26"); // Model, 8 characters, at offset 38
    tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"); // Orientation 6
    tiff.extend(b"\0\0\0\0Model 1\0");
    let length = u16::try_from(2 + 6 + tiff.len()).expect("short");
    let segment = [b"\xff\xe1", &length.to_be_bytes()[..], b"Exif\0\0", &tiff].concat();
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

/// The head of a PNG file that claims 60,000 × 60,000 pixels.
fn huge_png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\x02\0\0\0\x0f\xb0\xe2\x15\0\0\0\0IDAT\x35\xaf\x06\x1e"
        .to_vec()
}

fn thumbnail_of(image: &str) -> ThumbnailRequest {
    ThumbnailRequest { image: image.to_owned(), output_directory: "output/thumbnails".to_owned(), max_size: 320 }
}

#[test]
fn a_thumbnail_is_a_smaller_jpeg() {
    let root = example();
    let thumbnail = make_thumbnail(root.path(), thumbnail_of("coffee.jpg")).expect("made");
    assert_eq!((thumbnail.width, thumbnail.height), (320, 213));
    let file = root.path().join(&thumbnail.path);
    assert_eq!(image::image_dimensions(&file).expect("a picture"), (320, 213));
    let bytes = std::fs::read(file).expect("written");
    assert_eq!(bytes.len(), thumbnail.bytes);
    assert!(bytes.starts_with(b"\xff\xd8\xff") && bytes.len() < 40_000);
    // Once more changes nothing and leaves nothing behind.
    assert_eq!(make_thumbnail(root.path(), thumbnail_of("coffee.jpg")).expect("made"), thumbnail);
    assert_eq!(std::fs::read_dir(root.path().join("output/thumbnails")).expect("a directory").count(), 1);
    // A photo taken sideways is turned; a small one is not blown up.
    let turned = make_thumbnail(root.path(), thumbnail_of("turned.jpg")).expect("made");
    assert_eq!((turned.width, turned.height), (213, 320));
    let large =
        make_thumbnail(root.path(), ThumbnailRequest { max_size: 4_096, ..thumbnail_of("coffee.jpg") }).expect("made");
    assert_eq!((large.width, large.height), (600, 400));
}

#[test]
fn features_describe_the_photo() {
    let root = example();
    let features =
        identify_features(root.path(), FeaturesRequest { image: "coffee.jpg".to_owned() }).expect("identified");
    expect![[r##"
        {
          "width": 600,
          "height": 400,
          "format": "jpeg",
          "megapixels": 0.24,
          "orientation": "landscape",
          "rotated_degrees": 0,
          "average_colour": "#9f5634",
          "palette": [
            {
              "colour": "#b35e30",
              "share": 0.273
            },
            {
              "colour": "#9c2f13",
              "share": 0.238
            },
            {
              "colour": "#ce8b56",
              "share": 0.213
            },
            {
              "colour": "#320d06",
              "share": 0.195
            },
            {
              "colour": "#eccfb5",
              "share": 0.08
            }
          ],
          "brightness": 0.387,
          "contrast": 0.231,
          "sharpness": 1608.3,
          "perceptual_hash": "f3e969331f0b1f16"
        }"##]]
    .assert_eq(&serde_json::to_string_pretty(&features).expect("JSON"));
    let turned =
        identify_features(root.path(), FeaturesRequest { image: "turned.jpg".to_owned() }).expect("identified");
    assert_eq!((turned.width, turned.height, turned.orientation, turned.rotated_degrees), (400, 600, "portrait", 90));
    assert_eq!(turned.camera.expect("a camera").model.as_deref(), Some("Model 1"));
}

#[test]
fn a_record_is_written_once() {
    let root = example();
    let request = |width: u32| MetadataRequest {
        id: "execution-1".to_owned(),
        thumbnail: serde_json::json!({ "width": width }),
        features: serde_json::json!({}),
        output_directory: "output/metadata".to_owned(),
    };
    let stored = store_metadata(root.path(), request(1)).expect("stored");
    assert!(stored.created);
    assert!(!store_metadata(root.path(), request(2)).expect("stored").created);
    let record: serde_json::Value =
        serde_json::from_slice(&std::fs::read(root.path().join(stored.path)).expect("written")).expect("JSON");
    assert_eq!(record, serde_json::json!({ "id": "execution-1", "thumbnail": { "width": 1 }, "features": {} }));
    let bad = MetadataRequest { id: "../x".to_owned(), ..request(1) };
    assert!(matches!(store_metadata(root.path(), bad), Err(Error::InvalidRequest(_))));
}

#[test]
fn a_photo_that_is_none_is_refused_by_name() {
    let root = example();
    let refused = |image: &str| match identify_features(root.path(), FeaturesRequest { image: image.to_owned() }) {
        Err(Error::ImageNotFound(message)) => format!("ImageNotFound: {message}"),
        Err(Error::UnsupportedImage(message)) => format!("UnsupportedImage: {message}"),
        Err(Error::ImageTooLarge(message)) => format!("ImageTooLarge: {message}"),
        Err(Error::InvalidRequest(message)) => format!("InvalidRequest: {message}"),
        other => panic!("{other:?}"),
    };
    let images = ["absent.jpg", "text.jpg", "cut.jpg", "huge.png", ".", "../coffee.jpg", "/etc/passwd", ""];
    let refusals: Vec<String> = images.into_iter().map(refused).collect();
    expect![[r#"
        ImageNotFound: absent.jpg: No such file or directory (os error 2)
        UnsupportedImage: text.jpg: neither a JPEG nor a PNG file
        UnsupportedImage: cut.jpg: the file ends in the middle of the picture
        ImageTooLarge: huge.png: Image size exceeds limit
        UnsupportedImage: . is not a file
        InvalidRequest: "../coffee.jpg" is not a relative path inside the function's directory
        InvalidRequest: "/etc/passwd" is not a relative path inside the function's directory
        InvalidRequest: "" is not a relative path inside the function's directory"#]]
    .assert_eq(&refusals.join("\n"));
}

#[tokio::test]
async fn as_lambda_functions_they_answer_with_results_and_typed_errors() {
    let root = example();
    let lambda = Functions::new(Options::default());
    for (name, program) in [
        ("make-thumbnail", env!("CARGO_BIN_EXE_make-thumbnail")),
        ("identify-features", env!("CARGO_BIN_EXE_identify-features")),
        ("store-metadata", env!("CARGO_BIN_EXE_store-metadata")),
    ] {
        let working_directory = PathBuf::from(root.path());
        lambda.put(FunctionConfig::new(
            name,
            Target::Command { command: vec![program.to_owned()], working_directory, handler: None },
        ));
    }
    let invoke = async |name: &str, event: serde_json::Value| {
        let response = lambda.invoke(InvokeRequest::new(name, event.to_string(), "r")).await.expect("accepted");
        let payload: serde_json::Value = serde_json::from_slice(&response.payload).expect("JSON");
        (response.function_error.is_some(), payload)
    };
    let (failed, thumbnail) =
        invoke("make-thumbnail", serde_json::json!({ "image": "coffee.jpg", "output_directory": "out" })).await;
    assert!(!failed, "{thumbnail}");
    assert_eq!(serde_json::from_value::<Thumbnail>(thumbnail.clone()).expect("a thumbnail").path, "out/coffee-320.jpg");
    let (failed, features) = invoke("identify-features", serde_json::json!({ "image": "coffee.jpg" })).await;
    assert!(!failed, "{features}");
    let record = serde_json::json!({ "id": "r1", "thumbnail": thumbnail, "features": features });
    let (failed, stored) = invoke("store-metadata", record).await;
    assert!(!failed, "{stored}");
    assert_eq!(stored["path"], "output/metadata/r1.json");

    let (failed, error) =
        invoke("make-thumbnail", serde_json::json!({ "image": "absent.jpg", "output_directory": "out" })).await;
    assert!(failed);
    assert_eq!(error["errorType"], "ImageNotFound", "{error}");
    let (failed, error) = invoke("identify-features", serde_json::json!({ "photo": 1 })).await;
    assert!(failed);
    expect![[r#"{"errorMessage":"the event: unknown field `photo`, expected `image`","errorType":"InvalidRequest"}"#]]
        .assert_eq(&error.to_string());
    lambda.shutdown().await;
}
