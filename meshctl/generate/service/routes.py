"""Makes the VirtualServices of a service: one for clients in the mesh, one for its gateway."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshctl.generate.service.values import ServicePort, ServiceValues

Form = dict[str, Any]
STABLE, CANARY = "stable", "canary"
_ALL = 100


def mesh_routes(values: ServiceValues) -> Form | None:
    """What sidecars of clients are told; ``None`` where that is nothing beyond the Service."""
    canary = values.canary
    if values.clients == "none" or not (values.timeout or values.retries or canary):
        return None
    spec: Form = {"hosts": [values.name]}
    ports = values.http_ports
    if ports:
        spec["http"] = [
            route
            for port in ports
            for route in _http(values, port, [{"port": port.number}] if len(ports) > 1 else [{}])
        ]
    if canary and (
        tcp := [
            _tcp(values, service_port) for service_port in values.ports if not service_port.is_http
        ]
    ):
        spec["tcp"] = tcp
    return spec


def gateway_routes(values: ServiceValues) -> Form | None:
    """What the gateway is told; ``None`` without one."""
    gateway = values.gateway
    if gateway is None:
        return None
    http = values.http_ports
    port = next(
        (service_port for service_port in http if service_port.number == gateway.get("port")),
        http[0],
    )
    return {
        "hosts": [gateway["host"]],
        "gateways": [f"{gateway['namespace']}/{gateway['name']}"],
        "http": list(_http(values, port, [*_path_matches(gateway.get("paths", ()))])),
    }


def _path_matches(paths: Sequence[str]) -> Iterator[Form]:
    """Match paths segment by segment: ``prefix: /cart`` alone would take ``/cartoons``, too."""
    for path in paths:
        yield {"uri": {"exact": path}}
        yield {"uri": {"prefix": f"{path}/"}}
    if not paths:
        yield {}


def _http(values: ServiceValues, port: ServicePort, matches: Sequence[Form]) -> Iterator[Form]:
    canary = values.canary
    asked = _asked(canary) if canary is not None else None
    if asked is not None:
        found = [{**match, "headers": asked} for match in matches]
        yield _route(values, found, [_destination(values, port, CANARY)])
        yield _route(values, matches, [_destination(values, port, STABLE)])
    else:
        yield _route(values, matches, _weighted(values, port))


def _asked(canary: Mapping[str, Any]) -> Form | None:
    """The headers of requests for the pods on trial; ``None`` where weights decide."""
    if "header" in canary:
        return {canary["header"]["name"]: {"exact": canary["header"]["value"]}}
    if "cookie" in canary:
        cookie = canary["cookie"]
        return {"cookie": {"regex": f"(.*; ?)?{cookie['name']}={cookie['value']}(;.*)?"}}
    return None


def _route(values: ServiceValues, matches: Sequence[Form], destinations: Sequence[Form]) -> Form:
    found: Form = {"route": list(destinations)}
    if written := [match for match in matches if match]:
        found["match"] = written
    if values.timeout:
        found["timeout"] = values.timeout
    if values.retries:
        found["retries"] = dict(values.retries)
    return found


def _tcp(values: ServiceValues, port: ServicePort) -> Form:
    return {"match": [{"port": port.number}], "route": _weighted(values, port)}


def _weighted(values: ServiceValues, port: ServicePort) -> list[Form]:
    """Share requests between both versions; without a weight the pods of today get all."""
    if values.canary is None:
        return [_destination(values, port)]
    weight = values.canary.get("weight", 0)
    shares = ((STABLE, _ALL - weight), (CANARY, weight))
    found = [(_destination(values, port, name), share) for name, share in shares if share]
    return [
        destination | ({"weight": share} if len(found) > 1 else {}) for destination, share in found
    ]


def _destination(values: ServiceValues, port: ServicePort, subset: str = "") -> Form:
    named = {"subset": subset} if subset else {}
    return {"destination": {"host": values.name, "port": {"number": port.number}, **named}}
