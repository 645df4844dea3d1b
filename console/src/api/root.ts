//! Where the console's API is.

export const ROOT = "/console/api/v1";
