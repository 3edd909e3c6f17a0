"""Turns conditions on attributes into the parts of an AuthorizationPolicy: whom, what, which pods."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.migrate.mixer.expressions import Condition
from meshctl.resources import Ref, Workload
from meshctl.words import quoted

_SOURCES = {
    "source.namespace": "namespaces", "source.principal": "principals",
    "source.user": "principals", "source.ip": "ipBlocks",
    "request.auth.principal": "requestPrincipals",
}  # fmt: skip
_OPERATIONS = {
    "request.path": "paths", "request.url_path": "paths", "request.method": "methods",
    "request.host": "hosts", "destination.port": "ports",
}  # fmt: skip
_KEYS = {
    "request.headers": "request.headers[{}]", "request.auth.claims": "request.auth.claims[{}]",
    "request.auth.raw_claims": "request.auth.claims[{}]",
}  # fmt: skip
_PLAIN_KEYS = {
    "request.auth.audiences": "request.auth.audiences",
    "request.auth.presenter": "request.auth.presenter",
    "connection.requested_server_name": "connection.sni",
    "destination.ip": "destination.ip", "request.useragent": "request.headers[user-agent]",
}  # fmt: skip
_ALWAYS = {
    ("context.protocol", "http"), ("context.reporter.kind", "inbound"),
    ("context.protocol", "grpc"),
}  # fmt: skip
_SERVICES = frozenset({
    "destination.service", "destination.service.host", "destination.service.name",
})  # fmt: skip
_NAMESPACES = frozenset({
    "destination.namespace", "destination.service.namespace", "destination.workload.namespace",
})  # fmt: skip
_IDENTITY = frozenset({"source.labels", "source.workload.name"})


class Clause(NamedTuple):
    """Pods, and a rule for them."""

    namespace: str
    selector: Mapping[str, str]
    rule: Mapping[str, Any]


class CantSayError(Exception):
    """A condition has nothing like it; ``args`` are what and what to do instead."""


class Reader:
    """Reads conditions of the rule of one object."""

    def __init__(self, draft: Draft, known: Known, place: Ref) -> None:
        self._draft, self._known, self._place = draft, known, place

    def clause(self, conditions: Iterable[Condition]) -> Clause:
        """Read one alternative as a rule of DENY; raises CantSayError."""
        several = self._with_identities(list(conditions))
        home = self._draft.resource.namespace
        named = [c.value for c in several if c.attribute in _NAMESPACES and not c.is_negated]
        namespace = named[0] if named else home
        selector: dict[str, str] = {}
        source: dict[str, list[str]] = {}
        operation: dict[str, list[str]] = {}
        when: list[dict[str, Any]] = []
        _check_pairs(several)
        for condition in several:
            if condition.attribute in _NAMESPACES and not condition.is_negated:
                continue
            if (condition.attribute, condition.value) in _ALWAYS and not condition.is_negated:
                continue
            if condition.attribute == "destination.labels" and _is_equal(condition):
                selector[condition.key] = condition.value
            elif condition.attribute in _SERVICES and _is_equal(condition):
                namespace, labels = self._service(condition.value, namespace)
                selector |= labels
            else:
                self._request(condition, source, operation, when)
        rule: dict[str, Any] = {"from": [{"source": source}]} if source else {}
        if operation:
            rule["to"] = [{"operation": operation}]
        if when:
            rule["when"] = when
        return Clause(namespace, selector, rule)

    def list_condition(
        self, attribute: str, key: str, values: Sequence[str], *, is_negated: bool
    ) -> dict[str, Any]:
        """Read a condition on a list of values as a rule of its own; raises CantSayError."""
        source: dict[str, list[str]] = {}
        operation: dict[str, list[str]] = {}
        when: list[dict[str, Any]] = []
        for value in values:
            condition = Condition(attribute, key, "is", value, is_negated, "")
            self._request(condition, source, operation, when)
        merged: dict[str, Any] = {}
        if source:
            merged["from"] = [{"source": source}]
        if operation:
            merged["to"] = [{"operation": operation}]
        if when:
            field = "notValues" if is_negated else "values"
            merged["when"] = [
                {"key": when[0]["key"], field: [value for one in when for value in one[field]]}
            ]
        return merged

    def _service(self, host: str, namespace: str) -> tuple[str, Mapping[str, str]]:
        service = self._known.service(host, namespace)
        if service is None or not service.selector:
            why = "is not in the input" if service is None else "has no selector"
            raise CantSayError(
                f"Service {host} {why}, so that its pods are not known",
                "add the Service to the input, or write the policy with the labels of its pods",
            )
        return service.namespace, service.selector

    def _request(
        self, condition: Condition, source: dict[str, list[str]], operation: dict[str, list[str]],
        when: list[dict[str, Any]],
    ) -> None:  # fmt: skip
        name = condition.attribute
        if name in _IDENTITY:
            condition = self._identity([condition])
            name = condition.attribute
        if name == "connection.mtls":
            is_wanted = (condition.value == "true") is not condition.is_negated
            source.setdefault("principals" if is_wanted else "notPrincipals", []).append("*")
        elif name in _SOURCES:
            _put(source, _SOURCES[name], condition)
        elif name in _OPERATIONS:
            _put(operation, _OPERATIONS[name], condition)
        else:
            self._when(condition, when)

    def _when(self, condition: Condition, when: list[dict[str, Any]]) -> None:
        pattern = _KEYS.get(condition.attribute)
        key = pattern.format(condition.key.lower()) if pattern and condition.key else ""
        key = key or _PLAIN_KEYS.get(condition.attribute, "")
        if not key:
            raise CantSayError(
                f"{condition.shown} has nothing like it in an AuthorizationPolicy",
                "ask for something that it knows, or have an external authorizer decide (CUSTOM)",
            )
        is_negated = condition.is_negated
        value = _text(condition)
        if not condition.value:  # (header | "") == "" asks for its absence
            value, is_negated = "*", not is_negated
        elif is_negated and condition.default is None:
            self._draft.near(
                f"the rule takes requests without {condition.shown}, too, where Mixer's expression failed",
                self._place,
            )
        when.append({"key": key, "notValues" if is_negated else "values": [value]})

    def _with_identities(self, several: list[Condition]) -> list[Condition]:
        """Replace what is asked of the labels of sources by the account that they have."""
        asked = [
            condition
            for condition in several
            if condition.attribute in _IDENTITY and not condition.is_negated
        ]
        if not asked:
            return several
        found = self._identity(asked)
        return [*(condition for condition in several if condition not in asked), found]

    def _identity(self, asked: Sequence[Condition]) -> Condition:
        """Say by the service account what labels of the source said, where that is the same."""
        pods = list(self._known.mesh.workloads)
        chosen = [pod for pod in pods if all(_has(pod, condition) for condition in asked)]
        accounts = {(pod.namespace, pod.service_account) for pod in chosen}
        others = {(pod.namespace, pod.service_account) for pod in pods if pod not in chosen}
        shown = " and ".join(f"{condition.shown} {quoted(condition.value)}" for condition in asked)
        if (
            any(condition.kind != "is" for condition in asked)
            or len(accounts) != 1
            or accounts & others
        ):
            raise CantSayError(
                f"{shown} tells sources by labels, and identity is the service account today",
                "give the pods a service account of their own, and name it in principals",
            )
        ((namespace, account),) = accounts
        domain = self._known.mesh.config.trust_domain
        self._draft.near(
            f"{shown} is told by the service account {account} of {namespace}, which only these "
            "pods have, and which plaintext doesn't show",
            self._place,
            instead="demand mutual TLS (PeerAuthentication STRICT)",
        )
        principal = f"{domain}/ns/{namespace}/sa/{account}"
        return asked[0]._replace(attribute="source.principal", key="", value=principal)


def _check_pairs(several: Sequence[Condition]) -> None:
    """Refuse two conditions that both have to hold of one field, whose values are alternatives."""
    seen: dict[tuple[str, str], Condition] = {}
    for condition in several:
        other = seen.setdefault((condition.attribute, condition.key), condition)
        if other != condition and not condition.is_negated and not other.is_negated:
            raise CantSayError(
                f"{condition.shown} has to meet two conditions at once",
                "write the values that meet both",
            )


def _has(pod: Workload, condition: Condition) -> bool:
    if condition.attribute == "source.workload.name":
        return pod.name == condition.value
    return pod.pod_labels.get(condition.key) == condition.value


def _is_equal(condition: Condition) -> bool:
    return condition.kind == "is" and not condition.is_negated


def _put(fields: dict[str, list[str]], field: str, condition: Condition) -> None:
    """Add a value to a field, or to what is its opposite; both at once is an and."""
    name = f"not{field[0].upper()}{field[1:]}" if condition.is_negated else field
    if field == "principals" and not condition.value:
        name, value = ("principals", "*") if condition.is_negated else ("notPrincipals", "*")
    else:
        value = _text(condition)
    if field == "ipBlocks":
        value = _network(condition)
    fields.setdefault(name, []).append(value)


def _text(condition: Condition) -> str:
    match condition.kind:
        case "prefix":
            return f"{condition.value}*"
        case "suffix":
            return f"*{condition.value}"
        case "regex":
            raise CantSayError(
                f"{condition.shown} is asked by a regular expression",
                "AuthorizationPolicies have none; name the values, or their prefixes",
            )
    return condition.value


def _network(condition: Condition) -> str:
    if condition.kind == "is":
        return condition.value
    octets = condition.value.strip(".").split(".") if condition.kind == "prefix" else []
    if not octets or not all(part.isdecimal() for part in octets):
        raise CantSayError(f"{condition.shown} is no network", "write it as CIDR")
    filled = [*octets, *["0"] * (4 - len(octets))]
    return f"{'.'.join(filled)}/{8 * len(octets)}"
