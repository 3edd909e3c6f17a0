"""A value of an AuthorizationPolicy has a `*` or a pattern that Istio compares as text.

A star counts at one end of a value alone, and a path has the templates `{*}` (one segment) and
`{**}` besides. Any other star stands for itself, as in `/service/*health`, `/css/**` or
`*/ns/prod/*`, and there are no regexes. No request has such a text: an ALLOW rule lets nothing in
by it, a DENY rule refuses nothing.

Fix: write `{*}` or `{**}` between slashes in paths, and a star at one end elsewhere.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import is_path_template
from meshctl.mesh.matching import has_literal_star, looks_like_regex
from meshctl.resources import AuthorizationPolicy, Ref, View
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_OPERATION = ("hosts", "notHosts", "methods", "notMethods", "paths", "notPaths")
_SOURCE = ("principals", "notPrincipals", "requestPrincipals", "notRequestPrincipals")
_FREE_STARS = frozenset({"source.namespace", "source.trustDomain", "source.ip", "remote.ip"})
"""Conditions whose values may have a star anywhere, or none at all."""


@rule(on=AuthorizationPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report stars that stand for themselves, and as a warning what only a regex would need."""
    for value, place in _values(policy):
        if has_literal_star(value) and not is_path_template(value):
            text = f"{quoted(value)} never matches what is meant: a star counts at one end alone"
            yield Finding(place, text)
        elif looks_like_regex(value):
            text = f"{quoted(value)} is compared as text; there are no regexes in policies"
            yield Finding(place, text, severity=Severity.WARNING)
        elif "?" in value and place.path[-2] in {"paths", "notPaths"}:
            text = f"{quoted(value)} never matches: paths are compared without their query"
            yield Finding(place, text)


def _values(policy: AuthorizationPolicy) -> Iterator[tuple[str, Ref]]:
    for entry in policy.rules:
        views: list[tuple[View, tuple[str, ...]]] = []
        views += [(operation, _OPERATION) for operation in entry.operations]
        views += [(source, _SOURCE) for source in entry.sources]
        for condition in entry.conditions:
            if condition.text("key") not in _FREE_STARS:
                views.append((condition, ("values", "notValues")))
        for view, fields in views:
            for field in fields:
                for index, value in enumerate(view.texts(field)):
                    yield value, view.at(field, index)
