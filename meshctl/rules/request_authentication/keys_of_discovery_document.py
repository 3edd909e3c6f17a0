"""A jwksUri is the address of an issuer's discovery document, which holds no keys.

Documents at `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server` describe an issuer, and name the
address of its keys as `jwks_uri`. Istio hands to proxies what the `jwksUri` answers, and they find no `keys` in it: each
request that brings a token of the issuer gets 401.

Fix: write the `jwks_uri` of that document, or leave `jwksUri` out: istiod then finds it by the document of the issuer.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from meshctl.mesh import Mesh
from meshctl.resources import RequestAuthentication
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_OPENID = "/.well-known/openid-configuration"
_NO_KEYS = (_OPENID, "/.well-known/oauth-authorization-server")


@rule(on=RequestAuthentication, severity=Severity.ERROR, since="0.1.0", holds=("jwksUri",))
def check(policy: RequestAuthentication, _: Mesh) -> Iterator[Outcome]:
    """Report addresses of documents that describe an issuer."""
    for entry in policy.rules:
        if not _path(entry.keys_uri).endswith(_NO_KEYS):
            continue
        place = entry.at("jwksUri")
        finding = Finding(
            place,
            "the document there describes the issuer and has no keys: each request with a token of the issuer gets 401",
        )
        found_by_issuer = entry.text("issuer").rstrip("/") + _OPENID
        yield finding.fixed_by(delete(place)) if entry.keys_uri == found_by_issuer else finding


def _path(uri: str) -> str:
    try:
        return urlsplit(uri).path.rstrip("/")
    except ValueError:
        return ""
