//! Versions and aliases, and executions started with them: requests as JSON bodies, answers as JSON bodies.

use api::*;
use functions::Functions;
use integrations::Integrations;
use interpreter::Timestamp;
use json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use stepwell_engine::{Engine, Environment, Options, registry::Identity};
use store::{Memory, Store};

const M: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";
const ROLE: &str = "arn:aws:iam::123456789012:role/r";

/// A millisecond passes with every look at the clock; what is drawn counts up.
#[derive(Default)]
struct Counting {
    looks: AtomicI64,
    draws: AtomicI64,
}

impl Environment for Counting {
    fn now(&self) -> Timestamp {
        Timestamp(self.looks.fetch_add(1, Ordering::SeqCst))
    }

    fn entropy(&self) -> [u8; 16] {
        i128::from(self.draws.fetch_add(1, Ordering::SeqCst)).to_be_bytes()
    }
}

struct World {
    store: Arc<Memory>,
    environment: Arc<Counting>,
    engine: Engine,
}

impl World {
    async fn new() -> World {
        let (store, environment) = (Arc::new(Memory::new()), Arc::new(Counting::default()));
        World { engine: World::open(&store, &environment).await, store, environment }
    }

    async fn open(store: &Arc<Memory>, environment: &Arc<Counting>) -> Engine {
        let mut options = Options::new(Identity::new("aws", "us-east-1", "123456789012"));
        options.environment = environment.clone();
        let functions = Functions::new(functions::Options::default());
        let store: Arc<dyn Store> = store.clone();
        Engine::open(store, Integrations::new(functions), options).await.expect("a memory store opens")
    }

    async fn restart(&mut self) {
        self.engine = World::open(&self.store, &self.environment).await;
    }

    /// `'` stands for `"`, `<M>` for the machine's ARN.
    async fn send(&self, operation: &str, body: &str) -> Result<Value, String> {
        let body = json::parse(&body.replace('\'', "\"").replace("<M>", M)).expect("the test's body is JSON");
        self.answer(operation, &body).await.map_err(|exception| exception.to_string().replace(M, "<M>"))
    }

    /// The same for a request that is answered, with `path` of the answer as text.
    async fn ask(&self, operation: &str, body: &str, path: &str) -> String {
        let answer = self.send(operation, body).await.unwrap_or_else(|error| panic!("{operation} {body}: {error}"));
        text(&answer, path)
    }

    async fn refused(&self, operation: &str, body: &str) -> String {
        match self.send(operation, body).await {
            Ok(answer) => panic!("{operation} {body}: {answer}"),
            Err(message) => message,
        }
    }

    async fn answer(&self, operation: &str, body: &Value) -> Result<Value, Exception> {
        let engine = &self.engine;
        macro_rules! perform {
            ($($name:literal $method:ident $request:ident;)*) => {
                match operation {
                    $($name => engine.$method($request::decode(body)?).await?.encode(),)*
                    other => panic!("no operation {other}"),
                }
            };
        }
        Ok(perform! {
            "CreateStateMachine" create_state_machine CreateStateMachineRequest;
            "UpdateStateMachine" update_state_machine UpdateStateMachineRequest;
            "DescribeStateMachine" describe_state_machine DescribeStateMachineRequest;
            "DeleteStateMachine" delete_state_machine DeleteStateMachineRequest;
            "PublishStateMachineVersion" publish_state_machine_version PublishStateMachineVersionRequest;
            "DeleteStateMachineVersion" delete_state_machine_version DeleteStateMachineVersionRequest;
            "ListStateMachineVersions" list_state_machine_versions ListStateMachineVersionsRequest;
            "CreateStateMachineAlias" create_state_machine_alias CreateStateMachineAliasRequest;
            "UpdateStateMachineAlias" update_state_machine_alias UpdateStateMachineAliasRequest;
            "DescribeStateMachineAlias" describe_state_machine_alias DescribeStateMachineAliasRequest;
            "DeleteStateMachineAlias" delete_state_machine_alias DeleteStateMachineAliasRequest;
            "ListStateMachineAliases" list_state_machine_aliases ListStateMachineAliasesRequest;
            "StartExecution" start_execution StartExecutionRequest;
            "DescribeExecution" describe_execution DescribeExecutionRequest;
            "DescribeStateMachineForExecution" describe_state_machine_for_execution DescribeStateMachineForExecutionRequest;
            "GetExecutionHistory" get_execution_history GetExecutionHistoryRequest;
            "ListExecutions" list_executions ListExecutionsRequest;
            "ListTagsForResource" list_tags_for_resource ListTagsForResourceRequest;
        })
    }

