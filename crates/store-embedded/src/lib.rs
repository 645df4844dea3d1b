//! The default backend: a group-committed log in front of fjall.
