"""Finds the objects that make pods and the pod in them, and injects it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from meshctl.inject.errors import InjectionError, Path
from meshctl.inject.go_types.kubernetes_types import read
from meshctl.inject.owners import Owner, as_created, owner_of_pod
from meshctl.inject.pod.containers import Object
from meshctl.inject.pod.decision import reason_against, wish
from meshctl.inject.pod.injection import inject_pod
from meshctl.inject.removal.pod import is_injected, remove_sidecar
from meshctl.inject.settings.injector_config import InjectionSettings
from meshctl.istio.annotation_values import ignored_value
from meshctl.validation.faults import sentence
from meshctl.validation.mesh_config.annotation import check as check_proxy_config
from meshctl.words import quoted

_GROUPS: Mapping[str, frozenset[str]] = {
    "Pod": frozenset({""}),
    "ReplicationController": frozenset({""}),
    "Deployment": frozenset({"apps", "extensions"}),
    "DaemonSet": frozenset({"apps", "extensions"}),
    "ReplicaSet": frozenset({"apps", "extensions"}),
    "StatefulSet": frozenset({"apps"}),
    "Job": frozenset({"batch"}),
    "CronJob": frozenset({"batch"}),
    "DeploymentConfig": frozenset({"", "apps.openshift.io"}),
}
PARTLY_KNOWN = ("argoproj.io", "Rollout")
"""A workload of which no more than the pod template is known; istioctl passes it by."""


class Remark(NamedTuple):
    """Something worth knowing about a workload, and the value that it is about."""

    message: str
    path: Path


Warn = Callable[[Remark], None]


def is_known(data: Any) -> bool:
    """Does an object make pods, by its group and kind?"""
    if not isinstance(data, dict) or not isinstance(data.get("kind"), str):
        return False
    return group_of(data) in _GROUPS.get(data["kind"], ())


def is_partly_known(data: Any) -> bool:
    """Does an object make pods by a pod template, and nothing else of it is known?"""
    return (
        isinstance(data, dict)
        and (group_of(data), data.get("kind")) == PARTLY_KNOWN
        and isinstance(data.get("spec"), dict)
        and isinstance(data["spec"].get("template"), dict)
    )


def group_of(data: Mapping[str, Any]) -> str:
    """The API group of an object; the core group has no name."""
    return str(data.get("apiVersion", "")).rpartition("/")[0]


class PodOf:
    """The pod of a workload, which has its metadata and its spec at places of their own."""

    def __init__(self, data: Object, *, like_istioctl: bool = False) -> None:
        self.kind: str = data["kind"]
        self.workload: Object = read(self.kind, data, coerce=True)
        self._places = _places(self.kind, like_istioctl=like_istioctl)
        self._holders = tuple(_walk(self.workload, place) for place in self._places)
        metadata, spec = self._holders
        self.pod: Object = {"metadata": metadata["metadata"], "spec": spec["spec"]}
        owner = Owner(data.get("apiVersion", ""), self.kind, self.workload["metadata"])
        self.owner = owner_of_pod(self.workload, owner) if self.kind == "Pod" else owner

    @property
    def title(self) -> str:
        """How messages name the workload."""
        name = self.pod["metadata"].get("name") or self.owner.metadata.get("name", "")
        namespace = self.owner.metadata.get("namespace")
        return f'{self.kind} "{namespace}/{name}"' if namespace else f'{self.kind} "{name}"'

    def path(self, path: Path) -> Path:
        """Turn a path inside the pod into one inside the workload."""
        return (*self._places[path[:1] == ("spec",)], *path) if path else ("metadata", "name")

    def put(self, pod: Object) -> None:
        """Let the workload have another pod."""
        metadata, spec = self._holders
        metadata["metadata"], spec["spec"] = pod["metadata"], pod["spec"]
        if not pod["metadata"]:
            del metadata["metadata"]


def inject_workload(
    data: Object,
    settings: InjectionSettings,
    warn: Warn,
    namespace_annotations: Mapping[str, str] | None = None,
    *,
    like_istioctl: bool = False,
) -> Object:
    """Add sidecars to the pods of an object; what needs none is only put into Kubernetes' form.

    istioctl keeps labels and annotations of a CronJob's pods on the template of its Jobs, where
    they have no effect, and injects whatever the namespace is; ``like_istioctl`` does so too.
    """
    target = PodOf(data, like_istioctl=like_istioctl)
    namespace = target.owner.metadata.get("namespace") or settings.namespace
    if namespace and settings.only and namespace not in settings.only:
        return target.workload
    owner = replace(
        target.owner,
        namespace_annotations=namespace_annotations or settings.namespaces.get(namespace, {}),
        metadata={**target.owner.metadata, **({"namespace": namespace} if namespace else {})},
    )
    metadata, spec = target.pod["metadata"], target.pod["spec"]
    for remark in _ignored_values(metadata):
        warn(remark._replace(path=target.path(remark.path)))
    reason = reason_against(metadata, spec, settings, "" if like_istioctl else namespace)
    if reason is not None:
        message = f"Skipping injection because {target.title} {reason.message}"
        warn(Remark(message, target.path(reason.path)))
        return target.workload
    try:
        injected = _inject(read("Pod", target.pod), owner, settings)
        if injected is None:
            message = f"Skipping injection because istiod leaves {target.title} as it is"
            warn(Remark(f"{message}; check-inject says why", target.path(())))
        else:
            target.put(injected)
    except InjectionError as error:
        raise InjectionError(f"{target.title}: {error}", target.path(error.path)) from None
    return target.workload


def _inject(pod: Object, owner: Owner, settings: InjectionSettings) -> Object | None:
    if settings.ask is not None:
        from meshctl.inject.webhook import inject_by_webhook  # noqa: PLC0415 - for --webhook alone

        return inject_by_webhook(pod, owner, settings.ask)
    if settings.sees_pods:
        guess = owner_of_pod(as_created(pod, owner), owner)
        metadata = {**owner.metadata, "name": guess.metadata.get("name", "")}
        owner = replace(owner, api_version=guess.api_version, kind=guess.kind, metadata=metadata)
    return inject_pod(pod, owner, settings)


def uninject_workload(
    data: Object, warn: Warn, network: str = "", *, like_istioctl: bool = False
) -> Object:
    """Take the sidecars out of the pods of an object, as far as an injection can be undone.

    ``network`` is the one of the mesh's values, where it is known.
    """
    target = PodOf(data, like_istioctl=like_istioctl)
    if not is_injected(target.pod) and data["kind"] == "CronJob":
        target = PodOf(data, like_istioctl=not like_istioctl)
    if not is_injected(target.pod):
        return target.workload
    try:
        pod, doubts = remove_sidecar(target.pod, target.workload, network)
    except InjectionError as error:
        raise InjectionError(f"{target.title}: {error}", target.path(error.path)) from None
    target.put(pod)
    for doubt in doubts:
        warn(Remark(f"{target.title}: {doubt.message}", target.path(doubt.path)))
    return target.workload


def _ignored_values(metadata: Mapping[str, Any]) -> list[Remark]:
    path, wanted = wish(metadata)
    given = {("metadata", "annotations", name): value
             for name, value in (metadata.get("annotations") or {}).items()}  # fmt: skip
    if wanted:
        given[path] = wanted  # type: ignore[index]
    return [
        Remark(message, place)
        for place, value in given.items()
        for message in _passed_over(str(place[-1]), value)
    ]


def _passed_over(name: str, value: str) -> Iterator[str]:
    if allowed := ignored_value(name, value):
        yield f"{name} is {quoted(value)}, which Istio ignores; it takes {allowed}"
    for fault in check_proxy_config(name, value):
        if fault.is_warning:
            yield f"{name} says {sentence(fault)}"


def _places(kind: str, *, like_istioctl: bool) -> tuple[Path, Path]:
    """Where the pod's metadata is, and where its spec."""
    if kind == "Pod":
        return (), ()
    if kind == "CronJob":
        job: Path = ("spec", "jobTemplate")
        template = (*job, "spec", "template")
        return (job if like_istioctl else template), template
    return ("spec", "template"), ("spec", "template")


def _walk(workload: Object, place: Path) -> Object:
    found = workload
    for key in place:
        if key not in found:
            raise InjectionError(f"{workload['kind']} has no spec.template; add it", ("spec",))
        found = found[key]
    return found
