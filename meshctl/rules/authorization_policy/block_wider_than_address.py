"""A block of addresses is written with an address inside it.

Envoy cuts an address off at its mask: `10.0.1.7/16` is all of `10.0.0.0/16`, not one host, nor the
network from there on. An ALLOW rule lets in more than its text says, a DENY rule refuses more.

Fix: write the first address of the block, as in `10.0.0.0/16`, or the one address without a mask.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import wider_block
from meshctl.resources import AuthorizationPolicy, Ref
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_FIELDS = ("ipBlocks", "notIpBlocks", "remoteIpBlocks", "notRemoteIpBlocks")
_KEYS = frozenset({"source.ip", "remote.ip", "destination.ip"})


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report blocks whose address has bits behind the mask."""
    for value, place in _blocks(policy):
        block = wider_block(value)
        if block:
            yield Finding(place, f"{quoted(value)} is the whole block {block}").fixed_by(
                put(place, str(block)), safe=False
            )


def _blocks(policy: AuthorizationPolicy) -> Iterator[tuple[str, Ref]]:
    for entry in policy.rules:
        views = [(source, _FIELDS) for source in entry.sources]
        asked = [condition for condition in entry.conditions if condition.text("key") in _KEYS]
        for view, fields in (*views, *((one, ("values", "notValues")) for one in asked)):
            for field in fields:
                for index, value in enumerate(view.texts(field)):
                    yield value, view.at(field, index)
