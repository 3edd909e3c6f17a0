"""A route delays requests on purpose.

The proxy of the client holds a part of the requests back before it sends them on, with the flag DI
in its access log. That is right while somebody tests, and slow where it was left behind: nothing
tells the two apart, so this rule runs only where it is selected.

Fix: delete `fault.delay` once the test is over.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_faults
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("delay",), optional=True)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report delays that hit some requests."""
    for route in service.http:
        fault = written_faults(route).delay
        if fault is not None:
            edit = delete(route.delay.key())
            yield Finding(route.delay.key(), fault.text).fixed_by(edit, safe=False)
