//! The registry over the memory store: requests as JSON bodies, answers as JSON bodies.

use super::activity::Activity;
use super::machine::Machine;
use super::{Identity, Registry};
use api::{Exception, limits};
use json::Value;
use std::sync::Arc;
use store::{Memory, Store};

const PASS: &str = "{'StartAt': 'A', 'States': {'A': {'Type': 'Pass', 'End': true}}}";
const OTHER: &str = "{'StartAt': 'B', 'States': {'B': {'Type': 'Pass', 'End': true}}}";
const M: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:m";

struct World {
    memory: Memory,
    registry: Registry,
    now_ms: i64,
}

async fn open(memory: &Memory) -> Registry {
    let store: Arc<dyn Store> = Arc::new(memory.reopen());
    Registry::open(store, Identity::new("aws", "us-east-1", "123456789012")).await.expect("a store that opens")
}

impl World {
    async fn new() -> World {
        let memory = Memory::new();
        let registry = open(&memory).await;
        World { memory, registry, now_ms: 1000 }
    }

    /// Sends a request a second after the one before; `'` stands for `"`, `<M>` for the machine's ARN.
    async fn send(&mut self, operation: &str, body: &str) -> String {
        self.now_ms += 1000;
        let body = json::parse(&body.replace('\'', "\"").replace("<M>", M)).expect("the test's body is JSON");
        match self.answer(operation, &body).await {
            Ok(answer) => answer.to_string().replace('"', "'").replace(M, "<M>"),
            Err(exception) => exception.to_string().replace(M, "<M>"),
        }
    }

    async fn answer(&self, operation: &str, body: &Value) -> Result<Value, Exception> {
        let (registry, now) = (&self.registry, self.now_ms);
        Ok(match operation {
            "CreateStateMachine" => {
                registry.create_state_machine(api::CreateStateMachineRequest::decode(body)?, now).await?.encode()
            }
            "UpdateStateMachine" => {
                registry.update_state_machine(api::UpdateStateMachineRequest::decode(body)?, now).await?.encode()
            }
            "DescribeStateMachine" => {
                registry.describe_state_machine(api::DescribeStateMachineRequest::decode(body)?, now).await?.encode()
            }
            "DeleteStateMachine" => {
                let deleted = registry.delete_state_machine(api::DeleteStateMachineRequest::decode(body)?, now).await?;
                deleted.map(|deleted| deleted.machine_arn.to_string()).map_or(Value::Null, Value::from)
            }
            "ListStateMachines" => {
                registry.list_state_machines(api::ListStateMachinesRequest::decode(body)?, now).await?.encode()
            }
            "CreateActivity" => {
                registry.create_activity(api::CreateActivityRequest::decode(body)?, now).await?.encode()
            }
            "DescribeActivity" => {
                registry.describe_activity(api::DescribeActivityRequest::decode(body)?, now).await?.encode()
            }
            "DeleteActivity" => {
                registry.delete_activity(api::DeleteActivityRequest::decode(body)?, now).await?.encode()
            }
            "ListActivities" => {
                registry.list_activities(api::ListActivitiesRequest::decode(body)?, now).await?.encode()
            }
            "TagResource" => registry.tag_resource(api::TagResourceRequest::decode(body)?, now).await?.encode(),
            "UntagResource" => registry.untag_resource(api::UntagResourceRequest::decode(body)?, now).await?.encode(),
            "ListTagsForResource" => {
                registry.list_tags_for_resource(api::ListTagsForResourceRequest::decode(body)?, now).await?.encode()
            }
            other => panic!("no operation {other}"),
        })
    }

    async fn create(&mut self, name: &str, definition: &str, more: &str) -> String {
        let definition = definition.replace('\'', "\\'");
        let role = "arn:aws:iam::123456789012:role/r";
        let body = format!("{{'name': '{name}', 'definition': '{definition}', 'roleArn': '{role}'{more}}}");
        self.send("CreateStateMachine", &body).await
    }

