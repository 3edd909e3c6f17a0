"""The format of access logs holds a command which Envoy doesn't have.

istiod writes the format into every listener that logs without looking at it. Envoy refuses a listener with an
unknown command: new proxies open no port, and running ones keep what they had.

Fix: write a command of Envoy, such as `%RESPONSE_CODE%` or `%REQ(X-REQUEST-ID)%`, or `%%` for a percent sign.
"""

from collections.abc import Iterator

from meshctl.istio.envoy_commands import wrong_commands
from meshctl.mesh import Mesh
from meshctl.mesh.core import log_formats
from meshctl.resources import ConfigMap, Ref
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ConfigMap, severity=Severity.ERROR, since="0.1.0", holds=("mesh",))
def check(config_map: ConfigMap, mesh: Mesh) -> Iterator[Outcome]:
    """Report formats of the mesh config and of its providers."""
    for path, text in log_formats(config_map):
        for wrong in wrong_commands(text):
            yield Finding(
                Ref(config_map, ("data", "mesh", *path)),
                f"{wrong}, so that proxies refuse every listener that logs with this format",
            )
