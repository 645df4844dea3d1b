//! Lambda functions as local processes behind the real Lambda Runtime API.