    /// The current revision's number, `revisionId` and text.
    async fn current(&self) -> Result<(u64, Option<String>, String), Exception> {
        let revision = self.registry.current(&M.parse()?).await?;
        let id = revision.revision_id.as_ref().map(ToString::to_string);
        Ok((revision.number.0, id, revision.definition_text.replace('"', "'")))
    }
}

fn escaped(definition: &str) -> String {
    definition.replace('\'', "\\'")
}

#[tokio::test]
async fn creating_again_is_the_same_only_if_the_text_is() {
    let mut world = World::new().await;
    let first = "{'stateMachineArn':'<M>','creationDate':2.000}";
    assert_eq!(world.create("m", PASS, "").await, first);
    assert_eq!(world.create("m", PASS, ", 'tags': [{'key': 'k'}]").await, first, "tags and role do not count");
    let exists = "StateMachineAlreadyExists: State Machine Already Exists: '<M>'";
    assert_eq!(world.create("m", OTHER, "").await, exists);
    assert_eq!(world.create("m", &PASS.replace(": ", ":"), "").await, exists, "the same JSON in another layout");
    assert_eq!(world.create("m", PASS, ", 'type': 'EXPRESS'").await, exists);
    assert_eq!(world.create("m", PASS, ", 'tracingConfiguration': {'enabled': true}").await, exists);
    assert_eq!(world.send("ListTagsForResource", "{'resourceArn': '<M>'}").await, "{'tags':[]}");
    assert_eq!(
        world.create("n", "{'Comment': 'x', 'StartAt': 'A'}", "").await,
        "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: [States] at /'"
    );
}

#[tokio::test]
async fn an_update_makes_a_revision_and_the_old_one_stays() {
    let mut world = World::new().await;
    world.create("m", PASS, "").await;
    let (first, no_id, _) = world.current().await.unwrap();
    assert_eq!(no_id, None);

    let same = format!("{{'stateMachineArn': '<M>', 'definition': '{}'}}", escaped(PASS));
    assert_eq!(world.send("UpdateStateMachine", &same).await, "{'updateDate':3.000}", "nothing changed, no revision");
    let other = format!("{{'stateMachineArn': '<M>', 'definition': '{}'}}", escaped(OTHER));
    world.send("UpdateStateMachine", &other).await;
    let (second, id, text) = world.current().await.unwrap();
    assert_eq!(text, OTHER);
    assert!(second > first && id.is_some());
    let id = id.unwrap();
    assert_eq!(
        world.send("UpdateStateMachine", &other).await,
        format!("{{'updateDate':5.000,'revisionId':'{id}'}}"),
        "nothing changed, the same revision"
    );
    world.registry = open(&world.memory).await;
    assert_eq!(world.current().await.unwrap(), (second, Some(id.clone()), OTHER.to_owned()), "after a restart");
    let old = world.registry.revision(super::RevisionNumber(first)).await.expect("an immutable row");
    assert_eq!(&*old.definition.scopes[0].states[0].name, "A");

    assert_eq!(
        world.send("DescribeStateMachine", "{'stateMachineArn': '<M>', 'includedData': 'METADATA_ONLY'}").await,
        format!(
            "{{'stateMachineArn':'<M>','name':'m','status':'ACTIVE','definition':'{{}}','roleArn':'arn:aws:iam::123456789012:role/r','type':'STANDARD','creationDate':2.000,'loggingConfiguration':{{'level':'OFF','includeExecutionData':false}},'tracingConfiguration':{{'enabled':false}},'revisionId':'{id}','encryptionConfiguration':{{'type':'AWS_OWNED_KEY'}}}}"
        )
    );
    for missing in ["<M>:1", "<M>x", "arn:aws:states:eu-west-1:123456789012:stateMachine:m"] {
        let update = other.replace("<M>", missing);
        let expected = format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{missing}'");
        assert_eq!(world.send("UpdateStateMachine", &update).await, expected);
    }
}

