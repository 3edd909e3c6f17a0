"""Reads from one object what ties it to others: the names it has, mentions and is about.

Nothing here knows a rule. Whatever a rule joins by name stands as a text in one of the two objects:
so every text of an object is taken for names and hosts, in all forms that Kubernetes and Istio
complete them to.
"""

import re
from collections.abc import Iterator, Mapping
from sys import intern
from typing import Any, NamedTuple

from meshctl.istio.labels import USE_WAYPOINT, USE_WAYPOINT_NAMESPACE
from meshctl.mesh.registry import is_told_by_address
from meshctl.resources import (
    Canary,
    DestinationRule,
    EnvoyFilter,
    Gateway,
    KnativeService,
    KubernetesGateway,
    KubernetesRoute,
    NetworkPolicy,
    Resource,
    Service,
    ServiceEntry,
    Sidecar,
    VirtualService,
    Workload,
)
from meshctl.resources.kubernetes.canary import PRIMARY

_WORD = re.compile(r"[A-Za-z0-9*][A-Za-z0-9.*_-]*")
_SVC = re.compile(r"\.svc(?:\.[a-z0-9.-]+)?$")
_LONGEST = 4_096
"""Texts beyond this (embedded files, certificates) hold no reference that a rule reads."""
_UNREAD = frozenset({
    "apiVersion", "kind", "status", "managedFields", "creationTimestamp", "image", "resources",
    "caBundle", "ownerReferences", "uid", "resourceVersion", "volumeMounts", "prefix", "regex", "uri",
})  # fmt: skip
"""Fields without references to other objects."""
_PRINCIPAL = re.compile(r"ns/([a-z0-9-]+)/sa/([a-z0-9-]+)")
ALL = "*"
CLAIMS = ":claims"
_PORT_NUMBER = re.compile(r"'(?:portNumber|port)': ([0-9]{1,5})\b")
_EVERYWHERE = frozenset({"*", "*.local", "*.cluster.local", "*.svc"})


class Links(NamedTuple):
    """The ties of one object; a name in the cluster is ``name.namespace``, another host itself."""

    name: str
    mentions: frozenset[str]
    """Names and hosts in its texts."""
    hosts: frozenset[str]
    """The hosts and wildcards that it configures or declares."""
    selector: Mapping[str, str]
    """The labels of the pods it is for; empty where it is for none, or for all."""
    is_wide: bool
    """Does the selector reach into all namespaces?"""
    homes: frozenset[str]
    """What of its mentions may be a namespace."""
    ports: frozenset[tuple[int, bool]]
    """The ports that it has or is about; true for those of which nothing else tells the traffic."""
    peers: tuple[Mapping[str, str], ...] = ()
    """The labels by which it names pods of its own namespace, which those of others may have instead."""


_DOTS_OF_A_POD = 2
"""A pod of a headless Service is ``pod.service.namespace``."""


def links_of(resource: Resource) -> Links:
    """Read the ties of an object."""
    home = resource.namespace or resource.name
    name = intern(f"{resource.name}.{home}")
    hosts = frozenset(host_key(host, home) for host in _hosts(resource) if host)
    mentions = {word for text, near in _texts(resource, home) for word in _names(text, near)}
    mentions |= hosts
    mentions.update(_waypoint(resource))
    mentions.update(_claims(resource))
    homes = {word.partition(".")[2] for word in mentions}
    return Links(
        name, frozenset(map(intern, mentions)), hosts, _selector(resource),
        isinstance(resource, Gateway), frozenset(map(intern, homes)),
        frozenset(_ports(resource)), tuple(_peers(resource)),
    )  # fmt: skip


def host_key(host: str, home: str) -> str:
    """Give the one form of a host: ``name.namespace`` for one of the cluster, however written."""
    short = _SVC.sub("", host)
    if short.startswith("*"):
        return ALL if short in _EVERYWHERE else short.lower()
    if "." in short:
        return short.lower()
    return f"{short.lower()}.{home}"


