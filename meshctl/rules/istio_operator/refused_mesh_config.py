"""The mesh settings of an IstioOperator hold something that istioctl refuses.

`istioctl install` reads `meshConfig` as istiod does, as protobuf in JSON: words of an enumeration are
exact, durations have their unit, text that looks like a number or a flag needs quotes. With one
wrong value nothing is installed. Fields that there are none of are passed over: what they say never
happens.

Fix: correct the field: quote text that looks like a number or a flag, give durations their unit, and
write fields and words as the message does.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.validation.mesh_config.istio_operator import check as check_settings


@rule(on=IstioOperator, severity=Severity.ERROR, since="0.1.0")
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report wrong settings; what is only passed over is a warning."""
    for fault in check_settings(operator):
        severity = Severity.WARNING if fault.is_warning else None
        effect = "" if fault.is_warning else "; istioctl installs nothing"
        yield Finding(fault.at(operator), f"{fault.message}{effect}", severity=severity)
