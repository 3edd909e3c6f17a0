"""A cluster that is only a list of objects, for what is asked of ``Cluster`` without a server."""
# ruff: noqa: ARG002 - it answers to the calls of Cluster

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from meshctl.cluster.api import ClusterError, ForbiddenError, Kind, NotFoundError


class StubCluster:
    """Serves objects by kind; ``faults`` answers for a kind (or a path) before it does."""

    name = "test"
    namespace = "default"

    def __init__(self, *objects: dict[str, Any]) -> None:
        self.objects = list(objects)
        self.faults: dict[str, Callable[[str], ClusterError | None]] = {}
        self.installed: set[tuple[str, str]] = set()
        self.asked: list[str] = []
        for each_object in objects:
            self.install(each_object["apiVersion"], each_object["kind"])

    def install(self, api_version: str, kind: str) -> None:
        self.installed.add((api_version, kind))

    def refuse(self, kind: str, *, but: str = "") -> None:
        """Refuse a kind everywhere, ``but`` in one namespace."""
        text = f"you may not list {kind}"
        self.faults[kind] = lambda namespace: (
            None if but and namespace == but else ForbiddenError(text)
        )

    def fail(self, kind: str, error: ClusterError) -> None:
        self.faults[kind] = lambda _: error

    def request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Any:
        self._check(path, "")
        if path != "/apis":
            raise NotFoundError(f"there is no {path}")
        groups: dict[str, list[dict[str, str]]] = {}
        for api_version, _ in sorted(self.installed):
            group, slash, version = api_version.partition("/")
            if slash and {"version": version} not in groups.setdefault(group, []):
                groups[group].append({"version": version})
        return {"groups": [{"name": name, "versions": found} for name, found in groups.items()]}

    def list(
        self,
        kind: Kind,
        namespace: str = "",
        selector: str = "",
        *,
        metadata_only: bool = False,
    ) -> Iterator[dict[str, Any]]:
        self.asked.append(kind.path(namespace))
        self._check(kind.kind, namespace)
        if (kind.api_version, kind.kind) not in self.installed:
            raise NotFoundError(f"there are no {kind.plural}")
        for each_object in self.objects:
            is_meant = namespace in {"", each_object["metadata"].get("namespace")}
            if (each_object["apiVersion"], each_object["kind"]) == (
                kind.api_version,
                kind.kind,
            ) and is_meant:
                yield {**each_object, "data": None} if metadata_only else each_object

    def _check(self, key: str, namespace: str) -> None:
        fault = self.faults.get(key)
        error = fault(namespace) if fault else None
        if error is not None:
            raise error
