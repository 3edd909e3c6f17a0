"""Checks the ConfigMaps that istiod loads."""

from collections.abc import Iterator

from meshctl.istio.mesh_config_schema import MESH_CONFIG, MESH_NETWORKS
from meshctl.resources.kubernetes.config_map import ConfigMap
from meshctl.validation.faults import Fault, sentence
from meshctl.validation.mesh_config.text import judge
from meshctl.yaml.reader import parse_one

_ENTRIES = {"mesh": MESH_CONFIG, "meshNetworks": MESH_NETWORKS}


def check(config_map: ConfigMap) -> Iterator[Fault]:
    """Check the settings in a ConfigMap; places lie inside its text."""
    if config_map.name != "istio" and not config_map.name.startswith("istio-"):
        return
    for entry, message in _ENTRIES.items():
        place = ("data", entry)
        try:
            settings = parse_one(config_map.values.get(entry, ""))
        except ValueError as error:
            yield Fault("mesh-config", place, f"this text is not YAML: {error}")
            continue
        for fault in judge(message, settings).faults:
            yield fault._replace(path=(*place, *fault.path), message=sentence(fault))
