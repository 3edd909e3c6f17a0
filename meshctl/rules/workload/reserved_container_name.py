"""An application's container has the name of the sidecar.

The injector takes a container called `istio-proxy` for settings of the sidecar and merges the two:
the pod then runs one container, the application's image with Envoy's arguments, ports and probes.
The same holds for `istio-init` and `istio-validation` among the init containers.

Fix: give the container another name. Where the sidecar is meant, write `image: auto`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import RESERVED_CONTAINERS
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report such names with an image that is nobody's proxy, in pods still to be injected."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    for container in (*workload.containers, *workload.init_containers):
        image = container.text("image")
        is_proxy = any(word in image for word in ("auto", "proxy", "istio", "envoy", "install-cni"))
        if container.name in RESERVED_CONTAINERS and image and not is_proxy:
            yield Finding(
                container.at("name"),
                f"the injector takes this container for its own {container.name} and merges the "
                f"two, so that {image} runs as the sidecar",
            )
