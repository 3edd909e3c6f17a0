"""Checks the values that an AuthorizationPolicy compares.

Mirrors pkg/config/security/security.go, Istio 1.31.
"""

import re
from collections.abc import Callable, Iterator

from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.addresses import why_not_block
from meshctl.words import quoted

LAST_PORT = 65535
MOST_SERVICE_ACCOUNTS = 16

Reason = Callable[[str], str | None]

_REPLACED = {
    "destination.namespace": "a policy is for the namespace it lies in",
    "destination.name": "use the selector of the policy",
    "destination.user": "use the selector of the policy",
}
_ONE, _REST = "{*}", "{**}"
_SEGMENT = re.compile(r"[-a-zA-Z0-9._~%!$&'()+,;:@=]+")
_PORT = re.compile("[0-9]{1,10}")


def _why_empty(value: str) -> str | None:
    return None if value else "an empty value never matches; remove it"


def _why_not_ip_block(value: str) -> str | None:
    return why_not_block(value) if value else _why_empty(value)


def _why_not_port(value: str) -> str | None:
    if _PORT.fullmatch(value) and int(value) <= LAST_PORT:
        return None
    return f"{quoted(value)} is not a port; those are numbers, up to {LAST_PORT}"


def _why_not_service_account(value: str) -> str | None:
    namespace, slash, name = value.rpartition("/")
    if not value:
        return _why_empty(value)
    if "*" in value:
        return f"{quoted(value)} has a *; a service account is compared as it is"
    if "/" in namespace or not name or (slash and not namespace):
        return f"{quoted(value)} is neither a service account nor namespace/service-account"
    return None


def _why_not_wildcard(value: str) -> str | None:
    if value.count("*") > 1 or "*" in value[1:-1]:
        return f"{quoted(value)}: one * may stand at the start or at the end of a trust domain"
    return None


def _why_not_trust_domain(value: str) -> str | None:
    if why := _why_not_wildcard(value):
        return why
    return f"{quoted(value)} has a /; a trust domain has none" if "/" in value else None


def _why_not_domain_condition(value: str) -> str | None:
    return _why_not_wildcard(value) if value else _why_empty(value)


_FIELDS: dict[str, Reason] = {
    "ipblocks": _why_not_ip_block,
    "remoteipblocks": _why_not_ip_block,
    "ports": _why_not_port,
    "serviceaccounts": _why_not_service_account,
    "trustdomains": _why_not_trust_domain,
}

_KEYS: dict[str, Reason] = {
    "source.ip": _why_not_ip_block,
    "remote.ip": _why_not_ip_block,
    "destination.ip": _why_not_ip_block,
    "destination.port": _why_not_port,
    "source.serviceAccount": _why_not_service_account,
    "source.trustDomain": _why_not_domain_condition,
    "source.namespace": _why_empty,
    "source.principal": _why_empty,
    "request.auth.principal": _why_empty,
    "request.auth.audiences": _why_empty,
    "request.auth.presenter": _why_empty,
    "connection.sni": _why_empty,
}
_KEYS_WITH_BRACKETS = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")


def kind_of_field(name: str) -> Reason:
    """Say what the values of a field are; a negated field has the values of the plain one."""
    return _FIELDS.get(name.removeprefix("not").lower(), _why_empty)


def condition_of(key: str) -> Reason:
    """Say what the values of a condition are."""
    return _KEYS.get(key, _why_empty)


def why_not_key(key: str) -> str | None:
    """Say why nothing can be asked about an attribute."""
    if key.startswith(_KEYS_WITH_BRACKETS):
        start = key.find("[")
        if key.endswith("]") and 0 < start < len(key) - 2:
            return None
        return f"{quoted(key)} lacks a name in brackets, as in request.headers[x-tenant]"
    if key in _REPLACED:
        return f"{key} is gone: {_REPLACED[key]}"
    if key.startswith("destination.labels"):
        return f"{key} is gone: use the selector of the policy"
    if key not in _KEYS:
        known = ", ".join((*_KEYS, *(f"{name}[…]" for name in _KEYS_WITH_BRACKETS)))
        return f"{quoted(key)} is not an attribute of a request; those are {known}"
    return None


def check_values(owner: View, field: str, reason: Reason) -> Iterator[Fault]:
    """Check the values of a field."""
    values = owner.texts(field)
    if reason is _why_not_service_account and len(values) > MOST_SERVICE_ACCOUNTS:
        yield refuse(
            owner.at(field), f"{field} has {len(values)} values; {MOST_SERVICE_ACCOUNTS} at most"
        )
    for at, value in enumerate(values):
        if why := reason(value):
            yield refuse(owner.at(field, at), why)


def check_paths(operation: View, key: str) -> Iterator[Fault]:
    """Check the paths of an operation, which may be templates."""
    for at, path in enumerate(operation.texts(key)):
        if why := _why_not_path(path):
            yield refuse(operation.at(key, at), why)


def _why_not_path(path: str) -> str | None:
    is_template = _ONE in path or _REST in path
    ended = False
    for segment in path.strip("/").split("/"):
        if segment in {_ONE, _REST}:
            if ended:
                return f"{quoted(path)}: nothing with braces may follow {_REST}"
            ended = segment == _REST
        elif "{" in segment or "}" in segment:
            return f"{quoted(path)}: braces stand only in the segments {_ONE} and {_REST}"
        elif is_template and not _SEGMENT.fullmatch(segment):
            return f"{quoted(path)}: {quoted(segment)} cannot be a segment of a template"
    return None