    async fn create(&self, more: &str) -> Result<Value, String> {
        let body = format!("{{'name': 'm', 'definition': {}, 'roleArn': '{ROLE}'{more}}}", definition("0"));
        self.send("CreateStateMachine", &body).await
    }

    /// Updates the machine to `comment` and publishes that; the number of the version.
    async fn publish(&self, comment: &str) -> String {
        let body = format!("{{'stateMachineArn': '<M>', 'definition': {}, 'publish': true}}", definition(comment));
        number_of(&self.ask("UpdateStateMachine", &body, "stateMachineVersionArn").await)
    }

    async fn numbers(&self, more: &str) -> String {
        let body = format!("{{'stateMachineArn': '<M>'{more}}}");
        let answer = self.send("ListStateMachineVersions", &body).await.expect("a list");
        joined(&answer, "stateMachineVersions", "stateMachineVersionArn")
    }

    async fn aliases(&self, arn: &str, more: &str) -> String {
        let body = format!("{{'stateMachineArn': '{arn}'{more}}}");
        let answer = self.send("ListStateMachineAliases", &body).await.expect("a list");
        joined(&answer, "stateMachineAliases", "stateMachineAliasArn")
    }

    async fn create_alias(&self, name: &str, routes: &[(u64, u64)], more: &str) -> Result<Value, String> {
        let body = format!("{{'name': '{name}', 'routingConfiguration': {}{more}}}", routing(routes));
        self.send("CreateStateMachineAlias", &body).await
    }
}

fn definition(comment: &str) -> String {
    format!(
        "'{{\\'Comment\\': \\'{comment}\\', \\'StartAt\\': \\'A\\', \\'States\\': {{\\'A\\': {{\\'Type\\': \\'Pass\\', \\'End\\': true}}}}}}'"
    )
}

fn routing(routes: &[(u64, u64)]) -> String {
    let route =
        |(version, weight): &(u64, u64)| format!("{{'stateMachineVersionArn': '<M>:{version}', 'weight': {weight}}}");
    format!("[{}]", routes.iter().map(route).collect::<Vec<_>>().join(","))
}

/// The member at `path`, absent as `-`.
fn text(answer: &Value, path: &str) -> String {
    let found = path.split('.').try_fold(answer, |value, name| value.get(name));
    match found {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.replace(M, "<M>"),
        Some(other) => other.to_string().replace(M, "<M>").replace('"', "'"),
    }
}

fn number_of(arn: &str) -> String {
    arn.strip_prefix("<M>:").unwrap_or(arn).to_owned()
}

/// What qualifies the ARNs of a list, and `+` if there is more.
fn joined(answer: &Value, list: &str, member: &str) -> String {
    let items = answer.get(list).and_then(Value::as_array).expect("a list");
    let mut names: Vec<String> = items.iter().map(|item| number_of(&text(item, member))).collect();
    names.extend(answer.get("nextToken").map(|_| "+".to_owned()));
    names.join(" ")
}

