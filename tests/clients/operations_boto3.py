"""Every operation of the server through boto3, whose models check each reply's shape and raise each exception by its class.

Argument: the endpoint. The last line printed is the operations that were called, as JSON. Step Functions has no waiters in boto3, and five
paginators, all of which are used.

boto3 puts `sync-` before the host for StartSyncExecution and TestState. No name server knows such a host on loopback, so whoever runs this
sets HTTP_PROXY to the endpoint: the request comes with the name it was meant for.
"""

import json
import sys
import time
from urllib.parse import urlsplit

import boto3

ROLE = "arn:aws:iam::123456789012:role/test"
PASS = json.dumps({"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": True}}})


def by_hand(activity: str, **fields) -> str:
    task = {"Type": "Task", "Resource": activity, "End": True, **fields}
    return json.dumps({"StartAt": "By hand", "States": {"By hand": task}})


def ended(client, arn: str) -> dict:
    while (description := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.02)
    return description


def raises(exception, call, **arguments) -> None:
    try:
        call(**arguments)
    except exception:
        return
    raise AssertionError(f"{exception.__name__} was not raised for {arguments}")


def machines(client) -> str:
    verdict = client.validate_state_machine_definition(definition=PASS)
    assert verdict["result"] == "OK" and verdict["diagnostics"] == [], verdict
    verdict = client.validate_state_machine_definition(definition='{"StartAt": "Nowhere", "States": {}}')
    assert verdict["result"] == "FAIL" and verdict["diagnostics"], verdict

    raises(client.exceptions.InvalidDefinition, client.create_state_machine, name="bad", definition="{}", roleArn=ROLE)
    raises(client.exceptions.InvalidName, client.create_state_machine, name="a b", definition=PASS, roleArn=ROLE)
    tags = [{"key": "team", "value": "water"}]
    machine = client.create_state_machine(name="pass", definition=PASS, roleArn=ROLE, tags=tags)["stateMachineArn"]
    assert machine == "arn:aws:states:us-east-1:123456789012:stateMachine:pass", machine
    described = client.describe_state_machine(stateMachineArn=machine)
    assert (described["definition"], described["status"], described["type"]) == (PASS, "ACTIVE", "STANDARD"), described
    updated = json.dumps({"Comment": "Passed on", **json.loads(PASS)})
    client.update_state_machine(stateMachineArn=machine, definition=updated)
    assert client.describe_state_machine(stateMachineArn=machine)["definition"] == updated
    assert [listed["name"] for listed in client.list_state_machines()["stateMachines"]] == ["pass"]

    client.tag_resource(resourceArn=machine, tags=[{"key": "stage", "value": "test"}])
    client.untag_resource(resourceArn=machine, tagKeys=["team"])
    assert client.list_tags_for_resource(resourceArn=machine)["tags"] == [{"key": "stage", "value": "test"}]
    return machine


def executions(client, machine: str) -> None:
    execution = client.start_execution(stateMachineArn=machine, name="one", input='{"a": [1, 2.5]}')["executionArn"]
    description = ended(client, execution)
    assert (description["status"], description["output"]) == ("SUCCEEDED", '{"a":[1,2.5]}'), description
    raises(client.exceptions.ExecutionAlreadyExists, client.start_execution, stateMachineArn=machine, name="one")
    raises(client.exceptions.InvalidExecutionInput, client.start_execution, stateMachineArn=machine, input="{")
    raises(client.exceptions.ExecutionDoesNotExist, client.describe_execution, executionArn=execution + "-not")
    raises(client.exceptions.InvalidArn, client.describe_execution, executionArn="not an ARN")
    history = client.get_execution_history(executionArn=execution, reverseOrder=True)["events"]
    types = ["ExecutionSucceeded", "PassStateExited", "PassStateEntered", "ExecutionStarted"]
    assert [event["type"] for event in history] == types, history
    assert history[-1]["executionStartedEventDetails"]["input"] == '{"a": [1, 2.5]}', history[-1]
    ran = client.describe_state_machine_for_execution(executionArn=execution)
    assert ran["stateMachineArn"] == machine and "Passed on" in ran["definition"], ran
    client.start_execution(stateMachineArn=machine, name="two")
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=machine, PaginationConfig={"PageSize": 1})
    assert {listed["name"] for page in pages for listed in page["executions"]} == {"one", "two"}


