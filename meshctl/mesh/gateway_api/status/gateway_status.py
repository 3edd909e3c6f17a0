"""The conditions that istiod writes for Gateways and ListenerSets, with attached routes.

Mirrors reportGatewayStatus (pilot/pkg/config/kube/gateway/conversion.go) and
ReportListenerSetStatus (pilot/pkg/config/kube/gatewaycommon/conversion.go), Istio 1.31.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.mesh.core.gateway_classes import Controller
from meshctl.mesh.gateway_api.given import Given
from meshctl.mesh.gateway_api.listeners import GatewayListener
from meshctl.mesh.gateway_api.status.addresses import Addresses, GatewayServices
from meshctl.mesh.gateway_api.status.conditions import (
    Condition,
    Conditions,
    Fault,
    judged,
    met,
    unmet,
)
from meshctl.mesh.registry.gateway_services import is_managed
from meshctl.resources import ConfigMap, KubernetesGateway, ListenerSet, View


class ReadGateway(NamedTuple):
    """A Gateway of istiod's, with its own listeners and those of its ListenerSets."""

    gateway: KubernetesGateway
    controller: Controller
    services: GatewayServices
    listeners: tuple[GatewayListener, ...]
    of_sets: tuple[GatewayListener, ...]
    sets: tuple[ListenerSet, ...]
    """The ListenerSets that it allows."""

    @property
    def all_listeners(self) -> tuple[GatewayListener, ...]:
        """Its own listeners, then those of its ListenerSets."""
        return (*self.listeners, *self.of_sets)

    @property
    def is_remote(self) -> bool:
        """Is it of class istio-remote, for which istiod generates nothing?"""
        return self.controller is Controller.REMOTE

    @property
    def is_managed(self) -> bool:
        """Does istiod make its Service and pods?"""
        return is_managed(self.gateway)

    @property
    def is_served(self) -> bool:
        """Does istiod generate anything for it?"""
        return self.controller is not Controller.REMOTE and bool(self.services.hosts)


class GatewayStatuses:
    """Writes the conditions of Gateways."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._addresses = Addresses(given)
        self._config_maps = {config_map.key_name for config_map in given.inventory.of(ConfigMap)}

    def conditions(self, read: ReadGateway) -> Conditions:
        """Write the conditions of a Gateway."""
        if read.controller is Controller.REMOTE:
            return {"Accepted": met("Accepted"), "Programmed": met("Programmed")}
        gateway, services = read.gateway, read.services
        servers = [listener for listener in read.listeners if listener.has_server]
        servers += [listener for listener in read.of_sets if listener.is_valid]
        ports = [server.port for server in servers]
        fault = services.fault or self._parameters_fault(gateway)
        return {
            "Accepted": _accepted(gateway, read.listeners, fault),
            "Programmed": self._addresses.programmed(gateway, services.hosts, ports),
            "ResolvedRefs": met("ResolvedRefs"),
        }

    def set_conditions(self, listener_set: ListenerSet, read: ReadGateway | None) -> Conditions:
        """Write the conditions of a ListenerSet of a Gateway; empty if it is nobody's."""
        if read is None:
            return {}
        if read.controller is not Controller.GATEWAY or listener_set not in read.sets:
            text = f"{read.gateway.title} doesn't allow it: spec.allowedListeners says which"
            if read.controller is not Controller.GATEWAY:
                text = f"class {read.gateway.class_name} has no ListenerSets"
            refused = unmet(Fault("NotAllowed", text, listener_set.spec.at("parentRef", "name")))
            return {"Accepted": refused, "Programmed": refused}
        own = [each for each in read.of_sets if each.owner is listener_set]
        ports = [each.port for each in own if each.has_server]
        programmed = self._addresses.programmed(read.gateway, read.services.hosts, ports)
        accepted = judged("Accepted", read.services.fault)
        if not any(each.is_valid for each in own):
            text = "none of its listeners is valid"
            invalid = unmet(Fault("ListenersNotValid", text, listener_set.spec.key("listeners")))
            programmed = invalid
            accepted = accepted if read.services.fault is not None else invalid
        return {"Accepted": accepted, "Programmed": programmed}

    def _parameters_fault(self, gateway: KubernetesGateway) -> Fault | None:
        parameters: View = gateway.spec.child("infrastructure", "parametersRef")
        if not parameters.data:
            return None
        if (parameters.text("group"), parameters.text("kind")) != ("", "ConfigMap"):
            text = f"{parameters.text('kind')} holds no parameters; a ConfigMap does"
            return Fault("InvalidParameters", text, parameters.at("kind"))
        name = f"{gateway.namespace}/{parameters.text('name')}"
        if name in self._config_maps or not self._given.inventory.has_all("ConfigMap"):
            return None
        return Fault("InvalidParameters", f"there is no ConfigMap {name}", parameters.at("name"))


def _accepted(
    gateway: KubernetesGateway, listeners: Sequence[GatewayListener], fault: Fault | None
) -> Condition:
    if fault is not None:
        return unmet(fault)
    total, valid = len(gateway.listeners), sum(listener.is_valid for listener in listeners)
    if valid == total:
        return met("Accepted")
    text = f"{total - valid} of {total} listeners are not valid"
    status = "True" if valid else "False"
    return Condition(status, "ListenersNotValid", text, gateway.spec.key("listeners"))
