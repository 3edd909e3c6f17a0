"""A tcp or tls rule asks for what an earlier one has taken.

Every match becomes a filter chain, and Envoy has room for one with the same port, addresses and
SNI. istiod leaves the later one out: its destinations, and a split that was meant by writing
several rules, get nothing.

Fix: put the destinations into one rule with weights, or give the rules matches that differ.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import repeated
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("tcp", "tls"))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report matches of tcp and tls rules that an earlier rule takes."""
    for repeated_match in repeated(service):
        yield Finding(
            repeated_match.view.at(),
            "this match gets no connection: an earlier rule has the same match",
        ).also(repeated_match.first.at(), "takes the connections")
