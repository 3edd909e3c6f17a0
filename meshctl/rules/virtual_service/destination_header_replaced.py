"""A rule sets or removes a header, and one of its several destinations sets, adds or removes it, too.

With several destinations Envoy does first what each of them says, and then what the rule says: the header has the value
of the rule, or is gone, whatever the destination asked for. With a single one it is the other way round.

Fix: take the header out of the `headers` of the rule, and write it for each destination.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import overruled_headers
from meshctl.resources import Ref, View, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("headers",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report headers of destinations that the rule decides."""
    for route in service.http:
        for side in ("request", "response"):
            of_rule = route.child("headers", side)
            overruled = overruled_headers(of_rule) if len(route.routes) > 1 else frozenset()
            for destination in route.routes if overruled else ():
                for name, place in _named(destination.child("headers", side)):
                    if name.lower() in overruled:
                        text = f"the rule decides header {quoted(name)} after its destinations, so that this has no effect"
                        yield Finding(place, text).also(of_rule.at(), "comes last")


def _named(headers: View) -> Iterator[tuple[str, Ref]]:
    for operation in ("set", "add"):
        written = headers.child(operation)
        yield from ((name, written.key(name)) for name in written.names())
    for index, name in enumerate(headers.texts("remove")):
        yield name, headers.at("remove", index)
