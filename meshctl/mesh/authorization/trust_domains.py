"""The principals that a policy means where trust domains have aliases.

Mirrors pilot/pkg/security/trustdomain/bundle.go (Istio 1.31): ``cluster.local`` in a policy, and
any name of the mesh's own trust domain, stands for all of its names.
"""

from collections.abc import Sequence

_PARTS = 5
"""A SPIFFE identity: trust domain, ``ns``, namespace, ``sa``, account."""
_LOCAL = "cluster.local"


def with_aliases(principals: Sequence[str], domains: Sequence[str]) -> tuple[str, ...]:
    """Write principals once for each name of their trust domain."""
    found: list[str] = []
    for principal in principals:
        parts = principal.split("/")
        if len(parts) != _PARTS or parts[0] == "*" or not _is_own(parts[0], domains):
            found.append(principal)
            continue
        tail = "/".join(parts[1:])
        for domain in domains:
            keeps = parts[0].startswith("*") and domain.endswith(parts[0].removeprefix("*"))
            found.append(principal if keeps else f"{domain}/{tail}")
    return tuple(dict.fromkeys(found))


def expanded(values: Sequence[str], domains: Sequence[str]) -> tuple[str, ...]:
    """Write trust domains once for each of their names."""
    found = (domain for value in values for domain in (domains if value in domains else (value,)))
    return tuple(dict.fromkeys(found))


def _is_own(written: str, domains: Sequence[str]) -> bool:
    """Is it a name of the mesh's trust domain, or a ``*`` pattern that takes one?"""
    if written == _LOCAL or written in domains:
        return True
    if written.startswith("*"):
        return any(domain.endswith(written.removeprefix("*")) for domain in domains)
    if written.endswith("*"):
        return any(domain.startswith(written.removesuffix("*")) for domain in domains)
    return False
