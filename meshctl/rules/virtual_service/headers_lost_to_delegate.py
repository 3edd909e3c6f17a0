"""A rule changes headers and delegates to rules that change others.

istiod takes `headers` from the rule that delegates only where the rule of the delegate has none. Where both have
them, nothing of the first remains: what all delegates were to get, such as a header of security, is missing for some.

Fix: repeat the operations in the delegate.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import lost_header
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("headers",),
    holds=("delegate",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report a rule once, with the first rule of a delegate that takes its headers away."""
    told = set()
    for one in mesh.traffic.routes.delegates.rules(service) if service.hosts else ():
        lost = lost_header(one)
        if lost is None or one.root.path in told:
            continue
        told.add(one.root.path)
        yield Finding(
            one.root.key("headers"),
            f"{quoted(lost)} is not changed for rule {one.action.index} of {one.action.resource.title}: "
            "that one has headers of its own, which take the place of these",
        ).also(one.action.key("headers"), "takes their place")
