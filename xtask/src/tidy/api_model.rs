//! The constants of the crate `api` are those of AWS's model.

use super::{Problems, text_of};
use crate::api_model::{MODEL, SHAPES, shapes};
use crate::workspace::File;

pub(super) fn check(files: &[File]) -> Problems {
    let outdated = || -> Result<Option<String>, String> {
        let made = shapes(text_of(files, MODEL)?).map_err(|error| format!("{error:#}"))?;
        let is_current = text_of(files, SHAPES)? == made;
        Ok((!is_current).then(|| format!("{SHAPES} is not what {MODEL} says: run cargo xtask api-model")))
    };
    outdated().unwrap_or_else(Some).into_iter().collect()
}
