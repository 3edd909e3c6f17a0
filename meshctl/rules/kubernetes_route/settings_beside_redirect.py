"""A rule redirects requests, and has settings for sending them on.

The proxy answers a redirect by itself: it sends the request nowhere, mirrors none, waits for nobody and tries nothing
again. A mirror, changed headers of the request, timeouts and retries have no effect beside it.

Fix: remove them, or move them to the rule that takes the requests after the redirect.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute, View
from meshctl.resources.view import views
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_IDLE = frozenset({"RequestMirror", "RequestHeaderModifier"})


@rule(on=KubernetesRoute, severity=Severity.WARNING, since="0.1.0", holds=("requestRedirect",))
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report what stands beside a RequestRedirect and is for requests that are sent on."""
    for written in route.rules:
        filters = views(written, "filters", View)
        if all(one.text("type") != "RequestRedirect" for one in filters):
            continue
        for one in filters:
            if one.text("type") in _IDLE:
                text = f"this rule redirects requests, so that its {one.text('type')} has no effect"
                yield Finding(one.at("type"), text).fixed_by(delete(one.at()))
        for key in ("timeouts", "retry"):
            if written.has(key):
                text = f"this rule redirects requests, so that spec.rules[].{key} has no effect"
                yield Finding(written.key(key), text).fixed_by(delete(written.at(key)))
