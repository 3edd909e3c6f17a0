"""Finds the object that a name on the command line means."""

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple, TypeVar

from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.resources import Resource, Workload
from meshctl.settings import Settings

_KINDS = {
    "pod": "Pod", "pods": "Pod", "po": "Pod", "deployment": "Deployment",
    "deployments": "Deployment", "deploy": "Deployment", "statefulset": "StatefulSet",
    "sts": "StatefulSet", "daemonset": "DaemonSet", "ds": "DaemonSet",
    "replicaset": "ReplicaSet", "rs": "ReplicaSet", "replicationcontroller":
    "ReplicationController", "rc": "ReplicationController", "job": "Job", "cronjob": "CronJob",
    "cj": "CronJob", "rollout": "Rollout", "service": "Service", "svc": "Service",
    "gateway": "Gateway", "gw": "Gateway",
}  # fmt: skip
"""Kinds as kubectl calls them."""

_GENERATED_LAST = {"ReplicaSet": 1}
_NEAR = 3
R = TypeVar("R", bound=Resource)


class Target(NamedTuple):
    """A name as written; what is empty was not written."""

    kind: str
    namespace: str
    name: str


def find(
    resources: Iterable[R], text: str, namespace: str, what: str, *, may_lack: bool = False
) -> R:
    """Find the one object that ``[KIND/]NAME[.NAMESPACE]`` or ``NAMESPACE/NAME`` means.

    A name without a namespace is looked for in ``namespace`` and, where that is the default, in
    all others, where it has to be the only one. ``what`` says in words what is looked for; with
    ``may_lack`` there may be more of them than the input shows.
    """
    several = list(resources)
    for target in _readings(text, namespace):
        found = _matching(several, target)
        homes = {resource.namespace for resource in found}
        if len(homes) > 1:
            names = ", ".join(f"{target.name}.{home}" for home in sorted(homes))
            raise UsageError(f"there are several with the name {text!r}; take one of {names}")
        if found:
            return min(found, key=lambda resource: _GENERATED_LAST.get(resource.kind, 0))
    near = _near(text, several)
    if may_lack:
        hint = f"did you mean {near}?" if near else "ask for the right to list them"
        raise UsageError(f"the cluster shows no {what} {text!r}, and doesn't show all; {hint}")
    if near:
        raise UsageError(f"there is no {what} {text!r}; did you mean {near}?")
    hint = "name it as NAME.NAMESPACE" if several else "the input has none at all"
    raise UsageError(f"there is no {what} {text!r}; {hint}")


def find_workload(mesh: Mesh, text: str, namespace: str) -> Workload:
    """Find the one workload or pod that ``find`` reads a text as."""
    may_lack = mesh.may_lack("Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
    return find(mesh.of(Workload), text, namespace, "pod or workload", may_lack=may_lack)


def _readings(text: str, namespace: str) -> Iterator[Target]:
    """Walk what a text may mean, the likelier first: names of pods may hold dots.

    A Service may be named by its host, too.
    """
    first, slash, rest = text.partition("/")
    kind = _KINDS.get(first.lower(), "") if slash else ""
    if slash:
        yield Target("", first, rest)
    if slash and not kind:
        return
    own = (rest if slash else text).removesuffix(".svc.cluster.local").removesuffix(".svc")
    name, dot, home = own.rpartition(".")
    if dot:
        yield Target(kind, home, name)
    yield Target(kind, namespace, own)
    if namespace == Settings().namespace:
        yield Target(kind, "", own)


def _matching(several: Sequence[R], target: Target) -> list[R]:
    return [
        resource
        for resource in several
        if resource.name == target.name
        and target.namespace in {"", resource.namespace}
        and target.kind in {"", resource.kind}
    ]


def _near(text: str, several: Sequence[Resource]) -> str:
    own = text.rpartition("/")[2]
    names = dict.fromkeys(f"{resource.name}.{resource.namespace}" for resource in several)
    close = get_close_matches(own, names, n=_NEAR, cutoff=0.6)
    close += [
        full for full in names if full not in close and full.rpartition(".")[0].startswith(own)
    ]
    close = close or [
        full for full in names if get_close_matches(own, [full.rpartition(".")[0]], cutoff=0.6)
    ]
    return " or ".join(close[:_NEAR])
