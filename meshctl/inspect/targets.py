"""Finds the object that a name on the command line means, by one grammar for every command.

``NAME``, ``NAME.NAMESPACE``, ``NAMESPACE/NAME``, ``KIND/NAME`` and ``KIND/NAME.NAMESPACE``, with
kinds as kubectl spells them; a Service by any form of its host, too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

from meshctl.errors import UsageError
from meshctl.istio.kind_names import WORKLOAD_KINDS, kind_named
from meshctl.mesh import Mesh
from meshctl.mesh.core.knowledge import POD_MAKERS
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import Resource, Service, Workload
from meshctl.settings import Settings
from meshctl.words import MOST_LISTED, quoted, shortened

_GENERATED_LAST = {"ReplicaSet": 1}
R = TypeVar("R", bound=Resource)


class Target(NamedTuple):
    """A name as written; what is empty was not written."""

    kind: str
    namespace: str
    name: str


class Lack(NamedTuple):
    """What is looked for in words, and whether there may be more of it than the input shows."""

    what: str
    may_lack: bool = False

    def error(self, text: str, several: Sequence[Resource]) -> UsageError:
        """Say that there is no such object, and which have nearly that name."""
        from meshctl.inspect.near_names import nearest  # noqa: PLC0415 - for a mistake alone

        near = " or ".join(
            nearest(text, (f"{resource.name}.{resource.namespace}" for resource in several))
        )
        if self.may_lack:
            hint = f"did you mean {near}?" if near else "ask for the right to list them"
            return UsageError(
                f"the cluster shows no {self.what} {quoted(text)}, and doesn't show all; {hint}"
            )
        if near:
            return UsageError(f"there is no {self.what} {quoted(text)}; did you mean {near}?")
        known = shortened(sorted({f"{resource.name}.{resource.namespace}" for resource in several}))
        hint = f"the input has {known or 'none at all'}"
        return UsageError(f"there is no {self.what} {quoted(text)}; {hint}")


def kind_of(text: str) -> str:
    """Give the kind that a name begins with, as in ``deploy/cart.shop``; empty without one.

    Raises UsageError for a kind that kubectl knows and that is no workload, Service or Gateway.
    """
    first, slash, rest = text.partition("/")
    kind = kind_named(first) if slash else None
    if kind is None or kind in {*WORKLOAD_KINDS, "Service", "Gateway"}:
        return kind or ""
    raise UsageError(
        f"a {kind} has no traffic of its own, so {quoted(text)} means nothing here; name a workload, a "
        f"Service or a Gateway, or, if {first} is a namespace, {rest}.{first}"
    )


def find(
    resources: Iterable[R], text: str, namespace: str, what: str, *, may_lack: bool = False
) -> R:
    """Find the one object that a text means; UsageError with the nearest names if there is none.

    A name without a namespace is looked for in ``namespace`` and, where that is the default, in
    all others, where it has to be the only one. ``what`` says in words what is looked for; with
    ``may_lack`` there may be more of them than the input shows.
    """
    several = list(resources)
    found = look_up(several, text, namespace)
    if found is None:
        raise Lack(what, may_lack).error(text, several)
    return found


def look_up(several: Sequence[R], text: str, namespace: str) -> R | None:
    """Find the one object that a text means, or nothing; UsageError where it means several."""
    return _look_up(lambda _: several, text, namespace)


def _named(mesh: Mesh, view: type[R], target: Target) -> Sequence[R]:
    """List the objects of a mesh that a reading may mean."""
    if target.namespace:
        return mesh.named_in(view, target.name, target.namespace)
    return mesh.named(view, target.name)


def _look_up(named: Callable[[Target], Iterable[R]], text: str, namespace: str) -> R | None:
    """Find the one of those that a reading means; ``named`` may give others with them."""
    for target in _readings(text, namespace):
        found = _matching(named(target), target)
        homes = {resource.namespace for resource in found}
        if len(homes) > 1:
            several = [f"{target.name}.{home}" for home in sorted(homes)]
            names = shortened(several, MOST_LISTED)
            raise UsageError(f"there are several with the name {quoted(text)}; take one of {names}")
        if found:
            return min(found, key=lambda resource: _GENERATED_LAST.get(resource.kind, 0))
    return None


def find_workload(mesh: Mesh, text: str, namespace: str) -> Workload:
    """Find the one workload or pod that ``find`` reads a text as."""
    lack = Lack("pod or workload", mesh.may_lack(*POD_MAKERS))
    found = look_up_workload(mesh, text, namespace)
    if found is None:
        raise lack.error(text, list(mesh.of(Workload)))
    return found


def look_up_workload(mesh: Mesh, text: str, namespace: str) -> Workload | None:
    """Find a workload or pod, or nothing; a host in full is none."""
    if text.endswith((".svc", ".svc.cluster.local")):
        return None
    return _look_up(partial(_named, mesh, Workload), text, namespace)


def look_up_hosts(mesh: Mesh, text: str, namespace: str) -> tuple[RegisteredHost, ...]:
    """Find the hosts of the registry that a text means: a full or short host, or a Service.

    Several namespaces may declare one host; several Services of one short name are a UsageError.
    """
    kind, _, rest = text.partition("/") if kind_of(text) == "Service" else ("", "", text)
    registry = mesh.registry
    exact = () if kind else registry.at(registry.unshortened(rest, namespace))
    if exact:
        return tuple(exact)
    service = _look_up(partial(_named, mesh, Service), text, namespace)
    if service is not None:
        return tuple(registry.of(service))
    return (
        tuple(
            registered_host
            for registered_host in registry
            if registered_host.host.startswith(f"{rest}.")
        )
        if not kind
        else ()
    )


def _readings(text: str, namespace: str) -> Iterator[Target]:
    """Walk what a text may mean, the likelier first: names of pods may hold dots.

    A Service may be named by its host, too.
    """
    first, slash, rest = text.partition("/")
    kind = (kind_named(first) or "") if slash else ""
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


def _matching(several: Iterable[R], target: Target) -> list[R]:
    return [
        resource
        for resource in several
        if resource.name == target.name
        and target.namespace in {"", resource.namespace}
        and target.kind in {"", resource.kind}
    ]
