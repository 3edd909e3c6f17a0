"""Checks host names.

Mirrors pkg/config/validation/agent/validation.go, pkg/config/labels/instance.go and
pkg/config/host/name.go of Istio 1.31.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import Ref
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.addresses import is_ip
from meshctl.words import quoted, with_article

LONGEST_LABEL = 63
LONGEST_HOST = 255
LARGEST_INTEGER = 2**63 - 1

_LABEL = lazy_pattern(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?")
_FIRST_LABEL = lazy_pattern(rf"\*|(?:\*-?)?{_LABEL.pattern}")
_INTEGER = lazy_pattern(r"[-+]?[0-9]+")
_SNI_PARTS = 4


@lru_cache(maxsize=4096)
def is_label(text: str) -> bool:
    """Is it one label of a DNS name? Istio accepts capitals, too."""
    return len(text) <= LONGEST_LABEL and _LABEL.fullmatch(text) is not None


def why_not_fqdn(host: str) -> str | None:
    """Say why a text is not a host without a wildcard; short names are hosts."""
    return _why_not_sized(host) or _why_not_labels(host, host)


@lru_cache(maxsize=4096)
def why_not_host(host: str) -> str | None:
    """Say why a text is neither a host nor a wildcard host."""
    if why := _why_not_sized(host):
        return why
    first, dot, rest = host.partition(".")
    if len(first) > LONGEST_LABEL or not _FIRST_LABEL.fullmatch(first):
        return _bad_label(host, first)
    return _why_not_labels(host, rest) if dot else None


def why_not_sni_host(host: str) -> str | None:
    """Say why a gateway cannot match the host by SNI; ``outbound_`` hosts are istiod's own form."""
    if not host.startswith("outbound_"):
        return why_not_host(host)
    if why := _why_not_sized(host):
        return why
    parts = host.split("_", _SNI_PARTS - 1)
    is_formed = (
        len(parts) == _SNI_PARTS
        and re.search("[0-9]", parts[1])
        and re.search("[a-zA-Z]", parts[3])
    )
    return None if is_formed else f"{quoted(host)} is not of the form outbound_.PORT_.SUBSET_.HOST"


def why_not_whole_wildcard(host: str) -> str | None:
    """Say that a wildcard replaces only a part of the first label."""
    if "*" in host and host != "*" and not host.startswith("*."):
        return f"{quoted(host)} has a * for a part of a label; write * for all of it, as in *.example.com"
    return None


def check_scoped_host(
    place: Ref, host: str, *, kind: str, converted: bool = False
) -> Iterator[Fault]:
    """Check ``namespace/host`` of a Gateway or Sidecar; a Gateway may leave out the namespace.

    ``converted``: istiod made the Gateway from one of the Gateway API.
    """
    namespace, slash, name = host.partition("/")
    if not slash and kind == "Gateway":
        yield from _check_long_host(place, host, kind)
    elif not slash:
        yield refuse(place, f"{quoted(host)} lacks a namespace; write ./{host} or */{host}")
    elif not namespace or not name:
        yield refuse(place, f"{quoted(host)} lacks a namespace or a host; write namespace/host")
    else:
        if not _is_scope(namespace, kind, converted=converted):
            allowed = "* . or a namespace" if kind == "Gateway" else "* . ~ or a namespace"
            yield refuse(
                place,
                f"{quoted(namespace)} in {quoted(host)} is not a namespace; allowed: {allowed}",
            )
        yield from _check_long_host(place, name, kind)


def overlaps(hosts: list[str]) -> Iterator[tuple[int, int]]:
    """Find each host that stands, in part, for what another one of the list does.

    Yields the indexes of both, the later one first.
    """
    # Read backwards, all that a wildcard covers follows it in the order of the alphabet.
    order = sorted(
        range(len(hosts)), key=lambda at: (hosts[at].removeprefix("*")[::-1], hosts[at][:1] != "*")
    )
    wildcards: list[int] = []
    last: int | None = None
    for at in order:
        while wildcards and not hosts[at].removeprefix("*").endswith(hosts[wildcards[-1]][1:]):
            wildcards.pop()
        other = wildcards[-1] if wildcards else last
        if other is not None and (wildcards or hosts[other] == hosts[at]):
            yield max(at, other), min(at, other)
        if hosts[at].startswith("*"):
            wildcards.append(at)
        last = at


def is_within(narrow: str, wide: str) -> bool:
    """Is every host that ``narrow`` stands for one of ``wide``?"""
    if not wide.startswith("*"):
        return narrow == wide
    return narrow.removeprefix("*").endswith(wide[1:])


def _is_scope(namespace: str, kind: str, *, converted: bool) -> bool:
    if namespace in {"*", "."} or is_label(namespace):
        return True
    if kind == "Gateway":
        return namespace == "~" and converted
    return namespace == "~" or (namespace[0] == "~" and is_label(namespace[1:]))


def _check_long_host(place: Ref, host: str, kind: str) -> Iterator[Fault]:
    why = why_not_host(host)
    if kind == "Gateway" and why and is_ip(host):
        why = None
    if why is None and host != "*" and "." not in host:
        why = f"{quoted(host)} is a short name; {with_article(kind)} needs the full name, as in {host}.example.com"
    if why is None:
        why = why_not_whole_wildcard(host)
    if why:
        yield refuse(place, why)


def _why_not_sized(host: str) -> str | None:
    if not host:
        return "a host cannot be empty"
    if (size := len(host.encode(errors="replace"))) > LONGEST_HOST:
        return f"a host has {LONGEST_HOST} characters at most; this one has {size}"
    return None


def _why_not_labels(host: str, rest: str) -> str | None:
    labels = rest.split(".")
    top = labels[-1]
    if _INTEGER.fullmatch(top) and abs(int(top[:20])) <= LARGEST_INTEGER:
        return f"{quoted(host)} is not a host: its last label {quoted(top)} is a number"
    if not top:  # A dot at the end ends a full name.
        labels.pop()
    wrong = next((label for label in labels if not is_label(label)), None)
    return None if wrong is None else _bad_label(host, wrong)


def _bad_label(host: str, label: str) -> str:
    allowed = f"letters, digits and inner dashes, {LONGEST_LABEL} at most"
    if len(label) > LONGEST_LABEL:
        return (
            f"{quoted(host)} is not a host: a label of {len(label)} characters (allowed: {allowed})"
        )
    stars = "; a * may only stand at the very start" if "*" in label else ""
    return f"{quoted(host)} is not a host: the label {quoted(label)} (allowed: {allowed}{stars})"
