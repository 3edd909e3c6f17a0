"""Knative is told of a gateway or its Service that isn't there.

net-istio binds the routes of Knative Services to the Gateways that ConfigMap `config-istio` lists, and asks the
pods behind `service` whether the routes have arrived. Where one of the two is missing no Knative Service
becomes ready, or its routes reach no proxy.

Fix: write name and namespace of the Gateway, and the full name of the Service in front of its pods.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import knative_gateways
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=ConfigMap, severity=Severity.ERROR, since="0.1.0",
    holds=("external-gateways", "local-gateways"),
)  # fmt: skip
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report the entries of both lists."""
    for gateway in knative_gateways(config_map):
        named = (
            ("Gateway", gateway.gateway, mesh.gateways.find(gateway.gateway) is not None),
            (
                "Service",
                gateway.service,
                not gateway.service or bool(mesh.registry.services_at(gateway.service)),
            ),
        )
        for kind, name, is_there in named:
            known = mesh.knows.everywhere(kind)
            if not is_there and known:
                yield Finding(
                    gateway.place, f"Knative uses {kind} {quoted(name)}, which isn't there"
                )
            elif not is_there:
                yield NotChecked(known.reason)