def versions(client) -> None:
    def commented(comment: str) -> str:
        return json.dumps({"Comment": comment, **json.loads(PASS)})

    created = client.create_state_machine(
        name="versioned", definition=commented("1"), roleArn=ROLE, publish=True, versionDescription="The first"
    )
    machine, first = created["stateMachineArn"], created["stateMachineVersionArn"]
    assert first == f"{machine}:1", created
    updated = client.update_state_machine(stateMachineArn=machine, definition=commented("2"))
    stale = {"stateMachineArn": machine, "revisionId": "INITIAL"}
    raises(client.exceptions.ConflictException, client.publish_state_machine_version, **stale)
    published = client.publish_state_machine_version(stateMachineArn=machine, revisionId=updated["revisionId"])
    second = published["stateMachineVersionArn"]
    described = client.describe_state_machine(stateMachineArn=first)
    assert (described["definition"], described["description"]) == (commented("1"), "The first"), described
    listed = client.list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in listed] == [second, first], listed

    whole = [{"stateMachineVersionArn": first, "weight": 100}]
    halves = [{"stateMachineVersionArn": first, "weight": 50}, {"stateMachineVersionArn": second, "weight": 50}]
    alias = client.create_state_machine_alias(name="PROD", routingConfiguration=whole)["stateMachineAliasArn"]
    raises(client.exceptions.ConflictException, client.delete_state_machine_version, stateMachineVersionArn=first)
    uneven = {"stateMachineAliasArn": alias, "routingConfiguration": [dict(whole[0], weight=99)]}
    raises(client.exceptions.ValidationException, client.update_state_machine_alias, **uneven)
    client.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=halves)
    described = client.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert (described["name"], described["routingConfiguration"]) == ("PROD", halves), described
    listed = client.list_state_machine_aliases(stateMachineArn=second)["stateMachineAliases"]
    assert [item["stateMachineAliasArn"] for item in listed] == [alias], listed

    started = [client.start_execution(stateMachineArn=alias)["executionArn"] for _ in range(20)]
    described = ended(client, started[0])
    assert described["stateMachineAliasArn"] == alias, described
    assert described["stateMachineVersionArn"] in (first, second), described
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=alias, PaginationConfig={"PageSize": 7})
    assert {listed["executionArn"] for page in pages for listed in page["executions"]} == set(started)
    by_version = client.start_execution(stateMachineArn=first)["executionArn"]
    ran = client.describe_state_machine_for_execution(executionArn=by_version)
    assert ran["definition"] == commented("1"), ran

    client.delete_state_machine_alias(stateMachineAliasArn=alias)
    client.delete_state_machine_version(stateMachineVersionArn=first)
    gone = {"stateMachineAliasArn": alias}
    raises(client.exceptions.ResourceNotFound, client.describe_state_machine_alias, **gone)
    raises(client.exceptions.StateMachineDoesNotExist, client.start_execution, stateMachineArn=first)
    client.delete_state_machine(stateMachineArn=machine)


def sync_hosts(client) -> list:
    """The hosts that requests are sent to, from now on."""
    hosts = []
    client.meta.events.register("before-send.stepfunctions", lambda request, **_: hosts.append(urlsplit(request.url).hostname))
    return hosts


def express(client) -> None:
    hosts = sync_hosts(client)
    machine = client.create_state_machine(name="express", definition=PASS, roleArn=ROLE, type="EXPRESS")["stateMachineArn"]
    ran = client.start_sync_execution(stateMachineArn=machine, name="one", input='{"a": 1}')
    assert (ran["status"], ran["output"], ran["name"]) == ("SUCCEEDED", '{"a":1}', "one"), ran
    assert ran["billingDetails"] == {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}, ran
    started = client.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    assert started.startswith("arn:aws:states:us-east-1:123456789012:express:express:one:"), started
    unsupported = client.exceptions.StateMachineTypeNotSupported
    raises(unsupported, client.list_executions, stateMachineArn=machine)
    standard = client.create_state_machine(name="standard", definition=PASS, roleArn=ROLE)["stateMachineArn"]
    raises(unsupported, client.start_sync_execution, stateMachineArn=standard)
    tested = client.test_state(definition='{"Type": "Pass", "Result": {"b": 2}, "End": true}', input="{}", inspectionLevel="DEBUG")
    assert (tested["status"], tested["output"]) == ("SUCCEEDED", '{"b":2}'), tested
    assert json.loads(tested["inspectionData"]["result"]) == {"b": 2}, tested
    raises(client.exceptions.InvalidDefinition, client.test_state, definition="{}")
    prefixed = [host for host in hosts if host.startswith("sync-")]
    assert len(prefixed) == 4, hosts
    client.delete_state_machine(stateMachineArn=machine)
    client.delete_state_machine(stateMachineArn=standard)


