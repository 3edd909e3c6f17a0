"""Tells the API server what to ask the webhook about, and what to leave out.

The conditions are CEL as API servers since Kubernetes 1.30 run it (matchConditions).
"""

from collections.abc import Iterator

from meshctl.cluster.kinds import listed_kinds
from meshctl.gate.install.options import NAME, SERVICE, TLS_SECRET, Install, Object, meta
from meshctl.gate.policy import MODE_LABEL, Mode
from meshctl.istio.api_versions import GATEWAY_API, SERVED_VERSIONS
from meshctl.istio.kind_names import plural_of

_SECONDS = 3
_OPERATIONS = ["CREATE", "UPDATE", "DELETE"]
_NAMESPACE = "kubernetes.io/metadata.name"
_SEEN = ("labels", "annotations")
_WRITTEN_BY_PEOPLE = {
    "Gateway": "v1", "HTTPRoute": "v1", "GRPCRoute": "v1", "ReferenceGrant": "v1beta1",
    "TLSRoute": "v1alpha2", "TCPRoute": "v1alpha2",
}  # fmt: skip


def configuration(install: Install) -> Object:
    """Make the ValidatingWebhookConfiguration: one webhook for the mesh, one for what it routes to.

    The second never keeps anything from happening where the webhook is gone: without Services and
    Deployments a cluster doesn't mend itself.
    """
    metadata = meta(NAME)
    if install.cert_manager:
        home = f"{install.namespace}/{TLS_SECRET}"
        metadata["annotations"] = {"cert-manager.io/inject-ca-from": home}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": metadata,
        "webhooks": [
            _webhook(install, "mesh.meshctl.io", install.failure_policy, list(_mesh_rules())),
            _webhook(install, "workloads.meshctl.io", "Ignore", _workload_rules()),
        ],
    }


def _webhook(install: Install, name: str, failure_policy: str, rules: list[Object]) -> Object:
    left_out = [
        {"key": _NAMESPACE, "operator": "NotIn", "values": ["kube-system", install.namespace]},
        {"key": MODE_LABEL, "operator": "NotIn", "values": [str(Mode.IGNORE)]},
    ]
    return {
        "name": name,
        "admissionReviewVersions": ["v1"],
        "clientConfig": {
            "service": {
                "name": SERVICE, "namespace": install.namespace, "path": "/review", "port": 443,
            },
        },
        "failurePolicy": failure_policy,
        "matchConditions": [{"name": "changes-the-mesh", "expression": _changes()}],
        "matchPolicy": "Equivalent",
        "namespaceSelector": {"matchExpressions": left_out},
        "rules": rules,
        "sideEffects": "None",
        "timeoutSeconds": _SECONDS,
    }  # fmt: skip


def _changes() -> str:
    """Write the condition that an update changes more than a status or a finalizer."""
    parts = ["request.operation != 'UPDATE'", "!has(object.spec)", "object.spec != oldObject.spec"]
    parts += [
        f"(has(object.metadata.{one}) ? object.metadata.{one} : {{}}) != "
        f"(has(oldObject.metadata.{one}) ? oldObject.metadata.{one} : {{}})"
        for one in _SEEN
    ]
    return " || ".join(parts)


def _mesh_rules() -> Iterator[Object]:
    """Walk the rules for Istio's kinds and the Gateway API's, by group and best version."""
    found: dict[tuple[str, str], list[str]] = {}
    listed = {(listed_kind.group, listed_kind.kind) for listed_kind in listed_kinds()}
    for (group, kind), versions in SERVED_VERSIONS.items():
        if (group, kind) in listed and group != "install.istio.io":
            found.setdefault((group, versions[0]), []).append(plural_of(kind))
    for kind, version in _WRITTEN_BY_PEOPLE.items():
        found.setdefault((GATEWAY_API, version), []).append(plural_of(kind))
    for (group, version), plurals in found.items():
        yield _rule(group, version, plurals)


def _workload_rules() -> list[Object]:
    return [
        _rule("", "v1", ["services"]),
        _rule("apps", "v1", ["deployments", "statefulsets", "daemonsets"]),
    ]


def _rule(group: str, version: str, plurals: list[str]) -> Object:
    return {
        "apiGroups": [group], "apiVersions": [version], "operations": list(_OPERATIONS),
        "resources": plurals, "scope": "Namespaced",
    }  # fmt: skip
