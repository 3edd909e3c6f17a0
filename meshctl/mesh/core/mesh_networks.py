"""The networks of MeshNetworks: the registries whose endpoints they take, and their gateways.

Mirrors pkg/config/analysis/analyzers/multicluster and reloadMeshNetworks (pilot/pkg/serviceregistry/kube/
controller/network.go) of Istio 1.31. Known registries are the built-in ones, and the clusters that a
secret labelled ``istio/multiCluster`` has credentials for.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.resources import ConfigMap, IstioOperator, Ref, Resource, Secret, View
from meshctl.resources.view import views
from meshctl.yaml.reader import parse_one

_BUILT_IN = frozenset({"Kubernetes", "External", "Mock"})
_LOCAL = "Kubernetes"


class WrittenNetwork(NamedTuple):
    """A network by name, what is written of it, and the place that a finding about it points at."""

    name: str
    settings: View
    place: Ref

    @property
    def registries(self) -> list[str]:
        """The registries whose endpoints it takes."""
        found = (view.text("fromRegistry") for view in views(self.settings, "endpoints", View))
        return [registry for registry in found if registry]

    @property
    def gateways(self) -> tuple[View, ...]:
        """Its gateways."""
        return views(self.settings, "gateways", View)

    @property
    def is_remote(self) -> bool:
        """Are its endpoints those of other clusters, whose Services the input may not show?"""
        return bool(self.registries) and _LOCAL not in self.registries


def written_networks(resource: Resource) -> Iterator[WrittenNetwork]:
    """Walk the networks of the ``istio`` ConfigMap, or of the values in an IstioOperator."""
    if isinstance(resource, IstioOperator):
        networks = resource.values.child("global", "meshNetworks")
        for name in networks.names():
            yield WrittenNetwork(name, networks.child(name), networks.key(name))
    elif isinstance(resource, ConfigMap):
        text = resource.values.get("meshNetworks")
        if text is None or not resource.name.startswith("istio"):
            return
        try:
            networks = View(resource, (), parse_one(text)).child("networks")
        except ValueError:
            return
        place = resource.at("data", "meshNetworks")
        for name in networks.data:
            yield WrittenNetwork(str(name), networks.child(name), place)


def network_registries(resource: Resource) -> Iterator[tuple[WrittenNetwork, str]]:
    """Walk the networks with the registries they take."""
    for network in written_networks(resource):
        yield from ((network, registry) for registry in network.registries)


def named_gateways(resource: Resource) -> Iterator[tuple[WrittenNetwork, View]]:
    """Walk the networks with the gateways that name a Service."""
    for network in written_networks(resource):
        for gateway in network.gateways:
            if gateway.text("registryServiceName"):
                yield network, gateway


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
