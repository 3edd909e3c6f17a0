"""What the webhook may do in a cluster: read what the mesh is made of, and write what audits find."""

from collections.abc import Iterator

from meshctl.cluster.kinds import listed_kinds
from meshctl.gate.install.options import NAME, SERVICE, TLS_SECRET, Install, Object, meta
from meshctl.istio.kind_names import plural_of

_RBAC = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]


def access(install: Install) -> Iterator[Object]:
    """Walk the account with its roles."""
    yield {
        "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": meta(SERVICE, install.namespace), "automountServiceAccountToken": False,
    }  # fmt: skip
    yield from _cluster_role(install, f"{NAME}-webhook", [*_reads(install), *_publishes(install)])
    settings = [_rule("", ["configmaps"], _READ)]
    yield from _role(install, f"{NAME}-mesh-config", install.root_namespace, settings)
    own = [_rule("coordination.k8s.io", ["leases"], ["get", "create", "update"])]
    if not install.cert_manager:
        own.append(_rule("", ["secrets"], ["get", "update"], [TLS_SECRET]))
    yield from _role(install, f"{NAME}-own", install.namespace, own)
    if not install.cert_manager:
        yield {
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": meta(TLS_SECRET, install.namespace),
        }  # fmt: skip


def _reads(install: Install) -> Iterator[Object]:
    """Walk the rules for the kinds that the mesh model reads, a group each."""
    groups: dict[str, list[str]] = {}
    for listed_kind in listed_kinds():
        if listed_kind.kind != "Secret" or install.reads_secrets:
            groups.setdefault(listed_kind.group, []).append(plural_of(listed_kind.kind))
    for group, plurals in groups.items():
        yield _rule(group, plurals, _READ)


def _publishes(install: Install) -> Iterator[Object]:
    yield _rule("", ["events"], ["create"])
    reports = ["policyreports", "clusterpolicyreports"]
    yield _rule("wgpolicyk8s.io", reports, ["get", "create", "update", "delete"])
    if not install.cert_manager:
        configurations = ["validatingwebhookconfigurations"]
        yield _rule("admissionregistration.k8s.io", configurations, ["get", "update"], [NAME])


def _rule(
    group: str, plurals: list[str], verbs: list[str], names: list[str] | None = None
) -> Object:
    named = {"resourceNames": names} if names else {}
    return {"apiGroups": [group], "resources": plurals, **named, "verbs": verbs}


def _cluster_role(install: Install, name: str, rules: list[Object]) -> Iterator[Object]:
    version = f"{_RBAC}/v1"
    yield {"apiVersion": version, "kind": "ClusterRole", "metadata": meta(name), "rules": rules}
    yield {
        "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": meta(name),
        **_bound(install, "ClusterRole", name),
    }  # fmt: skip


def _role(install: Install, name: str, home: str, rules: list[Object]) -> Iterator[Object]:
    version = f"{_RBAC}/v1"
    yield {"apiVersion": version, "kind": "Role", "metadata": meta(name, home), "rules": rules}
    yield {
        "apiVersion": version, "kind": "RoleBinding", "metadata": meta(name, home),
        **_bound(install, "Role", name),
    }  # fmt: skip


def _bound(install: Install, kind: str, name: str) -> Object:
    subject = {"kind": "ServiceAccount", "name": SERVICE, "namespace": install.namespace}
    return {"roleRef": {"apiGroup": _RBAC, "kind": kind, "name": name}, "subjects": [subject]}
