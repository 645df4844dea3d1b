//! Amazon States Language: text to tree with spans, to definition and diagnostics.
