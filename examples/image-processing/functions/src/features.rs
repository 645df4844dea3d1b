//! `identify-features`: what can be said of a photo by looking at its pixels.

use std::path::Path;

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage};
use serde::{Deserialize, Serialize};

use crate::camera::{Camera, camera};
use crate::colour::{self, Swatch};
use crate::error::Error;
use crate::photo::Photo;

/// Colours are judged on a copy with this longest side in pixels: the palette is the same, the time is not.
const COLOUR_SIDE: u32 = 160;

/// `{"image": "photos/coffee.jpg"}`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeaturesRequest {
    /// The photo.
    pub image: String,
}

/// The features of a photo.
#[derive(Debug, Serialize, PartialEq)]
pub struct Features {
    /// In pixels, the way up it is meant to be seen.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// `jpeg` or `png`
    pub format: String,
    /// Millions of pixels, to two places.
    pub megapixels: f64,
    /// `landscape`, `portrait` or `square`
    pub orientation: &'static str,
    /// How far it was turned to be seen that way up, in degrees clockwise.
    pub rotated_degrees: u16,
    /// `#rrggbb`
    pub average_colour: String,
    /// Up to five colours, largest share first.
    pub palette: Vec<Swatch>,
    /// Mean luminance, 0 (black) to 1 (white).
    pub brightness: f64,
    /// Standard deviation of the luminance, 0 to 0.5.
    pub contrast: f64,
    /// Variance of the Laplacian of the luminance (0 to 255): below about 100 a photo looks blurred.
    pub sharpness: f64,
    /// The difference hash (dHash): 64 bits as hexadecimal; photos that look alike differ in few bits.
    pub perceptual_hash: String,
    /// What the camera wrote, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<Camera>,
}

/// Reads the photo and measures it.
///
/// # Errors
/// See [`Error`].
pub fn identify_features(root: &Path, request: FeaturesRequest) -> Result<Features, Error> {
    let photo = Photo::read(root, &request.image)?;
    let (width, height) = (photo.image.width(), photo.image.height());
    let small = photo.image.resize(COLOUR_SIDE, COLOUR_SIDE, FilterType::Triangle).to_rgb8();
    let luminance = photo.image.to_luma8();
    let (brightness, contrast) = brightness_and_contrast(&luminance);
    Ok(Features {
        width,
        height,
        format: format!("{:?}", photo.format).to_lowercase(),
        megapixels: round(f64::from(width) * f64::from(height) / 1e6, 2),
        orientation: match width.cmp(&height) {
            std::cmp::Ordering::Greater => "landscape",
            std::cmp::Ordering::Less => "portrait",
            std::cmp::Ordering::Equal => "square",
        },
        rotated_degrees: rotated_degrees(photo.orientation),
        average_colour: colour::average(&small),
        palette: colour::palette(&small),
        brightness,
        contrast,
        sharpness: sharpness(&luminance),
        perceptual_hash: format!("{:016x}", difference_hash(&photo.image)),
        camera: camera(&photo.bytes),
    })
}

fn rotated_degrees(orientation: Orientation) -> u16 {
    match orientation {
        Orientation::NoTransforms | Orientation::FlipHorizontal => 0,
        Orientation::Rotate90 | Orientation::Rotate90FlipH => 90,
        Orientation::Rotate180 | Orientation::FlipVertical => 180,
        Orientation::Rotate270 | Orientation::Rotate270FlipH => 270,
    }
}

fn brightness_and_contrast(luminance: &GrayImage) -> (f64, f64) {
    let levels = luminance.as_raw();
    let count = levels.len().max(1) as f64;
    let mean = levels.iter().map(|level| f64::from(*level)).sum::<f64>() / count;
    let variance = levels.iter().map(|level| (f64::from(*level) - mean).powi(2)).sum::<f64>() / count;
    (round(mean / 255.0, 3), round(variance.sqrt() / 255.0, 3))
}

/// The variance of the 4-neighbour Laplacian: edges make it large, blur makes it small.
fn sharpness(luminance: &GrayImage) -> f64 {
    let (width, height) = (luminance.width() as usize, luminance.height() as usize);
    let levels = luminance.as_raw();
    let (mut sum, mut sum_of_squares, mut count) = (0.0, 0.0, 0.0);
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            let level = |index: usize| f64::from(levels[index]);
            let laplacian = level(at - 1) + level(at + 1) + level(at - width) + level(at + width) - 4.0 * level(at);
            sum += laplacian;
            sum_of_squares += laplacian * laplacian;
            count += 1.0;
        }
    }
    if count == 0.0 {
        return 0.0;
    }
    let mean = sum / count;
    round(sum_of_squares / count - mean * mean, 1)
}

/// One bit per pair of neighbours in a 9 × 8 picture: is the right one brighter?
fn difference_hash(image: &DynamicImage) -> u64 {
    let tiny = image.resize_exact(9, 8, FilterType::Triangle).to_luma8();
    let pairs = (0..8).flat_map(|y| (0..8).map(move |x| (x, y)));
    pairs.fold(0, |hash, (x, y)| hash << 1 | u64::from(tiny.get_pixel(x + 1, y).0 > tiny.get_pixel(x, y).0))
}

fn round(number: f64, places: i32) -> f64 {
    let scale = 10_f64.powi(places);
    (number * scale).round() / scale
}
