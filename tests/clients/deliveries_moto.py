"""What a server has delivered to moto's CloudWatch Logs and EventBridge. `prepare` makes the log groups and the bus, whose events a rule puts into a
log group too; `read` prints what is in them: the names of streams and the messages, a line of JSON each."""

import json
import sys

import boto3

endpoint, task = sys.argv[1:]
logs = boto3.client("logs", endpoint_url=endpoint)
events = boto3.client("events", endpoint_url=endpoint)
GROUPS = ["/orders/log", "/orders/status"]

if task == "prepare":
    for group in GROUPS:
        logs.create_log_group(logGroupName=group)
    events.create_event_bus(Name="orders")
    pattern = json.dumps({"source": ["aws.states"], "detail": {"status": ["SUCCEEDED"]}})
    events.put_rule(Name="all", EventBusName="orders", EventPattern=pattern)
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/orders/status"
    events.put_targets(Rule="all", EventBusName="orders", Targets=[{"Id": "logs", "Arn": arn}])
else:
    for group in GROUPS:
        for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
            found = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)
            for event in found["events"]:
                line = {"group": group, "stream": stream["logStreamName"], "message": json.loads(event["message"])}
                print(json.dumps(line))
