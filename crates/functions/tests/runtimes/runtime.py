"""A Lambda runtime in a few lines for the tests: the event's "do" says what happens, INIT what happens before.

Plain HTTP on purpose: it shows what goes over the wire, and it can do what no well-behaved client would.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

HOST, PORT = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
PATH = "/2018-06-01/runtime"


def call(method, path, body=None, headers={}):
    connection = http.client.HTTPConnection(HOST, int(PORT))
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def chunked(path, chunks, trailers):
    """Streams a response as the streaming runtimes do: chunks, then trailers."""
    with socket.create_connection((HOST, int(PORT))) as connection:
        head = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n"
        if trailers:
            head += "Trailer: " + ", ".join(trailers) + "\r\n"
        connection.sendall((head + "\r\n").encode())
        for chunk in chunks:
            connection.sendall(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        end = "".join(f"{name}: {value}\r\n" for name, value in trailers.items())
        connection.sendall(f"0\r\n{end}\r\n".encode())
        connection.recv(1000)


def perform(event, headers):
    """Returns what to respond with; bytes go out as they are, anything else as JSON, None if the response has been sent."""
    response_path = f"{PATH}/invocation/{headers['lambda-runtime-aws-request-id']}/response"
    match event.get("do") if isinstance(event, dict) else None:
        case "exit":
            sys.exit(event["status"])
        case "signal":
            os.kill(os.getpid(), event["signal"])
        case "sleep":
            print("begun", flush=True)
            time.sleep(event["seconds"])
        case "write":
            time.sleep(event.get("seconds", 0))
            with open(event["path"], "w") as file:
                file.write("done")
        case "raw":
            return event["text"].encode()
        case "large":
            return b'"' + b"x" * (event["bytes"] - 2) + b'"'
        case "environment":
            return {name: os.environ.get(name) for name in event["names"]} | {"cwd": os.getcwd()}
        case "headers":
            return headers
        case "print":
            for _ in range(event.get("times", 1)):
                print(event["text"], flush=False)
            sys.stdout.flush()
            print("to stderr", file=sys.stderr, flush=True)
        case "child":
            return {"pid": os.getpid(), "child": subprocess.Popen(["sleep", "600"]).pid}
        case "hang_with_child":
            child = subprocess.Popen(["sleep", "600"]).pid
            with open(event["path"], "w") as file:
                file.write(f"{os.getpid()} {child}")
            time.sleep(600)
        case "wrong_request_id":
            return {"answers": [
                call("POST", f"{PATH}/invocation/other/response", "{}")[0],
                call("POST", f"{PATH}/invocation/other/error", "{}")[0],
                call("GET", f"{PATH}/invocation/next")[0],
                call("GET", f"{PATH}/nonsense")[0],
                call("POST", "/2020-01-01/extension/register", "{}")[0],
            ]}
        case "cut_off":
            with socket.create_connection((HOST, int(PORT))) as connection:
                connection.sendall(f"POST {response_path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{".encode())
            os._exit(3)
        case "stream":
            return chunked(response_path, [b'{"streamed":', b"true}"], {})
        case "stream_error":
            trailers = {
                "Lambda-Runtime-Function-Error-Type": "Late",
                "Lambda-Runtime-Function-Error-Body": "eyJlcnJvclR5cGUiOiJMYXRlIiwiZXJyb3JNZXNzYWdlIjoiaGFsZiB3YXkifQ==",
            }
            return chunked(response_path, [b'{"streamed":'], trailers)
        case "empty_error":
            call("POST", response_path.replace("/response", "/error"), "", {"Lambda-Runtime-Function-Error-Type": "Silent"})
            return None
    return {"event": event, "pid": os.getpid()}


def main():
    match os.environ.get("INIT"):
        case "error":
            report = {"errorType": "Runtime.ImportModuleError", "errorMessage": "no such module", "stackTrace": []}
            call("POST", f"{PATH}/init/error", json.dumps(report), {"Lambda-Runtime-Function-Error-Type": "Runtime.ImportModuleError"})
            sys.exit(1)
        case "exit":
            sys.exit(0)
        case "hang":
            time.sleep(600)
        case "slow":
            time.sleep(0.4)
    print("ready", flush=True)
    while True:
        _, headers, body = call("GET", f"{PATH}/invocation/next")
        headers = {name.lower(): value for name, value in headers.items()}
        path = f"{PATH}/invocation/{headers['lambda-runtime-aws-request-id']}"
        event = json.loads(body)
        if isinstance(event, dict) and event.get("do") == "error":
            report = {"errorMessage": event["message"], "errorType": "Custom", "stackTrace": ["here"]}
            call("POST", f"{path}/error", json.dumps(report), {"Lambda-Runtime-Function-Error-Type": "Custom"})
            continue
        result = perform(event, headers)
        if result is not None:
            call("POST", f"{path}/response", result if isinstance(result, bytes) else json.dumps(result))
        if isinstance(event, dict) and event.get("then") == "exit":
            os._exit(3)


signal.signal(signal.SIGINT, signal.SIG_DFL)
main()
