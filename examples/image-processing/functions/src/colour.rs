//! The colours of a photo: their average, and the few that make it up.

use image::RgbImage;
use serde::Serialize;

/// Colours in a palette, at most.
const PALETTE_SIZE: usize = 5;
/// Rounds of k-means; the clusters of a small picture settle well before.
const ROUNDS: usize = 12;

type Rgb = [f64; 3];

/// One colour of the palette.
#[derive(Debug, Clone, Serialize, PartialEq)]
pub struct Swatch {
    /// `#rrggbb`
    pub colour: String,
    /// The share of the photo nearest to it, 0 to 1.
    pub share: f64,
}

pub(crate) fn average(image: &RgbImage) -> String {
    let pixels: Vec<Rgb> = image.pixels().map(|pixel| pixel.0.map(f64::from)).collect();
    hex(mean(&pixels).unwrap_or_default())
}

/// The dominant colours, largest share first: k-means, seeded from the fullest cells of a coarse histogram so that the same photo always gives
/// the same palette.
pub(crate) fn palette(image: &RgbImage) -> Vec<Swatch> {
    let pixels: Vec<Rgb> = image.pixels().map(|pixel| pixel.0.map(f64::from)).collect();
    let mut centres = seeds(image);
    let mut clusters = Vec::new();
    for _ in 0..ROUNDS {
        clusters = assign(&pixels, &centres);
        centres = centres.iter().zip(&clusters).map(|(centre, cluster)| mean(cluster).unwrap_or(*centre)).collect();
    }
    let mut swatches: Vec<Swatch> = centres
        .iter()
        .zip(&clusters)
        .filter(|(_, cluster)| !cluster.is_empty())
        .map(|(centre, cluster)| Swatch {
            colour: hex(*centre),
            share: (cluster.len() as f64 / pixels.len() as f64 * 1_000.0).round() / 1_000.0,
        })
        .collect();
    swatches.sort_by(|a, b| b.share.total_cmp(&a.share));
    swatches
}

fn seeds(image: &RgbImage) -> Vec<Rgb> {
    let mut cells = [0_usize; 512];
    for pixel in image.pixels() {
        let [red, green, blue] = pixel.0.map(|channel| usize::from(channel >> 5));
        cells[red << 6 | green << 3 | blue] += 1;
    }
    let mut fullest: Vec<usize> = (0..cells.len()).filter(|cell| cells[*cell] > 0).collect();
    fullest.sort_by_key(|cell| std::cmp::Reverse(cells[*cell]));
    fullest.truncate(PALETTE_SIZE);
    fullest
        .into_iter()
        .map(|cell| [cell >> 6, cell >> 3 & 7, cell & 7].map(|level| level as f64 * 32.0 + 16.0))
        .collect()
}

fn assign(pixels: &[Rgb], centres: &[Rgb]) -> Vec<Vec<Rgb>> {
    let mut clusters = vec![Vec::new(); centres.len()];
    for pixel in pixels {
        let distance = |centre: &Rgb| -> f64 { (0..3).map(|channel| (pixel[channel] - centre[channel]).powi(2)).sum() };
        let nearest = (0..centres.len()).min_by(|a, b| distance(&centres[*a]).total_cmp(&distance(&centres[*b])));
        if let Some(nearest) = nearest {
            clusters[nearest].push(*pixel);
        }
    }
    clusters
}

fn mean(pixels: &[Rgb]) -> Option<Rgb> {
    let count = pixels.len() as f64;
    let sum = pixels.iter().fold([0.0; 3], |sum: Rgb, pixel| [sum[0] + pixel[0], sum[1] + pixel[1], sum[2] + pixel[2]]);
    (!pixels.is_empty()).then(|| sum.map(|channel| channel / count))
}

fn hex(colour: Rgb) -> String {
    let [red, green, blue] = colour.map(|channel| channel.round().clamp(0.0, 255.0) as u8);
    format!("#{red:02x}{green:02x}{blue:02x}")
}
