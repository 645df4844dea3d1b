//! `stepwell lint` and `stepwell explain`: forms, switches, mends and exit codes.

use crate::support::{directory, stepwell};
use expect_test::expect;

const MAP: &str = r#"{
  "StartAt": "Each",
  "TimeoutSeconds": 60,
  "States": {
    "Each": {"Type": "Map", "Iterator": {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}, "End": true}
  }
}
"#;
const ROUTE: &str = r#"{"StartAt": "A", "TimeoutSeconds": 60, "States": {
"A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}]},
"B": {"Type": "Succeed"}}}"#;

#[test]
fn findings_for_people() {
    let directory = directory(&[("map.asl.json", MAP)]);
    let finished = stepwell(directory.path(), &["lint", "map.asl.json"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    expect![[r#"
        info[legacy-map]: Iterator is the old name of ItemProcessor
         --> map.asl.json:5:29
          |
        5 |     "Each": {"Type": "Map", "Iterator": {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}, "End": true}
          |                             ^^^^^^^^^^
          = at /States/Each
          = help: write ItemProcessor

    "#]]
    .assert_eq(&finished.stdout);
    assert_eq!(finished.stderr, "map.asl.json: 0 errors, 0 warnings, 1 hint; --fix mends 1\n");
}

#[test]
fn findings_for_programs() {
    let directory = directory(&[("route.asl.json", ROUTE)]);
    let output = |format| stepwell(directory.path(), &["lint", "--format", format, "route.asl.json"]).stdout;
    expect![[r#"
        {"files":[{"file":"route.asl.json","result":"OK","diagnostics":[{"severity":"WARNING","code":"choice-no-default","message":"Choice 'A' has no Default","location":"/States/A","line":2,"column":1,"endLine":2,"endColumn":4,"help":"add a Default, if only a Fail state that tells what came"}]}]}
    "#]]
    .assert_eq(&output("json"));
    expect![[r#"
        ::warning file=route.asl.json,line=2,col=1,endLine=2,endColumn=4,title=choice-no-default::Choice 'A' has no Default%0Aadd a Default, if only a Fail state that tells what came
    "#]]
    .assert_eq(&output("github"));
    let sarif = output("sarif");
    for part in [
        r#""version":"2.1.0""#,
        r#""ruleId":"choice-no-default","level":"warning""#,
        r#""region":{"startLine":2,"startColumn":1,"endLine":2,"endColumn":4}"#,
        r#""id":"choice-no-default""#,
    ] {
        assert!(sarif.contains(part), "{part} is missing");
    }
}

#[test]
fn exit_codes_follow_severity_and_switches() {
    let directory = directory(&[("route.asl.json", ROUTE)]);
    let code = |arguments: &[&str]| stepwell(directory.path(), &[&["lint", "route.asl.json"], arguments].concat()).code;
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--strict"]), Some(1));
    assert_eq!(code(&["--strict", "--off", "choice-no-default"]), Some(0));
    assert_eq!(code(&["--off", "no-such-rule"]), Some(2));
    assert_eq!(code(&["missing.asl.json"]), Some(2));
    let project = |text| std::fs::write(directory.path().join("stepwell.yaml"), text).expect("writable");
    project("lint: {error: [choice-no-default]}\n");
    assert_eq!(code(&[]), Some(1));
    project("lint: {off: [choice-no-default]}\n");
    assert_eq!(code(&["--strict"]), Some(0));
    project("lint: {off: [no-such-rule]}\n");
    assert_eq!(code(&[]), Some(2));
}

#[test]
fn mends_are_written() {
    let directory = directory(&[("map.asl.json", MAP)]);
    let finished = stepwell(directory.path(), &["lint", "--fix", "map.asl.json"]);
    assert_eq!(finished.code, Some(0));
    assert_eq!(finished.stderr, "map.asl.json: 1 fixed\nmap.asl.json: no findings\n");
    let text = std::fs::read_to_string(directory.path().join("map.asl.json")).expect("readable");
    assert_eq!(text, MAP.replace("Iterator", "ItemProcessor"));
    assert_eq!(stepwell(directory.path(), &["lint", "--fix", "-"]).code, Some(2));
}

#[test]
fn rules_are_explained() {
    let directory = directory(&[]);
    let list = stepwell(directory.path(), &["explain"]);
    assert!(
        list.stdout.contains("\nchoice-no-default            warning  a Choice without Default\n"),
        "{}",
        list.stdout
    );
    let page = stepwell(directory.path(), &["explain", "choice-no-default"]);
    assert!(page.stdout.starts_with("# choice-no-default: a Choice without Default\n\nSeverity: warning.\n\n"));
    assert!(page.stdout.contains("\n## Instead\n```yaml\n"), "{}", page.stdout);
    assert_eq!(stepwell(directory.path(), &["explain", "no-such-rule"]).code, Some(2));
}
