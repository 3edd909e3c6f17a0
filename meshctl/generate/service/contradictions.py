"""Finds what excludes each other in the values of a service, each alone being right.

The chart refuses the same (``templates/_contradictions.tpl``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.generate.service.values_schema import HTTP_PROTOCOLS
from meshctl.istio.durations import nanoseconds
from meshctl.istio.well_known_ports import database, is_https
from meshctl.mesh.workloads import SIDECAR_PORTS
from meshctl.validation.faults import Fault
from meshctl.words import quoted

Values = Mapping[str, Any]
_ENCRYPTED = ("tls", "https")
_ROUTING = ("timeout", "retries", "canary", "outlierDetection")


def contradictions(values: Values) -> Iterator[Fault]:
    """Walk what can't hold together, with the place of one of both."""
    in_mesh = values.get("inMesh", {})
    clients = in_mesh.get("clients", "all")
    yield from _of_ports(values["ports"], has_sidecar=in_mesh.get("server", True))
    yield from _of_security(values, clients, has_sidecar=in_mesh.get("server", True))
    yield from _of_routing(values, clients)
    if "gateway" in values:
        yield from _of_gateway(values, values["gateway"])
    if "canary" in values:
        yield from _of_canary(values["ports"], values["canary"])
    if "perTryTimeout" in values.get("retries", {}):
        yield from _of_retries(values.get("timeout"), values["retries"])


def _of_ports(ports: list[Values], *, has_sidecar: bool) -> Iterator[Fault]:
    spoken: dict[int, str] = {}
    for index, port in enumerate(ports):
        number, target = port["port"], port.get("targetPort", port["port"])
        first = spoken.setdefault(target, port["protocol"])
        if first != port["protocol"]:
            yield _fault(
                ("ports", index, "protocol"),
                f"{port['protocol']} leads to container port {target}, as {first} does above, and a "
                "proxy reads a port in one way",
            )
        if has_sidecar and target in SIDECAR_PORTS:
            key = "targetPort" if "targetPort" in port else "port"
            yield _fault(
                ("ports", index, key), f"{target} is the sidecar's own ({SIDECAR_PORTS[target]})"
            )
        kind = "HTTPS" if is_https(number, target) else database(number, target)
        if kind and port["protocol"] in HTTP_PROTOCOLS:
            yield _fault(
                ("ports", index, "protocol"),
                f"{port['protocol']} isn't what port {number} speaks: it is that of {kind}",
            )


def _of_security(values: Values, clients: str, *, has_sidecar: bool) -> Iterator[Fault]:
    for key in ("mtls", "allowedCallers") if not has_sidecar else ():
        if key in values:
            yield _fault((key,), "pods without a sidecar (inMesh.server: false) can't enforce it")
    if not has_sidecar:
        return
    if values.get("mtls") == "STRICT" and clients != "all":
        yield _fault(
            ("mtls",),
            f"STRICT shuts out clients without a sidecar (inMesh.clients: {clients}); take "
            "PERMISSIVE",
        )
    if "allowedCallers" in values and clients != "all":
        yield _fault(
            ("allowedCallers",),
            f"clients without a sidecar (inMesh.clients: {clients}) have no identity, so all of "
            "them would be shut out",
        )
    elif "allowedCallers" in values and values.get("mtls") == "DISABLE":
        yield _fault(
            ("allowedCallers",),
            "mtls: DISABLE leaves callers without an identity, so all of them would be shut out",
        )


def _of_routing(values: Values, clients: str) -> Iterator[Fault]:
    has_http = any(value["protocol"] in HTTP_PROTOCOLS for value in values["ports"])
    for key in _ROUTING:
        if key in values and clients == "none" and "gateway" not in values:
            yield _fault(
                (key,), "no proxy carries it out: no client has a sidecar (inMesh.clients)"
            )
        elif key in values and key in {"timeout", "retries"} and not has_http:
            yield _fault((key,), f"it needs a port of {', '.join(HTTP_PROTOCOLS)}")
    if "gateway" in values and not has_http:
        yield _fault(("gateway",), f"it needs a port of {', '.join(HTTP_PROTOCOLS)}")


def _of_gateway(values: Values, gateway: Values) -> Iterator[Fault]:
    http = [value["port"] for value in values["ports"] if value["protocol"] in HTTP_PROTOCOLS]
    if http and gateway.get("port", http[0]) not in http:
        known = ", ".join(map(str, http))
        yield _fault(
            ("gateway", "port"), f"{gateway['port']} is no port of HTTP here; there are {known}"
        )
    if "allowedCallers" in values and "serviceAccount" not in gateway:
        yield _fault(
            ("gateway",),
            "with allowedCallers the gateway would be shut out; write its serviceAccount",
        )
    if "serviceAccountNamespace" in gateway and "serviceAccount" not in gateway:
        yield _fault(
            ("gateway", "serviceAccountNamespace"), "it says nothing without serviceAccount"
        )
    paths = gateway.get("paths", [])
    for index, path in enumerate(paths):
        wider = next((prefix for prefix in paths if path.startswith(f"{prefix}/")), None)
        if wider is not None:
            yield _fault(
                ("gateway", "paths", index), f"{quoted(path)} is below {quoted(wider)}; delete it"
            )


def _of_canary(ports: list[Values], canary: Values) -> Iterator[Fault]:
    if canary["stable"] == canary["version"]:
        yield _fault(("canary", "version"), f"it is stable, too: {quoted(canary['version'])}")
    for index, port in enumerate(ports):
        if port["protocol"] in _ENCRYPTED:
            yield _fault(
                ("ports", index, "protocol"),
                f"{port['protocol']} can't be split between two versions, as canary asks; it hides "
                "its requests",
            )
    if "weight" not in canary and not any(one["protocol"] in HTTP_PROTOCOLS for one in ports):
        yield _fault(("canary",), f"header and cookie need a port of {', '.join(HTTP_PROTOCOLS)}")


def _of_retries(timeout: str | None, retries: Values) -> Iterator[Fault]:
    tries, one_try = retries["attempts"] + 1, retries["perTryTimeout"]
    place = ("retries", "perTryTimeout")
    if tries == 1:
        yield _fault(
            place, "with attempts: 0 nothing is tried again; timeout says how long it takes"
        )
    elif timeout is not None and tries * (nanoseconds(one_try) or 0) > (nanoseconds(timeout) or 0):
        yield _fault(place, f"{tries} tries of {one_try} don't fit into the timeout of {timeout}")


def _fault(path: tuple[str | int, ...], message: str) -> Fault:
    return Fault("value-not-allowed", path, message, key=len(path) == 1)
