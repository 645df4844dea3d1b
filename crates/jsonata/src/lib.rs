//! JSONata as Step Functions runs it.
