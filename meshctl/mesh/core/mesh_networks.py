"""The registries that MeshNetworks take endpoints from, and those that exist.

Mirrors pkg/config/analysis/analyzers/multicluster (Istio 1.31): the built-in ones, and the clusters
that a secret labelled ``istio/multiCluster`` has credentials for.
"""

from collections.abc import Iterable, Iterator

from meshctl.resources import ConfigMap, Secret, View
from meshctl.yaml.reader import parse_one

_BUILT_IN = frozenset({"Kubernetes", "External", "Mock"})


def network_registries(config_map: ConfigMap) -> Iterator[tuple[str, str]]:
    """Walk the networks of the ``istio`` ConfigMap with the registries they take."""
    for name, network in _networks(config_map):
        for _, endpoint in network.items("endpoints"):
            registry = endpoint.get("fromRegistry")
            if isinstance(registry, str) and registry:
                yield name, registry


def named_gateways(config_map: ConfigMap) -> Iterator[tuple[str, View]]:
    """Walk the networks of the ``istio`` ConfigMap with the gateways that name a Service."""
    for name, network in _networks(config_map):
        for _, gateway in network.items("gateways"):
            view = View(config_map, (), gateway)
            if view.text("registryServiceName"):
                yield name, view


def _networks(config_map: ConfigMap) -> Iterator[tuple[str, View]]:
    text = config_map.values.get("meshNetworks")
    if text is None or not config_map.name.startswith("istio"):
        return
    try:
        networks = View(config_map, (), parse_one(text)).child("networks")
    except ValueError:
        return
    for name in networks.data:
        yield str(name), networks.child(name)


def known_registries(secrets: Iterable[Secret], *, is_whole: bool) -> frozenset[str] | None:
    """All registries of the mesh; ``None`` when no remote cluster is known and may be missing.

    A secret without content, as it is read of a cluster, hides the names of its clusters.
    """
    remote: set[str] = set()
    for secret in secrets:
        if secret.labels.get("istio/multiCluster") == "true":
            names = {name for key in ("data", "stringData") for name in secret.child(key).data}
            if not names:
                return None
            remote |= names
    return _BUILT_IN | remote if remote or is_whole else None
