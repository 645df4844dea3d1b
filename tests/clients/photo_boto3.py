"""The photo example through boto3: create the machine, start it on a photo, wait, and print what came of it as JSON.

Arguments: the endpoint, the definition's file, the photo's path as the functions know it.
"""

import json
import sys
import time

import boto3


def main(endpoint: str, definition: str, photo: str) -> None:
    client = boto3.client("stepfunctions", endpoint_url=endpoint)
    with open(definition, encoding="utf-8") as file:
        machine = client.create_state_machine(
            name="photo-pipeline", definition=file.read(), roleArn="arn:aws:iam::123456789012:role/photo"
        )
    execution = client.start_execution(
        stateMachineArn=machine["stateMachineArn"], name="from-boto3", input=json.dumps({"image": photo})
    )
    arn = execution["executionArn"]
    while (description := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
        time.sleep(0.05)
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn, PaginationConfig={"PageSize": 7})
    events = [event for page in pages for event in page["events"]]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1)), events
    assert execution["startDate"] == description["startDate"] <= description["stopDate"], description
    print(
        json.dumps(
            {
                "status": description["status"],
                "output": description.get("output"),
                "types": [event["type"] for event in events],
            }
        )
    )


main(*sys.argv[1:])
