//! Laying out: what changes, what stays, and that a second time changes nothing.
#![allow(clippy::disallowed_methods, reason = "the definitions are files")]

use expect_test::{Expect, expect};
use std::fs;
use std::path::PathBuf;
use stepwell_asl::tree::{parse_json, parse_yaml};
use stepwell_asl::{Format, lay_out};

fn check(text: &str, format: Format, expected: Expect) {
    let laid_out = lay_out(text, format).expect("it can be read");
    expected.assert_eq(&laid_out);
    assert_eq!(lay_out(&laid_out, format).as_deref(), Ok(&*laid_out));
}

#[test]
fn json_has_one_shape() {
    check(
        "\u{feff}{ \"B\":1.50, \"A\":\n[ ],\"esc\":\"\\u00e9\\/ é\",\"e\":{},\r\n\"n\":[1,2.0,-3e+05,\"x\",null ] ,\"deep\":[[1,2],{\"a\":[]}],
        \"long\":[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\",\"ccccccccccccccccccccc\"]}",
        Format::Json,
        expect![[r#"
            {
              "B": 1.50,
              "A": [],
              "esc": "\u00e9\/ é",
              "e": {},
              "n": [1, 2.0, -3e+05, "x", null],
              "deep": [
                [1, 2],
                {
                  "a": []
                }
              ],
              "long": [
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
                "ccccccccccccccccccccc"
              ]
            }
        "#]],
    );
}

const EVERYTHING: &str = "\u{feff}# head

#second
StartAt:   A   # first


Comment: |
     one
       two   

     three
States: # all
    A:
        Type: Pass
        # about the result
        Result: {a:  1,   b: [1,
          2]}   # flow
        Parameters:
        -   x: 'a  # b'
            y:  \"two
               lines\"
            # inside
        - >-
           folded
           text
        - - 1
          -   2
        -
          z: plain text
             over lines
        # after the list
        Next: B

  # before B
    B:   {Type: Succeed}   


# end
";

#[test]
fn yaml_keeps_comments_and_texts() {
    check(
        EVERYTHING,
        Format::Yaml,
        expect![[r##"
            # head

            #second
            StartAt: A # first

            Comment: |
              one
                two   

              three
            States: # all
              A:
                Type: Pass
                # about the result
                Result: {a: 1, b: [1,
                  2]} # flow
                Parameters:
                  - x: 'a  # b'
                    y: "two
                      lines"
                    # inside
                  - >-
                    folded
                    text
                  - - 1
                    - 2
                  -
                    z: plain text
                      over lines
                # after the list
                Next: B

              # before B
              B: {Type: Succeed}

            # end
        "##]],
    );
}

#[test]
fn what_people_deploy_keeps_its_meaning() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/definitions");
    for entry in fs::read_dir(folder).expect("the folder is part of the crate") {
        let path = entry.expect("readable").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8").to_owned();
        if !name.ends_with(".json") && !name.ends_with(".yaml") {
            continue;
        }
        let (format, text) = (Format::of_file_name(&name), fs::read_to_string(&path).expect("readable"));
        let laid_out = lay_out(&text, format).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        assert_eq!(lay_out(&laid_out, format).as_deref(), Ok(&*laid_out), "{name}");
        let value = |text: &str| match format {
            Format::Json => parse_json(text).0.map(|tree| tree.to_value()),
            Format::Yaml => parse_yaml(text).0.map(|tree| tree.to_value()),
        };
        assert_eq!(value(&laid_out), value(&text), "{name}");
        let comments = |text: &str| text.matches('#').count();
        assert_eq!(comments(&laid_out), comments(&text), "{name}");
        // JSON is YAML, so every sample tries the other layout too.
        let as_yaml = lay_out(&text, Format::Yaml).unwrap_or_else(|findings| panic!("{name}: {findings:?}"));
        assert_eq!(parse_yaml(&as_yaml).0.map(|tree| tree.to_value()), parse_yaml(&text).0.map(|tree| tree.to_value()));
    }
}

#[test]
fn what_cannot_be_read_is_refused() {
    let refused = lay_out("{\"a\": }", Format::Json).expect_err("a value is missing");
    assert!(!refused.is_empty());
    assert!(lay_out("a: b: c", Format::Yaml).is_err());
    assert!(lay_out("", Format::Json).is_err());
}

/// Real texts with one change, and texts made to cost as much as they can: nothing panics, and what is laid out stays so.
#[test]
fn damaged_and_hostile_texts() {
    let mut seed = 1_u64;
    let mut next = move |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % bound
    };
    let alphabet: Vec<char> = "{}[]\",:\\\n\t\0 -&*!|>#'aé1.$%?".chars().collect();
    let original: Vec<char> = EVERYTHING.chars().collect();
    let mut refused = 0;
    for _ in 0..3000 {
        let mut characters = original.clone();
        for _ in 0..1 + next(3) {
            characters[next(original.len())] = alphabet[next(alphabet.len())];
        }
        let text: String = characters.into_iter().collect();
        if parse_yaml(&text).1.is_empty() {
            match lay_out(&text, Format::Yaml) {
                Ok(laid_out) => assert_eq!(lay_out(&laid_out, Format::Yaml), Ok(laid_out.clone()), "{text}"),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused < 60, "{refused} texts could not be laid out");
    let comments = "# comment\n".repeat(50_000);
    let flow = format!("a: [{}]\n", "[x, 'y'], ".repeat(30_000));
    for text in [format!("{comments}a: 1\n{comments}"), flow] {
        assert!(lay_out(&text, Format::Yaml).is_ok());
    }
}
