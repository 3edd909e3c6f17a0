"""An object of one of Istio's API groups has a kind that Istio doesn't have.

The API server refuses it, since no resource definition knows the kind; tools that read only the
kinds they know pass over it in silence.

Fix: write `kind` as Istio spells it, and the group that has it in `apiVersion`.
"""

from collections.abc import Iterator

from meshctl.istio.api_versions import (
    closest_kind,
    home_group,
    is_istio_group,
    replacement,
    served_versions,
)
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted


@rule(on=Resource, severity=Severity.ERROR, since="0.1.0")
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report unknown kinds of Istio's groups."""
    group, kind = resource.group, resource.kind
    if not kind or not is_istio_group(group) or replacement(group, kind):
        return
    if served_versions(group, kind.removesuffix("List")):
        return
    home, close = home_group(kind), closest_kind(kind)
    hint = ""
    if home:
        hint = f"; that kind belongs to {home}"
    elif close:
        hint = f"; did you mean {close}?"
    edits = []
    if home:
        edits = [put(resource.at("apiVersion"), f"{home}/{served_versions(home, kind)[0]}")]
    elif served_versions(group, close):
        edits = [put(resource.at("kind"), close)]
    yield Finding(resource.at("kind"), f"{group} has no kind {quoted(kind)}{hint}").fixed_by(
        *edits, safe=False
    )
