//! Where credentials come from: each link of the chain against a server that writes down what it is asked, how often, and what is done when one gives
//! none.

use crate::peer::Peer;
use crate::{answer, role_answer, settings};
use expect_test::{Expect, expect};
use std::path::PathBuf;
use stepwell_aws_client::{Client, Profile, Settings};

/// What the server is asked and which credentials are found, several times behind each other. `URL` in variables and profile is the server's.
async fn check(answers: Vec<String>, config: &str, variables: &[(&str, &str)], times: usize, expected: Expect) {
    let peer = Peer::start(answers).await;
    let variables = variables.iter().map(|(name, value)| (*name, value.replace("URL", &peer.url)));
    let profile = Profile::from_texts(&config.replace("URL", &peer.url), "", None).expect("the default one");
    let settings = Settings {
        variables: variables.collect(),
        profile,
        use_instance_metadata: true,
        attempts_max: 1,
        ..settings(&peer.url)
    };
    let client = Client::new(settings);
    let mut told = String::new();
    for _ in 0..times {
        let found = client.credentials(None, true).await;
        told.push_str(&found.map_or_else(|error| error.to_string(), |found| format!("{found:?}")));
        told.push('\n');
    }
    let told = format!("{}{told}", peer.asked()).replace(&peer.url, "URL");
    expected.assert_eq(&told);
}

/// A file of a test's own.
fn file(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(path.parent().expect("a directory")).expect("it can be made");
    std::fs::write(&path, content).expect("it can be written");
    path
}

fn in_minutes(minutes: i64) -> jiff::Timestamp {
    jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes)
}

fn ok(body: &str) -> String {
    answer("200 OK", "", body)
}

/// As containers and machines write them.
fn near(key: &str, minutes: i64) -> String {
    ok(&format!(
        r#"{{"Code":"Success","AccessKeyId":"{key}","SecretAccessKey":"s","Token":"t","Expiration":"{}"}}"#,
        in_minutes(minutes)
    ))
}

