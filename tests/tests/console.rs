//! The console in a browser: Chromium does what people do, against the finished program (`console/tests/journeys.mjs`).

use std::process::Command;
use system_tests::{Setup, binaries, functions, http};

#[test]
fn people_find_their_way() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = directory.path().join("functions.yaml");
    functions::write_scripted(&file, &["scripted"], &directory.path().join("ledger"), 1, 4);
    let server = Setup { functions: Some(file), ..Setup::new(directory.path()) }.start();
    let address = server.client().address.to_string();
    let page = http::request(&address, "GET", "/console/", &[], b"").expect("the server answers");
    let has_pages = String::from_utf8_lossy(&page.body).contains("id=\"root\"");
    assert!(has_pages, "the program has no pages: run cargo xtask console, then build it");
    let console = binaries::workspace().join("console");
    assert!(console.join("node_modules/playwright-core").exists(), "run cargo xtask clients");
    let output = Command::new("node")
        .arg(console.join("tests/journeys.mjs"))
        .arg(format!("http://{address}"))
        .output()
        .expect("node can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
}
