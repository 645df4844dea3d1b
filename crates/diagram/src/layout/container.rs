//! A Parallel or Map state with what is inside: branches beside each other in text order, in several rows if they are many.

use super::block::Block;
use crate::scene::{Kind, Rect};

/// Height of the head with name and subtitle, px.
pub(crate) const HEAD: i32 = 56;
/// Room around what is inside, px.
const PADDING: i32 = 16;
/// Room within a branch's frame, px.
const FRAME_PADDING: i32 = 16;
/// Between branches, px.
const GAP: i32 = 12;
/// How wide a row of branches becomes before another is begun, px.
const ROW_WIDTH: i32 = 3_200;

/// The inner scopes' frames, relative to the state's corner, and the state's size.
#[derive(Clone, Debug, Default)]
pub(crate) struct Container {
    pub(crate) frames: Vec<Rect>,
    /// How far each block is from the middle of its frame, px.
    pub(crate) shifts: Vec<i32>,
    /// Room within each frame around its block, px.
    pub(crate) padding: i32,
    pub(crate) width: i32,
    pub(crate) height: i32,
}

impl Container {
    /// `head` is the width that name and subtitle take.
    pub(crate) fn new(kind: Kind, blocks: &[&Block], head: i32) -> Container {
        let padding = if kind == Kind::Parallel { FRAME_PADDING } else { 4 };
        let (mut x, mut y, mut row_height, mut width) = (0, 0, 0, 0);
        let mut frames = Vec::with_capacity(blocks.len());
        let (mut rows, mut shifts) = (Vec::with_capacity(blocks.len()), Vec::with_capacity(blocks.len()));
        for block in blocks {
            let shift = if blocks.len() == 1 { block.off_axis() } else { 0 };
            let size = (even(block.width) + 2 * shift.abs() + 2 * padding, block.height + 2 * padding);
            shifts.push(-shift);
            if x > 0 && x + size.0 > ROW_WIDTH {
                (x, y, row_height) = (0, y + row_height + GAP, 0);
            }
            frames.push(Rect { x, y, width: size.0, height: size.1 });
            rows.push(y);
            x += size.0 + GAP;
            row_height = row_height.max(size.1);
            width = width.max(x - GAP);
        }
        let inner = width;
        let width = even(width + 2 * PADDING).max(head);
        let height = HEAD + y + row_height + PADDING;
        let is_one_row = rows.last().is_none_or(|&y| y == 0);
        for frame in &mut frames {
            frame.x += (width - inner) / 2;
            frame.y += HEAD;
            if is_one_row {
                frame.height = row_height;
            }
        }
        Container { frames, shifts, padding, width, height }
    }
}

/// The next even number: boxes have their axis on a whole px.
pub(crate) fn even(width: i32) -> i32 {
    width + width % 2
}
