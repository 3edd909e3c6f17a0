"""The mesh settings in the ConfigMap hold something that istiod doesn't load.

The API server stores any text, so nothing fails at apply time. A running istiod logs the error and
keeps the settings that it had; one that starts anew has only its defaults, and the mesh changes.

Fix: follow the message: it names the field and says what is allowed.
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
        yield Finding(fault.at(config_map), fault.message, severity=severity)
