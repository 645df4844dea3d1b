//! JSONPath, reference paths, intrinsic functions and payload templates.
