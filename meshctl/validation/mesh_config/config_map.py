"""Checks the ConfigMaps that istiod loads."""

from collections.abc import Iterator

from meshctl.resources.kubernetes.config_map import ConfigMap
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.mesh_config.mesh import check_mesh
from meshctl.validation.mesh_config.networks import check_networks
from meshctl.yaml.reader import parse_one

_CHECKS = {"mesh": check_mesh, "meshNetworks": check_networks}


def check(config_map: ConfigMap) -> Iterator[Fault]:
    """Check the settings in a ConfigMap; messages name the field, since places end at the text."""
    if config_map.name != "istio" and not config_map.name.startswith("istio-"):
        return
    for entry, check_settings in _CHECKS.items():
        try:
            settings = parse_one(config_map.values.get(entry, ""))
        except ValueError as error:
            yield Fault("mesh-config", ("data", entry), f"this text is not YAML: {error}")
            continue
        place = ("data", entry)
        for fault in check_settings(View(config_map, place, settings)):
            field = ".".join(map(str, fault.path[len(place) :]))
            message = f"{field}: {fault.message}" if field else fault.message
            yield Fault("mesh-config", place, message, fault.is_warning)
