"""The Envoy clusters that destinations become, or why there is none, for each client.

A proxy that is sent a route to an upstream it doesn't have answers 503 (GetDestinationCluster,
pilot/pkg/networking/core/route/route.go, Istio 1.31, checks nothing).
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from meshctl.mesh.core.hosts import in_cluster, is_wildcard
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Destination, Resource, Service, VirtualService
from meshctl.resources.cached_property import cached_property
from meshctl.spelling import Slips, misspelling_of
from meshctl.words import MOST_LISTED, shortened

_NOWHERE = frozenset[str | None]()


class NoClusterReason(Enum):
    """Why a destination has no upstream."""

    ABSENT = "nothing declares the host"
    UNFINISHED = "a name with a dot is not completed"
    HIDDEN = "its exportTo leaves out everybody who would use it"
    UNKNOWN = "the input doesn't tell"


class MissingCluster(NamedTuple):
    """A destination without upstream. ``similar`` is what was probably meant."""

    why: NoClusterReason
    host: str
    similar: RegisteredHost | None = None
    meant: str = ""
    """The name that the written one is a slip of, where the input may lack it."""

    def said(self, effect: str) -> str:
        """Say in words what is missing, with the effect where nothing declares the host."""
        similar = self.similar
        if self.why is NoClusterReason.HIDDEN and similar is not None:
            visible = shortened(sorted(similar.visible), MOST_LISTED) or "no namespace"
            return f"{self.host} is exported to {visible}, and nobody there uses this route"
        if self.why is NoClusterReason.UNFINISHED and similar is not None:
            return (
                f"nothing declares {self.host}: Istio completes only names without a dot, and the "
                f"Service is {similar.host}"
            )
        hint = f"; the Service of that name is {similar.host}" if similar is not None else ""
        return f"nothing declares {self.host}, so {effect}{hint}"


class Clusters:
    """What destinations lead to, as those see it who route to them."""

    def __init__(
        self, inventory: Inventory, registry: Registry, routes: Routes, gateways: Gateways
    ) -> None:
        self._inventory = inventory
        self._registry = registry
        self._routes = routes
        self._gateways = gateways
        self._domain = inventory.config.domain
        self._declared: dict[tuple[Resource, str], Sequence[RegisteredHost]] = {}
        self._slips: dict[str, Slips] = {}
        self._viewers: dict[VirtualService, frozenset[str]] = {}
        self._home_sets = IdentityCache(_as_set)  # many Gateways have the same workloads
        self._equal_viewers: dict[frozenset[str], frozenset[str]] = {}

    def host_of(self, destination: Destination) -> str:
        """Complete the host of a destination."""
        return self._registry.fqdn(destination.host, destination.resource.namespace)

    def declared(self, destination: Destination) -> Sequence[RegisteredHost]:
        """Find the declarations of just this host that somebody who routes to it sees."""
        key = destination.resource, destination.host
        known = self._declared.get(key)
        if known is None:
            viewers = self.viewers(_writer(destination))
            known = self._registry.seen_by(self.host_of(destination), viewers)
            self._declared[key] = known
        return known

    def ports(self, destination: Destination) -> frozenset[int]:
        """Collect the ports of its host; empty where the host or its ports are unknown."""
        declared = self.declared(destination)
        if not all(registered_host.ports for registered_host in declared):
            return frozenset()
        return frozenset(
            port.number for registered_host in declared for port in registered_host.ports
        )

    def missing(self, destination: Destination) -> MissingCluster | None:
        """Say why there is no upstream; ``None`` where there is or may well be one."""
        if self.declared(destination) or not destination.host or is_wildcard(destination.host):
            return None
        registry = self._registry
        host = self.host_of(destination)
        viewers = self.viewers(_writer(destination))
        if any(registry.find(host, viewer) for viewer in viewers):
            return None  # a wildcard host declares it
        hidden = registry.at(host)
        if hidden:
            is_sure = self._hides(_writer(destination), host, hidden)
            return MissingCluster(
                NoClusterReason.HIDDEN if is_sure else NoClusterReason.UNKNOWN, host, hidden[0]
            )
        home = in_cluster(host, self._domain)
        if home is not None:
            return self._absent_in_cluster(host, *home)
        return self._absent_elsewhere(host, destination.resource.namespace)

    def unseen_by_gateway(self, destination: Destination) -> tuple[RegisteredHost, str] | None:
        """Find the gateway's namespace whose pods don't see a host that others see.

        A gateway has the clusters of hosts that are exported to the namespace of its pods
        (servicesExportedToNamespace, pilot/pkg/model/push_context.go, Istio 1.31).
        """
        writer = _writer(destination)
        seen = self.declared(destination)
        for name in self._routes.gateways_of(writer) if seen and writer.hosts else ():
            homes = self._homes_of(name) if name != MESH else ()
            if homes and not any(
                self._registry.find(seen[0].host, home) is not None for home in homes
            ):
                return seen[0], homes[0]
        return None

    def behind_wildcard(self, destination: Destination) -> RegisteredHost | None:
        """Find the wildcard that alone declares a host; clusters have the names of declared hosts.

        A route to the host itself leads to a cluster that no proxy has: LookupService compares
        hosts letter by letter (BuildHTTPRoutesForVirtualService, route.go there).
        """
        host = self.host_of(destination)
        if not destination.host or is_wildcard(host) or self._registry.at(host):
            return None
        viewers = sorted(self.viewers(_writer(destination)))
        found = [self._registry.find(host, viewer) for viewer in viewers]
        return found[0] if found and all(found) else None

    def undeclared(self, host: str, namespace: str) -> MissingCluster | None:
        """Say why nothing declares the host of an object, for whomever; ``None`` if something may."""
        full = self._registry.fqdn(host, namespace)
        if not host or is_wildcard(host) or self._registry.has(full):
            return None
        home = in_cluster(full, self._domain)
        if home is not None:
            return self._absent_in_cluster(full, *home)
        return self._absent_elsewhere(full, namespace)

    def listener_ports(self, destination: Destination) -> frozenset[int]:
        """Collect the gateway ports that stand in for the port an http destination leaves out."""
        return self._listener_ports.get(destination, frozenset())

    def viewers(self, service: VirtualService) -> frozenset[str]:
        """Collect the namespaces whose proxies surely route by a VirtualService.

        For one that is exported to all it is its own, for a delegate those of its roots.
        """
        if service not in self._viewers:
            self._viewers[service] = frozenset({service.namespace})  # ends a circle of delegates
            parts = list(self._find_viewers(service))
            widest = max(
                (part for part in parts if isinstance(part, frozenset)),
                key=len,
                default=frozenset[str](),
            )
            if not all(map(widest.issuperset, parts)):  # many share the one of their gateway's pods
                widest = widest.union(*parts)
            found = widest or frozenset({service.namespace})
            self._viewers[service] = self._equal_viewers.setdefault(found, found)
        return self._viewers[service]

    def _find_viewers(self, service: VirtualService) -> Iterator[Iterable[str]]:
        routes = self._routes
        for root in () if service.hosts else routes.delegates.roots(service):
            yield self.viewers(root)
        for name in routes.gateways_of(service) if service.hosts else ():
            if name != MESH:
                yield (name.partition("/")[0],)
                yield self._home_sets.of(self._homes_of(name))
            elif routes.is_visible(service, service.namespace):
                yield (service.namespace,)
            else:
                yield [one for one in service.export_to if one not in ("~", ".")]

    def _homes_of(self, name: str) -> tuple[str, ...]:
        """Those of them that are known, in alphabetical order."""
        gateway = self._gateways.find(name)
        return self._gateways.homes_of(gateway) if gateway is not None else ()

    def _namespaces_of(self, name: str) -> frozenset[str | None]:
        """The namespaces in which the workloads of a Gateway run."""
        gateway = self._gateways.find(name)
        return self._gateways.namespaces_of(gateway) if gateway is not None else _NOWHERE

    def _hides(self, service: VirtualService, host: str, hidden: list[RegisteredHost]) -> bool:
        """Is it sure that nobody who routes by a VirtualService sees a host?

        Not while it is unknown where its gateways run, and those who see a host use its own routes.
        """
        routes, is_whole = self._routes, self._inventory.is_whole
        for root in (service,) if service.hosts else routes.delegates.roots(service):
            gateways = [one for one in routes.gateways_of(root) if one != MESH]
            if not is_whole and not all(any(self._namespaces_of(gateway)) for gateway in gateways):
                return False
            own = {self._registry.fqdn(one, root.namespace) for one in root.hosts}
            seers = (name for registered_host in hidden for name in registered_host.visible)
            if host in own and any(routes.is_visible(root, name) for name in seers):
                return False
        return bool(service.hosts) or is_whole or bool(routes.delegates.roots(service))

    def _absent_in_cluster(self, host: str, name: str, namespace: str) -> MissingCluster:
        similar = next(iter(self._by_name.get(name, ())), None)
        if self._knows_services_of(namespace):
            return MissingCluster(NoClusterReason.ABSENT, host, similar)
        meant = self._slips_of(namespace).meant_by(name) or ""
        return MissingCluster(NoClusterReason.UNKNOWN, host, similar, meant)

    def _slips_of(self, namespace: str) -> Slips:
        if namespace not in self._slips:
            near = {
                registered_host.host.partition(".")[0]
                for registered_host in self._registry.of_namespace(namespace)
            }
            self._slips[namespace] = Slips(near)
        return self._slips[namespace]

    def _absent_elsewhere(self, host: str, writer: str) -> MissingCluster:
        name, _, rest = host.partition(".")
        namespace = rest.removesuffix(".svc")
        meant = self._registry.at(f"{name}.{namespace}.svc.{self._domain}")
        if meant:
            return MissingCluster(NoClusterReason.UNFINISHED, host, meant[0])
        if rest.endswith(".svc") and self._knows_services_of(namespace):
            return MissingCluster(NoClusterReason.ABSENT, host)
        if host.endswith(f".svc.{self._domain}"):  # of one pod, which only an entry may declare
            known = self._inventory.knows.all_of("ServiceEntry", writer)
            return MissingCluster(
                NoClusterReason.ABSENT if known else NoClusterReason.UNKNOWN, host
            )
        if ".svc." in rest:  # of a cluster with another domain, or of a set of clusters
            return MissingCluster(NoClusterReason.UNKNOWN, host, meant=self._in_own_domain(host))
        known = self._inventory.knows.all_of("ServiceEntry", writer)
        return MissingCluster(NoClusterReason.ABSENT if known else NoClusterReason.UNKNOWN, host)

    def _in_own_domain(self, host: str) -> str:
        """Give the Service whose domain is misspelt in a host; empty where there is none."""
        service, _, domain = host.partition(".svc.")
        own = f"{service}.svc.{self._domain}"
        is_slip = misspelling_of(domain, (self._domain,)) is not None
        return own if is_slip and self._registry.at(own) else ""

    def _knows_services_of(self, namespace: str) -> bool:
        return bool(self._inventory.knows.all_of("Service", namespace))

    @cached_property
    def _by_name(self) -> dict[str, list[RegisteredHost]]:
        found: dict[str, list[RegisteredHost]] = {}
        for registered_host in self._registry:
            if isinstance(registered_host.source, Service):
                found.setdefault(registered_host.source.name, []).append(registered_host)
        return found

    def services_named(self, name: str) -> list[RegisteredHost]:
        """Find the Services of a name in all namespaces."""
        return self._by_name.get(name, [])

    @cached_property
    def _listener_ports(self) -> dict[Destination, frozenset[int]]:
        found: dict[Destination, set[int]] = {}
        for effective in self._gateways.firsts:
            for hosts in effective.route_configs.values():
                for host in hosts:
                    for route in host.routes:
                        for target in route.targets:
                            if target.destination.port is None:
                                found.setdefault(target.destination, set()).add(target.port)
        return {destination: frozenset(ports) for destination, ports in found.items()}


def _as_set(namespaces: tuple[str, ...]) -> frozenset[str]:
    return frozenset(namespaces)


def _writer(destination: Destination) -> VirtualService:
    assert isinstance(destination.resource, VirtualService)  # noqa: S101 - narrows the type
    return destination.resource
