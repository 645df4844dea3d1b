//! Takes the console's built pages into the program, from `console/dist/web`, if they are there: a build needs no Node.js.
//!
//! A file `x.br` beside `x` is the same compressed, made when the pages were built; nothing is compressed here.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    // Always there, so that cargo need not look at anything else.
    let dist = manifest.join("../../console/dist");
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    let web = dist.join("web");
    let mut files = Vec::new();
    collect(&web, &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    for file in files.iter().filter(|file| file.extension().is_none_or(|extension| extension != "br")) {
        let name = file.strip_prefix(&web).expect("found below it").to_string_lossy().replace('\\', "/");
        let file = file.canonicalize().unwrap_or_else(|_| file.clone());
        let brotli = PathBuf::from(format!("{}.br", file.display()));
        let compressed = match brotli.is_file() {
            true => format!("Some(include_bytes!({:?}))", brotli.display().to_string()),
            false => "None".to_owned(),
        };
        let plain = file.display().to_string();
        writeln!(table, "    File {{ name: {name:?}, plain: include_bytes!({plain:?}), brotli: {compressed} }},")
            .expect("writing to a String cannot fail");
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("console_files.rs"), table).expect("the directory is there to be written to");
}

/// Files below a directory, none if it is not there.
fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}