#[tokio::test]
async fn a_revision_is_published_once_and_numbers_never_come_again() {
    let mut world = World::new().await;
    world.create("").await.expect("a machine");
    let publish = "{'stateMachineArn': '<M>', 'description': 'first'}";
    let first = world.send("PublishStateMachineVersion", publish).await.expect("a version");
    let again = publish.replace("first", "another description");
    assert_eq!(world.send("PublishStateMachineVersion", &again).await.as_ref(), Ok(&first), "the revision has one");
    assert_eq!(text(&first, "stateMachineVersionArn"), "<M>:1");
    assert_eq!(world.publish("1").await, "2");
    assert_eq!(world.publish("1").await, "2", "nothing has changed");
    assert_eq!(world.publish("0").await, "3", "an old definition is a new revision");
    assert_eq!(world.numbers("").await, "3 2 1");
    let delete = "{'stateMachineVersionArn': '<M>:3'}";
    assert_eq!(world.ask("DeleteStateMachineVersion", delete, "").await, "-");
    assert_eq!(world.ask("DeleteStateMachineVersion", delete, "").await, "-", "deleting what is not there is fine");
    world.restart().await;
    assert_eq!(world.numbers("").await, "2 1");
    let publish = "{'stateMachineArn': '<M>'}";
    assert_eq!(world.ask("PublishStateMachineVersion", publish, "stateMachineVersionArn").await, "<M>:4");

    let version = "{'stateMachineArn': '<M>:1'}";
    let described = world.send("DescribeStateMachine", version).await.expect("a version");
    assert_eq!(text(&described, "description"), "first");
    assert_eq!(text(&described, "creationDate"), text(&first, "creationDate"));
    assert_eq!((text(&described, "stateMachineArn"), text(&described, "revisionId")), ("<M>:1".into(), "-".into()));
    assert!(text(&described, "definition").contains("\"0\""), "{described}");
    for missing in ["<M>:3", "<M>:PROD", "<M>x:1"] {
        let body = format!("{{'stateMachineArn': '{missing}'}}");
        let expected = format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{missing}'");
        for operation in ["DescribeStateMachine", "StartExecution", "ListExecutions", "PublishStateMachineVersion"] {
            assert_eq!(world.refused(operation, &body).await, expected, "{operation}");
        }
    }
    let tags = world.refused("ListTagsForResource", "{'resourceArn': '<M>:1'}").await;
    assert_eq!(tags, "ResourceNotFound: Resource not found: '<M>:1'");
}

#[tokio::test]
async fn publishing_another_revision_than_the_current_one_is_a_conflict() {
    let world = World::new().await;
    world.create("").await.expect("a machine");
    let publish = |revision: &str| format!("{{'stateMachineArn': '<M>', 'revisionId': '{revision}'}}");
    let conflict = |wanted: &str, current: &str| {
        format!(
            "ConflictException: Failed to publish the State Machine version for revision {wanted}. The current State Machine revision is {current}."
        )
    };
    assert_eq!(world.refused("PublishStateMachineVersion", &publish("x")).await, conflict("x", "INITIAL"));
    world.send("PublishStateMachineVersion", &publish("INITIAL")).await.expect("never updated");
    let update = format!("{{'stateMachineArn': '<M>', 'definition': {}}}", definition("1"));
    let current = world.ask("UpdateStateMachine", &update, "revisionId").await;
    assert_eq!(world.refused("PublishStateMachineVersion", &publish("INITIAL")).await, conflict("INITIAL", &current));
    let version = world.ask("PublishStateMachineVersion", &publish(&current), "stateMachineVersionArn").await;
    assert_eq!(version, "<M>:2");
}

#[tokio::test]
async fn creating_again_is_the_same_only_if_what_is_published_is() {
    let mut world = World::new().await;
    let publish = ", 'publish': true, 'versionDescription': 'd'";
    let first = world.create(publish).await.expect("a machine");
    assert_eq!(text(&first, "stateMachineVersionArn"), "<M>:1");
    world.restart().await;
    assert_eq!(world.create(publish).await, Ok(first), "also after a restart");
    for other in ["", ", 'publish': true", ", 'publish': true, 'versionDescription': 'e'"] {
        let refused = world.create(other).await.expect_err("another request");
        assert_eq!(refused, "StateMachineAlreadyExists: State Machine Already Exists: '<M>'", "{other}");
    }
    world.send("DeleteStateMachineVersion", "{'stateMachineVersionArn': '<M>:1'}").await.expect("no alias");
    let again = world.create(publish).await.expect("the same request");
    assert_eq!(text(&again, "stateMachineVersionArn"), "-", "what is gone is not named");
}

