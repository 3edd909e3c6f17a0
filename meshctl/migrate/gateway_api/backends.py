"""Writes destinations as backends: Services, hosts of ServiceEntries, and a Service for a subset."""

from dataclasses import dataclass, field
from typing import Any

from meshctl.istio.api_versions import NETWORKING
from meshctl.mesh.core.hosts import in_cluster
from meshctl.migrate.drafts import Draft, Names, label_name
from meshctl.migrate.gateway_api.asked import CantSayError
from meshctl.migrate.kinds import DESTINATION_RULE, REFERENCE_GRANT, SERVICE
from meshctl.migrate.known import Known
from meshctl.migrate.results import Made
from meshctl.resources import Destination, DestinationRule, Service, View
from meshctl.resources.view import views

_HOSTNAME = {"group": NETWORKING, "kind": "Hostname"}


@dataclass(eq=False)
class Needs:
    """What the routes of a VirtualService need beside them."""

    subsets: dict[tuple[str, str, str], Destination] = field(default_factory=dict)
    """By namespace and name of the Service, and the subset."""
    grants: set[tuple[str, str, str, str]] = field(default_factory=set)
    """Kind and namespace of the route, namespace and name of the Service."""


class Backends:
    """Answers for destinations, and writes what they need."""

    def __init__(self, known: Known, names: Names) -> None:
        self.known, self._names = known, names
        self._standing: dict[tuple[str, str, str], str] = {}
        self._made: dict[tuple[str, str, str], list[Made]] = {}
        self._granted: set[tuple[str, str, str, str]] = set()
        self._rules: dict[str, list[DestinationRule]] = {}
        for rule in known.mesh.of(DestinationRule):
            host = known.mesh.traffic.destination_rules.host_of(rule)
            self._rules.setdefault(host, []).append(rule)

    def full_name(self, host: str, namespace: str) -> str:
        """Complete a host as an object of a namespace writes it."""
        return self.known.mesh.traffic.routes.full_name(host, namespace)

    def reference(
        self, destination: Destination, kind: str, draft: Draft, needs: Needs, *, in_mesh: bool
    ) -> dict[str, Any]:
        """Write a destination; raises CantSayError where its port or subset is unknown."""
        mesh = self.known.mesh
        host = mesh.traffic.routes.full_host(destination)
        parts = in_cluster(host, self.known.domain)
        registered = next(iter(mesh.registry.at(host)), None)
        number = destination.port
        if number is None and registered is not None and len(registered.ports) == 1:
            number = registered.ports[0].number
        if number is None:
            raise CantSayError(f"the port of {destination.host} is not known",
                               "write destination.port, or add the Service to the input")  # fmt: skip
        if parts is None:
            if destination.subset:
                raise CantSayError(f"{host} is no Service, so that none can stand for its subset",
                                   "keep the VirtualService")  # fmt: skip
            self._tell_entry(destination, draft, host)
            return {**_HOSTNAME, "name": host, "port": number}
        name, namespace = parts
        if destination.subset:
            name = self._subset(destination, host, name, namespace, needs)
        found: dict[str, Any] = {"name": name, "port": number}
        if namespace != destination.resource.namespace:
            found["namespace"] = namespace
            if not in_mesh:
                needs.grants.add((kind, destination.resource.namespace, namespace, name))
        return found

    def _tell_entry(self, destination: Destination, draft: Draft, host: str) -> None:
        homes = {registered_host.namespace for registered_host in self.known.mesh.registry.at(host)}
        if destination.resource.namespace not in homes:
            where = f"; only {', '.join(sorted(homes))} has one" if homes else ""
            draft.near(
                f"a backend of kind Hostname needs a ServiceEntry for {host} in the namespace of the "
                f"route{where}", destination.at("host"),
            )  # fmt: skip

    def _subset(
        self, destination: Destination, host: str, name: str, namespace: str, needs: Needs
    ) -> str:
        service = self.known.service(host, namespace)
        if service is None or not service.selector:
            raise CantSayError(
                f"a Service has to stand for subset {destination.subset} of {host}, whose own is not "
                "in the input or has no selector", "add the Service to the input",
            )  # fmt: skip
        if self._found(host, destination.subset) is None:
            raise CantSayError(
                f"no DestinationRule in the input has subset {destination.subset} of {host}",
                "add the DestinationRule to the input",
            )
        key = namespace, name, destination.subset
        needs.subsets[key] = destination
        if key not in self._standing:
            wanted = label_name(f"{name}-{destination.subset}")
            self._standing[key] = self._names.free(SERVICE, namespace, wanted)
        return self._standing[key]

    def _found(self, host: str, subset: str) -> tuple[DestinationRule, View] | None:
        for rule in self._rules.get(host, ()):
            for view in views(rule.spec, "subsets", View):
                if view.text("name") == subset:
                    return rule, view
        return None

    def write(self, draft: Draft, needs: Needs) -> None:
        """Write what the routes of one VirtualService need, each once for all of them."""
        for key, destination in needs.subsets.items():
            if key in self._made:
                draft.share(self._made[key])
                continue
            self._made[key] = list(self._subset_objects(key, destination, draft))
        for grant in sorted(needs.grants - self._granted):
            self._granted.add(grant)
            kind, home, namespace, name = grant
            spec = {
                "from": [{"group": REFERENCE_GRANT.group, "kind": kind, "namespace": home}],
                "to": [{"group": "", "kind": "Service", "name": name}],
            }
            draft.make(REFERENCE_GRANT, f"{home}-to-{name}", spec, namespace=namespace)

    def _subset_objects(
        self, key: tuple[str, str, str], destination: Destination, draft: Draft
    ) -> list[Made]:
        namespace, name, subset = key
        host = self.known.host(name, namespace)
        service, found = self.known.service(host, namespace), self._found(host, subset)
        if service is None or found is None:
            return []
        rule, view = found
        spec = _service_spec(service, view.labels_of("labels"))
        made = [draft.place(SERVICE, self._standing[key], spec, namespace=namespace)]
        draft.near(
            f"Service {made[0].name} stands for subset {subset} of {name}; it is new, and policies by "
            "the name of the old one don't count for it", destination.at("subset"),
        )  # fmt: skip
        policy = {**rule.spec.child("trafficPolicy").data, **view.child("trafficPolicy").data}
        if policy:
            target = {"host": self.known.host(made[0].name, namespace), "trafficPolicy": policy}
            made.append(draft.make(DESTINATION_RULE, made[0].name, target, namespace=namespace))
        return made


def _service_spec(service: Service, labels: dict[str, str]) -> dict[str, Any]:
    """Copy a Service for some of its pods."""
    ports = [
        {key: value for key, value in port.data.items() if key != "nodePort"}
        for port in service.ports
    ]
    found: dict[str, Any] = {"selector": {**service.selector, **labels}, "ports": ports}
    return {**found, "clusterIP": "None"} if service.is_headless else found
