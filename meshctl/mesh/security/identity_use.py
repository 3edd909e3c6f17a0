"""The parts of an AuthorizationPolicy that need a client certificate, and whom they name.

Mirrors the attributes of pilot/pkg/security/authz/model/model.go (Istio 1.31) that come from the
connection's certificate.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.registry.service_accounts import parse_principal
from meshctl.resources import AuthorizationPolicy, AuthorizationRule, Ref, View

_SOURCE_FIELDS = (
    "principals", "notPrincipals", "namespaces", "notNamespaces", "serviceAccounts",
    "notServiceAccounts",
)  # fmt: skip
_CONDITIONS = frozenset({
    "source.principal", "source.namespace", "source.serviceAccount", "connection.sni",
})  # fmt: skip


def identity_parts(policy: AuthorizationPolicy) -> Iterator[tuple[Ref, str]]:
    """Walk the fields and conditions that ask for an identity, each with its name."""
    for entry in policy.rules:
        yield from identity_parts_of(entry)


def identity_parts_of(entry: AuthorizationRule) -> Iterator[tuple[Ref, str]]:
    """Walk those of one rule of a policy."""
    for source in entry.sources:
        for field in _SOURCE_FIELDS:
            if source.texts(field):
                yield source.key(field), field
    for condition in entry.conditions:
        if condition.text("key") in _CONDITIONS:
            yield condition.at("key"), condition.text("key")


class NamedSource(NamedTuple):
    """A source by namespace, or by one service account of it, and where it is written."""

    namespace: str
    account: str
    ref: Ref


def named_sources(policy: AuthorizationPolicy, trust_domain: str) -> Iterator[NamedSource]:
    """Walk the sources of this mesh that a policy names in full, without wildcards."""
    for entry in policy.rules:
        for source in entry.sources:
            yield from _named(source, "namespaces", "principals", trust_domain)
            for index, text in enumerate(source.texts("serviceAccounts")):
                namespace, slash, account = text.rpartition("/")
                if account and "*" not in text:
                    home = namespace if slash else policy.namespace
                    yield NamedSource(home, account, source.at("serviceAccounts", index))
        for condition in entry.conditions:
            key = condition.text("key")
            if key == "source.namespace":
                yield from _named(condition, "values", "", trust_domain)
            elif key == "source.principal":
                yield from _named(condition, "", "values", trust_domain)


def _named(
    view: View, namespaces: str, principals: str, trust_domain: str
) -> Iterator[NamedSource]:
    for index, text in enumerate(view.texts(namespaces)):
        if text and "*" not in text:
            yield NamedSource(text, "", view.at(namespaces, index))
    for index, text in enumerate(view.texts(principals)):
        principal = None if "*" in text else parse_principal(text)
        if principal is not None and principal.trust_domain in {"cluster.local", trust_domain}:
            yield NamedSource(principal.namespace, principal.account, view.at(principals, index))
