"""Where botocore's endpoint rules say that every service is: a line of JSON for each service and Region."""

import json
import sys

import botocore.loaders
from botocore.endpoint_provider import EndpointProvider

loader = botocore.loaders.Loader()
partitions = loader.load_data("partitions")
for name in loader.list_available_services("endpoint-rule-set-1"):
    provider = EndpointProvider(loader.load_service_model(name, "endpoint-rule-set-1"), partitions)
    metadata = loader.load_service_model(name, "service-2")["metadata"]
    for region in sys.argv[1:]:
        try:
            endpoint = provider.resolve_endpoint(Region=region, UseDualStack=False, UseFIPS=False)
        except Exception as error:
            told = {"problem": str(error)}
        else:
            scheme = (endpoint.properties.get("authSchemes") or [{}])[0]
            told = {"url": endpoint.url, "signed": scheme.get("signingRegion", region)}
        print(json.dumps({"service": metadata["serviceId"], "region": region, **told}))
