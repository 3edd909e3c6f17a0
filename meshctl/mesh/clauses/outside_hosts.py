"""The Host that a server outside the mesh gets to see.

A route keeps the Host of the request, unless it rewrites the authority; a mirrored request gets
``-shadow`` behind it (shadow policies of Envoy; RequestMirrorPolicy of
pilot/pkg/networking/core/route/route.go, Istio 1.31).
"""

from collections.abc import Iterator

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.hosts import covers, is_wildcard
from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.resources import Destination, Ref, View, VirtualService
from meshctl.spelling import misspelling_of
from meshctl.validation.webhook.fields.addresses import is_ip

_HOST_HEADERS = frozenset({"host", ":authority"})


class OutsideHosts:
    """Answers for the http rules of VirtualServices."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def name_of(self, destination: Destination) -> str:
        """Name the host outside the mesh that a destination means; empty for anything else."""
        declared = self._parts.reachability.clusters.declared(destination)
        together = self._parts.registry.together(declared)
        if not together.may_be_outside:
            return ""
        host = self._parts.reachability.clusters.host_of(destination)
        if len(together.aliases) == len(declared) == 1:
            (alias,) = together.aliases
            is_inside = any(self._parts.registry.covering(alias))
            return "" if is_inside or alias.endswith(self._parts.config.domain) else alias
        if "." not in host or is_wildcard(host) or not together.are_external:
            return ""
        return "" if is_ip(host) else host

    def kept(self, service: VirtualService) -> Iterator[tuple[Destination, str, str]]:
        """Walk the destinations outside that are asked for a host of the VirtualService instead.

        Gives the destination, its name and the host that it is asked for.
        """
        hosts = self._parts.sidecar_routes.hosts(service)
        for rule in self._parts.traffic.routes.delegates.rules(service) if service.hosts else ():
            for entry in rule.action.routes:
                name = self.name_of(entry.destination)
                if not name or self._rewrites(rule, entry):
                    continue
                if not any(covers(host, name) for host in hosts):
                    yield entry.destination, name, service.hosts[0]

    def misnamed(self, service: VirtualService) -> Iterator[tuple[Ref, Destination, str]]:
        """Walk the rewrites that name another site than their destination outside.

        Gives the place of the authority, the destination and its name. Another site is one that is
        declared outside under that name, or whose name is a slip of the destination's.
        """
        for rule in self._parts.traffic.routes.delegates.rules(service) if service.hosts else ():
            said = rule.saying("rewrite").child("rewrite")
            authority = said.text("authority").partition(":")[0]
            for entry in rule.action.routes if authority else ():
                name = self.name_of(entry.destination)
                if not name or name == authority or _sets_host(entry):
                    continue
                declared = self._parts.registry.at(authority)
                is_another = bool(declared) and all(
                    registered_host.is_external for registered_host in declared
                )
                if is_another or misspelling_of(authority, {name}):
                    yield said.at("authority"), entry.destination, name

    def mirrors(self, service: VirtualService) -> Iterator[tuple[Destination, str, str]]:
        """Walk the mirrors outside: the destination, its name, the host that it is asked for."""
        for route in service.http:
            for destination in route.mirrors:
                name = self.name_of(destination)
                if name:
                    written = route.child("rewrite").text("authority")
                    asked = written or (service.hosts[0] if service.hosts else "the host")
                    yield destination, name, f"{asked}-shadow"

    def _rewrites(self, rule: HttpRule, entry: View) -> bool:
        if rule.saying("rewrite").child("rewrite").has("authority"):
            return True
        return _sets_host(rule.saying("headers")) or _sets_host(entry)


def _sets_host(view: View) -> bool:
    written = view.child("headers", "request", "set").names()
    return any(name.lower() in _HOST_HEADERS for name in written)
