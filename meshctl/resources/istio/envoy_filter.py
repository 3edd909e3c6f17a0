"""A view of EnvoyFilter."""

from meshctl.resources.istio.policy import TargetRef
from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views

_INSERTS = frozenset({"INSERT_FIRST", "INSERT_BEFORE", "INSERT_AFTER"})


class ConfigPatch(View):
    """One entry of ``configPatches``."""

    @property
    def apply_to(self) -> str:
        """The part of Envoy's configuration that is patched."""
        return self.text("applyTo")

    @property
    def operation(self) -> str:
        """What is done there: ADD, MERGE, INSERT_BEFORE, ...; empty when missing."""
        return self.child("patch").text("operation")

    @property
    def inserts(self) -> bool:
        """Is the operation one of INSERT_FIRST, INSERT_BEFORE and INSERT_AFTER?"""
        return self.operation in _INSERTS

    @property
    def adds(self) -> bool:
        """Does the operation bring something in: is it ADD, or one of those that insert?"""
        return self.inserts or self.operation == "ADD"

    @property
    def proxy_version(self) -> str:
        """A regular expression of the proxy versions it is for; empty for all."""
        return self.child("match", "proxy").text("proxyVersion")

    @property
    def context(self) -> str:
        """The proxies it is for: GATEWAY, SIDECAR_INBOUND, SIDECAR_OUTBOUND or ANY."""
        return self.child("match").text("context") or "ANY"

    @property
    def listener_port(self) -> int | None:
        """The port of the listener it is limited to."""
        return self.child("match", "listener").number("portNumber")

    @property
    def filter_chain(self) -> dict[str, object]:
        """What it asks of the filter chain, but for the filter in it: SNI, port, name."""
        chain = self.child("match", "listener", "filterChain").data
        return {key: value for key, value in chain.items() if key != "filter"}

    @property
    def filter_name(self) -> str:
        """The filter it is about: the one it brings, else the one it looks for."""
        brought = self.child("patch", "value").text("name")
        return brought or self.child("match", "listener", "filterChain", "filter").text("name")


class EnvoyFilter(Resource):
    """An EnvoyFilter: patches for the configuration that istiod generates."""

    @cached_property
    def patches(self) -> tuple[ConfigPatch, ...]:
        """The patches in order."""
        return views(self.spec, "configPatches", ConfigPatch)

    @property
    def priority(self) -> int:
        """Its place among all EnvoyFilters, 0 unless written; a smaller one is applied first."""
        return self.spec.number("priority") or 0

    @cached_property
    def workload_selector(self) -> dict[str, str]:
        """Labels of the workloads it is for; empty for the whole namespace."""
        return self.spec.child("workloadSelector").labels_of("labels")

    @cached_property
    def target_refs(self) -> tuple[TargetRef, ...]:
        """The Gateways, or Services at their waypoints, that it attaches to by name."""
        return views(self.spec, "targetRefs", TargetRef)
