"""Matches texts with values of an AuthorizationPolicy, where ``*`` stands at an end.

Mirrors StringMatcherWithPrefix, HeaderMatcher and HostMatcher (pilot/pkg/security/authz/matcher,
Istio 1.31), and the identities that principal generators make (model/generator.go there).
"""

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from meshctl.re2.patterns import Pattern, compiled
from meshctl.re2.quoting import quote_meta

_SPIFFE = "spiffe://"


def takes(value: str, text: str) -> bool:
    """Compare by one value: ``*`` alone asks for any text that is not empty."""
    if value == "*":
        return bool(text)
    if value.startswith("*"):
        return text.endswith(value.removeprefix("*"))
    if value.endswith("*"):
        return text.startswith(value.removesuffix("*"))
    return text == value


def takes_header(value: str, text: str | None) -> bool:
    """Compare a header, which may be missing (``None``) and, if it is there, empty."""
    return text is not None and (value == "*" or takes(value, text))


def takes_host(value: str, authority: str) -> bool:
    """Compare the authority, port included, in any case of letters."""
    return value == "*" or takes(value.lower(), authority.lower())


def takes_principal(value: str, principal: str) -> bool:
    """Compare an identity without its ``spiffe://``."""
    if value == "*":
        return True
    if value.startswith("*"):
        return principal.endswith(value.removeprefix("*"))
    if value.endswith("*"):
        return principal.startswith(value.removesuffix("*"))
    return principal == value


def takes_namespace(value: str, principal: str) -> bool:
    """Compare the namespace of an identity; ``*`` may stand anywhere in the value."""
    return _namespace(value).fits(_SPIFFE + principal)


@lru_cache(maxsize=4096)
def _namespace(value: str) -> Pattern:
    between = ".*".join(quote_meta(part) for part in value.split("*"))
    return compiled(f".*/ns/{between}/.*")


def takes_account(value: str, principal: str, home: str) -> bool:
    """Compare the service account of an identity; without a namespace it is the policy's."""
    namespace, slash, account = value.partition("/")
    if not slash:
        namespace, account = home, value
    return _account(namespace, account).fits(_SPIFFE + principal)


@lru_cache(maxsize=4096)
def _account(namespace: str, account: str) -> Pattern:
    tail = f"/ns/{quote_meta(namespace)}/(.+/|)sa/{quote_meta(account)}(/.+)?"
    return compiled(f"spiffe://.+{tail}")


def takes_trust_domain(value: str, principal: str) -> bool:
    """Compare the trust domain of an identity."""
    if value == "*":
        return True
    if "*" not in value:
        return principal.startswith(f"{value}/")
    before, _, after = value.partition("*")
    domain = principal.partition("/")[0]
    is_long_enough = len(domain) >= len(before) + len(after)
    return is_long_enough and domain.startswith(before) and domain.endswith(after)


def takes_issuer(value: str, issuer: str) -> bool:
    """Compare the issuer of a request principal: what stands before the last slash of a value.

    Without a slash a value with a star at its start asks for the subject alone, else for an issuer
    (requestPrincipalGenerator, model/generator.go).
    """
    before, slash, _ = value.rpartition("/")
    if value == "*" or (value.startswith("*") and not slash):
        return True
    if not slash:
        return takes(value, issuer)
    if value.startswith("*"):
        return before == "*" or issuer.endswith(before.removeprefix("*"))
    return issuer == before


def is_block(value: str) -> bool:
    """Is it an address or a block of addresses?"""
    return _network(value) is not None


def wider_block(value: str) -> str:
    """Name the block that a value with bits behind its mask stands for; empty if it has none.

    istiod hands the address on as it is (AddrStrToCidrRange, pilot/pkg/networking/util/util.go),
    and Envoy cuts it off at the mask.
    """
    network = _network(value)
    address = value.partition("/")[0]
    has_bits = network is not None and ip_address(address) != network.network_address
    return str(network) if has_bits else ""


def takes_address(value: str, address: str) -> bool:
    """Is an address in a block? One that is unknown is in none."""
    network = _network(value)
    try:
        return network is not None and ip_address(address) in network
    except ValueError:
        return False


@lru_cache(maxsize=4096)
def _network(value: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(value, strict=False)
    except ValueError:
        return None
