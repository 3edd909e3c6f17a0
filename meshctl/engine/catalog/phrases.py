"""The words that people have for what rules speak of, and the words of rules for the same.

People ask for a sticky session; Istio's field is ``consistentHash``, and a rule speaks of that.
"""

from collections.abc import Iterator, Mapping
from typing import Final

Need = tuple[str, ...]
"""Words of which a rule has to have one."""

_ASKED: Final = frozenset({
    "a", "an", "the", "is", "are", "was", "be", "do", "does", "my", "our", "of", "in", "on", "to", "for",
    "from", "with", "and", "or", "at", "not", "no", "why", "how", "what", "when", "where", "which",
    "works", "working", "work", "broken", "fails", "failing", "rule", "rules", "istio",
})  # fmt: skip
"""Words of a question that say nothing of its subject."""
_SHORTEST_STEM = 4

_HASH: Need = ("consistenthash", "consistent hash", "hash keeps", "sessionaffinity", "cookie")
_BREAKER: Need = ("circuit", "outlierdetection", "outlier detection", "connectionpool")
_MUTUAL: Need = ("mtls", "mutual tls", "istio_mutual", "peerauthentication")
_TOKEN: Need = ("jwt", "jwks", "requestauthentication", "token")
_SPLIT: Need = ("weight", "canary")
_LIMIT: Need = ("rate limit", "ratelimit", "rate_limit")
_BALANCE: Need = ("loadbalancer", "load balanc", "least_request", "round_robin")
_PROBE: Need = ("probe", "health check")
_RETRY: Need = ("retry", "retries", "attempts")
_FAULT: Need = ("fault", "abort", "delay")
_MIRROR: Need = ("mirror",)
_OUTSIDE: Need = ("serviceentry", "service-entry", "mesh_external")
_CERTIFICATE: Need = ("certificate", "credentialname", "secret")

PHRASES: Final[Mapping[str, Need]] = {
    "sticky session": _HASH, "session affinity": _HASH, "session stickiness": _HASH,
    "sticky": _HASH, "consistent hash": _HASH, "stickiness": _HASH,
    "max age": ("maxage", "max age"),
    "circuit breaker": _BREAKER, "circuit breaking": _BREAKER, "outlier detection": _BREAKER,
    "outlier": _BREAKER, "connection pool": ("connectionpool",), "ejection": _BREAKER,
    "retry": _RETRY, "retries": _RETRY, "retrying": _RETRY,
    "mtls": _MUTUAL, "mutual tls": _MUTUAL, "mutual-tls": _MUTUAL,
    "jwt": _TOKEN, "oidc": _TOKEN, "bearer token": _TOKEN, "token": _TOKEN, "oauth": _TOKEN,
    "canary": _SPLIT, "traffic split": _SPLIT, "traffic splitting": _SPLIT, "blue green": _SPLIT,
    "a/b": _SPLIT, "weighted": _SPLIT, "traffic shifting": _SPLIT,
    "rate limit": _LIMIT, "rate limiting": _LIMIT, "ratelimit": _LIMIT, "throttling": _LIMIT,
    "load balancing": _BALANCE, "load balancer": _BALANCE, "loadbalancing": _BALANCE,
    "fault injection": _FAULT, "chaos": _FAULT, "faults": _FAULT,
    "health check": _PROBE, "liveness": _PROBE, "readiness": _PROBE, "probe": _PROBE,
    "mirroring": _MIRROR, "shadowing": _MIRROR, "shadow traffic": _MIRROR,
    "external service": _OUTSIDE, "egress traffic": (*_OUTSIDE, "egress"),
    "certificate": _CERTIFICATE, "cert": _CERTIFICATE, "tls secret": _CERTIFICATE,
    "sidecar injection": ("inject",), "auto injection": ("inject",),
    "ip allowlist": ("ipblocks", "remoteipblocks"), "ip whitelist": ("ipblocks",),
    "access control": ("authorizationpolicy", "authorization-policy"),
    "rbac": ("authorizationpolicy", "authorization-policy"),
    "locality": ("locality", "zone"), "failover": ("failover",), "region": ("locality", "region"),
    "path rewrite": ("rewrite",), "url rewrite": ("rewrite",),
    "cross namespace": ("other namespace", "exportto", "another namespace"),
}  # fmt: skip
"""Phrases of people, in small letters, with the words of rules, documentation and fields."""


def needs_of(words: str) -> Iterator[Need]:
    """Walk what a rule has to speak of to answer a phrase: known phrases first, then single words."""
    rest = words.lower().split()
    while rest:
        size = next((n for n in (2, 1) if _phrase(rest[:n]) in PHRASES and rest[n - 1 :]), 0)
        if size:
            written = " ".join(rest[:size])
            yield (written, *PHRASES[_phrase(rest[:size])])
        elif rest[0] not in _ASKED:
            yield tuple(dict.fromkeys((rest[0], _stem(rest[0]))))
        rest = rest[size or 1 :]


def _phrase(words: list[str]) -> str:
    """Join words as the table has them: ``sticky sessions`` is ``sticky session`` there."""
    joined = " ".join(words)
    return joined if joined in PHRASES else joined.removesuffix("s")


def _stem(word: str) -> str:
    own = word.removesuffix("s")
    return own if len(own) >= _SHORTEST_STEM else word