def redrive(client) -> None:
    definition = json.dumps({"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "Never"}}})
    machine = client.create_state_machine(name="fails", definition=definition, roleArn=ROLE)["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, name="one")["executionArn"]
    assert ended(client, execution)["redriveStatus"] == "REDRIVABLE"
    assert client.redrive_execution(executionArn=execution)["redriveDate"].year > 2000
    again = ended(client, execution)
    assert (again["status"], again["error"], again["redriveCount"]) == ("FAILED", "Never", 1), again
    pages = client.get_paginator("get_execution_history").paginate(executionArn=execution, PaginationConfig={"PageSize": 2})
    types = [event["type"] for page in pages for event in page["events"]]
    assert types.count("ExecutionRedriven") == 1 and types.count("ExecutionFailed") == 2, types
    assert list(client.get_paginator("list_map_runs").paginate(executionArn=execution))[0]["mapRuns"] == []
    missing = "arn:aws:states:us-east-1:123456789012:mapRun:fails/label:00000000-0000-4000-8000-000000000000"
    raises(client.exceptions.ResourceNotFound, client.describe_map_run, mapRunArn=missing)
    raises(client.exceptions.ResourceNotFound, client.update_map_run, mapRunArn=missing, maxConcurrency=1)
    client.delete_state_machine(stateMachineArn=machine)
    raises(client.exceptions.ExecutionNotRedrivable, client.redrive_execution, executionArn=execution)


def lists(client) -> None:
    names = [f"listed-{number}" for number in range(5)]
    for name in names:
        client.create_state_machine(name=name, definition=PASS, roleArn=ROLE)
        client.create_activity(name=name)
    for operation, key in [("list_state_machines", "stateMachines"), ("list_activities", "activities")]:
        pages = list(client.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}))
        assert [item["name"] for page in pages for item in page[key]] == names and len(pages) == 3, pages
    for machine in client.list_state_machines()["stateMachines"]:
        client.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
    for activity in client.list_activities()["activities"]:
        client.delete_activity(activityArn=activity["activityArn"])


def activities(client) -> None:
    activity = client.create_activity(name="by-hand")["activityArn"]
    assert client.describe_activity(activityArn=activity)["name"] == "by-hand"
    assert [listed["activityArn"] for listed in client.list_activities()["activities"]] == [activity]
    machine = client.create_state_machine(name="by-hand", definition=by_hand(activity), roleArn=ROLE)["stateMachineArn"]

    def begin(text: str) -> tuple:
        execution = client.start_execution(stateMachineArn=machine, input=text)["executionArn"]
        task = client.get_activity_task(activityArn=activity, workerName="boto3")
        assert json.loads(task["input"]) == json.loads(text), task
        return execution, task["taskToken"]

    execution, token = begin('{"to": "succeed"}')
    client.send_task_heartbeat(taskToken=token)
    raises(client.exceptions.InvalidOutput, client.send_task_success, taskToken=token, output="{")
    client.send_task_success(taskToken=token, output='{"done": true}')
    assert json.loads(ended(client, execution)["output"]) == {"done": True}
    raises(client.exceptions.TaskTimedOut, client.send_task_success, taskToken=token, output="{}")
    raises(client.exceptions.InvalidToken, client.send_task_heartbeat, taskToken="garbage")

    execution, token = begin('{"to": "fail"}')
    client.send_task_failure(taskToken=token, error="TooWet", cause="It rained.")
    description = ended(client, execution)
    failure = (description["status"], description["error"], description["cause"])
    assert failure == ("FAILED", "TooWet", "It rained."), description

    execution, token = begin('{"to": "stop"}')
    client.stop_execution(executionArn=execution, error="Enough", cause="No more.")
    assert ended(client, execution)["status"] == "ABORTED"
    raises(client.exceptions.TaskTimedOut, client.send_task_success, taskToken=token, output="{}")

    client.delete_activity(activityArn=activity)
    raises(client.exceptions.ActivityDoesNotExist, client.describe_activity, activityArn=activity)
    client.delete_state_machine(stateMachineArn=machine)


def main(endpoint: str) -> None:
    client = boto3.client("stepfunctions", endpoint_url=endpoint)
    called = set()
    client.meta.events.register(
        "before-call.stepfunctions", lambda model, **_: called.add(model.name), unique_id="operations-called"
    )
    machine = machines(client)
    executions(client, machine)
    activities(client)
    versions(client)
    client.delete_state_machine(stateMachineArn=machine)
    express(client)
    redrive(client)
    lists(client)
    print(json.dumps(sorted(called)))


main(*sys.argv[1:])
