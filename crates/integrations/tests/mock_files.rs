//! Files of mocks that are wrong: every mistake with its place and what would be right.

use expect_test::expect;
use std::collections::BTreeMap;
use stepwell_integrations::mocks;

#[test]
fn mistakes_are_told_with_their_places() {
    let text = r#"StateMachines:
  order:
    Default: Hapy
    TestCases:
      Happy:
        Charge: Charged
        Chrge: Charge
        Check: {Return: 1}
        Ship: {Return: {StatusCode: text}}
MockedResponse: {}
MockedResponses:
  Charge:
    "0": {Return: 1, Throw: {Error: E}}
    "0-2": {Retrun: 1}
    "x": {Return: 1}
    "5-4": {Return: 1}
  Rules:
    - {When: {Condition: "{% 1 + %}"}, Return: 1}
    - {When: {Item: first}, DelaySeconds: -1, Return: "{% $x( %}"}
    - {Fault: {Rate: 2, Error: E}, Call: yes}
"#;
    let findings = mocks::check(text, &BTreeMap::new());
    expect![[r#"
        error[INVALID_MOCKS]: Field 'MockedResponse' is not known in a file of mocks
          --> mocks.yaml:10:1
           |
        10 | MockedResponse: {}
           | ^^^^^^^^^^^^^^
           = help: did you mean 'MockedResponses'?

        error[INVALID_MOCKS]: A mocked response has one of 'Return', 'Throw' and 'Call', not several
          --> mocks.yaml:13:22
           |
        13 |     "0": {Return: 1, Throw: {Error: E}}
           |                      ^^^^^
           = at /MockedResponses/Charge/0

        error[INVALID_MOCKS]: Field 'Retrun' is not known in a mocked response
          --> mocks.yaml:14:13
           |
        14 |     "0-2": {Retrun: 1}
           |             ^^^^^^
           = at /MockedResponses/Charge/0-2
           = help: did you mean 'Return'?

        error[INVALID_MOCKS]: A mocked response needs 'Return' or 'Throw'
          --> mocks.yaml:14:12
           |
        14 |     "0-2": {Retrun: 1}
           |            ^^^^^^^^^^^
           = at /MockedResponses/Charge/0-2
           = help: such as {"0": {"Return": {…}}, "1-2": {"Throw": {"Error": "…", "Cause": "…"}}}

        error[INVALID_MOCKS]: 'x' is no number or range
          --> mocks.yaml:15:5
           |
        15 |     "x": {Return: 1}
           |     ^^^
           = at /MockedResponses/Charge
           = help: write a number from 0 on, a range such as "1-2", or "3-" for all from there

        error[INVALID_MOCKS]: '5-4' is no number or range
          --> mocks.yaml:16:5
           |
        16 |     "5-4": {Return: 1}
           |     ^^^^^
           = at /MockedResponses/Charge
           = help: write a number from 0 on, a range such as "1-2", or "3-" for all from there

        error[INVALID_MOCKS]: The JSONata expression cannot be read: Unexpected end of expression
          --> mocks.yaml:18:26
           |
        18 |     - {When: {Condition: "{% 1 + %}"}, Return: 1}
           |                          ^^^^^^^^^^^
           = at /MockedResponses/Rules/0

        error[INVALID_MOCKS]: 'first' is no number or range
          --> mocks.yaml:19:21
           |
        19 |     - {When: {Item: first}, DelaySeconds: -1, Return: "{% $x( %}"}
           |                     ^^^^^
           = at /MockedResponses/Rules/1
           = help: write a number from 0 on, a range such as "1-2", or "3-" for all from there

        error[INVALID_MOCKS]: 'DelaySeconds' must be a number of seconds, or [least, most]
          --> mocks.yaml:19:43
           |
        19 |     - {When: {Item: first}, DelaySeconds: -1, Return: "{% $x( %}"}
           |                                           ^^
           = at /MockedResponses/Rules/1

        error[INVALID_MOCKS]: The JSONata expression cannot be read: Expected ")" before end of expression
          --> mocks.yaml:19:55
           |
        19 |     - {When: {Item: first}, DelaySeconds: -1, Return: "{% $x( %}"}
           |                                                       ^^^^^^^^^^^
           = at /MockedResponses/Rules/1

        error[INVALID_MOCKS]: 'Rate' must be a number from 0 to 1
          --> mocks.yaml:20:22
           |
        20 |     - {Fault: {Rate: 2, Error: E}, Call: yes}
           |                      ^
           = at /MockedResponses/Rules/2

        error[INVALID_MOCKS]: 'Call' must be true
          --> mocks.yaml:20:42
           |
        20 |     - {Fault: {Rate: 2, Error: E}, Call: yes}
           |                                          ^^^
           = at /MockedResponses/Rules/2

        error[INVALID_MOCKS]: There is no 'Charged' in 'MockedResponses'
         --> mocks.yaml:6:17
          |
        6 |         Charge: Charged
          |                 ^^^^^^^
          = at /StateMachines/order/TestCases/Happy
          = help: did you mean 'Charge'?

        error[INVALID_MOCKS]: There is no test case 'Hapy'
         --> mocks.yaml:3:14
          |
        3 |     Default: Hapy
          |              ^^^^
          = at /StateMachines/order
          = help: did you mean 'Happy'?

    "#]]
    .assert_eq(&asl::render(&findings, text, "mocks.yaml", false));
    let right = text.split_once("MockedResponse:").expect("it is there").0.replace("Hapy", "Happy");
    let right = right.replace(": Charged", ": {Return: 1}").replace(": Charge\n", ": {Return: 1}\n");
    let definition = r#"{"StartAt": "Charge", "States": {
        "Charge": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": "Ship"},
        "Ship": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "Next": "Check"},
        "Check": {"Type": "Succeed"}}}"#;
    let parsed = asl::parse(definition, asl::Format::Json, &asl::Options::default());
    let definitions = [("order".to_owned(), parsed.definition.expect("it is valid"))].into();
    let findings = mocks::check(&right, &definitions);
    expect![[r#"
        error[INVALID_MOCKS]: 'order' has no state 'Chrge'
         --> mocks.yaml:7:9
          |
        7 |         Chrge: {Return: 1}
          |         ^^^^^
          = help: did you mean 'Charge'?

        error[INVALID_MOCKS]: The state 'Check' of 'order' is no Task: nothing of it is mocked
         --> mocks.yaml:8:9
          |
        8 |         Check: {Return: 1}
          |         ^^^^^

        warning[INVALID_MOCKS]: The state 'Ship' gets no such result: Field 'StatusCode' must be a number
         --> mocks.yaml:9:24
          |
        9 |         Ship: {Return: {StatusCode: text}}
          |                        ^^^^^^^^^^^^^^^^^^

    "#]]
    .assert_eq(&asl::render(&findings, &right, "mocks.yaml", false));
}

/// What editors complete files by is what reads them: `stepwell mock schema > docs/mocks.schema.json` writes it.
#[test]
fn the_schema_in_docs_is_that_of_the_program() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mocks.schema.json");
    let written = json::parse(&std::fs::read_to_string(file).expect("it is there")).expect("JSON");
    assert!(written == mocks::schema(), "docs/mocks.schema.json is another schema than the program's");
}
