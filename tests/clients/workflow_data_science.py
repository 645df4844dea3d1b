"""The Data Science SDK (`stepfunctions` on PyPI): a workflow is created, run, listed, inspected, changed and deleted.

Argument: the endpoint. Prints `done` when everything was as it should be.
"""

import sys
import time

import boto3
from stepfunctions.steps import Chain, Choice, ChoiceRule, Fail, Parallel, Pass, Retry, Succeed, Wait
from stepfunctions.inputs import ExecutionInput
from stepfunctions.workflow import ExecutionStatus, Workflow

ROLE = "arn:aws:iam::123456789012:role/test"


def ended(execution) -> dict:
    while (description := execution.describe())["status"] == "RUNNING":
        time.sleep(0.02)
    return description


def definition(given):
    both = Parallel("Both")
    both.add_branch(Pass("Left", result={"side": "left"}))
    both.add_branch(Chain([Wait("Right", seconds=0), Pass("Right of it", parameters={"to": given["to"]})]))
    choice = Choice("Which way")
    choice.add_choice(ChoiceRule.StringEquals(variable="$.to", value="fail"), Fail("Failed", error="Asked", cause="to"))
    both.next(Succeed("Done"))
    choice.default_choice(both)
    return choice


def main(endpoint: str) -> None:
    client = boto3.client("stepfunctions", endpoint_url=endpoint)
    given = ExecutionInput(schema={"to": str})
    workflow = Workflow("science", definition(given), ROLE, execution_input=given, client=client, tags=[{"key": "k", "value": "v"}])
    arn = workflow.create()
    assert arn == "arn:aws:states:us-east-1:123456789012:stateMachine:science", arn
    assert workflow.create() == arn, "what is there already is found"
    assert [listed["name"] for listed in Workflow.list_workflows(client=client)] == ["science"]

    good = workflow.execute(name="good", inputs={"to": "succeed"})
    assert ended(good)["status"] == "SUCCEEDED", good.describe()
    assert good.get_output() == [{"side": "left"}, {"to": "succeed"}], good.get_output()
    assert good.get_input() == {"to": "succeed"}, good.get_input()
    types = [event["type"] for event in good.list_events()]
    assert types[0] == "ExecutionStarted" and types[-1] == "ExecutionSucceeded" and "ParallelStateExited" in types, types
    bad = workflow.execute(inputs={"to": "fail"})
    assert ended(bad)["error"] == "Asked", bad.describe()
    assert len(workflow.list_executions()) == 2
    failed = workflow.list_executions(status_filter=ExecutionStatus.Failed)
    assert [execution.execution_arn for execution in failed] == [bad.execution_arn], failed

    attached = Workflow.attach(arn, client=client)
    assert attached.definition.to_dict() == workflow.definition.to_dict(), attached.definition
    assert workflow.update(definition=Chain([Wait("Long", seconds=3600)])) == arn
    waits = workflow.execute(inputs={"to": "wait"})
    waits.stop(error="Enough", cause="No more.")
    assert ended(waits)["status"] == "ABORTED", waits.describe()
    workflow.delete()
    assert list(Workflow.list_workflows(client=client)) == []
    print("done")


main(*sys.argv[1:])
