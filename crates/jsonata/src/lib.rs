//! JSONata as Step Functions runs it.

mod pictures;
mod text;
