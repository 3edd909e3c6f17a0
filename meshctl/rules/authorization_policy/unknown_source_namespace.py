"""An AuthorizationPolicy names a source namespace that doesn't exist.

The source never matches: an ALLOW rule lets nobody in by it, a DENY rule refuses nobody. A
namespace may still be to come, so this is only reported when the input is the whole mesh.

Fix: correct the name in `source.namespaces`; `prod-*` and `*-prod` stand for all namespaces that begin or end so.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy, Ref
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.words import quoted

_CONDITION = "source.namespace"


@rule(
    on=AuthorizationPolicy, severity=Severity.WARNING, equivalents=("IST0101", "KIA0101"),
    since="0.1.0",
)  # fmt: skip
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report each value of namespaces, notNamespaces and conditions that matches no namespace."""
    for name, place in _named(policy):
        exists = mesh.namespaces.matches_any(name) if name else True
        if exists is False:
            meant = mesh.namespaces.meant_by(name)
            finding = Finding(place, f"there is no namespace {quoted(name)}, so nobody matches")
            yield finding.fixed_by(put(place, meant), safe=False) if meant else finding
        elif exists is None:
            yield NotChecked("the input is not the whole mesh, so namespaces may be missing")


def _named(policy: AuthorizationPolicy) -> Iterator[tuple[str, Ref]]:
    for source in policy.sources:
        for key in ("namespaces", "notNamespaces"):
            for index, name in enumerate(source.texts(key)):
                yield name, source.at(key, index)
    for entry in policy.rules:
        for condition in entry.conditions:
            for key in ("values", "notValues") if condition.text("key") == _CONDITION else ():
                for index, name in enumerate(condition.texts(key)):
                    yield name, condition.at(key, index)
