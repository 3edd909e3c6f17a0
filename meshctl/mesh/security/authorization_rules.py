"""What the rules of an AuthorizationPolicy ask of a connection: HTTP, a token, a port.

Mirrors the attributes of pilot/pkg/security/authz/model (model.go and generator.go, Istio 1.31).
Where a connection is not HTTP, istiod leaves a rule of ALLOW out as a whole when one of its parts
reads requests, and of DENY only that part.
"""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple

from meshctl.mesh.registry.service_accounts import Principal
from meshctl.mesh.security.layer7 import OPERATION_FIELDS
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Ref, View
from meshctl.words import whole_number

_EXAMPLES = tuple(
    map(ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"))
)

_TOKEN_FIELDS = ("requestPrincipals", "notRequestPrincipals")
_PORT = "destination.port"
_Ports = tuple[tuple[str, ...], tuple[str, ...]]


def matches_everything(rule: AuthorizationRule) -> bool:
    """Has a rule no condition at all, so that every request meets it?"""
    return not (rule.sources or rule.operations or rule.conditions)


def http_parts(rule: AuthorizationRule) -> Iterator[Ref]:
    """Walk the fields and conditions of a rule that read HTTP requests."""
    for operation in rule.operations:
        for field in OPERATION_FIELDS:
            if operation.texts(field):
                yield operation.key(field)
    for source in rule.sources:
        for field in _TOKEN_FIELDS:
            if source.texts(field):
                yield source.key(field)
    for condition in rule.conditions:
        if condition.text("key").startswith("request."):
            yield condition.at("key")


def token_parts(policy: AuthorizationPolicy) -> Iterator[Ref]:
    """Walk the fields and conditions that read what a RequestAuthentication found in a token."""
    for rule in policy.rules:
        for source in rule.sources:
            for field in _TOKEN_FIELDS:
                if source.texts(field):
                    yield source.key(field)
        for condition in rule.conditions:
            if condition.text("key").startswith("request.auth."):
                yield condition.at("key")


def written_ports(rule: AuthorizationRule) -> Iterator[tuple[int, Ref]]:
    """Walk the port numbers that a rule names or excludes, with their places."""
    for operation in rule.operations:
        for field in ("ports", "notPorts"):
            yield from _numbers(operation, field)
    for condition in rule.conditions:
        if condition.text("key") == _PORT:
            for field in ("values", "notValues"):
                yield from _numbers(condition, field)


class AskedPorts(NamedTuple):
    """What a rule asks of the container port: the ports that it names and excludes.

    One of the ``operations`` has to fit, if there are any, and each of the ``conditions``.
    """

    operations: frozenset[_Ports]
    conditions: frozenset[_Ports]

    def take(self, port: int) -> bool:
        """May a rule that asks so match connections to a port?"""
        by_operation = not self.operations or any(_takes(*one, port) for one in self.operations)
        return by_operation and all(_takes(*one, port) for one in self.conditions)


def asked_ports(rule: AuthorizationRule) -> AskedPorts:
    """Tell what a rule asks of the port; rules that ask the same are equal here."""
    return AskedPorts(
        frozenset(
            (tuple(one.texts("ports")), tuple(one.texts("notPorts"))) for one in rule.operations
        ),
        frozenset(
            (tuple(one.texts("values")), tuple(one.texts("notValues")))
            for one in rule.conditions
            if one.text("key") == _PORT
        ),
    )


def reaches_port(rule: AuthorizationRule, port: int) -> bool:
    """May a rule match connections to a container port, whatever else it asks for?"""
    return asked_ports(rule).take(port)


def widened_on(rule: AuthorizationRule, port: int) -> Ref | None:
    """Name what is left out of a DENY rule on a port without HTTP; ``None`` if nothing is."""
    if not reaches_port(rule, port):
        return None
    for ref in http_parts(rule):
        if "to" not in ref.path:
            return ref
        operation = rule.operations[int(ref.path[ref.path.index("to") + 1])]
        if _takes(operation.texts("ports"), operation.texts("notPorts"), port):
            return ref
    return None


def _takes(wanted: Sequence[str], refused: Sequence[str], port: int) -> bool:
    return (not wanted or str(port) in wanted) and str(port) not in refused


def _numbers(view: View, field: str) -> Iterator[tuple[int, Ref]]:
    for index, text in enumerate(view.texts(field)):
        number = whole_number(text)
        if number is not None:
            yield number, view.at(field, index)


def may_admit(rule: AuthorizationRule, identity: Principal) -> bool:
    """May a rule match a connection of this identity, whatever else it asks for?"""
    by_source = not rule.sources or any(_may_be(source, identity) for source in rule.sources)
    return by_source and all(
        _matches_any(condition.texts("values"), _asked_of(identity, condition.text("key")))
        for condition in rule.conditions
    )


def _may_be(source: View, identity: Principal) -> bool:
    account = f"{identity.namespace}/{identity.account}"
    return (
        _matches_any(source.texts("principals"), str(identity))
        and _matches_any(source.texts("namespaces"), identity.namespace)
        and _matches_any(source.texts("serviceAccounts"), account)
    )


def _asked_of(identity: Principal, key: str) -> str | None:
    known = {"source.principal": str(identity), "source.namespace": identity.namespace}
    return known.get(key)


def _matches_any(patterns: Sequence[str], text: str | None) -> bool:
    """Is a text, unless it is unknown, one of these, where ``*`` begins or ends a pattern?

    ``cluster.local`` stands for the trust domain of the mesh; a pattern without a namespace
    before the account is for the policy's own, which is not asked here.
    """
    if not patterns or text is None:
        return True
    tail = text.partition("/")[2]
    local = {text, f"cluster.local/{tail}", text.rpartition("/")[2]}
    return any(fnmatchcase(path, pattern) for path in local for pattern in patterns)


def shut_out(policy: AuthorizationPolicy, field: str) -> Iterator[tuple[View, str]]:
    """Walk the operations that shut out ``hosts`` or ``paths``, with the field that does it.

    What a DENY rule doesn't match, and what an ALLOW rule excludes too narrowly, gets through.
    """
    key = field if policy.action == "DENY" else f"not{field.capitalize()}"
    if policy.action in {"ALLOW", "DENY"}:
        for operation in policy.operations:
            if operation.texts(key):
                yield operation, key


class ShutOutPaths:
    """The paths that one field shuts out."""

    def __init__(self, written: Sequence[str]) -> None:
        self._whole = frozenset(written)
        self._starts = frozenset(value[:-1] for value in written if value.endswith("*"))
        self._lengths = frozenset(map(len, self._starts))

    def open_variant(self, path: str) -> str:
        """Give the path that differs from a written one by the final slash and isn't covered.

        Empty when there is none; a file such as ``/a.html`` has no such twin.
        """
        if path.endswith("/*"):
            twin = path.removesuffix("/*")
        elif (
            not path
            or "*" in path
            or "{" in path
            or path.endswith("/")
            or "." in path.rpartition("/")[2]
        ):
            return ""
        else:
            twin = f"{path}/"
        return "" if not twin or self._covers(twin) else twin

    def _covers(self, path: str) -> bool:
        starts = (path[:length] for length in self._lengths if length <= len(path))
        return path in self._whole or not self._starts.isdisjoint(starts)


def public_addresses(policy: AuthorizationPolicy) -> Iterator[tuple[Ref, str]]:
    """Walk the connection addresses that a policy names and that are of the Internet."""
    for source in policy.sources:
        yield from _public(source, "ipBlocks")
    for entry in policy.rules:
        for condition in entry.conditions:
            if condition.text("key") == "source.ip":
                yield from _public(condition, "values")


def _public(view: View, field: str) -> Iterator[tuple[Ref, str]]:
    for index, text in enumerate(view.texts(field)):
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            continue
        if _is_public(network) and network.prefixlen:
            yield view.at(field, index), text


def _is_public(network: IPv4Network | IPv6Network) -> bool:
    """Is it of the Internet, or of the blocks that stand for such in examples (RFC 5737, 3849)?"""
    same = (one for one in _EXAMPLES if one.version == network.version)
    return network.is_global or any(network.subnet_of(one) for one in same)  # type: ignore[arg-type]
