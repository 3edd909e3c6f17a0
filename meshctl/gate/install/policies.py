"""Writes rules that need one object alone as ValidatingAdmissionPolicies, which need no webhook.

The form is admissionregistration.k8s.io/v1 of Kubernetes 1.30 and newer. A rule carries its
expression beside its check; a test runs both on the rule's own cases.
"""

from collections.abc import Iterable, Iterator

from meshctl.gate.install.options import Object, meta
from meshctl.gate.policy import MODE_LABEL, Mode
from meshctl.istio.api_versions import SERVED_VERSIONS
from meshctl.istio.kind_names import plural_of
from meshctl.rules.api import Rule

_ACTIONS = {Mode.WARN: ["Warn", "Audit"], Mode.ENFORCE: ["Deny"], Mode.AUDIT: ["Audit"]}
_VERSION = "admissionregistration.k8s.io/v1"


def exportable(rules: Iterable[Rule]) -> list[Rule]:
    """List the rules that have an expression."""
    return [rule for rule in rules if rule.cel]


def admission_policies(rules: Iterable[Rule], mode: Mode) -> Iterator[Object]:
    """Walk a policy and its binding for each rule that has an expression."""
    for rule in exportable(rules):
        yield _policy(rule)
        yield _binding(rule, mode)


def _policy(rule: Rule) -> Object:
    assert rule.on is not None  # noqa: S101 - rules with an expression are about a kind
    kind = rule.on.__name__
    group, versions = next(
        (group, versions) for (group, one), versions in SERVED_VERSIONS.items() if one == kind
    )
    return {
        "apiVersion": _VERSION,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": meta(_name(rule)),
        "spec": {
            # An object of a shape that the expression doesn't expect is nothing to refuse.
            "failurePolicy": "Ignore",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [group], "apiVersions": [versions[0]],
                        "operations": ["CREATE", "UPDATE"], "resources": [plural_of(kind)],
                    }
                ]
            },
            "validations": [
                {"expression": rule.cel, "message": f"{rule.id}: {rule.summary}", "reason": "Invalid"}
            ],
        },
    }  # fmt: skip


def _binding(rule: Rule, mode: Mode) -> Object:
    left_out = {"key": MODE_LABEL, "operator": "NotIn", "values": [str(Mode.IGNORE)]}
    return {
        "apiVersion": _VERSION,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": meta(_name(rule)),
        "spec": {
            "policyName": _name(rule),
            "validationActions": list(_ACTIONS[mode]),
            "matchResources": {"namespaceSelector": {"matchExpressions": [left_out]}},
        },
    }


def _name(rule: Rule) -> str:
    return f"meshctl-{rule.id.replace('/', '-')}"
