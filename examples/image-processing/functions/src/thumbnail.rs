//! `make-thumbnail`: a small JPEG of a photo.

use std::io::Write;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::photo::{Photo, inside};

const QUALITY: u8 = 85;

/// `{"image": "photos/coffee.jpg", "output_directory": "output", "max_size": 320}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThumbnailRequest {
    /// The photo.
    pub image: String,
    /// Where the thumbnail goes; made if missing.
    pub output_directory: String,
    /// The longest side of the thumbnail in pixels, 16 to 4096; 320 if absent.
    #[serde(default = "default_max_size")]
    pub max_size: u32,
}

fn default_max_size() -> u32 {
    320
}

/// The thumbnail as it is on disk.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
pub struct Thumbnail {
    /// Its path, relative like the request's.
    pub path: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The size of the file.
    pub bytes: usize,
}

/// Scales the photo down (never up) and writes it as a JPEG named after the photo. The file appears whole or not at all.
///
/// # Errors
/// See [`Error`].
pub fn make_thumbnail(root: &Path, request: ThumbnailRequest) -> Result<Thumbnail, Error> {
    if !(16..=4_096).contains(&request.max_size) {
        return Err(Error::InvalidRequest(format!("max_size must be 16 to 4096, not {}", request.max_size)));
    }
    let directory = inside(root, &request.output_directory)?;
    let photo = Photo::read(root, &request.image)?;
    let stem = Path::new(&request.image).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = format!("{stem}-{}.jpg", request.max_size);

    let small = scale(&photo.image, request.max_size);
    let mut jpeg = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut jpeg, QUALITY).encode_image(&small);
    encoded.map_err(|error| Error::UnsupportedImage(format!("{}: {error}", request.image)))?;
    write_whole(&directory, &name, &jpeg).map_err(|error| Error::storage(&name, error))?;
    let path = format!("{}/{name}", request.output_directory.trim_end_matches('/'));
    Ok(Thumbnail { path, width: small.width(), height: small.height(), bytes: jpeg.len() })
}

fn scale(image: &DynamicImage, side_max: u32) -> RgbImage {
    if image.width().max(image.height()) <= side_max {
        return image.to_rgb8();
    }
    image.resize(side_max, side_max, FilterType::Lanczos3).to_rgb8()
}

fn write_whole(directory: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(directory.join(name))?;
    Ok(())
}
