//! Map Runs whose items are in S3 and whose results go there, killed while they read and while they write.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use system_tests::http::Reply;
use system_tests::withholding::Request;
use system_tests::{Client, Setup, Withholding};

const PATIENCE: Duration = Duration::from_secs(60);
/// What a reader asks for in one go.
const RANGE: usize = 8 << 20;

/// S3, as far as a Map Run needs it. Buckets are in the path.
#[derive(Default)]
struct S3 {
    objects: BTreeMap<String, Vec<u8>>,
    uploads: BTreeMap<String, Upload>,
    uploads_begun: usize,
    /// Where each read began.
    reads: Vec<usize>,
}

struct Upload {
    key: String,
    parts: BTreeMap<u32, Vec<u8>>,
}

impl S3 {
    fn answer(&mut self, request: &Request) -> Reply {
        let key =
            request.path.split('?').next().unwrap_or_default().trim_start_matches("/data").trim_start_matches('/');
        let id = request.query("uploadId");
        match (&*request.method, id) {
            ("POST", None) if request.query("uploads").is_some() => {
                self.uploads_begun += 1;
                let id = format!("u{}", self.uploads_begun);
                self.uploads.insert(id.clone(), Upload { key: key.to_owned(), parts: BTreeMap::new() });
                xml(
                    200,
                    &format!(
                        "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
                    ),
                )
            }
            ("GET", None) if request.query("uploads").is_some() => {
                let prefix = request.query("prefix").unwrap_or_default().replace("%2F", "/");
                let open = self.uploads.iter().filter(|(_, upload)| upload.key.starts_with(&prefix));
                let listed = open
                    .map(|(id, upload)| format!("<Upload><Key>{}</Key><UploadId>{id}</UploadId></Upload>", upload.key));
                let listed: String = listed.collect();
                xml(200, &format!("<ListMultipartUploadsResult>{listed}</ListMultipartUploadsResult>"))
            }
            ("DELETE", Some(id)) => match self.uploads.remove(id) {
                Some(_) => xml(204, ""),
                None => no_such("NoSuchUpload"),
            },
            ("PUT", Some(id)) => {
                let number: u32 = request.query("partNumber").and_then(|number| number.parse().ok()).expect("a number");
                let Some(upload) = self.uploads.get_mut(id) else { return no_such("NoSuchUpload") };
                upload.parts.insert(number, request.body.clone());
                let etag = format!("\"{number}-{}\"", request.body.len());
                Reply { headers: vec![("etag".to_owned(), etag)], ..xml(200, "") }
            }
            ("POST", Some(id)) => {
                let Some(upload) = self.uploads.remove(id) else { return no_such("NoSuchUpload") };
                self.objects.insert(upload.key, upload.parts.into_values().flatten().collect());
                xml(200, "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")
            }
            ("PUT", None) => {
                self.objects.insert(key.to_owned(), request.body.clone());
                xml(200, "")
            }
            ("GET", None) => {
                let Some(object) = self.objects.get(key) else { return no_such("NoSuchKey") };
                let range = request.header("range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
                let (from, to) = range.expect("reads are of ranges");
                let (from, to): (usize, usize) = (from.parse().expect("a number"), to.parse().expect("a number"));
                self.reads.push(from);
                if from >= object.len() {
                    return xml(416, "<Error><Code>InvalidRange</Code></Error>");
                }
                Reply { status: 206, headers: Vec::new(), body: object[from..object.len().min(to + 1)].to_vec() }
            }
            other => panic!("{other:?} {}", request.path),
        }
    }
}

fn xml(status: u16, body: &str) -> Reply {
    Reply { status, headers: vec![("content-type".to_owned(), "application/xml".to_owned())], body: body.into() }
}

fn no_such(code: &str) -> Reply {
    xml(404, &format!("<Error><Code>{code}</Code><Message>{code}</Message></Error>"))
}

fn started(objects: &[(&str, String)]) -> (Arc<Mutex<S3>>, Withholding) {
    let s3 = Arc::new(Mutex::new(S3::default()));
    let objects = objects.iter().map(|(key, text)| ((*key).to_owned(), text.clone().into_bytes()));
    s3.lock().expect("no thread panics with it").objects = objects.collect();
    let asked = s3.clone();
    let service = Withholding::start(move |request| asked.lock().expect("no thread panics with it").answer(request));
    (s3, service)
}

fn setup(directory: &tempfile::TempDir, service: &Withholding) -> Setup {
    let mut setup = Setup::new(directory.path());
    setup.variables = vec![
        ("AWS_ENDPOINT_URL_S3", service.url()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
    ];
    setup
}

/// A Map of Express children over `fields`; its execution.
fn start(client: Client, states: &Value, fields: Value, input: &Value) -> Value {
    let first = states.as_object().and_then(|states| states.keys().next()).expect("there is a state");
    let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": first, "States": states});
    let mut map = json!({"Type": "Map", "ItemProcessor": processor, "End": true});
    map.as_object_mut().expect("an object").extend(fields.as_object().cloned().unwrap_or_default());
    let definition = json!({"StartAt": "Map", "States": {"Map": map}}).to_string();
    let body = json!({"name": "m", "definition": definition, "roleArn": "arn:aws:iam::123456789012:role/r"});
    let machine = client.must("CreateStateMachine", body)["stateMachineArn"].clone();
    client.must("StartExecution", json!({"stateMachineArn": machine, "input": input.to_string()}))["executionArn"]
        .clone()
}

#[track_caller]
fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(Instant::now() < deadline, "it does not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn closed(client: Client, execution: &Value) -> Value {
    until(|| {
        let described = client.must("DescribeExecution", json!({"executionArn": execution}));
        (described["status"] != "RUNNING").then_some(described)
    })
}

fn map_run(client: Client, execution: &Value) -> Value {
    let runs = client.must("ListMapRuns", json!({"executionArn": execution}));
    client.must("DescribeMapRun", json!({"mapRunArn": runs["mapRuns"][0]["mapRunArn"]}))
}

#[test]
fn a_kill_during_a_read_goes_on_where_it_was() {
    // Rows of 50 KB: more than a range, which is read while the children of the one before run.
    let long = "x".repeat(50_000);
    let rows: String = (0..240).map(|n| format!("{n},{long}\n")).collect();
    let (s3, service) = started(&[("rows.csv", format!("n,text\n{rows}"))]);
    let directory = tempfile::tempdir().expect("a directory can be made");
    let setup = setup(&directory, &service);
    service
        .withhold(|request| request.header("range").is_some_and(|range| range.starts_with(&format!("bytes={RANGE}-"))));
    let server = setup.start();
    let reader = json!({
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
        "Parameters": {"Bucket": "data", "Key": "rows.csv"}
    });
    let states = json!({"P": {"Type": "Pass", "OutputPath": "$.n", "End": true}});
    let execution = start(server.client(), &states, json!({"ItemReader": reader}), &json!({}));
    service.wait(1, PATIENCE);
    let done = until(|| {
        let run = map_run(server.client(), &execution);
        run["itemCounts"]["succeeded"].as_u64().filter(|done| *done > 100)
    });
    server.kill();

    service.withhold(|_| false);
    let before = s3.lock().expect("no thread panics with it").reads.len();
    let server = setup.start();
    let described = closed(server.client(), &execution);
    let output: Vec<String> = serde_json::from_str(described["output"].as_str().expect("it succeeded")).expect("texts");
    assert_eq!(output, (0..240).map(|n| n.to_string()).collect::<Vec<_>>());
    let run = map_run(server.client(), &execution);
    assert_eq!((run["itemCounts"]["succeeded"].clone(), run["itemCounts"]["total"].clone()), (json!(240), json!(240)));
    let reads = s3.lock().expect("no thread panics with it").reads[before..].to_vec();
    // The names of the columns stand at the beginning; items are read from where those that had ended stop.
    let from = reads.iter().filter(|from| **from > 0).min();
    assert!(
        from.is_some_and(|from| *from > 50_000 * (done as usize - 60)),
        "{done} were done, then read from {reads:?}"
    );
}

#[test]
fn kills_during_uploads_leave_whole_objects_and_no_upload() {
    let (s3, service) = started(&[]);
    let directory = tempfile::tempdir().expect("a directory can be made");
    let mut setup = setup(&directory, &service);
    // Three files: two of two parts, and what is left.
    setup.variables.push(("STEPWELL_RESULT_FILE_BYTES", "9000000".to_owned()));
    let text = "y".repeat(100_000);
    let states = json!({"P": {"Type": "Pass", "Result": {"text": text}, "ResultPath": "$.more", "End": true}});
    let fields = json!({
        "ResultWriter": {
            "Resource": "arn:aws:states:::s3:putObject",
            "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSON"},
            "Parameters": {"Bucket": "data", "Prefix": "out"}
        },
        "ItemSelector": {"n.$": "$$.Map.Item.Value"}
    });
    let items: Vec<u32> = (0..200).collect();
    // Each is done, and the server is killed before it knows. The parts of all files come first: objects are completed when that is durable.
    type Which = fn(&Request) -> bool;
    fn is_second(request: &Request) -> bool {
        request.path.contains("SUCCEEDED_1.json")
    }
    let moments: [Which; 7] = [
        |request| request.method == "POST" && request.query("uploads").is_some(),
        |request| request.method == "PUT" && request.query("partNumber") == Some("1"),
        |request| request.method == "PUT" && request.query("partNumber") == Some("2"),
        |request| is_second(request) && request.query("partNumber") == Some("1"),
        |request| is_second(request) && request.query("partNumber") == Some("2"),
        |request| request.method == "POST" && request.query("uploadId").is_some(),
        |request| is_second(request) && request.method == "POST" && request.query("uploadId").is_some(),
    ];
    let mut execution = Value::Null;
    for moment in moments {
        service.withhold(moment);
        let server = setup.start();
        if execution.is_null() {
            execution = start(server.client(), &states, fields.clone(), &json!(items));
        }
        service.wait(1, PATIENCE);
        server.kill();
    }
    service.withhold(|_| false);
    let server = setup.start();
    let described = closed(server.client(), &execution);
    assert_eq!(described["status"], "SUCCEEDED", "{described}");
    let s3 = s3.lock().expect("no thread panics with it");
    assert!(s3.uploads.is_empty(), "{:?}", s3.uploads.keys());
    assert!(s3.uploads_begun > 1, "the first was begun for nothing");
    let output: Value = serde_json::from_str(described["output"].as_str().expect("it succeeded")).expect("JSON");
    let manifest = s3.objects[output["ResultWriterDetails"]["Key"].as_str().expect("a key")].as_slice();
    let manifest: Value = serde_json::from_slice(manifest).expect("JSON");
    let files = manifest["ResultFiles"]["SUCCEEDED"].as_array().expect("a list");
    assert_eq!(files.len(), 3, "{manifest}");
    let mut numbers = Vec::new();
    for told in files {
        let file = &s3.objects[told["Key"].as_str().expect("a key")];
        assert_eq!(told["Size"], file.len());
        assert!(file.len() <= 9_000_000, "{}", file.len());
        let results: Vec<Value> = serde_json::from_slice(file).expect("JSON");
        numbers.extend(results.iter().filter_map(|result| result["n"].as_u64()));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (0..200).collect::<Vec<u64>>());
}
