"""Says what the input is known to lack, so that what is missing isn't absent."""

from typing import NamedTuple

from meshctl.resources import Resource

POD_MAKERS = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
"""The kinds that make pods in most clusters."""


class RemoteCluster(NamedTuple):
    """Another cluster of the mesh; ``network`` is empty where nothing names it.

    It ``has_gateway`` where a Service is labelled as the way into its network.
    """

    name: str
    network: str
    has_gateway: bool


class Knowledge(NamedTuple):
    """What the input is known to lack.

    ``partial`` are namespaces that something outside the input fills, too: a chart that wasn't
    rendered, the installation of Istio. ``everywhere`` says that this may be any namespace.
    ``hidden`` are kinds that a cluster didn't show, but for the namespaces in ``read``.
    ``cluster`` names the one whose istiod sees this mesh, where there are several; the ``remotes``
    are the others.
    """

    partial: frozenset[str] = frozenset()
    everywhere: bool = False
    hidden: frozenset[str] = frozenset()
    read: frozenset[tuple[str, str]] = frozenset()
    cluster: str = ""
    remotes: tuple[RemoteCluster, ...] = ()

    def is_remote(self, resource: Resource) -> bool:
        """Is an object of another cluster, from which istiod takes endpoints, and no proxies?"""
        return bool(resource.cluster) and resource.cluster != self.cluster

    def may_show_all_of(self, namespace: str, *kinds: str) -> bool:
        """May all objects of kinds in a namespace be in the input, if some of them are?"""
        is_partial = self.everywhere or namespace in self.partial
        return not is_partial and not self.hides(namespace, *kinds)

    def hides(self, namespace: str, *kinds: str) -> bool:
        """Did a cluster refuse to show objects of these kinds in a namespace?"""
        return any(kind in self.hidden and (kind, namespace) not in self.read for kind in kinds)

    def was_read(self, namespace: str, kind: str) -> bool:
        """Did a cluster that hid the kind elsewhere show all of its objects in a namespace?"""
        return (kind, namespace) in self.read


NOTHING_LACKS = Knowledge()
"""Nothing is known to be elsewhere."""
