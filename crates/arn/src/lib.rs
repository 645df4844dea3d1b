//! Amazon Resource Names and the name rules of Step Functions.
