"""The format of access logs holds a command which Envoy doesn't have.

istiod writes the format into every listener that logs without looking at it. Envoy refuses a listener with an
unknown command: new proxies open no port, and running ones keep what they had.

Fix: write a command of Envoy, such as `%RESPONSE_CODE%` or `%REQ(X-REQUEST-ID)%`, or `%%` for a percent sign.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import ConfigMap
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ConfigMap, severity=Severity.ERROR, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report formats of the mesh config and of its providers."""
    for vain in mesh.clauses.mesh_settings.wrong_log_formats(config_map):
        yield Finding(vain.place, vain.message)
