"""A server that answers ListStateMachines once, if the request is signed as botocore signs it for the access key AKIDEXAMPLE.

Prints its URL, then serves one request. An argument is a file with a certificate and its key: then it speaks TLS.
"""

import ssl
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

CREDENTIALS = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a+session/token==")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        is_signed = self.headers.get("authorization") == self.expected(body)
        answer = b'{"stateMachines": []}' if is_signed else b'{"__type": "SignatureDoesNotMatch", "message": "no"}'
        self.send_response(200 if is_signed else 403)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer)

    def expected(self, body: bytes) -> str:
        request = AWSRequest("POST", f"{URL}/", data=body)
        for name in ("content-type", "host", "x-amz-target"):
            request.headers[name] = self.headers[name]
        auth = SigV4Auth(CREDENTIALS, "states", "eu-central-1")
        request.context["timestamp"] = self.headers["x-amz-date"]
        request.headers["X-Amz-Date"] = self.headers["x-amz-date"]
        request.headers["X-Amz-Security-Token"] = CREDENTIALS.token
        signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        signed = auth.signed_headers(auth.headers_to_sign(request))
        return f"AWS4-HMAC-SHA256 Credential={auth.scope(request)}, SignedHeaders={signed}, Signature={signature}"

    def log_message(self, *_) -> None:
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
scheme, host = "http", "127.0.0.1"
if len(sys.argv) > 1:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme, host = "https", "localhost"
URL = f"{scheme}://{host}:{server.server_port}"
print(URL, flush=True)
server.handle_request()
