//! Pixels as a PNG file: eight bits a colour, no transparency, rows as they are, because flat colours pack well without a filter.

/// Writes a file of premultiplied RGBA pixels that are all opaque.
pub(crate) fn encode((width, height): (u32, u32), pixels: &[u8]) -> Vec<u8> {
    let mut rows = Vec::with_capacity(pixels.len() / 4 * 3 + height as usize);
    for row in pixels.chunks_exact(width as usize * 4) {
        rows.push(0);
        for pixel in row.chunks_exact(4) {
            rows.extend_from_slice(&pixel[..3]);
        }
    }
    let mut head = Vec::with_capacity(13);
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(*b"IHDR", &head, &mut out);
    chunk(*b"IDAT", &miniz_oxide::deflate::compress_to_vec_zlib(&rows, 6), &mut out);
    chunk(*b"IEND", &[], &mut out);
    out
}

fn chunk(kind: [u8; 4], data: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(data.len()).expect("the size of a picture is limited");
    out.extend_from_slice(&length.to_be_bytes());
    let start = out.len();
    out.extend_from_slice(&kind);
    out.extend_from_slice(data);
    let checksum = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&checksum.to_be_bytes());
}
