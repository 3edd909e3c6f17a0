"""Which parts of an AuthorizationPolicy need the client's certificate?

Mirrors the attributes of pilot/pkg/security/authz/model/model.go (Istio 1.31) that come from the
connection's certificate.
"""

from collections.abc import Iterator

from meshctl.resources import AuthorizationPolicy, Ref

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
        for source in entry.sources:
            for field in _SOURCE_FIELDS:
                if source.texts(field):
                    yield source.key(field), field
        for condition in entry.conditions:
            if condition.text("key") in _CONDITIONS:
                yield condition.at("key"), condition.text("key")
