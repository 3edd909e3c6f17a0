"""Drops findings that repeat, at the same place, what another one says better.

What the API server refuses never reaches the mesh, so that what the mesh would do with it is only
a consequence; and where the webhook merely warns, a rule that knows the whole mesh says more. What
is said of a workload holds for the pods that are made of it. Nor does a finding count that is about
what nobody here has written.
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh.workloads.workloads import controller_of, is_generated
from meshctl.resources import Resource, Workload
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES
from meshctl.resources.placeholders import is_undecided, quotes_placeholder
from meshctl.resources.view import Path
from meshctl.rules.api import Finding, Rule, Severity
from meshctl.sources.live_object import ObjectDocument

_OBJECT_FAMILIES = frozenset({"schema", "document"})
"""Families that judge an object by itself."""

_PLACEHOLDER = "document/placeholder-left"
_Place = tuple[Resource, Path]


def without_consequences(
    findings: Iterable[tuple[Rule, Finding]],
) -> Iterator[tuple[Rule, Finding]]:
    """Pass on the findings that are not consequences of others."""
    found = list(findings)
    refused = {_place(finding) for rule, finding in found if _is_refusal(rule)}
    explained = {_place(finding) for rule, finding in found if rule.family not in _OBJECT_FAMILIES}
    explained -= refused
    templates = {
        (rule.id, finding.ref.resource.namespace, finding.ref.resource.name)
        for rule, finding in found
        if isinstance(finding.ref.resource, Workload) and not is_generated(finding.ref.resource)
    }
    for rule, each_finding in found:
        if templates and _template_of(rule, each_finding.ref.resource) in templates:
            continue
        if rule.family not in _OBJECT_FAMILIES:
            is_repeated = _place(each_finding) in refused
        else:
            is_repeated = rule.id == "schema/webhook-warns" and _place(each_finding) in explained
        if not is_repeated:
            yield rule, each_finding


def counts(rule: Rule, finding: Finding, *, alone: bool) -> bool:
    """Is it about what somebody here has written, as it will be applied?"""
    return not is_kubernetes_own(finding) and not is_spoilt_by_a_placeholder(
        rule, finding, alone=alone
    )


def is_kubernetes_own(finding: Finding) -> bool:
    """Is it about a live object of Kubernetes itself, which nobody here has written?"""
    resource = finding.ref.resource
    home = resource.name if resource.kind == "Namespace" else resource.namespace
    return isinstance(resource.document, ObjectDocument) and home in SYSTEM_NAMESPACES


def is_spoilt_by_a_placeholder(rule: Rule, finding: Finding, *, alone: bool) -> bool:
    """Would the value concerned be another one when it is applied?

    An API server, which judges each object alone, takes a placeholder as it stands.
    """
    if alone:
        return rule.id == _PLACEHOLDER
    if rule.id == _PLACEHOLDER:
        return False
    is_about_value = rule.family not in _OBJECT_FAMILIES
    return is_undecided(finding.ref) or (
        is_about_value and quotes_placeholder(finding.ref.resource, finding.message)
    )


def _template_of(rule: Rule, resource: Resource) -> tuple[str, str, str] | None:
    """Name the workload that the same rule may have spoken of already."""
    if not isinstance(resource, Workload) or not is_generated(resource):
        return None
    return rule.id, *controller_of(resource)


def _is_refusal(rule: Rule) -> bool:
    return rule.family == "schema" and rule.severity is Severity.ERROR


def _place(finding: Finding) -> _Place:
    return finding.ref.resource, finding.ref.path
