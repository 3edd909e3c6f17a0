"""The Services that Flagger makes lead to a port on which no container listens.

Flagger takes `targetPort` from `spec.service`, or the port of the Service itself where none is
written. Connections to a port that nothing has are refused: `503 UF`, and the canary fails.

Fix: write the container port, or its name, in `spec.service.targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Canary
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted, whole_number


@rule(on=Canary, severity=Severity.WARNING, since="0.1.0")
def check(canary: Canary, mesh: Mesh) -> Iterator[Outcome]:
    """Report numbers and names that are none of those which the containers list."""
    target = mesh.traffic.canaries.target(canary)
    written = canary.service.data.get("targetPort") or canary.service.number("port")
    if target is None or not written:
        return
    listed = [
        (port.text("name"), port.number("containerPort"))
        for container in target.containers
        for port in container.ports
    ]
    number = whole_number(str(written))
    wanted = str(written) if number is None else number
    if listed and not any(wanted in one for one in listed):
        key = "targetPort" if canary.service.has("targetPort") else "port"
        has = ", ".join(str(number) for _, number in listed)
        yield Finding(
            canary.service.at(key),
            f"the Services that Flagger makes lead to port {quoted(str(wanted))} of {target.title}, "
            f"whose containers list {has}",
        )