def _names(text: str, home: str) -> Iterator[str]:
    """Walk what the words of a text may name from a namespace."""
    if text.startswith("/"):
        return
    if text.isalnum():
        yield f"{text.lower()}.{home}"
        return
    for principal in _PRINCIPAL.finditer(text):
        yield f"{principal[2]}.{principal[1]}"
    words = [word.rstrip(".") for word in _WORD.findall(text)]
    for position, word in enumerate(words):
        yield (key := host_key(word, home))
        if key.count(".") == _DOTS_OF_A_POD:
            yield key.partition(".")[2]
        if position and "/" in text:
            yield host_key(word, words[position - 1])


def _texts(resource: Resource, home: str) -> Iterator[tuple[str, str]]:
    """Walk the texts of an object that may hold references, each with where its names are.

    References of the Gateway API and of Kubernetes name their namespace beside the name.
    """
    own = {key: part for key, part in resource.metadata.items() if key != "namespace"}
    stack: list[tuple[Any, str]] = [({**resource.data, "metadata": own}, home)]
    while stack:
        item, near = stack.pop()
        if isinstance(item, str):
            yield item, near
        elif isinstance(item, dict):
            other = item.get("namespace")
            near = other if isinstance(other, str) and other else near
            stack.extend((part, near) for key, part in item.items() if key not in _UNREAD)
        elif isinstance(item, list):
            stack.extend((part, near) for part in item)


def _hosts(resource: Resource) -> Iterator[str]:
    match resource:
        case VirtualService() | ServiceEntry():
            yield from resource.hosts
        case DestinationRule():
            yield resource.host
        case Service():
            yield resource.name
            yield resource.external_name
        case Gateway():
            for server in resource.servers:
                for host in server.hosts:
                    yield host.rpartition("/")[2]
        case KubernetesRoute():
            yield from resource.spec.texts("hostnames")
        case Canary():
            yield from (f"{resource.service_name}{end}" for end in ("", PRIMARY, "-canary"))
        case KnativeService():
            yield resource.name
        case KubernetesGateway():
            yield f"{resource.name}-{resource.class_name}"  # the Service that is made for it
            for _, listener in resource.spec.items("listeners"):
                yield str(listener.get("hostname") or "")
        case _:
            return


def _waypoint(resource: Resource) -> Iterator[str]:
    """Name the waypoint that labels ask for, whose namespace is a label of its own."""
    name = resource.labels.get(USE_WAYPOINT)
    if name:
        home = resource.labels.get(USE_WAYPOINT_NAMESPACE) or resource.namespace or resource.name
        yield f"{name}.{home}"


def _ports(resource: Resource) -> Iterator[tuple[int, bool]]:
    """Walk ports; proxies know the traffic of some of them by nothing but the number."""
    if isinstance(resource, Service):
        yield from ((port.port, False) for port in resource.ports)
    elif isinstance(resource, ServiceEntry):
        yield from ((port.port, is_told_by_address(port)) for port in resource.ports)
    elif isinstance(resource, EnvoyFilter):
        for number in _PORT_NUMBER.findall(repr(resource.data.get("spec"))):
            yield int(number), True


def _peers(resource: Resource) -> Iterator[Mapping[str, str]]:
    """Walk the labels of the pods that a NetworkPolicy lets in or out without naming a namespace."""
    if isinstance(resource, NetworkPolicy):
        for direction in ("Ingress", "Egress"):
            for rule in resource.rules(direction):
                for peer in rule.peers:
                    labels = peer.child("podSelector").labels_of("matchLabels")
                    if labels and not peer.has("namespaceSelector"):
                        yield labels


def _claims(resource: Resource) -> Iterator[str]:
    """Say of a VirtualService that it reads tokens, which policies elsewhere have to check."""
    if isinstance(resource, VirtualService) and "request.auth.claims" in repr(resource.data):
        yield CLAIMS


def _selector(resource: Resource) -> Mapping[str, str]:
    match resource:
        case Service() | Gateway():
            return resource.selector
        case ServiceEntry() | Sidecar():
            return resource.workload_selector
        case Workload():
            return {}
    found = resource.spec.child("selector").labels_of("matchLabels")
    own = resource.spec.child("workloadSelector")
    return found or own.labels_of("labels") or own.labels_of("matchLabels")
