"""The mesh settings in the ConfigMap hold something that istiod doesn't load.

The API server stores any text, so nothing fails at apply time. istiod reads the text as protobuf in
JSON: words of an enumeration are exact, durations have their unit, text that looks like a number or
a flag needs quotes. One wrong value is enough: a running istiod logs the error and keeps all the
settings that it had; one that starts anew has only its defaults, and the mesh changes. Fields that
there are none of it passes over.

Fix: correct the field in the text of `data.mesh` or `data.meshNetworks`: quote text that looks like a
number or a flag, give durations their unit, and write words of an enumeration as the message does.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.mesh_config.config_map import check as check_settings


@rule(on=ConfigMap, severity=Severity.ERROR, since="0.1.0")
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report wrong settings; what istiod only logs is a warning."""
    for fault in check_settings(config_map):
        severity = Severity.WARNING if fault.is_warning else None
        effect = "" if fault.is_warning else "; istiod refuses all of this text"
        yield Finding(fault.at(config_map), f"{fault.message}{effect}", severity=severity)
