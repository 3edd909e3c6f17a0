"""The workloads of the input, by selector, and how they take part in the mesh."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from meshctl.istio.annotation_names import SIDECAR_STATUS
from meshctl.istio.labels import GATEWAY_NAME, HOSTNAME, REVISION, TLS_MODE
from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.mesh.core.selectors import IdentityCache, LabelIndex
from meshctl.mesh.registry.services import HostPort, RegisteredHost
from meshctl.mesh.workloads.membership import (
    Membership,
    decides_injection,
    is_ambient,
    is_gateway,
    is_live,
    opts_out,
    present,
    promise,
)
from meshctl.resources import Namespace, Service, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.spelling import CloseNames

_GENERATED = frozenset({
    "pod-template-hash", "rollouts-pod-template-hash", "controller-revision-hash",
    "pod-template-generation", HOSTNAME, "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index", "job-name", "controller-uid",
    TLS_MODE, REVISION,
})  # fmt: skip
_GENERATED_PREFIXES = (
    "topology.kubernetes.io/", "topology.istio.io/", "service.istio.io/", "batch.kubernetes.io/",
    "failure-domain.beta.kubernetes.io/",
)  # fmt: skip
_HASH = "pod-template-hash"
_ORDER = {"Pod": 2, "ReplicaSet": 1}


Heed = Callable[[Membership, Workload, Namespace], Membership]
"""Corrects what labels promise by what is known of the injector."""


class Workloads:
    """All workloads of the input; pods of a listed controller are not counted twice.

    Those of other clusters stand behind Services alone: istiod takes endpoints from all clusters,
    and configures the proxies of its own.
    """

    def __init__(
        self, workloads: Iterable[Workload], namespaces: Iterable[Namespace], *,
        is_whole: bool = False, are_injected: bool = False,
        heed: Heed | None = None, knowledge: Knowledge = NOTHING_LACKS,
    ) -> None:  # fmt: skip
        """Index them; ``heed`` corrects what labels promise by what is known of the injector."""
        self._is_whole = is_whole
        self._knowledge = knowledge
        self._heed = heed
        self._are_injected = are_injected
        self._namespaces = {namespace.name: namespace for namespace in namespaces}
        self._index: LabelIndex[Workload] = LabelIndex()
        self._behind_services = self._index
        self._pods: dict[Workload, Workload] = {}
        self._membership: dict[Workload, Membership] = {}
        self._taking_part = IdentityCache(self._in_mesh)
        self._to_be_injected: dict[Workload, bool] = {}
        self._memberships: dict[
            tuple[str | None, frozenset[tuple[str, str]]], frozenset[Membership]
        ] = {}
        self._among = IdentityCache(self._among_all)
        self._gateway_names = IdentityCache(_gateway_names)
        self._all: list[Workload] = []
        self._remote: list[Workload] = []
        for workload in sorted(workloads, key=lambda workload: _ORDER.get(workload.kind, 0)):
            self._add(workload)
        if self._remote:
            self._behind_services = LabelIndex()
            for workload in (*self._all, *self._remote):
                self._behind_services.add(workload.namespace, workload.pod_labels, workload)

    def __iter__(self) -> Iterator[Workload]:
        return iter(self._all)

    def __contains__(self, workload: object) -> bool:
        return workload in self._listed

    def listed(self, workload: Workload) -> Workload:
        """Name the workload that stands for a pod or ReplicaSet here: its controller, or itself."""
        return self._owner(workload) or workload

    def running(self, workload: Workload) -> Workload:
        """Give a pod that a workload made, if the input has one, else the workload itself."""
        return self._pods.get(workload, workload)

    def find(self, selector: Mapping[str, str], namespace: str | None = None) -> Sequence[Workload]:
        """Find the workloads whose pods a selector picks, in one namespace or in all."""
        return self._index.find(selector, namespace)

    def names_of(self, kind: str, namespace: str) -> "CloseNames":
        """The names of the workloads of a kind in a namespace."""
        from meshctl.spelling import CloseNames  # noqa: PLC0415 - few inputs name workloads

        return self._names_by_kind.get((kind, namespace), CloseNames(()))

    @cached_property
    def _names_by_kind(self) -> "dict[tuple[str, str], CloseNames]":
        from meshctl.spelling import CloseNames  # noqa: PLC0415 - see above

        found: dict[tuple[str, str], list[str]] = {}
        for workload in self._all:
            found.setdefault((workload.kind, workload.namespace), []).append(workload.name)
        return {key: CloseNames(names) for key, names in found.items()}

    def gateways_among(self, found: Sequence[Workload]) -> frozenset[str]:
        """Name the Gateways of the Gateway API of whose pods some are, that ``find`` gave."""
        return self._gateway_names.of(found)

    def memberships_among(self, found: Sequence[Workload]) -> frozenset[Membership]:
        """How workloads take part that ``find`` or ``behind`` gave; asked once for a sequence."""
        return self._among.of(found)

    def _among_all(self, found: Sequence[Workload]) -> frozenset[Membership]:
        return frozenset(map(self.membership, found))

    def endpoints_of(
        self, selector: Mapping[str, str], namespace: str | None = None
    ) -> Sequence[Workload]:
        """Find the workloads that a Service's selector picks, in all clusters of the mesh."""
        return self._behind_services.find(selector, namespace)

    def behind(self, host: RegisteredHost) -> Sequence[Workload]:
        """Find the workloads that serve a host; a Service without selector has none known."""
        source = host.source
        selector = source.selector if isinstance(source, Service) else source.workload_selector
        return self.endpoints_of(selector, source.namespace) if selector else []

    def is_endpoint(self, workload: Workload) -> bool:
        """May Services lead to it: is it listed, here or in another cluster?"""
        return workload in self._listed or workload in self._remotes

    def is_remote(self, workload: Workload) -> bool:
        """Does it run in another cluster than the one that the mesh is seen from?"""
        return self._knowledge.is_remote(workload)

    def of_subset(self, host: RegisteredHost, labels: Mapping[str, str]) -> Sequence[Workload]:
        """Find the workloads behind a host whose pods have, or may get, more labels too."""
        written = {key: text for key, text in labels.items() if not is_generated_label(key)}
        source = host.source
        selector = source.selector if isinstance(source, Service) else source.workload_selector
        if not selector or any(selector.get(key, text) != text for key, text in written.items()):
            return []
        return self.endpoints_of({**selector, **written}, source.namespace)

    def in_mesh(self, namespace: str) -> Sequence[Workload]:
        """Find the workloads of a namespace that take part in the mesh, or may."""
        return self._taking_part.of(self._index.find({}, namespace))

    def _in_mesh(self, found: Sequence[Workload]) -> Sequence[Workload]:
        return [workload for workload in found if self.membership(workload) is not Membership.NONE]

    def membership(self, workload: Workload) -> Membership:
        """How a workload takes part in the mesh; a listed running pod of it decides."""
        known = self._membership.get(workload)
        if known is None:
            pod = self._pods.get(workload, workload)
            written = present(pod)
            if written is None or (self._are_injected and not written.has_proxy):
                written = self.promise(workload if self._are_injected else pod)
            known = written
            self._membership[workload] = known
        return known

    def promise(self, workload: Workload) -> Membership:
        """How a pod that is made now would take part; ``kube-inject`` asks no namespace."""
        if self._are_injected:
            return Membership.NONE if opts_out(workload) else Membership.SIDECAR
        namespace = self._namespaces.get(workload.namespace)
        if namespace is not None and self.is_remote(workload) != self._knowledge.is_remote(
            namespace
        ):
            namespace = None  # what the namespace is like in the workload's cluster isn't known
        if namespace is not None and not (self._tells_who_joins or decides_injection(namespace)):
            namespace = None
        promised = promise(workload, namespace)
        if namespace is None or self._heed is None:
            return promised
        return self._heed(promised, workload, namespace)

    @cached_property
    def _tells_who_joins(self) -> bool:
        """Does any Namespace of the input say whether its pods join the mesh, so that all would?

        Where none does, they are labelled by hand, or pods are injected by ``kube-inject``.
        """
        return (
            self._is_whole
            or self._heed is not None
            or any(map(decides_injection, self._namespaces.values()))
        )

    def is_to_be_injected(self, workload: Workload) -> bool:
        """Will the injector surely merge its template with the pod, which has not had it yet?"""
        known = self._to_be_injected.get(workload)
        if known is None:
            known = self._to_be_injected[workload] = self._awaits_injection(workload)
        return known

    def _awaits_injection(self, workload: Workload) -> bool:
        if SIDECAR_STATUS in workload.pod_annotations or workload not in self:
            return False
        if is_live(workload) and not self._are_injected:
            return False
        return self.promise(workload) is Membership.SIDECAR

    def memberships(
        self, selector: Mapping[str, str], namespace: str | None
    ) -> frozenset[Membership]:
        """How the workloads that a selector picks, in one namespace or in all, take part; asked once for each."""
        key = (namespace, frozenset(selector.items()))
        known = self._memberships.get(key)
        if known is None:
            known = frozenset(
                self.membership(workload) for workload in self.find(selector, namespace)
            )
            self._memberships[key] = known
        return known

    def are_outside(self, selector: Mapping[str, str], namespace: str | None) -> bool:
        """Does a selector pick workloads, in one namespace or in all, each of them surely outside the mesh?"""
        return self.memberships(selector, namespace) == {Membership.NONE}

    def why_nobody(
        self, picked: Sequence[Workload], selector: Mapping[str, str], namespace: str | None
    ) -> str:
        """Say why no proxy reads what is for the workloads that a selector picks; empty if one may.

        They are those of one namespace, or (``None``) of all.
        """
        if not picked:
            where = "the mesh" if namespace is None else f"namespace {namespace}"
            return f"no workload of {where} has these labels"
        if self.are_outside(selector, namespace):
            return f"{picked[0].title} is outside the mesh"
        return ""

    def is_in_ambient_mode(self, namespace: str) -> bool:
        """Does the input say that the pods of a namespace are in ambient mode?"""
        found = self.namespace(namespace)
        return found is not None and is_ambient(found)

    def namespace(self, name: str) -> Namespace | None:
        """Find the Namespace object, if the input has it."""
        return self._namespaces.get(name)

    @cached_property
    def sidecar_homes(self) -> tuple[str, ...]:
        """The namespaces in which sidecars run, or may, in order."""
        without = {Membership.NONE, Membership.AMBIENT}
        homes = {
            workload.namespace
            for workload in self
            if self.membership(workload) not in without and not is_gateway(workload)
        }
        return tuple(sorted(homes))

    @cached_property
    def clients_by_account(self) -> Mapping[str, Mapping[str, Workload]]:
        """By namespace, in order: the first workload of each service account that may call others.

        Gateways are none of them.
        """
        found: dict[str, dict[str, Workload]] = {}
        for workload in self._all:
            if not is_gateway(workload) and self.membership(workload) is not Membership.NONE:
                found.setdefault(workload.namespace, {}).setdefault(
                    workload.service_account, workload
                )
        return dict(sorted(found.items()))

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """Namespaces of which the input holds at least one workload."""
        return frozenset(workload.namespace for workload in self._all)

    @cached_property
    def _listed(self) -> frozenset[Workload]:
        return frozenset(self._all)

    @cached_property
    def _remotes(self) -> frozenset[Workload]:
        return frozenset(self._remote)

    def target_port(self, workload: Workload, port: HostPort) -> int | None:
        """Translate a port of a host to the container port; ``None`` for an unknown name.

        As convertWorkloadInstanceToServiceInstance (pilot/pkg/serviceregistry/serviceentry/conversion.go)
        does for the pods that a ServiceEntry selects, and FindPort of Kubernetes for those of a Service.
        """
        if port.by_name and port.name in workload.named_ports:
            return workload.named_ports[port.name]
        if isinstance(port.target, int):
            return port.target
        return workload.named_ports.get(port.target)

    def _add(self, workload: Workload) -> None:
        owner = self._owner(workload)
        if owner is not None:
            if workload.kind == "Pod":
                self._pods.setdefault(owner, workload)
            return
        if self.is_remote(workload):
            self._remote.append(workload)
            return
        self._all.append(workload)
        self._index.add(workload.namespace, workload.pod_labels, workload)

    def _owner(self, workload: Workload) -> Workload | None:
        """Find the controller of a generated pod or ReplicaSet by name and labels."""
        if not is_generated(workload):
            return None
        labels = dict(workload.pod_labels)
        labels.pop(_HASH, None)
        return next(
            (
                owner
                for owner in self._controllers.get(controller_of(workload), ())
                if owner.pod_labels.items() <= labels.items() and owner.cluster == workload.cluster
            ),
            None,
        )

    @cached_property
    def _controllers(self) -> dict[tuple[str, str], list[Workload]]:
        """Controllers by namespace and name; complete before the first pod is added."""
        found: dict[tuple[str, str], list[Workload]] = {}
        for workload in (*self._all, *self._remote):
            if workload.kind not in _ORDER:
                found.setdefault((workload.namespace, workload.name), []).append(workload)
        return found


def _gateway_names(found: Sequence[Workload]) -> frozenset[str]:
    labels = (workload.pod_labels for workload in found)
    return frozenset(each[GATEWAY_NAME] for each in labels if GATEWAY_NAME in each)


def is_generated_label(label: str) -> bool:
    """Is a label added when the pod is created or scheduled, so that no template shows it?

    Controllers mark what they create; istiod copies topology labels from the node
    (pilot/pkg/serviceregistry/kube/controller/endpoint_builder.go, Istio 1.31).
    """
    return label in _GENERATED or label.startswith(_GENERATED_PREFIXES)


def is_generated(workload: Workload) -> bool:
    """Is it a pod or ReplicaSet that a controller has made?"""
    return workload.kind in _ORDER and bool(
        _HASH in workload.pod_labels or workload.metadata.get("ownerReferences")
    )


def controller_of(workload: Workload) -> tuple[str, str]:
    """Name the controller (namespace, name) that would have generated a pod or ReplicaSet."""
    name, generated = workload.name, workload.pod_labels.get(_HASH)
    if generated is not None and f"-{generated}" in name:
        return workload.namespace, name[: name.rindex(f"-{generated}")]
    return workload.namespace, name.rpartition("-")[0]
