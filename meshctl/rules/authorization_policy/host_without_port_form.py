"""A rule that shuts out a host leaves the form with a port open.

Clients may write a port behind the host: `Host: admin.example.com:8443`. Hosts of a policy are
compared with all of it, while routes are found without the port. So a DENY rule for
`admin.example.com`, and an ALLOW rule with that in `notHosts`, let such requests through.

Fix: add the host with `:*`, such as `hosts: ["admin.example.com", "admin.example.com:*"]`; safer is
an ALLOW policy that names what may be called.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import shut_out
from meshctl.resources import AuthorizationPolicy
from meshctl.rules.api import Finding, Outcome, Severity, append, rule
from meshctl.words import quoted


@rule(on=AuthorizationPolicy, severity=Severity.WARNING, since="0.1.0")
def check(policy: AuthorizationPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts that are shut out without their form with any port."""
    for operation, key in shut_out(policy, "hosts"):
        written = operation.texts(key)
        for index, host in enumerate(written):
            if not host or host.endswith("*") or ":" in host or f"{host}:*" in written:
                continue
            if host.startswith("*"):
                text = (
                    f"a Host that ends in a port, such as {host.replace('*', 'www', 1)}:1234, is "
                    f"not {host} and gets past this rule; name the hosts, each with its {quoted(':*')}"
                )
            else:
                text = f"Host {host}:1234 is not {host} and gets past this rule; add {quoted(host + ':*')}"
            finding = Finding(operation.at(key, index), text)
            if not host.startswith("*"):
                finding = finding.fixed_by(append(operation.at(key), f"{host}:*"), safe=False)
            yield finding
