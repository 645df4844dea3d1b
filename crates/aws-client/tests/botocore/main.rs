//! The requests of made-up calls beside those that botocore, AWS's own client library, makes of the same parameters: method, URL, headers with the
//! signature, body.
//!
//! A sample of the services is compared: `STEPWELL_AWS_SHARE` is how many of every hundred (100 is all of them, some minutes), `STEPWELL_AWS_SEED`
//! which ones and what is made up, `STEPWELL_AWS_SERVICES` names some instead, as botocore does. `STEPWELL_AWS_PYTHON` is another Python: one whose botocore
//! has `awscrt` makes more checksums.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use stepwell_aws_client::{Client, Credentials, Options, Prepared, Profile, Settings};

const IDENTITY: &str = "0a1b2c3d-0000-4000-8000-000000000000";
const NOW: &str = "20261126T203000Z";
/// What is shown of what differs.
const SHOWN_MAX: usize = 30;

#[test]
fn requests_are_those_of_botocore() {
    let setting = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
    let (seed, share) = (setting("STEPWELL_AWS_SEED", "1"), setting("STEPWELL_AWS_SHARE", "4"));
    let services = setting("STEPWELL_AWS_SERVICES", "");
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let python = setting("STEPWELL_AWS_PYTHON", "");
    let python = if python.is_empty() { directory.join("../../.venv/bin/python") } else { python.into() };
    assert!(python.exists(), "botocore is not there: run cargo xtask clients");
    let mut requests = Command::new(python);
    requests.arg(directory.join("tests/botocore/requests.py")).args([&seed, &share]).args(services.split_whitespace());
    for (name, value) in [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")] {
        requests.env(name, value);
    }
    let mut requests = requests.env_remove("AWS_PROFILE").stdout(Stdio::piped()).spawn().expect("Python runs");
    let client = client();
    let mut compared: BTreeMap<String, usize> = BTreeMap::new();
    let (mut unmade, mut differing, mut shown) = (Vec::new(), BTreeSet::new(), String::new());
    for line in BufReader::new(requests.stdout.take().expect("it is piped")).lines() {
        let line = json::parse(&line.expect("UTF-8")).expect("JSON");
        let id = text(&line, "service");
        let operation = text(&line, "operation");
        if let Some(problem) = line.get("problem") {
            unmade.push(format!("{id} {operation}: {problem}"));
            continue;
        }
        let entry = service_models::services().iter().find(|entry| entry.id == id && entry.has(operation));
        let entry = entry.unwrap_or_else(|| panic!("the pack has no {id} {operation}"));
        let protocol = format!("{:?}", entry.load().protocol().expect("a protocol"));
        *compared.entry(protocol).or_default() += 1;
        if let Some(difference) = difference(&client, &entry.name, operation, &line) {
            // One of each service.
            let is_first = differing.insert(id.to_owned());
            if is_first && differing.len() <= SHOWN_MAX {
                shown.push_str(&format!("{id} {operation}\n{difference}\n"));
            }
        }
    }
    assert!(requests.wait().expect("it was started").success(), "requests.py failed");
    eprintln!("compared {compared:?}, seed {seed}; botocore made no request of {}", unmade.len());
    unmade.iter().take(SHOWN_MAX).for_each(|line| eprintln!("  {line}"));
    assert!(differing.is_empty(), "of {differing:?}\n{shown}");
    assert!(compared.values().sum::<usize>() > 0, "nothing was compared");
}

/// Where every service is, in Regions of every partition that has one.
#[test]
fn endpoints_are_those_of_botocore() {
    const REGIONS: [&str; 6] =
        ["us-east-1", "eu-central-1", "cn-northwest-1", "us-gov-west-1", "us-iso-west-1", "eusc-de-east-1"];
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut endpoints = Command::new(directory.join("../../.venv/bin/python"));
    endpoints.arg(directory.join("tests/botocore/endpoints.py")).args(REGIONS);
    let output = endpoints.output().expect("Python runs: cargo xtask clients installs botocore");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (mut compared, mut differences) = (0, Vec::new());
    for line in String::from_utf8(output.stdout).expect("UTF-8").lines() {
        let line = json::parse(line).expect("JSON");
        let (id, region) = (text(&line, "service"), text(&line, "region"));
        // What wants to know more than the Region, or is not there.
        if line.get("problem").is_some() {
            continue;
        }
        let entry = service_models::services().iter().find(|entry| entry.id == id);
        let place = entry.unwrap_or_else(|| panic!("there is no {id}")).place(region);
        let ours = (format!("https://{}", place.host), place.signing_region);
        let theirs = (text(&line, "url").to_owned(), text(&line, "signed").to_owned());
        compared += 1;
        if ours != theirs {
            differences.push(format!("{id} in {region}: {ours:?}, botocore {theirs:?}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared > 2000, "{compared} were compared");
}

fn client() -> Client {
    let mut settings = Settings::new("eu-central-1", Profile::default());
    settings.endpoint_url = Some("http://localhost:5000/base".to_owned());
    Client::new(settings)
}

fn difference(client: &Client, service: &str, operation: &str, line: &Value) -> Option<String> {
    let parameters = line.get("parameters").expect("parameters");
    let options = Options { identity: Some(IDENTITY), ..Options::default() };
    let prepared = client.prepare(service, operation, parameters, options);
    let ours = match prepared {
        Ok(mut prepared) => {
            if prepared.is_signed {
                let credentials = Credentials {
                    access_key_id: "AKIDEXAMPLE".to_owned(),
                    secret_access_key: "secret".to_owned(),
                    session_token: None,
                };
                prepared.sign(&credentials, NOW).expect("a key");
            }
            told(&prepared)
        }
        Err(error) => format!("{error}\n"),
    };
    let theirs = told_by_botocore(line.get("request").expect("a request"));
    let is_signed = theirs.contains("authorization: ");
    let ours: String = ours
        .lines()
        .filter(|line| is_signed || !line.contains("authorization: "))
        .map(|line| format!("{line}\n"))
        .collect();
    let theirs: String = theirs.lines().map(|line| format!("{line}\n")).collect();
    (ours != theirs).then(|| format!("    {parameters}\n  ours\n{ours}  botocore's\n{theirs}"))
}

fn told(prepared: &Prepared) -> String {
    let request = &prepared.request;
    let mut headers: Vec<String> = Vec::new();
    for (name, value) in request.headers.iter().filter(|(name, _)| name != "host") {
        headers.push(format!("    {}: {value}\n", name.to_ascii_lowercase()));
    }
    headers.sort();
    let body = String::from_utf8_lossy(&request.body);
    format!("    {} {}{}\n{}    {body}\n", request.method, prepared.origin, request.path, headers.concat())
}

fn told_by_botocore(request: &Value) -> String {
    let headers = request.get("headers").and_then(Value::as_object).expect("headers");
    let mut headers: Vec<String> =
        headers.iter().map(|(name, value)| format!("    {name}: {}\n", value.as_str().expect("a text"))).collect();
    headers.sort();
    let body = STANDARD.decode(text(request, "body")).expect("base 64");
    let body = String::from_utf8_lossy(&body);
    format!("    {} {}\n{}    {body}\n", text(request, "method"), text(request, "url"), headers.concat())
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
