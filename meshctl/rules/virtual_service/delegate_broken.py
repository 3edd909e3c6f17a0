"""A rule delegates, and nothing comes of it.

istiod replaces the rule by those of the delegate. If that VirtualService is missing, has hosts of
its own or isn't exported to the root's namespace, the rule vanishes; if a match of it asks for
something outside the root's match, or both name a path and one is a regex, that one rule vanishes.
There is only a line in istiod's log; requests go to the next rule or get 404.

Fix: name an existing VirtualService without hosts, exported to the namespace of the root, and
write its matches below the root's, as prefixes and exact texts.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import BrokenDelegate, DelegateFault
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("delegate",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report delegations that yield nothing, at the root or at the rule of the delegate."""
    delegates = mesh.traffic.routes.delegates
    for broken in delegates.broken(service) if service.hosts else ():
        if broken.route is not None and delegates.reaches(broken.route):
            continue  # another rule delegates to it, too
        home = broken.root.delegate.text("namespace") or service.namespace
        known = mesh.knows.all_of("VirtualService", home)
        if broken.reason is DelegateFault.MISSING and not known:
            yield NotChecked(known.reason)
        else:
            yield _finding(broken)


def _finding(broken: BrokenDelegate) -> Finding:
    written = broken.root.delegate
    named = f"{written.text('namespace') or broken.root.resource.namespace}/{written.text('name')}"
    if broken.route is not None:
        return Finding(
            broken.route.key("match"),
            f"this match doesn't fit into that of the rule that delegates to it in "
            f"{broken.root.resource.title}, so istiod leaves the rule out",
        ).also(
            broken.root.key("match"), "a match of the delegate must lie inside this, without regex"
        )
    reason = {
        DelegateFault.MISSING: "there is no such VirtualService",
        DelegateFault.HAS_HOSTS: "that VirtualService has hosts of its own, which a delegate must not",
        DelegateFault.HIDDEN: f"that VirtualService isn't exported to {broken.root.resource.namespace}",
    }[broken.reason]
    finding = Finding(
        written.at("name"), f"nothing comes of delegating to {named}: {reason}; the rule vanishes"
    )
    if broken.delegate is None:
        return finding
    return finding.also(broken.delegate.at("metadata", "name"), "the delegate")
