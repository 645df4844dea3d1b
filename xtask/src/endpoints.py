"""Where AWS's services are, by the rules that botocore has: what differs from PREFIX.REGION.SUFFIX, as a line of JSON.

`services` are by their ids; a key is a Region or, for all its others, a partition; a value is the host, perhaps with a path, in which `{region}`
stands for the Region, and the Region that signatures name if it is another one."""

import collections
import json

import botocore
import botocore.loaders
from botocore.endpoint_provider import EndpointProvider

loader = botocore.loaders.Loader()
partitions = loader.load_data("partitions")


def resolved(provider, region):
    try:
        endpoint = provider.resolve_endpoint(Region=region, UseDualStack=False, UseFIPS=False)
    except Exception:
        # It wants to know more than the Region, or is not there.
        return None
    schemes = endpoint.properties.get("authSchemes") or [{}]
    host = endpoint.url.removeprefix("https://")
    signed_for = schemes[0].get("signingRegion", region)
    # As it is, and for any Region: which of them it is, the other Regions tell.
    return (host, signed_for), (host.replace(region, "{region}"), "" if signed_for == region else signed_for)


def of_partition(provider, partition, default):
    regions = [name for name in partition["regions"] if not name.endswith("-global")]
    found = {region: resolved(provider, region) for region in regions}
    found = {region: places for region, places in found.items() if places}
    if not found:
        return {}
    counted = collections.Counter(place for places in found.values() for place in reversed(places))
    usual = default if all(default in places for places in found.values()) else counted.most_common(1)[0][0]
    kept = {region: places[1] for region, places in found.items() if usual not in places}
    return ({} if usual == default else {partition["id"]: usual}) | kept


def prefix(regex):
    """What the names of a partition's Regions begin with; nothing for the one that has all others."""
    text = regex.removeprefix("^").replace("\\-", "-")
    return "" if text.startswith("(") else text.split("\\")[0].split("(")[0]


services = {}
for name in loader.list_available_services("service-2"):
    metadata = loader.load_service_model(name, "service-2")["metadata"]
    try:
        rules = loader.load_service_model(name, "endpoint-rule-set-1")
    except botocore.exceptions.UnknownServiceError:
        continue
    provider = EndpointProvider(rules, partitions)
    places = {}
    for partition in partitions["partitions"]:
        suffix = partition["outputs"]["dnsSuffix"]
        places |= of_partition(provider, partition, (f"{metadata['endpointPrefix']}.{{region}}.{suffix}", ""))
    if places:
        services[metadata["serviceId"]] = dict(sorted(places.items()))
told = [
    {"id": partition["id"], "prefix": prefix(partition["regionRegex"]), "dnsSuffix": partition["outputs"]["dnsSuffix"]}
    for partition in partitions["partitions"]
]
told.sort(key=lambda partition: -len(partition["prefix"]))
print(json.dumps({"botocore": botocore.__version__, "partitions": told, "services": dict(sorted(services.items()))}))