#[tokio::test]
async fn a_deleted_machine_leaves_its_revisions_and_frees_its_name() {
    let mut world = World::new().await;
    world.create("m", PASS, ", 'tags': [{'key': 'k', 'value': 'v'}]").await;
    let (first, ..) = world.current().await.unwrap();
    assert_eq!(world.send("DeleteStateMachine", "{'stateMachineArn': '<M>'}").await, "'<M>'");
    assert_eq!(world.send("DeleteStateMachine", "{'stateMachineArn': '<M>'}").await, "null", "always fine");
    let gone = world.current().await.unwrap_err().to_string();
    assert_eq!(gone, format!("StateMachineDoesNotExist: State Machine Does Not Exist: '{M}'"));
    assert!(world.registry.revision(super::RevisionNumber(first)).await.is_ok(), "executions may still run it");
    world.create("m", OTHER, "").await;
    world.registry = open(&world.memory).await;
    assert!(world.current().await.unwrap().0 > first, "numbers are not used again");
    assert_eq!(world.send("ListTagsForResource", "{'resourceArn': '<M>'}").await, "{'tags':[]}");
}

#[tokio::test]
async fn lists_are_ordered_by_name_and_paged() {
    let mut world = World::new().await;
    for name in ["c", "a", "b"] {
        world.create(name, PASS, "").await;
        world.send("CreateActivity", &format!("{{'name': '{name}'}}")).await;
    }
    let names = |page: &str, key: &str| -> Vec<String> {
        let page = json::parse(&page.replace('\'', "\"")).unwrap();
        page.get(key).unwrap().as_array().unwrap().iter().map(|item| item.get("name").unwrap().to_string()).collect()
    };
    for (operation, key) in [("ListStateMachines", "stateMachines"), ("ListActivities", "activities")] {
        assert_eq!(names(&world.send(operation, "{}").await, key), ["\"a\"", "\"b\"", "\"c\""]);
        let first = world.send(operation, "{'maxResults': 2}").await;
        assert_eq!(names(&first, key), ["\"a\"", "\"b\""]);
        let token = first.split("'nextToken':'").nth(1).and_then(|rest| rest.split('\'').next()).expect("a token");
        let second = world.send(operation, &format!("{{'maxResults': 2, 'nextToken': '{token}'}}")).await;
        assert_eq!(names(&second, key), ["\"c\""]);
        assert!(!second.contains("nextToken"));
        assert!(
            !world.send(operation, "{'maxResults': 3}").await.contains("nextToken"),
            "a full last page is the last"
        );
        let refused = world.send(operation, "{'nextToken': 'InvalidToken'}").await;
        assert_eq!(refused, "InvalidToken: Invalid Token: 'Invalid token'");
    }
}

#[tokio::test]
async fn activities_come_and_go() {
    let mut world = World::new().await;
    let arn = "arn:aws:states:us-east-1:123456789012:activity:a.1";
    let created = format!("{{'activityArn':'{arn}','creationDate':2.000}}");
    assert_eq!(world.send("CreateActivity", "{'name': 'a.1'}").await, created);
    assert_eq!(world.send("CreateActivity", "{'name': 'a.1', 'tags': [{'key': 'k'}]}").await, created);
    let encrypted = "{'name': 'a.1', 'encryptionConfiguration': {'type': 'CUSTOMER_MANAGED_KMS_KEY', 'kmsKeyId': 'k'}}";
    let exists = format!("ActivityAlreadyExists: Activity Already Exists: '{arn}'");
    assert_eq!(world.send("CreateActivity", encrypted).await, exists);
    world.registry = open(&world.memory).await;
    let named = format!("{{'activityArn': '{arn}'}}");
    assert_eq!(
        world.send("DescribeActivity", &named).await,
        format!(
            "{{'activityArn':'{arn}','name':'a.1','creationDate':2.000,'encryptionConfiguration':{{'type':'AWS_OWNED_KEY'}}}}"
        )
    );
    assert_eq!(world.send("DeleteActivity", &named).await, "{}");
    assert_eq!(world.send("DeleteActivity", &named).await, "{}");
    let gone = format!("ActivityDoesNotExist: Activity Does Not Exist: '{arn}'");
    assert_eq!(world.send("DescribeActivity", &named).await, gone);
}

