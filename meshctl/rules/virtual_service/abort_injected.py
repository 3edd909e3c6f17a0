"""A route answers requests with errors that it makes up.

The proxy of the client answers a part of the requests by itself, with the flag FI in its access log,
and the server never sees them. That is right while somebody tests, and an outage where it was left
behind: nothing tells the two apart, so this rule runs only where it is selected.

Fix: delete `fault.abort` once the test is over.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_faults
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("abort",), optional=True)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report aborts that hit some requests."""
    for route in service.http:
        fault = written_faults(route).abort
        if fault is not None:
            edit = delete(route.abort.key())
            yield Finding(route.abort.key(), fault.text).fixed_by(edit, safe=False)
