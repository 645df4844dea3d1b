//! Every kind of ARN prints the text it was parsed from; what is refused says why in AWS's words.

use stepwell_arn::{ActivityArn, Arn, ExecutionArn, LambdaArn, Qualifier, StateMachineArn};

#[test]
fn a_parsed_arn_prints_the_text_it_came_from() {
    for resource in [
        "stateMachine:name",
        "stateMachine:state.machine_1",
        "stateMachine:name:12",
        "stateMachine:name:PROD",
        "stateMachine:name/label",
        "execution:name:run.1",
        "execution:name/label:run",
        "express:name:run:0f6d5a7e-1111-4222-8333-444455556666",
        "express:name/label:run:id",
        "activity:name",
        "mapRun:name/label:id",
    ] {
        let text = format!("arn:aws-cn:states:cn-north-1:123456789012:{resource}");
        assert_eq!(Arn::parse(&text).map(|arn| arn.to_string()), Ok(text));
    }
    for resource in ["function:name", "function:name:$LATEST", "function:name:7"] {
        let text = format!("arn:aws:lambda:us-east-1:123456789012:{resource}");
        assert_eq!(LambdaArn::parse(&text).map(|arn| arn.to_string()), Ok(text));
    }
}

#[test]
fn a_qualifier_is_a_version_an_alias_or_a_label() {
    let parse =
        |tail: &str| StateMachineArn::parse(&format!("arn:aws:states:us-east-1:123456789012:stateMachine:m{tail}"));
    assert_eq!(parse(":3").unwrap().qualifier, Qualifier::Version(3));
    assert_eq!(parse(":v3").unwrap().qualifier, Qualifier::Alias("v3".into()));
    assert_eq!(parse("/l").unwrap().label.as_deref(), Some("l"));
    assert!(!parse("").unwrap().is_qualified() && parse("/l").unwrap().is_qualified());
    for bad in [":0", ":01", ":", ":a b", ":99999999999999999999", "/", "/l:1", ":1:2"] {
        assert!(parse(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_refusal_has_the_words_of_aws() {
    let machine = |text: &str| StateMachineArn::parse(text).unwrap_err().to_string();
    assert_eq!(machine("invalid_arn"), "Invalid ARN prefix: invalid_arn");
    assert_eq!(
        machine("arn:aws:lambda:us-east-1:1:function:f"),
        "Invalid ARN prefix: arn:aws:lambda:us-east-1:1:function:f"
    );
    assert_eq!(machine("arn:aws:states:us-east-1:1:activity:a"), "Resource type not valid in this context: activity");
    assert_eq!(machine("arn:aws:states::1:stateMachine:a"), "Invalid ARN region: arn:aws:states::1:stateMachine:a");
    assert_eq!(
        machine("arn:aws:states:r:1:stateMachine"),
        "Invalid ARN state machine name: arn:aws:states:r:1:stateMachine"
    );
    let express = "arn:aws:states:us-east-1:123456789012:express:m:n:id";
    let parsed = ExecutionArn::parse_express(express).expect("it is one");
    assert_eq!(format!("{}n:id", ExecutionArn::express_prefix(&parsed.state_machine_arn())), express);
    assert_eq!(
        ExecutionArn::parse(express).unwrap_err().to_string(),
        "Resource type not valid in this context: express"
    );
    assert!(ActivityArn::parse("arn:aws:states:us-east-1:123456789012:activity:a:b").is_err());
    assert!(Arn::parse("").is_err() && Arn::parse("arn").is_err() && Arn::parse("arn:aws:states:r:a:other:x").is_err());
}
