"""Checks exportTo.

Mirrors validateExportTo, pkg/config/validation/validation.go, and pkg/config/visibility of Istio
1.31.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.hosts import is_label
from meshctl.words import quoted

NOBODY = "~"


def check_export_to(resource: Resource) -> Iterator[Fault]:
    """Check ``exportTo``; only a ServiceEntry may be for nobody."""
    spec = resource.spec
    entries = spec.texts("exportTo")
    known: set[str] = set()
    for at, entry in enumerate(entries):
        place = spec.at("exportTo", at)
        namespace = resource.namespace if entry == "." else entry
        if namespace in known:
            yield refuse(place, f"{quoted(entry)} stands twice in exportTo ({namespace})")
        elif why := _why_not_entry(entry, nobody=resource.kind == "ServiceEntry"):
            yield refuse(place, why)
        else:
            known.add(namespace)
    if len(entries) > 1:
        yield from _check_together(spec, known)


def check_exports_of_selected(resource: Resource) -> Iterator[Fault]:
    """Check ``exportTo`` of a DestinationRule for some workloads; it is for its namespace alone."""
    spec = resource.spec
    entries = set(spec.texts("exportTo"))
    if spec.has("workloadSelector") and entries - {".", resource.namespace}:
        yield refuse(
            spec.at("exportTo"),
            'a DestinationRule with a workloadSelector is for its own namespace alone: exportTo: ["."]',
        )


def _why_not_entry(entry: str, *, nobody: bool) -> str | None:
    if entry in {".", "*"} or is_label(entry):
        return None
    if entry == NOBODY:
        return None if nobody else "exportTo: ~ (nobody) is for a ServiceEntry alone"
    return f"{quoted(entry)} in exportTo is none of: * (everybody), . (this namespace), a namespace"


def _check_together(spec: View, known: set[str]) -> Iterator[Fault]:
    if "*" in known:
        yield refuse(spec.at("exportTo"), "exportTo has * (everybody), so no other entry may stand")
    if NOBODY in known:
        yield refuse(spec.at("exportTo"), "exportTo has ~ (nobody), so no other entry may stand")
