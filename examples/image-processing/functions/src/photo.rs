//! Reading a photo, with limits, the way up it was taken.

use std::io::Cursor;
use std::path::{Component, Path, PathBuf};

use image::error::{ImageError, LimitErrorKind};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::error::Error;

/// The largest file read, in bytes.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// The most memory a decoder may take, in bytes.
const DECODER_BYTES_MAX: u64 = 512 << 20;
/// The longest side, in pixels.
const SIDE_MAX: u32 = 20_000;

/// A decoded photo.
pub(crate) struct Photo {
    /// As it is meant to be seen: turned as its orientation says.
    pub(crate) image: DynamicImage,
    pub(crate) format: ImageFormat,
    /// How the camera was held.
    pub(crate) orientation: Orientation,
    /// The file.
    pub(crate) bytes: Vec<u8>,
}

impl Photo {
    pub(crate) fn read(root: &Path, path: &str) -> Result<Photo, Error> {
        let bytes = read_file(&inside(root, path)?, path)?;
        let unsupported = |error: &dyn std::fmt::Display| Error::UnsupportedImage(format!("{path}: {error}"));
        let mut reader =
            ImageReader::new(Cursor::new(&bytes)).with_guessed_format().map_err(|error| unsupported(&error))?;
        let format = reader.format().ok_or_else(|| unsupported(&"neither a JPEG nor a PNG file"))?;
        if format == ImageFormat::Jpeg && !is_whole_jpeg(&bytes) {
            return Err(unsupported(&"the file ends in the middle of the picture"));
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(SIDE_MAX);
        limits.max_image_height = Some(SIDE_MAX);
        limits.max_alloc = Some(DECODER_BYTES_MAX);
        reader.limits(limits);
        let failed = |error: ImageError| match &error {
            ImageError::Limits(limit) if !matches!(limit.kind(), LimitErrorKind::Unsupported { .. }) => {
                Error::ImageTooLarge(format!("{path}: {error}"))
            }
            _ => unsupported(&error),
        };
        let mut decoder = reader.into_decoder().map_err(failed)?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let mut image = DynamicImage::from_decoder(decoder).map_err(failed)?;
        image.apply_orientation(orientation);
        Ok(Photo { image, format, orientation, bytes })
    }
}

/// The decoder paints what is missing grey; a cut-off upload should rather be noticed. A scan (`FFDA`) must be closed by an end of image
/// (`FFD9`); neither occurs within compressed data, and an embedded preview comes before the picture's own scan.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|window| window == marker);
    last([0xff, 0xd9]) > last([0xff, 0xda])
}

/// The path in the function's root; one that would leave it is refused.
pub(crate) fn inside(root: &Path, path: &str) -> Result<PathBuf, Error> {
    let relative = Path::new(path);
    let stays = relative.components().all(|component| matches!(component, Component::Normal(_) | Component::CurDir));
    if path.is_empty() || path.contains('\0') || !stays {
        return Err(Error::InvalidRequest(format!("{path:?} is not a relative path inside the function's directory")));
    }
    Ok(root.join(relative))
}

fn read_file(path: &Path, shown: &str) -> Result<Vec<u8>, Error> {
    let not_found = |error: std::io::Error| Error::ImageNotFound(format!("{shown}: {error}"));
    let metadata = std::fs::metadata(path).map_err(not_found)?;
    if !metadata.is_file() {
        return Err(Error::UnsupportedImage(format!("{shown} is not a file")));
    }
    if metadata.len() > FILE_BYTES_MAX {
        return Err(Error::ImageTooLarge(format!(
            "{shown} has {} bytes, the most is {FILE_BYTES_MAX}",
            metadata.len()
        )));
    }
    std::fs::read(path).map_err(not_found)
}
