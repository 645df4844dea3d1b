"""Calls operations with made-up parameters and prints the requests that botocore would send, a JSON object a line.

    requests.py SEED SHARE [SERVICE...]

Of every hundred services SHARE are taken, and one of each protocol; or those that are named. Nothing is sent anywhere.
"""

import base64
import copy
import datetime
import json
import random
import sys
import types
import uuid

import botocore.auth
import botocore.handlers
import botocore.serialize
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.loaders import Loader

IDENTITY = "0a1b2c3d-0000-4000-8000-000000000000"
NOW = datetime.datetime(2026, 11, 26, 20, 30, 0, tzinfo=datetime.timezone.utc)
ENDPOINT = "http://localhost:5000/base"
# What says which client and which attempt it is.
LEFT_OUT = {"user-agent", "content-length", "expect", "amz-sdk-invocation-id", "amz-sdk-request"}


def compact(value, **_):
    """White space in JSON is not compared; all else is."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


botocore.serialize.json = types.SimpleNamespace(dumps=compact)
# Where there is awscrt it signs by a clock of its own.
botocore.auth.AUTH_TYPE_MAPS.update({"v4": botocore.auth.SigV4Auth, "s3v4": botocore.auth.S3SigV4Auth})
botocore.auth.get_current_datetime = lambda remove_tzinfo=True: NOW.replace(tzinfo=None) if remove_tzinfo else NOW
botocore.handlers.uuid = types.SimpleNamespace(uuid4=lambda: uuid.UUID(IDENTITY))


WITH_KEYS = [
    "HeadObject",
    "GetObject",
    "PutObject",
    "CopyObject",
    "CreateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "CompleteMultipartUpload",
    "SelectObjectContent",
]
# Texts that botocore encodes, sums it makes, an encoding and checksums it asks for, so that Python's users need not; other SDKs do not.
MORE_THAN_ASKED_FOR = [
    ("before-parameter-build.ec2.RunInstances", botocore.handlers.base64_encode_user_data),
    ("before-parameter-build.autoscaling.CreateLaunchConfiguration", botocore.handlers.base64_encode_user_data),
    ("before-parameter-build", botocore.handlers._handle_request_validation_mode_member),
    *((f"before-parameter-build.s3.{operation}", botocore.handlers.sse_md5) for operation in WITH_KEYS),
    ("before-parameter-build.s3.CopyObject", botocore.handlers.copy_source_sse_md5),
    ("before-parameter-build.s3.UploadPartCopy", botocore.handlers.copy_source_sse_md5),
    ("before-parameter-build.s3.ListObjects", botocore.handlers.set_list_objects_encoding_type_url),
    ("before-parameter-build.s3.ListObjectsV2", botocore.handlers.set_list_objects_encoding_type_url),
    ("before-parameter-build.s3.ListObjectVersions", botocore.handlers.set_list_objects_encoding_type_url),
]
# Services that are signed in a way nobody else is any more.
OLD = {"importexport", "sdb"}
# Directory buckets and Object Lambda have endpoints of their own, which are not spoken to.
ELSEWHERE = {
    "WriteGetObjectResponse",
    "ListDirectoryBuckets",
    "ListAccessPointsForDirectoryBuckets",
    "DeleteAccessPointScope",
    "GetAccessPointScope",
    "PutAccessPointScope",
}
# botocore signs a second request with the Region and leaves it out. The length is that of the body, whatever is given.
# An outpost has an endpoint of its own, which is not spoken to.
LEFT_OUT_MEMBERS = {"SourceRegion", "ContentLength", "OutpostId"}
# One service of each protocol is always taken.
ALWAYS = {"cloudfront", "dynamodb", "ec2", "lambda", "s3", "sns"}
# Members that botocore looks into.
PLAIN = {"Bucket", "AccountId", "accountId"}


def precise_to_the_second(self, timestamp_precision=None):
    """One service is sent 1.0 for 1."""
    self._timestamp_precision = botocore.serialize.TIMESTAMP_PRECISION_DEFAULT


botocore.serialize.Serializer.__init__ = precise_to_the_second


class Maker:
    """Makes values of shapes."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self, shape, where):
        if shape.enum:
            return self.random.choice(shape.enum)
        if where in ("header", "hostLabel"):
            # A part of a host's name neither begins nor ends with a dash.
            return "a" + "".join(self.random.choices("abcXYZ019-", k=self.random.randint(2, 7))) + "0"
        pieces = ["a", "Zz", "9", " ", "/", "&=+", "<b>", '"q"', "%41", "é", "~", "-._", "x:y", "\\", "#?"]
        return "s" + "".join(self.random.choices(pieces, k=self.random.randint(0, 6)))

    def document(self):
        return {"a": [1, None, {"b": "é"}], "c": 1.5, "d": True}

    def value(self, shape, depth=0, where=None):
        kind = shape.type_name
        if shape.serialization.get("hostLabel"):
            where = "hostLabel"
        elif shape.name == "KvsARN":
            return "arn:aws:cloudfront::123456789012:key-value-store/a1b2"
        elif shape.name in ("ResourceId", "DelegationSetId", "ChangeId", "EndpointId"):
            where = "header"
        elif shape.serialization.get("location") in ("header", "headers"):
            where = "header"
        if kind == "structure":
            if getattr(shape, "is_document_type", False):
                return self.document()
            return self.structure(shape, depth, where)
        if kind == "list":
            if depth > 6:
                return []
            length = self.random.choice([0, 1, 1, 2]) if where is None else self.random.choice([1, 2])
            return [self.value(shape.member, depth + 1, where) for _ in range(length)]
        if kind == "map":
            if depth > 6:
                return {}
            keys = {self.text(shape.key, where): None for _ in range(self.random.choice([0, 1, 1, 2]))}
            return {key: self.value(shape.value, depth + 1, where) for key in keys}
        if kind in ("integer", "long"):
            return self.random.choice([0, 1, 42, 2**31 - 1, -7])
        if kind in ("float", "double"):
            return self.random.choice([0.0, 1.5, -2.25, 1000.0])
        if kind == "boolean":
            return self.random.choice([True, False])
        if kind == "timestamp":
            return self.random.choice(["2026-11-26T20:30:00Z", "1970-01-01T00:00:00Z", "2001-02-03T04:05:06+01:00"])
        if kind == "blob":
            return self.random.choice(["", "bytes", "é\n" * 3])
        if kind == "string" and shape.serialization.get("jsonvalue") and where == "header":
            return {"a": [1, "b"], "c": None}
        return self.text(shape, where)

    def structure(self, shape, depth, where):
        members = shape.members
        if getattr(shape, "is_tagged_union", False) and members:
            chosen = [self.random.choice(list(members))]
        else:
            share = 0.7 if depth == 0 else 0.4 if depth < 5 else 0.05
            chosen = [name for name in members if name in shape.required_members or self.random.random() < share]
        if depth > 8:
            chosen = []
        self.random.shuffle(chosen)
        made = {}
        for name in chosen:
            member = members[name]
            if member.serialization.get("eventstream") or name in LEFT_OUT_MEMBERS:
                continue
            made[name] = self.value(member, depth + 1, "header" if name in PLAIN else where)
        return made


