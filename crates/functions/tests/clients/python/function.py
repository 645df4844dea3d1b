"""The function of the test with AWS's runtime client for Python."""

import os


def handler(event, context):
    print("handling", event)
    if event.get("fail"):
        raise ValueError("asked to fail")
    if event.get("exit"):
        os._exit(3)
    if "bytes" in event:
        return "x" * event["bytes"]
    return {
        "event": event,
        "arn": context.invoked_function_arn,
        "requestId": context.aws_request_id,
        "client": context.client_context and context.client_context.custom,
        "greeting": os.environ["GREETING"],
        "name": context.function_name,
        "pid": os.getpid(),
    }
