"""Says what a word at a path of a manifest names: a host, a subset, a Gateway, a service account.

The fields are those of Istio 1.31's API and of Gateway API v1; a path is known by its end.
"""

from enum import Enum, auto
from typing import NamedTuple

from meshctl.inspect.editor.mention import Mention
from meshctl.istio.api_versions import GATEWAY_API, NETWORKING
from meshctl.istio.kind_names import WORKLOAD_KINDS


class Role(Enum):
    """What a word names."""

    HOST = auto()
    SCOPED_HOST = auto()
    """``namespace/host``, of a Sidecar's egress."""
    SUBSET = auto()
    GATEWAY = auto()
    """An Istio Gateway, as VirtualServices name one."""
    NAMESPACE = auto()
    EXPORT = auto()
    """A namespace, ``.`` or ``*``."""
    LABEL = auto()
    """A label of pods in a selector: the key leads to the value."""
    SUBSET_LABEL = auto()
    PRINCIPAL = auto()
    ACCOUNT = auto()
    """``namespace/name`` of a service account."""
    SERVICE_ACCOUNT = auto()
    SECRET = auto()
    OBJECT = auto()
    """The name of an object whose kind and namespace may stand beside it."""
    PORT = auto()
    """The number of a port of the host around it, or of the object beside it."""
    DELEGATE = auto()
    SECTION = auto()
    """The listener of a Gateway."""
    ANNOTATION = auto()
    NAME = auto()
    """The name of the object itself."""


_VIRTUAL_SERVICE = frozenset({"VirtualService"})
_POLICY = frozenset({"AuthorizationPolicy"})
_ANY: frozenset[str] = frozenset()

_ROLES: dict[str, tuple[tuple[frozenset[str], Role], ...]] = {
    "metadata.name": ((_ANY, Role.NAME),),
    "metadata.namespace": ((_ANY, Role.NAMESPACE),),
    "annotations.?": ((_ANY, Role.ANNOTATION),),
    "destination.host": ((_VIRTUAL_SERVICE, Role.HOST),),
    "mirror.host": ((_VIRTUAL_SERVICE, Role.HOST),),
    "spec.hosts.*": ((_VIRTUAL_SERVICE, Role.HOST),),
    "spec.host": ((frozenset({"DestinationRule"}), Role.HOST),),
    "egress.*.hosts.*": ((frozenset({"Sidecar"}), Role.SCOPED_HOST),),
    "destination.subset": ((_VIRTUAL_SERVICE, Role.SUBSET),),
    "mirror.subset": ((_VIRTUAL_SERVICE, Role.SUBSET),),
    "destination.port.number": ((_VIRTUAL_SERVICE, Role.PORT),),
    "mirror.port.number": ((_VIRTUAL_SERVICE, Role.PORT),),
    "backendRefs.*.port": ((_ANY, Role.PORT),),
    "backendRef.port": ((_ANY, Role.PORT),),
    "gateways.*": ((_VIRTUAL_SERVICE, Role.GATEWAY),),
    "delegate.name": ((_VIRTUAL_SERVICE, Role.DELEGATE),),
    "delegate.namespace": ((_VIRTUAL_SERVICE, Role.NAMESPACE),),
    "sourceNamespace": ((_VIRTUAL_SERVICE, Role.NAMESPACE),),
    "exportTo.*": ((_ANY, Role.EXPORT),),
    "namespaces.*": ((_POLICY, Role.NAMESPACE),),
    "notNamespaces.*": ((_POLICY, Role.NAMESPACE),),
    "principals.*": ((_POLICY, Role.PRINCIPAL),),
    "notPrincipals.*": ((_POLICY, Role.PRINCIPAL),),
    "serviceAccounts.*": ((_POLICY, Role.ACCOUNT),),
    "notServiceAccounts.*": ((_POLICY, Role.ACCOUNT),),
    "serviceAccountName": ((frozenset(WORKLOAD_KINDS), Role.SERVICE_ACCOUNT),),
    "serviceAccount": ((frozenset({"WorkloadEntry", "WorkloadGroup"}), Role.SERVICE_ACCOUNT),),
    "selector.matchLabels.?": ((_ANY, Role.LABEL),),
    "workloadSelector.labels.?": ((_ANY, Role.LABEL),),
    "workloadSelector.matchLabels.?": ((_ANY, Role.LABEL),),
    "spec.selector.?": ((frozenset({"Gateway", "Service"}), Role.LABEL),),
    "subsets.*.labels.?": ((frozenset({"DestinationRule"}), Role.SUBSET_LABEL),),
    "tls.credentialName": ((frozenset({"Gateway", "DestinationRule"}), Role.SECRET),),
    "credentialNames.*": ((frozenset({"Gateway"}), Role.SECRET),),
    "secret.secretName": ((frozenset(WORKLOAD_KINDS), Role.SECRET),),
    "sectionName": ((_ANY, Role.SECTION),),
    **{
        f"{field}.name": ((_ANY, Role.OBJECT),)
        for field in (
            "parentRefs.*", "backendRefs.*", "backendRef", "targetRefs.*", "targetRef",
            "certificateRefs.*", "parentRef",
        )
    },
    **{
        f"{field}.namespace": ((_ANY, Role.NAMESPACE),)
        for field in ("parentRefs.*", "backendRefs.*", "backendRef", "certificateRefs.*", "from.*")
    },
}  # fmt: skip
"""By the end of the path: ``*`` stands for a number, ``?`` for a key that anybody chose."""

_LONGEST = 4


def role_of(mention: Mention) -> Role | None:
    """Say what a word names; ``None`` for words that name nothing of the mesh."""
    steps = ["*" if isinstance(step, int) else step for step in mention.path]
    for length in range(min(_LONGEST, len(steps)), 0, -1):
        end = steps[-length:]
        for form in (".".join(end), ".".join([*end[:-1], "?"])):
            for kinds, role in _ROLES.get(form, ()):
                if not kinds or mention.owner.kind in kinds:
                    return role
    return None


class Target(NamedTuple):
    """An object that is named."""

    group: str
    kind: str
    namespace: str
    name: str


_DEFAULT_KINDS = {
    "parentRefs": (GATEWAY_API, "Gateway"),
    "parentRef": (GATEWAY_API, "Gateway"),
    "backendRefs": ("", "Service"),
    "backendRef": ("", "Service"),
    "certificateRefs": ("", "Secret"),
}


def target_of(mention: Mention) -> Target:
    """Name the object that a reference of the Gateway API's form is to."""
    field = next((one for one in reversed(mention.path[:-1]) if isinstance(one, str)), "")
    group, kind = _DEFAULT_KINDS.get(field, (NETWORKING, ""))
    beside = mention.beside
    return Target(
        beside.get("group", group), beside.get("kind", kind),
        beside.get("namespace", mention.owner.namespace), mention.text,
    )  # fmt: skip