#[tokio::test]
async fn tags_are_set_and_removed_on_machines_and_activities_only() {
    let mut world = World::new().await;
    world.create("m", PASS, ", 'tags': [{'key': 'a', 'value': '1'}]").await;
    let tags = "{'resourceArn': '<M>', 'tags': [{'key': 'b', 'value': '2'}, {'key': 'a', 'value': '3'}]}";
    assert_eq!(world.send("TagResource", tags).await, "{}");
    world.registry = open(&world.memory).await;
    let list = "{'resourceArn': '<M>'}";
    let both = "{'tags':[{'key':'a','value':'3'},{'key':'b','value':'2'}]}";
    assert_eq!(world.send("ListTagsForResource", list).await, both);
    assert_eq!(world.send("UntagResource", "{'resourceArn': '<M>', 'tagKeys': ['a', 'unknown']}").await, "{}");
    assert_eq!(world.send("UntagResource", "{'resourceArn': '<M>', 'tagKeys': []}").await, "{}");
    assert_eq!(world.send("ListTagsForResource", list).await, "{'tags':[{'key':'b','value':'2'}]}");
    for absent in ["<M>:1", "<M>x", "arn:aws:states:us-east-1:123456789012:activity:a"] {
        let refused = world.send("TagResource", &tags.replace("<M>", absent)).await;
        assert_eq!(refused, format!("ResourceNotFound: Resource not found: '{absent}'"));
    }
    let many: Vec<String> = (0..51).map(|number| format!("{{'key': '{number}'}}")).collect();
    let many = format!("{{'resourceArn': '<M>', 'tags': [{}]}}", many.join(","));
    assert_eq!(world.send("TagResource", &many).await, "TooManyTags: Too many tags on resource: '<M>'");
}

#[tokio::test]
async fn only_one_of_many_concurrent_creations_wins() {
    let mut world = World::new().await;
    let registry = &world.registry;
    let create = async |definition: &str| {
        let body = json::json!({
            "name": "m",
            "definition": (definition.replace('\'', "\"")),
            "roleArn": "arn:aws:iam::123456789012:role/r"
        });
        let request = api::CreateStateMachineRequest::decode(&body).expect("a good request");
        registry.create_state_machine(request, 5).await.is_ok()
    };
    let (first, second, third) = tokio::join!(create(PASS), create(OTHER), create(PASS));
    assert_eq!([first, second, third], [true, false, true]);
    world.registry = open(&world.memory).await;
    assert_eq!(world.current().await.unwrap().2, PASS);
}

#[tokio::test]
async fn a_store_that_takes_nothing_is_no_success() {
    let mut world = World::new().await;
    world.create("m", PASS, "").await;
    let _newer_owner = open(&world.memory).await;
    assert!(world.create("n", PASS, "").await.starts_with("InternalFailure"));
    assert!(!world.send("ListStateMachines", "{}").await.contains("'n'"), "what is not stored is not shown");
}

#[tokio::test]
async fn an_account_has_so_many_machines_and_activities_and_another_its_own() {
    let mut world = World::new().await;
    world.create("m", PASS, "").await;
    world.send("CreateActivity", "{'name': 'a'}").await;
    {
        let mut names = world.registry.0.names.write().expect("nobody panicked");
        let (machine, activity) = (names.machines["m"].clone(), names.activities["a"].clone());
        for number in 1..limits::STATE_MACHINES_MAX {
            let key: Arc<str> = format!("n{number}").into();
            names.machines.insert(key.clone(), Machine { key: key.clone(), ..machine.clone() });
            names.activities.insert(key.clone(), Activity { key, ..activity.clone() });
        }
    }
    assert!(world.create("one-more", PASS, "").await.starts_with("StateMachineLimitExceeded: "));
    assert!(world.create("m", PASS, "").await.starts_with("{"), "what is there is there");
    assert!(world.send("CreateActivity", "{'name': 'one-more'}").await.starts_with("ActivityLimitExceeded: "));
    world.registry = world.registry.in_account("210987654321");
    assert!(world.create("m", PASS, "").await.contains("210987654321:stateMachine:m"));
    assert!(world.send("CreateActivity", "{'name': 'a'}").await.contains("210987654321:activity:a"));
}
