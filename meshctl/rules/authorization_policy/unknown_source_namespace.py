"""An AuthorizationPolicy names a source namespace that doesn't exist.

The source never matches: an ALLOW rule lets nobody in by it, a DENY rule refuses nobody. A
namespace may still be to come, so this is only reported when the input is the whole mesh.

Fix: correct the name in `source.namespaces`; `prod-*` and `*-prod` stand for all namespaces that begin or end so.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, put, rule
from meshctl.spelling import spelt_otherwise
from meshctl.words import quoted


@rule(
    on=AuthorizationPolicy, severity=Severity.WARNING, equivalents=("IST0101", "KIA0101"),
    since="0.1.0",
)  # fmt: skip
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report each value of namespaces and notNamespaces that matches no namespace."""
    for source in policy.sources:
        for key in ("namespaces", "notNamespaces"):
            for index, name in enumerate(source.texts(key)):
                exists = mesh.namespaces.matches_any(name) if name else True
                if exists is False:
                    place = source.at(key, index)
                    meant = spelt_otherwise(name, mesh.namespaces.known)
                    text = f"there is no namespace {quoted(name)}, so nobody matches"
                    finding = Finding(place, text)
                    if meant:
                        finding = finding.fixed_by(put(place, meant), safe=False)
                    yield finding
                elif exists is None:
                    yield NotChecked(
                        "the input is not the whole mesh, so namespaces may be missing"
                    )
