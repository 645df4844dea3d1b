//! What the camera wrote into the file (EXIF), if it did.

use std::io::Cursor;

use exif::{In, Tag, Value};
use serde::Serialize;

/// The camera and its settings; each as the file has it, absent if it has none.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub struct Camera {
    /// The maker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The lens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// When the photo was taken, by the camera's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<String>,
    /// e.g. `1/60 s`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure_time: Option<String>,
    /// e.g. `f/2.8`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aperture: Option<String>,
    /// e.g. `400`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso: Option<String>,
    /// e.g. `50 mm`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<String>,
}

/// The camera data of a JPEG or PNG file; `None` without any.
pub(crate) fn camera(bytes: &[u8]) -> Option<Camera> {
    let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let text = |tag: Tag| {
        let field = exif.get_field(tag, In::PRIMARY)?;
        let shown = match &field.value {
            Value::Ascii(lines) => String::from_utf8_lossy(lines.first()?).trim().to_owned(),
            _ => field.display_value().with_unit(&exif).to_string(),
        };
        (!shown.is_empty()).then(|| shown.chars().take(100).collect())
    };
    let camera = Camera {
        make: text(Tag::Make),
        model: text(Tag::Model),
        lens: text(Tag::LensModel),
        taken_at: text(Tag::DateTimeOriginal),
        exposure_time: text(Tag::ExposureTime),
        aperture: text(Tag::FNumber),
        iso: text(Tag::PhotographicSensitivity),
        focal_length: text(Tag::FocalLength),
    };
    (camera != Camera::default()).then_some(camera)
}
