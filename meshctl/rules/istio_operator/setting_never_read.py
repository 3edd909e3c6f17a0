"""An IstioOperator has a setting that nothing reads, because of another one.

`accessLogFile` counts only for proxies without a provider of access logs, and `accessLogFormat` and
`accessLogEncoding` for that file and the provider `envoy` alone. With `ingressControllerMode: OFF` no Ingress is read, with
`enabled: false` no `localityLbSetting`, and cipher suites are those of TLS 1.2 and older, which
`minProtocolVersion: TLSV1_3` rules out.

Fix: remove the setting, or the other one that the message names; the format of a provider stands below
`envoyFileAccessLog.logFormat`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import IstioOperator
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=IstioOperator, severity=Severity.WARNING, since="0.1.0", needs=("meshConfig",))
def check(operator: IstioOperator, mesh: Mesh) -> Iterator[Outcome]:
    """Report settings beside another one that turns them off, or that nothing falls back to."""
    for vain in mesh.clauses.mesh_settings.unread(operator):
        if vain.unknown:
            yield NotChecked(vain.unknown)
        else:
            yield Finding(vain.place, vain.message)
