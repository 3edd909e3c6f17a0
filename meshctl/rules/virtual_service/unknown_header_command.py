"""A header that a VirtualService sets holds a command which Envoy doesn't have.

Envoy replaces `%NAME%` in values when it sends the header. It refuses routes that have an unknown one, so
that proxies keep all their old routes, also those of other teams; istiod and the webhook ask for the form
of a command alone.

Fix: write a command of Envoy, such as `%DOWNSTREAM_REMOTE_ADDRESS%`, or `%%` for a percent sign.
"""

from collections.abc import Iterator

from meshctl.istio.envoy_commands import wrong_commands
from meshctl.mesh import Mesh
from meshctl.resources import View, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("headers",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report values of rules and of their destinations."""
    for route in service.http:
        for holder in (route, *route.routes):
            if not holder.has("headers"):
                continue
            for side in ("request", "response"):
                for operation in ("add", "set"):
                    yield from _values(holder.child("headers", side, operation))


def _values(headers: View) -> Iterator[Outcome]:
    for name in headers.names():
        for wrong in wrong_commands(headers.text(name)):
            yield Finding(
                headers.at(name),
                f"{wrong}, so that proxies refuse all routes with it",
            )
