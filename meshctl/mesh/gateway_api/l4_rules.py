"""Converts rules of TCPRoutes and TLSRoutes to tcp and tls rules of a VirtualService.

Mirrors convertTCPRoute, convertTLSRoute and buildTCPDestination
(pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from meshctl.mesh.core.hosts import covers, overlaps
from meshctl.mesh.gateway_api.http_rules import ConvertedRules, HttpRule, Read
from meshctl.mesh.gateway_api.status.conditions import Fault
from meshctl.resources import KubernetesRoute, ObjectReference, Ref, View
from meshctl.resources.view import Path, views

_NOWHERE = {
    "host": "internal.cluster.local",
    "subset": "zero-weight",
    "port": {"number": 65535},
}
"""Where connections go that have no backend of any weight; there is no such cluster."""


def convert(route: KubernetesRoute, read: Read) -> ConvertedRules:
    """Convert the rules; ``read`` reads a backend."""
    found: list[HttpRule] = []
    faults: list[Fault] = []
    fault: Fault | None = None
    fatal: Fault | None = None
    for rule in views(route.spec, "rules", View):
        backends = views(rule, "backendRefs", ObjectReference)
        weighted = [(reference, _weight(reference)) for reference in backends if _weight(reference)]
        data: dict[str, Any] = {"route": [{"destination": _NOWHERE, "weight": 0}]}
        origins: list[tuple[Path, Ref]] = [((), rule.at())]
        if weighted:
            data["route"] = []
            if route.kind == "TLSRoute":
                data = {"match": [{"sniHosts": list(route.hostnames or ("*",))}], **data}
        for index, (reference, weight) in enumerate(weighted):
            backend = read(reference)
            if backend.fault is not None:
                faults.append(backend.fault)
                fault = backend.fault
                fatal = fatal or (fault if backend.is_fatal else None)
            share = weight if len(weighted) > 1 else 0
            data["route"].append({"destination": backend.destination, "weight": share})
            origins.append((("route", index, "destination"), reference.at()))
        found.append(HttpRule(data, tuple(origins), int(rule.path[-1])))
    if fatal is not None:
        return ConvertedRules((), fatal, tuple(faults), is_fatal=True)
    return ConvertedRules(tuple(found), fault, tuple(faults))


def for_port(rules: Iterable[HttpRule], port: int) -> list[HttpRule]:
    """Let rules count for one port of a Service alone."""
    return [
        rule._replace(
            data={**rule.data, "match": [{**each, "port": port} for each in _matches(rule)]}
        )
        for rule in rules
    ]


def in_mesh(
    rules: Iterable[HttpRule], port: int | None, hosts: Sequence[str], host: str
) -> list[HttpRule]:
    """Give the tls rules for clients of one host of a Service or ServiceEntry.

    Without host names of its own a route takes the parent's as SNI; of several names those are
    left that fit to the host.
    """
    found = []
    for rule in rules:
        matches = [dict(each) for each in rule.data.get("match", ())]
        if len(matches) == 1:
            names = matches[0]["sniHosts"]
            names = list(hosts) if names == ["*"] else names
            fitting = [name for name in names if overlaps(host, name)]
            matches[0]["sniHosts"] = fitting if len(names) > 1 else names
        for each in matches:
            if port is not None:
                each["port"] = port
        data = {**rule.data, "match": matches} if "match" in rule.data else rule.data
        found.append(rule._replace(data=data))
    return found


def at_listener(rules: Iterable[HttpRule], host: str) -> list[HttpRule]:
    """Give the tls rules with the names alone that they share with a listener's host name."""
    if not host:
        return list(rules)
    found = []
    for rule in rules:
        matches = rule.data.get("match", ())
        narrowed = [{**each, "sniHosts": shared(each["sniHosts"], host)} for each in matches]
        if not narrowed or any(each["sniHosts"] for each in narrowed):
            data = {**rule.data, "match": narrowed} if narrowed else rule.data
            found.append(rule._replace(data=data))
    return found


def shared(names: Iterable[str], host: str) -> list[str]:
    """Find what names have in common with a host name: of each pair the narrower."""
    found: dict[str, None] = {}
    for name in names:
        if covers(host, name):
            found[name] = None
        elif covers(name, host):
            found[host] = None
    return list(found)


def _matches(rule: HttpRule) -> list[dict[str, Any]]:
    return rule.data.get("match") or [{}]


def _weight(reference: ObjectReference) -> int:
    weight = reference.number("weight")
    return 1 if weight is None else weight
