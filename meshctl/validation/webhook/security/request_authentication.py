"""Checks RequestAuthentications.

Mirrors ValidateRequestAuthentication, pkg/config/validation/validation.go, Istio 1.31. The CRD
refuses empty texts, names that no header can have, jwks beside jwksUri, and URIs that are not HTTP.
"""

import re
from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.durations import check_durations
from meshctl.validation.webhook.fields.selectors import check_selector, check_targets
from meshctl.validation.webhook.security.json_web_keys import has_private_part, why_not_keys

_PORT = re.compile(r"https?://[^/?#]*:([0-9]+)(?:[/?#]|\Z)")
_LARGEST_INTEGER = 2**63 - 1


def check(resource: Resource) -> Iterator[Fault]:
    """Check one RequestAuthentication."""
    spec = resource.spec
    yield from check_selector(spec)
    yield from check_targets(spec)
    for rule in views(spec, "jwtRules", View):
        yield from _check_rule(rule)


def _check_rule(rule: View) -> Iterator[Fault]:
    uri_key = "jwksUri" if rule.text("jwksUri") else "jwks_uri"
    uri, jwks = rule.text(uri_key), rule.text("jwks")
    if not rule.text("issuer") and not uri:
        yield refuse(rule.at(), "a JWT rule needs an issuer or a jwksUri")
    port = _PORT.match(uri)
    if port and int(port[1][:20]) > _LARGEST_INTEGER:
        yield refuse(rule.at(uri_key), f"{port[1]} is not a port")
    if jwks:
        if why := why_not_keys(jwks):
            yield refuse(rule.at("jwks"), why)
        elif has_private_part(jwks):
            yield warn(
                rule.at("jwks"), "jwks has a private key, which belongs nowhere but its owner"
            )
    yield from check_durations(rule, "timeout")
