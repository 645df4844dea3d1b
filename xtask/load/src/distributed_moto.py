"""A Distributed Map in moto, within this process, over as many rows as the command line says; prints the seconds it took."""

import json
import sys
import time

import boto3
from moto import mock_aws

items = int(sys.argv[1])
states = {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Pass", "End": True}}
processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "A", "States": states}
reader = {
    "Resource": "arn:aws:states:::s3:getObject",
    "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
    "Parameters": {"Bucket": "data", "Key": "rows.csv"},
}
definition = {
    "StartAt": "Map",
    "States": {"Map": {"Type": "Map", "ItemReader": reader, "ItemProcessor": processor, "ResultPath": None, "End": True}},
}

with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="data")
    rows = "".join(f"{number},name {number},{number * 7 % 1000}\n" for number in range(items))
    s3.put_object(Bucket="data", Key="rows.csv", Body="id,name,amount\n" + rows)
    client = boto3.client("stepfunctions", region_name="us-east-1")
    role = "arn:aws:iam::123456789012:role/bench"
    machine = client.create_state_machine(name="m", definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
    begun = time.monotonic()
    execution = client.start_execution(stateMachineArn=machine)["executionArn"]
    while (described := client.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.01)
    seconds = time.monotonic() - begun
    if described["status"] != "SUCCEEDED":
        sys.exit(f"moto: {described}")
    print(seconds)