#[tokio::test]
async fn pages_stay_right_while_versions_and_aliases_come_and_go() {
    let world = World::new().await;
    world.create(", 'publish': true").await.expect("a machine");
    for number in 2..=5 {
        assert_eq!(world.publish(&number.to_string()).await, number.to_string());
        world.create_alias(&format!("a{number}"), &[(number, 100)], "").await.expect("an alias");
    }
    let body = "{'stateMachineArn': '<M>', 'maxResults': 2}";
    let token = world.ask("ListStateMachineVersions", body, "nextToken").await;
    let aliases_token = world.ask("ListStateMachineAliases", body, "nextToken").await;
    assert_eq!(world.numbers(", 'maxResults': 2").await, "5 4 +");
    assert_eq!(world.aliases("<M>", ", 'maxResults': 2").await, "a2 a3 +");
    for gone in ["a3", "a4"] {
        world.ask("DeleteStateMachineAlias", &format!("{{'stateMachineAliasArn': '<M>:{gone}'}}"), "").await;
    }
    for gone in [3, 4] {
        world.ask("DeleteStateMachineVersion", &format!("{{'stateMachineVersionArn': '<M>:{gone}'}}"), "").await;
    }
    assert_eq!(world.publish("6").await, "6");
    world.create_alias("a3", &[(6, 100)], "").await.expect("an alias of an old name");
    assert_eq!(world.numbers(&format!(", 'maxResults': 2, 'nextToken': '{token}'")).await, "2 1");
    assert_eq!(world.aliases("<M>", &format!(", 'maxResults': 1, 'nextToken': '{aliases_token}'")).await, "a5 +");
    assert_eq!(world.aliases("<M>", "").await, "a2 a5 a3");
    let of_another_list = format!("{{'stateMachineArn': '<M>', 'nextToken': '{token}'}}");
    let refused = world.refused("ListStateMachineAliases", &of_another_list).await;
    assert_eq!(refused, "InvalidToken: Invalid Token: 'Invalid token'");
}

#[tokio::test]
async fn an_alias_leads_to_versions_that_are_there() {
    let mut world = World::new().await;
    world.create(", 'publish': true").await.expect("a machine");
    world.publish("2").await;
    let first = world.create_alias("PROD", &[(1, 100)], ", 'description': 'd'").await.expect("an alias");
    assert_eq!(text(&first, "stateMachineAliasArn"), "<M>:PROD");
    assert_eq!(world.create_alias("PROD", &[(1, 100)], ", 'description': 'd'").await, Ok(first), "the same again");
    let conflict = "ConflictException: Failed to create alias because an alias with the same name and a different routing configuration already exists.";
    assert_eq!(world.create_alias("PROD", &[(1, 100)], "").await.expect_err("another description"), conflict);
    let missing = "ResourceNotFound: Request references a resource that does not exist.";
    assert_eq!(world.create_alias("BETA", &[(1, 50), (7, 50)], "").await.expect_err("no version 7"), missing);

    let update =
        format!("{{'stateMachineAliasArn': '<M>:PROD', 'routingConfiguration': {}}}", routing(&[(1, 30), (2, 70)]));
    let updated = world.ask("UpdateStateMachineAlias", &update, "updateDate").await;
    world.restart().await;
    let described =
        world.send("DescribeStateMachineAlias", "{'stateMachineAliasArn': '<M>:PROD'}").await.expect("it is there");
    assert_eq!(text(&described, "updateDate"), updated);
    assert_eq!((text(&described, "name"), text(&described, "description")), ("PROD".into(), "d".into()));
    assert_eq!(
        text(&described, "routingConfiguration"),
        "[{'stateMachineVersionArn':'<M>:1','weight':30},{'stateMachineVersionArn':'<M>:2','weight':70}]"
    );
    world.create_alias("BETA", &[(2, 100)], "").await.expect("an alias");
    assert_eq!(world.aliases("<M>", "").await, "PROD BETA");
    assert_eq!(world.aliases("<M>:1", "").await, "PROD");
    assert_eq!(world.aliases("<M>:2", "").await, "PROD BETA");
    assert_eq!(
        world.refused("DeleteStateMachineVersion", "{'stateMachineVersionArn': '<M>:2'}").await,
        "ConflictException: Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [BETA, PROD]"
    );
    for operation in ["UpdateStateMachineAlias", "DescribeStateMachineAlias"] {
        let body = "{'stateMachineAliasArn': '<M>:GONE', 'description': 'd'}";
        assert_eq!(world.refused(operation, body).await, missing, "{operation}");
    }
    assert_eq!(world.ask("DeleteStateMachineAlias", "{'stateMachineAliasArn': '<M>:GONE'}", "").await, "-");

    world.ask("DeleteStateMachine", "{'stateMachineArn': '<M>'}", "").await;
    assert_eq!(world.refused("DescribeStateMachineAlias", "{'stateMachineAliasArn': '<M>:PROD'}").await, missing);
    world.restart().await;
    world.create("").await.expect("a new machine of the same name");
    assert_eq!((world.numbers("").await, world.aliases("<M>", "").await), (String::new(), String::new()));
}