#[tokio::test]
async fn a_container_is_asked_with_its_token_until_shortly_before_the_end() {
    let token = file("container-token", "secret-token\n");
    let token = token.to_str().expect("UTF-8");
    let variables =
        [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "URL/creds?a=b"), ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token)];
    // The first ones are about to expire: they are renewed, and go on when that fails.
    let failed = answer("500 Oops", "", "");
    let answers = vec![near("FIRST", 1), failed, near("SECOND", 60)];
    check(
        answers,
        "",
        &variables,
        4,
        expect![[r#"
        GET /creds?a=b HTTP/1.1
        authorization: secret-token


        ---
        GET /creds?a=b HTTP/1.1
        authorization: secret-token


        ---
        GET /creds?a=b HTTP/1.1
        authorization: secret-token


        ---
        Credentials(FIRST)
        Credentials(FIRST)
        Credentials(SECOND)
        Credentials(SECOND)
    "#]],
    )
    .await;
    check(
        vec![failed_for_good()],
        "",
        &variables,
        1,
        expect![[r#"
        GET /creds?a=b HTTP/1.1
        authorization: secret-token


        ---
        URL/creds?a=b: it answers 403 Forbidden
    "#]],
    )
    .await;
    let elsewhere = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://198.51.100.1/creds")];
    check(
        vec![],
        "",
        &elsewhere,
        1,
        expect![[r#"
        AWS_CONTAINER_CREDENTIALS_FULL_URI 'http://198.51.100.1/creds' is neither https nor a container's own host
    "#]],
    )
    .await;
}

fn failed_for_good() -> String {
    answer("403 Forbidden", "", "no")
}

#[tokio::test]
async fn a_machine_is_asked_with_a_session_unless_that_is_forbidden() {
    let answers = vec![ok("session"), ok("the-role\n"), near("KEY", 60)];
    let place = ("AWS_EC2_METADATA_SERVICE_ENDPOINT", "URL/");
    check(
        answers,
        "",
        &[place],
        2,
        expect![[r#"
        PUT /latest/api/token HTTP/1.1
        x-aws-ec2-metadata-token-ttl-seconds: 21600


        ---
        GET /latest/meta-data/iam/security-credentials/ HTTP/1.1
        x-aws-ec2-metadata-token: session


        ---
        GET /latest/meta-data/iam/security-credentials/the-role HTTP/1.1
        x-aws-ec2-metadata-token: session


        ---
        Credentials(KEY)
        Credentials(KEY)
    "#]],
    )
    .await;
    // The first version of the protocol is not tried.
    check(
        vec![failed_for_good()],
        "",
        &[place],
        1,
        expect![[r#"
        PUT /latest/api/token HTTP/1.1
        x-aws-ec2-metadata-token-ttl-seconds: 21600


        ---
        URL/latest/api/token: it answers 403 Forbidden
    "#]],
    )
    .await;
    check(vec![], "", &[place, ("AWS_EC2_METADATA_DISABLED", "True")], 1, expect![[r#"
        Unable to load credentials: there are no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the profile in ~/.aws has none, and neither a container nor this machine gives any
    "#]]).await;
    // What is nearer counts first.
    let keys = [place, ("AWS_ACCESS_KEY_ID", "OWN"), ("AWS_SECRET_ACCESS_KEY", "s")];
    check(
        vec![],
        "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n",
        &keys,
        1,
        expect![[r#"
        Credentials(OWN)
    "#]],
    )
    .await;
    check(
        vec![],
        "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n",
        &[place],
        1,
        expect![[r#"
        Credentials(FILE)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_web_identity_becomes_a_role() {
    let token = file("web-identity", "header.claims.signature\n");
    let token = token.to_str().expect("UTF-8");
    let role = ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod");
    let variables = [("AWS_WEB_IDENTITY_TOKEN_FILE", token), role, ("AWS_ROLE_SESSION_NAME", "me")];
    let given = role_answer("POD", 60).replace("<AssumeRoleRe", "<AssumeRoleWithWebIdentityRe");
    let given = given.replace("</AssumeRoleRe", "</AssumeRoleWithWebIdentityRe");
    let body = given.split_once("\r\n\r\n").expect("a body").1.to_owned();
    check(vec![answer("200 OK", "content-type: text/xml\r\n", &body)], "", &variables, 2, expect![[r#"
        POST / HTTP/1.1
        content-type: application/x-www-form-urlencoded; charset=utf-8

        Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fpod&RoleSessionName=me&WebIdentityToken=header.claims.signature
        ---
        Credentials(POD)
        Credentials(POD)
    "#]]).await;
    let missing = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token"), role];
    check(
        vec![],
        "",
        &missing,
        1,
        expect![[r#"
        the web identity in /nowhere/token cannot be read: No such file or directory (os error 2)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_profile_assumes_its_role_with_another() {
    let config = "[default]\nrole_arn = arn:aws:iam::123456789012:role/work\nsource_profile = base\nexternal_id = x\n\
        [profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n";
    check(vec![role_answer("WORK", 60)], config, &[], 2, expect![[r#"
        POST / HTTP/1.1
        authorization: …/eu-central-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date
        content-type: application/x-www-form-urlencoded; charset=utf-8

        Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fwork&RoleSessionName=stepwell&ExternalId=x
        ---
        Credentials(WORK)
        Credentials(WORK)
    "#]]).await;
    let circle = "[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = default\n";
    check(
        vec![],
        circle,
        &[],
        1,
        expect![[r#"
        profile b: it takes its credentials from too many others
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_login_gives_a_role_and_is_renewed() {
    let role = || {
        let milliseconds = in_minutes(60).as_millisecond();
        ok(&format!(
            r#"{{"roleCredentials":{{"accessKeyId":"SSO","secretAccessKey":"s","sessionToken":"t","expiration":{milliseconds}}}}}"#
        ))
    };
    let config = "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n\
        [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n";
    // Named by the hash of the session's name.
    let cache = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    let home = |name: &str, login: &str| {
        let path = file(&format!("{name}/{cache}"), login);
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        (path, home.to_str().expect("UTF-8").to_owned())
    };
    let open = format!(r#"{{"accessToken":"open","expiresAt":"{}"}}"#, in_minutes(60));
    let (_, directory) = home("logged-in", &open);
    check(
        vec![role()],
        config,
        &[("HOME", &directory)],
        2,
        expect![[r#"
        GET /federation/credentials?account_id=123456789012&role_name=Dev HTTP/1.1
        x-amz-sso_bearer_token: open


        ---
        Credentials(SSO)
        Credentials(SSO)
    "#]],
    )
    .await;
    let over = r#"{"accessToken":"old","expiresAt":"2020-01-01T00:00:00Z","refreshToken":"r1","clientId":"c","clientSecret":"cs"}"#;
    let (path, directory) = home("to-be-renewed", over);
    let token = ok(r#"{"accessToken":"new","expiresIn":3600,"refreshToken":"r2","tokenType":"Bearer"}"#);
    check(
        vec![token, role()],
        config,
        &[("HOME", &directory)],
        1,
        expect![[r#"
        POST /token HTTP/1.1
        content-type: application/json

        {"clientId":"c","clientSecret":"cs","refreshToken":"r1","grantType":"refresh_token"}
        ---
        GET /federation/credentials?account_id=123456789012&role_name=Dev HTTP/1.1
        x-amz-sso_bearer_token: new


        ---
        Credentials(SSO)
    "#]],
    )
    .await;
    let written = std::fs::read_to_string(path).expect("it is there");
    assert!(written.contains(r#""accessToken":"new""#) && written.contains(r#""refreshToken":"r2""#), "{written}");
    let (_, directory) = home("over", r#"{"accessToken":"old","expiresAt":"2020-01-01T00:00:00Z"}"#);
    check(
        vec![],
        config,
        &[("HOME", &directory)],
        1,
        expect![[r#"
        profile default: nobody is logged in: aws sso login --profile default
    "#]],
    )
    .await;
}

#[tokio::test]
async fn a_program_is_run_again_when_what_it_gave_expires() {
    for (minutes, runs) in [(1, 3), (60, 1)] {
        let counted = file(&format!("runs-{minutes}"), "");
        let expires = in_minutes(minutes);
        let printed = format!(r#"{{"Version":1,"AccessKeyId":"MADE","SecretAccessKey":"s","Expiration":"{expires}"}}"#);
        let config = format!("[default]\ncredential_process = echo run >> {}; echo '{printed}'\n", counted.display());
        check(
            vec![],
            &config,
            &[],
            3,
            expect![[r#"
            Credentials(MADE)
            Credentials(MADE)
            Credentials(MADE)
        "#]],
        )
        .await;
        let counted = std::fs::read_to_string(counted).expect("it is there");
        assert_eq!(counted.lines().count(), runs, "{minutes} minutes");
    }
    let newer = "[default]\ncredential_process = echo '{\"Version\":2}'\n";
    check(
        vec![],
        newer,
        &[],
        1,
        expect![[r#"
        profile default: credential_process 'echo '{"Version":2}'' printed credentials of Version 2, not 1
    "#]],
    )
    .await;
}
