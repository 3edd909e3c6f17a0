"""The extension providers that proxies need and their Sidecar keeps from them.

A proxy connects to the Service of a provider as to any other, by an upstream that its Sidecar has to
import. For gateways istiod adds those by itself (extraServicesForProxy, pilot/pkg/model/
push_context.go, Istio 1.31), for sidecars it doesn't.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.extension_providers import ExtensionProviders
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.resources import Ref, Sidecar, Workload


class HiddenProvider(NamedTuple):
    """A provider that workloads can't reach: its name, its host, who needs it and what asks."""

    name: str
    host: RegisteredHost
    workload: Workload
    asks: Ref
    is_authorizer: bool


class HiddenProviders:
    """Answers for Sidecars."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._providers = ExtensionProviders(parts.config)

    def of(self, sidecar: Sidecar) -> Iterator[HiddenProvider]:
        """Walk the providers that a Sidecar hides, each once, with the first workload."""
        told = set()
        for workload in self._parts.sidecar_scope.reached(sidecar) if sidecar.egress else ():
            for name, asks, is_authorizer in self._asked(workload):
                if name in told:
                    continue
                defined = name if is_authorizer else self._providers.reported_to(name)
                host = self._parts.registry.provider_services.host(
                    self._providers.settings(defined)
                )
                if host is None:
                    continue
                if not self._parts.sidecar_scope.includes(sidecar, host, workload.namespace):
                    told.add(name)
                    yield HiddenProvider(name, host, workload, asks, is_authorizer)

    def _asked(self, workload: Workload) -> Iterator[tuple[str, Ref, bool]]:
        for policy in self._parts.security.authorization.guarding(workload):
            if policy.action == "CUSTOM" and policy.spec.data.get("rules"):
                provider = policy.spec.child("provider")
                yield provider.text("name"), provider.at("name"), True
        reports = self._parts.workloads.reports
        layers = list(reports.layers(workload))
        in_use = reports.receivers(workload) if layers else frozenset()
        for telemetry in reversed(layers):
            for _, provider in telemetry.providers:
                if provider.text("name") in in_use:
                    yield provider.text("name"), provider.at("name"), False
