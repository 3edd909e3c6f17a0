"""A rule is never reached, because an earlier one takes all its requests.

Envoy takes the first route that matches, in the order written. What an earlier rule covers in
full (path, method, headers, query, authority, port, source) never comes to the later one: its
destinations get no traffic, its timeouts, rewrites and faults don't happen.

Fix: move the more specific rule above the wider one, or remove it.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MOST_PAIRS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, delete, rule


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0131",), since="0.1.0",
    holds=("http[1]", "match[1]", "delegate"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report dead rules and matches, save those that two other rules explain better."""
    for shadow in mesh.traffic.unreachable_rules.of(service):
        if shadow.is_by_catch_all or shadow.is_leak:
            continue
        effect = "which does the same" if shadow.is_harmless else "so nothing it says happens"
        found = Finding(
            shadow.place,
            f"{shadow.subject} is never reached: all it could take goes to the earlier rule with "
            f"{shadow.by.title}, {effect}",
            severity=Severity.INFO if shadow.is_harmless else None,
        ).also(shadow.by.place, "takes the requests first")
        yield found.fixed_by(delete(shadow.place)) if shadow.is_removable else found
    if service in mesh.traffic.unreachable_rules.unfinished:
        yield NotChecked(f"more than {MOST_PAIRS} pairs of matches in {service.title}")
