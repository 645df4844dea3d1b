//! The server as AWS's own clients see it: boto3 and the AWS CLI run the photo example, boto3 calls every operation, and the AWS CLI, the SDKs for
//! JavaScript and Rust and the Data Science SDK call the main ones.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use system_tests::{Server, Setup, binaries};

const OPERATIONS: usize = 37;

/// A program of the virtual environment.
fn installed(program: &str) -> PathBuf {
    there(&format!(".venv/bin/{program}"))
}

/// Something that `cargo xtask clients` has made.
fn there(path: &str) -> PathBuf {
    let place = binaries::workspace().join(path);
    assert!(place.exists(), "{path} is not there: run cargo xtask clients");
    place
}

fn script(name: &str) -> PathBuf {
    binaries::workspace().join("tests/clients").join(name)
}

/// Runs a client, or the script that is the first argument, and gives its output. It sees no configuration of whoever runs the tests.
#[track_caller]
fn run(program: &Path, server: &Server, arguments: &[&Path]) -> String {
    let endpoint = format!("http://{}", server.client().address);
    let (name, arguments) = arguments.split_at(arguments.len().min(1));
    let output = Command::new(program)
        .args(name)
        .arg(&endpoint)
        .args(arguments)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_PAGER", "")
        // For hosts that begin with `sync-`, which nothing resolves: the server takes requests that name where they are meant for.
        .env("HTTP_PROXY", &endpoint)
        .env("AWS", installed("aws"))
        .env_remove("AWS_PROFILE")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env_remove("http_proxy")
        .output()
        .expect("the client can be run");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// A server with the example's functions, which work in a directory of their own.
fn photo_server(directory: &Path) -> Server {
    std::fs::create_dir(directory.join("photos")).expect("a directory can be made");
    let photo = binaries::workspace().join("examples/image-processing/photos/coffee.jpg");
    std::fs::copy(photo, directory.join("photos/coffee.jpg")).expect("the photo is there");
    let functions: serde_json::Map<String, Value> = ["make-thumbnail", "identify-features", "store-metadata"]
        .into_iter()
        .map(|name| (name.to_owned(), json!({"command": [binaries::example_function(name)], "timeout": 30})))
        .collect();
    let file = directory.join("functions.yaml");
    std::fs::write(&file, json!({"functions": functions}).to_string()).expect("the file can be written");
    Setup { functions: Some(file), ..Setup::new(directory) }.start()
}

fn definition() -> PathBuf {
    binaries::workspace().join("examples/image-processing/photo-pipeline.asl.json")
}

/// What the workflow says it has made must be there.
#[track_caller]
fn check_photo(directory: &Path, status: &str, output: &str, types: &[&str]) {
    assert_eq!(status, "SUCCEEDED", "{output} {types:?}");
    let output: Value = serde_json::from_str(output).expect("the output is JSON");
    let made = |path: &Value| {
        let path = directory.join(path.as_str().unwrap_or_else(|| panic!("no path in {output}")));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let thumbnail = made(&output["thumbnail"]["path"]);
    let photo = made(&json!("photos/coffee.jpg"));
    assert!(thumbnail.starts_with(b"\xff\xd8\xff") && thumbnail.ends_with(b"\xff\xd9"), "the thumbnail is no JPEG");
    assert!(thumbnail.len() < photo.len(), "the thumbnail has {} bytes", thumbnail.len());
    let metadata: Value = serde_json::from_slice(&made(&output["metadata"])).expect("the record is JSON");
    assert_eq!(metadata["thumbnail"], output["thumbnail"]);
    assert_eq!(metadata["features"], output["features"]);
    for (kind, count) in [
        ("ExecutionStarted", 1),
        ("ParallelStateSucceeded", 1),
        ("TaskScheduled", 3),
        ("TaskStarted", 3),
        ("TaskSucceeded", 3),
        ("ExecutionSucceeded", 1),
    ] {
        assert_eq!(types.iter().filter(|of_event| **of_event == kind).count(), count, "{kind} in {types:?}");
    }
}

#[test]
fn boto3_runs_the_photo_example() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let python = installed("python");
    let server = photo_server(directory.path());
    let arguments = [&*script("photo_boto3.py"), &definition(), Path::new("photos/coffee.jpg")];
    let ran: Value = serde_json::from_str(&run(&python, &server, &arguments)).expect("it prints JSON");
    let text = |name: &str| ran[name].as_str().unwrap_or_default();
    let types: Vec<&str> = ran["types"].as_array().expect("an array").iter().filter_map(Value::as_str).collect();
    check_photo(directory.path(), text("status"), text("output"), &types);
}

#[test]
fn the_aws_cli_runs_the_photo_example() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let server = photo_server(directory.path());
    let arguments = [&*script("photo_aws_cli.sh"), &definition(), Path::new("photos/coffee.jpg")];
    let printed = run(Path::new("/bin/sh"), &server, &arguments);
    let lines: Vec<&str> = printed.lines().collect();
    let [status, output, types] = lines[..] else { panic!("{printed}") };
    check_photo(directory.path(), status, output, &types.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn boto3_calls_every_operation() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let python = installed("python");
    let server = Setup::new(directory.path()).start();
    let printed = run(&python, &server, &[&*script("operations_boto3.py")]);
    let called: Vec<String> = serde_json::from_str(printed.trim()).expect("it prints JSON");
    assert_eq!(called.len(), OPERATIONS, "{called:?}");
}

#[test]
fn the_aws_cli_calls_the_main_operations() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let server = Setup::new(directory.path()).start();
    let printed = run(Path::new("/bin/sh"), &server, &[&*script("operations_aws_cli.sh")]);
    assert_eq!(printed.trim(), "done");
}