#[tokio::test]
async fn executions_are_started_by_version_and_by_the_weights_of_an_alias() {
    let mut world = World::new().await;
    world.create(", 'publish': true").await.expect("a machine");
    world.publish("2").await;
    world.create_alias("PROD", &[(1, 30), (2, 70)], "").await.expect("an alias");
    let start = async |world: &World, arn: &str, name: &str| {
        let body = format!("{{'stateMachineArn': '{arn}', 'name': '{name}'}}");
        world.ask("StartExecution", &body, "executionArn").await
    };
    for number in 0..100 {
        start(&world, "<M>:PROD", &format!("by-alias-{number:02}")).await;
    }
    let by_alias = "arn:aws:states:us-east-1:123456789012:execution:m:by-alias-99";
    let by_version = start(&world, "<M>:1", "by-version").await;
    let plain = start(&world, "<M>", "plain").await;
    world.restart().await;
    let describe = |execution: &str| format!("{{'executionArn': '{execution}'}}");
    let described = world.send("DescribeExecution", &describe(&by_version)).await.expect("an execution");
    assert_eq!(text(&described, "stateMachineArn"), "<M>");
    assert_eq!(text(&described, "stateMachineVersionArn"), "<M>:1");
    assert_eq!(text(&described, "stateMachineAliasArn"), "-");
    let history = world.send("GetExecutionHistory", &describe(by_alias)).await.expect("a history");
    let first = &history.get("events").and_then(Value::as_array).expect("events")[0];
    let details = first.get("executionStartedEventDetails").expect("the start comes first");
    assert_eq!(text(details, "stateMachineAliasArn"), "<M>:PROD");
    assert_eq!(text(details, "stateMachineVersionArn"), "<M>:2");
    let ran = world.ask("DescribeStateMachineForExecution", &describe(&by_version), "definition").await;
    assert!(ran.contains("\"0\""), "{ran}");
    let described = world.send("DescribeExecution", &describe(&plain)).await.expect("an execution");
    assert_eq!(text(&described, "stateMachineVersionArn"), "-");

    let list = async |world: &World, arn: &str| {
        let body = format!("{{'stateMachineArn': '{arn}', 'maxResults': 1000}}");
        let answer = world.send("ListExecutions", &body).await.expect("a list");
        let executions = answer.get("executions").and_then(Value::as_array).expect("a list").to_vec();
        let count = |member: &str, value: &str| executions.iter().filter(|item| text(item, member) == value).count();
        let by_version = [count("stateMachineVersionArn", "<M>:1"), count("stateMachineVersionArn", "<M>:2")];
        (executions.len(), by_version, count("stateMachineAliasArn", "<M>:PROD"))
    };
    // A hundred draws that count up: the weights come out exactly.
    assert_eq!(list(&world, "<M>:PROD").await, (100, [30, 70], 100));
    assert_eq!(list(&world, "<M>:1").await, (31, [31, 0], 30));
    assert_eq!(list(&world, "<M>:2").await, (70, [0, 70], 70));
    assert_eq!(list(&world, "<M>").await, (102, [31, 70], 100));
}

#[tokio::test]
async fn a_machine_has_a_thousand_versions_and_a_hundred_aliases() {
    let world = World::new().await;
    world.create(", 'publish': true").await.expect("a machine");
    for number in 2..=1000 {
        assert_eq!(world.publish(&number.to_string()).await, number.to_string());
    }
    let update = format!("{{'stateMachineArn': '<M>', 'definition': {}, 'publish': true}}", definition("one more"));
    let refused = world.refused("UpdateStateMachine", &update).await;
    assert!(refused.starts_with("ServiceQuotaExceededException: "), "{refused}");
    let current = world.ask("DescribeStateMachine", "{'stateMachineArn': '<M>'}", "definition").await;
    assert!(!current.contains("one more"), "an update that cannot be published is none: {current}");
    world.send("DeleteStateMachineVersion", "{'stateMachineVersionArn': '<M>:500'}").await.expect("no alias");
    assert_eq!(world.publish("one more").await, "1001");
    for number in 0..100 {
        world.create_alias(&format!("a{number}"), &[(1, 100)], "").await.expect("an alias");
    }
    let refused = world.create_alias("a100", &[(1, 100)], "").await.expect_err("one too many");
    assert!(refused.starts_with("ServiceQuotaExceededException: "), "{refused}");
}
