//! What operators do with a data directory: backups of a server at work, restoring them, checking what there is.

use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use system_tests::{Client, Setup};

fn wait_machine() -> Value {
    json!({"StartAt": "Before", "States": {
        "Before": {"Type": "Pass", "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 2, "End": true},
    }})
}

fn text(path: &Path) -> &str {
    path.to_str().expect("tests use names in UTF-8")
}

#[test]
fn a_backup_of_a_server_at_work_is_sound_and_goes_on() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let setup = Setup::new(directory.path());
    let server = setup.start();
    let client = server.client();
    let machine = client.create_machine("waits", &wait_machine());
    let before: Vec<String> = (0..50).map(|number| client.start(&machine, &json!({"number": number}))).collect();
    let is_over = AtomicBool::new(false);
    let backup = directory.path().join("backup");
    let arguments = ["backup", "--data", text(&setup.data), text(&backup)];
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    client.start(&machine, &json!({}));
                }
            });
        }
        std::thread::sleep(Duration::from_millis(200));
        let (code, printed, said) = setup.command(&arguments);
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(code, Some(0), "{printed}{said}");
        assert!(printed.contains(" rows, ") && printed.trim_end().ends_with("checked"), "{printed}");
    });
    let (code, _, said) = setup.command(&arguments);
    assert!(code == Some(2) && said.contains("is there already"), "{said}");
    let (code, _, said) = setup.command(&["check", "--data", text(&setup.data)]);
    assert!(code == Some(2) && said.contains("in use") && said.contains("stepwell explain SW008"), "{said}");
    drop(server);

    let restored = Setup { data: directory.path().join("restored"), ..setup.clone() };
    let restore = ["restore", text(&backup), "--data", text(&restored.data)];
    assert_eq!(restored.command(&restore).0, Some(0));
    let (code, _, said) = restored.command(&restore);
    assert!(code == Some(2) && said.contains("is not empty"), "{said}");
    restored.check();
    let server = restored.start();
    for arn in &before {
        assert_eq!(server.client().wait(arn, Duration::from_secs(20))["status"], "SUCCEEDED");
    }
    drop(server);
    restored.check();
    // One that is not running is backed up as well.
    let second = directory.path().join("second");
    let (code, printed, said) = restored.command(&["backup", "--json", "--data", text(&restored.data), text(&second)]);
    assert_eq!(code, Some(0), "{printed}{said}");
    let made: Value = serde_json::from_str(&printed).expect("JSON");
    assert!(made["rows"].as_u64().is_some_and(|rows| rows > 250), "{made}");
}

/// A bit flipped in the log behind which there is more: told with its place and the ways out, and one of them works.
#[test]
fn a_damaged_log_is_refused_told_and_cut() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let setup = Setup::new(directory.path());
    let server = setup.start();
    let client: Client = server.client();
    let pass = json!({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}});
    let machine = client.create_machine("pass", &pass);
    // Nothing like them comes before, so the log, compressed as it is, holds them letter by letter.
    let mark = |_| std::iter::repeat_with(fastrand::alphabetic).take(16).collect();
    let marks: Vec<String> = (0..20).map(mark).collect();
    let arns: Vec<String> = marks.iter().map(|mark| client.start(&machine, &json!({"mark": mark}))).collect();
    server.kill();
    let log = std::fs::read_dir(setup.data.join("log")).expect("it can be listed");
    let segment = log.map(|entry| entry.expect("an entry").path()).max().expect("a segment");
    let mut bytes = std::fs::read(&segment).expect("it can be read");
    let hurt = bytes.windows(marks[10].len()).position(|part| part == marks[10].as_bytes()).expect("it is in the log");
    bytes[hurt] ^= 1;
    std::fs::write(&segment, bytes).expect("it can be written");

    assert_eq!(setup.try_start().err().and_then(|status| status.code()), Some(2));
    let said = setup.log_text();
    for part in [text(&segment), " at offset ", "stepwell check --cut-log", "restore a backup", "SW004"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let (code, printed, _) = setup.command(&["check", "--json", "--data", text(&setup.data)]);
    assert_eq!(code, Some(1), "{printed}");
    let report: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!(report["sound"], false);
    assert_eq!(report["findings"][0]["kind"], "log");
    let (code, printed, said) = setup.command(&["check", "--cut-log", "--data", text(&setup.data)]);
    assert_eq!(code, Some(0), "what is left is sound: {printed}{said}");
    let server = setup.start();
    for (number, arn) in arns.iter().enumerate() {
        let described = server.client().call("DescribeExecution", json!({"executionArn": arn}));
        assert_eq!(described.is_ok(), number < 10, "{number}: {described:?}");
    }
    assert!(setup.data.join("damaged-log-1").is_dir());
}
