//! How much memory and disk the backend may use. The defaults suit a server that idles below 30 MB.

/// Sizes, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Blocks of the engine's files kept in memory.
    pub cache_bytes: u64,
    /// Committed rows gathered in memory before they move to the engine. Larger coalesces more, and keeps more in memory
    /// and to replay after a crash.
    pub generation_bytes: usize,
    /// Rows waiting for the engine beyond which commits are slowed down a little.
    pub pending_soft_bytes: usize,
    /// Rows waiting for the engine beyond which commits wait.
    pub pending_hard_bytes: usize,
    /// Where a log segment ends and the next begins.
    pub segment_bytes: u64,
}

const MIB: usize = 1024 * 1024;

impl Default for Options {
    fn default() -> Options {
        Options {
            cache_bytes: 16 * MIB as u64,
            generation_bytes: 32 * MIB,
            pending_soft_bytes: 96 * MIB,
            pending_hard_bytes: 256 * MIB,
            segment_bytes: 32 * MIB as u64,
        }
    }
}