#[test]
fn the_sdk_for_javascript_calls_the_main_operations() {
    there("tests/clients/node/node_modules/@aws-sdk/client-sfn");
    let directory = tempfile::tempdir().expect("a directory can be made");
    let server = Setup::new(directory.path()).start();
    let printed = run(Path::new("node"), &server, &[&*script("node/operations.mjs")]);
    let called: Vec<String> = serde_json::from_str(printed.trim()).expect("it prints JSON");
    assert_eq!(called.len(), 19, "{called:?}");
}

#[test]
fn the_sdk_for_rust_calls_the_main_operations() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let server = Setup::new(directory.path()).start();
    let test = std::env::current_exe().expect("a running test has a file");
    let target = test.ancestors().nth(3).expect("tests are in <target>/<profile>/deps");
    let client = there(&format!("{}/clients/debug/stepwell-sdk-client-test", target.display()));
    let printed = run(&client, &server, &[]);
    assert_eq!(printed.trim(), "done");
}

#[test]
fn the_data_science_sdk_runs_a_workflow() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let server = Setup::new(directory.path()).start();
    let printed = run(&installed("python"), &server, &[&*script("workflow_data_science.py")]);
    assert_eq!(printed.lines().last(), Some("done"), "{printed}");
}

#[test]
fn our_own_client_signs_as_botocore_does() {
    let mut python = Command::new(installed("python"));
    let mut server = python.arg(script("check_signature.py")).stdout(Stdio::piped()).spawn().expect("it can be run");
    let mut url = String::new();
    let stdout = server.stdout.take().expect("stdout is piped");
    BufReader::new(stdout).read_line(&mut url).expect("it prints its URL");
    let output = Command::new(binaries::stepwell())
        .args(["list", "--json", "--region", "eu-central-1", "--endpoint-url", url.trim()])
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .env("AWS_SESSION_TOKEN", "a+session/token==")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env_remove("AWS_PROFILE")
        .output();
    let output = output.expect("the binary can be run");
    // It has served its one request, or never will.
    let _ = server.kill();
    let _ = server.wait();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(text(&output.stdout), "{\"stateMachines\":[]}\n", "{}", text(&output.stderr));
}
