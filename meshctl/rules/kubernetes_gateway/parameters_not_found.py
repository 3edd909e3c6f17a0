"""A Gateway takes its settings from a ConfigMap that isn't there.

istiod deploys nothing for the Gateway until `infrastructure.parametersRef` names a ConfigMap of the Gateway's namespace:
there are no pods and no Service, or they stay as they were.

Fix: create the ConfigMap in the namespace of the Gateway, or correct its name.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap, KubernetesGateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_CONFIG_MAP = ("", "ConfigMap")


@rule(on=KubernetesGateway, severity=Severity.ERROR, since="0.1.0", needs=("parametersRef",))
def check(gateway: KubernetesGateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report references to other kinds, and to ConfigMaps that are known to be missing."""
    named = gateway.spec.child("infrastructure", "parametersRef")
    if not named.data or mesh.gateway_api.gateway(gateway) is None:
        return
    if (named.text("group"), named.text("kind")) != _CONFIG_MAP:
        yield Finding(
            named.at("kind"),
            f"istiod takes settings from a ConfigMap alone, not from a {named.text('kind')}",
        )
        return
    same = mesh.named(ConfigMap, named.text("name"))
    if any(config_map.namespace == gateway.namespace for config_map in same):
        return
    known = mesh.knows.all_of("ConfigMap", gateway.namespace)
    if not known:
        yield NotChecked(known.reason)
    else:
        yield Finding(
            named.at("name"),
            f"namespace {gateway.namespace} has no ConfigMap {quoted(named.text('name'))}, so istiod deploys "
            "nothing for this Gateway",
        )