class Captured(Exception):
    pass


def capture(request, **_):
    raise Captured(request)


def needed(model):
    """Names of members of paths and hosts, which are never left out and never empty."""
    shape = model.input_shape
    if shape is None:
        return []
    of = lambda member: member.serialization.get("location") == "uri" or member.serialization.get("hostLabel")
    return [name for name, member in shape.members.items() if of(member)]


def main():
    seed, share, named = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    session = botocore.session.Session()
    session.set_credentials("AKIDEXAMPLE", "secret")
    loader = Loader()
    for service in loader.list_available_services("service-2"):
        is_taken = service in named if named else service in ALWAYS or random.Random(f"{seed} {service}").random() * 100 < share
        if is_taken and service not in OLD:
            of_service(session, service, seed)


def of_service(session, service, seed):
    config = Config(
        inject_host_prefix=False,
        parameter_validation=False,
        retries={"total_max_attempts": 1},
        s3={"addressing_style": "path"},
        signature_version="s3v4" if service == "s3" else None,
    )
    client = session.create_client(service, region_name="eu-central-1", endpoint_url=ENDPOINT, config=config)
    events = client.meta.events
    events.unregister("request-created", botocore.handlers.add_retry_headers)
    events.register_first("before-send", capture)
    for event, handler in MORE_THAN_ASKED_FOR:
        events.unregister(event, handler)
    model = client.meta.service_model
    for operation in sorted(set(model.operation_names) - ELSEWHERE):
        operation_model = model.operation_model(operation)
        maker = Maker(f"{seed} {service} {operation}")
        shape = operation_model.input_shape
        parameters = maker.value(shape) if shape else {}
        for name in needed(operation_model):
            if parameters.get(name) in (None, "") or shape.members[name].type_name == "string":
                parameters[name] = maker.value(shape.members[name], where="header" if name in PLAIN else None) or "label"
        line = {"service": model.service_id, "operation": operation, "parameters": parameters}
        try:
            client._make_api_call(operation, copy.deepcopy(parameters))
            line["problem"] = "nothing was sent"
        except Captured as captured:
            line["request"] = told(captured.args[0])
        except Exception as error:
            line["problem"] = f"{type(error).__name__}: {error}"
        print(json.dumps(line), flush=False)


def told(request):
    def text(value):
        return value.decode("latin-1") if isinstance(value, bytes) else str(value)

    body = request.body
    if hasattr(body, "read"):
        body = body.read()
    body = body.encode() if isinstance(body, str) else bytes(body or b"")
    headers = {name.lower(): text(value) for name, value in request.headers.items()}
    url = request.url
    account = headers.get("x-amz-account-id")
    if account and url.startswith(f"http://{account}."):
        # S3 Control has the account in the host, at a custom endpoint too.
        url = url.replace(f"{account}.", "", 1)
        del headers["authorization"]
    return {
        "method": request.method,
        # A list without elements leaves a question mark behind.
        "url": url.rstrip("?"),
        "headers": {name: value for name, value in headers.items() if name not in LEFT_OUT},
        "body": base64.b64encode(body).decode(),
    }


main()
